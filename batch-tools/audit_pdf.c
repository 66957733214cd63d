// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "batch-tools/audit_file.h"
#include "batch-tools/audit_json.h"
#include "batch-tools/paper.h"
#include "core/clock.h"
#include "core/code.h"

#define CHART_HEIGHT 150.0
#define CHART_LEFT (ASSAY_PAPER_LEFT + 32)
#define REGIONS_MAX 18
#define BAR_STEP 17.0
#define ROW_STEP 13.0
#define LABEL_SIZE 8.0
#define ODDS_MAX 1000.0 /* beyond it an interval is as good as open */

/* -- small pieces -- */

static void say(struct assay_paper *paper, double y, double size, const char *text)
{
    const struct assay_paper_spot spot = {ASSAY_PAPER_LEFT, y, size, ASSAY_SIDE_LEFT,
                                          ASSAY_INK_TEXT};
    assay_paper_text(paper, &spot, text, ASSAY_PAPER_RIGHT - ASSAY_PAPER_LEFT);
}

static void label(struct assay_paper *paper, const double at[2], enum assay_paper_side side,
                  const char *text, double room)
{
    const struct assay_paper_spot spot = {at[0], at[1], LABEL_SIZE, side, ASSAY_INK_FAINT};
    assay_paper_text(paper, &spot, text, room);
}

/* 44,313. */
static void number_text(uint64_t number, char text[static 32])
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)number);
    size_t at = 0;
    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0) {
            text[at++] = ',';
        }
        text[at++] = digits[i];
    }
    text[at] = '\0';
}

static void percent(double share, char text[32])
{
    snprintf(text, 32, "%.1f %%", 100 * share);
}

static void interval(const struct assay_estimate *share, char text[64])
{
    snprintf(text, 64, "%.1f to %.1f %%", 100 * share->low, 100 * share->high);
}

static void day_text(int32_t day, char text[ASSAY_DATE_TEXT_SIZE])
{
    memcpy(text, "-", 2);
    if (day != ASSAY_DAY_NONE) {
        assay_date_format(day, text);
    }
}

/* -- key figures -- */

struct figure {
    const char *name;
    char value[64];
    const char *meaning;
};

static double put_figures(struct assay_paper *paper, double y, const struct figure *figures,
                          size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct assay_paper_spot value = {ASSAY_PAPER_LEFT + 170, y, 15, ASSAY_SIDE_RIGHT,
                                               ASSAY_INK_TEXT};
        say(paper, y, 10, figures[i].name);
        assay_paper_text(paper, &value, figures[i].value, 0);
        label(paper, (double[]){ASSAY_PAPER_LEFT + 184, y}, ASSAY_SIDE_LEFT, figures[i].meaning,
              310);
        y += 24;
    }
    return y;
}

static double put_keys(struct assay_paper *paper, double y, const struct assay_audit *audit)
{
    const struct assay_audit_row *row = &audit->row[0];
    const struct assay_audit_rates *rates = &row->rates;
    struct figure figures[] = {
        {"Scans", "", "recorded scans of issued codes and requests for codes never issued"},
        {"Items", "", "items that were scanned for the first time"},
        {"E2", "-", "fakes among the items scanned"},
        {"E2, 95%", "-", "where it lies"},
        {"E2, at least", "-", "one-sided 97.5%: safe against what cannot be seen"},
        {"E3", "-", "fakes among the items sold: a band, as test purchases are too few"},
        {"E0", "-", "codes tried that were never issued, by device or address and day"},
    };
    number_text(row->scans, figures[0].value);
    number_text(row->first_scans, figures[1].value);
    if (audit->anchor.anchored) {
        figures[5].meaning = "fakes among the items sold, 95%: by random test purchases";
    }
    if (rates->scanned) {
        percent(rates->e2.share.point, figures[2].value);
        interval(&rates->e2.share, figures[3].value);
        percent(rates->e2.lower_bound, figures[4].value);
        interval(&rates->e3, figures[5].value);
    }
    if (rates->tried) {
        percent(rates->e0.point, figures[6].value);
    }
    return put_figures(paper, y, figures, ASSAY_COUNT_OF(figures));
}

