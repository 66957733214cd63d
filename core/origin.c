// SPDX-License-Identifier: Apache-2.0
#include "core/origin.h"

#include <string.h>

/* They stand in ledgers (docs/FORMAT.md, section 4.2). */
_Static_assert(ASSAY_CHANNEL_REPLAY == 3, "stored channel number");
_Static_assert(ASSAY_CHANNEL_BOT == 5, "stored channel number");
_Static_assert(ASSAY_NET_ANON == 4, "stored number of a network");
_Static_assert(ASSAY_LEFT_OUT_HOSTING == 3, "stored reason for not counting");

static const char *const channels[ASSAY_CHANNELS] = {"web",    "wechat",  "api",
                                                     "replay", "preview", "bot"};
static const char *const nets[ASSAY_NETS] = {"", "fixed", "mobile", "hosting", "anon"};
static const char *const left_outs[ASSAY_LEFT_OUTS] = {"", "preview", "bot", "hosting"};

enum assay_left_out assay_left_out_of(enum assay_channel channel, enum assay_net net)
{
    return channel == ASSAY_CHANNEL_PREVIEW ? ASSAY_LEFT_OUT_PREVIEW
           : channel == ASSAY_CHANNEL_BOT   ? ASSAY_LEFT_OUT_BOT
           : net == ASSAY_NET_HOSTING       ? ASSAY_LEFT_OUT_HOSTING
                                            : ASSAY_COUNTED;
}

const char *assay_channel_name(enum assay_channel channel)
{
    assay_assert((unsigned)channel < ASSAY_CHANNELS);
    return channels[channel];
}

const char *assay_net_name(enum assay_net net)
{
    assay_assert((unsigned)net < ASSAY_NETS);
    return nets[net];
}

const char *assay_left_out_name(enum assay_left_out left_out)
{
    assay_assert((unsigned)left_out < ASSAY_LEFT_OUTS);
    return left_outs[left_out];
}

/* Index of a name, or count. */
static unsigned find(const char *const *names, unsigned count, const char *name)
{
    unsigned at = 0;
    while (at < count && strcmp(names[at], name) != 0) {
        at++;
    }
    return at;
}

enum assay_error assay_channel_parse(const char *name, enum assay_channel *channel)
{
    unsigned at = find(channels, ASSAY_CHANNELS, name);
    if (at == ASSAY_CHANNELS) {
        return ASSAY_E_FIELD;
    }
    *channel = (enum assay_channel)at;
    return ASSAY_OK;
}

enum assay_error assay_net_parse(const char *name, enum assay_net *net)
{
    unsigned at = find(nets, ASSAY_NETS, name);
    if (at == ASSAY_NETS) {
        return ASSAY_E_FIELD;
    }
    *net = (enum assay_net)at;
    return ASSAY_OK;
}
