// SPDX-License-Identifier: Apache-2.0
//
// Random rotations, of which there is one for each length of vectors: some kilobytes that every store would have otherwise.
#include "internal.h"
#include <pthread.h>
#include <stdlib.h>

uint64_t nk_mixed(uint64_t seed, uint64_t number) {
    uint64_t z = seed + (number + 1) * 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

/// Blocks of powers of two, the largest first. `false` if there is no memory.
static bool make_rotation(nk_rotation *rotation, uint32_t length, uint64_t seed) {
    bool is_one_block = (length & (length - 1)) == 0;
    rotation->length = length;
    rotation->seed = seed;
    rotation->rounds = is_one_block ? 2 : 3;
    size_t total = (size_t)length * rotation->rounds;
    rotation->signs = malloc(total * sizeof(float));
    if (!rotation->signs) return false;
    for (size_t i = 0; i < total; i++) {
        uint32_t dimension = (uint32_t)(i % length), rest = length;
        uint32_t block = 1u << (31 - __builtin_clz(rest));
        while (dimension >= block) {
            dimension -= block;
            rest -= block;
            block = 1u << (31 - __builtin_clz(rest));
        }
        float size = 1.0f / sqrtf((float)block);
        rotation->signs[i] = nk_mixed(seed, i) & 1 ? size : -size;
    }
    if (is_one_block) return true;
    rotation->order = malloc(total * sizeof(uint32_t));
    if (!rotation->order) return false;
    for (uint32_t round = 0; round < rotation->rounds; round++) {
        uint32_t *order = rotation->order + (size_t)round * length;
        for (uint32_t i = 0; i < length; i++) order[i] = i;
        for (uint32_t i = length - 1; i > 0; i--) {
            uint32_t other = (uint32_t)(nk_mixed(~seed, (uint64_t)round * length + i) % (i + 1));
            uint32_t kept = order[i];
            order[i] = order[other];
            order[other] = kept;
        }
    }
    return true;
}

static void free_rotation(nk_rotation *rotation) {
    free(rotation->signs);
    free(rotation->order);
    free(rotation);
}

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static nk_rotation *first;

static nk_rotation *find_or_make(uint32_t length, uint64_t seed) {
    for (nk_rotation *known = first; known; known = known->next) {
        if (known->length == length && known->seed == seed) return known;
    }
    nk_rotation *made = calloc(1, sizeof *made);
    if (!made) return NULL;
    if (!make_rotation(made, length, seed)) {
        free_rotation(made);
        return NULL;
    }
    made->next = first;
    first = made;
    return made;
}

const nk_rotation *nk_rotation_acquire(uint32_t length, uint64_t seed) {
    pthread_mutex_lock(&lock);
    nk_rotation *rotation = find_or_make(length, seed);
    if (rotation) rotation->uses++;
    pthread_mutex_unlock(&lock);
    return rotation;
}

void nk_rotation_release(const nk_rotation *rotation) {
    if (!rotation) return;
    pthread_mutex_lock(&lock);
    nk_rotation **link = &first;
    while (*link != rotation) link = &(*link)->next;
    nk_rotation *released = *link;
    if (--released->uses == 0) {
        *link = released->next;
        free_rotation(released);
    }
    pthread_mutex_unlock(&lock);
}
