// SPDX-License-Identifier: Apache-2.0
#include "core/check_carton.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/carton.h"
#include "core/ledger_cache.h"

struct assay_check_carton {
    const char *dir;
    char ledger[PATH_MAX];
    char made[PATH_MAX / 2]; /* the folder; empty = not made */
    struct assay_unit_table known;
    uint64_t known_position;
    struct assay_segment_folder folder;
    bool folder_open;
    struct assay_segment_cache *cache;
    struct assay_state *state;
    struct assay_carton_replay replay;
};

static enum assay_error read_record(void *context, uint64_t position, void *data, size_t size_bytes)
{
    struct assay_check_carton *check = context;
    size_t got = 0;
    enum assay_error error =
        assay_segment_cache_read(check->cache, position, data, size_bytes, &got);
    if (error != ASSAY_OK) {
        return error;
    }
    memset((uint8_t *)data + got, 0, size_bytes - got);
    return assay_record_len(data, got) == 0 ? ASSAY_E_CORRUPT : ASSAY_OK;
}

static enum assay_error make_state(struct assay_check_carton *check, struct assay_reason *reason)
{
    const char *base = getenv("TMPDIR");
    snprintf(check->made, sizeof check->made, "%s/assay-check-XXXXXX",
             base == NULL || base[0] == '\0' ? "/tmp" : base);
    if (mkdtemp(check->made) == NULL) {
        enum assay_error error =
            assay_fail(reason, ASSAY_E_IO, "%s: %s", check->made, strerror(errno));
        check->made[0] = '\0';
        return error;
    }
    return assay_state_open(check->made, false, &check->state, reason);
}

static enum assay_error open_all(struct assay_check_carton *check, struct assay_reason *reason)
{
    struct assay_unit_meta meta;
    enum assay_error error = assay_unit_meta_get(&check->known, &meta);
    if (error != ASSAY_OK) {
        return assay_fail(reason, error, "%s/state: the cartons cannot be read: %s", check->dir,
                          assay_error_text(error));
    }
    check->known_position = meta.position;
    snprintf(check->ledger, sizeof check->ledger, "%s/ledger", check->dir);
    error = assay_segment_folder_open(check->ledger, &check->folder, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    check->folder_open = true;
    error = assay_segment_cache_create(&check->folder, &check->cache);
    if (error != ASSAY_OK) {
        return assay_fail(reason, error, NULL);
    }
    error = make_state(check, reason);
    check->replay.target = (struct assay_carton_target){check->state, read_record, check};
    return error;
}

enum assay_error assay_check_carton_create(const char *dir, struct assay_state_reader *snapshot,
                                           struct assay_check_carton **check,
                                           struct assay_reason *reason)
{
    struct assay_check_carton *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return assay_fail(reason, ASSAY_E_MEMORY, NULL);
    }
    made->dir = dir;
    made->known = assay_unit_table_of_reader(snapshot);
    enum assay_error error = open_all(made, reason);
    if (error != ASSAY_OK) {
        assay_check_carton_destroy(made);
        return error;
    }
    *check = made;
    return ASSAY_OK;
}

enum assay_error assay_check_carton_record(struct assay_check_carton *check,
                                           const struct assay_record *record, uint64_t position)
{
    /* What came after the snapshot has no row to compare with yet. */
    return position > check->known_position ? ASSAY_OK
                                            : assay_carton_replay(&check->replay, record, position);
}

enum assay_error assay_check_carton_finish(struct assay_check_carton *check,
                                           struct assay_reason *reason)
{
    struct assay_state_reader *reader = NULL;
    bool equal = false;
    assay_carton_replay_end(&check->replay);
    enum assay_error error = assay_state_reader_open(check->state, &reader);
    if (error == ASSAY_OK) {
        error = assay_state_begin(reader);
    }
    if (error == ASSAY_OK) {
        struct assay_unit_table made = assay_unit_table_of_reader(reader);
        error = assay_unit_tables_equal(&check->known, &made, &equal);
        assay_state_end(reader);
    }
    assay_state_reader_close(reader);
    if (error != ASSAY_OK) {
        return assay_fail(reason, error, "%s/state: the cartons cannot be compared: %s", check->dir,
                          assay_error_text(error));
    }
    return equal ? ASSAY_OK
                 : assay_fail(reason, ASSAY_E_CORRUPT,
                              "%s/state: the cartons are not what the ledger adds up to; rebuild "
                              "mends that",
                              check->dir);
}

void assay_check_carton_destroy(struct assay_check_carton *check)
{
    static const char *const files[] = {"data.mdb", "lock.mdb"};
    if (check == NULL) {
        return;
    }
    assay_carton_replay_end(&check->replay);
    assay_state_close(check->state);
    assay_segment_cache_destroy(check->cache);
    if (check->folder_open) {
        assay_segment_folder_close(&check->folder);
    }
    for (size_t i = 0; check->made[0] != '\0' && i < ASSAY_COUNT_OF(files); i++) {
        char path[PATH_MAX];
        snprintf(path, sizeof path, "%s/%s", check->made, files[i]);
        (void)unlink(path);
    }
    if (check->made[0] != '\0') {
        (void)rmdir(check->made);
    }
    free(check);
}