static void odds_text(const struct assay_estimate_trend *change, char text[120])
{
    const struct assay_estimate *ratio = &change->odds_ratio;
    const char *verdict = !change->changed   ? "no change is shown"
                          : ratio->point < 1 ? "fewer fakes than before"
                                             : "more fakes than before";
    if (ratio->high < ODDS_MAX) {
        snprintf(text, 120, "Odds ratio %.2f, 95%% from %.2f to %.2f: %s.", ratio->point,
                 ratio->low, ratio->high, verdict);
    } else {
        snprintf(text, 120, "Odds ratio at least %.2f: %s.", ratio->low, verdict);
    }
}

static double put_trend(struct assay_paper *paper, double y, const struct assay_audit_trend *trend)
{
    char days[4][ASSAY_DATE_TEXT_SIZE];
    char odds[120];
    char text[300];
    for (int i = 0; i < 2; i++) {
        day_text(trend->from_day[i], days[2 * i]);
        day_text(trend->to_day[i], days[2 * i + 1]);
    }
    if (!trend->known) {
        snprintf(text, sizeof text,
                 "Trend: %s to %s against %s to %s cannot be told; one of them has no scans.",
                 days[2], days[3], days[0], days[1]);
        return assay_paper_paragraph(paper, y, text);
    }
    odds_text(&trend->change, odds);
    snprintf(text, sizeof text, "Trend: E2 was %.1f %% from %s to %s and %.1f %% from %s to %s. %s",
             100 * trend->e2[0].share.point, days[0], days[1], 100 * trend->e2[1].share.point,
             days[2], days[3], odds);
    return assay_paper_paragraph(paper, y, text);
}

/* -- E2 by week -- */

struct chart {
    struct assay_paper *paper;
    double top;
    double tick; /* share between two lines; four of them */
    double step; /* between two weeks */
};

static double chart_y(const struct chart *chart, double share)
{
    double part = share / (4 * chart->tick);
    return chart->top + CHART_HEIGHT * (1 - (part > 1 ? 1 : part));
}

static void put_axis(const struct chart *chart)
{
    for (int i = 0; i <= 4; i++) {
        char text[32];
        double share = chart->tick * i;
        double y = chart_y(chart, share);
        percent(share, text);
        assay_paper_line(chart->paper, (double[]){CHART_LEFT, y}, (double[]){ASSAY_PAPER_RIGHT, y},
                         i == 0 ? ASSAY_INK_FAINT : ASSAY_INK_GRID);
        label(chart->paper, (double[]){CHART_LEFT - 4, y + 3}, ASSAY_SIDE_RIGHT, text, 0);
    }
}

static void put_week(const struct chart *chart, size_t number, const struct assay_audit_row *row,
                     bool named)
{
    double x = CHART_LEFT + chart->step * ((double)number + 0.5);
    const struct assay_estimate *share = &row->rates.e2.share;
    if (row->rates.scanned) {
        double high = chart_y(chart, share->high);
        double low = chart_y(chart, share->low);
        double point = chart_y(chart, share->point);
        double half = chart->step * 0.35;
        assay_paper_box(chart->paper, (double[]){x - half, high}, (double[]){2 * half, low - high},
                        ASSAY_INK_BAND);
        assay_paper_line(chart->paper, (double[]){x - half, point}, (double[]){x + half, point},
                         ASSAY_INK_MARK);
    }
    if (named) {
        char text[ASSAY_DATE_TEXT_SIZE];
        day_text(row->day, text);
        label(chart->paper, (double[]){x - 16, chart->top + CHART_HEIGHT + 12}, ASSAY_SIDE_LEFT,
              text + 2, 0);
    }
}

/* The least round one of which four reach as far. */
static double tick_for(double most)
{
    static const double ticks[] = {0.01, 0.02, 0.03, 0.04, 0.05, 0.08, 0.1, 0.15, 0.2};
    size_t i = 0;
    while (i < ASSAY_COUNT_OF(ticks) && 4 * ticks[i] < most) {
        i++;
    }
    return i < ASSAY_COUNT_OF(ticks) ? ticks[i] : 0.25;
}

