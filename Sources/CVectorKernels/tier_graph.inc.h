// SPDX-License-Identifier: Apache-2.0
//
// Walks through a layer, and linking: Malkov & Yashunin, arXiv:1603.09320. Whole loops, so that nothing but a
// distance happens per distance.

INLINE bool visit(nk_context *context, uint32_t place) {
    uint64_t bit = (uint64_t)1 << (place % 64), *word = &context->visited[place / 64];
    if (*word & bit) return false;
    *word |= bit;
    context->touched[context->touched_count++] = place;
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

/// Goes to the nearest node of an upper layer, from `start`.
INLINE nk_found descend(
    nk_context *context, const nk_store *store, nk_found start, uint32_t layer, const nk_query *query, const int mode
) {
    for (bool moved = true; moved;) {
        moved = false;
        _Atomic uint32_t *row = nk_link_row(store, start.place, layer);
        uint32_t count = link_count(row);
        for (uint32_t i = 0; i < count; i++) prefetch_row(store, link_at(row, i), mode);
        for (uint32_t i = 0; i < count; i++) {
            uint32_t place = link_at(row, i);
            if (place >= context->limit || nk_level(store, place) < layer) continue;
            float distance = measure(store, query, place, mode);
            context->evaluated++;
            if (distance < start.distance) {
                start = (nk_found){distance, place};
                moved = true;
            }
        }
    }
    return start;
}

/// Puts an item into the sorted pool. Returns where, or the capacity if it is too far away.
INLINE uint32_t pool_insert(nk_context *context, nk_found item) {
    nk_found *pool = context->pool;
    uint32_t count = context->pool_count, ef = context->ef;
    if (count == ef && !(item.distance < pool[count - 1].distance)) return ef;
    uint32_t low = 0, high = count;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (item.distance < pool[middle].distance) high = middle;
        else low = middle + 1;
    }
    if (count == ef) count--;
    memmove(pool + low + 1, pool + low, (count - low) * sizeof *pool);
    pool[low] = item;
    context->pool_count = count + 1;
    return low;
}

/// Expands up to `hops` nodes of the pool.
INLINE nk_progress walk_pool(
    nk_context *context, const nk_store *store, uint32_t layer, const nk_query *query, uint32_t hops, const int mode,
    const float margin
) {
    nk_found *pool = context->pool;
    uint32_t next = context->pool_next;
    while (next < context->pool_count) {
        if (hops-- == 0) {
            context->pool_next = next;
            return nk_more;
        }
        uint32_t node = pool[next].place;
        pool[next].place = node | NK_LOCK;
        _Atomic uint32_t *row = nk_link_row(store, node, layer);
        uint32_t count = link_count(row), gathered = 0, *places = context->gathered;
        if (!reserve_touched(context, count)) return nk_no_memory;
        for (uint32_t i = 0; i < count; i++) {
            uint32_t place = link_at(row, i);
            if (place < context->limit && visit(context, place)) places[gathered++] = place;
        }
        context->evaluated += gathered;
        if (mode == by_high_half && context->pool_count == context->ef) {
            gathered = sift(store, &context->sign_query, places, gathered, pool[context->ef - 1].distance, margin);
        } else {
            for (uint32_t i = 0; i < AHEAD && i < gathered; i++) prefetch_row(store, places[i], mode);
        }
        // The links of the node that will probably be next.
        uint32_t after = next + 1;
        while (after < context->pool_count && (pool[after].place & NK_LOCK)) after++;
        if (after < context->pool_count) {
            prefetch_lines((const uint8_t *)nk_link_row(store, pool[after].place, layer), store->links.stride);
        }
        uint32_t nearest = after;
        for (uint32_t i = 0; i < gathered; i++) {
            if (i + AHEAD < gathered) prefetch_row(store, places[i + AHEAD], mode);
            nk_found item = {measure(store, query, places[i], mode), places[i]};
            uint32_t position = pool_insert(context, item);
            if (position < nearest) nearest = position;
            else if (position == nearest && position < context->ef) nearest = position;
        }
        next = nearest;
        while (next < context->pool_count && (pool[next].place & NK_LOCK)) next++;
    }
    context->pool_next = next;
    return nk_finished;
}

