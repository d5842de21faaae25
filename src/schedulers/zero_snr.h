// Noise levels with a vanishing signal at the end (arXiv 2305.08891): what super-resolution stages mix their input with.
#pragma once

#include <vector>

namespace gallop::schedulers {

// Share of the signal at each of `count` levels: the square roots of the cumulative products of 1 - beta, betas linear in
// their square roots from 0.00085 to 0.012, shifted and scaled so that the first stays and the last is 0.
// The mix at a level is a x + sqrt(1 - a^2) noise.
std::vector<double> zero_snr_signal(int count = 1000);

}  // namespace gallop::schedulers
