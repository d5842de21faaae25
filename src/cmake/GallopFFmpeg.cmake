# FFmpeg's libraries, found in this one place.
find_package(PkgConfig REQUIRED)
pkg_check_modules(GALLOP_FFMPEG IMPORTED_TARGET
  libavformat>=59 libavcodec>=59 libavutil>=57 libswscale>=6 libswresample>=4)
if(NOT GALLOP_FFMPEG_FOUND)
  message(FATAL_ERROR "gallop needs FFmpeg 5.0 or newer with its development files. On Debian or Ubuntu: "
    "apt-get install libavformat-dev libavcodec-dev libavutil-dev libswscale-dev libswresample-dev")
endif()
add_library(gallop_ffmpeg INTERFACE)
target_link_libraries(gallop_ffmpeg INTERFACE PkgConfig::GALLOP_FFMPEG)
