// SPDX-License-Identifier: Apache-2.0
/* Decoys: items that are never printed and never on sale, put into one file of codes. Whoever scans
 * one has read that file. They are taken from the batch's end; the order leaves them out. */
#include <stdio.h>
#include <string.h>

#include "core/office_command.h"
#include "core/offline.h"
#include "core/text.h"

#define COUNT_MAX 1000

struct decoys {
    const struct assay_batch_facts *facts;
    struct assay_range range;
    bool known; /* reserved before; asked for again */
    char file[ASSAY_FILE_LABEL_MAX + 1];
};

static bool find_file(void *context, const struct assay_honey_record *honey)
{
    struct decoys *decoys = context;
    if (strcmp(decoys->file, honey->file) == 0) {
        decoys->range = honey->range;
        decoys->known = true;
    }
    return !decoys->known;
}

static enum assay_error decoys_read(const struct assay_office_call *call, struct decoys *decoys,
                                    int64_t *count)
{
    char handle[ASSAY_HANDLE_SIZE] = "";
    const struct assay_json_field fields[] = {
        ASSAY_JSON_TEXT_ROW("handle", true, handle),
        ASSAY_JSON_TEXT_ROW("name", true, decoys->file),
        ASSAY_JSON_WHOLE_ROW("count", false, *count, 1, COUNT_MAX),
    };
    enum assay_error error = ASSAY_OFFICE_READ(call, fields);
    if (error == ASSAY_OK) {
        error = assay_office_facts(call, handle, &decoys->facts);
    }
    if (error != ASSAY_OK) {
        return error;
    }
    if (strspn(decoys->file, " ") == strlen(decoys->file)) {
        return assay_fail(call->reason, ASSAY_E_FIELD, "name: which file the decoys go into");
    }
    const struct assay_keyring *keyring = call->office->keyring;
    bool pins = (decoys->facts->flags & ASSAY_BATCH_HAS_PIN) != 0;
    if (keyring == NULL || !assay_keyring_has(keyring, ASSAY_KEY_LABEL) ||
        (pins && !assay_keyring_has(keyring, ASSAY_KEY_PIN))) {
        return assay_fail(call->reason, ASSAY_E_REFUSED,
                          "the codes cannot be made here: label.key or pin.key is not open");
    }
    assay_store_each_honey(call->office->store, decoys->facts->handle, find_file, decoys);
    return ASSAY_OK;
}

/* The last items that are not reserved yet. */
static enum assay_error decoys_reserve(const struct assay_office_call *call, struct decoys *decoys,
                                       int64_t count)
{
    struct assay_batch batch = {0};
    enum assay_error error = assay_office_batch_now(call, decoys->facts->handle, &batch);
    if (error != ASSAY_OK) {
        return error;
    }
    uint32_t left = batch.count - assay_batch_reserved_tail(&batch);
    assay_batch_deinit(&batch);
    if (count >= left) {
        return assay_fail(call->reason, ASSAY_E_FIELD,
                          "count: %u items are left, and one at least is to be printed", left);
    }
    struct assay_record record = {.type = ASSAY_RECORD_HONEY};
    struct assay_honey_record *honey = &record.honey;
    honey->at_unix_ms = call->now_unix_ms;
    honey->handle = decoys->facts->handle;
    honey->range = (struct assay_range){left - (uint32_t)count, left - 1};
    memcpy(honey->file, decoys->file, sizeof honey->file);
    memcpy(honey->actor, call->actor->name, sizeof honey->actor);
    decoys->range = honey->range;
    return assay_office_put(call, &record);
}

/* -- their rows, as codegen's CSV has them -- */

/* What makes a batch's codes. */
struct maker {
    struct assay_code_cipher *cipher;
    struct assay_offline_signer *signer; /* NULL unless they are offline codes */
};

static void maker_close(struct maker *maker)
{
    assay_code_cipher_destroy(maker->cipher);
    assay_offline_signer_destroy(maker->signer);
}

static enum assay_error signer_open(const struct assay_office_call *call,
                                    const struct assay_batch_facts *facts,
                                    struct assay_offline_signer **signer)
{
    uint8_t seed[ASSAY_ED25519_KEY_LEN];
    if ((facts->flags & ASSAY_BATCH_IS_OFFLINE) == 0) {
        return ASSAY_OK;
    }
    assay_keyring_offline_seed(call->office->keyring, facts->epoch, facts->handle, seed);
    enum assay_error error = assay_offline_signer_create(seed, signer);
    assay_bytes_wipe(seed, sizeof seed);
    return error;
}

