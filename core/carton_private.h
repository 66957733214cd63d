// SPDX-License-Identifier: Apache-2.0
/* What carton.c (made, filled) and carton_move.c (shipped, void, unpacked) share; nobody else. */
#ifndef ASSAY_CORE_CARTON_PRIVATE_H
#define ASSAY_CORE_CARTON_PRIVATE_H

#include "core/carton.h"

/* One item, or one carton on a pallet (key = its number), and the unit that holds it. */
struct assay_carton_placing {
    uint64_t key;
    uint32_t number;
};

/* What one record is about to do; nothing of it is visible before the commit. */
struct assay_carton_change {
    const struct assay_carton_target *target;
    struct assay_unit_table table;
    struct assay_unit_meta meta;
    uint64_t position; /* of the record */
    struct assay_carton_placing *items;
    size_t item_count;
    size_t item_room;
    bool take_out; /* of their cartons */
};

/** Note the items of a PACK for write_items. ASSAY_OK or ASSAY_E_MEMORY. context: the change. */
ASSAY_MUST_CHECK enum assay_error assay_carton_add_items(void *context,
                                                         const struct assay_pack_record *pack);

/** Add to a batch's counts. ASSAY_OK; ASSAY_E_CORRUPT: they would not fit; ASSAY_E_STORE. */
ASSAY_MUST_CHECK enum assay_error assay_carton_count(const struct assay_carton_change *change,
                                                     uint32_t handle, int64_t packed,
                                                     int64_t shipped);

/** Apply a CARTON_MOVE, but for its items' places. Errors as assay_carton_apply's. */
ASSAY_MUST_CHECK enum assay_error
assay_carton_apply_move(struct assay_carton_change *change,
                        const struct assay_carton_move_record *move);

#endif
