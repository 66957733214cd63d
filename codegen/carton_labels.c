// SPDX-License-Identifier: Apache-2.0
#include "codegen/carton_labels.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "codegen/carton_file.h"
#include "codegen/design.h"
#include "codegen/pipeline.h"
#include "codegen/plan.h"
#include "codegen/press.h"
#include "codegen/progress.h"
#include "codegen/sheaf.h"

#define LIST_BYTES_MAX (64u << 20)
#define NAME_SIZE 64

/* The whole: read only while a group is printed, but for sheaf, progress and counts, which the
 * writer's thread has to itself. */
struct job {
    const struct assay_codegen_options *options;
    struct assay_carton_file list;
    struct assay_fonts fonts;
    struct assay_folder folder;
    unsigned modules;
    /* The group at hand. */
    const struct assay_carton_group *group;
    struct assay_facts facts;
    struct assay_placement placement;
    struct assay_sheet sheet;
    void *shared;
    struct assay_plan plan;
    struct assay_sheaf sheaf;
    struct assay_progress progress;
    uint32_t labels;
    uint32_t files;
};

static void make_facts(struct job *job, const struct assay_carton_content *content)
{
    const struct assay_codegen_options *options = job->options;
    struct assay_facts *facts = &job->facts;
    *facts = (struct assay_facts){.is_carton = true, .free_lines = options->free_lines};
    memcpy(facts->free_line, options->free_line, sizeof facts->free_line);
    snprintf(facts->brand, sizeof facts->brand, "%s",
             content->pallet ? "托盘 Pallet" : "箱 Carton");
    memcpy(facts->name_zh, content->name_zh, sizeof facts->name_zh);
    if (strcmp(content->name_zh, content->name_en) != 0) {
        memcpy(facts->name_en, content->name_en, sizeof facts->name_en);
    }
    memcpy(facts->gtin, content->gtin, sizeof facts->gtin);
    memcpy(facts->lot, content->lot, sizeof facts->lot);
    memcpy(facts->expires_on, content->expires_on, sizeof facts->expires_on);
    if (content->pallet && content->count > 0) {
        snprintf(facts->cartons, sizeof facts->cartons, "%u", content->count);
    }
    if (content->items > 0) {
        snprintf(facts->items, sizeof facts->items, "%u", content->items);
    }
}

/* Texts and code of a group set into the layout, and which of its labels go where. */
static enum assay_error set_group(struct job *job, uint32_t number, struct assay_reason *reason)
{
    const struct assay_codegen_options *options = job->options;
    job->group = &job->list.group[number];
    make_facts(job, &job->group->content);
    const struct assay_design design = {
        .layout = options->layout,
        .facts = &job->facts,
        .fonts = &job->fonts,
        .dpi = options->dpi,
        .modules = job->modules,
    };
    enum assay_error error = assay_design_place(&design, &job->placement, reason);
    if (error == ASSAY_OK) {
        assay_plan_make((struct assay_range){0, job->group->units - 1},
                        job->placement.labels_per_page, options->format->pages_per_file,
                        &job->plan);
    }
    return error;
}

/* Named by where its labels stand in the whole job, from 1. */
static void file_name(const struct job *job, struct assay_range units, char name[NAME_SIZE])
{
    snprintf(name, NAME_SIZE, "%s-%06u-%06u.%s", job->group->content.pallet ? "pallets" : "cartons",
             job->group->first + units.first + 1, job->group->first + units.last + 1,
             job->options->format->name);
}

static enum assay_error check_names(const struct job *job, struct assay_reason *reason)
{
    for (uint32_t file = 0; file < job->plan.files; file++) {
        struct assay_plan_page place;
        struct stat facts;
        char name[NAME_SIZE];
        assay_plan_page(&job->plan, assay_plan_file_page(&job->plan, file), &place);
        file_name(job, place.file_labels, name);
        if (fstatat(job->folder.fd, name, &facts, AT_SYMLINK_NOFOLLOW) == 0) {
            return assay_fail(reason, ASSAY_E_EXISTS, "%s/%s exists already", job->folder.path,
                              name);
        }
    }
    return ASSAY_OK;
}

/* -- a worker -- */

