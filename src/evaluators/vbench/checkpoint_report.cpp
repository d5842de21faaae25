#include "evaluators/vbench/checkpoint_report.h"

#include <algorithm>

#include "base/check.h"
#include "base/hash.h"
#include "base/names.h"
#include "evaluators/registry.h"
#include "evaluators/vbench/checkpoint_networks.h"

namespace gallop::evaluators::vbench {
namespace {

// The evaluators that say they need the file.
std::vector<std::string> readers_of(std::string_view file) {
  std::vector<std::string> names;
  for (const auto& info : list(""))
    if (std::find(info.needs.begin(), info.needs.end(), fmt::format("weights:{}", file)) != info.needs.end()) names.push_back(info.name);
  return names;
}

CheckpointInfo describe(const Checkpoint& checkpoint) {
  return {.file = std::string(checkpoint.file),
          .folder = std::string(checkpoint.folder),
          .origin = std::string(checkpoint.origin),
          .sha256 = std::string(checkpoint.sha256),
          .bytes = checkpoint.bytes,
          .licence = std::string(checkpoint.licence),
          .dimensions = readers_of(checkpoint.file)};
}

// A hash is published for the original file only.
void compare_hash(const Checkpoint& checkpoint, CheckpointReport& report) {
  if (checkpoint.sha256.empty() || report.path.filename() != checkpoint.file) return;
  report.sha256 = base::sha256_file(report.path);
  GALLOP_CHECK(report.sha256 == checkpoint.sha256, ModelError,
               "{}: its SHA-256 is {}, published is {}; this is another file than {} offers", base::quote(report.path), report.sha256,
               checkpoint.sha256, checkpoint.origin);
}

CheckpointReport check(const std::filesystem::path& folder, const Checkpoint& checkpoint, bool hash) {
  CheckpointReport report{.info = describe(checkpoint)};
  try {
    report.path = find_checkpoint(folder, checkpoint);
    try_checkpoint(report.path, checkpoint);
    if (hash) compare_hash(checkpoint, report);
    report.state = CheckpointState::good;
  } catch (const NotFound& error) {
    report.state = CheckpointState::missing;
    report.message = error.what();
  } catch (const Error& error) {
    report.state = CheckpointState::bad;
    report.message = error.what();
  }
  return report;
}

}  // namespace

std::vector<CheckpointInfo> known_checkpoints() {
  std::vector<CheckpointInfo> all;
  for (const auto* checkpoint : all_checkpoints()) all.push_back(describe(*checkpoint));
  return all;
}

std::vector<CheckpointReport> check_checkpoints(const std::filesystem::path& folder, const CheckpointOptions& options) {
  GALLOP_CHECK(std::filesystem::is_directory(folder), NotFound, "weights: {} is no folder; name the one that holds the checkpoints",
               base::quote(folder));
  std::vector<std::string> known;
  for (const auto* checkpoint : all_checkpoints()) {
    const auto names = readers_of(checkpoint->file);
    known.insert(known.end(), names.begin(), names.end());
  }
  for (const auto& name : options.dimensions)
    GALLOP_CHECK(std::find(known.begin(), known.end(), name) != known.end(), InvalidArgument,
                 "weights.dimensions: {} needs no checkpoint{}", base::quote(name), base::suggestion(name, known));
  std::vector<CheckpointReport> reports;
  for (const auto* checkpoint : all_checkpoints()) {
    const auto readers = readers_of(checkpoint->file);
    const auto asked = [&](const auto& name) { return std::find(readers.begin(), readers.end(), name) != readers.end(); };
    if (options.dimensions.empty() || std::any_of(options.dimensions.begin(), options.dimensions.end(), asked))
      reports.push_back(check(folder, *checkpoint, options.hash));
  }
  return reports;
}

}  // namespace gallop::evaluators::vbench
