// SPDX-License-Identifier: Apache-2.0
/* A scan enters the state. It falls in a cell (struct assay_risk_kind), whose ratio r says how much
 * likelier it is if another physical item with the same code was scanned than if it was the one
 * before. Of a code that is on several items some scans are by the same one: so the sum `mix` takes
 * ln((1 - w) + w r), w = .35, and never less than FLOOR, so that nobody can wash a code clean by
 * scanning it often.
 *
 * The scan's mass, the chance that it was made by another item, follows from mix and r and a fixed
 * chance that a code was copied, not from the surroundings: those are made of masses, and would feed
 * themselves.
 */
#include "core/risk.h"

#include <string.h>

#include "core/fixed.h"

enum {
    MIX_SAME = 42598,  /* 1 - w, 1/65536 */
    MIX_OTHER = 22938, /* w */
    LN_MIX_OTHER = -1075,
    FLOOR = -154,      /* .15 */
    LN_COPIED = -4006, /* ln .02 */
    MIX_MIN = -16 * ASSAY_FIXED_ONE,
    MIX_MAX = 30 * ASSAY_FIXED_ONE,
    RATIO_MAX = 8 * ASSAY_FIXED_ONE,

    SAME_KM = 60,
    NEAR_KM = 150,
    MIDDLE_KM = 400,
    GOOD_KM = 50,
    FAIR_KM = 200,
    FAR_KM = 100,
    SPEED_MAX_KM_PER_HOUR = 800,
    SECONDS_PER_HOUR = 3600,
    SECONDS_PER_HALF_DAY = 12 * SECONDS_PER_HOUR,
    NIBBLE_MAX = 15,
};

/* What a scan is to the state before it. */
struct sight {
    struct assay_risk_kind kind;
    bool first;
    bool placed;
    int device;                     /* place among those remembered; -1 = it is not */
    int anchor;                     /* near this one; -1 = none */
    int32_t km[ASSAY_RISK_ANCHORS]; /* to each anchor, if placed */
    int32_t way_km;                 /* from the last placed scan, if both are placed well */
    uint32_t at_s;                  /* since the first scan */
    uint8_t accuracy_km;
};

static void count_up(uint8_t *counter, uint8_t max)
{
    if (*counter < max) {
        (*counter)++;
    }
}

static int32_t at_most(int32_t value, int32_t max)
{
    return value < max ? value : max;
}

/* -- the cell -- */

static uint32_t seconds_since_first(const struct assay_risk_state *state,
                                    const struct assay_risk_scan *scan)
{
    int64_t seconds = (scan->at_unix_ms - state->first_at_unix_ms) / 1000;
    return seconds < 0 ? 0 : seconds > UINT32_MAX ? UINT32_MAX : (uint32_t)seconds;
}

uint16_t assay_risk_tile_of(const struct assay_position *position, enum assay_net net)
{
    if (net == ASSAY_NET_ANON || position->accuracy_km > ASSAY_RISK_ACCURACY_MAX_KM) {
        return ASSAY_RISK_TILE_NONE;
    }
    return assay_risk_tile(position->lat_decidegrees, position->lon_decidegrees);
}

static bool has_place(const struct assay_risk_scan *scan)
{
    return assay_risk_tile_of(&scan->position, scan->net) != ASSAY_RISK_TILE_NONE;
}

/* Place of a device among those remembered; -1 = it is not. */
static int place_of_device(const struct assay_risk_state *state, uint16_t tag)
{
    int at = tag == 0 ? -1 : ASSAY_RISK_TAGS - 1;
    while (at >= 0 && state->device_tags[at] != tag) {
        at--;
    }
    return at;
}

static enum assay_risk_device device_of(const struct assay_risk_state *state, uint16_t tag)
{
    return tag == 0                           ? ASSAY_RISK_DEVICE_NONE
           : place_of_device(state, tag) >= 0 ? ASSAY_RISK_DEVICE_KNOWN
                                              : ASSAY_RISK_DEVICE_NEW;
}

