// SPDX-License-Identifier: Apache-2.0
#include "core/audit_learn.h"

#include <stdlib.h>
#include <string.h>

#include "core/calibrate_learn.h"

#define ITEM_SCANS_MAX 12 /* by which one item teaches */
#define ROUNDS 6
#define WEIGHT_ONE 1024.0
/* What is learnt is worth so many scans at most: sums stay far from their limit. */
#define SCANS_MAX 4000000u

/* Scans by kind, 1/1024; kinds are counted by their index. */
struct kinds {
    uint64_t weight[ASSAY_RISK_KINDS];
};

void assay_audit_weigh(struct assay_audit_codes *codes, const int16_t llr[ASSAY_RISK_KINDS])
{
    for (size_t i = 0; i < codes->scan_count; i++) {
        struct assay_audit_scan *scan = &codes->scans[i];
        scan->llr = (scan->flags & ASSAY_AUDIT_SCAN_FIRST) != 0 ? 0 : llr[scan->kind];
    }
}

/* Does a scan teach how one item is scanned? Not the first, and none of a crowd's. */
static bool teaches(const struct assay_audit_scan *scan)
{
    bool alone = (scan->flags & (ASSAY_AUDIT_SCAN_FIRST | ASSAY_AUDIT_SCAN_BURST)) == 0;
    return alone && scan->kind % ASSAY_RISK_ORDINALS < ASSAY_RISK_ORDINAL_19;
}

static void count_firsts(const struct assay_audit_codes *codes, struct assay_risk_counts *firsts)
{
    for (size_t i = 0; i < codes->scan_count; i++) {
        if ((codes->scans[i].flags & ASSAY_AUDIT_SCAN_FIRST) != 0) {
            const struct assay_risk_kind kind = assay_risk_kind_at(codes->scans[i].kind);
            assay_risk_counts_add(firsts, &kind);
        }
    }
}

static void learn_ratios(const struct assay_audit_codes *codes, const struct kinds *kinds,
                         int16_t llr[ASSAY_RISK_KINDS])
{
    struct assay_risk_counts same = {0};
    struct assay_risk_counts firsts = {0};
    struct assay_risk_table table = *assay_risk_table_default();
    uint64_t total = 0;
    for (uint32_t i = 0; i < ASSAY_RISK_KINDS; i++) {
        total += kinds->weight[i] / (uint64_t)WEIGHT_ONE;
    }
    for (uint32_t i = 0; i < ASSAY_RISK_KINDS; i++) {
        if (kinds->weight[i] > 0) {
            const struct assay_risk_kind kind = assay_risk_kind_at(i);
            struct assay_risk_counts one = {0};
            uint64_t over = kinds->weight[i] / (1 + total / SCANS_MAX);
            assay_risk_counts_add(&one, &kind);
            assay_risk_counts_join(&same, &one, over < UINT32_MAX ? (uint32_t)over : UINT32_MAX,
                                   (uint32_t)WEIGHT_ONE);
        }
    }
    count_firsts(codes, &firsts);
    assay_calibrate_ratios_by(&same, &firsts, &table);
    memcpy(llr, table.llr, sizeof table.llr);
}

/* -- from reference items -- */

