// SPDX-License-Identifier: Apache-2.0
/* What the dashboard would be told of a data directory, without a verifier:
 *
 *   audit_view DATA COMMAND [PARAMS]     audit_view data audit.products '{"from":"2026-01-01"}' */
#include <stdio.h>
#include <stdlib.h>

#include "core/office.h"

static void must(enum assay_error error, const struct assay_reason *reason)
{
    if (error != ASSAY_OK) {
        fprintf(stderr, "audit_view: %s: %s\n", assay_error_name(error), reason->text);
        exit(1);
    }
}

int main(int argc, char **argv)
{
    struct assay_reason reason = {""};
    struct assay_store *store = NULL;
    struct assay_office office = {.dir = argc > 2 ? argv[1] : ""};
    json_t *params = json_loads(argc > 3 ? argv[3] : "{}", 0, NULL);
    json_t *result = NULL;
    if (argc < 3 || params == NULL) {
        fprintf(stderr, "usage: audit_view DATA COMMAND [PARAMS]\n");
        return 2;
    }
    const struct assay_store_options options = {.dir = argv[1], .no_checkpointer = true};
    const struct assay_actor actor = {.scopes = ASSAY_SCOPE_READ, .name = "test"};
    const struct assay_office_request request = {
        .command = argv[2], .params = params, .actor = &actor, .now_unix_ms = 1798761600000};
    must(assay_store_open(&options, &store, &reason), &reason);
    office.store = store;
    must(assay_store_session_open(store, &office.session), &reason);
    must(assay_office_run(&office, &request, &result, &reason), &reason);
    json_dumpf(result, stdout, JSON_COMPACT | JSON_REAL_PRECISION(12));
    puts("");
    json_decref(result);
    json_decref(params);
    assay_store_session_close(office.session);
    assay_store_close(store);
    return 0;
}
