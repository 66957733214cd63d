// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/order.h"
#include "core/signed.h"
#include "core/text.h"

/* 4,096 files of 128 + 64 + 20 characters and their punctuation come to 1.1 MiB. */
static const struct assay_signed_kind manifest_kind = {
    .type = "assay-manifest",
    .version = 2,
    .max_bytes = 2 * 1024 * 1024,
};

#define SHA256_TEXT_SIZE (2 * ASSAY_SHA256_LEN + 1)
#define CHANCE_TEXT_SIZE 16     /* 2^-47.415037 */
#define CHANCE_LOG2_MIN (-60.0) /* one item */
#define CHANCE_LOG2_MAX (-36.0) /* ASSAY_BATCH_ITEMS_MAX items */
#define FILE_BYTES_MAX (1ll << 50)

/* A manifest as it stands in JSON. */
struct manifest_text {
    struct assay_signed_fields head;
    char handle[ASSAY_HANDLE_SIZE];
    char order_sha256[SHA256_TEXT_SIZE];
    int64_t good;
    char guess_chance[CHANCE_TEXT_SIZE];
    char printed_at[ASSAY_TIME_TEXT_SIZE];
    char format[8];
    const json_t *files;
    /* from version 2 on */
    const json_t *ranges;
    char kind[8];
    char job[2 * ASSAY_JOB_ID_LEN + 1];
};

struct assay_ranges assay_manifest_ranges(const struct assay_manifest *manifest)
{
    return manifest->ranges == 0 ? (struct assay_ranges){&manifest->range, 1}
                                 : (struct assay_ranges){manifest->part, manifest->ranges};
}

void assay_manifest_deinit(struct assay_manifest *manifest)
{
    free(manifest->file);
    manifest->file = NULL;
    manifest->files = 0;
}

/* -- the guess chance as "2^-47.415037": a text, so that no real number is in what is signed -- */

static void format_chance(double log2, char text[CHANCE_TEXT_SIZE])
{
    unsigned millionths = (unsigned)(-log2 * 1e6 + 0.5);
    snprintf(text, CHANCE_TEXT_SIZE, "2^-%u.%06u", millionths / 1000000, millionths % 1000000);
}

static enum assay_error parse_chance(const char *text, double *log2)
{
    static const char form[] = "2^-dd.dddddd";
    unsigned millionths = 0;
    for (size_t i = 0; i < sizeof form; i++) {
        bool digit = text[i] >= '0' && text[i] <= '9';
        if (form[i] == 'd' ? !digit : text[i] != form[i]) {
            return ASSAY_E_FIELD;
        }
        if (form[i] == 'd') {
            millionths = millionths * 10 + (unsigned)(text[i] - '0');
        }
    }
    double value = -(double)millionths / 1e6;
    if (value < CHANCE_LOG2_MIN || value > CHANCE_LOG2_MAX) {
        return ASSAY_E_FIELD;
    }
    *log2 = value;
    return ASSAY_OK;
}

/* -- checks of both directions -- */

static bool is_file_name(const char *name)
{
    size_t len = strlen(name);
    return len > 0 && name[0] != '.' && strpbrk(name, "/\\") == NULL &&
           assay_text_is_clean(name, len);
}

static bool is_format(const char *format)
{
    size_t len = strspn(format, "abcdefghijklmnopqrstuvwxyz");
    return len > 0 && format[len] == '\0';
}

static enum assay_error check_file(const struct assay_manifest *manifest, uint32_t index,
                                   json_t *seen, struct assay_reason *reason)
{
    const struct assay_manifest_file *file = &manifest->file[index];
    if (!is_file_name(file->name)) {
        return assay_fail(reason, ASSAY_E_FIELD, "files[%u].name: must be a plain file name",
                          index);
    }
    if (file->bytes > FILE_BYTES_MAX) {
        return assay_fail(reason, ASSAY_E_FIELD, "files[%u].bytes: at most %lld", index,
                          FILE_BYTES_MAX);
    }
    if (json_object_get(seen, file->name) != NULL) {
        return assay_fail(reason, ASSAY_E_FIELD, "files[%u].name: is there twice", index);
    }
    return json_object_set_new(seen, file->name, json_true()) == 0
               ? ASSAY_OK
               : assay_fail(reason, ASSAY_E_MEMORY, NULL);
}

