// SPDX-License-Identifier: Apache-2.0
#include "verifier/post.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "core/webhook.h"

#define ANSWER_BYTES_MAX 65536
#define HEADER_SIZE 128
#define STATUS_REFUSED (-1000)

/* -- addresses -- */

/* Special-purpose registries of IANA (RFC 6890): nothing of them is a host of the public internet. */
static const char *const not_public[] = {
    "0.0.0.0/8",       "10.0.0.0/8",     "100.64.0.0/10", "127.0.0.0/8",    "169.254.0.0/16",
    "172.16.0.0/12",   "192.0.0.0/24",   "192.0.2.0/24",  "192.168.0.0/16", "198.18.0.0/15",
    "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4",   "240.0.0.0/4",    "::/128",
    "::1/128",         "64:ff9b::/96",   "100::/64",      "2001::/23",      "2001:db8::/32",
    "2002::/16",       "fc00::/7",       "fe80::/10",     "ff00::/8",
};

static bool lies_in(const char *network, const struct assay_address *address)
{
    struct assay_networks one = {.count = 1};
    enum assay_error error = assay_network_parse(network, &one.network[0], NULL);
    assay_assert(error == ASSAY_OK);
    return assay_networks_have(&one, address);
}

bool assay_post_is_public(const struct assay_address *address)
{
    for (size_t i = 0; i < ASSAY_COUNT_OF(not_public); i++) {
        if (lies_in(not_public[i], address)) {
            return false;
        }
    }
    return true;
}

