// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "verifier/geo.h"
#include "verifier/pages/page.h"
#include "verifier/region_codes.h"

#define MMDB(name) ASSAY_MMDB_DIR "/" name

static const struct assay_geo_answer *look_up(struct assay_geo_reader *reader, const char *text)
{
    struct assay_address address;
    assert_int_equal(assay_address_parse(text, strlen(text), &address), ASSAY_OK);
    return assay_geo_lookup(reader, &address);
}

static void expect_place(struct assay_geo_reader *reader, const char *address, const char *place)
{
    const struct assay_geo_answer *answer = look_up(reader, address);
    char text[128];
    snprintf(text, sizeof text, "%s/%s/%s", answer->place.country, answer->place.region,
             answer->place.city);
    assert_string_equal(text, place);
}

static void expect_refused(const struct assay_geo_paths *paths, enum assay_error error,
                           const char *part)
{
    struct assay_geo *geo = NULL;
    struct assay_reason reason = {""};
    assert_int_equal(assay_geo_open(paths, &geo, &reason), error);
    assert_null(geo);
    if (strstr(reason.text, part) == NULL) {
        fail_msg("wanted `%s' in: %s", part, reason.text);
    }
}

static void files_that_do_not_fit(void **state)
{
    (void)state;
    expect_refused(&(struct assay_geo_paths){.ipv4 = "/no/such"}, ASSAY_E_NOT_FOUND, "/no/such");
    expect_refused(&(struct assay_geo_paths){.ipv6 = "/no/such"}, ASSAY_E_NOT_FOUND, "geo.ipv6");
    expect_refused(&(struct assay_geo_paths){.ipv4 = MMDB("not.mmdb")}, ASSAY_E_CORRUPT,
                   "geo.ipv4");
    expect_refused(&(struct assay_geo_paths){.ipv6 = MMDB("flat-ipv4.mmdb")}, ASSAY_E_FIELD,
                   "no IPv6");
    expect_refused(&(struct assay_geo_paths){.ipv4 = MMDB("asn.mmdb")}, ASSAY_E_FIELD, "networks");
    expect_refused(&(struct assay_geo_paths){.asn = MMDB("nested.mmdb")}, ASSAY_E_FIELD, "places");
    expect_refused(&(struct assay_geo_paths){.nets = {.hosting = "/no/such"}}, ASSAY_E_NOT_FOUND,
                   "geo.hosting");
}

static struct assay_geo *open_geo(const struct assay_geo_paths *paths,
                                  struct assay_geo_reader **reader)
{
    struct assay_geo *geo = NULL;
    assert_int_equal(assay_geo_open(paths, &geo, NULL), ASSAY_OK);
    assert_int_equal(assay_geo_reader_open(geo, reader), ASSAY_OK);
    return geo;
}

static void no_database_is_valid(void **state)
{
    (void)state;
    struct assay_geo_reader *reader;
    struct assay_geo *geo = open_geo(&(struct assay_geo_paths){.ipv4 = ""}, &reader);
    assert_false(assay_geo_has_database(geo));
    const struct assay_geo_answer *answer = look_up(reader, "192.0.2.1");
    assert_true(assay_place_is_empty(&answer->place));
    assert_int_equal(answer->position.lat_decidegrees, ASSAY_POSITION_NONE);
    assert_int_equal(answer->asn, 0);
    assert_int_equal(assay_geo_reload(geo, NULL), ASSAY_OK);
    expect_place(reader, "2001:db8:1::1", "//");
    assay_geo_reader_close(reader);
    assay_geo_close(geo);
}

