// SPDX-License-Identifier: Apache-2.0
//
// Linking of places into the graph, and repair around dead ones.

/// Algorithm 4 of the paper: takes the nearest, leaves out whoever is nearer to one taken than to the base. Whoever is as near
/// to one taken as both are to the base is taken if room is left: among many equal vectors links would lead nowhere else
/// otherwise.
///
/// - `from` is sorted by the distance to the base. `into` has room for `limit`; the first `chosen` are taken already, and
///   their distances need not be known (NaN).
INLINE uint32_t choose(
    nk_context *context, const nk_store *store, uint32_t base, const nk_found *from, uint32_t count, uint32_t limit,
    nk_found *into, uint32_t chosen, const int mode
) {
    // Those as near wait at the end of `into`, the first of them last.
    uint32_t waiting = 0;
    context->left_out = NK_LOCK;
    for (uint32_t i = 0; i < count && chosen < limit; i++) {
        bool is_nearer = false, is_as_near = false;
        if (chosen > 0) query_of_place(store, &context->other, from[i].place, mode);
        for (uint32_t j = 0; j < chosen && !is_nearer; j++) {
            float distance = measure(store, &context->other, into[j].place, mode);
            // Whoever equals the base is as near but for rounding: the same product, computed the other way round.
            is_nearer = distance < from[i].distance && !has_same_code(store, into[j].place, base);
            is_as_near |= distance == from[i].distance && distance == into[j].distance;
        }
        if (is_nearer) continue;
        if (!is_as_near) {
            if (chosen + waiting == limit) context->left_out = into[limit - waiting--].place;
            into[chosen++] = from[i];
        } else if (chosen + waiting < limit) {
            into[limit - ++waiting] = from[i];
        } else {
            context->left_out = from[i].place;
        }
    }
    for (uint32_t i = 0; i < waiting / 2; i++) swap_found(&into[limit - waiting + i], &into[limit - 1 - i]);
    memmove(into + chosen, into + limit - waiting, waiting * sizeof *into);
    return chosen + waiting;
}

INLINE void sort_found(nk_found *items, uint32_t count) {
    for (uint32_t i = 1; i < count; i++) {
        nk_found item = items[i];
        uint32_t hole = i;
        for (; hole > 0 && item.distance < items[hole - 1].distance; hole--) items[hole] = items[hole - 1];
        items[hole] = item;
    }
}

INLINE uint32_t link_limit(const nk_store *store, uint32_t layer) {
    return layer == 0 ? 2 * store->layout.max_connections : store->layout.max_connections;
}

/// Writes a whole row; whoever reads it meanwhile sees ids of the old row, the new one, or both.
INLINE void write_links(_Atomic uint32_t *row, const nk_found *items, uint32_t count) {
    nk_lock_links(row);
    for (uint32_t i = 0; i < count; i++) {
        atomic_store_explicit(row + 1 + i, items[i].place, memory_order_relaxed);
    }
    atomic_store_explicit(row, count, memory_order_release);
}

/// Whether one of the first `count` links of a locked row leads to `target`.
INLINE bool has_link(_Atomic uint32_t *row, uint32_t count, uint32_t target) {
    for (uint32_t i = 0; i < count; i++) {
        if (link_at(row, i) == target) return true;
    }
    return false;
}

/// Adds a link to a row that has room. Returns whether it is there.
INLINE bool append_link(nk_store *store, uint32_t place, uint32_t target, uint32_t layer) {
    _Atomic uint32_t *row = nk_link_row(store, place, layer);
    uint32_t count = nk_lock_links(row) & NK_COUNT_MASK;
    bool is_there = has_link(row, count, target);
    if (!is_there && count < link_limit(store, layer)) {
        atomic_store_explicit(row + 1 + count++, target, memory_order_relaxed);
        is_there = true;
    }
    atomic_store_explicit(row, count, memory_order_release);
    return is_there;
}

/// Puts a place that nobody wants to link to into the row of `target`, if that is full instead of the last there, which it
/// then links to itself: so nothing gets lost, however many equal vectors there are.
INLINE void squeeze_in(nk_store *store, uint32_t target, uint32_t place, uint32_t layer) {
    // Rows are never held two at a time; another linker may have come in between.
    for (uint32_t attempt = 0; attempt < 8; attempt++) {
        if (target == place || append_link(store, target, place, layer)) return;
        _Atomic uint32_t *row = nk_link_row(store, target, layer);
        uint32_t count = link_count(row);
        if (count == 0) return;
        uint32_t last = link_at(row, count - 1);
        // Where both rows are full, that of the last may have room.
        if (!append_link(store, place, last, layer)) {
            target = last;
            continue;
        }
        uint32_t now = nk_lock_links(row) & NK_COUNT_MASK;
        bool is_same = now == count && link_at(row, count - 1) == last && !has_link(row, now, place);
        if (is_same) atomic_store_explicit(row + count, place, memory_order_relaxed);
        atomic_store_explicit(row, now, memory_order_release);
        if (is_same) return;
    }
}

