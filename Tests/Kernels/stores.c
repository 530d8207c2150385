// SPDX-License-Identifier: Apache-2.0
//
// Whole stores that are encoded, linked, scanned, walked through and repaired: each kind of processor against the plain
// one.
#include "check.h"
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

typedef struct {
    const char *name;
    nk_metric metric;
    nk_format format;
    uint32_t dimensions;
} kind;

static const kind kinds[] = {
    {"bytes, cosine", nk_cosine, nk_bytes, 7},
    {"bytes, cosine", nk_cosine, nk_bytes, 64},
    {"bytes, cosine", nk_cosine, nk_bytes, 100},
    {"bytes, dot", nk_dot_product, nk_bytes, 129},
    {"bytes, l2", nk_l2, nk_bytes, 65},
    {"planes, l2", nk_l2, nk_planes, 1},
    {"planes, cosine", nk_cosine, nk_planes, 128},
    {"planes, cosine", nk_cosine, nk_planes, 200},
    {"planes, dot", nk_dot_product, nk_planes, 321},
    {"planes, l2", nk_l2, nk_planes, 512},
    {"floats, manhattan", nk_l1, nk_floats, 33},
    {"floats, hamming", nk_hamming_distance, nk_floats, 24},
};

enum { SLOTS = 400, QUERIES = 12, NEAREST = 10, CONNECTIONS = 8, WORDS = (SLOTS + 63) / 64 };

typedef struct {
    nk_store *store;
    nk_context *context;
} built;

static built make(const kind *kind, const nk_tier *tier) {
    nk_layout layout = {kind->metric, kind->format, kind->dimensions, CONNECTIONS, 11, 22};
    built made;
    made.store = required(nk_store_create(&layout, tier));
    made.context = required(nk_context_create());
    // First without room for links, as a small index is.
    CHECK(nk_store_grow(made.store, SLOTS / 3), "%s: no memory", kind->name);
    CHECK(nk_context_fit(made.context, made.store), "%s: no memory", kind->name);
    CHECK(!nk_store_has_graph(made.store) && nk_store_add_graph(made.store), "%s: no memory", kind->name);
    CHECK(nk_store_grow(made.store, SLOTS - SLOTS / 3), "%s: no memory", kind->name);
    CHECK(nk_context_fit(made.context, made.store), "%s: no memory", kind->name);
    return made;
}

static void destroy(built made) {
    nk_context_destroy(made.context);
    nk_store_destroy(made.store);
}

/// Around a few centers, so that there are near and far ones; for hamming from few values.
static void fill(const kind *kind, float *vectors, size_t count) {
    float center[4096];
    for (size_t i = 0; i < count; i++) {
        if (i % 40 == 0) {
            for (uint32_t j = 0; j < kind->dimensions; j++) center[j] = 2 * random_float();
        }
        for (uint32_t j = 0; j < kind->dimensions; j++) {
            float value = center[j] + random_float();
            vectors[i * kind->dimensions + j] = kind->metric == nk_hamming_distance ? roundf(value) : value;
        }
    }
}

static void encode_all(built made, const kind *kind, const float *vectors) {
    for (uint32_t slot = 0; slot < SLOTS; slot++) {
        nk_store_clear_links(made.store, slot);
        nk_store_encode(made.store, made.context, slot, SLOTS - slot, vectors + (size_t)slot * kind->dimensions);
        nk_store_set_state(made.store, slot, nk_occupied);
    }
}

static void link_all(built made) {
    for (uint32_t slot = 0; slot < SLOTS; slot++) {
        CHECK(nk_link(made.store, made.context, slot, 60), "no memory to link");
        nk_store_set_state(made.store, slot, nk_occupied | nk_linked);
    }
}

