// SPDX-License-Identifier: Apache-2.0
//
// From vectors to codes, from queries to what is compared with codes, and the distance of a query and a row.

/// A vector brought to a size at which nothing overflows.
typedef struct {
    /// What was given is `scratch` times two to the power of this.
    int exponent;
    /// Of `scratch`; 0 for the zero vector, and for what is no vector of finite numbers.
    double norm;
} scaled;

/// Copies `vector` to `scratch`, scaled so that the largest magnitude is in [0.5, 1), and fills up with zeros.
static scaled scale_down(nk_context *context, const float *vector) {
    uint32_t dimensions = context->dimensions;
    float *scratch = context->scratch;
    float largest = 0;
    for (uint32_t i = 0; i < dimensions; i++) {
        float size = fabsf(vector[i]);
        largest = size > largest ? size : largest;
    }
    scaled result = {0, 0};
    if (largest > 0 && largest <= FLT_MAX) {
        frexpf(largest, &result.exponent);
        // In two steps: one factor would overflow for denormal numbers.
        float half = ldexpf(1, -result.exponent / 2), rest = ldexpf(1, -result.exponent + result.exponent / 2);
        for (uint32_t i = 0; i < dimensions; i++) scratch[i] = vector[i] * half * rest;
        float norm = dot_floats(scratch, scratch, dimensions);
        if (norm > 0 && norm <= FLT_MAX) result.norm = norm;
    }
    if (result.norm == 0) memset(scratch, 0, context->padded * sizeof *scratch);
    for (uint32_t i = dimensions; i < context->padded; i++) scratch[i] = 0;
    return result;
}

/// What lengths in `scratch` have to be multiplied by: to unit length for cosine, to what they were otherwise.
INLINE double scale_back(const nk_store *store, scaled by) {
    if (store->layout.metric == nk_cosine) return by.norm > 0 ? 1 / sqrt(by.norm) : 0;
    return ldexp(1, by.exponent);
}

INLINE float clamped(double value) {
    return value > FLT_MAX ? FLT_MAX : value < -FLT_MAX ? -FLT_MAX : (float)value;
}

/// What stands behind codes, stretched so that the product of a vector with its own code is its norm: errors then have
/// no part along the vector, and are small for near neighbors.
static nk_affine affine_of(double min, double step, double sum, double own_product, scaled by, double back) {
    double stretch = own_product > 0 ? by.norm / own_product : 1;
    if (!(stretch > 0.5 && stretch < 2)) stretch = 1;
    return (nk_affine){
        .min = clamped(min * stretch * back),
        .step = clamped(step * stretch * back),
        .sum = (float)sum,
        .norm = clamped(by.norm * back * back),
    };
}

// MARK: Encoding

/// What stands behind the codes of a row.
INLINE const nk_affine *affine_at(const nk_arena *arena, const uint8_t *row) {
    return (const nk_affine *)(const void *)(row + arena->stride - sizeof(nk_affine));
}

#include "tier_signs.inc.h"

static void encode(nk_store *store, nk_context *context, uint32_t slot, const float *vector) {
    uint8_t *row = nk_row(&store->codes, slot);
    if (store->layout.format == nk_floats) {
        memcpy(row, vector, context->dimensions * sizeof *vector);
        return;
    }
    scaled by = scale_down(context, vector);
    double back = scale_back(store, by);
    float *x = context->scratch;
    if (store->layout.format == nk_planes) rotate(store->rotation, x, context->scratch2);
    uint32_t coded = context->coded;
    float min = x[0], max = x[0], total = 0;
    for (uint32_t i = 0; i < coded; i++) {
        min = x[i] < min ? x[i] : min;
        max = x[i] > max ? x[i] : max;
        total += x[i];
    }
    float step = (max - min) / 255, inverse = step > 0 ? 1 / step : 0;
    uint8_t *codes = (uint8_t *)context->other.bytes;
    memset(codes, 0, context->padded);
    for (uint32_t i = 0; i < coded; i++) {
        float code = (x[i] - min) * inverse + 0.5f;
        code = code > 0 ? code : 0;
        code = code < 255 ? code : 255;
        codes[i] = (uint8_t)(int32_t)code;
    }
    uint32_t sum = 0, high_sum = 0;
    float product = 0, high_product = 0;
    for (uint32_t i = 0; i < coded; i++) {
        sum += codes[i];
        high_sum += codes[i] >> 4;
        product += x[i] * (float)codes[i];
        high_product += x[i] * (float)(codes[i] >> 4);
    }
    nk_affine whole = affine_of(min, step, sum, min * total + step * product, by, back);
    if (store->layout.format == nk_bytes) {
        memcpy(row, codes, coded);
        memcpy(row + store->codes.stride - sizeof whole, &whole, sizeof whole);
        return;
    }
    // The middle of the 16 codes that share a high half.
    double high_min = min + 7.5 * step, high_step = 16.0 * step;
    nk_affine high = affine_of(high_min, high_step, high_sum, high_min * total + high_step * high_product, by, back);
    uint8_t *rest = nk_row(&store->residuals, slot);
    for (uint32_t block = 0; block < context->padded; block += 128) {
        for (uint32_t i = 0; i < 64; i++) {
            uint8_t first = codes[block + i], second = codes[block + 64 + i];
            row[block / 2 + i] = (uint8_t)(first >> 4 | (second & 0xF0));
            rest[block / 2 + i] = (uint8_t)((first & 0x0F) | second << 4);
        }
    }
    memcpy(row + store->codes.stride - sizeof high, &high, sizeof high);
    memcpy(rest + store->residuals.stride - sizeof whole, &whole, sizeof whole);
    derive_signs(store, slot);
}

