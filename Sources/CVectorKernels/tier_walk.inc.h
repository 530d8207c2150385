// SPDX-License-Identifier: Apache-2.0
//
// Walks through a layer: Malkov & Yashunin, arXiv:1603.09320. Whole loops, so that nothing but a distance happens per
// distance.

INLINE bool visit(nk_context *context, uint32_t slot) {
    uint64_t bit = (uint64_t)1 << (slot % 64), *word = &context->visited[slot / 64];
    if (*word & bit) return false;
    *word |= bit;
    context->touched[context->touched_count++] = slot;
    return true;
}

static bool reserve_touched(nk_context *context, uint32_t more) {
    if (context->touched_count + more <= context->touched_capacity) return true;
    uint32_t wanted = context->touched_capacity * 2 + more + 1024;
    uint32_t *touched = realloc(context->touched, (size_t)wanted * sizeof *touched);
    if (!touched) return false;
    context->touched = touched;
    context->touched_capacity = wanted;
    return true;
}

INLINE uint32_t link_count(_Atomic uint32_t *row) {
    return atomic_load_explicit(row, memory_order_acquire) & NK_COUNT_MASK;
}

INLINE uint32_t link_at(_Atomic uint32_t *row, uint32_t index) {
    return atomic_load_explicit(row + 1 + index, memory_order_relaxed);
}

// MARK: Walking

INLINE void prefetch_links(const nk_store *store, uint32_t slot, uint32_t layer) {
    const nk_arena *arena = layer == 0 ? &store->links : &store->upper;
    prefetch_lines((const uint8_t *)nk_link_row(store, slot, layer), arena->stride);
}

// Many vectors can be equal, and then all lie at one distance from the query: in a pool of `ef` they would leave no room
// for what is farther away, and the walk would end among them. So of equal ones the pool counts one; up to
// `duplicate_limit` others, the nearest, are in it beside the `ef`. Such a duplicate stands next to one that it equals.

INLINE bool has_same_code(const nk_store *store, uint32_t slot, uint32_t other) {
    return memcmp(nk_row(&store->codes, slot), nk_row(&store->codes, other), store->codes.stride) == 0;
}

/// Whether `item`, of the pool or to be put there, equals the one before it.
INLINE bool is_duplicate(const nk_store *store, const nk_found *before, const nk_found *item) {
    return before->distance == item->distance
        && has_same_code(store, before->slot & ~NK_EXPANDED, item->slot & ~NK_EXPANDED);
}

INLINE bool is_tombstone(const nk_store *store, const nk_found *item) {
    return nk_state(store, item->slot & ~NK_EXPANDED) & nk_tombstone;
}

static void remove_duplicate(nk_context *context, uint32_t index) {
    nk_found *pool = context->pool;
    context->pool_count--;
    context->pool_limit--;
    memmove(pool + index, pool + index + 1, (context->pool_count - index) * sizeof *pool);
}

/// Makes room for a duplicate that belongs at `index`, if need be at the expense of a farther one, or of an equal one that is a
/// tombstone. Returns where it goes, or `UINT32_MAX`.
static uint32_t position_of_duplicate(nk_context *context, const nk_store *store, uint32_t index, const nk_found *item) {
    const nk_found *pool = context->pool;
    uint32_t first = index;
    // Tombstones come last among equal ones.
    if (is_tombstone(store, &pool[index - 1]) && !is_tombstone(store, item)) {
        while (first > 0 && pool[first - 1].distance == item->distance) first--;
    }
    if (context->pool_limit - context->ef < context->duplicate_limit) return first;
    for (uint32_t i = context->pool_count; i-- > index;) {
        if (!is_duplicate(store, &pool[i - 1], &pool[i])) continue;
        remove_duplicate(context, i);
        return first;
    }
    if (first == index) return UINT32_MAX;
    remove_duplicate(context, index - 1);
    return first;
}

