// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "verifier/admin_socket.h"

/* A fresh folder, its path longer than sun_path. */
static char dir[300];

static int set_up(void **state)
{
    (void)state;
    char base[] = "/tmp/assay-admin-XXXXXX";
    assert_non_null(mkdtemp(base));
    snprintf(dir, sizeof dir, "%s/%0200d", base, 1);
    return mkdir(dir, 0700);
}

static int tear_down(void **state)
{
    (void)state;
    if (rmdir(dir) != 0) {
        return -1;
    }
    *strrchr(dir, '/') = '\0';
    return rmdir(dir);
}

static int connect_there(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "admin.sock"};
    assert_int_equal(chdir(dir), 0);
    int failed = connect(fd, (const struct sockaddr *)&address, sizeof address);
    assert_int_equal(chdir("/"), 0);
    if (failed != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static void a_folder_that_is_not_there(void **state)
{
    (void)state;
    int fd = -5;
    struct assay_reason reason;
    assert_int_equal(assay_admin_socket_open("/no/such", &fd, &reason), ASSAY_E_IO);
    assert_int_equal(fd, -5);
    assert_non_null(strstr(reason.text, "/no/such"));
}

static void something_else_of_that_name(void **state)
{
    (void)state;
    char path[400];
    snprintf(path, sizeof path, "%s/admin.sock", dir);
    int file = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    assert_true(file >= 0);
    close(file);
    int fd = -5;
    struct assay_reason reason;
    assert_int_equal(assay_admin_socket_open(dir, &fd, &reason), ASSAY_E_EXISTS);
    assert_int_equal(access(path, F_OK), 0);
    assert_int_equal(unlink(path), 0);
}

static void a_stale_socket_is_replaced(void **state)
{
    (void)state;
    char path[400];
    int old, fd;
    struct assay_reason reason;
    snprintf(path, sizeof path, "%s/admin.sock", dir);
    assert_int_equal(assay_admin_socket_open(dir, &old, &reason), ASSAY_OK);
    close(old);
    assert_int_equal(connect_there(), -1);
    assert_int_equal(assay_admin_socket_open(dir, &fd, &reason), ASSAY_OK);
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    int client = connect_there();
    assert_true(client >= 0);
    int server = accept(fd, NULL, NULL);
    assert_true(server >= 0);
    char name[64];
    char wanted[64];
    snprintf(wanted, sizeof wanted, "uid %u", getuid());
    assert_int_equal(assay_admin_socket_peer(server, name, sizeof name), ASSAY_OK);
    assert_int_equal(strncmp(name, wanted, strlen(wanted)), 0);
    close(server);
    close(client);
    close(fd);
    assay_admin_socket_remove(dir);
    assert_int_not_equal(access(path, F_OK), 0);
    assay_admin_socket_remove(dir);
}

static void a_peer_of_another_kind(void **state)
{
    (void)state;
    int file = open("/dev/null", O_RDONLY | O_CLOEXEC);
    char name[8] = "kept";
    assert_int_equal(assay_admin_socket_peer(file, name, sizeof name), ASSAY_E_IO);
    assert_string_equal(name, "kept");
    close(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_folder_that_is_not_there),
        cmocka_unit_test(something_else_of_that_name),
        cmocka_unit_test(a_stale_socket_is_replaced),
        cmocka_unit_test(a_peer_of_another_kind),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
