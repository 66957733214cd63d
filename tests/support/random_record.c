// SPDX-License-Identifier: Apache-2.0
#include "tests/support/random_record.h"

#include <stdio.h>
#include <string.h>

#include "core/runs.h"
#include "tests/support/ledger_support.h"
#include "tests/support/random_evidence.h"

static uint64_t below(uint64_t *random, uint64_t limit)
{
    return support_random(random) % limit;
}

static void fill_text(uint64_t *random, char *text, size_t size)
{
    size_t len = below(random, size);
    for (size_t i = 0; i < len; i++) {
        text[i] = (char)(1 + below(random, 255));
    }
}

static void fill_bytes(uint64_t *random, uint8_t *data, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        data[i] = (uint8_t)support_random(random);
    }
}

#define TEXT(field) fill_text(random, field, sizeof(field))
#define BYTES(field) fill_bytes(random, field, sizeof(field))

static uint32_t any_handle(uint64_t *random)
{
    return 1 + (uint32_t)below(random, (1u << 30) - 1);
}

static uint64_t any_item(uint64_t *random)
{
    return assay_item_key_of(any_handle(random), (uint32_t)below(random, 1u << 26));
}

static struct assay_range any_range(uint64_t *random)
{
    uint32_t last = (uint32_t)below(random, ASSAY_BATCH_ITEMS_MAX);
    return (struct assay_range){(uint32_t)below(random, (uint64_t)last + 1), last};
}

static int64_t any_time(uint64_t *random)
{
    return (int64_t)support_random(random);
}

static void fill_scan(uint64_t *random, struct assay_record *record)
{
    uint8_t data[ASSAY_SCAN_RECORD_LEN];
    support_scan(support_random(random), data);
    assay_assert(assay_scan_record_decode(data, &record->scan) == ASSAY_OK);
    record->scan.position.lat_decidegrees = (int16_t)((int)below(random, 1801) - 900);
    record->scan.position.lon_decidegrees = (int16_t)((int)below(random, 3601) - 1800);
    record->scan.position.accuracy_km = (uint16_t)support_random(random);
    record->scan.risk.level = below(random, 4);
    record->scan.risk.reasons = (uint16_t)support_random(random);
    record->scan.risk.score = (int32_t)support_random(random);
    record->scan.previous = support_random(random) & ~7ull;
    record->scan.channel = below(random, ASSAY_CHANNELS);
    record->scan.net = below(random, ASSAY_NETS);
    record->scan.left_out = below(random, ASSAY_LEFT_OUTS);
    record->scan.risk.mass = (uint16_t)support_random(random);
    record->scan.risk.mass_capped = (uint16_t)support_random(random);
    record->scan.place = (uint32_t)support_random(random);
}

static void fill_place(uint64_t *random, struct assay_record *record)
{
    record->place.place = 1 + (uint32_t)below(random, UINT32_MAX);
    TEXT(record->place.value.country);
    TEXT(record->place.value.region);
    TEXT(record->place.value.city);
}

static void fill_brand(uint64_t *random, struct assay_record *record)
{
    record->brand.at_unix_ms = any_time(random);
    record->brand.utc_offset_minutes = (int16_t)((int)below(random, 2879) - 1439);
    TEXT(record->brand.actor);
    TEXT(record->brand.name);
    TEXT(record->brand.name_zh);
    TEXT(record->brand.host);
}

static void fill_product(uint64_t *random, struct assay_record *record)
{
    record->product.at_unix_ms = any_time(random);
    record->product.terms.months = (uint16_t)below(random, 601);
    record->product.terms.bonus_months = (uint16_t)below(random, 121);
    record->product.scan_on_tap = below(random, 2) == 1;
    TEXT(record->product.actor);
    TEXT(record->product.sku);
    TEXT(record->product.gtin);
    TEXT(record->product.name_zh);
    TEXT(record->product.name_en);
    TEXT(record->product.picture);
}