static void flat_names(void **state)
{
    (void)state;
    const struct assay_geo_paths paths = {
        .ipv4 = MMDB("flat-ipv4.mmdb"), .ipv6 = MMDB("flat-ipv6.mmdb"), .asn = MMDB("asn.mmdb")};
    struct assay_geo_reader *reader;
    struct assay_geo *geo = open_geo(&paths, &reader);
    assert_true(assay_geo_has_database(geo));
    for (unsigned again = 0; again < 2; again++) {
        expect_place(reader, "192.0.2.1", "CN/CN-GD/Shenzhen");
        expect_place(reader, "::ffff:192.0.2.1", "CN/CN-GD/Shenzhen");
        expect_place(reader, "192.0.2.17", "CN/CN-BJ/Fengtai");
        expect_place(reader, "192.0.2.33", "DE/DE-BY/M\xc3\xbcnchen");
        expect_place(reader, "192.0.2.49", "FR//");
        expect_place(reader, "192.0.2.65", "//");
        expect_place(reader, "192.0.2.81", "//");
        expect_place(reader, "192.0.2.113", "CN/CN-YN/");
        expect_place(reader, "192.0.2.200", "//");
        expect_place(reader, "2001:db8:1::1", "CN/CN-NM/Hohhot");
        expect_place(reader, "2001:db8:ffff::1", "//");
    }
    assert_int_equal(strlen(look_up(reader, "192.0.2.97")->place.city), ASSAY_CITY_MAX);
    const struct assay_geo_answer *answer = look_up(reader, "192.0.2.1");
    assert_int_equal(answer->position.lat_decidegrees, 225);
    assert_int_equal(answer->position.lon_decidegrees, 1141);
    assert_int_equal(answer->position.accuracy_km, 50);
    assert_int_equal(answer->asn, 64496);
    assert_int_equal(look_up(reader, "192.0.2.49")->position.lat_decidegrees, ASSAY_POSITION_NONE);
    assert_int_equal(look_up(reader, "192.0.2.113")->position.lat_decidegrees, ASSAY_POSITION_NONE);
    assay_geo_reader_close(reader);
    assay_geo_close(geo);
}

static void networks_and_whether_they_have_a_place(void **state)
{
    (void)state;
    const struct assay_geo_paths paths = {.ipv4 = MMDB("flat-ipv4.mmdb"), .asn = MMDB("asn.mmdb")};
    struct assay_geo_reader *reader;
    struct assay_geo *geo = open_geo(&paths, &reader);
    assert_int_equal(look_up(reader, "203.0.113.1")->net, ASSAY_NET_HOSTING);
    expect_place(reader, "203.0.113.1", "US/US-VA/Ashburn");
    const struct assay_geo_answer *relay = look_up(reader, "203.0.113.33");
    assert_int_equal(relay->net, ASSAY_NET_ANON);
    assert_int_equal(relay->asn, 13335);
    assert_int_equal(relay->position.lat_decidegrees, ASSAY_POSITION_NONE);
    expect_place(reader, "203.0.113.33", "//");
    assert_int_equal(look_up(reader, "203.0.113.65")->net, ASSAY_NET_UNKNOWN);
    assert_int_equal(look_up(reader, "203.0.113.200")->net, ASSAY_NET_UNKNOWN);
    expect_place(reader, "203.0.113.200", "US/US-VA/Ashburn");
    assay_geo_reader_close(reader);
    assay_geo_close(geo);
}

static void nested_names(void **state)
{
    (void)state;
    const struct assay_geo_paths paths = {.ipv4 = MMDB("nested.mmdb"), .ipv6 = MMDB("nested.mmdb")};
    struct assay_geo_reader *reader;
    struct assay_geo *geo = open_geo(&paths, &reader);
    expect_place(reader, "198.51.100.9", "CN/CN-SC/Chengdu");
    expect_place(reader, "2001:db8:2::1", "US//");
    const struct assay_geo_answer *answer = look_up(reader, "198.51.100.9");
    assert_int_equal(answer->position.accuracy_km, 20);
    assert_int_equal(answer->position.lon_decidegrees, 1041);
    assay_geo_reader_close(reader);
    assay_geo_close(geo);
}

/* A new file under the name, as one replaces a file in use. */
static void copy_file(const char *from, const char *to)
{
    char data[65536];
    char fresh[512];
    snprintf(fresh, sizeof fresh, "%s.new", to);
    FILE *in = fopen(from, "re");
    FILE *out = fopen(fresh, "we");
    assert_non_null(in);
    assert_non_null(out);
    size_t len = fread(data, 1, sizeof data, in);
    assert_int_equal(fwrite(data, 1, len, out), len);
    fclose(in);
    assert_int_equal(fclose(out), 0);
    assert_int_equal(rename(fresh, to), 0);
}

