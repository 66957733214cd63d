// SPDX-License-Identifier: Apache-2.0
/* The verifier's settings. One row a setting; code, help, `--print-config` and the table in
 * docs/OPERATIONS.md (held to account by a test) come from it. */
#ifndef ASSAY_VERIFIER_CONFIG_H
#define ASSAY_VERIFIER_CONFIG_H

#include <stdio.h>

#include "core/limits.h"
#include "verifier/address.h"

#define ASSAY_CONFIG_BYTES_MAX (256 * 1024)
#define ASSAY_CONFIG_PATH_SIZE 1024 /* with NUL */
#define ASSAY_CONFIG_TEXT_SIZE 256
/* Problems named in one run; the rest are counted. */
#define ASSAY_CONFIG_PROBLEMS_MAX 64

/* name, member, kind, default, min, max, unit, text.
 * Kinds: ENDPOINT (host:port), NUMBER (uint32_t), FILE (absolute path of a readable file, or
 * empty), LOG (absolute path, `stderr` or `off`), NETWORKS (list), SCAN_ON (load or tap). */
#define ASSAY_CONFIG_TABLE(X)                                                                      \
    X("listen", listen, ENDPOINT, "127.0.0.1:8080", 0, 0, "host:port", "Where buyers come in.")    \
    X("ops_listen", ops_listen, ENDPOINT, "127.0.0.1:9090", 0, 0, "host:port",                     \
      "Private listener: /healthz, /readyz, /metrics. Keep it off public networks.")               \
    X("threads", threads, NUMBER, "0", 0, ASSAY_LOOPS_MAX, "loops",                                \
      "Event loops, each with a thread of its own; 0 is one for each processor.")                  \
    X("tls.certificate", tls_certificate, FILE, "", 0, 0, "path",                                  \
      "Certificate chain, PEM. Empty: plain HTTP, for use behind a proxy. Reread at SIGHUP.")      \
    X("tls.key", tls_key, FILE, "", 0, 0, "path", "Its private key, PEM.")                         \
    X("geo.ipv4", geo_ipv4, FILE, "", 0, 0, "path",                                                \
      "City database for IPv4 addresses, MMDB. Empty: places stay unknown. Reread at SIGHUP.")     \
    X("geo.ipv6", geo_ipv6, FILE, "", 0, 0, "path",                                                \
      "City database for IPv6 addresses; may be the same file if it holds both.")                  \
    X("geo.asn", geo_asn, FILE, "", 0, 0, "path", "Network database (autonomous systems), MMDB.")  \
    X("geo.hosting", geo_hosting, FILE, "", 0, 0, "path",                                          \
      "List of data centres' networks, whose scans do not count. Empty: the built-in list.")       \
    X("geo.anonymisers", geo_anonymisers, FILE, "", 0, 0, "path",                                  \
      "List of relays' and VPNs' networks, which have no place. Empty: the built-in list.")        \
    X("geo.mobile", geo_mobile, FILE, "", 0, 0, "path",                                            \
      "List of mobile carriers' networks. Empty: mobile and fixed lines are not told apart.")      \
    X("audit.geojson", audit_geojson, FILE, "", 0, 0, "path",                                      \
      "The operator's own map for the dashboard, GeoJSON in WGS 84 of at most 8 MiB.")             \
    X("trusted_proxies", trusted_proxies, NETWORKS, "", 0, 0, "networks",                          \
      "Proxies whose X-Forwarded-For counts, as addresses or networks (10.0.0.0/8).")              \
    X("connections.total", connections_total, NUMBER, "16384", 16, 1048576, "connections",         \
      "Open at once; one more is closed as soon as it is accepted.")                               \
    X("connections.per_address", connections_per_address, NUMBER, "4096", 1, 1048576,              \
      "connections", "Open at once from one address; many buyers share a carrier's address.")      \
    X("deadlines.request_ms", request_ms, NUMBER, "10000", 100, 600000, "ms",                      \
      "From a request's first byte to its last.")                                                  \
    X("deadlines.drain_ms", drain_ms, NUMBER, "10000", 0, 600000, "ms",                            \
      "After SIGTERM, for requests under way to be answered.")                                     \
    X("rates.forged_per_minute", forged_per_minute, NUMBER, "120", 0, 1000000, "codes",            \
      "Codes that are malformed or never issued, for each address; beyond: 429. 0: no limit. "     \
      "Valid codes are never limited by address.")                                                 \
    X("rates.forms_per_minute", forms_per_minute, NUMBER, "30", 0, 1000000, "requests",            \
      "Registrations, look-ups and reports, for each address; beyond: 429. 0: no limit.")          \
    X("rates.denied_per_minute", denied_per_minute, NUMBER, "30", 0, 1000000, "requests",          \
      "Office calls with a wrong token, for each address; beyond: 429. 0: no limit.")              \
    X("workers.threads", worker_threads, NUMBER, "2", 1, 64, "threads",                            \
      "Threads for what may wait: registrations, reports, office calls.")                          \
    X("workers.queue", worker_queue, NUMBER, "256", 1, 65536, "requests",                          \
      "Requests that may wait for such a thread; beyond: 503.")                                    \
    X("store.overlay_items", overlay_items, NUMBER, "1048576", 1024, 16777216, "items",            \
      "Items changed between two checkpoints, up to 256 bytes each; beyond: 503.")                 \
    X("store.checkpoint_interval_ms", checkpoint_interval_ms, NUMBER, "5000", 100, 3600000, "ms",  \
      "Time between checkpoints; sooner when half of the overlay is used.")                        \
    X("store.disk_reserve_mib", disk_reserve_mib, NUMBER, "256", 1, 1048576, "MiB",                \
      "Free space kept back; below it scans get 503.")                                             \
    X("risk.calibrate_days", calibrate_days, NUMBER, "7", 0, 366, "days",                          \
      "Between two times that risk is calibrated by the reference items; 0: never by itself.")     \
    X("alerts.interval_ms", alerts_interval_ms, NUMBER, "60000", 100, 86400000, "ms",              \
      "Least time between two times that the rules of alerts are asked.")                          \
    X("alerts.timeout_ms", alerts_timeout_ms, NUMBER, "10000", 100, 60000, "ms",                   \
      "For an endpoint, or the mail relay, to take an alert.")                                     \
    X("alerts.retry_ms", alerts_retry_ms, NUMBER, "10000", 10, 3600000, "ms",                      \
      "Before the second try; doubled each time, up to an hour.")                                  \
    X("alerts.tries", alerts_tries, NUMBER, "24", 1, 100, "tries",                                 \
      "Then a message is dead: `webhook dead`, `webhook replay`.")                                 \
    X("alerts.private_networks", alerts_private_networks, NETWORKS, "", 0, 0, "networks",          \
      "Private addresses that webhooks may be sent to, as addresses or networks.")                 \
    X("alerts.ca_file", alerts_ca_file, FILE, "", 0, 0, "path",                                    \
      "Certificates that endpoints are checked by, PEM. Empty: the system's.")                     \
    X("alerts.mail_relay", alerts_mail_relay, TEXT, "", 0, 0, "URL",                               \
      "smtp://HOST:PORT or smtps://HOST, which takes mails about alerts. Empty: no mail.")         \
    X("alerts.mail_from", alerts_mail_from, TEXT, "", 0, 0, "address", "Who sends them.")          \
    X("alerts.mail_to", alerts_mail_to, TEXT, "", 0, 0, "address", "Who gets them.")               \
    X("alerts.mail_user", alerts_mail_user, TEXT, "", 0, 0, "name",                                \
      "Who the verifier is at the relay; over TLS alone. Empty: nobody.")                          \
    X("alerts.mail_password_file", alerts_mail_password_file, FILE, "", 0, 0, "path",              \
      "Its password, in a file that only the verifier may read.")                                  \
    X("log.access", access_log, LOG, "off", 0, 0, "path",                                          \
      "Access log: a file (reopened at SIGHUP), `stderr`, or `off`. Other lines go to stderr.")    \
    X("page.scan_on", scan_on_tap, SCAN_ON, "load", 0, 0, "load or tap",                           \
      "When the page posts its scan: as it becomes visible, or when the buyer taps. A product "    \
      "can ask for a tap by itself.")

