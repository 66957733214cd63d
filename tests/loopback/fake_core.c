// SPDX-License-Identifier: Apache-2.0
#include "tests/loopback/fake_core.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct fake_core fake = {.lock = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER};

void fake_answer(enum assay_error error, const char *reason)
{
    pthread_mutex_lock(&fake.lock);
    fake.error = error;
    fake.reason = reason;
    pthread_mutex_unlock(&fake.lock);
}

void fake_close(bool closed)
{
    pthread_mutex_lock(&fake.lock);
    fake.closed = closed;
    pthread_cond_broadcast(&fake.wake);
    pthread_mutex_unlock(&fake.lock);
}

void fake_wait_for_calls(unsigned calls)
{
    pthread_mutex_lock(&fake.lock);
    while (fake.calls < calls) {
        pthread_cond_wait(&fake.wake, &fake.lock);
    }
    pthread_mutex_unlock(&fake.lock);
}

/* Begin a call: wait while closed; the lock is held on return. */
static void begin(void)
{
    pthread_mutex_lock(&fake.lock);
    fake.calls++;
    pthread_cond_broadcast(&fake.wake);
    while (fake.closed) {
        pthread_cond_wait(&fake.wake, &fake.lock);
    }
}

static enum assay_error end(struct assay_reason *reason)
{
    enum assay_error error = fake.error;
    if (error != ASSAY_OK && fake.reason != NULL && reason != NULL) {
        error = assay_fail(reason, error, "%s", fake.reason);
    }
    pthread_mutex_unlock(&fake.lock);
    return error;
}

static void fill(struct assay_claim_answer *answer)
{
    *answer = (struct assay_claim_answer){
        .created = true,
        .reference = "00112233445566778899aabbccddeeff",
        .begins_on = 20454,
        .ends_on = 20605,
        .terms = {.months = 3, .bonus_months = 2},
    };
}

enum assay_error assay_claim_register(struct assay_claims *claims,
                                      struct assay_store_session *session,
                                      const struct assay_claim_request *request,
                                      struct assay_claim_answer *answer,
                                      struct assay_reason *reason)
{
    (void)claims;
    assay_assert(session != NULL);
    begin();
    fake.receipt = *request->receipt;
    snprintf(fake.name, sizeof fake.name, "%s", request->name);
    snprintf(fake.phone, sizeof fake.phone, "%s", request->phone);
    snprintf(fake.email, sizeof fake.email, "%s", request->email != NULL ? request->email : "-");
    fake.bought_on = request->bought_on;
    fill(answer);
    return end(reason);
}

enum assay_error assay_claim_find(struct assay_claims *claims, struct assay_store_session *session,
                                  const struct assay_claim_search *search,
                                  struct assay_claim_answer *answer)
{
    (void)claims;
    assay_assert(session != NULL);
    begin();
    fake.item = search->item;
    snprintf(fake.phone, sizeof fake.phone, "%s", search->phone);
    fill(answer);
    return end(NULL);
}

enum assay_error assay_claim_report(struct assay_claims *claims,
                                    struct assay_store_session *session,
                                    const struct assay_claim_report *report,
                                    struct assay_reason *reason)
{
    (void)claims;
    assay_assert(session != NULL);
    begin();
    fake.item = report->item;
    snprintf(fake.code, sizeof fake.code, "%s", report->code);
    snprintf(fake.where, sizeof fake.where, "%s", report->where);
    snprintf(fake.text, sizeof fake.text, "%s", report->text);
    fake.place = *report->place;
    return end(reason);
}

enum assay_error assay_office_run(struct assay_office *office,
                                  const struct assay_office_request *request, json_t **result,
                                  struct assay_reason *reason)
{
    assay_assert(office->session != NULL);
    assay_assert(office->dir != NULL);
    begin();
    snprintf(fake.command, sizeof fake.command, "%s", request->command);
    size_t len = json_dumpb(request->params, fake.params, sizeof fake.params - 1,
                            JSON_COMPACT | JSON_SORT_KEYS);
    fake.params[len < sizeof fake.params ? len : 0] = '\0';
    fake.actor = *request->actor;
    if (fake.error == ASSAY_OK) {
        bool keys = strcmp(request->command, "keys.list") == 0;
        *result = keys ? json_pack("{s:s}", "list", "{\"signed\": 1}")
                       : json_pack("{s:s}", "done", request->command);
    }
    return end(reason);
}

enum assay_error assay_office_actor_of_token(struct assay_store *store, const char *token,
                                             size_t len, struct assay_actor *actor)
{
    (void)store;
    if (len != strlen(FAKE_TOKEN) || memcmp(token, FAKE_TOKEN, len) != 0) {
        return ASSAY_E_TOKEN;
    }
    *actor = (struct assay_actor){.name = "token test", .scopes = ASSAY_SCOPE_READ};
    return ASSAY_OK;
}

enum assay_error assay_office_actor_of_token_sha256(struct assay_store *store,
                                                    const uint8_t sha256[ASSAY_SHA256_LEN],
                                                    struct assay_actor *actor)
{
    (void)store;
    uint8_t right[ASSAY_SHA256_LEN];
    assay_sha256(FAKE_TOKEN, strlen(FAKE_TOKEN), right);
    if (fake.revoked || memcmp(sha256, right, sizeof right) != 0) {
        return ASSAY_E_TOKEN;
    }
    *actor = (struct assay_actor){.name = "token test", .scopes = ASSAY_SCOPE_ADMIN};
    return ASSAY_OK;
}
