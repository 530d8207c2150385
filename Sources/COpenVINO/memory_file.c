// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "COpenVINO.h"

#include <sys/mman.h>
#include <unistd.h>

int nt_memory_file_open(void) { return memfd_create("network", MFD_CLOEXEC); }

bool nt_memory_file_append(int file, const void *bytes, size_t count) {
    const char *left = bytes;
    while (count > 0) {
        ssize_t written = write(file, left, count);
        if (written <= 0) return false;
        left += written;
        count -= (size_t)written;
    }
    return true;
}

void nt_memory_file_close(int file) { close(file); }
