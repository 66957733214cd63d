// SPDX-License-Identifier: Apache-2.0
/* Through what network and by what program a scan came, from the request to the store. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/loopback/scans/loopback.h"
#include "verifier/geo.h"

static struct loopback server;
static struct answer answer;
static char list[] = "/tmp/assay-nets-XXXXXX";

/* Clients on loopback come from a data centre. */
static int start(void **state)
{
    (void)state;
    loopback_init(&server);
    int fd = mkstemp(list);
    if (fd < 0 || write(fd, "127.0.0.0/8\n", 12) != 12 || close(fd) != 0) {
        return -1;
    }
    assay_geo_close(server.service.geo);
    const struct assay_geo_paths paths = {.nets = {.hosting = list}};
    if (assay_geo_open(&paths, &server.service.geo, NULL) != ASSAY_OK) {
        return -1;
    }
    loopback_start(&server);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    loopback_stop(&server);
    return unlink(list);
}

static const struct assay_scan_request *post(const char *agent, const char *body)
{
    static uint32_t index;
    char code[ASSAY_CODE_SIZE];
    char line[128];
    char headers[512];
    loopback_code(&server, FAKE_HANDLE, ++index, code);
    snprintf(line, sizeof line, "POST /v1/codes/%s/scans", code);
    snprintf(headers, sizeof headers, "%s%s%sContent-Type: application/json\r\n",
             agent != NULL ? "User-Agent: " : "", agent != NULL ? agent : "",
             agent != NULL ? "\r\n" : "");
    ask(server.port, line, headers, body, &answer);
    assert_int_equal(answer.status, 200);
    return &server.store.last;
}

static void the_network_reaches_the_store(void **state)
{
    (void)state;
    assert_int_equal(post(NULL, "{}")->net, ASSAY_NET_HOSTING);
    assert_int_equal(server.store.last.channel, ASSAY_CHANNEL_WEB);
}

static void the_program_reaches_the_store(void **state)
{
    (void)state;
    assert_int_equal(post("Mozilla/5.0 (iPhone) MicroMessenger/8.0", "{}")->channel,
                     ASSAY_CHANNEL_WEB);
    assert_int_equal(post("WhatsApp/2.23.20.0 A", "{}")->channel, ASSAY_CHANNEL_PREVIEW);
    assert_int_equal(post("Mozilla/5.0 (compatible; Googlebot/2.1)", "{}")->channel,
                     ASSAY_CHANNEL_BOT);
    assert_int_equal(post("", "{}")->channel, ASSAY_CHANNEL_WEB);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_network_reaches_the_store),
        cmocka_unit_test(the_program_reaches_the_store),
    };
    int failed = cmocka_run_group_tests_name("origin", tests, start, stop);
    loopback_remove_keys();
    return failed;
}
