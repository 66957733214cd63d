// SPDX-License-Identifier: Apache-2.0
/* The office's table, its door (scopes, unknown commands) and what all commands share. */
#include "core/office.h"

#include <string.h>

#include "core/office_alert.h"
#include "core/office_audit.h"
#include "core/office_carton.h"
#include "core/office_command.h"
#include "core/office_evidence.h"
#include "core/text.h"

struct command_row {
    const char *name;
    uint32_t scope;
    enum assay_error (*run)(const struct assay_office_call *call, json_t **result);
    const char *help;
};

static const struct command_row command_rows[] = {
    {"brand.show", ASSAY_SCOPE_READ, assay_office_brand_show, "name, origin and time zone"},
    {"brand.set", ASSAY_SCOPE_ADMIN, assay_office_brand_set, "change name, origin or time zone"},
    {"product.add", ASSAY_SCOPE_WRITE, assay_office_product_add, "add a product"},
    {"product.set", ASSAY_SCOPE_WRITE, assay_office_product_set, "change a product"},
    {"product.list", ASSAY_SCOPE_READ, assay_office_product_list, "all products"},
    {"product.show", ASSAY_SCOPE_READ, assay_office_product_show, "one product"},
    {"batch.create", ASSAY_SCOPE_WRITE, assay_office_batch_create, "create a batch and its order"},
    {"batch.order", ASSAY_SCOPE_READ, assay_office_batch_order, "the order of a batch, once more"},
    {"batch.activate", ASSAY_SCOPE_WRITE, assay_office_batch_activate, "put items on sale"},
    {"batch.ship", ASSAY_SCOPE_WRITE, assay_office_batch_ship, "note that items were shipped"},
    {"batch.spoil", ASSAY_SCOPE_WRITE, assay_office_batch_spoil, "note labels that are no good"},
    {"batch.honey", ASSAY_SCOPE_WRITE, assay_office_batch_honey, "reserve decoys for a file"},
    {"batch.void", ASSAY_SCOPE_WRITE, assay_office_batch_void, "cancel items, for good"},
    {"batch.recall", ASSAY_SCOPE_WRITE, assay_office_batch_recall, "recall items"},
    {"batch.close", ASSAY_SCOPE_WRITE, assay_office_batch_close, "end the activation of a batch"},
    {"batch.list", ASSAY_SCOPE_READ, assay_office_batch_list, "batches, in order of creation"},
    {"batch.show", ASSAY_SCOPE_READ, assay_office_batch_show, "one batch with its ranges"},
    {"manifest.import", ASSAY_SCOPE_WRITE, assay_office_manifest_import,
     "take in a print site's report"},
    {"keys.list", ASSAY_SCOPE_READ, assay_office_keys_list,
     "the signed list of keys that check O1 labels"},
    {"alert.list", ASSAY_SCOPE_READ, assay_office_alert_list, "alerts, newest first"},
    {"alert.state", ASSAY_SCOPE_WRITE, assay_office_alert_state,
     "confirm or dismiss an alert, or open it again"},
    {"rule.list", ASSAY_SCOPE_READ, assay_office_rule_list, "the rules that raise alerts"},
    {"rule.set", ASSAY_SCOPE_WRITE, assay_office_rule_set, "change a rule, or make one"},
    {"rule.reset", ASSAY_SCOPE_WRITE, assay_office_rule_reset,
     "a rule as it is shipped; away with one of your own"},
    {"rule.dryrun", ASSAY_SCOPE_READ, assay_office_rule_dryrun,
     "alerts that rules would have raised"},
    {"webhook.add", ASSAY_SCOPE_ADMIN, assay_office_webhook_add,
     "an endpoint that is told of alerts; its secret is shown once"},
    {"webhook.list", ASSAY_SCOPE_READ, assay_office_webhook_list,
     "endpoints, without their secrets"},
    {"webhook.rotate", ASSAY_SCOPE_ADMIN, assay_office_webhook_rotate,
     "give an endpoint a new secret; the former one signs beside it for a while"},
    {"webhook.remove", ASSAY_SCOPE_ADMIN, assay_office_webhook_remove, "tell an endpoint no more"},
    {"webhook.test", ASSAY_SCOPE_ADMIN, assay_office_webhook_test, "send an endpoint a test"},
    {"webhook.dead", ASSAY_SCOPE_READ, assay_office_webhook_dead,
     "messages that were tried too often"},
    {"webhook.replay", ASSAY_SCOPE_ADMIN, assay_office_webhook_replay, "try dead messages again"},
    {"audit.about", ASSAY_SCOPE_READ, assay_office_audit_about, "what the dashboard shows first"},
    {"audit.overview", ASSAY_SCOPE_READ, assay_office_audit_overview, "totals and rates"},
    {"audit.series", ASSAY_SCOPE_READ, assay_office_audit_series, "rates by week or day"},
    {"audit.regions", ASSAY_SCOPE_READ, assay_office_audit_regions, "countries or regions"},
    {"audit.products", ASSAY_SCOPE_READ, assay_office_audit_products, "products by excess"},
    {"audit.batches", ASSAY_SCOPE_READ, assay_office_audit_batches, "batches by excess"},
    {"audit.codes", ASSAY_SCOPE_READ, assay_office_audit_codes, "suspicious items"},
    {"audit.alerts", ASSAY_SCOPE_READ, assay_office_audit_alerts, "alerts, by cursor"},
    {"audit.code", ASSAY_SCOPE_READ, assay_office_audit_code, "one item and its scans"},
    {"carton.create", ASSAY_SCOPE_WRITE, assay_office_carton_create,
     "make empty cartons with SSCCs"},
    {"carton.import", ASSAY_SCOPE_WRITE, assay_office_carton_import,
     "fill cartons from line scans"},
    {"carton.ship", ASSAY_SCOPE_WRITE, assay_office_carton_ship, "ship a carton or pallet"},
    {"carton.void", ASSAY_SCOPE_WRITE, assay_office_carton_void, "cancel all items of a carton"},
    {"carton.unpack", ASSAY_SCOPE_WRITE, assay_office_carton_unpack, "take a carton apart"},
    {"carton.show", ASSAY_SCOPE_READ, assay_office_carton_show, "one carton or pallet"},
    {"carton.list", ASSAY_SCOPE_READ, assay_office_carton_list, "cartons and pallets, by cursor"},
    {"reference.import", ASSAY_SCOPE_WRITE, assay_office_reference_import,
     "take in items known to be genuine"},
    {"reference.list", ASSAY_SCOPE_READ, assay_office_reference_list, "reference items, counted"},
    {"sales.import", ASSAY_SCOPE_WRITE, assay_office_sales_import, "take in units sold"},
    {"sales.list", ASSAY_SCOPE_READ, assay_office_sales_list, "units sold"},
    {"test-purchase.import", ASSAY_SCOPE_WRITE, assay_office_purchase_import,
     "take in test purchases"},
    {"test-purchase.list", ASSAY_SCOPE_READ, assay_office_purchase_list, "test purchases"},
    {"test-purchase.plan", ASSAY_SCOPE_WRITE, assay_office_plan_draw,
     "draw which test purchases to make"},
    {"test-purchase.plans", ASSAY_SCOPE_READ, assay_office_plan_list, "plans, newest first"},
    {"item.show", ASSAY_SCOPE_READ, assay_office_item_show, "state and history of one code"},
    {"scans.list", ASSAY_SCOPE_READ, assay_office_scans_list, "recorded scans, by cursor"},
    {"risk.show", ASSAY_SCOPE_READ, assay_office_risk_show, "what risk goes by"},
    {"risk.calibrate", ASSAY_SCOPE_WRITE, assay_office_risk_calibrate,
     "learn it from items known to be genuine"},
    {"stats.show", ASSAY_SCOPE_READ, assay_office_stats_show, "figures of the store"},
    {"site.add", ASSAY_SCOPE_ADMIN, assay_office_site_add, "register a print site's key"},
    {"site.list", ASSAY_SCOPE_READ, assay_office_site_list, "print sites"},
    {"site.revoke", ASSAY_SCOPE_ADMIN, assay_office_site_revoke, "revoke a print site's key"},
    {"token.create", ASSAY_SCOPE_ADMIN, assay_office_token_create,
     "make a token; its text is shown once"},
    {"token.list", ASSAY_SCOPE_ADMIN, assay_office_token_list, "tokens, without their texts"},
    {"token.revoke", ASSAY_SCOPE_ADMIN, assay_office_token_revoke, "revoke a token"},
};