/* Weeks of one and the same day are rows by their only column. */
static double put_weeks(struct assay_paper *paper, double y, const struct assay_audit *weeks)
{
    struct chart chart = {.paper = paper, .top = y + 20};
    double most = 0;
    say(paper, y + 6, 11, "E2 by week: point and 95% interval");
    for (size_t i = 0; i < weeks->rows; i++) {
        double point = weeks->row[i].rates.scanned ? weeks->row[i].rates.e2.share.point : 0;
        most = 2 * point > most ? 2 * point : most;
    }
    chart.tick = tick_for(most);
    put_axis(&chart);
    if (weeks->rows > 0) {
        size_t every = weeks->rows / 8 + 1;
        chart.step = (ASSAY_PAPER_RIGHT - CHART_LEFT) / (double)weeks->rows;
        for (size_t i = 0; i < weeks->rows; i++) {
            put_week(&chart, i, &weeks->row[i], i % every == 0);
        }
    }
    return chart.top + CHART_HEIGHT + 30;
}

/* -- regions, the worst first -- */

static int by_fakes(const void *left, const void *right)
{
    const struct assay_audit_row *const *a = left;
    const struct assay_audit_row *const *b = right;
    double fakes[2] = {(*a)->rates.e2.fakes, (*b)->rates.e2.fakes};
    if (fakes[0] != fakes[1]) {
        return fakes[0] > fakes[1] ? -1 : 1;
    }
    int order = strcmp((*a)->sku, (*b)->sku);
    order = order != 0 ? order : strcmp((*a)->country, (*b)->country);
    return order != 0 ? order : strcmp((*a)->region, (*b)->region);
}

static const char *place_text(const struct assay_audit_row *row)
{
    return row->region[0] != '\0'    ? row->region
           : row->country[0] != '\0' ? row->country
                                     : "not known";
}

static void put_bar(struct assay_paper *paper, double y, const struct assay_audit_row *row)
{
    char name[120];
    char text[96];
    const struct assay_estimate *share = &row->rates.e2.share;
    const double left = ASSAY_PAPER_LEFT + 150;
    const double width = 220;
    snprintf(name, sizeof name, "%s  %s", row->sku, place_text(row));
    snprintf(text, sizeof text, "%.1f %% (%.1f to %.1f)", 100 * share->point, 100 * share->low,
             100 * share->high);
    label(paper, (double[]){ASSAY_PAPER_LEFT, y}, ASSAY_SIDE_LEFT, name, 144);
    assay_paper_box(paper, (double[]){left + width * share->low, y - 7},
                    (double[]){width * (share->high - share->low), 8}, ASSAY_INK_BAND);
    assay_paper_line(paper, (double[]){left + width * share->point, y - 8},
                     (double[]){left + width * share->point, y + 2}, ASSAY_INK_MARK);
    label(paper, (double[]){ASSAY_PAPER_RIGHT, y}, ASSAY_SIDE_RIGHT, text, 0);
}

static enum assay_error put_regions(struct assay_paper *paper, double *y,
                                    const struct assay_audit *regions)
{
    const struct assay_audit_row **rows = calloc(regions->rows + 1, sizeof(void *));
    if (rows == NULL) {
        return ASSAY_E_MEMORY;
    }
    size_t count = 0;
    for (size_t i = 0; i < regions->rows; i++) {
        if (regions->row[i].rates.scanned && regions->row[i].sku[0] != '\0') {
            rows[count++] = &regions->row[i];
        }
    }
    qsort(rows, count, sizeof(void *), by_fakes);
    say(paper, *y, 11, "Where most fakes were scanned: E2 and its 95% interval, 0 to 100%");
    *y += 20;
    for (size_t i = 0; i < count && i < REGIONS_MAX; i++) {
        put_bar(paper, *y, rows[i]);
        *y += BAR_STEP;
    }
    free(rows);
    return ASSAY_OK;
}

/* -- the table -- */

