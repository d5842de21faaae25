# One interface target with the compile and link options every target of ours takes.
add_library(gallop_options INTERFACE)
target_compile_features(gallop_options INTERFACE cxx_std_20)
target_compile_options(gallop_options INTERFACE -Wall -Wextra -Wpedantic)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 14)
  # False alarms of g++ 12 and 13 about std::string inside optimised code (gcc bugs 105329, 105651).
  target_compile_options(gallop_options INTERFACE -Wno-array-bounds -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread)
endif()
if(GALLOP_WERROR)
  target_compile_options(gallop_options INTERFACE -Werror)
endif()
if(GALLOP_SANITIZE)
  target_compile_options(gallop_options INTERFACE
    -fsanitize=${GALLOP_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  # With sanitizers g++ 12 takes the empty std::function inside std::regex for read before it is set.
  target_compile_options(gallop_options INTERFACE -Wno-maybe-uninitialized)
  target_link_options(gallop_options INTERFACE -fsanitize=${GALLOP_SANITIZE})
endif()
if(GALLOP_DEVELOPER)
  find_program(GALLOP_CCACHE ccache)
  if(GALLOP_CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1
        CCACHE_SLOPPINESS=pch_defines,time_macros ${GALLOP_CCACHE})
  endif()
  find_program(GALLOP_MOLD mold)
  if(GALLOP_MOLD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 12.1)
    target_link_options(gallop_options INTERFACE -fuse-ld=mold)
  endif()
endif()
