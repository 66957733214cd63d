// SPDX-License-Identifier: Apache-2.0
#include "core/claim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <dirent.h>
#include <pthread.h>

#include "tests/support/key_support.h"
#include "tests/support/world.h"

#define NAME "Lei Li of Shenzhen"
#define PHONE "+86 138-0013-8000"
#define PHONE_DIGITS "8613800138000"
#define DAY_MS 86400000ll
#define NOW_MS (WORLD_EPOCH_MS + 10 * DAY_MS)

enum { HANDLE = 77, ITEMS = 64 };

static struct key_support keys;
static struct world world;
static struct assay_claims *claims;
static const struct assay_batch_facts *batch;

static void open_claims(void)
{
    struct assay_reason reason;
    assert_int_equal(assay_claims_open(world.store, world.dir, keys.keyring, &claims, &reason),
                     ASSAY_OK);
}

static void restart(void)
{
    assay_claims_close(claims);
    world_close(&world);
    world_open(&world);
    batch = assay_store_batch_facts(world.store, HANDLE);
    open_claims();
}

/* A receipt as the verifier opens it: of an item's scan, told apart by its first byte. */
static struct assay_receipt receipt_of(uint32_t index, uint8_t scan)
{
    return (struct assay_receipt){.item = assay_item_key_of(HANDLE, index),
                                  .scan_id = {scan},
                                  .device = 5,
                                  .verdict = ASSAY_VERDICT_GENUINE};
}

static struct assay_claim_request request_of(const struct assay_receipt *receipt)
{
    return (struct assay_claim_request){.receipt = receipt,
                                        .name = NAME,
                                        .phone = PHONE,
                                        .email = "li@example.com",
                                        .bought_on = ASSAY_DAY_NONE,
                                        .consent = true,
                                        .at_unix_ms = NOW_MS};
}

static void scan(uint32_t index, uint64_t device, int64_t at_unix_ms)
{
    struct assay_scan_request request = world_request(batch, index, device, at_unix_ms);
    struct assay_scan_answer answer;
    assert_int_equal(world_scan(&world, &request, &answer), ASSAY_OK);
}

static enum assay_error register_item(const struct assay_claim_request *request,
                                      struct assay_claim_answer *answer)
{
    struct assay_reason reason = {""};
    enum assay_error error = assay_claim_register(claims, world.session, request, answer, &reason);
    assert_int_equal(error == ASSAY_OK, reason.text[0] == '\0');
    return error;
}

static enum assay_error find(uint32_t index, const char *phone, int64_t at_unix_ms,
                             struct assay_claim_answer *answer)
{
    struct assay_claim_search search = {assay_item_key_of(HANDLE, index), phone, at_unix_ms};
    return assay_claim_find(claims, world.session, &search, answer);
}

static uint64_t ledger_records(void)
{
    struct assay_store_stats stats;
    assay_store_stats(world.store, &stats);
    return stats.ledger_records;
}

static void wrong_fields_are_refused(void **state)
{
    (void)state;
    struct assay_receipt receipt = receipt_of(0, 1);
    struct assay_claim_request request = request_of(&receipt);
    struct assay_claim_answer answer = {.reference = "untouched"};
    request.consent = false;
    assert_int_equal(register_item(&request, &answer), ASSAY_E_FIELD);
    assert_string_equal(answer.reference, "untouched");
}

static void days_of_purchase_have_bounds(void **state)
{
    (void)state;
    int32_t today = assay_day_of(NOW_MS, 0);
    int32_t made_on = assay_day_of(WORLD_EPOCH_MS, 0);
    struct assay_receipt receipt = receipt_of(1, 1);
    struct assay_claim_request request = request_of(&receipt);
    struct assay_claim_answer answer;
    scan(1, 5, NOW_MS - DAY_MS);
    const int32_t bad[] = {made_on - 1, today + 2, INT32_MAX};
    for (size_t i = 0; i < ASSAY_COUNT_OF(bad); i++) {
        request.bought_on = bad[i];
        assert_int_equal(register_item(&request, &answer), ASSAY_E_FIELD);
    }
    request.bought_on = made_on;
    assert_int_equal(register_item(&request, &answer), ASSAY_OK);
    assert_int_equal(answer.begins_on, made_on);
    assert_int_equal(answer.ends_on, assay_day_add_months(made_on, 5));
}