INLINE bool passes(const nk_context *context, const nk_store *store, uint32_t place) {
    return nk_passes(store, place, context->allowed != NULL, context->allowed, context->word_count);
}

/// The neighbours that a walk with a filter measures next.
INLINE uint32_t gather_filtered(nk_context *context, const nk_store *store, _Atomic uint32_t *row) {
    uint32_t count = link_count(row), gathered = 0, *places = context->gathered;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t place = link_at(row, i);
        if (place >= context->limit) continue;
        if (!context->two_hop || passes(context, store, place)) {
            if (visit(context, place)) places[gathered++] = place;
            continue;
        }
        if (!visit(context, place)) continue;
        _Atomic uint32_t *further = nk_link_row(store, place, 0);
        uint32_t further_count = link_count(further);
        for (uint32_t j = 0; j < further_count && gathered + count < context->gathered_capacity; j++) {
            uint32_t other = link_at(further, j);
            if (other >= context->limit || context->visited[other / 64] >> (other % 64) & 1) continue;
            if (!passes(context, store, other)) continue;
            visit(context, other);
            places[gathered++] = other;
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
        uint32_t gathered = gather_filtered(context, store, nk_link_row(store, node.place, 0));
        if (!nk_reserve_found(&candidates->items, &candidates->capacity, candidates->count + gathered)) {
            return nk_no_memory;
        }
        uint32_t *places = context->gathered;
        context->evaluated += gathered;
        if (mode == by_high_half && top->count == context->ef) {
            gathered = sift(store, &context->sign_query, places, gathered, top->items[0].distance, SEARCH_MARGIN);
        } else {
            for (uint32_t i = 0; i < AHEAD && i < gathered; i++) prefetch_row(store, places[i], mode);
        }
        for (uint32_t i = 0; i < gathered; i++) {
            if (i + AHEAD < gathered) prefetch_row(store, places[i + AHEAD], mode);
            float distance = measure(store, &context->query, places[i], mode);
            if (top->count == context->ef && !(distance < top->items[0].distance)) continue;
            nk_heap_push(candidates, (nk_found){-distance, places[i]});
            if (!context->only_live || passes(context, store, places[i])) {
                nk_keep_nearest(top, context->ef, (nk_found){distance, places[i]});
            }
        }
    }
    return nk_finished;
}

/// Puts the place where a layer is entered into an empty pool.
static bool start_pool(nk_context *context, uint32_t ef, nk_found start) {
    if (!reserve_touched(context, 1) || !nk_reserve_found(&context->pool, &context->pool_capacity, ef + 1)) {
        return false;
    }
    context->ef = ef;
    context->pool[0] = start;
    context->pool_count = 1;
    context->pool_next = 0;
    visit(context, start.place);
    return true;
}

INLINE nk_progress walk_begin_mode(nk_context *context, const nk_store *store, const int mode) {
    context->pool_count = context->pool_next = context->candidates.count = context->top.count = 0;
    uint64_t entry = atomic_load_explicit(&store->entry, memory_order_acquire);
    if (entry == NK_NONE || (uint32_t)entry >= context->limit) return nk_finished;
    nk_found start = {measure(store, &context->query, (uint32_t)entry, mode), (uint32_t)entry};
    for (uint32_t layer = (uint32_t)(entry >> 32); layer > 0; layer--) {
        start = descend(context, store, start, layer, &context->query, mode);
    }
    if (!context->uses_heaps) return start_pool(context, context->ef, start) ? nk_more : nk_no_memory;
    nk_heap *top = &context->top, *candidates = &context->candidates;
    // No more can be found than there is.
    if (context->ef > context->limit) context->ef = context->limit;
    if (!nk_reserve_found(&top->items, &top->capacity, context->ef)
        || !nk_reserve_found(&candidates->items, &candidates->capacity, 1024) || !reserve_touched(context, 1)) {
        return nk_no_memory;
    }
    visit(context, start.place);
    nk_heap_push(candidates, (nk_found){-start.distance, start.place});
    if (!context->only_live || passes(context, store, start.place)) {
        nk_keep_nearest(top, context->ef, start);
    }
    return nk_more;
}

