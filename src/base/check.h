// Checks that throw with a formatted message, and arithmetic that refuses to overflow.
#pragma once

#include <fmt/format.h>

#include <concepts>
#include <cstdint>
#include <limits>

#include "gallop/error.h"

namespace gallop::base {

// Reports a broken invariant of our own; never returns.
[[noreturn]] void fail_assert(const char* condition, const char* file, int line);

// a * b and a + b of sizes; throws `E` naming `what` when the result leaves the type.
template <class E = FormatError, std::integral T>
T checked_mul(T a, T b, const char* what) {
  T result;
  if (__builtin_mul_overflow(a, b, &result)) throw E(fmt::format("{}: {} x {} overflows; the size is not believable", what, a, b));
  return result;
}
template <class E = FormatError, std::integral T>
T checked_add(T a, T b, const char* what) {
  T result;
  if (__builtin_add_overflow(a, b, &result)) throw E(fmt::format("{}: {} + {} overflows; the size is not believable", what, a, b));
  return result;
}

}  // namespace gallop::base

// The caller's mistake or bad input: GALLOP_CHECK(frames > 0, InvalidArgument, "generate.frames: {} ...", frames).
#define GALLOP_CHECK(condition, Kind, ...)                            \
  do {                                                                \
    if (!(condition)) throw ::gallop::Kind(fmt::format(__VA_ARGS__)); \
  } while (false)

// Our own mistake.
#define GALLOP_ASSERT(condition)                                                   \
  do {                                                                             \
    if (!(condition)) ::gallop::base::fail_assert(#condition, __FILE__, __LINE__); \
  } while (false)
