// SPDX-License-Identifier: Apache-2.0
//
// Holds every kind of processor that this machine can run (`nk_tier_at`) to the plain one, through the doors of
// CVectorKernels.h alone: single distances and products, then whole stores that are encoded, linked, scanned, walked
// through and repaired. Scripts/check-kernels.sh compiles it for this machine and for ARM, where qemu runs it.
//
// usage: check [NAME [only-name]]      fails if the best kind is not called NAME; only-name: that is all it looks at
//
// A function that is added to CVectorKernels.h is added to `float_kernels` or `code_kernels` (products.c), a format to
// `kinds` (stores.c).
#include "check.h"
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

unsigned long checks, failures;

void *required(void *pointer) {
    if (pointer) return pointer;
    fprintf(stderr, "no memory\n");
    exit(2);
}

static uint64_t random_state;

void seed_random(uint64_t seed) { random_state = seed; }

uint64_t random_bits(void) {
    uint64_t z = random_state += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

float random_float(void) {
    return (float)(int32_t)(random_bits() >> 32) * 0x1p-31f;
}

fenced make_fenced(size_t size) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE), inner = (size + page - 1) / page * page;
    uint8_t *map = mmap(NULL, inner + 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    required(map == MAP_FAILED ? NULL : map);
    mprotect(map, page, PROT_NONE);
    mprotect(map + page + inner, page, PROT_NONE);
    return (fenced){map + page, inner};
}

void *at_end(fenced memory, size_t size, size_t gap) {
    return memory.start + memory.size - size - gap;
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
        seed_random(1);
        unsigned long before = checks, failed = failures;
        check_products(tier);
        check_stores(tier);
        printf("%s: %lu checks, %lu failed\n", nk_tier_name(tier), checks - before, failures - failed);
    }
    return failures > 0;
}
