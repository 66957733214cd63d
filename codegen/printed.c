// SPDX-License-Identifier: Apache-2.0
#include "codegen/printed.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "codegen/buffer.h"
#include "codegen/digest.h"
#include "codegen/note.h"
#include "core/clock.h"

#define MANIFEST_BYTES_MAX (2u * 1024 * 1024)
/* A manifest is written anew at most this often; at a crash, what finished since is not in it. */
#define SAVE_INTERVAL_NS 1000000000u

struct assay_printed {
    const struct assay_folder *folder;
    const struct assay_keyring *keyring;
    const struct assay_job *job;
    struct assay_ranges ranges; /* of the whole job */
    struct assay_manifest manifest;
    uint32_t room;
    bool saved; /* all that was added is in the file */
    uint64_t saved_at_ns;
    struct assay_note note;
};

/* The first items that both hold. */
static bool overlap(struct assay_ranges a, struct assay_ranges b, struct assay_range *common)
{
    for (uint32_t i = 0; i < a.count; i++) {
        for (uint32_t j = 0; j < b.count; j++) {
            struct assay_range x = a.ranges[i];
            struct assay_range y = b.ranges[j];
            if (x.first <= y.last && y.first <= x.last) {
                *common = x;
                return true;
            }
        }
    }
    return false;
}

static enum assay_error check_other(const struct assay_printed *printed, const char *name,
                                    const struct assay_manifest *other,
                                    const struct assay_printed_job *job,
                                    struct assay_reason *reason)
{
    const char *path = printed->folder->path;
    struct assay_range common;
    if (other->handle != job->handle) {
        char handle[ASSAY_HANDLE_SIZE];
        assay_handle_format(other->handle, handle);
        return assay_fail(reason, ASSAY_E_REFUSED,
                          "%s holds labels of batch %s; name another folder with --out", path,
                          handle);
    }
    if (other->kind == job->kind && strcmp(other->format, job->format) == 0 &&
        overlap(assay_manifest_ranges(other), job->ranges, &common)) {
        return assay_fail(reason, ASSAY_E_REFUSED,
                          "items %u-%u are printed already, says %s/%s; go on with --range %u- or "
                          "name another folder",
                          common.first, common.last, path, name, common.last + 1);
    }
    return ASSAY_OK;
}

/* A manifest of this folder and site. *manifest: the caller's to deinit. */
static enum assay_error load_manifest(const struct assay_printed *printed, const char *name,
                                      const struct assay_printed_job *job,
                                      struct assay_manifest *manifest, struct assay_reason *reason)
{
    struct assay_buffer text = {0};
    enum assay_error error =
        assay_buffer_load(printed->folder->fd, name, MANIFEST_BYTES_MAX, &text, reason);
    if (error != ASSAY_OK) {
        assay_buffer_deinit(&text);
        return error;
    }
    struct assay_reason inner;
    error = assay_manifest_read((const char *)text.data, text.len_bytes, job->site_key, manifest,
                                &inner);
    assay_buffer_deinit(&text);
    return error == ASSAY_OK ? ASSAY_OK
                             : assay_fail(reason, error,
                                          "%s/%s: %.200s; name another folder with "
                                          "--out",
                                          printed->folder->path, name, inner.text);
}

static enum assay_error check_manifest(const struct assay_printed *printed, const char *name,
                                       const struct assay_printed_job *job,
                                       struct assay_reason *reason)
{
    struct assay_manifest other;
    enum assay_error error = load_manifest(printed, name, job, &other, reason);
    if (error == ASSAY_OK) {
        error = check_other(printed, name, &other, job, reason);
        assay_manifest_deinit(&other);
    }
    return error;
}

static bool is_manifest_name(const char *name)
{
    size_t len = strlen(name);
    return strncmp(name, "manifest", 8) == 0 && len > 13 - 1 &&
           strcmp(name + len - 5, ".json") == 0;
}

