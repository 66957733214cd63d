// SPDX-License-Identifier: Apache-2.0
#include "core/risk_state.h"

#include <string.h>

/* The first byte: how many device tags and anchors there are, and whether more follows. */
#define STATE_TAGS 7u
#define STATE_ANCHORS_SHIFT 3
#define STATE_AGAIN 32u /* more than one scan: times, sums and counters follow */
#define STATE_MASS_MAX ((1u << 24) - 1)
#define NIBBLE_MAX 15

#define LETTERS 26

static unsigned tags_of(const struct assay_risk_state *state)
{
    unsigned tags = ASSAY_RISK_TAGS;
    while (tags > 0 && state->device_tags[tags - 1] == 0) {
        tags--;
    }
    return tags;
}

static unsigned parts_of(const struct assay_risk_state *state)
{
    return tags_of(state) | (unsigned)state->anchor_count << STATE_ANCHORS_SHIFT |
           (state->scans > 1 ? STATE_AGAIN : 0);
}

/* -- anchors -- */

static bool is_letter(char letter)
{
    return letter >= 'A' && letter <= 'Z';
}

/* 0 = none, else 1 + 26 * first + second; accuracy in the low six bits. */
static uint16_t pack_country(const struct assay_risk_anchor *anchor)
{
    unsigned country = 0;
    if (is_letter(anchor->country[0]) && is_letter(anchor->country[1])) {
        country = 1u + LETTERS * (unsigned)(anchor->country[0] - 'A') +
                  (unsigned)(anchor->country[1] - 'A');
    }
    return (uint16_t)(country << 6 | anchor->accuracy_km);
}

static bool unpack_country(uint16_t packed, struct assay_risk_anchor *anchor)
{
    unsigned country = packed >> 6;
    anchor->accuracy_km = packed & ASSAY_RISK_ANCHOR_ACCURACY_MAX_KM;
    if (country > 0) {
        anchor->country[0] = (char)('A' + (country - 1) / LETTERS);
        anchor->country[1] = (char)('A' + (country - 1) % LETTERS);
    }
    return country <= LETTERS * LETTERS;
}

static void put_anchor(struct assay_wire *wire, const struct assay_risk_anchor *anchor, bool again)
{
    assay_wire_put_u16(wire, (uint16_t)anchor->lat_decidegrees);
    assay_wire_put_u16(wire, (uint16_t)anchor->lon_decidegrees);
    assay_wire_put_u16(wire, pack_country(anchor));
    if (again) {
        assay_wire_put_u8(wire, anchor->scans);
        assay_wire_put_u8(wire, anchor->mass);
    }
}

static bool get_anchor(struct assay_wire *wire, bool again, struct assay_risk_anchor *anchor)
{
    anchor->lat_decidegrees = (int16_t)assay_wire_get_u16(wire);
    anchor->lon_decidegrees = (int16_t)assay_wire_get_u16(wire);
    bool fits = unpack_country(assay_wire_get_u16(wire), anchor);
    anchor->scans = again ? assay_wire_get_u8(wire) : 1;
    anchor->mass = again ? assay_wire_get_u8(wire) : 0;
    bool placed =
        assay_risk_tile(anchor->lat_decidegrees, anchor->lon_decidegrees) != ASSAY_RISK_TILE_NONE;
    return fits && placed && anchor->scans > 0;
}

/* -- what follows with the second scan -- */

static void put_u24(struct assay_wire *wire, uint32_t value)
{
    assay_wire_put_u16(wire, (uint16_t)value);
    assay_wire_put_u8(wire, (uint8_t)(value >> 16));
}

static uint32_t get_u24(struct assay_wire *wire)
{
    uint32_t low = assay_wire_get_u16(wire);
    return low | (uint32_t)assay_wire_get_u8(wire) << 16;
}

static void put_pair(struct assay_wire *wire, uint8_t low, uint8_t high)
{
    assay_assert(low <= NIBBLE_MAX && high <= NIBBLE_MAX);
    assay_wire_put_u8(wire, (uint8_t)(high << 4 | low));
}

static void get_pair(struct assay_wire *wire, uint8_t *low, uint8_t *high)
{
    uint8_t pair = assay_wire_get_u8(wire);
    *low = pair & NIBBLE_MAX;
    *high = pair >> 4;
}

static uint32_t pack_device_at(const struct assay_risk_state *state)
{
    uint32_t packed = 0;
    for (int i = 0; i < ASSAY_RISK_TAGS; i++) {
        packed |= (uint32_t)state->device_at[i] << (ASSAY_RISK_ANCHORS * i);
    }
    return packed | (uint32_t)state->anchor << (ASSAY_RISK_ANCHORS * ASSAY_RISK_TAGS);
}

static void put_again(struct assay_wire *wire, const struct assay_risk_state *state)
{
    put_u24(wire, pack_device_at(state));
    assay_wire_put_u32(wire, state->last_s);
    assay_wire_put_u32(wire, state->placed_s);
    put_u24(wire, state->mass_sum);
    assay_wire_put_u16(wire, (uint16_t)state->mix);
    assay_wire_put_u16(wire, state->positive);
    assay_wire_put_u8(wire, state->largest);
    assay_wire_put_u8(wire, state->scans);
    assay_wire_put_u8(wire, state->devices);
    assay_wire_put_u8(wire, state->anonymous);
    assay_wire_put_u8(wire, state->bursts);
    put_pair(wire, state->switches, state->returns);
    put_pair(wire, state->far, state->too_fast);
    put_pair(wire, state->arrivals, state->leaps);
    put_pair(wire, state->returned, 0);
}

