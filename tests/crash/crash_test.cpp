// A run that is killed - at random moments, and inside a write of its ledger - and resumed ends with the bytes of an undisturbed
// one, and repeats at most one clip-dimension.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <map>
#include <random>
#include <thread>

#include "base/check.h"
#include "base/files.h"
#include "benchmark/ledger.h"
#include "benchmark/results.h"
#include "benchmark/suite_files.h"
#include "benchmark/suite_run.h"
#include "evaluators/frame_evaluator.h"
#include "evaluators/registry.h"
#include "media/write_video.h"
#include "support/clips.h"
#include "support/killing_vfs.h"
#include "support/shared_data.h"

using namespace gallop;
namespace fs = std::filesystem;

namespace {

// Writes a line when a clip has been judged: what a killed run did is known afterwards.
void note(const std::string& name, const fs::path& file) {
  const auto line = name + " " + file.filename().string() + "\n";
  const int fd = ::open(std::getenv("GALLOP_CRASH_LOG"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  const bool written = ::write(fd, line.data(), line.size()) == static_cast<ssize_t>(line.size());
  ::close(fd);
  if (!written) throw IoError("the witness cannot write");
}

// Reads the clip by itself.
class Witness final : public EvaluatorBase {
 public:
  explicit Witness(std::string name) : name_(std::move(name)) {}
  EvaluatorInfo info() const override { return {.name = name_, .profile = "test"}; }
  std::vector<Score> score(std::span<const ClipRequest> requests, const RunOptions&) override {
    const auto& file = *requests[0].clip.file();
    Score score{.dimension = name_, .value = static_cast<double>(fs::file_size(file)), .parts = std::vector<double>(64, 0.1)};
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    note(name_, file);
    return {score};
  }

 private:
  std::string name_;
};

// Shares the decoding of the clip with others; the line is written when its score stands.
class FrameWitness final : public evaluators::FrameEvaluator {
 public:
  explicit FrameWitness(std::string name) : name_(std::move(name)) {}
  EvaluatorInfo info() const override { return {.name = name_, .profile = "test"}; }
  media::FrameRequest frames() const override { return {}; }
  std::unique_ptr<evaluators::ClipJudge> open(const evaluators::ClipContext& context) override {
    return std::make_unique<Judge>(name_, *context.request.clip.file());
  }

 private:
  class Judge final : public evaluators::ClipJudge {
   public:
    Judge(std::string name, fs::path file) : name_(std::move(name)), file_(std::move(file)) {}
    void push(const media::FrameView&) override { ++frames_; }
    Score finish() override {
      note(name_, file_);
      return {.dimension = name_, .value = frames_, .parts = std::vector<double>(16, 0.2)};
    }

   private:
    std::string name_;
    fs::path file_;
    double frames_ = 0.0;
  };
  std::string name_;
};

void add_witnesses() {
  static const bool once = [] {
    for (const char* name : {"witness_a", "witness_b"})
      evaluators::add(Witness(name).info(), [name](const auto&, const auto&) { return std::make_unique<Witness>(name); });
    for (const char* name : {"frame_witness_a", "frame_witness_b"})
      evaluators::add(FrameWitness(name).info(), [name](const auto&, const auto&) { return std::make_unique<FrameWitness>(name); });
    return true;
  }();
  (void)once;
}

class World {
 public:
  explicit World(int clips) : log_(folder_ / "calls.log") {
    fs::create_directories(folder_ / "videos");
    const auto real = real_clips();
    std::string records;
    for (int k = 0; k < clips; ++k) {
      const auto source = real.empty() ? fs::path(".mp4") : real[static_cast<std::size_t>(k) % real.size()];
      const auto name = fmt::format("clip {}-0{}", k, real.empty() ? ".mp4" : source.extension().string());
      if (!real.empty())
        fs::copy_file(source, folder_ / "videos" / name);
      else
        media::write_video(folder_ / "videos" / name, test::moving_square(8 + k % 5, 64, 96), {});
      records += fmt::format("{}{{\"prompt\": \"clip {}\"}}", k > 0 ? "," : "", k);
    }
    base::write_text_atomic(
        folder_ / "suite.json",
        "{\"schema\": \"gallop/suite-v1\", \"name\": \"own\", \"samples\": 1, \"dimensions\": [\"witness_a\", "
        "\"sharpness\", \"frame_witness_a\", \"witness_b\", \"frame_witness_b\", \"temporal_flickering\"], \"records\": [" +
            records + "]}");
  }

  // This program again, as the process that is killed. Returns its id.
  pid_t start(const std::string& run, std::int64_t kill_in_write) const {
    const std::vector<std::string> environment = {
        "GALLOP_CRASH_FOLDER=" + folder_.path().string(), "GALLOP_CRASH_RUN=" + run, "GALLOP_CRASH_LOG=" + log_.string(),
        "GALLOP_CRASH_WRITE=" + std::to_string(kill_in_write),
        "LD_LIBRARY_PATH=" + std::string(std::getenv("LD_LIBRARY_PATH") != nullptr ? std::getenv("LD_LIBRARY_PATH") : "")};
    std::vector<char*> env;
    for (const auto& text : environment) env.push_back(const_cast<char*>(text.c_str()));
    env.push_back(nullptr);
    const char* argv[] = {"crash", "-tc=crash: the child", "--no-skip", "-m", nullptr};
    posix_spawn_file_actions_t quiet;
    posix_spawn_file_actions_init(&quiet);
    posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
    pid_t child = 0;
    REQUIRE(::posix_spawn(&child, "/proc/self/exe", &quiet, nullptr, const_cast<char**>(argv), env.data()) == 0);
    posix_spawn_file_actions_destroy(&quiet);
    return child;
  }
  static int wait(pid_t child) {
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    return status;
  }

  std::map<std::string, int> calls() const {
    std::map<std::string, int> counts;
    if (!fs::exists(log_)) return counts;
    std::string line;
    for (const char c : base::read_text(log_)) {
      if (c != '\n')
        line += c;
      else
        ++counts[std::exchange(line, "")];
    }
    return counts;
  }
  void forget_calls() const { fs::remove(log_); }
  std::string bytes(const std::string& run) const {
    std::string all;
    for (const char* name : {"results.json", "per_clip.jsonl", "scores.csv", "own_full_info.json", "own_eval_results.json"})
      all += base::read_text(folder_ / "runs" / run / "results" / name);
    return all;
  }
  fs::path run_folder(const std::string& run) const { return folder_ / "runs" / run; }
  std::size_t stored(const std::string& run) const {
    try {
      std::size_t count = 0;
      for (const auto& item : benchmark::Ledger::open_read(run_folder(run)).items()) count += item.item.state == RowState::scored ? 1 : 0;
      return count;
    } catch (const Error&) {
      return 0;  // killed before there was a plan
    }
  }

 private:
  static std::vector<fs::path> real_clips() {
    std::vector<fs::path> files;
    const auto root = test::shared_root();
    if (!root) return files;
    for (const auto& entry : fs::directory_iterator(*root / "data/videos/real"))
      if ((entry.path().extension() == ".mp4" || entry.path().extension() == ".mov") && entry.file_size() < 60'000)
        files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
  }

  test::ScratchFolder folder_;
  fs::path log_;
};

struct Tally {
  int killed = 0, after_first = 0, finished = 0, most_repeated = 0;
};

// Resumes a killed run and holds it against the undisturbed one.
void resume_and_check(World& world, const std::string& run, const std::string& whole, Tally& tally) {
  CHECK(World::wait(world.start(run, 0)) == 0);
  int repeated = 0;
  for (const auto& [name, count] : world.calls()) repeated += count - 1;
  CHECK(repeated <= 1);
  tally.most_repeated = std::max(tally.most_repeated, repeated);
  CHECK(world.bytes(run) == whole);
  world.forget_calls();
  fs::remove_all(world.run_folder(run));
}

double undisturbed(World& world, std::string& whole) {
  const auto start = std::chrono::steady_clock::now();
  REQUIRE(World::wait(world.start("whole", 0)) == 0);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  whole = world.bytes("whole");
  for (const auto& [name, count] : world.calls()) REQUIRE(count == 1);
  world.forget_calls();
  return seconds;
}

void kill_at(World& world, double seconds, const std::string& run, const std::string& whole, Tally& tally) {
  const auto child = world.start(run, 0);
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  ::kill(child, SIGKILL);
  const int status = World::wait(child);
  ++(WIFSIGNALED(status) ? tally.killed : tally.finished);
  if (WIFSIGNALED(status) && world.stored(run) > 0) ++tally.after_first;
  resume_and_check(world, run, whole, tally);
}

void kill_in_write(World& world, std::int64_t number, const std::string& run, const std::string& whole, Tally& tally) {
  const int status = World::wait(world.start(run, number));
  CHECK(WIFSIGNALED(status));
  ++tally.killed;
  resume_and_check(world, run, whole, tally);
}

void torture(int clips, int moments, int writes, std::uint64_t seed) {
  World world(clips);
  std::string whole;
  double seconds = undisturbed(world, whole);
  std::mt19937_64 random(seed);
  Tally at_random, in_write;
  while (at_random.killed < moments || at_random.after_first < moments * 4 / 5) {
    kill_at(world, std::uniform_real_distribution<double>(0.0, seconds)(random), fmt::format("r{}", at_random.killed + at_random.finished),
            whole, at_random);
    if (at_random.finished > 4 * moments) FAIL("the runs end before they are killed");
  }
  // About six writes a stored result, so these lie all over the run.
  for (int k = 0; k < writes; ++k)
    kill_in_write(world, std::uniform_int_distribution<std::int64_t>(2, clips * 12)(random), fmt::format("w{}", k), whole, in_write);
  MESSAGE("an undisturbed run takes " << seconds << " s; killed at random moments " << at_random.killed
                                      << " (after the first stored result " << at_random.after_first << ", ended before "
                                      << at_random.finished << "), inside a write " << in_write.killed << "; most clip-dimensions repeated "
                                      << std::max(at_random.most_repeated, in_write.most_repeated));
}

}  // namespace

// Skipped by a plain run: the other cases start it as the process they kill.
TEST_CASE("crash: the child" * doctest::skip()) {
  const char* folder = std::getenv("GALLOP_CRASH_FOLDER");
  if (folder == nullptr) return;
  add_witnesses();
  test::kill_in_write(std::stoll(std::getenv("GALLOP_CRASH_WRITE")));
  const fs::path root(folder);
  const RunPlan plan{.videos = root / "videos", .run = root / "runs" / std::getenv("GALLOP_CRASH_RUN"), .load = {.device = {}}};
  const auto results = benchmark::run_suite(benchmark::load_suite(root / "suite.json", {}), plan, {});
  CHECK(results.complete());
}

TEST_CASE("crash: killed at random moments and inside writes, resumed to the same bytes") { torture(8, 5, 5, 1); }

TEST_CASE("crash: two hundred random moments and forty writes") { torture(40, 200, 40, 2); }
