// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stddef.h>
#include <stdint.h>

/// The canvas, and what decoding its first frame holds at once.
typedef struct {
    uint32_t width, height;
    uint64_t memory_in_bytes;
} nt_webp_header;

/// Called with each row, top to bottom: `width` pixels of four bytes, red, green, blue and alpha.
typedef void (*nt_webp_row)(void *context, uint32_t y, const uint8_t *rgbx);

/// Reads the first chunks alone; the file may be cut off behind them. Returns 0, or 1 with a reason in `message`
/// (at least 200 bytes).
int nt_webp_read_header(const uint8_t *bytes, size_t count, nt_webp_header *header, char *message);

/// Decodes the first frame, clear black around it. Returns 0, 2 without memory, or 1 with a reason in `message`.
int nt_webp_decode(const uint8_t *bytes, size_t count, nt_webp_row row, void *context, char *message);
