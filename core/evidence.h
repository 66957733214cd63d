// SPDX-License-Identifier: Apache-2.0
/* Evidence, read from the ledger: items known to be genuine, units sold, test purchases, plans.
 *
 * Only rows whose IMPORT stands behind them hold, and of each kind none from before the last import
 * that replaces. What was imported twice: a reference item counts once; of sales of one product,
 * region and week those of the last import hold; purchases add.
 *
 * For a report that reads the ledger anyway: begin, take each record, finish. Else read. */
#ifndef ASSAY_CORE_EVIDENCE_H
#define ASSAY_CORE_EVIDENCE_H

#include "core/ledger.h"

/** A plan: its rows are in a row in `plan_rows`. */
struct assay_evidence_plan {
    uint8_t id[ASSAY_IMPORT_ID_LEN];
    int64_t at_unix_ms;
    uint64_t seed;
    uint32_t wanted;
    enum assay_plan_basis basis;
    size_t first;
    size_t rows;
    char actor[ASSAY_ACTOR_MAX + 1];
};

struct assay_evidence_purchase {
    struct assay_purchase value;
    uint8_t plan[ASSAY_IMPORT_ID_LEN]; /* that it was made by; zeros: none */
};

/** What holds. Free it with assay_evidence_deinit. */
struct assay_evidence {
    uint64_t *references; /* item keys, ascending, each once */
    size_t reference_count;
    struct assay_sale *sales; /* by sku, country, region, week */
    size_t sale_count;
    struct assay_evidence_purchase *purchases; /* by time, then as they were imported */
    size_t purchase_count;
    struct assay_evidence_plan *plans; /* as they were drawn */
    size_t plan_count;
    struct assay_plan_row *plan_rows;
    size_t plan_row_count;
};

struct assay_evidence_reader;

/** Begin with nothing. ASSAY_OK or ASSAY_E_MEMORY; finish or destroy frees it. */
ASSAY_MUST_CHECK enum assay_error
assay_evidence_reader_create(struct assay_evidence_reader **reader);

/** Take the next record of the ledger; other types are passed over. ASSAY_OK or ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_evidence_take(struct assay_evidence_reader *reader,
                                                      const struct assay_record *record);

/** What the records add up to. Frees the reader in any case. ASSAY_OK or ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_evidence_finish(struct assay_evidence_reader *reader,
                                                        struct assay_evidence *evidence);

/** Give up. NULL is allowed. */
void assay_evidence_reader_destroy(struct assay_evidence_reader *reader);

/** Read DIR/ledger up to `ledger_end` (UINT64_MAX: its tail); needs no lock.
 *  ASSAY_OK; what reading the ledger says; ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_evidence_read(const char *dir, uint64_t ledger_end,
                                                      struct assay_evidence *evidence,
                                                      struct assay_reason *reason);

/** Where one import stands: from its first row to the record itself. */
struct assay_evidence_span {
    uint64_t began_at;
    uint64_t position;
};

/** The same from those parts of the ledger alone in which imports stand, as the catalog knows them.
 *  spans: of all imports, in any order; sorted by this call. */
ASSAY_MUST_CHECK enum assay_error
assay_evidence_read_spans(const char *dir, struct assay_evidence_span *spans, size_t count,
                          struct assay_evidence *evidence, struct assay_reason *reason);

/** True if an item is known to be genuine. */
bool assay_evidence_is_reference(const struct assay_evidence *evidence, uint64_t item);

/** Units of a product sold in a place in weeks whose Mondays lie in from..to. sku "": any; country
 *  "": any; region "": the whole country. known: out, how many rows spoke of it. */
uint64_t assay_evidence_units(const struct assay_evidence *evidence, const struct assay_sale *what,
                              int32_t from, int32_t to, size_t *known);

/** Free; the struct is the caller's. */
void assay_evidence_deinit(struct assay_evidence *evidence);

/** The order in which sales stand: sku, country, region, week. For qsort. */
int assay_sale_compare(const void *a, const void *b);

#endif
