// SPDX-License-Identifier: Apache-2.0
//
// Holds every kind of processor that this machine can run (`nk_tier_at`) to the plain one, through the doors of
// CVectorKernels.h alone: single distances and products, then whole stores that are encoded, linked, scanned, walked
// through and repaired. Scripts/check-kernels.sh compiles it for this machine and for ARM, where qemu runs it.
//
// usage: check [NAME [only-name]]      fails if the best kind is not called NAME; only-name: that is all it looks at
//
// A function that is added to CVectorKernels.h is added to `float_kernels` or `code_kernels`, a format to `kinds`.
#include "CVectorKernels.h"
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

// MARK: Complaints and fixed random numbers

static unsigned long checks, failures;

#define CHECK(holds, ...) \
    do { \
        checks++; \
        if (!(holds) && failures++ < 40) { \
            fprintf(stderr, "%s:%d: ", "check.c", __LINE__); \
            fprintf(stderr, __VA_ARGS__); \
            fputc('\n', stderr); \
        } \
    } while (0)

static void *required(void *pointer) {
    if (pointer) return pointer;
    fprintf(stderr, "no memory\n");
    exit(2);
}

static uint64_t random_state;

static uint64_t random_bits(void) {
    uint64_t z = random_state += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

/// In [-1, 1).
static float random_float(void) {
    return (float)(int32_t)(random_bits() >> 32) * 0x1p-31f;
}

// MARK: Memory whose neighbourhood nobody may touch

/// Bytes between two pages that cannot be read: whoever reads before or behind them crashes.
typedef struct {
    uint8_t *start;
    size_t size;
} fenced;

static fenced make_fenced(size_t size) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE), inner = (size + page - 1) / page * page;
    uint8_t *map = mmap(NULL, inner + 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    required(map == MAP_FAILED ? NULL : map);
    mprotect(map, page, PROT_NONE);
    mprotect(map + page + inner, page, PROT_NONE);
    return (fenced){map + page, inner};
}

/// Where `size` bytes begin that end `gap` bytes before the fence.
static void *at_end(fenced memory, size_t size, size_t gap) {
    return memory.start + memory.size - size - gap;
}

// MARK: Float32

typedef double (*float_kernel)(const nk_tier *, const float *, const float *, size_t);

static double dot(const nk_tier *tier, const float *a, const float *b, size_t n) { return nk_dot(tier, a, b, n); }

static double dot_of_both(const nk_tier *tier, const float *a, const float *b, size_t n) {
    float norm;
    return nk_dot_and_norm(tier, a, b, n, &norm);
}

static double norm_of_both(const nk_tier *tier, const float *a, const float *b, size_t n) {
    float norm;
    nk_dot_and_norm(tier, a, b, n, &norm);
    return norm;
}

static double l2_squared(const nk_tier *tier, const float *a, const float *b, size_t n) {
    return nk_l2_squared(tier, a, b, n);
}

static double manhattan(const nk_tier *tier, const float *a, const float *b, size_t n) {
    return nk_manhattan(tier, a, b, n);
}

static double hamming(const nk_tier *tier, const float *a, const float *b, size_t n) {
    return nk_hamming(tier, a, b, n);
}

static double product_term(double a, double b) { return a * b; }
static double square_term(double a, double b) { (void)a; return b * b; }
static double l2_term(double a, double b) { return (a - b) * (a - b); }
static double manhattan_term(double a, double b) { return fabs(a - b); }
static double hamming_term(double a, double b) { return a != b; }

static const struct {
    const char *name;
    float_kernel kernel;
    /// What is summed.
    double (*term)(double, double);
    bool is_exact;
} float_kernels[] = {
    {"dot", dot, product_term, false},
    {"dot_and_norm (dot)", dot_of_both, product_term, false},
    {"dot_and_norm (norm)", norm_of_both, square_term, false},
    {"l2_squared", l2_squared, l2_term, false},
    {"manhattan", manhattan, manhattan_term, false},
    {"hamming", hamming, hamming_term, true},
};
enum { FLOAT_KERNELS = sizeof float_kernels / sizeof *float_kernels };

