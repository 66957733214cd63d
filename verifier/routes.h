// SPDX-License-Identifier: Apache-2.0
/* From a path and a method to a handler: one table a listener, looked through in order. */
#ifndef ASSAY_VERIFIER_ROUTES_H
#define ASSAY_VERIFIER_ROUTES_H

#include "verifier/service.h"

/* A browser's request from another site is refused (403), by Sec-Fetch-Site, else by Origin. */
#define ASSAY_ROUTE_SAME_SITE 1u

/** One row. All texts are static. */
struct assay_route {
    const char *name;   /* in the access log */
    const char *method; /* "GET" serves HEAD too; a path that fits with another method gives 405 */
    const char *path;   /* without query; exact, or with a final '*' every path that begins so */
    unsigned flags;     /* ASSAY_ROUTE_* */
    /* h2o's on_req: answers, or sees to it that somebody will; always 0. Runs on the request's
     * loop; must not block. */
    int (*handle)(h2o_handler_t *handler, h2o_req_t *request);
};

/** Serve a table under a host of an h2o configuration; what fits no row gets 404.
 *  routes: static, `count` rows. At start only. */
void assay_routes_register(h2o_hostconf_t *host, const struct assay_route *routes, size_t count);

/** The row that serves a path and method, or NULL; *allowed: out, the method that the path would
 *  have been served with, or NULL. threads: any. allocates: no. */
const struct assay_route *assay_routes_find(const struct assay_route *routes, size_t count,
                                            h2o_iovec_t path, h2o_iovec_t method,
                                            const char **allowed);

#endif
