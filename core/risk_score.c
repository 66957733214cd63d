// SPDX-License-Identifier: Apache-2.0
/* How the state and its surroundings look together: a sum of terms by the table's weights, the level
 * by its thresholds, and the reasons by what adds most.
 *
 * Rates: a cell's suspicious mass for each of its items. A batch's is drawn to its product's, a
 * product's to the usual one, and a tile's to its batch's, each by as much as if a few items more of
 * the other kind had been seen: so a cell with little in it says little. The item's own mass is taken
 * out first.
 */
#include <string.h>

#include "core/fixed.h"
#include "core/risk.h"

enum {
    ONE = ASSAY_FIXED_ONE,
    MASS_ONE = UINT16_MAX,

    MIX_LOW = -8 * ONE,
    EVIDENCE_HIGH = 20 * ONE,
    HOT_FROM = 2 * ONE,

    PRODUCT_DRAWN_ITEMS = 100,
    BATCH_DRAWN_ITEMS = 50,
    TILE_PRODUCT_DRAWN = 16, /* eighths of a mass of one */
    TILE_BATCH_DRAWN = 8,
    RATE_FLOOR = 717, /* .7: rates below are alike */
    RATE_LOW = 102,   /* .1 */
    RATE_HIGH = 40 * ONE,
    TILE_HIGH_FROM = ONE / 2,
    TILE_LOW = -2 * ONE,
    TILE_HIGH = 7 * ONE / 2,
    TIMES_MAX = 400 * ONE,
    LOCAL_FROM = 655, /* a hundredth of an item */

    /* An item cannot be at two far places in turn. Once is a picture that was sent, or a journey; of
     * a hundred thousand genuine items in the simulator one comes to three returns, none to two
     * leaps. */
    SUSPECT_LEAPS = 3,
    CLONED_LEAPS = 5,
    SUSPECT_RETURNS = 4,
    CLONED_RETURNS = 8,

    SHOWN_SCANS = 10,
    SHOWN_KNOWN_SHARE = 16,
    SHOWN_PLACES = 3, /* of its scans, of 4, are at the places known around one of them */
    SHOWN_KM = 400,
    SHOWN_PLACES_OF = 4,
    VIRAL_BURSTS_OF = 2, /* half of them within the hour */

    SCORE_NOTHING = -16 * ONE, /* nothing speaks for another item */
};

static int32_t at_most(int32_t value, int32_t max)
{
    return value < max ? value : max;
}

static int32_t at_least(int32_t value, int32_t min)
{
    return value > min ? value : min;
}

/* -- rates, 1/65535 an item, in units of 1/1024 of that -- */

static uint64_t without(uint64_t mass, uint64_t own)
{
    return mass > own ? mass - own : 0;
}

struct rates {
    uint64_t usual, product, batch;
};

static struct rates rates_of(const struct assay_risk_state *state,
                             const struct assay_risk_around *around,
                             const struct assay_risk_table *table)
{
    uint64_t own = (uint64_t)at_most((int32_t)state->mass_sum, MASS_ONE);
    int32_t usual = at_least(table->weights[ASSAY_RISK_WEIGHT_USUAL], 1);
    struct rates rates = {.usual = (uint64_t)usual * ONE};
    rates.product = (without(around->product.mass, own) * ONE + PRODUCT_DRAWN_ITEMS * rates.usual) /
                    ((uint64_t)around->product.items + PRODUCT_DRAWN_ITEMS);
    rates.batch = (without(around->batch.mass, own) * ONE + BATCH_DRAWN_ITEMS * rates.product) /
                  ((uint64_t)around->batch.items + BATCH_DRAWN_ITEMS);
    return rates;
}

/* ln of a rate to the usual one, from where it begins to say something. */
static int32_t rate_term(uint64_t rate, uint64_t usual)
{
    uint64_t times = rate * ONE / usual;
    int32_t above = (int32_t)(times < RATE_HIGH ? times : RATE_HIGH) - RATE_FLOOR;
    return assay_fixed_ln_ratio((uint64_t)at_least(above, RATE_LOW), ONE);
}

static const struct assay_risk_place *place_of(const struct assay_risk_around *around,
                                               const struct assay_risk_anchor *anchor)
{
    uint16_t tile = assay_risk_tile(anchor->lat_decidegrees, anchor->lon_decidegrees);
    for (int i = 0; i < ASSAY_RISK_PLACES; i++) {
        if (around->places[i].tile == tile) {
            return &around->places[i];
        }
    }
    return NULL;
}