static void fill_batch(uint64_t *random, struct assay_record *record)
{
    struct assay_batch *batch = &record->batch.batch;
    record->batch.at_unix_ms = any_time(random);
    batch->created_at_unix_ms = any_time(random);
    batch->handle = any_handle(random);
    batch->epoch = (uint32_t)support_random(random);
    batch->count = 1 + (uint32_t)below(random, ASSAY_BATCH_ITEMS_MAX);
    batch->flags = (uint32_t)below(random, 4);
    batch->expires_on = (int32_t)support_random(random);
    TEXT(record->batch.actor);
    TEXT(batch->sku);
    TEXT(batch->lot);
    TEXT(batch->market);
}

static void fill_move(uint64_t *random, struct assay_record *record)
{
    record->move.at_unix_ms = any_time(random);
    record->move.handle = any_handle(random);
    record->move.range = any_range(random);
    record->move.move = below(random, ASSAY_MOVES);
    TEXT(record->move.actor);
    TEXT(record->move.reason_text);
}

static void fill_manifest(uint64_t *random, struct assay_record *record)
{
    record->manifest.at_unix_ms = any_time(random);
    record->manifest.handle = any_handle(random);
    record->manifest.range = any_range(random);
    record->manifest.good = (uint32_t)support_random(random);
    BYTES(record->manifest.sha256);
    TEXT(record->manifest.actor);
}

static void fill_site(uint64_t *random, struct assay_record *record)
{
    record->site.at_unix_ms = any_time(random);
    record->site.revoked = below(random, 2) == 1;
    BYTES(record->site.key);
    TEXT(record->site.actor);
    TEXT(record->site.name);
}

static void fill_token(uint64_t *random, struct assay_record *record)
{
    record->token.at_unix_ms = any_time(random);
    record->token.scopes = (uint32_t)below(random, 8);
    record->token.revoked = below(random, 2) == 1;
    BYTES(record->token.sha256);
    TEXT(record->token.actor);
    TEXT(record->token.name);
}

static void fill_claim(uint64_t *random, struct assay_record *record)
{
    record->claim.at_unix_ms = any_time(random);
    record->claim.item = any_item(random);
    record->claim.bought_on = (int32_t)support_random(random);
    record->claim.ends_on = (int32_t)support_random(random);
    BYTES(record->claim.reference);
    BYTES(record->claim.commitment);
}

static void fill_find(uint64_t *random, struct assay_record *record)
{
    record->find.at_unix_ms = any_time(random);
    record->find.item = any_item(random);
}

static void fill_report(uint64_t *random, struct assay_record *record)
{
    record->report.at_unix_ms = any_time(random);
    record->report.item = below(random, 4) == 0 ? 0 : any_item(random);
    record->report.place = (uint32_t)support_random(random);
    BYTES(record->report.reference);
    BYTES(record->report.commitment);
}

static void fill_summary(uint64_t *random, struct assay_record *record)
{
    record->summary.at_unix_ms = any_time(random);
    record->summary.rows = (uint32_t)below(random, ASSAY_SUMMARY_ROWS_MAX + 1);
    for (uint32_t i = 0; i < record->summary.rows; i++) {
        record->summary.row[i].verdict = below(random, ASSAY_VERDICT_COUNT);
        record->summary.row[i].place = (uint32_t)support_random(random);
        record->summary.row[i].count = (uint32_t)support_random(random);
        record->summary.row[i].distinct =
            (uint32_t)below(random, (uint64_t)record->summary.row[i].count + 1);
        record->summary.row[i].item = below(random, 2) == 0 ? 0 : any_item(random);
    }
}

