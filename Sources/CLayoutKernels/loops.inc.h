// SPDX-License-Identifier: Apache-2.0
//
// Written once, compiled for each kind of processor. Sums run in sixteen lanes that are added up in a fixed order, which is
// what the compiler may not choose by itself.
#include "internal.h"
#include <math.h>
#include <string.h>

enum { sum_lanes = 16 };

static float sum_of(const float *lanes) {
    float sum = 0;
    for (int lane = 0; lane < sum_lanes; lane++) sum += lanes[lane];
    return sum;
}

static float dot(const float *a, const float *b, size_t count) {
    float lanes[sum_lanes] = {0};
    size_t i = 0;
    for (; i + sum_lanes <= count; i += sum_lanes) {
        for (size_t lane = 0; lane < sum_lanes; lane++) lanes[lane] += a[i + lane] * b[i + lane];
    }
    float rest = 0;
    for (; i < count; i++) rest += a[i] * b[i];
    return sum_of(lanes) + rest;
}

/// (row - mean) . direction, so that a large mean costs no digits.
static float centered_dot(const float *row, const float *mean, const float *direction, size_t count) {
    float lanes[sum_lanes] = {0};
    size_t i = 0;
    for (; i + sum_lanes <= count; i += sum_lanes) {
        for (size_t lane = 0; lane < sum_lanes; lane++) {
            lanes[lane] += (row[i + lane] - mean[i + lane]) * direction[i + lane];
        }
    }
    float rest = 0;
    for (; i < count; i++) rest += (row[i] - mean[i]) * direction[i];
    return sum_of(lanes) + rest;
}

static void project(
    const float *rows, size_t count, size_t dimensions, const float *mean, const float *directions, size_t k, float *out
) {
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < k; j++) {
            out[i * k + j] = centered_dot(rows + i * dimensions, mean, directions + j * dimensions, dimensions);
        }
    }
}

static void accumulate(
    const float *rows, size_t count, size_t dimensions, const float *mean, const float *weights, size_t k, float *sums
) {
    for (size_t i = 0; i < count; i++) {
        const float *row = rows + i * dimensions;
        for (size_t j = 0; j < k; j++) {
            const float weight = weights[i * k + j];
            float *sum = sums + j * dimensions;
            for (size_t d = 0; d < dimensions; d++) sum[d] += weight * (row[d] - mean[d]);
        }
    }
}

static void scale(float *vector, float factor, size_t count) {
    for (size_t i = 0; i < count; i++) vector[i] *= factor;
}

static void orthonormalize(float *vectors, size_t k, size_t dimensions) {
    for (size_t j = 0; j < k; j++) {
        float *vector = vectors + j * dimensions;
        const float before = sqrtf(dot(vector, vector, dimensions));
        if (!(before > 0) || !isfinite(before)) {
            memset(vector, 0, dimensions * sizeof(float));
            continue;
        }
        scale(vector, 1 / before, dimensions);
        for (int round = 0; round < 2; round++) {
            for (size_t other = 0; other < j; other++) {
                const float *direction = vectors + other * dimensions;
                const float share = dot(vector, direction, dimensions);
                for (size_t d = 0; d < dimensions; d++) vector[d] -= share * direction[d];
            }
        }
        const float after = sqrtf(dot(vector, vector, dimensions));
        // What is left of a vector that depends on the others is rounding.
        if (after > 1e-5f) scale(vector, 1 / after, dimensions);
        else memset(vector, 0, dimensions * sizeof(float));
    }
}

/// Whether the first is farther: of equally near ones, the later.
static bool is_farther(float distance, uint32_t index, float other_distance, uint32_t other_index) {
    return distance > other_distance || (distance == other_distance && index > other_index);
}

/// Moves the farthest of a heap of `count`, of which all but the first are in order, to where it belongs.
static void sift_down(uint32_t *indices, float *distances, size_t at, size_t count) {
    const float distance = distances[at];
    const uint32_t index = indices[at];
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= count) break;
        if (child + 1 < count
            && is_farther(distances[child + 1], indices[child + 1], distances[child], indices[child])) child++;
        if (!is_farther(distances[child], indices[child], distance, index)) break;
        distances[at] = distances[child];
        indices[at] = indices[child];
        at = child;
    }
    distances[at] = distance;
    indices[at] = index;
}

static void sort_heap(uint32_t *indices, float *distances, size_t count) {
    for (size_t end = count; end-- > 1;) {
        const float distance = distances[0];
        const uint32_t index = indices[0];
        distances[0] = distances[end];
        indices[0] = indices[end];
        distances[end] = distance;
        indices[end] = index;
        sift_down(indices, distances, 0, end);
    }
}

/// The heap is full of infinity at first.
static void neighbors_of_one(
    const float *interleaved, size_t count, size_t dimensions, const float *query, int64_t excluded, size_t wanted,
    uint32_t *indices, float *distances
) {
    for (size_t i = 0; i < wanted; i++) {
        distances[i] = INFINITY;
        indices[i] = UINT32_MAX;
    }
    for (size_t first = 0; first < count; first += nl_lanes) {
        const float *block = interleaved + first * dimensions;
        float sums[nl_lanes] = {0};
        for (size_t d = 0; d < dimensions; d++) {
            for (size_t lane = 0; lane < nl_lanes; lane++) {
                const float difference = block[d * nl_lanes + lane] - query[d];
                sums[lane] += difference * difference;
            }
        }
        for (size_t lane = 0; lane < nl_lanes && first + lane < count; lane++) {
            if (!(sums[lane] < distances[0]) || (int64_t)(first + lane) == excluded) continue;
            distances[0] = sums[lane];
            indices[0] = (uint32_t)(first + lane);
            sift_down(indices, distances, 0, wanted);
        }
    }
    sort_heap(indices, distances, wanted);
}

static void neighbors(
    const float *interleaved, size_t count, size_t dimensions, const float *queries, size_t query_count,
    int64_t excluded, size_t wanted, uint32_t *indices, float *distances
) {
    for (size_t i = 0; i < query_count; i++) {
        neighbors_of_one(
            interleaved, count, dimensions, queries + i * dimensions, excluded < 0 ? -1 : excluded + (int64_t)i, wanted,
            indices + i * wanted, distances + i * wanted);
    }
}

const nl_loops LOOPS = {
    .project = project,
    .accumulate = accumulate,
    .orthonormalize = orthonormalize,
    .neighbors = neighbors,
};
