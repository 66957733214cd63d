// SPDX-License-Identifier: Apache-2.0
/* The ledger's records: bytes to structs and back (docs/FORMAT.md, section 4).
 *
 * Every record begins with an 8-byte header: type u8, version u8, length u16 (with header, a
 * multiple of 8), zero u32. A position (u64) names a record's first byte in the ledger; 0 = none.
 */
#ifndef ASSAY_CORE_RECORD_H
#define ASSAY_CORE_RECORD_H

#include "core/batch.h"
#include "core/gs1.h"
#include "core/origin.h"
#include "core/place.h"
#include "core/printing.h"
#include "core/record_alert.h"
#include "core/record_carton.h"
#include "core/record_file.h"
#include "core/risk.h"
#include "core/verdict.h"
#include "core/warranty.h"
#include "core/wire.h"

enum assay_record_type {
    ASSAY_RECORD_SCAN = 1,     /* fixed, ASSAY_SCAN_RECORD_LEN */
    ASSAY_RECORD_PLACE = 2,    /* gives a place its number */
    ASSAY_RECORD_BRAND = 3,    /* name, origin, zone; written by init and by changes */
    ASSAY_RECORD_PRODUCT = 4,  /* new or changed product */
    ASSAY_RECORD_BATCH = 5,    /* new batch */
    ASSAY_RECORD_MOVE = 6,     /* activate, ship, void, recall, close */
    ASSAY_RECORD_MANIFEST = 7, /* an imported manifest */
    ASSAY_RECORD_SITE = 8,     /* a print site's public key */
    ASSAY_RECORD_TOKEN = 9,    /* new or revoked token */
    ASSAY_RECORD_CLAIM = 10,   /* a warranty registration's commitment */
    ASSAY_RECORD_FIND = 11,    /* a warranty look-up that failed */
    ASSAY_RECORD_REPORT = 12,  /* a buyer's report of a fake: commitment */
    ASSAY_RECORD_SUMMARY = 13, /* counts of what changes no item: forged codes, throttled repeats */
    ASSAY_RECORD_JOB = 14,     /* an imported manifest of a print job, with all its ranges */
    ASSAY_RECORD_SPOIL = 15,   /* printed labels that are no good */
    ASSAY_RECORD_HONEY = 16,   /* decoys: items reserved for one named file */
    ASSAY_RECORD_ALERT = 17,   /* something that somebody has to look at */
    ASSAY_RECORD_CARTON = 20,  /* cartons or pallets made empty */
    ASSAY_RECORD_PACK = 21,    /* what one of them holds; waits for PACKED */
    ASSAY_RECORD_PACKED = 22,  /* the PACK records before it hold */
    ASSAY_RECORD_CARTON_MOVE = 23, /* shipped, void, unpacked */
    ASSAY_RECORD_PREFIX = 24,      /* the GS1 company prefix */
    ASSAY_RECORD_CALIBRATION = 25, /* what risk goes by from here on */
    ASSAY_RECORD_REFERENCE = 26,   /* items known to be genuine; wait for IMPORT, as do the next */
    ASSAY_RECORD_SALES = 27,       /* units sold */
    ASSAY_RECORD_PURCHASE = 28,    /* test purchases */
    ASSAY_RECORD_IMPORT = 29,      /* the rows before it that bear its id hold */
    ASSAY_RECORD_ALERT_STATE = 30, /* an alert was confirmed, dismissed, opened again */
    ASSAY_RECORD_RULES = 31,       /* one rule of alerts as it is from here on */
    ASSAY_RECORD_WEBHOOK = 32,     /* an endpoint that is told of alerts */
    ASSAY_RECORD_PLAN = 33,        /* which test purchases to make; waits for IMPORT */
    ASSAY_RECORD_HISTORY = 34,     /* a part of a file of past scans was replayed */
};

/** Names an item in the whole: handle << 26 | index. Never 0. */
static inline uint64_t assay_item_key_of(uint32_t handle, uint32_t index)
{
    return (uint64_t)handle << 26 | index;
}
static inline uint32_t assay_item_key_handle(uint64_t item)
{
    return (uint32_t)(item >> 26);
}
static inline uint32_t assay_item_key_index(uint64_t item)
{
    return (uint32_t)(item & ((1u << 26) - 1));
}

#define ASSAY_SCAN_RECORD_LEN 96
#define ASSAY_SCAN_ID_LEN 16

#define ASSAY_SCAN_FIRST 1u   /* the first scan of an item on sale */
#define ASSAY_SCAN_ON_SALE 2u /* counts: the item was on sale (not a leak) */
#define ASSAY_SCAN_PIN_RIGHT 4u
#define ASSAY_SCAN_PIN_WRONG 8u
#define ASSAY_SCAN_CONFIRMATION 16u /* the first reveal of the item */
#define ASSAY_SCAN_OWN_POSITION 32u /* position given by the buyer */
#define ASSAY_SCAN_FORM 64u         /* posted by a form, without script */
#define ASSAY_SCAN_KNOWN 128u       /* the first scan, but a look-up or claim came before it */
#define ASSAY_SCAN_SENT_AGAIN 256u  /* a reveal sent again under its own scan id */

