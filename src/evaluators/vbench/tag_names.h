// Names of the tags that Tag2Text gives.
#pragma once

#include <span>
#include <string_view>

namespace gallop::evaluators::vbench {

// 3,429 of them; some stand there twice.
std::span<const std::string_view> tag_names();

}  // namespace gallop::evaluators::vbench
