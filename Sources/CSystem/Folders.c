// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "CSystem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct NTFolder {
    DIR *stream;
};

NTFolder *nt_folder_begin(const char *path) {
    NTFolder *folder = malloc(sizeof *folder);
    if (!folder) return NULL;
    folder->stream = opendir(path);
    if (folder->stream) return folder;
    int error = errno;
    free(folder);
    errno = error;
    return NULL;
}

void nt_folder_end(NTFolder *folder) {
    closedir(folder->stream);
    free(folder);
}

static nt_file_kind kind_of_mode(mode_t mode) {
    if (S_ISREG(mode)) return nt_file_kind_file;
    if (S_ISDIR(mode)) return nt_file_kind_folder;
    if (S_ISLNK(mode)) return nt_file_kind_link;
    return nt_file_kind_other;
}

static nt_file_kind kind(DIR *stream, const struct dirent *entry) {
    switch (entry->d_type) {
    case DT_REG: return nt_file_kind_file;
    case DT_DIR: return nt_file_kind_folder;
    case DT_LNK: return nt_file_kind_link;
    case DT_UNKNOWN: break;
    default: return nt_file_kind_other;
    }
    // Some file systems don't tell in the listing.
    struct stat status;
    if (fstatat(dirfd(stream), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) return nt_file_kind_other;
    return kind_of_mode(status.st_mode);
}

int nt_folder_next(NTFolder *folder, nt_folder_entry *entry) {
    for (;;) {
        errno = 0;
        const struct dirent *found = readdir(folder->stream);
        if (!found) return errno ? -1 : 0;
        if (!strcmp(found->d_name, ".") || !strcmp(found->d_name, "..")) continue;
        entry->name = found->d_name;
        entry->name_length = strlen(found->d_name);
        entry->kind = kind(folder->stream, found);
        return 1;
    }
}

nt_file_kind nt_kind_of_file(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 ? kind_of_mode(status.st_mode) : nt_file_kind_missing;
}

int nt_open_regular_file(const char *path, int64_t *size) {
    // Without waiting for whoever is at the other end of what is no file.
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (file < 0) return -1;
    struct stat status;
    int error = fstat(file, &status) != 0 ? errno : S_ISREG(status.st_mode) ? 0 : EINVAL;
    if (error) {
        close(file);
        errno = error;
        return -1;
    }
    *size = (int64_t)status.st_size;
    return file;
}