/** One recorded scan, with its outcome: replay applies it and never decides again. */
struct assay_scan_record {
    uint64_t item;
    int64_t at_unix_ms;
    uint8_t scan_id[ASSAY_SCAN_ID_LEN];
    uint64_t device;   /* tag of the device, keyed per item; 0 = none */
    uint64_t previous; /* position of the item's previous scan record */
    uint32_t number;   /* counts from 1 while on sale; 0 for a scan before activation */
    uint32_t place;    /* interned place; 0 = not known */
    uint32_t flags;    /* ASSAY_SCAN_* */
    struct assay_position position;
    enum assay_verdict verdict;
    struct assay_risk risk; /* llr is not kept */
    enum assay_channel channel;
    enum assay_net net;
    enum assay_left_out left_out;
};

/** Does the scan change its item's number, first scan and risk? */
static inline bool assay_scan_counts(const struct assay_scan_record *scan)
{
    return (scan->flags & ASSAY_SCAN_ON_SALE) != 0 && scan->left_out == ASSAY_COUNTED;
}

struct assay_place_record {
    uint32_t place; /* number, from 1 */
    struct assay_place value;
};

struct assay_brand_record {
    int64_t at_unix_ms;
    char actor[ASSAY_ACTOR_MAX + 1];
    char name[ASSAY_BRAND_NAME_MAX + 1];
    char name_zh[ASSAY_BRAND_NAME_MAX + 1];
    char host[ASSAY_HOST_MAX + 1]; /* origin, "https://v.brand.cn" */
    int16_t utc_offset_minutes;
};

struct assay_product_record {
    int64_t at_unix_ms;
    char actor[ASSAY_ACTOR_MAX + 1];
    char sku[ASSAY_SKU_MAX + 1];
    char gtin[ASSAY_GTIN_SIZE]; /* 14 digits, or empty */
    char name_zh[ASSAY_PRODUCT_NAME_MAX + 1];
    char name_en[ASSAY_PRODUCT_NAME_MAX + 1];
    char picture[ASSAY_URL_MAX + 1]; /* https URL, or empty */
    struct assay_warranty_terms terms;
    bool scan_on_tap; /* else on load */
};

struct assay_batch_record {
    int64_t at_unix_ms;
    char actor[ASSAY_ACTOR_MAX + 1];
    struct assay_batch batch; /* without ranges */
};

struct assay_move_record {
    int64_t at_unix_ms;
    char actor[ASSAY_ACTOR_MAX + 1];
    uint32_t handle;
    enum assay_batch_move move;
    struct assay_range range;
    char reason_text[ASSAY_REASON_MAX + 1];
};

struct assay_manifest_record {
    int64_t at_unix_ms;
    char actor[ASSAY_ACTOR_MAX + 1];
    uint32_t handle;
    struct assay_range range;
    uint32_t good;
    uint8_t sha256[ASSAY_SHA256_LEN]; /* of the manifest's signed bytes */
};

/** What a print site printed in one job; replaces MANIFEST, which older ledgers hold. */
struct assay_job_record {
    int64_t at_unix_ms;
    char actor[ASSAY_ACTOR_MAX + 1];
    uint32_t handle;
    enum assay_print_kind kind;
    uint8_t job[ASSAY_JOB_ID_LEN];    /* drawn by the print site */
    uint8_t sha256[ASSAY_SHA256_LEN]; /* of the manifest's signed bytes */
    char site[ASSAY_SKU_MAX + 1];     /* whose key signed it */
    char printer[ASSAY_PRINTER_MAX + 1];
    char reason_text[ASSAY_REASON_MAX + 1]; /* of a reprint */
    uint32_t ranges;                        /* 1..ASSAY_JOB_RANGES_MAX; all of them good */
    struct assay_range range[ASSAY_JOB_RANGES_MAX];
};

struct assay_spoil_record {
    int64_t at_unix_ms;
    char actor[ASSAY_ACTOR_MAX + 1];
    uint32_t handle;
    struct assay_range range;
    char reason_text[ASSAY_REASON_MAX + 1];
};

struct assay_honey_record {
    int64_t at_unix_ms;
    char actor[ASSAY_ACTOR_MAX + 1];
    uint32_t handle;
    struct assay_range range;
    char file[ASSAY_FILE_LABEL_MAX + 1]; /* which file holds them */
};

struct assay_site_record {
    int64_t at_unix_ms;
    char actor[ASSAY_ACTOR_MAX + 1];
    char name[ASSAY_SKU_MAX + 1];
    uint8_t key[32]; /* Ed25519 public */
    bool revoked;
};

