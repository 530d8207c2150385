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

/// The sum over the planes, each counted as often as its bits are worth.
INLINE uint32_t sum_of_planes(const __m512i *sums) {
    __m512i low = _mm512_add_epi64(sums[0], _mm512_slli_epi64(sums[1], 1));
    __m512i high = _mm512_add_epi64(sums[2], _mm512_slli_epi64(sums[3], 1));
    return (uint32_t)_mm512_reduce_add_epi64(_mm512_add_epi64(low, _mm512_slli_epi64(high, 2)));
}

/// Which words of the 64 bytes from `i` on belong to a plane.
INLINE __mmask8 words_of_plane(size_t plane, size_t i) {
    size_t rest = plane > i ? plane - i : 0;
    return rest >= 64 ? 0xFF : (__mmask8)((1u << (rest / 8)) - 1);
}

INLINE void add_bits(__m512i *sums, __m512i bits, const __m512i *planes) {
    for (int p = 0; p < 4; p++) {
        sums[p] = _mm512_add_epi64(sums[p], _mm512_popcnt_epi64(_mm512_and_si512(bits, planes[p])));
    }
}

static uint32_t dot_signs(const uint8_t *signs, const uint8_t *query, size_t count) {
    const size_t plane = count / 8;
    __m512i sums[4] = {0};
    for (size_t i = 0; i < plane; i += 64) {
        __mmask8 words = words_of_plane(plane, i);
        __m512i planes[4];
        for (int p = 0; p < 4; p++) planes[p] = _mm512_maskz_loadu_epi64(words, query + p * plane + i);
        add_bits(sums, _mm512_maskz_loadu_epi64(words, signs + i), planes);
    }
    return sum_of_planes(sums);
}

/// The planes of a query in `pieces` times 64 bytes, the last piece perhaps shorter, stay in registers.
INLINE void dot_rows_of_pieces(
    const uint8_t *const *rows, uint32_t count, uint32_t ahead, size_t stride, const uint8_t *query, size_t plane,
    uint32_t *products, const int pieces
) {
    const __mmask8 last = words_of_plane(plane, 64 * (size_t)(pieces - 1));
    __m512i planes[4][4];
    for (int i = 0; i < pieces; i++) {
        for (int p = 0; p < 4; p++) {
            planes[i][p] = _mm512_maskz_loadu_epi64(i + 1 < pieces ? 0xFF : last, query + p * plane + 64 * i);
        }
    }
    for (uint32_t row = 0; row < count; row++) {
        if (row + AHEAD < ahead) prefetch_lines(rows[row + AHEAD], stride);
        __m512i sums[4] = {0};
        for (int i = 0; i < pieces; i++) {
            add_bits(sums, _mm512_maskz_loadu_epi64(i + 1 < pieces ? 0xFF : last, rows[row] + 64 * i), planes[i]);
        }
        products[row] = sum_of_planes(sums);
    }
}

#define ROWS_OF_SIGNS
static void dot_rows_of_signs(
    const uint8_t *const *rows, uint32_t count, uint32_t ahead, size_t stride, const uint8_t *query, size_t padded,
    uint32_t *products
) {
    const size_t plane = padded / 8;
    switch ((plane + 63) / 64) {
    case 1: dot_rows_of_pieces(rows, count, ahead, stride, query, plane, products, 1); return;
    case 2: dot_rows_of_pieces(rows, count, ahead, stride, query, plane, products, 2); return;
    case 3: dot_rows_of_pieces(rows, count, ahead, stride, query, plane, products, 3); return;
    case 4: dot_rows_of_pieces(rows, count, ahead, stride, query, plane, products, 4); return;
    default: break;
    }
    for (uint32_t row = 0; row < count; row++) {
        if (row + AHEAD < ahead) prefetch_lines(rows[row + AHEAD], stride);
        products[row] = dot_signs(rows[row], query, padded);
    }
}

#include "tier.inc.h"

#pragma clang attribute pop
#endif
