// Clips: in memory, read from files, written to files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gallop/export.h"
#include "gallop/image.h"

namespace gallop {
inline namespace v0 {

// Sound in memory: float32 [samples, channels] interleaved, in [-1, 1].
struct Audio {
  std::vector<float> samples = {};
  int channels = 0;
  int sample_rate = 0;  // samples per second and channel
  bool empty() const noexcept { return samples.empty(); }
};

// RGB frames in host memory: uint8 [frames, height, width, 3], row-major, with an optional sound track.
// Immutable; copies share pixels. Safe to use from several threads.
class GALLOP_API Video {
 public:
  // Takes frames * height * width * 3 bytes; at least one frame; fps finite and > 0. Else InvalidArgument.
  Video(std::vector<std::uint8_t> pixels, std::int64_t frames, std::int64_t height, std::int64_t width, double fps, Audio audio = {});
  // Borrows pixels that `owner` keeps alive (no copy).
  Video(std::shared_ptr<const void> owner, std::span<const std::uint8_t> pixels, std::int64_t frames, std::int64_t height,
        std::int64_t width, double fps, Audio audio = {});
  std::int64_t frames() const noexcept;
  std::int64_t height() const noexcept;
  std::int64_t width() const noexcept;
  double fps() const noexcept;  // frames per second, always > 0
  double seconds() const noexcept;
  std::span<const std::uint8_t> pixels() const noexcept;
  std::span<const std::uint8_t> frame(std::int64_t index) const;  // height * width * 3 bytes; InvalidArgument outside
  const Audio& audio() const noexcept;
  Video slice(std::int64_t first, std::int64_t count) const;  // shares pixels; silent; InvalidArgument outside
  Video with_audio(Audio audio) const;                        // shares pixels

 private:
  struct Impl;
  explicit Video(std::shared_ptr<const Impl> impl);
  std::shared_ptr<const Impl> impl_;
};

// Which established reader's behaviour a decode follows (docs/media.md): frame indices always equal, pixels equal wherever
// the page says so.
enum class ReaderContract {
  native,  // every frame that decodes, rotation applied, colours by the stream's own tags
  decord,  // decord 0.6.0: presentation order, rotation applied, damaged frames repeat the one before
  opencv,  // OpenCV 4.10 VideoCapture: sequential until the first failed read
};
GALLOP_API std::string_view name_of(ReaderContract contract) noexcept;
GALLOP_API ReaderContract parse_reader_contract(std::string_view text);  // InvalidArgument

// One stream of a media file, as its container declares it.
struct StreamInfo {
  int index = 0;
  std::string type = {};   // "video", "audio", "subtitle", "data"
  std::string codec = {};  // FFmpeg's name: "h264", "aac"
  std::int64_t width = 0, height = 0;
  int rotation = 0;            // degrees clockwise to show upright: 0, 90, 180, 270
  double fps = 0.0;            // average frames per second; 0 = unknown
  std::int64_t frames = 0;     // declared count; 0 = unknown
  double start_seconds = 0.0;  // presentation time of the first frame or sample
  std::string pixel_format = {}, color_space = {}, color_range = {}, color_transfer = {};
  std::string field_order = {};  // "progressive", "tt", "bb", "tb", "bt" or "unknown"
  int sample_rate = 0, channels = 0;
};
struct MediaInfo {
  std::filesystem::path file = {};
  std::string container = {};  // FFmpeg's name of the format
  double seconds = 0.0;        // 0 = unknown
  std::int64_t bytes = 0;
  int best_video = -1, best_audio = -1;  // indices into streams; -1 = none
  std::vector<StreamInfo> streams = {};
};
// Reads headers only. NotFound, MediaError (not media, damaged). Playlists and network protocols are never opened.
GALLOP_API MediaInfo probe(const std::filesystem::path& file);

struct ReadOptions {
  ReaderContract contract = ReaderContract::native;
  std::int64_t first = 0;                            // frame index in presentation order
  std::optional<std::int64_t> count = std::nullopt;  // unset: to the end
  bool audio = true;                                 // also read the sound track (native contract only)
  int threads = 0;                                   // decoder threads; 0 = as many as the machine has
};
// The whole clip in memory. NotFound, MediaError, InvalidArgument (first outside the clip), OutOfMemory.
GALLOP_API Video read_video(const std::filesystem::path& file, const ReadOptions& options = {});

struct VideoWriteOptions {
  int crf = 18;                   // constant rate factor of libx264, 0 (lossless) to 51
  std::string preset = "medium";  // libx264's speed preset
  int audio_kbps = 192;           // AAC bit rate
  std::string comment = {};       // stored as metadata, e.g. provenance as JSON
};
// .mp4/.mov/.mkv: H.264 (yuv420p; odd sides are padded by one replicated row or column) and AAC. .gif, .webp: silent previews.
// Written beside the target, then renamed: the target is whole or absent. IoError, InvalidArgument, Unsupported (codec not
// in this FFmpeg).
GALLOP_API void write_video(const std::filesystem::path& file, const Video& video, const VideoWriteOptions& options = {});

}  // namespace v0
}  // namespace gallop