/* Devices remember anchors that are there, and empty ones none. */
static bool get_device_at(struct assay_wire *wire, struct assay_risk_state *state)
{
    uint32_t packed = get_u24(wire);
    unsigned tags = tags_of(state);
    bool fits = true;
    for (unsigned i = 0; i < ASSAY_RISK_TAGS; i++) {
        state->device_at[i] = packed & ((1u << ASSAY_RISK_ANCHORS) - 1);
        packed >>= ASSAY_RISK_ANCHORS;
        fits = fits && (i < tags || state->device_at[i] == 0) &&
               state->device_at[i] >> state->anchor_count == 0;
    }
    state->anchor = (uint8_t)packed;
    return fits && (state->anchor < state->anchor_count || state->anchor == 0);
}

static bool get_again(struct assay_wire *wire, struct assay_risk_state *state)
{
    uint8_t nothing = 0;
    bool fits = get_device_at(wire, state);
    state->last_s = assay_wire_get_u32(wire);
    state->placed_s = assay_wire_get_u32(wire);
    state->mass_sum = get_u24(wire);
    state->mix = (int16_t)assay_wire_get_u16(wire);
    state->positive = assay_wire_get_u16(wire);
    state->largest = assay_wire_get_u8(wire);
    state->scans = assay_wire_get_u8(wire);
    state->devices = assay_wire_get_u8(wire);
    state->anonymous = assay_wire_get_u8(wire);
    state->bursts = assay_wire_get_u8(wire);
    get_pair(wire, &state->switches, &state->returns);
    get_pair(wire, &state->far, &state->too_fast);
    get_pair(wire, &state->arrivals, &state->leaps);
    get_pair(wire, &state->returned, &nothing);
    return fits && state->scans > 1 && state->devices + state->anonymous <= state->scans &&
           state->leaps <= state->returns && (state->returns > 0 || state->returned == 0) &&
           nothing == 0;
}

static void begin(struct assay_risk_state *state)
{
    bool device = state->device_tags[0] != 0;
    state->scans = 1;
    state->devices = device;
    state->anonymous = !device;
    state->device_at[0] = device && state->anchor_count > 0;
}

/* -- a state -- */

void assay_risk_state_put(struct assay_wire *wire, const struct assay_risk_state *state)
{
    unsigned parts = parts_of(state);
    bool again = (parts & STATE_AGAIN) != 0;
    assay_wire_put_u8(wire, (uint8_t)parts);
    for (size_t i = 0; i < (parts & STATE_TAGS); i++) {
        assay_wire_put_u16(wire, state->device_tags[i]);
    }
    for (size_t i = 0; i < state->anchor_count; i++) {
        put_anchor(wire, &state->anchors[i], again);
    }
    if (again) {
        put_again(wire, state);
    }
}

void assay_risk_state_get(struct assay_wire *wire, int64_t first_at_unix_ms,
                          struct assay_risk_state *state)
{
    struct assay_risk_state value = {.first_at_unix_ms = first_at_unix_ms};
    unsigned parts = assay_wire_get_u8(wire);
    bool again = (parts & STATE_AGAIN) != 0;
    unsigned anchors = parts >> STATE_ANCHORS_SHIFT & 3;
    bool fits = (parts & STATE_TAGS) <= (again ? ASSAY_RISK_TAGS : 1) &&
                anchors <= (again ? ASSAY_RISK_ANCHORS : 1);
    for (size_t i = 0; fits && i < (parts & STATE_TAGS); i++) {
        value.device_tags[i] = assay_wire_get_u16(wire);
    }
    value.anchor_count = (uint8_t)anchors;
    for (size_t i = 0; fits && i < anchors; i++) {
        fits = get_anchor(wire, again, &value.anchors[i]);
    }
    if (fits && again) {
        fits = get_again(wire, &value);
    } else {
        begin(&value);
    }
    if (!fits || parts_of(&value) != parts) {
        wire->failed = true;
        return;
    }
    *state = value;
}

void assay_risk_state_country(const struct assay_risk_state *state, char country[2])
{
    memcpy(country, state->anchors[state->anchor].country, 2);
}

uint8_t assay_risk_state_group(const struct assay_risk_state *state, int anchor)
{
    unsigned group = 1u << anchor;
    for (int pass = 1; pass < ASSAY_RISK_ANCHORS; pass++) {
        for (int i = 0; i < ASSAY_RISK_TAGS; i++) {
            group |= (state->device_at[i] & group) != 0 ? state->device_at[i] : 0u;
        }
    }
    return (uint8_t)group;
}

static uint32_t capped(uint32_t mass_sum)
{
    return mass_sum < UINT16_MAX ? mass_sum : UINT16_MAX;
}

uint16_t assay_risk_state_add_mass(struct assay_risk_state *state, uint16_t mass)
{
    uint32_t before = state->mass_sum;
    state->mass_sum = before > STATE_MASS_MAX - mass ? STATE_MASS_MAX : before + mass;
    return (uint16_t)(capped(state->mass_sum) - capped(before));
}

/* 181 rows of 360: fits 16 bits with room for NONE. */
uint16_t assay_risk_tile(int16_t lat_decidegrees, int16_t lon_decidegrees)
{
    if (lat_decidegrees < -900 || lat_decidegrees > 900 || lon_decidegrees < -1800 ||
        lon_decidegrees > 1800) {
        return ASSAY_RISK_TILE_NONE;
    }
    int column = (lon_decidegrees + 1800) / 10 % 360;
    return (uint16_t)((lat_decidegrees + 900) / 10 * 360 + column);
}
