// SPDX-License-Identifier: Apache-2.0
#include "CGIF.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gif_lib.h>

typedef struct {
    const uint8_t *bytes;
    size_t count, offset;
    GifFileType *gif;
    uint32_t left, top, frame_width, frame_height, width, height;
    int transparent;
    uint8_t colors[256][4];
    GifPixelType *line;
    uint8_t *rgbx;
} session;

static int read_bytes(GifFileType *gif, GifByteType *target, int count) {
    session *s = gif->UserData;
    size_t left = s->count - s->offset, taken = (size_t)count < left ? (size_t)count : left;
    memcpy(target, s->bytes + s->offset, taken);
    s->offset += taken;
    return (int)taken;
}

static int fail(char *message, int code) {
    const char *text = GifErrorString(code);
    snprintf(message, 200, "%s", text ? text : "its structure is broken");
    return 1;
}

static void close_session(session *s) {
    int code;
    if (s->gif) DGifCloseFile(s->gif, &code);
    free(s->line);
    free(s->rgbx);
}

/// Of a graphic control block only the transparent color matters here.
static bool read_extension(session *s) {
    int function;
    GifByteType *block;
    if (DGifGetExtension(s->gif, &function, &block) == GIF_ERROR) return false;
    while (block) {
        GraphicsControlBlock control;
        if (function == GRAPHICS_EXT_FUNC_CODE && DGifExtensionToGCB(block[0], block + 1, &control) == GIF_OK)
            s->transparent = control.TransparentColor;
        if (DGifGetExtensionNext(s->gif, &block) == GIF_ERROR) return false;
    }
    return true;
}

static void set_up_canvas(session *s) {
    GifImageDesc *frame = &s->gif->Image;
    s->left = (uint32_t)frame->Left;
    s->top = (uint32_t)frame->Top;
    s->frame_width = (uint32_t)frame->Width;
    s->frame_height = (uint32_t)frame->Height;
    s->width = (uint32_t)s->gif->SWidth;
    s->height = (uint32_t)s->gif->SHeight;
    if (s->left + s->frame_width > s->width) s->width = s->left + s->frame_width;
    if (s->top + s->frame_height > s->height) s->height = s->top + s->frame_height;
}

/// Runs to the first frame's pixels. On failure the session is closed.
static int open_session(session *s, const uint8_t *bytes, size_t count, char *message) {
    memset(s, 0, sizeof *s);
    s->bytes = bytes;
    s->count = count;
    s->transparent = NO_TRANSPARENT_COLOR;
    int code = 0;
    s->gif = DGifOpen(s, read_bytes, &code);
    if (!s->gif) return fail(message, code);
    for (;;) {
        GifRecordType kind;
        if (DGifGetRecordType(s->gif, &kind) == GIF_ERROR) break;
        if (kind == EXTENSION_RECORD_TYPE) {
            if (!read_extension(s)) break;
        } else if (kind == IMAGE_DESC_RECORD_TYPE) {
            if (DGifGetImageDesc(s->gif) == GIF_ERROR) break;
            set_up_canvas(s);
            if (s->frame_width > 0 && s->frame_height > 0) return 0;
            break;
        } else {
            break;
        }
    }
    code = s->gif->Error;
    close_session(s);
    if (code != 0) return fail(message, code);
    snprintf(message, 200, "it holds no frame");
    return 1;
}

int nt_gif_read_header(const uint8_t *bytes, size_t count, nt_gif_header *header, char *message) {
    session s;
    if (open_session(&s, bytes, count, message) != 0) return 1;
    header->width = s.width;
    header->height = s.height;
    header->memory_in_bytes = 1 << 20;
    close_session(&s);
    return 0;
}

static void set_up_colors(session *s) {
    ColorMapObject *map = s->gif->Image.ColorMap ? s->gif->Image.ColorMap : s->gif->SColorMap;
    for (int i = 0; i < 256; i++) {
        // Numbers without an entry are levels of gray, as in Pillow.
        GifColorType c = {(GifByteType)i, (GifByteType)i, (GifByteType)i};
        if (map && i < map->ColorCount) c = map->Colors[i];
        s->colors[i][0] = c.Red;
        s->colors[i][1] = c.Green;
        s->colors[i][2] = c.Blue;
        s->colors[i][3] = i == s->transparent ? 0 : 255;
    }
}

static void fill(session *s) {
    int background = s->transparent >= 0 ? s->transparent & 255 : 0;
    for (uint32_t x = 0; x < s->width; x++) memcpy(s->rgbx + (size_t)x * 4, s->colors[background], 4);
}

static bool decode_row(session *s, uint32_t y, nt_gif_row row, void *context) {
    if (DGifGetLine(s->gif, s->line, (int)s->frame_width) == GIF_ERROR) return false;
    uint8_t *target = s->rgbx + (size_t)s->left * 4;
    for (uint32_t x = 0; x < s->frame_width; x++) memcpy(target + (size_t)x * 4, s->colors[s->line[x]], 4);
    row(context, s->top + y, s->rgbx);
    return true;
}

static bool decode_frame(session *s, nt_gif_row row, void *context) {
    static const uint32_t starts[4] = {0, 4, 2, 1}, steps[4] = {8, 8, 4, 2};
    if (!s->gif->Image.Interlace) {
        for (uint32_t y = 0; y < s->frame_height; y++)
            if (!decode_row(s, y, row, context)) return false;
        return true;
    }
    for (int pass = 0; pass < 4; pass++)
        for (uint32_t y = starts[pass]; y < s->frame_height; y += steps[pass])
            if (!decode_row(s, y, row, context)) return false;
    return true;
}

int nt_gif_decode(const uint8_t *bytes, size_t count, nt_gif_row row, void *context, char *message) {
    session s;
    if (open_session(&s, bytes, count, message) != 0) return 1;
    s.line = malloc(s.frame_width);
    s.rgbx = malloc((size_t)s.width * 4);
    if (!s.line || !s.rgbx) {
        close_session(&s);
        return 2;
    }
    set_up_colors(&s);
    fill(&s);
    for (uint32_t y = 0; y < s.height; y++)
        if (y < s.top || y >= s.top + s.frame_height) row(context, y, s.rgbx);
    bool done = decode_frame(&s, row, context);
    int code = s.gif->Error;
    close_session(&s);
    return done ? 0 : fail(message, code);
}
