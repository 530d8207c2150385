// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "include/CLayoutKernels.h"

/// The loops that gain from wide registers, as they were compiled for one kind of processor.
typedef struct {
    void (*project)(const float *, size_t, size_t, const float *, const float *, size_t, float *);
    void (*accumulate)(const float *, size_t, size_t, const float *, const float *, size_t, float *);
    void (*orthonormalize)(float *, size_t, size_t);
    void (*neighbors)(const float *, size_t, size_t, const float *, size_t, int64_t, size_t, uint32_t *, float *);
} nl_loops;

extern const nl_loops nl_loops_plain;
#if defined(__x86_64__)
extern const nl_loops nl_loops_avx2;
#endif