/// Gives `to` what `from` holds; without its links if `with_links` is not set.
static void copy(built from, built to, bool with_links) {
    static const nk_array arrays[] = {
        nk_array_codes, nk_array_residuals, nk_array_documents, nk_array_states, nk_array_links, nk_array_upper_links,
    };
    uint64_t all[WORDS];
    memset(all, 0xFF, sizeof all);
    for (size_t i = 0; i < (with_links ? 6 : 4); i++) {
        uint32_t rows = arrays[i] == nk_array_upper_links ? nk_store_upper_count(from.store) : SLOTS, bad;
        size_t stride = nk_store_stride(from.store, arrays[i]);
        if (stride == 0 || rows == 0) continue;
        void *bytes = required(malloc(stride * rows));
        nk_store_export(from.store, arrays[i], 0, rows, all, WORDS, bytes);
        CHECK(nk_store_import(to.store, arrays[i], 0, rows, bytes, &bad), "row %u cannot be taken over", bad);
        free(bytes);
    }
    uint32_t slot, level;
    if (with_links && nk_store_entry(from.store, &slot, &level)) nk_store_set_entry(to.store, slot);
}

/// With few of all slots wanted signs are measured first, where there are any.
static uint32_t scan(
    built made, const float *query, uint32_t wanted, nk_found *found, const uint64_t *allowed
) {
    uint32_t count;
    float deviation;
    CHECK(nk_begin(made.context, made.store, query), "no memory to prepare");
    CHECK(nk_keep(made.context, made.store, wanted, wanted < SLOTS ? 10 * SLOTS : SLOTS), "no memory to scan");
    nk_scan_range(made.context, made.store, 0, SLOTS, allowed != NULL, allowed, allowed ? WORDS : 0);
    const nk_found *items = nk_scanned(made.context, made.store, &count, &deviation);
    CHECK(deviation >= 0 && isfinite(deviation), "distances deviate by %f", deviation);
    memcpy(found, items, count * sizeof *found);
    return count;
}

static uint32_t walk(
    built made, const float *query, uint32_t ef, const uint64_t *allowed, bool two_hop, nk_found *found
) {
    uint32_t count;
    CHECK(nk_begin(made.context, made.store, query), "no memory to walk");
    nk_progress progress = nk_walk_begin(
        made.context, made.store, ef, false, allowed, allowed ? WORDS : 0, two_hop, UINT64_MAX);
    while (progress == nk_more) progress = nk_walk(made.context, made.store, 5);
    CHECK(progress == nk_finished, "a walk ended with %d", progress);
    const nk_found *items = nk_walked(made.context, &count);
    memcpy(found, items, count * sizeof *found);
    return count;
}

/// Whether two lists, nearest first, hold the same distances up to rounding.
static void compare_found(
    const nk_found *found, uint32_t count, const nk_found *expected, uint32_t expected_count, double tolerance,
    const kind *kind, const char *what
) {
    CHECK(count == expected_count, "%s, %u: %s finds %u, not %u", kind->name, kind->dimensions, what, count,
          expected_count);
    for (uint32_t i = 0; i < count && i < expected_count; i++) {
        double size = fmax(1, fabs((double)expected[i].distance));
        CHECK(fabs((double)found[i].distance - expected[i].distance) <= tolerance * size,
              "%s, %u: %s: distance %u is %.9g, not %.9g", kind->name, kind->dimensions, what, i,
              (double)found[i].distance, (double)expected[i].distance);
    }
}

/// The part of the links of all layers that both stores have.
static double common_links(built left, built right) {
    uint32_t a[2 * CONNECTIONS], b[2 * CONNECTIONS], all = 0, common = 0;
    for (uint32_t slot = 0; slot < SLOTS; slot++) {
        for (uint32_t layer = 0; layer <= nk_store_level(left.store, slot); layer++) {
            uint32_t m = nk_store_links(left.store, slot, layer, a), n = nk_store_links(right.store, slot, layer, b);
            all += m > n ? m : n;
            for (uint32_t i = 0; i < m; i++) {
                for (uint32_t j = 0; j < n; j++) common += a[i] == b[j];
            }
        }
    }
    return all > 0 ? (double)common / all : 1;
}

static void check_graph(built made, const kind *kind) {
    uint32_t bad, reached = SLOTS;
    uint64_t unreachable[SLOTS / 64 + 1];
    CHECK(nk_store_has_right_layers(made.store, &bad), "%s, %u: links of %u", kind->name, kind->dimensions, bad);
    // The largest product is no distance: short vectors are nobody's nearest, and some are linked to by nobody.
    uint32_t wanted = kind->metric == nk_dot_product ? SLOTS * 9 / 10 : SLOTS * 98 / 100;
    CHECK(nk_unreachable(made.store, SLOTS, unreachable), "no memory to look for what is reached");
    for (int i = 0; i <= SLOTS / 64; i++) reached -= (uint32_t)__builtin_popcountll(unreachable[i]);
    CHECK(reached >= wanted, "%s, %u: %u of %d are reached", kind->name,
          kind->dimensions, reached, SLOTS);
}