static void compare_floats(const nk_tier *tier, const float *a, const float *b, size_t n, const char *what) {
    const nk_tier *plain = nk_tier_at(nk_tier_count() - 1);
    for (int i = 0; i < FLOAT_KERNELS; i++) {
        double sum = 0, magnitude = 0;
        for (size_t j = 0; j < n; j++) {
            double term = float_kernels[i].term(a[j], b[j]);
            sum += term;
            magnitude += fabs(term);
        }
        double value = float_kernels[i].kernel(tier, a, b, n), other = float_kernels[i].kernel(plain, a, b, n);
        if (magnitude > 0.5 * FLT_MAX) {
            // A sum that leaves float32 may do so earlier or later; what comes out is no number either way.
            bool is_right = !isnan(value) && (magnitude < 2 * FLT_MAX || isinf(value));
            CHECK(is_right, "%s of %s, %zu numbers: %g", float_kernels[i].name, what, n, value);
            continue;
        }
        // Units in the last place of the sum of magnitudes; 1e-37 for what is lost below the normal numbers.
        double tolerance = float_kernels[i].is_exact ? 0 : magnitude * 4e-6 + 1e-37;
        CHECK(fabs(value - sum) <= tolerance && fabs(value - other) <= tolerance,
              "%s of %s, %zu numbers: %.9g; plain %.9g, exact %.9g", float_kernels[i].name, what, n, value, other, sum);
    }
}

static void check_floats(const nk_tier *tier) {
    static const float values[] = {0, -0.0f, 1, -1, 3e38f, -3e38f, FLT_MIN, 7 * FLT_TRUE_MIN, 1e19f};
    enum { VALUES = sizeof values / sizeof *values };
    fenced left = make_fenced(4096), right = make_fenced(4096);
    for (size_t n = 0; n <= 200; n++) {
        size_t bytes = n * sizeof(float);
        for (size_t offset = 0; offset < 4; offset++) {
            // At the end of the page, and with a start that is aligned to nothing but its type; both differently.
            float *a = at_end(left, bytes, offset * 4), *b = at_end(right, bytes, offset * 12 % 64);
            for (size_t i = 0; i < n; i++) {
                a[i] = random_float();
                b[i] = random_bits() % 4 ? random_float() : a[i];
            }
            compare_floats(tier, a, b, n, "random vectors");
            compare_floats(tier, a, a, n, "a vector and itself");
        }
        float *a = at_end(left, bytes, 0), *b = at_end(right, bytes, 4);
        for (int x = 0; x < VALUES; x++) {
            for (int y = 0; y < VALUES; y++) {
                for (size_t i = 0; i < n; i++) {
                    a[i] = values[x];
                    b[i] = values[y];
                }
                char what[64];
                snprintf(what, sizeof what, "%g and %g", (double)values[x], (double)values[y]);
                compare_floats(tier, a, b, n, what);
            }
        }
        // One number that differs, at each place: no lane is left out.
        for (size_t i = 0; i < n; i++) a[i] = b[i] = 1;
        for (size_t i = 0; i < n; i++) {
            a[i] = 3;
            compare_floats(tier, a, b, n, "ones but for one place");
            a[i] = 1;
        }
    }
}

// MARK: Codes

/// The bytes of a code, as each function wants them, and the value of one place.
typedef struct {
    const char *name;
    size_t block;
    /// Bytes of both arrays for `count` places; 0 if there is one array.
    size_t (*first_bytes)(size_t), (*second_bytes)(size_t);
    int32_t (*kernel)(const nk_tier *, const uint8_t *, const uint8_t *, const int8_t *, size_t);
    int32_t (*value)(const uint8_t *, const uint8_t *, size_t);
} code_kernel;

static size_t whole(size_t count) { return count; }
static size_t half(size_t count) { return count / 2; }
static size_t none(size_t count) { (void)count; return 0; }

static int32_t dot_u8(const nk_tier *tier, const uint8_t *a, const uint8_t *b, const int8_t *q, size_t n) {
    (void)b;
    return nk_dot_u8(tier, a, q, n);
}

