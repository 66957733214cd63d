// SPDX-License-Identifier: Apache-2.0
#include "codegen/job.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codegen/design.h"
#include "codegen/job_keys.h"
#include "codegen/output.h"

#define ORDER_BYTES_MAX (16u * 1024)

double assay_guess_chance_log2(uint32_t count)
{
    return log2(count) - 60.0;
}

static enum assay_error read_order(struct assay_job *job, struct assay_reason *reason)
{
    const struct assay_codegen_options *options = job->options;
    uint8_t office_key[ASSAY_ED25519_KEY_LEN];
    enum assay_error error =
        assay_public_key_read(assay_job_site(options), ASSAY_KEY_OFFICE, office_key, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    struct assay_buffer text = {0};
    error = assay_buffer_load(AT_FDCWD, options->order, ORDER_BYTES_MAX, &text, reason);
    if (error != ASSAY_OK) {
        assay_buffer_deinit(&text);
        return error;
    }
    assay_sha256(text.data, text.len_bytes, job->order_sha256);
    struct assay_reason inner;
    error =
        assay_order_read((const char *)text.data, text.len_bytes, office_key, &job->order, &inner);
    assay_buffer_deinit(&text);
    return error == ASSAY_OK
               ? ASSAY_OK
               : assay_fail(reason, error, "%.150s: %.200s", options->order, inner.text);
}

static enum assay_error check_order(struct assay_job *job, struct assay_reason *reason)
{
    const struct assay_order *order = &job->order;
    job->guess_chance_log2 = assay_guess_chance_log2(order->count);
    if (job->guess_chance_log2 > ASSAY_GUESS_CHANCE_LOG2_MAX) {
        return assay_fail(
            reason, ASSAY_E_REFUSED,
            "of %u items a guess would hit one with a chance of 2^%.2f, above 2^%.0f; "
            "make several batches",
            order->count, job->guess_chance_log2, ASSAY_GUESS_CHANCE_LOG2_MAX);
    }
    return ASSAY_OK;
}

static enum assay_error open_keys(struct assay_job *job, struct assay_reason *reason)
{
    bool needs_pins = job->facts.has_pin || job->facts.pin_apart;
    enum assay_error error =
        assay_job_keys_open(job->options, &job->order, needs_pins, &job->keyring, reason);
    return error == ASSAY_OK ? assay_public_key_read(assay_job_site(job->options), ASSAY_KEY_SITE,
                                                     job->site_key, reason)
                             : error;
}

static enum assay_error open_fonts(struct assay_job *job, struct assay_reason *reason)
{
    enum assay_error error =
        assay_font_open(job->options->font, ASSAY_FONT_FACE_SANS, &job->fonts.sans, reason);
    return error == ASSAY_OK
               ? assay_font_open(ASSAY_FONT_FILE, ASSAY_FONT_FACE_MONO, &job->fonts.mono, reason)
               : error;
}

/* All codes are of the same characters, so any of them settles the QR code's version. A printer
 * that draws the code itself may put all of it into a byte segment: room is for the larger one. */
static enum assay_error modules_of(const struct assay_job *job, unsigned *modules,
                                   struct assay_reason *reason)
{
    char url[ASSAY_URL_MAX + 1];
    size_t len = assay_url_sample(&job->prefix, url);
    if (job->options->native_qr) {
        memset(url, 'a', len - 1);
    }
    struct assay_qr *qr;
    enum assay_error error = assay_qr_create(job->options->ecc, url, &qr);
    if (error != ASSAY_OK) {
        return assay_fail(reason, error, "no QR code holds the label's URL");
    }
    *modules = assay_qr_size(qr);
    assay_qr_destroy(qr);
    return ASSAY_OK;
}

static enum assay_error place(struct assay_job *job, struct assay_reason *reason)
{
    const struct assay_codegen_options *options = job->options;
    struct assay_design design = {
        .layout = options->layout, .facts = &job->facts, .fonts = &job->fonts, .dpi = options->dpi};
    enum assay_error error = modules_of(job, &design.modules, reason);
    if (error == ASSAY_OK) {
        error = open_fonts(job, reason);
    }
    if (error == ASSAY_OK) {
        error = assay_design_place(&design, &job->placement, reason);
    }
    job->sheet.placement = &job->placement;
    job->sheet.fonts = &job->fonts;
    if (error == ASSAY_OK && options->format->prepare != NULL) {
        error = options->format->prepare(&job->sheet, &job->shared, reason);
        job->sheet.shared = job->shared;
    }
    return error;
}

/* What the labels say, of the order and of the command line. */
static enum assay_error make_facts(struct assay_job *job, struct assay_reason *reason)
{
    const struct assay_codegen_options *options = job->options;
    if (options->pin == ASSAY_PIN_SEPARATE && (job->order.flags & ASSAY_BATCH_HAS_PIN) == 0) {
        return assay_fail(reason, ASSAY_E_REFUSED,
                          "--pin separate: the order's batch has no PINs (batch create --pin)");
    }
    assay_facts_make(&job->order, options->pin, &job->facts);
    memcpy(job->facts.free_line, options->free_line, sizeof job->facts.free_line);
    job->facts.free_lines = options->free_lines;
    job->sheet = (struct assay_sheet){.facts = &job->facts,
                                      .ecc = options->ecc,
                                      .native_qr = options->native_qr,
                                      .mask = options->mask,
                                      .bom = options->bom};
    return ASSAY_OK;
}

/* Decoys, the batch's last items, are never printed. */
static enum assay_error choose(struct assay_job *job, struct assay_reason *reason)
{
    const struct assay_codegen_options *options = job->options;
    uint32_t count = job->order.count - job->order.reserved;
    if (options->reprint != NULL) {
        job->kind = ASSAY_PRINT_REPRINT;
        return assay_plan_ranges_parse(options->reprint, count, job->ranges, &job->range_count,
                                       reason);
    }
    job->ranges[0] = (struct assay_range){0, count - 1};
    job->range_count = 1;
    return options->range == NULL
               ? ASSAY_OK
               : assay_plan_range_parse(options->range, count, &job->ranges[0], reason);
}

static enum assay_error plan(struct assay_job *job, struct assay_reason *reason)
{
    const struct assay_codegen_options *options = job->options;
    const struct assay_format *format = options->format;
    enum assay_error error = choose(job, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    struct assay_range range = job->ranges[0];
    if (job->kind == ASSAY_PRINT_REPRINT) {
        uint32_t total = 0;
        for (uint32_t i = 0; i < job->range_count; i++) {
            total += job->ranges[i].last - job->ranges[i].first + 1;
        }
        range = (struct assay_range){0, total - 1};
    }
    uint32_t labels = format->draws ? job->placement.labels_per_page : format->labels_per_page;
    assay_plan_make(range, labels, format->pages_per_file, &job->plan);
    uint32_t most = ASSAY_MANIFEST_FILES_MAX / assay_job_files_each(job);
    if (job->plan.files > most) {
        return assay_fail(reason, ASSAY_E_REFUSED,
                          "%u %s files are more than a job's %u; print a part with --range %u-%u",
                          job->plan.files, format->name, most, range.first,
                          range.first + most * job->plan.labels_per_file - 1);
    }
    return ASSAY_OK;
}

static enum assay_error prepare(struct assay_job *job, struct assay_reason *reason)
{
    enum assay_error error = assay_job_parties_check(job->options, reason);
    if (error == ASSAY_OK) {
        error = read_order(job, reason);
    }
    if (error == ASSAY_OK) {
        error = check_order(job, reason);
    }
    if (error != ASSAY_OK) {
        return error;
    }
    error = make_facts(job, reason);
    if (error == ASSAY_OK) {
        error = assay_url_prefix_make(job->options->url, &job->order, &job->prefix, reason);
    }
    if (error == ASSAY_OK && job->options->format->draws) {
        error = place(job, reason);
    }
    if (error == ASSAY_OK) {
        error = plan(job, reason);
    }
    return error == ASSAY_OK ? open_keys(job, reason) : error;
}

uint32_t assay_job_files_each(const struct assay_job *job)
{
    return job->facts.pin_apart ? 2 : 1;
}

uint32_t assay_job_item(const struct assay_job *job, uint32_t number, uint32_t *run)
{
    if (job->kind != ASSAY_PRINT_REPRINT) {
        *run = job->ranges[0].last - number + 1;
        return number;
    }
    uint32_t at = 0;
    uint32_t left = number;
    while (left > job->ranges[at].last - job->ranges[at].first) {
        left -= job->ranges[at].last - job->ranges[at].first + 1;
        at++;
        assay_assert(at < job->range_count);
    }
    *run = job->ranges[at].last - job->ranges[at].first - left + 1;
    return job->ranges[at].first + left;
}

/* Numbers of eight digits, so that names sort as their ranges do. */
void assay_job_file_name(const struct assay_job *job, struct assay_range numbers,
                         char name[ASSAY_JOB_FILE_NAME_SIZE])
{
    uint32_t run;
    snprintf(name, ASSAY_JOB_FILE_NAME_SIZE, "%s-%08u-%08u.%s",
             job->kind == ASSAY_PRINT_REPRINT ? "reprint" : "labels",
             assay_job_item(job, numbers.first, &run), assay_job_item(job, numbers.last, &run),
             job->options->format->name);
}

/* What else makes the bytes of a file: the layout's lengths, texts, font and ways of drawing. */
static void digest_style(const struct assay_job *job, char style[17])
{
    const struct assay_codegen_options *options = job->options;
    const struct assay_layout *layout = options->layout;
    char text[1200];
    int len =
        snprintf(text, sizeof text, "%d %d %u %u %d %d %d %d %d %d %d|%d %d %d %d %d|%.300s",
                 layout->page_width_um, layout->page_height_um, layout->columns, layout->rows,
                 layout->left_um, layout->top_um, layout->label_width_um, layout->label_height_um,
                 layout->column_gap_um, layout->row_gap_um, layout->roll_gap_um, options->pin,
                 options->mask, options->native_qr, options->bom, options->one_file, options->font);
    for (unsigned i = 0; i < options->free_lines; i++) {
        len += snprintf(text + len, sizeof text - (size_t)len, "|%s", options->free_line[i]);
    }
    uint8_t digest[ASSAY_SHA256_LEN];
    assay_sha256(text, (size_t)len, digest);
    assay_hex_encode(digest, 8, style);
}

void assay_job_describe(const struct assay_job *job, char text[ASSAY_JOB_TEXT_SIZE])
{
    char style[17];
    digest_style(job, style);
    const struct assay_codegen_options *options = job->options;
    char digest[2 * ASSAY_SHA256_LEN + 1];
    assay_hex_encode(job->order_sha256, sizeof job->order_sha256, digest);
    size_t at = (size_t)snprintf(
        text, ASSAY_JOB_TEXT_SIZE,
        "order=%s format=%s layout=%s ecc=%d url=%d dpi=%u style=%s %s=", digest,
        options->format->name, options->format->draws ? options->layout->name : "-",
        options->format->draws ? (int)options->ecc : 0, (int)options->url,
        options->format->draws ? options->dpi : 0, style, assay_print_kind_name(job->kind));
    for (uint32_t i = 0; i < job->range_count && at + 24 < ASSAY_JOB_TEXT_SIZE; i++) {
        at += (size_t)snprintf(text + at, ASSAY_JOB_TEXT_SIZE - at, "%s%u-%u", i == 0 ? "" : ",",
                               job->ranges[i].first, job->ranges[i].last);
    }
}

enum assay_error assay_job_open(const struct assay_codegen_options *options, struct assay_job **job,
                                struct assay_reason *reason)
{
    struct assay_job *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return assay_fail(reason, ASSAY_E_MEMORY, NULL);
    }
    made->options = options;
    enum assay_error error = prepare(made, reason);
    if (error != ASSAY_OK) {
        assay_job_close(made);
        return error;
    }
    *job = made;
    return ASSAY_OK;
}

void assay_job_close(struct assay_job *job)
{
    if (job != NULL) {
        assay_keyring_close(job->keyring);
        if (job->options->format->release != NULL) {
            job->options->format->release(job->shared);
        }
        assay_font_close(job->fonts.sans);
        assay_font_close(job->fonts.mono);
        free(job);
    }
}
