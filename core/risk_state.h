// SPDX-License-Identifier: Apache-2.0
/* An item's memory of its scans, and its form in the item row (docs/FORMAT.md, section 8). */
#ifndef ASSAY_CORE_RISK_STATE_H
#define ASSAY_CORE_RISK_STATE_H

#include "core/place.h"
#include "core/wire.h"

#define ASSAY_RISK_TAGS 6

/** All zero before the first scan that counts. Changed by assay_risk_update alone. */
struct assay_risk_state {
    uint32_t mass_sum;                     /* of its records' masses, 1/65535, saturating */
    uint16_t device_tags[ASSAY_RISK_TAGS]; /* most recent first; 0 = empty */
    uint8_t devices; /* distinct devices, saturating; a forgotten one counts again */
    uint8_t regions; /* changes of country or by over 100 km, not by a known device; saturating */
    uint8_t infeasible;                  /* those faster than 800 km/h over 100 km, saturating */
    uint8_t anonymous;                   /* scans without a device, saturating */
    struct assay_position last_position; /* the last that was good to 50 km */
    char last_country[2];                /* the last that was known; zeros = none */
    int64_t last_at_unix_ms;             /* of last_position; 0 = there was none */
};

/* Bytes of a stored state at most. */
#define ASSAY_RISK_STATE_MAX 64

/** Append a state. first_at_unix_ms: of the item's first scan, which the row has anyway: a time
 *  that equals it costs nothing. */
void assay_risk_state_put(struct assay_wire *wire, const struct assay_risk_state *state,
                          int64_t first_at_unix_ms);

/** Take a state; wire->failed if it cannot be one, or is not in its one shortest form. */
void assay_risk_state_get(struct assay_wire *wire, int64_t first_at_unix_ms,
                          struct assay_risk_state *state);

/** Add a scan's mass to the sum.
 *  returns by how much min(1, sum) grew, 1/65535. */
uint16_t assay_risk_state_add_mass(struct assay_risk_state *state, uint16_t mass);

/** Country of the item's last scan that had one; zeros = none: whose surroundings count when the
 *  item is looked at without a scan. */
void assay_risk_state_country(const struct assay_risk_state *state, char country[2]);

#endif
