// SPDX-License-Identifier: Apache-2.0
#include "core/sample_plan.h"

static uint64_t next(uint64_t *state)
{
    *state += 0x9E3779B97F4A7C15ull;
    uint64_t mixed = *state;
    mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9ull;
    mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EBull;
    return mixed ^ mixed >> 31;
}

/* A number below limit, each as likely as the others: what would favour the low ones is drawn anew. */
static uint64_t below(uint64_t *state, uint64_t limit)
{
    uint64_t fair = UINT64_MAX - UINT64_MAX % limit;
    uint64_t drawn = next(state);
    while (drawn >= fair) {
        drawn = next(state);
    }
    return drawn % limit;
}

bool assay_sample_plan_draw(struct assay_plan_row *rows, size_t count, uint64_t seed,
                            uint32_t wanted)
{
    uint64_t all = 0;
    for (size_t i = 0; i < count; i++) {
        all += rows[i].units;
        assay_assert(all < 1ull << 63);
    }
    if (all == 0) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        rows[i].count = 0;
    }
    for (uint32_t drawn = 0; drawn < wanted; drawn++) {
        uint64_t unit = below(&seed, all);
        size_t at = 0;
        while (unit >= rows[at].units) {
            unit -= rows[at++].units;
        }
        rows[at].count++;
    }
    return true;
}
