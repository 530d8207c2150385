// SPDX-License-Identifier: Apache-2.0
//
// AVX-512 with VNNI, without counting of bits: Cascade Lake and Cooper Lake.
#if defined(__x86_64__)
#include "internal.h"
#include <immintrin.h>
#include <stdlib.h>

#define INLINE static inline __attribute__((always_inline))
#define TIER nk_tier_avx512
#define TIER_NAME "avx512-vnni"

#pragma clang attribute push(__attribute__((target("avx2,fma,bmi,bmi2,popcnt,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni"))), apply_to = function)

#include "tier_avx512.inc.h"
#include "dot_signs_avx2.inc.h"
#include "tier.inc.h"

#pragma clang attribute pop
#endif
