// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Shrinks or grows a picture with the antialiased bilinear filter of Pillow 9.5, bit for bit, while its rows come in.
///
/// Pillow's pass over the columns comes first and is rounded to 8 bits; the pass over the rows is a sum of integers, so
/// every source row can be added to the result rows it touches and forgotten, in whatever order the rows come.
/// Memory: 16 bytes per result pixel and about 12 per source column, whatever the height.
typedef struct nt_resizer nt_resizer;

/// Which part of a picture is resized, and to what.
typedef struct {
    /// The region that is looked at, in whole pixels of the rows that come in; rows and columns around it are passed over.
    uint32_t left, top, source_width, source_height;
    /// The part of the region that becomes the result; pixels of the region around it count at its edges, as in Pillow.
    double box_left, box_top, box_width, box_height;
    /// Of the result.
    uint32_t width, height;
    /// Whether pixels are put on white by their fourth byte, 0 for clear; else that byte is ignored.
    bool on_white;
} nt_resizing;

/// Sizes are at least 1, the box lies in the region. NULL when there is no memory or a source side is over 16,777,216.
nt_resizer *nt_resizer_create(const nt_resizing *plan);

void nt_resizer_destroy(nt_resizer *resizer);

/// Adds row `y` of the picture: at least left + source_width pixels of four bytes, red, green, blue and alpha. Every row of
/// the region must come exactly once. `resizer` is an nt_resizer; the type suits the row callbacks of the decoders.
void nt_resizer_add_row(void *resizer, uint32_t y, const uint8_t *rgba);

/// Writes width * height * 3 bytes, red, green, blue, once all rows have come.
void nt_resizer_finish(const nt_resizer *resizer, uint8_t *rgb);

/// Spreads interleaved pixels into three planes: planes[c * count + i] = table[c * 256 + rgb[i * 3 + c]].
void nt_planes_from_rgb(const uint8_t *rgb, size_t count, const float *table, float *planes);
