# Install rules. In a wheel (SKBUILD) everything lies inside the package folder and finds LibTorch beside it; a plain
# install points at the LibTorch it was built with.
include(CMakePackageConfigHelpers)
if(SKBUILD)
  set(install_prefix "gallop/")
  set(library_rpath "$ORIGIN/../../torch/lib")
else()
  set(install_prefix "")
  set(library_rpath "${GALLOP_TORCH_LIB}")
endif()
set(install_lib ${install_prefix}lib)
set(install_include ${install_prefix}include)
set(install_cmake ${install_lib}/cmake/gallop)

set_target_properties(gallop PROPERTIES INSTALL_RPATH "${library_rpath}")
if(SKBUILD)
  # Wheels cannot hold symbolic links: one file under its full name instead of three.
  set_target_properties(gallop PROPERTIES VERSION "" SOVERSION "")
endif()
install(TARGETS gallop EXPORT gallop_targets
  LIBRARY DESTINATION ${install_lib} COMPONENT runtime NAMELINK_COMPONENT devel)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/gallop DESTINATION ${install_include} COMPONENT devel
  FILES_MATCHING PATTERN "*.h")
install(FILES ${PROJECT_BINARY_DIR}/include/gallop/version.h DESTINATION ${install_include}/gallop COMPONENT devel)
install(EXPORT gallop_targets NAMESPACE gallop:: FILE gallop-targets.cmake DESTINATION ${install_cmake} COMPONENT devel)
configure_package_config_file(
  ${PROJECT_SOURCE_DIR}/src/cmake/gallop-config.cmake.in ${PROJECT_BINARY_DIR}/gallop-config.cmake
  INSTALL_DESTINATION ${install_cmake})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/gallop-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/gallop-config.cmake ${PROJECT_BINARY_DIR}/gallop-config-version.cmake
  DESTINATION ${install_cmake} COMPONENT devel)
