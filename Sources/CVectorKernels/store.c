// SPDX-License-Identifier: Apache-2.0
//
// The arrays of an index and their upkeep.
#include "arena.h"
#include <stdlib.h>

// MARK: Life

static size_t row_bytes(size_t codes) {
    return (codes + sizeof(nk_affine) + 63) / 64 * 64;
}

/// Slots that scans look at in one go: their states and documents lie side by side.
#define SIDE_BY_SIDE 64u

static void init_arenas(nk_store *store) {
    uint32_t connections = store->layout.max_connections;
    size_t codes = 0, residuals = 0, signs = 0;
    switch (store->layout.format) {
    case nk_floats: codes = (size_t)store->padded * sizeof(float); break;
    case nk_bytes: codes = row_bytes(store->coded); break;
    case nk_planes:
        codes = row_bytes(store->padded / 2);
        residuals = store->padded / 2 + sizeof(nk_affine);
        signs = store->padded / 8 + sizeof(nk_affine);
        break;
    }
    nk_arena_init(&store->codes, codes, 1, true);
    nk_arena_init(&store->residuals, residuals, 1, true);
    nk_arena_init(&store->signs, signs, 1, true);
    nk_arena_init(&store->documents, 4, SIDE_BY_SIDE, false);
    nk_arena_init(&store->states, 1, SIDE_BY_SIDE, false);
    nk_arena_init(&store->links, connections ? (1 + 2 * (size_t)connections) * 4 : 0, 1, true);
    nk_arena_init(&store->upper, connections ? (1 + (size_t)connections) * 4 : 0, 1, false);
    nk_arena_init(&store->levels, 1, 1, false);
    nk_arena_init(&store->upper_first, 4, 1, false);
    nk_arena_init(&store->tail, 8, 1, false);
    nk_arena_init(&store->tail_blocks, 4, 1, false);
}

nk_store *nk_store_create(const nk_layout *layout, const nk_tier *tier) {
    nk_store *store = calloc(1, sizeof *store);
    if (!store) return NULL;
    store->layout = *layout;
    store->tier = tier;
    store->coded = layout->dimensions;
    if (layout->format == nk_planes) store->coded = (layout->dimensions + 63) / 64 * 64;
    uint32_t block = layout->format == nk_planes ? 128 : layout->format == nk_bytes ? 64 : 16;
    store->padded = (store->coded + block - 1) / block * block;
    atomic_init(&store->entry, NK_NO_ENTRY);
    atomic_flag_clear(&store->entry_lock);
    init_arenas(store);
    if (layout->format != nk_planes) return store;
    store->rotation = nk_rotation_acquire(store->coded, layout->rotation_seed);
    if (store->rotation) return store;
    nk_store_destroy(store);
    return NULL;
}

enum { ARENAS = 11 };

typedef struct {
    nk_arena *arena;
    /// Rows in use.
    uint32_t rows;
} used_arena;

static void list_arenas(nk_store *store, used_arena arenas[ARENAS]) {
    uint32_t count = nk_store_count(store);
    used_arena all[ARENAS] = {
        {&store->codes, count}, {&store->residuals, count}, {&store->signs, count}, {&store->links, count},
        {&store->documents, count}, {&store->states, count}, {&store->levels, count}, {&store->upper_first, count},
        {&store->upper, nk_store_upper_count(store)}, {&store->tail, count / 64 + 1},
        {&store->tail_blocks, count / NK_TAIL_BLOCK + 1},
    };
    memcpy(arenas, all, sizeof all);
}

void nk_store_destroy(nk_store *store) {
    used_arena arenas[ARENAS];
    list_arenas(store, arenas);
    for (uint32_t i = 0; i < ARENAS; i++) nk_arena_free(arenas[i].arena);
    nk_rotation_release(store->rotation);
    free(store);
}

size_t nk_store_memory(const nk_store *store) {
    used_arena arenas[ARENAS];
    list_arenas((nk_store *)store, arenas);
    size_t bytes = sizeof *store;
    for (uint32_t i = 0; i < ARENAS; i++) bytes += nk_arena_memory(arenas[i].arena, arenas[i].rows);
    return bytes;
}

