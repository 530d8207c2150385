// SPDX-License-Identifier: Apache-2.0
#include "CPixels.h"

#include <stdlib.h>
#include <string.h>

// The coefficients must be the same doubles on every machine, so no multiplication may be fused into an addition.
#pragma STDC FP_CONTRACT OFF

// Fixed point as in Pillow: 32 bits less 8 of the pixel and 2 against overflow.
#define PRECISION_BITS (32 - 8 - 2)
#define LARGEST_SIDE 16777216

typedef int32_t quad __attribute__((vector_size(16)));
typedef uint8_t pixel __attribute__((vector_size(4)));

/// Which source positions a result position is made of, and the sum its weights are divided by.
typedef struct {
    uint32_t first;
    uint32_t count;
    double center;
    double total;
} window;

struct nt_resizer {
    nt_resizing plan;
    double row_scale;
    window *columns;
    /// First weight of each result column in `weights`.
    size_t *starts;
    int32_t *weights;
    window *rows;
    /// One row of result width, 4 bytes a pixel.
    uint8_t *narrowed;
    /// One row of the region on white; NULL where nothing is put on white.
    uint8_t *opaque;
    /// Shape [height, width, 4].
    int32_t *sums;
    void (*narrow)(const struct nt_resizer *, const uint8_t *);
    void (*add)(int32_t *, const uint8_t *, int32_t, size_t);
};

static double filter_scale(double source, uint32_t result) {
    double scale = source / result;
    return scale < 1.0 ? 1.0 : scale;
}

static double triangle(double x) {
    if (x < 0.0) x = -x;
    return x < 1.0 ? 1.0 - x : 0.0;
}

static double raw_weight(const window *w, uint32_t index, double scale) {
    return triangle(((double)index + w->first - w->center + 0.5) * (1.0 / scale));
}

static int32_t fixed_weight(const window *w, uint32_t index, double scale) {
    double weight = raw_weight(w, index, scale);
    if (w->total != 0.0) weight /= w->total;
    return (int32_t)(0.5 + weight * (1 << PRECISION_BITS));
}

/// The windows of one axis, whose box begins at `begin` and is `size` long. O(source + result) time.
static window *windows(uint32_t source, double begin, double size, uint32_t result) {
    window *all = malloc(sizeof(window) * result);
    if (!all) return NULL;
    double step = size / result, scale = filter_scale(size, result);
    for (uint32_t i = 0; i < result; i++) {
        window *w = &all[i];
        w->center = begin + (i + 0.5) * step;
        int64_t first = (int64_t)(w->center - scale + 0.5), end = (int64_t)(w->center + scale + 0.5);
        if (first < 0) first = 0;
        if (end > source) end = source;
        w->first = (uint32_t)first;
        w->count = (uint32_t)(end - first);
        w->total = 0.0;
        for (uint32_t k = 0; k < w->count; k++) w->total += raw_weight(w, k, scale);
    }
    return all;
}

static inline __attribute__((always_inline)) void narrow_row(const nt_resizer *r, const uint8_t *rgbx) {
    for (uint32_t x = 0; x < r->plan.width; x++) {
        const int32_t *weights = r->weights + r->starts[x];
        const uint8_t *source = rgbx + (size_t)r->columns[x].first * 4;
        quad sum = {1 << (PRECISION_BITS - 1), 1 << (PRECISION_BITS - 1), 1 << (PRECISION_BITS - 1), 0};
        for (uint32_t k = 0; k < r->columns[x].count; k++) {
            pixel p;
            memcpy(&p, source + (size_t)k * 4, 4);
            sum += __builtin_convertvector(p, quad) * weights[k];
        }
        sum >>= PRECISION_BITS;
        // Weights are never negative, but rounded up together they can pass 255.
        quad over = sum > 255;
        sum = (sum & ~over) | (over & 255);
        pixel result = __builtin_convertvector(sum, pixel);
        memcpy(r->narrowed + (size_t)x * 4, &result, 4);
    }
}

static inline __attribute__((always_inline)) void add_weighted(
    int32_t *sums, const uint8_t *values, int32_t weight, size_t count) {
    for (size_t i = 0; i < count; i++) sums[i] += weight * values[i];
}

static void narrow_row_plain(const nt_resizer *r, const uint8_t *rgbx) { narrow_row(r, rgbx); }
static void add_weighted_plain(int32_t *sums, const uint8_t *values, int32_t weight, size_t count) {
    add_weighted(sums, values, weight, count);
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static void narrow_row_avx2(const nt_resizer *r, const uint8_t *rgbx) {
    narrow_row(r, rgbx);
}
__attribute__((target("avx2"))) static void add_weighted_avx2(
    int32_t *sums, const uint8_t *values, int32_t weight, size_t count) {
    add_weighted(sums, values, weight, count);
}
#endif

static void choose_kernels(nt_resizer *r) {
    r->narrow = narrow_row_plain;
    r->add = add_weighted_plain;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2")) {
        r->narrow = narrow_row_avx2;
        r->add = add_weighted_avx2;
    }
#endif
}

