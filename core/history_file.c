// SPDX-License-Identifier: Apache-2.0
#include "core/history_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/file.h"
#include "core/limits.h"

/* Where a row stands. */
struct assay_history_index {
    int64_t at_unix_ms;
    uint64_t offset;
    uint32_t number; /* from 1 */
    uint32_t len;
};

struct pass {
    const struct assay_history_reading *reading;
    struct assay_history_file *checked; /* the first pass; else NULL */
    struct assay_history_index *index;  /* to be filled; else NULL */
    uint64_t rows;
    bool header_seen;
    struct assay_history_row row;
};

static void note_row(struct pass *pass)
{
    struct assay_history_file *file = pass->checked;
    const struct assay_history_row *row = &pass->row;
    if (pass->rows == 1) {
        file->first_at_unix_ms = row->at_unix_ms;
        file->last_at_unix_ms = row->at_unix_ms;
    }
    file->is_sorted = file->is_sorted && row->at_unix_ms >= file->last_at_unix_ms;
    if (row->at_unix_ms < file->first_at_unix_ms) {
        file->first_at_unix_ms = row->at_unix_ms;
    }
    if (row->at_unix_ms > file->last_at_unix_ms) {
        file->last_at_unix_ms = row->at_unix_ms;
    }
    file->has_codes = file->has_codes || row->kind == ASSAY_HISTORY_CODE;
    file->has_devices = file->has_devices || row->device.len_bytes > 0;
    file->rows = pass->rows;
}

static enum assay_error take_record(void *context, const struct assay_csv_record *record,
                                    struct assay_reason *reason)
{
    struct pass *pass = context;
    if (!pass->header_seen) {
        pass->header_seen = true;
        return assay_csv_header(record, &assay_history_columns, reason);
    }
    enum assay_error error = ASSAY_OK;
    if (pass->reading->code_only) {
        error = assay_csv_width(record, &assay_history_columns, reason);
        if (error != ASSAY_OK) {
            return error;
        }
        assay_history_code_read(record->field[ASSAY_HISTORY_CODE_COLUMN],
                                record->len[ASSAY_HISTORY_CODE_COLUMN], &pass->row);
    } else {
        error = assay_history_row_read(record, pass->reading->latest, &pass->row, reason);
    }
    if (error != ASSAY_OK) {
        return error;
    }
    pass->rows++;
    if (pass->checked != NULL) {
        note_row(pass);
    }
    if (pass->index != NULL) {
        pass->index[pass->rows - 1] =
            (struct assay_history_index){pass->row.at_unix_ms, record->offset, (uint32_t)pass->rows,
                                         (uint32_t)(record->end - record->offset)};
    }
    return pass->reading->take == NULL ? ASSAY_OK
                                       : pass->reading->take(pass->reading->context, pass->rows,
                                                             record, &pass->row, reason);
}

static enum assay_error read_through(const struct assay_history_file *file, struct pass *pass,
                                     struct assay_reason *reason)
{
    struct assay_csv_reader reader;
    assay_csv_reader_init(&reader, take_record, pass);
    enum assay_error error = assay_csv_reader_feed(&reader, file->data, file->len, reason);
    return error != ASSAY_OK ? error : assay_csv_reader_end(&reader, reason);
}

enum assay_error assay_history_file_as_it_stands(const struct assay_history_file *file,
                                                 const struct assay_history_reading *reading,
                                                 struct assay_reason *reason)
{
    struct pass pass = {.reading = reading};
    return read_through(file, &pass, reason);
}

/* -- the order of time -- */

static int by_time(const void *a, const void *b)
{
    const struct assay_history_index *left = a;
    const struct assay_history_index *right = b;
    if (left->at_unix_ms != right->at_unix_ms) {
        return left->at_unix_ms < right->at_unix_ms ? -1 : 1;
    }
    return (left->number > right->number) - (left->number < right->number);
}

