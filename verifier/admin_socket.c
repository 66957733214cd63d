// SPDX-License-Identifier: Apache-2.0
/* The socket's address is /proc/self/fd/N/admin.sock with N open on the data directory, so the
 * length of DIR does not matter (sun_path, unix(7)). */
#include "verifier/admin_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define SOCKET_NAME "admin.sock"
#define BACKLOG 64

static void close_fd(int *fd)
{
    if (*fd >= 0) {
        close(*fd);
    }
}

static enum assay_error fail(struct assay_reason *reason, const char *dir, const char *what)
{
    return assay_fail(reason, ASSAY_E_IO, "%s/" SOCKET_NAME ": %s: %s", dir, what, strerror(errno));
}

/* Remove the socket of a verifier that ended without doing so. */
static enum assay_error remove_stale(int dir_fd, const char *dir, struct assay_reason *reason)
{
    struct stat status;
    if (fstatat(dir_fd, SOCKET_NAME, &status, AT_SYMLINK_NOFOLLOW) != 0) {
        return errno == ENOENT ? ASSAY_OK : fail(reason, dir, "cannot look at it");
    }
    if (!S_ISSOCK(status.st_mode)) {
        return assay_fail(reason, ASSAY_E_EXISTS,
                          "%s/" SOCKET_NAME " is not a socket; move it away", dir);
    }
    if (unlinkat(dir_fd, SOCKET_NAME, 0) != 0) {
        return fail(reason, dir, "cannot remove the stale socket");
    }
    return ASSAY_OK;
}

static int bind_and_listen(int socket_fd, int dir_fd)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/" SOCKET_NAME, dir_fd);
    /* The mode of the inode comes from the socket's own, so it is never wider than 0600. */
    if (fchmod(socket_fd, S_IRUSR | S_IWUSR) != 0 ||
        bind(socket_fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        return -1;
    }
    if (fchmodat(dir_fd, SOCKET_NAME, S_IRUSR | S_IWUSR, 0) != 0) {
        return -1;
    }
    return listen(socket_fd, BACKLOG);
}

enum assay_error assay_admin_socket_open(const char *dir, int *fd, struct assay_reason *reason)
{
    ASSAY_CLEANUP(close_fd) int dir_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (dir_fd < 0) {
        return fail(reason, dir, "cannot open the data directory");
    }
    enum assay_error error = remove_stale(dir_fd, dir, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    int socket_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (socket_fd < 0) {
        return fail(reason, dir, "cannot make a socket");
    }
    if (bind_and_listen(socket_fd, dir_fd) != 0) {
        error = fail(reason, dir, "cannot listen");
        close(socket_fd);
        return error;
    }
    *fd = socket_fd;
    return ASSAY_OK;
}

void assay_admin_socket_remove(const char *dir)
{
    ASSAY_CLEANUP(close_fd) int dir_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (dir_fd >= 0) {
        /* Nothing to do about a failure: the next start removes it. */
        (void)unlinkat(dir_fd, SOCKET_NAME, 0);
    }
}

enum assay_error assay_admin_socket_peer(int fd, char *name, size_t size_bytes)
{
    struct ucred credentials;
    socklen_t len = sizeof credentials;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &len) != 0) {
        return ASSAY_E_IO;
    }
    struct passwd entry;
    struct passwd *found = NULL;
    char room[4096];
    if (getpwuid_r(credentials.uid, &entry, room, sizeof room, &found) == 0 && found != NULL) {
        snprintf(name, size_bytes, "uid %u (%s)", credentials.uid, entry.pw_name);
    } else {
        snprintf(name, size_bytes, "uid %u", credentials.uid);
    }
    return ASSAY_OK;
}