uint32_t nk_store_mapping_count(const nk_store *store) {
    used_arena arenas[ARENAS];
    list_arenas((nk_store *)store, arenas);
    uint32_t mappings = 0;
    for (uint32_t i = 0; i < ARENAS; i++) mappings += nk_arena_mapping_count(arenas[i].arena);
    return mappings;
}

uint32_t nk_store_count(const nk_store *store) {
    return atomic_load_explicit(&store->count, memory_order_acquire);
}

uint32_t nk_store_upper_count(const nk_store *store) {
    return atomic_load_explicit(&store->upper_count, memory_order_acquire);
}

uint32_t nk_store_upper_count_below(const nk_store *store, uint32_t end) {
    if (end == 0 || !nk_store_has_graph(store)) return 0;
    return *(const uint32_t *)nk_row(&store->upper_first, end - 1) + *nk_row(&store->levels, end - 1);
}

// MARK: Slots

/// floor(-ln(u) / ln(M)) for u in (0, 1], as in the paper, from the seed and the slot.
static uint32_t random_level(const nk_store *store, uint32_t slot) {
    if (store->layout.max_connections < 2) return 0;
    double u = ((double)(nk_mixed(store->layout.seed, slot) >> 11) + 1) * 0x1p-53;
    double level = -log(u) / log((double)store->layout.max_connections);
    return level < NK_MAX_LEVEL ? (uint32_t)level : NK_MAX_LEVEL;
}

/// Makes room for the links of the slots below `end`, those below `start` having it. `false` if there is no memory.
static bool reserve_links(nk_store *store, uint32_t start, uint32_t end) {
    bool made = nk_arena_reserve(&store->links, end) && nk_arena_reserve(&store->levels, end)
        && nk_arena_reserve(&store->upper_first, end) && nk_arena_reserve(&store->tail, end / 64 + 1)
        && nk_arena_reserve(&store->tail_blocks, end / NK_TAIL_BLOCK + 1);
    if (!made) return false;
    uint32_t upper_end = nk_store_upper_count(store);
    for (uint32_t slot = start; slot < end; slot++) {
        uint32_t level = random_level(store, slot);
        *nk_row(&store->levels, slot) = (uint8_t)level;
        *(uint32_t *)nk_row(&store->upper_first, slot) = upper_end;
        upper_end += level;
    }
    if (!nk_arena_reserve(&store->upper, upper_end)) return false;
    atomic_store_explicit(&store->upper_count, upper_end, memory_order_release);
    return true;
}

bool nk_store_add_graph(nk_store *store) {
    if (nk_store_has_graph(store)) return true;
    uint32_t count = nk_store_count(store);
    if (store->layout.max_connections == 0 || !reserve_links(store, 0, count)) return false;
    for (uint32_t slot = 0; slot < count; slot++) {
        if (nk_state(store, slot) & nk_occupied) nk_store_set_tail(store, slot, true);
    }
    atomic_store_explicit(&store->has_graph, true, memory_order_release);
    return true;
}

bool nk_store_has_graph(const nk_store *store) {
    return atomic_load_explicit(&store->has_graph, memory_order_acquire);
}

bool nk_store_grow(nk_store *store, uint32_t added) {
    uint32_t count = nk_store_count(store);
    if (added > INT32_MAX - count) return false;
    uint32_t end = count + added;
    bool made = nk_arena_reserve(&store->codes, end) && nk_arena_reserve(&store->residuals, end)
        && nk_arena_reserve(&store->signs, end) && nk_arena_reserve(&store->documents, end)
        && nk_arena_reserve(&store->states, end);
    if (!made || (nk_store_has_graph(store) && !reserve_links(store, count, end))) return false;
    atomic_store_explicit(&store->count, end, memory_order_release);
    return true;
}

#define NK_LARGE_ARENAS 4

static const nk_arena *large_arena(const nk_store *store, uint32_t index) {
    const nk_arena *arenas[NK_LARGE_ARENAS] = {&store->codes, &store->residuals, &store->signs, &store->links};
    return arenas[index];
}

