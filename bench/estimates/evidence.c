// SPDX-License-Identifier: Apache-2.0
#include "bench/estimates/evidence.h"

#include <stdlib.h>
#include <string.h>

#include "core/real.h"

#define HOUR_MS 3600000ll
#define DAY_MS (24 * HOUR_MS)
#define ANCHORS 3
#define DEVICES_MAX 64
#define ITEMS_MAX 1024
#define DEVICE_CODES 8 /* codes a day from which on a device is no owner's */
#define PLACE_CODES 12 /* codes in two hours from one place without a device */
#define BURST_SCANS 30 /* of one code within three days */

/* What is remembered of a code while its scans go by. */
struct memory {
    const struct world_scan *anchors[ANCHORS];
    int anchor_count;
    uint64_t devices[DEVICES_MAX];
    int device_count, new_devices;
    uint32_t items[ITEMS_MAX];
    int item_count;
    const struct world_scan *last, *sure, *began;
};

static double distance_km(const struct world_scan *a, const struct world_scan *b)
{
    double middle = (a->lat + b->lat) * 0.5 * 0.017453292519943295;
    double cosine = 1.0 - middle * middle / 2.0 + middle * middle * middle * middle / 24.0;
    double x = (a->lon - b->lon) * cosine * 111.3;
    double y = (a->lat - b->lat) * 111.3;
    return assay_real_sqrt(x * x + y * y);
}

static double at_most(double value, double most)
{
    return value < most ? value : most;
}

static bool is_near(const struct world_scan *a, const struct world_scan *b)
{
    double room = 1.5 * (at_most(a->accuracy_km, 60.0) + at_most(b->accuracy_km, 60.0));
    return distance_km(a, b) <= (room > 60.0 ? room : 60.0);
}

static uint32_t device_cell(const struct memory *memory, const struct world_scan *scan)
{
    if (scan->device == 0) {
        return 2;
    }
    for (int i = 0; i < memory->device_count; i++) {
        if (memory->devices[i] == scan->device) {
            return 0;
        }
    }
    return 1;
}

static uint32_t distance_cell(const struct memory *memory, const struct world_scan *scan)
{
    if (!scan->placed || memory->anchor_count == 0) {
        return 5;
    }
    double least = 1e9;
    bool same_country = false;
    for (int i = 0; i < memory->anchor_count; i++) {
        if (is_near(scan, memory->anchors[i])) {
            return 0;
        }
        least = at_most(distance_km(scan, memory->anchors[i]), least);
        same_country = same_country || memory->anchors[i]->country == scan->country;
    }
    return !same_country ? 4 : least <= 150.0 ? 1 : least <= 400.0 ? 2 : 3;
}

static uint32_t gap_cell(const struct memory *memory, const struct world_scan *scan)
{
    static const int64_t ends_ms[] = {HOUR_MS, DAY_MS, 4 * DAY_MS, 14 * DAY_MS, 60 * DAY_MS};
    int64_t gap_ms = memory->last == NULL ? 0 : scan->at_ms - memory->last->at_ms;
    uint32_t cell = 0;
    while (cell < 5 && gap_ms >= ends_ms[cell]) {
        cell++;
    }
    return cell;
}

static bool is_impossible(const struct memory *memory, const struct world_scan *scan)
{
    if (!scan->placed || scan->accuracy_km > 50.0 || memory->sure == NULL) {
        return false;
    }
    double km = distance_km(scan, memory->sure) - scan->accuracy_km - memory->sure->accuracy_km;
    double hours = (double)(scan->at_ms - memory->sure->at_ms) / (double)HOUR_MS;
    return km > 100.0 && km > 800.0 * hours;
}

