// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "CArchive.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include <archive.h>
#include <archive_entry.h>

#define PIECE (256 << 10)

struct NTArchive {
    struct archive *reader;
    struct archive_entry *entry;
    /// With UTF-8: in that of the process libarchive may not know what to do with other letters than ASCII's.
    locale_t locale;
};

NTArchive *nt_archive_begin(int file, int *is_open) {
    *is_open = 0;
    NTArchive *archive = calloc(1, sizeof *archive);
    if (!archive) return NULL;
    archive->reader = archive_read_new();
    archive->entry = archive_entry_new();
    archive->locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    if (!archive->reader || !archive->entry || !archive->locale) {
        nt_archive_end(archive);
        return NULL;
    }
    // Only these: each further format is another parser for what strangers send. None of them runs a program.
    archive_read_support_format_zip(archive->reader);
    archive_read_support_format_tar(archive->reader);
    archive_read_support_filter_gzip(archive->reader);
    archive_read_support_filter_xz(archive->reader);
    archive_read_support_filter_zstd(archive->reader);
    archive_read_support_filter_bzip2(archive->reader);
    *is_open = archive_read_open_fd(archive->reader, file, PIECE) == ARCHIVE_OK;
    return archive;
}

void nt_archive_end(NTArchive *archive) {
    if (archive->reader) archive_read_free(archive->reader);
    if (archive->entry) archive_entry_free(archive->entry);
    if (archive->locale) freelocale(archive->locale);
    free(archive);
}

static nt_archive_kind kind(struct archive_entry *entry) {
    if (archive_entry_hardlink(entry) || archive_entry_hardlink_utf8(entry)) return nt_archive_kind_other;
    switch (archive_entry_filetype(entry)) {
    case AE_IFREG: return nt_archive_kind_file;
    case AE_IFDIR: return nt_archive_kind_folder;
    default: return nt_archive_kind_other;
    }
}

static int next(NTArchive *archive, nt_archive_entry *entry) {
    int code;
    // A retry is bounded: each one has read something.
    do { code = archive_read_next_header2(archive->reader, archive->entry); } while (code == ARCHIVE_RETRY);
    if (code == ARCHIVE_EOF) return 0;
    // A warning is about attributes that nobody asks for here, such as the letters of a path in this locale.
    if (code != ARCHIVE_OK && code != ARCHIVE_WARN) return -1;
    const char *path = archive_entry_pathname_utf8(archive->entry);
    // Where the text cannot be turned into UTF-8 these are the bytes themselves.
    if (!path) path = archive_entry_pathname(archive->entry);
    entry->path = path ? path : "";
    entry->path_length = strlen(entry->path);
    entry->size = archive_entry_size_is_set(archive->entry) ? archive_entry_size(archive->entry) : -1;
    entry->kind = kind(archive->entry);
    entry->is_encrypted = archive_entry_is_encrypted(archive->entry) > 0;
    return 1;
}

int nt_archive_next(NTArchive *archive, nt_archive_entry *entry) {
    locale_t before = uselocale(archive->locale);
    int code = next(archive, entry);
    uselocale(before);
    return code;
}

ptrdiff_t nt_archive_read(NTArchive *archive, void *out, size_t capacity) {
    la_ssize_t count = archive_read_data(archive->reader, out, capacity);
    if (count >= 0) return count;
    return count == ARCHIVE_FATAL ? -2 : -1;
}

int nt_archive_is_seekable(NTArchive *archive) {
    // The last filter is the file itself.
    return archive_filter_count(archive->reader) <= 1;
}

int64_t nt_archive_position(NTArchive *archive) { return archive_filter_bytes(archive->reader, -1); }

const char *nt_archive_error(NTArchive *archive) {
    const char *text = archive_error_string(archive->reader);
    return text ? text : "unknown error";
}
