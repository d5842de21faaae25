// Rules of human_action (vbench.md 4.10), apart from the network.
#pragma once

#include <string>

namespace gallop::evaluators::vbench {

// The action of a suite file name without its extension, as "A person is riding a bike-0": lower case, up to the first "-", after the last
// "person is ", up to the first "_".
std::string action_in(std::string name);

// A probability in four decimals, as the reference keeps it.
double kept_probability(double probability);

// Whether a kept probability counts as an answer: 0.85 itself does.
bool is_confident(double kept);

}  // namespace gallop::evaluators::vbench
