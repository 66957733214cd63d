// SPDX-License-Identifier: Apache-2.0
/* Lists of print jobs, decoys and alerts. */
#include "core/store_private.h"

/* Pointers that are copied under the lock at a time. */
#define ALERTS_AT_ONCE 256

/* A batch under the store's lock: its lists grow at their heads, and what they hold never moves. */
static struct assay_catalog_batch *batch_of(struct assay_store *store, uint32_t handle)
{
    const struct assay_batch_facts *facts = assay_catalog_facts(store->catalog, handle);
    return facts == NULL ? NULL : assay_catalog_batch(store->catalog, facts->slot);
}

void assay_store_each_job(struct assay_store *store, uint32_t handle,
                          bool (*visit)(void *context, const struct assay_job_record *job),
                          void *context)
{
    pthread_mutex_lock(&store->lock);
    const struct assay_catalog_batch *batch = batch_of(store, handle);
    const struct assay_catalog_job *job = batch == NULL ? NULL : batch->jobs;
    pthread_mutex_unlock(&store->lock);
    while (job != NULL && visit(context, &job->value)) {
        job = job->of_batch;
    }
}

void assay_store_each_honey(struct assay_store *store, uint32_t handle,
                            bool (*visit)(void *context, const struct assay_honey_record *honey),
                            void *context)
{
    pthread_mutex_lock(&store->lock);
    const struct assay_catalog_batch *batch = batch_of(store, handle);
    const struct assay_catalog_honey *honey = batch == NULL ? NULL : batch->honeys;
    pthread_mutex_unlock(&store->lock);
    while (honey != NULL && visit(context, &honey->value)) {
        honey = honey->of_batch;
    }
}

void assay_store_each_rule(struct assay_store *store,
                           bool (*visit)(void *context, const struct assay_rule_record *rule),
                           void *context)
{
    bool more = true;
    for (uint32_t number = 0; more; number++) {
        struct assay_rule_record copy;
        pthread_mutex_lock(&store->lock);
        const struct assay_rule_record *known = assay_catalog_rule_at(store->catalog, number);
        if (known != NULL) {
            copy = *known;
        }
        pthread_mutex_unlock(&store->lock);
        more = known != NULL && visit(context, &copy);
    }
}

void assay_store_each_webhook(struct assay_store *store,
                              bool (*visit)(void *context,
                                            const struct assay_catalog_webhook *webhook),
                              void *context)
{
    bool more = true;
    for (uint32_t number = 0; more; number++) {
        struct assay_catalog_webhook copy;
        pthread_mutex_lock(&store->lock);
        const struct assay_catalog_webhook *known =
            assay_catalog_webhook_at(store->catalog, number);
        if (known != NULL) {
            copy = *known;
        }
        pthread_mutex_unlock(&store->lock);
        more = known != NULL && visit(context, &copy);
    }
}

uint32_t assay_store_alert_count(struct assay_store *store)
{
    pthread_mutex_lock(&store->lock);
    uint32_t count = assay_catalog_alert_count(store->catalog);
    pthread_mutex_unlock(&store->lock);
    return count;
}

const struct assay_catalog_alert *assay_store_alert(struct assay_store *store, uint64_t position)
{
    pthread_mutex_lock(&store->lock);
    const struct assay_catalog_alert *alert = assay_catalog_alert_find(store->catalog, position);
    pthread_mutex_unlock(&store->lock);
    return alert;
}

void assay_store_each_alert(struct assay_store *store, uint32_t from,
                            bool (*visit)(void *context, const struct assay_catalog_alert *alert),
                            void *context)
{
    const struct assay_catalog_alert *some[ALERTS_AT_ONCE];
    uint32_t count = assay_store_alert_count(store);
    for (uint32_t number = from; number < count;) {
        uint32_t taken = 0;
        pthread_mutex_lock(&store->lock);
        while (taken < ALERTS_AT_ONCE && number < count) {
            some[taken++] = assay_catalog_alert_at(store->catalog, count - 1 - number++);
        }
        pthread_mutex_unlock(&store->lock);
        for (uint32_t i = 0; i < taken; i++) {
            if (!visit(context, some[i])) {
                return;
            }
        }
    }
}