static uint32_t cell_of(const struct memory *memory, const struct world_scan *scan)
{
    uint32_t accuracy = !scan->placed                ? 2
                        : scan->accuracy_km <= 50.0  ? 0
                        : scan->accuracy_km <= 200.0 ? 1
                                                     : 2;
    int before = memory->new_devices;
    uint32_t ordinal = before <= 1 ? 0 : before <= 3 ? 1 : before <= 7 ? 2 : before <= 19 ? 3 : 4;
    int64_t age_weeks =
        memory->began == NULL ? 0 : (scan->at_ms - memory->began->at_ms) / (7 * DAY_MS);
    uint32_t known = ordinal * 4 + (age_weeks < 1 ? 0 : age_weeks < 4 ? 1 : age_weeks < 10 ? 2 : 3);
    uint32_t cell = device_cell(memory, scan);
    cell = cell * EVIDENCE_DISTANCES + distance_cell(memory, scan);
    cell = cell * EVIDENCE_ACCURACIES + accuracy;
    cell = cell * EVIDENCE_GAPS + gap_cell(memory, scan);
    cell = cell * 2 + is_impossible(memory, scan);
    return cell * EVIDENCE_GIVEN + known;
}

static void remember_place(struct memory *memory, const struct world_scan *scan)
{
    if (!scan->placed) {
        return;
    }
    if (scan->accuracy_km <= 50.0) {
        memory->sure = scan;
    }
    int oldest = 0;
    for (int i = 0; i < memory->anchor_count; i++) {
        if (is_near(scan, memory->anchors[i])) {
            if (scan->accuracy_km <= memory->anchors[i]->accuracy_km) {
                memory->anchors[i] = scan;
            }
            return;
        }
        oldest = memory->anchors[i]->at_ms < memory->anchors[oldest]->at_ms ? i : oldest;
    }
    memory->anchors[memory->anchor_count < ANCHORS ? memory->anchor_count++ : oldest] = scan;
}

static void remember(struct memory *memory, struct world_scan *scan)
{
    bool is_new = scan->by_owner;
    for (int i = 0; i < memory->item_count; i++) {
        is_new = is_new && memory->items[i] != scan->item;
    }
    scan->by_new = is_new && !scan->first;
    if (is_new && memory->item_count < ITEMS_MAX) {
        memory->items[memory->item_count++] = scan->item;
    }
    if (device_cell(memory, scan) == 1) {
        memory->new_devices++;
        if (memory->device_count < DEVICES_MAX) {
            memory->devices[memory->device_count++] = scan->device;
        }
    }
    remember_place(memory, scan);
    memory->last = scan;
    memory->began = memory->began == NULL ? scan : memory->began;
}

/* Counts by number, in a table of their own; a stray collision is harmless. */
static uint32_t *counter(uint32_t *counts, uint64_t key)
{
    return &counts[key >> 42];
}

static uint64_t scanner_of(const struct world_scan *scan)
{
    if (scan->device != 0) {
        return mixed(scan->device, (uint64_t)(scan->at_ms / DAY_MS));
    }
    uint64_t place =
        mixed((uint64_t)(int64_t)(scan->lat * 1e4), (uint64_t)(int64_t)(scan->lon * 1e4));
    return mixed(place, (uint64_t)(scan->at_ms / (2 * HOUR_MS)));
}

/* Scanners of many codes: griefers, and shops that check their shelves. */
static void mark_scanners(struct world *world)
{
    uint32_t *codes = must_have(calloc((size_t)1 << 22, sizeof *codes));
    uint64_t last_scanner = 0;
    for (size_t i = 0; i < world->count; i++) {
        uint64_t scanner = scanner_of(&world->scans[i]);
        bool again =
            i > 0 && world->scans[i - 1].code == world->scans[i].code && last_scanner == scanner;
        *counter(codes, scanner) += !again;
        last_scanner = scanner;
    }
    for (size_t i = 0; i < world->count; i++) {
        struct world_scan *scan = &world->scans[i];
        uint32_t most = scan->device != 0 ? DEVICE_CODES : PLACE_CODES;
        scan->burst = *counter(codes, scanner_of(scan)) >= most;
    }
    free(codes);
}

/* Scanners of many codes leave no trace in a code's memory, and theirs is not its first scan unless
 * there is no other. */
