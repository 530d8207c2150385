// SPDX-License-Identifier: Apache-2.0
//
// What a thread needs while it searches or links, and the doors to the loops.
#include "internal.h"
#include <stdlib.h>

static void *aligned(size_t bytes) {
    size_t whole = (bytes + 127) / 64 * 64;
    void *memory = aligned_alloc(64, whole);
    if (memory) memset(memory, 0, whole);
    return memory;
}

bool nk_reserve_found(nk_found **items, uint32_t *capacity, uint32_t wanted) {
    if (wanted <= *capacity) return true;
    uint64_t larger = (uint64_t)*capacity * 2 > wanted ? (uint64_t)*capacity * 2 : wanted;
    if (larger > UINT32_MAX) return false;
    nk_found *moved = realloc(*items, larger * sizeof **items);
    if (!moved) return false;
    *items = moved;
    *capacity = (uint32_t)larger;
    return true;
}

nk_context *nk_context_create(void) {
    return calloc(1, sizeof(nk_context));
}

/// Replaces a buffer by one of zeros. `false` if there is no memory: then there is none.
static bool renew(void *buffer, size_t bytes) {
    // Safety: all kinds of pointers to objects have one representation here.
    void *old, *new = aligned(bytes);
    memcpy(&old, buffer, sizeof old);
    free(old);
    memcpy(buffer, &new, sizeof new);
    return new != NULL;
}

static bool fit_dimensions(nk_context *context, uint32_t padded) {
    if (padded <= context->padded_capacity) return true;
    context->padded_capacity = 0;
    size_t floats = ((size_t)padded + 64) * sizeof(float);
    bool made = renew(&context->query.bytes, (size_t)padded + 128) && renew(&context->other.bytes, (size_t)padded + 128)
        && renew(&context->sign_query.bytes, (size_t)padded / 2 + 128) && renew(&context->query_floats, floats)
        && renew(&context->scratch, floats) && renew(&context->scratch2, floats);
    if (made) context->padded_capacity = padded;
    return made;
}

static bool fit_connections(nk_context *context, uint32_t connections) {
    uint32_t row = 2 * connections + 2;
    // A row and the rows of its neighbors, for two hops.
    uint32_t gathered = row < 512 ? row * row + row : 1 << 18, selected = (NK_MAX_LEVEL + 1) * connections + 1;
    if (gathered > context->gathered_capacity) {
        context->gathered_capacity = 0;
        if (!renew(&context->gathered, (size_t)gathered * sizeof(uint32_t))) return false;
        context->gathered_capacity = gathered;
    }
    return nk_reserve_found(&context->selected, &context->selected_capacity, selected);
}

bool nk_context_fit(nk_context *context, const nk_store *store) {
    context->coded = store->coded;
    context->padded = store->padded;
    context->dimensions = store->layout.dimensions;
    return fit_dimensions(context, store->padded)
        && (!nk_store_has_graph(store) || fit_connections(context, store->layout.max_connections));
}

void nk_context_destroy(nk_context *context) {
    void *parts[] = {
        context->query.bytes, context->other.bytes, context->sign_query.bytes, context->query_floats,
        context->scratch, context->scratch2,
        context->visited, context->touched, context->pool, context->candidates.items, context->top.items,
        context->kept, context->gathered, context->selected, context->relinked,
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) free(parts[i]);
    free(context);
}

size_t nk_context_memory(const nk_context *context) {
    return sizeof *context + context->padded_capacity * 14 + context->visited_capacity / 8
        + (size_t)context->touched_capacity * 4
        + (size_t)(context->pool_capacity + context->candidates.capacity + context->top.capacity
                   + context->kept_capacity + context->selected_capacity + context->relinked_capacity) * 8
        + (size_t)context->gathered_capacity * 4;
}

/// Clears the visited set: word by word where few were visited, as a whole otherwise.
void nk_clear_visited(nk_context *context) {
    if (context->touched_count < context->visited_capacity / 512) {
        for (uint32_t i = 0; i < context->touched_count; i++) context->visited[context->touched[i] / 64] = 0;
    } else if (context->visited) {
        memset(context->visited, 0, context->visited_capacity / 8);
    }
    context->touched_count = 0;
}

