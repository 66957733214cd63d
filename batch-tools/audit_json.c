// SPDX-License-Identifier: Apache-2.0
#include "batch-tools/audit_json.h"

#include <stdio.h>

#include "core/clock.h"
#include "core/code.h"

#define NUMBER_MAX 1e9

/* With at most six decimals, so that the text is short and the same everywhere; null for what is
 * beyond all measure, such as the end of an open interval. */
static json_t *number_json(double value)
{
    if (!(value > -NUMBER_MAX && value < NUMBER_MAX)) {
        return json_null();
    }
    double scaled = value * 1e6;
    return json_real((double)(int64_t)(scaled < 0 ? scaled - 0.5 : scaled + 0.5) / 1e6);
}

static json_t *text_or_null(const char *text)
{
    return text[0] == '\0' ? json_null() : json_string(text);
}

static json_t *day_json(int32_t day)
{
    char text[ASSAY_DATE_TEXT_SIZE];
    if (day == ASSAY_DAY_NONE) {
        return json_null();
    }
    assay_date_format(day, text);
    return json_string(text);
}

static json_t *estimate_json(const struct assay_estimate *share)
{
    return json_pack("{s:o, s:o, s:o}", "point", number_json(share->point), "low",
                     number_json(share->low), "high", number_json(share->high));
}

static json_t *e2_json(const struct assay_estimate_e2 *e2)
{
    json_t *object = estimate_json(&e2->share);
    json_object_set_new(object, "lower_bound", number_json(e2->lower_bound));
    return object;
}

static json_t *e3_json(const struct assay_audit *audit, const struct assay_estimate *e3)
{
    bool anchored = audit->anchor.anchored;
    return json_pack("{s:o, s:o, s:o, s:b}", "point",
                     anchored ? number_json(e3->point) : json_null(), "low", number_json(e3->low),
                     "high", number_json(e3->high), "anchored", anchored);
}

static json_t *left_out_json(const struct assay_audit_row *row)
{
    json_t *object = json_object();
    for (int i = ASSAY_LEFT_OUT_PREVIEW; i < ASSAY_LEFT_OUTS; i++) {
        json_object_set_new(object, assay_left_out_name((enum assay_left_out)i),
                            json_integer((json_int_t)row->left_out[i]));
    }
    json_object_set_new(object, "before_sale", json_integer((json_int_t)row->before_sale));
    json_object_set_new(object, "repeats_in_a_minute", json_integer((json_int_t)row->repeats));
    json_object_set_new(object, "not_issued",
                        json_integer((json_int_t)row->verdicts[ASSAY_VERDICT_NOT_ISSUED]));
    return object;
}

static json_t *verdicts_json(const struct assay_audit_row *row)
{
    json_t *verdicts = json_object();
    for (int i = 0; i < ASSAY_VERDICT_COUNT; i++) {
        json_object_set_new(verdicts, assay_verdict_row((enum assay_verdict)i)->name,
                            json_integer((json_int_t)row->verdicts[i]));
    }
    return verdicts;
}

/* First and last day of a row: of its cut, else of the report, else of what it counts. */
static void row_days(const struct assay_audit_row *row, const struct assay_audit_options *options,
                     int32_t *from, int32_t *to)
{
    *from = options->from_day != ASSAY_DAY_NONE ? options->from_day : row->first_day;
    *to = options->to_day != ASSAY_DAY_NONE ? options->to_day : row->last_day;
    if (row->day != ASSAY_DAY_NONE) {
        *from = row->day;
        *to = (options->by & ASSAY_CUT_WEEK) != 0 ? row->day + 6 : row->day;
    }
}

static json_t *row_json(const struct assay_audit *audit, const struct assay_audit_options *options,
                        const struct assay_audit_row *row)
{
    const struct assay_audit_rates *rates = &row->rates;
    char batch[ASSAY_HANDLE_SIZE] = "";
    int32_t from;
    int32_t to;
    row_days(row, options, &from, &to);
    if (row->handle != 0) {
        assay_handle_format(row->handle, batch);
    }
    json_t *e0 = rates->tried ? estimate_json(&rates->e0) : json_null();
    if (rates->tried) {
        json_object_set_new(e0, "requests", number_json(rates->e0_raw));
    }
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:o, s:I, s:I, s:o, s:o, s:o, s:o, s:{s:I, s:I}}",
        "sku", text_or_null(row->sku), "batch", text_or_null(batch), "country",
        text_or_null(row->country), "region", text_or_null(row->region), "from", day_json(from),
        "to", day_json(to), "scans", (json_int_t)row->scans, "left_out", left_out_json(row),
        "items", (json_int_t)row->first_scans, "confirmations", (json_int_t)row->confirmed,
        "verdicts", verdicts_json(row), "e0", e0, "e2",
        rates->scanned ? e2_json(&rates->e2) : json_null(), "e3",
        rates->scanned ? e3_json(audit, &rates->e3) : json_null(), "test_purchases", "bought",
        (json_int_t)rates->purchases.n, "fakes", (json_int_t)rates->purchases.x);
}

