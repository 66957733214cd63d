// SPDX-License-Identifier: Apache-2.0
/* batch create, batch order: the order goes to a file. A running verifier need not hold the
 * office key: then the order is signed here. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "batch-tools/door.h"
#include "batch-tools/parcel.h"
#include "batch-tools/show.h"
#include "batch-tools/tool.h"
#include "core/file.h"
#include "core/json.h"
#include "core/order.h"

static enum assay_error facts_read(const json_t *facts, struct assay_order *order,
                                   struct assay_reason *reason)
{
    int64_t handle = 0;
    int64_t epoch = 0;
    int64_t count = 0;
    int64_t flags = 0;
    int64_t reserved = 0;
    int64_t expires_on = ASSAY_DAY_NONE;
    const struct assay_json_field fields[] = {
        ASSAY_JSON_TEXT_ROW("brand", true, order->brand),
        ASSAY_JSON_TEXT_ROW("brand_zh", true, order->brand_zh),
        ASSAY_JSON_TEXT_ROW("host", true, order->host),
        ASSAY_JSON_TEXT_ROW("gtin", true, order->gtin),
        ASSAY_JSON_TEXT_ROW("name_zh", true, order->name_zh),
        ASSAY_JSON_TEXT_ROW("name_en", true, order->name_en),
        ASSAY_JSON_TEXT_ROW("sku", true, order->sku),
        ASSAY_JSON_TEXT_ROW("lot", true, order->lot),
        ASSAY_JSON_TEXT_ROW("market", true, order->market),
        ASSAY_JSON_WHOLE_ROW("handle", true, handle, 1, (1 << 30) - 1),
        ASSAY_JSON_WHOLE_ROW("epoch", true, epoch, 0, UINT32_MAX),
        ASSAY_JSON_WHOLE_ROW("count", true, count, 1, ASSAY_BATCH_ITEMS_MAX),
        ASSAY_JSON_WHOLE_ROW("reserved", true, reserved, 0, ASSAY_BATCH_ITEMS_MAX),
        ASSAY_JSON_WHOLE_ROW("flags", true, flags, 0, UINT32_MAX),
        ASSAY_JSON_WHOLE_ROW("expires_on", true, expires_on, INT32_MIN, INT32_MAX),
        ASSAY_JSON_WHOLE_ROW("created_at_unix_ms", true, order->created_at_unix_ms, 0,
                             (double)(1ll << 52)),
    };
    enum assay_error error = assay_json_read(facts, fields, ASSAY_COUNT_OF(fields), reason);
    order->handle = (uint32_t)handle;
    order->epoch = (uint32_t)epoch;
    order->count = (uint32_t)count;
    order->flags = (uint32_t)flags;
    order->reserved = (uint32_t)reserved;
    order->expires_on = (int32_t)expires_on;
    return error;
}

/* The order's text: as it came, or signed here. malloc'ed. */
static enum assay_error order_text(struct assay_tool_call *call, const json_t *result, char **text)
{
    const char *ready = json_string_value(json_object_get(result, "order"));
    if (ready != NULL) {
        *text = strdup(ready);
        return *text == NULL ? ASSAY_E_MEMORY : ASSAY_OK;
    }
    struct assay_order order = {0};
    enum assay_error error =
        facts_read(json_object_get(result, "order_facts"), &order, &call->reason);
    return error == ASSAY_OK ? assay_order_write(&order, call->keyring, text) : error;
}

static enum assay_error write_order(struct assay_tool_call *call, const json_t *result)
{
    const json_t *batch = json_object_get(result, "batch");
    const char *handle = json_string_value(json_object_get(batch, "handle"));
    char *text = NULL;
    struct assay_reason reason;
    enum assay_error error = order_text(call, result, &text);
    if (error == ASSAY_OK) {
        error = assay_file_write_new(assay_tool_text(call, "out"), text, strlen(text), &reason);
    } else {
        assay_fail(&reason, error, NULL);
    }
    free(text);
    if (error != ASSAY_OK) {
        return assay_fail(&call->reason, error,
                          "the order was not written: %s; batch %s exists, get its order with "
                          "batch order",
                          reason.text, handle);
    }
    if (call->json) {
        json_t *json = json_pack("{s:O, s:O, s:s}", "batch", batch, "guess_chance_log2",
                                 json_object_get(result, "guess_chance_log2"), "order",
                                 assay_tool_text(call, "out"));
        assay_show_json(json);
        json_decref(json);
        return ASSAY_OK;
    }
    printf("%s\n", handle);
    return ASSAY_OK;
}

static enum assay_error make_order(struct assay_tool_call *call, const struct assay_parcel *parcel)
{
    /* Keys are opened before anything is created, so that no batch is left without its order. */
    enum assay_error error = assay_tool_keys(call, call->command->keys | assay_parcel_keys(parcel));
    if (error != ASSAY_OK) {
        return error;
    }
    json_t *result = NULL;
    error = assay_door_run(call, call->command->office, call->params, &result);
    if (error == ASSAY_OK) {
        error = write_order(call, result);
    }
    if (error == ASSAY_OK && assay_parcel_keys(parcel) != 0) {
        error = assay_parcel_write(call, parcel, json_object_get(result, "batch"));
    }
    json_decref(result);
    return error;
}

enum assay_error assay_tool_order(struct assay_tool_call *call)
{
    const char *out = assay_tool_text(call, "out");
    if (access(out, F_OK) == 0) {
        return assay_fail(&call->reason, ASSAY_E_EXISTS,
                          "--out: %s exists already; name another file", out);
    }
    struct assay_parcel parcel;
    enum assay_error error = assay_parcel_prepare(call, "keys-out", "pin-keys-out", &parcel);
    if (error == ASSAY_OK && parcel.pin_out != NULL &&
        !json_is_true(json_object_get(call->params, "pin"))) {
        error =
            assay_fail(&call->reason, ASSAY_E_USAGE, "--pin-keys-out: there are PINs with --pin");
    }
    if (error == ASSAY_OK) {
        error = make_order(call, &parcel);
    }
    assay_parcel_release(&parcel);
    return error;
}
