// SPDX-License-Identifier: Apache-2.0
/* GET of a label's URL, and of what its page needs. A look: nothing is recorded, nothing is said
 * about whether the code was issued. */
#include "verifier/config.h"
#include "verifier/form.h"
#include "verifier/handlers.h"
#include "verifier/page_reply.h"
#include "verifier/pages/page_dashboard.h"
#include "verifier/reply.h"

/* The path as sent, with NUL, for the language switch. */
static const char *path_text(h2o_req_t *request)
{
    h2o_iovec_t path = assay_request_path(request);
    return h2o_strdup(&request->pool, path.base, path.len).base;
}

/* A brand can ask for a tap for all, or for one product. That much a batch handle tells. */
static bool scans_on_tap(const struct assay_service *service, uint32_t handle)
{
    if (service->config->scan_on_tap) {
        return true;
    }
    const struct assay_batch_facts *batch = assay_store_batch_facts(service->store, handle);
    const struct assay_product *product =
        batch == NULL ? NULL : assay_store_product(service->store, batch->sku);
    return product != NULL && product->value.scan_on_tap;
}

/* A typed code's own page. Encoded anew: nothing of what was typed gets into a header. */
static void redirect(h2o_req_t *request, const char *code, enum assay_language language)
{
    h2o_iovec_t path = h2o_uri_escape(&request->pool, code, strlen(code), NULL);
    const char *tail = language == ASSAY_LANGUAGE_ZH ? "?lang=zh" : "?lang=en";
    h2o_iovec_t target = h2o_concat(&request->pool, h2o_iovec_init(H2O_STRLIT("/")), path,
                                    h2o_iovec_init(tail, strlen(tail)));
    h2o_add_header(&request->pool, &request->res.headers, H2O_TOKEN_LOCATION, NULL, target.base,
                   target.len);
    assay_reply_send(request, 303, h2o_iovec_init(H2O_STRLIT("text/plain")), h2o_iovec_init("", 0));
}

/* GET /: asks for a code; `?code=` is what a page without its script sends. */
static int get_home(h2o_req_t *request)
{
    char code[ASSAY_LINK_CODE_SIZE];
    char scan_id[2 * ASSAY_SCAN_ID_LEN + 1];
    struct assay_page page;
    h2o_iovec_t query = assay_request_query(request);
    assay_page_begin(&page, request, scan_id);
    enum assay_error error = assay_form_field(query.base, query.len, "code", code, sizeof code);
    if (error == ASSAY_OK && code[0] != '\0') {
        redirect(request, code, page.language);
        return 0;
    }
    page.path = "/";
    assay_page_send(request, 200, &page);
    return 0;
}

int assay_page_get(h2o_handler_t *handler, h2o_req_t *request)
{
    (void)handler;
    h2o_iovec_t path = assay_request_path(request);
    h2o_iovec_t query = assay_request_query(request);
    if (path.len == 1) {
        return get_home(request);
    }
    struct assay_link link;
    enum assay_error error = assay_link_parse(path.base, path.len, query.base, query.len, &link);
    if (error == ASSAY_E_NOT_FOUND) {
        assay_reply_problem(request, 404, "path", "There is nothing at this path.");
        return 0;
    }
    if (error != ASSAY_OK) {
        assay_reply_problem(request, 400, "path", "The path's percent-encoding is broken.");
        return 0;
    }
    char scan_id[2 * ASSAY_SCAN_ID_LEN + 1];
    struct assay_page page;
    assay_page_begin(&page, request, scan_id);
    page.path = path_text(request);
    page.typed_code = link.code;
    page.gtin = link.gtin;
    page.lot = link.lot;
    page.sig = link.sig;
    struct assay_code_parts parts;
    error = assay_code_parse(link.code, strlen(link.code), &parts, &page.hint, &page.hint_count);
    if (error == ASSAY_OK) {
        memcpy(page.code, parts.text, sizeof page.code);
        page.offline_form = parts.version == ASSAY_CODE_VERSION_O1;
        page.scan_on_tap = scans_on_tap(assay_loop_of(request)->service, parts.handle);
    } else {
        page.decided = true;
        page.verdict = ASSAY_VERDICT_MALFORMED;
    }
    assay_page_send(request, 200, &page);
    return 0;
}

