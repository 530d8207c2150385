// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "internal.h"

/// - `least_rows`: how many rows lie side by side at least, from each multiple of it on. A power of two, at most 64.
void nk_arena_init(nk_arena *arena, size_t stride, uint32_t least_rows, bool has_huge_pages);
void nk_arena_free(nk_arena *arena);
/// Makes room for `rows` rows, zeros at first. `false` if there is no memory; what there was stays.
bool nk_arena_reserve(nk_arena *arena, uint32_t rows);
/// Bytes held, if `rows` rows have been written.
size_t nk_arena_memory(const nk_arena *arena, uint32_t rows);
/// Segments that are mappings of their own.
uint32_t nk_arena_mapping_count(const nk_arena *arena);
/// Slices of memory, of some megabytes, that the mapped segments consist of.
uint32_t nk_arena_slice_count(const nk_arena *arena);
/// Has the system hand out the memory of one slice, as far as `rows` reach; a wish, like all of that kind.
void nk_arena_touch(const nk_arena *arena, uint32_t slice, uint32_t rows);
