// SPDX-License-Identifier: Apache-2.0
#include "internal.h"

#include <stdlib.h>

#include <libde265/de265.h>

typedef struct {
    de265_decoder_context *context;
    struct de265_image_allocation allocation;
    uint64_t pixel_limit;
} decoder;

static const char *name(void) { return "libde265 with limits"; }
static int priority(enum heif_compression_format format) { return format == heif_compression_HEVC ? 1000 : 0; }
static void set_strict(void *handle, int is_strict) {
    (void)handle;
    (void)is_strict;
}

/// Asked before anything is allocated for a picture; 0 ends its decoding.
static int get_buffer(
    de265_decoder_context *context, struct de265_image_spec *spec, struct de265_image *image, void *data) {
    decoder *d = data;
    if (spec->width <= 0 || spec->height <= 0 || (uint64_t)spec->width * (uint64_t)spec->height > d->pixel_limit) return 0;
    return de265_get_default_image_allocation_functions()->get_buffer(context, spec, image, NULL);
}

static void release_buffer(de265_decoder_context *context, struct de265_image *image, void *data) {
    (void)data;
    de265_get_default_image_allocation_functions()->release_buffer(context, image, NULL);
}

static struct heif_error create(void **handle) {
    decoder *d = calloc(1, sizeof(decoder));
    if (!d) return nt_heif_failed("there is no memory for the decoder");
    d->context = de265_new_decoder();
    if (!d->context) {
        free(d);
        return nt_heif_failed("the HEVC decoder does not start");
    }
    d->pixel_limit = nt_heif_pixel_limit;
    d->allocation = (struct de265_image_allocation){get_buffer, release_buffer};
    de265_set_image_allocation_functions(d->context, &d->allocation, d);
    *handle = d;
    return nt_heif_done();
}

static void destroy(void *handle) {
    decoder *d = handle;
    if (!d) return;
    de265_free_decoder(d->context);
    free(d);
}

/// NAL units, each behind its length in four bytes.
static struct heif_error push(void *handle, const void *bytes, size_t count) {
    decoder *d = handle;
    const uint8_t *from = bytes;
    size_t place = 0;
    while (place < count) {
        if (count - place < 4) return nt_heif_failed("the coded picture ends too early");
        uint32_t size = (uint32_t)from[place] << 24 | (uint32_t)from[place + 1] << 16 | (uint32_t)from[place + 2] << 8 | from[place + 3];
        place += 4;
        if (size > count - place || size > INT32_MAX) return nt_heif_failed("the coded picture ends too early");
        de265_push_NAL(d->context, from + place, (int)size, 0, NULL);
        place += size;
    }
    return nt_heif_done();
}

static struct heif_error copy(const struct de265_image *picture, struct heif_image **image) {
    nt_heif_planes planes = {
        .width = de265_get_image_width(picture, 0), .height = de265_get_image_height(picture, 0),
        .bits = de265_get_bits_per_pixel(picture, 0), .chroma = (enum heif_chroma)de265_get_chroma_format(picture)};
    if (planes.width <= 0 || planes.height <= 0) return nt_heif_failed("the coded picture has no pixels");
    for (int c = 0; c < (planes.chroma == heif_chroma_monochrome ? 1 : 3); c++) {
        bool is_small = c > 0 && planes.chroma != heif_chroma_444, is_low = c > 0 && planes.chroma == heif_chroma_420;
        int width = is_small ? (planes.width + 1) / 2 : planes.width, height = is_low ? (planes.height + 1) / 2 : planes.height;
        planes.planes[c] = de265_get_image_plane(picture, c, &planes.strides[c]);
        bool is_whole = planes.planes[c] && de265_get_image_width(picture, c) >= width
            && de265_get_image_height(picture, c) >= height && de265_get_bits_per_pixel(picture, c) == planes.bits;
        if (!is_whole) return nt_heif_failed("the channels of the coded picture don't go together");
    }
    struct heif_error error = nt_heif_copy(&planes, image);
    if (error.code == heif_error_Ok) {
        struct heif_color_profile_nclx colors = {
            .version = 1, .color_primaries = (enum heif_color_primaries)de265_get_image_colour_primaries(picture),
            .transfer_characteristics = (enum heif_transfer_characteristics)de265_get_image_transfer_characteristics(picture),
            .matrix_coefficients = (enum heif_matrix_coefficients)de265_get_image_matrix_coefficients(picture),
            .full_range_flag = de265_get_image_full_range_flag(picture) != 0};
        heif_image_set_nclx_color_profile(*image, &colors);
    }
    return error;
}

static struct heif_error decode(void *handle, struct heif_image **image) {
    decoder *d = handle;
    de265_flush_data(d->context);
    int goes_on = 1;
    while (goes_on) {
        goes_on = 0;
        de265_error code = de265_decode(d->context, &goes_on);
        if (code != DE265_OK) break;
        const struct de265_image *picture = de265_get_next_picture(d->context);
        if (picture) return copy(picture, image);
    }
    return nt_heif_failed("the coded picture is broken or larger than its header says");
}

const struct heif_decoder_plugin nt_heif_hevc_plugin = {
    .plugin_api_version = 3, .get_plugin_name = name, .does_support_format = priority, .new_decoder = create,
    .free_decoder = destroy, .push_data = push, .decode_image = decode, .set_strict_decoding = set_strict,
    .id_name = "needletail-hevc",
};
