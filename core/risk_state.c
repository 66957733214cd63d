// SPDX-License-Identifier: Apache-2.0
#include "core/risk_state.h"

#include <string.h>

/* What follows the always-there fields; the number of device tags is in the low four bits. */
#define STATE_TAGS 15u
#define STATE_LATER 16u /* the last good position is not of the first scan */
#define STATE_MASS 32u

static unsigned parts_of(const struct assay_risk_state *state, int64_t first_at_unix_ms)
{
    unsigned tags = ASSAY_RISK_TAGS;
    while (tags > 0 && state->device_tags[tags - 1] == 0) {
        tags--;
    }
    return tags | (state->last_at_unix_ms != first_at_unix_ms ? STATE_LATER : 0) |
           (state->mass_sum != 0 ? STATE_MASS : 0);
}

void assay_risk_state_put(struct assay_wire *wire, const struct assay_risk_state *state,
                          int64_t first_at_unix_ms)
{
    unsigned parts = parts_of(state, first_at_unix_ms);
    assay_wire_put_u8(wire, (uint8_t)parts);
    for (size_t i = 0; i < (parts & STATE_TAGS); i++) {
        assay_wire_put_u16(wire, state->device_tags[i]);
    }
    assay_wire_put_u8(wire, state->devices);
    assay_wire_put_u8(wire, state->regions);
    assay_wire_put_u8(wire, state->infeasible);
    assay_wire_put_u8(wire, state->anonymous);
    assay_wire_put_u16(wire, (uint16_t)state->last_position.lat_decidegrees);
    assay_wire_put_u16(wire, (uint16_t)state->last_position.lon_decidegrees);
    assay_wire_put_u16(wire, state->last_position.accuracy_km);
    assay_wire_put_bytes(wire, state->last_country, sizeof state->last_country);
    if ((parts & STATE_LATER) != 0) {
        assay_wire_put_u64(wire, (uint64_t)state->last_at_unix_ms);
    }
    if ((parts & STATE_MASS) != 0) {
        assay_wire_put_u32(wire, state->mass_sum);
    }
}

void assay_risk_state_get(struct assay_wire *wire, int64_t first_at_unix_ms,
                          struct assay_risk_state *state)
{
    struct assay_risk_state value = {.last_at_unix_ms = first_at_unix_ms};
    unsigned parts = assay_wire_get_u8(wire);
    if ((parts & STATE_TAGS) > ASSAY_RISK_TAGS) {
        wire->failed = true;
        return;
    }
    for (size_t i = 0; i < (parts & STATE_TAGS); i++) {
        value.device_tags[i] = assay_wire_get_u16(wire);
    }
    value.devices = assay_wire_get_u8(wire);
    value.regions = assay_wire_get_u8(wire);
    value.infeasible = assay_wire_get_u8(wire);
    value.anonymous = assay_wire_get_u8(wire);
    value.last_position.lat_decidegrees = (int16_t)assay_wire_get_u16(wire);
    value.last_position.lon_decidegrees = (int16_t)assay_wire_get_u16(wire);
    value.last_position.accuracy_km = assay_wire_get_u16(wire);
    assay_wire_get_bytes(wire, value.last_country, sizeof value.last_country);
    if ((parts & STATE_LATER) != 0) {
        value.last_at_unix_ms = (int64_t)assay_wire_get_u64(wire);
    }
    if ((parts & STATE_MASS) != 0) {
        value.mass_sum = assay_wire_get_u32(wire);
    }
    if (parts_of(&value, first_at_unix_ms) != parts) {
        wire->failed = true;
        return;
    }
    *state = value;
}

void assay_risk_state_country(const struct assay_risk_state *state, char country[2])
{
    memcpy(country, state->last_country, 2);
}

static uint32_t capped(uint32_t mass_sum)
{
    return mass_sum < UINT16_MAX ? mass_sum : UINT16_MAX;
}

uint16_t assay_risk_state_add_mass(struct assay_risk_state *state, uint16_t mass)
{
    uint32_t before = state->mass_sum;
    state->mass_sum = before > UINT32_MAX - mass ? UINT32_MAX : before + mass;
    return (uint16_t)(capped(state->mass_sum) - capped(before));
}
