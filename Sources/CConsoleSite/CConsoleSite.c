// SPDX-License-Identifier: Apache-2.0
#include "CConsoleSite.h"

// Made by Scripts/build-console.sh, from which the scripts build; or else the site as it stands in the sources.
#if __has_include("../../.build/console/files.inc.h")
#include "../../.build/console/files.inc.h"
#else
#include "files.inc.h"
#endif

size_t nt_console_file_count(void) { return sizeof nt_files / sizeof nt_files[0]; }

const NTConsoleFile *nt_console_file(size_t index) { return &nt_files[index]; }
