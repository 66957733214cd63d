// SPDX-License-Identifier: Apache-2.0
#include "core/alert_rules.h"

#include <stdlib.h>
#include <string.h>

#include "core/real.h"

#define DAY_MS 86400000ll
#define WEEK 7
#define WINDOW_MAX 366
#define MASS_ONE 65535.0
#define ONE 1000000.0      /* ASSAY_RULE_ONE */
#define MEASURE_ONE 1024.0 /* of an alert's measure */
#define MASS_OF_A_CODE 3   /* of an outbreak: the most that one code adds, in items */
/* 1970-01-05 was a Monday: periods of several weeks are counted from it. */
#define FIRST_MONDAY 4

/* -- what is shipped -- */

static const struct assay_alert_rule shipped[] = {
    {.name = "leak", .kind = ASSAY_ALERT_LEAK, .enabled = true},
    {.name = "honey", .kind = ASSAY_ALERT_HONEY, .enabled = true},
    {.name = "cloned",
     .kind = ASSAY_ALERT_CLONED,
     .enabled = true,
     .min_count = 2,
     .threshold = 3 * ASSAY_RULE_ONE},
    {.name = "outbreak-weekly",
     .kind = ASSAY_ALERT_OUTBREAK,
     .enabled = true,
     .window = 4 * WEEK,
     .threshold = 3 * ASSAY_RULE_ONE,
     .base = 4000,
     .floor = 300000,
     .factor = 2 * ASSAY_RULE_ONE},
    {.name = "diversion",
     .kind = ASSAY_ALERT_DIVERSION,
     .enabled = true,
     .window = 4 * WEEK,
     .min_count = 20,
     .threshold = 200000},
    {.name = "pin-attack-batch",
     .kind = ASSAY_ALERT_PIN_ATTACK,
     .enabled = true,
     .window = 1,
     .min_count = 20,
     .threshold = 250000},
    {.name = "pin-attack-country",
     .kind = ASSAY_ALERT_PIN_ATTACK,
     .by = ASSAY_ALERT_BY_COUNTRY,
     .enabled = true,
     .window = 1,
     .min_count = 50,
     .threshold = 250000},
    {.name = "forgery-wave",
     .kind = ASSAY_ALERT_FORGERY,
     .by = ASSAY_ALERT_BY_COUNTRY,
     .enabled = true,
     .window = 4 * WEEK,
     .min_count = 200,
     .threshold = 8 * ASSAY_RULE_ONE,
     .floor = 10 * ASSAY_RULE_ONE},
};

const struct assay_alert_rule *assay_alert_rule_shipped(uint32_t number)
{
    return number < ASSAY_COUNT_OF(shipped) ? &shipped[number] : NULL;
}

const struct assay_alert_rule *assay_alert_rule_shipped_of(const char *name)
{
    for (size_t i = 0; i < ASSAY_COUNT_OF(shipped); i++) {
        if (strcmp(shipped[i].name, name) == 0) {
            return &shipped[i];
        }
    }
    return NULL;
}

static enum assay_error check_window(const struct assay_alert_rule *rule,
                                     struct assay_reason *reason)
{
    if (rule->kind == ASSAY_ALERT_PIN_ATTACK && rule->window != 1) {
        return assay_fail(reason, ASSAY_E_FIELD, "window_days: 1 for this kind");
    }
    bool weekly = rule->kind == ASSAY_ALERT_OUTBREAK || rule->kind == ASSAY_ALERT_DIVERSION;
    if (weekly && rule->window % WEEK != 0) {
        return assay_fail(reason, ASSAY_E_FIELD, "window_days: whole weeks for this kind");
    }
    bool windowed = weekly || rule->kind == ASSAY_ALERT_FORGERY;
    if (windowed && (rule->window == 0 || rule->window > WINDOW_MAX)) {
        return assay_fail(reason, ASSAY_E_FIELD, "window_days: 1 to %d", WINDOW_MAX);
    }
    return ASSAY_OK;
}

enum assay_error assay_alert_rule_check(const struct assay_alert_rule *rule,
                                        struct assay_reason *reason)
{
    uint64_t threshold = rule->threshold;
    bool share = rule->kind == ASSAY_ALERT_DIVERSION || rule->kind == ASSAY_ALERT_PIN_ATTACK;
    if (rule->kind == ASSAY_ALERT_CLONED && threshold != 2 * ASSAY_RULE_ONE &&
        threshold != 3 * ASSAY_RULE_ONE) {
        return assay_fail(reason, ASSAY_E_FIELD, "threshold: level 2 (suspect) or 3 (cloned)");
    }
    if (share && (threshold == 0 || threshold > ASSAY_RULE_ONE)) {
        return assay_fail(reason, ASSAY_E_FIELD, "threshold: a share above 0, at most 1");
    }
    if (rule->kind >= ASSAY_ALERT_OUTBREAK && threshold == 0) {
        return assay_fail(reason, ASSAY_E_FIELD, "threshold: above 0");
    }
    if (rule->kind == ASSAY_ALERT_OUTBREAK && rule->factor <= ASSAY_RULE_ONE) {
        return assay_fail(reason, ASSAY_E_FIELD, "factor: above 1");
    }
    if (rule->kind == ASSAY_ALERT_OUTBREAK && rule->floor == 0) {
        return assay_fail(reason, ASSAY_E_FIELD, "floor: above 0");
    }
    return check_window(rule, reason);
}