static enum assay_error check_files(const struct assay_manifest *manifest,
                                    struct assay_reason *reason)
{
    if (manifest->files < 1 || manifest->files > ASSAY_MANIFEST_FILES_MAX) {
        return assay_fail(reason, ASSAY_E_FIELD, "files: must be from 1 to %d",
                          ASSAY_MANIFEST_FILES_MAX);
    }
    json_t *seen = json_object();
    enum assay_error error = ASSAY_OK;
    for (uint32_t i = 0; i < manifest->files && error == ASSAY_OK; i++) {
        error = check_file(manifest, i, seen, reason);
    }
    json_decref(seen);
    return error;
}

static enum assay_error check_ranges(struct assay_ranges ranges, uint32_t *total,
                                     struct assay_reason *reason)
{
    for (uint32_t i = 0; i < ranges.count; i++) {
        struct assay_range range = ranges.ranges[i];
        if (range.first > range.last || range.last >= ASSAY_BATCH_ITEMS_MAX) {
            return assay_fail(reason, ASSAY_E_FIELD, "range: first must not be above last");
        }
        if (i > 0 && range.first <= ranges.ranges[i - 1].last) {
            return assay_fail(reason, ASSAY_E_FIELD, "ranges[%u]: must come after the one before",
                              i);
        }
        *total += range.last - range.first + 1;
    }
    return ASSAY_OK;
}

/* A reprint says why; who prints for the first time needs no reason. */
static enum assay_error check_job(const struct assay_manifest *manifest,
                                  struct assay_reason *reason)
{
    const char *text = manifest->reason_text;
    if (!assay_text_is_clean(text, strlen(text)) ||
        !assay_text_is_clean(manifest->printer, strlen(manifest->printer))) {
        return assay_fail(reason, ASSAY_E_FIELD,
                          "reason, printer: must be UTF-8 without control characters");
    }
    bool reprint = manifest->kind == ASSAY_PRINT_REPRINT;
    if (reprint != (strspn(text, " ") < strlen(text))) {
        return assay_fail(reason, ASSAY_E_FIELD, "reason: a reprint has one, a print has none");
    }
    return ASSAY_OK;
}

/* What the tables of lengths and kinds do not say; before signing, too. */
static enum assay_error check_manifest(const struct assay_manifest *manifest,
                                       struct assay_reason *reason)
{
    if (manifest->handle == 0 || manifest->handle >= 1u << 30) {
        return assay_fail(reason, ASSAY_E_FIELD, "handle: must not be zero");
    }
    uint32_t total = 0;
    enum assay_error error = check_ranges(assay_manifest_ranges(manifest), &total, reason);
    if (error == ASSAY_OK) {
        error = check_job(manifest, reason);
    }
    if (error != ASSAY_OK) {
        return error;
    }
    if (manifest->good < 1 || manifest->good > total) {
        return assay_fail(reason, ASSAY_E_FIELD, "good: must be from 1 to %u, the ranges' items",
                          total);
    }
    if (!(manifest->guess_chance_log2 >= CHANCE_LOG2_MIN &&
          manifest->guess_chance_log2 <= CHANCE_LOG2_MAX)) {
        return assay_fail(reason, ASSAY_E_FIELD, "guess_chance: must be from 2^-60 to 2^-36");
    }
    if (!is_format(manifest->format)) {
        return assay_fail(reason, ASSAY_E_FIELD, "format: must be a word in lower case");
    }
    return check_files(manifest, reason);
}

/* -- reading -- */

