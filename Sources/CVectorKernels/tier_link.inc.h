// SPDX-License-Identifier: Apache-2.0
//
// Linking of slots into the graph: Malkov & Yashunin, arXiv:1603.09320, algorithms 1 and 4.

/// Set in the slot of a candidate that one of the selected neighbors clearly occludes.
#define OCCLUDED 0x80000000u

/// By how much two distances must differ for their order to mean something: a standard deviation of their errors by codes,
/// and what float32 rounds away.
INLINE float noise_of(const nk_store *store, const nk_query *query, uint32_t slot, float distance, const int mode) {
    if (mode == by_manhattan || mode == by_hamming) return 8 * FLT_EPSILON * fabsf(distance);
    const nk_arena *arena = mode == by_both_halves ? &store->residuals : &store->codes;
    const nk_affine *affine = affine_at(arena, nk_row(arena, slot));
    float size = fabsf(query->base) + query->by_norm * affine->norm + fabsf(distance);
    return code_deviation(query, affine) + 8 * FLT_EPSILON * size;
}

/// Algorithm 4 of the paper. Takes candidates in the order of their distances, but for those that one already selected
/// occludes: lies nearer to than the base does.
///
/// A candidate is tied if one selected is exactly as near to it as the base is, and as far from the base. Ties are selected
/// last, if room is left: of many equal vectors they would take all of it.
///
/// - `from` is sorted by the distance to the base. `selected` has room for `limit`; its first `count` are selected already,
///   and their distances need not be known (NaN). Ties come last in it, whatever their distances.
/// - With `marks_occluded` candidates get the bit OCCLUDED if one selected is nearer by more than the noise of distances.
INLINE uint32_t select_neighbors(
    nk_context *context, const nk_store *store, uint32_t base, nk_found *from, uint32_t from_count, uint32_t limit,
    nk_found *selected, uint32_t count, const bool marks_occluded, const int mode
) {
    // Ties are kept at the end of `selected`, the first of them last.
    uint32_t ties = 0;
    for (uint32_t i = 0; i < from_count && count < limit; i++) {
        bool is_occluded = false, is_clear = false, is_tied = false;
        if (count > 0) query_of_slot(store, &context->other, from[i].slot, mode);
        for (uint32_t j = 0; j < count && !is_clear; j++) {
            float distance = measure(store, &context->other, selected[j].slot, mode);
            // What equals the base is as near but for rounding: the same product, computed the other way round.
            if (distance < from[i].distance && !has_same_code(store, selected[j].slot, base)) {
                is_occluded = true;
                is_clear = !marks_occluded
                    || from[i].distance - distance > noise_of(store, &context->other, selected[j].slot, distance, mode);
            }
            is_tied |= distance == from[i].distance && distance == selected[j].distance;
        }
        if (is_occluded) {
            if (marks_occluded && is_clear) from[i].slot |= OCCLUDED;
        } else if (!is_tied) {
            if (count + ties == limit) ties--;
            selected[count++] = from[i];
        } else if (count + ties < limit) {
            selected[limit - ++ties] = from[i];
        }
    }
    for (uint32_t i = 0; i < ties / 2; i++) swap_found(&selected[limit - ties + i], &selected[limit - 1 - i]);
    memmove(selected + count, selected + limit - ties, ties * sizeof *selected);
    return count + ties;
}

INLINE bool is_among(const nk_found *items, uint32_t count, uint32_t slot) {
    for (uint32_t i = 0; i < count; i++) {
        if (items[i].slot == slot) return true;
    }
    return false;
}

INLINE void sort_found(nk_found *items, uint32_t count) {
    for (uint32_t i = 1; i < count; i++) {
        nk_found item = items[i];
        uint32_t hole = i;
        for (; hole > 0 && item.distance < items[hole - 1].distance; hole--) items[hole] = items[hole - 1];
        items[hole] = item;
    }
}

// MARK: Link rows

INLINE uint32_t link_limit(const nk_store *store, uint32_t layer) {
    return layer == 0 ? 2 * store->layout.max_connections : store->layout.max_connections;
}

/// Writes links into a row that is locked, and unlocks it. Whoever reads it meanwhile sees ids of the old row, the new one,
/// or both.
INLINE void write_locked_links(_Atomic uint32_t *row, const nk_found *items, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        atomic_store_explicit(row + 1 + i, items[i].slot, memory_order_relaxed);
    }
    nk_unlock_links(row, count);
}