static void fill_job(uint64_t *random, struct assay_record *record)
{
    struct assay_job_record *job = &record->job;
    job->at_unix_ms = any_time(random);
    job->handle = any_handle(random);
    job->kind = below(random, ASSAY_PRINT_KINDS);
    uint32_t wanted = 1 + (uint32_t)below(random, ASSAY_JOB_RANGES_MAX);
    uint32_t next = 0;
    for (uint32_t i = 0; i < wanted; i++) {
        job->range[i].first = next + (uint32_t)below(random, 1000);
        job->range[i].last = job->range[i].first + (uint32_t)below(random, 1000);
        next = job->range[i].last + 1;
    }
    job->ranges = wanted;
    BYTES(job->job);
    BYTES(job->sha256);
    TEXT(job->actor);
    TEXT(job->site);
    TEXT(job->printer);
    TEXT(job->reason_text);
}

static void fill_spoil(uint64_t *random, struct assay_record *record)
{
    record->spoil.at_unix_ms = any_time(random);
    record->spoil.handle = any_handle(random);
    record->spoil.range = any_range(random);
    TEXT(record->spoil.actor);
    TEXT(record->spoil.reason_text);
}

static void fill_honey(uint64_t *random, struct assay_record *record)
{
    record->honey.at_unix_ms = any_time(random);
    record->honey.handle = any_handle(random);
    record->honey.range = any_range(random);
    TEXT(record->honey.actor);
    TEXT(record->honey.file);
}

static void fill_alert(uint64_t *random, struct assay_record *record)
{
    record->alert.at_unix_ms = any_time(random);
    record->alert.item = any_item(random);
    record->alert.kind = below(random, 2) == 0 ? ASSAY_ALERT_LEAK : ASSAY_ALERT_HONEY;
    TEXT(record->alert.site);
    TEXT(record->alert.printer);
    TEXT(record->alert.file);
    if (below(random, 3) == 0) {
        return; /* as version 1 knows them */
    }
    record->alert.kind = 1 + below(random, ASSAY_ALERT_KINDS - 1);
    if (record->alert.kind > ASSAY_ALERT_CLONED) {
        record->alert.item = 0;
        record->alert.handle = below(random, 2) == 0 ? 0 : any_handle(random);
    }
    TEXT(record->alert.country);
    TEXT(record->alert.region);
    TEXT(record->alert.sku);
    TEXT(record->alert.rule);
    record->alert.day = (int32_t)support_random(random);
    record->alert.measure = (int64_t)support_random(random);
    record->alert.threshold = (int64_t)support_random(random);
}

static void fill_alert_state(uint64_t *random, struct assay_record *record)
{
    record->alert_state.at_unix_ms = any_time(random);
    record->alert_state.alert = 8 + 8 * below(random, 1u << 30);
    record->alert_state.state = below(random, ASSAY_ALERT_STATES);
    TEXT(record->alert_state.actor);
    TEXT(record->alert_state.reason_text);
}

static void fill_rules(uint64_t *random, struct assay_record *record)
{
    struct assay_alert_rule *rule = &record->rule.rule;
    record->rule.at_unix_ms = any_time(random);
    record->rule.reset = below(random, 2) == 0;
    TEXT(record->rule.actor);
    TEXT(rule->name);
    TEXT(rule->sku);
    rule->name[0] = 'r';
    rule->kind = 1 + below(random, ASSAY_ALERT_KINDS - 1);
    rule->by = below(random, ASSAY_ALERT_BYS);
    rule->enabled = below(random, 2) == 0;
    rule->window = (uint32_t)support_random(random);
    rule->min_count = (uint32_t)support_random(random);
    rule->threshold = support_random(random);
    rule->base = support_random(random);
    rule->floor = support_random(random);
    rule->factor = support_random(random);
}

static void fill_webhook(uint64_t *random, struct assay_record *record)
{
    record->webhook.at_unix_ms = any_time(random);
    record->webhook.removed = below(random, 2) == 0;
    record->webhook.kinds = 2u << below(random, ASSAY_ALERT_KINDS - 1);
    BYTES(record->webhook.salt);
    TEXT(record->webhook.actor);
    TEXT(record->webhook.name);
    TEXT(record->webhook.url);
    if (!record->webhook.removed && below(random, 2) == 0) {
        record->webhook.endpoint = 1 + below(random, 1000);
        BYTES(record->webhook.former_salt);
        record->webhook.former_until_unix_ms = any_time(random);
    }
    record->webhook.name[0] = 'n';
    record->webhook.url[0] = 'h';
}