static void items_that_are_not_on_sale_are_refused(void **state)
{
    (void)state;
    struct assay_claim_answer answer;
    const uint32_t indexes[] = {40, 41, ITEMS - 1, ITEMS};
    assert_int_equal(world_move(&world, HANDLE, ASSAY_MOVE_VOID, 40, 40), ASSAY_OK);
    assert_int_equal(world_move(&world, HANDLE, ASSAY_MOVE_RECALL, 41, 41), ASSAY_OK);
    for (size_t i = 0; i < ASSAY_COUNT_OF(indexes); i++) {
        struct assay_receipt receipt = receipt_of(indexes[i], 1);
        struct assay_claim_request request = request_of(&receipt);
        assert_int_equal(register_item(&request, &answer), ASSAY_E_REFUSED);
    }
    struct assay_receipt receipt = receipt_of(2, 1);
    struct assay_claim_request request = request_of(&receipt);
    receipt.item = assay_item_key_of(HANDLE + 1, 2);
    assert_int_equal(register_item(&request, &answer), ASSAY_E_REFUSED);
    receipt = receipt_of(2, 1);
    receipt.verdict = ASSAY_VERDICT_SUSPECT;
    assert_int_equal(register_item(&request, &answer), ASSAY_E_REFUSED);
}

static void items_that_became_suspect_are_refused(void **state)
{
    (void)state;
    for (uint64_t device = 1; device <= 40; device++) {
        scan(3, device << 48, NOW_MS - (int64_t)(42 - device) * DAY_MS);
        if (device % 4 == 0) {
            scan(3, device << 48, NOW_MS - (int64_t)(42 - device) * DAY_MS + 3600000);
        }
    }
    struct assay_receipt receipt = receipt_of(3, 1);
    struct assay_claim_request request = request_of(&receipt);
    struct assay_claim_answer answer;
    assert_int_equal(register_item(&request, &answer), ASSAY_E_REFUSED);
}

static void check_same(const struct assay_claim_answer *a, const struct assay_claim_answer *b)
{
    assert_string_equal(a->reference, b->reference);
    assert_int_equal(a->begins_on, b->begins_on);
    assert_int_equal(a->ends_on, b->ends_on);
    assert_int_equal(a->terms.months, b->terms.months);
    assert_int_equal(a->terms.bonus_months, b->terms.bonus_months);
}

static void a_registration_is_made_once(void **state)
{
    (void)state;
    scan(4, 5, NOW_MS - 2 * DAY_MS);
    struct assay_receipt receipt = receipt_of(4, 1);
    struct assay_receipt other_scan = receipt_of(4, 2);
    struct assay_claim_request request = request_of(&receipt);
    struct assay_claim_answer answer;
    assert_int_equal(register_item(&request, &answer), ASSAY_OK);
    assert_true(answer.created);
    assert_int_equal(strspn(answer.reference, "0123456789abcdef"), 32);
    assert_int_equal(answer.begins_on, assay_day_of(NOW_MS - 2 * DAY_MS, 0));
    assert_int_equal(answer.ends_on, assay_day_add_months(answer.begins_on, 5));
    assert_int_equal(answer.terms.months, 3);
    assert_int_equal(answer.terms.bonus_months, 2);
    for (int round = 0; round < 2; round++) {
        struct assay_claim_answer again;
        request.phone = "86 13800138000";
        request.at_unix_ms += 1000;
        assert_int_equal(register_item(&request, &again), ASSAY_OK);
        assert_false(again.created);
        check_same(&again, &answer);
        struct assay_claim_request other = request;
        other.phone = "13900139000";
        assert_int_equal(register_item(&other, &again), ASSAY_E_TAKEN);
        other = request;
        other.receipt = &other_scan;
        assert_int_equal(register_item(&other, &again), ASSAY_E_TAKEN);
        restart();
    }
}

static void products_without_warranty_are_refused(void **state)
{
    (void)state;
    struct assay_record record = {.type = ASSAY_RECORD_PRODUCT};
    record.product = assay_store_product(world.store, "P")->value;
    struct assay_warranty_terms kept = record.product.terms;
    struct assay_reason reason;
    uint64_t position = 0;
    record.product.terms = (struct assay_warranty_terms){0, 0};
    assert_int_equal(assay_store_put(world.session, &record, &position, &reason), ASSAY_OK);
    struct assay_receipt receipt = receipt_of(5, 1);
    struct assay_claim_request request = request_of(&receipt);
    struct assay_claim_answer answer;
    assert_int_equal(register_item(&request, &answer), ASSAY_E_REFUSED);
    record.product.terms = kept;
    assert_int_equal(assay_store_put(world.session, &record, &position, &reason), ASSAY_OK);
    assert_int_equal(register_item(&request, &answer), ASSAY_OK);
}