struct worker {
    const struct job *job;
    struct assay_qr *qr;
    void *painter;
};

static void worker_end(void *state)
{
    struct worker *worker = state;
    if (worker != NULL) {
        worker->job->options->format->destroy(worker->painter);
        assay_qr_destroy(worker->qr);
        free(worker);
    }
}

static enum assay_error worker_begin(void *context, void **state, struct assay_reason *reason)
{
    const struct job *job = context;
    char url[ASSAY_URL_MAX + 1];
    struct worker *worker = calloc(1, sizeof *worker);
    if (worker == NULL) {
        return assay_fail(reason, ASSAY_E_MEMORY, NULL);
    }
    worker->job = job;
    assay_carton_url(&job->list, 0, url);
    enum assay_error error = assay_qr_create(job->options->ecc, url, &worker->qr);
    if (error == ASSAY_OK) {
        error = job->options->format->create(&job->sheet, &worker->painter);
    }
    if (error != ASSAY_OK) {
        worker_end(worker);
        return assay_fail(reason, error, NULL);
    }
    *state = worker;
    return ASSAY_OK;
}

static enum assay_error render_label(struct worker *worker, uint32_t unit, uint32_t slot,
                                     struct assay_buffer *out)
{
    const struct job *job = worker->job;
    char url[ASSAY_URL_MAX + 1];
    char digits[ASSAY_SSCC_SIZE];
    assay_sscc_format(job->list.sscc[unit], digits);
    struct assay_label label = {.index = unit, .code = digits, .url = url};
    label.url_len = assay_carton_url(&job->list, unit, url);
    enum assay_error error = assay_qr_encode(worker->qr, url, &label.matrix);
    return error == ASSAY_OK ? job->options->format->label(worker->painter, slot, &label, out)
                             : error;
}

static enum assay_error render(void *state, uint32_t page, struct assay_buffer *out,
                               struct assay_reason *reason)
{
    struct worker *worker = state;
    const struct job *job = worker->job;
    const struct assay_format *format = job->options->format;
    struct assay_plan_page place;
    assay_plan_page(&job->plan, page, &place);
    uint32_t count = place.labels.last - place.labels.first + 1;
    uint32_t first = job->group->first + place.labels.first;
    enum assay_error error = format->page_begin(worker->painter, place.number, out);
    for (uint32_t slot = 0; slot < count && error == ASSAY_OK; slot++) {
        error = render_label(worker, first + slot, slot, out);
    }
    if (error == ASSAY_OK) {
        error = format->page_end(worker->painter, out);
    }
    return error == ASSAY_OK ? ASSAY_OK : assay_fail(reason, error, NULL);
}

/* -- the writer -- */

static enum assay_error write_page(void *context, uint32_t page,
                                   const struct assay_buffer *rendered, struct assay_reason *reason)
{
    struct job *job = context;
    struct assay_plan_page place;
    struct assay_manifest_file written;
    enum assay_error error = ASSAY_OK;
    if (assay_press_is_stopped()) {
        return assay_fail(reason, ASSAY_E_REFUSED,
                          "stopped by a signal; files under their final names are whole");
    }
    assay_plan_page(&job->plan, page, &place);
    if (place.number == 0) {
        char name[NAME_SIZE];
        file_name(job, place.file_labels, name);
        error = assay_sheaf_begin(&job->sheaf, name, place.file_pages, reason);
    }
    if (error == ASSAY_OK) {
        error = assay_sheaf_page(&job->sheaf, rendered, reason);
    }
    if (error == ASSAY_OK && place.number + 1 == place.file_pages) {
        error = assay_sheaf_end(&job->sheaf, reason);
        if (error == ASSAY_OK) {
            error = assay_sheaf_commit(&job->sheaf, &written, reason);
        }
        job->files += error == ASSAY_OK;
    }
    job->labels += place.labels.last - place.labels.first + 1;
    assay_progress_update(&job->progress, job->labels);
    return error;
}

