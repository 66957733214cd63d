// SPDX-License-Identifier: Apache-2.0
#include "verifier/group.h"

#include <stdlib.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/log.h"
#include "verifier/metrics.h"

#define RANDOM_IDS 256u

struct assay_group {
    struct assay_loop *loop;
    assay_group_answer *answer;
    h2o_timeout_entry_t flush;
    bool flushed; /* in this pass */
    uint64_t pass_ns;
    uint32_t random_left;
    uint8_t random[RANDOM_IDS][ASSAY_SCAN_ID_LEN];
    struct assay_scan_group group;
    struct assay_group_scan scans[ASSAY_GROUP_SCANS_MAX];
};

static void count_commit(struct assay_group *group, uint64_t began_ns, uint64_t ended_ns)
{
    struct assay_loop_metrics *metrics = group->loop->metrics;
    assay_histogram_add(&metrics->commit_us, (ended_ns - began_ns) / 1000);
    assay_histogram_add(&metrics->group_scans, group->group.count);
    for (uint32_t i = 0; i < group->group.count; i++) {
        assay_histogram_add(&metrics->latency_us, (ended_ns - group->scans[i].began_ns) / 1000);
    }
}

static void commit(struct assay_group *group)
{
    uint64_t began_ns = assay_clock_monotonic_ns();
    enum assay_error error = assay_store_scan(group->loop->session, &group->group);
    if (error != ASSAY_OK) {
        /* What is on disk is not known any more: a later success would lie. */
        assay_log(ASSAY_LOG_ERROR, "group_failed", "error=%s scans=%u", assay_error_name(error),
                  group->group.count);
        _exit(1);
    }
    count_commit(group, began_ns, assay_clock_monotonic_ns());
}

static void on_flush(h2o_timeout_entry_t *entry)
{
    struct assay_group *group = H2O_STRUCT_FROM_MEMBER(struct assay_group, flush, entry);
    group->flushed = true;
    commit(group);
    uint32_t count = group->group.count;
    group->group.count = 0;
    for (uint32_t i = 0; i < count; i++) {
        group->answer(group->loop, &group->scans[i]);
    }
    /* Answering writes to sockets and runs no handler: h2o runs those after this returns. */
    assay_assert(group->group.count == 0);
}

enum assay_error assay_group_create(struct assay_loop *loop, assay_group_answer *answer,
                                    struct assay_group **group)
{
    struct assay_group *self = calloc(1, sizeof *self);
    if (self == NULL) {
        return ASSAY_E_MEMORY;
    }
    self->loop = loop;
    self->answer = answer;
    self->flush.cb = on_flush;
    for (uint32_t i = 0; i < ASSAY_GROUP_SCANS_MAX; i++) {
        self->group.requests[i] = &self->scans[i].scan;
        self->group.answers[i] = &self->scans[i].answer;
    }
    *group = self;
    return ASSAY_OK;
}

void assay_group_destroy(struct assay_group *group)
{
    free(group);
}

static void link_flush(struct assay_group *group)
{
    h2o_timeout_link(group->loop->context.loop, &group->loop->context.zero_timeout, &group->flush);
}

void assay_group_begin_pass(struct assay_group *group)
{
    group->flushed = false;
    group->pass_ns = 0;
    if (group->group.count > 0 && !h2o_timeout_is_linked(&group->flush)) {
        link_flush(group);
    }
}

void assay_group_end_pass(struct assay_group *group)
{
    if (group->pass_ns != 0) {
        uint64_t took_ns = assay_clock_monotonic_ns() - group->pass_ns;
        assay_histogram_add(&group->loop->metrics->pass_us, took_ns / 1000);
    }
}

struct assay_group_scan *assay_group_add(struct assay_group *group)
{
    if (group->group.count == ASSAY_GROUP_SCANS_MAX) {
        return NULL;
    }
    if (!group->flushed && !h2o_timeout_is_linked(&group->flush)) {
        link_flush(group);
    }
    struct assay_group_scan *scan = &group->scans[group->group.count++];
    scan->began_ns = assay_group_now_ns(group);
    scan->page_of = NULL;
    memset(&scan->scan, 0, sizeof scan->scan);
    scan->scan.at_unix_ms = (int64_t)h2o_now(group->loop->context.loop);
    return scan;
}

bool assay_group_is_waiting(const struct assay_group *group)
{
    return group->group.count > 0;
}

uint64_t assay_group_now_ns(struct assay_group *group)
{
    if (group->pass_ns == 0) {
        group->pass_ns = assay_clock_monotonic_ns();
    }
    return group->pass_ns;
}

void assay_group_random_id(struct assay_group *group, uint8_t id[ASSAY_SCAN_ID_LEN])
{
    if (group->random_left == 0) {
        assay_bytes_random(group->random, sizeof group->random);
        group->random_left = RANDOM_IDS;
    }
    memcpy(id, group->random[--group->random_left], ASSAY_SCAN_ID_LEN);
}
