// SPDX-License-Identifier: Apache-2.0
/* The thread for what falls due by and by: it asks the rules of alerts, a while after a checkpoint has
 * taken in something new, and calibrates risk anew from time to time. It waits for disks, with a session
 * of its own; nobody waits for it. */
#ifndef ASSAY_VERIFIER_UPKEEP_H
#define ASSAY_VERIFIER_UPKEEP_H

#include "core/store.h"

struct assay_upkeep;

struct assay_upkeep_options {
    const char *dir; /* the data directory */
    struct assay_store *store;
    /* The least time between two times that rules are asked; a pass that took long is followed by at
     * least twenty times as long. */
    uint32_t alerts_interval_ms;
    uint32_t calibrate_days; /* 0 = never */
};

/** Start it. options: its dir is borrowed until it is closed.
 *  returns ASSAY_OK; ASSAY_E_MEMORY; ASSAY_E_STORE. The caller closes it before the store. */
ASSAY_MUST_CHECK enum assay_error assay_upkeep_open(const struct assay_upkeep_options *options,
                                                    struct assay_upkeep **upkeep);

/** Stop and join; NULL is allowed. blocks: for a pass of rules under way; a calibration is given up. */
void assay_upkeep_close(struct assay_upkeep *upkeep);

#endif
