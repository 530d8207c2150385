// SPDX-License-Identifier: Apache-2.0
//
// Counting bits by looking up half bytes: Mula, Kurz & Lemire, arXiv:1611.07612.

INLINE __m256i bit_counts(__m256i bytes) {
    const __m256i low_half = _mm256_set1_epi8(0x0F);
    const __m256i counts = _mm256_setr_epi8(
        0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
    __m256i low = _mm256_shuffle_epi8(counts, _mm256_and_si256(bytes, low_half));
    return _mm256_add_epi8(low, _mm256_shuffle_epi8(counts, _mm256_and_si256(_mm256_srli_epi16(bytes, 4), low_half)));
}

/// A piece of 16 bytes in both halves, so that a plane may end in the middle of 32: two planes of the query at a time.
INLINE __m256i two_planes(const uint8_t *first, const uint8_t *second) {
    __m128i low = _mm_loadu_si128((const __m128i *)(const void *)first);
    __m128i high = _mm_loadu_si128((const __m128i *)(const void *)second);
    return _mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1);
}

static uint32_t dot_signs(const uint8_t *signs, const uint8_t *query, size_t count) {
    const size_t plane = count / 8;
    const __m256i zero = _mm256_setzero_si256();
    __m256i sums_01 = zero, sums_23 = zero;
    for (size_t i = 0; i < plane; i += 16) {
        __m256i bits = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)(signs + i)));
        __m256i planes_01 = two_planes(query + i, query + plane + i);
        __m256i planes_23 = two_planes(query + 2 * plane + i, query + 3 * plane + i);
        sums_01 = _mm256_add_epi64(sums_01, _mm256_sad_epu8(bit_counts(_mm256_and_si256(bits, planes_01)), zero));
        sums_23 = _mm256_add_epi64(sums_23, _mm256_sad_epu8(bit_counts(_mm256_and_si256(bits, planes_23)), zero));
    }
    __m256i sums = _mm256_add_epi64(sums_01, _mm256_slli_epi64(sums_23, 2));
    uint64_t lanes[4];
    memcpy(lanes, &sums, sizeof lanes);
    return (uint32_t)(lanes[0] + lanes[1] + 2 * (lanes[2] + lanes[3]));
}
