// SPDX-License-Identifier: Apache-2.0
/* carton.import: a file of line scans becomes cartons and pallets, whole or not at all.
 *
 * The file is read and checked, every code against its tag; then, under the cartons' lock, every
 * item and unit against the state; then PACK records go to the ledger, a group at a time, and last
 * the PACKED record that makes them hold. */
#include <stdlib.h>
#include <string.h>

#include "core/office_carton_import.h"

#define LISTED_MAX 1000 /* units in the answer; carton.list has all */

/* -- codes -- */

static enum assay_error open_code(void *context, const struct assay_code_parts *parts,
                                  uint64_t *item)
{
    struct assay_carton_import *import = context;
    const struct assay_batch_facts *facts = NULL;
    uint32_t index = 0;
    enum assay_error error = assay_opener_code(&import->opener, parts, &facts, &index);
    if (error == ASSAY_OK) {
        *item = assay_item_key_of(facts->handle, index);
    }
    return error;
}

/* -- units -- */

static bool is_in_file(void *context, uint64_t sscc)
{
    const struct assay_carton_import *import = context;
    return assay_carton_lines_find(&import->lines, sscc) != UINT32_MAX;
}

/* Number of a parent that is made already, 0 if it is new. */
static enum assay_error find_parent(struct assay_carton_import *import,
                                    const struct assay_carton_parent *parent, uint32_t *number)
{
    struct assay_unit unit;
    enum assay_error error = assay_unit_find(&import->table, parent->sscc, &unit);
    if (error == ASSAY_E_NOT_FOUND) {
        *number = 0;
        return ASSAY_OK;
    }
    if (error != ASSAY_OK) {
        return assay_fail(import->call->reason, error, NULL);
    }
    if (unit.state != ASSAY_UNIT_OPEN) {
        return assay_fail(import->call->reason, ASSAY_E_EXISTS,
                          "line %u: carton: this SSCC is %s; a filled one is never filled again",
                          parent->line, assay_unit_state_name(unit.state));
    }
    if (unit.kind != parent->kind) {
        return assay_fail(import->call->reason, ASSAY_E_FIELD,
                          "line %u: carton: this SSCC was made as a %s", parent->line,
                          assay_unit_kind_name(unit.kind));
    }
    *number = unit.number;
    return ASSAY_OK;
}

/* New cartons are numbered before new pallets, which hold them. */
static enum assay_error number_parents(struct assay_carton_import *import,
                                       enum assay_unit_kind kind, uint32_t *next)
{
    const struct assay_sscc_source source = {&import->table, &import->meta,
                                             (unsigned)import->extension, is_in_file, import};
    for (uint32_t i = 0; i < import->lines.parent_count; i++) {
        struct assay_carton_parent *parent = &import->lines.parents[i];
        if (parent->kind != kind) {
            continue;
        }
        uint64_t sscc = 0;
        enum assay_error error = ASSAY_OK;
        if (parent->sscc == 0) {
            error = assay_office_sscc_next(&source, &sscc, import->call->reason);
            if (error == ASSAY_OK) {
                assay_carton_lines_name(&import->lines, i, sscc);
            }
        } else {
            error = find_parent(import, parent, &import->numbers[i]);
        }
        if (error != ASSAY_OK) {
            return error;
        }
        if (import->numbers[i] == 0 && *next > ASSAY_UNITS_MAX) {
            return assay_fail(import->call->reason, ASSAY_E_FULL, "cartons: at most %u",
                              ASSAY_UNITS_MAX);
        }
        import->numbers[i] = import->numbers[i] == 0 ? (*next)++ : import->numbers[i];
    }
    return ASSAY_OK;
}

/* -- children -- */

static enum assay_error check_fit(struct assay_carton_import *import,
                                  const struct assay_carton_line *line)
{
    uint32_t handle = assay_item_key_handle(line->child);
    if (import->batch.handle != handle) {
        assay_batch_deinit(&import->batch);
        import->batch.handle = 0;
        enum assay_error error =
            assay_store_batch(import->call->office->session, handle, &import->batch);
        if (error != ASSAY_OK) {
            return assay_fail(import->call->reason, error, NULL);
        }
    }
    uint32_t index = assay_item_key_index(line->child);
    if (assay_batch_item_sale(&import->batch, index) == ASSAY_SALE_VOID) {
        return assay_import_refuse(import, line->line, ASSAY_E_REFUSED, "code: this item is void");
    }
    if (assay_range_set_has(&import->batch.spoiled, index)) {
        return assay_import_refuse(import, line->line, ASSAY_E_REFUSED,
                                   "code: this label was reported spoiled");
    }
    return assay_range_set_has(&import->batch.reserved, index)
               ? assay_import_refuse(import, line->line, ASSAY_E_REFUSED,
                                     "code: this item is a decoy that was never to be printed")
               : ASSAY_OK;
}

