// BRISQUE and NIQE: against other programs' scores of two photographs and their distorted twins, on a degraded clip, and on
// pictures and parameter files that are not what they should be.
#include <doctest/doctest.h>

#include <fstream>

#include "base/files.h"
#include "evaluators/score_clips.h"
#include "gallop/error.h"
#include "gallop/image.h"
#include "media/images.h"
#include "support/clips.h"
#include "support/degrade.h"
#include "support/shared_data.h"

using namespace gallop;

namespace {

ClipResult judge(const Clip& clip, const std::filesystem::path& weights, std::vector<std::string> dimensions = {"brisque", "niqe"}) {
  const ClipRequest request{.clip = clip};
  return evaluators::score_clips({&request, 1}, {.dimensions = std::move(dimensions), .weights = weights, .load = {.device = {}}}, {})
      .front();
}

Video photo(const std::filesystem::path& file) {
  const auto image = media::read_image(file);
  return Video({image.pixels().begin(), image.pixels().end()}, 1, image.height(), image.width(), 1.0);
}

// Both parameter files in one folder.
struct Parameters {
  test::ScratchFolder folder;
  bool there = true;
  Parameters() {
    for (const auto* name : {"brisque/brisque_model_live.yml", "brisque/brisque_range_live.yml", "niqe/niqe_pris_params.npz"}) {
      const auto file = test::shared_file(std::string("data/models/") + name);
      there = there && file.has_value();
      if (file) std::filesystem::copy_file(*file, folder / std::filesystem::path(name).filename().string());
    }
  }
};

}  // namespace

TEST_CASE("iqa: scores of photographs agree with the programs the parameters come from") {
  const Parameters parameters;
  const auto photos = test::shared_file("data/images/iqa_noncommercial");
  if (!parameters.there || !photos) return;
  // brisque: cv2.quality.QualityBRISQUE_compute of opencv-contrib-python-headless 4.10.0.84 with the same two files. Tolerance:
  // its search over shapes adds up steps in float32 and may stop one step (0.001) beside the nearest.
  // niqe: niqe of pyiqa 0.1.16 with the same parameters. Tolerance 0.5 %: it resizes in float32, adds a constant below the root and rounds
  // luma otherwise.
  const struct {
    const char* file;
    double brisque, niqe;
  } rows[] = {{"dist/I03.bmp", 84.46388, 15.65321},
              {"dist/I06.bmp", 1.28673, 3.23419},
              {"ref/I03.bmp", 5.23405, 5.12224},
              {"ref/I06.bmp", 1.32067, 3.14310}};
  for (const auto& row : rows) {
    CAPTURE(row.file);
    const auto result = judge(photo(*photos / row.file), parameters.folder.path());
    REQUIRE(result.scores.size() == 2);
    CHECK(std::fabs(result.scores[0].value - row.brisque) < 0.1);
    CHECK(result.scores[1].value == doctest::Approx(row.niqe).epsilon(5e-3));
  }
}

TEST_CASE("iqa: NIQE meets the published scores") {
  const Parameters parameters;
  const auto photos = test::shared_file("data/images/iqa_noncommercial");
  if (!parameters.there || !photos) return;
  // official_scores.csv, row niqe: an earlier release of pyiqa, hence one per cent.
  CHECK(judge(photo(*photos / "dist/I03.bmp"), parameters.folder.path(), {"niqe"}).scores[0].value ==
        doctest::Approx(15.7536293917814).epsilon(1e-2));
  CHECK(judge(photo(*photos / "dist/I06.bmp"), parameters.folder.path(), {"niqe"}).scores[0].value ==
        doctest::Approx(3.23547743716998).epsilon(1e-3));
}

TEST_CASE("iqa: a degraded clip scores worse") {
  const Parameters parameters;
  const auto base = test::shared_file("data/videos/ladder/base.mp4"), blur = test::shared_file("data/videos/ladder/blur3.mp4"),
             noise = test::shared_file("data/videos/ladder/noise30.mp4");
  if (!parameters.there || !base || !blur || !noise) return;
  const auto clean = judge(*base, parameters.folder.path()), blurred = judge(*blur, parameters.folder.path()),
             noisy = judge(*noise, parameters.folder.path());
  for (std::size_t i = 0; i < 2; ++i) {
    CAPTURE(clean.scores[i].dimension);
    CHECK(blurred.scores[i].value > clean.scores[i].value);
    CHECK(noisy.scores[i].value > clean.scores[i].value);
    CHECK(clean.scores[i].parts.size() == 24);
  }
}

TEST_CASE("iqa: flat frames do not count, flat and tiny clips are refused") {
  const Parameters parameters;
  if (!parameters.there) return;
  const auto clip = test::moving_square(3, 120, 200);
  const auto grainy = test::noisy(clip, 8.0);
  std::vector<std::uint8_t> pixels(grainy.pixels().begin(), grainy.pixels().end());
  std::fill_n(pixels.begin() + 120 * 200 * 3, 120 * 200 * 3, std::uint8_t{0});  // the second frame is black
  const auto result = judge(Video(std::move(pixels), 3, 120, 200, 10.0), parameters.folder.path());
  REQUIRE(result.scores.size() == 2);
  for (const auto& score : result.scores) {
    CHECK(score.parts.size() == 2);
    REQUIRE(score.flags.size() == 1);
    CHECK(score.flags[0].find("1 of 3 frames are flat") != std::string::npos);
  }
  for (const auto& hopeless : {Video(std::vector<std::uint8_t>(2 * 120 * 200 * 3, 90), 2, 120, 200, 10.0), test::moving_square(2, 8, 8)}) {
    const auto refused = judge(hopeless, parameters.folder.path());
    CHECK(refused.scores.empty());
    for (const auto& problem : refused.problems) CHECK(problem.kind == ErrorKind::invalid_argument);
  }
}

TEST_CASE("iqa: parameter files that are absent or damaged are named") {
  test::ScratchFolder folder;
  const auto clip = test::moving_square(2, 120, 200);
  const auto absent = judge(clip, folder.path());
  REQUIRE(absent.problems.size() == 2);
  CHECK(absent.problems[0].kind == ErrorKind::not_found);
  CHECK(absent.problems[0].message.find("opencv_contrib") != std::string::npos);
  CHECK(absent.problems[1].message.find("BasicSR") != std::string::npos);
  const auto refused = [&](std::string_view model, std::string_view range, const char* words) {
    base::write_text_atomic(folder / "brisque_model_live.yml", model);
    base::write_text_atomic(folder / "brisque_range_live.yml", range);
    const auto result = judge(clip, folder.path(), {"brisque"});
    REQUIRE(result.problems.size() == 1);
    CAPTURE(result.problems[0].message);
    CHECK(result.problems[0].kind == ErrorKind::format_error);
    CHECK(result.problems[0].message.find(words) != std::string::npos);
  };
  refused("", "", "no entry \"gamma\"");
  refused("gamma: 0.05\nrho: -1.\nalpha: [ 1., 2. ]\nsupport_vectors:\n - [ 1., 2. ]\n", "",
          "2 numbers in \"support_vectors\", expected 72");
  refused("gamma: 0.05\nrho: -1.\nalpha: [ 1., ! ]\nsupport_vectors:\n", "", "no number");
  base::write_text_atomic(folder / "niqe_pris_params.npz", "PK no archive");
  CHECK(judge(clip, folder.path(), {"niqe"}).problems.front().kind == ErrorKind::format_error);
}