/// What the rest of `pool_insert` does where distances are equal. Rare, and out of its way.
__attribute__((noinline)) static uint32_t insert_among_ties(
    nk_context *context, const nk_store *store, uint32_t index, nk_found item
) {
    nk_found *pool = context->pool;
    if (index > 0 && is_duplicate(store, &pool[index - 1], &item)) {
        index = position_of_duplicate(context, store, index, &item);
        if (index == UINT32_MAX) return index;
        context->pool_limit++;
    } else if (context->pool_count == context->pool_limit) {
        // The last goes, with all its duplicates.
        uint32_t last = context->pool_count - 1;
        for (; last > 0 && is_duplicate(store, &pool[last - 1], &pool[last]); last--) context->pool_limit--;
        context->pool_count = last;
    }
    memmove(pool + index + 1, pool + index, (context->pool_count - index) * sizeof *pool);
    pool[index] = item;
    context->pool_count++;
    return index;
}

/// Moves items up by one. Few, and in the middle of everything: a call of `memmove` would take longer than the moves.
INLINE void move_up(nk_found *items, uint32_t count) {
    while (count >= 8) {
        nk_found some[8];
        count -= 8;
        memcpy(some, items + count, sizeof some);
        memcpy(items + count + 1, some, sizeof some);
    }
    while (count-- > 0) items[count + 1] = items[count];
}

/// Puts an item into the sorted pool. Returns where, or `UINT32_MAX` if it is too far away.
INLINE uint32_t pool_insert(nk_context *context, const nk_store *store, nk_found item) {
    nk_found *pool = context->pool;
    uint32_t count = context->pool_count, limit = context->pool_limit;
    if (count == limit && !(item.distance < pool[count - 1].distance)) return UINT32_MAX;
    uint32_t low = 0, high = count;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (item.distance < pool[middle].distance) high = middle;
        else low = middle + 1;
    }
    bool is_tied = low > 0 && pool[low - 1].distance == item.distance;
    if (count == limit) {
        count--;
        is_tied |= count > 0 && pool[count - 1].distance == pool[count].distance;
    }
    if (__builtin_expect(is_tied, false)) return insert_among_ties(context, store, low, item);
    move_up(pool + low, count - low);
    pool[low] = item;
    context->pool_count = count + 1;
    return low;
}

/// Expands up to `hops` nodes of the pool.
INLINE nk_progress walk_pool(
    nk_context *context, const nk_store *store, uint32_t layer, const nk_query *query, uint32_t hops, const int mode,
    const float margin
) {
    // Short rows are soon measured; memory is asked for as many lines of theirs as a core can wait for.
    const uint32_t rows_ahead = mode == by_bytes ? 8 : AHEAD;
    nk_found *pool = context->pool;
    uint32_t next = context->pool_next;
    while (next < context->pool_count) {
        if (hops-- == 0) {
            context->pool_next = next;
            return nk_more;
        }
        uint32_t node = pool[next].slot;
        pool[next].slot = node | NK_EXPANDED;
        // The node that will be next, unless a nearer one is found.
        uint32_t nearest = next + 1;
        while (nearest < context->pool_count && (pool[nearest].slot & NK_EXPANDED)) nearest++;
        if (nearest < context->pool_count) prefetch_links(store, pool[nearest].slot, layer);
        _Atomic uint32_t *row = nk_link_row(store, node, layer);
        uint32_t count = link_count(row), gathered = 0, *slots = context->gathered;
        if (!reserve_touched(context, count)) return nk_no_memory;
        bool prunes = mode == by_high_half && context->pool_count == context->pool_limit;
        for (uint32_t i = 0; i < count; i++) {
            uint32_t slot = link_at(row, i);
            if (slot >= context->limit || !visit(context, slot)) continue;
            if (gathered < rows_ahead) {
                if (prunes) prefetch_row(store, slot, by_signs);
                else prefetch_row(store, slot, mode);
            }
            slots[gathered++] = slot;
        }
        context->evaluated += gathered;
        if (prunes) {
            gathered = prune_by_signs(store, &context->sign_query, slots, gathered, pool[context->pool_count - 1].distance, margin);
        }
        for (uint32_t i = 0; i < gathered; i++) {
            if (i + rows_ahead < gathered) prefetch_row(store, slots[i + rows_ahead], mode);
            nk_found item = {measure(store, query, slots[i], mode), slots[i]};
            uint32_t position = pool_insert(context, store, item);
            if (position > nearest) continue;
            nearest = position;
            prefetch_links(store, item.slot, layer);
        }
        next = nearest;
        while (next < context->pool_count && (pool[next].slot & NK_EXPANDED)) next++;
    }
    context->pool_next = next;
    return nk_finished;
}

