// SPDX-License-Identifier: Apache-2.0
/* What is told of an alert: a webhook's JSON, and a mail in plain text, Chinese and English. */
#ifndef ASSAY_VERIFIER_LETTER_H
#define ASSAY_VERIFIER_LETTER_H

#include <jansson.h>

#include "core/outbox.h"
#include "core/store.h"

struct assay_keyring;

/* "al_ALERT_ENDPOINT", "test_TIME_ENDPOINT". */
#define ASSAY_LETTER_ID_SIZE 64

/** Where letters come from. Borrowed. */
struct assay_letter_source {
    struct assay_store *store;
    const struct assay_keyring *keyring; /* for codes of items */
};

/** The message's id: the same at each try. id: out. */
void assay_letter_id(const struct assay_outbox_message *message, char id[ASSAY_LETTER_ID_SIZE]);

/** {"type","timestamp","data"}; data is the alert as docs/AUDIT-API.md has it. alert: NULL for a
 *  test. Compact JSON text, the caller frees; NULL without memory. */
char *assay_letter_json(const struct assay_letter_source *source,
                        const struct assay_catalog_alert *alert, int64_t at_unix_ms);

/** What a mail's headers say. Borrowed. */
struct assay_letter_mail {
    const char *from; /* checked addresses */
    const char *to;
    const char *id;
    int64_t now_unix_ms;
};

/** A whole mail (RFC 5322): headers are ASCII, subject and body are base64 of UTF-8, so that no text
 *  can become a header. The caller frees; NULL without memory. */
char *assay_letter_mail(const struct assay_letter_source *source,
                        const struct assay_catalog_alert *alert,
                        const struct assay_letter_mail *mail);

/** Is it an address that a mail's header may hold: printable ASCII, one @, no quotes, spaces, commas
 *  or brackets? */
bool assay_letter_address_is_plain(const char *address);

#endif
