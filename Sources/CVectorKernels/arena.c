// SPDX-License-Identifier: Apache-2.0
//
// Rows of one size that never move, in segments: each holds twice the rows of the one before. The first ones are small and
// come from the heap, so that a small index costs little and no mapping. Large ones are mapped: the system gives them memory
// when it is written to, so that the end of a segment that no row has come to yet costs nothing.
#include "arena.h"
#include <stdlib.h>
#include <sys/mman.h>

#define PAGE ((size_t)4 << 10)
#define HUGE_PAGE ((size_t)2 << 20)
#define SLICE_BYTES ((size_t)8 << 20)
/// The heap would map segments of more than that itself, and keep a header before their rows.
#define MAPPED_FROM ((size_t)64 << 10)
/// The first segment has that many rows at most, and no more than fit into so many bytes if that is more than one.
#define FIRST_ROWS 64u
#define FIRST_BYTES ((size_t)1 << 10)

void nk_arena_init(nk_arena *arena, size_t stride, uint32_t least_rows, bool has_huge_pages) {
    memset(arena, 0, sizeof *arena);
    arena->stride = stride;
    arena->has_huge_pages = has_huge_pages;
    arena->first_rows = least_rows;
    while (arena->first_rows < FIRST_ROWS && 2 * arena->first_rows * stride <= FIRST_BYTES) arena->first_rows *= 2;
}

static size_t segment_bytes(const nk_arena *arena, uint32_t segment) {
    return arena->stride * arena->first_rows << segment;
}

static bool is_mapped(const nk_arena *arena, uint32_t segment) {
    return segment_bytes(arena, segment) >= MAPPED_FROM;
}

/// The number of the first row of a segment.
static uint32_t first_row(const nk_arena *arena, uint32_t segment) {
    return (arena->first_rows << segment) - arena->first_rows;
}

/// How many bytes of a segment the first `rows` rows of the arena take.
static size_t used_bytes(const nk_arena *arena, uint32_t segment, uint32_t rows) {
    uint32_t first = first_row(arena, segment);
    size_t used = rows > first ? (size_t)(rows - first) * arena->stride : 0, bytes = segment_bytes(arena, segment);
    return used < bytes ? used : bytes;
}

static uint8_t *segment_start(const nk_arena *arena, uint32_t segment) {
    return nk_row(arena, first_row(arena, segment));
}

/// What is mapped for a segment: whole pages, huge ones if it is large.
static size_t mapped_bytes(const nk_arena *arena, uint32_t segment) {
    size_t bytes = segment_bytes(arena, segment);
    size_t page = arena->has_huge_pages && bytes >= HUGE_PAGE ? HUGE_PAGE : PAGE;
    return (bytes + page - 1) / page * page;
}

static uint8_t *map_pages(size_t bytes) {
    uint8_t *start =
        mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return start == MAP_FAILED ? NULL : start;
}

/// Memory that begins at a huge page, so that the system can back it with huge ones.
static uint8_t *map_huge_pages(size_t bytes) {
    uint8_t *start = map_pages(bytes + HUGE_PAGE);
    if (!start) return NULL;
    size_t lead = (HUGE_PAGE - (uintptr_t)start % HUGE_PAGE) % HUGE_PAGE;
    if (lead > 0) munmap(start, lead);
    munmap(start + lead + bytes, HUGE_PAGE - lead);
    // Not every system has huge pages; without them all works, a little slower.
    madvise(start + lead, bytes, MADV_HUGEPAGE);
    return start + lead;
}

static uint8_t *make_segment(const nk_arena *arena, uint32_t segment) {
    if (is_mapped(arena, segment)) {
        size_t bytes = mapped_bytes(arena, segment);
        return bytes % HUGE_PAGE == 0 && arena->has_huge_pages ? map_huge_pages(bytes) : map_pages(bytes);
    }
    size_t bytes = (segment_bytes(arena, segment) + 63) / 64 * 64;
    uint8_t *start = aligned_alloc(64, bytes);
    if (start) memset(start, 0, bytes);
    return start;
}

void nk_arena_free(nk_arena *arena) {
    for (uint32_t segment = 0; segment < arena->segment_count; segment++) {
        uint8_t *start = segment_start(arena, segment);
        if (is_mapped(arena, segment)) munmap(start, mapped_bytes(arena, segment));
        else free(start);
    }
    arena->segment_count = 0;
}

bool nk_arena_reserve(nk_arena *arena, uint32_t rows) {
    if (arena->stride == 0) return true;
    while (first_row(arena, arena->segment_count) < rows) {
        uint32_t segment = arena->segment_count;
        uint8_t *start = make_segment(arena, segment);
        if (!start) return false;
        // Whoever learns of the new rows does so through the count of the store, released after this.
        uint32_t number = arena->first_rows << segment;
        arena->bases[31 - __builtin_clz(number)] = (uintptr_t)start - number * arena->stride;
        arena->segment_count++;
    }
    return true;
}

size_t nk_arena_memory(const nk_arena *arena, uint32_t rows) {
    size_t bytes = 0;
    for (uint32_t segment = 0; segment < arena->segment_count; segment++) {
        bytes += is_mapped(arena, segment) ? used_bytes(arena, segment, rows) : segment_bytes(arena, segment);
    }
    return bytes;
}

uint32_t nk_arena_mapping_count(const nk_arena *arena) {
    uint32_t mappings = 0;
    for (uint32_t segment = 0; segment < arena->segment_count; segment++) mappings += is_mapped(arena, segment);
    return mappings;
}

static uint32_t slices_of(const nk_arena *arena, uint32_t segment) {
    if (!is_mapped(arena, segment)) return 0;
    return (uint32_t)((segment_bytes(arena, segment) + SLICE_BYTES - 1) / SLICE_BYTES);
}

uint32_t nk_arena_slice_count(const nk_arena *arena) {
    uint32_t slices = 0;
    for (uint32_t segment = 0; segment < arena->segment_count; segment++) slices += slices_of(arena, segment);
    return slices;
}

void nk_arena_touch(const nk_arena *arena, uint32_t slice, uint32_t rows) {
    uint32_t segment = 0;
    while (segment < arena->segment_count && slice >= slices_of(arena, segment)) slice -= slices_of(arena, segment++);
    if (segment == arena->segment_count) return;
    size_t start = slice * SLICE_BYTES, end = used_bytes(arena, segment, rows);
    if (start >= end) return;
    size_t bytes = end - start < SLICE_BYTES ? end - start : SLICE_BYTES;
    // Where the system does not know this (before Linux 5.14), pages come when they are written to.
#ifdef MADV_POPULATE_WRITE
    madvise(segment_start(arena, segment) + start, (bytes + PAGE - 1) / PAGE * PAGE, MADV_POPULATE_WRITE);
#else
    (void)bytes;
#endif
}