static enum assay_error read_range(const json_t *object, struct assay_range *range,
                                   struct assay_reason *reason)
{
    int64_t first = 0;
    int64_t last = 0;
    const struct assay_json_field fields[] = {
        ASSAY_JSON_WHOLE_ROW("first", true, first, 0, ASSAY_BATCH_ITEMS_MAX - 1),
        ASSAY_JSON_WHOLE_ROW("last", true, last, 0, ASSAY_BATCH_ITEMS_MAX - 1),
    };
    struct assay_reason inner;
    enum assay_error error = assay_json_read(object, fields, ASSAY_COUNT_OF(fields), &inner);
    if (error != ASSAY_OK) {
        return assay_fail(reason, error, "range.%.300s", inner.text);
    }
    *range = (struct assay_range){(uint32_t)first, (uint32_t)last};
    return ASSAY_OK;
}

static enum assay_error read_ranges(const json_t *array, struct assay_manifest *manifest,
                                    struct assay_reason *reason)
{
    size_t count = json_array_size(array);
    if (count < 1 || count > ASSAY_JOB_RANGES_MAX) {
        return assay_fail(reason, ASSAY_E_FIELD, "ranges: must be from 1 to %d",
                          ASSAY_JOB_RANGES_MAX);
    }
    for (size_t i = 0; i < count; i++) {
        enum assay_error error = read_range(json_array_get(array, i), &manifest->part[i], reason);
        if (error != ASSAY_OK) {
            return error;
        }
    }
    manifest->ranges = (uint32_t)count;
    manifest->range = (struct assay_range){manifest->part[0].first, manifest->part[count - 1].last};
    return ASSAY_OK;
}

