// SPDX-License-Identifier: Apache-2.0
/* A client for tests: one request a connection, as text. */
#ifndef ASSAY_TESTS_HTTP_H
#define ASSAY_TESTS_HTTP_H

#include <stddef.h>
#include <stdint.h>

#define HTTP_ROOM 65536

struct http_answer {
    int status; /* 0: none came */
    char *body; /* within text */
    char text[HTTP_ROOM];
};

/** Connect to 127.0.0.1:port, or to the Unix socket `name` in the folder `dir`. Aborts on failure. */
int http_connect(uint16_t port);
int http_connect_unix(const char *dir, const char *name);

/** Send a POST with extra header lines (each with CRLF) and a body; do not wait. */
void http_send(int fd, const char *path, const char *headers, const char *body);

/** Read the answer up to the end of the connection, and close. */
void http_read(int fd, struct http_answer *answer);

/** Both, with a connection of its own. */
void http_post(uint16_t port, const char *path, const char *headers, const char *body,
               struct http_answer *answer);

/** Value of a header, or NULL; valid until the next call. name: in the case that h2o sends. */
const char *http_header(const struct http_answer *answer, const char *name);

#endif
