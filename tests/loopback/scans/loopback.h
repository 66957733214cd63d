// SPDX-License-Identifier: Apache-2.0
/* The verifier's server on a loopback port of the system's choice, over a store double, and a
 * client that speaks plain sockets. Every failure of the set-up ends the test program. */
#ifndef ASSAY_TESTS_LOOPBACK_H
#define ASSAY_TESTS_LOOPBACK_H

#include "core/offline.h"
#include "tests/loopback/scans/fake_store.h"
#include "verifier/config.h"
#include "verifier/server.h"

struct loopback {
    char dir[64];
    struct assay_config config;
    struct assay_store store;
    struct assay_service service;
    struct assay_geo *geo;
    struct assay_keyring *keyring;
    struct assay_server *server;
    unsigned port;
    unsigned ops_port;
};

/** An answer; body and head are NUL-terminated. */
struct answer {
    int status; /* 0: the connection was closed without one */
    size_t body_len;
    char head[8192];
    char body[65536];
};

/** Keys, settings at their defaults, a store; change them before start. Keys are made once. */
void loopback_init(struct loopback *loopback);
/** Start serving with one thread. */
void loopback_start(struct loopback *loopback);
/** Drain; everything must have been answered. */
void loopback_stop(struct loopback *loopback);
/** Remove what init made; once, at the end. */
void loopback_remove_keys(void);

/** Canonical code of an item of a batch. */
void loopback_code(struct loopback *loopback, uint32_t handle, uint32_t index,
                   char code[ASSAY_CODE_SIZE]);
/** The signature of a code of FAKE_HANDLE_OFFLINE. */
void loopback_sign(struct loopback *loopback, const char *code, char sig[ASSAY_OFFLINE_TEXT_SIZE]);
/** Its PIN; of a batch that has them. */
void loopback_pin(struct loopback *loopback, uint32_t index, char pin[ASSAY_PIN_SIZE]);
/** Signatures verified so far. */
uint64_t loopback_signatures(const struct loopback *loopback);
/** CMACs run by the loop's thread so far. */
uint64_t loopback_cmacs(struct loopback *loopback);

/** A connected socket with a receive timeout of five seconds. */
int client_open(unsigned port);
/** Send all, as far as the other side takes it. */
void client_send(int fd, const char *data, size_t len);
/** Read one answer with Content-Length. */
void client_read(int fd, struct answer *answer);
/** True if the other side has closed, waiting at most wait_ms. */
bool client_is_closed(int fd, int wait_ms);

/** One request on a connection of its own. headers: each with CRLF; body: or NULL. */
void ask(unsigned port, const char *line, const char *headers, const char *body,
         struct answer *answer);
/** POST a scan of a code with a JSON body, or none. */
void ask_scan(struct loopback *loopback, const char *code, const char *json, struct answer *answer);

#endif
