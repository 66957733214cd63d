// SPDX-License-Identifier: Apache-2.0
#include "codegen/plan.h"

static uint32_t pages_of(uint32_t labels, uint32_t labels_per_page)
{
    return (labels + labels_per_page - 1) / labels_per_page;
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Last label of the file that holds a label. */
static uint32_t file_end(const struct assay_plan *plan, uint32_t label)
{
    uint32_t cut = label / plan->labels_per_file * plan->labels_per_file + plan->labels_per_file;
    return smaller(cut - 1, plan->range.last);
}

void assay_plan_make(struct assay_range range, uint32_t labels_per_page, uint32_t pages_per_file,
                     struct assay_plan *plan)
{
    assay_assert(range.first <= range.last);
    assay_assert(range.last < ASSAY_BATCH_ITEMS_MAX);
    assay_assert(labels_per_page > 0);
    assay_assert(pages_per_file > 0);
    *plan = (struct assay_plan){
        .range = range,
        .labels_per_page = labels_per_page,
        .labels_per_file = labels_per_page * pages_per_file,
        .files = 1,
    };
    uint32_t end = file_end(plan, range.first);
    plan->first_file_pages = pages_of(end - range.first + 1, labels_per_page);
    uint32_t rest = range.last - end;
    plan->pages = plan->first_file_pages + pages_of(rest, labels_per_page);
    plan->files += pages_of(rest, plan->labels_per_file);
}

void assay_plan_page(const struct assay_plan *plan, uint32_t page, struct assay_plan_page *place)
{
    assay_assert(page < plan->pages);
    uint32_t pages_per_file = plan->labels_per_file / plan->labels_per_page;
    struct assay_plan_page made = {.number = page, .file_labels.first = plan->range.first};
    if (page >= plan->first_file_pages) {
        uint32_t later = page - plan->first_file_pages;
        made.file = 1 + later / pages_per_file;
        made.number = later % pages_per_file;
        made.file_labels.first =
            file_end(plan, plan->range.first) + 1 + (made.file - 1) * plan->labels_per_file;
    }
    made.file_labels.last = file_end(plan, made.file_labels.first);
    made.file_pages =
        pages_of(made.file_labels.last - made.file_labels.first + 1, plan->labels_per_page);
    made.labels.first = made.file_labels.first + made.number * plan->labels_per_page;
    made.labels.last =
        smaller(made.labels.first + plan->labels_per_page - 1, made.file_labels.last);
    *place = made;
}

uint32_t assay_plan_file_page(const struct assay_plan *plan, uint32_t file)
{
    assay_assert(file <= plan->files);
    if (file == 0 || file == plan->files) {
        return file == 0 ? 0 : plan->pages;
    }
    return plan->first_file_pages + (file - 1) * (plan->labels_per_file / plan->labels_per_page);
}

/* Digits of a number below the largest batch; at: moved past them. */
static bool parse_index(const char **at, uint32_t *value)
{
    uint32_t number = 0;
    const char *text = *at;
    for (; *text >= '0' && *text <= '9'; text++) {
        number = number * 10 + (uint32_t)(*text - '0');
        if (number > ASSAY_BATCH_ITEMS_MAX) {
            return false;
        }
    }
    if (text == *at) {
        return false;
    }
    *at = text;
    *value = number;
    return true;
}

enum assay_error assay_plan_range_parse(const char *text, uint32_t count, struct assay_range *range,
                                        struct assay_reason *reason)
{
    assay_assert(count > 0);
    struct assay_range made = {0};
    const char *at = text;
    bool good = parse_index(&at, &made.first);
    made.last = made.first;
    if (good && *at == '-') {
        at++;
        made.last = count - 1;
        good = *at == '\0' || parse_index(&at, &made.last);
    }
    if (!good || *at != '\0') {
        return assay_fail(reason, ASSAY_E_USAGE,
                          "--range is A-B, A- or A, items from 0, not '%.40s'", text);
    }
    if (made.first > made.last || made.last >= count) {
        return assay_fail(reason, ASSAY_E_REFUSED,
                          "--range %u-%u: the order has items 0-%u, and A comes before B",
                          made.first, made.last, count - 1);
    }
    *range = made;
    return ASSAY_OK;
}

static enum assay_error parse_part(const char **at, uint32_t count, struct assay_range *range,
                                   struct assay_reason *reason)
{
    const char *begin = *at;
    bool good = parse_index(at, &range->first);
    range->last = range->first;
    if (good && **at == '-') {
        (*at)++;
        good = parse_index(at, &range->last);
    }
    if (!good || (**at != '\0' && **at != ',')) {
        return assay_fail(reason, ASSAY_E_USAGE,
                          "--reprint is A-B or A, several by commas, items from 0, not '%.40s'",
                          begin);
    }
    if (range->first > range->last || range->last >= count) {
        return assay_fail(reason, ASSAY_E_REFUSED,
                          "--reprint %u-%u: the order has items 0-%u, and A comes before B",
                          range->first, range->last, count - 1);
    }
    return ASSAY_OK;
}

enum assay_error assay_plan_ranges_parse(const char *text, uint32_t count,
                                         struct assay_range *ranges, uint32_t *range_count,
                                         struct assay_reason *reason)
{
    assay_assert(count > 0);
    const char *at = text;
    uint32_t made = 0;
    for (bool more = true; more; made++) {
        if (made == ASSAY_JOB_RANGES_MAX) {
            return assay_fail(reason, ASSAY_E_USAGE, "--reprint: at most %d ranges a job",
                              ASSAY_JOB_RANGES_MAX);
        }
        enum assay_error error = parse_part(&at, count, &ranges[made], reason);
        if (error != ASSAY_OK) {
            return error;
        }
        if (made > 0 && ranges[made].first <= ranges[made - 1].last) {
            return assay_fail(reason, ASSAY_E_USAGE,
                              "--reprint: ranges ascend and stand apart, but %u comes after %u",
                              ranges[made].first, ranges[made - 1].last);
        }
        more = *at == ',';
        at += more ? 1 : 0;
    }
    *range_count = made;
    return ASSAY_OK;
}