static enum assay_risk_ordinal ordinal_of(const struct assay_risk_state *state)
{
    int before = state->devices + state->anonymous;
    return before <= 1    ? ASSAY_RISK_ORDINAL_1
           : before <= 3  ? ASSAY_RISK_ORDINAL_3
           : before <= 7  ? ASSAY_RISK_ORDINAL_7
           : before <= 19 ? ASSAY_RISK_ORDINAL_19
                          : ASSAY_RISK_ORDINAL_MORE;
}

static enum assay_risk_gap gap_of(uint32_t seconds)
{
    uint32_t hours = seconds / SECONDS_PER_HOUR;
    return hours < 1          ? ASSAY_RISK_GAP_HOUR
           : hours < 24       ? ASSAY_RISK_GAP_DAY
           : hours < 4 * 24   ? ASSAY_RISK_GAP_4_DAYS
           : hours < 14 * 24  ? ASSAY_RISK_GAP_14_DAYS
           : hours < 60 * 24u ? ASSAY_RISK_GAP_60_DAYS
                              : ASSAY_RISK_GAP_MORE;
}

static int32_t distance_km(const struct assay_risk_anchor *anchor,
                           const struct assay_risk_scan *scan)
{
    const struct assay_position position = {anchor->lat_decidegrees, anchor->lon_decidegrees, 0};
    return assay_position_distance_km(&position, &scan->position);
}

static int32_t same_km(const struct assay_risk_anchor *anchor, uint8_t accuracy_km)
{
    int32_t both = at_most(anchor->accuracy_km, SAME_KM) + at_most(accuracy_km, SAME_KM);
    return both * 3 / 2 > SAME_KM ? both * 3 / 2 : SAME_KM;
}

static bool same_country(const char left[2], const char right[2])
{
    return left[0] == 0 || right[0] == 0 || memcmp(left, right, 2) == 0;
}

/* Another country than that of every anchor. */
static bool is_abroad(const struct assay_risk_state *state, const char country[2])
{
    for (int i = 0; i < state->anchor_count; i++) {
        if (same_country(state->anchors[i].country, country)) {
            return false;
        }
    }
    return state->anchor_count > 0;
}

/* The nearest anchor; those that the scan belongs to before all others. */
static enum assay_risk_distance find_anchor(const struct assay_risk_state *state,
                                            const struct assay_risk_scan *scan, struct sight *sight)
{
    bool abroad = scan->net != ASSAY_NET_ANON && is_abroad(state, scan->country);
    int32_t nearest_km = INT32_MAX;
    for (int i = 0; sight->placed && i < state->anchor_count; i++) {
        int32_t km = distance_km(&state->anchors[i], scan);
        sight->km[i] = km;
        bool same = km <= same_km(&state->anchors[i], sight->accuracy_km);
        if (same && (sight->anchor < 0 || km < nearest_km)) {
            sight->anchor = i;
            nearest_km = km;
        } else if (sight->anchor < 0 && km < nearest_km) {
            nearest_km = km;
        }
    }
    return sight->anchor >= 0        ? ASSAY_RISK_DISTANCE_SAME
           : abroad                  ? ASSAY_RISK_DISTANCE_COUNTRY
           : nearest_km == INT32_MAX ? ASSAY_RISK_DISTANCE_UNKNOWN
           : nearest_km <= NEAR_KM   ? ASSAY_RISK_DISTANCE_150_KM
           : nearest_km <= MIDDLE_KM ? ASSAY_RISK_DISTANCE_400_KM
                                     : ASSAY_RISK_DISTANCE_FAR;
}

static enum assay_risk_accuracy accuracy_of(const struct assay_risk_scan *scan)
{
    return scan->position.accuracy_km <= GOOD_KM   ? ASSAY_RISK_ACCURACY_50_KM
           : scan->position.accuracy_km <= FAIR_KM ? ASSAY_RISK_ACCURACY_200_KM
                                                   : ASSAY_RISK_ACCURACY_WORSE;
}

