// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stddef.h>
#include <stdint.h>

// The files of the web console, put into the program by the compiler (`#embed` of C23): the site itself, the guides, and
// what it uses of Debian's JavaScript packages, unmodified.

/// A file: where it is below /console, and what is in it. All of it lives as long as the program does.
typedef struct {
    const char *path;
    const uint8_t *bytes;
    size_t count;
} NTConsoleFile;

/// How many files there are.
size_t nt_console_file_count(void);

/// File `index`, which must be less than the count; in the order of their paths.
const NTConsoleFile *nt_console_file(size_t index);
