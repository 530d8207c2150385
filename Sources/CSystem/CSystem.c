// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "CSystem.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

void nt_trim_memory(void) {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

static _Thread_local void *note_of_this_thread;

void *nt_note_of_this_thread(void) { return note_of_this_thread; }

void nt_set_note_of_this_thread(void *note) { note_of_this_thread = note; }

void nt_name_this_thread(const char *name) {
    prctl(PR_SET_NAME, name, 0, 0, 0);
}

void nt_lower_this_threads_priority(void) {
    // On Linux 0 is the calling thread, not its process.
    setpriority(PRIO_PROCESS, 0, 19);
}

int nt_identify_file(const char *path, nt_file_identity *identity) {
    struct stat status;
    if (stat(path, &status) != 0) return -1;
    identity->device = (uint64_t)status.st_dev;
    identity->node = (uint64_t)status.st_ino;
    return 0;
}

int nt_punch_hole(int file, uint64_t offset, uint64_t length) {
    return fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)offset, (off_t)length);
}
