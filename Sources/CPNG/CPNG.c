// SPDX-License-Identifier: Apache-2.0
#include "CPNG.h"

#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

// A row and its coefficients are held whole; the library's own customary limit.
#define LARGEST_SIDE 1000000

typedef struct {
    const uint8_t *bytes;
    size_t count, offset;
    char *message;
    png_structp png;
    png_infop info;
    uint32_t width, height;
    int channels, keeps_alpha;
    /// Where a pixel's number is looked up: the palette for palette pictures.
    uint8_t colors[256][4];
    int has_colors;
    uint8_t *packed;
    uint8_t *rgbx;
    /// Seen in the pixel data: a chunk whose checksum is wrong, and anything else that libpng would let pass.
    int has_wrong_checksum, has_doubtful_data;
    /// What the caller gets: 1 damaged, 2 no memory.
    int failure;
    jmp_buf escape;
} session;

static void fail(png_structp png, png_const_charp message) {
    session *s = png_get_error_ptr(png);
    snprintf(s->message, 200, "%s", message);
    s->failure = 1;
    longjmp(s->escape, 1);
}

static void fail_without_memory(session *s) {
    s->failure = 2;
    longjmp(s->escape, 1);
}

static void note_warning(png_structp png, png_const_charp message) {
    session *s = png_get_error_ptr(png);
    if (strstr(message, "CRC error")) s->has_wrong_checksum = 1;
    else s->has_doubtful_data = 1;
}

static void read_bytes(png_structp png, png_bytep target, size_t count) {
    session *s = png_get_io_ptr(png);
    if (count > s->count - s->offset) png_error(png, "the data ends too early");
    memcpy(target, s->bytes + s->offset, count);
    s->offset += count;
}

static session *create_session(const uint8_t *bytes, size_t count, char *message) {
    session *s = calloc(1, sizeof(session));
    if (!s) return NULL;
    s->bytes = bytes;
    s->count = count;
    s->message = message;
    return s;
}

static void close_session(session *s) {
    if (s->png) png_destroy_read_struct(&s->png, &s->info, NULL);
    free(s->packed);
    free(s->rgbx);
    free(s);
}

/// Runs up to the first pixel data. Fails by jumping.
static void read_header(session *s) {
    s->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, s, fail, note_warning);
    if (!s->png || !(s->info = png_create_info_struct(s->png))) fail_without_memory(s);
    png_set_read_fn(s->png, s, read_bytes);
    png_set_user_limits(s->png, LARGEST_SIDE, LARGEST_SIDE);
    png_set_chunk_malloc_max(s->png, 4 << 20);
    // Texts and profiles can unpack to thousands of times their size, and none of them matters here.
    png_set_keep_unknown_chunks(s->png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    png_read_info(s->png, s->info);
    // From here on only pixel data is read. Its chunks' checksums may be wrong, as in Pillow: zlib has one of its own.
    png_set_crc_action(s->png, PNG_CRC_WARN_USE, PNG_CRC_NO_CHANGE);
    s->has_wrong_checksum = s->has_doubtful_data = 0;
    s->width = png_get_image_width(s->png, s->info);
    s->height = png_get_image_height(s->png, s->info);
}

int nt_png_read_header(
    const uint8_t *bytes, size_t count, int keeps_alpha, nt_png_header *header, char *message) {
    // Straight from the bytes: libpng would refuse a side over its limit before the caller can say how large it is.
    static const uint8_t start[16] = {0x89, 'P', 'N', 'G', 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, 'I', 'H', 'D', 'R'};
    if (count < 33 || memcmp(bytes, start, sizeof start) != 0) {
        snprintf(message, 200, "the header is incomplete");
        return 1;
    }
    header->width = png_get_uint_32(bytes + 16);
    header->height = png_get_uint_32(bytes + 20);
    uint64_t pixels = (uint64_t)header->width * header->height;
    uint64_t channels = bytes[25] == PNG_COLOR_TYPE_RGB || bytes[25] == PNG_COLOR_TYPE_RGB_ALPHA ? 3 : 1;
    if (keeps_alpha && bytes[25] != PNG_COLOR_TYPE_PALETTE) channels++;
    // Two source rows of at most 8 bytes a pixel, one of ours.
    header->memory_in_bytes = (uint64_t)header->width * 24 + (1 << 20);
    if (bytes[28] != PNG_INTERLACE_NONE) header->memory_in_bytes += pixels * channels + header->width * 8ull;
    return 0;
}

