# The remaining third-party libraries, each from the distribution's packages.
find_package(fmt REQUIRED)
# LibTorch's include folder carries a copy of some of these headers (fmt, in a newer version) and would shadow the library
# we link; a folder of links that comes first keeps header and library the same.
foreach(shadowed IN ITEMS fmt nlohmann)
  find_path(GALLOP_${shadowed}_INCLUDE NAMES ${shadowed}/format.h ${shadowed}/json.hpp
    REQUIRED)
  file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/first)
  file(CREATE_LINK ${GALLOP_${shadowed}_INCLUDE}/${shadowed} ${PROJECT_BINARY_DIR}/first/${shadowed} SYMBOLIC)
endforeach()
find_package(nlohmann_json REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(Threads REQUIRED)
find_package(Eigen3 REQUIRED NO_MODULE)
pkg_check_modules(GALLOP_UTF8PROC REQUIRED IMPORTED_TARGET libutf8proc)
find_package(ZLIB REQUIRED)
find_package(JPEG REQUIRED)
# Reading text in pictures is a feature.
# Off until its reading of real clips is validated (docs/dimensions/text_accuracy.md).
set(GALLOP_WITH_TESSERACT OFF CACHE STRING "Build text_accuracy's reader: AUTO, ON or OFF")
if(NOT GALLOP_WITH_TESSERACT STREQUAL "OFF")
  pkg_check_modules(GALLOP_TESSERACT IMPORTED_TARGET tesseract>=5)
  if(GALLOP_WITH_TESSERACT STREQUAL "ON" AND NOT GALLOP_TESSERACT_FOUND)
    message(FATAL_ERROR "GALLOP_WITH_TESSERACT is ON but Tesseract 5 is missing. On Debian or Ubuntu: apt-get install libtesseract-dev; "
      "or configure with -DGALLOP_WITH_TESSERACT=OFF")
  endif()
endif()
