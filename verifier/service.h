// SPDX-License-Identifier: Apache-2.0
/* What all handlers of one verifier process share, and what each loop has for itself. */
#ifndef ASSAY_VERIFIER_SERVICE_H
#define ASSAY_VERIFIER_SERVICE_H

#include <h2o.h>

#include "core/claim.h"
#include "core/office.h"

struct assay_config;       /* verifier/config.h */
struct assay_geo;          /* verifier/geo.h */
struct assay_geo_reader;   /* verifier/geo.h: this loop's look-ups */
struct assay_metrics;      /* verifier/metrics.h */
struct assay_workers;      /* verifier/workers.h: the small thread pool */
struct assay_rates;        /* verifier/rates.h: token buckets */
struct assay_cipher_cache; /* verifier/cipher_cache.h: this loop's ready batch ciphers */
struct assay_group;        /* verifier/group.h: this loop's scans of this pass */
struct assay_answers;      /* verifier/answer.h: this loop's ready pieces of answers */
struct assay_loop_metrics; /* verifier/metrics.h: this loop's counters */
struct assay_access_log;   /* verifier/access_log.h: this loop's log lines */
struct assay_log_writer;   /* verifier/access_log.h: the log itself */
struct assay_tls;          /* verifier/tls.h */
struct assay_sessions;     /* verifier/session.h: browsers that are logged in */
struct assay_courier;      /* verifier/courier.h */
struct assay_outbox;       /* core/outbox.h */
struct assay_upkeep;       /* verifier/upkeep.h */
struct assay_key_notice;   /* verifier/key_notice.h: the published list of keys */

/** One per process; everything is read-only after start but for what locks itself, and `keyring`,
 *  which SIGHUP replaces: read it by assay_service_keyring. Old ones live until the end. */
struct assay_service {
    const char *dir; /* the data directory */
    const struct assay_config *config;
    struct assay_store *store;
    struct assay_claims *claims;
    struct assay_keyring *keyring;
    struct assay_geo *geo;
    struct assay_workers *workers;
    struct assay_rates *rates;
    struct assay_metrics *metrics;
    struct assay_log_writer *log_writer; /* NULL = no access log */
    struct assay_tls *tls;               /* NULL = plain HTTP */
    struct assay_key_notice *key_notice;
    struct assay_sessions *sessions;
    struct assay_upkeep *upkeep;
    struct assay_courier *courier;
    struct assay_outbox *outbox;     /* the courier's */
    int64_t began_at_unix_ms;        /* when the process began to count */
    _Atomic unsigned key_generation; /* counts how often `keyring` was replaced */
    struct assay_receipt_key receipt_key;
    uint8_t device_key[ASSAY_ROOT_KEY_LEN];
};

/** One per thread; touched by that thread alone. The context is the first member, so that
 *  assay_loop_of is a cast. */
struct assay_loop {
    h2o_context_t context;
    struct assay_service *service;
    unsigned number;
    struct assay_store_session *session;
    struct assay_cipher_cache *ciphers;
    struct assay_group *group;
    struct assay_geo_reader *geo;
    struct assay_answers *answers;
    struct assay_loop_metrics *metrics;
    struct assay_access_log *access_log;
    unsigned key_generation; /* that the ciphers are of */
};

/** The keys as of now; valid until the process ends. threads: any. */
static inline struct assay_keyring *assay_service_keyring(const struct assay_service *service)
{
    return __atomic_load_n(&service->keyring, __ATOMIC_ACQUIRE);
}

/** The loop that serves a request. */
static inline struct assay_loop *assay_loop_of(h2o_req_t *request)
{
    return (struct assay_loop *)request->conn->ctx;
}

#endif