static enum assay_error refuse_packed(struct assay_carton_import *import, uint32_t line,
                                      uint32_t number)
{
    struct assay_unit unit;
    char text[ASSAY_SSCC_SIZE] = "another";
    if (assay_unit_get(&import->table, number, &unit) == ASSAY_OK) {
        assay_sscc_format(unit.sscc, text);
    }
    return assay_fail(import->call->reason, ASSAY_E_EXISTS, "line %u: code: it is in %s already",
                      line, text);
}

/* Items stand sorted, so each block of the state is read once. */
static enum assay_error check_items(struct assay_carton_import *import)
{
    struct assay_unit_block block;
    uint64_t block_key = UINT64_MAX;
    for (uint32_t i = 0; i < import->lines.item_count; i++) {
        const struct assay_carton_line *line = &import->lines.lines[i];
        uint32_t index = assay_item_key_index(line->child);
        enum assay_error error = check_fit(import, line);
        if (error == ASSAY_OK && line->child / ASSAY_UNIT_BLOCK_ITEMS != block_key) {
            block_key = line->child / ASSAY_UNIT_BLOCK_ITEMS;
            error = assay_unit_block_get(&import->table, assay_item_key_handle(line->child),
                                         index / ASSAY_UNIT_BLOCK_ITEMS, &block);
            if (error != ASSAY_OK) {
                (void)assay_fail(import->call->reason, error, NULL);
            }
        }
        if (error != ASSAY_OK) {
            return error;
        }
        uint32_t number = block.number[index % ASSAY_UNIT_BLOCK_ITEMS];
        if (number != 0) {
            return refuse_packed(import, line->line, number);
        }
    }
    return ASSAY_OK;
}

/* The number of a carton that goes onto a pallet. */
static enum assay_error resolve_carton(struct assay_carton_import *import,
                                       const struct assay_carton_line *line, uint64_t *number)
{
    uint64_t sscc = line->child & ~ASSAY_CARTON_CHILD;
    uint32_t in_file = assay_carton_lines_find(&import->lines, sscc);
    if (in_file != UINT32_MAX) {
        if (import->lines.parents[in_file].kind != ASSAY_UNIT_CARTON) {
            return assay_import_refuse(import, line->line, ASSAY_E_FIELD,
                                       "code: a pallet is not put on another");
        }
        *number = import->numbers[in_file];
        return ASSAY_OK;
    }
    struct assay_unit unit;
    enum assay_error error = assay_unit_find(&import->table, sscc, &unit);
    if (error == ASSAY_E_NOT_FOUND) {
        return assay_import_refuse(import, line->line, error,
                                   "code: there is no carton with this SSCC");
    }
    if (error != ASSAY_OK) {
        return assay_fail(import->call->reason, error, NULL);
    }
    if (unit.kind == ASSAY_UNIT_PALLET) {
        return assay_import_refuse(import, line->line, ASSAY_E_FIELD,
                                   "code: a pallet is not put on another");
    }
    if (unit.parent != 0) {
        return refuse_packed(import, line->line, unit.parent);
    }
    if (unit.state != ASSAY_UNIT_PACKED) {
        return assay_fail(import->call->reason, ASSAY_E_TRANSITION,
                          "line %u: code: this carton is %s; only a packed one goes onto a pallet",
                          line->line, assay_unit_state_name(unit.state));
    }
    *number = unit.number;
    return ASSAY_OK;
}

static int by_number(const void *a, const void *b)
{
    const uint64_t *left = a;
    const uint64_t *right = b;
    return (*left > *right) - (*left < *right);
}

/* The children of each parent, in a row and ascending. */
static enum assay_error sort_children(struct assay_carton_import *import)
{
    const struct assay_carton_lines *lines = &import->lines;
    for (uint32_t i = 0; i < lines->parent_count; i++) {
        import->starts[i + 1] = import->starts[i] + lines->parents[i].count;
    }
    for (uint32_t i = 0; i < lines->line_count; i++) {
        uint64_t child = lines->lines[i].child;
        if ((child & ASSAY_CARTON_CHILD) != 0) {
            enum assay_error error = resolve_carton(import, &lines->lines[i], &child);
            if (error != ASSAY_OK) {
                return error;
            }
        }
        import->children[import->starts[lines->lines[i].parent]++] = child;
    }
    for (uint32_t i = lines->parent_count; i > 0; i--) {
        import->starts[i] = import->starts[i - 1];
    }
    import->starts[0] = 0;
    for (uint32_t i = 0; i < lines->parent_count; i++) {
        if (lines->parents[i].kind == ASSAY_UNIT_PALLET) {
            qsort(import->children + import->starts[i], lines->parents[i].count, sizeof(uint64_t),
                  by_number);
        }
    }
    return ASSAY_OK;
}

