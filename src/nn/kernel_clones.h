// Row kernels compiled for three generations of x86; the loader picks one by what the processor can do. (Named models, such as
// "haswell", are matched by name alone and miss every other processor of the same abilities.) Sanitizers start too late for that.
#pragma once

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_UNDEFINED__)
#define GALLOP_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define GALLOP_CLONES
#endif
#define GALLOP_INLINE inline __attribute__((always_inline))
