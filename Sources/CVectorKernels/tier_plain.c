// SPDX-License-Identifier: Apache-2.0
//
// Plain C, for any processor; what the others are held to.
#include "internal.h"
#include <stdlib.h>

#define INLINE static inline __attribute__((always_inline))
#define TIER nk_tier_plain
#define TIER_NAME "plain"

static int32_t dot_u8(const uint8_t *codes, const int8_t *query, size_t count) {
    int32_t sum = 0;
    for (size_t i = 0; i < count; i++) sum += (int32_t)codes[i] * query[i];
    return sum;
}

static int32_t dot_nibbles(const uint8_t *high, const int8_t *query, size_t count) {
    int32_t sum = 0;
    for (size_t block = 0; block < count; block += 128) {
        for (size_t i = 0; i < 64; i++) {
            uint8_t pair = high[block / 2 + i];
            sum += (pair & 0x0F) * query[block + i] + (pair >> 4) * query[block + 64 + i];
        }
    }
    return sum;
}

static int32_t dot_planes(const uint8_t *high, const uint8_t *low, const int8_t *query, size_t count) {
    return 16 * dot_nibbles(high, query, count) + dot_nibbles(low, query, count);
}

static uint32_t dot_signs(const uint8_t *signs, const uint8_t *query, size_t count) {
    const size_t plane = count / 8;
    uint32_t sum = 0;
    for (uint32_t p = 0; p < 4; p++) {
        for (size_t i = 0; i < plane; i += 8) {
            uint64_t bits, other;
            memcpy(&bits, signs + i, sizeof bits);
            memcpy(&other, query + p * plane + i, sizeof other);
            sum += (uint32_t)__builtin_popcountll(bits & other) << p;
        }
    }
    return sum;
}

#include "tier.inc.h"
