// SPDX-License-Identifier: Apache-2.0
#include "core/order.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/signed.h"
#include "tests/support/key_support.h"

static struct key_support keys;
static uint8_t site_key[ASSAY_ED25519_KEY_LEN];

static const struct assay_signed_kind kind = {"assay-manifest", 2, 2 * 1024 * 1024};
static const struct assay_signed_kind first_kind = {"assay-manifest", 1, 2 * 1024 * 1024};

static struct assay_manifest_file files[3] = {
    {.name = "labels.pdf", .bytes = 258000, .sha256 = {1, 2, 3}},
    {.name = "labels-10.csv", .bytes = 0, .sha256 = {4}},
    {.name = "标签.svg", .bytes = 1ull << 50, .sha256 = {0xFF}},
};

static struct assay_manifest sample(void)
{
    return (struct assay_manifest){
        .handle = 0x2345678,
        .order_sha256 = {9, 8, 7},
        .range = {100, 199},
        .good = 99,
        .guess_chance_log2 = -50.034216,
        .printed_at_unix_ms = 1790000000123,
        .format = "pdf",
        .files = 3,
        .file = files,
    };
}

static enum assay_error read(const char *text, struct assay_manifest *manifest,
                             struct assay_reason *reason)
{
    return assay_manifest_read(text, strlen(text), site_key, manifest, reason);
}

static json_t *sample_object(void)
{
    struct assay_manifest manifest = sample();
    struct assay_reason reason;
    char *text = NULL;
    json_t *object = NULL;
    assert_int_equal(assay_manifest_write(&manifest, keys.keyring, &text), ASSAY_OK);
    assert_int_equal(assay_signed_parse(&kind, text, strlen(text), &object, &reason), ASSAY_OK);
    free(text);
    return object;
}

#define HEX64 "0000000000000000000000000000000000000000000000000000000000000000"
#define FILE_ROW(name) "{\"name\":\"" name "\",\"bytes\":1,\"sha256\":\"" HEX64 "\"}"

static const char *const cases[][3] = {
    {"handle", "\"000000\"", "handle:"},
    {"handle", "\"abc123\"", "handle:"},
    {"order_sha256", "\"00\"", "order_sha256:"},
    {"order_sha256", "\"" HEX64 "0\"", "order_sha256:"},
    {"order_sha256", "\"A000000000000000000000000000000000000000000000000000000000000000\"",
     "order_sha256:"},
    {"ranges", "{}", "ranges:"},
    {"ranges", "[]", "ranges:"},
    {"ranges", "[1,2]", "range.must be an object"},
    {"ranges", "[{\"first\":1}]", "range.last: is missing"},
    {"ranges", "[{\"first\":2,\"last\":1}]", "range:"},
    {"ranges", "[{\"first\":1,\"last\":2,\"step\":1}]", "range.step: unknown"},
    {"ranges", "[{\"first\":0,\"last\":16777216}]", "range.last:"},
    {"ranges", "[{\"first\":0,\"last\":150},{\"first\":150,\"last\":200}]", "ranges[1]:"},
    {"range", "{\"first\":0,\"last\":99}", "range: unknown"},
    {"kind", "\"\"", "kind:"},
    {"kind", "\"reprint\"", "reason: a reprint has one"},
    {"reason", "\"torn\"", "reason:"},
    {"reason", "\"a\\nb\"", "reason:"},
    {"job", "\"00\"", "job:"},
    {"job", "\"0000000000000000000000000000000G\"", "job:"},
    {"printer", "1", "printer:"},
    {"good", "0", "good:"},
    {"good", "101", "good:"},
    {"guess_chance", "-50.0", "guess_chance:"},
    {"guess_chance", "\"2^-35.999999\"", "guess_chance:"},
    {"guess_chance", "\"2^-60.000001\"", "guess_chance:"},
    {"guess_chance", "\"2^-50.0\"", "guess_chance:"},
    {"guess_chance", "\"2^-5O.000000\"", "guess_chance:"},
    {"guess_chance", "\"\"", "guess_chance:"},
    {"printed_at", "\"now\"", "printed_at:"},
    {"format", "\"\"", "format:"},
    {"format", "\"PDF\"", "format:"},
    {"format", "\"12345678\"", "format:"},
    {"files", "[]", "files:"},
    {"files", "{}", "files:"},
    {"files", "[1]", "files[0].must be an object"},
    {"files", "[" FILE_ROW("a") ",{}]", "files[1].name: is missing"},
    {"files", "[" FILE_ROW("a") "," FILE_ROW("a") "]", "files[1].name: is there twice"},
    {"files", "[" FILE_ROW("../a") "]", "files[0].name:"},
    {"files", "[" FILE_ROW("a/b") "]", "files[0].name:"},
    {"files", "[" FILE_ROW("") "]", "files[0].name:"},
    {"files", "[{\"name\":\"a\",\"bytes\":-1,\"sha256\":\"" HEX64 "\"}]", "files[0].bytes:"},
    {"files", "[{\"name\":\"a\",\"bytes\":1,\"sha256\":\"" HEX64 "\",\"x\":1}]",
     "files[0].x: unknown"},
    {"files", "[{\"name\":\"a\",\"bytes\":1,\"sha256\":\"\"}]", "files[0].sha256:"},
    {"signer", "\"me\"", "signer: unknown"},
};

