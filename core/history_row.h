// SPDX-License-Identifier: Apache-2.0
/* One row of a file of past scans:
 *
 *   time_ms,code,country,region,city,lat,lon,accuracy_km,net,device,channel,pin
 *
 * Whatever a buyer can do is a row: a code that is none, or of elsewhere. What only a broken file
 * can hold is refused, with its line: a time before 1970 or in the future, a number that is none, a
 * word that is not known. Pure; threads: any; allocates: no. */
#ifndef ASSAY_CORE_HISTORY_ROW_H
#define ASSAY_CORE_HISTORY_ROW_H

#include "core/code.h"
#include "core/csv_cell.h"
#include "core/record.h"

#define ASSAY_HISTORY_DEVICE_LEN 16

enum assay_history_code {
    ASSAY_HISTORY_MALFORMED, /* neither */
    ASSAY_HISTORY_CODE,      /* as typed, or a label's URL; its tag is to be checked */
    ASSAY_HISTORY_ITEM,      /* HANDLE:INDEX */
};

struct assay_history_row {
    int64_t at_unix_ms;
    enum assay_history_code kind;
    struct assay_code_parts parts; /* of a code */
    uint32_t handle;               /* of an item */
    uint32_t index;
    struct assay_place place;
    struct assay_position position;
    bool own_position;
    enum assay_net net;
    enum assay_channel channel;
    enum assay_pin_outcome pin;
    struct assay_span device; /* its text, borrowed from the record; empty: none */
};

/** The columns, in their order; and the number of the code's. */
extern const struct assay_csv_columns assay_history_columns;
#define ASSAY_HISTORY_CODE_COLUMN 1

/** Read a record that is not the header.
 *  latest  a time after this one, in Unix milliseconds, is refused.
 *  returns ASSAY_OK; ASSAY_E_FIELD with "line N: column: what". */
ASSAY_MUST_CHECK enum assay_error assay_history_row_read(const struct assay_csv_record *record,
                                                         int64_t latest,
                                                         struct assay_history_row *row,
                                                         struct assay_reason *reason);

/** The 128-bit device of a row that has one: 32 hex digits as they are, else the first half of the
 *  text's SHA-256. */
void assay_history_device(const struct assay_history_row *row,
                          uint8_t device[ASSAY_HISTORY_DEVICE_LEN]);

/** A code as a file has it: typed, a URL, or HANDLE:INDEX. Sets kind, parts, handle, index. */
void assay_history_code_read(const char *text, size_t len, struct assay_history_row *row);

#endif
