// SPDX-License-Identifier: Apache-2.0

// Telephone numbers, read and formatted by libphonenumber behind a C interface. No exception leaves it, and nothing is
// written to standard output.
#pragma once
#include <features.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Longest text that is read, in bytes: libphonenumber refuses more than 250 characters itself.
#define NEEDLETAIL_PHONE_MAX_INPUT 1024
/// Room for a formatted number with its extension and the terminating zero.
#define NEEDLETAIL_PHONE_MAX_FORMATTED 256

enum needletail_phone_status {
    NEEDLETAIL_PHONE_OK = 0,
    /// No country code in the number, and no known region given.
    NEEDLETAIL_PHONE_UNKNOWN_COUNTRY = 1,
    /// Not a telephone number.
    NEEDLETAIL_PHONE_NOT_A_NUMBER = 2,
    NEEDLETAIL_PHONE_TOO_SHORT = 3,
    NEEDLETAIL_PHONE_TOO_LONG = 4,
    /// The library failed, or a formatted text is longer than there is room for.
    NEEDLETAIL_PHONE_FAILED = 5,
};

struct needletail_phone_number {
    uint64_t national;
    uint64_t country_code;
    bool is_valid;
};

/// Reads `input` (UTF-8, `input_length` bytes) as a number dialled from `region` (ISO 3166-1 alpha-2 in upper case, may
/// be empty). The formatted texts (zero-terminated UTF-8) go to `international_format` and `national_format`, which have
/// room for NEEDLETAIL_PHONE_MAX_FORMATTED bytes each. Everything is written only when the answer is
/// NEEDLETAIL_PHONE_OK. Safe to call from several threads.
enum needletail_phone_status needletail_phone_parse(
    const char *input, size_t input_length, const char *region, size_t region_length,
    struct needletail_phone_number *number, char *international_format, char *national_format);

#ifdef __cplusplus
}
#endif
