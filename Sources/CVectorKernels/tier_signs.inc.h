// SPDX-License-Identifier: Apache-2.0
//
// The plane of signs: one bit a dimension, for scans. A vector is about `min` where its bit is 0 and `min + step` where it is
// 1; a query is compared with it in four planes of bits: Gao & Long, RaBitQ, arXiv:2405.12497.

/// Bits `i` are the top bits of the bytes `i`.
INLINE uint64_t top_bits(const uint8_t *bytes) {
#ifdef TOP_BITS
    return TOP_BITS(bytes);
#else
    uint64_t bits = 0;
    for (uint32_t i = 0; i < 8; i++) {
        uint64_t eight;
        memcpy(&eight, bytes + 8 * i, sizeof eight);
        // Moves the eight top bits next to each other.
        bits |= ((eight & 0x8080808080808080u) >> 7) * 0x0102040810204080u >> 56 << (8 * i);
    }
    return bits;
#endif
}

/// Makes the signs of a slot of its high halves, and what stands behind them: a function of the code alone, so that a
/// snapshot needs no signs.
static void derive_signs(nk_store *store, uint32_t slot) {
    const uint8_t *row = nk_row(&store->codes, slot);
    uint8_t *signs = nk_row(&store->signs, slot);
    const nk_affine *high = affine_at(&store->codes, row);
    uint32_t set = 0, sum_of_set = 0, squares = 0;
    for (uint32_t block = 0; block < store->padded; block += 128) {
        uint8_t first[64], second[64];
        uint32_t block_sum = 0, block_squares = 0;
        for (uint32_t i = 0; i < 64; i++) {
            uint8_t pair = row[block / 2 + i], low = pair & 0x0F, top = pair >> 4;
            first[i] = (uint8_t)(pair << 4);
            second[i] = pair;
            block_sum += (low >= 8 ? low : 0u) + (top >= 8 ? top : 0u);
            block_squares += (uint32_t)low * low + (uint32_t)top * top;
        }
        uint64_t words[2] = {top_bits(first), top_bits(second)};
        memcpy(signs + block / 8, words, sizeof words);
        set += (uint32_t)(__builtin_popcountll(words[0]) + __builtin_popcountll(words[1]));
        sum_of_set += block_sum;
        squares += block_squares;
    }
    double count = store->coded, ones = set, zeros = count - ones, min = high->min, step = high->step, sum = high->sum;
    // The means of both kinds, and the products of the coded vector with itself and with its signs.
    double above = ones > 0 ? min + step * sum_of_set / ones : 0;
    double below = zeros > 0 ? min + step * (sum - sum_of_set) / zeros : 0;
    double whole = count * min * min + 2 * min * step * sum + step * step * squares;
    double own = zeros * below * below + ones * above * above;
    double stretch = own > 0 ? whole / own : 1;
    if (!(stretch > 0.5 && stretch < 4)) stretch = 1;
    nk_affine affine = {
        .min = clamped(below * stretch),
        .step = clamped((above - below) * stretch),
        .sum = (float)ones,
        .norm = high->norm,
    };
    memcpy(signs + store->signs.stride - sizeof affine, &affine, sizeof affine);
}

/// Makes four planes of the numbers from 0 to 15 in the low halves of bytes.
static void make_planes(nk_query *query, uint8_t *levels, uint32_t padded) {
    for (uint32_t i = 0; i < padded; i++) levels[i] = (uint8_t)(levels[i] << 4);
    for (uint32_t plane = 4; plane-- > 0;) {
        uint8_t *bits = (uint8_t *)query->bytes + plane * (padded / 8);
        for (uint32_t i = 0; i < padded; i += 64) {
            uint64_t word = top_bits(levels + i);
            memcpy(bits + i / 8, &word, sizeof word);
        }
        for (uint32_t i = 0; i < padded; i++) levels[i] = (uint8_t)(levels[i] << 1);
    }
}

INLINE void copy_metric(nk_query *query, const nk_query *from) {
    query->base = from->base;
    query->by_product = from->by_product;
    query->by_norm = from->by_norm;
    query->norm = from->norm;
}

/// Makes the planes of the query whose rotated vector is in `scratch`; lengths come back by `back`.
static void sign_query_of_vector(nk_context *context, double total, double back) {
    nk_query *query = &context->sign_query;
    const float *x = context->scratch;
    uint32_t coded = context->coded;
    float min = x[0], max = x[0];
    for (uint32_t i = 0; i < coded; i++) {
        min = x[i] < min ? x[i] : min;
        max = x[i] > max ? x[i] : max;
    }
    float step = (max - min) / 15, inverse = step > 0 ? 1 / step : 0;
    // Not in use while a query is prepared.
    uint8_t *levels = (uint8_t *)context->other.bytes;
    memset(levels, 0, context->padded);
    for (uint32_t i = 0; i < coded; i++) levels[i] = (uint8_t)(int32_t)((x[i] - min) * inverse + 0.5f);
    make_planes(query, levels, context->padded);
    query->whole = clamped(total * back);
    query->shift = clamped(min * back);
    query->scale = clamped(step * back);
    copy_metric(query, &context->query);
}

/// Makes the planes of a slot out of the high halves of its code; `context->query` is of the same slot.
static void sign_query_of_slot(nk_context *context, const nk_store *store, uint32_t slot) {
    nk_query *query = &context->sign_query;
    const uint8_t *row = nk_row(&store->codes, slot);
    const nk_affine *high = affine_at(&store->codes, row);
    uint8_t *levels = (uint8_t *)context->other.bytes;
    for (uint32_t block = 0; block < store->padded; block += 128) {
        for (uint32_t i = 0; i < 64; i++) {
            levels[block + i] = row[block / 2 + i] & 0x0F;
            levels[block + 64 + i] = row[block / 2 + i] >> 4;
        }
    }
    make_planes(query, levels, store->padded);
    query->whole = high->min * (float)store->coded + high->step * high->sum;
    query->shift = high->min;
    query->scale = high->step;
    copy_metric(query, &context->query);
}
