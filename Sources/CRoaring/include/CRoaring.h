// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <features.h>
#include <roaring/roaring.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// A bitmap of the set bits of `count` dense words, the first word holding values 0 to 63; NULL without memory.
roaring_bitmap_t *needletail_roaring_from_words(const uint64_t *words, size_t count);

/// Sets in `words` the bit of every value below 64 * count; bits that are set already stay.
void needletail_roaring_fill_words(const roaring_bitmap_t *bitmap, uint64_t *words, size_t count);