INLINE void write_links(_Atomic uint32_t *row, const nk_found *items, uint32_t count) {
    nk_lock_links(row);
    write_locked_links(row, items, count);
}

/// Whether one of the first `count` links of a locked row leads to `target`.
INLINE bool has_link(_Atomic uint32_t *row, uint32_t count, uint32_t target) {
    for (uint32_t i = 0; i < count; i++) {
        if (link_at(row, i) == target) return true;
    }
    return false;
}

/// Adds a link to a row that has room. Returns whether it is there.
INLINE bool append_link(nk_store *store, uint32_t slot, uint32_t target, uint32_t layer) {
    _Atomic uint32_t *row = nk_link_row(store, slot, layer);
    uint32_t count = nk_lock_links(row) & NK_COUNT_MASK;
    bool is_there = has_link(row, count, target);
    if (!is_there && count < link_limit(store, layer)) {
        atomic_store_explicit(row + 1 + count++, target, memory_order_relaxed);
        is_there = true;
    }
    nk_unlock_links(row, count);
    return is_there;
}

/// Links `target` to `slot` even if the row of `target` is full: then `slot` takes the place of the last link there, and
/// links to what that led to, so that `target` still leads to both. Returns whether something now leads to `slot`.
INLINE bool splice_link(nk_store *store, uint32_t target, uint32_t slot, uint32_t layer) {
    // Rows are never locked two at a time, so another linker may have come in between.
    for (uint32_t attempt = 0; attempt < 8; attempt++) {
        if (target == slot || append_link(store, target, slot, layer)) return true;
        _Atomic uint32_t *row = nk_link_row(store, target, layer);
        uint32_t count = link_count(row);
        if (count == 0) continue;
        uint32_t last = link_at(row, count - 1);
        // Where both rows are full, that of the last may have room.
        if (!append_link(store, slot, last, layer)) {
            target = last;
            continue;
        }
        uint32_t now = nk_lock_links(row) & NK_COUNT_MASK;
        bool is_same = now == count && link_at(row, count - 1) == last && !has_link(row, now, slot);
        if (is_same) atomic_store_explicit(row + count, slot, memory_order_relaxed);
        nk_unlock_links(row, now);
        if (is_same) return true;
    }
    return false;
}

// MARK: Links back

INLINE bool clear_bit(uint64_t *bits, uint32_t index) {
    uint64_t bit = (uint64_t)1 << (index % 64), *word = &bits[index / 64];
    bool was_set = *word & bit;
    *word &= ~bit;
    return was_set;
}

/// Appends to the selected of a row's links those that are neither selected nor clearly occluded, and that no selected one
/// links to: they may be all that leads to a part of the graph. `added` is no link of the row yet. Returns the new count.
INLINE uint32_t keep_bridges(
    nk_context *context, const nk_store *store, const nk_found *links, uint32_t link_total, uint32_t added,
    nk_found *selected, uint32_t count, uint32_t layer
) {
    // The visited set holds the candidates for bridges. It has no room for slots that came after it was made; these are kept.
    uint64_t *candidates = context->visited;
    uint32_t open = 0, kept = count;
    nk_clear_visited(context);
    for (uint32_t i = 0; i < link_total; i++) {
        if (links[i].slot < context->limit && links[i].slot != added) open += visit(context, links[i].slot);
    }
    for (uint32_t i = 0; i < count; i++) {
        if (selected[i].slot < context->limit) open -= clear_bit(candidates, selected[i].slot);
    }
    for (uint32_t i = 0; i < AHEAD && i < count && open > 0; i++) prefetch_links(store, selected[i].slot, layer);
    for (uint32_t i = 0; i < count && open > 0; i++) {
        if (i + AHEAD < count) prefetch_links(store, selected[i + AHEAD].slot, layer);
        _Atomic uint32_t *row = nk_link_row(store, selected[i].slot, layer);
        uint32_t row_count = link_count(row);
        for (uint32_t j = 0; j < row_count; j++) {
            uint32_t target = link_at(row, j);
            if (target < context->limit) open -= clear_bit(candidates, target);
        }
    }
    for (uint32_t i = 0; i < link_total; i++) {
        uint32_t slot = links[i].slot;
        if (slot & OCCLUDED) continue;
        bool is_bridge =
            slot < context->limit ? clear_bit(candidates, slot) : !is_among(selected, count, slot);
        if (is_bridge) selected[kept++] = links[i];
    }
    return kept;
}