static uint64_t any_sscc(uint64_t *random)
{
    return assay_sscc_make((unsigned)below(random, 10), "6901234", below(random, 1000000000));
}

static uint32_t any_unit(uint64_t *random)
{
    return 1 + (uint32_t)below(random, ASSAY_UNITS_MAX);
}

static void fill_carton(uint64_t *random, struct assay_record *record)
{
    record->carton.at_unix_ms = any_time(random);
    record->carton.sscc = any_sscc(random);
    record->carton.number = any_unit(random);
    record->carton.count = 1 + (uint32_t)below(random, ASSAY_UNITS_MAX - record->carton.number + 1);
    record->carton.kind = below(random, ASSAY_UNIT_KINDS);
    TEXT(record->carton.actor);
}

static void fill_pack(uint64_t *random, struct assay_record *record)
{
    struct assay_pack_record *pack = &record->pack;
    struct assay_runs runs = {0};
    pack->sscc = any_sscc(random);
    pack->number = any_unit(random);
    pack->handle = below(random, 4) == 0 ? 0 : any_handle(random);
    uint64_t wanted = 1 + below(random, 300);
    for (uint64_t i = 0; i < wanted; i++) {
        struct assay_run run = {.first = (uint32_t)(runs.next + below(random, 5000))};
        run.last = run.first + (uint32_t)below(random, 3);
        if (run.last < ASSAY_BATCH_ITEMS_MAX &&
            assay_runs_put(&runs, pack->runs, sizeof pack->runs, run)) {
            pack->items += run.last - run.first + 1;
        }
    }
    pack->runs_len = (uint32_t)runs.at;
}

static void fill_packed(uint64_t *random, struct assay_record *record)
{
    struct assay_packed_record *packed = &record->packed;
    uint64_t at = 0;
    packed->at_unix_ms = any_time(random);
    packed->units = 1 + (uint32_t)below(random, UINT32_MAX);
    packed->items = (uint32_t)support_random(random);
    packed->chunks = 1 + (uint32_t)below(random, ASSAY_PACKED_CHUNKS_MAX);
    for (uint32_t i = 0; i < packed->chunks; i++) {
        at += 8 * (1 + below(random, 100000));
        packed->chunk_at[i] = at;
        packed->chunk_packs[i] = 1 + (uint32_t)below(random, 1000);
    }
    TEXT(packed->actor);
}

static void fill_carton_move(uint64_t *random, struct assay_record *record)
{
    record->carton_move.at_unix_ms = any_time(random);
    record->carton_move.number = any_unit(random);
    record->carton_move.move = below(random, ASSAY_CARTON_MOVES);
    TEXT(record->carton_move.actor);
    TEXT(record->carton_move.text);
}

static void fill_prefix(uint64_t *random, struct assay_record *record)
{
    record->prefix.at_unix_ms = any_time(random);
    TEXT(record->prefix.actor);
    snprintf(record->prefix.prefix, sizeof record->prefix.prefix, "%u",
             1000u + (unsigned)below(random, 1000000000));
}

static void fill_history(uint64_t *random, struct assay_record *record)
{
    struct assay_history_record *history = &record->history;
    history->at_unix_ms = any_time(random);
    BYTES(history->sha256);
    history->began_at = 8 * below(random, 1u << 30);
    history->rows = below(random, UINT32_MAX);
    history->rows_done = below(random, history->rows + 1);
    history->scans = (uint32_t)below(random, ASSAY_HISTORY_SCANS_MAX + 1);
    for (uint32_t i = 0; i < history->scans; i++) {
        if (below(random, 4) == 0) {
            history->outcome[history->outcomes++] = (struct assay_history_outcome){
                .number = (uint8_t)i,
                .verdict = below(random, 9) == 0 ? ASSAY_OUTCOME_WAITS
                                                 : (uint8_t)below(random, ASSAY_VERDICT_COUNT),
                .level = (uint8_t)below(random, ASSAY_RISK_CLONED + 1),
                .score = (int32_t)support_random(random),
            };
        }
    }
    TEXT(history->actor);
}

