// Frames one after another, from a file or from memory, in the order and with the pixels of a reader contract.
// A source holds a bounded number of frames, whatever the length of the clip.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gallop/device_frames.h"
#include "gallop/video.h"

namespace gallop::media {

// Which frames, read how. Equal requests can share one decode.
struct FrameRequest {
  ReaderContract contract = ReaderContract::native;
  int middle = 0;                      // 0: every frame; N: the N middle frames of vbench.md 2.2 (the last one repeated)
  double rate = 0.0;                   // frames per second to keep of a faster clip; 0: every frame; not with `middle`
  std::int64_t width = 0, height = 0;  // 0: the clip's own size; else scaled while converting (vbench.md 2.1, K6)
  int threads = 0;                     // decoder threads, 0 = as many as the machine has; never changes the frames
  auto operator<=>(const FrameRequest&) const = default;
};

// One frame: RGB uint8 [height, width, 3], row-major, valid until the next call on its source. Its bytes are in the memory of
// `device`; only frames asked for as DeviceFrames are elsewhere than on the CPU.
struct FrameView {
  std::span<const std::uint8_t> rgb = {};
  std::int64_t height = 0, width = 0;
  std::int64_t index = 0;  // 0-based position among the frames asked for (with `middle`: in the clip), presentation order
  Device device = {};
};

struct SourceInfo {
  double fps = 0.0;                                   // what the contract's reader reports
  std::int64_t height = 0, width = 0;                 // of the frames handed out
  std::optional<std::int64_t> frames = std::nullopt;  // frames this source will hand out, when known in advance
};

// Used by one thread at a time.
class FrameSource {
 public:
  virtual ~FrameSource() = default;
  virtual const SourceInfo& info() const = 0;
  // The next frame; nothing at the end. MediaError when the clip breaks in a way the contract does not forgive.
  virtual std::optional<FrameView> next() = 0;
  // What was unusual so far, in words: damaged packets, repeated frames, a size that changed.
  virtual std::vector<std::string> flags() const = 0;
};

// NotFound, MediaError, InvalidArgument; playlists and network protocols are never opened.
std::unique_ptr<FrameSource> open_frames(const std::filesystem::path& file, const FrameRequest& request);
// Frames in memory are used as they are, whatever the contract; `middle` selects, a size scales.
std::unique_ptr<FrameSource> open_frames(const Video& video, const FrameRequest& request);
// Frames of a device stay there. Unsupported when the request scales them.
std::unique_ptr<FrameSource> open_frames(const DeviceFrames& frames, const FrameRequest& request);
// The indices of vbench.md 2.2 for a clip of `frames` frames.
std::vector<std::int64_t> middle_indices(std::int64_t frames, int count);

}  // namespace gallop::media
