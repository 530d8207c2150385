// SPDX-License-Identifier: Apache-2.0
//
// What the files of this module share.
#pragma once
#include "CVectorKernels.h"
#include <float.h>
#include <math.h>
#include <stdatomic.h>
#include <string.h>

// MARK: Rows that never move

/// Rows of one size in segments, each with twice the rows of the one before; see arena.c.
///
/// Row r has the number r + `first_rows`, whose highest bit says which segment it is in.
typedef struct {
    /// By highest bit: where the row of number 0 would be if the segment went on downwards.
    uintptr_t bases[32];
    size_t stride;
    /// Rows of the first segment, a power of two.
    uint32_t first_rows;
    uint32_t segment_count;
    bool has_huge_pages;
} nk_arena;

static inline uint8_t *nk_row(const nk_arena *arena, uint32_t row) {
    uint32_t number = row + arena->first_rows;
    return (uint8_t *)(arena->bases[31 - __builtin_clz(number)] + (size_t)number * arena->stride);
}

/// How many rows ahead memory is asked for.
#define AHEAD 6

static inline void prefetch_lines(const uint8_t *row, size_t bytes) {
    for (size_t i = 0; i < bytes; i += 64) __builtin_prefetch(row + i);
}

// MARK: The store

/// What stands behind a code: the vector is about `min + step * code` in each dimension.
typedef struct {
    float min, step;
    /// Of the codes.
    float sum;
    /// Of the vector, squared (1 for cosine, 0 for the zero vector).
    float norm;
} nk_affine;

/// Stands for the entry while nothing is linked.
#define NK_NO_ENTRY UINT64_MAX
/// In the head of a link row: a writer has it. The low bits are the count of links.
#define NK_LOCK 0x80000000u
#define NK_COUNT_MASK 0xFFFFu
/// In the slot of an item of the pool: its links have been followed.
#define NK_EXPANDED 0x80000000u
/// What no slot is.
#define NK_NO_SLOT UINT32_MAX
#define NK_MAX_LEVEL 15u
#define NK_TAIL_BLOCK 4096u

/// A random rotation; see rotation.c.
typedef struct nk_rotation {
    uint32_t rounds;
    uint32_t length;
    /// rounds x length: a sign, divided by the root of the length of its block.
    float *signs;
    /// rounds x length; NULL if there is one block.
    uint32_t *order;
    uint64_t seed;
    /// How many stores have it.
    uint32_t uses;
    struct nk_rotation *next;
} nk_rotation;

/// The rotation of a length, a multiple of 64: stores of one length share it. `NULL` if there is no memory.
const nk_rotation *nk_rotation_acquire(uint32_t length, uint64_t seed);
void nk_rotation_release(const nk_rotation *rotation);
/// Random bits: SplitMix64 of a seed and a number.
uint64_t nk_mixed(uint64_t seed, uint64_t number);

struct nk_store {
    nk_layout layout;
    const nk_tier *tier;
    /// Dimensions of a code: the rotation's length, or those of the vector.
    uint32_t coded;
    /// `coded`, filled up to whole blocks: what the loops run over.
    uint32_t padded;
    /// NULL but for planes.
    const nk_rotation *rotation;
    nk_arena codes, residuals, signs, links, upper, documents, states, levels, upper_first, tail, tail_blocks;
    _Atomic uint32_t count;
    _Atomic uint32_t upper_count;
    /// Whether there is room for links, levels and the tail.
    _Atomic bool has_graph;
    _Atomic uint64_t entry;
    atomic_flag entry_lock;
};

static inline _Atomic uint32_t *nk_link_row(const nk_store *store, uint32_t slot, uint32_t layer) {
    if (layer == 0) return (_Atomic uint32_t *)nk_row(&store->links, slot);
    uint32_t first = *(uint32_t *)nk_row(&store->upper_first, slot);
    return (_Atomic uint32_t *)nk_row(&store->upper, first + layer - 1);
}

