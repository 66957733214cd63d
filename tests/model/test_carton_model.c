// SPDX-License-Identifier: Apache-2.0
/* Random imports, shipments, voids and unpackings, with checkpoints and reopenings, against a plain
 * list of units and of where each item is. What the model would refuse must be refused, and nothing
 * of it done. At the end the state is checked against the ledger, and rebuilt. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "core/check.h"
#include "core/store_carton.h"
#include "tests/support/office_support.h"

#define BATCHES 2
#define ITEMS 600
#define UNITS 4000
#define STEPS 1500
#define HOLDS 24

struct unit {
    uint64_t sscc;
    enum assay_unit_kind kind;
    enum assay_unit_state state;
    bool shipped;
    unsigned count;
    unsigned parent; /* number + 1; 0 = none */
    unsigned holds[HOLDS];
};

static uint64_t seed;
static char handles[BATCHES][ASSAY_HANDLE_SIZE];
static uint32_t handle_numbers[BATCHES];
static char codes[BATCHES * ITEMS][ASSAY_CODE_SIZE];
static unsigned where[BATCHES * ITEMS]; /* unit + 1; 0 = nowhere */
static bool voided[BATCHES * ITEMS];
static struct unit units[UNITS];
static unsigned unit_count;
static unsigned refusals, imports;

static unsigned below(unsigned limit)
{
    return (unsigned)(world_random(&seed) % limit);
}

/* -- what the plain list allows -- */

static bool may_move(const struct unit *unit, enum assay_carton_move move)
{
    bool ended = unit->state == ASSAY_UNIT_VOID || unit->state == ASSAY_UNIT_UNPACKED;
    bool open = unit->state == ASSAY_UNIT_OPEN;
    return unit->parent == 0 && !ended && (!open || move == ASSAY_CARTON_VOID) &&
           !(move == ASSAY_CARTON_SHIP && unit->state == ASSAY_UNIT_SHIPPED);
}

static void move_plain(struct unit *unit, enum assay_carton_move move)
{
    for (unsigned i = 0; i < unit->count && unit->state != ASSAY_UNIT_OPEN; i++) {
        unsigned child = unit->holds[i];
        if (unit->kind == ASSAY_UNIT_PALLET && move == ASSAY_CARTON_UNPACK) {
            units[child].parent = 0;
        } else if (unit->kind == ASSAY_UNIT_PALLET) {
            move_plain(&units[child], move);
        } else if (move == ASSAY_CARTON_UNPACK) {
            where[child] = 0;
        } else if (move == ASSAY_CARTON_VOID) {
            voided[child] = true;
        }
    }
    static const enum assay_unit_state after[] = {ASSAY_UNIT_SHIPPED, ASSAY_UNIT_VOID,
                                                  ASSAY_UNIT_UNPACKED};
    unit->state = after[move];
    unit->shipped = unit->shipped || move == ASSAY_CARTON_SHIP;
}

/* -- steps -- */

static void sscc_text(unsigned unit, char text[ASSAY_SSCC_SIZE])
{
    assay_sscc_format(units[unit].sscc, text);
}

static void make_empty(void)
{
    json_t *result = NULL;
    char params[64];
    bool pallet = below(3) == 0;
    unsigned count = 1 + below(3);
    if (unit_count + count > UNITS) {
        return;
    }
    snprintf(params, sizeof params, "{\"count\":%u,\"pallet\":%s,\"extension\":%u}", count,
             pallet ? "true" : "false", below(2));
    result = done("carton.create", params);
    for (unsigned i = 0; i < count; i++) {
        const char *text = json_string_value(json_array_get(json_object_get(result, "ssccs"), i));
        struct unit *unit = &units[unit_count++];
        *unit = (struct unit){.kind = pallet ? ASSAY_UNIT_PALLET : ASSAY_UNIT_CARTON};
        assert_int_equal(assay_sscc_parse(text, ASSAY_SSCC_LEN, &unit->sscc, NULL), ASSAY_OK);
        for (unsigned k = 0; k + 1 < unit_count; k++) {
            assert_true(units[k].sscc != unit->sscc);
        }
    }
    json_decref(result);
}

/* An SSCC that was made empty, or is new from elsewhere, or is taken. */
static unsigned choose_parent(void)
{
    if (unit_count > 0 && below(3) != 0) {
        return below(unit_count);
    }
    units[unit_count] = (struct unit){
        .sscc = assay_sscc_make(below(2), below(2) == 0 ? "6901234" : "7777777", below(300))};
    for (unsigned i = 0; i < unit_count; i++) {
        if (units[i].sscc == units[unit_count].sscc) {
            return i;
        }
    }
    return unit_count;
}

