// SPDX-License-Identifier: Apache-2.0
/* One outgoing transfer by libcurl: a webhook's POST, or a mail. What leaves, and where to:
 *
 *   - http and https, or smtp and smtps, as the row says; no redirect, no proxy, no cookies;
 *   - certificates and names are verified;
 *   - a webhook's address is looked at after the name was resolved: private, link-local, loopback and
 *     the like are refused unless configured; http goes to a loopback address alone;
 *   - time and size of an answer are bounded.
 *
 * threads: the courier's. */
#ifndef ASSAY_VERIFIER_POST_H
#define ASSAY_VERIFIER_POST_H

#include <curl/curl.h>

#include "core/outbox.h"
#include "verifier/config.h"

struct assay_post {
    CURL *easy;
    struct curl_slist *headers; /* or recipients of a mail */
    char *body;                 /* taken */
    size_t body_len;
    size_t body_at;    /* of a mail: how much was read */
    size_t answer_len; /* bytes of the answer so far */
    bool plain;        /* http: loopback alone */
    bool refused;      /* an address that may not be told */
    const struct assay_config *config;
    struct assay_outbox_message message;
};

/** What a webhook's POST needs; borrowed. */
struct assay_post_hook {
    const char *url;
    const char *id;
    const char *signature;
    int64_t at_unix_s;
};

/** Make a transfer ready. body: malloc'ed, taken in any case; NULL is ASSAY_E_MEMORY.
 *  post: out; the caller frees it. ASSAY_OK or ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_post_hook(const struct assay_config *config,
                                                  const struct assay_post_hook *hook, char *body,
                                                  struct assay_post **post);
/** The same of a mail; password: of alerts.mail_user, or NULL. */
ASSAY_MUST_CHECK enum assay_error assay_post_mail(const struct assay_config *config,
                                                  const char *password, char *body,
                                                  struct assay_post **post);

/** What came of it: HTTP or SMTP status; below 0 if none came. taken: out. */
int32_t assay_post_status(struct assay_post *post, CURLcode code, bool *taken);

/** For how long the endpoint of an answered post asked to be left alone; 0: it did not. */
int64_t assay_post_pause_ms(const struct assay_post *post);

/** Free; NULL is allowed. It is in no multi handle. */
void assay_post_free(struct assay_post *post);

/** May an address be told, as far as it is no private one? For tests too. */
bool assay_post_is_public(const struct assay_address *address);

#endif
