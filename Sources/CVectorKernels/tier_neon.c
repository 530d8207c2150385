// SPDX-License-Identifier: Apache-2.0
//
// NEON with dot products: ARMv8.2 and later.
#if defined(__aarch64__)
#include "internal.h"
#include <arm_neon.h>
#include <stdlib.h>

#define INLINE static inline __attribute__((always_inline))
#define TIER nk_tier_neon
#define TIER_NAME "neon-dotprod"

#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)

/// Codes as signed bytes, 128 less; what is missing is 128 times the sum of the query.
INLINE int32x4_t add_products(int32x4_t sum, uint8x16_t codes, int8x16_t query) {
    return vdotq_s32(sum, vreinterpretq_s8_u8(veorq_u8(codes, vdupq_n_u8(0x80))), query);
}

static int32_t dot_u8(const uint8_t *codes, const int8_t *query, size_t count) {
    int32x4_t sum = vdupq_n_s32(0), query_sum = sum;
    for (size_t i = 0; i < count; i += 16) {
        int8x16_t q = vld1q_s8(query + i);
        sum = add_products(sum, vld1q_u8(codes + i), q);
        query_sum = vdotq_s32(query_sum, vdupq_n_s8(1), q);
    }
    return vaddvq_s32(sum) + 128 * vaddvq_s32(query_sum);
}

static int32_t dot_nibbles(const uint8_t *high, const int8_t *query, size_t count) {
    int32x4_t s0 = vdupq_n_s32(0), s1 = s0;
    for (size_t i = 0; i < count; i += 128) {
        for (size_t part = 0; part < 64; part += 16) {
            uint8x16_t pair = vld1q_u8(high + i / 2 + part);
            int8x16_t first = vreinterpretq_s8_u8(vandq_u8(pair, vdupq_n_u8(0x0F)));
            int8x16_t second = vreinterpretq_s8_u8(vshrq_n_u8(pair, 4));
            s0 = vdotq_s32(s0, first, vld1q_s8(query + i + part));
            s1 = vdotq_s32(s1, second, vld1q_s8(query + i + 64 + part));
        }
    }
    return vaddvq_s32(vaddq_s32(s0, s1));
}

static int32_t dot_planes(const uint8_t *high, const uint8_t *low, const int8_t *query, size_t count) {
    return 16 * dot_nibbles(high, query, count) + dot_nibbles(low, query, count);
}

INLINE uint32_t count_common(uint8x16_t bits, const uint8_t *plane) {
    return vaddlvq_u8(vcntq_u8(vandq_u8(bits, vld1q_u8(plane))));
}

static uint32_t dot_signs(const uint8_t *signs, const uint8_t *query, size_t count) {
    const size_t plane = count / 8;
    uint32_t sum = 0;
    for (size_t i = 0; i < plane; i += 16) {
        uint8x16_t bits = vld1q_u8(signs + i);
        for (uint32_t p = 0; p < 4; p++) sum += count_common(bits, query + p * plane + i) << p;
    }
    return sum;
}

#include "tier.inc.h"

#pragma clang attribute pop
#endif