bool nk_prepare_visited(nk_context *context, const nk_store *store) {
    nk_clear_visited(context);
    context->limit = nk_store_count(store);
    if (context->limit > context->visited_capacity) {
        uint32_t wanted = (context->limit + context->limit / 4 + 511) / 512 * 512;
        uint64_t *visited = calloc(wanted / 64, sizeof *visited);
        if (!visited) return false;
        free(context->visited);
        context->visited = visited;
        context->visited_capacity = wanted;
    }
    return true;
}

bool nk_begin(nk_context *context, const nk_store *store, const float *query) {
    if (!nk_prepare_visited(context, store)) return false;
    context->evaluated = 0;
    context->kept_count = context->wanted = 0;
    store->tier->prepare(context, store, query);
    return true;
}

/// Signs say little: what they keep is measured again, and that has to be worth it.
#define SIGNS_FROM 500

bool nk_keep(nk_context *context, const nk_store *store, uint32_t wanted, uint32_t expected) {
    wanted = wanted < context->limit ? wanted : context->limit;
    context->wanted = wanted;
    context->scans_signs = store->signs.stride > 0 && expected > SIGNS_FROM && expected / 8 > wanted;
    context->kept_count = 0;
    context->deviation = 0;
    context->kept_bound = INFINITY;
    uint64_t capacity = 2 * (uint64_t)wanted + 512;
    return capacity <= UINT32_MAX && nk_reserve_found(&context->kept, &context->kept_capacity, (uint32_t)capacity);
}

// MARK: Scans

void nk_scan_slots(nk_context *context, const nk_store *store, const uint32_t *slots, size_t count) {
    store->tier->scan(context, store, slots, count);
}

void nk_scan_tail(
    nk_context *context, const nk_store *store, bool is_filtered, const uint64_t *allowed, size_t word_count
) {
    uint32_t slots[512], found = 0;
    for (uint32_t block = 0; (uint64_t)block * NK_TAIL_BLOCK < context->limit; block++) {
        if (atomic_load((_Atomic uint32_t *)nk_row(&store->tail_blocks, block)) == 0) continue;
        for (uint32_t word = block * (NK_TAIL_BLOCK / 64); word < (block + 1) * (NK_TAIL_BLOCK / 64); word++) {
            if ((uint64_t)word * 64 >= context->limit) break;
            uint64_t rest = atomic_load((_Atomic uint64_t *)nk_row(&store->tail, word));
            for (; rest; rest &= rest - 1) {
                uint32_t slot = word * 64 + (uint32_t)__builtin_ctzll(rest);
                if (slot < context->limit && nk_passes(store, slot, is_filtered, allowed, word_count)) slots[found++] = slot;
            }
            if (found > 512 - 64) {
                nk_scan_slots(context, store, slots, found);
                found = 0;
            }
        }
    }
    nk_scan_slots(context, store, slots, found);
}

/// Slots looked at in one go; rows of states and documents lie side by side for at least as many.
#define BLOCK 512u

/// Of 64 slots, a bit for each that is live.
static uint64_t live_among(const uint8_t *states) {
    uint64_t live = 0;
    for (uint32_t i = 0; i < 64; i += 8) {
        uint64_t eight;
        memcpy(&eight, states + i, sizeof eight);
        eight &= (nk_occupied | nk_tombstone) * 0x0101010101010101u;
        if (eight == nk_occupied * 0x0101010101010101u) {
            live |= (uint64_t)0xFF << i;
            continue;
        }
        for (uint32_t j = 0; j < 8; j++) live |= (uint64_t)((eight >> (8 * j) & 0xFF) == nk_occupied) << (i + j);
    }
    return live;
}

/// Of 64 slots, a bit for each whose document is allowed. Documents that came one after the other lie so.
static uint64_t allowed_among(const uint32_t *documents, const uint64_t *allowed, size_t word_count) {
    uint32_t first = documents[0], others = 0;
    for (uint32_t i = 0; i < 64; i++) others |= documents[i] ^ (first + i);
    uint64_t bits = 0;
    if (others == 0) {
        size_t word = first >> 6;
        uint32_t shift = first & 63;
        if (word < word_count) bits = allowed[word] >> shift;
        if (shift > 0 && word + 1 < word_count) bits |= allowed[word + 1] << (64 - shift);
        return bits;
    }
    for (uint32_t i = 0; i < 64; i++) bits |= (uint64_t)nk_is_allowed(documents[i], allowed, word_count) << i;
    return bits;
}

