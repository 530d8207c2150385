// SPDX-License-Identifier: Apache-2.0
//
// What the checks of the kernels share: complaints, fixed random numbers, fenced memory; and what there is to check.
#pragma once
#include "CVectorKernels.h"
#include <stdio.h>

// MARK: Complaints and fixed random numbers

extern unsigned long checks, failures;

#define CHECK(holds, ...) \
    do { \
        checks++; \
        if (!(holds) && failures++ < 40) { \
            fprintf(stderr, "%s:%d: ", __FILE_NAME__, __LINE__); \
            fprintf(stderr, __VA_ARGS__); \
            fputc('\n', stderr); \
        } \
    } while (0)

/// `pointer`, unless it is NULL: that ends the program.
void *required(void *pointer);

void seed_random(uint64_t seed);
uint64_t random_bits(void);
/// In [-1, 1).
float random_float(void);

// MARK: Memory whose neighborhood nobody may touch

/// Bytes between two pages that cannot be read: whoever reads before or behind them crashes.
typedef struct {
    uint8_t *start;
    size_t size;
} fenced;

fenced make_fenced(size_t size);
/// Where `size` bytes begin that end `gap` bytes before the fence.
void *at_end(fenced memory, size_t size, size_t gap);

// MARK: Checks

// products.c
void check_checksum(void);
void check_products(const nk_tier *tier);

// stores.c
void check_stores(const nk_tier *tier);