static void set_up_rows(session *s) {
    png_byte type = png_get_color_type(s->png, s->info);
    png_set_strip_16(s->png);
    if (!s->keeps_alpha) png_set_strip_alpha(s->png);
    else if (type != PNG_COLOR_TYPE_PALETTE) png_set_tRNS_to_alpha(s->png);
    png_set_packing(s->png);
    if (type == PNG_COLOR_TYPE_GRAY) png_set_expand_gray_1_2_4_to_8(s->png);
    if (type == PNG_COLOR_TYPE_PALETTE) {
        png_colorp palette = NULL;
        int size = 0;
        png_get_PLTE(s->png, s->info, &palette, &size);
        // Numbers without an entry are levels of gray, as in Pillow.
        for (int i = 0; i < 256; i++) {
            memset(s->colors[i], i, 3);
            s->colors[i][3] = 255;
        }
        for (int i = 0; i < size && i < 256; i++) {
            s->colors[i][0] = palette[i].red;
            s->colors[i][1] = palette[i].green;
            s->colors[i][2] = palette[i].blue;
        }
        s->has_colors = 1;
        png_bytep alpha = NULL;
        int alpha_size = 0;
        if (png_get_tRNS(s->png, s->info, &alpha, &alpha_size, NULL) && alpha)
            for (int i = 0; i < alpha_size && i < 256; i++) s->colors[i][3] = alpha[i];
    }
}

static void expand(const session *s, const uint8_t *packed) {
    for (uint32_t x = 0; x < s->width; x++) {
        uint8_t *to = s->rgbx + (size_t)x * 4;
        const uint8_t *from = packed + (size_t)x * (size_t)s->channels;
        switch (s->channels) {
        case 4: memcpy(to, from, 4); break;
        case 3:
            memcpy(to, from, 3);
            to[3] = 255;
            break;
        case 2:
            to[0] = to[1] = to[2] = from[0];
            to[3] = from[1];
            break;
        default:
            if (s->has_colors) {
                memcpy(to, s->colors[from[0]], 4);
            } else {
                to[0] = to[1] = to[2] = from[0];
                to[3] = 255;
            }
        }
    }
}

static void read_rows(session *s, nt_png_row row, void *context) {
    size_t row_size = (size_t)s->width * (size_t)s->channels;
    s->packed = malloc(row_size);
    if (!s->packed) fail_without_memory(s);
    for (uint32_t y = 0; y < s->height; y++) {
        png_read_row(s->png, s->packed, NULL);
        expand(s, s->packed);
        row(context, y, s->rgbx);
    }
}

static void read_interlaced(session *s, int passes, nt_png_row row, void *context) {
    size_t row_size = (size_t)s->width * (size_t)s->channels;
    s->packed = calloc(s->height, row_size);
    if (!s->packed) fail_without_memory(s);
    for (int pass = 0; pass < passes; pass++)
        for (uint32_t y = 0; y < s->height; y++) png_read_row(s->png, s->packed + y * row_size, NULL);
    for (uint32_t y = 0; y < s->height; y++) {
        expand(s, s->packed + y * row_size);
        row(context, y, s->rgbx);
    }
}

int nt_png_decode(
    const uint8_t *bytes, size_t count, int keeps_alpha, nt_png_row row, void *context, char *message) {
    session *s = create_session(bytes, count, message);
    if (!s) return 2;
    s->keeps_alpha = keeps_alpha;
    if (setjmp(s->escape)) {
        int failure = s->failure;
        close_session(s);
        return failure;
    }
    read_header(s);
    set_up_rows(s);
    int passes = png_set_interlace_handling(s->png);
    png_read_update_info(s->png, s->info);
    s->channels = png_get_channels(s->png, s->info);
    size_t expected = (size_t)s->width * (size_t)s->channels;
    bool has_known_channels = s->channels == 1 || s->channels == 3 || (keeps_alpha && (s->channels == 2 || s->channels == 4));
    if (!has_known_channels || png_get_rowbytes(s->png, s->info) != expected)
        png_error(s->png, "the color type is not known");
    s->rgbx = calloc(s->width, 4);
    if (!s->rgbx) fail_without_memory(s);
    if (passes == 1) read_rows(s, row, context);
    else read_interlaced(s, passes, row, context);
    // What zlib complains of behind the last pixel is a warning to libpng; with a wrong checksum it is damage.
    if (s->has_wrong_checksum && s->has_doubtful_data) png_error(s->png, "the pixel data is not what was written");
    close_session(s);
    return 0;
}
