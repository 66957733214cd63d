// SPDX-License-Identifier: Apache-2.0
#include "core/verdict.h"

#include <string.h>

static const struct assay_verdict_row rows[] = {
#define VERDICT_ROW(upper, name, class, zh, en, gs1) {#name, ASSAY_VERDICT_##class, zh, en, gs1},
    ASSAY_VERDICT_TABLE(VERDICT_ROW)
#undef VERDICT_ROW
};

const struct assay_verdict_row *assay_verdict_row(enum assay_verdict verdict)
{
    assay_assert(verdict < ASSAY_VERDICT_COUNT);
    return &rows[verdict];
}

enum assay_error assay_verdict_parse(const char *name, enum assay_verdict *verdict)
{
    for (int i = 0; i < ASSAY_VERDICT_COUNT; i++) {
        if (strcmp(rows[i].name, name) == 0) {
            *verdict = (enum assay_verdict)i;
            return ASSAY_OK;
        }
    }
    return ASSAY_E_FIELD;
}

static bool is_suspect(const struct assay_decision *decision)
{
    bool revealed_by_other = decision->pin == ASSAY_PIN_RIGHT && decision->confirmed_before &&
                             !decision->confirmed_by_this_device;
    return decision->foreign_lot || decision->risk >= ASSAY_RISK_SUSPECT || revealed_by_other;
}

enum assay_verdict assay_decide(const struct assay_decision *decision)
{
    if (decision->foreign_gtin) {
        return ASSAY_VERDICT_NOT_ISSUED;
    }
    if (decision->sale == ASSAY_SALE_VOID) {
        return ASSAY_VERDICT_VOID;
    }
    if (decision->sale == ASSAY_SALE_RECALLED) {
        return ASSAY_VERDICT_RECALLED;
    }
    if (decision->expired) {
        return ASSAY_VERDICT_EXPIRED;
    }
    if (decision->sale == ASSAY_SALE_NOT_YET) {
        return ASSAY_VERDICT_NOT_ON_SALE;
    }
    if (decision->pin == ASSAY_PIN_WRONG) {
        return ASSAY_VERDICT_PIN_WRONG;
    }
    if (is_suspect(decision)) {
        return ASSAY_VERDICT_SUSPECT;
    }
    if (decision->pin == ASSAY_PIN_RIGHT) {
        return ASSAY_VERDICT_CONFIRMED;
    }
    return decision->seen_on_sale ? ASSAY_VERDICT_GENUINE_SEEN : ASSAY_VERDICT_GENUINE;
}
