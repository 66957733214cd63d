// SPDX-License-Identifier: Apache-2.0
/* Load for the crash test: posts scans on many connections and writes what was asked and answered,
 * with monotonic times. A scan that got no answer (the server was killed) is posted again, with the
 * same scan_id, until it has one. SIGTERM: finish, then scan every item once more, then leave.
 *
 *   history_load PORT CONNECTIONS CODES HISTORY
 *
 *   CODES     a line "CODE PIN" for each item
 *   HISTORY   out, a line for each request, when it ended:
 *             serial item kind start_ns end_ns status verdict number at first_at
 *
 * serial names the scan: a repeated serial is a retry (same scan_id and device). kind: P plain,
 * R right PIN, W wrong PIN, F the last round. status 0: no answer; then the rest is "-".
 */
#include <arpa/inet.h>
#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "core/base.h"
#include "core/code.h"

#define CONNECTIONS_MAX 1024
#define ANSWER_BYTES_MAX 16384
#define RING 65536           /* answered scans that may be retried */
#define SCANS_OF_ITEM_MAX 12 /* retries are found among an item's last 16 scans */
#define WRONG_PINS_MAX 3     /* more would have to wait */
#define FANS 3               /* connections that want the same fresh item at once */
#define PAUSE_MS 20          /* before the next try to connect */
#define ANSWER_MS 20000      /* no answer for so long: the test has failed */

struct item {
    char code[ASSAY_CODE_SIZE];
    char pin[ASSAY_PIN_SIZE];
    uint8_t scans;
    uint8_t wrong_pins;
};

struct scan {
    uint64_t serial;
    uint32_t item;
    char kind;
};

struct connection {
    int socket; /* -1: closed */
    bool connecting;
    bool sent;
    bool pending; /* `scan` waits for its answer, or for a connection */
    struct scan scan;
    uint64_t start_ns;
    uint64_t wake_ns; /* not before */
    size_t filled;
    char answer[ANSWER_BYTES_MAX];
};

static volatile sig_atomic_t stopping;
static struct item *items;
static uint32_t item_count;
static uint32_t fresh;      /* counts FANS for each item */
static uint32_t final_next; /* of the last round */
static uint64_t serials;
static struct scan ring[RING];
static uint64_t ring_count;
static uint64_t random_state = 1;
static uint16_t port;
static int poll_set;
static FILE *history;

static void die(const char *what, const char *why)
{
    fprintf(stderr, "history_load: %s: %s\n", what, why);
    exit(1);
}

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static uint32_t below(uint32_t bound)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((random_state >> 33) % bound);
}

/* -- what to ask next -- */

static uint32_t items_used(void)
{
    return (fresh + FANS - 1) / FANS;
}

static struct scan new_scan(uint32_t item, char kind)
{
    items[item].scans++;
    return (struct scan){++serials, item, kind};
}

static bool next_fresh(struct scan *scan)
{
    if (fresh / FANS >= item_count) {
        return false;
    }
    *scan = new_scan(fresh++ / FANS, 'P');
    return true;
}

/* An item that was scanned before and has room for one more scan. */
static bool next_known(struct scan *scan, char kind)
{
    uint32_t known = fresh / FANS;
    for (int tries = 0; known > 0 && tries < 8; tries++) {
        uint32_t item = below(known);
        if (items[item].scans >= SCANS_OF_ITEM_MAX ||
            (kind == 'W' && items[item].wrong_pins >= WRONG_PINS_MAX)) {
            continue;
        }
        items[item].wrong_pins += kind == 'W';
        *scan = new_scan(item, kind);
        return true;
    }
    return false;
}

/* A PIN is recorded each time it is posted, so its retries take room among the item's scans. */
static bool next_retry(struct scan *scan)
{
    for (int tries = 0; ring_count > 0 && tries < 8; tries++) {
        struct scan found = ring[below(ring_count < RING ? (uint32_t)ring_count : RING)];
        bool reveal = found.kind != 'P';
        if (reveal && items[found.item].scans >= SCANS_OF_ITEM_MAX) {
            continue;
        }
        items[found.item].scans += reveal;
        *scan = found;
        return true;
    }
    return false;
}

static bool next_scan(struct scan *scan)
{
    if (stopping) {
        if (final_next >= items_used()) {
            return false;
        }
        *scan = new_scan(final_next++, 'F');
        return true;
    }
    uint32_t dice = below(100);
    if (dice < 50 && next_fresh(scan)) {
        return true;
    }
    if (dice < 70 && next_known(scan, 'P')) {
        return true;
    }
    if (dice < 80 && next_known(scan, 'R')) {
        return true;
    }
    if (dice < 83 && next_known(scan, 'W')) {
        return true;
    }
    return next_retry(scan) || next_fresh(scan);
}

