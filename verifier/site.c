// SPDX-License-Identifier: Apache-2.0
#include "verifier/site.h"

#include "verifier/handlers.h"
#include "verifier/routes.h"

/* Scans first: most requests are scans. The page comes last: every other path may be a code. */
static const struct assay_route public_routes[] = {
    {"scan", "POST", "/v1/codes/*", ASSAY_ROUTE_SAME_SITE, assay_scan_post},
    {"warranty", "POST", "/v1/warranties", ASSAY_ROUTE_SAME_SITE, assay_warranty_register},
    {"find", "POST", "/v1/warranties/find", ASSAY_ROUTE_SAME_SITE, assay_warranty_find},
    {"report", "POST", "/v1/reports", ASSAY_ROUTE_SAME_SITE, assay_report_take},
    {"live", "GET", "/v1/office/audit/live", 0, assay_live_get},
    {"geojson", "GET", "/v1/office/audit/geojson", 0, assay_geojson_get},
    {"audit", "GET", "/v1/office/audit/*", 0, assay_audit_get},
    {"alert", "POST", "/v1/office/alert/state", 0, assay_alert_state_post},
    {"office", "POST", "/v1/office/*", 0, assay_office_over_http},
    {"asset", "GET", "/assets/*", 0, assay_asset_get},
    {"keys", "GET", "/.well-known/assay-keys.json", 0, assay_keys_get},
    {"carton", "GET", "/00/*", 0, assay_carton_get},
    {"login", "GET", "/audit/login", 0, assay_login_get},
    {"login", "POST", "/audit/login", ASSAY_ROUTE_SAME_SITE, assay_login_post},
    {"logout", "POST", "/audit/logout", ASSAY_ROUTE_SAME_SITE, assay_logout_post},
    {"dashboard", "GET", "/audit", 0, assay_dashboard_get},
    {"dashboard", "GET", "/audit/*", 0, assay_dashboard_get},
    {"page", "GET", "/*", 0, assay_page_get},
};

static const struct assay_route ops_routes[] = {
    {"health", "GET", "/healthz", 0, assay_ops_health},
    {"ready", "GET", "/readyz", 0, assay_ops_ready},
    {"metrics", "GET", "/metrics", 0, assay_ops_metrics},
};

static const struct assay_route admin_routes[] = {
    {"admin", "POST", "/v1/office/*", 0, assay_office_over_socket},
};

void assay_site_public(h2o_hostconf_t *host)
{
    assay_routes_register(host, public_routes, ASSAY_COUNT_OF(public_routes));
}

void assay_site_ops(h2o_hostconf_t *host)
{
    assay_routes_register(host, ops_routes, ASSAY_COUNT_OF(ops_routes));
}

void assay_site_admin(h2o_hostconf_t *host)
{
    assay_routes_register(host, admin_routes, ASSAY_COUNT_OF(admin_routes));
}
