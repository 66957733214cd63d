// SPDX-License-Identifier: Apache-2.0
/* Random scans, look-ups, moves, checkpoints and reopenings against a plain list of what was
 * recorded; and now and then a copy of the directory as a kill would leave it, replayed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/file.h"
#include "core/store_private.h"
#include "tests/support/risk_replay.h"
#include "tests/support/world.h"

#define BATCHES 3
#define ITEMS 40
#define STEPS 6000
#define DEVICES 5
#define MINUTE 60000
#define COUNTRIES 4

struct seen {
    uint8_t scan_id[ASSAY_SCAN_ID_LEN];
    uint64_t device;
    int64_t at_unix_ms;
    uint32_t number;
    bool confirms;
    bool on_sale;
    bool left_out;
};

struct plain_item {
    bool active, voided, recalled;
    uint32_t scans;
    int64_t first_at;
    uint64_t first_device;
    int64_t confirmed_at;
    uint64_t confirmed_device;
    uint32_t wrong_pins;
    int64_t wrong_at;
    int32_t find_day;
    uint32_t find_tries;
    uint32_t count;
    struct seen seen[STEPS];
};

/* What happened in a batch or product and a country; a day adds only so much mass. */
struct plain_cell {
    uint32_t items;
    uint64_t mass;
    uint64_t today;
    int64_t day;
};

static const char *const countries[COUNTRIES] = {"CN", "SG", "DE", ""};
static struct plain_item *plain;
static struct plain_cell cells[BATCHES][COUNTRIES];
static struct plain_cell product_cells[COUNTRIES];
static uint64_t seed;

static struct plain_item *plain_of(uint32_t batch, uint32_t index)
{
    return &plain[batch * ITEMS + index];
}

static bool is_left_out(const struct assay_scan_request *request)
{
    return request->pin != ASSAY_PIN_RIGHT &&
           (request->channel == ASSAY_CHANNEL_PREVIEW || request->channel == ASSAY_CHANNEL_BOT ||
            request->net == ASSAY_NET_HOSTING);
}

static const struct seen *plain_same(const struct plain_item *item,
                                     const struct assay_scan_request *request)
{
    for (uint32_t back = 1; back <= ASSAY_RETRY_WALK_MAX && back <= item->count; back++) {
        const struct seen *seen = &item->seen[item->count - back];
        bool id = memcmp(seen->scan_id, request->scan_id, ASSAY_SCAN_ID_LEN) == 0;
        bool device = request->device != 0 && request->device == seen->device &&
                      llabs(request->at_unix_ms - seen->at_unix_ms) <= ASSAY_RETRY_WINDOW_MS;
        if (id || device) {
            bool alike = seen->on_sale == item->active && seen->left_out == is_left_out(request);
            return alike ? seen : NULL;
        }
    }
    return NULL;
}

static enum assay_verdict plain_verdict(const struct plain_item *item,
                                        const struct assay_scan_request *request,
                                        const struct assay_scan_answer *answer, bool again)
{
    bool first = is_left_out(request) ? item->scans == 0 : answer->number == 1;
    enum assay_risk_level level = answer->risk.level;
    if (item->voided) {
        return ASSAY_VERDICT_VOID;
    }
    if (item->recalled) {
        return ASSAY_VERDICT_RECALLED;
    }
    if (!item->active) {
        return ASSAY_VERDICT_NOT_ON_SALE;
    }
    if (request->pin == ASSAY_PIN_WRONG) {
        return ASSAY_VERDICT_PIN_WRONG;
    }
    bool mine = again || (request->device != 0 && request->device == item->confirmed_device);
    bool stolen = request->pin == ASSAY_PIN_RIGHT && item->confirmed_at != 0 && !mine;
    if (level >= ASSAY_RISK_SUSPECT || stolen) {
        return ASSAY_VERDICT_SUSPECT;
    }
    if (request->pin == ASSAY_PIN_RIGHT) {
        return ASSAY_VERDICT_CONFIRMED;
    }
    return first ? ASSAY_VERDICT_GENUINE : ASSAY_VERDICT_GENUINE_SEEN;
}

