// SPDX-License-Identifier: Apache-2.0
#include "verifier/page_reply.h"

#include <stdio.h>
#include <stdlib.h>

#include "verifier/group.h"
#include "verifier/pages/page_text.h"
#include "verifier/reply.h"
#include "verifier/request.h"

void assay_page_begin(struct assay_page *page, h2o_req_t *request,
                      char scan_id[2 * ASSAY_SCAN_ID_LEN + 1])
{
    struct assay_loop *loop = assay_loop_of(request);
    h2o_iovec_t query = assay_request_query(request);
    h2o_iovec_t accept = assay_request_header(request, H2O_TOKEN_ACCEPT_LANGUAGE);
    uint8_t id[ASSAY_SCAN_ID_LEN];
    assay_group_random_id(loop->group, id);
    assay_hex_encode(id, sizeof id, scan_id);
    *page = (struct assay_page){
        .language = assay_page_language(query.base, query.len, accept.base, accept.len),
        .brand = assay_store_brand(loop->service->store),
        .scan_id = scan_id,
        .now_unix_ms = (int64_t)h2o_now(loop->context.loop),
    };
}

static void add_header(h2o_req_t *request, const char *name, const char *value)
{
    h2o_add_header_by_str(&request->pool, &request->res.headers, name, strlen(name), 1, NULL, value,
                          strlen(value));
}

void assay_page_send_html(h2o_req_t *request, int status, char *html, size_t len)
{
    h2o_iovec_t body = h2o_strdup(&request->pool, html, len);
    free(html);
    add_header(request, "content-security-policy", assay_page_csp());
    /* A stricter policy would send forms with `Origin: null`, which is refused as another site. */
    add_header(request, "referrer-policy", "same-origin");
    add_header(request, "permissions-policy", "geolocation=(self), camera=(), microphone=()");
    if (request->scheme == &H2O_URL_SCHEME_HTTPS) {
        add_header(request, "strict-transport-security", "max-age=31536000");
    }
    assay_reply_send(request, status, h2o_iovec_init(H2O_STRLIT("text/html; charset=utf-8")), body);
}

void assay_page_send(h2o_req_t *request, int status, const struct assay_page *page)
{
    char *html;
    size_t len;
    enum assay_error error = assay_page_render(page, &html, &len);
    if (error != ASSAY_OK) {
        assay_reply_error(request, error, NULL);
        return;
    }
    assay_page_send_html(request, status, html, len);
}

void assay_page_send_wait(h2o_req_t *request, int status, const char *code, uint32_t retry_after_ms)
{
    char scan_id[2 * ASSAY_SCAN_ID_LEN + 1];
    char path[ASSAY_PAGE_PATH_SIZE];
    char message[256];
    struct assay_page page;
    assay_page_begin(&page, request, scan_id);
    uint32_t seconds = retry_after_ms / 1000 + (retry_after_ms % 1000 != 0);
    char *value = h2o_mem_alloc_pool(&request->pool, 12);
    snprintf(value, 12, "%u", seconds == 0 ? 1 : seconds);
    add_header(request, "retry-after", value);
    const char *text = assay_page_text(ASSAY_TEXT_WAIT, page.language);
    size_t head = (size_t)(strstr(text, "{}") - text);
    snprintf(message, sizeof message, "%.*s%s%s", (int)head, text, value, text + head + 2);
    snprintf(path, sizeof path, "/%s", code);
    snprintf(page.code, sizeof page.code, "%s", code);
    page.path = path;
    page.message = status == 429 ? message : assay_page_text(ASSAY_TEXT_BUSY, page.language);
    assay_page_send(request, status, &page);
}
