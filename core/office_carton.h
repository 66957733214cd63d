// SPDX-License-Identifier: Apache-2.0
/* What the office's files about cartons share. */
#ifndef ASSAY_CORE_OFFICE_CARTON_H
#define ASSAY_CORE_OFFICE_CARTON_H

#include "core/office_command.h"
#include "core/store_carton.h"

/** carton.create: empty units with new SSCCs. As the commands in office_command.h. */
ASSAY_MUST_CHECK enum assay_error assay_office_carton_create(const struct assay_office_call *call,
                                                             json_t **result);
/** carton.import: fills units from line scans, the whole file or nothing. As the commands in office_command.h. */
ASSAY_MUST_CHECK enum assay_error assay_office_carton_import(const struct assay_office_call *call,
                                                             json_t **result);
/** carton.ship {sscc, to}. As the commands in office_command.h. */
ASSAY_MUST_CHECK enum assay_error assay_office_carton_ship(const struct assay_office_call *call,
                                                           json_t **result);
/** carton.void {sscc, reason}: its items too. As the commands in office_command.h. */
ASSAY_MUST_CHECK enum assay_error assay_office_carton_void(const struct assay_office_call *call,
                                                           json_t **result);
/** carton.unpack {sscc, reason}. As the commands in office_command.h. */
ASSAY_MUST_CHECK enum assay_error assay_office_carton_unpack(const struct assay_office_call *call,
                                                             json_t **result);
/** carton.show {sscc, offset, limit}. As the commands in office_command.h. */
ASSAY_MUST_CHECK enum assay_error assay_office_carton_show(const struct assay_office_call *call,
                                                           json_t **result);
/** carton.list {after, limit, state, kind}. As the commands in office_command.h. */
ASSAY_MUST_CHECK enum assay_error assay_office_carton_list(const struct assay_office_call *call,
                                                           json_t **result);

/** Where new SSCCs come from; taken: asked too whether one is, may be NULL. */
struct assay_sscc_source {
    const struct assay_unit_table *table;
    struct assay_unit_meta *meta;
    unsigned extension;
    bool (*taken)(void *context, uint64_t sscc);
    void *context;
};

/** The next SSCC that was never made, from meta->next_serial on; moves that on behind it.
 *  ASSAY_OK; ASSAY_E_FIELD: no prefix; ASSAY_E_FULL; ASSAY_E_CORRUPT; ASSAY_E_STORE. */
ASSAY_MUST_CHECK enum assay_error assay_office_sscc_next(const struct assay_sscc_source *source,
                                                         uint64_t *sscc,
                                                         struct assay_reason *reason);

/** One unit as a row of a list: SSCC, kind, state, count, what it holds. New reference, or NULL. */
json_t *assay_office_unit_json(const struct assay_office_call *call,
                               const struct assay_unit_table *table, const struct assay_unit *unit);

/** {"sscc", "state", "pallet", "shipped_at", "shipped_to"} of the carton that holds an item, null if
 *  none does. New reference, or NULL. */
json_t *assay_office_item_carton(const struct assay_office_call *call, uint64_t item);

/** {"packed", "shipped"}: how many of a batch's items. New reference, or NULL. */
json_t *assay_office_batch_cartons(const struct assay_office_call *call, uint32_t handle);

/** The GS1 company prefix, "" if none is set; read and set. */
ASSAY_MUST_CHECK enum assay_error assay_office_prefix(const struct assay_office_call *call,
                                                      char prefix[ASSAY_GS1_PREFIX_MAX + 1]);
ASSAY_MUST_CHECK enum assay_error assay_office_prefix_set(const struct assay_office_call *call,
                                                          const char *prefix);

#endif
