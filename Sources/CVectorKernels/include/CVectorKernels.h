// SPDX-License-Identifier: Apache-2.0
//
// Loops over vectors and their codes, written once and compiled for several kinds of processor; the kind is chosen at
// run time. Everything that has to be fast lies here: distances, encoding, the walk through a layer of an HNSW graph and
// the linking of a node. Who owns which document, what is deleted and what is stored is decided in Swift.
#pragma once
#include <features.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// MARK: Kinds of processor

/// The loops, compiled for one kind of processor.
typedef struct nk_tier nk_tier;

/// How many kinds this machine can run; the first is the best, the last is plain C.
uint32_t nk_tier_count(void);
/// The kind of an index below `nk_tier_count()`.
const nk_tier *nk_tier_at(uint32_t index);
/// Its name, for logs and tests.
const char *nk_tier_name(const nk_tier *tier);

// MARK: float32 vectors: any length, any alignment

float nk_dot(const nk_tier *tier, const float *a, const float *b, size_t count);
/// The dot product, and the squared norm of `b` in the same pass.
float nk_dot_and_norm(const nk_tier *tier, const float *a, const float *b, size_t count, float *norm);
float nk_l2_squared(const nk_tier *tier, const float *a, const float *b, size_t count);
float nk_manhattan(const nk_tier *tier, const float *a, const float *b, size_t count);
/// The number of dimensions that differ.
float nk_hamming(const nk_tier *tier, const float *a, const float *b, size_t count);
/// Raises each of 16 maxima to the greatest dot product of its query with a row. `queries` has 16 numbers for each of `count`
/// dimensions, one a query; `rows` has `row_count` rows of `count`. What is not a number raises nothing.
void nk_raise_maxima(
    const nk_tier *tier, float *maxima, const float *queries, const float *rows, size_t row_count, size_t count);

// MARK: Codes

/// Of unsigned bytes with signed ones. `count` is a multiple of 64.
int32_t nk_dot_u8(const nk_tier *tier, const uint8_t *codes, const int8_t *query, size_t count);
/// Of packed nibbles with signed bytes: in a block of 64 bytes the low halves are the dimensions 0 to 63, the high halves 64
/// to 127. `count`, of nibbles, is a multiple of 128.
int32_t nk_dot_nibbles(const nk_tier *tier, const uint8_t *high, const int8_t *query, size_t count);
/// As above, of bytes whose high halves lie in `high` and low halves in `low`.
int32_t nk_dot_planes(
    const nk_tier *tier, const uint8_t *high, const uint8_t *low, const int8_t *query, size_t count);

/// Of bits with four planes of bits: the sum of 1, 2, 4 and 8 times the number of bits that are set in both. `count`, of
/// bits, is a multiple of 128; a plane of the query takes `count / 8` bytes, the lowest comes first.
uint32_t nk_dot_signs(const nk_tier *tier, const uint8_t *signs, const uint8_t *query, size_t count);

/// CRC-32C (Castagnoli) of some bytes, continued from `crc` (0 at the start).
uint32_t nk_crc32c(uint32_t crc, const void *bytes, size_t count);

// MARK: The store: codes, links and states of up to 2^31 - 1 slots

typedef enum {
    nk_cosine,
    nk_dot_product,
    nk_l2,
    nk_l1,
    nk_hamming_distance,
} nk_metric;

typedef enum {
    /// float32 as they are: manhattan and hamming.
    nk_floats,
    /// 8-bit codes.
    nk_bytes,
    /// 8-bit codes of the rotated vector in two planes of half bytes, and the top bits of the codes in a third.
    nk_planes,
} nk_format;

typedef struct {
    nk_metric metric;
    nk_format format;
    uint32_t dimensions;
    /// M; 0 if there is no graph.
    uint32_t max_connections;
    /// Of levels.
    uint64_t seed;
    /// Of the rotation.
    uint64_t rotation_seed;
} nk_layout;