uint32_t nk_store_slice_count(const nk_store *store) {
    uint32_t slices = 0;
    for (uint32_t i = 0; i < NK_LARGE_ARENAS; i++) slices += nk_arena_slice_count(large_arena(store, i));
    return slices;
}

void nk_store_touch(const nk_store *store, uint32_t slice) {
    for (uint32_t i = 0; i < NK_LARGE_ARENAS; i++) {
        const nk_arena *arena = large_arena(store, i);
        if (slice < nk_arena_slice_count(arena)) {
            nk_arena_touch(arena, slice, nk_store_count(store));
            return;
        }
        slice -= nk_arena_slice_count(arena);
    }
}

static nk_arena *array_of(const nk_store *store, nk_array array) {
    nk_store *changeable = (nk_store *)store;
    switch (array) {
    case nk_array_codes: return &changeable->codes;
    case nk_array_residuals: return &changeable->residuals;
    case nk_array_links: return &changeable->links;
    case nk_array_upper_links: return &changeable->upper;
    case nk_array_documents: return &changeable->documents;
    case nk_array_states: return &changeable->states;
    }
    return NULL;
}

size_t nk_store_stride(const nk_store *store, nk_array array) {
    return array_of(store, array)->stride;
}

uint8_t nk_store_state(const nk_store *store, uint32_t slot) {
    return nk_state(store, slot);
}

void nk_store_set_state(nk_store *store, uint32_t slot, uint8_t state) {
    atomic_store_explicit((_Atomic uint8_t *)nk_row(&store->states, slot), state, memory_order_release);
}

uint32_t nk_store_document(const nk_store *store, uint32_t slot) {
    return nk_document(store, slot);
}

uint32_t nk_store_level(const nk_store *store, uint32_t slot) {
    return nk_store_has_graph(store) ? nk_level(store, slot) : 0;
}

void nk_store_encode(nk_store *store, nk_context *context, uint32_t slot, uint32_t document, const float *vector) {
    store->tier->encode(store, context, slot, vector);
    atomic_store_explicit((_Atomic uint32_t *)nk_row(&store->documents, slot), document, memory_order_relaxed);
}

void nk_store_set_tail(nk_store *store, uint32_t slot, bool is_in_tail) {
    _Atomic uint64_t *word = (_Atomic uint64_t *)nk_row(&store->tail, slot / 64);
    _Atomic uint32_t *block = (_Atomic uint32_t *)nk_row(&store->tail_blocks, slot / NK_TAIL_BLOCK);
    uint64_t bit = (uint64_t)1 << (slot % 64);
    if (is_in_tail) {
        if (!(atomic_fetch_or(word, bit) & bit)) atomic_fetch_add(block, 1);
    } else {
        if (atomic_fetch_and(word, ~bit) & bit) atomic_fetch_sub(block, 1);
    }
}

// MARK: Links

void nk_store_clear_links(nk_store *store, uint32_t slot) {
    uint32_t level = nk_level(store, slot);
    for (uint32_t layer = 0; layer <= level; layer++) {
        atomic_store_explicit(nk_link_row(store, slot, layer), 0, memory_order_release);
    }
}

uint32_t nk_store_links(const nk_store *store, uint32_t slot, uint32_t layer, uint32_t *ids) {
    if (layer > nk_level(store, slot)) return 0;
    _Atomic uint32_t *row = nk_link_row(store, slot, layer);
    uint32_t count = nk_lock_links(row) & NK_COUNT_MASK;
    for (uint32_t i = 0; i < count; i++) ids[i] = atomic_load_explicit(row + 1 + i, memory_order_relaxed);
    nk_unlock_links(row, count);
    return count;
}

uint32_t nk_store_link_count(const nk_store *store, uint32_t slot) {
    return atomic_load_explicit(nk_link_row(store, slot, 0), memory_order_acquire) & NK_COUNT_MASK;
}

