// SPDX-License-Identifier: Apache-2.0
#include "core/backup.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/file.h"
#include "core/json.h"
#include "core/ledger_segment.h"
#include "core/outbox.h"
#include "core/personal.h"
#include "core/state.h"
#include "core/store.h"

#define BACKUP_FORMAT 2 /* 1 had no outbox */
#define LIST_NAME "backup.json"
#define LIST_BYTES_MAX (16u << 20)
#define PATH_ROOM (PATH_MAX / 2) /* of a folder, so that a file's path fits PATH_MAX */

static const char *const folders[] = {"state", "outbox", "ledger", "personal", "keys"};

struct job {
    const struct assay_backup_options *options;
    struct assay_backup_report *report;
    struct assay_reason *reason;
    char made[PATH_ROOM]; /* the folder under its partial name */
    json_t *files;
};

static enum assay_error make_folder(const struct job *job, const char *name)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s%s%s", job->made, name[0] == '\0' ? "" : "/", name);
    return mkdir(path, 0700) == 0 ? ASSAY_OK : assay_file_fail(job->reason, path);
}

/* The final name is free (nothing there, or an empty folder), and so is the partial one. */
static enum assay_error begin(struct job *job, const char *final)
{
    if (strlen(final) + sizeof ".partial" > sizeof job->made || strlen(final) == 0) {
        return assay_fail(job->reason, ASSAY_E_USAGE, "%.60s...: the path is too long", final);
    }
    struct stat facts;
    if (lstat(final, &facts) == 0 && rmdir(final) != 0) {
        return assay_fail(job->reason, ASSAY_E_EXISTS,
                          "%s: exists already; name a new or empty folder", final);
    }
    snprintf(job->made, sizeof job->made, "%s.partial", final);
    if (lstat(job->made, &facts) == 0) {
        return assay_fail(job->reason, ASSAY_E_EXISTS,
                          "%s: left by an earlier run; remove it and try again", job->made);
    }
    return make_folder(job, "");
}

/* Give the folder its name, or remove what was made half. */
static enum assay_error finish(const struct job *job, const char *final, enum assay_error error)
{
    for (size_t i = 0; i < ASSAY_COUNT_OF(folders) && error == ASSAY_OK; i++) {
        char path[PATH_MAX];
        snprintf(path, sizeof path, "%s/%s", job->made, folders[i]);
        error = assay_file_sync(path, job->reason);
    }
    if (error == ASSAY_OK) {
        error = assay_file_sync(job->made, job->reason);
    }
    if (error == ASSAY_OK) {
        error = assay_file_rename(job->made, final, job->reason);
    }
    if (error != ASSAY_OK) {
        assay_file_remove_tree(job->made);
    }
    return error;
}

/* -- making -- */

/* Note a file that was made: its name, size and hash. */
static enum assay_error note(struct job *job, const char *name)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", job->made, name);
    uint8_t digest[ASSAY_SHA256_LEN];
    uint64_t bytes = 0;
    enum assay_error error = assay_file_sync(path, job->reason);
    if (error == ASSAY_OK) {
        error = assay_file_sha256(path, digest, &bytes, job->reason);
    }
    if (error != ASSAY_OK) {
        return error;
    }
    char text[2 * ASSAY_SHA256_LEN + 1];
    assay_hex_encode(digest, sizeof digest, text);
    json_t *row =
        json_pack("{s:s, s:I, s:s}", "name", name, "bytes", (json_int_t)bytes, "sha256", text);
    if (json_array_append_new(job->files, row) != 0) {
        return assay_fail(job->reason, ASSAY_E_MEMORY, NULL);
    }
    job->report->files++;
    job->report->bytes += bytes;
    return ASSAY_OK;
}

static enum assay_error copy_state(struct job *job)
{
    char from[PATH_MAX];
    char to[PATH_MAX];
    snprintf(from, sizeof from, "%s/state", job->options->dir);
    snprintf(to, sizeof to, "%s/state", job->made);
    enum assay_error error = assay_state_copy(from, to, job->reason);
    return error == ASSAY_OK ? note(job, "state/data.mdb") : error;
}

