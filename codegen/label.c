// SPDX-License-Identifier: Apache-2.0
#include "codegen/label.h"

#include <stdio.h>
#include <string.h>

#include "core/clock.h"

unsigned assay_line_len(const struct assay_line *line)
{
    switch (line->kind) {
    case ASSAY_LINE_CODE:
    case ASSAY_LINE_SSCC:
        return line->len;
    case ASSAY_LINE_PIN:
        return ASSAY_PIN_LEN;
    case ASSAY_LINE_POSITION:
        return ASSAY_POSITION_LEN;
    case ASSAY_LINE_FIXED:
        break;
    }
    assay_assert(false);
}

unsigned assay_line_shown(const struct assay_line *line, const struct assay_label *label,
                          char text[ASSAY_LINE_SHOWN_SIZE])
{
    uint32_t rest = label->index;
    char grouped[ASSAY_CODE_GROUPED_SIZE];
    unsigned len = assay_line_len(line);
    switch (line->kind) {
    case ASSAY_LINE_CODE:
        assay_code_group(label->code, grouped);
        memcpy(text, grouped + line->from, len);
        break;
    case ASSAY_LINE_SSCC:
        memcpy(text, label->code + line->from, len);
        break;
    case ASSAY_LINE_PIN:
        memcpy(text, label->pin, len);
        break;
    case ASSAY_LINE_POSITION:
        for (unsigned i = len; i > 0; i--, rest /= 10) {
            text[i - 1] = (char)('0' + rest % 10);
        }
        break;
    case ASSAY_LINE_FIXED:
        assay_assert(false);
    }
    return len;
}

enum assay_error assay_pin_place_parse(const char *name, enum assay_pin_place *place,
                                       struct assay_reason *reason)
{
    static const char *const names[] = {
        [ASSAY_PIN_LABEL] = "label", [ASSAY_PIN_SEPARATE] = "separate", [ASSAY_PIN_NONE] = "none"};
    for (size_t i = 0; i < ASSAY_COUNT_OF(names); i++) {
        if (strcmp(name, names[i]) == 0) {
            *place = (enum assay_pin_place)i;
            return ASSAY_OK;
        }
    }
    return assay_fail(reason, ASSAY_E_USAGE, "--pin is label, separate or none, not '%.40s'", name);
}

/* Chinese first where there are two names. */
static void join_brand(const struct assay_order *order, struct assay_facts *facts)
{
    const char *zh = order->brand_zh, *en = order->brand;
    bool both = zh[0] != '\0' && en[0] != '\0' && strcmp(zh, en) != 0;
    snprintf(facts->brand, sizeof facts->brand, "%s%s%s", zh, both ? " " : "",
             both || zh[0] == '\0' ? en : "");
}

void assay_facts_make(const struct assay_order *order, enum assay_pin_place pin,
                      struct assay_facts *facts)
{
    bool has_pin = (order->flags & ASSAY_BATCH_HAS_PIN) != 0;
    *facts = (struct assay_facts){.has_pin = has_pin && pin == ASSAY_PIN_LABEL,
                                  .pin_apart = has_pin && pin == ASSAY_PIN_SEPARATE};
    join_brand(order, facts);
    memcpy(facts->name_zh, order->name_zh, strlen(order->name_zh) + 1);
    if (strcmp(order->name_zh, order->name_en) != 0) {
        memcpy(facts->name_en, order->name_en, strlen(order->name_en) + 1);
    }
    memcpy(facts->gtin, order->gtin, sizeof facts->gtin);
    memcpy(facts->lot, order->lot, sizeof facts->lot);
    if (order->expires_on != ASSAY_DAY_NONE) {
        assay_date_format(order->expires_on, facts->expires_on);
    }
}

unsigned assay_fact_lines(const struct assay_facts *facts, struct assay_fact_line *lines)
{
    const struct {
        const char *word;
        const char *text;
    } all[ASSAY_FACT_LINES_MAX] = {
        {"GTIN", facts->gtin},       {"LOT", facts->lot},     {"EXP", facts->expires_on},
        {"CARTONS", facts->cartons}, {"COUNT", facts->items},
    };
    unsigned count = 0;
    for (unsigned i = 0; i < ASSAY_FACT_LINES_MAX; i++) {
        if (all[i].text[0] != '\0') {
            snprintf(lines[count].text, sizeof lines[count].text, "%s %s", all[i].word,
                     all[i].text);
            count++;
        }
    }
    return count;
}
