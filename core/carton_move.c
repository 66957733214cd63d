// SPDX-License-Identifier: Apache-2.0
#include "core/carton_private.h"
#include "core/runs.h"

/* Units that a move is about: a carton, or a pallet's cartons. */
struct moving {
    struct assay_carton_change *change;
    enum assay_carton_move move;
    uint32_t pallet; /* 0 = the carton itself */
    bool was_shipped;
};

static enum assay_error move_items(void *context, const struct assay_pack_record *pack)
{
    const struct moving *moving = context;
    int64_t items = pack->items;
    if (moving->move == ASSAY_CARTON_SHIP) {
        return assay_carton_count(moving->change, pack->handle, 0, items);
    }
    enum assay_error error =
        assay_carton_count(moving->change, pack->handle, -items, moving->was_shipped ? -items : 0);
    return error != ASSAY_OK ? error : assay_carton_add_items(moving->change, pack);
}

static void note_move(const struct assay_carton_change *change, struct assay_unit *unit,
                      enum assay_carton_move move)
{
    static const enum assay_unit_state states[ASSAY_CARTON_MOVES] = {
        [ASSAY_CARTON_SHIP] = ASSAY_UNIT_SHIPPED,
        [ASSAY_CARTON_VOID] = ASSAY_UNIT_VOID,
        [ASSAY_CARTON_UNPACK] = ASSAY_UNIT_UNPACKED,
    };
    unit->state = states[move];
    unit->moved = change->position;
    unit->shipped = move == ASSAY_CARTON_SHIP ? change->position : unit->shipped;
}

/* A carton, alone or with its pallet. */
static enum assay_error move_carton(struct moving *moving, struct assay_unit *carton)
{
    struct assay_carton_change *change = moving->change;
    moving->was_shipped = carton->state == ASSAY_UNIT_SHIPPED;
    bool of_items = moving->move == ASSAY_CARTON_SHIP || moving->move == ASSAY_CARTON_UNPACK;
    enum assay_error error = ASSAY_OK;
    if (of_items) {
        error = assay_carton_each_pack(change->target, carton, move_items, moving);
    }
    if (error == ASSAY_OK) {
        note_move(change, carton, moving->move);
        assay_unit_put(&change->table, carton, false);
    }
    return error;
}

/* A pallet that is unpacked lets its cartons go as they are; else they do what it does. */
static enum assay_error move_cartons_of(void *context, const struct assay_pack_record *pack)
{
    struct moving *moving = context;
    struct assay_runs runs = {0};
    struct assay_run run;
    while (assay_runs_take(&runs, pack->runs, pack->runs_len, &run)) {
        for (uint64_t number = run.first; number <= run.last; number++) {
            struct assay_unit carton;
            enum assay_error error =
                assay_unit_get(&moving->change->table, (uint32_t)number, &carton);
            if (error != ASSAY_OK || carton.parent != moving->pallet) {
                return error == ASSAY_OK || error == ASSAY_E_NOT_FOUND ? ASSAY_E_CORRUPT : error;
            }
            if (moving->move == ASSAY_CARTON_UNPACK) {
                carton.parent = 0;
                assay_unit_put(&moving->change->table, &carton, false);
            } else {
                error = move_carton(moving, &carton);
            }
            if (error != ASSAY_OK) {
                return error;
            }
        }
    }
    return ASSAY_OK;
}

bool assay_carton_may_move(const struct assay_unit *unit, enum assay_carton_move move)
{
    if (unit->parent != 0 || unit->state == ASSAY_UNIT_VOID || unit->state == ASSAY_UNIT_UNPACKED) {
        return false;
    }
    return move == ASSAY_CARTON_VOID ||
           (unit->state != ASSAY_UNIT_OPEN &&
            !(move == ASSAY_CARTON_SHIP && unit->state == ASSAY_UNIT_SHIPPED));
}

enum assay_error assay_carton_apply_move(struct assay_carton_change *change,
                                         const struct assay_carton_move_record *move)
{
    struct assay_unit unit;
    enum assay_error error = assay_unit_get(&change->table, move->number, &unit);
    if (error != ASSAY_OK || !assay_carton_may_move(&unit, move->move)) {
        return error == ASSAY_OK || error == ASSAY_E_NOT_FOUND ? ASSAY_E_CORRUPT : error;
    }
    struct moving moving = {.change = change, .move = move->move};
    change->take_out = move->move == ASSAY_CARTON_UNPACK;
    if (unit.kind == ASSAY_UNIT_CARTON) {
        error = move_carton(&moving, &unit);
    } else {
        moving.pallet = unit.number;
        error = assay_carton_each_pack(change->target, &unit, move_cartons_of, &moving);
        note_move(change, &unit, move->move);
        if (error == ASSAY_OK) {
            assay_unit_put(&change->table, &unit, false);
        }
    }
    return error;
}