/* -- sums: a key's handle is a batch, or a product's number and one -- */

static int32_t window_first(int32_t day, uint32_t window)
{
    int32_t since = day - FIRST_MONDAY;
    int32_t rest = since % (int32_t)window;
    return day - (rest < 0 ? rest + (int32_t)window : rest);
}

int32_t assay_alert_rule_from(const struct assay_alert_rule *rule, int32_t day)
{
    switch (rule->kind) {
    case ASSAY_ALERT_DIVERSION:
        return window_first(day, rule->window);
    case ASSAY_ALERT_PIN_ATTACK:
        return day;
    default: /* what lies before may keep quiet what comes after */
        return INT32_MIN;
    }
}

void assay_alert_run_begin(struct assay_alert_run *run)
{
    assay_rollup_init(&run->sums, NULL, 0);
}

void assay_alert_run_end(struct assay_alert_run *run)
{
    assay_rollup_deinit(&run->sums);
}

/* The key that a row is summed under; false: the rule does not look at it. */
static bool cut(const struct assay_alert_run *run, const struct assay_rollup_row *row,
                struct assay_rollup_key *key)
{
    const struct assay_alert_rule *rule = run->rule;
    const struct assay_batch_facts *facts =
        row->key.handle == 0 ? NULL : run->facts->batch(run->facts->context, row->key.handle);
    if (rule->sku[0] != '\0' && (facts == NULL || strcmp(facts->sku, rule->sku) != 0)) {
        return false;
    }
    *key = (struct assay_rollup_key){.kind = ASSAY_ROLLUP_DAY, .day = row->key.day};
    bool by_country = rule->kind != ASSAY_ALERT_PIN_ATTACK || rule->by == ASSAY_ALERT_BY_COUNTRY;
    if (by_country) {
        memcpy(key->country, row->key.country, sizeof key->country);
    }
    switch (rule->kind) {
    case ASSAY_ALERT_OUTBREAK:
        key->day = assay_rollup_monday(row->key.day);
        key->handle = facts == NULL ? 0 : facts->product + 1;
        return key->handle != 0;
    case ASSAY_ALERT_DIVERSION:
        key->day = window_first(row->key.day, rule->window);
        key->handle = row->key.handle;
        return facts != NULL && facts->market[0] != '\0';
    case ASSAY_ALERT_PIN_ATTACK:
        key->handle = rule->by == ASSAY_ALERT_BY_BATCH ? row->key.handle : 0;
        return facts != NULL &&
               row->count[ASSAY_ROLLUP_PIN_WRONG] + row->count[ASSAY_ROLLUP_PIN_RIGHT] > 0;
    case ASSAY_ALERT_FORGERY:
        return row->count[ASSAY_ROLLUP_FORGED] > 0;
    default:
        return false;
    }
}

enum assay_error assay_alert_run_add(struct assay_alert_run *run,
                                     const struct assay_rollup_row *row)
{
    struct assay_rollup_key key;
    return cut(run, row, &key) ? assay_rollup_merge(&run->sums, &key, row->count) : ASSAY_OK;
}

/* Batch or product, country, day: no two rows are alike in all three. */
static int by_subject(const void *left, const void *right)
{
    const struct assay_rollup_key *a = &((const struct assay_rollup_row *)left)->key;
    const struct assay_rollup_key *b = &((const struct assay_rollup_row *)right)->key;
    if (a->handle != b->handle) {
        return a->handle < b->handle ? -1 : 1;
    }
    int country = strcmp(a->country, b->country);
    return country != 0 ? country : (a->day > b->day) - (a->day < b->day);
}

/* Batch, day, country. */
static int by_period(const void *left, const void *right)
{
    const struct assay_rollup_key *a = &((const struct assay_rollup_row *)left)->key;
    const struct assay_rollup_key *b = &((const struct assay_rollup_row *)right)->key;
    if (a->handle != b->handle) {
        return a->handle < b->handle ? -1 : 1;
    }
    if (a->day != b->day) {
        return a->day < b->day ? -1 : 1;
    }
    return strcmp(a->country, b->country);
}

/* -- findings -- */