bool nk_store_entry(const nk_store *store, uint32_t *slot, uint32_t *level) {
    uint64_t entry = atomic_load_explicit(&store->entry, memory_order_acquire);
    if (entry == NK_NO_ENTRY) return false;
    *slot = (uint32_t)entry;
    *level = (uint32_t)(entry >> 32);
    return true;
}

void nk_store_set_entry(nk_store *store, uint32_t slot) {
    uint64_t entry = (uint64_t)nk_level(store, slot) << 32 | slot;
    atomic_store_explicit(&store->entry, entry, memory_order_release);
}

void nk_store_choose_entry(nk_store *store) {
    uint64_t best = NK_NO_ENTRY;
    uint32_t count = nk_store_count(store);
    for (uint32_t slot = 0; slot < count; slot++) {
        if ((nk_state(store, slot) & (nk_linked | nk_tombstone)) != nk_linked) continue;
        uint64_t level = nk_level(store, slot);
        if (best == NK_NO_ENTRY || level > best >> 32) best = level << 32 | slot;
    }
    atomic_store_explicit(&store->entry, best, memory_order_release);
}

// MARK: Snapshots

static void export_links(uint8_t *row, const uint64_t *kept, size_t word_count, uint32_t *out, size_t stride) {
    _Atomic uint32_t *source = (_Atomic uint32_t *)row;
    uint32_t count = nk_lock_links(source) & NK_COUNT_MASK, left = 0;
    memset(out, 0, stride);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t slot = atomic_load_explicit(source + 1 + i, memory_order_relaxed);
        if (slot / 64 < word_count && (kept[slot / 64] >> (slot % 64) & 1)) out[1 + left++] = slot;
    }
    out[0] = left;
    nk_unlock_links(source, count);
}

void nk_store_export(
    const nk_store *store, nk_array array, uint32_t first, uint32_t count, const uint64_t *kept,
    size_t word_count, void *out
) {
    nk_arena *arena = array_of(store, array);
    bool is_links = array == nk_array_links || array == nk_array_upper_links;
    for (uint32_t i = 0; i < count; i++) {
        uint8_t *target = (uint8_t *)out + i * arena->stride;
        if (is_links) {
            export_links(nk_row(arena, first + i), kept, word_count, (uint32_t *)(void *)target, arena->stride);
        } else {
            memcpy(target, nk_row(arena, first + i), arena->stride);
        }
    }
}

/// Leaves each link of a row once: repair once stored some twice.
static void drop_repeated_links(uint32_t *row) {
    // A small Bloom filter tells of most that they are new.
    uint64_t seen[16] = {0};
    uint32_t count = row[0], kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t target = row[1 + i], hash = target * 0x9E3779B1u >> 22;
        bool is_repeated = false;
        if (seen[hash / 64] >> (hash % 64) & 1) {
            for (uint32_t j = 0; j < kept; j++) is_repeated |= row[1 + j] == target;
        }
        seen[hash / 64] |= (uint64_t)1 << (hash % 64);
        if (!is_repeated) row[1 + kept++] = target;
    }
    for (uint32_t i = kept; i < count; i++) row[1 + i] = 0;
    row[0] = kept;
}

bool nk_store_import(
    nk_store *store, nk_array array, uint32_t first, uint32_t count, const void *rows, uint32_t *bad
) {
    nk_arena *arena = array_of(store, array);
    bool is_links = array == nk_array_links || array == nk_array_upper_links;
    uint32_t slots = nk_store_count(store);
    for (uint32_t i = 0; i < count; i++) {
        uint8_t *target = nk_row(arena, first + i);
        memcpy(target, (const uint8_t *)rows + i * arena->stride, arena->stride);
        if (array == nk_array_codes && store->signs.stride > 0) store->tier->derive_signs(store, first + i);
        if (!is_links) continue;
        uint32_t *ids = (uint32_t *)(void *)target;
        bool is_right = ids[0] < arena->stride / 4;
        for (uint32_t j = 0; is_right && j < ids[0]; j++) is_right = ids[1 + j] < slots;
        if (!is_right) {
            *bad = first + i;
            return false;
        }
        drop_repeated_links(ids);
    }
    return true;
}