INLINE void set_metric(const nk_store *store, nk_query *query, float norm) {
    query->norm = norm;
    query->base = store->layout.metric == nk_cosine ? 1 : store->layout.metric == nk_l2 ? norm : 0;
    query->by_product = store->layout.metric == nk_l2 ? -2 : -1;
    query->by_norm = store->layout.metric == nk_l2 ? 1 : 0;
}

static void prepare(nk_context *context, const nk_store *store, const float *vector) {
    nk_query *query = &context->query;
    if (store->layout.format == nk_floats) {
        memcpy(context->query_floats, vector, context->dimensions * sizeof *vector);
        query->floats = context->query_floats;
        return;
    }
    scaled by = scale_down(context, vector);
    double back = scale_back(store, by);
    float *x = context->scratch;
    if (store->layout.format == nk_planes) rotate(store->rotation, x, context->scratch2);
    float largest = 0, total = 0;
    for (uint32_t i = 0; i < context->coded; i++) {
        float size = fabsf(x[i]);
        largest = size > largest ? size : largest;
        total += x[i];
    }
    float inverse = largest > 0 ? 127 / largest : 0;
    memset(query->bytes, 0, context->padded);
    for (uint32_t i = 0; i < context->coded; i++) {
        query->bytes[i] = (int8_t)(int32_t)__builtin_rintf(x[i] * inverse);
    }
    query->whole = clamped(total * back);
    query->shift = 0;
    query->scale = clamped(largest / 127 * back);
    set_metric(store, query, clamped(by.norm * back * back));
    if (store->layout.format == nk_planes) sign_query_of_vector(context, total, back);
}

// MARK: Rows

/// Which parts of a row are compared.
enum { by_bytes, by_signs, by_high_half, by_both_halves, by_manhattan, by_hamming };

/// The product of the two vectors, about.
INLINE float product_of(const nk_query *query, const nk_affine *affine, int32_t product) {
    return affine->min * query->whole + affine->step * (query->shift * affine->sum + query->scale * (float)product);
}

INLINE float distance_of(const nk_query *query, const nk_affine *affine, int32_t product) {
    float distance = query->base + query->by_product * product_of(query, affine, product) + query->by_norm * affine->norm;
    // Also for what is not a number.
    distance = distance < FLT_MAX ? distance : FLT_MAX;
    // A square of a distance is never below zero: its parts are too large.
    return distance >= -FLT_MAX ? distance : query->by_norm > 0 ? FLT_MAX : -FLT_MAX;
}

INLINE float measure(const nk_store *store, const nk_query *query, uint32_t slot, const int mode) {
    if (mode == by_signs) {
        const uint8_t *signs = nk_row(&store->signs, slot);
        uint32_t product = dot_signs(signs, (const uint8_t *)query->bytes, store->padded);
        return distance_of(query, affine_at(&store->signs, signs), (int32_t)product);
    }
    const uint8_t *row = nk_row(&store->codes, slot);
    uint32_t padded = store->padded;
    if (mode == by_bytes) {
        return distance_of(query, affine_at(&store->codes, row), dot_u8(row, query->bytes, padded));
    }
    if (mode == by_high_half) {
        return distance_of(query, affine_at(&store->codes, row), dot_nibbles(row, query->bytes, padded));
    }
    if (mode == by_both_halves) {
        const uint8_t *rest = nk_row(&store->residuals, slot);
        return distance_of(
            query, affine_at(&store->residuals, rest), dot_planes(row, rest, query->bytes, padded));
    }
    const float *floats = (const float *)(const void *)row;
    float distance = mode == by_manhattan ? manhattan(query->floats, floats, store->layout.dimensions)
                                          : hamming(query->floats, floats, store->layout.dimensions);
    return distance < FLT_MAX ? distance : FLT_MAX;
}

