// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stddef.h>
#include <stdint.h>

/// What a PNG header promises.
typedef struct {
    uint32_t width, height;
    /// What decoding holds at once; large only for interlaced files, which must be gathered whole.
    uint64_t memory_in_bytes;
} nt_png_header;

/// Called with each row, top to bottom: `width` pixels of four bytes, red, green, blue and alpha.
typedef void (*nt_png_row)(void *context, uint32_t y, const uint8_t *rgbx);

/// Reads the header alone. Returns 0, or 1 with a reason in `message` (at least 200 bytes).
///
/// - keeps_alpha: as it will be given to `nt_png_decode`; it costs memory where files are interlaced.
int nt_png_read_header(
    const uint8_t *bytes, size_t count, int keeps_alpha, nt_png_header *header, char *message);

/// Decodes every color type to 8-bit RGB; of 16 bits the upper 8 stay, alpha and transparency may be dropped, gamma and
/// profiles are ignored. Texts, profiles and the like are skipped without unpacking them. What follows the last row is
/// not read. The checksum of a chunk must hold in the header and the palette; that of pixel data need not, where zlib
/// finds the compressed stream whole. Returns 0, 2 without memory, or 1 with a reason in `message`; rows may have been handed out.
///
/// - keeps_alpha: whether alpha and transparency come along as fourth byte.
int nt_png_decode(
    const uint8_t *bytes, size_t count, int keeps_alpha, nt_png_row row, void *context, char *message);
