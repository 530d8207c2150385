// SPDX-License-Identifier: Apache-2.0
//
// AVX2 with FMA: Haswell, Zen and later.
#if defined(__x86_64__)
#define LOOPS nl_loops_avx2
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "loops.inc.h"
#pragma clang attribute pop
#endif
