#include "schedulers/zero_snr.h"

#include <cmath>

#include "schedulers/grids.h"

namespace gallop::schedulers {

std::vector<double> zero_snr_signal(int count) {
  std::vector<double> signal;
  double product = 1.0;
  for (const double root : linear(std::sqrt(0.00085), std::sqrt(0.012), count)) {
    product *= 1.0 - root * root;
    signal.push_back(std::sqrt(product));
  }
  const double first = signal.front(), last = signal.back();
  for (auto& share : signal) share = (share - last) * first / (first - last);
  return signal;
}

}  // namespace gallop::schedulers