static int32_t dot_nibbles(const nk_tier *tier, const uint8_t *a, const uint8_t *b, const int8_t *q, size_t n) {
    (void)b;
    return nk_dot_nibbles(tier, a, q, n);
}

static int32_t dot_planes(const nk_tier *tier, const uint8_t *a, const uint8_t *b, const int8_t *q, size_t n) {
    return nk_dot_planes(tier, a, b, q, n);
}

static int32_t byte_at(const uint8_t *a, const uint8_t *b, size_t i) {
    (void)b;
    return a[i];
}

static int32_t nibble_at(const uint8_t *a, const uint8_t *b, size_t i) {
    (void)b;
    uint8_t pair = a[i / 128 * 64 + i % 64];
    return i % 128 < 64 ? pair & 0x0F : pair >> 4;
}

static int32_t planes_at(const uint8_t *a, const uint8_t *b, size_t i) {
    return 16 * nibble_at(a, NULL, i) + nibble_at(b, NULL, i);
}

static const code_kernel code_kernels[] = {
    {"dot_u8", 64, whole, none, dot_u8, byte_at},
    {"dot_nibbles", 128, half, none, dot_nibbles, nibble_at},
    {"dot_planes", 128, half, half, dot_planes, planes_at},
};
enum { CODE_KERNELS = sizeof code_kernels / sizeof *code_kernels };

static void check_codes(const nk_tier *tier) {
    // 256 stands for random ones.
    static const int code_values[] = {256, 0, 255, 0x0F, 0xF0, 0x80, 0x7F, 1};
    static const int query_values[] = {256, 127, -128, -1, 0, 1};
    const size_t longest = 65536 - 128;
    fenced first = make_fenced(longest), second = make_fenced(longest), third = make_fenced(longest);
    for (int k = 0; k < CODE_KERNELS; k++) {
        const code_kernel *kernel = &code_kernels[k];
        for (size_t count = 0; count <= longest; count = count < 4352 ? count + kernel->block : count * 15 + 256) {
            if (count > longest) break;
            for (size_t gap = 0; gap < 3; gap++) {
                uint8_t *a = at_end(first, kernel->first_bytes(count), gap * 13 % 64);
                uint8_t *b = at_end(second, kernel->second_bytes(count), gap * 29 % 64);
                int8_t *q = at_end(third, count, gap * 7 % 64);
                for (size_t c = 0; c < sizeof code_values / sizeof *code_values; c++) {
                    for (size_t v = 0; v < sizeof query_values / sizeof *query_values; v++) {
                        if (gap > 0 && (c > 0 || v > 0)) continue;
                        for (size_t i = 0; i < count; i++) {
                            q[i] = (int8_t)(query_values[v] == 256 ? (int)(random_bits() >> 56) : query_values[v]);
                        }
                        for (size_t i = 0; i < kernel->first_bytes(count); i++) {
                            a[i] = (uint8_t)(code_values[c] == 256 ? (int)(random_bits() >> 56) : code_values[c]);
                        }
                        for (size_t i = 0; i < kernel->second_bytes(count); i++) {
                            b[i] = (uint8_t)(code_values[c] == 256 ? (int)(random_bits() >> 56) : code_values[c]);
                        }
                        int32_t sum = 0;
                        for (size_t i = 0; i < count; i++) sum += kernel->value(a, b, i) * q[i];
                        int32_t value = kernel->kernel(tier, a, b, q, count);
                        CHECK(value == sum, "%s of %zu places (codes %d, query %d): %d, not %d", kernel->name, count,
                              code_values[c], query_values[v], value, sum);
                    }
                }
            }
        }
    }
}