/* One carton of random items, or one pallet of random cartons. */
static void import_one(void)
{
    char csv[4096] = "parent,child\n";
    unsigned parent = choose_parent();
    bool is_new = parent == unit_count;
    bool pallet = is_new ? below(3) == 0 : units[parent].kind == ASSAY_UNIT_PALLET;
    unsigned count = 1 + below(pallet ? 4 : HOLDS);
    struct unit made = units[parent];
    bool allowed = is_new || made.state == ASSAY_UNIT_OPEN;
    bool runs = below(2) == 0;
    unsigned next = below(BATCHES * ITEMS);
    if (unit_count + 1 >= UNITS || (pallet && unit_count == 0)) {
        return;
    }
    made.kind = pallet ? ASSAY_UNIT_PALLET : ASSAY_UNIT_CARTON;
    made.count = count;
    for (unsigned i = 0; i < count; i++) {
        char mine[ASSAY_SSCC_SIZE];
        char child[ASSAY_SSCC_SIZE];
        unsigned drawn = pallet ? below(unit_count)
                         : runs ? (next + i) % (BATCHES * ITEMS)
                                : below(BATCHES * ITEMS);
        for (unsigned k = 0; k < i; k++) {
            allowed = allowed && made.holds[k] != drawn;
        }
        made.holds[i] = drawn;
        assay_sscc_format(made.sscc, mine);
        if (pallet) {
            const struct unit *carton = &units[drawn];
            allowed = allowed && carton->kind == ASSAY_UNIT_CARTON && carton->parent == 0 &&
                      carton->state == ASSAY_UNIT_PACKED && carton->sscc != made.sscc;
            sscc_text(drawn, child);
        } else {
            allowed = allowed && where[drawn] == 0 && !voided[drawn];
        }
        size_t at = strlen(csv);
        snprintf(csv + at, sizeof csv - at, "%s,%s\n", mine, pallet ? child : codes[drawn]);
    }
    json_t *params = json_pack("{s:s}", "csv", csv);
    json_t *result = NULL;
    enum assay_error error = run_json("carton.import", params, &result);
    json_decref(params);
    if ((error == ASSAY_OK) != allowed) {
        fail_msg("import is %s: %s\n%s", allowed ? "refused" : "taken", reason.text, csv);
    }
    refusals += !allowed;
    imports += allowed;
    if (allowed) {
        json_decref(result);
        made.state = ASSAY_UNIT_PACKED;
        units[parent] = made;
        unit_count += is_new;
        for (unsigned i = 0; i < count; i++) {
            if (pallet) {
                units[made.holds[i]].parent = parent + 1;
            } else {
                where[made.holds[i]] = parent + 1;
            }
        }
    }
}

static void move_one(void)
{
    static const char *const commands[] = {"carton.ship", "carton.void", "carton.unpack"};
    char sscc[ASSAY_SSCC_SIZE];
    char params[96];
    json_t *result = NULL;
    if (unit_count == 0) {
        return;
    }
    unsigned unit = below(unit_count);
    /* Voids end an item for good: few of them. */
    enum assay_carton_move move = below(12) == 0  ? ASSAY_CARTON_VOID
                                  : below(2) == 0 ? ASSAY_CARTON_SHIP
                                                  : ASSAY_CARTON_UNPACK;
    sscc_text(unit, sscc);
    snprintf(params, sizeof params, "{\"sscc\":\"%s\"%s}", sscc,
             move == ASSAY_CARTON_VOID ? ",\"reason\":\"wet\"" : "");
    bool allowed = may_move(&units[unit], move);
    enum assay_error error = run(commands[move], params, &result);
    if ((error == ASSAY_OK) != allowed) {
        fail_msg("%s %s: %s", commands[move], params, reason.text);
    }
    refusals += !allowed;
    json_decref(result);
    if (allowed) {
        move_plain(&units[unit], move);
    }
}

/* -- comparing -- */

static void compare_items(const struct assay_unit_table *table)
{
    unsigned packed[BATCHES] = {0};
    unsigned shipped[BATCHES] = {0};
    for (unsigned item = 0; item < BATCHES * ITEMS; item++) {
        struct assay_unit_block block;
        struct assay_unit found;
        unsigned batch = item / ITEMS;
        unsigned index = item % ITEMS;
        assert_int_equal(assay_unit_block_get(table, handle_numbers[batch],
                                              index / ASSAY_UNIT_BLOCK_ITEMS, &block),
                         ASSAY_OK);
        uint32_t number = block.number[index % ASSAY_UNIT_BLOCK_ITEMS];
        assert_int_equal(number != 0, where[item] != 0);
        if (number != 0) {
            assert_int_equal(assay_unit_get(table, number, &found), ASSAY_OK);
            assert_true(found.sscc == units[where[item] - 1].sscc);
            packed[batch]++;
            shipped[batch] += units[where[item] - 1].shipped;
        }
    }
    for (unsigned batch = 0; batch < BATCHES; batch++) {
        struct assay_unit_counts counts;
        assert_int_equal(assay_unit_counts_get(table, handle_numbers[batch], &counts), ASSAY_OK);
        assert_int_equal(counts.packed, packed[batch]);
        assert_int_equal(counts.shipped, shipped[batch]);
    }
}

