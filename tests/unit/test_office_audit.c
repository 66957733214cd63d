// SPDX-License-Identifier: Apache-2.0
/* The audit views: filters, sums, ranks, suspicious items and their scans. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/office_audit.h"
#include "tests/support/office_support.h"

#define DAY_MS 86400000ll

static char handle[ASSAY_HANDLE_SIZE];
static const struct assay_batch_facts *facts;

static void scan(uint32_t index, uint64_t device, int64_t at_unix_ms, const char *country,
                 const char *region)
{
    struct assay_scan_request request =
        world_request(facts, index, device * 0x9E3779B97F4A7C15ull, at_unix_ms);
    struct assay_scan_answer answer;
    assay_place_set(&request.place, country, region, "");
    request.position =
        (struct assay_position){(int16_t)(10 * (device % 90)), (int16_t)(20 * (device % 90)), 5};
    assert_int_equal(world_scan(&world, &request, &answer), ASSAY_OK);
}

/* Three items: one seen by its owner alone, twice; one by a stranger too; one by 40 devices. */
static void begin(void)
{
    uint32_t number = 0;
    product();
    batch("100", handle);
    assert_int_equal(assay_handle_parse(handle, &number), ASSAY_OK);
    facts = assay_store_batch_facts(world.store, number);
    assert_int_equal(world_move(&world, number, ASSAY_MOVE_ACTIVATE_UNREPORTED, 0, 98), ASSAY_OK);
    scan(1, 1, WORLD_EPOCH_MS, "CN", "CN-GD");
    scan(1, 1, WORLD_EPOCH_MS + DAY_MS, "CN", "CN-GD");
    scan(2, 2, WORLD_EPOCH_MS, "CN", "CN-BJ");
    scan(2, 3, WORLD_EPOCH_MS + 8 * DAY_MS, "DE", "DE-BE");
    for (uint64_t device = 1; device <= 40; device++) {
        scan(3, device, WORLD_EPOCH_MS + (int64_t)device * DAY_MS / 4, "CN", "CN-GD");
    }
    scan(99, 7, WORLD_EPOCH_MS, "CN", "CN-GD"); /* was never activated */
    assert_int_equal(assay_store_checkpoint(world.store), ASSAY_OK);
}

static json_int_t sum_of(const json_t *rows, const char *key)
{
    json_int_t sum = 0;
    for (size_t i = 0; i < json_array_size(rows); i++) {
        sum += number_of(json_array_get(rows, i), key);
    }
    return sum;
}

static void totals_are_those_of_the_scans(void **state)
{
    (void)state;
    begin();
    json_t *result = done("audit.overview", "{}");
    assert_int_equal(number_of(result, "scans"), 44);
    assert_int_equal(number_of(result, "items"), 3);
    assert_int_equal(number_of(json_object_get(result, "verdicts"), "not_on_sale"), 1);
    assert_int_equal(number_of(json_object_get(result, "verdicts"), "genuine"), 3);
    assert_true(json_is_object(json_object_get(result, "e2")));
    assert_true(json_is_null(json_object_get(json_object_get(result, "e3"), "point")));
    json_decref(result);
    result = done("audit.overview", "{\"country\":\"DE\"}");
    assert_int_equal(number_of(result, "scans"), 1);
    assert_int_equal(number_of(result, "items"), 0);
    json_decref(result);
    result = done("audit.overview", "{\"sku\":\"another\"}");
    assert_int_equal(number_of(result, "scans"), 0);
    assert_true(json_is_null(json_object_get(result, "e2")));
    json_decref(result);
}

static void a_view_cuts_without_losing(void **state)
{
    (void)state;
    begin();
    json_t *result = done("audit.regions", "{\"by\":\"region\"}");
    const json_t *rows = json_object_get(result, "rows");
    assert_int_equal(json_array_size(rows), 3);
    assert_int_equal(sum_of(rows, "scans"), 44);
    json_decref(result);
    result = done("audit.series", "{\"bucket\":\"day\"}");
    rows = json_object_get(result, "points");
    assert_int_equal(sum_of(rows, "scans"), 44);
    assert_int_equal(sum_of(rows, "items"), 3);
    json_decref(result);
    result = done("audit.series", "{\"from\":\"2026-01-05\",\"to\":\"2026-01-31\"}");
    rows = json_object_get(result, "points");
    assert_int_equal(json_array_size(rows), 4);
    assert_string_equal(text_of(json_array_get(rows, 0), "from"), "2026-01-05");
    json_decref(result);
    result = done("audit.batches", "{}");
    rows = json_object_get(result, "rows");
    assert_int_equal(json_array_size(rows), 1);
    assert_string_equal(text_of(json_array_get(rows, 0), "handle"), handle);
    assert_string_equal(text_of(json_array_get(rows, 0), "state"), "active");
    json_decref(result);
    result = done("audit.products", "{\"limit\":1}");
    rows = json_object_get(result, "rows");
    assert_int_equal(number_of(json_array_get(rows, 0), "scans"), 44);
    assert_int_equal(number_of(json_array_get(rows, 0), "issued"), 100);
    json_decref(result);
}