static enum assay_error print_group(struct job *job, uint32_t number, struct assay_reason *reason)
{
    const struct assay_codegen_options *options = job->options;
    enum assay_error error = set_group(job, number, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    job->sheet = (struct assay_sheet){
        .facts = &job->facts,
        .placement = &job->placement,
        .fonts = &job->fonts,
        .ecc = options->ecc,
        .native_qr = options->native_qr,
        .mask = options->mask,
    };
    if (options->format->prepare != NULL) {
        error = options->format->prepare(&job->sheet, &job->shared, reason);
        job->sheet.shared = job->shared;
    }
    job->sheaf = (struct assay_sheaf){
        .folder = &job->folder, .format = options->format, .sheet = &job->sheet};
    uint32_t pages = job->plan.pages;
    const struct assay_pipeline pipeline = {
        .threads = options->threads < pages ? options->threads : pages,
        .pages = pages,
        .pages_at_once = 1,
        .context = job,
        .worker_begin = worker_begin,
        .worker_end = worker_end,
        .render = render,
        .write = write_page,
    };
    if (error == ASSAY_OK) {
        error = assay_pipeline_run(&pipeline, reason);
    }
    assay_sheaf_close(&job->sheaf);
    if (options->format->release != NULL) {
        options->format->release(job->shared);
    }
    job->shared = NULL;
    return error;
}

/* -- the whole -- */

static enum assay_error read_list(struct job *job, struct assay_reason *reason)
{
    const char *path = job->options->cartons;
    struct assay_buffer text = {0};
    struct assay_reason inner = {""};
    enum assay_error error = assay_buffer_load(AT_FDCWD, path, LIST_BYTES_MAX, &text, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    error = assay_carton_file_read((const char *)text.data, text.len_bytes, &job->list, &inner);
    assay_buffer_deinit(&text);
    return error == ASSAY_OK ? ASSAY_OK
                             : assay_fail(reason, error, "%.150s: %.220s", path, inner.text);
}

static enum assay_error prepare(struct job *job, struct assay_reason *reason)
{
    char url[ASSAY_URL_MAX + 1];
    struct assay_qr *qr;
    enum assay_error error = read_list(job, reason);
    if (error == ASSAY_OK) {
        error = assay_font_open(job->options->font, ASSAY_FONT_FACE_SANS, &job->fonts.sans, reason);
    }
    if (error == ASSAY_OK) {
        error = assay_font_open(ASSAY_FONT_FILE, ASSAY_FONT_FACE_MONO, &job->fonts.mono, reason);
    }
    if (error != ASSAY_OK) {
        return error;
    }
    /* As codegen/job: a printer that draws the code may take a larger version. */
    size_t len = assay_carton_url(&job->list, 0, url);
    if (job->options->native_qr) {
        memset(url, 'a', len - 1);
    }
    if (assay_qr_create(job->options->ecc, url, &qr) != ASSAY_OK) {
        return assay_fail(reason, ASSAY_E_REFUSED, "no QR code holds the label's URL");
    }
    job->modules = assay_qr_size(qr);
    assay_qr_destroy(qr);
    for (uint32_t i = 0; i < job->list.groups && error == ASSAY_OK; i++) {
        error = set_group(job, i, reason);
    }
    return error;
}

static enum assay_error print_all(struct job *job, struct assay_reason *reason)
{
    enum assay_error error = assay_folder_open(job->options->out, &job->folder, reason);
    for (uint32_t i = 0; i < job->list.groups && error == ASSAY_OK; i++) {
        error = set_group(job, i, reason);
        if (error == ASSAY_OK) {
            error = check_names(job, reason);
        }
    }
    for (uint32_t i = 0; i < job->list.groups && error == ASSAY_OK; i++) {
        error = print_group(job, i, reason);
    }
    return error;
}

enum assay_error assay_carton_labels_print(const struct assay_codegen_options *options,
                                           struct assay_carton_report *report,
                                           struct assay_reason *reason)
{
    struct job job = {.options = options, .folder = {.fd = -1}};
    enum assay_error error = prepare(&job, reason);
    if (error == ASSAY_OK) {
        assay_progress_begin(&job.progress, job.list.count);
        error = print_all(&job, reason);
        report->seconds = assay_progress_end(&job.progress);
        report->labels = job.labels;
        report->files = job.files;
    }
    assay_folder_close(&job.folder);
    assay_font_close(job.fonts.sans);
    assay_font_close(job.fonts.mono);
    assay_carton_file_deinit(&job.list);
    return error;
}
