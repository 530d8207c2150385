// SPDX-License-Identifier: Apache-2.0
#include "internal.h"

#include <string.h>

_Thread_local uint64_t nt_heif_pixel_limit = 0;

struct heif_error nt_heif_done(void) {
    return (struct heif_error){heif_error_Ok, heif_suberror_Unspecified, "done"};
}

struct heif_error nt_heif_failed(const char *reason) {
    return (struct heif_error){heif_error_Decoder_plugin_error, heif_suberror_Unspecified, reason};
}

struct heif_error nt_heif_copy(const nt_heif_planes *p, struct heif_image **image) {
    static const enum heif_channel channels[3] = {heif_channel_Y, heif_channel_Cb, heif_channel_Cr};
    bool is_gray = p->chroma == heif_chroma_monochrome;
    struct heif_error error = heif_image_create(
        p->width, p->height, is_gray ? heif_colorspace_monochrome : heif_colorspace_YCbCr, p->chroma, image);
    if (error.code != heif_error_Ok) return error;
    for (int c = 0; c < (is_gray ? 1 : 3); c++) {
        bool is_half_wide = c > 0 && p->chroma != heif_chroma_444, is_half_high = c > 0 && p->chroma == heif_chroma_420;
        int width = is_half_wide ? (p->width + 1) / 2 : p->width, height = is_half_high ? (p->height + 1) / 2 : p->height;
        error = heif_image_add_plane(*image, channels[c], width, height, p->bits);
        int stride = 0;
        uint8_t *target = error.code == heif_error_Ok ? heif_image_get_plane(*image, channels[c], &stride) : NULL;
        if (!target) {
            heif_image_release(*image);
            *image = NULL;
            return nt_heif_failed("there is no memory for its pixels");
        }
        size_t row_size = (size_t)width * (p->bits > 8 ? 2 : 1);
        for (int y = 0; y < height; y++)
            memcpy(target + (size_t)y * (size_t)stride, p->planes[c] + (ptrdiff_t)y * p->strides[c], row_size);
    }
    return nt_heif_done();
}
