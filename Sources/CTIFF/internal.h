// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stdbool.h>

#include <tiffio.h>

#include "CTIFF.h"

/// An open file and what its first directory says.
typedef struct {
    const uint8_t *bytes;
    uint64_t count, offset;
    char *message;
    TIFF *tiff;
    uint32_t width, height;
    uint16_t bits, samples, photometric, planes, alpha;
    bool is_tiled;
    /// Of a tile, or of a strip and the picture's width.
    uint32_t tile_width, tile_height;
    /// Left to libtiff's own conversion.
    bool is_foreign;
    /// Levels of a palette's entries.
    uint8_t colors[256][3];
    uint8_t *line;
} nt_tiff_session;

/// Turns a row of samples into `line`.
///
/// - planes: one buffer of interleaved samples, or one for each sample.
/// - first, count: which pixels of `line`.
void nt_tiff_unpack(nt_tiff_session *s, const uint8_t *const *planes, uint32_t first, uint32_t count);