static enum assay_error copy_segments(struct job *job, const struct assay_segment_folder *folder)
{
    uint64_t end = job->report->ledger_end;
    for (uint64_t number = 0; number < folder->count; number++) {
        uint64_t start = number * folder->segment_bytes;
        if (start >= end) {
            return ASSAY_OK;
        }
        uint64_t bytes = end - start < folder->segment_bytes ? end - start : folder->segment_bytes;
        char file[ASSAY_SEGMENT_NAME_SIZE];
        char name[sizeof file + sizeof "ledger/"];
        char from[PATH_MAX];
        char to[PATH_MAX];
        assay_segment_name(number, file);
        snprintf(name, sizeof name, "ledger/%s", file);
        snprintf(from, sizeof from, "%s/%s", folder->path, file);
        snprintf(to, sizeof to, "%s/%s", job->made, name);
        enum assay_error error =
            assay_file_copy(from, to, bytes, folder->segment_bytes, job->reason);
        if (error == ASSAY_OK) {
            error = note(job, name);
        }
        if (error != ASSAY_OK) {
            return error;
        }
    }
    return ASSAY_OK;
}

/* What was synced after the state was copied: at least as far as the state knows. */
static enum assay_error copy_ledger(struct job *job)
{
    enum assay_error error = assay_store_published(job->options->dir, &job->report->ledger_end);
    if (error == ASSAY_E_NOT_FOUND) {
        job->report->ledger_end = UINT64_MAX;
    } else if (error != ASSAY_OK) {
        return assay_fail(job->reason, error, "%s/synced: %s", job->options->dir,
                          assay_error_text(error));
    }
    char from[PATH_MAX];
    snprintf(from, sizeof from, "%s/ledger", job->options->dir);
    struct assay_segment_folder folder;
    error = assay_segment_folder_open(from, &folder, job->reason);
    if (error != ASSAY_OK) {
        return error;
    }
    if (job->report->ledger_end > folder.count * folder.segment_bytes) {
        job->report->ledger_end = folder.count * folder.segment_bytes;
    }
    error = copy_segments(job, &folder);
    assay_segment_folder_close(&folder);
    return error;
}

static enum assay_error copy_outbox(struct job *job)
{
    char to[PATH_MAX];
    snprintf(to, sizeof to, "%s/outbox", job->made);
    enum assay_error error = assay_outbox_copy(job->options->dir, to, job->reason);
    if (error == ASSAY_E_NOT_FOUND) {
        return ASSAY_OK; /* no verifier has run yet */
    }
    return error == ASSAY_OK ? note(job, "outbox/data.mdb") : error;
}

static enum assay_error copy_personal(struct job *job)
{
    char to[PATH_MAX];
    snprintf(to, sizeof to, "%s/personal", job->made);
    enum assay_error error = assay_personal_copy(job->options->dir, to, job->reason);
    if (error == ASSAY_E_NOT_FOUND) {
        return ASSAY_OK; /* nobody has registered yet */
    }
    return error == ASSAY_OK ? note(job, "personal/data.mdb") : error;
}

static enum assay_error copy_keys(struct job *job)
{
    char from[PATH_MAX];
    snprintf(from, sizeof from, "%s/keys", job->options->dir);
    DIR *dir = opendir(from);
    if (dir == NULL) {
        return assay_file_fail(job->reason, from);
    }
    enum assay_error error = ASSAY_OK;
    const struct dirent *entry;
    while (error == ASSAY_OK && (entry = readdir(dir)) != NULL) {
        if (entry->d_name[0] == '.') {
            continue;
        }
        char name[sizeof "keys/" + NAME_MAX];
        char file[PATH_MAX];
        char to[PATH_MAX];
        snprintf(name, sizeof name, "keys/%s", entry->d_name);
        snprintf(file, sizeof file, "%s/%s", job->options->dir, name);
        snprintf(to, sizeof to, "%s/%s", job->made, name);
        error = assay_file_copy(file, to, UINT64_MAX, 0, job->reason);
        if (error == ASSAY_OK) {
            error = note(job, name);
        }
    }
    closedir(dir);
    return error;
}

