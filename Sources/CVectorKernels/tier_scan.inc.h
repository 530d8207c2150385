// SPDX-License-Identifier: Apache-2.0
//
// Scans: everything is measured, the nearest are kept.

/// Which kind of row searches compare.
#define FOR_SEARCH(call) \
    switch (store->layout.format) { \
    case nk_bytes: return call(by_bytes); \
    case nk_planes: return call(by_high_half); \
    case nk_floats: break; \
    } \
    return store->layout.metric == nk_l1 ? call(by_manhattan) : call(by_hamming);

INLINE void swap_found(nk_found *left, nk_found *right) {
    nk_found kept = *left;
    *left = *right;
    *right = kept;
}

/// Brings the `wanted` nearest to the front, in no order. Hoare's selection; O(count).
static void select_nearest(nk_found *items, uint32_t count, uint32_t wanted) {
    uint32_t low = 0, high = count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        // The median of three, at the end.
        if (items[middle].distance < items[low].distance) swap_found(&items[middle], &items[low]);
        if (items[high - 1].distance < items[low].distance) swap_found(&items[high - 1], &items[low]);
        if (items[middle].distance < items[high - 1].distance) swap_found(&items[middle], &items[high - 1]);
        float pivot = items[high - 1].distance;
        uint32_t below = low, equal_end = high;
        // Three parts: nearer, equally far, farther. Many can be equally far.
        for (uint32_t i = low; i < equal_end;) {
            if (items[i].distance < pivot) swap_found(&items[i++], &items[below++]);
            else if (items[i].distance > pivot) swap_found(&items[i], &items[--equal_end]);
            else i++;
        }
        if (wanted < below) high = below;
        else if (wanted > equal_end) low = equal_end;
        else return;
    }
}

INLINE float farthest_of(const nk_found *items, uint32_t count) {
    float farthest = -INFINITY;
    for (uint32_t i = 0; i < count; i++) farthest = items[i].distance > farthest ? items[i].distance : farthest;
    return farthest;
}

/// How many standard deviations farther than the last of those that are wanted, by the same codes, one of the nearest may
/// seem to be; and how many farther than it is.
#define KEPT_DEVIATIONS 6
#define MEASURED_DEVIATIONS 3
/// No more than that many for each that is wanted are kept, and some thousands.
#define KEPT_LIMIT 256
#define KEPT_LEAST 65536
/// How many of the nearest are asked how large their errors are.
#define DEVIATIONS_ASKED 100u
/// Measured in one go.
#define SCAN_BLOCK 64u

/// Leaves what may be among the nearest by its distance and the errors of distances, the wanted in front; what cannot is
/// not kept from now on. The errors are about those of some of the wanted.
static void shrink_kept(nk_context *context, const nk_store *store, const nk_query *query, const int mode) {
    nk_found *kept = context->kept;
    uint32_t count = context->kept_count, wanted = context->wanted;
    if (count > wanted) select_nearest(kept, count, wanted);
    uint32_t asked = count < wanted ? count : wanted;
    if (asked > DEVIATIONS_ASKED) asked = DEVIATIONS_ASKED;
    double deviations = 0;
    for (uint32_t i = 0; i < asked; i++) {
        deviations += deviation_of(store, query, kept[i].slot, kept[i].distance, mode);
    }
    // Of huge numbers it may be infinite, or none at all.
    context->deviation = asked == 0 ? 0 : deviations <= FLT_MAX ? (float)(deviations / asked) : FLT_MAX;
    if (count <= wanted) return;
    context->kept_bound = farthest_of(kept, wanted) + KEPT_DEVIATIONS * context->deviation;
    uint32_t left = wanted;
    for (uint32_t i = wanted; i < count; i++) {
        if (kept[i].distance < context->kept_bound) kept[left++] = kept[i];
    }
    context->kept_count = left;
}

/// Makes room for more by leaving out what need not be kept, or where all of it may have to be, by taking more memory.
static void make_room(nk_context *context, const nk_store *store, const nk_query *query, const int mode) {
    shrink_kept(context, store, query, mode);
    if (context->kept_count <= context->kept_capacity / 2) return;
    uint64_t limit = (uint64_t)context->wanted * KEPT_LIMIT + KEPT_LEAST;
    if (context->kept_capacity < limit
        && nk_reserve_found(&context->kept, &context->kept_capacity, context->kept_capacity * 2)) {
        return;
    }
    uint32_t half = context->kept_capacity / 2;
    select_nearest(context->kept, context->kept_count, half);
    context->kept_count = half;
    context->kept_bound = farthest_of(context->kept, half);
}

#ifndef ROWS_OF_SIGNS
/// The products of a query with the signs of `count` rows; the memory of rows up to `ahead` is asked for.
static void dot_rows_of_signs(
    const uint8_t *const *rows, uint32_t count, uint32_t ahead, size_t stride, const uint8_t *query, size_t padded,
    uint32_t *products
) {
    for (uint32_t i = 0; i < count; i++) {
        if (i + AHEAD < ahead) prefetch_lines(rows[i + AHEAD], stride);
        products[i] = dot_signs(rows[i], query, padded);
    }
}
#endif

