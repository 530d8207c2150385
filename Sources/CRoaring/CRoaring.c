// SPDX-License-Identifier: Apache-2.0
#include "CRoaring.h"

void needletail_roaring_add_words(roaring_bitmap_t *bitmap, uint32_t start, const uint64_t *words, size_t count) {
    uint32_t block[1024];
    size_t filled = 0;
    for (size_t index = 0; index < count; index++) {
        uint64_t word = words[index];
        // Sixty-four more must always fit.
        if (filled > 1024 - 64) {
            roaring_bitmap_add_many(bitmap, filled, block);
            filled = 0;
        }
        if (word == UINT64_MAX) {
            // Whole stretches become runs at once.
            size_t end = index + 1;
            while (end < count && words[end] == UINT64_MAX) end++;
            roaring_bitmap_add_range_closed(bitmap, start + (uint32_t)(index * 64), start + (uint32_t)(end * 64 - 1));
            index = end - 1;
            continue;
        }
        while (word != 0) {
            block[filled++] = start + (uint32_t)(index * 64) + (uint32_t)__builtin_ctzll(word);
            word &= word - 1;
        }
    }
    roaring_bitmap_add_many(bitmap, filled, block);
}

struct destination {
    uint64_t *words;
    uint64_t limit;
};

static bool set_bit(uint32_t value, void *context) {
    struct destination *destination = context;
    if (value >= destination->limit) return false;
    destination->words[value >> 6] |= UINT64_C(1) << (value & 63);
    return true;
}

void needletail_roaring_fill_words(const roaring_bitmap_t *bitmap, uint64_t *words, size_t count) {
    struct destination destination = {words, (uint64_t)count * 64};
    roaring_iterate(bitmap, set_bit, &destination);
}