INLINE void prefetch_row(const nk_store *store, uint32_t slot, const int mode) {
    if (mode == by_signs) {
        prefetch_lines(nk_row(&store->signs, slot), store->signs.stride);
        return;
    }
    prefetch_lines(nk_row(&store->codes, slot), store->codes.stride);
    if (mode == by_both_halves) prefetch_lines(nk_row(&store->residuals, slot), store->residuals.stride);
}

/// Makes a query of the code of a slot.
static void query_of_slot(const nk_store *store, nk_query *query, uint32_t slot, const int mode) {
    const uint8_t *row = nk_row(&store->codes, slot);
    if (mode == by_manhattan || mode == by_hamming) {
        query->floats = (const float *)(const void *)row;
        return;
    }
    const nk_affine *affine;
    // Nothing else points there: the loops can take whole blocks at once.
    int8_t *restrict bytes = query->bytes;
    const uint32_t coded = store->coded, padded = store->padded;
    if (mode == by_bytes) {
        affine = affine_at(&store->codes, row);
        for (uint32_t i = 0; i < coded; i++) bytes[i] = (int8_t)(row[i] ^ 0x80);
    } else {
        const uint8_t *rest = nk_row(&store->residuals, slot);
        affine = affine_at(&store->residuals, rest);
        for (uint32_t block = 0; block < padded; block += 128) {
            const uint8_t *high = row + block / 2, *low = rest + block / 2;
            for (uint32_t i = 0; i < 64; i++) {
                bytes[block + i] = (int8_t)((high[i] << 4 | (low[i] & 0x0F)) ^ 0x80);
                bytes[block + 64 + i] = (int8_t)(((high[i] & 0xF0) | low[i] >> 4) ^ 0x80);
            }
        }
    }
    for (uint32_t i = coded; i < padded; i++) bytes[i] = 0;
    // A code is its byte plus 128.
    query->whole = affine->min * (float)store->coded + affine->step * affine->sum;
    query->shift = affine->min + 128 * affine->step;
    query->scale = affine->step;
    set_metric(store, query, affine->norm);
}

// MARK: Errors

/// The standard deviation of a distance by signs: that of a product is sqrt((pi / 2 - 1) / coded) times what of the two
/// vectors is across. Errors are normal: arXiv:2405.12497, theorem 3.2.
INLINE float sign_deviation(const nk_store *store, const nk_query *query, const nk_affine *affine, float product) {
    float across = query->norm * affine->norm - product * product;
    return fabsf(query->by_product) * 0.7555f * sqrtf((across > 0 ? across : 0) / (float)store->coded);
}

/// The standard deviation of a distance by codes: both vectors are rounded to multiples of a step, and such an error is
/// one of a twelfth of a squared step in each dimension.
INLINE float code_deviation(const nk_query *query, const nk_affine *affine) {
    float squares = query->norm * affine->step * affine->step + affine->norm * query->scale * query->scale;
    return fabsf(query->by_product) * sqrtf(squares / 12);
}

/// Of a slot that has just been measured.
INLINE float deviation_of(
    const nk_store *store, const nk_query *query, uint32_t slot, float distance, const int mode
) {
    if (mode == by_signs) {
        const nk_affine *affine = affine_at(&store->signs, nk_row(&store->signs, slot));
        float product = (distance - query->base - query->by_norm * affine->norm) / query->by_product;
        return sign_deviation(store, query, affine, product);
    }
    if (mode == by_bytes || mode == by_high_half) {
        return code_deviation(query, affine_at(&store->codes, nk_row(&store->codes, slot)));
    }
    return 0;
}

// MARK: Sifting

/// How many standard deviations nearer than by its signs a slot may be: beyond that walks do not look at its code. The
/// graph is worth more care. Measured on real vectors: 1 costs no recall; where all are nearly equally far it would.
#define SEARCH_MARGIN 1.5f
#define BUILDING_MARGIN 2.0f

/// Leaves those of some slots that, by their signs, can be nearer than `bound`: a quarter of the bytes of a code says
/// so of most. The signs of the first `AHEAD` have been asked for.
INLINE uint32_t prune_by_signs(
    const nk_store *store, const nk_query *signs, uint32_t *slots, uint32_t count, float bound, const float margin
) {
    const nk_query query = *signs;
    uint32_t left = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (i + AHEAD < count) prefetch_row(store, slots[i + AHEAD], by_signs);
        const uint8_t *row = nk_row(&store->signs, slots[i]);
        const nk_affine *affine = affine_at(&store->signs, row);
        float product = product_of(&query, affine, (int32_t)dot_signs(row, (const uint8_t *)query.bytes, store->padded));
        float distance = query.base + query.by_product * product + query.by_norm * affine->norm;
        if (distance - margin * sign_deviation(store, &query, affine, product) >= bound) continue;
        // Its code is needed soon.
        if (left < AHEAD) prefetch_row(store, slots[i], by_high_half);
        slots[left++] = slots[i];
    }
    return left;
}