static enum assay_error write_list(struct job *job)
{
    char made_at[ASSAY_TIME_TEXT_SIZE];
    char path[PATH_MAX];
    assay_time_format(job->options->now_unix_ms, made_at);
    snprintf(path, sizeof path, "%s/%s", job->made, LIST_NAME);
    json_t *list = json_pack("{s:i, s:s, s:s, s:I, s:b, s:O}", "format", BACKUP_FORMAT, "program",
                             "assay " ASSAY_VERSION, "made_at", made_at, "ledger_end",
                             (json_int_t)job->report->ledger_end, "keys",
                             !job->options->without_keys, "files", job->files);
    char *text = json_dumps(list, JSON_INDENT(1));
    json_decref(list);
    if (text == NULL) {
        return assay_fail(job->reason, ASSAY_E_MEMORY, NULL);
    }
    enum assay_error error = assay_file_write_new(path, text, strlen(text), job->reason);
    free(text);
    return error;
}

static enum assay_error fill(struct job *job)
{
    enum assay_error error = ASSAY_OK;
    for (size_t i = 0; i < ASSAY_COUNT_OF(folders) && error == ASSAY_OK; i++) {
        error = make_folder(job, folders[i]);
    }
    static enum assay_error (*const steps[])(struct job *) = {copy_state, copy_outbox, copy_ledger,
                                                              copy_personal};
    for (size_t i = 0; i < ASSAY_COUNT_OF(steps) && error == ASSAY_OK; i++) {
        error = steps[i](job);
    }
    if (error == ASSAY_OK && !job->options->without_keys) {
        error = copy_keys(job);
    }
    return error == ASSAY_OK ? write_list(job) : error;
}

enum assay_error assay_backup_make(const struct assay_backup_options *options,
                                   struct assay_backup_report *report, struct assay_reason *reason)
{
    *report = (struct assay_backup_report){.made_at_unix_ms = options->now_unix_ms,
                                           .has_keys = !options->without_keys};
    struct job job = {.options = options, .report = report, .reason = reason};
    if (strlen(options->dir) >= PATH_ROOM) {
        return assay_fail(reason, ASSAY_E_USAGE, "%.60s...: the path is too long", options->dir);
    }
    enum assay_error error = begin(&job, options->to);
    if (error != ASSAY_OK) {
        return error;
    }
    job.files = json_array();
    error = finish(&job, options->to, fill(&job));
    json_decref(job.files);
    return error;
}

/* -- restoring -- */

/* A name that make could have written: a known folder, then one plain component. */
static bool name_is_good(const char *name)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    for (size_t i = 0; i < ASSAY_COUNT_OF(folders); i++) {
        size_t len = strlen(folders[i]);
        if (strncmp(name, folders[i], len) == 0 && name[len] == '/') {
            const char *file = name + len + 1;
            return file[0] != '\0' && file[0] != '.' && file[strspn(file, plain)] == '\0';
        }
    }
    return false;
}

static enum assay_error check_file(struct job *job, const json_t *row)
{
    char name[NAME_MAX] = "";
    char sha256[2 * ASSAY_SHA256_LEN + 1] = "";
    int64_t bytes = 0;
    const struct assay_json_field fields[] = {
        {"name", ASSAY_JSON_TEXT, true, name, sizeof name, 0, 0, NULL},
        {"bytes", ASSAY_JSON_INTEGER, true, &bytes, 0, 0, (double)(1ll << 52), NULL},
        {"sha256", ASSAY_JSON_TEXT, true, sha256, sizeof sha256, 0, 0, NULL},
    };
    enum assay_error error = assay_json_read(row, fields, ASSAY_COUNT_OF(fields), job->reason);
    if (error != ASSAY_OK) {
        return error;
    }
    uint8_t wanted[ASSAY_SHA256_LEN];
    if (!name_is_good(name) ||
        assay_hex_decode(sha256, strlen(sha256), wanted, sizeof wanted) != ASSAY_OK) {
        return assay_fail(job->reason, ASSAY_E_FIELD, "%s/%s: %.60s is no file of a backup",
                          job->options->to, LIST_NAME, name);
    }
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", job->options->to, name);
    uint8_t found[ASSAY_SHA256_LEN];
    uint64_t found_bytes = 0;
    error = assay_file_sha256(path, found, &found_bytes, job->reason);
    if (error != ASSAY_OK) {
        return error;
    }
    if (found_bytes != (uint64_t)bytes || memcmp(found, wanted, sizeof found) != 0) {
        return assay_fail(job->reason, ASSAY_E_CORRUPT,
                          "%s: is not what was backed up (size or SHA-256 differ)", path);
    }
    job->report->files++;
    job->report->bytes += found_bytes;
    return ASSAY_OK;
}

