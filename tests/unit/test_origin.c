// SPDX-License-Identifier: Apache-2.0
#include "core/origin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static void unknown_names_are_refused_and_leave_the_value(void **state)
{
    (void)state;
    enum assay_net net = ASSAY_NET_ANON;
    enum assay_channel channel = ASSAY_CHANNEL_BOT;
    assert_int_equal(assay_net_parse("Fixed", &net), ASSAY_E_FIELD);
    assert_int_equal(assay_net_parse("hosting ", &net), ASSAY_E_FIELD);
    assert_int_equal(assay_channel_parse("", &channel), ASSAY_E_FIELD);
    assert_int_equal(assay_channel_parse("we", &channel), ASSAY_E_FIELD);
    assert_int_equal(net, ASSAY_NET_ANON);
    assert_int_equal(channel, ASSAY_CHANNEL_BOT);
}

static void every_name_is_read_back(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ASSAY_NETS; i++) {
        enum assay_net net = ASSAY_NETS;
        assert_int_equal(assay_net_parse(assay_net_name((enum assay_net)i), &net), ASSAY_OK);
        assert_int_equal(net, i);
    }
    for (unsigned i = 0; i < ASSAY_CHANNELS; i++) {
        enum assay_channel channel = ASSAY_CHANNELS;
        const char *name = assay_channel_name((enum assay_channel)i);
        assert_int_equal(assay_channel_parse(name, &channel), ASSAY_OK);
        assert_int_equal(channel, i);
    }
    assert_string_equal(assay_left_out_name(ASSAY_COUNTED), "");
    assert_string_equal(assay_left_out_name(ASSAY_LEFT_OUT_PREVIEW), "preview");
    assert_string_equal(assay_left_out_name(ASSAY_LEFT_OUT_BOT), "bot");
    assert_string_equal(assay_left_out_name(ASSAY_LEFT_OUT_HOSTING), "hosting");
}

static void previews_bots_and_hosting_do_not_count(void **state)
{
    (void)state;
    for (unsigned channel = 0; channel < ASSAY_CHANNELS; channel++) {
        for (unsigned net = 0; net < ASSAY_NETS; net++) {
            enum assay_left_out wanted = channel == ASSAY_CHANNEL_PREVIEW ? ASSAY_LEFT_OUT_PREVIEW
                                         : channel == ASSAY_CHANNEL_BOT   ? ASSAY_LEFT_OUT_BOT
                                         : net == ASSAY_NET_HOSTING       ? ASSAY_LEFT_OUT_HOSTING
                                                                          : ASSAY_COUNTED;
            assert_int_equal(assay_left_out_of((enum assay_channel)channel, (enum assay_net)net),
                             wanted);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unknown_names_are_refused_and_leave_the_value),
        cmocka_unit_test(every_name_is_read_back),
        cmocka_unit_test(previews_bots_and_hosting_do_not_count),
    };
    return cmocka_run_group_tests_name("origin", tests, NULL, NULL);
}
