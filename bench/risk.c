// SPDX-License-Identifier: Apache-2.0
/* What does risk cost a scan? Straight against core/store.h.
 *
 *   bench_risk DIR [SCANS]     of each kind, 400,000; DIR is made; remove it afterwards
 *
 * Groups of 256 scans, in turns with risk and without: the calls that lead to it are wrapped by the
 * linker (bench/CMakeLists.txt), so that the store itself knows nothing of it. Processor time of the
 * thread, which other programs do not disturb as much as the clock. First scans of items of 1,000
 * batches, each sold in the ten cities of one of 30 countries, one scan of sixteen from abroad; then
 * later scans of the same items, each by a device never seen, from another of its cities mostly; then
 * later scans by devices that the items know.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/item.h"
#include "core/store_private.h"

#define GROUP 256u
#define BATCHES 1000u
#define COUNTRIES 30u
#define CITIES 10u /* of each country */
#define EPOCH_MS 1767225600000ll
#define HOUR_MS 3600000ll

static bool with_risk = true;

/* -- the wrapped calls -- */

struct assay_item_scene __real_assay_store_scene(const struct assay_store *store,
                                                 const struct assay_batch_facts *facts,
                                                 const struct assay_place *place);
void __real_assay_item_weigh_scan(struct assay_item *item, const struct assay_scan_record *scan,
                                  const struct assay_item_scene *scene, struct assay_risk *risk);
enum assay_error __real_assay_store_take_cells(struct assay_store *store,
                                               const struct assay_batch_facts *facts,
                                               const struct assay_scan_record *scan,
                                               uint64_t position);

struct assay_item_scene __wrap_assay_store_scene(const struct assay_store *store,
                                                 const struct assay_batch_facts *facts,
                                                 const struct assay_place *place);
void __wrap_assay_item_weigh_scan(struct assay_item *item, const struct assay_scan_record *scan,
                                  const struct assay_item_scene *scene, struct assay_risk *risk);
enum assay_error __wrap_assay_store_take_cells(struct assay_store *store,
                                               const struct assay_batch_facts *facts,
                                               const struct assay_scan_record *scan,
                                               uint64_t position);

struct assay_item_scene __wrap_assay_store_scene(const struct assay_store *store,
                                                 const struct assay_batch_facts *facts,
                                                 const struct assay_place *place)
{
    return with_risk ? __real_assay_store_scene(store, facts, place) : (struct assay_item_scene){0};
}

void __wrap_assay_item_weigh_scan(struct assay_item *item, const struct assay_scan_record *scan,
                                  const struct assay_item_scene *scene, struct assay_risk *risk)
{
    if (with_risk) {
        __real_assay_item_weigh_scan(item, scan, scene, risk);
    } else {
        *risk = (struct assay_risk){.level = ASSAY_RISK_LOW};
    }
}

enum assay_error __wrap_assay_store_take_cells(struct assay_store *store,
                                               const struct assay_batch_facts *facts,
                                               const struct assay_scan_record *scan,
                                               uint64_t position)
{
    return with_risk ? __real_assay_store_take_cells(store, facts, scan, position) : ASSAY_OK;
}

void __real_assay_store_prefetch(const struct assay_store *store,
                                 const struct assay_scan_request *request, bool again);
void __wrap_assay_store_prefetch(const struct assay_store *store,
                                 const struct assay_scan_request *request, bool again);

void __wrap_assay_store_prefetch(const struct assay_store *store,
                                 const struct assay_scan_request *request, bool again)
{
    if (with_risk) {
        __real_assay_store_prefetch(store, request, again);
    }
}

/* -- the store -- */

struct bench {
    struct assay_store_options options;
    struct assay_store *store;
    struct assay_store_session *session;
    uint64_t random;
    uint64_t scans; /* so far */
    uint32_t count; /* of each kind */
    struct assay_scan_request requests[GROUP];
    struct assay_scan_answer answers[GROUP];
    struct assay_scan_group group;
    uint64_t *device; /* of each item's first scan */
};

struct side {
    uint64_t ns;
    uint64_t scans;
};

