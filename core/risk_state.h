// SPDX-License-Identifier: Apache-2.0
/* An item's memory of its scans, and its form in the item row (docs/FORMAT.md, section 8).
 *
 * Anchors are the places where the item was: scans near one of them belong to it, others make a new
 * one in place of the one with the fewest scans. Each device remembers at which of them it was. */
#ifndef ASSAY_CORE_RISK_STATE_H
#define ASSAY_CORE_RISK_STATE_H

#include "core/place.h"
#include "core/wire.h"

#define ASSAY_RISK_TAGS 6
#define ASSAY_RISK_ANCHORS 3
/* Coarser positions say nothing but the country. */
#define ASSAY_RISK_ACCURACY_MAX_KM 300
/* Anchors' accuracies are kept up to here. */
#define ASSAY_RISK_ANCHOR_ACCURACY_MAX_KM 63

#define ASSAY_RISK_ANCHOR_MASS 128

struct assay_risk_anchor {
    int16_t lat_decidegrees;
    int16_t lon_decidegrees;
    uint8_t scans; /* saturating */
    uint8_t accuracy_km;
    uint8_t mass;    /* of the masses of its scans, ASSAY_RISK_ANCHOR_MASS / 65535, saturating */
    char country[2]; /* zeros = not known */
};

/** All zero before the first scan that counts. Changed by assay_risk_update alone. */
struct assay_risk_state {
    int64_t first_at_unix_ms;
    uint32_t last_s;   /* of the last scan, since the first */
    uint32_t placed_s; /* of the last scan with an anchor, likewise */
    uint32_t mass_sum; /* of its records' masses, 1/65535, up to 2^24 - 1 */
    int16_t mix;       /* sum of what its scans say, 1/1024; see core/risk.c */
    uint16_t positive; /* sum of the ratios that speak for another item, 1/1024 */
    uint8_t largest;   /* the largest of those, 1/32 */
    uint16_t device_tags[ASSAY_RISK_TAGS]; /* most recent first; 0 = empty */
    uint8_t device_at[ASSAY_RISK_TAGS];    /* bit set of anchors */
    struct assay_risk_anchor anchors[ASSAY_RISK_ANCHORS];
    uint8_t anchor_count;
    uint8_t anchor;    /* of the last scan that had one */
    uint8_t scans;     /* that counted; from 255 on neither this nor the next three change */
    uint8_t devices;   /* new ones; a forgotten one counts again */
    uint8_t anonymous; /* scans without a device */
    uint8_t bursts;    /* scans not by a known device within the hour */
    /* Each to 15. */
    uint8_t switches; /* to another anchor that was there before, but shares no device */
    uint8_t returns;  /* far ones by a device known there, on different days */
    uint8_t leaps;    /* those too soon for the way */
    uint8_t returned; /* half day of the last return that counted, modulo 16 */
    uint8_t far;      /* scans away from all anchors, not by a known device */
    uint8_t too_fast; /* those too soon after the scan before */
    uint8_t arrivals; /* scans not by a known device, four days or more after the scan before */
};

/* Bytes of a stored state at most. */
#define ASSAY_RISK_STATE_MAX 64

/** Append a state. Its first time is the row's own. */
void assay_risk_state_put(struct assay_wire *wire, const struct assay_risk_state *state);

/** Take a state; wire->failed if it cannot be one, or is not in its one shortest form.
 *  first_at_unix_ms: of the item's first scan, which the row has. */
void assay_risk_state_get(struct assay_wire *wire, int64_t first_at_unix_ms,
                          struct assay_risk_state *state);

/** Add a scan's mass to the sum.
 *  returns by how much min(1, sum) grew, 1/65535. */
uint16_t assay_risk_state_add_mass(struct assay_risk_state *state, uint16_t mass);

/** Country of the item's last anchor that had one; zeros = none: whose surroundings count when the
 *  item is looked at without a scan. */
void assay_risk_state_country(const struct assay_risk_state *state, char country[2]);

#define ASSAY_RISK_TILE_NONE UINT16_MAX

/** Tile of one degree by one degree that a position lies in; ASSAY_RISK_TILE_NONE if it is not
 *  known. Pure. */
uint16_t assay_risk_tile(int16_t lat_decidegrees, int16_t lon_decidegrees);

/** The anchors that share devices with one, itself included: a bit set. Pure. */
uint8_t assay_risk_state_group(const struct assay_risk_state *state, int anchor);

/** True if somebody else may have scanned it: else there is nothing to weigh. */
static inline bool assay_risk_state_says(const struct assay_risk_state *state)
{
    return state->devices + state->anonymous >= 2;
}

/** Scans by devices known before. */
static inline uint32_t assay_risk_state_known(const struct assay_risk_state *state)
{
    return (uint32_t)state->scans - state->devices - state->anonymous;
}

#endif
