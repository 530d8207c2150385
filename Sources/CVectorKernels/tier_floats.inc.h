// SPDX-License-Identifier: Apache-2.0
//
// Loops over float32 vectors, in the vector types of the compiler: 16 numbers, made of what the processor has.

// Every function with such a parameter is inlined: no call convention is touched.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpsabi"

typedef float v16 __attribute__((vector_size(64)));
typedef int32_t i16 __attribute__((vector_size(64)));

INLINE v16 load(const float *from) {
    v16 value;
    memcpy(&value, from, sizeof value);
    return value;
}

INLINE void store_v16(float *to, v16 value) {
    memcpy(to, &value, sizeof value);
}

INLINE float sum_of(v16 value) {
    float sums[16];
    memcpy(sums, &value, sizeof sums);
    for (int width = 8; width > 0; width /= 2) {
        for (int i = 0; i < width; i++) sums[i] += sums[i + width];
    }
    return sums[0];
}

INLINE v16 magnitude(v16 value) {
    return (v16)((i16)value & INT32_MAX);
}

static float dot_floats(const float *a, const float *b, size_t count) {
    v16 s0 = {0}, s1 = {0}, s2 = {0}, s3 = {0};
    size_t i = 0;
    for (; i + 64 <= count; i += 64) {
        s0 += load(a + i) * load(b + i);
        s1 += load(a + i + 16) * load(b + i + 16);
        s2 += load(a + i + 32) * load(b + i + 32);
        s3 += load(a + i + 48) * load(b + i + 48);
    }
    for (; i + 16 <= count; i += 16) s0 += load(a + i) * load(b + i);
    float sum = sum_of((s0 + s1) + (s2 + s3));
    for (; i < count; i++) sum += a[i] * b[i];
    return sum;
}

static float dot_and_norm(const float *a, const float *b, size_t count, float *norm) {
    v16 s0 = {0}, s1 = {0}, n0 = {0}, n1 = {0}, s2 = {0}, s3 = {0}, n2 = {0}, n3 = {0};
    size_t i = 0;
    for (; i + 64 <= count; i += 64) {
        v16 b0 = load(b + i), b1 = load(b + i + 16), b2 = load(b + i + 32), b3 = load(b + i + 48);
        s0 += load(a + i) * b0;
        s1 += load(a + i + 16) * b1;
        s2 += load(a + i + 32) * b2;
        s3 += load(a + i + 48) * b3;
        n0 += b0 * b0;
        n1 += b1 * b1;
        n2 += b2 * b2;
        n3 += b3 * b3;
    }
    for (; i + 16 <= count; i += 16) {
        v16 b0 = load(b + i);
        s0 += load(a + i) * b0;
        n0 += b0 * b0;
    }
    // The same order of additions as in `dot_floats`: a vector's product with itself is its norm, to the last bit.
    float sum = sum_of((s0 + s1) + (s2 + s3)), square = sum_of((n0 + n1) + (n2 + n3));
    for (; i < count; i++) {
        sum += a[i] * b[i];
        square += b[i] * b[i];
    }
    *norm = square;
    return sum;
}

static float l2_squared(const float *a, const float *b, size_t count) {
    v16 s0 = {0}, s1 = {0};
    size_t i = 0;
    for (; i + 32 <= count; i += 32) {
        v16 d0 = load(a + i) - load(b + i), d1 = load(a + i + 16) - load(b + i + 16);
        s0 += d0 * d0;
        s1 += d1 * d1;
    }
    for (; i + 16 <= count; i += 16) {
        v16 difference = load(a + i) - load(b + i);
        s0 += difference * difference;
    }
    float sum = sum_of(s0 + s1);
    for (; i < count; i++) sum += (a[i] - b[i]) * (a[i] - b[i]);
    return sum;
}

static float manhattan(const float *a, const float *b, size_t count) {
    v16 s0 = {0}, s1 = {0};
    size_t i = 0;
    for (; i + 32 <= count; i += 32) {
        s0 += magnitude(load(a + i) - load(b + i));
        s1 += magnitude(load(a + i + 16) - load(b + i + 16));
    }
    for (; i + 16 <= count; i += 16) s0 += magnitude(load(a + i) - load(b + i));
    float sum = sum_of(s0 + s1);
    for (; i < count; i++) sum += fabsf(a[i] - b[i]);
    return sum;
}

static float hamming(const float *a, const float *b, size_t count) {
    i16 differing = {0};
    size_t i = 0;
    // A comparison gives -1 where it holds.
    for (; i + 16 <= count; i += 16) differing -= (i16)(load(a + i) != load(b + i));
    int64_t sum = 0;
    for (int lane = 0; lane < 16; lane++) sum += differing[lane];
    for (; i < count; i++) sum += a[i] != b[i];
    return (float)sum;
}

