// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <features.h>

// The one door to liblmdb; only ObjectStorage imports it.
#include <lmdb.h>
