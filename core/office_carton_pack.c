// SPDX-License-Identifier: Apache-2.0
/* An import's way to the ledger: PACK records, a group at a time, then PACKED. */
#include <string.h>

#include "core/office_carton_import.h"
#include "core/runs.h"

enum assay_error assay_import_refuse(const struct assay_carton_import *import, uint32_t line,
                                     enum assay_error error, const char *what)
{
    return assay_fail(import->call->reason, error, "line %u: %s", line, what);
}

static enum assay_error flush_group(struct assay_carton_import *import)
{
    struct assay_packed_record *packed = &import->packed.packed;
    if (import->group_packs == 0) {
        return ASSAY_OK;
    }
    if (packed->chunks == ASSAY_PACKED_CHUNKS_MAX) {
        return assay_fail(import->call->reason, ASSAY_E_TOO_LARGE,
                          "the file is too large for one import: split it between two cartons");
    }
    struct assay_span packs = {import->group, import->group_len};
    enum assay_error error =
        assay_store_cartons_append(import->call->office->session, packs, import->group_packs,
                                   &packed->chunk_at[packed->chunks]);
    if (error != ASSAY_OK) {
        return assay_fail(import->call->reason, error, NULL);
    }
    packed->chunk_packs[packed->chunks++] = import->group_packs;
    import->group_len = 0;
    import->group_packs = 0;
    return ASSAY_OK;
}

static bool put_pack(struct assay_carton_import *import, struct assay_record *record,
                     struct assay_runs *runs)
{
    record->pack.runs_len = (uint32_t)runs->at;
    size_t len = assay_record_encode(record, import->group + import->group_len,
                                     ASSAY_IMPORT_GROUP_BYTES - import->group_len);
    import->group_len += len;
    import->group_packs += len > 0;
    record->pack.items = 0;
    *runs = (struct assay_runs){0};
    return len > 0;
}

/* All of a unit's PACK records into the group; false if it does not hold them. */
static bool put_unit(struct assay_carton_import *import, uint32_t parent)
{
    struct assay_record record = {.type = ASSAY_RECORD_PACK};
    struct assay_pack_record *pack = &record.pack;
    bool is_pallet = import->lines.parents[parent].kind == ASSAY_UNIT_PALLET;
    const uint64_t *children = import->children;
    struct assay_runs runs = {0};
    pack->sscc = import->lines.parents[parent].sscc;
    pack->number = import->numbers[parent];
    for (uint32_t at = import->starts[parent]; at < import->starts[parent + 1];) {
        uint32_t handle = is_pallet ? 0 : assay_item_key_handle(children[at]);
        uint32_t first = is_pallet ? (uint32_t)children[at] : assay_item_key_index(children[at]);
        uint32_t len = 1;
        while (at + len < import->starts[parent + 1] && children[at + len] == children[at] + len) {
            len++;
        }
        struct assay_run run = {first, first + len - 1};
        bool goes_on = pack->items > 0 && pack->handle == handle;
        if (pack->items > 0 &&
            (!goes_on || runs.at + 2 * ASSAY_RUN_BYTES_MAX > sizeof pack->runs)) {
            if (!put_pack(import, &record, &runs)) {
                return false;
            }
        }
        pack->handle = handle;
        bool fits = assay_runs_put(&runs, pack->runs, sizeof pack->runs, run);
        assay_assert(fits);
        pack->items += len;
        at += len;
    }
    return put_pack(import, &record, &runs);
}

static enum assay_error write_unit(struct assay_carton_import *import, uint32_t parent)
{
    size_t len = import->group_len;
    uint32_t packs = import->group_packs;
    if (put_unit(import, parent)) {
        return ASSAY_OK;
    }
    import->group_len = len;
    import->group_packs = packs;
    enum assay_error error = flush_group(import);
    if (error == ASSAY_OK && !put_unit(import, parent)) {
        error = assay_import_refuse(import, import->lines.parents[parent].line, ASSAY_E_TOO_LARGE,
                                    "this unit holds items of too many batches");
    }
    return error;
}

static enum assay_error write_units(struct assay_carton_import *import, enum assay_unit_kind kind)
{
    enum assay_error error = ASSAY_OK;
    for (uint32_t i = 0; error == ASSAY_OK && i < import->lines.parent_count; i++) {
        if (import->lines.parents[i].kind == kind) {
            error = write_unit(import, i);
        }
    }
    return error;
}

enum assay_error assay_import_write(struct assay_carton_import *import)
{
    struct assay_packed_record *packed = &import->packed.packed;
    import->packed.type = ASSAY_RECORD_PACKED;
    packed->at_unix_ms = import->call->now_unix_ms;
    packed->units = import->lines.parent_count;
    packed->items = import->lines.item_count;
    memcpy(packed->actor, import->call->actor->name, sizeof packed->actor);
    enum assay_error error = write_units(import, ASSAY_UNIT_CARTON);
    error = error != ASSAY_OK ? error : write_units(import, ASSAY_UNIT_PALLET);
    error = error != ASSAY_OK ? error : flush_group(import);
    uint64_t position = 0;
    return error != ASSAY_OK
               ? error
               : assay_store_cartons_put(import->call->office->session, &import->packed, 1,
                                         &position, import->call->reason);
}