static void look_ups_are_counted_and_bounded(void **state)
{
    (void)state;
    scan(6, 5, NOW_MS);
    struct assay_receipt receipt = receipt_of(6, 1);
    struct assay_claim_request request = request_of(&receipt);
    struct assay_claim_answer answer;
    struct assay_claim_answer found;
    assert_int_equal(register_item(&request, &answer), ASSAY_OK);
    for (int i = 0; i < 20; i++) { /* finding costs no try */
        assert_int_equal(find(6, PHONE_DIGITS, NOW_MS, &found), ASSAY_OK);
        check_same(&found, &answer);
        assert_false(found.created);
    }
    for (int i = 0; i < ASSAY_FIND_TRIES_A_DAY; i++) {
        assert_int_equal(find(6, PHONE, NOW_MS, &found), ASSAY_OK);
        assert_int_equal(find(6, "13900139000", NOW_MS, &found), ASSAY_E_NOT_FOUND);
    }
    restart();
    uint64_t before = ledger_records();
    assert_int_equal(find(6, PHONE, NOW_MS, &found), ASSAY_E_NOT_FOUND);
    assert_int_equal(find(6, "13900139000", NOW_MS, &found), ASSAY_E_NOT_FOUND);
    assert_int_equal(ledger_records(), before);
    assert_int_equal(find(6, PHONE, NOW_MS + DAY_MS, &found), ASSAY_OK);
    check_same(&found, &answer);
}

static void unregistered_items_are_counted_and_unknown_ones_cost_nothing(void **state)
{
    (void)state;
    struct assay_claim_answer found;
    uint64_t before = ledger_records();
    for (int i = 0; i < ASSAY_FIND_TRIES_A_DAY + 3; i++) {
        assert_int_equal(find(7, i % 2 == 0 ? PHONE : "no phone", NOW_MS, &found),
                         ASSAY_E_NOT_FOUND);
    }
    assert_int_equal(ledger_records(), before + ASSAY_FIND_TRIES_A_DAY);
    before = ledger_records();
    assert_int_equal(find(ITEMS, PHONE, NOW_MS, &found), ASSAY_E_NOT_FOUND);
    struct assay_claim_search search = {0, PHONE, NOW_MS};
    assert_int_equal(assay_claim_find(claims, world.session, &search, &found), ASSAY_E_NOT_FOUND);
    search.item = assay_item_key_of(HANDLE + 1, 0);
    assert_int_equal(assay_claim_find(claims, world.session, &search, &found), ASSAY_E_NOT_FOUND);
    assert_int_equal(ledger_records(), before);
}

/* -- threads -- */

struct racer {
    pthread_t thread;
    struct assay_claim_request request;
    struct assay_claim_answer answer;
    enum assay_error error;
};

static void *race_to_register(void *context)
{
    struct racer *racer = context;
    struct assay_store_session *session = NULL;
    struct assay_reason reason;
    racer->error = assay_store_session_open(world.store, &session);
    if (racer->error == ASSAY_OK) {
        racer->error =
            assay_claim_register(claims, session, &racer->request, &racer->answer, &reason);
        assay_store_session_close(session);
    }
    return NULL;
}

static void *race_to_find(void *context)
{
    struct racer *racer = context;
    struct assay_store_session *session = NULL;
    racer->error = assay_store_session_open(world.store, &session);
    if (racer->error == ASSAY_OK) {
        struct assay_claim_search search = {racer->request.receipt->item, "13900139000", NOW_MS};
        racer->error = assay_claim_find(claims, session, &search, &racer->answer);
        assay_store_session_close(session);
    }
    return NULL;
}

enum { RACERS = 8 };

static void run_race(struct racer racers[RACERS], void *(*run)(void *))
{
    for (int i = 0; i < RACERS; i++) {
        assert_int_equal(pthread_create(&racers[i].thread, NULL, run, &racers[i]), 0);
    }
    for (int i = 0; i < RACERS; i++) {
        assert_int_equal(pthread_join(racers[i].thread, NULL), 0);
    }
}

static void a_request_sent_twice_at_once_is_one_registration(void **state)
{
    (void)state;
    struct racer racers[RACERS] = {0};
    for (uint32_t index = 10; index < 15; index++) {
        struct assay_receipt receipt = receipt_of(index, 1);
        int created = 0;
        for (int i = 0; i < RACERS; i++) {
            racers[i].request = request_of(&receipt);
        }
        run_race(racers, race_to_register);
        for (int i = 0; i < RACERS; i++) {
            assert_int_equal(racers[i].error, ASSAY_OK);
            check_same(&racers[i].answer, &racers[0].answer);
            created += racers[i].answer.created;
        }
        assert_int_equal(created, 1);
    }
}

