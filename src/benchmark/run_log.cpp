#include "benchmark/run_log.h"

#include <unistd.h>

#include <array>

#include "base/files.h"
#include "base/json.h"
#include "benchmark/content_key.h"
#include "gallop/error.h"
#include "gallop/version.h"

namespace gallop::benchmark {
namespace {

std::int64_t wall_clock() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// Sessions before this one; a file that cannot be read holds none.
base::OrderedJson earlier(const std::filesystem::path& file) {
  try {
    const auto json = base::OrderedJson::parse(base::read_text(file));
    if (json.contains("sessions") && json["sessions"].is_array()) return json["sessions"];
  } catch (const Error&) {
  } catch (const base::OrderedJson::exception&) {
  }
  return base::OrderedJson::array();
}

}  // namespace

RunLog::RunLog(const RunPlan& plan) : plan_(plan), started_(wall_clock()) {}

void RunLog::write(std::int64_t units, double judging_seconds, double judging_processor_seconds) const {
  const auto file = plan_.run / "run.json";
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  auto sessions = earlier(file);
  sessions.push_back({{"started", started_},
                      {"finished", wall_clock()},
                      {"host", host.data()},
                      {"gallop", GALLOP_VERSION},
                      {"shard", std::to_string(plan_.shard.index) + "/" + std::to_string(plan_.shard.count)},
                      {"device", plan_.load.device.str()},
                      {"dtype", dtype_name(plan_.load)},
                      {"units", units},
                      {"seconds", seconds()},
                      {"planning_seconds", planning_},
                      {"judging_seconds", judging_seconds},
                      {"processor_seconds", processor_seconds() - processor_start_},
                      {"planning_processor_seconds", planning_processor_},
                      {"judging_processor_seconds", judging_processor_seconds}});
  base::write_text_atomic(file, base::OrderedJson({{"schema", "gallop/run-v1"}, {"sessions", sessions}}).dump(1) + "\n");
}

}  // namespace gallop::benchmark