/* The cut's columns stand side by side from the left, those that were not asked for do not. */
enum { CUTS = 4, NUMBERS = 6 };
static const unsigned cut_of[CUTS] = {ASSAY_CUT_PRODUCT, ASSAY_CUT_BATCH, ASSAY_CUT_REGION,
                                      ASSAY_CUT_DAY | ASSAY_CUT_WEEK};
static const double cut_width[CUTS] = {96, 48, 56, 52};
static const double number_x[NUMBERS] = {342, 380, 424, 460, 510, 547};

static void put_cells(struct assay_paper *paper, double y, unsigned by,
                      const char *const cells[CUTS + NUMBERS])
{
    struct assay_paper_spot spot = {ASSAY_PAPER_LEFT, y, LABEL_SIZE, ASSAY_SIDE_LEFT,
                                    ASSAY_INK_TEXT};
    for (int i = 0; i < CUTS; i++) {
        if ((by & cut_of[i]) != 0) {
            assay_paper_text(paper, &spot, cells[i], cut_width[i] - 4);
            spot.x += cut_width[i];
        }
    }
    spot.side = ASSAY_SIDE_RIGHT;
    for (int i = 0; i < NUMBERS; i++) {
        spot.x = number_x[i];
        assay_paper_text(paper, &spot, cells[CUTS + i], 0);
    }
}

static void put_table_head(struct assay_paper *paper, double y, unsigned by)
{
    const char *day = (by & ASSAY_CUT_WEEK) != 0 ? "Week of" : "Day";
    const char *titles[CUTS + NUMBERS] = {"SKU",   "Batch", "Region", day,   "Scans",
                                          "Items", "E0",    "E2",     "95%", "at least"};
    put_cells(paper, y, by, titles);
    assay_paper_line(paper, (double[]){ASSAY_PAPER_LEFT, y + 4},
                     (double[]){ASSAY_PAPER_RIGHT, y + 4}, ASSAY_INK_FAINT);
}

static void put_stratum(struct assay_paper *paper, double y, unsigned by,
                        const struct assay_audit_row *row)
{
    char batch[ASSAY_HANDLE_SIZE] = "";
    char day[ASSAY_DATE_TEXT_SIZE] = "";
    char numbers[NUMBERS][64] = {"", "", "", "", "", ""};
    if (row->handle != 0) {
        assay_handle_format(row->handle, batch);
    }
    if (row->day != ASSAY_DAY_NONE) {
        assay_date_format(row->day, day);
    }
    number_text(row->scans, numbers[0]);
    number_text(row->first_scans, numbers[1]);
    if (row->rates.tried) {
        percent(row->rates.e0.point, numbers[2]);
    }
    if (row->rates.scanned) {
        percent(row->rates.e2.share.point, numbers[3]);
        snprintf(numbers[4], 64, "%.1f to %.1f", 100 * row->rates.e2.share.low,
                 100 * row->rates.e2.share.high);
        percent(row->rates.e2.lower_bound, numbers[5]);
    }
    /* Codes that were never issued are of no product and no batch. */
    const char *sku = row->sku[0] != '\0' ? row->sku : "never issued";
    const char *of_batch = batch[0] != '\0' ? batch : (by & ASSAY_CUT_PRODUCT) != 0 ? "" : "none";
    const char *cells[CUTS + NUMBERS] = {sku,        of_batch,   place_text(row), day,
                                         numbers[0], numbers[1], numbers[2],      numbers[3],
                                         numbers[4], numbers[5]};
    put_cells(paper, y, by, cells);
}

static void put_table(struct assay_paper *paper, const struct assay_audit *audit, unsigned by)
{
    double y = ASSAY_PAPER_TOP;
    say(paper, y, 11, "Strata, by the cut that was asked for");
    y += 20;
    put_table_head(paper, y, by);
    for (size_t i = 0; i < audit->rows; i++) {
        y += ROW_STEP;
        if (y > ASSAY_PAPER_BOTTOM) {
            assay_paper_next(paper);
            put_table_head(paper, ASSAY_PAPER_TOP, by);
            y = ASSAY_PAPER_TOP + ROW_STEP;
        }
        put_stratum(paper, y, by, &audit->row[i]);
    }
}

/* -- what was left out, and what all of it stands on -- */

