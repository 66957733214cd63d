// SPDX-License-Identifier: Apache-2.0
#include "verifier/session.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/limits.h"

struct session {
    bool used;
    uint64_t began_ms;
    uint64_t last_ms;
    uint8_t id_sha256[ASSAY_SHA256_LEN];
    uint8_t token_sha256[ASSAY_SHA256_LEN];
};

struct assay_sessions {
    pthread_mutex_t lock; /* guards all */
    struct session rows[ASSAY_SESSIONS_MAX];
};

enum assay_error assay_sessions_create(struct assay_sessions **sessions)
{
    struct assay_sessions *self = calloc(1, sizeof *self);
    if (self == NULL) {
        return ASSAY_E_MEMORY;
    }
    pthread_mutex_init(&self->lock, NULL);
    *sessions = self;
    return ASSAY_OK;
}

void assay_sessions_destroy(struct assay_sessions *sessions)
{
    if (sessions != NULL) {
        pthread_mutex_destroy(&sessions->lock);
        assay_bytes_wipe(sessions, sizeof *sessions);
        free(sessions);
    }
}

/* The clock of another thread may be a little ahead. */
static uint64_t since(uint64_t then_ms, uint64_t now_ms)
{
    return now_ms > then_ms ? now_ms - then_ms : 0;
}

static bool is_over(const struct session *row, uint64_t now_ms)
{
    return !row->used || since(row->last_ms, now_ms) >= ASSAY_SESSION_IDLE_MS ||
           since(row->began_ms, now_ms) >= ASSAY_SESSION_LIFETIME_MS;
}

/* The row for a new session: a free one, else the one that was idle longest; of the same token if
 * that has its share already. */
static struct session *choose_row(struct assay_sessions *sessions,
                                  const uint8_t token_sha256[ASSAY_SHA256_LEN], uint64_t now_ms)
{
    struct session *idlest = &sessions->rows[0];
    struct session *own = NULL;
    unsigned own_count = 0;
    for (size_t i = 0; i < ASSAY_SESSIONS_MAX; i++) {
        struct session *row = &sessions->rows[i];
        if (is_over(row, now_ms)) {
            *row = (struct session){.used = false};
        }
        if (row->used && memcmp(row->token_sha256, token_sha256, ASSAY_SHA256_LEN) == 0) {
            own_count++;
            own = own == NULL || row->last_ms < own->last_ms ? row : own;
        }
        if (idlest->used && (!row->used || row->last_ms < idlest->last_ms)) {
            idlest = row;
        }
    }
    return own_count >= ASSAY_SESSIONS_PER_TOKEN_MAX ? own : idlest;
}

void assay_sessions_begin(struct assay_sessions *sessions,
                          const uint8_t token_sha256[ASSAY_SHA256_LEN], uint64_t now_ms,
                          char text[ASSAY_SESSION_TEXT_SIZE])
{
    uint8_t id[ASSAY_SESSION_ID_LEN];
    assay_bytes_random(id, sizeof id);
    assay_base64url_encode(id, sizeof id, text);
    assay_bytes_wipe(id, sizeof id);
    struct session fresh = {.used = true, .began_ms = now_ms, .last_ms = now_ms};
    assay_sha256(text, strlen(text), fresh.id_sha256);
    memcpy(fresh.token_sha256, token_sha256, sizeof fresh.token_sha256);
    pthread_mutex_lock(&sessions->lock);
    *choose_row(sessions, token_sha256, now_ms) = fresh;
    pthread_mutex_unlock(&sessions->lock);
}

/* The row of an id, or NULL; compared by its hash, so that time tells nothing about ids. */
static struct session *row_of(struct assay_sessions *sessions, const char *text, size_t len)
{
    uint8_t digest[ASSAY_SHA256_LEN];
    if (len != ASSAY_SESSION_TEXT_SIZE - 1) {
        return NULL;
    }
    assay_sha256(text, len, digest);
    for (size_t i = 0; i < ASSAY_SESSIONS_MAX; i++) {
        struct session *row = &sessions->rows[i];
        if (row->used && memcmp(row->id_sha256, digest, sizeof digest) == 0) {
            return row;
        }
    }
    return NULL;
}

bool assay_sessions_find(struct assay_sessions *sessions, const char *text, size_t len,
                         uint64_t now_ms, uint8_t token_sha256[ASSAY_SHA256_LEN])
{
    pthread_mutex_lock(&sessions->lock);
    struct session *row = row_of(sessions, text, len);
    bool found = row != NULL && !is_over(row, now_ms);
    if (found) {
        row->last_ms = now_ms > row->last_ms ? now_ms : row->last_ms;
        memcpy(token_sha256, row->token_sha256, ASSAY_SHA256_LEN);
    }
    pthread_mutex_unlock(&sessions->lock);
    return found;
}

void assay_sessions_end(struct assay_sessions *sessions, const char *text, size_t len)
{
    pthread_mutex_lock(&sessions->lock);
    struct session *row = row_of(sessions, text, len);
    if (row != NULL) {
        *row = (struct session){.used = false};
    }
    pthread_mutex_unlock(&sessions->lock);
}
