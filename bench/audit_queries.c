// SPDX-License-Identifier: Apache-2.0
/* How long does each view of the dashboard take after a hundred million scans?
 *
 *   bench_audit_queries DIR [ROUNDS [COUNTRIES]]     20 rounds, 10 countries; DIR is made
 *
 * A year of 10^8 scans of 20 products, 200 batches and 40 regions as roll-ups: each day x batch x region
 * has its share, written by the state's own writer as a checkpoint would (every scan by itself would take
 * minutes and tell nothing more of reading). 100,000 suspicious items, the first 2,000 of them with
 * scans in the ledger. Then every view by assay_office_run, as the verifier's worker calls it, with JSON
 * made: median and 99th percentile in ms, by the clock and by the thread's processor time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/office.h"
#include "core/office_audit_ground.h"
#include "core/state_rollup.h"
#include "core/store_private.h"

#define DAYS 365
#define PRODUCTS 20u
#define BATCHES 200u
#define REGIONS 40u
#define SCANS 100000000ull
#define SUSPECTS 100000u
#define SCANNED 2000u
#define SCANS_OF_ONE 12u
#define ITEMS 500000u
#define FIRST_DAY 20454 /* 2026-01-01 */
#define DAY_MS 86400000ll
#define ROUNDS_MAX 1000u

struct bench {
    struct assay_store_options options;
    struct assay_store *store;
    struct assay_store_session *session;
    uint64_t random;
    unsigned countries;
    unsigned rounds;
    bool forgets; /* nothing is kept from query to query, as just after an import */
    struct assay_audit_kept kept;
};

static void must(enum assay_error error, const struct assay_reason *reason)
{
    if (error != ASSAY_OK) {
        fprintf(stderr, "bench_audit_queries: %s: %s\n", assay_error_name(error), reason->text);
        exit(1);
    }
}

