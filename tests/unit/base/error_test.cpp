#include <doctest/doctest.h>

#include "base/check.h"
#include "base/run.h"

using namespace gallop;

TEST_CASE("error: a kind is a class, a name and catchable as Error") {
  try {
    throw ModelError("x: y");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::model_error);
    CHECK(name_of(error.kind()) == "ModelError");
    CHECK(std::string(error.what()) == "x: y");
  }
}

TEST_CASE("check: checked sizes refuse to overflow") {
  CHECK(base::checked_mul(std::int64_t{6}, std::int64_t{7}, "shape") == 42);
  CHECK_THROWS_WITH_AS(base::checked_mul(std::int64_t{1} << 40, std::int64_t{1} << 40, "shape"), doctest::Contains("overflows"),
                       FormatError);
  CHECK_THROWS_AS(base::checked_add<InvalidArgument>(std::numeric_limits<std::int64_t>::max(), std::int64_t{1}, "n"), InvalidArgument);
  CHECK_THROWS_AS(GALLOP_ASSERT(1 == 2), InternalError);
}

TEST_CASE("run: a token and a callback both end the run with Cancelled") {
  RunOptions options;
  const base::RunMonitor monitor(options);
  monitor.tick(Stage::score, 0, 1);
  options.on_progress = [](const Progress& progress) { return progress.done == 1 ? Flow::stop : Flow::go_on; };
  monitor.tick(Stage::score, 0, 1);
  CHECK_THROWS_AS(monitor.tick(Stage::score, 1, 1), Cancelled);
  auto copy = options.cancel;
  copy.cancel();
  CHECK_THROWS_AS(monitor.check(), Cancelled);
}
