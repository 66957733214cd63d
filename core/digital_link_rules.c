// SPDX-License-Identifier: Apache-2.0
#include "core/digital_link_rules.h"

#include <string.h>

const char *assay_digital_link_value(const struct assay_digital_link *link, const char *ai)
{
    for (unsigned i = 0; i < link->count; i++) {
        if (strcmp(link->elements[i].ai, ai) == 0) {
            return link->elements[i].value;
        }
    }
    return NULL;
}

const struct assay_ai *assay_digital_link_row(const struct assay_digital_link_element *element)
{
    const struct assay_ai *ai = assay_ai_find(element->ai, strlen(element->ai));
    assay_assert(ai != NULL);
    return ai;
}

enum assay_error assay_digital_link_add(struct assay_digital_link *link, const char *ai,
                                        const char *value, struct assay_reason *reason)
{
    const struct assay_ai *row = assay_ai_find(ai, strnlen(ai, ASSAY_AI_SIZE));
    if (row == NULL) {
        return assay_fail(reason, ASSAY_E_FIELD, "(%.8s) is no application identifier of GS1", ai);
    }
    if (assay_digital_link_value(link, ai) != NULL) {
        return assay_fail(reason, ASSAY_E_FIELD, "(%s) is there twice", ai);
    }
    if (link->count == ASSAY_DIGITAL_LINK_ELEMENTS_MAX) {
        return assay_fail(reason, ASSAY_E_TOO_LARGE, "there are more than %d identifiers",
                          ASSAY_DIGITAL_LINK_ELEMENTS_MAX);
    }
    enum assay_error error = assay_ai_check(row, ai, value, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    struct assay_digital_link_element *element = &link->elements[link->count++];
    memcpy(element->ai, ai, strlen(ai) + 1);
    memcpy(element->value, value, strlen(value) + 1);
    return ASSAY_OK;
}

bool assay_digital_link_is_path(const struct assay_digital_link *link, unsigned count,
                                const char *also)
{
    const struct assay_ai *key = assay_digital_link_row(&link->elements[0]);
    for (int order = 0; order < 2; order++) {
        int last = -1;
        bool fits = also == NULL || assay_ai_qualifier_place(key, order, also) >= 0;
        for (unsigned i = 1; i < count && fits; i++) {
            int place = assay_ai_qualifier_place(key, order, link->elements[i].ai);
            fits = place > last;
            last = place;
        }
        if (fits) {
            return true;
        }
    }
    return false;
}

static bool has(const struct assay_digital_link *link, const char *ai)
{
    return assay_digital_link_value(link, ai) != NULL;
}

/* What may not go together, of those that a GTIN has to do with. */
static enum assay_error check_with_gtin(const struct assay_digital_link *link,
                                        struct assay_reason *reason)
{
    static const char *const never[] = {"02", "255", "37"};
    if (strcmp(link->elements[0].ai, "01") != 0) {
        return ASSAY_OK;
    }
    for (size_t i = 0; i < ASSAY_COUNT_OF(never); i++) {
        if (has(link, never[i])) {
            return assay_fail(reason, ASSAY_E_FIELD, "(%s) does not go with (01)", never[i]);
        }
    }
    if (has(link, "8030") && !has(link, "21")) {
        return assay_fail(reason, ASSAY_E_FIELD, "(8030) with (01) needs (21) too");
    }
    if (has(link, "250") && !has(link, "21")) {
        return assay_fail(reason, ASSAY_E_FIELD, "(250) with (01) needs (21) too");
    }
    return ASSAY_OK;
}

enum assay_error assay_digital_link_check_query(const struct assay_digital_link *link,
                                                struct assay_reason *reason)
{
    for (unsigned i = link->path_count; i < link->count; i++) {
        const char *ai = link->elements[i].ai;
        if (!assay_ai_is_attribute(assay_digital_link_row(&link->elements[i]))) {
            return assay_fail(reason, ASSAY_E_FIELD, "(%s) may not be in the query", ai);
        }
        if (assay_digital_link_is_path(link, link->path_count, ai)) {
            return assay_fail(reason, ASSAY_E_FIELD, "(%s) belongs in the path, not in the query",
                              ai);
        }
    }
    return check_with_gtin(link, reason);
}
