// SPDX-License-Identifier: Apache-2.0
#include "core/item.h"

#include <string.h>

/* Parts of a row; a part that says nothing new is left out (docs/FORMAT.md, section 8). */
#define ROW_SALE 1u
#define ROW_BEFORE_SALE 2u
#define ROW_CONFIRMED 4u
#define ROW_WRONG_PIN 8u
#define ROW_CLAIM 16u
#define ROW_FIND 32u
#define ROW_AGAIN 64u  /* not one scan alone, on sale */
#define ROW_APART 128u /* the last scan is not the last record */

#define MINUTE_MS 60000

static uint16_t device_tag(uint64_t device)
{
    if (device == 0) {
        return 0;
    }
    uint16_t tag = (uint16_t)(device >> 48);
    return tag == 0 ? 1 : tag;
}

/* Another than the first to reveal its PIN reveals it. One who sends a reveal again is no other. */
static bool is_confirmed_by_other(const struct assay_item *item,
                                  const struct assay_scan_record *scan)
{
    bool reveals = (scan->flags & ASSAY_SCAN_PIN_RIGHT) != 0;
    bool again = (scan->flags & ASSAY_SCAN_SENT_AGAIN) != 0;
    return item->confirmed_at_unix_ms != 0 && reveals && !again &&
           (scan->device == 0 || scan->device != item->confirmed_device);
}

void assay_item_risk_scan(const struct assay_scan_record *scan,
                          const struct assay_item_scene *scene, struct assay_risk_scan *risk_scan)
{
    *risk_scan = (struct assay_risk_scan){
        .at_unix_ms = scan->at_unix_ms,
        .device_tag = device_tag(scan->device),
        .position = scan->position,
        .net = scan->net,
        .channel = scan->channel,
        .pin = (scan->flags & ASSAY_SCAN_PIN_RIGHT) != 0   ? ASSAY_PIN_RIGHT
               : (scan->flags & ASSAY_SCAN_PIN_WRONG) != 0 ? ASSAY_PIN_WRONG
                                                           : ASSAY_PIN_NONE,
    };
    memcpy(risk_scan->country, scene->place->country, sizeof risk_scan->country);
    if (scene->place->region[0] != '\0') {
        memcpy(risk_scan->region, scene->place->region + 3, sizeof risk_scan->region);
    }
    memcpy(risk_scan->market, scene->market, scene->market[0] != '\0' ? 2 : 0);
}

void assay_item_weigh_scan(struct assay_item *item, const struct assay_scan_record *scan,
                           const struct assay_item_scene *scene, struct assay_risk *risk)
{
    assay_assert(assay_scan_counts(scan));
    struct assay_risk_scan risk_scan;
    assay_item_risk_scan(scan, scene, &risk_scan);
    risk_scan.confirmed_by_other = is_confirmed_by_other(item, scan);
    struct assay_risk_around around = {0};
    struct assay_risk entered;
    assay_risk_enter(&item->risk, &risk_scan, scene->table, &entered);
    /* The cells do not know the scan yet, and its place is among the anchors now. */
    if (scene->cells != NULL && assay_risk_state_says(&item->risk)) {
        assay_risk_cells_around(scene->cells, &scene->where, &item->risk, &around);
    }
    assay_risk_weigh(&item->risk, &around, scene->table, risk_scan.confirmed_by_other, risk);
    risk->mass = entered.mass;
    risk->mass_capped = entered.mass_capped;
    risk->llr = entered.llr;
}

static void apply_pin(struct assay_item *item, const struct assay_scan_record *scan)
{
    if ((scan->flags & ASSAY_SCAN_PIN_WRONG) != 0) {
        item->wrong_pins++;
        item->wrong_pin_at_unix_ms = scan->at_unix_ms;
    }
    if ((scan->flags & ASSAY_SCAN_PIN_RIGHT) != 0) {
        item->wrong_pins = 0;
        item->wrong_pin_at_unix_ms = 0;
    }
    if ((scan->flags & ASSAY_SCAN_CONFIRMATION) != 0) {
        item->confirmed_at_unix_ms = scan->at_unix_ms;
        item->confirmed_device = scan->device;
        item->confirmed_place = scan->place;
    }
}

static void apply_rate(struct assay_item *item, int64_t at_unix_ms)
{
    if (at_unix_ms / MINUTE_MS != item->last_at_unix_ms / MINUTE_MS) {
        item->minute_scans = 0;
    }
    item->last_at_unix_ms = at_unix_ms;
    if (item->minute_scans < UINT16_MAX) {
        item->minute_scans++;
    }
}