static enum assay_risk_market market_of(const struct assay_risk_scan *scan)
{
    if (scan->market[0] == 0 || scan->country[0] == 0 || scan->net == ASSAY_NET_ANON) {
        return ASSAY_RISK_MARKET_UNKNOWN;
    }
    return memcmp(scan->market, scan->country, 2) == 0 ? ASSAY_RISK_MARKET_INSIDE
                                                       : ASSAY_RISK_MARKET_OUTSIDE;
}

/* How far from the last placed scan at least; 0 where one of the two is not placed well. */
static int32_t way_km(const struct assay_risk_state *state, const struct assay_risk_scan *scan,
                      const struct sight *sight)
{
    const struct assay_risk_anchor *last = &state->anchors[state->anchor];
    if (!sight->placed || state->anchor_count == 0 || last->accuracy_km > GOOD_KM ||
        scan->position.accuracy_km > GOOD_KM) {
        return 0;
    }
    int32_t km = sight->km[state->anchor] - last->accuracy_km - scan->position.accuracy_km;
    return km > 0 ? km : 0;
}

/* Too far from the last placed scan for the time between. */
static bool is_impossible(const struct assay_risk_state *state, const struct sight *sight)
{
    uint32_t passed_s = sight->at_s > state->placed_s ? sight->at_s - state->placed_s
                                                      : state->placed_s - sight->at_s;
    return sight->way_km > FAR_KM &&
           (int64_t)sight->way_km * SECONDS_PER_HOUR > (int64_t)passed_s * SPEED_MAX_KM_PER_HOUR;
}

static struct sight see(const struct assay_risk_state *state, const struct assay_risk_scan *scan)
{
    uint16_t accuracy_km = scan->position.accuracy_km;
    struct sight sight = {
        .first = state->scans == 0,
        .placed = has_place(scan),
        .anchor = -1,
        .accuracy_km = (uint8_t)at_most(accuracy_km, ASSAY_RISK_ANCHOR_ACCURACY_MAX_KM),
    };
    if (sight.first) {
        sight.kind.device = scan->device_tag != 0 ? ASSAY_RISK_DEVICE_NEW : ASSAY_RISK_DEVICE_NONE;
        sight.kind.accuracy = accuracy_of(scan);
        return sight;
    }
    sight.at_s = seconds_since_first(state, scan);
    enum assay_risk_distance distance = find_anchor(state, scan, &sight);
    sight.way_km = way_km(state, scan, &sight);
    sight.device = place_of_device(state, scan->device_tag);
    sight.kind = (struct assay_risk_kind){
        .device = device_of(state, scan->device_tag),
        .distance = distance,
        .accuracy = accuracy_of(scan),
        .gap = gap_of(sight.at_s > state->last_s ? sight.at_s - state->last_s
                                                 : state->last_s - sight.at_s),
        .market = market_of(scan),
        .impossible = is_impossible(state, &sight),
        .ordinal = ordinal_of(state),
    };
    return sight;
}

bool assay_risk_kind_of(const struct assay_risk_state *state, const struct assay_risk_scan *scan,
                        struct assay_risk_kind *kind)
{
    struct sight sight = see(state, scan);
    *kind = sight.kind;
    return !sight.first;
}

/* -- sums -- */

static uint16_t mass_of(const struct assay_risk_state *state, int32_t ratio, int32_t mixed)
{
    int32_t other = state->mix + ratio + LN_MIX_OTHER + LN_COPIED;
    int32_t copied = state->mix + mixed + LN_COPIED;
    if (copied > RATIO_MAX) { /* genuine is nearly ruled out */
        uint32_t share = assay_fixed_exp(other - copied);
        return (uint16_t)(share < UINT16_MAX ? share : UINT16_MAX);
    }
    uint64_t over = assay_fixed_exp(other);
    uint64_t under = (uint64_t)assay_fixed_exp(copied) + 65536;
    return (uint16_t)(over * UINT16_MAX / under);
}

