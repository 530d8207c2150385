// SPDX-License-Identifier: Apache-2.0
#include "CZlib.h"

#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

struct NTInflate {
    z_stream stream;
    const uint8_t *rest;
    size_t rest_count;
};

NTInflate *nt_inflate_begin(const uint8_t *packed, size_t count) {
    NTInflate *inflating = calloc(1, sizeof *inflating);
    if (inflating == NULL) return NULL;
    inflating->rest = packed;
    inflating->rest_count = count;
    // 15 is the largest window; 32 more tells gzip and zlib apart by their headers.
    if (inflateInit2(&inflating->stream, 15 + 32) != Z_OK) {
        free(inflating);
        return NULL;
    }
    return inflating;
}

void nt_inflate_end(NTInflate *inflating) {
    inflateEnd(&inflating->stream);
    free(inflating);
}

// Gives zlib, which counts in unsigned int, the next piece of what is left.
static void feed(NTInflate *inflating) {
    z_stream *stream = &inflating->stream;
    if (stream->avail_in > 0 || inflating->rest_count == 0) return;
    size_t piece = inflating->rest_count < UINT_MAX ? inflating->rest_count : UINT_MAX;
    stream->next_in = (Bytef *)inflating->rest;
    stream->avail_in = (uInt)piece;
    inflating->rest += piece;
    inflating->rest_count -= piece;
}

int nt_inflate_next(NTInflate *inflating, uint8_t *out, size_t capacity, size_t *written) {
    z_stream *stream = &inflating->stream;
    uInt room = capacity < UINT_MAX ? (uInt)capacity : UINT_MAX;
    stream->next_out = out;
    stream->avail_out = room;
    int outcome = 1;
    while (stream->avail_out > 0) {
        feed(inflating);
        int code = inflate(stream, Z_NO_FLUSH);
        if (code == Z_STREAM_END) {
            feed(inflating);
            // A gzip file may have several members, one after another.
            if (stream->avail_in == 0 || inflateReset(stream) != Z_OK) {
                outcome = 0;
                break;
            }
        } else if (code != Z_OK) {
            outcome = -1;
            break;
        }
    }
    *written = room - stream->avail_out;
    return outcome;
}

size_t nt_deflate_bound(size_t count) { return compressBound(count); }

size_t nt_deflate(const uint8_t *bytes, size_t count, int level, uint8_t *out, size_t capacity) {
    uLongf written = capacity;
    return compress2(out, &written, bytes, count, level) == Z_OK ? written : 0;
}

uint32_t nt_crc32(const uint8_t *bytes, size_t count) {
    uLong sum = crc32(0, Z_NULL, 0);
    while (count > 0) {
        uInt piece = count < UINT_MAX ? (uInt)count : UINT_MAX;
        sum = crc32(sum, bytes, piece);
        bytes += piece;
        count -= piece;
    }
    return (uint32_t)sum;
}