/* -- the connection -- */

static void close_connection(struct connection *connection)
{
    if (connection->socket >= 0) {
        close(connection->socket);
    }
    connection->socket = -1;
    connection->connecting = false;
    connection->sent = false;
    connection->filled = 0;
}

/* The connection died: the scan stays pending, and is posted again. */
static void lose(struct connection *connection)
{
    if (connection->sent) {
        const struct scan *scan = &connection->scan;
        fprintf(history, "%lu %u %c %lu - 0 - - - -\n", (unsigned long)scan->serial, scan->item,
                scan->kind, (unsigned long)connection->start_ns);
    }
    close_connection(connection);
    connection->wake_ns = now_ns() + PAUSE_MS * 1000000u;
}

static void start_connecting(struct connection *connection)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    connection->socket = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (connection->socket < 0) {
        die("socket", strerror(errno));
    }
    connection->connecting = true;
    struct epoll_event event = {.events = EPOLLOUT, .data = {.ptr = connection}};
    if ((connect(connection->socket, (struct sockaddr *)&address, sizeof address) != 0 &&
         errno != EINPROGRESS) ||
        epoll_ctl(poll_set, EPOLL_CTL_ADD, connection->socket, &event) != 0) {
        lose(connection);
    }
}

static int format_body(const struct scan *scan, char *body, size_t size)
{
    const struct item *item = &items[scan->item];
    char pin[64] = "";
    if (scan->kind == 'R' || scan->kind == 'W') {
        char typed[ASSAY_PIN_SIZE];
        memcpy(typed, item->pin, sizeof typed);
        if (scan->kind == 'W') {
            typed[0] = typed[0] == '0' ? '1' : '0';
        }
        snprintf(pin, sizeof pin, ",\"pin\":\"%s\"", typed);
    }
    unsigned long serial = (unsigned long)scan->serial;
    return snprintf(body, size, "{\"scan_id\":\"%032lx\",\"device\":\"d%031lx\"%s}", serial, serial,
                    pin);
}

/* Requests are shorter than any socket buffer: one write takes them whole. */
static void post(struct connection *connection)
{
    char body[256], request[512];
    int body_len = format_body(&connection->scan, body, sizeof body);
    int len = snprintf(request, sizeof request,
                       "POST /v1/codes/%s/scans HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n"
                       "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
                       items[connection->scan.item].code, port, body_len, body);
    connection->start_ns = now_ns();
    connection->sent = true;
    if (send(connection->socket, request, (size_t)len, MSG_NOSIGNAL) != len) {
        lose(connection);
    }
}

static void go_on(struct connection *connection)
{
    if (!connection->pending) {
        connection->pending = next_scan(&connection->scan);
    }
    if (connection->pending && connection->socket < 0) {
        start_connecting(connection);
    } else if (connection->pending) {
        post(connection);
    }
}

/* -- the answer -- */

static const char *text_at(const json_t *root, const char *object, const char *name)
{
    const char *text = json_string_value(json_object_get(json_object_get(root, object), name));
    return text != NULL ? text : "-";
}

static void log_answer(const struct connection *connection, int status, const json_t *root)
{
    const struct scan *scan = &connection->scan;
    const char *verdict = json_string_value(json_object_get(root, "verdict"));
    json_int_t number =
        json_integer_value(json_object_get(json_object_get(root, "scan"), "number"));
    fprintf(history, "%lu %u %c %lu %lu %d %s %lld %s %s\n", (unsigned long)scan->serial,
            scan->item, scan->kind, (unsigned long)connection->start_ns, (unsigned long)now_ns(),
            status, verdict != NULL ? verdict : "-", (long long)number, text_at(root, "scan", "at"),
            text_at(root, "first_scan", "at"));
}

static void take_answer(struct connection *connection, int status, const char *body, size_t len)
{
    json_error_t error;
    json_t *root = json_loadb(body, len, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL) {
        die("an answer is not JSON", error.text);
    }
    log_answer(connection, status, root);
    json_decref(root);
    connection->sent = false;
    connection->filled = 0;
    if (status == 200) {
        connection->pending = false;
        if (connection->scan.kind != 'F') {
            ring[ring_count++ % RING] = connection->scan;
        }
    } else if (status == 503 || status == 429) {
        connection->wake_ns = now_ns() + PAUSE_MS * 1000000u;
    } else {
        fprintf(stderr, "%.*s\n", (int)connection->filled, connection->answer);
        die("a scan was refused", connection->answer);
    }
}

