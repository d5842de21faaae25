// What the file names of the suite say (vbench.md 1.3).
#pragma once

#include "gallop/evaluator.h"

namespace gallop::evaluators::vbench {

// "a cat-0.mp4" -> "a cat": the stem without a trailing "-<digits>".
std::string prompt_in_name(const std::filesystem::path& file);

// The prompt of a request, or the one its file name holds. Neither: InvalidArgument that names `dimension`.
struct Prompt {
  std::string text;
  bool from_name = false;
};
Prompt prompt_of(const ClipRequest& request, const std::string& dimension);

}  // namespace gallop::evaluators::vbench