/* The smallest form that the client takes, and its name; the name is empty for the plain one. */
static const struct assay_span *choose_form(const h2o_req_t *request,
                                            const struct assay_asset *asset, h2o_iovec_t *encoding)
{
    h2o_iovec_t accept = assay_request_header(request, H2O_TOKEN_ACCEPT_ENCODING);
    const h2o_iovec_t brotli = {H2O_STRLIT("br")};
    const h2o_iovec_t gzip = {H2O_STRLIT("gzip")};
    if (asset->brotli.len_bytes > 0 &&
        h2o_contains_token(accept.base, accept.len, brotli.base, brotli.len, ',')) {
        *encoding = brotli;
        return &asset->brotli;
    }
    if (asset->gzip.len_bytes > 0 &&
        h2o_contains_token(accept.base, accept.len, gzip.base, gzip.len, ',')) {
        *encoding = gzip;
        return &asset->gzip;
    }
    *encoding = h2o_iovec_init("", 0);
    return &asset->plain;
}

static void add_header(h2o_req_t *request, const h2o_token_t *token, h2o_iovec_t value)
{
    h2o_add_header(&request->pool, &request->res.headers, token, NULL, value.base, value.len);
}

/* An asset's name holds its hash, so the name alone is the entity tag; weak, since it stands for
 * every encoding (RFC 9110, 8.8.1). */
static h2o_iovec_t etag_of(h2o_req_t *request, const struct assay_asset *asset)
{
    return h2o_concat(&request->pool, h2o_iovec_init(H2O_STRLIT("W/\"")),
                      h2o_iovec_init(asset->path, strlen(asset->path)),
                      h2o_iovec_init(H2O_STRLIT("\"")));
}

int assay_asset_get(h2o_handler_t *handler, h2o_req_t *request)
{
    (void)handler;
    h2o_iovec_t path = assay_request_path(request);
    const struct assay_asset *asset = assay_page_asset(path.base, path.len);
    if (asset == NULL) {
        asset = assay_dashboard_asset(path.base, path.len);
    }
    if (asset == NULL) {
        assay_reply_problem(request, 404, "path", "There is nothing at this path.");
        return 0;
    }
    h2o_iovec_t etag = etag_of(request, asset);
    add_header(request, H2O_TOKEN_CACHE_CONTROL,
               h2o_iovec_init(H2O_STRLIT("public, max-age=31536000, immutable")));
    add_header(request, H2O_TOKEN_ETAG, etag);
    add_header(request, H2O_TOKEN_VARY, h2o_iovec_init(H2O_STRLIT("accept-encoding")));
    h2o_iovec_t type = h2o_iovec_init(asset->type, strlen(asset->type));
    /* Weak comparison (RFC 9110, 13.1.2): the quoted part alone, wherever it stands in the list. */
    h2o_iovec_t wanted = assay_request_header(request, H2O_TOKEN_IF_NONE_MATCH);
    if (h2o_strstr(wanted.base, wanted.len, etag.base + 2, etag.len - 2) != SIZE_MAX) {
        assay_reply_send(request, 304, type, h2o_iovec_init("", 0));
        return 0;
    }
    h2o_iovec_t encoding;
    const struct assay_span *body = choose_form(request, asset, &encoding);
    if (encoding.len > 0) {
        add_header(request, H2O_TOKEN_CONTENT_ENCODING, encoding);
    }
    assay_reply_send(request, 200, type, h2o_iovec_init(body->data, body->len_bytes));
    return 0;
}
