// SPDX-License-Identifier: Apache-2.0
#include "codegen/claimed.h"

#include <string.h>
#include <strings.h>

/* Borrowed characters. */
struct part {
    const char *text;
    size_t len;
};

static bool is_url(const char *text)
{
    return strncasecmp(text, "http://", 7) == 0 || strncasecmp(text, "https://", 8) == 0;
}

/* Scheme and host of a URL, in lower case; too long is cut, and so like none that we know. */
static void read_origin(const char *text, char origin[ASSAY_HOST_MAX + 1])
{
    const char *host = strstr(text, "://") + 3;
    size_t len = (size_t)(host - text) + strcspn(host, "/?#");
    len = len < ASSAY_HOST_MAX ? len : ASSAY_HOST_MAX;
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        origin[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    origin[len] = '\0';
}

static enum assay_error take_code(struct part code, struct assay_claimed *claimed,
                                  struct assay_reason *reason)
{
    enum assay_error error = assay_code_parse(code.text, code.len, &claimed->code, NULL, NULL);
    return error == ASSAY_OK ? ASSAY_OK
                             : assay_fail(reason, error, "code: %s", assay_error_text(error));
}

static enum assay_error take_signature(struct part sig, struct assay_claimed *claimed,
                                       struct assay_reason *reason)
{
    if (sig.len != ASSAY_OFFLINE_TEXT_LEN) {
        return assay_fail(reason, ASSAY_E_SYNTAX,
                          "signature: has %zu characters, not %d; is this an offline label?",
                          sig.len, ASSAY_OFFLINE_TEXT_LEN);
    }
    memcpy(claimed->sig, sig.text, sig.len);
    claimed->sig[sig.len] = '\0';
    return ASSAY_OK;
}

/* The value of "sig=" in a query, which is all ASCII letters and digits; empty if it is not there. */
static struct part find_sig(const char *text)
{
    struct part none = {text, 0};
    const char *at = strchr(text, '?');
    while (at != NULL && *at != '\0' && *at != '#') {
        at++;
        size_t len = strcspn(at, "&#");
        if (len >= 4 && strncmp(at, "sig=", 4) == 0) {
            return (struct part){at + 4, len - 4};
        }
        at += len;
    }
    return none;
}

static enum assay_error read_link(const char *text, struct assay_claimed *claimed,
                                  struct assay_reason *reason)
{
    struct assay_digital_link link;
    enum assay_error error =
        assay_digital_link_parse(text, strlen(text), ASSAY_DIGITAL_LINK_TOLERANT, &link, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    const char *serial = assay_digital_link_value(&link, "21");
    if (serial == NULL) {
        return assay_fail(reason, ASSAY_E_FIELD, "(21): the URL has no serial number");
    }
    error = take_code((struct part){serial, strlen(serial)}, claimed, reason);
    return error == ASSAY_OK ? take_signature(find_sig(text), claimed, reason) : error;
}

/* ".../CODE/SIGNATURE": the last two parts of the path. */
static enum assay_error read_short(const char *text, struct assay_claimed *claimed,
                                   struct assay_reason *reason)
{
    size_t len = strcspn(text, "?#");
    const char *slash = memrchr(text, '/', len);
    if (slash == NULL) {
        return assay_fail(reason, ASSAY_E_SYNTAX,
                          "there is no signature: CODE/SIGNATURE or the label's URL is wanted");
    }
    const char *before = memrchr(text, '/', (size_t)(slash - text));
    const char *code = before == NULL ? text : before + 1;
    struct part sig = {slash + 1, len - (size_t)(slash + 1 - text)};
    enum assay_error error =
        take_code((struct part){code, (size_t)(slash - code)}, claimed, reason);
    return error == ASSAY_OK ? take_signature(sig, claimed, reason) : error;
}

enum assay_error assay_claimed_read(const char *text, struct assay_claimed *claimed,
                                    struct assay_reason *reason)
{
    struct assay_claimed read = {.origin = ""};
    bool url = is_url(text);
    if (url) {
        read_origin(text, read.origin);
    }
    enum assay_error error = url && strstr(text, "/01/") != NULL ? read_link(text, &read, reason)
                                                                 : read_short(text, &read, reason);
    if (error == ASSAY_OK) {
        *claimed = read;
    }
    return error;
}