/// Locks a link row against other writers; readers need no lock. Returns the head there was.
static inline uint32_t nk_lock_links(_Atomic uint32_t *row) {
    for (;;) {
        uint32_t head = atomic_load_explicit(row, memory_order_relaxed);
        if (!(head & NK_LOCK)
            && atomic_compare_exchange_weak_explicit(
                row, &head, head | NK_LOCK, memory_order_acquire, memory_order_relaxed)) {
            return head;
        }
    }
}

/// Unlocks a link row, whose first `count` links are valid from now on.
static inline void nk_unlock_links(_Atomic uint32_t *row, uint32_t count) {
    atomic_store_explicit(row, count, memory_order_release);
}

static inline uint32_t nk_document(const nk_store *store, uint32_t slot) {
    return atomic_load_explicit((_Atomic uint32_t *)nk_row(&store->documents, slot), memory_order_relaxed);
}

static inline uint8_t nk_state(const nk_store *store, uint32_t slot) {
    return atomic_load_explicit((_Atomic uint8_t *)nk_row(&store->states, slot), memory_order_acquire);
}

static inline uint32_t nk_level(const nk_store *store, uint32_t slot) {
    return *nk_row(&store->levels, slot);
}

static inline bool nk_is_allowed(uint32_t document, const uint64_t *allowed, size_t word_count) {
    size_t word = document >> 6;
    return word < word_count && (allowed[word] >> (document & 63) & 1);
}

/// Live, and allowed if there is a filter.
static inline bool nk_passes(
    const nk_store *store, uint32_t slot, bool is_filtered, const uint64_t *allowed, size_t word_count
) {
    if ((nk_state(store, slot) & (nk_occupied | nk_tombstone)) != nk_occupied) return false;
    return !is_filtered || nk_is_allowed(nk_document(store, slot), allowed, word_count);
}

// MARK: Contexts

/// A query, ready to be compared with codes:
/// product = min * whole + step * (shift * sum + scale * (codes . bytes)),
/// distance = base + by_product * product + by_norm * norm.
typedef struct {
    int8_t *bytes;
    const float *floats;
    float whole, shift, scale;
    float base, by_product, by_norm;
    /// Of the query, squared (1 for cosine, 0 for the zero vector).
    float norm;
} nk_query;

typedef struct {
    nk_found *items;
    uint32_t count, capacity;
} nk_heap;

struct nk_context {
    /// Of the store that it is fitted to.
    uint32_t coded, padded, dimensions;
    /// Dimensions that fit into the buffers.
    uint32_t padded_capacity;
    nk_query query, other;
    /// The query in four planes of bits, to be compared with signs: the lowest first.
    nk_query sign_query;
    float *query_floats;
    float *scratch, *scratch2;
    uint64_t *visited;
    /// Slots that fit in `visited`.
    uint32_t visited_capacity;
    /// Slots there were when the search began; later ones are not looked at.
    uint32_t limit;
    uint32_t *touched;
    uint32_t touched_count, touched_capacity;
    /// The pool, sorted, of a walk without filter. NK_EXPANDED marks those whose links were followed.
    nk_found *pool;
    uint32_t pool_count, pool_capacity, pool_next;
    uint32_t ef;
    /// How many the pool may hold now: `ef`, and those in it that equal the one before them, at most `duplicate_limit`.
    uint32_t pool_limit, duplicate_limit;
    /// Of a walk with filter, or with a large ef.
    nk_heap candidates, top;
    /// Of scans: what was nearer than `kept_bound` when it was measured, in no order.
    nk_found *kept;
    uint32_t kept_count, kept_capacity;
    float kept_bound;
    /// How many of the nearest are to be right.
    uint32_t wanted;
    /// Whether scans measure by signs, and what they keep is measured again.
    bool scans_signs;
    /// The mean standard deviation of the nearest distances in `kept`.
    float deviation;
    bool uses_heaps, only_live, two_hop;
    const uint64_t *allowed;
    size_t word_count;
    uint64_t budget, evaluated;
    /// Up to one row of neighbors, or a row and those of its neighbors.
    uint32_t *gathered;
    uint32_t gathered_capacity;
    /// Neighbors that the heuristic has selected on each layer, and candidates of a row that is selected anew.
    nk_found *selected, *relinked;
    uint32_t selected_capacity, relinked_capacity;
};

