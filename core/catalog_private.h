// SPDX-License-Identifier: Apache-2.0
/* What catalog.c (facts and acts) and catalog_row.c (rows of the state store) share; nobody else. */
#ifndef ASSAY_CORE_CATALOG_PRIVATE_H
#define ASSAY_CORE_CATALOG_PRIVATE_H

#include <stdatomic.h>

#include "core/catalog.h"

/* Index tables are at most half full. */
#define ASSAY_BATCH_INDEX (2 * ASSAY_BATCHES_MAX)
#define ASSAY_PRODUCT_INDEX (2 * ASSAY_PRODUCTS_MAX)
#define ASSAY_PLACE_INDEX (2 * ASSAY_PLACES_MAX)
#define ASSAY_SITES_MAX 256

struct assay_catalog_product {
    _Atomic(struct assay_product *) current;
    struct assay_catalog_mark mark;
};

struct assay_catalog_brand {
    _Atomic(struct assay_brand_record *) current;
    struct assay_catalog_mark mark;
};

struct assay_catalog_calibration {
    _Atomic(struct assay_calibration *) current;
    struct assay_catalog_mark mark;
};

struct assay_catalog_token {
    struct assay_token_record value;
    struct assay_catalog_mark mark;
};

struct assay_catalog_site {
    struct assay_site_record value;
    struct assay_catalog_mark mark;
};

struct assay_catalog_rule {
    struct assay_rule_record value;
    struct assay_catalog_mark mark;
};

/* Superseded versions that readers may still hold; freed with the catalog. */
struct assay_catalog_retired {
    struct assay_catalog_retired *next;
    void *memory;
};

struct assay_catalog {
    struct assay_catalog_brand brand;
    struct assay_catalog_calibration calibration;
    _Atomic uint32_t batch_count;
    _Atomic uint32_t product_count;
    _Atomic uint32_t place_count;
    uint32_t token_count;
    uint32_t site_count;
    uint32_t places_saved; /* places 1..this are in the state store; they never change */
    struct assay_catalog_retired *retired;
    struct assay_catalog_job *jobs;      /* of all batches, newest first: the dirty ones lead */
    struct assay_catalog_honey *honeys;  /* likewise */
    struct assay_catalog_alert **alerts; /* each by itself, so that it never moves */
    bool alert_states_dirty;
    uint32_t alert_count;
    uint32_t alert_room;
    struct assay_catalog_file *files; /* in order of beginning */
    uint32_t file_count;
    uint32_t file_room;
    struct assay_catalog_import *imports; /* in order */
    uint32_t import_count;
    uint32_t import_room;
    uint32_t alerts_saved; /* alerts 0..this - 1 are in the state store; they never change */
    /* slot + 1; 0 = free; published with release once what it names is whole */
    _Atomic uint32_t batch_index[ASSAY_BATCH_INDEX];
    _Atomic uint32_t product_index[ASSAY_PRODUCT_INDEX];
    uint32_t place_index[ASSAY_PLACE_INDEX];
    struct assay_catalog_batch *batches[ASSAY_BATCHES_MAX];
    struct assay_catalog_product products[ASSAY_PRODUCTS_MAX];
    struct assay_place places[ASSAY_PLACES_MAX + 1];
    struct assay_catalog_token tokens[ASSAY_TOKENS_MAX];
    struct assay_catalog_site sites[ASSAY_SITES_MAX];
    uint32_t rule_count;
    uint32_t webhook_count;
    struct assay_catalog_rule rules[ASSAY_RULES_MAX];
    struct assay_catalog_webhook webhooks[ASSAY_WEBHOOKS_MAX];
};

/** Add what a record creates, or replace what it changes; used by apply and by load. */
ASSAY_MUST_CHECK enum assay_error assay_catalog_set_brand(struct assay_catalog *catalog,
                                                          const struct assay_brand_record *brand,
                                                          struct assay_catalog_mark mark);
ASSAY_MUST_CHECK enum assay_error
assay_catalog_set_product(struct assay_catalog *catalog, const struct assay_product_record *product,
                          struct assay_catalog_mark mark);
ASSAY_MUST_CHECK enum assay_error assay_catalog_set_place(struct assay_catalog *catalog,
                                                          const struct assay_place_record *place);
ASSAY_MUST_CHECK enum assay_error assay_catalog_set_token(struct assay_catalog *catalog,
                                                          const struct assay_token_record *token,
                                                          struct assay_catalog_mark mark);
ASSAY_MUST_CHECK enum assay_error assay_catalog_set_site(struct assay_catalog *catalog,
                                                         const struct assay_site_record *site,
                                                         struct assay_catalog_mark mark);
ASSAY_MUST_CHECK enum assay_error
assay_catalog_set_calibration(struct assay_catalog *catalog,
                              const struct assay_calibration_record *record,
                              struct assay_catalog_mark mark);