INLINE nk_progress walk_mode(nk_context *context, const nk_store *store, uint32_t hops, const int mode) {
    if (context->uses_heaps) return walk_heaps(context, store, hops, mode);
    return walk_pool(context, store, 0, &context->query, hops, mode, SEARCH_MARGIN);
}

// MARK: Linking

/// Algorithm 4 of the paper: takes the nearest, leaves out whoever is nearer to one taken than to the base.
///
/// - `from` is sorted by the distance to the base. `into` has room for `limit`.
INLINE uint32_t choose(
    nk_context *context, const nk_store *store, const nk_found *from, uint32_t count, uint32_t limit, nk_found *into,
    const int mode
) {
    uint32_t chosen = 0;
    for (uint32_t i = 0; i < count && chosen < limit; i++) {
        bool is_taken = true;
        if (chosen > 0) query_of_place(store, &context->other, from[i].place, mode);
        for (uint32_t j = 0; j < chosen && is_taken; j++) {
            is_taken = !(measure(store, &context->other, into[j].place, mode) < from[i].distance);
        }
        if (is_taken) into[chosen++] = from[i];
    }
    return chosen;
}

INLINE void sort_found(nk_found *items, uint32_t count) {
    for (uint32_t i = 1; i < count; i++) {
        nk_found item = items[i];
        uint32_t hole = i;
        for (; hole > 0 && item.distance < items[hole - 1].distance; hole--) items[hole] = items[hole - 1];
        items[hole] = item;
    }
}

INLINE uint32_t lock_links(_Atomic uint32_t *row) {
    for (;;) {
        uint32_t head = atomic_load_explicit(row, memory_order_relaxed);
        if (!(head & NK_LOCK)
            && atomic_compare_exchange_weak_explicit(
                row, &head, head | NK_LOCK, memory_order_acquire, memory_order_relaxed)) {
            return head;
        }
    }
}

/// Writes a whole row; whoever reads it meanwhile sees ids of the old row, the new one, or both.
INLINE void write_links(_Atomic uint32_t *row, const nk_found *items, uint32_t count) {
    lock_links(row);
    for (uint32_t i = 0; i < count; i++) {
        atomic_store_explicit(row + 1 + i, items[i].place, memory_order_relaxed);
    }
    atomic_store_explicit(row, count, memory_order_release);
}

/// Lets `target` link to `item.place`; a full row is chosen anew.
INLINE bool link_back(
    nk_context *context, nk_store *store, uint32_t target, nk_found item, uint32_t layer, const int mode
) {
    uint32_t limit = layer == 0 ? 2 * store->layout.max_connections : store->layout.max_connections;
    if (!nk_reserve_found(&context->relinked, &context->relinked_capacity, 2 * limit + 2)) return false;
    _Atomic uint32_t *row = nk_link_row(store, target, layer);
    uint32_t count = lock_links(row) & NK_COUNT_MASK;
    for (uint32_t i = 0; i < count; i++) {
        if (link_at(row, i) == item.place) {
            atomic_store_explicit(row, count, memory_order_release);
            return true;
        }
    }
    if (count < limit) {
        atomic_store_explicit(row + 1 + count, item.place, memory_order_relaxed);
        atomic_store_explicit(row, count + 1, memory_order_release);
        return true;
    }
    for (uint32_t i = 0; i < count; i++) prefetch_row(store, link_at(row, i), mode);
    nk_found *all = context->relinked;
    query_of_place(store, &context->other, target, mode);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t place = link_at(row, i);
        all[i] = (nk_found){measure(store, &context->other, place, mode), place};
    }
    all[count] = item;
    sort_found(all, count + 1);
    uint32_t chosen = choose(context, store, all, count + 1, limit, all + limit + 1, mode);
    for (uint32_t i = 0; i < chosen; i++) {
        atomic_store_explicit(row + 1 + i, all[limit + 1 + i].place, memory_order_relaxed);
    }
    atomic_store_explicit(row, chosen, memory_order_release);
    return true;
}