static int compare_keys(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left;
    uint64_t b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

bool assay_audit_learn_known(const struct assay_audit_codes *codes,
                             const struct assay_audit_known *known, int16_t llr[ASSAY_RISK_KINDS])
{
    struct kinds kinds = {{0}};
    uint32_t items = 0;
    for (uint32_t i = 0; i < codes->code_count && known->reference_count > 0; i++) {
        uint32_t first = codes->first[i];
        uint32_t count = codes->first[i + 1] - first;
        if (count < 2 || count > ASSAY_AUDIT_REFERENCE_SCANS_MAX ||
            bsearch(&codes->keys[i], known->references, known->reference_count,
                    sizeof *known->references, compare_keys) == NULL) {
            continue;
        }
        items++;
        for (uint32_t j = first; j < first + count && j < first + ITEM_SCANS_MAX; j++) {
            kinds.weight[codes->scans[j].kind] +=
                teaches(&codes->scans[j]) ? (uint64_t)WEIGHT_ONE : 0;
        }
    }
    if (items < ASSAY_AUDIT_REFERENCES_MIN) {
        return false;
    }
    learn_ratios(codes, &kinds, llr);
    return true;
}

/* -- from all of them -- */

/* A code as the mixture takes it, all in one stratum. */
struct taken {
    struct assay_estimate_scan *scans;
    double *chances;
};

static struct assay_estimate_code take(const struct assay_audit_codes *codes, uint32_t number,
                                       const struct taken *taken)
{
    uint32_t first = codes->first[number];
    struct assay_estimate_code code = {.scan_count = codes->first[number + 1] - first,
                                       .scans = taken->scans};
    code.group = code.scan_count > 0 ? codes->scans[first].group : 0;
    for (uint32_t i = 0; i < code.scan_count; i++) {
        const struct assay_audit_scan *scan = &codes->scans[first + i];
        taken->scans[i] = (struct assay_estimate_scan){.llr = scan->llr};
        taken->scans[i].flags =
            (uint8_t)((scan->flags & ASSAY_AUDIT_SCAN_FIRST ? ASSAY_ESTIMATE_FIRST : 0) |
                      (scan->flags & ASSAY_AUDIT_SCAN_BURST ? ASSAY_ESTIMATE_BURST : 0));
    }
    return code;
}

static void count_code(const struct assay_audit_codes *codes, uint32_t number,
                       const struct assay_estimate_mixture *mixture, const struct taken *taken,
                       struct kinds *kinds)
{
    const struct assay_estimate_code code = take(codes, number, taken);
    if (code.scan_count < 2) {
        return;
    }
    double same = 1.0 - assay_estimate_mixture_weigh(mixture, &code, taken->chances);
    for (uint32_t i = 0; i < code.scan_count && i < ITEM_SCANS_MAX; i++) {
        const struct assay_audit_scan *scan = &codes->scans[codes->first[number] + i];
        if (teaches(scan)) {
            double weight = same * (1.0 - taken->chances[i]) * WEIGHT_ONE;
            kinds->weight[scan->kind] += (uint64_t)(weight + 0.5);
        }
    }
}

static enum assay_error learn_once(const struct assay_audit_codes *codes, const struct taken *taken,
                                   struct kinds *kinds)
{
    struct assay_estimate_mixture *mixture = NULL;
    enum assay_error error = assay_estimate_mixture_create(codes->group_count, &mixture);
    for (uint32_t i = 0; i < codes->code_count && error == ASSAY_OK; i++) {
        const struct assay_estimate_code code = take(codes, i, taken);
        error = code.scan_count > 1 ? assay_estimate_mixture_learn(mixture, &code) : ASSAY_OK;
    }
    error = error != ASSAY_OK ? error : assay_estimate_mixture_settle(mixture);
    memset(kinds, 0, sizeof *kinds);
    for (uint32_t i = 0; i < codes->code_count && error == ASSAY_OK; i++) {
        count_code(codes, i, mixture, taken, kinds);
    }
    assay_estimate_mixture_destroy(mixture);
    return error;
}

static uint32_t longest(const struct assay_audit_codes *codes)
{
    uint32_t most = 0;
    for (uint32_t i = 0; i < codes->code_count; i++) {
        uint32_t count = codes->first[i + 1] - codes->first[i];
        most = count > most ? count : most;
    }
    return most;
}

enum assay_error assay_audit_learn_self(struct assay_audit_codes *codes,
                                        int16_t llr[ASSAY_RISK_KINDS])
{
    uint32_t most = longest(codes);
    struct taken taken = {calloc((size_t)most + 1, sizeof *taken.scans),
                          calloc((size_t)most + 1, sizeof *taken.chances)};
    struct kinds kinds;
    enum assay_error error =
        taken.scans == NULL || taken.chances == NULL ? ASSAY_E_MEMORY : ASSAY_OK;
    memcpy(llr, assay_risk_table_default()->llr, sizeof assay_risk_table_default()->llr);
    for (int i = 0; i < ROUNDS && error == ASSAY_OK; i++) {
        assay_audit_weigh(codes, llr);
        error = learn_once(codes, &taken, &kinds);
        if (error == ASSAY_OK) {
            learn_ratios(codes, &kinds, llr);
        }
    }
    free(taken.scans);
    free(taken.chances);
    return error;
}

enum assay_error assay_audit_learn(struct assay_audit_codes *codes,
                                   const struct assay_audit_known *known)
{
    int16_t llr[ASSAY_RISK_KINDS];
    enum assay_error error = ASSAY_OK;
    if (!assay_audit_learn_known(codes, known, llr)) {
        error = assay_audit_learn_self(codes, llr);
    }
    if (error == ASSAY_OK) {
        assay_audit_weigh(codes, llr);
    }
    return error;
}
