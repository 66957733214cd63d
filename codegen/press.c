// SPDX-License-Identifier: Apache-2.0
#include "codegen/press.h"

#include <signal.h>
#include <stdio.h>

#include "codegen/pins.h"
#include "codegen/pipeline.h"
#include "codegen/progress.h"
#include "codegen/sheaf.h"
#include "codegen/worker.h"

/* Small pages go from thread to thread several at once: a label a page costs 4 % in wake-ups. */
#define LABELS_AT_ONCE 32u

static volatile sig_atomic_t stop_asked;

void assay_press_stop(void)
{
    stop_asked = 1;
}

bool assay_press_is_stopped(void)
{
    return stop_asked != 0;
}

struct press {
    const struct assay_job *job;
    const struct assay_folder *folder;
    struct assay_printed *printed;
    struct assay_sheaf sheaf; /* the file being written */
    struct assay_progress progress;
    uint32_t printed_before; /* labels */
};

static enum assay_error worker_begin(void *context, void **worker, struct assay_reason *reason)
{
    const struct press *press = context;
    struct assay_worker *made = NULL;
    enum assay_error error = assay_worker_create(press->job, &made, reason);
    *worker = made;
    return error;
}

static void worker_end(void *worker)
{
    assay_worker_destroy(worker);
}

static enum assay_error render(void *worker, uint32_t page, struct assay_buffer *out,
                               struct assay_reason *reason)
{
    return assay_worker_render(worker, page, out, reason);
}

static enum assay_error begin_file(struct press *press, const struct assay_plan_page *place,
                                   struct assay_reason *reason)
{
    char name[ASSAY_JOB_FILE_NAME_SIZE];
    assay_job_file_name(press->job, place->file_labels, name);
    return assay_sheaf_begin(&press->sheaf, name, place->file_pages, reason);
}

static enum assay_error end_file(struct press *press, const struct assay_plan_page *place,
                                 struct assay_reason *reason)
{
    enum assay_error error = assay_sheaf_end(&press->sheaf, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    /* PINs first: a label file under its final name always has its PIN file beside it. */
    struct assay_manifest_file files[2];
    if (press->job->facts.pin_apart) {
        error = assay_pins_write(press->job, press->folder, place->file_labels, &files[1], reason);
    }
    if (error == ASSAY_OK) {
        error = assay_sheaf_commit(&press->sheaf, &files[0], reason);
    }
    return error == ASSAY_OK
               ? assay_printed_add(press->printed, files, place->file_labels.last, reason)
               : error;
}

static enum assay_error write_page(void *context, uint32_t page,
                                   const struct assay_buffer *rendered, struct assay_reason *reason)
{
    struct press *press = context;
    if (assay_press_is_stopped()) {
        return assay_fail(reason, ASSAY_E_REFUSED,
                          "stopped by a signal; what the manifest names is finished");
    }
    struct assay_plan_page place;
    assay_plan_page(&press->job->plan, page, &place);
    enum assay_error error = place.number == 0 ? begin_file(press, &place, reason) : ASSAY_OK;
    if (error == ASSAY_OK) {
        error = assay_sheaf_page(&press->sheaf, rendered, reason);
    }
    if (error == ASSAY_OK && place.number + 1 == place.file_pages) {
        error = end_file(press, &place, reason);
    }
    assay_progress_update(&press->progress, place.labels.last + 1 - press->printed_before -
                                                press->job->plan.range.first);
    return error;
}

enum assay_error assay_press_run(const struct assay_job *job, const struct assay_folder *folder,
                                 struct assay_printed *printed, double *seconds,
                                 struct assay_reason *reason)
{
    const struct assay_plan *plan = &job->plan;
    struct press press = {
        .job = job,
        .folder = folder,
        .printed = printed,
        .sheaf = {.folder = folder, .format = job->options->format, .sheet = &job->sheet},
        .printed_before = assay_printed_manifest(printed)->good,
    };
    /* What the manifest names already was printed before a crash. */
    uint32_t files = assay_printed_manifest(printed)->files / assay_job_files_each(job);
    uint32_t first = assay_plan_file_page(plan, files);
    uint32_t pages = plan->pages - first;
    struct assay_pipeline pipeline = {
        .threads = job->options->threads < pages ? job->options->threads : pages,
        .first = first,
        .pages = pages,
        .pages_at_once = 1 + (LABELS_AT_ONCE - 1) / plan->labels_per_page,
        .context = &press,
        .worker_begin = worker_begin,
        .worker_end = worker_end,
        .render = render,
        .write = write_page,
    };
    assay_progress_begin(&press.progress,
                         plan->range.last - plan->range.first + 1 - press.printed_before);
    enum assay_error error = pages == 0 ? ASSAY_OK : assay_pipeline_run(&pipeline, reason);
    assay_sheaf_close(&press.sheaf);
    struct assay_reason saving;
    enum assay_error saved = assay_printed_save(printed, &saving);
    *seconds = assay_progress_end(&press.progress);
    if (error == ASSAY_OK && saved != ASSAY_OK) {
        *reason = saving;
        return saved;
    }
    return error;
}
