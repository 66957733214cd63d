// SPDX-License-Identifier: Apache-2.0
#include "core/audit_codes.h"

#include <stdlib.h>
#include <string.h>

#define SLOTS_FIRST 1024 /* a power of two */
#define DAY_MS 86400000
#define BURST_SCANS 6 /* of one code within a day: more than a household's */
#define BURST_TIMES 4 /* and so many times as dense as the code's scans are on the whole, */
#define BURST_LIFE_MS (10 * (int64_t)DAY_MS) /* unless these are of some days altogether */
/* An item on show: so many scans, by hardly anybody twice, nearly all at two places or fewer. Copies
 * that are sold in one city are scanned again by their owners, there and elsewhere. */
#define SHOWN_SCANS 24
#define SHOWN_KNOWN_SHARE 12 /* fewer than one in so many by a device known before */
#define SHOWN_PLACED 0.8     /* of the scans */

void assay_audit_codes_init(struct assay_audit_codes *codes)
{
    *codes = (struct assay_audit_codes){0};
}

void assay_audit_codes_deinit(struct assay_audit_codes *codes)
{
    free(codes->keys);
    free(codes->items);
    free(codes->tries);
    free(codes->slots);
    free(codes->scans);
    free(codes->times);
    free(codes->first);
    free(codes->groups);
    *codes = (struct assay_audit_codes){0};
}

/* -- codes: linear probing, half full at most -- */

static size_t hash_of(uint64_t item)
{
    uint64_t mixed = (item ^ item >> 29) * 0x9E3779B97F4A7C15ull;
    return (size_t)(mixed ^ mixed >> 32);
}

static size_t slot_of(const struct assay_audit_codes *codes, uint64_t item)
{
    size_t slot = hash_of(item) & (codes->slot_count - 1);
    while (codes->slots[slot] != 0 && codes->keys[codes->slots[slot] - 1] != item) {
        slot = (slot + 1) & (codes->slot_count - 1);
    }
    return slot;
}

uint32_t assay_audit_codes_find(const struct assay_audit_codes *codes, uint64_t item)
{
    if (codes->slot_count == 0) {
        return UINT32_MAX;
    }
    uint32_t number = codes->slots[slot_of(codes, item)];
    return number == 0 ? UINT32_MAX : number - 1;
}

static enum assay_error grow_codes(struct assay_audit_codes *codes)
{
    size_t wider = codes->slot_count == 0 ? SLOTS_FIRST : 2 * codes->slot_count;
    if (wider > UINT32_MAX) {
        return ASSAY_E_FULL;
    }
    uint64_t *keys = realloc(codes->keys, wider / 2 * sizeof *keys);
    codes->keys = keys != NULL ? keys : codes->keys;
    struct assay_item *items = realloc(codes->items, wider / 2 * sizeof *items);
    codes->items = items != NULL ? items : codes->items;
    struct assay_audit_try *tries = realloc(codes->tries, wider / 2 * sizeof *tries);
    codes->tries = tries != NULL ? tries : codes->tries;
    uint32_t *slots = calloc(wider, sizeof *slots);
    if (keys == NULL || items == NULL || tries == NULL || slots == NULL) {
        free(slots);
        return ASSAY_E_MEMORY;
    }
    free(codes->slots);
    codes->slots = slots;
    codes->slot_count = wider;
    for (uint32_t i = 0; i < codes->code_count; i++) {
        codes->slots[slot_of(codes, codes->keys[i])] = i + 1;
    }
    return ASSAY_OK;
}

static enum assay_error code_of(struct assay_audit_codes *codes, uint64_t item, uint32_t *number)
{
    if (2 * ((size_t)codes->code_count + 1) > codes->slot_count) {
        enum assay_error error = grow_codes(codes);
        if (error != ASSAY_OK) {
            return error;
        }
    }
    size_t slot = slot_of(codes, item);
    if (codes->slots[slot] == 0) {
        codes->keys[codes->code_count] = item;
        codes->items[codes->code_count] = (struct assay_item){0};
        codes->tries[codes->code_count] = (struct assay_audit_try){0, ASSAY_DAY_NONE};
        codes->slots[slot] = ++codes->code_count;
    }
    *number = codes->slots[slot] - 1;
    return ASSAY_OK;
}