typedef enum { back_no_memory, back_refused, back_taken } link_back_result;

/// Lets `target` link to `item.place`; a full row is chosen anew, perhaps without it.
INLINE link_back_result link_back(
    nk_context *context, nk_store *store, uint32_t target, nk_found item, uint32_t layer, const int mode
) {
    uint32_t limit = link_limit(store, layer);
    if (!nk_reserve_found(&context->relinked, &context->relinked_capacity, 2 * limit + 2)) return back_no_memory;
    _Atomic uint32_t *row = nk_link_row(store, target, layer);
    uint32_t count = nk_lock_links(row) & NK_COUNT_MASK;
    if (has_link(row, count, item.place)) {
        atomic_store_explicit(row, count, memory_order_release);
        return back_taken;
    }
    if (count < limit) {
        atomic_store_explicit(row + 1 + count, item.place, memory_order_relaxed);
        atomic_store_explicit(row, count + 1, memory_order_release);
        return back_taken;
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
    nk_found *chosen = all + limit + 1;
    uint32_t chosen_count = choose(context, store, target, all, count + 1, limit, chosen, 0, mode);
    bool is_taken = false;
    for (uint32_t i = 0; i < chosen_count; i++) {
        is_taken |= chosen[i].place == item.place;
        atomic_store_explicit(row + 1 + i, chosen[i].place, memory_order_relaxed);
    }
    atomic_store_explicit(row, chosen_count, memory_order_release);
    if (!is_taken) return back_refused;
    if (context->left_out == NK_LOCK) return back_taken;
    // One of equal ones, which may have no other link: the last of those that stay leads on to it.
    uint32_t keeper = chosen[chosen_count - 1].place;
    if (has_same_code(store, keeper, context->left_out)) squeeze_in(store, keeper, context->left_out, layer);
    else append_link(store, item.place, context->left_out, layer);
    return back_taken;
}

/// What the walk through a layer found, without the place itself and, if others are there, without tombstones but those
/// that equal it: it is to be their heir.
INLINE uint32_t linkable(nk_context *context, const nk_store *store, uint32_t place) {
    nk_found *pool = context->pool;
    uint32_t live = 0, others = 0;
    for (uint32_t i = 0; i < context->pool_count; i++) {
        pool[i].place &= ~NK_LOCK;
        live += pool[i].place != place && !(nk_state(store, pool[i].place) & nk_tombstone);
    }
    for (uint32_t i = 0; i < context->pool_count; i++) {
        if (pool[i].place == place) continue;
        bool is_dead = nk_state(store, pool[i].place) & nk_tombstone;
        if (is_dead && live > 0 && !has_same_code(store, place, pool[i].place)) continue;
        pool[others++] = pool[i];
    }
    return others;
}

/// Measures by whole codes what was measured by high halves.
INLINE void measure_again(
    nk_context *context, const nk_store *store, nk_found *items, uint32_t count, const int mode
) {
    for (uint32_t i = 0; i < count; i++) {
        if (i + AHEAD < count) prefetch_row(store, items[i + AHEAD].place, mode);
        items[i].distance = measure(store, &context->query, items[i].place, mode);
    }
}

static void raise_entry(nk_store *store, uint32_t place, uint32_t level) {
    while (atomic_flag_test_and_set_explicit(&store->entry_lock, memory_order_acquire)) {}
    uint64_t entry = atomic_load_explicit(&store->entry, memory_order_relaxed);
    if (entry == NK_NONE || entry >> 32 < level) {
        atomic_store_explicit(&store->entry, (uint64_t)level << 32 | place, memory_order_release);
    }
    atomic_flag_clear_explicit(&store->entry_lock, memory_order_release);
}

/// How many of equal vectors, beyond one, are candidates for the links of a new one: enough to hang together by.
#define BUILDING_TWINS 8

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
    nk_found starts[UPPER_EF];
    uint32_t start_count = descend(context, store, entry, lowest_top, starts, walked, BUILDING_MARGIN);
    if (start_count == 0) return false;
    uint32_t counts[NK_MAX_LEVEL + 1];
    for (uint32_t layer = lowest_top + 1; layer-- > 0;) {
        if (!start_pool(context, ef_construction, BUILDING_TWINS, starts, start_count)) return false;
        if (walk_pool(context, store, layer, &context->query, UINT32_MAX, walked, BUILDING_MARGIN) != nk_finished) {
            return false;
        }
        start_count = take_starts(context, store, starts);
        uint32_t found = linkable(context, store, place);
        if (walked != mode) {
            measure_again(context, store, context->pool, found, mode);
            sort_found(context->pool, found);
        }
        counts[layer] = choose(
            context, store, place, context->pool, found, connections, context->chosen + layer * connections, 0, mode);
    }
    for (uint32_t layer = 0; layer <= lowest_top; layer++) {
        write_links(nk_link_row(store, place, layer), context->chosen + layer * connections, counts[layer]);
    }
    for (uint32_t layer = 0; layer <= lowest_top; layer++) {
        const nk_found *chosen = context->chosen + layer * connections;
        bool is_linked_to = counts[layer] == 0;
        // Others link to one of equal ones, and these to each other: a row that leads elsewhere has no room for all of them,
        // and would lose those that nothing else leads to.
        bool has_twin = counts[layer] > 0 && has_same_code(store, place, chosen[0].place);
        for (uint32_t i = 0; i < counts[layer]; i++) {
            if (has_twin && !has_same_code(store, place, chosen[i].place)) continue;
            link_back_result result =
                link_back(context, store, chosen[i].place, (nk_found){chosen[i].distance, place}, layer, mode);
            if (result == back_no_memory) return false;
            is_linked_to |= result == back_taken;
        }
        if (!is_linked_to) squeeze_in(store, chosen[0].place, place, layer);
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

/// A live place that equals a dead one and is linked to by it; `NK_LOCK` if there is none. Where a vector moves from one
/// document to another both are there for a while, and what comes last is linked to by the first alone.
INLINE uint32_t heir_of(
    const nk_context *context, const nk_store *store, uint32_t place, uint32_t layer, const uint64_t *dead,
    size_t word_count
) {
    _Atomic uint32_t *row = nk_link_row(store, place, layer);
    uint32_t count = link_count(row);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t heir = link_at(row, i);
        if (heir >= context->limit || is_in(dead, word_count, heir)) continue;
        if (has_same_code(store, place, heir)) return heir;
    }
    return NK_LOCK;
}

/// Gives a place other links on a layer instead of those to dead places, as many: those to what equals the dead, of the
/// links of the dead those that the live ones leave room for, then the nearest. Choosing all anew would leave rows thinner with each repair, and recall
/// lower.
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
    if (!reserve_touched(context, count)) return false;
    uint32_t room = count;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t target = link_at(row, i);
        if (!is_in(dead, word_count, target) || nk_level(store, target) < layer) continue;
        if (has_same_code(store, place, target)) {
            uint32_t inherited = link_count(nk_link_row(store, target, layer));
            room = inherited > room ? inherited : room;
        }
        uint32_t heir = heir_of(context, store, target, layer, dead, word_count);
        if (heir != NK_LOCK && visit(context, heir)) context->pool[collected++].place = heir;
    }
    uint32_t live = collected;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t target = link_at(row, i);
        if (!is_in(dead, word_count, target) || nk_level(store, target) < layer) continue;
        if (!collect_live(context, nk_link_row(store, target, layer), dead, word_count, &collected)) return false;
    }
    if (!nk_reserve_found(&context->relinked, &context->relinked_capacity, room)) return false;
    nk_found *links = context->relinked, *others = context->pool + live;
    query_of_place(store, &context->query, place, mode);
    // There are many; half of each code is good enough.
    const int coarse = mode == by_both_halves ? by_high_half : mode;
    for (uint32_t i = 0; i < collected; i++) {
        nk_found *item = &context->pool[i];
        if (i + AHEAD < collected) prefetch_row(store, item[AHEAD].place, coarse);
        item->distance = measure(store, &context->query, item->place, coarse);
    }
    memcpy(links, context->pool, live * sizeof *links);
    uint32_t other_count = collected - live;
    qsort(others, other_count, sizeof *others, nk_by_distance);
    float reach = farthest_of(links, live);
    // A dead place may have been the way to another region, which the heuristic would leave out here.
    bool leads_farther = live < room && other_count > 0 && others[other_count - 1].distance > reach;
    if (leads_farther) room--;
    uint32_t chosen = choose(context, store, place, others, other_count, room, links, live, coarse);
    // Those chosen although they are only as near as others come last, so their order says nothing.
    nk_forget_visited(context);
    if (!reserve_touched(context, room + 1)) return false;
    for (uint32_t i = live; i < chosen; i++) visit(context, links[i].place);
    for (uint32_t i = 0; i < other_count && chosen < room; i++) {
        if (visit(context, others[i].place)) links[chosen++] = others[i];
    }
    if (leads_farther && visit(context, others[other_count - 1].place)) links[chosen++] = others[other_count - 1];
    write_links(row, links, chosen);
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

#define FOR_BUILDING(call) \
    switch (store->layout.format) { \
    case nk_bytes: return call(by_bytes); \
    case nk_planes: return call(by_both_halves); \
    case nk_floats: break; \
    } \
    return store->layout.metric == nk_l1 ? call(by_manhattan) : call(by_hamming);

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
