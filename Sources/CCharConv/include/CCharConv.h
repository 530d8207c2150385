// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stddef.h>
#include <stdint.h>

// Decimal text and binary floating point, by the C++ standard library's <charconv>: correctly rounded when read,
// shortest text that reads back to the same value when written. No locale, no allocation, no NUL-terminated text.

#ifdef __cplusplus
extern "C" {
#endif

/// What became of reading a number.
typedef enum {
    NTCharConvOK = 0,
    /// The text does not begin with a number as JSON writes them.
    NTCharConvInvalid = 1,
    /// Its magnitude is too large for the type. (One that is too small becomes zero.)
    NTCharConvTooLarge = 2,
} NTCharConvOutcome;

/// The most bytes that a written number takes, with room to spare.
#define NT_CHARCONV_MAX 32

/// Reads the number at the start of `text`, as RFC 8259 writes numbers; `*consumed` is how many bytes it took.
NTCharConvOutcome nt_charconv_read_float(const uint8_t *text, size_t count, float *value, size_t *consumed);
NTCharConvOutcome nt_charconv_read_double(const uint8_t *text, size_t count, double *value, size_t *consumed);

/// Writes a finite number as Go's encoding/json does: plain from 1e-6 to below 1e21, with an exponent outside.
/// `out` has NT_CHARCONV_MAX bytes. Returns how many were written.
size_t nt_charconv_write_float(float value, uint8_t *out);
size_t nt_charconv_write_double(double value, uint8_t *out);

/// Writes `count` numbers so, with commas between them; `null` for what is not finite. `out` has NT_CHARCONV_MAX + 1 bytes for each.
/// Returns how many were written.
size_t nt_charconv_write_floats(const float *values, size_t count, uint8_t *out);

#ifdef __cplusplus
}
#endif
