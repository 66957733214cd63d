// SPDX-License-Identifier: Apache-2.0
/* Roll-ups: what the ledger adds up to by day and by week, so that a view of a hundred million scans
 * reads a few thousand rows (docs/FORMAT.md, section 8.1).
 *
 * Invariants
 *  1. A roll-up is a pure function of the ledger's records in their order: what the checkpointer
 *     keeps and what one pass over the whole ledger makes are the same rows, bit for bit.
 *  2. Only sums are kept, so that a row of a part of the ledger is added to the row of the rest.
 *
 * Not locked: one thread, or none while it is read.
 */
#ifndef ASSAY_CORE_ROLLUP_H
#define ASSAY_CORE_ROLLUP_H

#include "core/catalog.h"

/* What a row counts: symbol, name, meaning. A name once given is never used for another thing, and
 * new ones go to the end: their order is that of the stored row. */
#define ASSAY_ROLLUP_COUNTS(X)                                                                     \
    X(SCANS, "scans", "recorded scans on sale that count")                                         \
    X(FIRST, "first_scans", "of them, the first of their item")                                    \
    X(MASS, "mass", "sum of the chances that another item made the scan, 1/65535")                 \
    X(MASS_CAPPED, "mass_capped", "the same, each code at most once")                              \
    X(CONFIRMED, "confirmed", "items whose PIN was revealed for the first time")                   \
    X(PIN_RIGHT, "pin_right", "scans with the right PIN")                                          \
    X(PIN_WRONG, "pin_wrong", "scans with a wrong PIN")                                            \
    X(OUTSIDE, "outside_market", "scans from another country than the batch's market")             \
    X(NO_DEVICE, "no_device", "scans without a device")                                            \
    X(BEFORE_SALE, "before_sale", "scans before activation: leaks")                                \
    X(PREVIEW, "left_out_preview", "link previews: answered, not counted")                         \
    X(BOT, "left_out_bot", "crawlers: answered, not counted")                                      \
    X(HOSTING, "left_out_hosting", "from hosting ranges: answered, not counted")                   \
    X(UNRECORDED, "left_out_repeats", "repeats beyond the recorded scans of a minute")             \
    X(REPORTS, "reports", "buyers' reports of a suspected fake")                                   \
    X(CHECK, "level_check", "scans answered at risk level check")                                  \
    X(SUSPECT, "level_suspect", "scans answered at risk level suspect")                            \
    X(CLONED, "level_cloned", "scans answered at risk level cloned")                               \
    X(FORGED, "forged", "requests for codes that were never issued")                               \
    X(FORGED_DISTINCT, "forged_distinct", "of them, distinct devices or address buckets of a day")

enum assay_rollup_count {
#define ASSAY_ROLLUP_SYMBOL(symbol, name, meaning) ASSAY_ROLLUP_##symbol,
    ASSAY_ROLLUP_COUNTS(ASSAY_ROLLUP_SYMBOL)
#undef ASSAY_ROLLUP_SYMBOL
        ASSAY_ROLLUP_VERDICTS, /* then one for each verdict */
    ASSAY_ROLLUP_COUNT = ASSAY_ROLLUP_VERDICTS + ASSAY_VERDICT_COUNT
};

/* Records add to the first two; the others are sums of their rows. */
enum assay_rollup_kind {
    ASSAY_ROLLUP_DAY = 'D',          /* day x batch x country */
    ASSAY_ROLLUP_WEEK = 'W',         /* ISO 8601 week x batch x region */
    ASSAY_ROLLUP_DAY_BATCH = 'd',    /* day x batch */
    ASSAY_ROLLUP_DAY_COUNTRY = 'c',  /* day x country */
    ASSAY_ROLLUP_WEEK_BATCH = 'b',   /* week x batch */
    ASSAY_ROLLUP_WEEK_COUNTRY = 'w', /* week x batch x country */
    ASSAY_ROLLUP_WEEK_REGION = 'r',  /* week x region */
};

/** Which row. Unused bytes are zero, so that keys compare by memcmp of their encoding. */
struct assay_rollup_key {
    enum assay_rollup_kind kind;
    int32_t day;     /* the day, or the week's Monday, in the brand's zone */
    uint32_t handle; /* of the batch; 0 = never issued */
    char country[3]; /* ISO 3166-1; empty = not known */
    char region[7];  /* ISO 3166-2; empty = not known, or a kind without */
};

struct assay_rollup_row {
    struct assay_rollup_key key;
    uint64_t count[ASSAY_ROLLUP_COUNT];
};

/** An item that was answered above level low, by its last such scan. */
struct assay_rollup_suspect {
    uint64_t item;
    int64_t at_unix_ms;
    int32_t score;
    enum assay_risk_level level;
};