static const struct command_row *row_of(const char *name)
{
    for (size_t i = 0; i < ASSAY_COUNT_OF(command_rows); i++) {
        if (strcmp(command_rows[i].name, name) == 0) {
            return &command_rows[i];
        }
    }
    return NULL;
}

static const char *scope_name(uint32_t scope)
{
    return scope == ASSAY_SCOPE_READ ? "read" : scope == ASSAY_SCOPE_WRITE ? "write" : "admin";
}

/* A wider scope holds the narrower ones: admin may write, who writes may read. */
static bool scope_allows(uint32_t scopes, uint32_t wanted)
{
    if ((scopes & ASSAY_SCOPE_ADMIN) != 0) {
        scopes |= ASSAY_SCOPE_WRITE;
    }
    if ((scopes & ASSAY_SCOPE_WRITE) != 0) {
        scopes |= ASSAY_SCOPE_READ;
    }
    return (scopes & wanted) == wanted;
}

enum assay_error assay_office_run(struct assay_office *office,
                                  const struct assay_office_request *request, json_t **result,
                                  struct assay_reason *reason)
{
    assay_assert(office->store != NULL);
    assay_assert(office->session != NULL);
    assay_assert(office->dir != NULL);
    const struct command_row *row = row_of(request->command);
    if (row == NULL) {
        return assay_fail(reason, ASSAY_E_NOT_FOUND, "%.40s: there is no such command",
                          request->command);
    }
    if (!scope_allows(request->actor->scopes, row->scope)) {
        return assay_fail(reason, ASSAY_E_SCOPE, "%s needs a token with scope %s", row->name,
                          scope_name(row->scope));
    }
    if (!json_is_object(request->params)) {
        return assay_fail(reason, ASSAY_E_FIELD, "%s takes a JSON object", row->name);
    }
    const struct assay_office_call call = {
        .office = office,
        .params = request->params,
        .actor = request->actor,
        .now_unix_ms = request->now_unix_ms,
        .reason = reason,
    };
    json_t *built = NULL;
    enum assay_error error = row->run(&call, &built);
    /* Lists and figures read what another thread may have written an instant ago. */
    if (assay_store_settle(office->store) != ASSAY_OK) {
        json_decref(built);
        return assay_fail(reason, ASSAY_E_IO, NULL);
    }
    if (error == ASSAY_OK) {
        *result = built;
    }
    return error;
}

