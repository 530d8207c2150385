// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <features.h>
#include <roaring/roaring.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// The documents of one container, those whose numbers have these upper 16 bits.
struct needletail_roaring_page {
    uint16_t container;
    /// Where its 1,024 words begin.
    size_t start;
};

/// Makes a bitmap of the set bits of pages, which ascend by their containers, each one once.
///
/// Returns NULL when there is no memory.
roaring_bitmap_t *needletail_roaring_from_pages(const struct needletail_roaring_page *pages, size_t count,
                                                const uint64_t *words);

/// Sets in `words` the bit of every value below 64 * count; bits that are set already stay.
///
/// Returns false when there is no memory.
bool needletail_roaring_fill_words(const roaring_bitmap_t *bitmap, uint64_t *words, size_t count);

/// Sets the 1,024 words of one container to the values of `bitmap` there.
///
/// Returns false when there is no memory.
bool needletail_roaring_container_words(const roaring_bitmap_t *bitmap, uint16_t container, uint64_t *words);
