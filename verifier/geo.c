// SPDX-License-Identifier: Apache-2.0
#include "verifier/geo.h"

#include <math.h>
#include <maxminddb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verifier/region_codes.h"

/* Last addresses that a reader remembers; about 100 bytes each. A power of two. */
#define CACHE_ROWS 1024
/* Radius in km where a database names none: a city, a region. A country alone has no position. */
#define CITY_ACCURACY_KM 50
#define REGION_ACCURACY_KM 300

struct database {
    MMDB_s mmdb;
    bool is_open;
};

/* One generation of files; unmapped when the last holder lets go. */
struct files {
    unsigned references; /* under the geo's lock */
    struct database ipv4;
    struct database ipv6;
    struct database asn;
    struct assay_nets *nets;
};

struct assay_geo {
    struct assay_geo_paths paths;
    pthread_mutex_t lock; /* guards files and its references */
    struct files *files;
    _Atomic uint64_t generation; /* changes when files does; from 1 */
};

struct row {
    struct assay_address address;
    bool used;
    struct assay_geo_answer answer;
};

struct assay_geo_reader {
    struct assay_geo *geo;
    struct files *files; /* holds a reference */
    uint64_t generation;
    struct row rows[CACHE_ROWS];
};

/* -- files -- */

static void close_database(struct database *database)
{
    if (database->is_open) {
        MMDB_close(&database->mmdb);
        database->is_open = false;
    }
}

static void release_files(struct files *files)
{
    if (files != NULL && --files->references == 0) {
        close_database(&files->ipv4);
        close_database(&files->ipv6);
        close_database(&files->asn);
        assay_nets_close(files->nets);
        free(files);
    }
}

static enum assay_error error_of(int status)
{
    switch (status) {
    case MMDB_FILE_OPEN_ERROR:
        return ASSAY_E_NOT_FOUND;
    case MMDB_OUT_OF_MEMORY_ERROR:
        return ASSAY_E_MEMORY;
    case MMDB_IO_ERROR:
        return ASSAY_E_IO;
    default:
        return ASSAY_E_CORRUPT;
    }
}

/* What a file must be, so that two settings that were mixed up are told. */
struct expected {
    const char *setting;
    bool asn;
    bool ipv6;
};

static enum assay_error check_database(const MMDB_s *mmdb, const char *path,
                                       const struct expected *expected, struct assay_reason *reason)
{
    const char *type = mmdb->metadata.database_type != NULL ? mmdb->metadata.database_type : "";
    bool is_asn = strcasestr(type, "asn") != NULL;
    if (is_asn != expected->asn) {
        return assay_fail(reason, ASSAY_E_FIELD, "%s: %.200s is a database of %s (%.40s)",
                          expected->setting, path, is_asn ? "networks" : "places", type);
    }
    if (expected->ipv6 && mmdb->metadata.ip_version != 6) {
        return assay_fail(reason, ASSAY_E_FIELD, "%s: %.200s holds no IPv6 addresses",
                          expected->setting, path);
    }
    return ASSAY_OK;
}

static enum assay_error open_database(const char *path, const struct expected *expected,
                                      struct database *database, struct assay_reason *reason)
{
    if (path == NULL || path[0] == '\0') {
        return ASSAY_OK;
    }
    int status = MMDB_open(path, MMDB_MODE_MMAP, &database->mmdb);
    if (status != MMDB_SUCCESS) {
        return assay_fail(reason, error_of(status), "%s: %.200s: %s", expected->setting, path,
                          MMDB_strerror(status));
    }
    database->is_open = true;
    return check_database(&database->mmdb, path, expected, reason);
}

static enum assay_error open_files(const struct assay_geo_paths *paths, struct files **files,
                                   struct assay_reason *reason)
{
    static const struct expected ipv4 = {"geo.ipv4", false, false};
    static const struct expected ipv6 = {"geo.ipv6", false, true};
    static const struct expected asn = {"geo.asn", true, false};
    struct files *value = calloc(1, sizeof *value);
    if (value == NULL) {
        return assay_fail(reason, ASSAY_E_MEMORY, NULL);
    }
    value->references = 1;
    enum assay_error error = open_database(paths->ipv4, &ipv4, &value->ipv4, reason);
    if (error == ASSAY_OK) {
        error = open_database(paths->ipv6, &ipv6, &value->ipv6, reason);
    }
    if (error == ASSAY_OK) {
        error = open_database(paths->asn, &asn, &value->asn, reason);
    }
    if (error == ASSAY_OK) {
        error = assay_nets_open(&paths->nets, &value->nets, reason);
    }
    if (error != ASSAY_OK) {
        release_files(value);
        return error;
    }
    *files = value;
    return ASSAY_OK;
}

enum assay_error assay_geo_open(const struct assay_geo_paths *paths, struct assay_geo **geo,
                                struct assay_reason *reason)
{
    struct assay_geo *value = calloc(1, sizeof *value);
    if (value == NULL) {
        return assay_fail(reason, ASSAY_E_MEMORY, NULL);
    }
    value->paths = *paths;
    enum assay_error error = open_files(paths, &value->files, reason);
    if (error != ASSAY_OK) {
        free(value);
        return error;
    }
    pthread_mutex_init(&value->lock, NULL);
    atomic_init(&value->generation, 1);
    *geo = value;
    return ASSAY_OK;
}

