// SPDX-License-Identifier: Apache-2.0
#include "core/ledger_prepare.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>

#include "core/log.h"

struct assay_preparer {
    const struct assay_segment_folder *folder;
    const struct assay_ledger_io *io;
    pthread_t thread;
    atomic_bool stop;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t changed;
    uint64_t ready;         /* number of the last segment there is */
    uint64_t wanted;        /* the highest that was asked for */
    enum assay_error error; /* of the last attempt; nothing is tried again until someone waits */
};

static bool has_work(const struct assay_preparer *preparer)
{
    return preparer->wanted > preparer->ready && preparer->error == ASSAY_OK;
}

/* With the lock held on entry and on return, but not meanwhile. */
static void prepare_next(struct assay_preparer *preparer)
{
    uint64_t number = preparer->ready + 1;
    struct assay_reason reason;
    pthread_mutex_unlock(&preparer->lock);
    enum assay_error error =
        assay_segment_prepare(preparer->folder, number, preparer->io, &preparer->stop, &reason);
    if (error != ASSAY_OK && error != ASSAY_E_BUSY) {
        assay_log(ASSAY_LOG_ERROR, "ledger_segment_failed", "number=%" PRIu64 " error=%s", number,
                  assay_error_name(error));
    }
    pthread_mutex_lock(&preparer->lock);
    preparer->error = error;
    preparer->ready += error == ASSAY_OK;
    pthread_cond_broadcast(&preparer->changed);
}

static void *run(void *context)
{
    struct assay_preparer *preparer = context;
    pthread_mutex_lock(&preparer->lock);
    while (!atomic_load(&preparer->stop)) {
        if (has_work(preparer)) {
            prepare_next(preparer);
        } else {
            pthread_cond_wait(&preparer->changed, &preparer->lock);
        }
    }
    pthread_mutex_unlock(&preparer->lock);
    return NULL;
}

enum assay_error assay_preparer_start(const struct assay_segment_folder *folder,
                                      const struct assay_ledger_io *io, uint64_t ready,
                                      struct assay_preparer **preparer)
{
    struct assay_preparer *value = calloc(1, sizeof *value);
    if (value == NULL) {
        return ASSAY_E_MEMORY;
    }
    value->folder = folder;
    value->io = io;
    value->ready = ready;
    value->wanted = ready;
    pthread_mutex_init(&value->lock, NULL);
    pthread_cond_init(&value->changed, NULL);
    if (pthread_create(&value->thread, NULL, run, value) != 0) {
        pthread_cond_destroy(&value->changed);
        pthread_mutex_destroy(&value->lock);
        free(value);
        return ASSAY_E_MEMORY;
    }
    *preparer = value;
    return ASSAY_OK;
}

static void raise_wanted(struct assay_preparer *preparer, uint64_t number)
{
    preparer->wanted = number > preparer->wanted ? number : preparer->wanted;
    pthread_cond_broadcast(&preparer->changed);
}

void assay_preparer_want(struct assay_preparer *preparer, uint64_t number)
{
    pthread_mutex_lock(&preparer->lock);
    raise_wanted(preparer, number);
    pthread_mutex_unlock(&preparer->lock);
}

enum assay_error assay_preparer_wait(struct assay_preparer *preparer, uint64_t number)
{
    pthread_mutex_lock(&preparer->lock);
    if (preparer->ready < number) {
        preparer->error = ASSAY_OK;
        raise_wanted(preparer, number);
    }
    while (preparer->ready < number && preparer->error == ASSAY_OK) {
        pthread_cond_wait(&preparer->changed, &preparer->lock);
    }
    enum assay_error error = preparer->ready >= number ? ASSAY_OK : preparer->error;
    pthread_mutex_unlock(&preparer->lock);
    return error == ASSAY_OK || error == ASSAY_E_NO_SPACE ? error : ASSAY_E_IO;
}

uint64_t assay_preparer_count(struct assay_preparer *preparer)
{
    pthread_mutex_lock(&preparer->lock);
    uint64_t count = preparer->ready + 1;
    pthread_mutex_unlock(&preparer->lock);
    return count;
}

void assay_preparer_stop(struct assay_preparer *preparer)
{
    if (preparer == NULL) {
        return;
    }
    pthread_mutex_lock(&preparer->lock);
    atomic_store(&preparer->stop, true);
    pthread_cond_broadcast(&preparer->changed);
    pthread_mutex_unlock(&preparer->lock);
    pthread_join(preparer->thread, NULL);
    pthread_cond_destroy(&preparer->changed);
    pthread_mutex_destroy(&preparer->lock);
    free(preparer);
}
