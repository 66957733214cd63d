// SPDX-License-Identifier: Apache-2.0
/* The group commit of scans: read, lock, decide each, append all, unlock, sync. */
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
    struct assay_scan_record earlier;
    struct assay_decision decision;
};

static void need(struct assay_store_pass *pass, uint64_t position)
{
    if (position > pass->needed) {
        pass->needed = position;
    }
}

/* A record that this group is about to append is not in the ledger yet. */
static enum assay_error read_scan(struct assay_store_pass *pass, uint64_t position,
                                  struct assay_scan_record *scan)
{
    uint8_t data[ASSAY_SCAN_RECORD_LEN];
    if (pass->at > 0 && position >= pass->first) {
        return assay_scan_record_decode(pass->session->buffer + (position - pass->first), scan);
    }
    enum assay_error error = assay_ledger_read(pass->store->ledger, position, data, sizeof data);
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
    if (!trial->request->scan_id_given && trial->request->device == 0) {
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
            /* A leak's scan is no repetition of one on sale: that one counts anew. */
            trial->repeats = (record.number > 0) == trial->on_sale;
            trial->earlier = record;
            return;
        }
        position = record.previous;
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
    need(trial->pass, trial->item.last_position + 1);
    need(trial->pass, store->catalog_position + 1);

    const struct assay_batch *batch = request->past != NULL ? request->past : &trial->batch->batch;
    trial->state = batch;
    int32_t today =
        assay_day_of(request->at_unix_ms, assay_catalog_brand(store->catalog)->utc_offset_minutes);
    trial->on_sale = assay_range_set_has(&batch->active, request->index);
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
    trial->decision.seen_on_sale = (earlier->flags & ASSAY_SCAN_FIRST) == 0 && earlier->number != 1;
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
    memcpy(trial->answer->scan_id, earlier->scan_id, ASSAY_SCAN_ID_LEN);
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
    flags |= trial->item.scans == 0 ? ASSAY_SCAN_FIRST : 0;
    bool confirms = request->pin == ASSAY_PIN_RIGHT && !trial->decision.confirmed_before;
    return flags | (confirms ? ASSAY_SCAN_CONFIRMATION : 0);
}

static struct assay_scan_record record_of(const struct trial *trial)
{
    const struct assay_scan_request *request = trial->request;
    struct assay_scan_record record = {
        .item = trial->key,
        .at_unix_ms = request->at_unix_ms,
        .device = request->device,
        .previous = trial->item.last_scan,
        .number = !trial->on_sale  ? 0
                  : trial->repeats ? trial->earlier.number
                                   : trial->item.scans + 1,
        .flags = scan_flags(trial),
        .position = request->position,
        .channel = request->channel,
    };
    memcpy(record.scan_id, request->scan_id, sizeof record.scan_id);
    return record;
}

