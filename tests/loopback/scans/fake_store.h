// SPDX-License-Identifier: Apache-2.0
/* A store that decides in memory and counts what it is asked: a double for handler tests. It takes
 * the place of core/store.h's functions in the programs that link it. */
#ifndef ASSAY_TESTS_FAKE_STORE_H
#define ASSAY_TESTS_FAKE_STORE_H

#include "core/store.h"

#define FAKE_ITEMS 4096
#define FAKE_HANDLE 0x2345678u         /* has PINs, lot L1, product P */
#define FAKE_HANDLE_BARE 0x1111111u    /* no PINs */
#define FAKE_HANDLE_OFFLINE 0x1222222u /* no PINs, form O1 */

struct assay_store {
    struct assay_brand_record brand;
    struct assay_product product;
    struct assay_batch_facts batches[3];
    /* What was asked. Written by the loop's thread; read it after an answer has come. */
    unsigned groups;
    _Atomic unsigned scans;
    unsigned largest_group;
    unsigned forged;
    struct assay_scan_request last; /* its batch is one of the above */
    /* What to do. */
    enum assay_error answer_error; /* for every scan, unless ASSAY_OK */
    bool low_space;
    uint32_t numbers[FAKE_ITEMS];
    uint8_t ids[FAKE_ITEMS][ASSAY_SCAN_ID_LEN]; /* of the last scan */
};

/** A brand at http://brand.test, one product, three batches; nothing scanned. */
void fake_store_init(struct assay_store *store);

#endif
