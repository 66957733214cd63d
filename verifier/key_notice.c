// SPDX-License-Identifier: Apache-2.0
#include "verifier/key_notice.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"

#define AGE_MAX_NS (ASSAY_KEY_NOTICE_SECONDS * 1000000000ull)

struct assay_key_notice {
    pthread_mutex_t lock; /* guards all */
    bool busy;            /* a worker makes a list */
    uint64_t made_at_ns;
    char *text; /* NULL: none yet */
    size_t len;
};

enum assay_error assay_key_notice_create(struct assay_key_notice **notice)
{
    struct assay_key_notice *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return ASSAY_E_MEMORY;
    }
    pthread_mutex_init(&made->lock, NULL);
    *notice = made;
    return ASSAY_OK;
}

void assay_key_notice_destroy(struct assay_key_notice *notice)
{
    if (notice != NULL) {
        pthread_mutex_destroy(&notice->lock);
        free(notice->text);
        free(notice);
    }
}

static enum assay_error copy(const char *from, size_t from_len, char **text, size_t *len)
{
    char *copied = malloc(from_len + 1);
    if (copied == NULL) {
        return ASSAY_E_MEMORY;
    }
    memcpy(copied, from, from_len);
    copied[from_len] = '\0';
    *text = copied;
    *len = from_len;
    return ASSAY_OK;
}

/* The list as of now: keys.list, as the office runs it. */
static enum assay_error make(struct assay_worker *worker, char **text, size_t *len,
                             struct assay_reason *reason)
{
    struct assay_office office = {
        .dir = worker->service->dir,
        .store = worker->service->store,
        .session = worker->session,
        .keyring = assay_service_keyring(worker->service),
    };
    const struct assay_actor actor = {.name = "published", .scopes = ASSAY_SCOPE_READ};
    json_t *params = json_object();
    json_t *result = NULL;
    const struct assay_office_request request = {
        .command = "keys.list",
        .params = params,
        .actor = &actor,
        .now_unix_ms = assay_clock_unix_ms(),
    };
    enum assay_error error = assay_office_run(&office, &request, &result, reason);
    if (error == ASSAY_OK) {
        const json_t *list = json_object_get(result, "list");
        error = json_is_string(list)
                    ? copy(json_string_value(list), json_string_length(list), text, len)
                    : assay_fail(reason, ASSAY_E_CORRUPT, "the office gave no list");
    }
    json_decref(result);
    json_decref(params);
    return error;
}

static enum assay_error renew(struct assay_key_notice *notice, struct assay_worker *worker,
                              struct assay_reason *reason)
{
    char *text = NULL;
    size_t len = 0;
    enum assay_error error = make(worker, &text, &len, reason);
    pthread_mutex_lock(&notice->lock);
    notice->busy = false;
    if (error == ASSAY_OK) {
        free(notice->text);
        notice->text = text;
        notice->len = len;
        notice->made_at_ns = assay_clock_monotonic_ns();
    }
    pthread_mutex_unlock(&notice->lock);
    return error;
}

enum assay_error assay_key_notice_get(struct assay_key_notice *notice, struct assay_worker *worker,
                                      char **text, size_t *len, struct assay_reason *reason)
{
    pthread_mutex_lock(&notice->lock);
    bool fresh =
        notice->text != NULL && assay_clock_monotonic_ns() - notice->made_at_ns < AGE_MAX_NS;
    bool mine = !fresh && !notice->busy;
    notice->busy = notice->busy || mine;
    pthread_mutex_unlock(&notice->lock);
    enum assay_error error = mine ? renew(notice, worker, reason) : ASSAY_OK;
    if (error != ASSAY_OK) {
        return error;
    }
    pthread_mutex_lock(&notice->lock);
    error = notice->text == NULL ? ASSAY_E_BUSY : copy(notice->text, notice->len, text, len);
    pthread_mutex_unlock(&notice->lock);
    return error;
}
