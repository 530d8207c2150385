// SPDX-License-Identifier: Apache-2.0
//
// AVX2 with FMA: Haswell, Zen and later.
#if defined(__x86_64__)
#include "internal.h"
#include <immintrin.h>
#include <stdlib.h>

#define INLINE static inline __attribute__((always_inline))
#define TIER nk_tier_avx2
#define TIER_NAME "avx2"

#pragma clang attribute push(__attribute__((target("avx2,fma,bmi,bmi2,popcnt"))), apply_to = function)

INLINE int32_t sum_of_lanes(__m256i lanes) {
    __m128i four = _mm_add_epi32(_mm256_castsi256_si128(lanes), _mm256_extracti128_si256(lanes, 1));
    four = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0x4E));
    return _mm_cvtsi128_si32(_mm_add_epi32(four, _mm_shuffle_epi32(four, 0xB1)));
}

/// Widened to 16 bits: `maddubs` would saturate on whole bytes.
INLINE __m256i add_products(__m256i sum, __m256i codes, const int8_t *query) {
    __m256i low = _mm256_cvtepu8_epi16(_mm256_castsi256_si128(codes));
    __m256i high = _mm256_cvtepu8_epi16(_mm256_extracti128_si256(codes, 1));
    __m256i q0 = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(const void *)query));
    __m256i q1 = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(const void *)(query + 16)));
    sum = _mm256_add_epi32(sum, _mm256_madd_epi16(low, q0));
    return _mm256_add_epi32(sum, _mm256_madd_epi16(high, q1));
}

INLINE __m256i bytes_at(const void *from) {
    return _mm256_loadu_si256((const __m256i *)from);
}

static int32_t dot_u8(const uint8_t *codes, const int8_t *query, size_t count) {
    __m256i s0 = _mm256_setzero_si256(), s1 = s0;
    for (size_t i = 0; i < count; i += 64) {
        s0 = add_products(s0, bytes_at(codes + i), query + i);
        s1 = add_products(s1, bytes_at(codes + i + 32), query + i + 32);
    }
    return sum_of_lanes(_mm256_add_epi32(s0, s1));
}

static int32_t dot_nibbles(const uint8_t *high, const int8_t *query, size_t count) {
    const __m256i low_half = _mm256_set1_epi8(0x0F), ones = _mm256_set1_epi16(1);
    __m256i sum = _mm256_setzero_si256();
    for (size_t i = 0; i < count; i += 128) {
        for (size_t half = 0; half < 64; half += 32) {
            __m256i pair = bytes_at(high + i / 2 + half);
            __m256i first = _mm256_and_si256(pair, low_half);
            __m256i second = _mm256_and_si256(_mm256_srli_epi16(pair, 4), low_half);
            // Two products of at most 15 * 128 each, twice: far from saturation.
            __m256i products = _mm256_add_epi16(
                _mm256_maddubs_epi16(first, bytes_at(query + i + half)),
                _mm256_maddubs_epi16(second, bytes_at(query + i + 64 + half)));
            sum = _mm256_add_epi32(sum, _mm256_madd_epi16(products, ones));
        }
    }
    return sum_of_lanes(sum);
}

static int32_t dot_planes(const uint8_t *high, const uint8_t *low, const int8_t *query, size_t count) {
    return 16 * dot_nibbles(high, query, count) + dot_nibbles(low, query, count);
}

/// The top bits of 64 bytes.
INLINE uint64_t top_bits_of(const uint8_t *bytes) {
    uint32_t low = (uint32_t)_mm256_movemask_epi8(bytes_at(bytes));
    return (uint64_t)(uint32_t)_mm256_movemask_epi8(bytes_at(bytes + 32)) << 32 | low;
}
#define TOP_BITS(bytes) top_bits_of(bytes)

#include "dot_signs_avx2.inc.h"
#include "tier.inc.h"

#pragma clang attribute pop
#endif
