// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/ledger.h"
#include "core/ledger_segment.h"

static enum assay_error sync_parent(const char *dir)
{
    char *copy = strdup(dir);
    if (copy == NULL) {
        return ASSAY_E_MEMORY;
    }
    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(copy);
    if (fd < 0) {
        return ASSAY_E_IO;
    }
    int result = fsync(fd);
    close(fd);
    return result == 0 ? ASSAY_OK : ASSAY_E_IO;
}

static enum assay_error make_folder(const char *dir, struct assay_reason *reason)
{
    if (mkdir(dir, 0700) != 0 && errno != EEXIST) {
        return assay_fail(reason, assay_ledger_io_error(errno), "%s: %s", dir, strerror(errno));
    }
    struct assay_segment_folder folder;
    enum assay_error error = assay_segment_folder_open(dir, &folder, reason);
    if (error == ASSAY_E_NOT_FOUND) {
        return ASSAY_OK;
    }
    if (error == ASSAY_OK) {
        assay_segment_folder_close(&folder);
    }
    return error == ASSAY_E_IO
               ? error
               : assay_fail(reason, ASSAY_E_EXISTS, "%s holds a ledger already", dir);
}

enum assay_error assay_ledger_create(const struct assay_ledger_options *options,
                                     const uint8_t ledger_id[16], struct assay_reason *reason)
{
    enum assay_error error = make_folder(options->dir, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    struct assay_segment_folder folder = {.path = options->dir};
    folder.segment_bytes =
        options->segment_bytes != 0 ? options->segment_bytes : ASSAY_LEDGER_SEGMENT_BYTES;
    memcpy(folder.ledger_id, ledger_id, ASSAY_LEDGER_ID_LEN);
    folder.fd = open(options->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder.fd < 0) {
        return assay_fail(reason, ASSAY_E_IO, "%s: %s", options->dir, strerror(errno));
    }
    error = assay_segment_prepare(&folder, 0, &options->io, NULL, reason);
    assay_segment_folder_close(&folder);
    if (error == ASSAY_OK && sync_parent(options->dir) != ASSAY_OK) {
        error = assay_fail(reason, ASSAY_E_IO, "%s: its parent cannot be synced", options->dir);
    }
    return error;
}
