// Names of the human actions that human_action knows.
#pragma once

#include <array>
#include <span>
#include <string_view>

namespace gallop::evaluators::vbench {

std::span<const std::string_view, 400> kinetics_labels();

}  // namespace gallop::evaluators::vbench
