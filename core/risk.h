// SPDX-License-Identifier: Apache-2.0
/* What an item's scans so far say about copies of its code. Integer arithmetic only: the same
 * scans give the same level on every machine, live or replayed. */
#ifndef ASSAY_CORE_RISK_H
#define ASSAY_CORE_RISK_H

#include "core/place.h"
#include "core/verdict.h"

#define ASSAY_RISK_TAGS 6

/** The item's memory of its scans; part of the item row. All zero before the first scan. */
struct assay_risk_state {
    uint16_t device_tags[ASSAY_RISK_TAGS]; /* most recent first; 0 = empty */
    uint8_t devices; /* distinct devices, saturating; a forgotten one counts again */
    uint8_t regions; /* changes of country or by over 100 km, not by a known device; saturating */
    uint8_t infeasible;                  /* those faster than 800 km/h over 100 km, saturating */
    uint8_t anonymous;                   /* scans without a device, saturating */
    struct assay_position last_position; /* the last that was good to 50 km */
    char last_country[2];                /* the last that was known; zeros = none */
    int64_t last_at_unix_ms;             /* of last_position; 0 = there was none */
};

/** One scan as risk sees it. */
struct assay_risk_scan {
    int64_t at_unix_ms;
    uint16_t device_tag; /* 0 = no device */
    struct assay_position position;
    char country[2];         /* zeros = not known */
    bool confirmed_by_other; /* its PIN was revealed before, by another device */
};

enum assay_risk_reason {
    ASSAY_RISK_MANY_DEVICES = 1,
    ASSAY_RISK_MANY_PLACES = 2,
    ASSAY_RISK_TOO_FAST = 4,
    ASSAY_RISK_PIN_USED = 8,
    ASSAY_RISK_LOT = 16,
};

struct assay_risk {
    enum assay_risk_level level;
    uint16_t reasons; /* bit set of enum assay_risk_reason */
    int32_t score;    /* fixed point, 1/1024 */
};

/** Take a scan into the state and say how the item looks with it. Pure but for `state`.
 *  threads: any. blocks: no. allocates: no. */
void assay_risk_update(struct assay_risk_state *state, const struct assay_risk_scan *scan,
                       struct assay_risk *risk);

/** How an item looks by its state alone, without a further scan. Pure. threads: any. */
void assay_risk_weigh(const struct assay_risk_state *state, bool confirmed_by_other,
                      struct assay_risk *risk);

/** Names for JSON: "low", "check", "suspect", "cloned"; "many_devices", ...; static. */
const char *assay_risk_level_name(enum assay_risk_level level);
const char *assay_risk_reason_name(enum assay_risk_reason reason);

#endif