bool nk_reserve_found(nk_found **items, uint32_t *capacity, uint32_t wanted);
/// For `qsort`: the nearest first, equal distances by slot.
int nk_by_distance(const void *left, const void *right);
/// Empties the visited set.
void nk_clear_visited(nk_context *context);
/// Empties the visited set and makes it large enough for all slots there are now. `false` if there is no memory.
bool nk_prepare_visited(nk_context *context, const nk_store *store);

// MARK: Kinds of processor

struct nk_tier {
    const char *name;
    float (*dot)(const float *, const float *, size_t);
    float (*dot_and_norm)(const float *, const float *, size_t, float *);
    float (*l2_squared)(const float *, const float *, size_t);
    float (*manhattan)(const float *, const float *, size_t);
    float (*hamming)(const float *, const float *, size_t);
    void (*raise_maxima)(float *, const float *, const float *, size_t, size_t);
    int32_t (*dot_u8)(const uint8_t *, const int8_t *, size_t);
    int32_t (*dot_nibbles)(const uint8_t *, const int8_t *, size_t);
    int32_t (*dot_planes)(const uint8_t *, const uint8_t *, const int8_t *, size_t);
    uint32_t (*dot_signs)(const uint8_t *, const uint8_t *, size_t);
    void (*encode)(nk_store *, nk_context *, uint32_t, const float *);
    void (*derive_signs)(nk_store *, uint32_t);
    void (*prepare)(nk_context *, const nk_store *, const float *);
    void (*scan)(nk_context *, const nk_store *, const uint32_t *, size_t);
    void (*measure_kept)(nk_context *, const nk_store *);
    nk_progress (*walk_begin)(nk_context *, const nk_store *);
    nk_progress (*walk)(nk_context *, const nk_store *, uint32_t);
    bool (*link)(nk_store *, nk_context *, uint32_t, uint32_t);
    uint32_t (*relink)(nk_store *, nk_context *, uint32_t, uint32_t, const uint64_t *, size_t);
};

extern const nk_tier nk_tier_plain;
#if defined(__x86_64__)
extern const nk_tier nk_tier_avx2;
extern const nk_tier nk_tier_avx512;
extern const nk_tier nk_tier_avx512_popcount;
#elif defined(__aarch64__)
extern const nk_tier nk_tier_neon;
#endif

// MARK: Heaps

/// Puts an item into a heap whose root is the largest (or, with a negated distance, the smallest).
static inline void nk_heap_push(nk_heap *heap, nk_found item) {
    uint32_t hole = heap->count++;
    while (hole > 0) {
        uint32_t parent = (hole - 1) / 2;
        if (!(heap->items[parent].distance < item.distance)) break;
        heap->items[hole] = heap->items[parent];
        hole = parent;
    }
    heap->items[hole] = item;
}

/// Puts `item` where the root was.
static inline void nk_heap_replace(nk_heap *heap, nk_found item) {
    uint32_t hole = 0, count = heap->count;
    for (;;) {
        uint32_t child = 2 * hole + 1;
        if (child >= count) break;
        if (child + 1 < count && heap->items[child].distance < heap->items[child + 1].distance) child++;
        if (!(item.distance < heap->items[child].distance)) break;
        heap->items[hole] = heap->items[child];
        hole = child;
    }
    heap->items[hole] = item;
}

static inline nk_found nk_heap_pop(nk_heap *heap) {
    nk_found root = heap->items[0], last = heap->items[--heap->count];
    if (heap->count > 0) nk_heap_replace(heap, last);
    return root;
}

static inline void nk_keep_nearest(nk_heap *heap, uint32_t limit, nk_found item) {
    if (heap->count < limit) {
        nk_heap_push(heap, item);
    } else if (limit > 0 && item.distance < heap->items[0].distance) {
        nk_heap_replace(heap, item);
    }
}
