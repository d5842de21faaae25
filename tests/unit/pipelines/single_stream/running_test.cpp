// A tiny complete checkpoint from its folder to clips with sound.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "base/json.h"
#include "gallop/error.h"
#include "media/write_video.h"
#include "pipelines/pipeline_base.h"
#include "pipelines/registry.h"
#include "support/shared_data.h"
#include "support/tiny_single_stream_folder.h"

namespace gallop::pipelines {

namespace {

const std::filesystem::path& tiny_folder() {
  static const test::ScratchFolder scratch;
  static const bool written = (test::write_tiny_single_stream(scratch / "model"), true);
  (void)written;
  static const auto folder = scratch / "model";
  return folder;
}

std::unique_ptr<PipelineBase> opened(const std::filesystem::path& folder, LoadOptions load = {.device = {}}) {
  const RunOptions run;
  return open_pipeline(folder, load, base::RunMonitor(run));
}

Generated made(PipelineBase& pipeline, GenerateOptions options, const RunOptions& run = {}) {
  if (options.prompt.empty()) options.prompt = "a horse at full gallop";
  return pipeline.generate(pipeline.resolve(options), base::RunMonitor(run));
}

GenerateOptions small() {
  GenerateOptions options;
  options.width = 96;
  options.height = 64;
  options.frames = 5;
  options.steps = 2;
  return options;
}

bool same(const Video& a, const Video& b) { return std::equal(a.pixels().begin(), a.pixels().end(), b.pixels().begin(), b.pixels().end()); }

std::string refusal(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

}  // namespace

TEST_CASE("single stream: a clip with sound of the same length, the same bytes for a seed") {
  const auto pipeline = opened(tiny_folder());
  CHECK(pipeline->name() == "single_stream-i2av");
  const auto once = made(*pipeline, small());
  CHECK(once.video.frames() == 5);
  CHECK(once.video.width() == 96);
  CHECK(once.video.fps() == 25.0);
  CHECK(once.video.audio().sample_rate == 44100);
  CHECK(once.video.audio().channels == 2);
  CHECK(once.video.audio().samples.size() == 2 * 8820);
  const auto again = made(*pipeline, small());
  CHECK(same(once.video, again.video));
  CHECK(once.video.audio().samples == again.video.audio().samples);
  CHECK(once.provenance == again.provenance);
  auto options = small();
  options.seed = 1;
  CHECK_FALSE(same(made(*pipeline, options).video, once.video));
  options.seed = 0;
  options.audio = false;
  const auto silent = made(*pipeline, options);
  CHECK(silent.video.audio().empty());
  CHECK(same(silent.video, once.video));
  const auto said = base::parse_json(once.provenance, "provenance");
  CHECK(said.at("model") == "single_stream-t2av");
  CHECK(said.at("stages").size() == 1);
  CHECK(said.at("weights").contains("540p_sr/model-00002-of-00002.safetensors"));
}

TEST_CASE("single stream: distilled, from a picture, and through super-resolution") {
  const auto pipeline = opened(tiny_folder());
  const auto plain = made(*pipeline, small());
  auto options = small();
  options.scheduler = "distilled";
  const auto distilled = made(*pipeline, options);
  CHECK(*distilled.used.guidance == 1.0);
  CHECK_FALSE(same(distilled.video, plain.video));
  options = small();
  options.first_frame = Image(std::vector<std::uint8_t>(60 * 90 * 3, 200), 60, 90);
  CHECK_FALSE(same(made(*pipeline, options).video, plain.video));
  options = {};
  options.resolution = "540p";
  options.ratio = "1:1";
  options.frames = 1;
  options.steps = 1;
  const auto large = made(*pipeline, options);
  CHECK(large.video.width() == 512);
  CHECK(large.video.height() == 512);
  CHECK(base::parse_json(large.provenance, "provenance").at("stages")[1].at("model") == "540p_sr");
}

namespace {

// A file whose sound lasts `seconds`: a tone that swells, behind a picture of one grey.
std::filesystem::path sounding(const std::filesystem::path& file, double seconds, double hertz) {
  const auto samples = static_cast<std::size_t>(seconds * 48000.0);
  Audio audio{.samples = std::vector<float>(samples), .channels = 1, .sample_rate = 48000};
  for (std::size_t i = 0; i < samples; ++i) {
    const double t = static_cast<double>(i) / 48000.0;
    audio.samples[i] = static_cast<float>(0.4 * t / seconds * std::sin(2.0 * 3.14159265358979323846 * hertz * t));
  }
  const auto frames = static_cast<std::int64_t>(seconds * 25.0);
  media::write_video(
      file, Video(std::vector<std::uint8_t>(static_cast<std::size_t>(frames * 32 * 32 * 3), 90), frames, 32, 32, 25.0, std::move(audio)),
      {});
  return file;
}

}  // namespace

TEST_CASE("single stream: a given sound is followed, with either first stage, and is what is heard") {
  const test::ScratchFolder scratch;
  const auto low = sounding(scratch / "low.mp4", 0.6, 220.0), high = sounding(scratch / "high.mp4", 0.6, 1760.0);
  const auto pipeline = opened(tiny_folder());
  for (const auto* scheduler : {"unipc", "distilled"}) {
    auto options = small();
    options.frames.reset();
    options.duration = 0.4;
    options.scheduler = scheduler;
    options.sound = low;
    const auto once = made(*pipeline, options);
    // Ten sound latents, three video latents.
    CHECK(once.video.frames() == 9);
    CHECK(once.video.audio().samples.size() == 2 * 15876);
    CHECK(made(*pipeline, options).video.audio().samples == once.video.audio().samples);
    options.sound = high;
    const auto other = made(*pipeline, options);
    CHECK_FALSE(same(other.video, once.video));
    CHECK(other.video.audio().samples != once.video.audio().samples);
    // The sound is a condition: another prompt changes the picture and not what is heard.
    options.prompt = "something else";
    const auto elsewhere = made(*pipeline, options);
    CHECK_FALSE(same(elsewhere.video, other.video));
    CHECK(elsewhere.video.audio().samples == other.video.audio().samples);
    CHECK(base::parse_json(once.provenance, "provenance").at("options").at("sound").at("name") == "low.mp4");
  }
  GenerateOptions options = small();
  options.prompt = "x";
  options.frames.reset();
  options.sound = low;
  const auto used = pipeline->resolve(options);
  CHECK(*used.frames == 13);  // of 15 latents
  CHECK(*pipeline->resolve(used).frames == 13);
  options.duration = 2.0;
  CHECK(refusal([&] { (void)pipeline->resolve(options); }).starts_with("generate.sound: lasts 0.6"));
  options.sound = scratch / "absent.wav";
  CHECK_THROWS_AS((void)pipeline->resolve(options), NotFound);
  RunOptions run;
  bool asked = false;
  run.on_progress = [&](const Progress& progress) {
    asked = asked || (progress.stage == Stage::denoise);
    return asked ? Flow::stop : Flow::go_on;
  };
  options.sound = high;
  options.duration = 0.4;
  CHECK_THROWS_AS(made(*pipeline, options, run), Cancelled);
}

TEST_CASE("single stream: lengths and sizes as documented, impossible requests by their field") {
  const auto pipeline = opened(tiny_folder());
  GenerateOptions options;
  options.prompt = "x";
  options.duration = 5.0;
  options.resolution = "256p";
  auto used = pipeline->resolve(options);
  CHECK(*used.frames == 125);
  CHECK(*used.width == 448);
  CHECK(*used.steps == 32);
  used = pipeline->resolve(used);
  CHECK(*used.frames == 125);
  CHECK(*used.duration == 5.0);
  options.duration = 4.0;
  CHECK(*pipeline->resolve(options).frames == 101);
  const auto refused = [&](auto change) {
    auto wrong = small();
    wrong.prompt = "x";
    change(wrong);
    return refusal([&] { (void)pipeline->resolve(wrong); });
  };
  CHECK(refused([](auto& o) { o.prompt = " "; }).starts_with("generate.prompt"));
  CHECK(refused([](auto& o) { o.frames = 6; }).starts_with("generate.frames: 6 is not 4n + 1"));
  CHECK(refused([](auto& o) { o.duration = 4.0; }).starts_with("generate.frames: 5 stands beside"));
  CHECK(refused([](auto& o) { o.width = 95; }).starts_with("generate.width"));
  CHECK(refused([](auto& o) { o.ratio = "1:1"; }).starts_with("generate.ratio"));
  CHECK(refused([](auto& o) { o.fps = 24.0; }).starts_with("generate.fps"));
  CHECK(refused([](auto& o) { o.scheduler = "euler"; }).starts_with("generate.scheduler"));
  CHECK(refused([](auto& o) { o.steps = 0; }).starts_with("generate.steps"));
  CHECK(refused([](auto& o) { o.strength = 0.5; }).starts_with("generate.strength"));
  CHECK(refused([](auto& o) {
          o.scheduler = "distilled";
          o.guidance = 5.0;
        }).starts_with("generate.guidance"));
}

TEST_CASE("single stream: stopped in any stage it stays usable") {
  const auto pipeline = opened(tiny_folder());
  const auto before = made(*pipeline, small());
  for (const auto stage : {Stage::encode_text, Stage::denoise, Stage::decode}) {
    RunOptions run;
    run.on_progress = [&](const Progress& progress) { return progress.stage == stage && progress.done > 0 ? Flow::stop : Flow::go_on; };
    auto options = small();
    options.prompt = "another prompt " + std::string(name_of(stage));
    CHECK_THROWS_AS(made(*pipeline, options, run), Cancelled);
  }
  CHECK(same(made(*pipeline, small()).video, before.video));
}

TEST_CASE("single stream: parts that are missing, broken or of another model are named") {
  namespace fs = std::filesystem;
  const auto damaged = [](const std::function<void(const fs::path&)>& damage) {
    const test::ScratchFolder copy;
    fs::copy(tiny_folder(), copy / "model", fs::copy_options::recursive);
    damage(copy / "model");
    std::string text;
    try {
      (void)opened(copy / "model");
    } catch (const ModelError& error) {
      text = error.what();
    }
    return text;
  };
  const auto holds = [](const std::string& text, const char* part) { return text.find(part) != std::string::npos; };
  CHECK(holds(damaged([](const fs::path& f) { fs::resize_file(f / "540p_sr/model-00002-of-00002.safetensors", 1000); }), "540p_sr"));
  CHECK(holds(damaged([](const fs::path& f) { fs::remove(f / "540p_sr/model-00001-of-00002.safetensors"); }), "540p_sr"));
  CHECK(holds(damaged([](const fs::path& f) { fs::remove_all(f / "audio_vae"); }), "audio VAE"));
  CHECK(holds(damaged([](const fs::path& f) { fs::remove_all(f / "text_encoder"); }), "text encoder"));
  CHECK(holds(damaged([](const fs::path& f) {
                fs::copy_file(f / "audio_vae/model.safetensors", f / "text_encoder/model.safetensors",
                              fs::copy_options::overwrite_existing);
              }),
              "text_encoder"));
}

TEST_CASE("single stream: a limit frees and streams to the same bytes, or refuses with numbers") {
  const auto free = made(*opened(tiny_folder()), small());
  int made_within = 0;
  for (const std::uint64_t limit : {40'000'000ULL, 20'000'000ULL, 16'000'000ULL, 14'000'000ULL, 1'000ULL}) {
    LoadOptions load{.device = {}};
    load.memory_limit = limit;
    const auto pipeline = opened(tiny_folder(), load);
    try {
      const auto limited = made(*pipeline, small());  // outside of CHECK, which would swallow the refusal
      CHECK(same(limited.video, free.video));
      ++made_within;
    } catch (const OutOfMemory& error) {
      CHECK(std::string(error.what()).find("DOES NOT FIT") != std::string::npos);
      CHECK(limit < 40'000'000ULL);
    }
  }
  CHECK(made_within >= 1);
  CHECK(made_within < 5);
}

}  // namespace gallop::pipelines
