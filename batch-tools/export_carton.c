// SPDX-License-Identifier: Apache-2.0
#include "batch-tools/export_carton.h"

#include <stdio.h>

#include "core/clock.h"
#include "core/runs.h"

#define RANGE_SIZE 24

static void set(json_t *line, const char *column, json_t *value)
{
    json_object_set_new(line, column, value);
}

static void set_act(json_t *line, int64_t at_unix_ms, const char *actor)
{
    char text[ASSAY_TIME_TEXT_SIZE];
    assay_time_format(at_unix_ms, text);
    set(line, "at", json_string(text));
    if (actor[0] != '\0') {
        set(line, "actor", json_string(actor));
    }
}

static json_t *sscc_json(uint64_t sscc)
{
    char text[ASSAY_SSCC_SIZE];
    assay_sscc_format(sscc, text);
    return json_string(text);
}

static json_t *ranges_json(const struct assay_pack_record *pack)
{
    json_t *list = json_array();
    struct assay_runs runs = {0};
    struct assay_run run;
    while (assay_runs_take(&runs, pack->runs, pack->runs_len, &run)) {
        char text[RANGE_SIZE];
        snprintf(text, sizeof text, "%u-%u", run.first, run.last);
        json_array_append_new(list, json_string(text));
    }
    return list;
}

static void fill_pack(json_t *line, const struct assay_pack_record *pack)
{
    char handle[ASSAY_HANDLE_SIZE];
    if (pack->handle != 0) {
        assay_handle_format(pack->handle, handle);
        set(line, "batch", json_string(handle));
    }
    set(line, "number", json_integer(pack->number));
    set(line, "count", json_integer(pack->items));
    set(line, "detail",
        json_pack("{s:o, s:o}", "sscc", sscc_json(pack->sscc),
                  pack->handle != 0 ? "items" : "cartons", ranges_json(pack)));
}

void assay_export_carton(json_t *line, const struct assay_record *record)
{
    switch (record->type) {
    case ASSAY_RECORD_CARTON:
        set_act(line, record->carton.at_unix_ms, record->carton.actor);
        set(line, "number", json_integer(record->carton.number));
        set(line, "count", json_integer(record->carton.count));
        set(line, "detail",
            json_pack("{s:o, s:s}", "sscc", sscc_json(record->carton.sscc), "kind",
                      assay_unit_kind_name(record->carton.kind)));
        return;
    case ASSAY_RECORD_PACK:
        fill_pack(line, &record->pack);
        return;
    case ASSAY_RECORD_PACKED:
        set_act(line, record->packed.at_unix_ms, record->packed.actor);
        set(line, "count", json_integer(record->packed.items));
        set(line, "detail",
            json_pack("{s:I, s:I}", "units", (json_int_t)record->packed.units, "first",
                      (json_int_t)record->packed.chunk_at[0]));
        return;
    case ASSAY_RECORD_CARTON_MOVE:
        set_act(line, record->carton_move.at_unix_ms, record->carton_move.actor);
        set(line, "number", json_integer(record->carton_move.number));
        set(line, "detail",
            json_pack("{s:s, s:s}", "move", assay_carton_move_name(record->carton_move.move),
                      "text", record->carton_move.text));
        return;
    default:
        assay_assert(record->type == ASSAY_RECORD_PREFIX);
        set_act(line, record->prefix.at_unix_ms, record->prefix.actor);
        set(line, "detail", json_pack("{s:s}", "gs1_prefix", record->prefix.prefix));
    }
}