static void wrong_fields_are_named_even_if_signed(void **state)
{
    (void)state;
    for (size_t i = 0; i < ASSAY_COUNT_OF(cases); i++) {
        json_t *object = sample_object();
        json_t *value = json_loads(cases[i][1], JSON_DECODE_ANY, NULL);
        assert_int_equal(json_object_set_new(object, cases[i][0], value), 0);
        char *text = NULL;
        assert_int_equal(assay_signed_write(&kind, object, keys.keyring, ASSAY_KEY_SITE, &text),
                         ASSAY_OK);
        struct assay_manifest manifest = {.handle = 99};
        struct assay_reason reason;
        assert_int_equal(read(text, &manifest, &reason), ASSAY_E_FIELD);
        if (strncmp(reason.text, cases[i][2], strlen(cases[i][2])) != 0) {
            fail_msg("%s = %s: %s", cases[i][0], cases[i][1], reason.text);
        }
        assert_int_equal(manifest.handle, 99);
        assert_null(manifest.file);
        free(text);
        json_decref(object);
    }
}

static void too_many_files_are_refused(void **state)
{
    (void)state;
    json_t *object = sample_object();
    json_t *array = json_object_get(object, "files");
    json_array_clear(array);
    for (int i = 0; i <= ASSAY_MANIFEST_FILES_MAX; i++) {
        char name[16];
        snprintf(name, sizeof name, "%d.svg", i);
        json_array_append_new(array,
                              json_pack("{ss si ss}", "name", name, "bytes", 1, "sha256", HEX64));
    }
    char *text = NULL;
    struct assay_manifest manifest;
    struct assay_reason reason;
    assert_int_equal(assay_signed_write(&kind, object, keys.keyring, ASSAY_KEY_SITE, &text),
                     ASSAY_OK);
    assert_int_equal(read(text, &manifest, &reason), ASSAY_E_FIELD);
    assert_memory_equal(reason.text, "files:", 6);
    free(text);
    json_array_remove(array, 0);
    assert_int_equal(assay_signed_write(&kind, object, keys.keyring, ASSAY_KEY_SITE, &text),
                     ASSAY_OK);
    assert_int_equal(read(text, &manifest, &reason), ASSAY_OK);
    assert_int_equal(manifest.files, ASSAY_MANIFEST_FILES_MAX);
    assay_manifest_deinit(&manifest);
    free(text);
    json_decref(object);
}