static json_t *period_json(const struct assay_audit_trend *trend, int which)
{
    return json_pack("{s:o, s:o, s:o}", "from", day_json(trend->from_day[which]), "to",
                     day_json(trend->to_day[which]), "e2",
                     trend->known ? e2_json(&trend->e2[which]) : json_null());
}

static json_t *trend_json(const struct assay_audit_trend *trend)
{
    return json_pack("{s:o, s:o, s:o, s:o}", "before", period_json(trend, 0), "after",
                     period_json(trend, 1), "odds_ratio",
                     trend->known ? estimate_json(&trend->change.odds_ratio) : json_null(),
                     "changed", trend->known ? json_boolean(trend->change.changed) : json_null());
}

static json_t *ledger_json(const struct assay_audit *audit)
{
    char root[2 * ASSAY_SHA256_LEN + 1];
    char crc[9];
    assay_hex_encode(audit->root, sizeof audit->root, root);
    snprintf(crc, sizeof crc, "%08x", audit->last_crc);
    return json_pack("{s:I, s:s, s:I, s:s}", "entries", (json_int_t)audit->entries, "root", root,
                     "end", (json_int_t)audit->ledger_end, "last_crc", crc);
}

static json_t *basis_json(const struct assay_audit *audit)
{
    uint8_t id[ASSAY_SHA256_LEN];
    char text[2 * sizeof id + 1];
    assay_risk_table_id(&audit->table, id);
    assay_hex_encode(id, sizeof id, text);
    return json_pack("{s:s, s:s, s:I, s:o, s:b}", "table",
                     audit->table.is_default ? "default" : "calibrated", "table_id", text,
                     "reference_items", (json_int_t)audit->references, "rho",
                     estimate_json(&audit->anchor.rho), "anchored", audit->anchor.anchored);
}

static json_t *cuts_json(unsigned by)
{
    json_t *cuts = json_array();
    for (const struct assay_audit_cut_row *row = assay_audit_cuts; row->name != NULL; row++) {
        if ((by & row->cut) != 0) {
            json_array_append_new(cuts, json_string(row->name));
        }
    }
    return cuts;
}

const char *assay_audit_assumption(const struct assay_audit *audit, size_t number)
{
    static const char *const always[] = {
        "Scans show copies only of codes that were scanned on two items or more, and what follows "
        "from them; refilled packs and copies that nobody scans cannot be seen. The lower bound is "
        "safe.",
        "E2 is the share of fakes among items scanned, E3 among items sold. They differ by rho, "
        "how much oftener a fake item is ever scanned than a genuine one; scans and sales cannot "
        "tell rho.",
        "A change over time hardly depends on rho, as long as rho stays what it is.",
        ("E0 is the share of codes tried that were never issued; one device or address counts once "
         "a day."),
        ("What scans of one and the same item look like is learnt from reference items where a "
         "hundred of them were scanned twice, else from all codes, most of which are taken to be "
         "genuine."),
        "Places are those of addresses or of buyers' own positions, rounded to 0.1 degree.",
    };
    if (number < ASSAY_COUNT_OF(always)) {
        return always[number];
    }
    number -= ASSAY_COUNT_OF(always);
    if (audit->table.is_default && number-- == 0) {
        return "The table of risk is the default one, learnt from a simulator and not from this "
               "brand's items: import reference items and run calibrate.";
    }
    if (!audit->table.is_default && number-- == 0) {
        return "The table of risk was learnt from this brand's own items, known to be genuine from "
               "elsewhere.";
    }
    if (number == 0) {
        return audit->anchor.anchored
                   ? "Test purchases tell rho, and E3 by it; they were drawn at random from all "
                     "that is sold, or E3 is as wrong as their choice."
                   : "There are too few random test purchases to learn rho: E3 is a band for rho "
                     "from 1/2 to 2.";
    }
    return NULL;
}

static json_t *assumptions_json(const struct assay_audit *audit)
{
    json_t *list = json_array();
    const char *text;
    for (size_t i = 0; (text = assay_audit_assumption(audit, i)) != NULL; i++) {
        json_array_append_new(list, json_string(text));
    }
    return list;
}

json_t *assay_audit_json(const struct assay_audit *audit, const struct assay_audit_options *options)
{
    json_t *strata = json_array();
    for (size_t i = 0; i < audit->rows; i++) {
        json_array_append_new(strata, row_json(audit, options, &audit->row[i]));
    }
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "ledger", ledger_json(audit), "by",
                     cuts_json(options->by), "basis", basis_json(audit), "strata", strata, "trend",
                     trend_json(&audit->trend), "assumptions", assumptions_json(audit));
}
