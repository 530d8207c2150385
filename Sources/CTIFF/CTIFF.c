// SPDX-License-Identifier: Apache-2.0
#include "internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Directories have lists of places and sizes, one for each strip.
#define LARGEST_DIRECTORY (64 << 20)

static int fail(nt_tiff_session *s, const char *text) {
    if (!s->message[0]) snprintf(s->message, 200, "%s", text);
    return 1;
}

static int refuse(nt_tiff_session *s, const char *text) {
    snprintf(s->message, 200, "%s", text);
    return 3;
}

/// The first error is the cause; what comes behind it is what came of it.
static int note_error(TIFF *tiff, void *data, const char *module, const char *format, va_list arguments) {
    (void)tiff;
    (void)module;
    nt_tiff_session *s = data;
    if (!s->message[0]) vsnprintf(s->message, 200, format, arguments);
    return 1;
}

static int stay_silent(TIFF *tiff, void *data, const char *module, const char *format, va_list arguments) {
    (void)tiff;
    (void)data;
    (void)module;
    (void)format;
    (void)arguments;
    return 1;
}

static tmsize_t read_bytes(thandle_t handle, void *target, tmsize_t wanted) {
    nt_tiff_session *s = handle;
    uint64_t left = s->offset < s->count ? s->count - s->offset : 0;
    uint64_t taken = (uint64_t)wanted < left ? (uint64_t)wanted : left;
    memcpy(target, s->bytes + (s->count - left), taken);
    s->offset += taken;
    return (tmsize_t)taken;
}

static tmsize_t write_bytes(thandle_t handle, void *source, tmsize_t count) {
    (void)handle;
    (void)source;
    (void)count;
    return 0;
}

static toff_t seek(thandle_t handle, toff_t offset, int whence) {
    nt_tiff_session *s = handle;
    if (whence == SEEK_SET) s->offset = offset;
    else if (whence == SEEK_CUR) s->offset += offset;
    else s->offset = s->count + offset;
    return s->offset;
}

static int keep_open(thandle_t handle) {
    (void)handle;
    return 0;
}

static toff_t size(thandle_t handle) { return ((nt_tiff_session *)handle)->count; }

/// libtiff reads straight from the bytes, which it never writes.
static int map(thandle_t handle, void **base, toff_t *count) {
    nt_tiff_session *s = handle;
    *base = (void *)(uintptr_t)s->bytes;
    *count = s->count;
    return 1;
}

static void unmap(thandle_t handle, void *base, toff_t count) {
    (void)handle;
    (void)base;
    (void)count;
}

static void close_session(nt_tiff_session *s) {
    if (s->tiff) TIFFClose(s->tiff);
    free(s->line);
}

static int read_palette(nt_tiff_session *s) {
    uint16_t *channels[3];
    if (!TIFFGetField(s->tiff, TIFFTAG_COLORMAP, &channels[0], &channels[1], &channels[2]))
        return fail(s, "it has no palette");
    unsigned count = 1u << s->bits;
    // Some write 8 bits where 16 are meant.
    unsigned shift = 0;
    for (unsigned i = 0; i < count; i++)
        for (int c = 0; c < 3; c++)
            if (channels[c][i] > 255) shift = 8;
    for (unsigned i = 0; i < count; i++)
        for (int c = 0; c < 3; c++) s->colors[i][c] = (uint8_t)(channels[c][i] >> shift);
    return 0;
}