/// What the walk through a layer found, without the place itself and, if others are there, without tombstones.
INLINE uint32_t linkable(nk_context *context, const nk_store *store, uint32_t place) {
    nk_found *pool = context->pool;
    uint32_t live = 0, others = 0;
    for (uint32_t i = 0; i < context->pool_count; i++) {
        pool[i].place &= ~NK_LOCK;
        live += pool[i].place != place && !(nk_state(store, pool[i].place) & nk_tombstone);
    }
    for (uint32_t i = 0; i < context->pool_count; i++) {
        if (pool[i].place == place) continue;
        if (live > 0 && (nk_state(store, pool[i].place) & nk_tombstone)) continue;
        pool[others++] = pool[i];
    }
    return others;
}

/// Measures what a walk by high halves has found by whole codes.
INLINE void measure_again(nk_context *context, const nk_store *store, uint32_t count, const int mode) {
    nk_found *pool = context->pool;
    for (uint32_t i = 0; i < count; i++) {
        if (i + AHEAD < count) prefetch_row(store, pool[i + AHEAD].place, mode);
        pool[i].distance = measure(store, &context->query, pool[i].place, mode);
    }
    sort_found(pool, count);
}

static void raise_entry(nk_store *store, uint32_t place, uint32_t level) {
    while (atomic_flag_test_and_set_explicit(&store->entry_lock, memory_order_acquire)) {}
    uint64_t entry = atomic_load_explicit(&store->entry, memory_order_relaxed);
    if (entry == NK_NONE || entry >> 32 < level) {
        atomic_store_explicit(&store->entry, (uint64_t)level << 32 | place, memory_order_release);
    }
    atomic_flag_clear_explicit(&store->entry_lock, memory_order_release);
}

/// Algorithm 1 of the paper. The links of all layers are chosen first, then written from the lowest layer up: whoever
/// comes upon the place in a layer can go on in those below.
INLINE bool link_mode(
    nk_store *store, nk_context *context, uint32_t place, uint32_t ef_construction, const int mode
) {
    uint32_t level = nk_level(store, place), connections = store->layout.max_connections;
    if (!nk_look_at(context, store)) return false;
    uint64_t entry = atomic_load_explicit(&store->entry, memory_order_acquire);
    if (entry == NK_NONE) {
        raise_entry(store, place, level);
        entry = atomic_load_explicit(&store->entry, memory_order_acquire);
    }
    if ((uint32_t)entry == place) return true;
    uint32_t top = (uint32_t)(entry >> 32), lowest_top = level < top ? level : top;
    query_of_place(store, &context->query, place, mode);
    const int walked = mode == by_both_halves ? by_high_half : mode;
    if (walked == by_high_half) sign_query_of_place(context, store, place);
    nk_found start = {measure(store, &context->query, (uint32_t)entry, walked), (uint32_t)entry};
    for (uint32_t layer = top; layer > level; layer--) {
        start = descend(context, store, start, layer, &context->query, walked);
    }
    uint32_t counts[NK_MAX_LEVEL + 1];
    for (uint32_t layer = lowest_top + 1; layer-- > 0;) {
        nk_forget_visited(context);
        if (!start_pool(context, ef_construction, start)) return false;
        if (walk_pool(context, store, layer, &context->query, UINT32_MAX, walked, BUILDING_MARGIN) != nk_finished) {
            return false;
        }
        start = (nk_found){context->pool[0].distance, context->pool[0].place & ~NK_LOCK};
        uint32_t found = linkable(context, store, place);
        if (walked != mode) measure_again(context, store, found, mode);
        counts[layer] = choose(
            context, store, context->pool, found, connections, context->chosen + layer * connections, mode);
    }
    for (uint32_t layer = 0; layer <= lowest_top; layer++) {
        write_links(nk_link_row(store, place, layer), context->chosen + layer * connections, counts[layer]);
    }
    for (uint32_t layer = 0; layer <= lowest_top; layer++) {
        const nk_found *chosen = context->chosen + layer * connections;
        for (uint32_t i = 0; i < counts[layer]; i++) {
            nk_found item = {chosen[i].distance, place};
            if (!link_back(context, store, chosen[i].place, item, layer, mode)) return false;
        }
    }
    if (level > top) raise_entry(store, place, level);
    return true;
}

// MARK: Repair

INLINE bool is_in(const uint64_t *bits, size_t word_count, uint32_t place) {
    return place / 64 < word_count && (bits[place / 64] >> (place % 64) & 1);
}