static enum assay_error check_all(struct assay_carton_import *import)
{
    enum assay_error error = assay_unit_meta_get(&import->table, &import->meta);
    if (error != ASSAY_OK) {
        return assay_fail(import->call->reason, error, NULL);
    }
    uint32_t next = import->meta.units + 1;
    error = number_parents(import, ASSAY_UNIT_CARTON, &next);
    error = error != ASSAY_OK ? error : number_parents(import, ASSAY_UNIT_PALLET, &next);
    error = error != ASSAY_OK ? error : check_items(import);
    return error != ASSAY_OK ? error : sort_children(import);
}

static enum assay_error run_locked(struct assay_carton_import *import)
{
    struct assay_store_session *session = import->call->office->session;
    uint32_t parents = import->lines.parent_count;
    import->numbers = calloc(parents, sizeof *import->numbers);
    import->starts = calloc((size_t)parents + 1, sizeof *import->starts);
    import->children = calloc(import->lines.line_count, sizeof *import->children);
    import->group = malloc(ASSAY_IMPORT_GROUP_BYTES);
    if (import->numbers == NULL || import->starts == NULL || import->children == NULL ||
        import->group == NULL) {
        return assay_fail(import->call->reason, ASSAY_E_MEMORY, NULL);
    }
    enum assay_error error = assay_store_cartons_begin(session, &import->table);
    if (error != ASSAY_OK) {
        return assay_fail(import->call->reason, error, NULL);
    }
    error = check_all(import);
    assay_store_cartons_end(session);
    return error != ASSAY_OK ? error : assay_import_write(import);
}

static json_t *answer(const struct assay_carton_import *import)
{
    uint32_t pallets = 0;
    json_t *units = json_array();
    for (uint32_t i = 0; i < import->lines.parent_count; i++) {
        const struct assay_carton_parent *parent = &import->lines.parents[i];
        pallets += parent->kind == ASSAY_UNIT_PALLET;
        if (i < LISTED_MAX) {
            char text[ASSAY_SSCC_SIZE];
            assay_sscc_format(parent->sscc, text);
            json_array_append_new(units, json_pack("{s:s, s:s, s:I, s:I}", "sscc", text, "kind",
                                                   assay_unit_kind_name(parent->kind), "count",
                                                   (json_int_t)parent->count, "line",
                                                   (json_int_t)parent->line));
        }
    }
    return json_pack("{s:I, s:I, s:I, s:b, s:o}", "cartons",
                     (json_int_t)(import->lines.parent_count - pallets), "pallets",
                     (json_int_t)pallets, "items", (json_int_t)import->lines.item_count, "more",
                     import->lines.parent_count > LISTED_MAX, "units", units);
}

static void import_deinit(struct assay_carton_import *import)
{
    assay_opener_deinit(&import->opener);
    assay_carton_lines_deinit(&import->lines);
    assay_batch_deinit(&import->batch);
    free(import->numbers);
    free(import->starts);
    free(import->children);
    free(import->group);
}

enum assay_error assay_office_carton_import(const struct assay_office_call *call, json_t **result)
{
    int64_t per_carton = 0;
    const json_t *csv = json_object_get(call->params, "csv");
    struct assay_carton_import import = {.call = call};
    const struct assay_json_field fields[] = {
        ASSAY_JSON_WHOLE_ROW("per_carton", false, per_carton, 1, ASSAY_UNIT_ITEMS_MAX),
        ASSAY_JSON_WHOLE_ROW("extension", false, import.extension, 0, 9),
    };
    /* The file is far longer than a text field, and has lines. */
    json_t *rest = json_copy((json_t *)(uintptr_t)call->params);
    json_object_del(rest, "csv");
    enum assay_error error =
        rest == NULL ? assay_fail(call->reason, ASSAY_E_MEMORY, NULL)
                     : assay_json_read(rest, fields, ASSAY_COUNT_OF(fields), call->reason);
    json_decref(rest);
    if (error == ASSAY_OK && !json_is_string(csv)) {
        error = assay_fail(call->reason, ASSAY_E_FIELD, "csv: the file's text is wanted");
    }
    import.opener.store = call->office->store;
    import.opener.keyring = call->office->keyring;
    if (error == ASSAY_OK && !assay_opener_has_keys(&import.opener)) {
        error = assay_fail(call->reason, ASSAY_E_NOT_FOUND,
                           "label.key is not open here: codes cannot be checked");
    }
    if (error != ASSAY_OK) {
        return error;
    }
    const struct assay_carton_reading how = {(uint32_t)per_carton, open_code, &import};
    error = assay_carton_lines_read(json_string_value(csv), json_string_length(csv), &how,
                                    &import.lines, call->reason);
    if (error == ASSAY_OK) {
        assay_store_cartons_lock(call->office->session);
        error = run_locked(&import);
        assay_store_cartons_unlock(call->office->session);
    }
    if (error == ASSAY_OK) {
        error = assay_office_give(answer(&import), result, call->reason);
    }
    import_deinit(&import);
    return error;
}