void assay_office_each_command(void (*visit)(void *context, const char *name, uint32_t scope,
                                             const char *help),
                               void *context)
{
    for (size_t i = 0; i < ASSAY_COUNT_OF(command_rows); i++) {
        visit(context, command_rows[i].name, command_rows[i].scope, command_rows[i].help);
    }
}

/* -- shared by the commands -- */

enum assay_error assay_office_give(json_t *built, json_t **result, struct assay_reason *reason)
{
    if (built == NULL) {
        return assay_fail(reason, ASSAY_E_MEMORY, NULL);
    }
    *result = built;
    return ASSAY_OK;
}

enum assay_error assay_office_put(const struct assay_office_call *call,
                                  const struct assay_record *record)
{
    uint64_t position = 0;
    return assay_store_put(call->office->session, record, &position, call->reason);
}

enum assay_error assay_office_name_check(const char *field, const char *text,
                                         struct assay_reason *reason)
{
    if (!assay_text_is_name(text, ASSAY_SKU_MAX)) {
        return assay_fail(reason, ASSAY_E_FIELD,
                          "%s: 1 to %d characters of A-Z a-z 0-9 . _ - are wanted", field,
                          ASSAY_SKU_MAX);
    }
    return ASSAY_OK;
}

enum assay_error assay_office_facts(const struct assay_office_call *call, const char *handle,
                                    const struct assay_batch_facts **facts)
{
    uint32_t number = 0;
    if (strlen(handle) != ASSAY_HANDLE_LEN || assay_handle_parse(handle, &number) != ASSAY_OK) {
        return assay_fail(call->reason, ASSAY_E_FIELD,
                          "handle: six characters of the code alphabet are wanted "
                          "(characters 2 to 7 of the batch's codes)");
    }
    const struct assay_batch_facts *found = assay_store_batch_facts(call->office->store, number);
    if (found == NULL) {
        return assay_fail(call->reason, ASSAY_E_NOT_FOUND,
                          "handle: there is no batch %s; see batch list", handle);
    }
    *facts = found;
    return ASSAY_OK;
}

json_t *assay_office_time(int64_t unix_ms)
{
    if (unix_ms == 0) {
        return json_null();
    }
    char text[ASSAY_TIME_TEXT_SIZE];
    assay_time_format(unix_ms, text);
    return json_string(text);
}

json_t *assay_office_day(int32_t day)
{
    if (day == ASSAY_DAY_NONE) {
        return json_null();
    }
    char text[ASSAY_DATE_TEXT_SIZE];
    assay_date_format(day, text);
    return json_string(text);
}

/* An empty text says that it is not known: null. */
static json_t *text_or_null(const char *text)
{
    return text[0] == '\0' ? json_null() : json_string(text);
}

json_t *assay_office_place(const struct assay_place *place)
{
    if (assay_place_is_empty(place)) {
        return json_null();
    }
    return json_pack("{s:o, s:o, s:o}", "country", text_or_null(place->country), "region",
                     text_or_null(place->region), "city", text_or_null(place->city));
}
