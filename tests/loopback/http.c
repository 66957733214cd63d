// SPDX-License-Identifier: Apache-2.0
#include "tests/loopback/http.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int connect_to(const void *address, socklen_t len, int family)
{
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, address, len) != 0) {
        perror("connect");
        abort();
    }
    return fd;
}

int http_connect(uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return connect_to(&address, sizeof address, AF_INET);
}

int http_connect_unix(const char *dir, const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s/%s", dir, name);
    return connect_to(&address, sizeof address, AF_UNIX);
}

static void send_all(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t sent = send(fd, data, len, MSG_NOSIGNAL);
        if (sent <= 0) {
            return; /* refused in the middle: the answer says so */
        }
        data += sent;
        len -= (size_t)sent;
    }
}

void http_send(int fd, const char *path, const char *headers, const char *body)
{
    char head[2048];
    int len = snprintf(head, sizeof head,
                       "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n%s"
                       "Content-Length: %zu\r\n\r\n",
                       path, headers, strlen(body));
    send_all(fd, head, (size_t)len);
    send_all(fd, body, strlen(body));
}

void http_read(int fd, struct http_answer *answer)
{
    size_t len = 0;
    ssize_t got;
    while (len < HTTP_ROOM - 1 && (got = read(fd, answer->text + len, HTTP_ROOM - 1 - len)) > 0) {
        len += (size_t)got;
    }
    close(fd);
    answer->text[len] = '\0';
    answer->status = 0;
    answer->body = answer->text + len;
    char *end = strstr(answer->text, "\r\n\r\n");
    if (end != NULL && strncmp(answer->text, "HTTP/1.1 ", 9) == 0) {
        answer->status = (int)strtol(answer->text + 9, NULL, 10);
        answer->body = end + 4;
    }
}

void http_post(uint16_t port, const char *path, const char *headers, const char *body,
               struct http_answer *answer)
{
    int fd = http_connect(port);
    http_send(fd, path, headers, body);
    http_read(fd, answer);
}

const char *http_header(const struct http_answer *answer, const char *name)
{
    static char value[512];
    size_t len = strlen(name);
    for (const char *line = strstr(answer->text, "\r\n");
         line != NULL && line + 2 < answer->body - 2; line = strstr(line + 2, "\r\n")) {
        if (strncasecmp(line + 2, name, len) == 0 && line[2 + len] == ':') {
            snprintf(value, sizeof value, "%.*s", (int)strcspn(line + 4 + len, "\r"),
                     line + 4 + len);
            return value;
        }
    }
    return NULL;
}
