// SPDX-License-Identifier: Apache-2.0
//
// All loops, for the kind of processor whose file includes this. That file has defined `dot_u8`, `dot_nibbles`,
// `dot_planes`, `dot_signs`, and the name `TIER` of its table; it may have defined `TOP_BITS`, `MAXIMA_ROWS`, and `dot_rows_of_signs` together with
// `ROWS_OF_SIGNS`.

#include "tier_floats.inc.h"
#include "tier_codes.inc.h"
#include "tier_scan.inc.h"
#include "tier_walk.inc.h"
#include "tier_link.inc.h"
#include "tier_repair.inc.h"

const nk_tier TIER = {
    .name = TIER_NAME,
    .dot = dot_floats,
    .dot_and_norm = dot_and_norm,
    .l2_squared = l2_squared,
    .manhattan = manhattan,
    .hamming = hamming,
    .raise_maxima = raise_maxima,
    .dot_u8 = dot_u8,
    .dot_nibbles = dot_nibbles,
    .dot_planes = dot_planes,
    .dot_signs = dot_signs,
    .encode = encode,
    .derive_signs = derive_signs,
    .prepare = prepare,
    .scan = scan,
    .measure_kept = measure_kept,
    .walk_begin = walk_begin,
    .walk = walk,
    .link = link_slot,
    .relink = relink,
};
