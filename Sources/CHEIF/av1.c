// SPDX-License-Identifier: Apache-2.0
#include "internal.h"

#include <stdlib.h>
#include <string.h>

#include <dav1d/dav1d.h>

typedef struct {
    Dav1dContext *context;
    Dav1dData data;
} decoder;

static const char *name(void) { return "dav1d with limits"; }
static int priority(enum heif_compression_format format) { return format == heif_compression_AV1 ? 1000 : 0; }
static void set_strict(void *handle, int is_strict) {
    (void)handle;
    (void)is_strict;
}

static struct heif_error create(void **handle) {
    decoder *d = calloc(1, sizeof(decoder));
    if (!d) return nt_heif_failed("there is no memory for the decoder");
    Dav1dSettings settings;
    dav1d_default_settings(&settings);
    // Pictures are decoded on as many threads as there are cores already.
    settings.n_threads = 1;
    settings.max_frame_delay = 1;
    settings.all_layers = 0;
    settings.frame_size_limit = nt_heif_pixel_limit < UINT32_MAX ? (unsigned)nt_heif_pixel_limit : UINT32_MAX;
    settings.logger.callback = NULL;
    if (dav1d_open(&d->context, &settings) != 0) {
        free(d);
        return nt_heif_failed("the AV1 decoder does not start");
    }
    *handle = d;
    return nt_heif_done();
}

static void destroy(void *handle) {
    decoder *d = handle;
    if (!d) return;
    dav1d_data_unref(&d->data);
    dav1d_close(&d->context);
    free(d);
}

static struct heif_error push(void *handle, const void *bytes, size_t count) {
    decoder *d = handle;
    if (count == 0 || d->data.sz != 0) return nt_heif_failed("the coded picture is empty");
    uint8_t *target = dav1d_data_create(&d->data, count);
    if (!target) return nt_heif_failed("there is no memory for the decoder");
    memcpy(target, bytes, count);
    return nt_heif_done();
}

/// The first picture. Each round takes data or ends, so that it comes to an end.
static int first_picture(decoder *d, Dav1dPicture *picture) {
    while (d->data.sz > 0) {
        int code = dav1d_send_data(d->context, &d->data);
        if (code < 0 && code != DAV1D_ERR(EAGAIN)) return code;
        code = dav1d_get_picture(d->context, picture);
        if (code != DAV1D_ERR(EAGAIN)) return code;
    }
    return dav1d_get_picture(d->context, picture);
}

static struct heif_error decode(void *handle, struct heif_image **image) {
    Dav1dPicture picture;
    memset(&picture, 0, sizeof picture);
    if (first_picture(handle, &picture) != 0) return nt_heif_failed("the coded picture is broken or larger than its header says");
    static const enum heif_chroma chromas[4] = {
        [DAV1D_PIXEL_LAYOUT_I400] = heif_chroma_monochrome, [DAV1D_PIXEL_LAYOUT_I420] = heif_chroma_420,
        [DAV1D_PIXEL_LAYOUT_I422] = heif_chroma_422, [DAV1D_PIXEL_LAYOUT_I444] = heif_chroma_444};
    nt_heif_planes planes = {
        .width = picture.p.w, .height = picture.p.h, .bits = picture.p.bpc, .chroma = chromas[picture.p.layout]};
    for (int c = 0; c < 3; c++) {
        planes.planes[c] = picture.data[c];
        planes.strides[c] = (int)picture.stride[c > 0];
    }
    struct heif_error error = nt_heif_copy(&planes, image);
    if (error.code == heif_error_Ok) {
        struct heif_color_profile_nclx colors = {
            .version = 1, .color_primaries = (enum heif_color_primaries)picture.seq_hdr->pri,
            .transfer_characteristics = (enum heif_transfer_characteristics)picture.seq_hdr->trc,
            .matrix_coefficients = (enum heif_matrix_coefficients)picture.seq_hdr->mtrx,
            .full_range_flag = picture.seq_hdr->color_range != 0};
        heif_image_set_nclx_color_profile(*image, &colors);
    }
    dav1d_picture_unref(&picture);
    return error;
}

const struct heif_decoder_plugin nt_heif_av1_plugin = {
    .plugin_api_version = 3, .get_plugin_name = name, .does_support_format = priority, .new_decoder = create,
    .free_decoder = destroy, .push_data = push, .decode_image = decode, .set_strict_decoding = set_strict,
    .id_name = "needletail-av1",
};
