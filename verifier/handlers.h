// SPDX-License-Identifier: Apache-2.0
/* Every handler, as h2o's on_req: 0 = answered or will be. threads: the request's loop. */
#ifndef ASSAY_VERIFIER_HANDLERS_H
#define ASSAY_VERIFIER_HANDLERS_H

#include "verifier/group.h"

/** POST /v1/codes/CODE/scans: a scan, answered when its group is on disk. */
int assay_scan_post(h2o_handler_t *handler, h2o_req_t *request);

/** Answers a scan of a committed group; what assay_group_create is given. */
void assay_scan_answer(struct assay_loop *loop, const struct assay_group_scan *scan);

/** GET of a label's URL: the page; records nothing. */
int assay_page_get(h2o_handler_t *handler, h2o_req_t *request);

/** GET /00/SSCC: what a carton or pallet should hold; more of it with a Bearer token or a
 *  session. */
int assay_carton_get(h2o_handler_t *handler, h2o_req_t *request);

/** GET /audit/login: the page on which inspectors and auditors log in or out. */
int assay_login_get(h2o_handler_t *handler, h2o_req_t *request);

/** POST /audit/login: a token becomes a session (verifier/visitor.h). */
int assay_login_post(h2o_handler_t *handler, h2o_req_t *request);

/** POST /audit/logout: the session ends. */
int assay_logout_post(h2o_handler_t *handler, h2o_req_t *request);

/** GET /audit/: the dashboard, for who has logged in; others are led to the login. */
int assay_dashboard_get(h2o_handler_t *handler, h2o_req_t *request);

/** GET /assets/NAME: what the pages need. */
int assay_asset_get(h2o_handler_t *handler, h2o_req_t *request);

/** GET /healthz: the loop turns. */
int assay_ops_health(h2o_handler_t *handler, h2o_req_t *request);

/** GET /readyz: scans would be taken; else 503 with the reason. */
int assay_ops_ready(h2o_handler_t *handler, h2o_req_t *request);

/** GET /metrics: Prometheus text. */
int assay_ops_metrics(h2o_handler_t *handler, h2o_req_t *request);

/** GET /.well-known/assay-keys.json: the signed list of keys of offline labels. */
int assay_keys_get(h2o_handler_t *handler, h2o_req_t *request);

/* The calls that wait; each hands a job to the workers. */

/** POST /v1/warranties: register an item from a receipt. */
int assay_warranty_register(h2o_handler_t *handler, h2o_req_t *request);

/** POST /v1/warranties/find: an item's warranty, by code and phone. */
int assay_warranty_find(h2o_handler_t *handler, h2o_req_t *request);

/** POST /v1/reports: a buyer reports a suspected fake. */
int assay_report_take(h2o_handler_t *handler, h2o_req_t *request);

/** GET /v1/office/audit/NAME: the dashboard's views, for a token or a session. */
int assay_audit_get(h2o_handler_t *handler, h2o_req_t *request);

/** GET /v1/office/audit/live: server-sent events of answers by verdict, once a second. */
int assay_live_get(h2o_handler_t *handler, h2o_req_t *request);

/** POST /v1/office/NAME/VERB with a Bearer token. */
int assay_office_over_http(h2o_handler_t *handler, h2o_req_t *request);

/** POST /v1/office/alert/state with a Bearer token, or from the dashboard's page. */
int assay_alert_state_post(h2o_handler_t *handler, h2o_req_t *request);

/** GET /v1/office/audit/geojson: the operator's own map. */
int assay_geojson_get(h2o_handler_t *handler, h2o_req_t *request);

/** POST /v1/office/NAME/VERB on admin.sock; who = SO_PEERCRED, all scopes. */
int assay_office_over_socket(h2o_handler_t *handler, h2o_req_t *request);

#endif
