// SPDX-License-Identifier: Apache-2.0
/* One scan: find its repetition, weigh it, decide it, record it, apply it. */
#include <string.h>

#include "core/store_private.h"

#define MINUTE_MS 60000

/* One scan being decided. */
struct trial {
    struct assay_store_pass *pass;
    const struct assay_scan_request *request;
    struct assay_scan_answer *answer;
    const struct assay_item *base;
    uint64_t key;
    struct assay_catalog_batch *batch;
    const struct assay_batch *state; /* the batch's, at the time of the scan */
    struct assay_item item;          /* as it is before this scan */
    bool on_sale;                    /* it was activated: its scans count */
    bool repeats;                    /* `earlier` is the same scan */
    enum assay_left_out left_out;
    struct assay_scan_record earlier;
    struct assay_decision decision;
};

/* A record that this group is about to append is not in the ledger yet. */
static enum assay_error read_scan(struct assay_store_pass *pass, uint64_t position,
                                  struct assay_scan_record *scan)
{
    uint8_t data[ASSAY_SCAN_RECORD_LEN];
    if (pass->at > 0 && position >= pass->first) {
        return assay_scan_record_decode(pass->session->buffer + (position - pass->first), scan);
    }
    enum assay_error error = ASSAY_OK;
    if (!assay_ledger_read_recent(pass->store->ledger, position, data, sizeof data)) {
        error = assay_ledger_read(pass->store->ledger, position, data, sizeof data);
    }
    return error != ASSAY_OK ? error : assay_scan_record_decode(data, scan);
}

static bool same_scan(const struct assay_scan_request *request,
                      const struct assay_scan_record *record)
{
    if (request->scan_id_given &&
        memcmp(request->scan_id, record->scan_id, ASSAY_SCAN_ID_LEN) == 0) {
        return true;
    }
    int64_t apart_ms = request->at_unix_ms - record->at_unix_ms;
    return request->device != 0 && request->device == record->device &&
           apart_ms <= ASSAY_RETRY_WINDOW_MS && apart_ms >= -ASSAY_RETRY_WINDOW_MS;
}

/* Walks the item's scans back; the chain is in the ledger, so it works after a restart too. */
static void find_repetition(struct trial *trial)
{
    bool by_id = trial->request->scan_id_given;
    int64_t earliest = trial->request->at_unix_ms - ASSAY_RETRY_LOOK_BACK_MS;
    if (!by_id && (trial->request->device == 0 || trial->item.last_at_unix_ms < earliest)) {
        return;
    }
    uint64_t position = trial->item.last_scan;
    for (int i = 0; i < ASSAY_RETRY_WALK_MAX && position != 0; i++) {
        struct assay_scan_record record;
        enum assay_error error = read_scan(trial->pass, position, &record);
        if (error != ASSAY_OK || record.item != trial->key) {
            trial->pass->error = error != ASSAY_OK ? error : ASSAY_E_CORRUPT;
            return;
        }
        if (same_scan(trial->request, &record)) {
            /* A leak's scan is no repetition of one on sale: that one counts anew. Nor is one that
             * was left out of one that counts. */
            trial->repeats = ((record.flags & ASSAY_SCAN_ON_SALE) != 0) == trial->on_sale &&
                             (record.left_out != 0) == (trial->left_out != 0);
            trial->earlier = record;
            return;
        }
        position = by_id || record.at_unix_ms >= earliest ? record.previous : 0;
    }
}

static uint32_t pin_wait_ms(const struct assay_item *item, int64_t now_unix_ms)
{
    if (item->wrong_pins < ASSAY_PIN_FREE_TRIES) {
        return 0;
    }
    uint32_t doublings = item->wrong_pins - ASSAY_PIN_FREE_TRIES;
    int64_t wait_ms = doublings >= 12 ? ASSAY_PIN_WAIT_MS_MAX : 1000ll << doublings;
    wait_ms = wait_ms > ASSAY_PIN_WAIT_MS_MAX ? ASSAY_PIN_WAIT_MS_MAX : wait_ms;
    int64_t since_ms = now_unix_ms - item->wrong_pin_at_unix_ms;
    /* A clock that went back must not lock anybody out. */
    return since_ms < 0 || since_ms >= wait_ms ? 0 : (uint32_t)(wait_ms - since_ms);
}

