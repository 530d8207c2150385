// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <features.h>
#include <stddef.h>
#include <stdint.h>

// Packing and unpacking of gzip and zlib streams, and checksums, by zlib.

/// A stream that is being unpacked.
typedef struct NTInflate NTInflate;

/// Starts a stream; gzip or zlib, as its header says. NULL if there is no memory. Ended with nt_inflate_end.
NTInflate *nt_inflate_begin(const uint8_t *packed, size_t count);
void nt_inflate_end(NTInflate *stream);

/// Unpacks up to `capacity` bytes into `out` and sets `*written`.
/// Returns 1 when there may be more, 0 at the end, -1 if the stream is broken or cut off.
int nt_inflate_next(NTInflate *stream, uint8_t *out, size_t capacity, size_t *written);

/// The most bytes that nt_deflate makes of `count`.
size_t nt_deflate_bound(size_t count);

/// Packs bytes as a zlib stream; `level` from 1 (fast) to 9 (small).
/// Returns how many bytes it wrote to `out`; 0 if `capacity` is too small or there is no memory.
size_t nt_deflate(const uint8_t *bytes, size_t count, int level, uint8_t *out, size_t capacity);

/// The CRC-32 of ISO 3309, as in gzip.
uint32_t nt_crc32(const uint8_t *bytes, size_t count);
