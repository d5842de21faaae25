# LibTorch, found in this one place: the copy inside the torch Python package unless Torch_DIR says otherwise.
if(NOT DEFINED Torch_DIR)
  find_package(Python3 COMPONENTS Interpreter REQUIRED)
  execute_process(
    COMMAND ${Python3_EXECUTABLE} -c "import torch; print(torch.utils.cmake_prefix_path); print(torch.__version__)"
    OUTPUT_VARIABLE found ERROR_VARIABLE why RESULT_VARIABLE failed OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(failed)
    message(FATAL_ERROR "gallop needs LibTorch and ${Python3_EXECUTABLE} has no torch package.\n"
      "Install it (pip install torch==2.13.0), or choose another interpreter with -DPython3_EXECUTABLE=..., "
      "or point -DTorch_DIR=... at a LibTorch.\n${why}")
  endif()
  string(REPLACE "\n" ";" found "${found}")
  list(GET found 0 torch_prefix)
  list(GET found 1 GALLOP_TORCH_VERSION)
  set(Torch_DIR ${torch_prefix}/Torch)
endif()
find_package(Torch REQUIRED)
if(NOT GALLOP_TORCH_VERSION)
  set(GALLOP_TORCH_VERSION ${Torch_VERSION})
endif()
get_filename_component(GALLOP_TORCH_LIB "${TORCH_INSTALL_PREFIX}/lib" ABSOLUTE)
message(STATUS "gallop: LibTorch ${GALLOP_TORCH_VERSION} in ${TORCH_INSTALL_PREFIX}")

# Our own handle on it: system headers, no directory-wide flags.
add_library(gallop_torch INTERFACE)
target_include_directories(gallop_torch SYSTEM INTERFACE ${TORCH_INCLUDE_DIRS})
target_link_libraries(gallop_torch INTERFACE ${TORCH_LIBRARIES})
target_compile_definitions(gallop_torch INTERFACE AT_PER_OPERATOR_HEADERS)
