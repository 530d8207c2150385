// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <features.h>
#include <stddef.h>
#include <stdint.h>

// Unpacking of gzip and zlib streams, by zlib.

/// A stream that is being unpacked.
typedef struct NTInflate NTInflate;

/// Starts a stream; gzip or zlib, as its header says. NULL if there is no memory. Ended with nt_inflate_end.
NTInflate *nt_inflate_begin(const uint8_t *packed, size_t count);
void nt_inflate_end(NTInflate *stream);

/// Unpacks up to `capacity` bytes into `out` and sets `*written`.
/// Returns 1 when there may be more, 0 at the end, -1 if the stream is broken or cut off.
int nt_inflate_next(NTInflate *stream, uint8_t *out, size_t capacity, size_t *written);
