#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "evaluators/score_clips.h"
#include "gallop/error.h"
#include "support/clips.h"
#include "support/degrade.h"
#include "support/shared_data.h"

using namespace gallop;

namespace {

ClipResult compare(const Clip& clip, const Clip& reference) {
  const ClipRequest request{.clip = clip, .reference = reference};
  return evaluators::score_clips({&request, 1}, {.dimensions = {"psnr", "ssim"}, .load = {.device = {}}}, {}).front();
}

}  // namespace

TEST_CASE("reference: PSNR and SSIM equal those of FFmpeg's filters") {
  // full_reference_ffmpeg.csv, FFmpeg 5.1 psnr and ssim filters; printed with six digits.
  const auto table = test::shared_file("data/videos/expected/full_reference_ffmpeg.csv");
  if (!table) return;
  std::ifstream in(*table);
  std::string line;
  std::getline(in, line);
  int rows = 0;
  while (std::getline(in, line)) {
    std::istringstream cells(line);
    std::vector<std::string> row;
    for (std::string cell; std::getline(cells, cell, ',');) row.push_back(cell);
    CAPTURE(row[0]);
    const auto result = compare(*test::shared_file("data/" + row[0]), *test::shared_file("data/" + row[1]));
    REQUIRE(result.scores.size() == 2);
    const auto &psnr = result.scores[0], &ssim = result.scores[1];
    const auto close = [](double ours, const std::string& theirs, double tolerance) {
      return theirs == "inf" ? ours == 100.0 : std::fabs(ours - std::stod(theirs)) < tolerance;
    };
    CHECK(close(psnr.details.at("psnr_y"), row[2], 1e-4));
    CHECK(close(psnr.details.at("psnr_u"), row[3], 1e-4));
    CHECK(close(psnr.details.at("psnr_v"), row[4], 1e-4));
    CHECK(close(psnr.value, row[5], 1e-4));
    // The recorded SSIM comes from FFmpeg's vector code, which miscounts windows when a line has no multiple of four cells; its
    // plain code (-cpuflags 0) gives our values to the last digit (tests/python/test_reference.py compares live).
    CHECK(close(ssim.details.at("ssim_y"), row[6], row[0].find("carphone") != std::string::npos ? 1e-6 : 6e-3));
    CHECK(close(ssim.value, row[7], 4e-3));
    ++rows;
  }
  CHECK(rows >= 10);
}

TEST_CASE("reference: identical clips, missing references, other sizes and lengths") {
  const auto clip = test::moving_square(5, 48, 64);
  const auto same = compare(clip, clip);
  CHECK(same.scores[0].value == 100.0);
  CHECK(same.scores[1].value == doctest::Approx(1.0));
  CHECK(compare(test::blurred(clip, 1.0), clip).scores[1].value > compare(test::blurred(clip, 3.0), clip).scores[1].value);
  CHECK(compare(clip.slice(0, 3), clip).scores[0].flags.size() == 1);
  CHECK(compare(test::moving_square(5, 32, 64), clip).problems.front().kind == ErrorKind::invalid_argument);
  const ClipRequest alone{.clip = clip};
  const auto result = evaluators::score_clips({&alone, 1}, {.profile = "reference", .load = {.device = {}}}, {}).front();
  CHECK(result.problems.size() == 2);
  CHECK(result.problems.front().message.find("--reference") != std::string::npos);
}
