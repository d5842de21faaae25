// What a request says about its clip.
#pragma once

#include <string>
#include <string_view>

#include "gallop/evaluator.h"

namespace gallop::evaluators::vbench {

// The label "DIMENSION.NAME", else "NAME". InvalidArgument when the request has neither; `example` shows what it may be.
const std::string& required_label(const ClipRequest& request, std::string_view dimension, const std::string& label,
                                  std::string_view example);

}  // namespace gallop::evaluators::vbench
