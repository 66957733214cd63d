// SPDX-License-Identifier: Apache-2.0
#include "core/claim.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/claim_person.h"
#include "core/claim_sweep.h"

enum { STRIPES = 64 };

struct assay_claims {
    struct assay_store *store;
    struct assay_personal *personal;
    /* Held over one item's look-up, so that tries at once cannot pass the bound together. */
    pthread_mutex_t stripes[STRIPES];
};

enum assay_error assay_claims_open(struct assay_store *store, const char *dir,
                                   const struct assay_keyring *keyring,
                                   struct assay_claims **claims, struct assay_reason *reason)
{
    struct assay_claims *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return assay_fail(reason, ASSAY_E_MEMORY, NULL);
    }
    made->store = store;
    for (size_t i = 0; i < STRIPES; i++) {
        pthread_mutex_init(&made->stripes[i], NULL);
    }
    enum assay_error error = assay_personal_open(dir, keyring, &made->personal, reason);
    if (error == ASSAY_OK) {
        struct assay_store_stats stats;
        assay_store_stats(store, &stats);
        error = assay_claim_sweep(made->personal, dir, stats.ledger_synced, reason);
    }
    if (error != ASSAY_OK) {
        assay_claims_close(made);
        return error;
    }
    *claims = made;
    return ASSAY_OK;
}

void assay_claims_close(struct assay_claims *claims)
{
    if (claims == NULL) {
        return;
    }
    assay_personal_close(claims->personal);
    for (size_t i = 0; i < STRIPES; i++) {
        pthread_mutex_destroy(&claims->stripes[i]);
    }
    free(claims);
}

/* -- an existing registration -- */

/* The entry and the personal record of an item that is registered. ASSAY_E_NOT_FOUND if the
 * personal record was deleted. */
static enum assay_error load(struct assay_claims *claims, const struct assay_item *item,
                             struct assay_claim_person *person, struct assay_claim_answer *answer)
{
    struct assay_record record;
    enum assay_error error = assay_store_record(claims->store, item->claim, &record);
    if (error != ASSAY_OK) {
        return error;
    }
    if (record.type != ASSAY_RECORD_CLAIM) {
        return ASSAY_E_CORRUPT;
    }
    char text[ASSAY_PERSONAL_BYTES_MAX + 1];
    error = assay_personal_get(claims->personal, record.claim.reference, text, sizeof text);
    if (error == ASSAY_OK) {
        error = assay_claim_person_read(text, person);
    }
    assay_bytes_wipe(text, sizeof text);
    if (error != ASSAY_OK) {
        return error;
    }
    *answer = (struct assay_claim_answer){.begins_on = record.claim.bought_on,
                                          .ends_on = record.claim.ends_on,
                                          .terms = person->terms};
    assay_hex_encode(record.claim.reference, sizeof record.claim.reference, answer->reference);
    return ASSAY_OK;
}

static bool has_phone(const struct assay_claim_person *person, const char *typed)
{
    struct assay_phone phone;
    return assay_phone_parse(typed, &phone) == ASSAY_OK &&
           assay_bytes_equal(&phone, &person->phone, sizeof phone);
}

/* The item has a registration: the same again, or someone else's. */
static enum assay_error answer_again(struct assay_claims *claims, const struct assay_item *item,
                                     const struct assay_claim_request *request,
                                     struct assay_claim_answer *answer, struct assay_reason *reason)
{
    struct assay_claim_person person;
    struct assay_claim_answer found;
    enum assay_error error = load(claims, item, &person, &found);
    if (error != ASSAY_OK && error != ASSAY_E_NOT_FOUND) {
        return assay_fail(reason, error, NULL);
    }
    bool same =
        error == ASSAY_OK &&
        assay_bytes_equal(person.scan_id, request->receipt->scan_id, sizeof person.scan_id) &&
        has_phone(&person, request->phone);
    if (!same) {
        return assay_fail(reason, ASSAY_E_TAKEN, NULL);
    }
    *answer = found;
    return ASSAY_OK;
}

/* -- a new registration -- */

struct draft {
    struct assay_item item;
    struct assay_claim_answer answer;
};

static enum assay_error check_terms(struct assay_claims *claims, uint64_t item, struct draft *draft,
                                    struct assay_reason *reason)
{
    const struct assay_batch_facts *facts =
        assay_store_batch_facts(claims->store, assay_item_key_handle(item));
    if (facts == NULL || assay_item_key_index(item) >= facts->count) {
        return assay_fail(reason, ASSAY_E_REFUSED, "receipt: its item was never issued");
    }
    const struct assay_product *product = assay_store_product(claims->store, facts->sku);
    if (product != NULL) {
        draft->answer.terms = product->value.terms;
    }
    if (draft->answer.terms.months == 0 && draft->answer.terms.bonus_months == 0) {
        return assay_fail(reason, ASSAY_E_REFUSED, "this product has no warranty to register for");
    }
    return ASSAY_OK;
}