static void check_signs(const nk_tier *tier) {
    const size_t longest = 65536 - 128;
    fenced first = make_fenced(longest / 8), second = make_fenced(longest / 2);
    for (size_t count = 0; count <= longest; count = count < 4352 ? count + 128 : count * 15 + 256) {
        for (size_t gap = 0; gap < 3; gap++) {
            size_t plane = count / 8;
            uint8_t *signs = at_end(first, plane, gap * 13 % 64), *query = at_end(second, 4 * plane, gap * 29 % 64);
            // Random bits, then all, then none.
            for (int kind = 0; kind < 3; kind++) {
                for (size_t i = 0; i < plane; i++) signs[i] = kind == 0 ? (uint8_t)(random_bits() >> 56) : 0xFF;
                for (size_t i = 0; i < 4 * plane; i++) {
                    query[i] = kind == 0 ? (uint8_t)(random_bits() >> 56) : kind == 1 ? 0xFF : 0;
                }
                uint32_t sum = 0;
                for (size_t i = 0; i < 4 * plane; i++) {
                    sum += (uint32_t)__builtin_popcount(signs[i % plane] & query[i]) << (i / plane);
                }
                uint32_t value = nk_dot_signs(tier, signs, query, count);
                CHECK(value == sum, "dot_signs of %zu places, kind %d: %u, not %u", count, kind, value, sum);
            }
        }
    }
}

static void check_checksum(void) {
    uint8_t bytes[300];
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)random_bits();
    CHECK(nk_crc32c(0, "123456789", 9) == 0xE3069283u, "crc32c of the known text");
    for (size_t n = 0; n <= 256; n++) {
        for (size_t start = 0; start < 9; start++) {
            uint32_t crc = 0xFFFFFFFFu;
            for (size_t i = 0; i < n; i++) {
                crc ^= bytes[start + i];
                for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0x82F63B78u : 0);
            }
            uint32_t value = nk_crc32c(0, bytes + start, n);
            CHECK(value == ~crc, "crc32c of %zu bytes: %08x, not %08x", n, value, ~crc);
            uint32_t pieces = nk_crc32c(nk_crc32c(0, bytes + start, n / 3), bytes + start + n / 3, n - n / 3);
            CHECK(pieces == ~crc, "crc32c of %zu bytes in two pieces: %08x, not %08x", n, pieces, ~crc);
        }
    }
}

// MARK: Whole stores

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
    {"floats, hamming", nk_hamming_places, nk_floats, 24},
};

enum { PLACES = 400, QUERIES = 12, NEAREST = 10, CONNECTIONS = 8, WORDS = (PLACES + 63) / 64 };

typedef struct {
    nk_store *store;
    nk_context *context;
} built;

static built make(const kind *kind, const nk_tier *tier) {
    nk_layout layout = {kind->metric, kind->format, kind->dimensions, CONNECTIONS, 11, 22};
    built made;
    made.store = required(nk_store_create(&layout, tier));
    made.context = required(nk_context_create(made.store));
    CHECK(nk_store_grow(made.store, PLACES), "%s: no memory", kind->name);
    return made;
}

static void destroy(built made) {
    nk_context_destroy(made.context);
    nk_store_destroy(made.store);
}

/// Around a few centres, so that there are near and far ones; for hamming from few values.
static void fill(const kind *kind, float *vectors, size_t count) {
    float centre[4096];
    for (size_t i = 0; i < count; i++) {
        if (i % 40 == 0) {
            for (uint32_t j = 0; j < kind->dimensions; j++) centre[j] = 2 * random_float();
        }
        for (uint32_t j = 0; j < kind->dimensions; j++) {
            float value = centre[j] + random_float();
            vectors[i * kind->dimensions + j] = kind->metric == nk_hamming_places ? roundf(value) : value;
        }
    }
}

static void encode_all(built made, const kind *kind, const float *vectors) {
    for (uint32_t place = 0; place < PLACES; place++) {
        nk_store_clear_links(made.store, place);
        nk_store_encode(made.store, made.context, place, PLACES - place, vectors + (size_t)place * kind->dimensions);
        nk_store_set_state(made.store, place, nk_occupied);
    }
}

static void link_all(built made) {
    for (uint32_t place = 0; place < PLACES; place++) {
        CHECK(nk_link(made.store, made.context, place, 60), "no memory to link");
        nk_store_set_state(made.store, place, nk_occupied | nk_linked);
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
        uint32_t rows = arrays[i] == nk_array_upper_links ? nk_store_upper_count(from.store) : PLACES, bad;
        size_t stride = nk_store_stride(from.store, arrays[i]);
        if (stride == 0 || rows == 0) continue;
        void *bytes = required(malloc(stride * rows));
        nk_store_export(from.store, arrays[i], 0, rows, all, WORDS, bytes);
        CHECK(nk_store_import(to.store, arrays[i], 0, rows, bytes, &bad), "row %u cannot be taken over", bad);
        free(bytes);
    }
    uint32_t place, level;
    if (with_links && nk_store_entry(from.store, &place, &level)) nk_store_set_entry(to.store, place);
}

