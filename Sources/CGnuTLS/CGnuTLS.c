// SPDX-License-Identifier: Apache-2.0
#include "CGnuTLS.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <gnutls/crypto.h>

#define PIECE (1 << 20)

static int hash_descriptor(int file, uint8_t *piece, uint8_t digest[32]) {
    gnutls_hash_hd_t hash;
    if (gnutls_hash_init(&hash, GNUTLS_DIG_SHA256) < 0) return ENOMEM;
    ssize_t count;
    while ((count = read(file, piece, PIECE)) > 0) gnutls_hash(hash, piece, (size_t)count);
    int code = count < 0 ? errno : 0;
    gnutls_hash_deinit(hash, digest);
    return code;
}

int nt_sha256(const void *bytes, size_t count, uint8_t digest[32]) {
    return gnutls_hash_fast(GNUTLS_DIG_SHA256, bytes, count, digest) < 0 ? ENOMEM : 0;
}

int nt_sha1(const void *bytes, size_t count, uint8_t digest[20]) {
    return gnutls_hash_fast(GNUTLS_DIG_SHA1, bytes, count, digest) < 0 ? ENOMEM : 0;
}

int nt_sha256_of_file(const char *path, uint8_t digest[32]) {
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return errno;
    uint8_t *piece = malloc(PIECE);
    int code = piece ? hash_descriptor(file, piece, digest) : ENOMEM;
    free(piece);
    close(file);
    return code;
}
