// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stddef.h>
#include <stdint.h>

/// The size of the first frame's canvas: the logical screen, grown where the frame stands out of it.
typedef struct {
    uint32_t width, height;
    uint64_t memory_in_bytes;
} nt_gif_header;

/// Called once with each row, for interlaced files not in order: `width` pixels of four bytes, red, green, blue and alpha.
typedef void (*nt_gif_row)(void *context, uint32_t y, const uint8_t *rgbx);

/// Reads up to the first frame's data. Returns 0, or 1 with a reason in `message` (at least 200 bytes).
int nt_gif_read_header(const uint8_t *bytes, size_t count, nt_gif_header *header, char *message);

/// Decodes the first frame. Around it the canvas has the transparent color's palette entry, or entry 0, as in Pillow.
/// Returns 0, 2 without memory, or 1 with a reason in `message`; rows may have been handed out.
int nt_gif_decode(const uint8_t *bytes, size_t count, nt_gif_row row, void *context, char *message);
