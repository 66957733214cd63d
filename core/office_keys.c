// SPDX-License-Identifier: Apache-2.0
/* The list of public keys of the batches of form O1, as the brand publishes it. */
#include <stdlib.h>
#include <string.h>

#include "core/key_list.h"
#include "core/office_command.h"

/* What the walk over the batches collects. */
struct collection {
    const struct assay_keyring *keyring;
    const char *sku; /* empty: of every product */
    struct assay_key_list list;
    uint32_t room;
    enum assay_error error;
    struct assay_reason *reason;
};

static enum assay_error add_ranges(const struct assay_range_set *from, struct assay_range_set *to)
{
    for (uint32_t i = 0; i < from->count; i++) {
        enum assay_error error = assay_range_set_add(to, from->ranges[i]);
        if (error != ASSAY_OK) {
            return error;
        }
    }
    return ASSAY_OK;
}

/* What a buyer should not rely on any more, whatever the reason. */
static enum assay_error add_revoked(const struct assay_batch *batch, struct assay_listed_key *key,
                                    struct assay_reason *reason)
{
    enum assay_error error = add_ranges(&batch->voided, &key->revoked);
    if (error == ASSAY_OK) {
        error = add_ranges(&batch->recalled, &key->revoked);
    }
    if (error != ASSAY_OK) {
        char handle[ASSAY_HANDLE_SIZE];
        assay_handle_format(batch->handle, handle);
        return assay_fail(reason, error, "batch %s has more than %d revoked ranges", handle,
                          ASSAY_BATCH_RANGES_MAX);
    }
    return ASSAY_OK;
}

static enum assay_error public_key_of(const struct assay_keyring *keyring,
                                      const struct assay_batch *batch,
                                      uint8_t key[ASSAY_ED25519_KEY_LEN])
{
    uint8_t seed[ASSAY_ED25519_KEY_LEN];
    struct assay_offline_signer *signer = NULL;
    assay_keyring_offline_seed(keyring, batch->epoch, batch->handle, seed);
    enum assay_error error = assay_offline_signer_create(seed, &signer);
    assay_bytes_wipe(seed, sizeof seed);
    if (error != ASSAY_OK) {
        return error;
    }
    memcpy(key, assay_offline_signer_key(signer), ASSAY_ED25519_KEY_LEN);
    assay_offline_signer_destroy(signer);
    return ASSAY_OK;
}

static enum assay_error make_room(struct collection *self)
{
    if (self->list.count < self->room) {
        return ASSAY_OK;
    }
    uint32_t room = self->room == 0 ? 64 : 2 * self->room;
    struct assay_listed_key *keys = realloc(self->list.keys, room * sizeof *keys);
    if (keys == NULL) {
        return assay_fail(self->reason, ASSAY_E_MEMORY, NULL);
    }
    self->list.keys = keys;
    self->room = room;
    return ASSAY_OK;
}

static enum assay_error add_batch(struct collection *self, const struct assay_batch *batch)
{
    enum assay_error error = make_room(self);
    if (error != ASSAY_OK) {
        return error;
    }
    struct assay_listed_key *key = &self->list.keys[self->list.count++];
    *key = (struct assay_listed_key){
        .handle = batch->handle,
        .count = batch->count,
        .valid_to = batch->expires_on,
        .from_unix_ms = batch->created_at_unix_ms,
    };
    memcpy(key->sku, batch->sku, sizeof key->sku);
    error = public_key_of(self->keyring, batch, key->key);
    if (error != ASSAY_OK) {
        return assay_fail(self->reason, error, NULL);
    }
    assay_offline_key_id(key->key, key->id);
    return add_revoked(batch, key, self->reason);
}

/* One more than fits is collected, too, so that writing refuses it by its own bound. */
static bool visit(void *context, const struct assay_batch *batch)
{
    struct collection *self = context;
    bool wanted = (batch->flags & ASSAY_BATCH_IS_OFFLINE) != 0 &&
                  (self->sku[0] == '\0' || strcmp(self->sku, batch->sku) == 0);
    if (wanted) {
        self->error = add_batch(self, batch);
    }
    return self->error == ASSAY_OK && self->list.count <= ASSAY_KEY_LIST_KEYS_MAX;
}

static enum assay_error collect(const struct assay_office_call *call, struct collection *self)
{
    const struct assay_brand_record *brand = assay_store_brand(call->office->store);
    self->list.published_at_unix_ms = call->now_unix_ms;
    self->list.utc_offset_minutes = brand->utc_offset_minutes;
    memcpy(self->list.brand, brand->name, sizeof self->list.brand);
    memcpy(self->list.host, brand->host, sizeof self->list.host);
    enum assay_error error = assay_store_each_batch(call->office->session, visit, self);
    return error == ASSAY_OK ? self->error : assay_fail(call->reason, error, NULL);
}

static enum assay_error check_call(const struct assay_office_call *call, const char *sku)
{
    const struct assay_keyring *keyring = call->office->keyring;
    if (keyring == NULL || !assay_keyring_has(keyring, ASSAY_KEY_OFFICE) ||
        !assay_keyring_has(keyring, ASSAY_KEY_LABEL)) {
        return assay_fail(call->reason, ASSAY_E_REFUSED,
                          "the list needs office.key and label.key; they are not open here");
    }
    if (sku[0] != '\0' && assay_store_product(call->office->store, sku) == NULL) {
        return assay_fail(call->reason, ASSAY_E_NOT_FOUND,
                          "sku: there is no product %.40s; see product list", sku);
    }
    return ASSAY_OK;
}

enum assay_error assay_office_keys_list(const struct assay_office_call *call, json_t **result)
{
    char sku[ASSAY_SKU_MAX + 1] = "";
    char *text = NULL;
    const struct assay_json_field fields[] = {ASSAY_JSON_TEXT_ROW("sku", false, sku)};
    enum assay_error error = ASSAY_OFFICE_READ(call, fields);
    if (error == ASSAY_OK) {
        error = check_call(call, sku);
    }
    if (error != ASSAY_OK) {
        return error;
    }
    struct collection self = {.keyring = call->office->keyring, .sku = sku, .reason = call->reason};
    error = collect(call, &self);
    if (error == ASSAY_OK) {
        error = assay_key_list_write(&self.list, self.keyring, &text, call->reason);
    }
    json_int_t count = self.list.count;
    assay_key_list_deinit(&self.list);
    if (error != ASSAY_OK) {
        return error;
    }
    json_t *built = json_pack("{s:I, s:s}", "count", count, "list", text);
    free(text);
    return assay_office_give(built, result, call->reason);
}
