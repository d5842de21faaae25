#include "evaluators/vbench/action_rules.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <string_view>

namespace gallop::evaluators::vbench {
namespace {

constexpr double kConfident = 0.85;
constexpr std::string_view kLead = "person is ";

}  // namespace

std::string action_in(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(c < 128 ? std::tolower(c) : c); });
  name = name.substr(0, name.find('-'));
  if (const auto lead = name.rfind(kLead); lead != std::string::npos) name = name.substr(lead + kLead.size());
  return name.substr(0, name.find('_'));
}

double kept_probability(double probability) { return std::nearbyint(probability * 1e4) / 1e4; }

bool is_confident(double kept) { return kept >= kConfident; }

}  // namespace gallop::evaluators::vbench
