// The memory plan of the published model on three sizes of card.
#include "pipelines/single_stream/memory.h"

#include <doctest/doctest.h>

#include <string>

#include "gallop/error.h"

namespace gallop::pipelines::single_stream {

namespace {

constexpr std::uint64_t kGigabyte = 1'000'000'000;

// Five seconds at a named resolution.
Geometry five_seconds(const std::string& resolution) {
  Geometry geometry{.output = pixels_of(resolution, 16.0 / 9.0), .base = {448, 256}};
  geometry.base_size = {32, 16, 28, 126};
  if (resolution == "540p") {
    geometry.refined = Pixels{896, 512};
    geometry.refined_size = {32, 32, 56, 126};
  } else if (resolution == "1080p") {
    geometry.refined = Pixels{1920, 1088};
    geometry.refined_size = {32, 68, 120, 126};
  }
  geometry.frames = 125;
  return geometry;
}

const StageMemory& stage(const SingleStreamPlan& plan, const std::string& name) {
  for (const auto& item : plan.stages)
    if (item.name == name) return item;
  FAIL("no stage " << name);
  return plan.stages.front();
}

}  // namespace

TEST_CASE("pixels: names of resolutions at the usual shapes") {
  CHECK(pixels_of("256p", 16.0 / 9.0) == Pixels{448, 256});
  CHECK(pixels_of("256p", 9.0 / 16.0) == Pixels{256, 448});
  CHECK(pixels_of("256p", 1.0) == Pixels{256, 256});
  CHECK(pixels_of("540p", 16.0 / 9.0) == Pixels{896, 512});
  CHECK(pixels_of("720p", 16.0 / 9.0) == Pixels{1280, 720});
  CHECK(pixels_of("1080p", 9.0 / 16.0) == Pixels{1080, 1920});
  CHECK(pixels_of("1080p", 4.0 / 3.0) == Pixels{1440, 1080});
  CHECK_THROWS_AS(pixels_of("4k", 1.0), InvalidArgument);
  CHECK(aspect_of("16:9") == doctest::Approx(16.0 / 9.0));
  for (const auto* wrong : {"16/9", "0:1", ":", "9", "3:1", "a:b", "1:2x"}) CHECK_THROWS_AS(aspect_of(wrong), InvalidArgument);
}

TEST_CASE("memory plan: 24, 48 and 80 GB cards at 256p, 540p and 1080p") {
  const auto sizes = PartSizes::published(2);
  CHECK(static_cast<double>(sizes.transformer_bytes) / (1 << 30) == doctest::Approx(28.54).epsilon(0.001));
  for (const std::string resolution : {"256p", "540p", "1080p"})
    for (const std::uint64_t card : {24, 48, 80}) {
      const auto plan = plan_memory(sizes, five_seconds(resolution), true, card * kGigabyte);
      MESSAGE(resolution << " on " << card << " GB:\n" << plan.text());
      CAPTURE(resolution);
      CAPTURE(card);
      CHECK(plan.fits());
      // A transformer of 30.6 GB does not lie whole in 24 GB, and need not be streamed on the others.
      CHECK(plan.streamed == (card == 24));
      CHECK(plan.text().find("DOES NOT FIT") == std::string::npos);
    }
}

TEST_CASE("memory plan: without a limit everything stays, a smaller one releases, then streams, then is refused with numbers") {
  const auto sizes = PartSizes::published(2);
  const auto geometry = five_seconds("1080p");
  const auto free = plan_memory(sizes, geometry, false, 0);
  CHECK_FALSE(free.release);
  CHECK(free.fits());
  CHECK(plan_memory(sizes, geometry, false, free.peak).release == false);
  const auto released = plan_memory(sizes, geometry, false, free.peak - 1);
  CHECK(released.release);
  CHECK_FALSE(released.streamed);
  const auto streamed = plan_memory(sizes, geometry, false, released.peak - 1);
  CHECK(streamed.streamed);
  CHECK(stage(streamed, "refine").weights < stage(released, "refine").weights);
  const auto refused = plan_memory(sizes, geometry, false, streamed.peak - 1);
  CHECK_FALSE(refused.fits());
  try {
    demand_fits(refused, geometry);
    FAIL("a plan that does not fit passed");
  } catch (const OutOfMemory& error) {
    const std::string text = error.what();
    CHECK(text.find("load.memory_limit") != std::string::npos);
    CHECK(text.find("1920x1080") != std::string::npos);
    CHECK(text.find("DOES NOT FIT") != std::string::npos);
  }
  CHECK_NOTHROW(demand_fits(streamed, geometry));
}

}  // namespace gallop::pipelines::single_stream