struct finding {
    const struct assay_alert_run *run;
    enum assay_error (*visit)(void *context, const struct assay_alert_record *found);
    void *context;
};

/* A whole number of 1/1024, bounded, so that nothing overflows. */
static int64_t measure_of(double value)
{
    return value >= 1e12 ? (int64_t)(1e12 * MEASURE_ONE) : (int64_t)(value * MEASURE_ONE + 0.5);
}

static double of_rule(uint64_t millionths)
{
    return (double)millionths / ONE;
}

/* The end of a period, or the newest scan if that lies before it. */
static int64_t time_of(const struct assay_alert_run *run, int32_t first_day, int32_t days)
{
    int64_t end =
        ((int64_t)first_day + days) * DAY_MS - (int64_t)run->utc_offset_minutes * 60000 - 1;
    return end < run->newest_unix_ms ? end : run->newest_unix_ms;
}

static enum assay_error tell(const struct finding *finding, const struct assay_rollup_key *key,
                             double measure, int32_t days)
{
    const struct assay_alert_run *run = finding->run;
    const struct assay_alert_rule *rule = run->rule;
    struct assay_alert_record alert = {
        .at_unix_ms = time_of(run, key->day, days),
        .kind = rule->kind,
        .day = key->day,
        .measure = measure_of(measure),
        .threshold = measure_of(of_rule(rule->threshold)),
    };
    memcpy(alert.rule, rule->name, sizeof alert.rule);
    memcpy(alert.country, key->country, sizeof alert.country);
    if (rule->kind == ASSAY_ALERT_OUTBREAK) {
        const char *sku = run->facts->sku(run->facts->context, key->handle - 1);
        memcpy(alert.sku, sku, strnlen(sku, sizeof alert.sku - 1));
    } else if (key->handle != 0) {
        alert.handle = key->handle;
        const struct assay_batch_facts *facts = run->facts->batch(run->facts->context, key->handle);
        memcpy(alert.sku, facts->sku, sizeof alert.sku);
    }
    return finding->visit(finding->context, &alert);
}

static bool same_subject(const struct assay_rollup_key *a, const struct assay_rollup_key *b)
{
    return a->handle == b->handle && strcmp(a->country, b->country) == 0;
}

/* How far a week moves the sum of log likelihood ratios. Masses are of scans after an item's first. */
static double step_of(const struct assay_alert_rule *rule, const struct assay_rollup_row *row)
{
    uint64_t scans = row->count[ASSAY_ROLLUP_SCANS];
    uint64_t first = row->count[ASSAY_ROLLUP_FIRST];
    double again = scans > first ? (double)(scans - first) : 0;
    double mass = (double)row->count[ASSAY_ROLLUP_MASS];
    double most = MASS_OF_A_CODE * (double)row->count[ASSAY_ROLLUP_MASS_CAPPED];
    double seen = (mass < most ? mass : most) / MASS_ONE;
    double expected = of_rule(rule->base) * again + of_rule(rule->floor);
    return seen * assay_real_log(of_rule(rule->factor)) - (of_rule(rule->factor) - 1) * expected;
}

/* Weeks of one product and country after another. A week without a row had no scan: the sum falls by
 * what was expected of it. */
static enum assay_error find_outbreaks(const struct finding *finding)
{
    const struct assay_rollup *sums = &finding->run->sums;
    const struct assay_alert_rule *rule = finding->run->rule;
    double above = of_rule(rule->factor) - 1;
    int64_t quiet_until = INT64_MIN;
    double sum = 0;
    for (size_t i = 0; i < sums->count; i++) {
        const struct assay_rollup_row *row = &sums->rows[i];
        bool goes_on = i > 0 && same_subject(&row->key, &row[-1].key);
        double gap = goes_on ? (double)((row->key.day - row[-1].key.day) / WEEK - 1) : 0;
        quiet_until = goes_on ? quiet_until : INT64_MIN;
        sum = goes_on ? sum - gap * above * of_rule(rule->floor) : 0;
        sum = (sum > 0 ? sum : 0) + step_of(rule, row);
        sum = sum > 0 && row->key.day >= quiet_until ? sum : 0;
        if (sum >= of_rule(rule->threshold) && row->count[ASSAY_ROLLUP_SCANS] >= rule->min_count) {
            enum assay_error error = tell(finding, &row->key, sum, WEEK);
            if (error != ASSAY_OK) {
                return error;
            }
            sum = 0;
            quiet_until = (int64_t)row->key.day + rule->window;
        }
    }
    return ASSAY_OK;
}

