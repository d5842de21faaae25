// A tiny Wan model on disk, and opening it.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "pipelines/registry.h"
#include "support/shared_data.h"
#include "support/tiny_wan_folder.h"

namespace gallop::test {

inline const RunOptions kRun;

inline std::unique_ptr<pipelines::PipelineBase> open(const pipelines::ModelSource& source, const LoadOptions& options = {.device = {}}) {
  at::set_num_threads(1);  // small models only lose time to more
  return pipelines::open_pipeline(source, options, base::RunMonitor(kRun));
}

// A written model and the tokenizer that belongs to it; nothing without the shared data.
struct Model {
  explicit Model(const std::string& name) : tokenizer(shared_file("reference/wan_tokenizer/tokenizer.json")) {
    if (tokenizer) write_tiny_wan(folder / "model", name, *tokenizer);
  }
  std::filesystem::path path() const { return folder / "model"; }
  ScratchFolder folder;
  std::optional<std::filesystem::path> tokenizer;
};

}  // namespace gallop::test
