// SPDX-License-Identifier: Apache-2.0
/* First edition: points for what genuine items rarely show, with fixed thresholds.
 *
 *   what                                               points                at most
 *   each distinct device beyond the third              128                   2048
 *   each change of region by a device not seen before  384                   1536
 *   each travel too fast by someone else               1024                  4096
 *   the PIN was revealed before by another device      2048, for this scan
 *
 *   check from 1024, suspect from 2048, cloned from 4096
 *
 * So a household of three devices in one city stays low; ten devices in four places far apart are
 * suspect; changes of region alone, and thus the country of an address, never are. A device that is
 * still remembered adds nothing, wherever it is: its owner travels, and addresses are placed
 * wrongly. With more than ASSAY_RISK_TAGS devices one that was forgotten counts again.
 */
#include "core/risk.h"

#include <string.h>

enum {
    POINTS_DEVICE = 128,
    POINTS_DEVICES_MAX = 2048,
    DEVICES_FREE = 3,
    POINTS_REGION = 384,
    POINTS_REGIONS_MAX = 1536,
    POINTS_TOO_FAST = 1024,
    POINTS_TOO_FAST_MAX = 4096,
    POINTS_PIN_USED = 2048,

    SCORE_CHECK = 1024,
    SCORE_SUSPECT = 2048,
    SCORE_CLONED = 4096,

    ACCURACY_MAX_KM = 50,
    FAR_KM = 100,
    SPEED_MAX_KM_PER_HOUR = 800,
    MS_PER_HOUR = 3600000,
};

static void count_up(uint8_t *counter)
{
    if (*counter < UINT8_MAX) {
        (*counter)++;
    }
}

/* Move the tag to the front; true if it was there. */
static bool remember_device(struct assay_risk_state *state, uint16_t tag)
{
    size_t at = 0;
    while (at < ASSAY_RISK_TAGS - 1 && state->device_tags[at] != tag) {
        at++;
    }
    bool known = state->device_tags[at] == tag;
    memmove(state->device_tags + 1, state->device_tags, at * sizeof tag);
    state->device_tags[0] = tag;
    return known;
}

static bool is_good(const struct assay_position *position)
{
    return position->lat_decidegrees != ASSAY_POSITION_NONE &&
           position->accuracy_km <= ACCURACY_MAX_KM;
}

/* Kilometres that certainly lie between this scan and the last position; 0 if not known. */
static int32_t sure_distance_km(const struct assay_risk_state *state,
                                const struct assay_risk_scan *scan)
{
    if (state->last_at_unix_ms == 0 || !is_good(&scan->position)) {
        return 0;
    }
    int32_t distance = assay_position_distance_km(&state->last_position, &scan->position);
    int32_t sure = distance - state->last_position.accuracy_km - scan->position.accuracy_km;
    return sure > 0 ? sure : 0;
}

static bool is_too_fast(const struct assay_risk_state *state, const struct assay_risk_scan *scan,
                        int32_t distance_km)
{
    int64_t passed_ms = scan->at_unix_ms > state->last_at_unix_ms
                            ? scan->at_unix_ms - state->last_at_unix_ms
                            : state->last_at_unix_ms - scan->at_unix_ms;
    return distance_km > FAR_KM &&
           (int64_t)distance_km * MS_PER_HOUR / SPEED_MAX_KM_PER_HOUR > passed_ms;
}

static bool is_other_country(const struct assay_risk_state *state,
                             const struct assay_risk_scan *scan)
{
    return state->last_country[0] != 0 && scan->country[0] != 0 &&
           memcmp(state->last_country, scan->country, sizeof scan->country) != 0;
}

/* A scan that may have been made by someone else than those before. */
static void count_stranger(struct assay_risk_state *state, const struct assay_risk_scan *scan)
{
    int32_t distance_km = sure_distance_km(state, scan);
    if (distance_km > FAR_KM || is_other_country(state, scan)) {
        count_up(&state->regions);
    }
    /* Without a device it may be the owner behind another address: only positions that the buyers
     * gave themselves count. */
    bool own = state->last_position.accuracy_km == 0 && scan->position.accuracy_km == 0;
    if ((scan->device_tag != 0 || own) && is_too_fast(state, scan, distance_km)) {
        count_up(&state->infeasible);
    }
}

static void remember_place(struct assay_risk_state *state, const struct assay_risk_scan *scan)
{
    if (is_good(&scan->position)) {
        state->last_position = scan->position;
        state->last_at_unix_ms = scan->at_unix_ms;
    }
    if (scan->country[0] != 0) {
        memcpy(state->last_country, scan->country, sizeof scan->country);
    }
}

static int32_t at_most(int32_t points, int32_t max)
{
    return points < max ? points : max;
}

static enum assay_risk_level level_of(int32_t score)
{
    return score >= SCORE_CLONED    ? ASSAY_RISK_CLONED
           : score >= SCORE_SUSPECT ? ASSAY_RISK_SUSPECT
           : score >= SCORE_CHECK   ? ASSAY_RISK_CHECK
                                    : ASSAY_RISK_LOW;
}

void assay_risk_weigh(const struct assay_risk_state *state, bool confirmed_by_other,
                      struct assay_risk *risk)
{
    int32_t beyond = state->devices > DEVICES_FREE ? state->devices - DEVICES_FREE : 0;
    int32_t devices = at_most(beyond * POINTS_DEVICE, POINTS_DEVICES_MAX);
    int32_t regions = at_most(state->regions * POINTS_REGION, POINTS_REGIONS_MAX);
    int32_t too_fast = at_most(state->infeasible * POINTS_TOO_FAST, POINTS_TOO_FAST_MAX);
    int32_t pin = confirmed_by_other ? POINTS_PIN_USED : 0;
    struct assay_risk made = {.score = devices + regions + too_fast + pin};
    made.level = level_of(made.score);
    if (made.level != ASSAY_RISK_LOW) {
        made.reasons = (uint16_t)((devices > 0 ? ASSAY_RISK_MANY_DEVICES : 0) |
                                  (regions > 0 ? ASSAY_RISK_MANY_PLACES : 0) |
                                  (too_fast > 0 ? ASSAY_RISK_TOO_FAST : 0) |
                                  (pin > 0 ? ASSAY_RISK_PIN_USED : 0));
    }
    *risk = made;
}

void assay_risk_update(struct assay_risk_state *state, const struct assay_risk_scan *scan,
                       struct assay_risk *risk)
{
    bool first = state->devices == 0 && state->anonymous == 0;
    bool known = scan->device_tag != 0 && remember_device(state, scan->device_tag);
    if (!known && !first) {
        count_stranger(state, scan);
    }
    if (scan->device_tag == 0) {
        count_up(&state->anonymous);
    } else if (!known) {
        count_up(&state->devices);
    }
    remember_place(state, scan);
    assay_risk_weigh(state, scan->confirmed_by_other, risk);
}

const char *assay_risk_level_name(enum assay_risk_level level)
{
    static const char *const names[] = {"low", "check", "suspect", "cloned"};
    assay_assert(level < ASSAY_COUNT_OF(names));
    return names[level];
}

const char *assay_risk_reason_name(enum assay_risk_reason reason)
{
    switch (reason) {
    case ASSAY_RISK_MANY_DEVICES:
        return "many_devices";
    case ASSAY_RISK_MANY_PLACES:
        return "many_places";
    case ASSAY_RISK_TOO_FAST:
        return "too_fast";
    case ASSAY_RISK_PIN_USED:
        return "pin_used";
    case ASSAY_RISK_LOT:
        return "lot";
    }
    assay_assert(false);
    return NULL;
}