static void fill_calibration(uint64_t *random, struct assay_record *record)
{
    static _Thread_local uint8_t table[700]; /* until the next one is made */
    record->calibration.at_unix_ms = any_time(random);
    TEXT(record->calibration.actor);
    BYTES(table);
    record->calibration.table = (struct assay_span){table, 1 + below(random, sizeof table)};
}

void support_random_record(uint64_t *random, struct assay_record *record)
{
    static void (*const fill[])(uint64_t *, struct assay_record *) = {
        [ASSAY_RECORD_SCAN] = fill_scan,
        [ASSAY_RECORD_PLACE] = fill_place,
        [ASSAY_RECORD_BRAND] = fill_brand,
        [ASSAY_RECORD_PRODUCT] = fill_product,
        [ASSAY_RECORD_BATCH] = fill_batch,
        [ASSAY_RECORD_MOVE] = fill_move,
        [ASSAY_RECORD_MANIFEST] = fill_manifest,
        [ASSAY_RECORD_SITE] = fill_site,
        [ASSAY_RECORD_TOKEN] = fill_token,
        [ASSAY_RECORD_CLAIM] = fill_claim,
        [ASSAY_RECORD_FIND] = fill_find,
        [ASSAY_RECORD_REPORT] = fill_report,
        [ASSAY_RECORD_SUMMARY] = fill_summary,
        [ASSAY_RECORD_JOB] = fill_job,
        [ASSAY_RECORD_SPOIL] = fill_spoil,
        [ASSAY_RECORD_HONEY] = fill_honey,
        [ASSAY_RECORD_ALERT] = fill_alert,
        [ASSAY_RECORD_CARTON] = fill_carton,
        [ASSAY_RECORD_PACK] = fill_pack,
        [ASSAY_RECORD_PACKED] = fill_packed,
        [ASSAY_RECORD_CARTON_MOVE] = fill_carton_move,
        [ASSAY_RECORD_PREFIX] = fill_prefix,
        [ASSAY_RECORD_ALERT_STATE] = fill_alert_state,
        [ASSAY_RECORD_RULES] = fill_rules,
        [ASSAY_RECORD_WEBHOOK] = fill_webhook,
        [ASSAY_RECORD_REFERENCE] = support_random_evidence,
        [ASSAY_RECORD_SALES] = support_random_evidence,
        [ASSAY_RECORD_PURCHASE] = support_random_evidence,
        [ASSAY_RECORD_IMPORT] = support_random_evidence,
        [ASSAY_RECORD_PLAN] = support_random_evidence,
        [ASSAY_RECORD_HISTORY] = fill_history,
        [ASSAY_RECORD_CALIBRATION] = fill_calibration,
    };
    memset(record, 0, sizeof *record);
    do {
        record->type = 1 + below(random, ASSAY_COUNT_OF(fill) - 1);
    } while (fill[record->type] == NULL);
    fill[record->type](random, record);
}

/* What a record borrows, or NULL. */
static struct assay_span *borrowed(struct assay_record *record)
{
    return record->type == ASSAY_RECORD_CALIBRATION ? &record->calibration.table : NULL;
}

bool support_same_record(const struct assay_record *a, const struct assay_record *b)
{
    struct assay_record left = *a;
    struct assay_record right = *b;
    struct assay_span *one = borrowed(&left);
    struct assay_span *other = borrowed(&right);
    if (one != NULL && other != NULL) {
        if (one->len_bytes != other->len_bytes ||
            memcmp(one->data, other->data, one->len_bytes) != 0) {
            return false;
        }
        one->data = other->data;
    }
    return memcmp(&left, &right, sizeof left) == 0;
}
