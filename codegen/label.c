// SPDX-License-Identifier: Apache-2.0
#include "codegen/label.h"

#include <stdio.h>
#include <string.h>

#include "core/clock.h"

static bool is_printable_ascii(const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text < ' ' || *text > '~') {
            return false;
        }
    }
    return true;
}

void assay_facts_make(const struct assay_order *order, struct assay_facts *facts)
{
    *facts = (struct assay_facts){.has_pin = (order->flags & ASSAY_BATCH_HAS_PIN) != 0};
    if (is_printable_ascii(order->name_en)) {
        memcpy(facts->product, order->name_en, strlen(order->name_en) + 1);
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
        {"GTIN", facts->gtin},
        {"LOT", facts->lot},
        {"EXP", facts->expires_on},
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