/* True if the answer is whole; then it was taken. */
static bool parse_answer(struct connection *connection)
{
    connection->answer[connection->filled] = '\0';
    char *end = strstr(connection->answer, "\r\n\r\n");
    if (end == NULL) {
        return false;
    }
    char *length = strcasestr(connection->answer, "\r\nContent-Length:");
    if (length == NULL || length > end || strncmp(connection->answer, "HTTP/1.1 ", 9) != 0) {
        die("an answer without its length", connection->answer);
    }
    size_t body_len = strtoul(length + 17, NULL, 10);
    char *body = end + 4;
    if (body + body_len > connection->answer + connection->filled) {
        return false;
    }
    take_answer(connection, (int)strtol(connection->answer + 9, NULL, 10), body, body_len);
    return true;
}

static void read_answer(struct connection *connection)
{
    ssize_t got = recv(connection->socket, connection->answer + connection->filled,
                       ANSWER_BYTES_MAX - 1 - connection->filled, 0);
    if (got < 0 && errno == EAGAIN) {
        return;
    }
    if (got <= 0) {
        lose(connection);
        return;
    }
    connection->filled += (size_t)got;
    if (parse_answer(connection) && now_ns() >= connection->wake_ns) {
        go_on(connection);
    }
}

static void on_event(struct connection *connection, uint32_t events)
{
    if ((events & EPOLLOUT) == 0) {
        read_answer(connection);
        return;
    }
    int error = 0;
    socklen_t len = sizeof error;
    getsockopt(connection->socket, SOL_SOCKET, SO_ERROR, &error, &len);
    struct epoll_event reading = {.events = EPOLLIN, .data = {.ptr = connection}};
    if (error != 0 || epoll_ctl(poll_set, EPOLL_CTL_MOD, connection->socket, &reading) != 0) {
        lose(connection);
        return;
    }
    connection->connecting = false;
    go_on(connection);
}

/* -- the whole -- */

static void on_signal(int number)
{
    (void)number;
    stopping = 1;
}

static void read_codes(const char *path)
{
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        die(path, strerror(errno));
    }
    char line[128];
    uint32_t room = 0;
    while (fgets(line, sizeof line, file) != NULL) {
        if (item_count == room) {
            room = room == 0 ? 4096 : room * 2;
            items = reallocarray(items, room, sizeof *items);
            assay_assert(items != NULL);
        }
        struct item *item = &items[item_count++];
        *item = (struct item){.scans = 0};
        if (sscanf(line, "%20s %8s", item->code, item->pin) != 2) {
            die(path, "a line is not CODE PIN");
        }
    }
    fclose(file);
}

/* Connections that wait to connect, or after 503, go on. Returns false when all is done. */
static bool wake(struct connection *connections, unsigned count, uint64_t now)
{
    bool busy = !stopping || final_next < items_used();
    for (unsigned i = 0; i < count; i++) {
        struct connection *connection = &connections[i];
        if (connection->sent && now > connection->start_ns + ANSWER_MS * 1000000ull) {
            die("no answer for too long", items[connection->scan.item].code);
        }
        if (!connection->sent && !connection->connecting && now >= connection->wake_ns) {
            go_on(connection);
        }
        busy = busy || connection->pending;
    }
    return busy;
}

static void run(struct connection *connections, unsigned count)
{
    struct epoll_event events[256];
    for (;;) {
        int ready = epoll_wait(poll_set, events, 256, 5);
        for (int i = 0; i < ready; i++) {
            on_event(events[i].data.ptr, events[i].events);
        }
        if (!wake(connections, count, now_ns())) {
            return;
        }
    }
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        fprintf(stderr, "usage: history_load PORT CONNECTIONS CODES HISTORY\n");
        return 2;
    }
    port = (uint16_t)strtoul(argv[1], NULL, 10);
    unsigned count = (unsigned)strtoul(argv[2], NULL, 10);
    if (count == 0 || count > CONNECTIONS_MAX) {
        die(argv[2], "CONNECTIONS out of range");
    }
    read_codes(argv[3]);
    history = fopen(argv[4], "w");
    poll_set = epoll_create1(EPOLL_CLOEXEC);
    struct connection *connections = calloc(count, sizeof *connections);
    if (history == NULL || poll_set < 0 || connections == NULL) {
        die(argv[4], strerror(errno));
    }
    for (unsigned i = 0; i < count; i++) {
        connections[i].socket = -1;
    }
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGTERM, &action, NULL);
    random_state = now_ns();
    run(connections, count);
    free(connections);
    free(items);
    return fclose(history) == 0 ? 0 : 1;
}