/* A day of purchase from the batch's making to tomorrow: a buyer may be east of the brand. */
static enum assay_error check_day(struct assay_claims *claims, struct assay_store_session *session,
                                  const struct assay_claim_request *request, struct draft *draft,
                                  struct assay_reason *reason)
{
    int32_t offset = assay_store_brand(claims->store)->utc_offset_minutes;
    int32_t today = assay_day_of(request->at_unix_ms, offset);
    if (request->bought_on == ASSAY_DAY_NONE) {
        int64_t first_at_unix_ms = draft->item.first_at_unix_ms;
        draft->answer.begins_on =
            first_at_unix_ms == 0 ? today : assay_day_of(first_at_unix_ms, offset);
        return ASSAY_OK;
    }
    struct assay_batch batch;
    uint32_t handle = assay_item_key_handle(request->receipt->item);
    enum assay_error error = assay_store_batch(session, handle, &batch);
    if (error != ASSAY_OK) {
        return assay_fail(reason, error, NULL);
    }
    int32_t made_on = assay_day_of(batch.created_at_unix_ms, offset);
    assay_batch_deinit(&batch);
    if (request->bought_on < made_on || request->bought_on > today + 1) {
        return assay_fail(reason, ASSAY_E_FIELD,
                          "bought_on: must not be before the item was made, nor in the future");
    }
    draft->answer.begins_on = request->bought_on;
    return ASSAY_OK;
}

static enum assay_error check_risk(struct assay_claims *claims,
                                   const struct assay_claim_request *request,
                                   const struct assay_item *item, struct assay_reason *reason)
{
    struct assay_risk risk;
    enum assay_error error =
        assay_store_item_risk(claims->store, request->receipt->item, item, &risk);
    if (error != ASSAY_OK) {
        return assay_fail(reason, error, NULL);
    }
    bool good = assay_verdict_row(request->receipt->verdict)->class == ASSAY_VERDICT_GOOD;
    return good && risk.level < ASSAY_RISK_SUSPECT
               ? ASSAY_OK
               : assay_fail(reason, ASSAY_E_REFUSED,
                            "the item does not look genuine now; please contact the brand");
}

/* Settle what became of the ledger's entry: the record stays, or goes, or waits for the sweep if
 * nobody can say (the caller ends the process then). */
static enum assay_error finish(struct assay_claims *claims,
                               const uint8_t reference[ASSAY_REFERENCE_LEN], enum assay_error error)
{
    if (error == ASSAY_OK) {
        return assay_personal_settle(claims->personal, reference);
    }
    enum assay_error_class class = assay_error_class(error);
    if (class != ASSAY_CLASS_SYSTEM && class != ASSAY_CLASS_CORRUPT) {
        enum assay_error deleted = assay_personal_delete(claims->personal, reference);
        return deleted == ASSAY_OK ? error : deleted;
    }
    return error;
}

/* Commit the personal record, then put its entry; both hold reference and commitment. */
static enum assay_error keep(struct assay_claims *claims, struct assay_store_session *session,
                             const char *text, struct assay_record *record,
                             struct assay_reason *reason)
{
    bool claim = record->type == ASSAY_RECORD_CLAIM;
    uint8_t *reference = claim ? record->claim.reference : record->report.reference;
    uint8_t *commitment = claim ? record->claim.commitment : record->report.commitment;
    struct assay_store_stats stats;
    assay_store_stats(claims->store, &stats);
    assay_bytes_random(reference, ASSAY_REFERENCE_LEN);
    enum assay_error error =
        assay_personal_put(claims->personal, reference, text, stats.ledger_synced, commitment);
    if (error != ASSAY_OK) {
        return assay_fail(reason, error, NULL);
    }
    uint64_t position = 0;
    return finish(claims, reference, assay_store_put(session, record, &position, reason));
}

static enum assay_error register_new(struct assay_claims *claims,
                                     struct assay_store_session *session,
                                     const struct assay_claim_request *request, struct draft *draft,
                                     struct assay_reason *reason)
{
    struct assay_claim_answer *answer = &draft->answer;
    answer->created = true;
    answer->ends_on = assay_warranty_ends_on(&answer->terms, answer->begins_on, true);
    char *text ASSAY_CLEANUP(assay_claim_text_free) = NULL;
    enum assay_error error = assay_claim_person_write(request, &answer->terms, &text);
    if (error != ASSAY_OK) {
        return assay_fail(reason, error, NULL);
    }
    struct assay_record record = {.type = ASSAY_RECORD_CLAIM};
    record.claim = (struct assay_claim_record){.at_unix_ms = request->at_unix_ms,
                                               .item = request->receipt->item,
                                               .bought_on = answer->begins_on,
                                               .ends_on = answer->ends_on};
    error = keep(claims, session, text, &record, reason);
    assay_hex_encode(record.claim.reference, sizeof record.claim.reference, answer->reference);
    return error;
}