/// Whether `nt_tiff_unpack` knows the samples; else libtiff converts, or refuses.
static bool is_known(nt_tiff_session *s, uint16_t compression, uint16_t format) {
    bool has_known_bits = s->bits == 8 || s->bits == 16 || ((s->bits == 1 || s->bits == 2 || s->bits == 4));
    if (!has_known_bits || (format != SAMPLEFORMAT_UINT && format != SAMPLEFORMAT_VOID)) return false;
    switch (s->photometric) {
    case PHOTOMETRIC_MINISWHITE:
    case PHOTOMETRIC_MINISBLACK: return s->samples >= 1;
    case PHOTOMETRIC_PALETTE: return s->samples >= 1 && s->bits <= 8;
    case PHOTOMETRIC_RGB: return s->samples >= 3;
    case PHOTOMETRIC_SEPARATED: return s->samples >= 4;
    case PHOTOMETRIC_YCBCR:
        // The JPEG decoder converts it.
        return compression == COMPRESSION_JPEG && s->bits == 8 && s->samples == 3 && s->planes == PLANARCONFIG_CONTIG
            && TIFFSetField(s->tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
    default: return false;
    }
}

static int read_layout(nt_tiff_session *s) {
    TIFF *t = s->tiff;
    uint16_t compression = COMPRESSION_NONE, format = SAMPLEFORMAT_UINT, extra_count = 0, *extra = NULL;
    if (!TIFFGetField(t, TIFFTAG_IMAGEWIDTH, &s->width) || !TIFFGetField(t, TIFFTAG_IMAGELENGTH, &s->height))
        return fail(s, "its size is missing");
    TIFFGetFieldDefaulted(t, TIFFTAG_BITSPERSAMPLE, &s->bits);
    TIFFGetFieldDefaulted(t, TIFFTAG_SAMPLESPERPIXEL, &s->samples);
    TIFFGetFieldDefaulted(t, TIFFTAG_PLANARCONFIG, &s->planes);
    TIFFGetFieldDefaulted(t, TIFFTAG_COMPRESSION, &compression);
    TIFFGetFieldDefaulted(t, TIFFTAG_SAMPLEFORMAT, &format);
    if (!TIFFGetField(t, TIFFTAG_PHOTOMETRIC, &s->photometric))
        s->photometric = s->samples >= 3 ? PHOTOMETRIC_RGB : PHOTOMETRIC_MINISBLACK;
    if (compression == COMPRESSION_OJPEG) return refuse(s, "it is coded as JPEG in a way that was given up in 1995");
    if (!TIFFIsCODECConfigured(compression)) {
        snprintf(s->message, 200, "its coding, number %u, is not known", compression);
        return 3;
    }
    if (s->samples > 16) return refuse(s, "it has more than 16 samples a pixel");
    s->is_foreign = !is_known(s, compression, format);
    char reason[1024] = "";
    if (s->is_foreign && !TIFFRGBAImageOK(t, reason)) {
        snprintf(s->message, 200, "%.190s", reason);
        return 3;
    }
    if (!s->is_foreign && s->photometric == PHOTOMETRIC_PALETTE && read_palette(s) != 0) return 1;
    unsigned colors = s->photometric == PHOTOMETRIC_SEPARATED ? 4 : s->photometric == PHOTOMETRIC_RGB ? 3 : 1;
    TIFFGetFieldDefaulted(t, TIFFTAG_EXTRASAMPLES, &extra_count, &extra);
    bool has_alpha = extra_count > 0 && extra && s->samples > colors && s->photometric != PHOTOMETRIC_YCBCR;
    if (has_alpha && (extra[0] == EXTRASAMPLE_ASSOCALPHA || extra[0] == EXTRASAMPLE_UNASSALPHA)) s->alpha = extra[0];
    s->is_tiled = TIFFIsTiled(t);
    if (s->is_tiled) {
        if (!TIFFGetField(t, TIFFTAG_TILEWIDTH, &s->tile_width) || !TIFFGetField(t, TIFFTAG_TILELENGTH, &s->tile_height))
            return fail(s, "the size of its tiles is missing");
    } else {
        s->tile_width = s->width;
        TIFFGetFieldDefaulted(t, TIFFTAG_ROWSPERSTRIP, &s->tile_height);
        if (s->tile_height > s->height) s->tile_height = s->height;
    }
    if (s->width == 0 || s->height == 0 || s->tile_width == 0 || s->tile_height == 0)
        return fail(s, "it has no pixels");
    return 0;
}

static int open_session(
    nt_tiff_session *s, const uint8_t *bytes, size_t count, uint64_t memory_limit, char *message) {
    memset(s, 0, sizeof *s);
    s->bytes = bytes;
    s->count = count;
    s->message = message;
    message[0] = 0;
    TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
    if (!options) return 2;
    TIFFOpenOptionsSetMaxSingleMemAlloc(options, (tmsize_t)memory_limit);
    TIFFOpenOptionsSetErrorHandlerExtR(options, note_error, s);
    TIFFOpenOptionsSetWarningHandlerExtR(options, stay_silent, NULL);
    s->tiff = TIFFClientOpenExt(
        "picture", "r", s, read_bytes, write_bytes, seek, keep_open, size, map, unmap, options);
    TIFFOpenOptionsFree(options);
    int code = s->tiff ? read_layout(s) : fail(s, "its structure is broken");
    if (code != 0) close_session(s);
    return code;
}

static uint64_t times(uint64_t a, uint64_t b) { return b != 0 && a > UINT64_MAX / 4 / b ? UINT64_MAX / 4 : a * b; }

static uint64_t needed_memory(const nt_tiff_session *s) {
    uint64_t need = times(s->width, 8) + (1 << 20);
    uint64_t planes = s->planes == PLANARCONFIG_SEPARATE ? s->samples : 1;
    uint64_t across = s->is_tiled ? (s->width - 1) / s->tile_width + 1 : 1;
    if (s->is_foreign) {
        uint64_t block = s->is_tiled ? TIFFTileSize64(s->tiff) : TIFFStripSize64(s->tiff);
        uint64_t pixels = times(times(s->tile_width, s->tile_height), 4);
        return need + times(pixels, across + 1) + times(block, planes + 1);
    }
    if (s->is_tiled) return need + times(TIFFTileSize64(s->tiff), planes * across);
    if (planes > 1) return need + times(TIFFStripSize64(s->tiff), planes);
    return need + times(TIFFScanlineSize64(s->tiff), 2);
}

int nt_tiff_read_header(const uint8_t *bytes, size_t count, nt_tiff_header *header, char *message) {
    nt_tiff_session s;
    int code = open_session(&s, bytes, count, LARGEST_DIRECTORY, message);
    if (code != 0) return code;
    header->width = s.width;
    header->height = s.height;
    header->memory_in_bytes = needed_memory(&s);
    close_session(&s);
    return 0;
}

static int decode_scanlines(nt_tiff_session *s, nt_tiff_row row, void *context) {
    uint8_t *samples = calloc(1, (size_t)TIFFScanlineSize(s->tiff) + 16);
    if (!samples) return 2;
    const uint8_t *planes[1] = {samples};
    int code = 0;
    for (uint32_t y = 0; code == 0 && y < s->height; y++) {
        if (TIFFReadScanline(s->tiff, samples, y, 0) < 0) {
            code = fail(s, "a row can't be decoded");
        } else {
            nt_tiff_unpack(s, planes, 0, s->width);
            row(context, y, s->line);
        }
    }
    free(samples);
    return code;
}

/// Reads the tiles or strips that begin in row `top`, those of a plane one behind the other, in blocks of `size`.
static int read_blocks(nt_tiff_session *s, uint8_t *blocks, tmsize_t size, uint32_t top, uint32_t across, uint16_t planes) {
    for (uint16_t plane = 0; plane < planes; plane++)
        for (uint32_t i = 0; i < across; i++) {
            uint8_t *block = blocks + ((size_t)plane * across + i) * (size_t)size;
            tmsize_t read = s->is_tiled
                ? TIFFReadEncodedTile(
                      s->tiff, TIFFComputeTile(s->tiff, i * s->tile_width, top, 0, plane), block, size)
                : TIFFReadEncodedStrip(s->tiff, TIFFComputeStrip(s->tiff, top, plane), block, size);
            if (read < 0) return fail(s, s->is_tiled ? "a tile can't be decoded" : "a strip can't be decoded");
        }
    return 0;
}

static int decode_blocks(nt_tiff_session *s, nt_tiff_row row, void *context) {
    uint32_t across = s->is_tiled ? (s->width - 1) / s->tile_width + 1 : 1;
    uint16_t planes = s->planes == PLANARCONFIG_SEPARATE ? s->samples : 1;
    tmsize_t size = s->is_tiled ? TIFFTileSize(s->tiff) : TIFFStripSize(s->tiff);
    tmsize_t row_size = s->is_tiled ? TIFFTileRowSize(s->tiff) : TIFFScanlineSize(s->tiff);
    if (size <= 0 || row_size <= 0 || (uint64_t)row_size * s->tile_height > (uint64_t)size)
        return fail(s, "the size of its parts makes no sense");
    uint8_t *blocks = calloc((size_t)across * planes, (size_t)size);
    if (!blocks) return 2;
    int code = 0;
    for (uint32_t top = 0; code == 0 && top < s->height; top += s->tile_height) {
        code = read_blocks(s, blocks, size, top, across, planes);
        uint32_t end = s->height - top < s->tile_height ? s->height - top : s->tile_height;
        for (uint32_t y = 0; code == 0 && y < end; y++) {
            for (uint32_t i = 0; i < across; i++) {
                const uint8_t *rows[16];
                for (uint16_t plane = 0; plane < planes; plane++)
                    rows[plane] = blocks + ((size_t)plane * across + i) * (size_t)size + (size_t)y * (size_t)row_size;
                uint32_t left = i * s->tile_width;
                uint32_t count = s->width - left < s->tile_width ? s->width - left : s->tile_width;
                nt_tiff_unpack(s, rows, left, count);
            }
            row(context, top + y, s->line);
        }
    }
    free(blocks);
    return code;
}

static void set_foreign_row(nt_tiff_session *s, const uint32_t *raster, uint32_t left, uint32_t count) {
    for (uint32_t x = 0; x < count; x++) {
        uint8_t *to = s->line + (size_t)(left + x) * 4;
        to[0] = (uint8_t)TIFFGetR(raster[x]);
        to[1] = (uint8_t)TIFFGetG(raster[x]);
        to[2] = (uint8_t)TIFFGetB(raster[x]);
        to[3] = 255;
    }
}

/// libtiff converts strip by strip or tile by tile; the last row of each comes first.
static int decode_foreign(nt_tiff_session *s, nt_tiff_row row, void *context) {
    uint32_t across = s->is_tiled ? (s->width - 1) / s->tile_width + 1 : 1;
    size_t area = (size_t)s->tile_width * s->tile_height;
    uint32_t *raster = calloc((size_t)across * area, sizeof(uint32_t));
    if (!raster) return 2;
    int code = 0;
    for (uint32_t top = 0; code == 0 && top < s->height; top += s->tile_height) {
        uint32_t end = s->height - top < s->tile_height ? s->height - top : s->tile_height;
        for (uint32_t i = 0; code == 0 && i < across; i++) {
            uint32_t *target = raster + i * area;
            int done = s->is_tiled ? TIFFReadRGBATileExt(s->tiff, i * s->tile_width, top, target, 1)
                                   : TIFFReadRGBAStripExt(s->tiff, top, target, 1);
            if (!done) code = fail(s, "its colors can't be converted");
        }
        // A tile at the lower edge is a whole one, a strip only as high as what is left.
        uint32_t height = s->is_tiled ? s->tile_height : end;
        for (uint32_t y = 0; code == 0 && y < end; y++) {
            for (uint32_t i = 0; i < across; i++) {
                uint32_t left = i * s->tile_width;
                uint32_t count = s->width - left < s->tile_width ? s->width - left : s->tile_width;
                set_foreign_row(s, raster + i * area + (size_t)(height - 1 - y) * s->tile_width, left, count);
            }
            row(context, top + y, s->line);
        }
    }
    free(raster);
    return code;
}

int nt_tiff_decode(
    const uint8_t *bytes, size_t count, uint64_t memory_limit, nt_tiff_row row, void *context, char *message) {
    nt_tiff_session s;
    int code = open_session(&s, bytes, count, memory_limit + LARGEST_DIRECTORY, message);
    if (code != 0) return code;
    s.line = malloc((size_t)s.width * 4);
    bool has_whole_rows = !s.is_tiled && (s.planes != PLANARCONFIG_SEPARATE || s.samples == 1);
    if (!s.line) code = 2;
    else if (s.is_foreign) code = decode_foreign(&s, row, context);
    else if (has_whole_rows) code = decode_scanlines(&s, row, context);
    else code = decode_blocks(&s, row, context);
    close_session(&s);
    return code;
}
