#include "evaluators/vbench/suite_names.h"

#include <algorithm>

#include "base/check.h"

namespace gallop::evaluators::vbench {

std::string prompt_in_name(const std::filesystem::path& file) {
  auto name = file.stem().string();
  const auto dash = name.rfind('-');
  const auto is_digit = [](unsigned char c) { return c >= '0' && c <= '9'; };
  if (dash != std::string::npos && dash + 1 < name.size() &&
      std::all_of(name.begin() + static_cast<std::ptrdiff_t>(dash) + 1, name.end(), is_digit))
    name.resize(dash);
  return name;
}

Prompt prompt_of(const ClipRequest& request, const std::string& dimension) {
  if (!request.prompt.empty()) return {request.prompt, false};
  Prompt prompt{request.clip.file() != nullptr ? prompt_in_name(*request.clip.file()) : std::string(), true};
  GALLOP_CHECK(!prompt.text.empty(), InvalidArgument, "{}: the clip has no prompt to compare with; give the text it was made from",
               dimension);
  return prompt;
}

}  // namespace gallop::evaluators::vbench
