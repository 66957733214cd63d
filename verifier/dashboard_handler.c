// SPDX-License-Identifier: Apache-2.0
/* GET /audit/: the dashboard's page, to who has logged in. It holds no figures: its script asks for
 * them at /v1/office/audit/. */
#include <stdlib.h>
#include <string.h>

#include "verifier/handlers.h"
#include "verifier/page_reply.h"
#include "verifier/pages/page_dashboard.h"
#include "verifier/reply.h"
#include "verifier/request.h"
#include "verifier/visitor.h"

#define DASHBOARD_PATH "/audit/"
#define LOGIN_WITH_NEXT "/audit/login?next="

static void go_to(h2o_req_t *request, h2o_iovec_t target)
{
    h2o_add_header(&request->pool, &request->res.headers, H2O_TOKEN_LOCATION, NULL, target.base,
                   target.len);
    assay_reply_send(request, 303, h2o_iovec_init(H2O_STRLIT("text/plain")),
                     h2o_iovec_init(H2O_STRLIT("see Location\n")));
}

/* As the value of a query's field: all but unreserved characters (RFC 3986, 2.3) percent-encoded.
 * h2o_uri_escape leaves '&' as it is. */
static h2o_iovec_t query_value(h2o_req_t *request, h2o_iovec_t text)
{
    static const char digits[] = "0123456789ABCDEF";
    static const char unreserved[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                     "0123456789-._~/";
    char *value = h2o_mem_alloc_pool(&request->pool, 3 * text.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        uint8_t byte = (uint8_t)text.base[i];
        if (byte != 0 && strchr(unreserved, byte) != NULL) {
            value[len++] = (char)byte;
        } else {
            value[len++] = '%';
            value[len++] = digits[byte >> 4];
            value[len++] = digits[byte & 15];
        }
    }
    return h2o_iovec_init(value, len);
}

/* To the login, and from there back to this very address with its filters. */
static void go_to_login(h2o_req_t *request)
{
    go_to(request, h2o_concat(&request->pool, h2o_iovec_init(H2O_STRLIT(LOGIN_WITH_NEXT)),
                              query_value(request, request->path)));
}

static void send_page(h2o_req_t *request, const struct assay_asset *page)
{
    char *html = malloc(page->plain.len_bytes);
    if (html == NULL) {
        assay_reply_error(request, ASSAY_E_MEMORY, NULL);
        return;
    }
    memcpy(html, page->plain.data, page->plain.len_bytes);
    assay_page_send_html(request, 200, html, page->plain.len_bytes);
}

int assay_dashboard_get(h2o_handler_t *handler, h2o_req_t *request)
{
    (void)handler;
    struct assay_actor actor;
    h2o_iovec_t path = assay_request_path(request);
    const struct assay_asset *page = assay_dashboard_page();
    if (page == NULL) {
        assay_reply_problem(request, 404, "path", "This program was built without a dashboard.");
    } else if (path.len > sizeof DASHBOARD_PATH - 1) {
        assay_reply_problem(request, 404, "path", "There is nothing at this path.");
    } else if (path.len < sizeof DASHBOARD_PATH - 1) {
        go_to(request, h2o_iovec_init(H2O_STRLIT(DASHBOARD_PATH)));
    } else if (!assay_visitor_of_session(request, &actor)) {
        go_to_login(request);
    } else {
        send_page(request, page);
    }
    return 0;
}
