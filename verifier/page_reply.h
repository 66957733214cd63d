// SPDX-License-Identifier: Apache-2.0
/* Sends a rendered page with the headers that belong to it. threads: the request's loop. */
#ifndef ASSAY_VERIFIER_PAGE_REPLY_H
#define ASSAY_VERIFIER_PAGE_REPLY_H

#include "verifier/pages/page.h"
#include "verifier/scan_body.h"
#include "verifier/service.h"

/* "/" and a code of up to 64 bytes, and NUL. */
#define ASSAY_PAGE_PATH_SIZE (ASSAY_LINK_CODE_SIZE + 1)

/** The part of a page that is the same for every one: language, brand, time, a fresh scan_id.
 *  scan_id: room for it, as long as the page is used. */
void assay_page_begin(struct assay_page *page, h2o_req_t *request,
                      char scan_id[2 * ASSAY_SCAN_ID_LEN + 1]);

/** Render and send; never stored by anybody. */
void assay_page_send(h2o_req_t *request, int status, const struct assay_page *page);

/** Send HTML that was rendered (taken over), with a page's headers. */
void assay_page_send_html(h2o_req_t *request, int status, char *html, size_t len);

/** Says in a page that the buyer must wait: 429 or 503, with Retry-After. code: the page's, or "". */
void assay_page_send_wait(h2o_req_t *request, int status, const char *code,
                          uint32_t retry_after_ms);

#endif