static void keep_largest(struct assay_risk_state *state, int32_t ratio)
{
    uint8_t value = (uint8_t)at_most(ratio / 32, UINT8_MAX);
    state->largest = value > state->largest ? value : state->largest;
}

/* Returns the scan's mass. */
static uint16_t add_up(struct assay_risk_state *state, int32_t ratio)
{
    uint64_t odds = assay_fixed_exp(at_most(ratio, RATIO_MAX));
    int32_t mixed = assay_fixed_ln_ratio(MIX_SAME + odds * MIX_OTHER / 65536, 65536);
    uint16_t mass = mass_of(state, ratio, mixed);
    int32_t mix = state->mix + (mixed < FLOOR ? FLOOR : mixed);
    state->mix = (int16_t)assay_fixed_clip(mix, MIX_MIN, MIX_MAX);
    if (ratio > 0) {
        state->positive = (uint16_t)at_most(state->positive + ratio, UINT16_MAX);
        keep_largest(state, ratio);
    }
    return mass;
}

/* -- devices and anchors -- */

/* Move the tag to the front. */
static void remember_device(struct assay_risk_state *state, uint16_t tag)
{
    size_t at = 0;
    while (at < ASSAY_RISK_TAGS - 1 && state->device_tags[at] != tag) {
        at++;
    }
    uint8_t was_at = state->device_tags[at] == tag ? state->device_at[at] : 0;
    memmove(state->device_tags + 1, state->device_tags, at * sizeof tag);
    memmove(state->device_at + 1, state->device_at, at);
    state->device_tags[0] = tag;
    state->device_at[0] = was_at;
}

static int free_anchor(struct assay_risk_state *state)
{
    if (state->anchor_count < ASSAY_RISK_ANCHORS) {
        return state->anchor_count++;
    }
    int fewest = state->anchor == 0 ? 1 : 0;
    for (int i = 0; i < ASSAY_RISK_ANCHORS; i++) {
        if (i != state->anchor && state->anchors[i].scans < state->anchors[fewest].scans) {
            fewest = i;
        }
    }
    for (int i = 0; i < ASSAY_RISK_TAGS; i++) {
        state->device_at[i] &= (uint8_t) ~(1u << fewest);
    }
    return fewest;
}

static void stand_on(struct assay_risk_anchor *anchor, const struct assay_risk_scan *scan,
                     uint8_t accuracy_km)
{
    anchor->lat_decidegrees = scan->position.lat_decidegrees;
    anchor->lon_decidegrees = scan->position.lon_decidegrees;
    anchor->accuracy_km = accuracy_km;
    memcpy(anchor->country, scan->country, sizeof anchor->country);
}

static void remember_place(struct assay_risk_state *state, const struct assay_risk_scan *scan,
                           const struct sight *sight, uint16_t mass)
{
    int at = sight->anchor >= 0 ? sight->anchor : free_anchor(state);
    struct assay_risk_anchor *anchor = &state->anchors[at];
    if (sight->anchor < 0) {
        *anchor = (struct assay_risk_anchor){0};
        stand_on(anchor, scan, sight->accuracy_km);
    } else if (sight->accuracy_km < anchor->accuracy_km) {
        stand_on(anchor, scan, sight->accuracy_km);
    }
    count_up(&anchor->scans, UINT8_MAX);
    anchor->mass = (uint8_t)at_most(
        anchor->mass + (mass + ASSAY_RISK_ANCHOR_MASS / 2) / ASSAY_RISK_ANCHOR_MASS, UINT8_MAX);
    if (scan->device_tag != 0) {
        state->device_at[0] |= (uint8_t)(1u << at);
    }
    state->anchor = (uint8_t)at;
    state->placed_s = sight->at_s;
}

/* -- counters -- */

