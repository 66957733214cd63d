// SPDX-License-Identifier: Apache-2.0
#include "tests/support/world.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A test's own set-up must not fail. */
static void must(enum assay_error error, const struct assay_reason *reason)
{
    if (error != ASSAY_OK) {
        fprintf(stderr, "world: %s: %s\n", assay_error_name(error), reason->text);
        abort();
    }
}

uint64_t world_random(uint64_t *seed)
{
    uint64_t z = (*seed += 0x9E3779B97F4A7C15ull);
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ z >> 27) * 0x94D049BB133111EBull;
    return z ^ z >> 31;
}

void world_open(struct world *world)
{
    struct assay_reason reason = {""};
    must(assay_store_open(&world->options, &world->store, &reason), &reason);
    must(assay_store_session_open(world->store, &world->session), &reason);
}

void world_close(struct world *world)
{
    assay_store_session_close(world->session);
    assay_store_close(world->store);
    world->session = NULL;
    world->store = NULL;
}

void world_create(struct world *world, uint32_t overlay_items, bool keeper)
{
    *world = (struct world){.dir = "/tmp/assay-test-XXXXXX"};
    if (mkdtemp(world->dir) == NULL) {
        abort();
    }
    world->options = (struct assay_store_options){
        .dir = world->dir,
        .overlay_items = overlay_items,
        .no_checkpointer = !keeper,
        .segment_bytes = ASSAY_LEDGER_SEGMENT_BYTES_MIN * 4,
        .reserve_bytes = 1,
    };
    struct assay_reason reason = {""};
    struct assay_brand_record brand = {
        .at_unix_ms = WORLD_EPOCH_MS, .name = "Test", .host = "http://127.0.0.1"};
    must(assay_store_create(&world->options, &brand, &reason), &reason);
    world_open(world);
    struct assay_record record = {.type = ASSAY_RECORD_PRODUCT};
    record.product = (struct assay_product_record){
        .at_unix_ms = WORLD_EPOCH_MS, .sku = "P", .name_en = "Product", .name_zh = "Product"};
    record.product.terms = (struct assay_warranty_terms){3, 2};
    uint64_t position = 0;
    must(assay_store_put(world->session, &record, &position, &reason), &reason);
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
    (void)status;
    (void)type;
    (void)ftw;
    return remove(path);
}

void world_remove(struct world *world)
{
    world_close(world);
    nftw(world->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

const struct assay_batch_facts *world_batch(struct world *world, uint32_t handle, uint32_t count,
                                            uint32_t flags)
{
    struct assay_record record = {.type = ASSAY_RECORD_BATCH};
    record.batch.at_unix_ms = WORLD_EPOCH_MS;
    record.batch.batch = (struct assay_batch){.handle = handle,
                                              .count = count,
                                              .flags = flags,
                                              .expires_on = ASSAY_DAY_NONE,
                                              .created_at_unix_ms = WORLD_EPOCH_MS,
                                              .sku = "P"};
    struct assay_reason reason = {""};
    uint64_t position = 0;
    must(assay_store_put(world->session, &record, &position, &reason), &reason);
    return assay_store_batch_facts(world->store, handle);
}

enum assay_error world_move(struct world *world, uint32_t handle, enum assay_batch_move move,
                            uint32_t first, uint32_t last)
{
    struct assay_record record = {.type = ASSAY_RECORD_MOVE};
    record.move = (struct assay_move_record){.at_unix_ms = WORLD_EPOCH_MS,
                                             .handle = handle,
                                             .move = move,
                                             .range = {first, last},
                                             .reason_text = "because"};
    struct assay_reason reason;
    uint64_t position = 0;
    return assay_store_put(world->session, &record, &position, &reason);
}

static void random_table(uint64_t *seed, struct assay_risk_table *table)
{
    *table = *assay_risk_table_default();
    table->is_default = false;
    table->version++;
    int32_t threshold = 0;
    for (int i = 0; i < ASSAY_RISK_THRESHOLDS; i++) {
        threshold += (int32_t)(world_random(seed) % 1500);
        table->thresholds[i] = threshold;
    }
    for (int i = 0; i < ASSAY_RISK_WEIGHTS; i++) {
        table->weights[i] += (int32_t)(world_random(seed) % 64);
    }
    for (int i = 0; i < ASSAY_RISK_KINDS; i++) {
        table->llr[i] = (int16_t)(world_random(seed) % 4096 - 1024);
    }
}

void world_calibrate(struct world *world, uint64_t *seed, int64_t at_unix_ms)
{
    struct assay_risk_table table;
    uint8_t data[ASSAY_RISK_TABLE_BYTES];
    random_table(seed, &table);
    assay_risk_table_encode(&table, data);
    struct assay_record record = {.type = ASSAY_RECORD_CALIBRATION};
    record.calibration = (struct assay_calibration_record){
        .at_unix_ms = at_unix_ms, .actor = "test", .table = {data, sizeof data}};
    struct assay_reason reason = {""};
    uint64_t position = 0;
    must(assay_store_put(world->session, &record, &position, &reason), &reason);
    if (memcmp(assay_store_risk_table(world->store)->llr, table.llr, sizeof table.llr) != 0) {
        abort();
    }
}

struct assay_scan_request world_request(const struct assay_batch_facts *batch, uint32_t index,
                                        uint64_t device, int64_t at_unix_ms)
{
    struct assay_scan_request request = {
        .batch = batch,
        .index = index,
        .at_unix_ms = at_unix_ms,
        .device = device,
        .position = {ASSAY_POSITION_NONE, ASSAY_POSITION_NONE, 0},
        .scan_id_given = true,
    };
    assay_bytes_random(request.scan_id, sizeof request.scan_id);
    return request;
}

enum assay_error world_scan(struct world *world, const struct assay_scan_request *request,
                            struct assay_scan_answer *answer)
{
    struct assay_scan_group group = {.count = 1};
    group.requests[0] = request;
    group.answers[0] = answer;
    return assay_store_scan(world->session, &group);
}