INLINE bool passes(const nk_context *context, const nk_store *store, uint32_t slot) {
    return nk_passes(store, slot, context->allowed != NULL, context->allowed, context->word_count);
}

/// The neighbors that a walk with a filter measures next.
INLINE uint32_t gather_filtered(nk_context *context, const nk_store *store, _Atomic uint32_t *row) {
    uint32_t count = link_count(row), gathered = 0, *slots = context->gathered;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t slot = link_at(row, i);
        if (slot >= context->limit) continue;
        if (!context->two_hop || passes(context, store, slot)) {
            if (visit(context, slot)) slots[gathered++] = slot;
            continue;
        }
        if (!visit(context, slot)) continue;
        _Atomic uint32_t *further = nk_link_row(store, slot, 0);
        uint32_t further_count = link_count(further);
        for (uint32_t j = 0; j < further_count && gathered + count < context->gathered_capacity; j++) {
            uint32_t other = link_at(further, j);
            if (other >= context->limit || context->visited[other / 64] >> (other % 64) & 1) continue;
            if (!passes(context, store, other)) continue;
            visit(context, other);
            slots[gathered++] = other;
        }
    }
    return gathered;
}

/// Expands up to `hops` nodes, the nearest first; keeps the nearest that pass.
INLINE nk_progress walk_heaps(nk_context *context, const nk_store *store, uint32_t hops, const int mode) {
    nk_heap *candidates = &context->candidates, *top = &context->top;
    while (candidates->count > 0) {
        if (hops-- == 0) return nk_more;
        if (context->evaluated > context->budget) return nk_budget_spent;
        nk_found node = nk_heap_pop(candidates);
        if (top->count == context->ef && -node.distance > top->items[0].distance) break;
        if (!reserve_touched(context, context->gathered_capacity)) return nk_no_memory;
        uint32_t gathered = gather_filtered(context, store, nk_link_row(store, node.slot, 0));
        if (!nk_reserve_found(&candidates->items, &candidates->capacity, candidates->count + gathered)) {
            return nk_no_memory;
        }
        uint32_t *slots = context->gathered;
        context->evaluated += gathered;
        if (mode == by_high_half && top->count == context->ef) {
            for (uint32_t i = 0; i < AHEAD && i < gathered; i++) prefetch_row(store, slots[i], by_signs);
            gathered = prune_by_signs(store, &context->sign_query, slots, gathered, top->items[0].distance, SEARCH_MARGIN);
        } else {
            for (uint32_t i = 0; i < AHEAD && i < gathered; i++) prefetch_row(store, slots[i], mode);
        }
        for (uint32_t i = 0; i < gathered; i++) {
            if (i + AHEAD < gathered) prefetch_row(store, slots[i + AHEAD], mode);
            float distance = measure(store, &context->query, slots[i], mode);
            if (top->count == context->ef && !(distance < top->items[0].distance)) continue;
            nk_heap_push(candidates, (nk_found){-distance, slots[i]});
            if (!context->only_live || passes(context, store, slots[i])) {
                nk_keep_nearest(top, context->ef, (nk_found){distance, slots[i]});
            }
        }
    }
    return nk_finished;
}

/// How many nodes walks keep on upper layers. With one, as in the paper, they now and then end in the wrong one of several
/// far regions; four cost 4 % of the distances of a search with ef 28.
#define UPPER_EF 4

