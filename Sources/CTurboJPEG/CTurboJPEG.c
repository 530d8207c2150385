// SPDX-License-Identifier: Apache-2.0
#include "CTurboJPEG.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

// Every scan of a progressive file walks the whole picture, and a scan can be a few bytes long.
#define LARGEST_SCAN_COUNT 500
#define LARGEST_SCANNED_PIXELS 2000000000u

typedef struct {
    struct jpeg_error_mgr base;
    jmp_buf escape;
    char *message;
    /// What the caller gets: 1 damaged, 2 no memory.
    int code;
} failure;

typedef struct {
    struct jpeg_decompress_struct decoder;
    struct jpeg_source_mgr source;
    struct jpeg_progress_mgr progress;
    failure failure;
    uint8_t *cmyk;
    uint8_t *rgbx;
} session;

static void fail(j_common_ptr decoder) {
    failure *f = (failure *)decoder->err;
    char text[JMSG_LENGTH_MAX];
    if (f->base.msg_code == JERR_OUT_OF_MEMORY) f->code = 2;
    f->base.format_message(decoder, text);
    snprintf(f->message, 200, "%s", text);
    longjmp(f->escape, 1);
}

static void fail_saying(j_common_ptr decoder, const char *message) {
    failure *f = (failure *)decoder->err;
    snprintf(f->message, 200, "%s", message);
    longjmp(f->escape, 1);
}

static void fail_without_memory(j_common_ptr decoder) {
    failure *f = (failure *)decoder->err;
    f->code = 2;
    longjmp(f->escape, 1);
}

static void stay_silent(j_common_ptr decoder) { (void)decoder; }
static void count_warning(j_common_ptr decoder, int level) {
    if (level < 0) decoder->err->num_warnings++;
}

static void do_nothing(j_decompress_ptr decoder) { (void)decoder; }

static boolean run_dry(j_decompress_ptr decoder) {
    fail_saying((j_common_ptr)decoder, "the data ends too early");
    return FALSE;
}

static void skip(j_decompress_ptr decoder, long count) {
    if (count <= 0) return;
    if ((size_t)count > decoder->src->bytes_in_buffer)
        fail_saying((j_common_ptr)decoder, "the data ends too early");
    decoder->src->next_input_byte += count;
    decoder->src->bytes_in_buffer -= (size_t)count;
}

static void watch_scans(j_common_ptr common) {
    j_decompress_ptr decoder = (j_decompress_ptr)common;
    uint64_t scans = (uint64_t)decoder->input_scan_number;
    uint64_t pixels = (uint64_t)decoder->image_width * decoder->image_height;
    if (scans > 16 && (scans > LARGEST_SCAN_COUNT || scans * pixels > LARGEST_SCANNED_PIXELS))
        fail_saying(common, "it has too many scans");
}

static void open_session(session *s, const uint8_t *bytes, size_t count, char *message) {
    s->decoder.err = jpeg_std_error(&s->failure.base);
    s->failure.base.error_exit = fail;
    s->failure.base.output_message = stay_silent;
    s->failure.base.emit_message = count_warning;
    s->failure.message = message;
    s->failure.code = 1;
    jpeg_create_decompress(&s->decoder);
    s->source = (struct jpeg_source_mgr){
        .next_input_byte = bytes,
        .bytes_in_buffer = count,
        .init_source = do_nothing,
        .fill_input_buffer = run_dry,
        .skip_input_data = skip,
        .resync_to_restart = jpeg_resync_to_restart,
        .term_source = do_nothing,
    };
    s->decoder.src = &s->source;
    s->progress.progress_monitor = watch_scans;
    s->decoder.progress = &s->progress;
}

static void close_session(session *s) {
    jpeg_destroy_decompress(&s->decoder);
    free(s->cmyk);
    free(s->rgbx);
    free(s);
}

static void read_header(session *s) {
    j_decompress_ptr d = &s->decoder;
    jpeg_read_header(d, TRUE);
    if (d->num_components != 1 && d->num_components != 3 && d->num_components != 4)
        fail_saying((j_common_ptr)d, "it has neither one, three nor four color components");
    if (d->num_components == 4) d->out_color_space = JCS_CMYK;
    else d->out_color_space = JCS_EXT_RGBA;
    d->dct_method = JDCT_ISLOW;
}

/// Coefficients of all blocks where scans must be gathered, and a few rows of blocks.
static uint64_t needed_memory(j_decompress_ptr d) {
    uint64_t need = (uint64_t)d->image_width * 256 + (1 << 20);
    if (!jpeg_has_multiple_scans(d)) return need;
    for (int i = 0; i < d->num_components; i++) {
        jpeg_component_info *c = &d->comp_info[i];
        uint64_t wide = (uint64_t)c->width_in_blocks + (uint64_t)c->h_samp_factor;
        uint64_t high = (uint64_t)c->height_in_blocks + (uint64_t)c->v_samp_factor;
        need += wide * high * DCTSIZE2 * sizeof(JCOEF);
    }
    return need;
}

