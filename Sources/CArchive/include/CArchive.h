// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <features.h>
#include <stddef.h>
#include <stdint.h>

// Reading of zip and tar archives, the latter also packed with gzip, xz, zstd or bzip2, by libarchive. Nothing is ever
// written to the file system.

/// An archive that is being read.
typedef struct NTArchive NTArchive;

typedef enum {
    /// A file with content.
    nt_archive_kind_file = 1,
    nt_archive_kind_folder = 2,
    /// A link, a device, or anything else without content of its own.
    nt_archive_kind_other = 3,
} nt_archive_kind;

typedef struct {
    /// As the archive has it: any bytes but NUL. Valid until the next call.
    const char *path;
    size_t path_length;
    /// What the archive says, which need not be true; -1 where it does not.
    int64_t size;
    nt_archive_kind kind;
    int is_encrypted;
} nt_archive_entry;

/// Begins to read the archive in the open file, which stays the caller's and is at its beginning.
/// NULL if there is no memory. Ended with nt_archive_end, also when opening failed.
NTArchive *nt_archive_begin(int file, int *is_open);
void nt_archive_end(NTArchive *archive);

/// Goes to the next entry. Returns 1, 0 at the end, -1 if the archive cannot be read any further.
int nt_archive_next(NTArchive *archive, nt_archive_entry *entry);

/// Reads content of the entry. Returns how many bytes, 0 at its end, -1 if it is damaged, -2 if the whole archive is.
ptrdiff_t nt_archive_read(NTArchive *archive, void *out, size_t capacity);

/// Whether all entries can be passed over without reading their content: the format has a table, or nothing is packed.
/// To be asked after the first entry.
int nt_archive_is_seekable(NTArchive *archive);

/// How many bytes of the file were read.
int64_t nt_archive_position(NTArchive *archive);

/// What went wrong last; never NULL.
const char *nt_archive_error(NTArchive *archive);