static enum assay_error read_list(struct job *job, json_t *list)
{
    char program[64] = "";
    char made_at[ASSAY_TIME_TEXT_SIZE] = "";
    int64_t format = 0;
    int64_t ledger_end = 0;
    const json_t *files = NULL;
    const struct assay_json_field fields[] = {
        {"format", ASSAY_JSON_INTEGER, true, &format, 0, 1, INT32_MAX, NULL},
        {"program", ASSAY_JSON_TEXT, true, program, sizeof program, 0, 0, NULL},
        {"made_at", ASSAY_JSON_TEXT, true, made_at, sizeof made_at, 0, 0, NULL},
        {"ledger_end", ASSAY_JSON_INTEGER, true, &ledger_end, 0, 0, (double)(1ll << 52), NULL},
        {"keys", ASSAY_JSON_BOOLEAN, true, &job->report->has_keys, 0, 0, 0, NULL},
        {"files", ASSAY_JSON_ARRAY, true, &files, 0, 0, 0, NULL},
    };
    if (json_integer_value(json_object_get(list, "format")) > BACKUP_FORMAT) {
        return assay_fail(job->reason, ASSAY_E_VERSION,
                          "%s/%s: written by a newer version of this program", job->options->to,
                          LIST_NAME);
    }
    enum assay_error error = assay_json_read(list, fields, ASSAY_COUNT_OF(fields), job->reason);
    if (error != ASSAY_OK) {
        return error;
    }
    if (assay_time_parse(made_at, &job->report->made_at_unix_ms) != ASSAY_OK) {
        return assay_fail(job->reason, ASSAY_E_FIELD, "made_at: a time is wanted");
    }
    job->report->ledger_end = (uint64_t)ledger_end;
    job->files = json_object_get(list, "files");
    for (size_t i = 0; i < json_array_size(files) && error == ASSAY_OK; i++) {
        error = check_file(job, json_array_get(files, i));
    }
    return error;
}

static enum assay_error copy_back(struct job *job)
{
    enum assay_error error = ASSAY_OK;
    for (size_t i = 0; i < ASSAY_COUNT_OF(folders) && error == ASSAY_OK; i++) {
        error = make_folder(job, folders[i]);
    }
    for (size_t i = 0; i < json_array_size(job->files) && error == ASSAY_OK; i++) {
        const char *name =
            json_string_value(json_object_get(json_array_get(job->files, i), "name"));
        char from[PATH_MAX];
        char to[PATH_MAX];
        snprintf(from, sizeof from, "%s/%s", job->options->to, name);
        snprintf(to, sizeof to, "%s/%s", job->made, name);
        error = assay_file_copy(from, to, UINT64_MAX, 0, job->reason);
    }
    return error;
}

enum assay_error assay_backup_restore(const struct assay_backup_options *options,
                                      struct assay_backup_report *report,
                                      struct assay_reason *reason)
{
    *report = (struct assay_backup_report){0};
    struct job job = {.options = options, .report = report, .reason = reason};
    char path[PATH_MAX];
    char *text = NULL;
    size_t len = 0;
    json_t *list = NULL;
    snprintf(path, sizeof path, "%s/%s", options->to, LIST_NAME);
    enum assay_error error = assay_file_read(path, LIST_BYTES_MAX, &text, &len, reason);
    if (error == ASSAY_OK) {
        error = assay_json_parse(text, len, LIST_BYTES_MAX, &list, reason);
        free(text);
    }
    if (error == ASSAY_OK) {
        error = read_list(&job, list);
    }
    if (error == ASSAY_OK) {
        error = begin(&job, options->dir);
    }
    if (error == ASSAY_OK) {
        error = finish(&job, options->dir, copy_back(&job));
    }
    json_decref(list);
    return error;
}
