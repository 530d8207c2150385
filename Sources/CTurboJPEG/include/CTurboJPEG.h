// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stddef.h>
#include <stdint.h>

/// What a JPEG header promises.
typedef struct {
    uint32_t width, height;
    /// What decoding holds at once; large only for progressive and other many-scan files, which must be gathered whole.
    uint64_t memory_in_bytes;
} nt_jpeg_header;

/// Called with each row, top to bottom: `width` pixels of four bytes, red, green, blue and 255.
typedef void (*nt_jpeg_row)(void *context, uint32_t y, const uint8_t *rgbx);

/// Reads up to the first scan. Returns 0, 2 without memory, or 1 with a reason in `message` (at least 200 bytes).
int nt_jpeg_read_header(const uint8_t *bytes, size_t count, nt_jpeg_header *header, char *message);

/// Decodes as Pillow does: exact inverse DCT, smooth chroma, CMYK inverted as Adobe writes it, no EXIF turn; damage inside
/// the data is tolerated, a missing end is not. Returns 0, 2 without memory, or 1 with a reason in `message`; rows may
/// have been handed out.
///
/// - divisor: 1, 2, 4 or 8: the picture comes that many times smaller, sides rounded up, for far less work.
int nt_jpeg_decode(
    const uint8_t *bytes, size_t count, uint64_t memory_limit, unsigned divisor, nt_jpeg_row row, void *context,
    char *message);

/// Encodes width * height * 3 bytes, red, green, blue, sides from 1 to 65,500. Returns 0 and bytes for `free`, 2 without
/// memory, or 1 with a reason in `message`.
int nt_jpeg_encode(
    const uint8_t *rgb, uint32_t width, uint32_t height, int quality, uint8_t **bytes, size_t *count, char *message);