static void begin_trial(struct trial *trial)
{
    struct assay_store *store = trial->pass->store;
    const struct assay_scan_request *request = trial->request;
    trial->batch = assay_catalog_batch(store->catalog, request->batch->slot);
    trial->key = assay_item_key_of(request->batch->handle, request->index);
    const struct assay_item *known = assay_store_peek(store, trial->key);
    trial->item = known != NULL ? *known : *trial->base;
    assay_store_need(trial->pass, trial->item.last_position + 1);
    assay_store_need(trial->pass, store->catalog_position + 1);

    const struct assay_batch *batch = request->past != NULL ? request->past : &trial->batch->batch;
    trial->state = batch;
    int32_t today =
        assay_day_of(request->at_unix_ms, assay_catalog_brand(store->catalog)->utc_offset_minutes);
    trial->on_sale = assay_range_set_has(&batch->active, request->index);
    trial->left_out = request->pin == ASSAY_PIN_RIGHT
                          ? ASSAY_COUNTED
                          : assay_left_out_of(request->channel, request->net);
    trial->decision = (struct assay_decision){
        .sale = assay_batch_item_sale(batch, request->index),
        .expired = assay_batch_expired(batch, today),
        .foreign_gtin = request->foreign_gtin,
        .foreign_lot = request->foreign_lot,
        .pin = request->pin,
        .seen_on_sale = trial->item.scans > 0,
        .confirmed_before = trial->item.confirmed_at_unix_ms != 0,
        .confirmed_by_this_device =
            request->device != 0 && request->device == trial->item.confirmed_device,
    };
}

/* What the answer says of the item's past; `item` with or without this scan. */
static void tell_item(struct trial *trial, const struct assay_item *item)
{
    struct assay_scan_answer *answer = trial->answer;
    uint64_t device = trial->request->device;
    answer->first_at_unix_ms = item->first_at_unix_ms;
    answer->first_place = item->first_place;
    answer->first_by_this_device = device != 0 && device == item->first_device;
    answer->confirmed_at_unix_ms = item->confirmed_at_unix_ms;
    answer->confirmed_place = item->confirmed_place;
    answer->confirmed_by_this_device = device != 0 && device == item->confirmed_device;
    answer->warranty_ends_on = item->claim != 0 ? item->claim_ends_on : ASSAY_DAY_NONE;
    answer->product =
        assay_catalog_product(trial->pass->store->catalog, trial->request->batch->sku);
}

/* How the item looks without this scan; scans before the sale are no risk. */
static struct assay_risk look(const struct trial *trial)
{
    struct assay_risk risk = {.level = ASSAY_RISK_LOW};
    if (trial->on_sale) {
        assay_store_weigh(trial->pass->store, trial->request->batch, &trial->item, &risk);
    }
    return risk;
}

static void tell_verdict(struct trial *trial, enum assay_verdict verdict)
{
    struct assay_scan_answer *answer = trial->answer;
    answer->verdict = verdict;
    answer->reason_text[0] = '\0';
    if (verdict == ASSAY_VERDICT_VOID) {
        memcpy(answer->reason_text, trial->state->void_reason, sizeof answer->reason_text);
    } else if (verdict == ASSAY_VERDICT_RECALLED) {
        memcpy(answer->reason_text, trial->state->recall_reason, sizeof answer->reason_text);
    }
}

/* The same scan again: its number and time, but the batch's state of now. */
static void answer_repetition(struct trial *trial)
{
    const struct assay_scan_record *earlier = &trial->earlier;
    trial->decision.risk = earlier->risk.level;
    if (trial->left_out == ASSAY_COUNTED) {
        trial->decision.seen_on_sale =
            (earlier->flags & ASSAY_SCAN_FIRST) == 0 && earlier->number != 1;
    }
    enum assay_verdict verdict = assay_decide(&trial->decision);
    bool reveal_stands = earlier->verdict == ASSAY_VERDICT_CONFIRMED;
    if (reveal_stands &&
        (verdict == ASSAY_VERDICT_GENUINE || verdict == ASSAY_VERDICT_GENUINE_SEEN)) {
        verdict = ASSAY_VERDICT_CONFIRMED;
    }
    tell_item(trial, &trial->item);
    tell_verdict(trial, verdict);
    trial->answer->repetition = true;
    trial->answer->number = earlier->number;
    trial->answer->at_unix_ms = earlier->at_unix_ms;
    trial->answer->place = earlier->place;
    trial->answer->risk = earlier->risk;
    trial->answer->left_out = earlier->left_out;
    memcpy(trial->answer->scan_id, earlier->scan_id, ASSAY_SCAN_ID_LEN);
}

/* The answer to a reveal was lost and it is sent again: without a device its scan_id tells. */
static bool repeats_confirmation(const struct trial *trial)
{
    const struct assay_scan_record *earlier = &trial->earlier;
    return trial->repeats && trial->request->pin == ASSAY_PIN_RIGHT &&
           trial->request->scan_id_given &&
           memcmp(trial->request->scan_id, earlier->scan_id, ASSAY_SCAN_ID_LEN) == 0 &&
           ((earlier->flags & ASSAY_SCAN_CONFIRMATION) != 0 ||
            earlier->verdict == ASSAY_VERDICT_CONFIRMED);
}

