// SPDX-License-Identifier: Apache-2.0
#include "CHEIF.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

// A side; the caller has a limit of its own for the area.
#define LARGEST_SIDE 65536

typedef struct {
    struct heif_context *context;
    struct heif_image_handle *handle;
} session;

static int fail(struct heif_error error, char *message) {
    if (error.code == heif_error_Memory_allocation_error && error.subcode != heif_suberror_Security_limit_exceeded) return 2;
    snprintf(message, 200, "%s", error.message && error.message[0] ? error.message : "its structure is broken");
    bool is_unknown = error.code == heif_error_Unsupported_filetype || error.code == heif_error_Unsupported_feature;
    return is_unknown ? 3 : 1;
}

static void close_session(session *s) {
    heif_image_handle_release(s->handle);
    heif_context_free(s->context);
}

static pthread_once_t is_set_up = PTHREAD_ONCE_INIT;

static void set_up(void) {
    heif_init(NULL);
    heif_register_decoder_plugin(&nt_heif_av1_plugin);
    heif_register_decoder_plugin(&nt_heif_hevc_plugin);
}

static int open_session(session *s, const uint8_t *bytes, size_t count, char *message) {
    pthread_once(&is_set_up, set_up);
    s->handle = NULL;
    s->context = heif_context_alloc();
    if (!s->context) return 2;
    heif_context_set_maximum_image_size_limit(s->context, LARGEST_SIDE);
    // Pictures are decoded on as many threads as there are cores already.
    heif_context_set_max_decoding_threads(s->context, 0);
    struct heif_error error = heif_context_read_from_memory_without_copy(s->context, bytes, count, NULL);
    if (error.code == heif_error_Ok) error = heif_context_get_primary_image_handle(s->context, &s->handle);
    if (error.code == heif_error_Ok) return 0;
    int code = fail(error, message);
    close_session(s);
    return code;
}

int nt_heif_read_header(const uint8_t *bytes, size_t count, nt_heif_header *header, char *message) {
    session s;
    int code = open_session(&s, bytes, count, message);
    if (code != 0) return code;
    int width = heif_image_handle_get_width(s.handle), height = heif_image_handle_get_height(s.handle);
    header->width = width > 0 ? (uint32_t)width : 0;
    header->height = height > 0 ? (uint32_t)height : 0;
    // The decoder's planes, their copy and the result: 7.5 bytes a pixel where the chroma is halved, 10.4 where it is whole.
    uint64_t each = heif_image_handle_get_luma_bits_per_pixel(s.handle) > 8 ? 18 : 10;
    if (heif_image_handle_has_alpha_channel(s.handle)) each += 2;
    header->memory_in_bytes = (uint64_t)header->width * header->height * each + (4 << 20);
    close_session(&s);
    return 0;
}

int nt_heif_decode(const uint8_t *bytes, size_t count, nt_heif_row row, void *context, char *message) {
    session s;
    int code = open_session(&s, bytes, count, message);
    if (code != 0) return code;
    int width = heif_image_handle_get_width(s.handle), height = heif_image_handle_get_height(s.handle);
    // A coded picture may be larger than what is shown of it, up to a point.
    nt_heif_pixel_limit = (uint64_t)width * (uint64_t)height * 4 + (1 << 20);
    struct heif_image *image = NULL;
    struct heif_error error = heif_decode_image(
        s.handle, &image, heif_colorspace_RGB, heif_chroma_interleaved_RGBA, NULL);
    nt_heif_pixel_limit = 0;
    if (error.code != heif_error_Ok) {
        code = fail(error, message);
    } else {
        int stride = 0;
        const uint8_t *pixels = heif_image_get_plane_readonly(image, heif_channel_interleaved, &stride);
        bool is_as_promised = pixels && heif_image_get_width(image, heif_channel_interleaved) == width
            && heif_image_get_height(image, heif_channel_interleaved) == height;
        if (!is_as_promised) {
            snprintf(message, 200, "its pixels are not as many as its header says");
            code = 1;
        }
        for (int y = 0; code == 0 && y < height; y++) row(context, (uint32_t)y, pixels + (size_t)y * (size_t)stride);
    }
    heif_image_release(image);
    close_session(&s);
    return code;
}