static enum assay_error maker_open(const struct assay_office_call *call,
                                   const struct assay_batch_facts *facts, struct maker *maker)
{
    const struct assay_keyring *keyring = call->office->keyring;
    struct assay_batch_keys keys;
    uint8_t pin_key[ASSAY_CMAC_KEY_LEN] = {0};
    bool pins = (facts->flags & ASSAY_BATCH_HAS_PIN) != 0;
    assay_keyring_batch_keys(keyring, facts->epoch, facts->handle, &keys);
    if (pins) {
        assay_keyring_pin_key(keyring, facts->epoch, facts->handle, pin_key);
    }
    enum assay_error error = assay_code_cipher_create(&keys, pins ? pin_key : NULL, &maker->cipher);
    assay_bytes_wipe(&keys, sizeof keys);
    assay_bytes_wipe(pin_key, sizeof pin_key);
    if (error == ASSAY_OK) {
        error = signer_open(call, facts, &maker->signer);
    }
    return error == ASSAY_OK ? ASSAY_OK : assay_fail(call->reason, error, NULL);
}

static json_t *row_json(const struct assay_office_call *call, const struct assay_batch_facts *facts,
                        const struct maker *maker, uint32_t index)
{
    char sig[ASSAY_OFFLINE_TEXT_SIZE] = "";
    char code[1][ASSAY_CODE_SIZE];
    char grouped[ASSAY_CODE_GROUPED_SIZE];
    char pin[1][ASSAY_PIN_SIZE] = {""};
    char url[ASSAY_URL_MAX + 1];
    bool offline = (facts->flags & ASSAY_BATCH_IS_OFFLINE) != 0;
    const struct assay_code_range range = {facts->handle, index, 1,
                                           offline ? ASSAY_CODE_VERSION_O1 : ASSAY_CODE_VERSION_C1};
    assay_code_make(maker->cipher, &range, code);
    assay_code_group(code[0], grouped);
    if ((facts->flags & ASSAY_BATCH_HAS_PIN) != 0) {
        assay_pin_make(maker->cipher, (const char(*)[ASSAY_CODE_SIZE])code, 1, pin);
    }
    const struct assay_product *product = assay_store_product(call->office->store, facts->sku);
    if (maker->signer != NULL) {
        assay_offline_sign(maker->signer, code[0], sig);
    }
    snprintf(url, sizeof url, "%s/%s%s%s", assay_store_brand(call->office->store)->host, code[0],
             sig[0] == '\0' ? "" : "/", sig);
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:I}", "code", code[0], "grouped",
                     grouped, "url", url, "pin", pin[0], "gtin",
                     product == NULL ? "" : product->value.gtin, "lot", facts->lot, "expires_on",
                     assay_office_day(facts->expires_on), "position", (json_int_t)index);
}

enum assay_error assay_office_batch_honey(const struct assay_office_call *call, json_t **result)
{
    struct decoys decoys = {0};
    int64_t count = 0;
    enum assay_error error = decoys_read(call, &decoys, &count);
    if (error != ASSAY_OK) {
        return error;
    }
    if (count == 0 && !decoys.known) {
        return assay_fail(call->reason, ASSAY_E_FIELD, "count: how many decoys are wanted");
    }
    if (count != 0 || !decoys.known) {
        error = decoys_reserve(call, &decoys, count);
    }
    struct maker maker = {.cipher = NULL};
    if (error == ASSAY_OK) {
        error = maker_open(call, decoys.facts, &maker);
    }
    if (error != ASSAY_OK) {
        maker_close(&maker);
        return error;
    }
    json_t *rows = json_array();
    for (uint32_t index = decoys.range.first; index <= decoys.range.last; index++) {
        json_array_append_new(rows, row_json(call, decoys.facts, &maker, index));
    }
    maker_close(&maker);
    char handle[ASSAY_HANDLE_SIZE];
    assay_handle_format(decoys.facts->handle, handle);
    json_t *json = json_pack("{s:s, s:s, s:I, s:o}", "handle", handle, "file", decoys.file, "count",
                             (json_int_t)json_array_size(rows), "rows", rows);
    return assay_office_give(json, result, call->reason);
}