/* How much more suspicious the anchor's tile is than its batch, 1/1024. */
static uint64_t tile_times(const struct assay_risk_around *around,
                           const struct assay_risk_anchor *anchor, const struct rates *rates)
{
    const struct assay_risk_place *place = place_of(around, anchor);
    if (place == NULL) {
        return ONE;
    }
    uint64_t own = (uint64_t)anchor->mass * ASSAY_RISK_ANCHOR_MASS;
    uint64_t drawn = (uint64_t)TILE_PRODUCT_DRAWN * MASS_ONE / 8;
    uint64_t product = (without(place->product.mass, own) + drawn) * ONE /
                       (place->product.items * rates->product / ONE + drawn);
    drawn = (uint64_t)TILE_BATCH_DRAWN * MASS_ONE / 8;
    uint64_t over = without(place->batch.mass, own) + drawn * product / ONE;
    uint64_t under = place->batch.items * rates->batch / ONE + drawn;
    return over * ONE / under + 1;
}

/* -- terms -- */

static void put_evidence(const struct assay_risk_state *state, int32_t *terms)
{
    int32_t mix = assay_fixed_clip(state->mix, MIX_LOW, EVIDENCE_HIGH);
    terms[ASSAY_RISK_TERM_MIX] = mix;
    terms[ASSAY_RISK_TERM_POSITIVE] = at_most(state->positive, EVIDENCE_HIGH);
    terms[ASSAY_RISK_TERM_LARGEST] = state->largest * 32;
}

static void put_counts(const struct assay_risk_state *state, int32_t *terms)
{
    terms[ASSAY_RISK_TERM_SCANS] = assay_fixed_ln(1u + state->scans);
    terms[ASSAY_RISK_TERM_DEVICES] = assay_fixed_ln(1u + state->devices);
    terms[ASSAY_RISK_TERM_ANONYMOUS] = assay_fixed_ln(1u + state->anonymous);
    terms[ASSAY_RISK_TERM_KNOWN] = assay_fixed_ln(1 + assay_risk_state_known(state));
    terms[ASSAY_RISK_TERM_SWITCHES] = at_most(state->switches, 4) * ONE;
    terms[ASSAY_RISK_TERM_RETURNS] = at_most(state->returns, 4) * ONE;
    terms[ASSAY_RISK_TERM_FAR] = at_most(state->far, 4) * ONE;
    terms[ASSAY_RISK_TERM_TOO_FAST] = at_most(state->too_fast, 3) * ONE;
    terms[ASSAY_RISK_TERM_BURSTS] = at_most(state->bursts, 6) * ONE;
    terms[ASSAY_RISK_TERM_ARRIVALS] = at_most(state->arrivals, 6) * ONE;
}

/* Groups of anchors that share devices. */
static int32_t groups_of(const struct assay_risk_state *state)
{
    int32_t groups = 0;
    for (int i = 0; i < state->anchor_count; i++) {
        groups += (assay_risk_state_group(state, i) & ((1u << i) - 1)) == 0;
    }
    return groups;
}

static void put_places(const struct assay_risk_state *state, int32_t *terms)
{
    bool two = state->anchor_count >= 2;
    terms[ASSAY_RISK_TERM_SPAN] = assay_fixed_ln(1u + state->last_s / 3600);
    terms[ASSAY_RISK_TERM_PLACES] = two ? ONE : 0;
    terms[ASSAY_RISK_TERM_APART] = two ? (groups_of(state) - 1) * ONE : 0;
}

/* The anchors' masses, each by how suspicious its tile is: what they would be, had that been known. */
struct heat {
    uint64_t local;    /* 1/65535 */
    int32_t top, next; /* ln of how suspicious the two most suspicious tiles are */
};

static struct heat heat_of(const struct assay_risk_state *state,
                           const struct assay_risk_around *around, const struct rates *rates)
{
    struct heat heat = {.top = TILE_LOW, .next = TILE_LOW};
    for (int i = 0; i < state->anchor_count; i++) {
        const struct assay_risk_anchor *anchor = &state->anchors[i];
        uint64_t tile = tile_times(around, anchor, rates);
        uint64_t times = tile * rates->batch / rates->usual;
        times = times < TIMES_MAX ? times : TIMES_MAX;
        int32_t term = assay_fixed_clip(assay_fixed_ln_ratio(tile, ONE), TILE_LOW, TILE_HIGH);
        uint64_t mass = (uint64_t)anchor->mass * ASSAY_RISK_ANCHOR_MASS;
        heat.local += mass * times / ONE;
        heat.next = at_least(heat.next, at_most(term, heat.top));
        heat.top = at_least(heat.top, term);
    }
    heat.top = state->anchor_count > 0 ? heat.top : 0;
    return heat;
}

