// SPDX-License-Identifier: Apache-2.0
#include "core/printing.h"

#include <string.h>

static const char *const kind_names[ASSAY_PRINT_KINDS] = {"print", "reprint"};

const char *assay_print_kind_name(enum assay_print_kind kind)
{
    assay_assert(kind < ASSAY_PRINT_KINDS);
    return kind_names[kind];
}

enum assay_error assay_print_kind_parse(const char *text, enum assay_print_kind *kind)
{
    for (int i = 0; i < ASSAY_PRINT_KINDS; i++) {
        if (strcmp(text, kind_names[i]) == 0) {
            *kind = (enum assay_print_kind)i;
            return ASSAY_OK;
        }
    }
    return ASSAY_E_FIELD;
}

static enum assay_error check_range(const struct assay_batch *batch, struct assay_range range,
                                    struct assay_reason *reason)
{
    return range.first <= range.last && range.last < batch->count
               ? ASSAY_OK
               : assay_fail(reason, ASSAY_E_FIELD,
                            "range: %u-%u is not within the batch's items 0-%u", range.first,
                            range.last, batch->count - 1);
}

/* Refuse a range that meets a set; `what` says what the items are. */
static enum assay_error refuse(const struct assay_range_set *set, struct assay_range range,
                               enum assay_error error, const char *what,
                               struct assay_reason *reason)
{
    struct assay_range common;
    return assay_range_set_meets(set, range, &common)
               ? assay_fail(reason, error, "range: items %u-%u %s", common.first, common.last, what)
               : ASSAY_OK;
}

static enum assay_error fail_set(enum assay_error error, struct assay_reason *reason)
{
    return error == ASSAY_OK ? ASSAY_OK
                             : assay_fail(reason, error, "range: %s (at most %d separate ranges)",
                                          assay_error_text(error), ASSAY_BATCH_RANGES_MAX);
}

static enum assay_error print_first(struct assay_batch *batch, struct assay_range range,
                                    struct assay_reason *reason)
{
    enum assay_error error =
        refuse(&batch->printed, range, ASSAY_E_EXISTS,
               "were printed already, says an earlier manifest; spoiled ones are printed again by "
               "a reprint",
               reason);
    if (error == ASSAY_OK) {
        error = refuse(&batch->reserved, range, ASSAY_E_TRANSITION,
                       "are decoys and must never be printed; destroy these labels and print the "
                       "batch's order of now",
                       reason);
    }
    if (error != ASSAY_OK) {
        return error;
    }
    batch->good_count += range.last - range.first + 1;
    return fail_set(assay_range_set_add(&batch->printed, range), reason);
}

static enum assay_error print_again(struct assay_batch *batch, struct assay_range range,
                                    struct assay_reason *reason)
{
    if (!assay_range_set_has_whole(&batch->spoiled, range)) {
        return assay_fail(reason, ASSAY_E_TRANSITION,
                          "range: not all of items %u-%u are spoiled; only what batch spoil noted "
                          "is printed again",
                          range.first, range.last);
    }
    return fail_set(assay_range_set_remove(&batch->spoiled, range), reason);
}

enum assay_error assay_batch_print(struct assay_batch *batch, enum assay_print_kind kind,
                                   struct assay_ranges ranges, struct assay_reason *reason)
{
    assay_assert(kind < ASSAY_PRINT_KINDS);
    enum assay_error error = ASSAY_OK;
    for (uint32_t i = 0; i < ranges.count && error == ASSAY_OK; i++) {
        error = check_range(batch, ranges.ranges[i], reason);
        if (error == ASSAY_OK) {
            error = kind == ASSAY_PRINT_FIRST ? print_first(batch, ranges.ranges[i], reason)
                                              : print_again(batch, ranges.ranges[i], reason);
        }
    }
    return error;
}

enum assay_error assay_batch_spoil(struct assay_batch *batch, struct assay_range range,
                                   struct assay_reason *reason)
{
    enum assay_error error = check_range(batch, range, reason);
    if (error == ASSAY_OK && !assay_range_set_has_whole(&batch->printed, range)) {
        error = assay_fail(reason, ASSAY_E_TRANSITION,
                           "range: no manifest says that all of items %u-%u were printed; import "
                           "it first",
                           range.first, range.last);
    }
    if (error == ASSAY_OK) {
        error = refuse(&batch->spoiled, range, ASSAY_E_TRANSITION, "are spoiled already", reason);
    }
    if (error == ASSAY_OK) {
        error = refuse(&batch->active, range, ASSAY_E_TRANSITION,
                       "are active; void them to take them off sale", reason);
    }
    return error == ASSAY_OK ? fail_set(assay_range_set_add(&batch->spoiled, range), reason)
                             : error;
}