/* Scanned before the sale: a leak, which becomes a record of this group, behind the scan. */
static void raise_alert(struct trial *trial)
{
    struct assay_record record = {.type = ASSAY_RECORD_ALERT};
    bool early = trial->decision.sale == ASSAY_SALE_NOT_YET ||
                 assay_range_set_has(&trial->state->reserved, trial->request->index);
    if (!early ||
        !assay_catalog_alert_due(trial->pass->store->catalog, trial->batch, trial->request->index,
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
    memcpy(answer->scan_id, record->scan_id, ASSAY_SCAN_ID_LEN);
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

/* The scan's risk, to record and decision. */
static void weigh(struct trial *trial, struct assay_scan_record *record,
                  const struct assay_place *place)
{
    struct assay_item item = trial->item;
    if (repeats_confirmation(trial)) {
        trial->decision.confirmed_by_this_device = true;
        item.confirmed_at_unix_ms = 0; /* the PIN was revealed by this very scan, by nobody else */
    }
    assay_item_risk(&item, record, place, &record->risk);
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
    weigh(trial, &record, place);
    if (trial->repeats) {
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
    assay_item_apply_scan(item, &record, place, position);
    raise_alert(trial);
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
    weigh(trial, &record, &trial->request->place);
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
    bool first = trial->item.scans == 0;
    bool confirms = trial->request->pin == ASSAY_PIN_RIGHT && trial->item.confirmed_at_unix_ms == 0;
    return trial->on_sale && (first || confirms || trial->request->pin == ASSAY_PIN_WRONG);
}

static bool is_over_rate(const struct trial *trial)
{
    const struct assay_item *item = &trial->item;
    return item->minute_scans >= ASSAY_ITEM_SCANS_A_MINUTE &&
           item->minute == trial->request->at_unix_ms / MINUTE_MS && !must_be_recorded(trial);
}

static void answer_foreign(struct trial *trial)
{
    *trial->answer = (struct assay_scan_answer){.verdict = ASSAY_VERDICT_NOT_ISSUED};
    trial->answer->warranty_ends_on = ASSAY_DAY_NONE;
    struct assay_tally_row row = {.verdict = ASSAY_VERDICT_NOT_ISSUED, .count = 1};
    row.place = trial->request->place;
    count(trial, &row);
}

static void decide(struct trial *trial)
{
    if (trial->request->batch == NULL) {
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

/* Invariant 1: what the state says of the group's items, in one snapshot. */
static enum assay_error read_base(struct assay_store_session *session,
                                  const struct assay_scan_group *group)
{
    enum assay_error error = assay_state_begin(session->reader);
    if (error != ASSAY_OK) {
        return error;
    }
    for (uint32_t i = 0; i < group->count && error == ASSAY_OK; i++) {
        const struct assay_scan_request *request = group->requests[i];
        if (request->batch != NULL) {
            uint64_t key = assay_item_key_of(request->batch->handle, request->index);
            error = assay_state_item(session->reader, key, &session->base[i]);
        }
    }
    assay_state_end(session->reader);
    return error;
}

static void refuse_all(struct assay_scan_group *group, enum assay_error error)
{
    for (uint32_t i = 0; i < group->count; i++) {
        group->answers[i]->error = error;
    }
}

/* Under the lock: decide every scan of the group and append what they recorded. */
static void decide_group(struct assay_store_pass *pass, struct assay_scan_group *group)
{
    struct assay_store *store = pass->store;
    size_t most_bytes =
        group->count * ASSAY_SCAN_WITH_REST_MAX + (pass->past != NULL ? ASSAY_STORE_PAST_BYTES : 0);
    pass->error = assay_ledger_next(store->ledger, most_bytes, &pass->first);
    if (pass->error != ASSAY_OK) {
        return;
    }
    for (uint32_t i = 0; i < group->count && pass->error == ASSAY_OK; i++) {
        struct trial trial = {
            .pass = pass,
            .request = group->requests[i],
            .answer = group->answers[i],
            .base = &pass->session->base[i],
        };
        decide(&trial);
    }
    if (pass->past != NULL && pass->error == ASSAY_OK) {
        assay_store_past_seal(pass, group);
    }
    if (pass->error != ASSAY_OK || pass->at == 0) {
        return;
    }
    uint64_t first = 0;
    pass->error =
        assay_ledger_append(store->ledger, pass->session->buffer, pass->at, pass->records, &first);
    assay_assert(pass->error != ASSAY_OK || first == pass->first);
    need(pass, first + pass->at);
}

enum assay_error assay_store_decide(struct assay_store_pass *pass, struct assay_scan_group *group)
{
    struct assay_store *store = pass->store;
    uint64_t generation = atomic_load_explicit(&store->generation, memory_order_acquire);
    enum assay_error error = read_base(pass->session, group);
    if (error != ASSAY_OK) {
        return error;
    }
    pthread_mutex_lock(&store->lock);
    if (generation != atomic_load_explicit(&store->generation, memory_order_relaxed)) {
        error = read_base(pass->session, group);
    }
    if (error == ASSAY_OK) {
        decide_group(pass, group);
        error = pass->error;
    }
    bool fold = store->active->count > store->active->room / 2;
    pthread_mutex_unlock(&store->lock);
    if (fold) {
        assay_store_ask_fold(store);
    }
    return error;
}

enum assay_error assay_store_scan(struct assay_store_session *session,
                                  struct assay_scan_group *group)
{
    assay_assert(group->count <= ASSAY_GROUP_SCANS_MAX);
    struct assay_store *store = session->store;
    struct assay_store_pass pass = {.store = store, .session = session};
    if (atomic_load_explicit(&store->low_space, memory_order_relaxed)) {
        refuse_all(group, ASSAY_E_NO_SPACE);
        return ASSAY_OK;
    }
    enum assay_error error = assay_store_decide(&pass, group);
    if (error == ASSAY_E_NO_SPACE) {
        refuse_all(group, error);
        return ASSAY_OK;
    }
    return error != ASSAY_OK ? error : assay_store_sync(store, pass.needed);
}
