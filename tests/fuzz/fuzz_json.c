// SPDX-License-Identifier: Apache-2.0
/* Parsed JSON is within its bounds and parses again from its own dump; a reading that succeeds stays
 * within the fields' bounds, one that fails writes nothing. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "core/limits.h"
#include "core/text.h"

enum { MAX_BYTES = 4096, TEXT_SIZE = 9 };

static unsigned depth_of(const json_t *value)
{
    unsigned deepest = 0;
    const char *key;
    size_t index;
    json_t *child;
    json_t *walked = (json_t *)(uintptr_t)value;
    json_object_foreach(walked, key, child)
    {
        unsigned depth = depth_of(child);
        deepest = depth > deepest ? depth : deepest;
    }
    json_array_foreach(walked, index, child)
    {
        unsigned depth = depth_of(child);
        deepest = depth > deepest ? depth : deepest;
    }
    return deepest + (json_is_object(value) || json_is_array(value));
}

static void check_again(const json_t *object)
{
    json_t *again = NULL;
    char *text = json_dumps(object, JSON_COMPACT | JSON_SORT_KEYS);
    assay_assert(text != NULL);
    /* Real numbers and escapes may need more room than they had. */
    enum assay_error error = assay_json_parse(text, strlen(text), SIZE_MAX, &again, NULL);
    assay_assert(error == ASSAY_OK);
    assay_assert(json_equal(object, again) == 1);
    json_decref(again);
    free(text);
}

static void check_reading(const json_t *object)
{
    char text[TEXT_SIZE] = "old";
    int64_t whole = 77;
    double number = 0.5;
    bool flag = false;
    const json_t *inner = NULL;
    const json_t *array = NULL;
    const struct assay_json_field fields[] = {
        ASSAY_JSON_TEXT_ROW("t", true, text),
        ASSAY_JSON_WHOLE_ROW("i", false, whole, -100, 100),
        {.name = "n", .kind = ASSAY_JSON_NUMBER, .out = &number, .min = 0, .max = 1},
        ASSAY_JSON_BOOLEAN_ROW("b", false, flag),
        {.name = "o", .kind = ASSAY_JSON_OBJECT, .out = &inner},
        {.name = "a", .kind = ASSAY_JSON_ARRAY, .out = &array},
    };
    struct assay_reason reason = {""};
    enum assay_error error = assay_json_read(object, fields, ASSAY_COUNT_OF(fields), &reason);
    if (error != ASSAY_OK) {
        assay_assert(reason.text[0] != '\0');
        assay_assert(strcmp(text, "old") == 0);
        assay_assert(whole == 77);
        return;
    }
    assay_assert(memchr(text, '\0', sizeof text) != NULL);
    assay_assert(assay_text_is_clean(text, strlen(text)));
    assay_assert(whole >= -100);
    assay_assert(whole <= 100);
    assay_assert(number >= 0);
    assay_assert(number <= 1);
    assay_assert(inner == NULL || json_is_object(inner));
    assay_assert(array == NULL || json_is_array(array));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *object = NULL;
    struct assay_reason reason = {""};
    enum assay_error error =
        assay_json_parse((const char *)data, size, MAX_BYTES, &object, &reason);
    if (error != ASSAY_OK) {
        assay_assert(object == NULL);
        assay_assert(reason.text[0] != '\0');
        assay_assert((size > MAX_BYTES) == (error == ASSAY_E_TOO_LARGE));
        return 0;
    }
    assay_assert(json_is_object(object));
    assay_assert(depth_of(object) <= ASSAY_JSON_DEPTH_MAX);
    check_again(object);
    check_reading(object);
    json_decref(object);
    return 0;
}
