// SPDX-License-Identifier: Apache-2.0
/* A batch: what was ordered, and which of its items are in which state.
 *
 * Legal transitions: created -> active (by range) -> closed; void and recall from any state, also
 * by range; shipped is a fact beside the state, by range too. Void wins over recalled, recalled
 * over active; nothing undoes a void. What was printed, spoiled or reserved: core/printing.h.
 */
#ifndef ASSAY_CORE_BATCH_H
#define ASSAY_CORE_BATCH_H

#include "core/code.h"
#include "core/limits.h"
#include "core/range.h"

enum assay_batch_move {
    ASSAY_MOVE_ACTIVATE,
    ASSAY_MOVE_SHIP,
    ASSAY_MOVE_VOID,
    ASSAY_MOVE_RECALL,
    ASSAY_MOVE_CLOSE,               /* no more activation; what is active stays on sale */
    ASSAY_MOVE_ACTIVATE_UNREPORTED, /* activate though no manifest says that it was printed */
    ASSAY_MOVES
};

enum assay_item_sale {
    ASSAY_SALE_NOT_YET, /* issued, not activated */
    ASSAY_SALE_ON,
    ASSAY_SALE_RECALLED,
    ASSAY_SALE_VOID,
};

#define ASSAY_BATCH_HAS_PIN 1u
#define ASSAY_BATCH_IS_OFFLINE 2u

#define ASSAY_DAY_NONE INT32_MIN

struct assay_batch {
    uint32_t handle;
    uint32_t epoch;
    uint32_t count;
    uint32_t flags;     /* ASSAY_BATCH_* */
    int32_t expires_on; /* day number, inclusive; ASSAY_DAY_NONE */
    int64_t created_at_unix_ms;
    bool closed;
    char sku[ASSAY_SKU_MAX + 1];
    char lot[ASSAY_LOT_MAX + 1];
    char market[3];                         /* ISO 3166-1, or empty */
    char void_reason[ASSAY_REASON_MAX + 1]; /* of the last act */
    char recall_reason[ASSAY_REASON_MAX + 1];
    struct assay_range_set active;
    struct assay_range_set shipped;
    struct assay_range_set voided;
    struct assay_range_set recalled;
    struct assay_range_set printed;  /* from manifests; each item once */
    struct assay_range_set spoiled;  /* within printed; a reprint takes them out */
    struct assay_range_set reserved; /* decoys: never printed, never activated */
    bool unreported;                 /* activated without a manifest */
    uint32_t good_count;             /* labels of imported manifests, without reprints */
};

/** Free the ranges of a batch; the struct is the caller's. */
void assay_batch_deinit(struct assay_batch *batch);

/** Apply a move to a range if it is legal.
 *
 *  range     first <= last < batch->count.
 *  reason_text  shown to buyers; needed for void and recall; may be empty otherwise.
 *  returns   ASSAY_OK; ASSAY_E_TRANSITION (why, in reason); ASSAY_E_FIELD; ASSAY_E_FULL;
 *            ASSAY_E_MEMORY. The batch is untouched on error.
 */
ASSAY_MUST_CHECK enum assay_error
assay_batch_move(struct assay_batch *batch, enum assay_batch_move move, struct assay_range range,
                 const char *reason_text, struct assay_reason *reason);

/** Where one item of the batch stands, index < count. */
enum assay_item_sale assay_batch_item_sale(const struct assay_batch *batch, uint32_t index);

/** True if the item's expiry day lies before `today` (both day numbers in the brand's zone). */
bool assay_batch_expired(const struct assay_batch *batch, int32_t today);

/** One word for lists: created, active, partly_active, closed, recalled, void. static. */
const char *assay_batch_state_name(const struct assay_batch *batch);

/** Name of a move as on the command line ("activate"); static. And its reverse. */
const char *assay_batch_move_name(enum assay_batch_move move);
ASSAY_MUST_CHECK enum assay_error assay_batch_move_parse(const char *text,
                                                         enum assay_batch_move *move);

#endif
