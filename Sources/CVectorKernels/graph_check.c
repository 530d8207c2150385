// SPDX-License-Identifier: Apache-2.0
//
// Looking at the graph as a whole: for repair, for snapshots, and for an operator.
#include "internal.h"
#include <stdlib.h>

bool nk_store_has_right_layers(const nk_store *store, uint32_t *bad) {
    uint32_t places = nk_store_count(store);
    for (uint32_t place = 0; place < places; place++) {
        uint32_t level = nk_level(store, place);
        for (uint32_t layer = 1; layer <= level; layer++) {
            _Atomic uint32_t *row = nk_link_row(store, place, layer);
            uint32_t count = atomic_load_explicit(row, memory_order_acquire) & NK_COUNT_MASK;
            for (uint32_t i = 0; i < count; i++) {
                uint32_t target = atomic_load_explicit(row + 1 + i, memory_order_relaxed);
                if (target >= places || nk_level(store, target) < layer) {
                    *bad = place;
                    return false;
                }
            }
        }
    }
    return true;
}

void nk_count_links(const nk_store *store, uint8_t *counts, uint32_t places) {
    memset(counts, 0, places);
    for (uint32_t place = 0; place < places; place++) {
        if (!(nk_state(store, place) & nk_linked)) continue;
        _Atomic uint32_t *row = nk_link_row(store, place, 0);
        uint32_t count = atomic_load_explicit(row, memory_order_acquire) & NK_COUNT_MASK;
        for (uint32_t i = 0; i < count; i++) {
            uint32_t target = atomic_load_explicit(row + 1 + i, memory_order_relaxed);
            if (target < places && counts[target] < UINT8_MAX) counts[target]++;
        }
    }
}

/// Whether a place links to one that was seen and has the same code: its vector is found in the other's place.
static bool has_twin(const nk_store *store, uint32_t place, const uint8_t *seen, uint32_t places) {
    _Atomic uint32_t *row = nk_link_row(store, place, 0);
    uint32_t count = atomic_load_explicit(row, memory_order_acquire) & NK_COUNT_MASK;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t target = atomic_load_explicit(row + 1 + i, memory_order_relaxed);
        if (target >= places || !seen[target]) continue;
        if (memcmp(nk_row(&store->codes, place), nk_row(&store->codes, target), store->codes.stride) == 0) return true;
    }
    return false;
}

bool nk_reachable(const nk_store *store, uint32_t *reached) {
    uint32_t places = nk_store_count(store), entry, level, head = 0, tail = 0;
    *reached = 0;
    if (!nk_store_entry(store, &entry, &level)) return true;
    uint32_t *queue = malloc((size_t)places * sizeof *queue);
    uint8_t *seen = calloc(places, 1);
    if (queue && seen) {
        queue[tail++] = entry;
        seen[entry] = 1;
        while (head < tail) {
            _Atomic uint32_t *row = nk_link_row(store, queue[head++], 0);
            uint32_t count = atomic_load_explicit(row, memory_order_acquire) & NK_COUNT_MASK;
            for (uint32_t i = 0; i < count; i++) {
                uint32_t target = atomic_load_explicit(row + 1 + i, memory_order_relaxed);
                if (target >= places || seen[target]) continue;
                seen[target] = 1;
                queue[tail++] = target;
            }
        }
        // A twin counts as seen, and so can its own twins: a few rounds find all that hang together.
        for (uint32_t round = 0, added = 1; added > 0 && round < 8; round++) {
            added = 0;
            for (uint32_t place = 0; place < places; place++) {
                if (seen[place] || !(nk_state(store, place) & nk_linked) || !has_twin(store, place, seen, places)) continue;
                seen[place] = 1;
                added++;
            }
        }
        for (uint32_t place = 0; place < places; place++) {
            *reached += seen[place] && (nk_state(store, place) & nk_linked);
        }
    }
    bool done = queue && seen;
    free(queue);
    free(seen);
    return done;
}
