// Functions compiled for several instruction sets, the best chosen when the program starts.
#pragma once

// Integer loops only: their results do not depend on the instruction set.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define GALLOP_VECTOR_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define GALLOP_VECTOR_CLONES
#endif