/* SplitMix64. */
static uint64_t next_random(struct bench *bench)
{
    uint64_t z = bench->random += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

/* -- the store -- */

static void put(struct bench *bench, const struct assay_record *record)
{
    struct assay_reason reason = {""};
    uint64_t position = 0;
    must(assay_store_put(bench->session, record, &position, &reason), &reason);
}

static void create_catalog(struct bench *bench)
{
    for (unsigned i = 1; i <= PRODUCTS; i++) {
        struct assay_record record = {.type = ASSAY_RECORD_PRODUCT};
        record.product.at_unix_ms = FIRST_DAY * DAY_MS;
        snprintf(record.product.sku, sizeof record.product.sku, "SKU-%02u", i);
        put(bench, &record);
    }
    for (unsigned i = 1; i <= BATCHES; i++) {
        struct assay_record record = {.type = ASSAY_RECORD_BATCH};
        struct assay_batch *batch = &record.batch.batch;
        *batch = (struct assay_batch){
            .handle = i, .count = ITEMS, .expires_on = ASSAY_DAY_NONE, .lot = "L", .market = "CN"};
        snprintf(batch->sku, sizeof batch->sku, "SKU-%02u", i % PRODUCTS + 1);
        put(bench, &record);
        record = (struct assay_record){.type = ASSAY_RECORD_MOVE};
        record.move = (struct assay_move_record){.handle = i, .move = ASSAY_MOVE_ACTIVATE};
        record.move.range.last = ITEMS - 1;
        put(bench, &record);
    }
}

static void create_store(struct bench *bench)
{
    struct assay_reason reason = {""};
    struct assay_brand_record brand = {
        .at_unix_ms = FIRST_DAY * DAY_MS, .name = "Bench", .host = "http://127.0.0.1"};
    must(assay_store_create(&bench->options, &brand, &reason), &reason);
    must(assay_store_open(&bench->options, &bench->store, &reason), &reason);
    must(assay_store_session_open(bench->store, &bench->session), &reason);
    create_catalog(bench);
}

/* Region 0 is the first country's; those of one country follow one another. */
static void name_region(const struct bench *bench, unsigned region, char country[3], char code[7])
{
    unsigned of = region * bench->countries / REGIONS;
    country[0] = (char)('A' + of / 26);
    country[1] = (char)('A' + of % 26);
    country[2] = '\0';
    snprintf(code, 7, "%.2s-%u", country, region % 100);
}

static uint64_t suspect_item(unsigned number)
{
    return assay_item_key_of(number % BATCHES + 1, number / BATCHES);
}

/* Scans of the first suspects, whose rows the view of codes reads from the ledger. */
static void scan_suspects(struct bench *bench)
{
    for (unsigned i = 0; i < SCANNED * SCANS_OF_ONE; i++) {
        struct assay_scan_request request = {.at_unix_ms = FIRST_DAY * DAY_MS + i,
                                             .device = next_random(bench) | 1,
                                             .scan_id_given = true};
        struct assay_scan_answer answer;
        struct assay_scan_group group = {.count = 1, .requests = {&request}, .answers = {&answer}};
        uint64_t item = suspect_item(i % SCANNED);
        uint64_t id[2] = {next_random(bench), next_random(bench)};
        char country[3];
        char region[7];
        request.batch = assay_store_batch_facts(bench->store, assay_item_key_handle(item));
        request.index = assay_item_key_index(item);
        memcpy(request.scan_id, id, sizeof request.scan_id);
        name_region(bench, (unsigned)(next_random(bench) % REGIONS), country, region);
        assay_place_set(&request.place, country, region, "");
        const struct assay_reason reason = {"a scan failed"};
        must(assay_store_scan(bench->session, &group), &reason);
    }
    const struct assay_reason reason = {"a checkpoint failed"};
    must(assay_store_checkpoint(bench->store), &reason);
}

/* -- evidence -- */

#define PURCHASES 400
#define WEEKS 52

static void import(struct bench *bench, const char *command, const char *csv)
{
    static const struct assay_actor actor = {.scopes = ASSAY_SCOPE_ADMIN, .name = "bench"};
    struct assay_office office = {
        .dir = bench->options.dir, .store = bench->store, .session = bench->session};
    json_t *params = json_pack("{s:s}", "csv", csv);
    const struct assay_office_request request = {.command = command,
                                                 .params = params,
                                                 .actor = &actor,
                                                 .now_unix_ms = (FIRST_DAY + DAYS) * DAY_MS};
    struct assay_reason reason = {""};
    json_t *result = NULL;
    must(assay_office_run(&office, &request, &result, &reason), &reason);
    json_decref(result);
    json_decref(params);
}

/* Sales of every product, region and week; purchases by chance. */
static void import_evidence(struct bench *bench)
{
    char *csv = NULL;
    size_t size = 0;
    char country[3];
    char region[7];
    FILE *file = open_memstream(&csv, &size);
    assay_assert(file != NULL);
    fputs("sku,region,week,units\n", file);
    for (unsigned i = 0; i < PRODUCTS * REGIONS * WEEKS; i++) {
        name_region(bench, i / PRODUCTS % REGIONS, country, region);
        fprintf(file, "SKU-%02u,%s,2026-W%02u,%u\n", i % PRODUCTS + 1, region,
                i / PRODUCTS / REGIONS + 1, 2000 + (unsigned)(next_random(bench) % 1000));
    }
    fclose(file);
    import(bench, "sales.import", csv);
    free(csv);
    file = open_memstream(&csv, &size);
    assay_assert(file != NULL);
    fputs("time_ms,sku,region,code,is_fake\n", file);
    for (unsigned i = 0; i < PURCHASES; i++) {
        name_region(bench, (unsigned)(next_random(bench) % REGIONS), country, region);
        fprintf(file, "%lld,SKU-%02u,%s,,%d\n", (long long)(FIRST_DAY * DAY_MS + i * 3600000ll),
                i % PRODUCTS + 1, region, next_random(bench) % 10 == 0);
    }
    fclose(file);
    import(bench, "test-purchase.import", csv);
    free(csv);
}

/* -- the roll-ups -- */

static void fill_counts(struct bench *bench, uint64_t count[ASSAY_ROLLUP_COUNT])
{
    uint64_t mean = SCANS / (DAYS * BATCHES * REGIONS);
    uint64_t scans = 1 + next_random(bench) % (2 * mean);
    count[ASSAY_ROLLUP_SCANS] = scans;
    count[ASSAY_ROLLUP_FIRST] = scans / 2;
    count[ASSAY_ROLLUP_MASS] = scans * (next_random(bench) % 4000);
    count[ASSAY_ROLLUP_MASS_CAPPED] = count[ASSAY_ROLLUP_MASS] / 2;
    count[ASSAY_ROLLUP_NO_DEVICE] = scans / 9;
    count[ASSAY_ROLLUP_OUTSIDE] = scans / 7;
    count[ASSAY_ROLLUP_CHECK] = scans / 50;
    count[ASSAY_ROLLUP_PREVIEW] = scans / 30;
    count[ASSAY_ROLLUP_VERDICTS + ASSAY_VERDICT_GENUINE] = scans / 2;
    count[ASSAY_ROLLUP_VERDICTS + ASSAY_VERDICT_GENUINE_SEEN] = scans - scans / 2;
}

static void fill_day(struct bench *bench, int32_t day, struct assay_rollup *rollup)
{
    const struct assay_reason reason = {"no memory"};
    for (uint32_t handle = 1; handle <= BATCHES; handle++) {
        for (unsigned region = 0; region < REGIONS; region++) {
            uint64_t count[ASSAY_ROLLUP_COUNT] = {0};
            struct assay_rollup_key key = {
                .kind = ASSAY_ROLLUP_WEEK, .day = assay_rollup_monday(day), .handle = handle};
            name_region(bench, region, key.country, key.region);
            fill_counts(bench, count);
            must(assay_rollup_merge(rollup, &key, count), &reason);
            key.kind = ASSAY_ROLLUP_DAY;
            key.day = day;
            memset(key.region, 0, sizeof key.region);
            must(assay_rollup_merge(rollup, &key, count), &reason);
        }
    }
}

static void fill_suspects(struct bench *bench, struct assay_rollup *rollup)
{
    rollup->suspects = calloc(SUSPECTS, sizeof *rollup->suspects);
    assay_assert(rollup->suspects != NULL);
    for (unsigned i = 0; i < SUSPECTS; i++) {
        rollup->suspects[i] = (struct assay_rollup_suspect){
            .item = suspect_item(i),
            .at_unix_ms = (FIRST_DAY + (int64_t)(next_random(bench) % DAYS)) * DAY_MS,
            .score = i < SCANNED ? 20000 : (int32_t)(next_random(bench) % 16384),
            .level = i < SCANNED ? ASSAY_RISK_CLONED : ASSAY_RISK_CHECK + next_random(bench) % 2};
    }
    rollup->suspect_count = SUSPECTS;
}

static double wall_s(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Thirteen weeks a transaction. */
static void fill(struct bench *bench)
{
    const struct assay_reason reason = {"the roll-ups cannot be written"};
    struct assay_rollup_meta meta;
    must(assay_store_rollup_begin(bench->session, &meta), &reason);
    assay_store_rollup_end(bench->session);
    double began = wall_s(CLOCK_PROCESS_CPUTIME_ID);
    for (int32_t first = 0; first < DAYS; first += 91) {
        struct assay_rollup rollup;
        assay_rollup_init(&rollup, NULL, 0);
        for (int32_t day = first; day < first + 91 && day < DAYS; day++) {
            fill_day(bench, FIRST_DAY + day, &rollup);
        }
        if (first == 0) {
            fill_suspects(bench, &rollup);
        }
        assay_rollup_sort(&rollup);
        meta.at_unix_ms = (FIRST_DAY + DAYS) * DAY_MS;
        struct assay_state_writer *writer = assay_state_write_begin(bench->store->state);
        must(assay_state_put_rollup(writer, &rollup, &meta), &reason);
        assay_state_commit(writer);
        assay_rollup_deinit(&rollup);
    }
    printf("filled in %.1f s of processor time\n", wall_s(CLOCK_PROCESS_CPUTIME_ID) - began);
}

/* -- the queries -- */

#define FILTERS                                                                                    \
    "", "\"from\":\"2026-02-10\",\"to\":\"2026-12-16\"", "\"sku\":\"SKU-07\"",                     \
        "\"handle\":\"%s\"", "\"country\":\"AA\"", "\"country\":\"AA\",\"region\":\"AA-0\"",       \
        "\"region\":\"AA-0\"",                                                                     \
        "\"from\":\"2026-02-10\",\"to\":\"2026-12-16\",\"sku\":\"SKU-07\",\"country\":\"AA\""

static const char *const filters[] = {FILTERS};
static const char *const views[][2] = {
    {"audit.overview", ""},
    {"audit.series", "\"bucket\":\"week\""},
    {"audit.series", "\"bucket\":\"day\""},
    {"audit.regions", "\"by\":\"country\""},
    {"audit.regions", "\"by\":\"region\""},
    {"audit.products", ""},
    {"audit.batches", ""},
    {"audit.codes", "\"limit\":500"},
    {"audit.alerts", ""},
};

static void run(struct bench *bench, const char *command, const json_t *params)
{
    static const struct assay_actor actor = {.scopes = ASSAY_SCOPE_READ, .name = "bench"};
    struct assay_office office = {.dir = bench->options.dir,
                                  .store = bench->store,
                                  .session = bench->session,
                                  .audit_kept = bench->forgets ? NULL : &bench->kept};
    const struct assay_office_request request = {.command = command,
                                                 .params = params,
                                                 .actor = &actor,
                                                 .now_unix_ms = (FIRST_DAY + DAYS) * DAY_MS};
    struct assay_reason reason = {""};
    json_t *result = NULL;
    must(assay_office_run(&office, &request, &result, &reason), &reason);
    char *text = json_dumps(result, JSON_COMPACT | JSON_REAL_PRECISION(12));
    assay_assert(text != NULL);
    free(text);
    json_decref(result);
}

static int compare_times(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Returns the 99th percentile of processor time, in ms. */
static double time_query(struct bench *bench, const char *command, const char *params)
{
    static double times[2][ROUNDS_MAX];
    json_t *json = json_loads(params, 0, NULL);
    assay_assert(json != NULL);
    run(bench, command, json); /* what is read comes to the page cache */
    for (unsigned i = 0; i < bench->rounds; i++) {
        double wall = wall_s(CLOCK_MONOTONIC);
        double processor = wall_s(CLOCK_THREAD_CPUTIME_ID);
        run(bench, command, json);
        times[0][i] = 1e3 * (wall_s(CLOCK_MONOTONIC) - wall);
        times[1][i] = 1e3 * (wall_s(CLOCK_THREAD_CPUTIME_ID) - processor);
    }
    json_decref(json);
    for (int i = 0; i < 2; i++) {
        qsort(times[i], bench->rounds, sizeof times[i][0], compare_times);
    }
    unsigned last = bench->rounds * 99 / 100;
    printf("%-15s %-80s %8.2f %8.2f %8.2f %8.2f\n", command, params, times[0][bench->rounds / 2],
           times[0][last], times[1][bench->rounds / 2], times[1][last]);
    return times[1][last];
}

static double time_views(struct bench *bench)
{
    bench->forgets = true;
    double worst = time_query(bench, "audit.overview", "{}");
    bench->forgets = false;
    puts("that was just after an import");
    double about = time_query(bench, "audit.about", "{}");
    worst = about > worst ? about : worst;
    char handle[ASSAY_HANDLE_SIZE];
    assay_handle_format(7, handle);
    for (size_t i = 0; i < ASSAY_COUNT_OF(views); i++) {
        for (size_t j = 0; j < ASSAY_COUNT_OF(filters); j++) {
            char filter[128];
            char params[192];
            const char *name = strstr(filters[j], "%s");
            int head = name == NULL ? (int)strlen(filters[j]) : (int)(name - filters[j]);
            snprintf(filter, sizeof filter, "%.*s%s%s", head, filters[j],
                     name == NULL ? "" : handle, name == NULL ? "" : name + 2);
            snprintf(params, sizeof params, "{%s%s%s}", views[i][1],
                     views[i][1][0] != '\0' && filter[0] != '\0' ? "," : "", filter);
            double time = time_query(bench, views[i][0], params);
            worst = time > worst ? time : worst;
        }
    }
    return worst;
}

int main(int argc, char **argv)
{
    static struct bench bench = {.random = 1};
    bench.rounds = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 20;
    bench.countries = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 10;
    if (argc < 2 || bench.rounds < 1 || bench.rounds > ROUNDS_MAX || bench.countries < 1 ||
        bench.countries > REGIONS) {
        fprintf(stderr,
                "usage: bench_audit_queries DIR [ROUNDS [COUNTRIES]]   COUNTRIES 1 to 40\n");
        return 2;
    }
    bench.options = (struct assay_store_options){.dir = argv[1], .no_checkpointer = true};
    create_store(&bench);
    import_evidence(&bench);
    scan_suspects(&bench);
    fill(&bench);
    struct assay_state_size size;
    struct assay_state_reader *reader = NULL;
    const struct assay_reason reason = {"the state cannot be read"};
    must(assay_state_reader_open(bench.store->state, &reader), &reason);
    must(assay_state_begin(reader), &reason);
    must(assay_state_size(reader, &size), &reason);
    assay_state_reader_close(reader);
    printf("%u countries, state of %.0f MB, %u rounds\n", bench.countries,
           (double)size.file_bytes / 1e6, bench.rounds);
    printf("%-96s %8s %8s %8s %8s\n", "ms", "median", "p99", "cpu", "cpu p99");
    double worst = time_views(&bench);
    printf("worst p99 by processor time %.2f ms\n", worst);
    assay_audit_kept_deinit(&bench.kept);
    assay_store_session_close(bench.session);
    return worst < 100 ? 0 : 1; /* the store is left as it is: closing it would fold once more */
}
