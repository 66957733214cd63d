// SPDX-License-Identifier: Apache-2.0
#include "tests/loopback/scans/fake_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct assay_store_session {
    struct assay_store *store;
};

void fake_store_init(struct assay_store *store)
{
    memset(store, 0, sizeof *store);
    snprintf(store->brand.name, sizeof store->brand.name, "%s", "Test \"Brand\"");
    snprintf(store->brand.host, sizeof store->brand.host, "%s", "http://brand.test");
    snprintf(store->product.value.sku, sizeof store->product.value.sku, "%s", "P");
    snprintf(store->product.value.gtin, sizeof store->product.value.gtin, "%s", "06901234567892");
    snprintf(store->product.value.name_zh, sizeof store->product.value.name_zh, "%s", "移动电源");
    snprintf(store->product.value.name_en, sizeof store->product.value.name_en, "%s",
             "Power \\ bank");
    store->product.value.terms = (struct assay_warranty_terms){3, 2};
    store->batches[0] = (struct assay_batch_facts){.handle = FAKE_HANDLE,
                                                   .count = FAKE_ITEMS,
                                                   .flags = ASSAY_BATCH_HAS_PIN,
                                                   .slot = 0,
                                                   .expires_on = 20820,
                                                   .sku = "P",
                                                   .lot = "L1"};
    store->batches[1] = store->batches[0];
    store->batches[1].handle = FAKE_HANDLE_BARE;
    store->batches[1].flags = 0;
    store->batches[1].slot = 1;
    store->batches[1].expires_on = ASSAY_DAY_NONE;
    store->batches[2] = store->batches[1];
    store->batches[2].handle = FAKE_HANDLE_OFFLINE;
    store->batches[2].flags = ASSAY_BATCH_IS_OFFLINE;
    store->batches[2].slot = 2;
}

enum assay_error assay_store_session_open(struct assay_store *store,
                                          struct assay_store_session **session)
{
    *session = malloc(sizeof **session);
    assay_assert(*session != NULL);
    (*session)->store = store;
    return ASSAY_OK;
}

void assay_store_session_close(struct assay_store_session *session)
{
    free(session);
}

const struct assay_batch_facts *assay_store_batch_facts(const struct assay_store *store,
                                                        uint32_t handle)
{
    for (size_t i = 0; i < ASSAY_COUNT_OF(store->batches); i++) {
        if (store->batches[i].handle == handle) {
            return &store->batches[i];
        }
    }
    return NULL;
}

const struct assay_brand_record *assay_store_brand(const struct assay_store *store)
{
    return &store->brand;
}

const struct assay_product *assay_store_product(const struct assay_store *store, const char *sku)
{
    return strcmp(sku, store->product.value.sku) == 0 ? &store->product : NULL;
}

const struct assay_place *assay_store_place(const struct assay_store *store, uint32_t place)
{
    static const struct assay_place places[] = {{"", "", ""}, {"CN", "CN-GD", "Shen\"zhen"}};
    (void)store;
    return &places[place < ASSAY_COUNT_OF(places) ? place : 0];
}

static enum assay_verdict verdict_of(const struct assay_scan_request *request, uint32_t number)
{
    if (request->foreign_gtin) {
        return ASSAY_VERDICT_NOT_ISSUED;
    }
    if (request->pin == ASSAY_PIN_WRONG) {
        return ASSAY_VERDICT_PIN_WRONG;
    }
    if (request->foreign_lot) {
        return ASSAY_VERDICT_SUSPECT;
    }
    if (request->pin == ASSAY_PIN_RIGHT) {
        return ASSAY_VERDICT_CONFIRMED;
    }
    return number == 1 ? ASSAY_VERDICT_GENUINE : ASSAY_VERDICT_GENUINE_SEEN;
}

static void answer_one(struct assay_store *store, const struct assay_scan_request *request,
                       struct assay_scan_answer *answer)
{
    assay_assert(request->index < FAKE_ITEMS);
    uint8_t *id = store->ids[request->index];
    uint32_t *number = &store->numbers[request->index];
    memset(answer, 0, sizeof *answer);
    answer->error = store->answer_error;
    answer->retry_after_ms = 2500;
    answer->repetition = *number > 0 && memcmp(id, request->scan_id, ASSAY_SCAN_ID_LEN) == 0;
    *number += !answer->repetition;
    memcpy(id, request->scan_id, ASSAY_SCAN_ID_LEN);
    memcpy(answer->scan_id, id, ASSAY_SCAN_ID_LEN);
    answer->verdict = verdict_of(request, *number);
    answer->number = *number;
    answer->at_unix_ms = request->at_unix_ms;
    answer->place = 1;
    answer->first_at_unix_ms = 1767225600000;
    answer->first_place = 1;
    answer->warranty_ends_on = ASSAY_DAY_NONE;
    answer->product = &store->product;
    store->last = *request;
    store->scans++;
}

enum assay_error assay_store_scan(struct assay_store_session *session,
                                  struct assay_scan_group *group)
{
    struct assay_store *store = session->store;
    store->groups++;
    if (group->count > store->largest_group) {
        store->largest_group = group->count;
    }
    for (uint32_t i = 0; i < group->count; i++) {
        answer_one(store, group->requests[i], group->answers[i]);
    }
    return ASSAY_OK;
}

void assay_store_count_forged(struct assay_store *store, const struct assay_place *place,
                              uint64_t trier, int64_t at_unix_ms)
{
    (void)trier;
    assay_assert(place != NULL);
    assay_assert(at_unix_ms > 0);
    store->forged++;
}

void assay_store_stats(const struct assay_store *store, struct assay_store_stats *stats)
{
    *stats = (struct assay_store_stats){
        .ledger_end = 4096,
        .ledger_synced = 4096,
        .overlay_items = 7,
        .overlay_room = 100,
        .low_space = store->low_space,
    };
}
