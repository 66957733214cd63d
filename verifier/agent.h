// SPDX-License-Identifier: Apache-2.0
/* Who calls itself what: programs that open links without a person, by their User-Agent. A browser
 * within an app (WeChat, Line, Facebook) is a person's. */
#ifndef ASSAY_VERIFIER_AGENT_H
#define ASSAY_VERIFIER_AGENT_H

#include <stddef.h>

#include "core/origin.h"

/** ASSAY_CHANNEL_PREVIEW for what messengers and networks fetch links with, ASSAY_CHANNEL_BOT for
 *  crawlers, else ASSAY_CHANNEL_WEB. Looks at the first 512 bytes. threads: any. allocates: no. */
enum assay_channel assay_agent_channel(const char *agent, size_t len);

#endif
