// SPDX-License-Identifier: Apache-2.0
//
// Rows of one size that never move: chunks of some ten megabytes of addresses, to which the system gives memory when it
// is written to. So a small index stays small, and the end of a chunk that no row fits into costs nothing.
#include "arena.h"
#include <stdlib.h>
#include <sys/mman.h>

#define CHUNK_BYTES ((size_t)64 << 20)
#define HUGE_PAGE ((size_t)2 << 20)
#define SLICE_BYTES ((size_t)8 << 20)

bool nk_arena_init(nk_arena *arena, size_t stride) {
    memset(arena, 0, sizeof *arena);
    arena->stride = stride;
    arena->shift = 6;
    while (arena->shift < 24 && (stride << (arena->shift + 1)) <= CHUNK_BYTES) arena->shift++;
    arena->table_capacity = 16;
    uint8_t **table = calloc(arena->table_capacity, sizeof *table);
    atomic_store_explicit(&arena->table, table, memory_order_relaxed);
    return table != NULL;
}

static size_t chunk_bytes(const nk_arena *arena) {
    size_t bytes = arena->stride << arena->shift;
    return (bytes + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
}

void nk_arena_free(nk_arena *arena) {
    uint8_t **table = atomic_load_explicit(&arena->table, memory_order_relaxed);
    if (!table) return;
    for (uint32_t chunk = 0; chunk < arena->chunk_count; chunk++) munmap(table[chunk], chunk_bytes(arena));
    for (uint32_t old = 0; old < arena->retired_count; old++) free(arena->retired[old]);
    free(table);
}

/// A chunk that begins at a huge page, so that the system can back it with huge ones, from an offset on.
static uint8_t *map_chunk(size_t bytes, size_t huge_from) {
    uint8_t *start = mmap(
        NULL, bytes + HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (start == MAP_FAILED) return NULL;
    size_t lead = (HUGE_PAGE - (uintptr_t)start % HUGE_PAGE) % HUGE_PAGE;
    if (lead > 0) munmap(start, lead);
    munmap(start + lead + bytes, HUGE_PAGE - lead);
    // Not every system has huge pages; without them all works, a little slower.
    if (huge_from < bytes) madvise(start + lead + huge_from, bytes - huge_from, MADV_HUGEPAGE);
    return start + lead;
}

bool nk_arena_reserve(nk_arena *arena, uint32_t rows) {
    if (arena->stride == 0 || rows == 0) return true;
    uint32_t wanted = ((rows - 1) >> arena->shift) + 1;
    while (arena->chunk_count < wanted) {
        uint8_t **table = atomic_load_explicit(&arena->table, memory_order_relaxed);
        if (arena->chunk_count == arena->table_capacity) {
            uint8_t **larger = calloc((size_t)arena->table_capacity * 2, sizeof *larger);
            if (!larger) return false;
            memcpy(larger, table, arena->table_capacity * sizeof *larger);
            // A reader may hold the old table still.
            arena->retired[arena->retired_count++] = table;
            arena->table_capacity *= 2;
            atomic_store_explicit(&arena->table, larger, memory_order_release);
            table = larger;
        }
        // An index may stay small: its first megabytes come in small pages.
        size_t bytes = chunk_bytes(arena), huge_from = arena->chunk_count == 0 ? HUGE_PAGE : 0;
        uint8_t *chunk = map_chunk(bytes, arena->has_huge_pages ? huge_from : bytes);
        if (!chunk) return false;
        table[arena->chunk_count++] = chunk;
        // Whoever learns of the new rows does so through the count of the store, released after this.
    }
    return true;
}

static uint32_t slices_of_chunk(const nk_arena *arena) {
    return (uint32_t)((chunk_bytes(arena) + SLICE_BYTES - 1) / SLICE_BYTES);
}

uint32_t nk_arena_slice_count(const nk_arena *arena) {
    return arena->stride > 0 ? arena->chunk_count * slices_of_chunk(arena) : 0;
}

void nk_arena_touch(const nk_arena *arena, uint32_t slice, uint32_t rows) {
    uint32_t chunk = slice / slices_of_chunk(arena), first = chunk << arena->shift;
    if (chunk >= arena->chunk_count || first >= rows) return;
    uint32_t used = rows - first < 1u << arena->shift ? rows - first : 1u << arena->shift;
    size_t start = slice % slices_of_chunk(arena) * SLICE_BYTES, end = (size_t)used * arena->stride;
    if (start >= end) return;
    size_t bytes = end - start < SLICE_BYTES ? end - start : SLICE_BYTES;
    uint8_t **table = atomic_load_explicit(&arena->table, memory_order_acquire);
    // Where the system does not know this (before Linux 5.14), pages come when they are written to.
#ifdef MADV_POPULATE_WRITE
    madvise(table[chunk] + start, (bytes + 4095) / 4096 * 4096, MADV_POPULATE_WRITE);
#else
    (void)table;
    (void)bytes;
#endif
}

size_t nk_arena_memory(const nk_arena *arena, uint32_t rows) {
    return arena->stride * rows;
}
