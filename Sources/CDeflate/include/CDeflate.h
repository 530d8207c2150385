// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <features.h>
#include <stddef.h>
#include <stdint.h>

// Packing as small as gzip can be, by libdeflate: for what is packed once and sent often.

/// The most bytes that nt_gzip makes of `count`.
size_t nt_gzip_bound(size_t count);

/// Packs bytes as one member of a gzip file, as small as it gets: some 5 MB a second.
/// Returns how many bytes it wrote to `out`; 0 if `capacity` is too small or there is no memory.
size_t nt_gzip(const uint8_t *bytes, size_t count, uint8_t *out, size_t capacity);