static unsigned country_of(const struct assay_scan_request *request)
{
    unsigned country = 0;
    while (strcmp(countries[country], request->place.country) != 0) {
        country++;
    }
    return country;
}

static void plain_add(struct plain_cell *cell, bool first, uint64_t mass, int64_t at_unix_ms)
{
    cell->items += first;
    if (mass == 0) {
        return;
    }
    if (at_unix_ms / 86400000 != cell->day) {
        cell->today = 0;
        cell->day = at_unix_ms / 86400000;
    }
    uint64_t most = 2 * 65535 + (cell->mass - cell->today) / 8 + cell->items * 65535ull / 128;
    while (mass > 0 && cell->today < most) {
        mass--;
        cell->today++;
        cell->mass++;
    }
}

static void plain_count(struct plain_item *item, const struct assay_scan_request *request,
                        const struct assay_scan_answer *answer)
{
    unsigned country = country_of(request);
    bool first = item->scans == 0;
    if (first) {
        item->first_at = request->at_unix_ms;
        item->first_device = request->device;
    }
    plain_add(&cells[request->batch->slot][country], first, answer->risk.mass_capped,
              request->at_unix_ms);
    plain_add(&product_cells[country], first, answer->risk.mass_capped, request->at_unix_ms);
    item->scans = answer->number > item->scans ? answer->number : item->scans;
}

static void plain_record(struct plain_item *item, const struct assay_scan_request *request,
                         const struct assay_scan_answer *answer)
{
    struct seen *seen = &item->seen[item->count++];
    memcpy(seen->scan_id, request->scan_id, sizeof seen->scan_id);
    seen->device = request->device;
    seen->at_unix_ms = request->at_unix_ms;
    seen->number = answer->number;
    seen->confirms = answer->verdict == ASSAY_VERDICT_CONFIRMED;
    seen->on_sale = item->active;
    seen->left_out = is_left_out(request);
    if (!item->active) {
        return;
    }
    if (!seen->left_out) {
        plain_count(item, request, answer);
    }
    if (request->pin == ASSAY_PIN_WRONG) {
        item->wrong_pins++;
        item->wrong_at = request->at_unix_ms;
    }
    if (request->pin == ASSAY_PIN_RIGHT) {
        item->wrong_pins = 0;
        if (item->confirmed_at == 0) {
            seen->confirms = true;
            item->confirmed_at = request->at_unix_ms;
            item->confirmed_device = request->device;
        }
    }
}

static bool plain_must_wait(const struct plain_item *item, const struct assay_scan_request *request)
{
    if (request->pin == ASSAY_PIN_NONE || item->wrong_pins < ASSAY_PIN_FREE_TRIES) {
        return false;
    }
    int64_t wait_ms = 1000ll << (item->wrong_pins - ASSAY_PIN_FREE_TRIES);
    wait_ms = wait_ms > ASSAY_PIN_WAIT_MS_MAX ? ASSAY_PIN_WAIT_MS_MAX : wait_ms;
    int64_t since_ms = request->at_unix_ms - item->wrong_at;
    return since_ms >= 0 && since_ms < wait_ms;
}

static void check_answer(struct plain_item *item, const struct assay_scan_request *request,
                         const struct assay_scan_answer *answer)
{
    if (plain_must_wait(item, request)) {
        assert_int_equal(answer->error, ASSAY_E_THROTTLED);
        assert_true(answer->retry_after_ms > 0);
        return;
    }
    assert_int_equal(answer->error, ASSAY_OK);
    const struct seen *same = plain_same(item, request);
    assert_int_equal(answer->repetition, same != NULL);
    uint32_t next = is_left_out(request) ? item->scans : item->scans + 1;
    uint32_t number = !item->active ? 0 : same != NULL ? same->number : next;
    assert_int_equal(answer->number, number);
    /* A reveal that is sent again is nobody else's. */
    bool again = same != NULL && same->confirms &&
                 memcmp(same->scan_id, request->scan_id, ASSAY_SCAN_ID_LEN) == 0;
    enum assay_verdict verdict = plain_verdict(item, request, answer, again);
    bool reveal_stands =
        same != NULL && answer->verdict == ASSAY_VERDICT_CONFIRMED && item->confirmed_at != 0;
    if (!reveal_stands) {
        assert_int_equal(answer->verdict, verdict);
    }
    if (same == NULL || request->pin != ASSAY_PIN_NONE) {
        plain_record(item, request, answer);
    }
    assert_int_equal(answer->first_at_unix_ms, item->first_at);
    assert_int_equal(answer->confirmed_at_unix_ms, item->confirmed_at);
    bool mine = request->device != 0 && item->scans > 0 && request->device == item->first_device;
    assert_int_equal(answer->first_by_this_device, mine);
}