/* Version 1 has one range; version 2 has several, and says which job it was. */
static enum assay_error read_fields(const json_t *object, struct manifest_text *text,
                                    struct assay_manifest *manifest, struct assay_reason *reason)
{
    bool jobs = json_integer_value(json_object_get(object, "version")) > 1;
    const json_t *range = NULL;
    const struct assay_json_field fields[] = {
        ASSAY_SIGNED_FIELDS(&text->head),
        ASSAY_JSON_TEXT_ROW("handle", true, text->handle),
        ASSAY_JSON_TEXT_ROW("order_sha256", true, text->order_sha256),
        ASSAY_JSON_WHOLE_ROW("good", true, text->good, 0, ASSAY_BATCH_ITEMS_MAX),
        ASSAY_JSON_TEXT_ROW("guess_chance", true, text->guess_chance),
        ASSAY_JSON_TEXT_ROW("printed_at", true, text->printed_at),
        ASSAY_JSON_TEXT_ROW("format", true, text->format),
        {.name = "files", .kind = ASSAY_JSON_ARRAY, .required = true, .out = &text->files},
        {.name = jobs ? "ranges" : "range",
         .kind = jobs ? ASSAY_JSON_ARRAY : ASSAY_JSON_OBJECT,
         .required = true,
         .out = jobs ? &text->ranges : &range},
        /* what follows is of version 2 */
        ASSAY_JSON_TEXT_ROW("kind", true, text->kind),
        ASSAY_JSON_TEXT_ROW("job", true, text->job),
        ASSAY_JSON_TEXT_ROW("printer", true, manifest->printer),
        ASSAY_JSON_TEXT_ROW("reason", true, manifest->reason_text),
    };
    size_t count = ASSAY_COUNT_OF(fields) - (jobs ? 0 : 4);
    enum assay_error error = assay_json_read(object, fields, count, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    return jobs ? read_ranges(text->ranges, manifest, reason)
                : read_range(range, &manifest->range, reason);
}

static enum assay_error parse_sha256(const char *text, uint8_t digest[ASSAY_SHA256_LEN])
{
    bool lower = strspn(text, "0123456789abcdef") == strlen(text);
    return lower ? assay_hex_decode(text, strlen(text), digest, ASSAY_SHA256_LEN) : ASSAY_E_FIELD;
}

static enum assay_error translate(const struct manifest_text *text, struct assay_manifest *manifest,
                                  struct assay_reason *reason)
{
    char canonical[ASSAY_HANDLE_SIZE] = "";
    if (assay_handle_parse(text->handle, &manifest->handle) == ASSAY_OK) {
        assay_handle_format(manifest->handle, canonical);
    }
    if (canonical[0] == '\0' || strcmp(canonical, text->handle) != 0) {
        return assay_fail(reason, ASSAY_E_FIELD,
                          "handle: must be six characters of the code alphabet");
    }
    if (parse_sha256(text->order_sha256, manifest->order_sha256) != ASSAY_OK) {
        return assay_fail(reason, ASSAY_E_FIELD, "order_sha256: must be 64 hex digits");
    }
    if (parse_chance(text->guess_chance, &manifest->guess_chance_log2) != ASSAY_OK) {
        return assay_fail(reason, ASSAY_E_FIELD,
                          "guess_chance: must be as 2^-47.415037, from 2^-60 to 2^-36");
    }
    if (assay_time_parse(text->printed_at, &manifest->printed_at_unix_ms) != ASSAY_OK) {
        return assay_fail(reason, ASSAY_E_FIELD, "printed_at: must be an RFC 3339 time");
    }
    if (text->head.version > 1 && assay_print_kind_parse(text->kind, &manifest->kind) != ASSAY_OK) {
        return assay_fail(reason, ASSAY_E_FIELD, "kind: must be print or reprint");
    }
    if (text->head.version > 1 && (strspn(text->job, "0123456789abcdef") != sizeof text->job - 1 ||
                                   assay_hex_decode(text->job, sizeof text->job - 1, manifest->job,
                                                    ASSAY_JOB_ID_LEN) != ASSAY_OK)) {
        return assay_fail(reason, ASSAY_E_FIELD, "job: must be 32 hex digits");
    }
    manifest->good = (uint32_t)text->good;
    memcpy(manifest->format, text->format, sizeof manifest->format);
    return ASSAY_OK;
}

static enum assay_error read_file(const json_t *object, struct assay_manifest_file *file,
                                  struct assay_reason *reason)
{
    int64_t bytes = 0;
    char sha256[SHA256_TEXT_SIZE];
    const struct assay_json_field fields[] = {
        ASSAY_JSON_TEXT_ROW("name", true, file->name),
        ASSAY_JSON_WHOLE_ROW("bytes", true, bytes, 0, FILE_BYTES_MAX),
        ASSAY_JSON_TEXT_ROW("sha256", true, sha256),
    };
    enum assay_error error = assay_json_read(object, fields, ASSAY_COUNT_OF(fields), reason);
    if (error != ASSAY_OK) {
        return error;
    }
    file->bytes = (uint64_t)bytes;
    if (parse_sha256(sha256, file->sha256) != ASSAY_OK) {
        return assay_fail(reason, ASSAY_E_FIELD, "sha256: must be 64 hex digits");
    }
    return ASSAY_OK;
}

static enum assay_error read_files(const json_t *array, struct assay_manifest *manifest,
                                   struct assay_reason *reason)
{
    size_t count = json_array_size(array);
    if (count < 1 || count > ASSAY_MANIFEST_FILES_MAX) {
        return assay_fail(reason, ASSAY_E_FIELD, "files: must be from 1 to %d",
                          ASSAY_MANIFEST_FILES_MAX);
    }
    manifest->file = calloc(count, sizeof *manifest->file);
    if (manifest->file == NULL) {
        return assay_fail(reason, ASSAY_E_MEMORY, NULL);
    }
    manifest->files = (uint32_t)count;
    for (size_t i = 0; i < count; i++) {
        struct assay_reason inner;
        enum assay_error error = read_file(json_array_get(array, i), &manifest->file[i], &inner);
        if (error != ASSAY_OK) {
            return assay_fail(reason, error, "files[%zu].%.300s", i, inner.text);
        }
    }
    return ASSAY_OK;
}

static enum assay_error read_manifest(json_t *object, const uint8_t key[ASSAY_ED25519_KEY_LEN],
                                      struct assay_manifest *manifest, struct assay_reason *reason)
{
    struct manifest_text text = {0};
    enum assay_error error = read_fields(object, &text, manifest, reason);
    if (error == ASSAY_OK) {
        error = translate(&text, manifest, reason);
    }
    if (error == ASSAY_OK) {
        error = read_files(text.files, manifest, reason);
    }
    if (error == ASSAY_OK) {
        error = check_manifest(manifest, reason);
    }
    return error == ASSAY_OK ? assay_signed_check(&manifest_kind, object, key, reason) : error;
}

enum assay_error assay_manifest_read(const char *text, size_t len,
                                     const uint8_t site_key[ASSAY_ED25519_KEY_LEN],
                                     struct assay_manifest *manifest, struct assay_reason *reason)
{
    json_t *object = NULL;
    enum assay_error error = assay_signed_parse(&manifest_kind, text, len, &object, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    struct assay_manifest made = {0};
    error = read_manifest(object, site_key, &made, reason);
    json_decref(object);
    if (error == ASSAY_OK) {
        *manifest = made;
    } else {
        assay_manifest_deinit(&made);
    }
    return error;
}

/* -- writing -- */

static json_t *array_of_files(const struct assay_manifest *manifest)
{
    json_t *array = json_array();
    for (uint32_t i = 0; i < manifest->files; i++) {
        const struct assay_manifest_file *file = &manifest->file[i];
        char sha256[SHA256_TEXT_SIZE];
        assay_hex_encode(file->sha256, sizeof file->sha256, sha256);
        json_t *object = json_pack("{ss sI ss}", "name", file->name, "bytes",
                                   (json_int_t)file->bytes, "sha256", sha256);
        if (json_array_append_new(array, object) != 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

static json_t *array_of_ranges(struct assay_ranges ranges)
{
    json_t *array = json_array();
    for (uint32_t i = 0; i < ranges.count; i++) {
        json_t *object = json_pack("{sI sI}", "first", (json_int_t)ranges.ranges[i].first, "last",
                                   (json_int_t)ranges.ranges[i].last);
        if (json_array_append_new(array, object) != 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

static json_t *object_of(const struct assay_manifest *manifest)
{
    char handle[ASSAY_HANDLE_SIZE];
    char order_sha256[SHA256_TEXT_SIZE];
    char chance[CHANCE_TEXT_SIZE];
    char printed_at[ASSAY_TIME_TEXT_SIZE];
    assay_handle_format(manifest->handle, handle);
    assay_hex_encode(manifest->order_sha256, sizeof manifest->order_sha256, order_sha256);
    format_chance(manifest->guess_chance_log2, chance);
    assay_time_format(manifest->printed_at_unix_ms, printed_at);
    char job[2 * ASSAY_JOB_ID_LEN + 1];
    assay_hex_encode(manifest->job, sizeof manifest->job, job);
    /* "o" takes the array over and gives NULL if there is none. */
    return json_pack("{ss ss so sI ss ss ss so ss ss ss ss}", "handle", handle, "order_sha256",
                     order_sha256, "ranges", array_of_ranges(assay_manifest_ranges(manifest)),
                     "good", (json_int_t)manifest->good, "guess_chance", chance, "printed_at",
                     printed_at, "format", manifest->format, "files", array_of_files(manifest),
                     "kind", assay_print_kind_name(manifest->kind), "job", job, "printer",
                     manifest->printer, "reason", manifest->reason_text);
}

enum assay_error assay_manifest_write(const struct assay_manifest *manifest,
                                      const struct assay_keyring *keyring, char **text)
{
    enum assay_error error = check_manifest(manifest, NULL);
    if (error != ASSAY_OK) {
        return error;
    }
    json_t *object = object_of(manifest);
    if (object == NULL) {
        return ASSAY_E_MEMORY;
    }
    error = assay_signed_write(&manifest_kind, object, keyring, ASSAY_KEY_SITE, text);
    json_decref(object);
    return error;
}
