// SPDX-License-Identifier: Apache-2.0
//
// For any processor.
#define LOOPS nl_loops_plain
#include "loops.inc.h"