/** May it be appended? ASSAY_OK; ASSAY_E_FIELD; ASSAY_E_VERSION. */
ASSAY_MUST_CHECK enum assay_error
assay_catalog_check_calibration(const struct assay_calibration_record *record,
                                struct assay_reason *reason);
/** Keep a superseded version for readers that may still hold it; NULL is allowed. */
ASSAY_MUST_CHECK enum assay_error assay_catalog_retire(struct assay_catalog *catalog, void *memory);
/** Add a job or decoys to its batch, or an alert; the sets of the batch are not touched. */
ASSAY_MUST_CHECK enum assay_error assay_catalog_add_job(struct assay_catalog *catalog,
                                                        const struct assay_job_record *job,
                                                        struct assay_catalog_mark mark);
ASSAY_MUST_CHECK enum assay_error assay_catalog_add_honey(struct assay_catalog *catalog,
                                                          const struct assay_honey_record *honey,
                                                          struct assay_catalog_mark mark);
ASSAY_MUST_CHECK enum assay_error assay_catalog_add_alert(struct assay_catalog *catalog,
                                                          const struct assay_alert_record *alert,
                                                          struct assay_catalog_mark mark);
/** catalog_jobs.c's part of check and apply: JOB, SPOIL, HONEY. */
ASSAY_MUST_CHECK enum assay_error assay_catalog_check_job(struct assay_catalog *catalog,
                                                          const struct assay_record *record,
                                                          struct assay_reason *reason);
ASSAY_MUST_CHECK enum assay_error assay_catalog_apply_job(struct assay_catalog *catalog,
                                                          const struct assay_record *record,
                                                          uint64_t position);
/** Add a file as a row of the state has it, or as its record does. */
ASSAY_MUST_CHECK enum assay_error assay_catalog_set_file(struct assay_catalog *catalog,
                                                         const struct assay_history_record *file,
                                                         struct assay_catalog_mark mark);
/** The same for an import; and may it be appended? ASSAY_OK; ASSAY_E_EXISTS; ASSAY_E_FULL. */
ASSAY_MUST_CHECK enum assay_error assay_catalog_set_import(struct assay_catalog *catalog,
                                                           const struct assay_import_record *import,
                                                           struct assay_catalog_mark mark);
ASSAY_MUST_CHECK enum assay_error
assay_catalog_check_import(const struct assay_catalog *catalog,
                           const struct assay_import_record *import, struct assay_reason *reason);
/** Free what the two lists hold. */
void assay_catalog_free_jobs(struct assay_catalog *catalog);
/** catalog_alert.c's part of check and apply: ALERT, ALERT_STATE. */
ASSAY_MUST_CHECK enum assay_error assay_catalog_check_alert(struct assay_catalog *catalog,
                                                            const struct assay_record *record,
                                                            struct assay_reason *reason);
ASSAY_MUST_CHECK enum assay_error assay_catalog_apply_alert(struct assay_catalog *catalog,
                                                            const struct assay_record *record,
                                                            uint64_t position);
/** Say what became of an alert; also how a row of the state gets in. */
ASSAY_MUST_CHECK enum assay_error
assay_catalog_set_alert_state(struct assay_catalog *catalog,
                              const struct assay_alert_state_record *state,
                              struct assay_catalog_mark mark);
/** catalog_rule.c's part of check: RULES, WEBHOOK. */
ASSAY_MUST_CHECK enum assay_error assay_catalog_check_rule(struct assay_catalog *catalog,
                                                           const struct assay_record *record,
                                                           struct assay_reason *reason);
/** Set what a rule or an endpoint is from here on; as their records say, or rows of the state. */
ASSAY_MUST_CHECK enum assay_error assay_catalog_set_rule(struct assay_catalog *catalog,
                                                         const struct assay_rule_record *rule,
                                                         struct assay_catalog_mark mark);
ASSAY_MUST_CHECK enum assay_error
assay_catalog_set_webhook(struct assay_catalog *catalog, const struct assay_webhook_record *webhook,
                          struct assay_catalog_mark mark);
/** Free the alerts and their states. */
void assay_catalog_free_alerts(struct assay_catalog *catalog);
/** E_NOT_FOUND with the handle. */
ASSAY_MUST_CHECK enum assay_error assay_catalog_fail_no_batch(uint32_t handle,
                                                              struct assay_reason *reason);
/** Batch of a handle, or NULL. */
struct assay_catalog_batch *assay_catalog_batch_of(const struct assay_catalog *catalog,
                                                   uint32_t handle);
/** New batch; *added is its entry. */
ASSAY_MUST_CHECK enum assay_error assay_catalog_add_batch(struct assay_catalog *catalog,
                                                          const struct assay_batch_record *record,
                                                          struct assay_catalog_mark mark,
                                                          struct assay_catalog_batch **added);

#endif