static void compare(void)
{
    struct assay_unit_table table;
    assert_int_equal(assay_store_cartons_begin(world.session, &table), ASSAY_OK);
    for (unsigned i = 0; i < unit_count; i++) {
        struct assay_unit found;
        assert_int_equal(assay_unit_find(&table, units[i].sscc, &found), ASSAY_OK);
        assert_int_equal(found.kind, units[i].kind);
        assert_int_equal(found.state, units[i].state);
        assert_int_equal(found.shipped != 0, units[i].shipped);
        assert_int_equal(found.count, units[i].count);
        assert_int_equal(found.parent != 0, units[i].parent != 0);
    }
    compare_items(&table);
    assay_store_cartons_end(world.session);
    for (unsigned batch = 0; batch < BATCHES; batch++) {
        struct assay_batch now;
        assert_int_equal(assay_store_batch(world.session, handle_numbers[batch], &now), ASSAY_OK);
        for (unsigned i = 0; i < ITEMS; i++) {
            assert_int_equal(assay_range_set_has(&now.voided, i), voided[batch * ITEMS + i]);
        }
        assay_batch_deinit(&now);
    }
}

static void check_directory(void)
{
    const struct assay_check_options options = {.dir = world.dir};
    struct assay_check_report report;
    enum assay_error error = assay_check_run(&options, &report, &reason);
    if (error != ASSAY_OK) {
        fail_msg("check: %s", reason.text);
    }
}

static void make_codes(void)
{
    product();
    for (unsigned batch_number = 0; batch_number < BATCHES; batch_number++) {
        struct assay_batch_keys batch_keys;
        struct assay_code_cipher *cipher = NULL;
        batch("600", handles[batch_number]);
        assert_int_equal(assay_handle_parse(handles[batch_number], &handle_numbers[batch_number]),
                         ASSAY_OK);
        assay_keyring_batch_keys(keys.keyring, 1, handle_numbers[batch_number], &batch_keys);
        assert_int_equal(assay_code_cipher_create(&batch_keys, NULL, &cipher), ASSAY_OK);
        const struct assay_code_range range = {handle_numbers[batch_number], 0, ITEMS,
                                               ASSAY_CODE_VERSION_C1};
        assay_code_make(cipher, &range, &codes[batch_number * ITEMS]);
        assay_code_cipher_destroy(cipher);
    }
    done_quietly("brand.set", "{\"gs1_prefix\":\"6901234\"}");
}

static void the_office_packs_as_a_plain_list_does(void **state)
{
    (void)state;
    const char *given = getenv("ASSAY_SEED");
    seed = given != NULL ? strtoull(given, NULL, 0) : (uint64_t)time(NULL);
    print_message("ASSAY_SEED=%llu\n", (unsigned long long)seed);
    make_codes();
    for (unsigned step = 0; step < STEPS; step++) {
        unsigned what = below(100);
        if (what < 12) {
            make_empty();
        } else if (what < 60) {
            import_one();
        } else if (what < 97) {
            move_one();
        } else if (what < 98) {
            done_quietly("brand.set", below(2) == 0 ? "{\"gs1_prefix\":\"6901234\"}"
                                                    : "{\"gs1_prefix\":\"7777777\"}");
        } else if (what < 99) {
            assert_int_equal(assay_store_checkpoint(world.store), ASSAY_OK);
        } else {
            world_close(&world);
            world_open(&world);
        }
        if (step % 100 == 99) {
            compare();
        }
    }
    assert_true(refusals > STEPS / 20);
    assert_true(imports > STEPS / 20);
    compare();
    world_close(&world);
    check_directory();
    assert_int_equal(assay_store_rebuild(world.dir, &reason), ASSAY_OK);
    check_directory();
    world_open(&world);
    compare();
}

static int keys_up(void **state)
{
    (void)state;
    key_support_init(&keys);
    return 0;
}

static int keys_down(void **state)
{
    (void)state;
    key_support_deinit(&keys);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_office_packs_as_a_plain_list_does, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, keys_up, keys_down);
}