/// The nearest by walks against the nearest by scans, in one store.
static void check_recall(built made, const kind *kind, const float *queries) {
    nk_found scanned[SLOTS], walked[SLOTS];
    uint32_t hits = 0;
    for (int i = 0; i < QUERIES; i++) {
        const float *query = queries + (size_t)i * kind->dimensions;
        scan(made, query, SLOTS, scanned, NULL);
        uint32_t count = walk(made, query, 60, NULL, false, walked);
        for (uint32_t j = 0; j < NEAREST && j < count; j++) hits += walked[j].distance <= scanned[NEAREST - 1].distance;
    }
    CHECK(hits >= QUERIES * NEAREST * 9 / 10, "%s, %u: walks find %u of %d", kind->name, kind->dimensions, hits,
          QUERIES * NEAREST);
}

static void compare_searches(
    built made, built plain, const kind *kind, const float *queries, double tolerance, const char *what
) {
    static const uint64_t pattern = 0x9249249249249249u;
    uint64_t allowed[WORDS];
    for (int i = 0; i < WORDS; i++) allowed[i] = pattern;
    nk_found found[SLOTS], expected[SLOTS];
    for (int i = 0; i < QUERIES; i++) {
        const float *query = queries + (size_t)i * kind->dimensions;
        char title[80];
        for (int filtered = 0; filtered < 2; filtered++) {
            const uint64_t *filter = filtered ? allowed : NULL;
            snprintf(title, sizeof title, "a %sscan of %s", filtered ? "filtered " : "", what);
            uint32_t n = scan(made, query, SLOTS, found, filter), m = scan(plain, query, SLOTS, expected, filter);
            compare_found(found, n, expected, m, tolerance, kind, title);
            snprintf(title, sizeof title, "a %sscan for a few of %s", filtered ? "filtered " : "", what);
            n = scan(made, query, NEAREST, found, filter);
            m = scan(plain, query, NEAREST, expected, filter);
            CHECK(n >= NEAREST && m >= NEAREST, "%s, %u: %s finds %u and %u", kind->name, kind->dimensions, title, n, m);
            compare_found(found, NEAREST, expected, NEAREST, tolerance, kind, title);
            for (int two_hop = 0; two_hop <= filtered; two_hop++) {
                snprintf(title, sizeof title, "a %swalk through %s", filtered ? "filtered " : "", what);
                n = walk(made, query, 80, filter, two_hop, found);
                m = walk(plain, query, 80, filter, two_hop, expected);
                compare_found(
                    found, n < NEAREST ? n : NEAREST, expected, m < NEAREST ? m : NEAREST, tolerance, kind, title);
            }
        }
    }
}

static void check_repair(built made, built plain, const kind *kind) {
    uint64_t dead[WORDS] = {0};
    for (uint32_t slot = 0; slot < SLOTS; slot += 9) dead[slot / 64] |= (uint64_t)1 << slot % 64;
    built both[] = {made, plain};
    for (int i = 0; i < 2; i++) {
        for (uint32_t slot = 0; slot < SLOTS; slot += 9) {
            nk_store_set_state(both[i].store, slot, nk_occupied | nk_linked | nk_tombstone);
        }
        uint32_t changed = nk_relink(both[i].store, both[i].context, 0, SLOTS, dead, WORDS);
        CHECK(changed > 0, "%s: nothing to repair", kind->name);
        uint32_t ids[2 * CONNECTIONS];
        for (uint32_t slot = 0; slot < SLOTS; slot++) {
            if (slot % 9 == 0) continue;
            uint32_t count = nk_store_links(both[i].store, slot, 0, ids);
            for (uint32_t j = 0; j < count; j++) CHECK(ids[j] % 9 != 0, "%s: %u links to the dead", kind->name, slot);
        }
    }
    double common = common_links(made, plain);
    CHECK(common > 0.98, "%s, %u: %.4f of the repaired links are common", kind->name, kind->dimensions, common);
}