static void the_most_suspicious_item_comes_first(void **state)
{
    (void)state;
    begin();
    json_t *result = done("audit.codes", "{}");
    const json_t *rows = json_object_get(result, "rows");
    assert_true(json_array_size(rows) >= 1);
    assert_int_equal(number_of(json_array_get(rows, 0), "index"), 3);
    assert_int_equal(number_of(json_array_get(rows, 0), "scans"), 40);
    char params[128];
    snprintf(params, sizeof params, "{\"code\":\"%s\"}", text_of(json_array_get(rows, 0), "code"));
    json_t *one = done("audit.code", params);
    const json_t *scans = json_object_get(one, "scans");
    assert_int_equal(json_array_size(scans), 40);
    assert_int_equal(number_of(json_array_get(scans, 0), "number"), 1);
    assert_int_equal(number_of(json_array_get(scans, 39), "device"), 40);
    assert_string_equal(text_of(json_object_get(one, "item"), "sale"), "on_sale");
    json_decref(one);
    json_decref(result);
    result = done("audit.codes", "{\"country\":\"VN\"}");
    assert_int_equal(json_array_size(json_object_get(result, "rows")), 0);
    json_decref(result);
}

static void pages_join_without_a_gap(void **state)
{
    (void)state;
    begin();
    for (uint32_t index = 10; index < 15; index++) {
        for (uint64_t device = 1; device <= 30 + index; device++) {
            scan(index, device, WORLD_EPOCH_MS + (int64_t)device * DAY_MS / 4, "CN", "CN-GD");
        }
    }
    assert_int_equal(assay_store_checkpoint(world.store), ASSAY_OK);
    json_t *whole = done("audit.codes", "{}");
    const json_t *rows = json_object_get(whole, "rows");
    assert_true(json_array_size(rows) >= 6);
    char after[64] = "";
    size_t seen = 0;
    for (;;) {
        char params[128];
        snprintf(params, sizeof params, "{\"limit\":2%s%s%s}", after[0] ? ",\"after\":\"" : "",
                 after, after[0] ? "\"" : "");
        json_t *page = done("audit.codes", params);
        const json_t *part = json_object_get(page, "rows");
        for (size_t i = 0; i < json_array_size(part); i++) {
            assert_true(json_equal(json_array_get(part, i), json_array_get(rows, seen++)));
        }
        bool more = json_is_string(json_object_get(page, "next"));
        snprintf(after, sizeof after, "%s", more ? text_of(page, "next") : "");
        json_decref(page);
        if (!more) {
            break;
        }
    }
    assert_int_equal(seen, json_array_size(rows));
    json_decref(whole);
}

/* `count` test purchases of product S in a region, the first `fakes` of them fake. */
static void purchases(const char *region, unsigned count, unsigned fakes)
{
    static char csv[8192];
    size_t len = (size_t)snprintf(csv, sizeof csv, "time_ms,sku,region,code,is_fake\n");
    for (unsigned i = 0; i < count; i++) {
        len +=
            (size_t)snprintf(csv + len, sizeof csv - len, "%lld,S,%s,%s:%u,%d\n",
                             (long long)(WORLD_EPOCH_MS - i), region, handle, 1 + i % 3, i < fakes);
    }
    json_t *params = json_pack("{s:s}", "csv", csv);
    json_t *result = NULL;
    enum assay_error error = run_json("test-purchase.import", params, &result);
    if (error != ASSAY_OK) {
        fail_msg("%s", reason.text);
    }
    json_decref(params);
    json_decref(result);
}

static double real_of(const json_t *object, const char *inner, const char *key)
{
    return json_number_value(json_object_get(json_object_get(object, inner), key));
}

static bool is_anchored(const json_t *view)
{
    const json_t *basis = json_object_get(view, "basis");
    bool anchored = json_is_true(json_object_get(basis, "anchored"));
    assert_int_equal(anchored,
                     json_is_true(json_object_get(json_object_get(view, "e3"), "anchored")));
    assert_int_equal(anchored,
                     json_is_number(json_object_get(json_object_get(view, "e3"), "point")));
    assert_int_equal(anchored,
                     json_is_number(json_object_get(json_object_get(basis, "rho"), "point")));
    return anchored;
}

static void thirty_purchases_anchor_what_is_sold(void **state)
{
    (void)state;
    begin();
    purchases("CN-GD", 29, 3);
    json_t *band = done("audit.overview", "{}");
    assert_false(is_anchored(band));
    assert_int_equal(number_of(json_object_get(band, "basis"), "purchases"), 29);
    assert_true(real_of(json_object_get(band, "basis"), "rho", "low") == 0.5);
    purchases("CN-GD", 60, 6);
    json_t *view = done("audit.overview", "{}");
    assert_true(is_anchored(view));
    assert_int_equal(number_of(json_object_get(view, "basis"), "purchases"), 89);
    assert_true(real_of(view, "e3", "low") <= 9.0 / 89 && real_of(view, "e3", "high") >= 9.0 / 89);
    assert_true(real_of(view, "e3", "high") - real_of(view, "e3", "low") <
                real_of(band, "e3", "high") - real_of(band, "e3", "low"));
    json_decref(band);
    /* Elsewhere rho is the same, but nothing was bought. */
    json_t *there = done("audit.overview", "{\"region\":\"CN-BJ\"}");
    assert_true(is_anchored(there));
    assert_true(json_equal(json_object_get(json_object_get(there, "basis"), "rho"),
                           json_object_get(json_object_get(view, "basis"), "rho")));
    assert_true(real_of(there, "e3", "high") - real_of(there, "e3", "low") >
                real_of(view, "e3", "high") - real_of(view, "e3", "low"));
    json_decref(there);
    json_decref(view);
}

