// SPDX-License-Identifier: Apache-2.0
#include "verifier/tls.h"

#include <errno.h>
#include <openssl/err.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"

struct retired {
    SSL_CTX *context; /* NULL = free */
    uint64_t since_ns;
};

struct assay_tls {
    const char *certificate;
    const char *key;
    _Atomic(SSL_CTX *) current;
    _Atomic unsigned generation;
    struct retired retired[ASSAY_TLS_RETIRED_MAX]; /* of the thread that reloads */
};

/* ALPN: HTTP/1.1 and nothing else (no h2: this h2o has no defence against rapid reset). A client
 * that offers only others is refused (RFC 7301, 3.2). */
static int select_protocol(SSL *ssl, const unsigned char **out, unsigned char *out_len,
                           const unsigned char *in, unsigned int in_len, void *context)
{
    static const unsigned char ours[] = "\x08http/1.1";
    (void)ssl;
    (void)context;
    unsigned char *chosen;
    if (SSL_select_next_proto(&chosen, out_len, ours, sizeof ours - 1, in, in_len) !=
        OPENSSL_NPN_NEGOTIATED) {
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    }
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

/* The library's own words on why a file was refused. */
static enum assay_error refuse(const char *path, const char *what, struct assay_reason *reason)
{
    const char *why = ERR_reason_error_string(ERR_peek_last_error());
    ERR_clear_error();
    return assay_fail(reason, ASSAY_E_CORRUPT, "%s: %s: %s", path, what,
                      why != NULL ? why : "not PEM");
}

static enum assay_error load(SSL_CTX *context, const struct assay_tls *tls,
                             struct assay_reason *reason)
{
    const char *const paths[] = {tls->certificate, tls->key};
    for (size_t i = 0; i < ASSAY_COUNT_OF(paths); i++) {
        if (access(paths[i], R_OK) != 0) {
            return assay_fail(reason, ASSAY_E_NOT_FOUND, "%s: %s", paths[i], strerror(errno));
        }
    }
    ERR_clear_error();
    if (SSL_CTX_use_certificate_chain_file(context, tls->certificate) != 1) {
        return refuse(tls->certificate, "no certificate chain", reason);
    }
    if (SSL_CTX_use_PrivateKey_file(context, tls->key, SSL_FILETYPE_PEM) != 1) {
        return refuse(tls->key, "no private key of this certificate", reason);
    }
    if (SSL_CTX_check_private_key(context) != 1) {
        return refuse(tls->key, "does not belong to the certificate", reason);
    }
    return ASSAY_OK;
}

static enum assay_error make_context(const struct assay_tls *tls, SSL_CTX **made,
                                     struct assay_reason *reason)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    if (context == NULL) {
        return assay_fail(reason, ASSAY_E_CRYPTO, NULL);
    }
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                     SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20");
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_alpn_select_cb(context, select_protocol, NULL);
    enum assay_error error = load(context, tls, reason);
    if (error != ASSAY_OK) {
        SSL_CTX_free(context);
        return error;
    }
    *made = context;
    return ASSAY_OK;
}

enum assay_error assay_tls_open(const char *certificate, const char *key, struct assay_tls **tls,
                                struct assay_reason *reason)
{
    struct assay_tls *self = calloc(1, sizeof *self);
    if (self == NULL) {
        return assay_fail(reason, ASSAY_E_MEMORY, NULL);
    }
    self->certificate = certificate;
    self->key = key;
    SSL_CTX *context;
    enum assay_error error = make_context(self, &context, reason);
    if (error != ASSAY_OK) {
        free(self);
        return error;
    }
    atomic_init(&self->current, context);
    *tls = self;
    return ASSAY_OK;
}

/* Room for one more replaced context; frees what nobody can hold any more. */
static struct retired *find_room(struct assay_tls *tls, uint64_t now_ns)
{
    struct retired *room = NULL;
    for (size_t i = 0; i < ASSAY_TLS_RETIRED_MAX; i++) {
        struct retired *old = &tls->retired[i];
        if (old->context != NULL && now_ns - old->since_ns > ASSAY_TLS_RETIRED_NS) {
            SSL_CTX_free(old->context);
            old->context = NULL;
        }
        if (old->context == NULL) {
            room = old;
        }
    }
    return room;
}

enum assay_error assay_tls_reload(struct assay_tls *tls, struct assay_reason *reason)
{
    uint64_t now_ns = assay_clock_monotonic_ns();
    struct retired *room = find_room(tls, now_ns);
    if (room == NULL) {
        return assay_fail(reason, ASSAY_E_BUSY, "reread %d times in 20 minutes; wait",
                          ASSAY_TLS_RETIRED_MAX);
    }
    SSL_CTX *fresh;
    enum assay_error error = make_context(tls, &fresh, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    *room = (struct retired){atomic_exchange(&tls->current, fresh), now_ns};
    atomic_fetch_add(&tls->generation, 1);
    return ASSAY_OK;
}

void assay_tls_close(struct assay_tls *tls)
{
    if (tls == NULL) {
        return;
    }
    for (size_t i = 0; i < ASSAY_TLS_RETIRED_MAX; i++) {
        SSL_CTX_free(tls->retired[i].context);
    }
    SSL_CTX_free(atomic_load(&tls->current));
    free(tls);
}

unsigned assay_tls_generation(const struct assay_tls *tls)
{
    return atomic_load_explicit(&tls->generation, memory_order_acquire);
}

SSL_CTX *assay_tls_context(struct assay_tls *tls)
{
    return atomic_load(&tls->current);
}
