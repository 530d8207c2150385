// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include <libheif/heif.h>
#include <libheif/heif_plugin.h>

// libheif's own doors to the two decoders let a file of a hundred bytes ask for gigabytes, whatever its header promises, and
// write to the standard error. These take no more pixels than the thread has set.

/// The most pixels of a coded picture on this thread.
extern _Thread_local uint64_t nt_heif_pixel_limit;

extern const struct heif_decoder_plugin nt_heif_av1_plugin, nt_heif_hevc_plugin;

struct heif_error nt_heif_done(void);
struct heif_error nt_heif_failed(const char *reason);

/// Planes of a decoded picture, as both decoders hand them out.
typedef struct {
    int width, height, bits;
    enum heif_chroma chroma;
    const uint8_t *planes[3];
    int strides[3];
} nt_heif_planes;

struct heif_error nt_heif_copy(const nt_heif_planes *planes, struct heif_image **image);