static void purchases_where_nothing_was_scanned_anchor_nothing(void **state)
{
    (void)state;
    begin();
    purchases("CN-XZ", 40, 4);
    json_t *view = done("audit.overview", "{}");
    assert_false(is_anchored(view));
    json_decref(view);
}

static void sales_count_when_they_are_of_every_product(void **state)
{
    (void)state;
    begin();
    done_quietly("sales.import", "{\"csv\":\"sku,region,week,units\\nS,CN-GD,2026-W02,90\\n\"}");
    json_t *view = done("audit.overview", "{}");
    assert_true(json_is_false(json_object_get(json_object_get(view, "basis"), "sales")));
    json_decref(view);
    done_quietly("sales.import", "{\"csv\":\"sku,region,week,units\\nP,CN-GD,2026-W02,10\\n\"}");
    view = done("audit.overview", "{}");
    assert_true(json_is_true(json_object_get(json_object_get(view, "basis"), "sales")));
    json_decref(view);
}

/* With a thread's memory views are what they are without. */
static void what_is_kept_is_as_if_learnt_anew(void **state)
{
    (void)state;
    struct assay_audit_kept kept = {.read = false};
    struct assay_office office = {
        .dir = world.dir, .store = world.store, .session = world.session, .audit_kept = &kept};
    json_t *params = json_object();
    const struct assay_office_request request = {"audit.overview", params, &actor, WORLD_EPOCH_MS};
    begin();
    for (unsigned i = 0; i < 4; i++) {
        json_t *view = NULL;
        purchases("CN-GD", 10 + 10 * i, i);
        if (i == 2) {
            scan(20, 9, WORLD_EPOCH_MS, "CN", "CN-GD");
            assert_int_equal(assay_store_checkpoint(world.store), ASSAY_OK);
        }
        assert_int_equal(assay_office_run(&office, &request, &view, &reason), ASSAY_OK);
        json_t *anew = done("audit.overview", "{}");
        assert_true(json_equal(view, anew));
        assert_int_equal(is_anchored(view), i > 0);
        json_decref(anew);
        json_decref(view);
    }
    json_decref(params);
    assay_audit_kept_deinit(&kept);
}

static void bad_filters_are_named(void **state)
{
    (void)state;
    begin();
    refused("audit.overview", "{\"from\":\"2026-02-30\"}", ASSAY_E_FIELD, "from");
    refused("audit.overview", "{\"from\":\"2026-02-02\",\"to\":\"2026-02-01\"}", ASSAY_E_FIELD,
            "to");
    refused("audit.overview", "{\"country\":\"cn\"}", ASSAY_E_FIELD, "country");
    refused("audit.overview", "{\"region\":\"Guangd\"}", ASSAY_E_FIELD, "region");
    refused("audit.overview", "{\"handle\":\"UUUUUU\"}", ASSAY_E_FIELD, "handle");
    refused("audit.overview", "{\"bucket\":\"day\"}", ASSAY_E_FIELD, "bucket");
    refused("audit.series", "{\"bucket\":\"month\"}", ASSAY_E_FIELD, "bucket");
    refused("audit.regions", "{\"by\":\"city\"}", ASSAY_E_FIELD, "by");
    refused("audit.batches", "{\"limit\":0}", ASSAY_E_FIELD, "limit");
    refused("audit.codes", "{\"level\":\"low\"}", ASSAY_E_FIELD, "level");
    refused("audit.codes", "{\"after\":\"x\"}", ASSAY_E_FIELD, "after");
    refused("audit.codes", "{\"after\":\"3.1.2junk\"}", ASSAY_E_FIELD, "after");
    refused("audit.code", "{}", ASSAY_E_FIELD, "code");
    refused("audit.code", "{\"code\":\"AAAA\"}", ASSAY_E_CODE_FORM, "code");
}

int main(void)
{
    key_support_init(&keys);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(totals_are_those_of_the_scans, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_view_cuts_without_losing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_most_suspicious_item_comes_first, set_up, tear_down),
        cmocka_unit_test_setup_teardown(pages_join_without_a_gap, set_up, tear_down),
        cmocka_unit_test_setup_teardown(thirty_purchases_anchor_what_is_sold, set_up, tear_down),
        cmocka_unit_test_setup_teardown(purchases_where_nothing_was_scanned_anchor_nothing, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(sales_count_when_they_are_of_every_product, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_is_kept_is_as_if_learnt_anew, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bad_filters_are_named, set_up, tear_down),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    key_support_deinit(&keys);
    return failed;
}