static void check_store(const nk_tier *tier, const kind *kind) {
    size_t numbers = (size_t)(SLOTS + QUERIES) * kind->dimensions;
    float *vectors = required(malloc(numbers * sizeof *vectors));
    const float *queries = vectors + (size_t)SLOTS * kind->dimensions;
    seed_random(kind->dimensions + 100 * (uint64_t)kind->metric);
    fill(kind, vectors, SLOTS + QUERIES);
    // The plain one does all by itself.
    built plain = make(kind, nk_tier_at(nk_tier_count() - 1));
    encode_all(plain, kind, vectors);
    link_all(plain);
    check_graph(plain, kind);
    check_recall(plain, kind, queries);
    // So does the other: its codes may be off by one where the rounding differs, and some of its links are others.
    built own = make(kind, tier);
    encode_all(own, kind, vectors);
    link_all(own);
    check_graph(own, kind);
    check_recall(own, kind, queries);
    nk_found found[SLOTS], expected[SLOTS];
    for (int i = 0; i < QUERIES; i++) {
        const float *query = queries + (size_t)i * kind->dimensions;
        uint32_t n = scan(own, query, SLOTS, found, NULL), m = scan(plain, query, SLOTS, expected, NULL);
        compare_found(found, n, expected, m, kind->format == nk_floats ? 1e-5 : 2e-2, kind, "a scan of own codes");
    }
    // With the other's codes and links only the last bits of distances may differ.
    built taken = make(kind, tier);
    copy(plain, taken, true);
    compare_searches(taken, plain, kind, queries, 3e-5, "the same graph");
    built relinked = make(kind, tier);
    copy(plain, relinked, false);
    for (uint32_t slot = 0; slot < SLOTS; slot++) nk_store_clear_links(relinked.store, slot);
    link_all(relinked);
    double common = common_links(relinked, plain);
    CHECK(common > 0.98, "%s, %u: %.4f of the links are common", kind->name, kind->dimensions, common);
    check_repair(taken, plain, kind);
    destroy(relinked);
    destroy(taken);
    destroy(own);
    destroy(plain);
    free(vectors);
}

/// Vectors of one value, and those with one dimension that is not zero: no distance is NaN, and they come in order.
static void check_degenerate(const nk_tier *tier, const kind *kind) {
    static const float values[] = {0, 1, -1, FLT_MAX, -FLT_MAX, 1e30f, FLT_MIN, 3 * FLT_TRUE_MIN, 1e-30f};
    enum { VALUES = sizeof values / sizeof *values, VECTORS = 2 * VALUES };
    size_t bytes = kind->dimensions * sizeof(float);
    fenced memory = make_fenced(bytes);
    float *vector = at_end(memory, bytes, 0);
    built made = make(kind, tier);
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t slot = 0; slot < VECTORS; slot++) {
            for (uint32_t i = 0; i < kind->dimensions; i++) {
                vector[i] = slot < VALUES || i == kind->dimensions - 1 ? values[slot % VALUES] : 0;
            }
            if (pass == 0) {
                nk_store_clear_links(made.store, slot);
                nk_store_encode(made.store, made.context, slot, slot, vector);
                nk_store_set_state(made.store, slot, nk_occupied);
                CHECK(nk_link(made.store, made.context, slot, 20), "no memory to link");
                nk_store_set_state(made.store, slot, nk_occupied | nk_linked);
                continue;
            }
            nk_found found[SLOTS];
            uint32_t count = scan(made, vector, SLOTS, found, NULL);
            CHECK(count == VECTORS, "%s, %u: %u of the degenerate are found", kind->name, kind->dimensions, count);
            for (uint32_t i = 0; i < count; i++) {
                CHECK(!isnan(found[i].distance) && (i == 0 || found[i - 1].distance <= found[i].distance),
                      "%s, %u: the distance of %u and %u is %g", kind->name, kind->dimensions, slot, found[i].slot,
                      (double)found[i].distance);
            }
            walk(made, vector, 20, NULL, false, found);
        }
    }
    destroy(made);
    munmap(memory.start, memory.size);
}

void check_stores(const nk_tier *tier) {
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        check_store(tier, &kinds[k]);
        check_degenerate(tier, &kinds[k]);
    }
}
