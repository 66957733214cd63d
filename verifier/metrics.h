// SPDX-License-Identifier: Apache-2.0
/* Counters of each loop, and their sum as Prometheus text.
 *
 * Invariants
 *  1. A loop's counters are written by its own thread alone and lie on cache lines of their own;
 *     anybody may read them. Counting is one plain add.
 *  2. Names and labels never hold a code, an address or anything else from outside.
 */
#ifndef ASSAY_VERIFIER_METRICS_H
#define ASSAY_VERIFIER_METRICS_H

#include "core/store.h"

/* Bucket i counts values below 2^i; the last one takes the rest. In microseconds: 8 s. */
#define ASSAY_HISTOGRAM_BUCKETS 24

struct assay_histogram {
    uint64_t bucket[ASSAY_HISTOGRAM_BUCKETS];
    uint64_t sum;
};

/* member, name, type, help */
#define ASSAY_LOOP_COUNTERS(X)                                                                     \
    X(requests, "requests_total", "counter", "Requests answered or dropped")                       \
    X(unavailable, "unavailable_total", "counter", "Answers 503")                                  \
    X(limited, "limited_total", "counter", "Answers 429")                                          \
    X(repetitions, "scan_repetitions_total", "counter", "Scans that repeat one recorded before")   \
    X(accepted, "connections_accepted_total", "counter", "Connections accepted")                   \
    X(refused, "connections_refused_total", "counter", "Connections closed at a cap")              \
    X(connections, "connections", "gauge", "Connections open")                                     \
    X(signatures, "signatures_total", "counter", "Signatures of O1 labels that were verified")     \
    X(log_dropped, "access_log_dropped_total", "counter", "Access log lines without room")

struct assay_loop_metrics {
    _Alignas(64) uint64_t verdicts[ASSAY_VERDICT_COUNT];
    struct assay_histogram latency_us; /* of a scan, from the pass it came in to its answer */
    struct assay_histogram group_scans;
    struct assay_histogram commit_us; /* a group: decide, append, sync */
    struct assay_histogram pass_us;   /* a pass of the loop, without waiting for events */
#define ASSAY_LOOP_COUNTER(member, name, type, help) uint64_t member;
    ASSAY_LOOP_COUNTERS(ASSAY_LOOP_COUNTER)
#undef ASSAY_LOOP_COUNTER
};

struct assay_metrics;

/** Counters for so many loops, all zero. ASSAY_OK or ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_metrics_create(unsigned loops,
                                                       struct assay_metrics **metrics);

/** Free; NULL is allowed. */
void assay_metrics_destroy(struct assay_metrics *metrics);

/** A loop's counters; number < loops. */
struct assay_loop_metrics *assay_metrics_of_loop(struct assay_metrics *metrics, unsigned number);

/** Add to a counter of the calling loop. */
static inline void assay_count(uint64_t *counter, uint64_t amount)
{
    __atomic_store_n(counter, *counter + amount, __ATOMIC_RELAXED);
}

/** Put a value into a histogram of the calling loop. */
static inline void assay_histogram_add(struct assay_histogram *histogram, uint64_t value)
{
    unsigned bucket = value == 0 ? 0 : 64u - (unsigned)__builtin_clzll(value);
    if (bucket >= ASSAY_HISTOGRAM_BUCKETS) {
        bucket = ASSAY_HISTOGRAM_BUCKETS - 1;
    }
    assay_count(&histogram->bucket[bucket], 1);
    assay_count(&histogram->sum, value);
}

/** Answers by verdict, of all loops since the start. threads: any. */
void assay_metrics_verdicts(const struct assay_metrics *metrics,
                            uint64_t verdicts[ASSAY_VERDICT_COUNT]);

/** Everything as Prometheus text (exposition format 0.0.4).
 *  text: out, malloc'ed with its length; the caller frees it. threads: any.
 *  returns ASSAY_OK or ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_metrics_render(const struct assay_metrics *metrics,
                                                       const struct assay_store *store, char **text,
                                                       size_t *len_bytes);

#endif
