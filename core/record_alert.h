// SPDX-License-Identifier: Apache-2.0
/* Records about alerts: what was noticed, what became of it, by which rules, and who is told. */
#ifndef ASSAY_CORE_RECORD_ALERT_H
#define ASSAY_CORE_RECORD_ALERT_H

#include "core/limits.h"
#include "core/printing.h"

/** What somebody has to look at. Numbers stand in ledgers. */
enum assay_alert_kind {
    ASSAY_ALERT_LEAK = 1,       /* a label was scanned before it was activated */
    ASSAY_ALERT_HONEY = 2,      /* a decoy was scanned: its file leaked */
    ASSAY_ALERT_CLONED = 3,     /* an item's scans are those of several items */
    ASSAY_ALERT_OUTBREAK = 4,   /* copies of a product turn up in a country */
    ASSAY_ALERT_DIVERSION = 5,  /* a batch is sold outside its market */
    ASSAY_ALERT_PIN_ATTACK = 6, /* PINs are tried out */
    ASSAY_ALERT_FORGERY = 7,    /* codes are made up */
    ASSAY_ALERT_KINDS           /* how many, and one */
};

/** An alert; what it is not about is 0 or empty. */
struct assay_alert_record {
    int64_t at_unix_ms; /* of the scan, or of the newest one that the rule saw */
    uint64_t item;
    enum assay_alert_kind kind;
    char site[ASSAY_SKU_MAX + 1];        /* who printed it, as far as manifests say; else empty */
    char printer[ASSAY_PRINTER_MAX + 1]; /* likewise */
    char file[ASSAY_FILE_LABEL_MAX + 1]; /* which file a decoy is from */
    uint32_t handle;                     /* of a batch; an item's own is not said again */
    int32_t day;                         /* the day, or the first of the period, that it is of */
    char country[3];
    char region[7];
    char sku[ASSAY_SKU_MAX + 1];
    char rule[ASSAY_RULE_NAME_MAX + 1];
    int64_t measure;   /* what the rule found, 1/1024 */
    int64_t threshold; /* what it allows, 1/1024 */
};

/** What became of an alert. Numbers stand in ledgers. */
enum assay_alert_state {
    ASSAY_ALERT_OPEN = 0,
    ASSAY_ALERT_CONFIRMED = 1,
    ASSAY_ALERT_DISMISSED = 2,
    ASSAY_ALERT_STATES
};

struct assay_alert_state_record {
    int64_t at_unix_ms;
    uint64_t alert; /* position of its record */
    enum assay_alert_state state;
    char actor[ASSAY_ACTOR_MAX + 1];
    char reason_text[ASSAY_ALERT_REASON_MAX + 1];
};

/** What a rule counts by, where it can choose. Numbers stand in ledgers. */
enum assay_alert_by { ASSAY_ALERT_BY_BATCH = 0, ASSAY_ALERT_BY_COUNTRY = 1, ASSAY_ALERT_BYS };

/** One rule: which figures of a subject in a period raise an alert. What a kind does not use is 0;
 *  what each number means to it: core/alert_rules.h. */
struct assay_alert_rule {
    char name[ASSAY_RULE_NAME_MAX + 1];
    char sku[ASSAY_SKU_MAX + 1]; /* only this product; empty = all */
    enum assay_alert_kind kind;
    enum assay_alert_by by;
    bool enabled;
    uint32_t window;    /* days */
    uint32_t min_count; /* fewer raise nothing */
    uint64_t threshold; /* this and the others in millionths */
    uint64_t base;
    uint64_t floor;
    uint64_t factor;
};

/** A rule as it is from here on. */
struct assay_rule_record {
    int64_t at_unix_ms;
    char actor[ASSAY_ACTOR_MAX + 1];
    struct assay_alert_rule rule;
    bool reset; /* back to what the program ships, or away; of the rule only the name counts */
};

#define ASSAY_WEBHOOK_SALT_LEN 16

/** An endpoint that is told of alerts. Its secret is made of the service's key and the salt. */
struct assay_webhook_record {
    int64_t at_unix_ms;
    char actor[ASSAY_ACTOR_MAX + 1];
    char name[ASSAY_SKU_MAX + 1];
    char url[ASSAY_URL_MAX + 1];
    uint32_t kinds; /* 1 << enum assay_alert_kind, of those that it wants */
    uint8_t salt[ASSAY_WEBHOOK_SALT_LEN];
    bool removed;
    /* Of a rotation; zeros else. */
    uint64_t endpoint; /* position of the record that added the endpoint: its messages bear it */
    uint8_t former_salt[ASSAY_WEBHOOK_SALT_LEN];
    int64_t former_until_unix_ms; /* until then the secret before signs beside the new one */
};

/** "leak", "honey", ...; static; NULL if there is none of this number. */
const char *assay_alert_kind_name(enum assay_alert_kind kind);
/** The kind of a name; 0 if there is none. */
enum assay_alert_kind assay_alert_kind_of(const char *name);
/** "open", "confirmed", "dismissed"; static; NULL if there is none of this number. */
const char *assay_alert_state_name(enum assay_alert_state state);
/** The state of a name; ASSAY_ALERT_STATES if there is none. */
enum assay_alert_state assay_alert_state_of(const char *name);

#endif
