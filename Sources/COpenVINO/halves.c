// SPDX-License-Identifier: Apache-2.0
#include "COpenVINO.h"

#include <string.h>

/// Sign, 5 bits of exponent and 10 of fraction become sign, 8 and 23.
static uint32_t float_from_half(uint32_t half) {
    uint32_t sign = (half & 0x8000) << 16, exponent = half >> 10 & 31, fraction = half & 1023;
    if (exponent == 31) return sign | 0x7F800000 | fraction << 13;
    if (exponent > 0) return sign | (exponent + 112) << 23 | fraction << 13;
    if (fraction == 0) return sign;
    // Numbers below 2^-14 have no leading bit; as floats they have one.
    uint32_t shift = (uint32_t)__builtin_clz(fraction) - 21;
    return sign | (113 - shift) << 23 | (fraction << shift & 1023) << 13;
}

void nt_floats_from_halves(const void *halves, size_t count, void *floats) {
    for (size_t i = 0; i < count; i++) {
        uint16_t half;
        memcpy(&half, (const char *)halves + i * 2, 2);
        uint32_t value = float_from_half(half);
        memcpy((char *)floats + i * 4, &value, 4);
    }
}