/* One batch in one window: rows begin..end of sums. */
static enum assay_error find_diversion(const struct finding *finding, size_t begin, size_t end)
{
    const struct assay_rollup_row *rows = finding->run->sums.rows;
    const struct assay_alert_rule *rule = finding->run->rule;
    const struct assay_rollup_row *most = &rows[begin];
    uint64_t scans = 0;
    uint64_t outside = 0;
    for (size_t i = begin; i < end; i++) {
        scans += rows[i].count[ASSAY_ROLLUP_SCANS];
        outside += rows[i].count[ASSAY_ROLLUP_OUTSIDE];
        most = rows[i].count[ASSAY_ROLLUP_OUTSIDE] > most->count[ASSAY_ROLLUP_OUTSIDE] ? &rows[i]
                                                                                       : most;
    }
    double share = scans == 0 ? 0 : (double)outside / (double)scans;
    bool raises = outside > 0 && outside >= rule->min_count && share >= of_rule(rule->threshold);
    return raises ? tell(finding, &most->key, share, (int32_t)rule->window) : ASSAY_OK;
}

static enum assay_error find_diversions(const struct finding *finding)
{
    const struct assay_rollup *sums = &finding->run->sums;
    enum assay_error error = ASSAY_OK;
    for (size_t begin = 0; begin < sums->count && error == ASSAY_OK;) {
        size_t end = begin + 1;
        while (end < sums->count && sums->rows[end].key.handle == sums->rows[begin].key.handle &&
               sums->rows[end].key.day == sums->rows[begin].key.day) {
            end++;
        }
        error = find_diversion(finding, begin, end);
        begin = end;
    }
    return error;
}

static enum assay_error find_pin_attacks(const struct finding *finding)
{
    const struct assay_rollup *sums = &finding->run->sums;
    const struct assay_alert_rule *rule = finding->run->rule;
    enum assay_error error = ASSAY_OK;
    for (size_t i = 0; i < sums->count && error == ASSAY_OK; i++) {
        uint64_t wrong = sums->rows[i].count[ASSAY_ROLLUP_PIN_WRONG];
        uint64_t tries = wrong + sums->rows[i].count[ASSAY_ROLLUP_PIN_RIGHT];
        double share = (double)wrong / (double)tries;
        if (wrong > 0 && wrong >= rule->min_count && share >= of_rule(rule->threshold)) {
            error = tell(finding, &sums->rows[i].key, share, 1);
        }
    }
    return error;
}

/* Requests of the days of the window before a row, of its country: days without a row count 0. */
static uint64_t requests_before(const struct assay_rollup *sums, size_t at, uint32_t window)
{
    const struct assay_rollup_row *row = &sums->rows[at];
    uint64_t sum = 0;
    for (size_t i = at; i > 0 && same_subject(&sums->rows[i - 1].key, &row->key) &&
                        sums->rows[i - 1].key.day >= row->key.day - (int32_t)window;
         i--) {
        sum += sums->rows[i - 1].count[ASSAY_ROLLUP_FORGED];
    }
    return sum;
}

static enum assay_error find_forgeries(const struct finding *finding)
{
    const struct assay_rollup *sums = &finding->run->sums;
    const struct assay_alert_rule *rule = finding->run->rule;
    const struct assay_rollup_key *last = NULL;
    for (size_t i = 0; i < sums->count; i++) {
        const struct assay_rollup_row *row = &sums->rows[i];
        double requests = (double)row->count[ASSAY_ROLLUP_FORGED];
        double usual =
            (double)requests_before(sums, i, rule->window) / rule->window + of_rule(rule->floor);
        bool told =
            last != NULL && same_subject(last, &row->key) && row->key.day - last->day < WEEK;
        if (told || usual <= 0 || row->count[ASSAY_ROLLUP_FORGED] < rule->min_count ||
            requests < usual * of_rule(rule->threshold)) {
            continue;
        }
        enum assay_error error = tell(finding, &row->key, requests / usual, 1);
        if (error != ASSAY_OK) {
            return error;
        }
        last = &row->key;
    }
    return ASSAY_OK;
}

enum assay_error assay_alert_run_each(
    struct assay_alert_run *run,
    enum assay_error (*visit)(void *context, const struct assay_alert_record *found), void *context)
{
    const struct finding finding = {run, visit, context};
    bool diversion = run->rule->kind == ASSAY_ALERT_DIVERSION;
    if (run->sums.count > 1) {
        qsort(run->sums.rows, run->sums.count, sizeof *run->sums.rows,
              diversion ? by_period : by_subject);
    }
    switch (run->rule->kind) {
    case ASSAY_ALERT_OUTBREAK:
        return find_outbreaks(&finding);
    case ASSAY_ALERT_DIVERSION:
        return find_diversions(&finding);
    case ASSAY_ALERT_PIN_ATTACK:
        return find_pin_attacks(&finding);
    case ASSAY_ALERT_FORGERY:
        return find_forgeries(&finding);
    default:
        return ASSAY_OK;
    }
}
