// SPDX-License-Identifier: Apache-2.0
/* Where a scan came from: by which channel, through what kind of network, and whether it counts.
 * The numbers stand in ledgers: a new one goes to the end. */
#ifndef ASSAY_CORE_ORIGIN_H
#define ASSAY_CORE_ORIGIN_H

#include "core/error.h"

enum assay_channel {
    ASSAY_CHANNEL_WEB,
    ASSAY_CHANNEL_WECHAT,
    ASSAY_CHANNEL_API,
    ASSAY_CHANNEL_REPLAY,
    ASSAY_CHANNEL_PREVIEW, /* a messenger that shows where a link leads */
    ASSAY_CHANNEL_BOT,     /* a crawler */
    ASSAY_CHANNELS
};

/** Kind of the network that an address belongs to. */
enum assay_net {
    ASSAY_NET_UNKNOWN,
    ASSAY_NET_FIXED,
    ASSAY_NET_MOBILE,  /* places are far off: one gateway serves provinces */
    ASSAY_NET_HOSTING, /* machines in data centres: no buyer sits there */
    ASSAY_NET_ANON,    /* VPN, relay, Tor: says nothing of the place */
    ASSAY_NETS
};

/** Why a scan is answered and recorded, but changes neither number nor first scan nor risk. */
enum assay_left_out {
    ASSAY_COUNTED,
    ASSAY_LEFT_OUT_PREVIEW,
    ASSAY_LEFT_OUT_BOT,
    ASSAY_LEFT_OUT_HOSTING,
    ASSAY_LEFT_OUTS
};

/** Does a scan of this origin count? A right PIN always does: ask only without one. Pure. */
enum assay_left_out assay_left_out_of(enum assay_channel channel, enum assay_net net);

/** Names for files and JSON: "web", "wechat", "api", "replay", "preview", "bot"; "" (not known),
 *  "fixed", "mobile", "hosting", "anon"; "" (counted), "preview", "bot", "hosting"; static. */
const char *assay_channel_name(enum assay_channel channel);
const char *assay_net_name(enum assay_net net);
const char *assay_left_out_name(enum assay_left_out left_out);

/** The number of a name. ASSAY_OK or ASSAY_E_FIELD. threads: any. */
ASSAY_MUST_CHECK enum assay_error assay_channel_parse(const char *name,
                                                      enum assay_channel *channel);
ASSAY_MUST_CHECK enum assay_error assay_net_parse(const char *name, enum assay_net *net);

#endif