static void bad_manifests_are_not_signed(void **state)
{
    (void)state;
    struct assay_manifest bad[7];
    for (size_t i = 0; i < ASSAY_COUNT_OF(bad); i++) {
        bad[i] = sample();
    }
    bad[0].handle = 0;
    bad[1].range = (struct assay_range){2, 1};
    bad[2].good = 0;
    bad[3].good = 101;
    bad[4].guess_chance_log2 = -35.9;
    bad[5].files = 0;
    bad[6].format[0] = '\0';
    for (size_t i = 0; i < ASSAY_COUNT_OF(bad); i++) {
        char *text = NULL;
        assert_int_equal(assay_manifest_write(&bad[i], keys.keyring, &text), ASSAY_E_FIELD);
        assert_null(text);
    }
}

static void an_order_is_no_manifest_and_versions_count(void **state)
{
    (void)state;
    struct assay_manifest manifest;
    struct assay_reason reason;
    assert_int_equal(read("{\"type\":\"assay-order\",\"version\":1}", &manifest, &reason),
                     ASSAY_E_FIELD);
    assert_int_equal(read("{\"type\":\"assay-manifest\",\"version\":3}", &manifest, &reason),
                     ASSAY_E_VERSION);
    assert_int_equal(read("[]", &manifest, &reason), ASSAY_E_SYNTAX);
}

static void version_1_has_one_range_and_no_job(void **state)
{
    (void)state;
    static const char *const later[] = {"ranges", "kind", "job", "printer", "reason"};
    json_t *object = sample_object();
    char *text = NULL;
    struct assay_manifest manifest;
    struct assay_reason reason;
    assert_int_equal(assay_signed_write(&first_kind, object, keys.keyring, ASSAY_KEY_SITE, &text),
                     ASSAY_OK);
    assert_int_equal(read(text, &manifest, &reason), ASSAY_E_FIELD);
    free(text);
    for (size_t i = 0; i < ASSAY_COUNT_OF(later); i++) {
        json_object_del(object, later[i]);
    }
    json_object_set_new(object, "range", json_pack("{si si}", "first", 3, "last", 5));
    json_object_set_new(object, "good", json_integer(3));
    assert_int_equal(assay_signed_write(&first_kind, object, keys.keyring, ASSAY_KEY_SITE, &text),
                     ASSAY_OK);
    assert_int_equal(read(text, &manifest, &reason), ASSAY_OK);
    struct assay_ranges ranges = assay_manifest_ranges(&manifest);
    assert_int_equal(ranges.count, 1);
    assert_int_equal(ranges.ranges[0].first, 3);
    assert_int_equal(ranges.ranges[0].last, 5);
    assert_int_equal(manifest.kind, ASSAY_PRINT_FIRST);
    assay_manifest_deinit(&manifest);
    free(text);
    json_decref(object);
}

static void a_reprint_comes_back_with_its_ranges_and_reason(void **state)
{
    (void)state;
    struct assay_manifest manifest = sample();
    struct assay_manifest back;
    struct assay_reason reason;
    char *text = NULL;
    manifest.kind = ASSAY_PRINT_REPRINT;
    assert_int_equal(assay_manifest_write(&manifest, keys.keyring, &text), ASSAY_E_FIELD);
    snprintf(manifest.reason_text, sizeof manifest.reason_text, "墨水不足");
    snprintf(manifest.printer, sizeof manifest.printer, "HP Indigo 2");
    manifest.ranges = 2;
    manifest.part[0] = (struct assay_range){3, 5};
    manifest.part[1] = (struct assay_range){9, 9};
    manifest.good = 5;
    assert_int_equal(assay_manifest_write(&manifest, keys.keyring, &text), ASSAY_E_FIELD);
    manifest.good = 4;
    memset(manifest.job, 0xA5, sizeof manifest.job);
    assert_int_equal(assay_manifest_write(&manifest, keys.keyring, &text), ASSAY_OK);
    assert_int_equal(read(text, &back, &reason), ASSAY_OK);
    assert_int_equal(back.kind, ASSAY_PRINT_REPRINT);
    assert_string_equal(back.reason_text, manifest.reason_text);
    assert_string_equal(back.printer, manifest.printer);
    assert_memory_equal(back.job, manifest.job, sizeof back.job);
    assert_int_equal(back.ranges, 2);
    assert_memory_equal(back.part, manifest.part, 2 * sizeof back.part[0]);
    assert_int_equal(back.range.first, 3);
    assert_int_equal(back.range.last, 9);
    assay_manifest_deinit(&back);
    free(text);
}

