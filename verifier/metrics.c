// SPDX-License-Identifier: Apache-2.0
#include "verifier/metrics.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct assay_metrics {
    unsigned loops;
    struct assay_loop_metrics *of_loop;
};

enum assay_error assay_metrics_create(unsigned loops, struct assay_metrics **metrics)
{
    struct assay_metrics *self = calloc(1, sizeof *self);
    if (self == NULL) {
        return ASSAY_E_MEMORY;
    }
    self->loops = loops;
    self->of_loop = aligned_alloc(64, loops * sizeof *self->of_loop);
    if (self->of_loop == NULL) {
        free(self);
        return ASSAY_E_MEMORY;
    }
    memset(self->of_loop, 0, loops * sizeof *self->of_loop);
    *metrics = self;
    return ASSAY_OK;
}

void assay_metrics_destroy(struct assay_metrics *metrics)
{
    if (metrics == NULL) {
        return;
    }
    free(metrics->of_loop);
    free(metrics);
}

struct assay_loop_metrics *assay_metrics_of_loop(struct assay_metrics *metrics, unsigned number)
{
    assay_assert(number < metrics->loops);
    return &metrics->of_loop[number];
}

/* Sum over loops of the counter that lies at an offset in each loop's struct. */
static uint64_t sum_at(const struct assay_metrics *metrics, size_t offset)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < metrics->loops; i++) {
        const char *base = (const char *)&metrics->of_loop[i];
        sum += __atomic_load_n((const uint64_t *)(const void *)(base + offset), __ATOMIC_RELAXED);
    }
    return sum;
}

static void render_head(FILE *out, const char *name, const char *type, const char *help)
{
    fprintf(out, "# HELP assay_%s %s.\n# TYPE assay_%s %s\n", name, help, name, type);
}

static void render_value(FILE *out, const char *name, const char *type, const char *help,
                         uint64_t value)
{
    render_head(out, name, type, help);
    fprintf(out, "assay_%s %" PRIu64 "\n", name, value);
}

void assay_metrics_verdicts(const struct assay_metrics *metrics,
                            uint64_t verdicts[ASSAY_VERDICT_COUNT])
{
    for (size_t i = 0; i < ASSAY_VERDICT_COUNT; i++) {
        size_t offset = offsetof(struct assay_loop_metrics, verdicts) + i * sizeof(uint64_t);
        verdicts[i] = sum_at(metrics, offset);
    }
}

static void render_verdicts(const struct assay_metrics *metrics, FILE *out)
{
    uint64_t verdicts[ASSAY_VERDICT_COUNT];
    assay_metrics_verdicts(metrics, verdicts);
    render_head(out, "verdicts_total", "counter", "Verdicts given, by kind");
    for (size_t i = 0; i < ASSAY_VERDICT_COUNT; i++) {
        fprintf(out, "assay_verdicts_total{verdict=\"%s\"} %" PRIu64 "\n",
                assay_verdict_row((enum assay_verdict)i)->name, verdicts[i]);
    }
}

/* One histogram; `unit` divides bounds and sum (1e6: microseconds shown as seconds). */
struct histogram_row {
    const char *name;
    const char *help;
    size_t offset;
    double unit;
};

static void render_histogram(const struct assay_metrics *metrics, const struct histogram_row *row,
                             FILE *out)
{
    render_head(out, row->name, "histogram", row->help);
    uint64_t count = 0;
    for (size_t i = 0; i < ASSAY_HISTOGRAM_BUCKETS; i++) {
        count += sum_at(metrics, row->offset + offsetof(struct assay_histogram, bucket) +
                                     i * sizeof(uint64_t));
        if (i + 1 < ASSAY_HISTOGRAM_BUCKETS) {
            /* Values are whole: below 2^i is at most 2^i - 1. */
            double bound = (double)((1ull << i) - (row->unit == 1.0)) / row->unit;
            fprintf(out, "assay_%s_bucket{le=\"%.6g\"} %" PRIu64 "\n", row->name, bound, count);
        }
    }
    uint64_t sum = sum_at(metrics, row->offset + offsetof(struct assay_histogram, sum));
    fprintf(out, "assay_%s_bucket{le=\"+Inf\"} %" PRIu64 "\n", row->name, count);
    fprintf(out, "assay_%s_sum %.9g\n", row->name, (double)sum / row->unit);
    fprintf(out, "assay_%s_count %" PRIu64 "\n", row->name, count);
}