#define ASSAY_SCOPE_READ 1u
#define ASSAY_SCOPE_WRITE 2u
#define ASSAY_SCOPE_ADMIN 4u

struct assay_token_record {
    int64_t at_unix_ms;
    char actor[ASSAY_ACTOR_MAX + 1];
    char name[ASSAY_SKU_MAX + 1];
    uint8_t sha256[ASSAY_SHA256_LEN]; /* of the token's text; the text itself is never kept */
    uint32_t scopes;
    bool revoked;
};

struct assay_claim_record {
    int64_t at_unix_ms;
    uint64_t item;
    uint8_t reference[16]; /* names the personal record and the claim */
    uint8_t commitment[ASSAY_SHA256_LEN];
    int32_t bought_on;
    int32_t ends_on;
};

struct assay_find_record {
    int64_t at_unix_ms;
    uint64_t item;
};

struct assay_report_record {
    int64_t at_unix_ms;
    uint64_t item; /* 0: the code was never issued */
    uint8_t reference[16];
    uint8_t commitment[ASSAY_SHA256_LEN];
    uint32_t place;
};

#define ASSAY_SUMMARY_ROWS_MAX 64

struct assay_summary_record {
    int64_t at_unix_ms;
    uint32_t rows;
    struct {
        enum assay_verdict verdict; /* not_issued, or the verdict of throttled repeats */
        uint32_t place;
        uint64_t item; /* throttled repeats of this item; 0 for forged codes */
        uint32_t count;
        uint32_t distinct; /* of forged ones: by devices or address buckets not met that day */
    } row[ASSAY_SUMMARY_ROWS_MAX];
};

/* Bytes of a table that a CALIBRATION may hold. */
#define ASSAY_CALIBRATION_TABLE_MAX 65000u

/** The table of risk from here on (core/risk_table.h). */
struct assay_calibration_record {
    int64_t at_unix_ms;
    char actor[ASSAY_ACTOR_MAX + 1];
    struct assay_span table; /* encoded; decoding a record borrows it from the record's bytes */
};

/** Any record, decoded. What it borrows lives as long as the bytes that it was decoded from. */
struct assay_record {
    enum assay_record_type type;
    union {
        struct assay_scan_record scan;
        struct assay_place_record place;
        struct assay_brand_record brand;
        struct assay_product_record product;
        struct assay_batch_record batch;
        struct assay_move_record move;
        struct assay_manifest_record manifest;
        struct assay_site_record site;
        struct assay_token_record token;
        struct assay_claim_record claim;
        struct assay_find_record find;
        struct assay_report_record report;
        struct assay_summary_record summary;
        struct assay_job_record job;
        struct assay_spoil_record spoil;
        struct assay_honey_record honey;
        struct assay_alert_record alert;
        struct assay_alert_state_record alert_state;
        struct assay_rule_record rule;
        struct assay_webhook_record webhook;
        struct assay_carton_record carton;
        struct assay_pack_record pack;
        struct assay_packed_record packed;
        struct assay_carton_move_record carton_move;
        struct assay_prefix_record prefix;
        struct assay_history_record history;
        struct assay_reference_record reference;
        struct assay_sales_record sales;
        struct assay_purchase_record purchase;
        struct assay_import_record import;
        struct assay_plan_record plan;
        struct assay_calibration_record calibration;
    };
};

/** Encode a record with its header and padding.
 *  data: out, room for size_bytes. returns the length, or 0 if it does not fit or a field
 *  is out of range. threads: any. */
size_t assay_record_encode(const struct assay_record *record, void *data, size_t size_bytes);

/** Decode one whole record.
 *  data     borrowed; len_bytes may be more than the record's own length.
 *  returns  ASSAY_OK; ASSAY_E_CORRUPT (length, field out of range); ASSAY_E_VERSION (a type
 *           or version that this program does not know). */
ASSAY_MUST_CHECK enum assay_error assay_record_decode(const void *data, size_t len_bytes,
                                                      struct assay_record *record);

/** As assay_record_decode, for those who walk a ledger, most of which is scans: of a scan, type and
 *  scan alone are written. */
ASSAY_MUST_CHECK enum assay_error assay_record_decode_next(const void *data, size_t len_bytes,
                                                           struct assay_record *record);

/** Length with header of the record that begins here, or 0 if it cannot be one. */
size_t assay_record_len(const void *data, size_t len_bytes);

/** The scan path's own pair, without the union: exactly ASSAY_SCAN_RECORD_LEN bytes. */
void assay_scan_record_encode(const struct assay_scan_record *scan,
                              uint8_t data[ASSAY_SCAN_RECORD_LEN]);
ASSAY_MUST_CHECK enum assay_error
assay_scan_record_decode(const uint8_t data[ASSAY_SCAN_RECORD_LEN], struct assay_scan_record *scan);

/** Name of a record type for exports ("scan", "place", ...); static; NULL if unknown. */
const char *assay_record_type_name(enum assay_record_type type);

#endif