int nt_jpeg_read_header(const uint8_t *bytes, size_t count, nt_jpeg_header *header, char *message) {
    session *s = calloc(1, sizeof(session));
    if (!s) return 2;
    if (setjmp(s->failure.escape)) {
        int code = s->failure.code;
        close_session(s);
        return code;
    }
    open_session(s, bytes, count, message);
    read_header(s);
    header->width = s->decoder.image_width;
    header->height = s->decoder.image_height;
    header->memory_in_bytes = needed_memory(&s->decoder);
    close_session(s);
    return 0;
}

/// Adobe writes ink inverted; the formula is Pillow's, rounding included.
static void rgbx_from_inverted_cmyk(const uint8_t *cmyk, uint8_t *rgbx, size_t count) {
    for (size_t i = 0; i < count; i++) {
        unsigned light = cmyk[i * 4 + 3];
        for (size_t c = 0; c < 3; c++) {
            unsigned product = (255u - cmyk[i * 4 + c]) * light + 128;
            rgbx[i * 4 + c] = (uint8_t)(light - (((product >> 8) + product) >> 8));
        }
        rgbx[i * 4 + 3] = 255;
    }
}

static void decode_rows(session *s, nt_jpeg_row row, void *context) {
    j_decompress_ptr d = &s->decoder;
    jpeg_start_decompress(d);
    size_t row_size = (size_t)d->output_width * 4;
    s->rgbx = malloc(row_size);
    if (d->out_color_space == JCS_CMYK) s->cmyk = malloc(row_size);
    if (!s->rgbx || (d->out_color_space == JCS_CMYK && !s->cmyk)) fail_without_memory((j_common_ptr)d);
    while (d->output_scanline < d->output_height) {
        uint32_t y = d->output_scanline;
        JSAMPROW target = s->cmyk ? s->cmyk : s->rgbx;
        if (jpeg_read_scanlines(d, &target, 1) != 1) fail_saying((j_common_ptr)d, "the data ends too early");
        if (s->cmyk) rgbx_from_inverted_cmyk(s->cmyk, s->rgbx, d->output_width);
        row(context, y, s->rgbx);
    }
    jpeg_finish_decompress(d);
}

int nt_jpeg_decode(
    const uint8_t *bytes, size_t count, uint64_t memory_limit, unsigned divisor, nt_jpeg_row row, void *context,
    char *message) {
    session *s = calloc(1, sizeof(session));
    if (!s) return 2;
    if (setjmp(s->failure.escape)) {
        int code = s->failure.code;
        close_session(s);
        return code;
    }
    open_session(s, bytes, count, message);
    s->decoder.mem->max_memory_to_use = (long)memory_limit;
    read_header(s);
    s->decoder.scale_num = 1;
    s->decoder.scale_denom = divisor;
    jpeg_calc_output_dimensions(&s->decoder);
    // The caller reckons with rows of this width.
    if (s->decoder.output_width != (s->decoder.image_width + divisor - 1) / divisor)
        fail_saying((j_common_ptr)&s->decoder, "it can't be decoded smaller");
    decode_rows(s, row, context);
    close_session(s);
    return 0;
}

typedef struct {
    struct jpeg_compress_struct encoder;
    failure failure;
    unsigned char *bytes;
    unsigned long count;
} encoding;

static void encode_rows(encoding *e, const uint8_t *rgb, uint32_t width, uint32_t height, int quality) {
    struct jpeg_compress_struct *c = &e->encoder;
    jpeg_mem_dest(c, &e->bytes, &e->count);
    c->image_width = width;
    c->image_height = height;
    c->input_components = 3;
    c->in_color_space = JCS_RGB;
    jpeg_set_defaults(c);
    jpeg_set_quality(c, quality, TRUE);
    jpeg_start_compress(c, TRUE);
    while (c->next_scanline < height) {
        // The encoder reads the row and never writes it.
        JSAMPROW row = (JSAMPROW)(uintptr_t)(rgb + (size_t)c->next_scanline * width * 3);
        jpeg_write_scanlines(c, &row, 1);
    }
    jpeg_finish_compress(c);
}

int nt_jpeg_encode(
    const uint8_t *rgb, uint32_t width, uint32_t height, int quality, uint8_t **bytes, size_t *count, char *message) {
    encoding *e = calloc(1, sizeof(encoding));
    if (!e) return 2;
    e->encoder.err = jpeg_std_error(&e->failure.base);
    e->failure.base.error_exit = fail;
    e->failure.base.output_message = stay_silent;
    e->failure.message = message;
    e->failure.code = 1;
    int code = 0;
    if (setjmp(e->failure.escape)) {
        code = e->failure.code;
        free(e->bytes);
    } else {
        jpeg_create_compress(&e->encoder);
        encode_rows(e, rgb, width, height, quality);
        *bytes = e->bytes;
        *count = e->count;
    }
    jpeg_destroy_compress(&e->encoder);
    free(e);
    return code;
}
