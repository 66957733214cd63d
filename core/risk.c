// SPDX-License-Identifier: Apache-2.0
/* First edition: points for what genuine items rarely show, by the table's weights and thresholds.
 *
 *   what                                               points                at most
 *   each distinct device beyond the third              128                   2048
 *   each change of region by a device not seen before  384                   1536
 *   each travel too fast by someone else               1024                  4096
 *   the PIN was revealed before by another device      2048, for this scan
 *   suspicious mass around an item that has points     up to 512
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

/* What the table's weights are for. */
enum { WEIGHT_DEVICE, WEIGHT_REGION, WEIGHT_TOO_FAST, WEIGHT_PIN_USED, WEIGHT_AROUND };

enum {
    DEVICES_TIMES_MAX = 16,
    REGIONS_TIMES_MAX = 4,
    TOO_FAST_TIMES_MAX = 4,
    DEVICES_FREE = 3,

    MASS_TOO_FAST = 32768,
    MASS_REGION = 16384,
    MASS_DEVICE = 3277, /* beyond the free ones */

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

/* A scan that may have been made by someone else than those before; returns its mass. */
static uint16_t count_stranger(struct assay_risk_state *state, const struct assay_risk_scan *scan)
{
    int32_t distance_km = sure_distance_km(state, scan);
    uint16_t mass = scan->device_tag != 0 && state->devices >= DEVICES_FREE ? MASS_DEVICE : 0;
    if (distance_km > FAR_KM || is_other_country(state, scan)) {
        count_up(&state->regions);
        mass = MASS_REGION;
    }
    /* Without a device it may be the owner behind another address: only positions that the buyers
     * gave themselves count. */
    bool own = state->last_position.accuracy_km == 0 && scan->position.accuracy_km == 0;
    if ((scan->device_tag != 0 || own) && is_too_fast(state, scan, distance_km)) {
        count_up(&state->infeasible);
        mass = MASS_TOO_FAST;
    }
    return mass;
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

static int32_t points(const struct assay_risk_table *table, int weight, int32_t times, int32_t max)
{
    return table->weights[weight] * (times < max ? times : max);
}

static enum assay_risk_level level_of(const struct assay_risk_table *table, int32_t score)
{
    int level = ASSAY_RISK_LOW;
    while (level < ASSAY_RISK_THRESHOLDS && score >= table->thresholds[level]) {
        level++;
    }
    return (enum assay_risk_level)level;
}

/* Share of the cell's items that are suspicious, without this item's own mass: 0..1024. */
static int32_t share_of(const struct assay_risk_cell *cell, uint32_t own_mass)
{
    uint64_t mass = cell->mass > own_mass ? cell->mass - own_mass : 0;
    uint64_t share = cell->items == 0 ? 0 : mass / 64 / cell->items;
    return share < 1024 ? (int32_t)share : 1024;
}

static int32_t points_around(const struct assay_risk_state *state,
                             const struct assay_risk_around *around,
                             const struct assay_risk_table *table)
{
    int32_t batch = share_of(&around->batch, state->mass_sum);
    int32_t product = share_of(&around->product, state->mass_sum);
    return table->weights[WEIGHT_AROUND] * (batch > product ? batch : product) / 1024;
}

void assay_risk_weigh(const struct assay_risk_state *state, const struct assay_risk_around *around,
                      const struct assay_risk_table *table, bool confirmed_by_other,
                      struct assay_risk *risk)
{
    int32_t beyond = state->devices > DEVICES_FREE ? state->devices - DEVICES_FREE : 0;
    int32_t devices = points(table, WEIGHT_DEVICE, beyond, DEVICES_TIMES_MAX);
    int32_t regions = points(table, WEIGHT_REGION, state->regions, REGIONS_TIMES_MAX);
    int32_t too_fast = points(table, WEIGHT_TOO_FAST, state->infeasible, TOO_FAST_TIMES_MAX);
    int32_t pin = confirmed_by_other ? table->weights[WEIGHT_PIN_USED] : 0;
    struct assay_risk made = {.score = devices + regions + too_fast + pin};
    made.score += made.score > 0 ? points_around(state, around, table) : 0;
    made.level = level_of(table, made.score);
    if (made.level != ASSAY_RISK_LOW) {
        made.reasons = (uint16_t)((devices > 0 ? ASSAY_RISK_MANY_DEVICES : 0) |
                                  (regions > 0 ? ASSAY_RISK_MANY_PLACES : 0) |
                                  (too_fast > 0 ? ASSAY_RISK_TOO_FAST : 0) |
                                  (pin > 0 ? ASSAY_RISK_PIN_USED : 0));
    }
    *risk = made;
}

void assay_risk_update(struct assay_risk_state *state, const struct assay_risk_scan *scan,
                       const struct assay_risk_around *around, const struct assay_risk_table *table,
                       struct assay_risk *risk)
{
    bool first = state->devices == 0 && state->anonymous == 0;
    bool known = scan->device_tag != 0 && remember_device(state, scan->device_tag);
    uint16_t mass = known || first ? 0 : count_stranger(state, scan);
    if (scan->device_tag == 0) {
        count_up(&state->anonymous);
    } else if (!known) {
        count_up(&state->devices);
    }
    remember_place(state, scan);
    uint16_t mass_capped = assay_risk_state_add_mass(state, mass);
    assay_risk_weigh(state, around, table, scan->confirmed_by_other, risk);
    risk->mass = mass;
    risk->mass_capped = mass_capped;
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
