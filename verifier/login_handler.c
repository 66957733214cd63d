// SPDX-License-Identifier: Apache-2.0
/* GET and POST /audit/login, POST /audit/logout: a token becomes a session, and ends. As pages, or
 * as JSON for a JSON body. */
#include <string.h>

#include "core/clock.h"
#include "verifier/bearer.h"
#include "verifier/buyer.h"
#include "verifier/form.h"
#include "verifier/handlers.h"
#include "verifier/page_reply.h"
#include "verifier/pages/page_login.h"
#include "verifier/reply.h"
#include "verifier/request.h"
#include "verifier/visitor.h"

#define LOGIN_PATH "/audit/login"
#define NEXT_SIZE 200

/* A path of ours that a login may go on to: nothing that a browser could take for another host, and
 * nothing that needs escaping in a header. */
static bool may_go_on_to(const char *next)
{
    if (strncmp(next, "/audit/", 7) != 0 && strncmp(next, "/00/", 4) != 0) {
        return false;
    }
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "-._~/?=&%";
    return next[strspn(next, allowed)] == '\0';
}

static enum assay_language language_of(const h2o_req_t *request)
{
    h2o_iovec_t query = assay_request_query(request);
    h2o_iovec_t accept = assay_request_header(request, H2O_TOKEN_ACCEPT_LANGUAGE);
    return assay_page_language(query.base, query.len, accept.base, accept.len);
}

static void send_page(h2o_req_t *request, int status, struct assay_page_login *page)
{
    char *html;
    size_t len;
    page->language = language_of(request);
    page->brand = assay_store_brand(assay_loop_of(request)->service->store);
    enum assay_error error = assay_page_login_render(page, &html, &len);
    if (error != ASSAY_OK) {
        assay_reply_error(request, error, NULL);
        return;
    }
    assay_page_send_html(request, status, html, len);
}

/* 303 (RFC 9110, 15.4.4): the browser asks for the next page by GET. */
static void go_on(h2o_req_t *request, const char *next)
{
    const char *path = next[0] == '\0' ? LOGIN_PATH : next;
    h2o_iovec_t kept = h2o_strdup(&request->pool, path, strlen(path));
    h2o_add_header(&request->pool, &request->res.headers, H2O_TOKEN_LOCATION, NULL, kept.base,
                   kept.len);
    assay_reply_send(request, 303, h2o_iovec_init(H2O_STRLIT("text/plain")),
                     h2o_iovec_init(H2O_STRLIT("see Location\n")));
}

int assay_login_get(h2o_handler_t *handler, h2o_req_t *request)
{
    (void)handler;
    struct assay_actor actor;
    char next[NEXT_SIZE] = "";
    struct assay_page_login page = {.next = next};
    h2o_iovec_t query = assay_request_query(request);
    enum assay_error error = assay_form_field(query.base, query.len, "next", next, sizeof next);
    if (error != ASSAY_OK || !may_go_on_to(next)) {
        next[0] = '\0';
    }
    if (assay_visitor_of_session(request, &actor)) {
        page.who = actor.name;
    }
    send_page(request, 200, &page);
    return 0;
}

/* What was posted. */
struct login {
    json_t *body;
    bool wants_page;
    const char *token;
    const char *next; /* empty if it is none of ours */
};

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text == NULL ? "" : text;
}

/* Read the body; false: the request has been answered. */
static bool read_login(h2o_req_t *request, struct login *login)
{
    enum assay_body_kind kind = assay_request_body_kind(request);
    struct assay_reason reason = {""};
    *login = (struct login){.wants_page = kind == ASSAY_BODY_FORM};
    if (kind == ASSAY_BODY_OTHER) {
        assay_reply_problem(request, 415, "media_type",
                            "the body must be application/json or a form");
        return false;
    }
    enum assay_error error = assay_buyer_body(request, NULL, &login->body, &reason);
    if (error != ASSAY_OK) {
        assay_reply_error(request, error, reason.text[0] != '\0' ? &reason : NULL);
        return false;
    }
    login->token = text_of(login->body, "token");
    login->next = text_of(login->body, "next");
    if (strlen(login->next) >= NEXT_SIZE || !may_go_on_to(login->next)) {
        login->next = "";
    }
    return true;
}

static void refuse(h2o_req_t *request, const struct login *login, int status,
                   enum assay_login_note note)
{
    struct assay_page_login page = {.next = login->next, .note = note};
    send_page(request, status, &page);
}

static void refuse_token(h2o_req_t *request, const struct login *login)
{
    uint32_t wait_ms = assay_bearer_denied(request);
    if (!login->wants_page) {
        assay_bearer_refuse(request, wait_ms);
    } else {
        refuse(request, login, wait_ms == 0 ? 401 : 429,
               wait_ms == 0 ? ASSAY_LOGIN_WRONG : ASSAY_LOGIN_WAIT);
    }
}

static void log_in(h2o_req_t *request, const struct login *login)
{
    struct assay_actor actor;
    const struct assay_reason missing = {"token: missing"};
    if (login->token[0] == '\0' && login->wants_page) {
        refuse(request, login, 400, ASSAY_LOGIN_INPUT);
    } else if (login->token[0] == '\0') {
        assay_reply_error(request, ASSAY_E_FIELD, &missing);
    } else if (assay_visitor_login(request, login->token, strlen(login->token), &actor) !=
               ASSAY_OK) {
        refuse_token(request, login);
    } else if (login->wants_page) {
        go_on(request, login->next);
    } else {
        json_t *json = json_pack("{s:s, s:s}", "state", "logged_in", "who", actor.name);
        assay_reply_json(request, 200, json);
        json_decref(json);
    }
}

int assay_login_post(h2o_handler_t *handler, h2o_req_t *request)
{
    (void)handler;
    struct login login;
    if (read_login(request, &login)) {
        log_in(request, &login);
        json_decref(login.body);
    }
    return 0;
}

int assay_logout_post(h2o_handler_t *handler, h2o_req_t *request)
{
    (void)handler;
    struct login login = {.next = ""};
    if (request->entity.len > 0 && !read_login(request, &login)) {
        return 0;
    }
    assay_visitor_logout(request);
    if (login.wants_page) {
        go_on(request, login.next);
    } else {
        json_t *json = json_pack("{s:s}", "state", "logged_out");
        assay_reply_json(request, 200, json);
        json_decref(json);
    }
    json_decref(login.body);
    return 0;
}