static uint32_t scan_flags(const struct trial *trial)
{
    const struct assay_scan_request *request = trial->request;
    uint32_t flags = 0;
    flags |= request->own_position ? ASSAY_SCAN_OWN_POSITION : 0;
    flags |= request->by_form ? ASSAY_SCAN_FORM : 0;
    flags |= request->pin == ASSAY_PIN_RIGHT ? ASSAY_SCAN_PIN_RIGHT : 0;
    flags |= request->pin == ASSAY_PIN_WRONG ? ASSAY_SCAN_PIN_WRONG : 0;
    bool known = trial->item.last_scan == 0 && trial->item.last_position != 0;
    flags |= known ? ASSAY_SCAN_KNOWN : 0;
    if (!trial->on_sale) {
        return flags;
    }
    flags |= ASSAY_SCAN_ON_SALE;
    bool first = trial->item.scans == 0 && trial->left_out == ASSAY_COUNTED;
    flags |= first ? ASSAY_SCAN_FIRST : 0;
    flags |= repeats_confirmation(trial) ? ASSAY_SCAN_SENT_AGAIN : 0;
    bool confirms = request->pin == ASSAY_PIN_RIGHT && !trial->decision.confirmed_before;
    return flags | (confirms ? ASSAY_SCAN_CONFIRMATION : 0);
}

/* One that is left out changes no number. */
static uint32_t scan_number(const struct trial *trial)
{
    return !trial->on_sale                    ? 0
           : trial->repeats                   ? trial->earlier.number
           : trial->left_out != ASSAY_COUNTED ? trial->item.scans
                                              : trial->item.scans + 1;
}

static struct assay_scan_record record_of(const struct trial *trial)
{
    const struct assay_scan_request *request = trial->request;
    struct assay_scan_record record = {
        .item = trial->key,
        .at_unix_ms = request->at_unix_ms,
        .device = request->device,
        .previous = trial->item.last_scan,
        .number = scan_number(trial),
        .flags = scan_flags(trial),
        .position = request->position,
        .channel = request->channel,
        .net = request->net,
        .left_out = trial->left_out,
    };
    memcpy(record.scan_id, request->scan_id, sizeof record.scan_id);
    return record;
}

/* Scanned before the sale: a leak, which becomes a record of this group, behind the scan. */
static void raise_alert(struct trial *trial, const struct assay_place *place)
{
    struct assay_record record = {.type = ASSAY_RECORD_ALERT};
    bool early = trial->decision.sale == ASSAY_SALE_NOT_YET ||
                 assay_range_set_has(&trial->state->reserved, trial->request->index);
    if (!early || !assay_catalog_alert_due(trial->pass->store->catalog, trial->key, place,
                                           trial->request->at_unix_ms, &record.alert)) {
        return;
    }
    assay_store_pass_put(trial->pass, &record);
}

static void tell_scan(struct trial *trial, const struct assay_scan_record *record)
{
    struct assay_scan_answer *answer = trial->answer;
    answer->repetition = trial->repeats;
    answer->number = record->number;
    answer->at_unix_ms = record->at_unix_ms;
    answer->place = record->place;
    answer->risk = record->risk;
    answer->left_out = record->left_out;
    memcpy(answer->scan_id, record->scan_id, ASSAY_SCAN_ID_LEN);
}

/* The scan's risk, to record and decision; the item's state goes on with it. */
static void weigh(struct trial *trial, struct assay_item *item, struct assay_scan_record *record,
                  const struct assay_place *place)
{
    if (repeats_confirmation(trial)) {
        trial->decision.confirmed_by_this_device = true; /* by this very scan, by nobody else */
    }
    if (assay_scan_counts(record)) {
        struct assay_item_scene scene =
            assay_store_scene(trial->pass->store, trial->request->batch, place);
        assay_item_weigh_scan(item, record, &scene, &record->risk);
    } else {
        record->risk = look(trial);
    }
    trial->decision.risk = record->risk.level;
}

