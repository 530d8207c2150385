// SPDX-License-Identifier: Apache-2.0
//
// CRC-32C: polynomial 0x1EDC6F41, reflected, as in iSCSI (RFC 3720). The processor computes it where it can.
#include "internal.h"
#if defined(__x86_64__)
#include <immintrin.h>
#endif

static uint32_t crc_plain(uint32_t crc, const uint8_t *bytes, size_t count) {
    for (size_t i = 0; i < count; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0x82F63B78u : 0);
    }
    return crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) static uint32_t crc_sse(uint32_t crc, const uint8_t *bytes, size_t count) {
    uint64_t wide = crc;
    for (; count >= 8; bytes += 8, count -= 8) {
        uint64_t word;
        memcpy(&word, bytes, sizeof word);
        wide = _mm_crc32_u64(wide, word);
    }
    crc = (uint32_t)wide;
    for (; count > 0; bytes++, count--) crc = _mm_crc32_u8(crc, *bytes);
    return crc;
}
#endif

uint32_t nk_crc32c(uint32_t crc, const void *bytes, size_t count) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("sse4.2")) return ~crc_sse(~crc, bytes, count);
#endif
    return ~crc_plain(~crc, bytes, count);
}
