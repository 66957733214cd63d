// SPDX-License-Identifier: Apache-2.0
#include "bench/market/output_strata.h"

#include "bench/market/tally.h"

static bool is_leap(int64_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* ISO 8601: a week belongs to the year of its Thursday. */
static void put_week(struct market_csv *csv, int64_t monday_ms)
{
    int64_t day = monday_ms / MARKET_DAY_MS + 3, year = 1970;
    while (day >= 365 + is_leap(year)) {
        day -= 365 + is_leap(year);
        year++;
    }
    int64_t week = day / 7 + 1;
    market_csv_number(csv, year);
    market_csv_text(csv, week < 10 ? "-W0" : "-W");
    market_csv_number(csv, week);
    market_csv_mark(csv, ',');
}

static void put_place(struct market_csv *csv, const char *first, const char *second)
{
    market_csv_text(csv, first);
    market_csv_mark(csv, ',');
    market_csv_text(csv, second);
    market_csv_mark(csv, ',');
}

bool market_write_sales(const struct market_world *world, struct market_csv *csv)
{
    if (!market_csv_open(csv, world->out, "sales.csv", "sku,region,week,units")) {
        return false;
    }
    int64_t monday_ms = market_tally_first_monday(world);
    for (uint16_t product = 0; product < world->product_count; product++) {
        for (uint16_t region = 0; region < world->geography.region_count; region++) {
            for (uint32_t week = 0; week <= world->weeks; week++) {
                uint32_t units = *market_tally_units(world, product, region, week);
                if (units > 0) {
                    put_place(csv, world->skus[product], world->geography.regions[region].code);
                    put_week(csv, monday_ms + week * MARKET_WEEK_MS);
                    market_csv_number(csv, units);
                    market_csv_mark(csv, '\n');
                }
            }
        }
    }
    return market_csv_close(csv);
}

/* A share with six decimals, rounded; empty of nothing. */
static void put_share(struct market_csv *csv, const uint32_t counts[2])
{
    uint64_t all = (uint64_t)counts[0] + counts[1];
    if (all > 0) {
        market_csv_decimal(csv, (int64_t)((counts[1] * 2000000ull + all) / (2 * all)), 6);
    }
}

static void put_stratum(struct market_csv *csv, const struct market_stratum *stratum)
{
    const uint32_t *counts[] = {stratum->sold, stratum->scanned, stratum->shown};
    for (int i = 0; i < 6; i++) {
        market_csv_number(csv, counts[i / 2][i % 2]);
        market_csv_mark(csv, ',');
    }
    put_share(csv, stratum->shown);
    market_csv_mark(csv, ',');
    put_share(csv, stratum->sold);
    market_csv_mark(csv, '\n');
}

static void put_product(struct market_csv *csv, const struct market_world *world, uint16_t product)
{
    const struct market_geography *geography = &world->geography;
    int64_t period_ms = market_tally_period_ms(world);
    for (uint16_t region = 0; region < geography->region_count; region++) {
        for (uint32_t period = 0; period < market_tally_periods(world); period++) {
            const struct market_stratum *stratum =
                market_tally_stratum(world, product, region, period);
            const uint32_t *sold = stratum->sold, *shown = stratum->shown;
            if (sold[0] + sold[1] + shown[0] + shown[1] == 0) {
                continue;
            }
            int64_t from_ms = world->history.start_ms + period * period_ms;
            int64_t to_ms = from_ms + period_ms;
            market_csv_text(csv, world->skus[product]);
            market_csv_mark(csv, ',');
            put_place(csv, geography->regions[region].country, geography->regions[region].code);
            market_csv_number(csv, from_ms);
            market_csv_mark(csv, ',');
            market_csv_number(csv, to_ms < world->history.end_ms ? to_ms : world->history.end_ms);
            market_csv_mark(csv, ',');
            put_stratum(csv, stratum);
        }
    }
}

bool market_write_strata(const struct market_world *world, struct market_csv *csv)
{
    if (!market_csv_open(csv, world->out, "strata-truth.csv",
                         "sku,country,region,from_ms,to_ms,genuine_sold,fake_sold,genuine_scanned,"
                         "fake_scanned,genuine_shown,fake_shown,e2,e3")) {
        return false;
    }
    for (uint16_t product = 0; product < world->product_count; product++) {
        put_product(csv, world, product);
    }
    return market_csv_close(csv);
}