typedef enum { back_no_memory, back_refused, back_taken } link_back_result;

/// Lets `target` link to `item.slot`. Of a full row neighbors are selected anew, perhaps without it.
///
/// A row loses a link only if a selected neighbor clearly occludes it or links to it. So whatever could be reached still can
/// be, also where vectors lie so close together that rounding alone orders their distances.
INLINE link_back_result link_back(
    nk_context *context, nk_store *store, uint32_t target, nk_found item, uint32_t layer, const int mode
) {
    uint32_t limit = link_limit(store, layer);
    if (!nk_reserve_found(&context->relinked, &context->relinked_capacity, 2 * limit + 2)
        || !reserve_touched(context, limit + 1)) {
        return back_no_memory;
    }
    _Atomic uint32_t *row = nk_link_row(store, target, layer);
    uint32_t count = nk_lock_links(row) & NK_COUNT_MASK;
    if (has_link(row, count, item.slot)) {
        nk_unlock_links(row, count);
        return back_taken;
    }
    if (count < limit) {
        atomic_store_explicit(row + 1 + count, item.slot, memory_order_relaxed);
        nk_unlock_links(row, count + 1);
        return back_taken;
    }
    for (uint32_t i = 0; i < count; i++) prefetch_row(store, link_at(row, i), mode);
    nk_found *links = context->relinked, *selected = links + limit + 1;
    query_of_slot(store, &context->other, target, mode);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t slot = link_at(row, i);
        links[i] = (nk_found){measure(store, &context->other, slot, mode), slot};
    }
    links[count] = item;
    sort_found(links, count + 1);
    uint32_t selected_count =
        select_neighbors(context, store, target, links, count + 1, limit, selected, 0, true, mode);
    bool is_taken = is_among(selected, selected_count, item.slot);
    selected_count = keep_bridges(context, store, links, count + 1, item.slot, selected, selected_count, layer);
    if (selected_count > limit) {
        nk_unlock_links(row, count);
        return splice_link(store, target, item.slot, layer) ? back_taken : back_refused;
    }
    write_locked_links(row, selected, selected_count);
    return is_taken ? back_taken : back_refused;
}

// MARK: Linking

/// Leaves of what the walk through a layer found the candidates for links: not the slot itself, and tombstones only if they
/// equal it, so that it can replace them, or if there is nothing else.
INLINE uint32_t linkable(nk_context *context, const nk_store *store, uint32_t slot) {
    nk_found *pool = context->pool;
    uint32_t live = 0, others = 0;
    for (uint32_t i = 0; i < context->pool_count; i++) {
        pool[i].slot &= ~NK_EXPANDED;
        live += pool[i].slot != slot && !(nk_state(store, pool[i].slot) & nk_tombstone);
    }
    for (uint32_t i = 0; i < context->pool_count; i++) {
        if (pool[i].slot == slot) continue;
        bool is_dead = nk_state(store, pool[i].slot) & nk_tombstone;
        if (is_dead && live > 0 && !has_same_code(store, slot, pool[i].slot)) continue;
        pool[others++] = pool[i];
    }
    return others;
}

/// Measures by whole codes what was measured by high halves.
INLINE void remeasure(
    nk_context *context, const nk_store *store, nk_found *items, uint32_t count, const int mode
) {
    for (uint32_t i = 0; i < count; i++) {
        if (i + AHEAD < count) prefetch_row(store, items[i + AHEAD].slot, mode);
        items[i].distance = measure(store, &context->query, items[i].slot, mode);
    }
}

static void raise_entry(nk_store *store, uint32_t slot, uint32_t level) {
    while (atomic_flag_test_and_set_explicit(&store->entry_lock, memory_order_acquire)) {}
    uint64_t entry = atomic_load_explicit(&store->entry, memory_order_relaxed);
    if (entry == NK_NO_ENTRY || entry >> 32 < level) {
        atomic_store_explicit(&store->entry, (uint64_t)level << 32 | slot, memory_order_release);
    }
    atomic_flag_clear_explicit(&store->entry_lock, memory_order_release);
}

