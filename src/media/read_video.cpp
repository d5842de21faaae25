#include "media/read_video.h"

#include "base/check.h"
#include "base/names.h"
#include "media/audio.h"
#include "media/frame_source.h"

namespace gallop::media {

Video read_video(const std::filesystem::path& file, const ReadOptions& options) {
  GALLOP_CHECK(options.first >= 0, InvalidArgument, "read_video.first: {} is negative; frames count from 0", options.first);
  GALLOP_CHECK(!options.count || *options.count > 0, InvalidArgument, "read_video.count: {} is not positive", *options.count);
  const auto source = open_frames(file, FrameRequest{.contract = options.contract, .threads = options.threads});
  std::vector<std::uint8_t> pixels;
  std::int64_t frames = 0, height = 0, width = 0, seen = 0;
  while (!options.count || frames < *options.count) {
    const auto frame = source->next();
    if (!frame) break;
    ++seen;
    if (frame->index < options.first) continue;
    if (frames == 0) {
      height = frame->height;
      width = frame->width;
    }
    GALLOP_CHECK(frame->height == height && frame->width == width, MediaError,
                 "{}: frame {} is {}x{}, the ones before are {}x{}; re-encode the clip at one size", base::quote(file), frame->index,
                 frame->width, frame->height, width, height);
    pixels.insert(pixels.end(), frame->rgb.begin(), frame->rgb.end());
    ++frames;
  }
  GALLOP_CHECK(frames > 0, InvalidArgument, "{}: first frame {} was asked for, the clip has {}", base::quote(file), options.first, seen);
  const bool whole = options.first == 0 && !options.count;
  Audio audio = options.audio && whole && options.contract == ReaderContract::native ? read_audio(file) : Audio{};
  return Video(std::move(pixels), frames, height, width, source->info().fps, std::move(audio));
}

}  // namespace gallop::media
