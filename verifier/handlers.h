// SPDX-License-Identifier: Apache-2.0
/* The handlers whose calls wait; each hands a job to the workers. h2o's on_req: 0 = answered or
 * will be. threads: the request's loop. */
#ifndef ASSAY_VERIFIER_HANDLERS_H
#define ASSAY_VERIFIER_HANDLERS_H

#include "verifier/service.h"

/** POST /v1/warranties: register an item from a receipt. */
int assay_warranty_register(h2o_handler_t *handler, h2o_req_t *request);

/** POST /v1/warranties/find: an item's warranty, by code and phone. */
int assay_warranty_find(h2o_handler_t *handler, h2o_req_t *request);

/** POST /v1/reports: a buyer reports a suspected fake. */
int assay_report_take(h2o_handler_t *handler, h2o_req_t *request);

/** POST /v1/office/NAME/VERB with a Bearer token. */
int assay_office_over_http(h2o_handler_t *handler, h2o_req_t *request);

/** POST /v1/office/NAME/VERB on admin.sock; who = SO_PEERCRED, all scopes. */
int assay_office_over_socket(h2o_handler_t *handler, h2o_req_t *request);

#endif
