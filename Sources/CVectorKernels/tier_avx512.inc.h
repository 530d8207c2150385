// SPDX-License-Identifier: Apache-2.0
//
// What both kinds of AVX-512 share. The file that includes this has turned the instructions on.

#define MAXIMA_ROWS 8
#define TOP_BITS(bytes) _mm512_movepi8_mask(_mm512_loadu_si512(bytes))

static int32_t dot_u8(const uint8_t *codes, const int8_t *query, size_t count) {
    __m512i s0 = _mm512_setzero_si512(), s1 = s0;
    size_t i = 0;
    for (; i + 128 <= count; i += 128) {
        s0 = _mm512_dpbusd_epi32(s0, _mm512_loadu_si512(codes + i), _mm512_loadu_si512(query + i));
        s1 = _mm512_dpbusd_epi32(s1, _mm512_loadu_si512(codes + i + 64), _mm512_loadu_si512(query + i + 64));
    }
    if (i < count) s0 = _mm512_dpbusd_epi32(s0, _mm512_loadu_si512(codes + i), _mm512_loadu_si512(query + i));
    return _mm512_reduce_add_epi32(_mm512_add_epi32(s0, s1));
}

static int32_t dot_nibbles(const uint8_t *high, const int8_t *query, size_t count) {
    const __m512i low_half = _mm512_set1_epi8(0x0F);
    __m512i s0 = _mm512_setzero_si512(), s1 = s0;
    for (size_t i = 0; i < count; i += 128) {
        __m512i pair = _mm512_loadu_si512(high + i / 2);
        __m512i first = _mm512_and_si512(pair, low_half);
        __m512i second = _mm512_and_si512(_mm512_srli_epi16(pair, 4), low_half);
        s0 = _mm512_dpbusd_epi32(s0, first, _mm512_loadu_si512(query + i));
        s1 = _mm512_dpbusd_epi32(s1, second, _mm512_loadu_si512(query + i + 64));
    }
    return _mm512_reduce_add_epi32(_mm512_add_epi32(s0, s1));
}

static int32_t dot_planes(const uint8_t *high, const uint8_t *low, const int8_t *query, size_t count) {
    const __m512i low_half = _mm512_set1_epi8(0x0F);
    __m512i s0 = _mm512_setzero_si512(), s1 = s0;
    for (size_t i = 0; i < count; i += 128) {
        __m512i h = _mm512_loadu_si512(high + i / 2), l = _mm512_loadu_si512(low + i / 2);
        // 0xCA: the second operand where the first has a bit, else the third.
        __m512i first = _mm512_ternarylogic_epi64(low_half, l, _mm512_slli_epi16(h, 4), 0xCA);
        __m512i second = _mm512_ternarylogic_epi64(low_half, _mm512_srli_epi16(l, 4), h, 0xCA);
        s0 = _mm512_dpbusd_epi32(s0, first, _mm512_loadu_si512(query + i));
        s1 = _mm512_dpbusd_epi32(s1, second, _mm512_loadu_si512(query + i + 64));
    }
    return _mm512_reduce_add_epi32(_mm512_add_epi32(s0, s1));
}
