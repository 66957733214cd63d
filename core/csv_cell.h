// SPDX-License-Identifier: Apache-2.0
/* Cells of a CSV record (core/csv_reader.h), read strictly; refusals are "line N: column: what".
 * Pure; threads: any; allocates: no. */
#ifndef ASSAY_CORE_CSV_CELL_H
#define ASSAY_CORE_CSV_CELL_H

#include "core/csv_reader.h"
#include "core/place.h"

/** The columns of a file, in their order. */
struct assay_csv_columns {
    const char *const *names;
    unsigned count;
};

/** Refuse what stands in a column. Returns `error`. */
enum assay_error assay_csv_refuse(const struct assay_csv_record *record, const char *column,
                                  enum assay_error error, const char *what,
                                  struct assay_reason *reason);

/** Is this the header, these columns in this order? ASSAY_OK; ASSAY_E_FIELD that says what is wanted. */
ASSAY_MUST_CHECK enum assay_error assay_csv_header(const struct assay_csv_record *record,
                                                   const struct assay_csv_columns *columns,
                                                   struct assay_reason *reason);

/** Has the record as many fields as there are columns? ASSAY_OK or ASSAY_E_FIELD. */
ASSAY_MUST_CHECK enum assay_error assay_csv_width(const struct assay_csv_record *record,
                                                  const struct assay_csv_columns *columns,
                                                  struct assay_reason *reason);

/** A whole number: digits, perhaps '-' before them, no more than 18 of them. ASSAY_OK; ASSAY_E_FIELD:
 *  no such number. */
ASSAY_MUST_CHECK enum assay_error assay_csv_whole(const char *text, size_t len, int64_t *value);

/** A decimal number as millionths, further digits dropped: digits, perhaps '-' before and '.' with
 *  digits behind them; at most 9 before the point, 30 behind. No exponent, no NaN. ASSAY_OK or
 *  ASSAY_E_FIELD. */
ASSAY_MUST_CHECK enum assay_error assay_csv_millionths(const char *text, size_t len,
                                                       int64_t *value);

/** Country and region of a place: ISO 3166-1 (CN), ISO 3166-2 (CN-GD, or GD with the country known),
 *  letters of either case; either may be empty. A region alone says its country.
 *  ASSAY_OK, place's city untouched; ASSAY_E_FIELD. */
ASSAY_MUST_CHECK enum assay_error assay_csv_region(const char *country, const char *region,
                                                   struct assay_place *place);

#endif