/// Measures `count` slots; the rows of `known` slots may be asked for.
INLINE void measure_block(
    const nk_store *store, const nk_query *query, const uint32_t *slots, uint32_t count, size_t known,
    float *distances, const int mode
) {
    if (mode != by_signs) {
        for (uint32_t i = 0; i < count; i++) {
            if (i + AHEAD < known) prefetch_row(store, slots[i + AHEAD], mode);
            distances[i] = measure(store, query, slots[i], mode);
        }
        return;
    }
    const uint8_t *rows[SCAN_BLOCK + AHEAD];
    uint32_t products[SCAN_BLOCK];
    uint32_t ahead = count + AHEAD < known ? count + AHEAD : (uint32_t)known;
    for (uint32_t i = 0; i < ahead; i++) rows[i] = nk_row(&store->signs, slots[i]);
    dot_rows_of_signs(rows, count, ahead, store->signs.stride, (const uint8_t *)query->bytes, store->padded, products);
    for (uint32_t i = 0; i < count; i++) {
        distances[i] = distance_of(query, affine_at(&store->signs, rows[i]), (int32_t)products[i]);
    }
}

INLINE void scan_mode(
    nk_context *context, const nk_store *store, const nk_query *query, const uint32_t *slots, size_t count,
    const int mode
) {
    // A copy that nothing else points to stays in registers.
    const nk_query local = *query;
    float distances[SCAN_BLOCK];
    for (size_t i = 0; i < AHEAD && i < count; i++) prefetch_row(store, slots[i], mode);
    for (size_t start = 0; start < count; start += SCAN_BLOCK) {
        uint32_t size = count - start < SCAN_BLOCK ? (uint32_t)(count - start) : SCAN_BLOCK;
        measure_block(store, &local, slots + start, size, count - start, distances, mode);
        if (context->kept_capacity - context->kept_count < size) make_room(context, store, &local, mode);
        // Without branches: of some data a good part is kept for a while.
        nk_found *kept = context->kept;
        uint32_t kept_count = context->kept_count;
        float bound = context->kept_bound;
        for (uint32_t i = 0; i < size; i++) {
            kept[kept_count] = (nk_found){distances[i], slots[start + i]};
            kept_count += distances[i] < bound;
        }
        context->kept_count = kept_count;
    }
    context->evaluated += count;
}

#define SCAN(mode) scan_mode(context, store, &context->query, slots, count, mode)
static void scan(nk_context *context, const nk_store *store, const uint32_t *slots, size_t count) {
    if (context->wanted == 0) return;
    if (context->scans_signs) {
        scan_mode(context, store, &context->sign_query, slots, count, by_signs);
        return;
    }
    FOR_SEARCH(SCAN)
}

/// Measures kept slots by their codes. Returns the sum of the squares by which their distances change.
static double measure_range(nk_context *context, const nk_store *store, uint32_t first, uint32_t end) {
    nk_found *kept = context->kept;
    double squares = 0;
    for (uint32_t i = first; i < end && i < first + AHEAD; i++) prefetch_row(store, kept[i].slot, by_high_half);
    for (uint32_t i = first; i < end; i++) {
        if (i + AHEAD < end) prefetch_row(store, kept[i + AHEAD].slot, by_high_half);
        float distance = measure(store, &context->query, kept[i].slot, by_high_half);
        double change = (double)distance - kept[i].distance;
        squares += change * change;
        kept[i].distance = distance;
    }
    context->evaluated += end - first;
    return squares;
}

#define SHRINK(mode) shrink_kept(context, store, &context->query, mode)
static void shrink_measured(nk_context *context, const nk_store *store) { FOR_SEARCH(SHRINK) }

/// Leaves what may be among the nearest. What was measured by signs is measured again by its code: the nearest by signs,
/// then whatever may be nearer than the last of those that are wanted, by the error of signs seen so far.
static void measure_kept(nk_context *context, const nk_store *store) {
    if (context->scans_signs && context->kept_count > 0) {
        shrink_kept(context, store, &context->sign_query, by_signs);
        nk_found *kept = context->kept;
        uint32_t count = context->kept_count;
        uint64_t first = (uint64_t)context->wanted + context->wanted / 4 + 60;
        uint32_t left = count < first ? count : (uint32_t)first;
        select_nearest(kept, count, left);
        double deviation = sqrt(measure_range(context, store, 0, left) / left);
        if (left < count) {
            select_nearest(kept, left, context->wanted);
            double bound = farthest_of(kept, context->wanted) + MEASURED_DEVIATIONS * deviation;
            uint32_t measured = left;
            for (uint32_t i = left; i < count; i++) {
                if (kept[i].distance < bound) swap_found(&kept[i], &kept[left++]);
            }
            measure_range(context, store, measured, left);
        }
        context->kept_count = left;
    }
    shrink_measured(context, store);
}