/// Appends those slots of a block that pass.
static uint32_t gather_block(
    const nk_store *store, uint32_t first, uint32_t end, bool is_filtered, const uint64_t *allowed, size_t word_count,
    uint32_t *slots
) {
    uint32_t found = 0;
    for (uint32_t start = first; start < end; start += 64) {
        // Copies of aligned words are whole words, of before a change or after.
        uint8_t states[64];
        uint32_t documents[64], count = end - start < 64 ? end - start : 64;
        memset(states + count, 0, 64 - count);
        memcpy(states, nk_row(&store->states, start), count);
        uint64_t passing = live_among(states);
        if (is_filtered && passing != 0) {
            memcpy(documents, nk_row(&store->documents, start), count * sizeof *documents);
            for (uint32_t i = count; i < 64; i++) documents[i] = documents[0] + i;
            passing &= allowed_among(documents, allowed, word_count);
        }
        for (; passing; passing &= passing - 1) slots[found++] = start + (uint32_t)__builtin_ctzll(passing);
    }
    // What a state promises was written before it.
    atomic_thread_fence(memory_order_acquire);
    return found;
}

void nk_scan_range(
    nk_context *context, const nk_store *store, uint32_t first, uint32_t end, bool is_filtered,
    const uint64_t *allowed, size_t word_count
) {
    if (is_filtered && word_count == 0) return;
    uint32_t slots[2 * BLOCK], found = 0;
    if (end > context->limit) end = context->limit;
    while (first < end) {
        uint32_t block_end = first / BLOCK * BLOCK + BLOCK;
        if (block_end > end) block_end = end;
        found += gather_block(store, first, block_end, is_filtered, allowed, word_count, slots + found);
        if (found > BLOCK) {
            nk_scan_slots(context, store, slots, found);
            found = 0;
        }
        first = block_end;
    }
    nk_scan_slots(context, store, slots, found);
}

int nk_by_distance(const void *left, const void *right) {
    const nk_found *a = left, *b = right;
    if (a->distance != b->distance) return a->distance < b->distance ? -1 : 1;
    return a->slot < b->slot ? -1 : a->slot > b->slot;
}

const nk_found *nk_scanned(nk_context *context, const nk_store *store, uint32_t *count, float *deviation) {
    store->tier->measure_kept(context, store);
    *count = context->kept_count;
    *deviation = context->deviation;
    if (*count > 1) qsort(context->kept, *count, sizeof(nk_found), nk_by_distance);
    context->kept_count = 0;
    return context->kept;
}

// MARK: Walks

nk_progress nk_walk_begin(
    nk_context *context, const nk_store *store, uint32_t ef, bool only_live, const uint64_t *allowed,
    size_t word_count, bool two_hop, uint64_t budget
) {
    nk_clear_visited(context);
    context->ef = ef > 0 ? ef : 1;
    context->only_live = only_live || allowed;
    context->allowed = allowed;
    context->word_count = word_count;
    context->two_hop = two_hop;
    context->budget = budget;
    // Moving the tail of a sorted pool costs more than a heap from a few hundred items on.
    context->uses_heaps = context->only_live || ef > 512;
    return store->tier->walk_begin(context, store);
}

nk_progress nk_walk(nk_context *context, const nk_store *store, uint32_t hops) {
    return store->tier->walk(context, store, hops);
}

const nk_found *nk_walked(nk_context *context, uint32_t *count) {
    if (!context->uses_heaps) {
        for (uint32_t i = 0; i < context->pool_count; i++) context->pool[i].slot &= ~NK_EXPANDED;
        *count = context->pool_count;
        return context->pool;
    }
    *count = context->top.count;
    if (context->top.count > 1) qsort(context->top.items, context->top.count, sizeof(nk_found), nk_by_distance);
    return context->top.items;
}

bool nk_link(nk_store *store, nk_context *context, uint32_t slot, uint32_t ef_construction) {
    return store->tier->link(store, context, slot, ef_construction);
}

uint32_t nk_relink(
    nk_store *store, nk_context *context, uint32_t first, uint32_t end, const uint64_t *dead, size_t word_count
) {
    return store->tier->relink(store, context, first, end, dead, word_count);
}
