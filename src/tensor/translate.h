// Foreign exceptions to errors of the library, in one place.
#pragma once

#include <exception>
#include <utility>

namespace gallop::tensor {

// Turns the exception in flight, one of LibTorch or the standard library, into one of ours; ours and the caller's own pass.
[[noreturn]] void rethrow_translated();

template <class Work>
auto translated(Work&& work) -> decltype(work()) {
  try {
    return std::forward<Work>(work)();
  } catch (...) {
    rethrow_translated();
  }
}

}  // namespace gallop::tensor
