// SPDX-License-Identifier: Apache-2.0
/* A sampling plan: which test purchases to make, drawn at random in proportion to units, so that what
 * they show holds for what is sold. The same rows, seed and number give the same plan on every machine:
 * SplitMix64 (Steele, Lea, Flood 2014) and draws without bias. Pure. threads: any. */
#ifndef ASSAY_CORE_SAMPLE_PLAN_H
#define ASSAY_CORE_SAMPLE_PLAN_H

#include "core/record_file.h"

/** Draw `wanted` items; each falls on a row with the chance units / all units.
 *  rows   units are read, count is set.
 *  false  no row has units; nothing is set. All units are below 2^63. */
bool assay_sample_plan_draw(struct assay_plan_row *rows, size_t count, uint64_t seed,
                            uint32_t wanted);

#endif
