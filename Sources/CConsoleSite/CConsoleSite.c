// SPDX-License-Identifier: Apache-2.0
#include "CConsoleSite.h"

// Made by Scripts/list-console-files.sh.
#include "files.inc.h"

size_t nt_console_file_count(void) { return sizeof nt_files / sizeof nt_files[0]; }

const NTConsoleFile *nt_console_file(size_t index) { return &nt_files[index]; }
