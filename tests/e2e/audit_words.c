// SPDX-License-Identifier: Apache-2.0
/* Prints every word that the core gives to the audit's views, "group.word" a line, for the test that
 * holds the dashboard's dictionary against them. */
#include <stdio.h>

#include "core/batch.h"
#include "core/office_command.h"
#include "core/origin.h"
#include "core/record_alert.h"
#include "core/risk.h"
#include "core/verdict.h"

#define COUNT 2u
#define STEPS 3

static void say(const char *group, const char *word)
{
    if (word[0] != '\0') {
        printf("%s.%s\n", group, word);
    }
}

/* What can be done to a batch, or to a half of it. */
static const struct {
    enum assay_batch_move move;
    struct assay_range range;
} acts[] = {
    {ASSAY_MOVE_ACTIVATE_UNREPORTED, {0, COUNT - 1}},
    {ASSAY_MOVE_ACTIVATE_UNREPORTED, {0, 0}},
    {ASSAY_MOVE_VOID, {0, COUNT - 1}},
    {ASSAY_MOVE_VOID, {0, 0}},
    {ASSAY_MOVE_RECALL, {0, COUNT - 1}},
    {ASSAY_MOVE_RECALL, {0, 0}},
    {ASSAY_MOVE_CLOSE, {0, COUNT - 1}},
};
#define ACTS (sizeof acts / sizeof *acts)

/* Every state that one, two or three acts lead to. */
static void say_batches(void)
{
    for (size_t all = 0; all < ACTS * ACTS * ACTS; all++) {
        struct assay_batch batch = {.handle = 1, .count = COUNT, .expires_on = ASSAY_DAY_NONE};
        say("batch", assay_batch_state_name(&batch));
        size_t left = all;
        for (int step = 0; step < STEPS; step++, left /= ACTS) {
            struct assay_reason reason;
            if (assay_batch_move(&batch, acts[left % ACTS].move, acts[left % ACTS].range, "a test",
                                 &reason) == ASSAY_OK) {
                say("batch", assay_batch_state_name(&batch));
            }
        }
        assay_batch_deinit(&batch);
    }
}

static void say_scans(void)
{
    for (unsigned i = 0; i < ASSAY_VERDICT_COUNT; i++) {
        say("verdict", assay_verdict_row((enum assay_verdict)i)->name);
    }
    for (unsigned i = 0; i < ASSAY_CHANNELS; i++) {
        say("channel", assay_channel_name((enum assay_channel)i));
    }
    for (unsigned i = 0; i < ASSAY_NETS; i++) {
        say("net", assay_net_name((enum assay_net)i));
    }
    for (unsigned i = 0; i < ASSAY_LEFT_OUTS; i++) {
        say("left_out", assay_left_out_name((enum assay_left_out)i));
    }
    for (unsigned i = 0; i <= ASSAY_SALE_VOID; i++) {
        say("sale", assay_office_sale_name((enum assay_item_sale)i));
    }
}

static void say_alerts(void)
{
    for (unsigned i = 0; i < ASSAY_RISK_LEVELS; i++) {
        say("level", assay_risk_level_name((enum assay_risk_level)i));
    }
    for (unsigned i = 0; i < ASSAY_RISK_REASONS; i++) {
        say("reason", assay_risk_reason_name((enum assay_risk_reason)(1u << i)));
    }
    for (unsigned i = 1; i < ASSAY_ALERT_KINDS; i++) {
        say("kind", assay_alert_kind_name((enum assay_alert_kind)i));
    }
    for (unsigned i = 0; i < ASSAY_ALERT_STATES; i++) {
        say("state", assay_alert_state_name((enum assay_alert_state)i));
    }
}

int main(void)
{
    say_batches();
    say_scans();
    say_alerts();
    return fflush(stdout) == 0 ? 0 : 1;
}