static void random_origin(struct assay_scan_request *request)
{
    static const char *const cities[] = {"Shenzhen", "Beijing", "Urumqi"};
    const char *country = countries[world_random(&seed) % COUNTRIES];
    bool china = strcmp(country, "CN") == 0;
    assay_place_set(&request->place, country, china ? "CN-GD" : "",
                    china ? cities[world_random(&seed) % 3] : "");
    request->net = world_random(&seed) % 6 == 0 ? ASSAY_NET_HOSTING : world_random(&seed) % 3;
    request->channel =
        world_random(&seed) % 6 == 0 ? world_random(&seed) % ASSAY_CHANNELS : ASSAY_CHANNEL_WEB;
    if (world_random(&seed) % 3 != 0) {
        request->position = (struct assay_position){(int16_t)(world_random(&seed) % 600),
                                                    (int16_t)(world_random(&seed) % 600),
                                                    (uint16_t)(world_random(&seed) % 60)};
    }
}

static struct assay_scan_request random_request(struct world *world, int64_t *now, uint32_t *batch,
                                                uint32_t *index)
{
    *batch = (uint32_t)(world_random(&seed) % BATCHES);
    *index = (uint32_t)(world_random(&seed) % ITEMS);
    uint64_t device = world_random(&seed) % DEVICES;
    /* Mostly onwards, and now and then the clock goes back. */
    *now += (int64_t)(world_random(&seed) % (4 * MINUTE)) - MINUTE / 4;
    const struct assay_batch_facts *facts = assay_store_batch_facts(world->store, *batch + 1);
    struct assay_scan_request request = world_request(facts, *index, device, *now);
    for (size_t i = 0; i < sizeof request.scan_id; i++) {
        request.scan_id[i] = (uint8_t)world_random(&seed);
    }
    if (world_random(&seed) % 8 == 0) {
        request.pin = world_random(&seed) % 3 == 0 ? ASSAY_PIN_RIGHT : ASSAY_PIN_WRONG;
    }
    struct plain_item *item = plain_of(*batch, *index);
    if (item->count > 0 && world_random(&seed) % 4 == 0) {
        uint32_t at = (uint32_t)(world_random(&seed) % item->count);
        memcpy(request.scan_id, item->seen[at].scan_id, sizeof request.scan_id);
    }
    random_origin(&request);
    return request;
}

static void random_move(struct world *world)
{
    uint32_t batch = (uint32_t)(world_random(&seed) % BATCHES);
    uint32_t first = (uint32_t)(world_random(&seed) % ITEMS);
    uint32_t last = first + (uint32_t)(world_random(&seed) % (ITEMS - first));
    unsigned dice = (unsigned)(world_random(&seed) % 10);
    enum assay_batch_move move = dice < 8    ? ASSAY_MOVE_ACTIVATE
                                 : dice == 8 ? ASSAY_MOVE_RECALL
                                             : ASSAY_MOVE_VOID;
    if (move != ASSAY_MOVE_ACTIVATE) {
        last = first;
    }
    if (world_move(world, batch + 1, move, first, last) != ASSAY_OK) {
        return;
    }
    for (uint32_t index = first; index <= last; index++) {
        struct plain_item *item = plain_of(batch, index);
        item->active = item->active || move == ASSAY_MOVE_ACTIVATE;
        item->recalled = item->recalled || move == ASSAY_MOVE_RECALL;
        item->voided = item->voided || move == ASSAY_MOVE_VOID;
    }
}

