// SPDX-License-Identifier: Apache-2.0
/* What an item's scans so far say about copies of its code. Integer arithmetic only: the same
 * scans give the same level on every machine, live or replayed. */
#ifndef ASSAY_CORE_RISK_H
#define ASSAY_CORE_RISK_H

#include "core/origin.h"
#include "core/risk_state.h"
#include "core/risk_table.h"
#include "core/risk_terms.h"
#include "core/verdict.h"

/** One scan as risk sees it; all of it follows from its record and what stands before that. */
struct assay_risk_scan {
    int64_t at_unix_ms;
    uint16_t device_tag; /* 0 = no device */
    struct assay_position position;
    char country[2]; /* zeros = not known */
    char region[3];  /* ISO 3166-2 after the country, "GD"; padded with zeros */
    char market[2];  /* country that the item was made for; zeros = not said */
    enum assay_net net;
    enum assay_channel channel;
    enum assay_pin_outcome pin;
    bool confirmed_by_other; /* its PIN was revealed before, by another device */
};

/** What happened to the items of a batch or product in one country, or one tile. */
struct assay_risk_cell {
    uint32_t items; /* first scans */
    uint64_t mass;  /* sum of the capped masses of scans, 1/65535, by so much a day at most */
};

/** One tile where the item was, or is being scanned (assay_risk_tile). */
struct assay_risk_place {
    uint16_t tile; /* or ASSAY_RISK_TILE_NONE */
    struct assay_risk_cell batch;
    struct assay_risk_cell product;
};

#define ASSAY_RISK_PLACES (ASSAY_RISK_ANCHORS + 1)

/** The surroundings of a scan, before it: its batch and its product in its country, and in the
 *  tiles of its anchors and its own. The item's own mass is still inside. */
struct assay_risk_around {
    struct assay_risk_cell batch;
    struct assay_risk_cell product;
    struct assay_risk_place places[ASSAY_RISK_PLACES];
};

enum assay_risk_reason {
    ASSAY_RISK_MANY_DEVICES = 1,
    ASSAY_RISK_MANY_PLACES = 2,
    ASSAY_RISK_TOO_FAST = 4,
    ASSAY_RISK_PIN_USED = 8,
    ASSAY_RISK_LOT = 16,
    ASSAY_RISK_SWITCHES = 32,    /* scans change between places that were there before */
    ASSAY_RISK_LONG_AFTER = 64,  /* someone new, long after the first scans */
    ASSAY_RISK_SURROUNDED = 128, /* many others of its batch or product there are suspicious */
};
#define ASSAY_RISK_REASONS 8

struct assay_risk {
    enum assay_risk_level level;
    uint16_t reasons;     /* bit set of enum assay_risk_reason */
    int32_t score;        /* fixed point, 1/1024 */
    uint16_t mass;        /* chance that another item than before made the scan, 1/65535 */
    uint16_t mass_capped; /* by how much min(1, sum of the item's masses) grew, 1/65535 */
    int32_t llr;          /* log-likelihood ratio of the scan, 1/1024; not recorded */
};

/** Take a scan into the state and say how the item looks with it. Pure but for `state`.
 *  threads: any. blocks: no. allocates: no. */
void assay_risk_update(struct assay_risk_state *state, const struct assay_risk_scan *scan,
                       const struct assay_risk_around *around, const struct assay_risk_table *table,
                       struct assay_risk *risk);

/** The first half of assay_risk_update: take a scan into the state.
 *  risk  out: mass, mass_capped and llr; the rest is assay_risk_weigh's. */
void assay_risk_enter(struct assay_risk_state *state, const struct assay_risk_scan *scan,
                      const struct assay_risk_table *table, struct assay_risk *risk);

/** Tile where a scan was made; ASSAY_RISK_TILE_NONE if its place says nothing. Pure. */
uint16_t assay_risk_tile_of(const struct assay_position *position, enum assay_net net);

/** What the score adds up: each term in 1/1024, without its weight. For learning. Pure. */
void assay_risk_terms(const struct assay_risk_state *state, const struct assay_risk_around *around,
                      const struct assay_risk_table *table, int32_t terms[ASSAY_RISK_TERMS]);

/** The cell that a scan falls in, by the state before it; false for a first scan. For learning.
 *  Pure. */
bool assay_risk_kind_of(const struct assay_risk_state *state, const struct assay_risk_scan *scan,
                        struct assay_risk_kind *kind);

/** How an item looks by its state alone, without a further scan; masses and llr are 0. Pure.
 *  around: of assay_risk_state_country. threads: any. */
void assay_risk_weigh(const struct assay_risk_state *state, const struct assay_risk_around *around,
                      const struct assay_risk_table *table, bool confirmed_by_other,
                      struct assay_risk *risk);

/** Names for JSON: "low", "check", "suspect", "cloned"; "many_devices", ...; static. */
const char *assay_risk_level_name(enum assay_risk_level level);
const char *assay_risk_reason_name(enum assay_risk_reason reason);

#endif