static enum assay_error check_folder(const struct assay_printed *printed,
                                     const struct assay_printed_job *job,
                                     struct assay_reason *reason)
{
    int fd = openat(printed->folder->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (dir == NULL) {
        enum assay_error failed = assay_fail(reason, ASSAY_E_IO, "cannot read the folder %s: %s",
                                             printed->folder->path, strerror(errno));
        if (fd >= 0) {
            close(fd);
        }
        return failed;
    }
    enum assay_error error = ASSAY_OK;
    for (struct dirent *entry; error == ASSAY_OK && (entry = readdir(dir)) != NULL;) {
        bool own = job->resume && strcmp(entry->d_name, printed->note.manifest) == 0;
        if (is_manifest_name(entry->d_name) && !own) {
            error = check_manifest(printed, entry->d_name, job, reason);
        }
    }
    closedir(dir);
    return error;
}

static void begin_manifest(struct assay_printed *printed, const struct assay_printed_job *job)
{
    struct assay_manifest *manifest = &printed->manifest;
    manifest->handle = job->handle;
    manifest->kind = job->kind;
    manifest->guess_chance_log2 = job->guess_chance_log2;
    manifest->printed_at_unix_ms = printed->note.started_at_unix_ms;
    memcpy(manifest->job, printed->note.job, sizeof manifest->job);
    memcpy(manifest->order_sha256, job->order_sha256, ASSAY_SHA256_LEN);
    snprintf(manifest->format, sizeof manifest->format, "%s", job->format);
    snprintf(manifest->printer, sizeof manifest->printer, "%s", printed->note.printer);
    snprintf(manifest->reason_text, sizeof manifest->reason_text, "%s", printed->note.reason_text);
    printed->saved = true;
    printed->saved_at_ns = assay_clock_monotonic_ns();
}

/* -- the note: of a new job, or of the one that stopped -- */

static void new_note(struct assay_printed *printed, const struct assay_printed_job *job)
{
    struct assay_note *note = &printed->note;
    assay_bytes_random(note->job, sizeof note->job);
    note->started_at_unix_ms = job->printed_at_unix_ms;
    snprintf(note->reason_text, sizeof note->reason_text, "%s", job->reason_text);
    snprintf(note->printer, sizeof note->printer, "%s", job->printer);
    assay_job_describe(job->job, note->what);
    bool again = job->kind == ASSAY_PRINT_REPRINT;
    snprintf(note->manifest, sizeof note->manifest,
             again ? "manifest-reprint.json" : "manifest.json");
    if (faccessat(printed->folder->fd, note->manifest, F_OK, 0) == 0) {
        struct assay_range first = job->ranges.ranges[0];
        struct assay_range last = job->ranges.ranges[job->ranges.count - 1];
        snprintf(note->manifest, sizeof note->manifest, "manifest-%s%s-%u-%u.json",
                 again ? "reprint-" : "", job->format, first.first, last.last);
    }
}

static enum assay_error check_note(const struct assay_printed *printed,
                                   const struct assay_printed_job *job, struct assay_reason *reason)
{
    char what[ASSAY_JOB_TEXT_SIZE];
    assay_job_describe(job->job, what);
    const struct assay_note *note = &printed->note;
    if (strcmp(what, note->what) != 0 || strcmp(job->reason_text, note->reason_text) != 0 ||
        strcmp(job->printer, note->printer) != 0) {
        return assay_fail(
            reason, ASSAY_E_REFUSED,
            "the interrupted job of %.100s was asked for otherwise (%.150s); resume it "
            "with its own options",
            printed->folder->path, note->what);
    }
    return ASSAY_OK;
}

/* True if the file is there as the manifest says. */
static bool is_whole(const struct assay_printed *printed, const struct assay_manifest_file *file)
{
    uint8_t digest[ASSAY_SHA256_LEN];
    int fd = openat(printed->folder->fd, file->name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    uint64_t bytes = 0;
    bool read_all = assay_digest_of_file(fd, digest, &bytes) == ASSAY_OK;
    close(fd);
    return read_all && bytes == file->bytes && memcmp(digest, file->sha256, sizeof digest) == 0;
}

static uint32_t last_of_file(const struct assay_plan *plan, uint32_t file)
{
    struct assay_plan_page place;
    assay_plan_page(plan, assay_plan_file_page(plan, file), &place);
    return place.file_labels.last;
}

/* Take over what the interrupted job's manifest names, up to the first file that is not whole. */
static enum assay_error take_over(struct assay_printed *printed,
                                  const struct assay_printed_job *job, struct assay_reason *reason)
{
    struct assay_manifest before;
    enum assay_error error = load_manifest(printed, printed->note.manifest, job, &before, reason);
    if (error == ASSAY_E_NOT_FOUND) {
        return ASSAY_OK; /* it stopped before its first file was noted */
    }
    if (error != ASSAY_OK) {
        return error;
    }
    const struct assay_plan *plan = &job->job->plan;
    bool same_job = memcmp(before.job, printed->note.job, sizeof before.job) == 0;
    uint32_t each = assay_job_files_each(job->job);
    for (uint32_t file = 0; same_job && error == ASSAY_OK && file < plan->files; file++) {
        const struct assay_manifest_file *files = &before.file[file * each];
        struct assay_plan_page place;
        char name[ASSAY_JOB_FILE_NAME_SIZE];
        assay_plan_page(plan, assay_plan_file_page(plan, file), &place);
        assay_job_file_name(job->job, place.file_labels, name);
        if (file * each + each > before.files || strcmp(name, files[0].name) != 0 ||
            !is_whole(printed, &files[0]) || !is_whole(printed, &files[each - 1])) {
            break;
        }
        error = assay_printed_add(printed, files, last_of_file(plan, file), reason);
    }
    assay_manifest_deinit(&before);
    return error;
}

/* What a killed job had begun. */
static void remove_parts(const struct assay_folder *folder)
{
    int fd = openat(folder->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (dir == NULL && fd >= 0) {
        close(fd);
    }
    for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;) {
        size_t len = strlen(entry->d_name);
        if (entry->d_name[0] == '.' && len > 5 && strcmp(entry->d_name + len - 5, ".part") == 0) {
            unlinkat(folder->fd, entry->d_name, 0);
        }
    }
    if (dir != NULL) {
        closedir(dir);
    }
}

static enum assay_error resume(struct assay_printed *printed, const struct assay_printed_job *job,
                               struct assay_reason *reason)
{
    enum assay_error error = check_note(printed, job, reason);
    if (error == ASSAY_OK) {
        error = check_folder(printed, job, reason);
    }
    if (error != ASSAY_OK) {
        return error;
    }
    remove_parts(printed->folder);
    begin_manifest(printed, job);
    printed->saved_at_ns = UINT64_MAX; /* what is taken over is on disk */
    error = take_over(printed, job, reason);
    printed->saved_at_ns = assay_clock_monotonic_ns();
    return error;
}

static enum assay_error start(struct assay_printed *printed, struct assay_printed_job *job,
                              struct assay_reason *reason)
{
    if (job->resume) {
        enum assay_error error = assay_note_read(printed->folder, &printed->note, reason);
        if (error != ASSAY_E_NOT_FOUND) {
            return error == ASSAY_OK ? resume(printed, job, reason) : error;
        }
        job->resume = false; /* nothing stopped here: begin */
    }
    enum assay_error error = check_folder(printed, job, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    new_note(printed, job);
    begin_manifest(printed, job);
    return assay_note_write(printed->folder, &printed->note, reason);
}

enum assay_error assay_printed_open(const struct assay_folder *folder,
                                    const struct assay_printed_job *job,
                                    struct assay_printed **printed, struct assay_reason *reason)
{
    struct assay_printed *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return assay_fail(reason, ASSAY_E_MEMORY, NULL);
    }
    made->folder = folder;
    made->keyring = job->keyring;
    made->job = job->job;
    made->ranges = job->ranges;
    struct assay_printed_job asked = *job;
    enum assay_error error = start(made, &asked, reason);
    if (error != ASSAY_OK) {
        assay_printed_close(made);
        return error;
    }
    *printed = made;
    return ASSAY_OK;
}

/* The job's ranges up to the plan's number `last`. */
static void set_ranges(struct assay_printed *printed, uint32_t last)
{
    struct assay_manifest *manifest = &printed->manifest;
    uint32_t left = last - printed->job->plan.range.first + 1;
    manifest->good = left;
    manifest->ranges = 0;
    while (left > 0) {
        struct assay_range range = printed->ranges.ranges[manifest->ranges];
        uint32_t items = range.last - range.first + 1;
        if (items > left) {
            range.last = range.first + left - 1;
            items = left;
        }
        manifest->part[manifest->ranges++] = range;
        left -= items;
    }
    manifest->range.first = manifest->part[0].first;
    manifest->range.last = manifest->part[manifest->ranges - 1].last;
}

enum assay_error assay_printed_add(struct assay_printed *printed,
                                   const struct assay_manifest_file *files, uint32_t last,
                                   struct assay_reason *reason)
{
    struct assay_manifest *manifest = &printed->manifest;
    uint32_t each = assay_job_files_each(printed->job);
    assay_assert(manifest->files + each <= ASSAY_MANIFEST_FILES_MAX);
    if (manifest->files + each > printed->room) {
        uint32_t room = printed->room * 2 + 16;
        struct assay_manifest_file *more = reallocarray(manifest->file, room, sizeof *more);
        if (more == NULL) {
            return assay_fail(reason, ASSAY_E_MEMORY, NULL);
        }
        manifest->file = more;
        printed->room = room;
    }
    memcpy(&manifest->file[manifest->files], files, each * sizeof *files);
    manifest->files += each;
    set_ranges(printed, last);
    printed->saved = false;
    uint64_t now_ns = assay_clock_monotonic_ns();
    if (now_ns < printed->saved_at_ns || now_ns - printed->saved_at_ns < SAVE_INTERVAL_NS) {
        return ASSAY_OK;
    }
    return assay_printed_save(printed, reason);
}

enum assay_error assay_printed_save(struct assay_printed *printed, struct assay_reason *reason)
{
    if (printed->saved) {
        return ASSAY_OK;
    }
    char *text = NULL;
    enum assay_error error = assay_manifest_write(&printed->manifest, printed->keyring, &text);
    if (error != ASSAY_OK) {
        return assay_fail(reason, error, "cannot sign the manifest: %s", assay_error_text(error));
    }
    struct assay_output *output;
    struct assay_manifest_file written;
    error = assay_output_begin(printed->folder, printed->note.manifest, &output, reason);
    if (error == ASSAY_OK) {
        error = assay_output_write(output, text, strlen(text), reason);
        if (error == ASSAY_OK) {
            error = assay_output_commit(output, &written, reason);
        } else {
            assay_output_abort(output);
        }
    }
    free(text);
    if (error == ASSAY_OK) {
        printed->saved = true;
        printed->saved_at_ns = assay_clock_monotonic_ns();
    }
    return error;
}

void assay_printed_end(struct assay_printed *printed, bool done)
{
    if (done || printed->manifest.files == 0) {
        assay_note_remove(printed->folder);
    }
}

const struct assay_manifest *assay_printed_manifest(const struct assay_printed *printed)
{
    return &printed->manifest;
}

const char *assay_printed_name(const struct assay_printed *printed)
{
    return printed->note.manifest;
}

void assay_printed_close(struct assay_printed *printed)
{
    if (printed != NULL) {
        assay_manifest_deinit(&printed->manifest);
        free(printed);
    }
}