static void render_histograms(const struct assay_metrics *metrics, FILE *out)
{
    static const struct histogram_row rows[] = {
        {"scan_duration_seconds", "From the pass that took a scan to its answer",
         offsetof(struct assay_loop_metrics, latency_us), 1e6},
        {"group_scans", "Scans committed together",
         offsetof(struct assay_loop_metrics, group_scans), 1.0},
        {"group_commit_seconds", "Deciding, appending and syncing one group",
         offsetof(struct assay_loop_metrics, commit_us), 1e6},
        {"loop_pass_seconds", "One pass of a loop, from its first request to its end",
         offsetof(struct assay_loop_metrics, pass_us), 1e6},
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(rows); i++) {
        render_histogram(metrics, &rows[i], out);
    }
}

static void render_counters(const struct assay_metrics *metrics, FILE *out)
{
#define RENDER_COUNTER(member, name, type, help)                                                   \
    render_value(out, name, type, help,                                                            \
                 sum_at(metrics, offsetof(struct assay_loop_metrics, member)));
    ASSAY_LOOP_COUNTERS(RENDER_COUNTER)
#undef RENDER_COUNTER
}

static void render_store(const struct assay_store *store, FILE *out)
{
    struct assay_store_stats stats;
    assay_store_stats(store, &stats);
    const struct {
        const char *name;
        const char *type;
        const char *help;
        uint64_t value;
    } rows[] = {
        {"ledger_bytes", "gauge", "Ledger written, to the end of its last group", stats.ledger_end},
        {"ledger_unsynced_bytes", "gauge", "Ledger written and not yet synced",
         stats.ledger_end - stats.ledger_synced},
        {"ledger_records_total", "counter", "Records in the ledger", stats.ledger_records},
        {"checkpoint_lag_bytes", "gauge", "Ledger that the state does not hold yet",
         stats.ledger_end - stats.checkpoint_position},
        {"checkpoints_total", "counter", "Checkpoints since the start", stats.checkpoints},
        {"overlay_items", "gauge", "Items changed since the last checkpoint", stats.overlay_items},
        {"overlay_room", "gauge", "Items that the overlay can hold", stats.overlay_room},
        {"batches", "gauge", "Batches", stats.batches},
        {"products", "gauge", "Products", stats.products},
        {"places", "gauge", "Distinct places", stats.places},
        {"low_space", "gauge", "1 while the disk's reserve is touched", stats.low_space},
        {"fsync_total", "counter", "Syncs of the ledger", stats.sync_calls},
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(rows); i++) {
        render_value(out, rows[i].name, rows[i].type, rows[i].help, rows[i].value);
    }
    render_head(out, "fsync_seconds_total", "counter", "Time spent in syncs of the ledger");
    fprintf(out, "assay_fsync_seconds_total %.9g\n", (double)stats.sync_total_ns / 1e9);
    render_head(out, "fsync_max_seconds", "gauge", "The longest sync of the ledger");
    fprintf(out, "assay_fsync_max_seconds %.9g\n", (double)stats.sync_max_ns / 1e9);
    render_head(out, "checkpoint_last_seconds", "gauge", "How long the last checkpoint took");
    fprintf(out, "assay_checkpoint_last_seconds %.9g\n", (double)stats.checkpoint_last_ms / 1e3);
}

enum assay_error assay_metrics_render(const struct assay_metrics *metrics,
                                      const struct assay_store *store, char **text,
                                      size_t *len_bytes)
{
    FILE *out = open_memstream(text, len_bytes);
    if (out == NULL) {
        return ASSAY_E_MEMORY;
    }
    render_verdicts(metrics, out);
    render_histograms(metrics, out);
    render_counters(metrics, out);
    render_store(store, out);
    bool failed = ferror(out) != 0;
    if (fclose(out) != 0 || failed) {
        free(*text);
        *text = NULL;
        return ASSAY_E_MEMORY;
    }
    return ASSAY_OK;
}