static void find(struct world *world, uint32_t batch, uint32_t index, int64_t now)
{
    struct plain_item *item = plain_of(batch, index);
    struct assay_record record = {.type = ASSAY_RECORD_FIND};
    uint64_t position = 0;
    record.find.at_unix_ms = now;
    record.find.item = assay_item_key_of(batch + 1, index);
    enum assay_error error = assay_store_put(world->session, &record, &position, NULL);
    if (error == ASSAY_E_FULL) {
        assert_int_equal(assay_store_checkpoint(world->store), ASSAY_OK);
        error = assay_store_put(world->session, &record, &position, NULL);
    }
    assert_int_equal(error, ASSAY_OK);
    int32_t day = assay_day_of(now, 0);
    item->find_tries = day == item->find_day ? item->find_tries + 1 : 1;
    item->find_day = day;
}

static void random_find(struct world *world, int64_t now)
{
    uint32_t batch = (uint32_t)(world_random(&seed) % BATCHES);
    find(world, batch, (uint32_t)(world_random(&seed) % ITEMS), now);
}

/* The cells are the sums of what the answers said. */
static void check_cells(struct world *world)
{
    for (unsigned country = 0; country < COUNTRIES; country++) {
        const struct plain_cell *product = &product_cells[country];
        for (uint32_t batch = 0; batch < BATCHES; batch++) {
            const struct assay_batch_facts *facts =
                assay_store_batch_facts(world->store, batch + 1);
            struct assay_risk_where where = {.batch = facts->slot, .product = facts->product};
            const struct assay_risk_state item = {0};
            struct assay_risk_around around;
            memcpy(where.country, countries[country], strlen(countries[country]));
            assay_risk_cells_around(world->store->cells, &where, &item, &around);
            assert_int_equal(around.batch.items, cells[batch][country].items);
            assert_int_equal(around.batch.mass, cells[batch][country].mass);
            assert_int_equal(around.product.items, product->items);
            assert_int_equal(around.product.mass, product->mass);
        }
    }
}

static void collect(struct world *world, struct assay_item *items)
{
    memset(items, 0, BATCHES * ITEMS * sizeof *items);
    for (uint32_t i = 0; i < BATCHES * ITEMS; i++) {
        uint64_t key = assay_item_key_of(i / ITEMS + 1, i % ITEMS);
        assert_int_equal(assay_store_item(world->session, key, &items[i]), ASSAY_OK);
    }
}

static void check_same(const struct assay_item *before, const struct assay_item *after)
{
    for (uint32_t i = 0; i < BATCHES * ITEMS; i++) {
        uint8_t row[2][ASSAY_ITEM_ROW_MAX];
        size_t len = assay_item_encode(&before[i], row[0]);
        assert_int_equal(assay_item_encode(&after[i], row[1]), len);
        assert_memory_equal(row[0], row[1], len);
        assert_int_equal(after[i].scans, plain[i].scans);
        assert_int_equal(after[i].find_tries, plain[i].find_tries);
        assert_int_equal(after[i].wrong_pins, plain[i].wrong_pins);
    }
}

static bool copy_file(const struct world *from, const struct world *to, const char *name)
{
    char path[2][128];
    snprintf(path[0], sizeof path[0], "%s/%s", from->dir, name);
    snprintf(path[1], sizeof path[1], "%s/%s", to->dir, name);
    return access(path[0], F_OK) == 0 &&
           assay_file_copy(path[0], path[1], UINT64_MAX, 0, NULL) == ASSAY_OK;
}

static void make_folder(const struct world *world, const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", world->dir, name);
    assert_int_equal(mkdir(path, 0700), 0);
}

/* The directory as it is now, without a checkpoint: replay from the last one must come to the same.
 */
