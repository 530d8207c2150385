// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "internal.h"

bool nk_arena_init(nk_arena *arena, size_t stride);
void nk_arena_free(nk_arena *arena);
/// Makes room for `rows` rows, zeros at first. `false` if there is no memory; what there was stays.
bool nk_arena_reserve(nk_arena *arena, uint32_t rows);
/// Bytes that `rows` rows take.
size_t nk_arena_memory(const nk_arena *arena, uint32_t rows);
/// Slices of memory, of some megabytes, that the chunks consist of.
uint32_t nk_arena_slice_count(const nk_arena *arena);
/// Has the system hand out the memory of one slice, as far as `rows` reach; a wish, like all of that kind.
void nk_arena_touch(const nk_arena *arena, uint32_t slice, uint32_t rows);
