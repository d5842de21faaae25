// Noise levels of the solvers (wan.md 5.2).
#pragma once

#include <vector>

namespace gallop::schedulers {

std::vector<double> linear(double from, double to, int count);  // both ends included
double shifted(double sigma, double shift);                     // k s / (1 + (k - 1) s)
double lambda_of(double sigma);                                 // ln(1 - s) - ln(s)
// Rounded to float32, as the references store their tables; the final zero appended.
std::vector<double> stored(std::vector<double> sigmas);
// The doubly shifted grid of the flow-matching Euler and Heun solvers.
std::vector<double> doubly_shifted(int steps, double shift);

}  // namespace gallop::schedulers
