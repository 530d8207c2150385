// SPDX-License-Identifier: Apache-2.0
//
// Looking at the graph as a whole: for repair, for snapshots, and for an operator.
#include "internal.h"
#include <stdlib.h>

bool nk_store_has_right_layers(const nk_store *store, uint32_t *bad) {
    if (!nk_store_has_graph(store)) return true;
    uint32_t slots = nk_store_count(store);
    for (uint32_t slot = 0; slot < slots; slot++) {
        uint32_t level = nk_level(store, slot);
        for (uint32_t layer = 1; layer <= level; layer++) {
            _Atomic uint32_t *row = nk_link_row(store, slot, layer);
            uint32_t count = atomic_load_explicit(row, memory_order_acquire) & NK_COUNT_MASK;
            for (uint32_t i = 0; i < count; i++) {
                uint32_t target = atomic_load_explicit(row + 1 + i, memory_order_relaxed);
                if (target >= slots || nk_level(store, target) < layer) {
                    *bad = slot;
                    return false;
                }
            }
        }
    }
    return true;
}

static bool visit_once(uint64_t *visited, uint32_t slot) {
    uint64_t bit = (uint64_t)1 << (slot % 64), *word = &visited[slot / 64];
    bool is_new = !(*word & bit);
    *word |= bit;
    return is_new;
}

/// Breadth first from the entry over the links of the lowest layer.
static void visit_reachable(const nk_store *store, uint32_t slots, uint64_t *visited, uint32_t *queue) {
    uint32_t entry, level, head = 0, tail = 0;
    if (!nk_store_entry(store, &entry, &level) || entry >= slots) return;
    visit_once(visited, entry);
    queue[tail++] = entry;
    while (head < tail) {
        _Atomic uint32_t *row = nk_link_row(store, queue[head++], 0);
        uint32_t count = atomic_load_explicit(row, memory_order_acquire) & NK_COUNT_MASK;
        for (uint32_t i = 0; i < count; i++) {
            uint32_t target = atomic_load_explicit(row + 1 + i, memory_order_relaxed);
            if (target < slots && visit_once(visited, target)) queue[tail++] = target;
        }
    }
}

bool nk_unreachable(const nk_store *store, uint32_t slots, uint64_t *unreachable) {
    uint32_t words = slots / 64 + 1;
    memset(unreachable, 0, words * sizeof *unreachable);
    uint32_t *queue = malloc(((size_t)slots + 1) * sizeof *queue);
    if (!queue) return false;
    visit_reachable(store, slots, unreachable, queue);
    free(queue);
    for (uint32_t word = 0; word < words; word++) {
        uint64_t linked = 0;
        for (uint32_t i = 0; i < 64 && word * 64 + i < slots; i++) {
            linked |= (uint64_t)((nk_state(store, word * 64 + i) & nk_linked) != 0) << i;
        }
        unreachable[word] = linked & ~unreachable[word];
    }
    return true;
}