static void replay_a_copy(struct world *world)
{
    struct assay_item before[BATCHES * ITEMS];
    struct assay_item after[BATCHES * ITEMS];
    struct world copy = {.dir = "/tmp/assay-test-XXXXXX", .options = world->options};
    assert_non_null(mkdtemp(copy.dir));
    copy.options.dir = copy.dir;
    make_folder(&copy, "ledger");
    make_folder(&copy, "state");
    assert_true(copy_file(world, &copy, "state/data.mdb"));
    unsigned segments = 0;
    char name[64];
    do {
        snprintf(name, sizeof name, "ledger/%016x.seg", segments++);
    } while (copy_file(world, &copy, name));
    assert_true(segments > 1);
    world_open(&copy);
    collect(world, before);
    collect(&copy, after);
    check_same(before, after);
    check_cells(world);
    check_cells(&copy);
    world_remove(&copy);
}

/* The first act: three batches, the first all on sale; some items are looked up before any scan. */
static void begin(struct world *world)
{
    world_create(world, 64, false);
    for (uint32_t batch = 0; batch < BATCHES; batch++) {
        world_batch(world, batch + 1, ITEMS, 0);
    }
    assert_int_equal(world_move(world, 1, ASSAY_MOVE_ACTIVATE, 0, ITEMS - 1), ASSAY_OK);
    for (uint32_t index = 0; index < ITEMS; index++) {
        plain_of(0, index)->active = true;
    }
    for (uint32_t i = 0; i < BATCHES * ITEMS; i += 3) {
        find(world, i / ITEMS, i % ITEMS, WORLD_EPOCH_MS);
    }
    assert_int_equal(assay_store_checkpoint(world->store), ASSAY_OK);
}

static void random_step(struct world *world, int64_t *now)
{
    unsigned dice = (unsigned)(world_random(&seed) % 400);
    if (dice == 0) {
        world_close(world);
        world_open(world);
    } else if (dice < 4) {
        assert_int_equal(assay_store_checkpoint(world->store), ASSAY_OK);
    } else if (dice < 8) {
        random_move(world);
    } else if (dice < 23) {
        random_find(world, *now);
    } else if (dice == 23) {
        world_calibrate(world, &seed, *now);
    } else if (dice == 24 && world_random(&seed) % 2 == 0) {
        replay_a_copy(world);
    } else {
        uint32_t batch = 0;
        uint32_t index = 0;
        struct assay_scan_answer answer;
        struct assay_scan_request request = random_request(world, now, &batch, &index);
        assert_int_equal(world_scan(world, &request, &answer), ASSAY_OK);
        if (answer.error == ASSAY_E_FULL) {
            assert_int_equal(assay_store_checkpoint(world->store), ASSAY_OK);
            assert_int_equal(world_scan(world, &request, &answer), ASSAY_OK);
        }
        check_answer(plain_of(batch, index), &request, &answer);
    }
}

static void the_store_answers_as_a_plain_list_does(void **state)
{
    (void)state;
    const char *given = getenv("ASSAY_SEED");
    seed = given != NULL ? strtoull(given, NULL, 0) : (uint64_t)time(NULL);
    print_message("ASSAY_SEED=%llu\n", (unsigned long long)seed);
    plain = calloc(BATCHES * ITEMS, sizeof *plain);
    struct world world;
    int64_t now = WORLD_EPOCH_MS;
    begin(&world);
    for (int step = 0; step < STEPS; step++) {
        random_step(&world, &now);
        if (step < 400 && step % 50 == 49) {
            replay_a_copy(&world); /* while first scans are many */
        }
    }

    struct assay_item before[BATCHES * ITEMS];
    struct assay_item after[BATCHES * ITEMS];
    struct assay_reason reason;
    collect(&world, before);
    check_cells(&world);
    world_close(&world);
    assert_true(risk_replay(world.dir) > STEPS / 4);
    assert_int_equal(assay_store_rebuild(world.dir, &reason), ASSAY_OK);
    world_open(&world);
    collect(&world, after);
    check_same(before, after);
    check_cells(&world);
    world_remove(&world);
    free(plain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_store_answers_as_a_plain_list_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
