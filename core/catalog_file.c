// SPDX-License-Identifier: Apache-2.0
/* Files that were handed in: which, and how far each got. */
#include <stdlib.h>
#include <string.h>

#include "core/catalog_private.h"

/* The newest first: what goes on was begun last. */
static struct assay_catalog_file *find(const struct assay_catalog *catalog,
                                       const uint8_t sha256[ASSAY_SHA256_LEN])
{
    for (uint32_t i = catalog->file_count; i > 0; i--) {
        if (memcmp(catalog->files[i - 1].value.sha256, sha256, ASSAY_SHA256_LEN) == 0) {
            return &catalog->files[i - 1];
        }
    }
    return NULL;
}

const struct assay_catalog_file *assay_catalog_file_find(const struct assay_catalog *catalog,
                                                         const uint8_t sha256[ASSAY_SHA256_LEN])
{
    return find(catalog, sha256);
}

static enum assay_error make_room(struct assay_catalog *catalog)
{
    if (catalog->file_count < catalog->file_room) {
        return ASSAY_OK;
    }
    uint32_t room = catalog->file_room * 2 + 16;
    struct assay_catalog_file *files = reallocarray(catalog->files, room, sizeof *catalog->files);
    if (files == NULL) {
        return ASSAY_E_MEMORY;
    }
    catalog->files = files;
    catalog->file_room = room;
    return ASSAY_OK;
}

enum assay_error assay_catalog_set_file(struct assay_catalog *catalog,
                                        const struct assay_history_record *file,
                                        struct assay_catalog_mark mark)
{
    struct assay_catalog_file *known = find(catalog, file->sha256);
    if (known != NULL && known->mark.position >= mark.position) {
        return ASSAY_OK;
    }
    if (known != NULL &&
        (file->rows != known->value.rows || file->rows_done < known->value.rows_done)) {
        return ASSAY_E_CORRUPT;
    }
    if (known == NULL) {
        enum assay_error error = make_room(catalog);
        if (error != ASSAY_OK) {
            return error;
        }
        known = &catalog->files[catalog->file_count++];
        *known = (struct assay_catalog_file){.mark = mark};
    }
    known->value = *file;
    known->value.scans = 0;
    known->value.outcomes = 0;
    known->mark.position = mark.position;
    known->mark.dirty = mark.dirty;
    return ASSAY_OK;
}
