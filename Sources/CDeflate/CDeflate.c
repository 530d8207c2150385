// SPDX-License-Identifier: Apache-2.0
#include "CDeflate.h"

#include <libdeflate.h>

size_t nt_gzip_bound(size_t count) { return libdeflate_gzip_compress_bound(NULL, count); }

size_t nt_gzip(const uint8_t *bytes, size_t count, uint8_t *out, size_t capacity) {
    struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(12);
    if (compressor == NULL) return 0;
    size_t written = libdeflate_gzip_compress(compressor, bytes, count, out, capacity);
    libdeflate_free_compressor(compressor);
    return written;
}