/// With few of all places wanted signs are measured first, where there are any.
static uint32_t scan(
    built made, const float *query, uint32_t wanted, nk_found *found, const uint64_t *allowed
) {
    uint32_t count;
    float deviation;
    CHECK(nk_begin(made.context, made.store, query), "no memory to prepare");
    CHECK(nk_keep(made.context, made.store, wanted, wanted < PLACES ? 10 * PLACES : PLACES), "no memory to scan");
    nk_scan_range(made.context, made.store, 0, PLACES, allowed != NULL, allowed, allowed ? WORDS : 0);
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
    for (uint32_t place = 0; place < PLACES; place++) {
        for (uint32_t layer = 0; layer <= nk_store_level(left.store, place); layer++) {
            uint32_t m = nk_store_links(left.store, place, layer, a), n = nk_store_links(right.store, place, layer, b);
            all += m > n ? m : n;
            for (uint32_t i = 0; i < m; i++) {
                for (uint32_t j = 0; j < n; j++) common += a[i] == b[j];
            }
        }
    }
    return all > 0 ? (double)common / all : 1;
}

static void check_graph(built made, const kind *kind) {
    uint32_t bad, reached;
    CHECK(nk_store_has_right_layers(made.store, &bad), "%s, %u: links of %u", kind->name, kind->dimensions, bad);
    // The largest product is no distance: short vectors are nobody's nearest, and some are linked to by nobody.
    uint32_t wanted = kind->metric == nk_dot_product ? PLACES * 9 / 10 : PLACES * 98 / 100;
    CHECK(nk_reachable(made.store, &reached) && reached >= wanted, "%s, %u: %u of %d are reached", kind->name,
          kind->dimensions, reached, PLACES);
}

