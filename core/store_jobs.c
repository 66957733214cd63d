// SPDX-License-Identifier: Apache-2.0
/* Lists of print jobs, decoys and alerts. */
#include "core/store_private.h"

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

void assay_store_each_alert(struct assay_store *store, uint32_t from,
                            bool (*visit)(void *context, const struct assay_alert_record *alert),
                            void *context)
{
    pthread_mutex_lock(&store->lock);
    uint32_t count = 0;
    while (assay_catalog_alert_at(store->catalog, count) != NULL) {
        count++;
    }
    pthread_mutex_unlock(&store->lock);
    bool more = true;
    for (uint32_t number = from; number < count && more; number++) {
        pthread_mutex_lock(&store->lock);
        struct assay_alert_record copy =
            *assay_catalog_alert_at(store->catalog, count - 1 - number);
        pthread_mutex_unlock(&store->lock);
        more = visit(context, &copy);
    }
}
