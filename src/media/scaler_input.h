// Pictures of the caller's memory as input of FFmpeg's scaler.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace gallop::media {

// The scaler's vector code reads past the end of a picture, further than memory need go behind one.
inline constexpr std::size_t kScalerReadsAhead = 64;

// Where the scaler may read `picture`, behind which `following` more bytes can be read: the picture itself, or a copy in `room`.
inline const std::uint8_t* scaler_input(std::span<const std::uint8_t> picture, std::size_t following, std::vector<std::uint8_t>& room) {
  if (following >= kScalerReadsAhead) return picture.data();
  room.reserve(picture.size() + kScalerReadsAhead);
  room.assign(picture.begin(), picture.end());
  room.resize(picture.size() + kScalerReadsAhead);
  return room.data();
}

}  // namespace gallop::media
