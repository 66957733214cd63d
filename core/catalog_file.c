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

/* -- imports -- */

const struct assay_catalog_import *assay_catalog_import_find(const struct assay_catalog *catalog,
                                                             enum assay_import_kind kind,
                                                             const uint8_t sha256[ASSAY_SHA256_LEN])
{
    for (uint32_t i = 0; i < catalog->import_count; i++) {
        const struct assay_catalog_import *import = &catalog->imports[i];
        if (import->value.kind == kind && !import->replaced &&
            memcmp(import->value.sha256, sha256, ASSAY_SHA256_LEN) == 0) {
            return import;
        }
    }
    return NULL;
}

const struct assay_catalog_import *assay_catalog_import_at(const struct assay_catalog *catalog,
                                                           uint32_t number)
{
    return number < catalog->import_count ? &catalog->imports[number] : NULL;
}

enum assay_error assay_catalog_check_import(const struct assay_catalog *catalog,
                                            const struct assay_import_record *import,
                                            struct assay_reason *reason)
{
    if (import->kind != ASSAY_IMPORT_PLAN &&
        assay_catalog_import_find(catalog, import->kind, import->sha256) != NULL) {
        return assay_fail(reason, ASSAY_E_EXISTS, "this file was imported already");
    }
    if (catalog->import_count == ASSAY_IMPORTS_MAX) {
        return assay_fail(reason, ASSAY_E_FULL, "imports: at most %u", ASSAY_IMPORTS_MAX);
    }
    return ASSAY_OK;
}

static enum assay_error make_import_room(struct assay_catalog *catalog)
{
    if (catalog->import_count < catalog->import_room) {
        return ASSAY_OK;
    }
    uint32_t room = catalog->import_room * 2 + 16;
    struct assay_catalog_import *imports =
        reallocarray(catalog->imports, room, sizeof *catalog->imports);
    if (imports == NULL) {
        return ASSAY_E_MEMORY;
    }
    catalog->imports = imports;
    catalog->import_room = room;
    return ASSAY_OK;
}

enum assay_error assay_catalog_set_import(struct assay_catalog *catalog,
                                          const struct assay_import_record *import,
                                          struct assay_catalog_mark mark)
{
    uint32_t count = catalog->import_count;
    if (count > 0 && catalog->imports[count - 1].mark.position >= mark.position) {
        return ASSAY_OK;
    }
    enum assay_error error = make_import_room(catalog);
    if (error != ASSAY_OK) {
        return error;
    }
    for (uint32_t i = 0; i < count && import->replaces; i++) {
        struct assay_catalog_import *before = &catalog->imports[i];
        before->replaced = before->replaced || before->value.kind == import->kind;
    }
    catalog->imports[catalog->import_count++] =
        (struct assay_catalog_import){.value = *import, .mark = mark};
    return ASSAY_OK;
}