// MARK: Greatest products

// How many rows are multiplied with a block of queries at once: as many sums as stay in registers.
#ifndef MAXIMA_ROWS
#define MAXIMA_ROWS 4
#endif

/// The larger in each lane; `a` where one of them is not a number.
INLINE v16 larger(v16 a, v16 b) {
    i16 is_larger = (i16)(a < b);
    return (v16)((is_larger & (i16)b) | (~is_larger & (i16)a));
}

/// `row_count` is a constant where this is inlined.
INLINE v16 raised_by_rows(v16 maxima, const float *queries, const float *rows, size_t row_count, size_t count) {
    v16 sums[MAXIMA_ROWS] = {0};
    for (size_t i = 0; i < count; i++) {
        v16 query = load(queries + 16 * i);
        for (size_t row = 0; row < row_count; row++) sums[row] += query * rows[row * count + i];
    }
    for (size_t row = 0; row < row_count; row++) maxima = larger(maxima, sums[row]);
    return maxima;
}

static void raise_maxima(float *maxima, const float *queries, const float *rows, size_t row_count, size_t count) {
    v16 best = load(maxima);
    size_t row = 0;
    for (; row + MAXIMA_ROWS <= row_count; row += MAXIMA_ROWS) {
        best = raised_by_rows(best, queries, rows + row * count, MAXIMA_ROWS, count);
    }
    for (; row < row_count; row++) best = raised_by_rows(best, queries, rows + row * count, 1, count);
    store_v16(maxima, best);
}

// MARK: Rotation

#define BUTTERFLY(value, s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, s12, s13, s14, s15, signs) \
    (__builtin_shufflevector( \
         value, value, s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, s12, s13, s14, s15) \
     + value * signs)

/// The Walsh-Hadamard transform of 16 numbers.
INLINE v16 hadamard_16(v16 x) {
    const v16 by1 = {1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1};
    const v16 by2 = {1, 1, -1, -1, 1, 1, -1, -1, 1, 1, -1, -1, 1, 1, -1, -1};
    const v16 by4 = {1, 1, 1, 1, -1, -1, -1, -1, 1, 1, 1, 1, -1, -1, -1, -1};
    const v16 by8 = {1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1, -1};
    x = BUTTERFLY(x, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14, by1);
    x = BUTTERFLY(x, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13, by2);
    x = BUTTERFLY(x, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11, by4);
    return BUTTERFLY(x, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, by8);
}

/// The Walsh-Hadamard transform, not scaled. `length` is a power of two, at least 64.
static void hadamard(float *x, uint32_t length) {
    for (uint32_t i = 0; i < length; i += 16) store_v16(x + i, hadamard_16(load(x + i)));
    uint32_t half = 16;
    // Two levels at a time where there are two: half the memory traffic.
    for (; half * 4 <= length; half *= 4) {
        for (uint32_t start = 0; start < length; start += 4 * half) {
            for (uint32_t i = start; i < start + half; i += 16) {
                v16 a = load(x + i), b = load(x + i + half), c = load(x + i + 2 * half), d = load(x + i + 3 * half);
                v16 ab = a + b, a_b = a - b, cd = c + d, c_d = c - d;
                store_v16(x + i, ab + cd);
                store_v16(x + i + half, a_b + c_d);
                store_v16(x + i + 2 * half, ab - cd);
                store_v16(x + i + 3 * half, a_b - c_d);
            }
        }
    }
    for (; half < length; half *= 2) {
        for (uint32_t start = 0; start < length; start += 2 * half) {
            for (uint32_t i = start; i < start + half; i += 16) {
                v16 a = load(x + i), b = load(x + i + half);
                store_v16(x + i, a + b);
                store_v16(x + i + half, a - b);
            }
        }
    }
}

/// Turns `x` by the store's rotation; lengths stay.
static void rotate(const nk_rotation *rotation, float *x, float *spare) {
    uint32_t length = rotation->length;
    for (uint32_t round = 0; round < rotation->rounds; round++) {
        const float *signs = rotation->signs + (size_t)round * length;
        for (uint32_t i = 0; i < length; i += 16) store_v16(x + i, load(x + i) * load(signs + i));
        for (uint32_t start = 0; start < length;) {
            uint32_t block = 1u << (31 - __builtin_clz(length - start));
            hadamard(x + start, block);
            start += block;
        }
        if (rotation->order) {
            const uint32_t *order = rotation->order + (size_t)round * length;
            for (uint32_t i = 0; i < length; i++) spare[i] = x[order[i]];
            memcpy(x, spare, length * sizeof *x);
        }
    }
}

#pragma clang diagnostic pop