/* What each kind of setting is kept as. */
#define ASSAY_CONFIG_MEMBER_ENDPOINT(member) struct assay_endpoint member;
#define ASSAY_CONFIG_MEMBER_NUMBER(member) uint32_t member;
#define ASSAY_CONFIG_MEMBER_FILE(member) char member[ASSAY_CONFIG_PATH_SIZE];
#define ASSAY_CONFIG_MEMBER_LOG(member) char member[ASSAY_CONFIG_PATH_SIZE];
#define ASSAY_CONFIG_MEMBER_NETWORKS(member) struct assay_networks member;
#define ASSAY_CONFIG_MEMBER_SCAN_ON(member) bool member;
#define ASSAY_CONFIG_MEMBER_TEXT(member) char member[ASSAY_CONFIG_TEXT_SIZE];

/** All settings, checked. Read-only after start; may be shared by threads. */
struct assay_config {
#define ASSAY_CONFIG_MEMBER(name, member, kind, ...) ASSAY_CONFIG_MEMBER_##kind(member)
    ASSAY_CONFIG_TABLE(ASSAY_CONFIG_MEMBER)
#undef ASSAY_CONFIG_MEMBER
};

/** A setting as the table has it. */
struct assay_config_row {
    const char *name;
    const char *initial; /* the default, as written in a file */
    const char *unit;
    const char *text;
};

/** Where problems go: one call each, `FILE:LINE: setting: what is wrong`. */
struct assay_config_sink {
    void (*problem)(void *context, const char *line);
    void *context;
};

/** Every setting at its default. */
void assay_config_init(struct assay_config *config);

/** Read and check a whole configuration file over the defaults; names every problem, not only
 *  the first.
 *
 *  path      YAML; at most ASSAY_CONFIG_BYTES_MAX.
 *  config    out; written only on ASSAY_OK.
 *  sink      told of each problem with its line.
 *  returns   ASSAY_OK; ASSAY_E_NOT_FOUND; ASSAY_E_IO; ASSAY_E_TOO_LARGE; ASSAY_E_SYNTAX (not
 *            YAML); ASSAY_E_FIELD. The sink was called at least once unless ASSAY_OK.
 */
ASSAY_MUST_CHECK enum assay_error assay_config_load(const char *path, struct assay_config *config,
                                                    const struct assay_config_sink *sink);

/** As load, from memory; `name` stands for the file in the problems. */
ASSAY_MUST_CHECK enum assay_error assay_config_parse(const char *name, const char *text, size_t len,
                                                     struct assay_config *config,
                                                     const struct assay_config_sink *sink);

/** Set one by its name, as the command line does; NETWORKS adds one.
 *  returns ASSAY_OK or ASSAY_E_FIELD with what is wrong. */
ASSAY_MUST_CHECK enum assay_error assay_config_set(struct assay_config *config, const char *name,
                                                   const char *text, struct assay_reason *reason);

/** Write the settings as a commented configuration file that assay_config_load accepts. */
void assay_config_print(const struct assay_config *config, FILE *out);

/** Rows of the table in order; NULL at the end. static. */
const struct assay_config_row *assay_config_row(size_t number);

#endif
