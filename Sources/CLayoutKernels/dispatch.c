// SPDX-License-Identifier: Apache-2.0
#include "internal.h"

static const nl_loops *loops(void) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return &nl_loops_avx2;
#endif
    return &nl_loops_plain;
}

void nl_project(
    const float *rows, size_t count, size_t dimensions, const float *mean, const float *directions, size_t k, float *out
) {
    loops()->project(rows, count, dimensions, mean, directions, k, out);
}

void nl_accumulate(
    const float *rows, size_t count, size_t dimensions, const float *mean, const float *weights, size_t k, float *sums
) {
    loops()->accumulate(rows, count, dimensions, mean, weights, k, sums);
}

void nl_orthonormalize(float *vectors, size_t k, size_t dimensions) {
    loops()->orthonormalize(vectors, k, dimensions);
}

void nl_neighbors(
    const float *interleaved, size_t count, size_t dimensions, const float *queries, size_t query_count,
    int64_t excluded, size_t wanted, uint32_t *indices, float *distances
) {
    loops()->neighbors(interleaved, count, dimensions, queries, query_count, excluded, wanted, indices, distances);
}