enum assay_error assay_batch_reserve(struct assay_batch *batch, struct assay_range range,
                                     struct assay_reason *reason)
{
    const struct {
        const struct assay_range_set *set;
        const char *what;
    } refusals[] = {
        {&batch->printed, "were printed; decoys are reserved before the batch is printed"},
        {&batch->active, "are active; decoys are reserved before the batch is activated"},
        {&batch->voided, "are void"},
        {&batch->reserved, "are decoys already"},
    };
    enum assay_error error = check_range(batch, range, reason);
    for (size_t i = 0; i < ASSAY_COUNT_OF(refusals) && error == ASSAY_OK; i++) {
        error = refuse(refusals[i].set, range, ASSAY_E_TRANSITION, refusals[i].what, reason);
    }
    return error == ASSAY_OK ? fail_set(assay_range_set_add(&batch->reserved, range), reason)
                             : error;
}

/* -- activation -- */

/* The first run of the range that was not printed. */
static struct assay_range first_unprinted(const struct assay_batch *batch, struct assay_range range)
{
    struct assay_range common;
    while (assay_range_set_has(&batch->printed, range.first)) {
        bool meets = assay_range_set_meets(&batch->printed, range, &common);
        assay_assert(meets);
        assay_assert(common.last < range.last);
        range.first = common.last + 1;
    }
    if (assay_range_set_meets(&batch->printed, range, &common)) {
        range.last = common.first - 1;
    }
    return range;
}

enum assay_error assay_batch_check_activation(const struct assay_batch *batch,
                                              enum assay_batch_move move, struct assay_range range,
                                              struct assay_reason *reason)
{
    enum assay_error error =
        refuse(&batch->reserved, range, ASSAY_E_TRANSITION, "are decoys, never on sale", reason);
    if (error != ASSAY_OK || batch->printed.count == 0) {
        return error;
    }
    if (move == ASSAY_MOVE_ACTIVATE_UNREPORTED) {
        return assay_fail(reason, ASSAY_E_TRANSITION,
                          "the batch has a manifest: activate what it says is good, without "
                          "--without-manifest");
    }
    if (!assay_range_set_has_whole(&batch->printed, range)) {
        struct assay_range missing = first_unprinted(batch, range);
        return assay_fail(reason, ASSAY_E_TRANSITION,
                          "range: items %u-%u are unaccounted for: no manifest says that they "
                          "were printed",
                          missing.first, missing.last);
    }
    return refuse(&batch->spoiled, range, ASSAY_E_TRANSITION,
                  "are spoiled; import the manifest of their reprint first", reason);
}

bool assay_batch_next_good(const struct assay_batch *batch, uint32_t from,
                           struct assay_range *range)
{
    const struct assay_range_set *const barred[] = {&batch->spoiled, &batch->voided, &batch->active,
                                                    &batch->reserved};
    while (from < batch->count) {
        struct assay_range run;
        struct assay_range rest = {from, batch->count - 1};
        if (!assay_range_set_meets(&batch->printed, rest, &run)) {
            return false;
        }
        uint32_t skip = run.first; /* past what bars its first item */
        for (size_t i = 0; i < ASSAY_COUNT_OF(barred); i++) {
            struct assay_range common;
            if (!assay_range_set_meets(barred[i], run, &common)) {
                continue;
            }
            if (common.first == run.first) {
                skip = common.last + 1 > skip ? common.last + 1 : skip;
            } else {
                run.last = common.first - 1;
            }
        }
        if (skip == run.first) {
            *range = run;
            return true;
        }
        from = skip;
    }
    return false;
}

/* -- sums -- */

void assay_batch_reconcile(const struct assay_batch *batch, struct assay_reconciliation *sums)
{
    uint64_t reserved = assay_range_set_total(&batch->reserved);
    uint64_t voided = assay_range_set_total(&batch->voided) -
                      assay_range_set_common(&batch->voided, &batch->reserved);
    uint64_t spoiled_void = assay_range_set_common(&batch->spoiled, &batch->voided);
    uint64_t spoiled = assay_range_set_total(&batch->spoiled) - spoiled_void;
    /* spoiled lies within printed (invariant 2) */
    uint64_t good = assay_range_set_total(&batch->printed) -
                    assay_range_set_common(&batch->printed, &batch->voided) - spoiled;
    *sums = (struct assay_reconciliation){
        .reserved = (uint32_t)reserved,
        .issued = (uint32_t)(batch->count - reserved),
        .good = (uint32_t)good,
        .spoiled = (uint32_t)spoiled,
        .voided = (uint32_t)voided,
        .unaccounted = (uint32_t)(batch->count - reserved - good - spoiled - voided),
    };
}

uint32_t assay_batch_reserved_tail(const struct assay_batch *batch)
{
    const struct assay_range_set *set = &batch->reserved;
    bool to_the_end = set->count > 0 && set->ranges[set->count - 1].last == batch->count - 1;
    return to_the_end ? batch->count - set->ranges[set->count - 1].first : 0;
}
