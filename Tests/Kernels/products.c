// SPDX-License-Identifier: Apache-2.0
//
// Single distances and products beside pages that cannot be read: each kind of processor against the plain one, and
// against sums that are written out here. Checksums too.
#include "check.h"
#include <float.h>
#include <math.h>

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
        // One number that differs, in each dimension: no lane is left out.
        for (size_t i = 0; i < n; i++) a[i] = b[i] = 1;
        for (size_t i = 0; i < n; i++) {
            a[i] = 3;
            compare_floats(tier, a, b, n, "ones but for one dimension");
            a[i] = 1;
        }
    }
}

// MARK: Codes

/// The bytes of a code, as each function wants them, and the value of one dimension.
typedef struct {
    const char *name;
    size_t block;
    /// Bytes of both arrays for `count` dimensions; 0 if there is one array.
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
                        CHECK(value == sum, "%s of %zu dimensions (codes %d, query %d): %d, not %d", kernel->name, count,
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
                CHECK(value == sum, "dot_signs of %zu dimensions, kind %d: %u, not %u", count, kind, value, sum);
            }
        }
    }
}

/// Of 16 queries at once: the greatest product of each with a row, in sums that are written out here.
static void check_maxima(const nk_tier *tier) {
    const size_t longest = 2049, most_rows = 19;
    fenced first = make_fenced(16 * longest * sizeof(float)), second = make_fenced(most_rows * longest * sizeof(float)),
           third = make_fenced(16 * sizeof(float));
    for (size_t count = 1; count <= longest; count = count < 70 ? count + 1 : count * 2 - 63) {
        for (size_t row_count = 0; row_count <= most_rows; row_count++) {
            size_t gap = (count + row_count) % 3 * sizeof(float);
            float *queries = at_end(first, 16 * count * sizeof(float), gap);
            float *rows = at_end(second, row_count * count * sizeof(float), gap);
            float *maxima = at_end(third, 16 * sizeof(float), 0);
            for (size_t i = 0; i < 16 * count; i++) queries[i] = random_float();
            for (size_t i = 0; i < row_count * count; i++) rows[i] = random_float();
            double expected[16];
            for (size_t query = 0; query < 16; query++) {
                expected[query] = maxima[query] = query == 5 ? 1e6f : -1e6f;
                for (size_t row = 0; row < row_count; row++) {
                    double sum = 0;
                    for (size_t i = 0; i < count; i++) sum += (double)queries[16 * i + query] * rows[row * count + i];
                    expected[query] = fmax(expected[query], sum);
                }
            }
            nk_raise_maxima(tier, maxima, queries, rows, row_count, count);
            for (size_t query = 0; query < 16; query++) {
                CHECK(fabs(maxima[query] - expected[query]) <= 4e-6 * (double)count + 1e-30,
                      "raise_maxima of %zu rows of %zu dimensions, query %zu: %g, not %g", row_count, count, query,
                      (double)maxima[query], expected[query]);
            }
        }
    }
}

void check_checksum(void) {
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

void check_products(const nk_tier *tier) {
    check_floats(tier);
    check_codes(tier);
    check_signs(tier);
    check_maxima(tier);
}
