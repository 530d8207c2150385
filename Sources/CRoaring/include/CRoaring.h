// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <features.h>
#include <roaring/roaring.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Adds to `bitmap` the set bits of `count` dense words, the lowest bit of the first standing for `start`.
void needletail_roaring_add_words(roaring_bitmap_t *bitmap, uint32_t start, const uint64_t *words, size_t count);

/// Sets in `words` the bit of every value below 64 * count; bits that are set already stay.
void needletail_roaring_fill_words(const roaring_bitmap_t *bitmap, uint64_t *words, size_t count);
