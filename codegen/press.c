// SPDX-License-Identifier: Apache-2.0
#include "codegen/press.h"

#include <signal.h>
#include <stdio.h>

#include "codegen/pins.h"
#include "codegen/pipeline.h"
#include "codegen/progress.h"
#include "codegen/worker.h"

/* Small pages go from thread to thread several at once: a label a page costs 4 % in wake-ups. */
#define LABELS_AT_ONCE 32u

static volatile sig_atomic_t stop_asked;

void assay_press_stop(void)
{
    stop_asked = 1;
}

struct press {
    const struct assay_job *job;
    const struct assay_folder *folder;
    struct assay_printed *printed;
    struct assay_output *output; /* the file being written, or NULL */
    void *file;                  /* its format's own part */
    struct assay_buffer frame;   /* what goes before and after pages */
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

static enum assay_error write_frame(struct press *press, enum assay_error error,
                                    struct assay_reason *reason)
{
    if (error != ASSAY_OK) {
        return assay_fail(reason, error, NULL);
    }
    return assay_output_write(press->output, press->frame.data, press->frame.len_bytes, reason);
}

static enum assay_error begin_file(struct press *press, const struct assay_plan_page *place,
                                   struct assay_reason *reason)
{
    const struct assay_format *format = press->job->options->format;
    char name[ASSAY_JOB_FILE_NAME_SIZE];
    assay_job_file_name(press->job, place->file_labels, name);
    enum assay_error error = assay_output_begin(press->folder, name, &press->output, reason);
    if (error != ASSAY_OK || format->file_begin == NULL) {
        return error;
    }
    press->frame.len_bytes = 0;
    error = format->file_begin(&press->job->sheet, place->file_pages, &press->file, &press->frame);
    return write_frame(press, error, reason);
}

static void close_file(struct press *press)
{
    const struct assay_format *format = press->job->options->format;
    if (format->file_close != NULL) {
        format->file_close(press->file);
    }
    press->file = NULL;
}

static enum assay_error end_file(struct press *press, const struct assay_plan_page *place,
                                 struct assay_reason *reason)
{
    const struct assay_format *format = press->job->options->format;
    enum assay_error error = ASSAY_OK;
    if (format->file_end != NULL) {
        press->frame.len_bytes = 0;
        error = format->file_end(press->file, assay_output_bytes(press->output), &press->frame);
        error = write_frame(press, error, reason);
    }
    close_file(press);
    if (error != ASSAY_OK) {
        return error;
    }
    /* PINs first: a label file under its final name always has its PIN file beside it. */
    struct assay_manifest_file files[2];
    if (press->job->facts.pin_apart) {
        error = assay_pins_write(press->job, press->folder, place->file_labels, &files[1], reason);
    }
    if (error != ASSAY_OK) {
        return error;
    }
    error = assay_output_commit(press->output, &files[0], reason);
    press->output = NULL;
    return error == ASSAY_OK
               ? assay_printed_add(press->printed, files, place->file_labels.last, reason)
               : error;
}

static enum assay_error write_page(void *context, uint32_t page,
                                   const struct assay_buffer *rendered, struct assay_reason *reason)
{
    struct press *press = context;
    const struct assay_format *format = press->job->options->format;
    if (stop_asked != 0) {
        return assay_fail(reason, ASSAY_E_REFUSED,
                          "stopped by a signal; what the manifest names is finished");
    }
    struct assay_plan_page place;
    assay_plan_page(&press->job->plan, page, &place);
    enum assay_error error = place.number == 0 ? begin_file(press, &place, reason) : ASSAY_OK;
    if (error == ASSAY_OK && format->file_page != NULL) {
        format->file_page(press->file, rendered, assay_output_bytes(press->output));
    }
    if (error == ASSAY_OK) {
        error = assay_output_write(press->output, rendered->data, rendered->len_bytes, reason);
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
    assay_output_abort(press.output);
    close_file(&press);
    assay_buffer_deinit(&press.frame);
    struct assay_reason saving;
    enum assay_error saved = assay_printed_save(printed, &saving);
    *seconds = assay_progress_end(&press.progress);
    if (error == ASSAY_OK && saved != ASSAY_OK) {
        *reason = saving;
        return saved;
    }
    return error;
}