static void every_changed_byte_is_noticed(void **state)
{
    (void)state;
    struct assay_manifest manifest = sample();
    char *text = NULL;
    assert_int_equal(assay_manifest_write(&manifest, keys.keyring, &text), ASSAY_OK);
    size_t len = strlen(text);
    for (size_t i = 0; i < len; i++) {
        char kept = text[i];
        text[i] = (char)(kept ^ 1);
        struct assay_manifest changed;
        struct assay_reason reason;
        assert_int_not_equal(read(text, &changed, &reason), ASSAY_OK);
        text[i] = kept;
    }
    free(text);
}

static void the_offices_key_does_not_sign_manifests(void **state)
{
    (void)state;
    json_t *object = sample_object();
    char *text = NULL;
    struct assay_manifest manifest;
    struct assay_reason reason;
    assert_int_equal(assay_signed_write(&kind, object, keys.keyring, ASSAY_KEY_OFFICE, &text),
                     ASSAY_OK);
    assert_int_equal(read(text, &manifest, &reason), ASSAY_E_SIGNATURE);
    free(text);
    json_decref(object);
}

static void manifests_are_read_back_as_written(void **state)
{
    (void)state;
    static const double chances[] = {-60.0, -36.0, -50.034216, -47.4150374992788};
    for (size_t i = 0; i < ASSAY_COUNT_OF(chances); i++) {
        struct assay_manifest manifest = sample();
        manifest.guess_chance_log2 = chances[i];
        char *text = NULL;
        struct assay_manifest back;
        struct assay_reason reason;
        assert_int_equal(assay_manifest_write(&manifest, keys.keyring, &text), ASSAY_OK);
        assert_int_equal(read(text, &back, &reason), ASSAY_OK);
        assert_int_equal(back.handle, manifest.handle);
        assert_memory_equal(back.order_sha256, manifest.order_sha256, ASSAY_SHA256_LEN);
        assert_int_equal(back.range.first, 100);
        assert_int_equal(back.range.last, 199);
        assert_int_equal(back.good, 99);
        assert_true(back.guess_chance_log2 - chances[i] < 1e-6);
        assert_true(chances[i] - back.guess_chance_log2 < 1e-6);
        assert_int_equal(back.printed_at_unix_ms, manifest.printed_at_unix_ms);
        assert_string_equal(back.format, "pdf");
        assert_int_equal(back.files, 3);
        for (size_t j = 0; j < 3; j++) {
            assert_string_equal(back.file[j].name, files[j].name);
            assert_int_equal(back.file[j].bytes, files[j].bytes);
            assert_memory_equal(back.file[j].sha256, files[j].sha256, ASSAY_SHA256_LEN);
        }
        assay_manifest_deinit(&back);
        assert_null(back.file);
        free(text);
    }
}

static int set_up(void **state)
{
    (void)state;
    struct assay_reason reason;
    key_support_init(&keys);
    return assay_public_key_read(keys.keys, ASSAY_KEY_SITE, site_key, &reason) == ASSAY_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    key_support_deinit(&keys);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_fields_are_named_even_if_signed),
        cmocka_unit_test(too_many_files_are_refused),
        cmocka_unit_test(bad_manifests_are_not_signed),
        cmocka_unit_test(an_order_is_no_manifest_and_versions_count),
        cmocka_unit_test(version_1_has_one_range_and_no_job),
        cmocka_unit_test(a_reprint_comes_back_with_its_ranges_and_reason),
        cmocka_unit_test(every_changed_byte_is_noticed),
        cmocka_unit_test(the_offices_key_does_not_sign_manifests),
        cmocka_unit_test(manifests_are_read_back_as_written),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
