// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "CSystem.h"

#include <fts.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

uint64_t nt_allocated_bytes(const char *folder) {
    char *paths[] = {(char *)folder, NULL};
    // The working folder belongs to the whole process, so it stays where it is.
    FTS *walk = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
    if (!walk) return 0;
    uint64_t sum = 0;
    FTSENT *entry;
    while ((entry = fts_read(walk))) {
        // A folder comes twice, before and after what is in it.
        if (entry->fts_info == FTS_DP || !entry->fts_statp) continue;
        if (entry->fts_info == FTS_NS || entry->fts_info == FTS_ERR) continue;
        // POSIX's unit, whatever the blocks of the file system are.
        sum += (uint64_t)entry->fts_statp->st_blocks * 512;
    }
    fts_close(walk);
    return sum;
}

int nt_file_system_room(const char *path, uint64_t *free_bytes, uint64_t *total_bytes) {
    struct statvfs status;
    if (statvfs(path, &status) != 0) return -1;
    *free_bytes = (uint64_t)status.f_bavail * status.f_frsize;
    *total_bytes = (uint64_t)status.f_blocks * status.f_frsize;
    return 0;
}
