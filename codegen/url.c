// SPDX-License-Identifier: Apache-2.0
#include "codegen/url.h"

#include <stdio.h>
#include <string.h>

#include "core/gs1.h"

static const char *const form_names[] = {
    [ASSAY_URL_SHORT] = "short",
    [ASSAY_URL_GS1] = "gs1",
    [ASSAY_URL_GS1_LOT] = "gs1-lot",
};

enum assay_error assay_url_form_parse(const char *name, enum assay_url_form *form,
                                      struct assay_reason *reason)
{
    for (size_t i = 0; i < ASSAY_COUNT_OF(form_names); i++) {
        if (strcmp(name, form_names[i]) == 0) {
            *form = (enum assay_url_form)i;
            return ASSAY_OK;
        }
    }
    return assay_fail(reason, ASSAY_E_USAGE, "--url is short, gs1 or gs1-lot, not '%.40s'", name);
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

enum assay_error assay_url_prefix_make(enum assay_url_form form, const struct assay_order *order,
                                       struct assay_url_prefix *prefix, struct assay_reason *reason)
{
    const char *gtin = order->gtin, *lot = order->lot;
    char origin[ASSAY_HOST_MAX + 1];
    enum assay_error error = origin_copy(order->host, origin, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    if (form != ASSAY_URL_SHORT && gtin[0] == '\0') {
        return assay_fail(reason, ASSAY_E_REFUSED, "--url gs1 needs a GTIN; the order has none");
    }
    if (form == ASSAY_URL_GS1_LOT && lot[0] == '\0') {
        return assay_fail(reason, ASSAY_E_REFUSED, "--url gs1-lot needs a lot; the order has none");
    }
    char escaped[3 * ASSAY_LOT_MAX + 1] = "";
    if (form == ASSAY_URL_GS1_LOT) {
        assay_gs1_percent_encode(lot, escaped, sizeof escaped);
    }
    char text[ASSAY_URL_MAX + 1];
    int len = form == ASSAY_URL_SHORT ? snprintf(text, sizeof text, "%s/", origin)
              : form == ASSAY_URL_GS1
                  ? snprintf(text, sizeof text, "%s/01/%s/21/", origin, gtin)
                  : snprintf(text, sizeof text, "%s/01/%s/10/%s/21/", origin, gtin, escaped);
    if (len < 0 || (size_t)len + ASSAY_CODE_LEN > ASSAY_URL_MAX) {
        return assay_fail(reason, ASSAY_E_TOO_LARGE, "the label's URL is longer than %d bytes",
                          ASSAY_URL_MAX);
    }
    memcpy(prefix->text, text, (size_t)len + 1);
    prefix->len = (size_t)len;
    return ASSAY_OK;
}

size_t assay_url_make(const struct assay_url_prefix *prefix, const char code[ASSAY_CODE_LEN],
                      char url[ASSAY_URL_MAX + 1])
{
    memcpy(url, prefix->text, prefix->len);
    memcpy(url + prefix->len, code, ASSAY_CODE_LEN);
    url[prefix->len + ASSAY_CODE_LEN] = '\0';
    return prefix->len + ASSAY_CODE_LEN;
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