/* Called with each resolved address before a connection is made. */
static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *to)
{
    struct assay_post *post = context;
    struct assay_address address;
    (void)purpose;
    assay_address_of(&to->addr, &address);
    bool loopback = lies_in("127.0.0.0/8", &address) || lies_in("::1/128", &address);
    bool allowed = post->plain
                       ? loopback
                       : assay_post_is_public(&address) ||
                             assay_networks_have(&post->config->alerts_private_networks, &address);
    if (!allowed) {
        post->refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

/* -- bytes in and out -- */

/* Answers are read and thrown away; one that does not end is cut off. */
static size_t take_answer(char *data, size_t size, size_t count, void *context)
{
    struct assay_post *post = context;
    (void)data;
    post->answer_len += size * count;
    return post->answer_len <= ANSWER_BYTES_MAX ? size * count : 0;
}

static size_t give_mail(char *data, size_t size, size_t count, void *context)
{
    struct assay_post *post = context;
    size_t rest = post->body_len - post->body_at;
    size_t len = size * count < rest ? size * count : rest;
    memcpy(data, post->body + post->body_at, len);
    post->body_at += len;
    return len;
}

/* -- transfers -- */

static struct assay_post *new_post(const struct assay_config *config, char *body)
{
    struct assay_post *post = body == NULL ? NULL : calloc(1, sizeof *post);
    if (post == NULL) {
        free(body);
        return NULL;
    }
    post->config = config;
    post->body = body;
    post->body_len = strlen(body);
    post->easy = curl_easy_init();
    if (post->easy == NULL) {
        assay_post_free(post);
        return NULL;
    }
    curl_easy_setopt(post->easy, CURLOPT_PRIVATE, post);
    curl_easy_setopt(post->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(post->easy, CURLOPT_PROXY, "");
    curl_easy_setopt(post->easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(post->easy, CURLOPT_TIMEOUT_MS, (long)config->alerts_timeout_ms);
    curl_easy_setopt(post->easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(post->easy, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(post->easy, CURLOPT_WRITEFUNCTION, take_answer);
    curl_easy_setopt(post->easy, CURLOPT_WRITEDATA, post);
    if (config->alerts_ca_file[0] != '\0') {
        curl_easy_setopt(post->easy, CURLOPT_CAINFO, config->alerts_ca_file);
    }
    return post;
}

static bool add_header(struct assay_post *post, const char *name, const char *value)
{
    char line[HEADER_SIZE];
    int len = snprintf(line, sizeof line, "%s: %s", name, value);
    struct curl_slist *more =
        len > 0 && (size_t)len < sizeof line ? curl_slist_append(post->headers, line) : NULL;
    if (more != NULL) {
        post->headers = more;
    }
    return more != NULL;
}

enum assay_error assay_post_hook(const struct assay_config *config,
                                 const struct assay_post_hook *hook, char *body,
                                 struct assay_post **post)
{
    char timestamp[24];
    struct assay_post *self = new_post(config, body);
    if (self == NULL) {
        return ASSAY_E_MEMORY;
    }
    snprintf(timestamp, sizeof timestamp, "%lld", (long long)hook->at_unix_s);
    if (!add_header(self, "webhook-id", hook->id) ||
        !add_header(self, "webhook-timestamp", timestamp) ||
        !add_header(self, "webhook-signature", hook->signature) ||
        !add_header(self, "content-type", "application/json") ||
        !add_header(self, "user-agent", "Assay") || !add_header(self, "expect", "")) {
        assay_post_free(self);
        return ASSAY_E_MEMORY;
    }
    self->plain = strncmp(hook->url, "http://", 7) == 0;
    curl_easy_setopt(self->easy, CURLOPT_URL, hook->url);
    curl_easy_setopt(self->easy, CURLOPT_PROTOCOLS_STR, self->plain ? "http" : "https");
    curl_easy_setopt(self->easy, CURLOPT_HTTPHEADER, self->headers);
    curl_easy_setopt(self->easy, CURLOPT_POSTFIELDS, self->body);
    curl_easy_setopt(self->easy, CURLOPT_POSTFIELDSIZE, (long)self->body_len);
    curl_easy_setopt(self->easy, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(self->easy, CURLOPT_FORBID_REUSE, 1L);
    curl_easy_setopt(self->easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(self->easy, CURLOPT_OPENSOCKETDATA, self);
    *post = self;
    return ASSAY_OK;
}

enum assay_error assay_post_mail(const struct assay_config *config, const char *password,
                                 char *body, struct assay_post **post)
{
    char address[ASSAY_CONFIG_TEXT_SIZE + 2];
    struct assay_post *self = new_post(config, body);
    if (self == NULL) {
        return ASSAY_E_MEMORY;
    }
    snprintf(address, sizeof address, "<%s>", config->alerts_mail_to);
    self->headers = curl_slist_append(NULL, address);
    if (self->headers == NULL) {
        assay_post_free(self);
        return ASSAY_E_MEMORY;
    }
    snprintf(address, sizeof address, "<%s>", config->alerts_mail_from);
    curl_easy_setopt(self->easy, CURLOPT_URL, config->alerts_mail_relay);
    curl_easy_setopt(self->easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(self->easy, CURLOPT_MAIL_FROM, address);
    curl_easy_setopt(self->easy, CURLOPT_MAIL_RCPT, self->headers);
    curl_easy_setopt(self->easy, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(self->easy, CURLOPT_READFUNCTION, give_mail);
    curl_easy_setopt(self->easy, CURLOPT_READDATA, self);
    /* A password goes over TLS alone. */
    curl_easy_setopt(self->easy, CURLOPT_USE_SSL,
                     password != NULL ? (long)CURLUSESSL_ALL : (long)CURLUSESSL_TRY);
    if (password != NULL) {
        curl_easy_setopt(self->easy, CURLOPT_USERNAME, config->alerts_mail_user);
        curl_easy_setopt(self->easy, CURLOPT_PASSWORD, password);
    }
    *post = self;
    return ASSAY_OK;
}

int32_t assay_post_status(struct assay_post *post, CURLcode code, bool *taken)
{
    long status = 0;
    curl_easy_getinfo(post->easy, CURLINFO_RESPONSE_CODE, &status);
    /* An answer that was cut off for its length has said its status. */
    bool answered = code == CURLE_OK || (code == CURLE_WRITE_ERROR && status != 0);
    *taken = answered && status >= 200 && status < 300;
    if (post->refused) {
        return STATUS_REFUSED;
    }
    return answered ? (int32_t)status : -(int32_t)code;
}

int64_t assay_post_pause_ms(const struct assay_post *post)
{
    curl_off_t retry_after_s = 0;
    if (curl_easy_getinfo(post->easy, CURLINFO_RETRY_AFTER, &retry_after_s) != CURLE_OK) {
        return 0;
    }
    return (int64_t)assay_webhook_pause_ms(post->message.status, retry_after_s);
}

void assay_post_free(struct assay_post *post)
{
    if (post == NULL) {
        return;
    }
    if (post->easy != NULL) {
        curl_easy_cleanup(post->easy);
    }
    curl_slist_free_all(post->headers);
    free(post->body);
    free(post);
}