static void count_scan(struct assay_risk_state *state, enum assay_risk_device device)
{
    if (state->scans == UINT8_MAX) {
        return;
    }
    state->scans++;
    state->devices += device == ASSAY_RISK_DEVICE_NEW;
    state->anonymous += device == ASSAY_RISK_DEVICE_NONE;
}

/* A device is back where it was before, far from where another was last. A picture sent to and fro
 * does that too, so what happens within half a day or a day counts once. */
static void count_return(struct assay_risk_state *state, const struct sight *sight)
{
    uint8_t half_day = sight->at_s / SECONDS_PER_HALF_DAY & NIBBLE_MAX;
    bool anew = state->returns == 0 || ((half_day - state->returned) & NIBBLE_MAX) >= 2;
    if (sight->way_km <= FAR_KM || !anew) {
        return;
    }
    count_up(&state->returns, NIBBLE_MAX);
    if (sight->kind.impossible) {
        count_up(&state->leaps, NIBBLE_MAX);
    }
    state->returned = half_day;
}

static void count_switch(struct assay_risk_state *state, const struct sight *sight)
{
    uint8_t group = sight->anchor >= 0 ? assay_risk_state_group(state, sight->anchor) : 0;
    if (group == 0 || (group & 1u << state->anchor) != 0) {
        return;
    }
    count_up(&state->switches, NIBBLE_MAX);
    if (sight->device >= 0 && (state->device_at[sight->device] & group) != 0) {
        count_return(state, sight);
    }
}

static void count_travel(struct assay_risk_state *state, const struct sight *sight)
{
    const struct assay_risk_kind *kind = &sight->kind;
    count_switch(state, sight);
    if (kind->device == ASSAY_RISK_DEVICE_KNOWN) {
        return;
    }
    if (kind->distance != ASSAY_RISK_DISTANCE_SAME &&
        kind->distance != ASSAY_RISK_DISTANCE_UNKNOWN) {
        count_up(&state->far, NIBBLE_MAX);
    }
    if (kind->impossible) {
        count_up(&state->too_fast, NIBBLE_MAX);
    }
    if (kind->gap == ASSAY_RISK_GAP_HOUR && state->scans < UINT8_MAX) {
        count_up(&state->bursts, UINT8_MAX);
    }
    if (kind->gap >= ASSAY_RISK_GAP_14_DAYS) {
        count_up(&state->arrivals, NIBBLE_MAX);
    }
}

void assay_risk_enter(struct assay_risk_state *state, const struct assay_risk_scan *scan,
                      const struct assay_risk_table *table, struct assay_risk *risk)
{
    struct sight sight = see(state, scan);
    uint16_t mass = 0;
    int32_t ratio = 0;
    if (sight.first) {
        state->first_at_unix_ms = scan->at_unix_ms;
        sight.kind.device = device_of(state, scan->device_tag);
    } else {
        ratio = table->llr[assay_risk_kind_index(&sight.kind)];
        mass = add_up(state, ratio);
        count_travel(state, &sight);
    }
    count_scan(state, sight.kind.device);
    if (scan->device_tag != 0) {
        remember_device(state, scan->device_tag);
    }
    if (sight.placed) {
        remember_place(state, scan, &sight, mass);
    }
    state->last_s = sight.at_s;
    *risk = (struct assay_risk){.mass = mass, .llr = ratio};
    risk->mass_capped = assay_risk_state_add_mass(state, mass);
}

void assay_risk_update(struct assay_risk_state *state, const struct assay_risk_scan *scan,
                       const struct assay_risk_around *around, const struct assay_risk_table *table,
                       struct assay_risk *risk)
{
    struct assay_risk entered;
    assay_risk_enter(state, scan, table, &entered);
    assay_risk_weigh(state, around, table, scan->confirmed_by_other, risk);
    risk->mass = entered.mass;
    risk->mass_capped = entered.mass_capped;
    risk->llr = entered.llr;
}
