// SPDX-License-Identifier: Apache-2.0
/* A server with the handlers whose calls wait, over a small store. */
#ifndef ASSAY_TESTS_SERVING_H
#define ASSAY_TESTS_SERVING_H

#include "tests/support/world.h"
#include "verifier/config.h"
#include "verifier/server.h"

#define SERVING_HANDLE 0x12345

struct serving {
    struct world world;
    char keys[96];
    struct assay_config config;
    struct assay_service service;
    struct assay_server *server;
    uint16_t port;
};

/** Start. Change `config` before (rates, workers); it begins as assay_config_init has it, with
 *  high limits. */
void serving_init(struct serving *serving);
void serving_start(struct serving *serving);
/** Stop and remove. */
void serving_stop(struct serving *serving);

/** Code of an item of the batch SERVING_HANDLE. */
void serving_code(const struct serving *serving, uint32_t index, char code[ASSAY_CODE_SIZE]);

/** A receipt for an item, good for a minute from now plus `skew_ms`. */
void serving_receipt(const struct serving *serving, uint32_t index, int64_t skew_ms,
                     char text[ASSAY_RECEIPT_TEXT_SIZE]);

#endif
