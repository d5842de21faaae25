// Passes over whole correlation volumes on the CPU. No LibTorch here, so that this one file can be compiled for several instruction
// sets and chosen at run time.
#pragma once

#include <cstdint>

namespace gallop::models::correlation::kernels {

// Means of two by two values: maps [count, height, width] -> out [count, height / 2, width / 2]; an odd last row or column is left out.
void halve(const float* maps, std::int64_t count, std::int64_t height, std::int64_t width, float* out, int threads);

// x [rows, columns] -> out [columns, rows]
void transpose(const float* x, std::int64_t rows, std::int64_t columns, float* out, int threads);

}  // namespace gallop::models::correlation::kernels