static double put_left_out(struct assay_paper *paper, double y, const struct assay_audit_row *row)
{
    char text[400];
    char numbers[5][32];
    number_text(row->left_out[ASSAY_LEFT_OUT_PREVIEW], numbers[0]);
    number_text(row->left_out[ASSAY_LEFT_OUT_BOT], numbers[1]);
    number_text(row->left_out[ASSAY_LEFT_OUT_HOSTING], numbers[2]);
    number_text(row->before_sale, numbers[3]);
    number_text(row->repeats, numbers[4]);
    snprintf(text, sizeof text,
             "Answered and recorded but left out of rates: %s link previews, %s crawlers, %s from "
             "hosting ranges, %s before activation; %s repeats beyond 60 a minute were only "
             "counted.",
             numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]);
    return assay_paper_paragraph(paper, y, text) + 6;
}

static double put_assumptions(struct assay_paper *paper, double y, const struct assay_audit *audit)
{
    const char *text;
    say(paper, y, 11, "What the figures stand on");
    y += 18;
    for (size_t i = 0; (text = assay_audit_assumption(audit, i)) != NULL; i++) {
        y = assay_paper_paragraph(paper, y, text) + 4;
    }
    return y;
}

static double put_source(struct assay_paper *paper, double y, const struct assay_audit *audit)
{
    char root[2 * ASSAY_SHA256_LEN + 1];
    char entries[32];
    char text[400];
    assay_hex_encode(audit->root, sizeof audit->root, root);
    number_text(audit->entries, entries);
    snprintf(text, sizeof text,
             "Ledger: %s records, Merkle root (RFC 6962, SHA-256) %s. Whoever has the same ledger "
             "makes this report anew, byte for byte, with assay-batch audit.",
             entries, root);
    return assay_paper_paragraph(paper, y, text) + 6;
}

static enum assay_error put_pages(struct assay_paper *paper,
                                  const struct assay_audit_report *report)
{
    char period[96];
    char days[2][ASSAY_DATE_TEXT_SIZE];
    const struct assay_audit_row *row = &report->total->row[0];
    day_text(report->options->from_day != ASSAY_DAY_NONE ? report->options->from_day
                                                         : row->first_day,
             days[0]);
    day_text(report->options->to_day != ASSAY_DAY_NONE ? report->options->to_day : row->last_day,
             days[1]);
    snprintf(period, sizeof period, "%s to %s%s%s", days[0], days[1],
             report->options->sku != NULL ? ", product " : "",
             report->options->sku != NULL ? report->options->sku : "");
    say(paper, ASSAY_PAPER_TOP + 8, 20, report->brand);
    say(paper, ASSAY_PAPER_TOP + 32, 12, "Audit of scanned codes");
    say(paper, ASSAY_PAPER_TOP + 50, 10, period);
    double y = put_keys(paper, ASSAY_PAPER_TOP + 88, report->total);
    y = put_trend(paper, y + 4, &report->total->trend);
    y = put_weeks(paper, y + 12, report->weeks);
    y = put_source(paper, y, report->audit);
    assay_paper_next(paper);
    y = ASSAY_PAPER_TOP;
    enum assay_error error = put_regions(paper, &y, report->regions);
    y = put_assumptions(paper, y + 24, report->audit);
    put_left_out(paper, y + 8, row);
    assay_paper_next(paper);
    put_table(paper, report->audit, report->options->by);
    return error;
}

enum assay_error assay_audit_pdf(const struct assay_audit_report *report, const char *path,
                                 struct assay_reason *reason)
{
    char title[200];
    struct assay_paper *paper = NULL;
    snprintf(title, sizeof title, "Audit, %s", report->brand);
    enum assay_error error =
        assay_paper_open(path, title, report->ledger_at_unix_ms, &paper, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    error = put_pages(paper, report);
    enum assay_error closed = assay_paper_close(paper);
    if (closed != ASSAY_OK) {
        return assay_fail(reason, closed, "%s: could not be written whole", path);
    }
    return error == ASSAY_OK ? ASSAY_OK : assay_fail(reason, error, NULL);
}