static enum assay_error check_all(struct assay_claims *claims, struct assay_store_session *session,
                                  const struct assay_claim_request *request, struct draft *draft,
                                  struct assay_reason *reason)
{
    enum assay_error error = check_terms(claims, request->receipt->item, draft, reason);
    if (error == ASSAY_OK) {
        error = check_day(claims, session, request, draft, reason);
    }
    return error == ASSAY_OK ? check_risk(claims, request, &draft->item, reason) : error;
}

enum assay_error assay_claim_register(struct assay_claims *claims,
                                      struct assay_store_session *session,
                                      const struct assay_claim_request *request,
                                      struct assay_claim_answer *answer,
                                      struct assay_reason *reason)
{
    struct draft draft = {0};
    uint64_t item = request->receipt->item;
    enum assay_error error = assay_claim_person_check(request, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    error = assay_store_item(session, item, &draft.item);
    if (error != ASSAY_OK) {
        return assay_fail(reason, error, NULL);
    }
    if (draft.item.claim == 0) {
        error = check_all(claims, session, request, &draft, reason);
        if (error != ASSAY_OK) {
            return error;
        }
        error = register_new(claims, session, request, &draft, reason);
        if (error != ASSAY_E_TAKEN) {
            *answer = error == ASSAY_OK ? draft.answer : *answer;
            return error;
        }
        /* Another thread was first; perhaps with this very request, sent twice. */
        error = assay_store_item(session, item, &draft.item);
        if (error != ASSAY_OK) {
            return assay_fail(reason, error, NULL);
        }
    }
    return answer_again(claims, &draft.item, request, answer, reason);
}

/* -- look-up -- */

static bool is_issued(const struct assay_claims *claims, uint64_t item)
{
    const struct assay_batch_facts *facts =
        item == 0 ? NULL : assay_store_batch_facts(claims->store, assay_item_key_handle(item));
    return facts != NULL && assay_item_key_index(item) < facts->count;
}

static enum assay_error count_try(struct assay_store_session *session,
                                  const struct assay_claim_search *search)
{
    struct assay_record record = {.type = ASSAY_RECORD_FIND};
    record.find =
        (struct assay_find_record){.at_unix_ms = search->at_unix_ms, .item = search->item};
    uint64_t position = 0;
    enum assay_error error = assay_store_put(session, &record, &position, NULL);
    return error == ASSAY_OK ? ASSAY_E_NOT_FOUND : error;
}

static enum assay_error find_one(struct assay_claims *claims, struct assay_store_session *session,
                                 const struct assay_claim_search *search,
                                 struct assay_claim_answer *answer)
{
    struct assay_item item;
    enum assay_error error = assay_store_item(session, search->item, &item);
    if (error != ASSAY_OK) {
        return error;
    }
    /* As the ledger's entries are counted: by UTC day (core/item.h). */
    bool today = item.find_day == assay_day_of(search->at_unix_ms, 0);
    if (today && item.find_tries >= ASSAY_FIND_TRIES_A_DAY) {
        return ASSAY_E_NOT_FOUND;
    }
    struct assay_claim_person person;
    struct assay_claim_answer found;
    error = item.claim == 0 ? ASSAY_E_NOT_FOUND : load(claims, &item, &person, &found);
    if (error != ASSAY_OK && error != ASSAY_E_NOT_FOUND) {
        return error;
    }
    if (error == ASSAY_E_NOT_FOUND || !has_phone(&person, search->phone)) {
        return count_try(session, search);
    }
    *answer = found;
    return ASSAY_OK;
}

enum assay_error assay_claim_find(struct assay_claims *claims, struct assay_store_session *session,
                                  const struct assay_claim_search *search,
                                  struct assay_claim_answer *answer)
{
    if (!is_issued(claims, search->item)) {
        return ASSAY_E_NOT_FOUND;
    }
    pthread_mutex_t *stripe = &claims->stripes[search->item % STRIPES];
    pthread_mutex_lock(stripe);
    enum assay_error error = find_one(claims, session, search, answer);
    pthread_mutex_unlock(stripe);
    return error;
}

/* -- reports -- */

enum assay_error assay_claim_report(struct assay_claims *claims,
                                    struct assay_store_session *session,
                                    const struct assay_claim_report *report,
                                    struct assay_reason *reason)
{
    char *text ASSAY_CLEANUP(assay_claim_text_free) = NULL;
    enum assay_error error = assay_claim_report_write(report, &text, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    struct assay_record record = {.type = ASSAY_RECORD_REPORT};
    record.report = (struct assay_report_record){
        .at_unix_ms = report->at_unix_ms,
        .item = report->item,
        .place = assay_store_place_number(claims->store, report->place),
    };
    return keep(claims, session, text, &record, reason);
}
