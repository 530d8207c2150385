// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stddef.h>
#include <stdint.h>

/// What the first directory of a TIFF file promises.
typedef struct {
    uint32_t width, height;
    /// What decoding holds at once: a row where strips hold whole pixels, else the strips or tiles of a row.
    uint64_t memory_in_bytes;
} nt_tiff_header;

/// Called with each row, top to bottom: `width` pixels of four bytes, red, green, blue and alpha.
typedef void (*nt_tiff_row)(void *context, uint32_t y, const uint8_t *rgba);

/// Reads the first directory. Returns 0, 2 without memory, or with a reason in `message` (at least 200 bytes) 1 for
/// damage and 3 for a kind that is not read.
int nt_tiff_read_header(const uint8_t *bytes, size_t count, nt_tiff_header *header, char *message);

/// Decodes the first picture: 1, 2, 4, 8 and 16 bits; gray, palette, RGB, CMYK and YCbCr in JPEG; strips and tiles, samples
/// together or apart; of 16 bits the upper 8 stay. What was multiplied by alpha is divided by it. Other color spaces are left
/// to libtiff. Not turned. Nothing is written to the standard error. Returns 0, 2 without memory, or 1 with a reason in
/// `message`; rows may have been handed out.
int nt_tiff_decode(
    const uint8_t *bytes, size_t count, uint64_t memory_limit, nt_tiff_row row, void *context, char *message);
