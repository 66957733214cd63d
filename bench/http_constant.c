// SPDX-License-Identifier: Apache-2.0
/* The bare loop: the verifier's own server with a handler that answers a constant. What scans are
 * measured against.
 *
 * usage: bench_http_constant HOST:PORT THREADS BODY_BYTES
 */
#include <stdio.h>
#include <stdlib.h>

#include "core/limits.h"
#include "verifier/reply.h"
#include "verifier/server.h"

static h2o_iovec_t constant;

static int on_request(h2o_handler_t *handler, h2o_req_t *request)
{
    (void)handler;
    assay_reply_send(request, 200, h2o_iovec_init(H2O_STRLIT("application/json")), constant);
    return 0;
}

static void add_routes(h2o_hostconf_t *host)
{
    h2o_create_handler(&host->fallback_path, sizeof(h2o_handler_t))->on_req = on_request;
}

static void make_constant(size_t len)
{
    constant = h2o_iovec_init(h2o_mem_alloc(len), len);
    memset(constant.base, 'x', len);
    constant.base[0] = '"';
    constant.base[len - 1] = '"';
}

int main(int argc, char **argv)
{
    struct assay_reason reason;
    static const struct assay_server_hooks hooks = {.public_routes = add_routes};
    struct assay_server_options options = {
        .admin_fd = -1,
        .connections_total = ASSAY_CONNECTIONS_MAX,
        .connections_per_address = ASSAY_CONNECTIONS_PER_ADDRESS_MAX,
        .request_ms = ASSAY_REQUEST_DEADLINE_MS,
        .drain_ms = 1000,
        .hooks = &hooks,
    };
    if (argc != 4 || assay_endpoint_parse(argv[1], &options.listen, &reason) != ASSAY_OK) {
        fprintf(stderr, "usage: bench_http_constant HOST:PORT THREADS BODY_BYTES\n");
        return 2;
    }
    options.threads = (unsigned)strtoul(argv[2], NULL, 10);
    size_t len = strtoul(argv[3], NULL, 10);
    if (options.threads < 1 || options.threads > ASSAY_LOOPS_MAX || len < 2 || len > 1000000) {
        fprintf(stderr, "bench_http_constant: THREADS 1..%d, BODY_BYTES 2..1000000\n",
                ASSAY_LOOPS_MAX);
        return 2;
    }
    make_constant(len);
    struct assay_server *server;
    if (assay_server_start(&options, NULL, &server, &reason) != ASSAY_OK) {
        fprintf(stderr, "bench_http_constant: %s\n", reason.text);
        return 1;
    }
    assay_server_wait(server);
    bool clean = assay_server_stop(server);
    free(constant.base);
    return clean ? 0 : 1;
}
