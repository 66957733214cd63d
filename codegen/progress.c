// SPDX-License-Identifier: Apache-2.0
#include "codegen/progress.h"

#include <stdio.h>
#include <unistd.h>

#include "core/clock.h"

#define REDRAW_NS 200000000u

void assay_progress_begin(struct assay_progress *progress, uint32_t total)
{
    *progress = (struct assay_progress){
        .total = total,
        .shown = isatty(STDERR_FILENO) == 1,
        .began_at_ns = assay_clock_monotonic_ns(),
    };
}

static double seconds_between(uint64_t from_ns, uint64_t to_ns)
{
    return (double)(to_ns - from_ns) / 1e9;
}

void assay_progress_line(uint32_t done, uint32_t total, double seconds, char *line,
                         size_t size_bytes)
{
    double rate = seconds > 0 ? done / seconds : 0;
    unsigned left = rate > 0 ? (unsigned)((total - done) / rate + 0.5) : 0;
    snprintf(line, size_bytes, "%u of %u labels, %.0f labels/s, %u:%02u:%02u left", done, total,
             rate, left / 3600, left / 60 % 60, left % 60);
}

void assay_progress_update(struct assay_progress *progress, uint32_t done)
{
    if (!progress->shown) {
        return;
    }
    uint64_t now_ns = assay_clock_monotonic_ns();
    if (now_ns - progress->drawn_at_ns < REDRAW_NS) {
        return;
    }
    progress->drawn_at_ns = now_ns;
    char line[128];
    assay_progress_line(done, progress->total, seconds_between(progress->began_at_ns, now_ns), line,
                        sizeof line);
    fprintf(stderr, "\r%s\033[K", line);
    fflush(stderr);
}

double assay_progress_end(struct assay_progress *progress)
{
    if (progress->shown && progress->drawn_at_ns != 0) {
        fputs("\r\033[K", stderr);
        fflush(stderr);
    }
    return seconds_between(progress->began_at_ns, assay_clock_monotonic_ns());
}