static void mark_code(struct world_scan *scans, size_t count)
{
    static struct memory memory;
    memory = (struct memory){.anchor_count = 0};
    size_t begin = 0;
    size_t first = 0;
    while (first + 1 < count && scans[first].burst) {
        first++;
    }
    first = scans[first].burst ? 0 : first;
    for (size_t i = 0; i < count; i++) {
        bool griefed = scans[i].burst;
        scans[i].first = i == first;
        scans[i].cell = cell_of(&memory, &scans[i]);
        if (!griefed || i == first) {
            remember(&memory, &scans[i]);
        }
        if (i == first) {
            memory.new_devices = 0; /* of others than the first's */
        }
        while (scans[i].at_ms - scans[begin].at_ms > 3 * DAY_MS) {
            begin++;
        }
        for (size_t k = begin; i - begin >= BURST_SCANS && k <= i; k++) {
            scans[k].burst = true;
        }
    }
}

void evidence_mark(struct world *world)
{
    mark_scanners(world);
    for (size_t i = 0; i < world->count;) {
        size_t end = i;
        while (end < world->count && world->scans[end].code == world->scans[i].code) {
            end++;
        }
        mark_code(&world->scans[i], end - i);
        i = end;
    }
}

void evidence_count(struct evidence_counts *counts, const struct world *world)
{
    for (size_t i = 0; i < world->count; i++) {
        const struct world_scan *scan = &world->scans[i];
        if (!scan->first && scan->by_owner) {
            (scan->by_new ? counts->other : counts->same)[scan->cell]++;
        }
    }
}

/* Coarser counts, from which rare cells borrow. */
struct coarse {
    double device[2][EVIDENCE_DEVICES][EVIDENCE_DISTANCES][EVIDENCE_GIVEN];
    double gap[2][EVIDENCE_GAPS];
    double given[2][EVIDENCE_GIVEN];
    double all[2];
};

struct sides {
    uint32_t device, distance, gap, given;
};

static struct sides sides_of(uint32_t cell)
{
    struct sides sides = {.given = cell % EVIDENCE_GIVEN};
    cell /= EVIDENCE_GIVEN * 2;
    sides.gap = cell % EVIDENCE_GAPS;
    cell /= EVIDENCE_GAPS * EVIDENCE_ACCURACIES;
    sides.distance = cell % EVIDENCE_DISTANCES;
    sides.device = cell / EVIDENCE_DISTANCES;
    return sides;
}

static void add_up(const struct evidence_counts *counts, struct coarse *coarse)
{
    for (uint32_t cell = 0; cell < EVIDENCE_CELLS; cell++) {
        struct sides s = sides_of(cell);
        double both[2] = {counts->same[cell], counts->other[cell]};
        for (int i = 0; i < 2; i++) {
            coarse->device[i][s.device][s.distance][s.given] += both[i];
            coarse->gap[i][s.gap] += both[i];
            coarse->given[i][s.given] += both[i];
            coarse->all[i] += both[i];
        }
    }
}

void evidence_learn(const struct evidence_counts *counts, int16_t llr[EVIDENCE_CELLS])
{
    static struct coarse coarse;
    coarse = (struct coarse){.all = {0}};
    add_up(counts, &coarse);
    for (uint32_t cell = 0; cell < EVIDENCE_CELLS; cell++) {
        struct sides s = sides_of(cell);
        double share[2];
        double gap[2];
        double given[2];
        for (int i = 0; i < 2; i++) {
            given[i] = coarse.given[i][s.given];
            share[i] = (coarse.device[i][s.device][s.distance][s.given] + 2.0) / (given[i] + 4.0);
            gap[i] = (coarse.gap[i][s.gap] + 5.0) / (coarse.all[i] + 9.0);
        }
        double usual = share[1] / share[0] * gap[1] / gap[0];
        double other = counts->other[cell] / (given[1] + 1.0) + 10.0 * usual / (given[0] + 1.0);
        double log = assay_real_log(other / ((counts->same[cell] + 10.0) / (given[0] + 1.0)));
        log = log < -6.0 ? -6.0 : log > 6.0 ? 6.0 : log;
        llr[cell] = (int16_t)assay_real_round(log * 1024.0);
    }
}