/// What a slot is. Bits.
enum {
    nk_occupied = 1,
    nk_linked = 2,
    nk_tombstone = 4,
};

/// The arrays a snapshot consists of.
typedef enum {
    nk_array_codes,
    nk_array_residuals,
    nk_array_links,
    nk_array_upper_links,
    nk_array_documents,
    nk_array_states,
} nk_array;

/// Its arrays grow by chunks, so that no row moves while another thread reads it.
typedef struct nk_store nk_store;
/// What one thread needs while it searches or links: visited set, pool, buffers.
typedef struct nk_context nk_context;

/// `NULL` if there is no memory.
nk_store *nk_store_create(const nk_layout *layout, const nk_tier *tier);
void nk_store_destroy(nk_store *store);
/// Memory handed out, in bytes.
size_t nk_store_memory(const nk_store *store);
/// How many slots there are, used or not.
uint32_t nk_store_count(const nk_store *store);
/// Adds slots at the end. One thread at a time. `false` if there is no memory: then nothing has changed.
bool nk_store_grow(nk_store *store, uint32_t count);
/// Makes room for links, levels and the tail, which all occupied slots are put into; until then a store has codes alone. By
/// the thread that grows it; searches may go on meanwhile. `false` if there is no memory, or if the layout has no connections.
bool nk_store_add_graph(nk_store *store);
/// Whether there is such room. Without it nothing can be linked, be in the tail, or be walked through.
bool nk_store_has_graph(const nk_store *store);
/// Pieces of memory that are mappings of their own. A small store has none.
uint32_t nk_store_mapping_count(const nk_store *store);
/// Slices of memory, of some megabytes, that the large arrays consist of.
uint32_t nk_store_slice_count(const nk_store *store);
/// Takes the memory of one of these slices from the system now rather than when it is written to. Several threads may do
/// so at once, each with a slice of its own.
void nk_store_touch(const nk_store *store, uint32_t slice);
/// Rows of an upper layer in use.
uint32_t nk_store_upper_count(const nk_store *store);
/// Those that belong to the slots below `end`, at most the number of slots: the same whatever is added meanwhile.
uint32_t nk_store_upper_count_below(const nk_store *store, uint32_t end);
size_t nk_store_stride(const nk_store *store, nk_array array);

uint8_t nk_store_state(const nk_store *store, uint32_t slot);
void nk_store_set_state(nk_store *store, uint32_t slot, uint8_t state);
uint32_t nk_store_document(const nk_store *store, uint32_t slot);
/// The highest layer of a slot; a function of the slot and the seed.
uint32_t nk_store_level(const nk_store *store, uint32_t slot);
/// Writes the code of a vector (shape [dimensions]) and whose it is. The slot is not occupied.
void nk_store_encode(nk_store *store, nk_context *context, uint32_t slot, uint32_t document, const float *vector);
/// Puts a slot into the tail that `nk_scan_tail` looks at, or takes it out.
void nk_store_set_tail(nk_store *store, uint32_t slot, bool is_in_tail);
/// Empties the link rows of a slot that nothing links to.
void nk_store_clear_links(nk_store *store, uint32_t slot);

/// Copies the link row of a layer, under its lock. `ids` has room for 2 M. Returns the count.
uint32_t nk_store_links(const nk_store *store, uint32_t slot, uint32_t layer, uint32_t *ids);
/// How many links a slot has on the lowest layer.
uint32_t nk_store_link_count(const nk_store *store, uint32_t slot);
/// Where walks begin; `false` if nothing is linked.
bool nk_store_entry(const nk_store *store, uint32_t *slot, uint32_t *level);
/// Moves the beginning of walks: to the highest linked slot without a tombstone. With no linker running.
void nk_store_choose_entry(nk_store *store);
void nk_store_set_entry(nk_store *store, uint32_t slot);

/// Copies rows out; in link rows only ids whose bit is set in `kept` stay. `out` has room for `count` strides.
void nk_store_export(
    const nk_store *store, nk_array array, uint32_t first, uint32_t count, const uint64_t *kept,
    size_t word_count, void *out);