/// How many of equal vectors, beyond one, are candidates for the links of a new one: enough to hang together by.
#define BUILDING_DUPLICATES 8

/// Lets the selected neighbors of a slot on a layer link back to it; at least one does. `false` if there is no memory.
INLINE bool link_back_from(
    nk_store *store, nk_context *context, const nk_found *neighbors, uint32_t count, uint32_t slot, uint32_t layer,
    const int mode
) {
    if (count == 0) return true;
    // Others link to one of equal vectors, and these to each other: a row that leads elsewhere has no room for all of them.
    bool has_duplicate = has_same_code(store, slot, neighbors[0].slot), is_linked_to = false;
    for (uint32_t i = 0; i < count; i++) {
        if (has_duplicate && !has_same_code(store, slot, neighbors[i].slot)) continue;
        nk_found item = {neighbors[i].distance, slot};
        link_back_result result = link_back(context, store, neighbors[i].slot, item, layer, mode);
        if (result == back_no_memory) return false;
        is_linked_to |= result == back_taken;
    }
    if (!is_linked_to) splice_link(store, neighbors[0].slot, slot, layer);
    return true;
}

/// Algorithm 1 of the paper. The neighbors on all layers are selected first, then written from the lowest layer up: whoever
/// comes upon the slot in a layer can go on in those below.
INLINE bool link_mode(
    nk_store *store, nk_context *context, uint32_t slot, uint32_t ef_construction, const int mode
) {
    uint32_t level = nk_level(store, slot), connections = store->layout.max_connections;
    if (!nk_prepare_visited(context, store)) return false;
    uint64_t entry = atomic_load_explicit(&store->entry, memory_order_acquire);
    if (entry == NK_NO_ENTRY) {
        raise_entry(store, slot, level);
        entry = atomic_load_explicit(&store->entry, memory_order_acquire);
    }
    if ((uint32_t)entry == slot) return true;
    uint32_t top = (uint32_t)(entry >> 32), highest = level < top ? level : top;
    query_of_slot(store, &context->query, slot, mode);
    const int walked = mode == by_both_halves ? by_high_half : mode;
    if (walked == by_high_half) sign_query_of_slot(context, store, slot);
    nk_found starts[UPPER_EF];
    uint32_t start_count = descend(context, store, entry, highest, starts, walked, BUILDING_MARGIN);
    if (start_count == 0) return false;
    uint32_t counts[NK_MAX_LEVEL + 1];
    for (uint32_t layer = highest + 1; layer-- > 0;) {
        if (!start_pool(context, ef_construction, BUILDING_DUPLICATES, starts, start_count)) return false;
        if (walk_pool(context, store, layer, &context->query, UINT32_MAX, walked, BUILDING_MARGIN) != nk_finished) {
            return false;
        }
        start_count = take_entry_points(context, store, starts);
        uint32_t found = linkable(context, store, slot);
        if (walked != mode) {
            remeasure(context, store, context->pool, found, mode);
            sort_found(context->pool, found);
        }
        nk_found *selected = context->selected + layer * connections;
        counts[layer] = select_neighbors(
            context, store, slot, context->pool, found, connections, selected, 0, false, mode);
    }
    for (uint32_t layer = 0; layer <= highest; layer++) {
        write_links(nk_link_row(store, slot, layer), context->selected + layer * connections, counts[layer]);
    }
    for (uint32_t layer = 0; layer <= highest; layer++) {
        const nk_found *selected = context->selected + layer * connections;
        if (!link_back_from(store, context, selected, counts[layer], slot, layer, mode)) return false;
    }
    if (level > top) raise_entry(store, slot, level);
    return true;
}

#define FOR_BUILDING(call) \
    switch (store->layout.format) { \
    case nk_bytes: return call(by_bytes); \
    case nk_planes: return call(by_both_halves); \
    case nk_floats: break; \
    } \
    return store->layout.metric == nk_l1 ? call(by_manhattan) : call(by_hamming);

#define LINK(mode) link_mode(store, context, slot, ef_construction, mode)
static bool link_slot(nk_store *store, nk_context *context, uint32_t slot, uint32_t ef_construction) {
    FOR_BUILDING(LINK)
}