/// Collects the live links of a row, each once.
INLINE bool collect_live(
    nk_context *context, _Atomic uint32_t *row, const uint64_t *dead, size_t word_count, uint32_t *collected
) {
    uint32_t count = link_count(row);
    if (!reserve_touched(context, count)) return false;
    if (!nk_reserve_found(&context->pool, &context->pool_capacity, *collected + count)) return false;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t place = link_at(row, i);
        if (place >= context->limit || is_in(dead, word_count, place) || !visit(context, place)) continue;
        context->pool[(*collected)++].place = place;
    }
    return true;
}

/// Gives a place other links on a layer, if it links to dead ones: its live links and those of the dead compete.
INLINE bool relink_row(
    nk_store *store, nk_context *context, uint32_t place, uint32_t layer, const uint64_t *dead, size_t word_count,
    const int mode
) {
    _Atomic uint32_t *row = nk_link_row(store, place, layer);
    uint32_t count = link_count(row), dead_links = 0, collected = 0;
    for (uint32_t i = 0; i < count; i++) dead_links += is_in(dead, word_count, link_at(row, i));
    if (dead_links == 0) return false;
    nk_forget_visited(context);
    if (!reserve_touched(context, 1)) return false;
    visit(context, place);
    if (!collect_live(context, row, dead, word_count, &collected)) return false;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t target = link_at(row, i);
        if (!is_in(dead, word_count, target) || nk_level(store, target) < layer) continue;
        if (!collect_live(context, nk_link_row(store, target, layer), dead, word_count, &collected)) return false;
    }
    uint32_t limit = layer == 0 ? 2 * store->layout.max_connections : store->layout.max_connections;
    if (!nk_reserve_found(&context->relinked, &context->relinked_capacity, limit)) return false;
    query_of_place(store, &context->query, place, mode);
    for (uint32_t i = 0; i < collected; i++) {
        if (i + AHEAD < collected) prefetch_row(store, context->pool[i + AHEAD].place, mode);
        context->pool[i].distance = measure(store, &context->query, context->pool[i].place, mode);
    }
    qsort(context->pool, collected, sizeof(nk_found), nk_by_distance);
    uint32_t chosen = choose(context, store, context->pool, collected, limit, context->relinked, mode);
    write_links(row, context->relinked, chosen);
    return true;
}

INLINE uint32_t relink_mode(
    nk_store *store, nk_context *context, uint32_t first, uint32_t end, const uint64_t *dead, size_t word_count,
    const int mode
) {
    uint32_t changed = 0;
    if (!nk_look_at(context, store)) return 0;
    for (uint32_t place = first; place < end && place < context->limit; place++) {
        if (!(nk_state(store, place) & nk_linked) || is_in(dead, word_count, place)) continue;
        for (uint32_t layer = 0; layer <= nk_level(store, place); layer++) {
            changed += relink_row(store, context, place, layer, dead, word_count, mode);
        }
    }
    return changed;
}

// MARK: One loop for each kind of row

#define FOR_BUILDING(call) \
    switch (store->layout.format) { \
    case nk_bytes: return call(by_bytes); \
    case nk_planes: return call(by_both_halves); \
    case nk_floats: break; \
    } \
    return store->layout.metric == nk_l1 ? call(by_manhattan) : call(by_hamming);

#define BEGIN(mode) walk_begin_mode(context, store, mode)
static nk_progress walk_begin(nk_context *context, const nk_store *store) {
    FOR_SEARCH(BEGIN)
}

#define WALK(mode) walk_mode(context, store, hops, mode)
static nk_progress walk(nk_context *context, const nk_store *store, uint32_t hops) {
    FOR_SEARCH(WALK)
}

#define LINK(mode) link_mode(store, context, place, ef_construction, mode)
static bool link_place(nk_store *store, nk_context *context, uint32_t place, uint32_t ef_construction) {
    FOR_BUILDING(LINK)
}

#define RELINK(mode) relink_mode(store, context, first, end, dead, word_count, mode)
static uint32_t relink(
    nk_store *store, nk_context *context, uint32_t first, uint32_t end, const uint64_t *dead, size_t word_count
) {
    FOR_BUILDING(RELINK)
}
