// SPDX-License-Identifier: Apache-2.0
/* Form bodies become flat objects of texts and true, or a refusal with a reason. */
#include "fuzz.h"

#include <string.h>

#include "verifier/form.h"

static void check_object(json_t *object, size_t size)
{
    const char *name;
    json_t *value;
    assay_assert(json_object_size(object) <= ASSAY_FORM_FIELDS_MAX);
    json_object_foreach(object, name, value)
    {
        if (strcmp(name, "consent") == 0) {
            assay_assert(json_is_true(value));
            continue;
        }
        assay_assert(json_is_string(value));
        assay_assert(json_string_length(value) > 0);
        assay_assert(json_string_length(value) <= size);
        assay_assert(strlen(json_string_value(value)) == json_string_length(value));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const booleans[] = {"consent", NULL};
    json_t *object = NULL;
    struct assay_reason reason = {""};
    enum assay_error error = assay_form_parse((const char *)data, size, booleans, &object, &reason);
    if (error == ASSAY_OK) {
        check_object(object, size);
        json_decref(object);
    } else {
        assay_assert(object == NULL);
        assay_assert(reason.text[0] != '\0');
    }
    return 0;
}
