// SPDX-License-Identifier: Apache-2.0
//
// AVX-512 with VNNI and counting of bits: Ice Lake, Zen 4 and later.
#if defined(__x86_64__)
#include "internal.h"
#include <immintrin.h>
#include <stdlib.h>

#define INLINE static inline __attribute__((always_inline))
#define TIER nk_tier_avx512_popcount
#define TIER_NAME "avx512-vnni-vpopcntdq"

#pragma clang attribute push( \
    __attribute__((target("avx2,fma,bmi,bmi2,popcnt,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx512vpopcntdq"))), apply_to = function)

#include "tier_avx512.inc.h"

static uint32_t dot_signs(const uint8_t *signs, const uint8_t *query, size_t count) {
    const size_t plane = count / 8;
    __m512i s0 = _mm512_setzero_si512(), s1 = s0, s2 = s0, s3 = s0;
    for (size_t i = 0; i < plane; i += 64) {
        size_t rest = plane - i;
        __mmask8 words = rest >= 64 ? 0xFF : (__mmask8)((1u << (rest / 8)) - 1);
        __m512i bits = _mm512_maskz_loadu_epi64(words, signs + i);
        s0 = _mm512_add_epi64(s0, _mm512_popcnt_epi64(_mm512_and_si512(bits, _mm512_maskz_loadu_epi64(words, query + i))));
        s1 = _mm512_add_epi64(
            s1, _mm512_popcnt_epi64(_mm512_and_si512(bits, _mm512_maskz_loadu_epi64(words, query + plane + i))));
        s2 = _mm512_add_epi64(
            s2, _mm512_popcnt_epi64(_mm512_and_si512(bits, _mm512_maskz_loadu_epi64(words, query + 2 * plane + i))));
        s3 = _mm512_add_epi64(
            s3, _mm512_popcnt_epi64(_mm512_and_si512(bits, _mm512_maskz_loadu_epi64(words, query + 3 * plane + i))));
    }
    s0 = _mm512_add_epi64(s0, _mm512_slli_epi64(s1, 1));
    s2 = _mm512_add_epi64(s2, _mm512_slli_epi64(s3, 1));
    return (uint32_t)_mm512_reduce_add_epi64(_mm512_add_epi64(s0, _mm512_slli_epi64(s2, 2)));
}

#include "tier.inc.h"

#pragma clang attribute pop
#endif
