#include "evaluators/vbench/labels.h"

#include "base/check.h"

namespace gallop::evaluators::vbench {

const std::string& required_label(const ClipRequest& request, std::string_view dimension, const std::string& label,
                                  std::string_view example) {
  for (const auto& name : {fmt::format("{}.{}", dimension, label), label})
    if (const auto found = request.labels.find(name); found != request.labels.end() && !found->second.empty()) return found->second;
  throw InvalidArgument(fmt::format("{}: the clip has no label \"{}\"; give it, for example \"{}\"", dimension, label, example));
}

}  // namespace gallop::evaluators::vbench