/// Copies rows in. `false` if a link row cannot be right; `*bad` is then its number.
bool nk_store_import(nk_store *store, nk_array array, uint32_t first, uint32_t count, const void *rows, uint32_t *bad);

/// Whether all links of upper layers lead to slots that are in these layers; if not, `*bad` is a slot whose do not.
bool nk_store_has_right_layers(const nk_store *store, uint32_t *bad);

// MARK: Searching and linking

typedef struct {
    float distance;
    uint32_t slot;
} nk_found;

typedef enum {
    nk_finished,
    /// Call again.
    nk_more,
    /// More distances were computed than the budget allows.
    nk_budget_spent,
    nk_no_memory,
} nk_progress;

/// `NULL` if there is no memory.
nk_context *nk_context_create(void);
/// Makes a context ready for a store: before anything else is done with both, after whatever was done with others. `false`
/// if there is no memory.
bool nk_context_fit(nk_context *context, const nk_store *store);
void nk_context_destroy(nk_context *context);
size_t nk_context_memory(const nk_context *context);

/// Prepares for a query (shape [dimensions]). `false` if there is no memory.
bool nk_begin(nk_context *context, const nk_store *store, const float *query);
/// Sets that the `wanted` nearest are to be among what the scans that follow keep of about `expected` slots that they
/// measure. Many are measured by their signs first, where there are any. `false` if there is no memory.
bool nk_keep(nk_context *context, const nk_store *store, uint32_t wanted, uint32_t expected);
/// Measures these slots.
void nk_scan_slots(nk_context *context, const nk_store *store, const uint32_t *slots, size_t count);
/// Measures the slots of the tail; all, or those whose document's bit is set in `allowed`.
void nk_scan_tail(
    nk_context *context, const nk_store *store, bool is_filtered, const uint64_t *allowed, size_t word_count);
/// Measures the live slots in a range; all, or those whose document's bit is set in `allowed`.
void nk_scan_range(
    nk_context *context, const nk_store *store, uint32_t first, uint32_t end, bool is_filtered,
    const uint64_t *allowed, size_t word_count);
/// What the scans kept, nearest first: the wanted, and whatever may be nearer than their last by the errors of codes; lies
/// in the context until the next call with it. `deviation`: the mean standard deviation of their distances.
const nk_found *nk_scanned(nk_context *context, const nk_store *store, uint32_t *count, float *deviation);

/// Starts a walk: goes down to the lowest layer.
///
/// Without a filter tombstones are found too. With `only_live` or `allowed` what is found is live and allowed; then the
/// walk ends when `budget` distances have been computed, and with `two_hop` it looks at the neighbors of what is not
/// allowed rather than at that itself.
nk_progress nk_walk_begin(
    nk_context *context, const nk_store *store, uint32_t ef, bool only_live, const uint64_t *allowed,
    size_t word_count, bool two_hop, uint64_t budget);
/// Goes on for up to `hops` nodes.
nk_progress nk_walk(nk_context *context, const nk_store *store, uint32_t hops);
/// What the walk found, nearest first; lies in the context until the next call with it.
const nk_found *nk_walked(nk_context *context, uint32_t *count);

/// Links a slot into the graph. Any number of threads at once, each with its context.
bool nk_link(nk_store *store, nk_context *context, uint32_t slot, uint32_t ef_construction);
/// Gives those slots in a range that link to a dead slot (a bit in `dead`) other links instead. With no linker running.
/// Returns how many rows it changed.
uint32_t nk_relink(
    nk_store *store, nk_context *context, uint32_t first, uint32_t end, const uint64_t *dead, size_t word_count);
/// Finds those of the first `slots` slots that are linked and that no walk over the links of the lowest layer comes to from
/// the entry: their bits are set in `unreachable`, `slots / 64 + 1` words. `false` if there is no memory.
bool nk_unreachable(const nk_store *store, uint32_t slots, uint64_t *unreachable);