static void a_reload_is_seen(void **state)
{
    (void)state;
    const char *path = MMDB("reloaded.mmdb");
    copy_file(MMDB("flat-ipv4.mmdb"), path);
    struct assay_geo_reader *reader;
    struct assay_geo *geo = open_geo(&(struct assay_geo_paths){.ipv4 = path}, &reader);
    expect_place(reader, "192.0.2.1", "CN/CN-GD/Shenzhen");
    copy_file(MMDB("flat-ipv4-moved.mmdb"), path);
    expect_place(reader, "192.0.2.1", "CN/CN-GD/Shenzhen");
    assert_int_equal(assay_geo_reload(geo, NULL), ASSAY_OK);
    expect_place(reader, "192.0.2.1", "CN/CN-ZJ/Hangzhou");
    copy_file(MMDB("not.mmdb"), path);
    struct assay_reason reason;
    assert_int_equal(assay_geo_reload(geo, &reason), ASSAY_E_CORRUPT);
    expect_place(reader, "192.0.2.1", "CN/CN-ZJ/Hangzhou");
    unlink(path);
    assert_int_equal(assay_geo_reload(geo, &reason), ASSAY_E_NOT_FOUND);
    expect_place(reader, "192.0.2.1", "CN/CN-ZJ/Hangzhou");
    assay_geo_reader_close(reader);
    assay_geo_close(geo);
}

struct race {
    struct assay_geo *geo;
    atomic_bool stop;
};

static void *look_up_for_long(void *data)
{
    struct race *race = data;
    struct assay_geo_reader *reader;
    assay_assert(assay_geo_reader_open(race->geo, &reader) == ASSAY_OK);
    struct assay_address address;
    while (!atomic_load(&race->stop)) {
        for (unsigned last = 0; last < 16; last++) {
            char text[16];
            int len = snprintf(text, sizeof text, "192.0.2.%u", last);
            assay_assert(assay_address_parse(text, (size_t)len, &address) == ASSAY_OK);
            assay_assert(assay_geo_lookup(reader, &address)->place.country[0] == 'C');
        }
    }
    assay_geo_reader_close(reader);
    return NULL;
}

static void reloads_race_with_readers(void **state)
{
    (void)state;
    struct race race = {.stop = false};
    const struct assay_geo_paths paths = {.ipv4 = MMDB("flat-ipv4.mmdb")};
    assert_int_equal(assay_geo_open(&paths, &race.geo, NULL), ASSAY_OK);
    pthread_t threads[2];
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, look_up_for_long, &race), 0);
    }
    for (unsigned i = 0; i < 200; i++) {
        assert_int_equal(assay_geo_reload(race.geo, NULL), ASSAY_OK);
        usleep(200);
    }
    atomic_store(&race.stop, true);
    for (unsigned i = 0; i < 2; i++) {
        pthread_join(threads[i], NULL);
    }
    assay_geo_close(race.geo);
}

static void expect_code(const char *country, const char *name, const char *expected)
{
    char code[ASSAY_REGION_CODE_SIZE];
    assert_int_equal(assay_region_code(country, name, strlen(name), code), expected[0] != '\0');
    assert_string_equal(code, expected);
}

static void regions_by_any_name(void **state)
{
    (void)state;
    expect_code("CN", "", "");
    expect_code("CN", "Nowhere", "");
    expect_code("", "Guangdong", "");
    expect_code("CHN", "Guangdong", "");
    expect_code("US", "Guangdong", "");
    expect_code("CN", "guangdong sheng", "CN-GD");
    expect_code("CN", "GuangDong Province", "CN-GD");
    expect_code("CN", "Guangxi Zhuangzu Zizhiqu", "CN-GX");
    expect_code("CN", "Shanxi", "CN-SX");
    expect_code("CN", "Shaanxi", "CN-SN");
    expect_code("FR", "\xc3\x8ele-de-France", "FR-IDF");
    expect_code("FR", "Ile-de-France", "FR-IDF");
    expect_code("BR", "S\xc3\xa3o Paulo", "BR-SP");
    expect_code("RU", "Moscow", "RU-MOW");
    expect_code("RU", "Moscow Oblast", "RU-MOS");
    expect_code("CN", "\xff\xfe\xc3", "");
    expect_code("CN",
                "guangdong guangdong guangdong guangdong guangdong guangdong guangdong "
                "guangdong guangdong guangdong guangdong guangdong",
                "");
    expect_code("CN", "guangdongguangdongguangdongguangdongguangdong", "");
}

