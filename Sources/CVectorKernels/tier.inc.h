// SPDX-License-Identifier: Apache-2.0
//
// All loops, for the kind of processor whose file includes this. That file has defined `dot_u8`, `dot_nibbles`,
// `dot_planes`, and the name `TIER` of its table.

#include "tier_floats.inc.h"
#include "tier_codes.inc.h"
#include "tier_graph.inc.h"

const nk_tier TIER = {
    .name = TIER_NAME,
    .dot = dot_floats,
    .dot_and_norm = dot_and_norm,
    .l2_squared = l2_squared,
    .manhattan = manhattan,
    .hamming = hamming,
    .dot_u8 = dot_u8,
    .dot_nibbles = dot_nibbles,
    .dot_planes = dot_planes,
    .encode = encode,
    .prepare = prepare,
    .scan = scan,
    .walk_begin = walk_begin,
    .walk = walk,
    .link = link_place,
    .relink = relink,
};