/// Fills the pool with the slots where a layer is entered, nearest first; at most `UPPER_EF`.
static bool start_pool(nk_context *context, uint32_t ef, uint32_t duplicate_limit, const nk_found *starts, uint32_t count) {
    uint32_t wanted = (ef > UPPER_EF ? ef : UPPER_EF) + duplicate_limit;
    nk_clear_visited(context);
    if (!reserve_touched(context, count) || !nk_reserve_found(&context->pool, &context->pool_capacity, wanted + 1)) {
        return false;
    }
    context->ef = ef;
    context->pool_limit = ef;
    context->duplicate_limit = duplicate_limit;
    context->pool_count = count < ef ? count : ef;
    context->pool_next = 0;
    for (uint32_t i = 0; i < context->pool_count; i++) {
        context->pool[i] = starts[i];
        visit(context, starts[i].slot);
    }
    return true;
}

/// Copies the nearest of the pool, without duplicates; returns how many.
static uint32_t take_entry_points(const nk_context *context, const nk_store *store, nk_found starts[UPPER_EF]) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < context->pool_count && count < UPPER_EF; i++) {
        const nk_found *item = &context->pool[i];
        if (count > 0 && is_duplicate(store, &starts[count - 1], item)) continue;
        starts[count++] = (nk_found){item->distance, item->slot & ~NK_EXPANDED};
    }
    return count;
}

/// Goes from the entry down to above the layer `lowest`. Leaves in `starts` where to enter that; returns how many, 0 if there
/// is no memory.
INLINE uint32_t descend(
    nk_context *context, const nk_store *store, uint64_t entry, uint32_t lowest, nk_found starts[UPPER_EF],
    const int mode, const float margin
) {
    starts[0] = (nk_found){measure(store, &context->query, (uint32_t)entry, mode), (uint32_t)entry};
    uint32_t count = 1;
    for (uint32_t layer = (uint32_t)(entry >> 32); layer > lowest; layer--) {
        if (!start_pool(context, UPPER_EF, UPPER_EF, starts, count)) return 0;
        if (walk_pool(context, store, layer, &context->query, UINT32_MAX, mode, margin) != nk_finished) return 0;
        count = take_entry_points(context, store, starts);
    }
    return count;
}

INLINE nk_progress walk_begin_mode(nk_context *context, const nk_store *store, const int mode) {
    uint32_t ef = context->ef;
    context->pool_count = context->pool_next = context->candidates.count = context->top.count = 0;
    uint64_t entry = atomic_load_explicit(&store->entry, memory_order_acquire);
    if (entry == NK_NO_ENTRY || (uint32_t)entry >= context->limit) return nk_finished;
    nk_found starts[UPPER_EF];
    uint32_t count = descend(context, store, entry, 0, starts, mode, SEARCH_MARGIN);
    if (count == 0) return nk_no_memory;
    if (!context->uses_heaps) return start_pool(context, ef, ef, starts, count) ? nk_more : nk_no_memory;
    nk_heap *top = &context->top, *candidates = &context->candidates;
    // No more can be found than there is.
    context->ef = ef < context->limit ? ef : context->limit;
    nk_clear_visited(context);
    if (!nk_reserve_found(&top->items, &top->capacity, context->ef)
        || !nk_reserve_found(&candidates->items, &candidates->capacity, 1024) || !reserve_touched(context, count)) {
        return nk_no_memory;
    }
    for (uint32_t i = 0; i < count; i++) {
        visit(context, starts[i].slot);
        nk_heap_push(candidates, (nk_found){-starts[i].distance, starts[i].slot});
        if (!context->only_live || passes(context, store, starts[i].slot)) {
            nk_keep_nearest(top, context->ef, starts[i]);
        }
    }
    return nk_more;
}

INLINE nk_progress walk_mode(nk_context *context, const nk_store *store, uint32_t hops, const int mode) {
    if (context->uses_heaps) return walk_heaps(context, store, hops, mode);
    return walk_pool(context, store, 0, &context->query, hops, mode, SEARCH_MARGIN);
}

#define BEGIN(mode) walk_begin_mode(context, store, mode)
static nk_progress walk_begin(nk_context *context, const nk_store *store) {
    FOR_SEARCH(BEGIN)
}

#define WALK(mode) walk_mode(context, store, hops, mode)
static nk_progress walk(nk_context *context, const nk_store *store, uint32_t hops) {
    FOR_SEARCH(WALK)
}