static void must(enum assay_error error, const struct assay_reason *reason)
{
    if (error != ASSAY_OK) {
        fprintf(stderr, "bench_risk: %s: %s\n", assay_error_name(error), reason->text);
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

static void put(struct bench *bench, const struct assay_record *record)
{
    struct assay_reason reason = {""};
    uint64_t position = 0;
    must(assay_store_put(bench->session, record, &position, &reason), &reason);
}

static uint32_t items_per_batch(const struct bench *bench)
{
    return bench->count / BATCHES + 1;
}

static void create_store(struct bench *bench)
{
    struct assay_reason reason = {""};
    struct assay_brand_record brand = {
        .at_unix_ms = EPOCH_MS, .name = "Risk", .host = "http://127.0.0.1"};
    must(assay_store_create(&bench->options, &brand, &reason), &reason);
    must(assay_store_open(&bench->options, &bench->store, &reason), &reason);
    must(assay_store_session_open(bench->store, &bench->session), &reason);
    struct assay_record record = {.type = ASSAY_RECORD_PRODUCT};
    record.product = (struct assay_product_record){.at_unix_ms = EPOCH_MS, .sku = "R"};
    put(bench, &record);
    for (uint32_t batch = 1; batch <= BATCHES; batch++) {
        memset(&record, 0, sizeof record);
        record.type = ASSAY_RECORD_BATCH;
        record.batch.batch = (struct assay_batch){.handle = batch,
                                                  .count = items_per_batch(bench),
                                                  .expires_on = ASSAY_DAY_NONE,
                                                  .sku = "R",
                                                  .lot = "L",
                                                  .market = "AA"};
        put(bench, &record);
        memset(&record, 0, sizeof record);
        record.type = ASSAY_RECORD_MOVE;
        record.move = (struct assay_move_record){.handle = batch, .move = ASSAY_MOVE_ACTIVATE};
        record.move.range.last = items_per_batch(bench) - 1;
        put(bench, &record);
    }
}

/* -- scans -- */

static void from_somewhere(struct bench *bench, struct assay_scan_request *request)
{
    uint64_t draw = next_random(bench);
    bool abroad = draw >> 60 == 0;
    unsigned country = (abroad ? (unsigned)draw : request->batch->handle) % COUNTRIES;
    unsigned city = (unsigned)(draw / COUNTRIES % CITIES);
    const char code[] = {(char)('A' + country / 26), (char)('A' + country % 26), '\0'};
    char region[8];
    char name[16];
    snprintf(region, sizeof region, "%.2s-%u", code, city / 3);
    snprintf(name, sizeof name, "City %u", city);
    assay_place_set(&request->place, code, region, name);
    request->position = (struct assay_position){(int16_t)(country * 20 - 300 + city * 4),
                                                (int16_t)(country * 100 - 1500 + city * 9), 20};
}

enum kind { FIRST, STRANGER, OWNER, KINDS };

static void ask(struct bench *bench, uint32_t slot, uint32_t item, enum kind kind)
{
    struct assay_scan_request *request = &bench->requests[slot];
    memset(request, 0, sizeof *request);
    uint32_t handle = item % BATCHES + 1;
    request->batch = assay_store_batch_facts(bench->store, handle);
    request->index = item / BATCHES;
    request->at_unix_ms = EPOCH_MS + kind * 30 * 24 * HOUR_MS + (int64_t)bench->scans++;
    request->device = next_random(bench) | 1;
    request->scan_id_given = true;
    request->net = ASSAY_NET_MOBILE;
    if (kind == FIRST) {
        bench->device[item] = request->device;
    } else if (kind == OWNER) {
        request->device = bench->device[item];
    }
    uint64_t id[2] = {next_random(bench), next_random(bench)};
    memcpy(request->scan_id, id, sizeof request->scan_id);
    from_somewhere(bench, request);
}

static uint64_t thread_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void run(struct bench *bench, enum kind kind, struct side sides[2])
{
    uint32_t asked = 0;
    bool on = false;
    while (asked < bench->count) {
        uint32_t wanted = bench->count - asked < GROUP ? bench->count - asked : GROUP;
        for (uint32_t slot = 0; slot < wanted; slot++) {
            ask(bench, slot, asked + slot, kind);
        }
        bench->group.count = wanted;
        with_risk = on;
        uint64_t began_ns = thread_ns();
        struct assay_reason reason = {"the store failed"};
        must(assay_store_scan(bench->session, &bench->group), &reason);
        sides[on].ns += thread_ns() - began_ns;
        sides[on].scans += wanted;
        asked += wanted;
        on = !on;
    }
}

int main(int argc, char **argv)
{
    static struct bench bench = {.random = 1};
    bench.count = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 400000;
    if (argc < 2 || bench.count < BATCHES || bench.count > ASSAY_OVERLAY_ITEMS / 2) {
        fprintf(stderr, "usage: bench_risk DIR [SCANS]   SCANS 1000 to 524288\n");
        return 2;
    }
    bench.options = (struct assay_store_options){.dir = argv[1], .no_checkpointer = true};
    bench.device = calloc(bench.count, sizeof *bench.device);
    assay_assert(bench.device != NULL);
    for (uint32_t i = 0; i < GROUP; i++) {
        bench.group.requests[i] = &bench.requests[i];
        bench.group.answers[i] = &bench.answers[i];
    }
    create_store(&bench);
    static const char *const names[KINDS] = {"first", "stranger", "owner"};
    printf("kind      with us  without us  risk us  speed kept\n");
    for (int kind = FIRST; kind < KINDS; kind++) {
        struct side sides[2] = {{0}};
        run(&bench, (enum kind)kind, sides);
        double with = (double)sides[1].ns / (double)sides[1].scans / 1e3;
        double without = (double)sides[0].ns / (double)sides[0].scans / 1e3;
        printf("%-8s %8.3f %11.3f %8.3f %11.3f\n", names[kind], with, without, with - without,
               without / with);
    }
    assay_store_session_close(bench.session);
    return 0; /* the store is left as it is: closing it would fold what is not measured */
}
