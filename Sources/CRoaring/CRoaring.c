// SPDX-License-Identifier: Apache-2.0
#include "CRoaring.h"

#include <stdlib.h>
#include <string.h>

// Whole containers cross in the portable serialization (https://github.com/RoaringBitmap/RoaringFormatSpec), the one form that all
// versions of the library share: adding or visiting values one by one takes twenty times as long. Little-endian, as the format is.
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the portable serialization is copied");

enum {
    cookie_without_runs = 12346,
    cookie_with_runs = 12347,
    // With runs, fewer containers than that have no table of offsets.
    containers_with_offsets = 4,
    words_of_container = 1024,
    greatest_array = 4096,
};

struct head {
    uint16_t container;
    uint16_t count_less_one;
};

static size_t bit_count(const uint64_t *words) {
    size_t count = 0;
    for (size_t index = 0; index < words_of_container; index++) count += (size_t)__builtin_popcountll(words[index]);
    return count;
}

static char *append(char *end, const void *bytes, size_t count) {
    memcpy(end, bytes, count);
    return end + count;
}

static char *append_array(char *end, const uint64_t *words) {
    for (uint32_t index = 0; index < words_of_container; index++) {
        for (uint64_t word = words[index]; word != 0; word &= word - 1) {
            uint16_t value = (uint16_t)(index * 64 + (uint32_t)__builtin_ctzll(word));
            end = append(end, &value, sizeof value);
        }
    }
    return end;
}

roaring_bitmap_t *needletail_roaring_from_pages(const struct needletail_roaring_page *pages, size_t count,
                                                const uint64_t *words) {
    const size_t head_bytes = 8 + count * (sizeof(struct head) + sizeof(uint32_t));
    const size_t most_bytes = head_bytes + count * words_of_container * sizeof(uint64_t);
    char *buffer = malloc(most_bytes);
    struct head *heads = malloc((count + 1) * sizeof *heads);
    size_t *starts = malloc((count + 1) * sizeof *starts);
    roaring_bitmap_t *result = NULL;
    if (buffer == NULL || heads == NULL || starts == NULL) goto end;
    uint32_t filled = 0;
    for (size_t index = 0; index < count; index++) {
        size_t bits = bit_count(words + pages[index].start);
        if (bits == 0) continue;
        heads[filled] = (struct head){pages[index].container, (uint16_t)(bits - 1)};
        starts[filled++] = pages[index].start;
    }
    if (filled == 0) {
        result = roaring_bitmap_create();
        goto end;
    }
    const uint32_t cookie = cookie_without_runs;
    char *last = append(buffer, &cookie, sizeof cookie);
    last = append(last, &filled, sizeof filled);
    last = append(last, heads, filled * sizeof *heads);
    char *offsets = last;
    last += filled * sizeof(uint32_t);
    for (size_t index = 0; index < filled; index++) {
        const uint32_t offset = (uint32_t)(last - buffer);
        offsets = append(offsets, &offset, sizeof offset);
        const uint64_t *page = words + starts[index];
        last = heads[index].count_less_one < greatest_array ? append_array(last, page)
                                                            : append(last, page, words_of_container * sizeof *page);
    }
    result = roaring_bitmap_portable_deserialize_safe(buffer, (size_t)(last - buffer));
end:
    free(buffer);
    free(heads);
    free(starts);
    return result;
}

static void set_range(uint64_t *words, uint64_t limit, uint64_t first, uint64_t last) {
    for (uint64_t value = first; value <= last && value < limit;) {
        if (value % 64 == 0 && value + 63 <= last) {
            words[value / 64] = UINT64_MAX;
            value += 64;
        } else {
            words[value / 64] |= UINT64_C(1) << (value % 64);
            value++;
        }
    }
}

/// Sets the bits of one container, whose first value is bit `first`, as far as they are below `limit`; returns where the next one begins.
static const char *fill_container(const char *bytes, struct head head, bool is_run, uint64_t *words, uint64_t first,
                                  uint64_t limit) {
    const size_t count = (size_t)head.count_less_one + 1;
    if (is_run) {
        uint16_t run_count, run[2];
        memcpy(&run_count, bytes, sizeof run_count);
        bytes += sizeof run_count;
        for (size_t index = 0; index < run_count; index++, bytes += sizeof run) {
            memcpy(run, bytes, sizeof run);
            set_range(words, limit, first + run[0], first + run[0] + run[1]);
        }
        return bytes;
    }
    if (count <= greatest_array) {
        for (size_t index = 0; index < count; index++, bytes += sizeof(uint16_t)) {
            uint16_t value;
            memcpy(&value, bytes, sizeof value);
            if (first + value < limit) words[(first + value) / 64] |= UINT64_C(1) << (value % 64);
        }
        return bytes;
    }
    for (size_t index = 0; index < words_of_container && first + index * 64 < limit; index++) {
        uint64_t word;
        memcpy(&word, bytes + index * sizeof word, sizeof word);
        words[first / 64 + index] |= word;
    }
    return bytes + words_of_container * sizeof(uint64_t);
}

/// Sets the bits of the values from `start` on, which is no greater than the least of them, up to the end of `count` words.
static bool fill(const roaring_bitmap_t *bitmap, uint64_t start, uint64_t *words, size_t count) {
    const uint64_t limit = (uint64_t)count * 64;
    char *buffer = malloc(roaring_bitmap_portable_size_in_bytes(bitmap));
    if (buffer == NULL) return false;
    roaring_bitmap_portable_serialize(bitmap, buffer);
    uint32_t cookie, container_count;
    memcpy(&cookie, buffer, sizeof cookie);
    const char *bytes = buffer + sizeof cookie;
    const char *run_flags = NULL;
    if ((cookie & 0xFFFF) == cookie_with_runs) {
        container_count = (cookie >> 16) + 1;
        run_flags = bytes;
        bytes += (container_count + 7) / 8;
    } else {
        memcpy(&container_count, bytes, sizeof container_count);
        bytes += sizeof container_count;
    }
    const char *heads = bytes;
    bytes += container_count * sizeof(struct head);
    if (run_flags == NULL || container_count >= containers_with_offsets) bytes += container_count * sizeof(uint32_t);
    for (uint32_t index = 0; index < container_count; index++) {
        struct head head;
        memcpy(&head, heads + index * sizeof head, sizeof head);
        const uint64_t first = ((uint64_t)head.container << 16) - start;
        if (first >= limit) break;
        const bool is_run = run_flags != NULL && (run_flags[index / 8] >> (index % 8) & 1) != 0;
        bytes = fill_container(bytes, head, is_run, words, first, limit);
    }
    free(buffer);
    return true;
}

bool needletail_roaring_fill_words(const roaring_bitmap_t *bitmap, uint64_t *words, size_t count) {
    return fill(bitmap, 0, words, count);
}

bool needletail_roaring_container_words(const roaring_bitmap_t *bitmap, uint16_t container, uint64_t *words) {
    const uint64_t first = (uint64_t)container << 16;
    memset(words, 0, words_of_container * sizeof *words);
    roaring_bitmap_t *all = roaring_bitmap_from_range(first, first + (1 << 16), 1);
    roaring_bitmap_t *part = all == NULL ? NULL : roaring_bitmap_and(bitmap, all);
    const bool is_filled = part != NULL && fill(part, first, words, words_of_container);
    if (part != NULL) roaring_bitmap_free(part);
    if (all != NULL) roaring_bitmap_free(all);
    return is_filled;
}