static void of_two_people_at_once_one_is_first(void **state)
{
    (void)state;
    struct racer racers[RACERS] = {0};
    struct assay_receipt receipts[RACERS];
    int taken = 0;
    for (int i = 0; i < RACERS; i++) {
        receipts[i] = receipt_of(15, (uint8_t)(i + 1));
        racers[i].request = request_of(&receipts[i]);
    }
    run_race(racers, race_to_register);
    for (int i = 0; i < RACERS; i++) {
        taken += racers[i].error == ASSAY_E_TAKEN;
        assert_true(racers[i].error == ASSAY_OK || racers[i].error == ASSAY_E_TAKEN);
    }
    assert_int_equal(taken, RACERS - 1);
}

static void tries_at_once_do_not_pass_the_bound(void **state)
{
    (void)state;
    struct racer racers[RACERS] = {0};
    struct assay_receipt receipt = receipt_of(16, 1);
    uint64_t before = ledger_records();
    for (int i = 0; i < RACERS; i++) {
        racers[i].request = request_of(&receipt);
    }
    run_race(racers, race_to_find);
    for (int i = 0; i < RACERS; i++) {
        assert_int_equal(racers[i].error, ASSAY_E_NOT_FOUND);
    }
    assert_int_equal(ledger_records(), before + ASSAY_FIND_TRIES_A_DAY);
}

/* -- reports -- */

static void reports_are_kept(void **state)
{
    (void)state;
    struct assay_place place;
    struct assay_reason reason;
    assay_place_set(&place, "CN", "CN-GD", "Shenzhen");
    struct assay_claim_report report = {0, "ABCD", "a shop", "two\nlines", &place, NOW_MS};
    uint64_t before = ledger_records();
    assert_int_equal(assay_claim_report(claims, world.session, &report, &reason), ASSAY_OK);
    assert_int_equal(ledger_records(), before + 2); /* the place, too */
    report.item = assay_item_key_of(HANDLE, 9);
    assert_int_equal(assay_claim_report(claims, world.session, &report, &reason), ASSAY_OK);
    assert_int_equal(ledger_records(), before + 3);
    report.where = "a\nb";
    assert_int_equal(assay_claim_report(claims, world.session, &report, &reason), ASSAY_E_FIELD);
    assert_int_equal(ledger_records(), before + 3);
}

static void nothing_personal_is_in_the_ledger(void **state)
{
    (void)state;
    static const char *const secrets[] = {NAME, PHONE, PHONE_DIGITS, "li@example.com", "a shop"};
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/ledger", world.dir);
    DIR *folder = opendir(path);
    assert_non_null(folder);
    char *bytes = malloc(8 << 20);
    size_t total = 0;
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        if (entry->d_type != DT_REG) {
            continue;
        }
        snprintf(path, sizeof path, "%s/ledger/%s", world.dir, entry->d_name);
        FILE *file = fopen(path, "r");
        assert_non_null(file);
        size_t len = fread(bytes, 1, 8 << 20, file);
        fclose(file);
        for (size_t i = 0; i < ASSAY_COUNT_OF(secrets); i++) {
            assert_null(memmem(bytes, len, secrets[i], strlen(secrets[i])));
        }
        total += memmem(bytes, len, "http://127.0.0.1", 16) != NULL; /* the brand is there */
    }
    assert_int_equal(total, 1);
    free(bytes);
    closedir(folder);
}

static int set_up(void **state)
{
    (void)state;
    key_support_init(&keys);
    world_create(&world, 0, false);
    batch = world_batch(&world, HANDLE, ITEMS, 0);
    if (world_move(&world, HANDLE, ASSAY_MOVE_ACTIVATE, 0, ITEMS - 2) != ASSAY_OK) {
        return -1;
    }
    open_claims();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    assay_claims_close(claims);
    world_remove(&world);
    key_support_deinit(&keys);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_fields_are_refused),
        cmocka_unit_test(days_of_purchase_have_bounds),
        cmocka_unit_test(items_that_are_not_on_sale_are_refused),
        cmocka_unit_test(items_that_became_suspect_are_refused),
        cmocka_unit_test(a_registration_is_made_once),
        cmocka_unit_test(products_without_warranty_are_refused),
        cmocka_unit_test(look_ups_are_counted_and_bounded),
        cmocka_unit_test(unregistered_items_are_counted_and_unknown_ones_cost_nothing),
        cmocka_unit_test(a_request_sent_twice_at_once_is_one_registration),
        cmocka_unit_test(of_two_people_at_once_one_is_first),
        cmocka_unit_test(tries_at_once_do_not_pass_the_bound),
        cmocka_unit_test(reports_are_kept),
        cmocka_unit_test(nothing_personal_is_in_the_ledger),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
