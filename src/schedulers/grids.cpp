#include "schedulers/grids.h"

#include <cmath>

namespace gallop::schedulers {

std::vector<double> linear(double from, double to, int count) {
  std::vector<double> values;
  for (int i = 0; i < count; ++i) values.push_back(count == 1 ? from : from + (to - from) * i / (count - 1));
  return values;
}

double shifted(double sigma, double shift) { return shift * sigma / (1.0 + (shift - 1.0) * sigma); }

double lambda_of(double sigma) { return std::log(1.0 - sigma) - std::log(sigma); }

std::vector<double> stored(std::vector<double> sigmas) {
  for (auto& sigma : sigmas) sigma = static_cast<double>(static_cast<float>(sigma));
  sigmas.push_back(0.0);
  return sigmas;
}

std::vector<double> doubly_shifted(int steps, double shift) {
  const auto end = [&](float sigma) {
    const auto k = static_cast<float>(shift);
    return static_cast<double>(k * sigma / (1.0F + (k - 1.0F) * sigma));
  };
  std::vector<double> sigmas;
  for (const auto sigma : linear(end(1.0F), end(0.001F), steps)) sigmas.push_back(shifted(sigma, shift));
  return sigmas;
}

}  // namespace gallop::schedulers
