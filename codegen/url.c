// SPDX-License-Identifier: Apache-2.0
#include "codegen/url.h"

#include <stdio.h>
#include <string.h>

#include "core/digital_link.h"

/* All codes are of the same length and of the same characters. */
static const char sample_code[] = "00000000000000000000";

static const struct {
    const char *name;
    bool has_gtin;
    bool has_lot;
    const char *joint; /* NULL: no signature */
} forms[ASSAY_URL_FORMS] = {
    [ASSAY_URL_SHORT] = {"short", false, false, NULL},
    [ASSAY_URL_GS1] = {"gs1", true, false, NULL},
    [ASSAY_URL_GS1_LOT] = {"gs1-lot", true, true, NULL},
    [ASSAY_URL_O1] = {"o1", false, false, "/"},
    /* A further path segment would be a syntax error in a Digital Link. */
    [ASSAY_URL_O1_GS1] = {"o1-gs1", true, false, "?sig="},
};

enum assay_error assay_url_form_parse(const char *name, enum assay_url_form *form,
                                      struct assay_reason *reason)
{
    for (size_t i = 0; i < ASSAY_COUNT_OF(forms); i++) {
        if (strcmp(name, forms[i].name) == 0) {
            *form = (enum assay_url_form)i;
            return ASSAY_OK;
        }
    }
    return assay_fail(reason, ASSAY_E_USAGE,
                      "--url is short, gs1, gs1-lot, o1 or o1-gs1, not '%.40s'", name);
}

/* An origin in lower case without a final '/': scheme, "://", and what a host, a port or an
 * IPv6 literal is made of (RFC 3986, 3.2.2). */
static enum assay_error origin_copy(const char *host, char origin[ASSAY_HOST_MAX + 1],
                                    struct assay_reason *reason)
{
    size_t len = strlen(host);
    if (len > ASSAY_HOST_MAX) {
        return assay_fail(reason, ASSAY_E_FIELD, "the order's host has %zu bytes, more than %d",
                          len, ASSAY_HOST_MAX);
    }
    if (len > 0 && host[len - 1] == '/') {
        len--;
    }
    for (size_t i = 0; i < len; i++) {
        char c = host[i];
        origin[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    origin[len] = '\0';
    size_t scheme = strncmp(origin, "https://", 8) == 0  ? 8
                    : strncmp(origin, "http://", 7) == 0 ? 7
                                                         : 0;
    size_t good = strspn(origin + scheme, "abcdefghijklmnopqrstuvwxyz0123456789.-:[]");
    if (scheme == 0 || good == 0 || scheme + good != len) {
        return assay_fail(reason, ASSAY_E_FIELD,
                          "the order's host '%s' is not an origin such as https://v.brand.cn",
                          origin);
    }
    return ASSAY_OK;
}

static enum assay_error check_form(enum assay_url_form form, const struct assay_order *order,
                                   struct assay_reason *reason)
{
    bool offline = (order->flags & ASSAY_BATCH_IS_OFFLINE) != 0;
    if (forms[form].has_gtin && order->gtin[0] == '\0') {
        return assay_fail(reason, ASSAY_E_REFUSED, "--url %s needs a GTIN; the order has none",
                          forms[form].name);
    }
    if (forms[form].has_lot && order->lot[0] == '\0') {
        return assay_fail(reason, ASSAY_E_REFUSED, "--url %s needs a lot; the order has none",
                          forms[form].name);
    }
    if (offline != (forms[form].joint != NULL)) {
        return assay_fail(reason, ASSAY_E_REFUSED,
                          offline
                              ? "--url %s has no signature; the order asks for offline labels: "
                                "o1 or o1-gs1"
                              : "--url %s is of offline labels; the order does not ask for them",
                          forms[form].name);
    }
    return ASSAY_OK;
}

/* The URL of the sample's code, as a Digital Link. */
static enum assay_error link_make(enum assay_url_form form, const struct assay_order *order,
                                  const char *origin, char text[ASSAY_URL_MAX + 1],
                                  struct assay_reason *reason)
{
    struct assay_digital_link link = {.count = 0};
    enum assay_error error = assay_digital_link_add(&link, "01", order->gtin, reason);
    if (error == ASSAY_OK && forms[form].has_lot) {
        error = assay_digital_link_add(&link, "10", order->lot, reason);
    }
    if (error == ASSAY_OK) {
        error = assay_digital_link_add(&link, "21", sample_code, reason);
    }
    return error == ASSAY_OK
               ? assay_digital_link_write(origin, &link, text, ASSAY_URL_MAX + 1, reason)
               : error;
}

enum assay_error assay_url_prefix_make(enum assay_url_form form, const struct assay_order *order,
                                       struct assay_url_prefix *prefix, struct assay_reason *reason)
{
    char origin[ASSAY_HOST_MAX + 1];
    char text[ASSAY_URL_MAX + 1];
    if (form == ASSAY_URL_BY_ORDER) {
        form = (order->flags & ASSAY_BATCH_IS_OFFLINE) != 0 ? ASSAY_URL_O1 : ASSAY_URL_SHORT;
    }
    enum assay_error error = origin_copy(order->host, origin, reason);
    if (error == ASSAY_OK) {
        error = check_form(form, order, reason);
    }
    if (error == ASSAY_OK && forms[form].has_gtin) {
        error = link_make(form, order, origin, text, reason);
    } else if (error == ASSAY_OK) {
        snprintf(text, sizeof text, "%s/%s", origin, sample_code);
    }
    if (error != ASSAY_OK) {
        return error;
    }
    const char *joint = forms[form].joint;
    if (joint != NULL && strlen(text) + strlen(joint) + ASSAY_OFFLINE_TEXT_LEN > ASSAY_URL_MAX) {
        return assay_fail(reason, ASSAY_E_TOO_LARGE, "the label's URL is longer than %d bytes",
                          ASSAY_URL_MAX);
    }
    prefix->len = strlen(text) - ASSAY_CODE_LEN;
    memcpy(prefix->text, text, prefix->len);
    prefix->text[prefix->len] = '\0';
    prefix->joint = joint;
    return ASSAY_OK;
}

size_t assay_url_make(const struct assay_url_prefix *prefix, const char code[ASSAY_CODE_LEN],
                      const char *sig, char url[ASSAY_URL_MAX + 1])
{
    assay_assert((sig != NULL) == (prefix->joint != NULL));
    memcpy(url, prefix->text, prefix->len);
    memcpy(url + prefix->len, code, ASSAY_CODE_LEN);
    size_t len = prefix->len + ASSAY_CODE_LEN;
    if (sig != NULL) {
        size_t joint_len = strlen(prefix->joint);
        memcpy(url + len, prefix->joint, joint_len);
        memcpy(url + len + joint_len, sig, ASSAY_OFFLINE_TEXT_LEN);
        len += joint_len + ASSAY_OFFLINE_TEXT_LEN;
    }
    url[len] = '\0';
    return len;
}

size_t assay_url_sample(const struct assay_url_prefix *prefix, char url[ASSAY_URL_MAX + 1])
{
    char sig[ASSAY_OFFLINE_TEXT_LEN];
    memset(sig, '0', sizeof sig);
    return assay_url_make(prefix, sample_code, prefix->joint != NULL ? sig : NULL, url);
}

size_t assay_url_alphanumeric_tail(const char *url, size_t len)
{
    static const char alphanumeric[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
    size_t begin = len;
    while (begin > 0 && memchr(alphanumeric, url[begin - 1], sizeof alphanumeric - 1) != NULL) {
        begin--;
    }
    return begin;
}