static void put_around(const struct assay_risk_state *state, const struct assay_risk_around *around,
                       const struct assay_risk_table *table, int32_t *terms)
{
    struct rates rates = rates_of(state, around, table);
    struct heat heat = heat_of(state, around, &rates);
    int32_t batch = rate_term(rates.batch, rates.usual);
    int32_t hot = terms[ASSAY_RISK_TERM_MIX] + batch + heat.top;
    terms[ASSAY_RISK_TERM_BATCH] = batch;
    terms[ASSAY_RISK_TERM_PRODUCT] = rate_term(rates.product, rates.usual);
    terms[ASSAY_RISK_TERM_TILE_TOP] = heat.top;
    terms[ASSAY_RISK_TERM_TILE_HIGH] = at_least(heat.top - TILE_HIGH_FROM, 0);
    terms[ASSAY_RISK_TERM_TILE_NEXT] = at_least(heat.next, 0);
    terms[ASSAY_RISK_TERM_HOT] = at_least(hot - HOT_FROM, 0);
    terms[ASSAY_RISK_TERM_LOCAL] = assay_fixed_ln_ratio(heat.local + LOCAL_FROM, LOCAL_FROM);
}

void assay_risk_terms(const struct assay_risk_state *state, const struct assay_risk_around *around,
                      const struct assay_risk_table *table, int32_t terms[ASSAY_RISK_TERMS])
{
    put_evidence(state, terms);
    put_counts(state, terms);
    put_places(state, terms);
    put_around(state, around, table, terms);
}

/* -- score -- */

static enum assay_risk_level level_of(const struct assay_risk_table *table, int32_t score)
{
    int level = ASSAY_RISK_LOW;
    while (level < ASSAY_RISK_THRESHOLDS && score >= table->thresholds[level]) {
        level++;
    }
    return (enum assay_risk_level)level;
}

static int32_t sum_of(const struct assay_risk_table *table, const int32_t *terms)
{
    int64_t sum = (int64_t)table->weights[ASSAY_RISK_WEIGHT_BIAS] * ONE;
    for (int i = 0; i < ASSAY_RISK_TERMS; i++) {
        sum += (int64_t)table->weights[i] * terms[i];
    }
    return (int32_t)(sum / ONE);
}

/* Scans at the anchor with the most, and at those from which its visitors' phones may seem to come. */
static uint32_t scans_around_fullest(const struct assay_risk_state *state)
{
    const struct assay_risk_anchor *fullest = &state->anchors[0];
    for (int i = 1; i < state->anchor_count; i++) {
        fullest = state->anchors[i].scans > fullest->scans ? &state->anchors[i] : fullest;
    }
    const struct assay_position middle = {fullest->lat_decidegrees, fullest->lon_decidegrees, 0};
    uint32_t scans = 0;
    for (int i = 0; i < state->anchor_count; i++) {
        const struct assay_risk_anchor *anchor = &state->anchors[i];
        const struct assay_position position = {anchor->lat_decidegrees, anchor->lon_decidegrees,
                                                0};
        bool near = assay_position_distance_km(&middle, &position) <= SHOWN_KM;
        scans += near ? anchor->scans : 0;
    }
    return scans;
}

/* Many people, once each: an item on display, which stays where it is, or a photo gone round, within
 * days. Copies are scanned by their owners again, or over weeks in many places. */
static bool is_shown(const struct assay_risk_state *state)
{
    if (state->scans < SHOWN_SCANS ||
        assay_risk_state_known(state) * SHOWN_KNOWN_SHARE >= state->scans) {
        return false;
    }
    return state->bursts * VIRAL_BURSTS_OF >= state->scans ||
           scans_around_fullest(state) * SHOWN_PLACES_OF >= (uint32_t)state->scans * SHOWN_PLACES;
}

static const uint16_t reason_of_term[ASSAY_RISK_TERMS] = {
#define X(name, sign, reason, meaning) [ASSAY_RISK_TERM_##name] = reason,
    ASSAY_RISK_TERM_TABLE(X)
#undef X
};

/* What the item's own scans prove, whatever happens around it. */
static enum assay_risk_level proven(const struct assay_risk_state *state)
{
    return state->leaps >= CLONED_LEAPS || state->returns >= CLONED_RETURNS     ? ASSAY_RISK_CLONED
           : state->leaps >= SUSPECT_LEAPS || state->returns >= SUSPECT_RETURNS ? ASSAY_RISK_SUSPECT
                                                                                : ASSAY_RISK_LOW;
}

