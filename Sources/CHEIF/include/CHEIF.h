// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stddef.h>
#include <stdint.h>

/// What the boxes of a HEIC or AVIF file say of its primary picture, as it is shown.
typedef struct {
    uint32_t width, height;
    uint64_t memory_in_bytes;
} nt_heif_header;

/// Called with each row, top to bottom: `width` pixels of four bytes, red, green, blue and alpha.
typedef void (*nt_heif_row)(void *context, uint32_t y, const uint8_t *rgba);

/// Reads the boxes. Returns 0, 2 without memory, or with a reason in `message` (at least 200 bytes) 1 for damage and 3 for a
/// kind that is not read.
int nt_heif_read_header(const uint8_t *bytes, size_t count, nt_heif_header *header, char *message);

/// Decodes the primary picture, of which no coded part may have more than four times its pixels and a million; cut, mirrored and turned as the file says, to 8 bits; alpha that was multiplied in is not
/// taken out again. Returns as above; rows may have been handed out.
int nt_heif_decode(const uint8_t *bytes, size_t count, nt_heif_row row, void *context, char *message);