struct assay_rollup {
    const struct assay_catalog
        *catalog;                  /* of places and batches; ahead of the records, or at them */
    int32_t utc_offset_minutes;    /* the brand's, as of the last record taken in */
    uint64_t records;              /* taken in, those that count nothing too */
    int64_t at_unix_ms;            /* of the newest scan or summary taken in; 0 = none */
    struct assay_rollup_row *rows; /* in no order until sorted */
    size_t count;
    uint32_t *slots; /* row number + 1; 0 = free */
    size_t slot_count;
    struct assay_rollup_suspect *suspects; /* in the order of the ledger; an item may come again */
    size_t suspect_count;
    size_t suspect_room;
};

/** Begin with nothing. catalog: borrowed until deinit; its places and batches are read lock-free. */
void assay_rollup_init(struct assay_rollup *rollup, const struct assay_catalog *catalog,
                       int32_t utc_offset_minutes);
void assay_rollup_deinit(struct assay_rollup *rollup);

/** Take the next record of the ledger in. Types that count nothing are skipped.
 *  returns ASSAY_OK; ASSAY_E_CORRUPT (a scan of a batch that there is not); ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_rollup_add(struct assay_rollup *rollup,
                                                   const struct assay_record *record);

/** Add counts to the row of a key, new if need be: how rows become coarser ones. ASSAY_OK or
 *  ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_rollup_merge(struct assay_rollup *rollup,
                                                     const struct assay_rollup_key *key,
                                                     const uint64_t count[ASSAY_ROLLUP_COUNT]);

/** Counts of the row of a key, or NULL; a sorted roll-up. */
const uint64_t *assay_rollup_find(const struct assay_rollup *rollup,
                                  const struct assay_rollup_key *key);

/** Order the rows by their encoded keys; nothing may be added afterwards. */
void assay_rollup_sort(struct assay_rollup *rollup);

/** Add the rows of the coarser kinds that rows by day and week make: each of those is in every coarser
 *  row once. coarse: begun; sorted afterwards. ASSAY_OK or ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_rollup_coarsen(const struct assay_rollup *fine,
                                                       struct assay_rollup *coarse);

/** Monday of the ISO 8601 week that a day lies in. */
int32_t assay_rollup_monday(int32_t day);

/** Name and meaning of a count, for exports and docs; verdicts by "verdict_NAME". static. */
const char *assay_rollup_count_name(enum assay_rollup_count count);

/* -- stored form -- */

#define ASSAY_ROLLUP_KEY_LEN 17
/* A bit for each count that is not 0, and ten bytes for each at most. */
#define ASSAY_ROLLUP_ROW_MAX (10 + 10 * ASSAY_ROLLUP_COUNT)

/** Key as bytes whose order is the order of kind, day, batch, country, region. */
void assay_rollup_key_encode(const struct assay_rollup_key *key,
                             uint8_t data[ASSAY_ROLLUP_KEY_LEN]);
/** ASSAY_OK or ASSAY_E_CORRUPT. */
ASSAY_MUST_CHECK enum assay_error assay_rollup_key_decode(const uint8_t data[ASSAY_ROLLUP_KEY_LEN],
                                                          struct assay_rollup_key *key);

/** Which rows of a kind a walk wants; all borrowed. */
struct assay_rollup_wanted {
    const uint32_t *handles; /* of batches, rising; NULL = all */
    size_t handle_count;
    const char *country; /* "" = not known; NULL = all */
    const char *region;  /* likewise */
};

enum assay_rollup_step {
    ASSAY_ROLLUP_HERE, /* the row is wanted */
    ASSAY_ROLLUP_NEXT, /* it is not; the next may be */
    ASSAY_ROLLUP_SEEK, /* nor is any before the key that is returned */
    ASSAY_ROLLUP_END,  /* nor is any behind it */
};

/** Is the row of a key wanted, and if not, where may the next one stand? key: in and out; moved on for
 *  ASSAY_ROLLUP_SEEK, else as it was. Pure. */
enum assay_rollup_step assay_rollup_step(const struct assay_rollup_wanted *wanted,
                                         struct assay_rollup_key *key);

/** Counts of a row. returns the length. */
size_t assay_rollup_counts_encode(const uint64_t count[ASSAY_ROLLUP_COUNT],
                                  uint8_t data[ASSAY_ROLLUP_ROW_MAX]);
/** ADDS the stored counts to `count`. ASSAY_OK or ASSAY_E_CORRUPT, then `count` is untouched. */
ASSAY_MUST_CHECK enum assay_error assay_rollup_counts_add(const void *data, size_t len_bytes,
                                                          uint64_t count[ASSAY_ROLLUP_COUNT]);

#endif