/* Decides the scan, records it, and applies the record to the item. */
static void record_scan(struct trial *trial)
{
    struct assay_store_pass *pass = trial->pass;
    struct assay_item *item = assay_store_touch(pass->store, trial->key, trial->base);
    if (item == NULL) {
        trial->answer->error = ASSAY_E_FULL;
        return;
    }
    struct assay_scan_record record = record_of(trial);
    record.place = assay_store_pass_place(pass, &trial->request->place);
    /* What a replay will know of the place, so that it comes to the same. */
    const struct assay_place *place = assay_catalog_place(pass->store->catalog, record.place);
    weigh(trial, item, &record, place);
    if (trial->repeats && trial->left_out == ASSAY_COUNTED) {
        trial->decision.seen_on_sale = record.number != 1;
    }
    if (trial->request->foreign_lot) {
        record.risk.reasons |= ASSAY_RISK_LOT;
    }
    record.verdict = assay_decide(&trial->decision);

    uint64_t position = pass->first + pass->at;
    assay_scan_record_encode(&record, pass->session->buffer + pass->at);
    pass->at += ASSAY_SCAN_RECORD_LEN;
    pass->records++;
    assay_item_apply_weighed(item, &record, position);
    enum assay_error error =
        assay_store_take_cells(pass->store, trial->request->batch, &record, position);
    pass->error = error != ASSAY_OK ? error : pass->error;
    raise_alert(trial, place);
    tell_item(trial, item);
    tell_verdict(trial, record.verdict);
    tell_scan(trial, &record);
    trial->answer->recorded = true;
}

/* What is not recorded by itself is counted: of now by the second, of the past by its own minute. */
static void count(struct trial *trial, const struct assay_tally_row *row)
{
    if (trial->pass->past != NULL) {
        assay_store_past_count(trial->pass->past, row, trial->request->at_unix_ms);
    } else {
        assay_store_count(trial->pass->store, row);
    }
}

/* Answers without a record, counted in the summary: beyond so many of one item in a minute nobody
 * can fill the disk with one good code. */
static void answer_unrecorded(struct trial *trial)
{
    struct assay_scan_record record = record_of(trial);
    record.number = trial->item.scans;
    struct assay_item item = trial->item;
    weigh(trial, &item, &record, &trial->request->place);
    enum assay_verdict verdict = assay_decide(&trial->decision);
    tell_item(trial, &trial->item);
    tell_verdict(trial, verdict);
    tell_scan(trial, &record);
    struct assay_tally_row row = {.verdict = verdict, .item = trial->key, .count = 1};
    row.place = trial->request->place;
    count(trial, &row);
}

/* The first scan on sale and the first reveal happen once, wrong PINs are slowed down by themselves:
 * these are recorded at any rate. */
static bool must_be_recorded(const struct trial *trial)
{
    bool first = trial->item.scans == 0 && trial->left_out == ASSAY_COUNTED;
    bool confirms = trial->request->pin == ASSAY_PIN_RIGHT && trial->item.confirmed_at_unix_ms == 0;
    return trial->on_sale && (first || confirms || trial->request->pin == ASSAY_PIN_WRONG);
}

static bool is_over_rate(const struct trial *trial)
{
    const struct assay_item *item = &trial->item;
    return item->minute_scans >= ASSAY_ITEM_SCANS_A_MINUTE &&
           item->last_at_unix_ms / MINUTE_MS == trial->request->at_unix_ms / MINUTE_MS &&
           !must_be_recorded(trial);
}

static void answer_foreign(struct trial *trial)
{
    *trial->answer = (struct assay_scan_answer){.verdict = ASSAY_VERDICT_NOT_ISSUED};
    trial->answer->warranty_ends_on = ASSAY_DAY_NONE;
    const struct assay_scan_request *request = trial->request;
    struct assay_tally_row row = {.verdict = ASSAY_VERDICT_NOT_ISSUED, .count = 1};
    row.place = request->place;
    /* Without a device, all of a place and day are one. */
    uint64_t trier = request->device != 0 ? request->device
                                          : assay_crc32c(0, &request->place, sizeof request->place);
    row.distinct = assay_store_is_new_trier(trial->pass->store, trier, request->at_unix_ms);
    count(trial, &row);
}

void assay_store_decide_one(struct assay_store_pass *pass, const struct assay_scan_request *request,
                            struct assay_scan_answer *answer, const struct assay_item *base)
{
    struct trial of_scan = {.pass = pass, .request = request, .answer = answer, .base = base};
    struct trial *trial = &of_scan;
    if (request->batch == NULL) {
        answer_foreign(trial);
        return;
    }
    begin_trial(trial);
    trial->answer->error = ASSAY_OK;
    trial->answer->recorded = false;
    trial->answer->retry_after_ms = 0;
    if (trial->request->foreign_gtin) {
        answer_foreign(trial);
        return;
    }
    if (trial->request->pin != ASSAY_PIN_NONE) {
        uint32_t wait_ms = pin_wait_ms(&trial->item, trial->request->at_unix_ms);
        if (wait_ms > 0) {
            trial->answer->error = ASSAY_E_THROTTLED;
            trial->answer->retry_after_ms = wait_ms;
            return;
        }
    }
    find_repetition(trial);
    if (trial->repeats && trial->request->pin == ASSAY_PIN_NONE) {
        answer_repetition(trial);
    } else if (is_over_rate(trial)) {
        answer_unrecorded(trial);
    } else {
        record_scan(trial);
    }
}