/// Fills `starts` and `weights` of the columns. Neighboring windows overlap, so together about two per source column.
static bool weigh_columns(nt_resizer *r) {
    double scale = filter_scale(r->plan.box_width, r->plan.width);
    size_t total = 0;
    for (uint32_t x = 0; x < r->plan.width; x++) {
        r->starts[x] = total;
        total += r->columns[x].count;
    }
    r->weights = malloc(sizeof(int32_t) * (total ? total : 1));
    if (!r->weights) return false;
    for (uint32_t x = 0; x < r->plan.width; x++)
        for (uint32_t k = 0; k < r->columns[x].count; k++)
            r->weights[r->starts[x] + k] = fixed_weight(&r->columns[x], k, scale);
    return true;
}

nt_resizer *nt_resizer_create(const nt_resizing *plan) {
    if (plan->source_width > LARGEST_SIDE || plan->source_height > LARGEST_SIDE) return NULL;
    nt_resizer *r = calloc(1, sizeof(nt_resizer));
    if (!r) return NULL;
    r->plan = *plan;
    uint32_t width = plan->width, height = plan->height;
    r->row_scale = filter_scale(plan->box_height, height);
    choose_kernels(r);
    r->columns = windows(plan->source_width, plan->box_left, plan->box_width, width);
    r->rows = windows(plan->source_height, plan->box_top, plan->box_height, height);
    r->starts = malloc(sizeof(size_t) * width);
    r->narrowed = malloc((size_t)width * 4);
    r->sums = malloc(sizeof(int32_t) * 4 * width * height);
    if (plan->on_white) r->opaque = malloc((size_t)plan->source_width * 4);
    bool is_complete = r->columns && r->rows && r->starts && r->narrowed && r->sums && (r->opaque || !plan->on_white);
    if (!is_complete || !weigh_columns(r)) {
        nt_resizer_destroy(r);
        return NULL;
    }
    for (size_t i = 0; i < (size_t)width * height * 4; i++) r->sums[i] = 1 << (PRECISION_BITS - 1);
    return r;
}

void nt_resizer_destroy(nt_resizer *r) {
    if (!r) return;
    free(r->columns);
    free(r->starts);
    free(r->weights);
    free(r->rows);
    free(r->narrowed);
    free(r->opaque);
    free(r->sums);
    free(r);
}

/// The first result row that reaches beyond source row `y`; windows begin and end in order.
static uint32_t first_row_touching(const nt_resizer *r, uint32_t y) {
    uint32_t low = 0, high = r->plan.height;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (r->rows[middle].first + r->rows[middle].count > y) high = middle;
        else low = middle + 1;
    }
    return low;
}

/// Each color goes toward white by what its alpha lacks, rounded.
static void put_on_white(uint8_t *opaque, const uint8_t *rgba, size_t count) {
    for (size_t i = 0; i < count; i++) {
        uint32_t alpha = rgba[i * 4 + 3];
        for (size_t c = 0; c < 3; c++) {
            uint32_t product = (255u - rgba[i * 4 + c]) * alpha + 128;
            opaque[i * 4 + c] = (uint8_t)(255u - ((product + (product >> 8)) >> 8));
        }
        opaque[i * 4 + 3] = 255;
    }
}

void nt_resizer_add_row(void *resizer, uint32_t y, const uint8_t *rgba) {
    nt_resizer *r = resizer;
    if (y < r->plan.top || y - r->plan.top >= r->plan.source_height) return;
    y -= r->plan.top;
    uint32_t row = first_row_touching(r, y);
    if (row == r->plan.height || r->rows[row].first > y) return;
    rgba += (size_t)r->plan.left * 4;
    if (r->opaque) put_on_white(r->opaque, rgba, r->plan.source_width);
    r->narrow(r, r->opaque ? r->opaque : rgba);
    size_t count = (size_t)r->plan.width * 4;
    for (; row < r->plan.height && r->rows[row].first <= y; row++) {
        int32_t weight = fixed_weight(&r->rows[row], y - r->rows[row].first, r->row_scale);
        if (weight != 0) r->add(r->sums + row * count, r->narrowed, weight, count);
    }
}

void nt_resizer_finish(const nt_resizer *r, uint8_t *rgb) {
    size_t pixels = (size_t)r->plan.width * r->plan.height;
    for (size_t i = 0; i < pixels; i++)
        for (size_t c = 0; c < 3; c++) {
            int32_t value = r->sums[i * 4 + c] >> PRECISION_BITS;
            rgb[i * 3 + c] = (uint8_t)(value > 255 ? 255 : value);
        }
}

void nt_planes_from_rgb(const uint8_t *rgb, size_t count, const float *table, float *planes) {
    for (size_t c = 0; c < 3; c++) {
        const float *values = table + c * 256;
        float *plane = planes + c * count;
        for (size_t i = 0; i < count; i++) plane[i] = values[rgb[i * 3 + c]];
    }
}
