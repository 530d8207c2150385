// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stddef.h>
#include <stdint.h>

/// SHA-256 of `count` bytes. Returns 0, or the `errno` of the call that failed.
int nt_sha256(const void *bytes, size_t count, uint8_t digest[32]);

/// SHA-1 of `count` bytes: for names, not for secrets. Returns 0, or the `errno` of the call that failed.
int nt_sha1(const void *bytes, size_t count, uint8_t digest[20]);

/// SHA-256 of the file at `path`, read in pieces. Returns 0, or the `errno` of the call that failed.
int nt_sha256_of_file(const char *path, uint8_t digest[32]);