void assay_item_apply_weighed(struct assay_item *item, const struct assay_scan_record *scan,
                              uint64_t position)
{
    assay_assert(position > item->last_position);
    item->last_position = position;
    item->last_scan = position;
    apply_rate(item, scan->at_unix_ms);
    if ((scan->flags & ASSAY_SCAN_ON_SALE) == 0) {
        item->scans_before_sale++;
        return;
    }
    if ((scan->flags & ASSAY_SCAN_FIRST) != 0) {
        item->first_at_unix_ms = scan->at_unix_ms;
        item->first_device = scan->device;
        item->first_place = scan->place;
    }
    if (assay_scan_counts(scan) && scan->number > item->scans) {
        item->scans = scan->number;
    }
    apply_pin(item, scan);
}

void assay_item_apply_scan(struct assay_item *item, const struct assay_scan_record *scan,
                           const struct assay_item_scene *scene, uint64_t position)
{
    if (position <= item->last_position) {
        return;
    }
    if (assay_scan_counts(scan)) {
        uint32_t mass_sum = item->risk.mass_sum;
        struct assay_risk unused;
        assay_item_weigh_scan(item, scan, scene, &unused);
        item->risk.mass_sum = mass_sum;
        assay_risk_state_add_mass(&item->risk, scan->risk.mass);
    }
    assay_item_apply_weighed(item, scan, position);
}

void assay_item_apply_claim(struct assay_item *item, const struct assay_claim_record *claim,
                            uint64_t position)
{
    if (position <= item->last_position) {
        return;
    }
    item->last_position = position;
    item->claim = position;
    item->claim_ends_on = claim->ends_on;
}

void assay_item_apply_find(struct assay_item *item, const struct assay_find_record *find,
                           uint64_t position)
{
    if (position <= item->last_position) {
        return;
    }
    item->last_position = position;
    int32_t day = assay_day_of(find->at_unix_ms, 0);
    if (day != item->find_day) {
        item->find_day = day;
        item->find_tries = 0;
    }
    if (item->find_tries < UINT8_MAX) {
        item->find_tries++;
    }
}

/* True if the short form, for one scan on sale, would lose something. */
static bool is_again(const struct assay_item *item)
{
    return item->scans != 1 || item->minute_scans != 1 ||
           item->last_at_unix_ms != item->first_at_unix_ms;
}

static unsigned parts_of(const struct assay_item *item)
{
    unsigned parts = 0;
    parts |= item->scans > 0 ? ROW_SALE : 0;
    parts |= is_again(item) ? ROW_AGAIN : 0;
    parts |= item->last_scan != item->last_position ? ROW_APART : 0;
    parts |= item->scans_before_sale > 0 ? ROW_BEFORE_SALE : 0;
    parts |= item->confirmed_at_unix_ms != 0 ? ROW_CONFIRMED : 0;
    parts |= item->wrong_pins > 0 ? ROW_WRONG_PIN : 0;
    parts |= item->claim != 0 ? ROW_CLAIM : 0;
    parts |= item->find_tries > 0 ? ROW_FIND : 0;
    return parts;
}

/* 48 bits hold milliseconds until the year 10889, and 256 TiB of ledger. */
static void put_u48(struct assay_wire *wire, uint64_t value)
{
    assay_assert(value >> 48 == 0);
    assay_wire_put_u32(wire, (uint32_t)value);
    assay_wire_put_u16(wire, (uint16_t)(value >> 32));
}

static uint64_t get_u48(struct assay_wire *wire)
{
    uint64_t low = assay_wire_get_u32(wire);
    return low | (uint64_t)assay_wire_get_u16(wire) << 32;
}

/* Places are numbered up to ASSAY_PLACES_MAX, 2^18. */
static void put_place(struct assay_wire *wire, uint32_t place)
{
    assay_assert(place >> 24 == 0);
    assay_wire_put_u16(wire, (uint16_t)place);
    assay_wire_put_u8(wire, (uint8_t)(place >> 16));
}

static uint32_t get_place(struct assay_wire *wire)
{
    uint32_t low = assay_wire_get_u16(wire);
    return low | (uint32_t)assay_wire_get_u8(wire) << 16;
}

/* Seven bits a byte, low ones first; the top bit says that more follow (LEB128). */
static void put_count(struct assay_wire *wire, uint32_t count)
{
    while (count >= 0x80) {
        assay_wire_put_u8(wire, (uint8_t)(count | 0x80));
        count >>= 7;
    }
    assay_wire_put_u8(wire, (uint8_t)count);
}

static uint32_t get_count(struct assay_wire *wire)
{
    uint64_t count = 0;
    for (unsigned shift = 0; shift < 35; shift += 7) {
        uint8_t byte = assay_wire_get_u8(wire);
        count |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80) {
            wire->failed = wire->failed || count > UINT32_MAX || (byte == 0 && shift > 0);
            return (uint32_t)count;
        }
    }
    wire->failed = true;
    return 0;
}

static void put_sale(struct assay_wire *wire, const struct assay_item *item)
{
    put_u48(wire, (uint64_t)item->first_at_unix_ms);
    assay_wire_put_u64(wire, item->first_device);
    put_place(wire, item->first_place);
    assay_risk_state_put(wire, &item->risk);
}

