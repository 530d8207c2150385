// SPDX-License-Identifier: Apache-2.0
//
// Repair: links to dead slots, tombstones that are about to be freed, are replaced by others.

/// Which slots are dead: a bit each.
typedef struct {
    const uint64_t *words;
    size_t word_count;
} dead_slots;

INLINE bool is_dead(dead_slots dead, uint32_t slot) {
    return slot / 64 < dead.word_count && (dead.words[slot / 64] >> (slot % 64) & 1);
}

/// Appends those links of a row to the pool that are live and not visited yet. `false` if there is no memory.
INLINE bool gather_live_links(nk_context *context, _Atomic uint32_t *row, dead_slots dead, uint32_t *gathered) {
    uint32_t count = link_count(row);
    if (!reserve_touched(context, count)) return false;
    if (!nk_reserve_found(&context->pool, &context->pool_capacity, *gathered + count)) return false;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t slot = link_at(row, i);
        if (slot >= context->limit || is_dead(dead, slot) || !visit(context, slot)) continue;
        context->pool[(*gathered)++].slot = slot;
    }
    return true;
}

/// A live slot with the code of a dead one that links to it; NK_NO_SLOT if there is none. While a vector moves from one
/// document to another it is there twice, and the slot that comes last is linked to by the first alone.
INLINE uint32_t live_duplicate_of(
    const nk_context *context, const nk_store *store, uint32_t slot, uint32_t layer, dead_slots dead
) {
    _Atomic uint32_t *row = nk_link_row(store, slot, layer);
    uint32_t count = link_count(row);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t duplicate = link_at(row, i);
        if (duplicate >= context->limit || is_dead(dead, duplicate)) continue;
        if (has_same_code(store, slot, duplicate)) return duplicate;
    }
    return NK_NO_SLOT;
}

/// The candidates for a row's new links, in the pool.
typedef struct {
    /// The live links of the row, and the live duplicates of its dead ones: these are kept.
    uint32_t kept;
    /// With them, behind, the live links of the dead ones.
    uint32_t total;
    /// How many links the row may have.
    uint32_t room;
} relink_candidates;

/// `false` if there is no memory.
INLINE bool gather_candidates(
    nk_context *context, const nk_store *store, uint32_t slot, uint32_t layer, dead_slots dead,
    relink_candidates *candidates
) {
    _Atomic uint32_t *row = nk_link_row(store, slot, layer);
    uint32_t count = link_count(row), gathered = 0;
    nk_clear_visited(context);
    if (!reserve_touched(context, 1)) return false;
    visit(context, slot);
    if (!gather_live_links(context, row, dead, &gathered) || !reserve_touched(context, count)) return false;
    candidates->room = count;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t target = link_at(row, i);
        if (!is_dead(dead, target) || nk_level(store, target) < layer) continue;
        if (has_same_code(store, slot, target)) {
            // The slot takes over from its dead duplicate, and may have as many links as that had.
            uint32_t inherited = link_count(nk_link_row(store, target, layer));
            candidates->room = inherited > candidates->room ? inherited : candidates->room;
        }
        uint32_t duplicate = live_duplicate_of(context, store, target, layer, dead);
        if (duplicate != NK_NO_SLOT && visit(context, duplicate)) context->pool[gathered++].slot = duplicate;
    }
    candidates->kept = gathered;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t target = link_at(row, i);
        if (!is_dead(dead, target) || nk_level(store, target) < layer) continue;
        if (!gather_live_links(context, nk_link_row(store, target, layer), dead, &gathered)) return false;
    }
    candidates->total = gathered;
    return true;
}

INLINE bool has_dead_link(_Atomic uint32_t *row, dead_slots dead) {
    uint32_t count = link_count(row);
    for (uint32_t i = 0; i < count; i++) {
        if (is_dead(dead, link_at(row, i))) return true;
    }
    return false;
}

/// Replaces the links of a row to dead slots by as many others: live duplicates of the dead, those of their neighbors that
/// the heuristic selects beside the live links, then the nearest of them. Selecting whole rows anew would leave them thinner
/// with each repair, and recall lower. Returns whether the row has changed.
INLINE bool relink_row(
    nk_store *store, nk_context *context, uint32_t slot, uint32_t layer, dead_slots dead, const int mode
) {
    _Atomic uint32_t *row = nk_link_row(store, slot, layer);
    if (!has_dead_link(row, dead)) return false;
    relink_candidates candidates;
    if (!gather_candidates(context, store, slot, layer, dead, &candidates)) return false;
    uint32_t kept = candidates.kept, room = candidates.room, other_count = candidates.total - kept;
    if (!nk_reserve_found(&context->relinked, &context->relinked_capacity, room)) return false;
    if (!reserve_touched(context, room + 1)) return false;
    nk_found *links = context->relinked, *others = context->pool + kept;
    query_of_slot(store, &context->query, slot, mode);
    // There are many; half of each code is good enough.
    const int coarse = mode == by_both_halves ? by_high_half : mode;
    for (uint32_t i = 0; i < candidates.total; i++) {
        nk_found *item = &context->pool[i];
        if (i + AHEAD < candidates.total) prefetch_row(store, item[AHEAD].slot, coarse);
        item->distance = measure(store, &context->query, item->slot, coarse);
    }
    memcpy(links, context->pool, kept * sizeof *links);
    qsort(others, other_count, sizeof *others, nk_by_distance);
    // A dead slot may have been the way to another region, whose slots the heuristic would find occluded here.
    bool leads_farther =
        kept < room && other_count > 0 && others[other_count - 1].distance > farthest_of(links, kept);
    if (leads_farther) room--;
    uint32_t count = select_neighbors(context, store, slot, others, other_count, room, links, kept, false, coarse);
    // Ties come last among the selected, so these are not in the order of the others.
    nk_clear_visited(context);
    for (uint32_t i = kept; i < count; i++) visit(context, links[i].slot);
    for (uint32_t i = 0; i < other_count && count < room; i++) {
        if (visit(context, others[i].slot)) links[count++] = others[i];
    }
    if (leads_farther && visit(context, others[other_count - 1].slot)) links[count++] = others[other_count - 1];
    write_links(row, links, count);
    return true;
}

INLINE uint32_t relink_mode(
    nk_store *store, nk_context *context, uint32_t first, uint32_t end, dead_slots dead, const int mode
) {
    uint32_t changed = 0;
    if (!nk_prepare_visited(context, store)) return 0;
    for (uint32_t slot = first; slot < end && slot < context->limit; slot++) {
        if (!(nk_state(store, slot) & nk_linked) || is_dead(dead, slot)) continue;
        for (uint32_t layer = 0; layer <= nk_level(store, slot); layer++) {
            changed += relink_row(store, context, slot, layer, dead, mode);
        }
    }
    return changed;
}

#define RELINK(mode) relink_mode(store, context, first, end, (dead_slots){dead, word_count}, mode)
static uint32_t relink(
    nk_store *store, nk_context *context, uint32_t first, uint32_t end, const uint64_t *dead, size_t word_count
) {
    FOR_BUILDING(RELINK)
}