/// The nearest by walks against the nearest by scans, in one store.
static void check_recall(built made, const kind *kind, const float *queries) {
    nk_found scanned[PLACES], walked[PLACES];
    uint32_t hits = 0;
    for (int i = 0; i < QUERIES; i++) {
        const float *query = queries + (size_t)i * kind->dimensions;
        scan(made, query, PLACES, scanned, NULL);
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
    nk_found found[PLACES], expected[PLACES];
    for (int i = 0; i < QUERIES; i++) {
        const float *query = queries + (size_t)i * kind->dimensions;
        char title[80];
        for (int filtered = 0; filtered < 2; filtered++) {
            const uint64_t *filter = filtered ? allowed : NULL;
            snprintf(title, sizeof title, "a %sscan of %s", filtered ? "filtered " : "", what);
            uint32_t n = scan(made, query, PLACES, found, filter), m = scan(plain, query, PLACES, expected, filter);
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
    for (uint32_t place = 0; place < PLACES; place += 9) dead[place / 64] |= (uint64_t)1 << place % 64;
    built both[] = {made, plain};
    for (int i = 0; i < 2; i++) {
        for (uint32_t place = 0; place < PLACES; place += 9) {
            nk_store_set_state(both[i].store, place, nk_occupied | nk_linked | nk_tombstone);
        }
        uint32_t changed = nk_relink(both[i].store, both[i].context, 0, PLACES, dead, WORDS);
        CHECK(changed > 0, "%s: nothing to repair", kind->name);
        uint32_t ids[2 * CONNECTIONS];
        for (uint32_t place = 0; place < PLACES; place++) {
            if (place % 9 == 0) continue;
            uint32_t count = nk_store_links(both[i].store, place, 0, ids);
            for (uint32_t j = 0; j < count; j++) CHECK(ids[j] % 9 != 0, "%s: %u links to the dead", kind->name, place);
        }
    }
    double common = common_links(made, plain);
    CHECK(common > 0.98, "%s, %u: %.4f of the repaired links are common", kind->name, kind->dimensions, common);
}

static void check_store(const nk_tier *tier, const kind *kind) {
    size_t numbers = (size_t)(PLACES + QUERIES) * kind->dimensions;
    float *vectors = required(malloc(numbers * sizeof *vectors));
    const float *queries = vectors + (size_t)PLACES * kind->dimensions;
    random_state = kind->dimensions + 100 * (uint64_t)kind->metric;
    fill(kind, vectors, PLACES + QUERIES);
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
    nk_found found[PLACES], expected[PLACES];
    for (int i = 0; i < QUERIES; i++) {
        const float *query = queries + (size_t)i * kind->dimensions;
        uint32_t n = scan(own, query, PLACES, found, NULL), m = scan(plain, query, PLACES, expected, NULL);
        compare_found(found, n, expected, m, kind->format == nk_floats ? 1e-5 : 2e-2, kind, "a scan of own codes");
    }
    // With the other's codes and links only the last bits of distances may differ.
    built taken = make(kind, tier);
    copy(plain, taken, true);
    compare_searches(taken, plain, kind, queries, 3e-5, "the same graph");
    built relinked = make(kind, tier);
    copy(plain, relinked, false);
    for (uint32_t place = 0; place < PLACES; place++) nk_store_clear_links(relinked.store, place);
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

/// Vectors of one value, and those with one place that is not zero: no distance is NaN, and they come in order.
static void check_degenerate(const nk_tier *tier, const kind *kind) {
    static const float values[] = {0, 1, -1, FLT_MAX, -FLT_MAX, 1e30f, FLT_MIN, 3 * FLT_TRUE_MIN, 1e-30f};
    enum { VALUES = sizeof values / sizeof *values, VECTORS = 2 * VALUES };
    size_t bytes = kind->dimensions * sizeof(float);
    fenced memory = make_fenced(bytes);
    float *vector = at_end(memory, bytes, 0);
    built made = make(kind, tier);
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t place = 0; place < VECTORS; place++) {
            for (uint32_t i = 0; i < kind->dimensions; i++) {
                vector[i] = place < VALUES || i == kind->dimensions - 1 ? values[place % VALUES] : 0;
            }
            if (pass == 0) {
                nk_store_clear_links(made.store, place);
                nk_store_encode(made.store, made.context, place, place, vector);
                nk_store_set_state(made.store, place, nk_occupied);
                CHECK(nk_link(made.store, made.context, place, 20), "no memory to link");
                nk_store_set_state(made.store, place, nk_occupied | nk_linked);
                continue;
            }
            nk_found found[PLACES];
            uint32_t count = scan(made, vector, PLACES, found, NULL);
            CHECK(count == VECTORS, "%s, %u: %u of the degenerate are found", kind->name, kind->dimensions, count);
            for (uint32_t i = 0; i < count; i++) {
                CHECK(!isnan(found[i].distance) && (i == 0 || found[i - 1].distance <= found[i].distance),
                      "%s, %u: the distance of %u and %u is %g", kind->name, kind->dimensions, place, found[i].place,
                      (double)found[i].distance);
            }
            walk(made, vector, 20, NULL, false, found);
        }
    }
    destroy(made);
    munmap(memory.start, memory.size);
}

int main(int argc, char **argv) {
    const char *best = nk_tier_name(nk_tier_at(0));
    if (argc > 1 && strcmp(argv[1], best) != 0) {
        fprintf(stderr, "the best kind of this processor is called %s, not %s\n", best, argv[1]);
        return 1;
    }
    if (argc > 2) return 0;
    check_checksum();
    for (uint32_t i = 0; i < nk_tier_count(); i++) {
        const nk_tier *tier = nk_tier_at(i);
        random_state = 1;
        unsigned long before = checks, failed = failures;
        check_floats(tier);
        check_codes(tier);
        check_signs(tier);
        for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
            check_store(tier, &kinds[k]);
            check_degenerate(tier, &kinds[k]);
        }
        printf("%s: %lu checks, %lu failed\n", nk_tier_name(tier), checks - before, failures - failed);
    }
    return failures > 0;
}
