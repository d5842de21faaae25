#include <doctest/doctest.h>

#include <map>

#include "base/files.h"
#include "gallop/error.h"
#include "media/frame_source.h"
#include "media/probe.h"
#include "media/read_video.h"
#include "support/shared_data.h"

using namespace gallop;

namespace {

// Reads a clip to its end; the name of the error it ends with, "damaged" when it was flagged, else "ok".
std::string fate_of(const std::filesystem::path& file) {
  try {
    const auto source = media::open_frames(file, {});
    while (source->next()) {
    }
    for (const auto& flag : source->flags())
      if (flag.starts_with("damaged")) return "damaged";
    return "ok";
  } catch (const Error& error) {
    return std::string(name_of(error.kind()));
  }
}

}  // namespace

TEST_CASE("hostile: wrong paths") {
  const test::ScratchFolder folder;
  CHECK_THROWS_WITH_AS(media::read_video(folder / "none.mp4", {}), doctest::Contains("no such clip"), NotFound);
  CHECK_THROWS_AS(media::read_video(folder.path(), {}), InvalidArgument);
  CHECK_THROWS_AS(media::probe(folder / "a\nb"), NotFound);
  CHECK_THROWS_AS(media::read_video("/dev/null", {}), InvalidArgument);
  base::write_text_atomic(folder / "zero.mp4", "");
  CHECK_THROWS_WITH_AS(media::read_video(folder / "zero.mp4", {}), doctest::Contains("0 bytes"), MediaError);
}

TEST_CASE("hostile: what is no clip is not opened, and opens nothing else") {
  const test::ScratchFolder folder;
  const std::map<std::string, std::string> files = {
      {"text.mp4", "just some words, renamed\n"},
      {"playlist.mp4", "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"},
      {"concat.mp4", "ffconcat version 1.0\nfile /etc/passwd\n"},
      {"http.mp4", "#EXTM3U\nhttp://127.0.0.1:9/a.ts\n"},
      {"sdp.mp4", "v=0\no=- 0 0 IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n"},
  };
  for (const auto& [name, text] : files) {
    CAPTURE(name);
    base::write_text_atomic(folder / name, text);
    CHECK(fate_of(folder / name) == "MediaError");
  }
}

TEST_CASE("hostile: a header that promises 100,000 x 100,000 pixels is refused before memory is taken") {
  const test::ScratchFolder folder;
  base::write_text_atomic(folder / "huge.y4m", "YUV4MPEG2 W100000 H100000 F25:1 Ip A1:1 C420\nFRAME\n0000");
  CHECK(fate_of(folder / "huge.y4m") == "MediaError");
}

TEST_CASE("hostile: each damaged clip of the collection ends as written here") {
  const std::map<std::string, std::string> expected = {
      {"audio_only.mp4", "MediaError"},        {"bitflips_150.mp4", "damaged"},          {"corrupted_h264.mp4", "damaged"},
      {"header_only_ftyp.mp4", "MediaError"},  {"huge_box_size.mp4", "MediaError"},      {"invalid_bitstream_vp9.webm", "MediaError"},
      {"jpeg_named.mp4", "MediaError"},        {"malformed_free_box.mp4", "MediaError"}, {"playlist_named.mp4", "MediaError"},
      {"random_bytes.mkv", "MediaError"},      {"text_named.mp4", "MediaError"},         {"truncated_faststart_half.mp4", "damaged"},
      {"truncated_no_moov.mp4", "MediaError"}, {"zero_bytes.mp4", "MediaError"},
  };
  for (const auto& [name, fate] : expected) {
    const auto file = test::shared_file("data/videos/broken/" + name);
    if (!file) return;
    CAPTURE(name);
    CHECK(fate_of(*file) == fate);
  }
}