/* -- groups: few, so they are looked through -- */

static enum assay_error group_of(struct assay_audit_codes *codes, uint32_t product,
                                 const char *country, uint32_t *number)
{
    for (uint32_t i = 0; i < codes->group_count; i++) {
        if (codes->groups[i].product == product && strcmp(codes->groups[i].country, country) == 0) {
            *number = i;
            return ASSAY_OK;
        }
    }
    if (codes->group_count == codes->group_room) {
        uint32_t room = 2 * codes->group_room + 16;
        struct assay_audit_group *wider = realloc(codes->groups, room * sizeof *wider);
        if (wider == NULL) {
            return ASSAY_E_MEMORY;
        }
        codes->groups = wider;
        codes->group_room = room;
    }
    struct assay_audit_group *group = &codes->groups[codes->group_count];
    *group = (struct assay_audit_group){.product = product};
    memcpy(group->country, country, 2);
    *number = codes->group_count++;
    return ASSAY_OK;
}

/* -- scans -- */

static enum assay_error make_room(struct assay_audit_codes *codes)
{
    if (codes->scan_count < codes->scan_room) {
        return ASSAY_OK;
    }
    size_t room = 2 * codes->scan_room + 1024;
    struct assay_audit_scan *scans = realloc(codes->scans, room * sizeof *scans);
    codes->scans = scans != NULL ? scans : codes->scans;
    int64_t *times = realloc(codes->times, room * sizeof *times);
    codes->times = times != NULL ? times : codes->times;
    if (scans == NULL || times == NULL) {
        return ASSAY_E_MEMORY;
    }
    codes->scan_room = room;
    return ASSAY_OK;
}

static int16_t saturated(int32_t llr)
{
    return (int16_t)(llr > INT16_MAX ? INT16_MAX : llr < INT16_MIN ? INT16_MIN : llr);
}

/* The scan's cell, which no table changes. */
static uint16_t kind_of(const struct assay_item *item, const struct assay_scan_record *scan,
                        const struct assay_item_scene *scene)
{
    struct assay_risk_scan risk_scan;
    struct assay_risk_kind kind;
    assay_item_risk_scan(scan, scene, &risk_scan);
    (void)assay_risk_kind_of(&item->risk, &risk_scan, &kind);
    return (uint16_t)assay_risk_kind_index(&kind);
}

/* The item's own way through the scan, as the store goes it. */
static void apply(struct assay_item *item, const struct assay_scan_record *scan,
                  const struct assay_audit_sight *sight, struct assay_risk *risk)
{
    *risk = (struct assay_risk){.level = ASSAY_RISK_LOW};
    if (assay_scan_counts(scan)) {
        assay_item_weigh_scan(item, scan, &sight->scene, risk);
    }
    assay_item_apply_weighed(item, scan, item->last_position + 1);
}

enum assay_error assay_audit_codes_add(struct assay_audit_codes *codes,
                                       const struct assay_scan_record *scan,
                                       const struct assay_audit_sight *sight, bool *anew)
{
    struct assay_risk risk;
    uint32_t code = 0;
    uint32_t group = 0;
    enum assay_error error = code_of(codes, scan->item, &code);
    error = error != ASSAY_OK ? error : make_room(codes);
    if (error == ASSAY_OK) {
        error = group_of(codes, sight->product, sight->scene.place->country, &group);
    }
    if (error != ASSAY_OK) {
        return error;
    }
    struct assay_audit_try *last = &codes->tries[code];
    *anew = last->day != sight->day || last->device != scan->device;
    *last = (struct assay_audit_try){scan->device, sight->day};
    bool first = codes->items[code].scans == 0;
    uint16_t kind = kind_of(&codes->items[code], scan, &sight->scene);
    apply(&codes->items[code], scan, sight, &risk);
    if (!assay_scan_counts(scan)) {
        return ASSAY_OK;
    }
    codes->times[codes->scan_count] = scan->at_unix_ms;
    codes->scans[codes->scan_count++] = (struct assay_audit_scan){
        .code = code,
        .row = sight->row,
        .group = group,
        .day = sight->day,
        .kind = kind,
        .llr = first ? 0 : saturated(risk.llr),
        .flags = (uint8_t)((first ? ASSAY_AUDIT_SCAN_FIRST : 0) |
                           (sight->kept ? ASSAY_AUDIT_SCAN_KEPT : 0)),
    };
    return ASSAY_OK;
}