enum assay_error assay_geo_reload(struct assay_geo *geo, struct assay_reason *reason)
{
    struct files *fresh;
    enum assay_error error = open_files(&geo->paths, &fresh, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    pthread_mutex_lock(&geo->lock);
    struct files *old = geo->files;
    geo->files = fresh;
    atomic_fetch_add_explicit(&geo->generation, 1, memory_order_release);
    release_files(old);
    pthread_mutex_unlock(&geo->lock);
    return ASSAY_OK;
}

bool assay_geo_has_database(struct assay_geo *geo)
{
    pthread_mutex_lock(&geo->lock);
    bool has = geo->files->ipv4.is_open || geo->files->ipv6.is_open;
    pthread_mutex_unlock(&geo->lock);
    return has;
}

void assay_geo_close(struct assay_geo *geo)
{
    if (geo == NULL) {
        return;
    }
    assay_assert(geo->files->references == 1);
    release_files(geo->files);
    pthread_mutex_destroy(&geo->lock);
    free(geo);
}

/* -- readers -- */

/* Let go of the old files, hold the new ones, forget the last addresses. */
static void renew(struct assay_geo_reader *reader)
{
    struct assay_geo *geo = reader->geo;
    pthread_mutex_lock(&geo->lock);
    release_files(reader->files);
    reader->files = geo->files;
    reader->files->references++;
    reader->generation = atomic_load_explicit(&geo->generation, memory_order_relaxed);
    pthread_mutex_unlock(&geo->lock);
    memset(reader->rows, 0, sizeof reader->rows);
}

enum assay_error assay_geo_reader_open(struct assay_geo *geo, struct assay_geo_reader **reader)
{
    struct assay_geo_reader *value = calloc(1, sizeof *value);
    if (value == NULL) {
        return ASSAY_E_MEMORY;
    }
    value->geo = geo;
    renew(value);
    *reader = value;
    return ASSAY_OK;
}

void assay_geo_reader_close(struct assay_geo_reader *reader)
{
    if (reader == NULL) {
        return;
    }
    pthread_mutex_lock(&reader->geo->lock);
    release_files(reader->files);
    pthread_mutex_unlock(&reader->geo->lock);
    free(reader);
}

/* -- fields of a record -- */

/* A value by its path in the record; false if there is none of this type. */
static bool get(MMDB_entry_s *entry, const char *const *path, uint32_t type,
                MMDB_entry_data_s *data)
{
    return MMDB_aget_value(entry, data, path) == MMDB_SUCCESS && data->has_data &&
           data->type == type;
}

/* Text of a field, copied as it is; empty if it is missing or too long. */
static void get_text(MMDB_entry_s *entry, const char *const *path, char *text, size_t size_bytes)
{
    MMDB_entry_data_s data;
    text[0] = '\0';
    if (!get(entry, path, MMDB_DATA_TYPE_UTF8_STRING, &data) || data.data_size >= size_bytes) {
        return;
    }
    memcpy(text, data.utf8_string, data.data_size);
    text[data.data_size] = '\0';
}

/* A coordinate in units of 0.1 degree; ASSAY_POSITION_NONE if it is missing or beyond limit. */
static int16_t get_decidegrees(MMDB_entry_s *entry, const char *const *path, double limit)
{
    MMDB_entry_data_s data;
    double value = NAN;
    if (get(entry, path, MMDB_DATA_TYPE_DOUBLE, &data)) {
        value = data.double_value;
    } else if (get(entry, path, MMDB_DATA_TYPE_FLOAT, &data)) {
        value = (double)data.float_value;
    }
    if (!isfinite(value) || fabs(value) > limit) {
        return ASSAY_POSITION_NONE;
    }
    return (int16_t)lround(value * 10);
}

static bool is_capitals(const char *text, size_t len)
{
    return strlen(text) == len && strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == len;
}

/* "Fengtai (Fengtai Qu)" is Fengtai. */
static void cut_parenthesis(char *text)
{
    char *open = strstr(text, " (");
    if (open != NULL && open > text) {
        *open = '\0';
    }
}

#define PATH(...) ((const char *const[]){__VA_ARGS__, NULL})

/* The names of a place as one of the schemas has them. */
struct names {
    char country[16];
    char region[16]; /* ISO 3166-2 */
    char city[256];
};

/* DB-IP, as ip-location-db packs it: flat names, the region as a text. */
static void read_flat(MMDB_entry_s *entry, struct names *names)
{
    char state[256];
    get_text(entry, PATH("country_code"), names->country, sizeof names->country);
    get_text(entry, PATH("state1"), state, sizeof state);
    get_text(entry, PATH("city"), names->city, sizeof names->city);
    assay_region_code(names->country, state, strlen(state), names->region);
}

/* GeoIP2 City: nested, the region as the second half of its code. */
static void read_nested(MMDB_entry_s *entry, struct names *names)
{
    char part[8];
    get_text(entry, PATH("country", "iso_code"), names->country, sizeof names->country);
    get_text(entry, PATH("subdivisions", "0", "iso_code"), part, sizeof part);
    get_text(entry, PATH("city", "names", "en"), names->city, sizeof names->city);
    size_t len = strlen(part);
    if (len >= 1 && len <= 3 && strspn(part, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == len) {
        snprintf(names->region, sizeof names->region, "%.2s-%s", names->country, part);
    }
}

static uint16_t accuracy_km(MMDB_entry_s *entry, const struct assay_place *place)
{
    MMDB_entry_data_s data;
    if (get(entry, PATH("location", "accuracy_radius"), MMDB_DATA_TYPE_UINT16, &data) &&
        data.uint16 > 0) {
        return data.uint16;
    }
    return place->city[0] != '\0' ? CITY_ACCURACY_KM : REGION_ACCURACY_KM;
}

static void read_position(MMDB_entry_s *entry, bool flat, const struct assay_place *place,
                          struct assay_position *position)
{
    if (place->city[0] == '\0' && place->region[0] == '\0') {
        return;
    }
    int16_t lat =
        get_decidegrees(entry, flat ? PATH("latitude") : PATH("location", "latitude"), 90);
    int16_t lon =
        get_decidegrees(entry, flat ? PATH("longitude") : PATH("location", "longitude"), 180);
    if (lat == ASSAY_POSITION_NONE || lon == ASSAY_POSITION_NONE) {
        return;
    }
    position->lat_decidegrees = lat;
    position->lon_decidegrees = lon;
    position->accuracy_km = accuracy_km(entry, place);
}

static void read_place(MMDB_entry_s *entry, struct assay_geo_answer *answer)
{
    struct names names = {.country = ""};
    MMDB_entry_data_s data;
    bool flat = get(entry, PATH("country_code"), MMDB_DATA_TYPE_UTF8_STRING, &data);
    if (flat) {
        read_flat(entry, &names);
    } else {
        read_nested(entry, &names);
    }
    if (!is_capitals(names.country, 2)) {
        return;
    }
    cut_parenthesis(names.city);
    assay_place_set(&answer->place, names.country, names.region, names.city);
    read_position(entry, flat, &answer->place, &answer->position);
}

/* -- look-up -- */

static bool find_entry(const struct database *database, const struct assay_address *address,
                       MMDB_entry_s *entry)
{
    if (!database->is_open) {
        return false;
    }
    union {
        struct sockaddr any;
        struct sockaddr_in in;
        struct sockaddr_in6 in6;
    } socket_address = {.in6 = {.sin6_family = AF_INET6}};
    if (assay_address_is_ipv4(address)) {
        socket_address.in = (struct sockaddr_in){.sin_family = AF_INET};
        memcpy(&socket_address.in.sin_addr, address->bytes + 12, 4);
    } else {
        memcpy(&socket_address.in6.sin6_addr, address->bytes, 16);
    }
    int status = MMDB_SUCCESS;
    MMDB_lookup_result_s result =
        MMDB_lookup_sockaddr(&database->mmdb, &socket_address.any, &status);
    *entry = result.entry;
    return status == MMDB_SUCCESS && result.found_entry;
}

static void look_up(const struct files *files, const struct assay_address *address,
                    struct assay_geo_answer *answer)
{
    MMDB_entry_s entry;
    MMDB_entry_data_s data;
    memset(answer, 0, sizeof *answer);
    answer->position.lat_decidegrees = ASSAY_POSITION_NONE;
    answer->position.lon_decidegrees = ASSAY_POSITION_NONE;
    if (find_entry(&files->asn, address, &entry) &&
        get(&entry, PATH("autonomous_system_number"), MMDB_DATA_TYPE_UINT32, &data)) {
        answer->asn = data.uint32;
    }
    answer->net = assay_nets_kind(files->nets, answer->asn, address);
    if (answer->net == ASSAY_NET_ANON) {
        return;
    }
    if (find_entry(assay_address_is_ipv4(address) ? &files->ipv4 : &files->ipv6, address, &entry)) {
        read_place(&entry, answer);
    }
}

static struct row *row_of(struct assay_geo_reader *reader, const struct assay_address *address)
{
    uint64_t halves[2];
    memcpy(halves, address->bytes, sizeof halves);
    uint64_t hash = (halves[0] ^ halves[1] * 0x9e3779b97f4a7c15ull) * 0xff51afd7ed558ccdull;
    return &reader->rows[hash >> 32 & (CACHE_ROWS - 1)];
}

const struct assay_geo_answer *assay_geo_lookup(struct assay_geo_reader *reader,
                                                const struct assay_address *address)
{
    uint64_t generation = atomic_load_explicit(&reader->geo->generation, memory_order_acquire);
    if (generation != reader->generation) {
        renew(reader);
    }
    struct row *row = row_of(reader, address);
    if (!row->used || memcmp(&row->address, address, sizeof *address) != 0) {
        look_up(reader->files, address, &row->answer);
        row->address = *address;
        row->used = true;
    }
    return &row->answer;
}