static void all_of_china_by_name(void **state)
{
    (void)state;
    static const struct {
        const char *code, *zh, *en;
    } rows[] = {
        {"CN-AH", "安徽", "Anhui"},
        {"CN-BJ", "北京", "Beijing"},
        {"CN-CQ", "重庆", "Chongqing"},
        {"CN-FJ", "福建", "Fujian"},
        {"CN-GD", "广东", "Guangdong"},
        {"CN-GS", "甘肃", "Gansu"},
        {"CN-GX", "广西", "Guangxi"},
        {"CN-GZ", "贵州", "Guizhou"},
        {"CN-HA", "河南", "Henan"},
        {"CN-HB", "湖北", "Hubei"},
        {"CN-HE", "河北", "Hebei"},
        {"CN-HI", "海南", "Hainan"},
        {"CN-HK", "香港", "Hong Kong"},
        {"CN-HL", "黑龙江", "Heilongjiang"},
        {"CN-HN", "湖南", "Hunan"},
        {"CN-JL", "吉林", "Jilin"},
        {"CN-JS", "江苏", "Jiangsu"},
        {"CN-JX", "江西", "Jiangxi"},
        {"CN-LN", "辽宁", "Liaoning"},
        {"CN-MO", "澳门", "Macao"},
        {"CN-NM", "内蒙古", "Inner Mongolia"},
        {"CN-NX", "宁夏", "Ningxia"},
        {"CN-QH", "青海", "Qinghai"},
        {"CN-SC", "四川", "Sichuan"},
        {"CN-SD", "山东", "Shandong"},
        {"CN-SH", "上海", "Shanghai"},
        {"CN-SN", "陕西", "Shaanxi"},
        {"CN-SX", "山西", "Shanxi"},
        {"CN-TJ", "天津", "Tianjin"},
        {"CN-TW", "台湾", "Taiwan"},
        {"CN-XJ", "新疆", "Xinjiang"},
        {"CN-XZ", "西藏", "Xizang"},
        {"CN-YN", "云南", "Yunnan"},
        {"CN-ZJ", "浙江", "Zhejiang"},
    };
    assert_int_equal(ASSAY_COUNT_OF(rows), 34);
    for (size_t i = 0; i < ASSAY_COUNT_OF(rows); i++) {
        assert_string_equal(assay_region_name(rows[i].code, ASSAY_LANGUAGE_ZH), rows[i].zh);
        assert_string_equal(assay_region_name(rows[i].code, ASSAY_LANGUAGE_EN), rows[i].en);
        expect_code("CN", rows[i].en, rows[i].code);
    }
}

static void names_elsewhere(void **state)
{
    (void)state;
    assert_string_equal(assay_region_name("XX-9", ASSAY_LANGUAGE_ZH), "XX-9");
    assert_string_equal(assay_region_name("", ASSAY_LANGUAGE_EN), "");
    assert_string_equal(assay_region_name("CN", ASSAY_LANGUAGE_ZH), "中国");
    assert_string_equal(assay_region_name("HK", ASSAY_LANGUAGE_ZH), "中国香港");
    assert_string_equal(assay_region_name("TW", ASSAY_LANGUAGE_EN), "Taiwan, China");
    assert_string_equal(assay_region_name("KR", ASSAY_LANGUAGE_EN), "South Korea");
    assert_string_equal(assay_region_name("US-CA", ASSAY_LANGUAGE_EN), "California");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_that_do_not_fit),
        cmocka_unit_test(no_database_is_valid),
        cmocka_unit_test(flat_names),
        cmocka_unit_test(networks_and_whether_they_have_a_place),
        cmocka_unit_test(nested_names),
        cmocka_unit_test(a_reload_is_seen),
        cmocka_unit_test(reloads_race_with_readers),
        cmocka_unit_test(regions_by_any_name),
        cmocka_unit_test(all_of_china_by_name),
        cmocka_unit_test(names_elsewhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
