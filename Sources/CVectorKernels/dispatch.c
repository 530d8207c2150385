// SPDX-License-Identifier: Apache-2.0
//
// Which kinds of processor this one is, and the doors to single distances.
#include "internal.h"
#if defined(__aarch64__)
#include <sys/auxv.h>
#endif

static uint32_t available(const nk_tier *tiers[4]) {
    uint32_t count = 0;
#if defined(__x86_64__)
    __builtin_cpu_init();
    bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi")
        && __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
    if (has_avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
        && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")
        && __builtin_cpu_supports("avx512vnni")) {
        if (__builtin_cpu_supports("avx512vpopcntdq")) tiers[count++] = &nk_tier_avx512_popcount;
        tiers[count++] = &nk_tier_avx512;
    }
    if (has_avx2) tiers[count++] = &nk_tier_avx2;
#elif defined(__aarch64__)
    // Bit 20 of the first word of capabilities: ASIMDDP.
    if (getauxval(AT_HWCAP) >> 20 & 1) tiers[count++] = &nk_tier_neon;
#endif
    tiers[count++] = &nk_tier_plain;
    return count;
}

uint32_t nk_tier_count(void) {
    const nk_tier *tiers[4];
    return available(tiers);
}

const nk_tier *nk_tier_at(uint32_t index) {
    const nk_tier *tiers[4];
    return index < available(tiers) ? tiers[index] : &nk_tier_plain;
}

const char *nk_tier_name(const nk_tier *tier) {
    return tier->name;
}

float nk_dot(const nk_tier *tier, const float *a, const float *b, size_t count) {
    return tier->dot(a, b, count);
}

float nk_dot_and_norm(const nk_tier *tier, const float *a, const float *b, size_t count, float *norm) {
    return tier->dot_and_norm(a, b, count, norm);
}

float nk_l2_squared(const nk_tier *tier, const float *a, const float *b, size_t count) {
    return tier->l2_squared(a, b, count);
}

float nk_manhattan(const nk_tier *tier, const float *a, const float *b, size_t count) {
    return tier->manhattan(a, b, count);
}

float nk_hamming(const nk_tier *tier, const float *a, const float *b, size_t count) {
    return tier->hamming(a, b, count);
}

void nk_raise_maxima(
    const nk_tier *tier, float *maxima, const float *queries, const float *rows, size_t row_count, size_t count
) {
    tier->raise_maxima(maxima, queries, rows, row_count, count);
}

int32_t nk_dot_u8(const nk_tier *tier, const uint8_t *codes, const int8_t *query, size_t count) {
    return tier->dot_u8(codes, query, count);
}

int32_t nk_dot_nibbles(const nk_tier *tier, const uint8_t *high, const int8_t *query, size_t count) {
    return tier->dot_nibbles(high, query, count);
}

int32_t nk_dot_planes(
    const nk_tier *tier, const uint8_t *high, const uint8_t *low, const int8_t *query, size_t count
) {
    return tier->dot_planes(high, low, query, count);
}

uint32_t nk_dot_signs(const nk_tier *tier, const uint8_t *signs, const uint8_t *query, size_t count) {
    return tier->dot_signs(signs, query, count);
}
