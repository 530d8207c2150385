// SPDX-License-Identifier: Apache-2.0
#include "CWebP.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <webp/decode.h>
#include <webp/demux.h>

static int fail(char *message, const char *text) {
    snprintf(message, 200, "%s", text);
    return 1;
}

int nt_webp_read_header(const uint8_t *bytes, size_t count, nt_webp_header *header, char *message) {
    WebPBitstreamFeatures features;
    if (WebPGetFeatures(bytes, count, &features) != VP8_STATUS_OK) return fail(message, "the header is broken");
    header->width = (uint32_t)features.width;
    header->height = (uint32_t)features.height;
    // The result has 4 bytes a pixel, and the decoder holds up to 4 more where it is lossless, 1 where it has alpha.
    uint64_t each = 4 + (features.format == 1 ? (features.has_alpha ? 2 : 0) : 4);
    header->memory_in_bytes = (uint64_t)header->width * header->height * each + (4 << 20);
    return 0;
}

static int decode_frame(const WebPIterator *frame, uint32_t width, uint32_t height, nt_webp_row row, void *context,
                        char *message) {
    size_t frame_width = (size_t)frame->width, frame_height = (size_t)frame->height;
    size_t left = (size_t)frame->x_offset, top = (size_t)frame->y_offset;
    if (left + frame_width > width || top + frame_height > height) return fail(message, "a frame stands out of the canvas");
    uint8_t *pixels = malloc(frame_width * frame_height * 4);
    uint8_t *line = calloc(width, 4);
    int code = 1;
    if (!pixels || !line) {
        code = 2;
    } else if (!WebPDecodeRGBAInto(frame->fragment.bytes, frame->fragment.size, pixels, frame_width * frame_height * 4,
                                   (int)(frame_width * 4))) {
        fail(message, "the coded picture is broken");
    } else {
        for (uint32_t y = 0; y < height; y++) {
            if (y >= top && y < top + frame_height)
                memcpy(line + left * 4, pixels + (y - top) * frame_width * 4, frame_width * 4);
            else memset(line, 0, (size_t)width * 4);
            row(context, y, line);
        }
        code = 0;
    }
    free(pixels);
    free(line);
    return code;
}

int nt_webp_decode(const uint8_t *bytes, size_t count, nt_webp_row row, void *context, char *message) {
    WebPData data = {bytes, count};
    WebPDemuxer *demuxer = WebPDemux(&data);
    if (!demuxer) return fail(message, "the data ends too early or its structure is broken");
    uint32_t width = WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_WIDTH);
    uint32_t height = WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_HEIGHT);
    WebPIterator frame;
    int code;
    if (!WebPDemuxGetFrame(demuxer, 1, &frame)) {
        code = fail(message, "it holds no frame");
    } else {
        code = frame.complete ? decode_frame(&frame, width, height, row, context, message)
                              : fail(message, "the first frame ends too early");
        WebPDemuxReleaseIterator(&frame);
    }
    WebPDemuxDelete(demuxer);
    return code;
}