static void get_sale(struct assay_wire *wire, struct assay_item *item)
{
    item->first_at_unix_ms = (int64_t)get_u48(wire);
    item->first_device = assay_wire_get_u64(wire);
    item->first_place = get_place(wire);
    assay_risk_state_get(wire, item->first_at_unix_ms, &item->risk);
    item->last_at_unix_ms = item->first_at_unix_ms;
}

static void put_again(struct assay_wire *wire, const struct assay_item *item)
{
    put_count(wire, item->scans);
    put_count(wire, item->minute_scans);
    put_u48(wire, (uint64_t)item->last_at_unix_ms);
}

static void get_again(struct assay_wire *wire, struct assay_item *item)
{
    item->scans = get_count(wire);
    uint32_t minute_scans = get_count(wire);
    wire->failed = wire->failed || minute_scans > UINT16_MAX;
    item->minute_scans = (uint16_t)minute_scans;
    item->last_at_unix_ms = (int64_t)get_u48(wire);
}

static void put_optional(struct assay_wire *wire, const struct assay_item *item, unsigned parts)
{
    if ((parts & ROW_BEFORE_SALE) != 0) {
        assay_wire_put_u32(wire, item->scans_before_sale);
    }
    if ((parts & ROW_CONFIRMED) != 0) {
        put_u48(wire, (uint64_t)item->confirmed_at_unix_ms);
        assay_wire_put_u64(wire, item->confirmed_device);
        put_place(wire, item->confirmed_place);
    }
    if ((parts & ROW_WRONG_PIN) != 0) {
        assay_wire_put_u32(wire, item->wrong_pins);
        assay_wire_put_u64(wire, (uint64_t)item->wrong_pin_at_unix_ms);
    }
    if ((parts & ROW_CLAIM) != 0) {
        assay_wire_put_u64(wire, item->claim);
        assay_wire_put_u32(wire, (uint32_t)item->claim_ends_on);
    }
    if ((parts & ROW_FIND) != 0) {
        assay_wire_put_u32(wire, (uint32_t)item->find_day);
        assay_wire_put_u8(wire, item->find_tries);
    }
}

static void get_optional(struct assay_wire *wire, struct assay_item *item, unsigned parts)
{
    if ((parts & ROW_BEFORE_SALE) != 0) {
        item->scans_before_sale = assay_wire_get_u32(wire);
    }
    if ((parts & ROW_CONFIRMED) != 0) {
        item->confirmed_at_unix_ms = (int64_t)get_u48(wire);
        item->confirmed_device = assay_wire_get_u64(wire);
        item->confirmed_place = get_place(wire);
    }
    if ((parts & ROW_WRONG_PIN) != 0) {
        item->wrong_pins = assay_wire_get_u32(wire);
        item->wrong_pin_at_unix_ms = (int64_t)assay_wire_get_u64(wire);
    }
    if ((parts & ROW_CLAIM) != 0) {
        item->claim = assay_wire_get_u64(wire);
        item->claim_ends_on = (int32_t)assay_wire_get_u32(wire);
    }
    if ((parts & ROW_FIND) != 0) {
        item->find_day = (int32_t)assay_wire_get_u32(wire);
        item->find_tries = assay_wire_get_u8(wire);
    }
}

size_t assay_item_encode(const struct assay_item *item, uint8_t data[ASSAY_ITEM_ROW_MAX])
{
    struct assay_wire wire = assay_wire_writer(data, ASSAY_ITEM_ROW_MAX);
    unsigned parts = parts_of(item);
    assay_wire_put_u8(&wire, (uint8_t)parts);
    put_u48(&wire, item->last_position);
    if ((parts & ROW_SALE) != 0) {
        put_sale(&wire, item);
    }
    if ((parts & ROW_AGAIN) != 0) {
        put_again(&wire, item);
    }
    if ((parts & ROW_APART) != 0) {
        put_u48(&wire, item->last_scan);
    }
    put_optional(&wire, item, parts);
    assay_assert(!wire.failed);
    return wire.at;
}

enum assay_error assay_item_decode(const void *data, size_t len_bytes, struct assay_item *item)
{
    struct assay_wire wire = assay_wire_reader(data, len_bytes);
    struct assay_item value = {.scans = 1, .minute_scans = 1};
    unsigned parts = assay_wire_get_u8(&wire);
    value.last_position = get_u48(&wire);
    if ((parts & ROW_SALE) != 0) {
        get_sale(&wire, &value);
    }
    if ((parts & ROW_AGAIN) != 0) {
        get_again(&wire, &value);
    }
    value.last_scan = value.last_position;
    if ((parts & ROW_APART) != 0) {
        value.last_scan = get_u48(&wire);
    }
    get_optional(&wire, &value, parts);
    if (wire.failed || wire.at != len_bytes) {
        return ASSAY_E_CORRUPT;
    }
    *item = value;
    return ASSAY_OK;
}