/* -- sorting: by code, stable -- */

static void count_codes(const struct assay_audit_codes *codes, uint32_t *first)
{
    for (size_t i = 0; i < codes->scan_count; i++) {
        first[codes->scans[i].code + 1]++;
    }
    for (uint32_t i = 0; i < codes->code_count; i++) {
        first[i + 1] += first[i];
    }
}

/* Tried out by a shop's customers: a crowd, and one item. */
static bool is_shown_around(const struct assay_risk_state *state)
{
    uint8_t largest[2] = {0, 0};
    for (int i = 0; i < ASSAY_RISK_ANCHORS; i++) {
        uint8_t scans = i < state->anchor_count ? state->anchors[i].scans : 0;
        largest[1] = scans > largest[0] ? largest[0] : scans > largest[1] ? scans : largest[1];
        largest[0] = scans > largest[0] ? scans : largest[0];
    }
    return state->scans >= SHOWN_SCANS &&
           assay_risk_state_known(state) * SHOWN_KNOWN_SHARE < state->scans &&
           largest[0] + largest[1] >= SHOWN_PLACED * state->scans;
}

/* So many within so long: of a photo gone round, or spoilt by somebody. A code that is on hundreds of
 * items sold over weeks has as many each day.
 *  life_ms, count: of the code. */
static bool is_burst(int64_t apart_ms, int64_t life_ms, uint32_t count)
{
    return apart_ms >= 0 && apart_ms <= DAY_MS &&
           (life_ms < BURST_LIFE_MS || apart_ms * count * BURST_TIMES <= life_ms * BURST_SCANS);
}

/* Of one code; times need not rise: clocks and histories differ. */
static void tell_bursts(struct assay_audit_scan *scans, const int64_t *times, uint32_t count)
{
    int64_t life_ms = count > 0 ? times[count - 1] - times[0] : 0;
    for (uint32_t i = 0; i + BURST_SCANS <= count; i++) {
        if (!is_burst(times[i + BURST_SCANS - 1] - times[i], life_ms, count)) {
            continue;
        }
        for (uint32_t j = i; j < i + BURST_SCANS; j++) {
            scans[j].flags |= ASSAY_AUDIT_SCAN_BURST;
        }
    }
}

enum assay_error assay_audit_codes_sort(struct assay_audit_codes *codes)
{
    size_t count = codes->scan_count;
    uint32_t *first = calloc((size_t)codes->code_count + 2, sizeof *first);
    uint32_t *next = calloc((size_t)codes->code_count + 2, sizeof *next);
    struct assay_audit_scan *sorted = malloc((count + 1) * sizeof *sorted);
    int64_t *times = malloc((count + 1) * sizeof *times);
    bool room = first != NULL && next != NULL && sorted != NULL && times != NULL;
    if (room) {
        count_codes(codes, first);
        memcpy(next, first, ((size_t)codes->code_count + 1) * sizeof *next);
        for (size_t i = 0; i < count; i++) {
            uint32_t at = next[codes->scans[i].code]++;
            sorted[at] = codes->scans[i];
            times[at] = codes->times[i];
        }
        for (uint32_t i = 0; i < codes->code_count; i++) {
            tell_bursts(sorted + first[i], times + first[i], first[i + 1] - first[i]);
            for (uint32_t j = first[i]; is_shown_around(&codes->items[i].risk) && j < first[i + 1];
                 j++) {
                sorted[j].flags |= ASSAY_AUDIT_SCAN_BURST;
            }
        }
        free(codes->scans);
        codes->scans = sorted;
        free(codes->first);
        codes->first = first;
    } else {
        free(first);
        free(sorted);
    }
    free(next);
    free(times);
    return room ? ASSAY_OK : ASSAY_E_MEMORY;
}