/* Levels that are not set yet bend no score. */
static int32_t bend(const struct assay_risk_state *state, const struct assay_risk_table *table,
                    int32_t score)
{
    enum assay_risk_level level = proven(state);
    if (level != ASSAY_RISK_LOW && table->thresholds[level - 1] != INT32_MAX) {
        score = at_least(score, table->thresholds[level - 1]);
    }
    return is_shown(state) ? at_most(score, table->thresholds[ASSAY_RISK_SUSPECT - 1] - 1) : score;
}

/* Those that add at least a third of what the largest adds. */
static uint16_t reasons_of(const struct assay_risk_state *state,
                           const struct assay_risk_table *table, const int32_t *terms)
{
    int64_t adds[ASSAY_RISK_REASONS] = {0};
    int64_t largest = 0;
    uint16_t of_evidence = state->far > 0 ? ASSAY_RISK_MANY_PLACES : ASSAY_RISK_MANY_DEVICES;
    for (int bit = 0; bit < ASSAY_RISK_REASONS; bit++) {
        for (int i = 0; i < ASSAY_RISK_TERMS; i++) {
            bool evidence = i <= ASSAY_RISK_TERM_LARGEST && of_evidence == 1 << bit;
            if (evidence || reason_of_term[i] == 1 << bit) {
                adds[bit] += (int64_t)table->weights[i] * terms[i];
            }
        }
        largest = adds[bit] > largest ? adds[bit] : largest;
    }
    uint16_t reasons = 0;
    for (int bit = 0; bit < ASSAY_RISK_REASONS; bit++) {
        reasons |= adds[bit] > 0 && adds[bit] >= largest / 3 ? (uint16_t)(1u << bit) : 0;
    }
    bool proof = proven(state) != ASSAY_RISK_LOW;
    bool back_and_forth = proof || ((reasons & ASSAY_RISK_MANY_PLACES) != 0 && state->returns > 0);
    reasons |= proof && state->leaps >= SUSPECT_LEAPS ? ASSAY_RISK_TOO_FAST : 0;
    return reasons | (back_and_forth ? ASSAY_RISK_SWITCHES : 0);
}

static void weigh_scans(const struct assay_risk_state *state,
                        const struct assay_risk_around *around,
                        const struct assay_risk_table *table, struct assay_risk *risk)
{
    int32_t terms[ASSAY_RISK_TERMS];
    assay_risk_terms(state, around, table, terms);
    risk->score = bend(state, table, at_least(sum_of(table, terms), SCORE_NOTHING));
    if (level_of(table, risk->score) != ASSAY_RISK_LOW) {
        risk->reasons = reasons_of(state, table, terms);
    }
}

void assay_risk_weigh(const struct assay_risk_state *state, const struct assay_risk_around *around,
                      const struct assay_risk_table *table, bool confirmed_by_other,
                      struct assay_risk *risk)
{
    struct assay_risk made = {.score = SCORE_NOTHING};
    if (assay_risk_state_says(state)) {
        weigh_scans(state, around, table, &made);
    }
    if (confirmed_by_other) {
        made.score = at_least(made.score, table->thresholds[ASSAY_RISK_SUSPECT - 1]);
        made.reasons |= ASSAY_RISK_PIN_USED;
    }
    made.level = level_of(table, made.score);
    *risk = made;
}

const char *assay_risk_level_name(enum assay_risk_level level)
{
    static const char *const names[] = {"low", "check", "suspect", "cloned"};
    assay_assert(level < ASSAY_COUNT_OF(names));
    return names[level];
}

const char *assay_risk_reason_name(enum assay_risk_reason reason)
{
    switch (reason) {
    case ASSAY_RISK_MANY_DEVICES:
        return "many_devices";
    case ASSAY_RISK_MANY_PLACES:
        return "many_places";
    case ASSAY_RISK_TOO_FAST:
        return "too_fast";
    case ASSAY_RISK_PIN_USED:
        return "pin_used";
    case ASSAY_RISK_LOT:
        return "lot";
    case ASSAY_RISK_SWITCHES:
        return "switches";
    case ASSAY_RISK_LONG_AFTER:
        return "long_after";
    case ASSAY_RISK_SURROUNDED:
        return "surrounded";
    }
    assay_assert(false);
    return NULL;
}
