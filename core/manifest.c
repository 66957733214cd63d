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
    .version = 1,
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
    int64_t first;
    int64_t last;
    int64_t good;
    char guess_chance[CHANCE_TEXT_SIZE];
    char printed_at[ASSAY_TIME_TEXT_SIZE];
    char format[8];
    const json_t *files;
};

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

/* What the tables of lengths and kinds do not say; before signing, too. */
static enum assay_error check_manifest(const struct assay_manifest *manifest,
                                       struct assay_reason *reason)
{
    struct assay_range range = manifest->range;
    if (manifest->handle == 0 || manifest->handle >= 1u << 30) {
        return assay_fail(reason, ASSAY_E_FIELD, "handle: must not be zero");
    }
    if (range.first > range.last || range.last >= ASSAY_BATCH_ITEMS_MAX) {
        return assay_fail(reason, ASSAY_E_FIELD, "range: first must not be above last");
    }
    if (manifest->good < 1 || manifest->good > range.last - range.first + 1) {
        return assay_fail(reason, ASSAY_E_FIELD, "good: must be from 1 to %u, the range's items",
                          range.last - range.first + 1);
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

static enum assay_error read_range(const json_t *object, struct manifest_text *text,
                                   struct assay_reason *reason)
{
    const struct assay_json_field fields[] = {
        ASSAY_JSON_WHOLE_ROW("first", true, text->first, 0, ASSAY_BATCH_ITEMS_MAX - 1),
        ASSAY_JSON_WHOLE_ROW("last", true, text->last, 0, ASSAY_BATCH_ITEMS_MAX - 1),
    };
    struct assay_reason inner;
    enum assay_error error = assay_json_read(object, fields, ASSAY_COUNT_OF(fields), &inner);
    return error == ASSAY_OK ? ASSAY_OK : assay_fail(reason, error, "range.%.300s", inner.text);
}

static enum assay_error read_fields(const json_t *object, struct manifest_text *text,
                                    struct assay_reason *reason)
{
    const json_t *range = NULL;
    const struct assay_json_field fields[] = {
        ASSAY_SIGNED_FIELDS(&text->head),
        ASSAY_JSON_TEXT_ROW("handle", true, text->handle),
        ASSAY_JSON_TEXT_ROW("order_sha256", true, text->order_sha256),
        {.name = "range", .kind = ASSAY_JSON_OBJECT, .required = true, .out = &range},
        ASSAY_JSON_WHOLE_ROW("good", true, text->good, 0, ASSAY_BATCH_ITEMS_MAX),
        ASSAY_JSON_TEXT_ROW("guess_chance", true, text->guess_chance),
        ASSAY_JSON_TEXT_ROW("printed_at", true, text->printed_at),
        ASSAY_JSON_TEXT_ROW("format", true, text->format),
        {.name = "files", .kind = ASSAY_JSON_ARRAY, .required = true, .out = &text->files},
    };
    enum assay_error error = assay_json_read(object, fields, ASSAY_COUNT_OF(fields), reason);
    return error == ASSAY_OK ? read_range(range, text, reason) : error;
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
    manifest->range = (struct assay_range){(uint32_t)text->first, (uint32_t)text->last};
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
    enum assay_error error = read_fields(object, &text, reason);
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
    /* "o" takes the array over and gives NULL if there is none. */
    return json_pack("{ss ss s{sI sI} sI ss ss ss so}", "handle", handle, "order_sha256",
                     order_sha256, "range", "first", (json_int_t)manifest->range.first, "last",
                     (json_int_t)manifest->range.last, "good", (json_int_t)manifest->good,
                     "guess_chance", chance, "printed_at", printed_at, "format", manifest->format,
                     "files", array_of_files(manifest));
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