static enum assay_error sort_rows(struct assay_history_file *file, int64_t latest,
                                  struct assay_reason *reason)
{
    if (file->rows > ASSAY_HISTORY_UNSORTED_ROWS_MAX) {
        return assay_fail(reason, ASSAY_E_FULL,
                          "the rows do not stand in order of time, and there are more than %u of "
                          "them: sort the file by time_ms",
                          ASSAY_HISTORY_UNSORTED_ROWS_MAX);
    }
    file->index = calloc(file->rows, sizeof *file->index);
    if (file->index == NULL) {
        return assay_fail(reason, ASSAY_E_MEMORY, NULL);
    }
    const struct assay_history_reading reading = {.latest = latest};
    struct pass pass = {.reading = &reading, .index = file->index};
    enum assay_error error = read_through(file, &pass, reason);
    if (error == ASSAY_OK) {
        qsort(file->index, file->rows, sizeof *file->index, by_time);
    }
    return error;
}

static enum assay_error by_index(const struct assay_history_file *file,
                                 const struct assay_history_reading *reading,
                                 struct assay_reason *reason)
{
    for (uint64_t i = 0; i < file->rows; i++) {
        const struct assay_history_index *entry = &file->index[i];
        struct pass pass = {.reading = reading, .header_seen = true, .rows = entry->number - 1};
        struct assay_csv_reader reader;
        assay_csv_reader_init(&reader, take_record, &pass);
        reader.mark = ASSAY_CSV_MARK_PASSED;
        uint64_t left = file->len - entry->offset;
        uint64_t len = entry->len < left ? entry->len : left; /* the last may lack its line's end */
        enum assay_error error =
            assay_csv_reader_feed(&reader, file->data + entry->offset, len, reason);
        error = error != ASSAY_OK ? error : assay_csv_reader_end(&reader, reason);
        if (error != ASSAY_OK) {
            return error;
        }
    }
    return ASSAY_OK;
}

enum assay_error assay_history_file_by_time(const struct assay_history_file *file,
                                            const struct assay_history_reading *reading,
                                            struct assay_reason *reason)
{
    return file->index == NULL ? assay_history_file_as_it_stands(file, reading, reason)
                               : by_index(file, reading, reason);
}

/* -- opening -- */

static enum assay_error map(const char *path, struct assay_history_file *file,
                            struct assay_reason *reason)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &status) != 0) {
        enum assay_error error = assay_file_fail(reason, path);
        if (fd >= 0) {
            close(fd);
        }
        return error;
    }
    if (!S_ISREG(status.st_mode)) {
        close(fd);
        return assay_fail(reason, ASSAY_E_USAGE,
                          "%s: a file is wanted, since it is read more than once", path);
    }
    file->len = (size_t)status.st_size;
    void *data = file->len == 0 ? NULL : mmap(NULL, file->len, PROT_READ, MAP_PRIVATE, fd, 0);
    enum assay_error error = data == MAP_FAILED ? assay_file_fail(reason, path) : ASSAY_OK;
    close(fd);
    if (error == ASSAY_OK) {
        file->data = data;
    }
    return error;
}

static enum assay_error check(struct assay_history_file *file,
                              const struct assay_history_reading *reading,
                              struct assay_reason *reason)
{
    file->is_sorted = true;
    struct pass pass = {.reading = reading, .checked = file};
    enum assay_error error = read_through(file, &pass, reason);
    if (error == ASSAY_OK && !pass.header_seen) {
        error = assay_fail(reason, ASSAY_E_FIELD, "line 1: the file is empty, not even a header");
    }
    if (error == ASSAY_OK) {
        assay_sha256(file->data, file->len, file->sha256);
    }
    return error != ASSAY_OK || file->is_sorted ? error : sort_rows(file, reading->latest, reason);
}

enum assay_error assay_history_file_open(const char *path,
                                         const struct assay_history_reading *reading,
                                         struct assay_history_file *file,
                                         struct assay_reason *reason)
{
    *file = (struct assay_history_file){0};
    enum assay_error error = map(path, file, reason);
    error = error != ASSAY_OK ? error : check(file, reading, reason);
    if (error != ASSAY_OK) {
        assay_history_file_close(file);
    }
    return error;
}

void assay_history_file_close(struct assay_history_file *file)
{
    if (file->data != NULL) {
        munmap((void *)(uintptr_t)file->data, file->len);
    }
    free(file->index);
    *file = (struct assay_history_file){0};
}
