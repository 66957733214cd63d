// SPDX-License-Identifier: Apache-2.0
#include "batch-tools/socket.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/json.h"
#include "core/limits.h"

#define URL_ROOM 128
#define PATH_ROOM 64
#define TIMEOUT_SECONDS 300L

struct answer {
    char *text;
    size_t len;
};

static void close_fd(int *fd)
{
    if (*fd >= 0) {
        close(*fd);
    }
}

static void free_text(char **text)
{
    free(*text);
}

/* libcurl's write callback: a short count ends the transfer. */
static size_t take_body(char *data, size_t size, size_t count, void *context)
{
    struct answer *answer = context;
    size_t more = size * count;
    if (answer->len + more > ASSAY_UPLOAD_BYTES_MAX) {
        return 0;
    }
    char *wider = realloc(answer->text, answer->len + more + 1);
    if (wider == NULL) {
        return 0;
    }
    memcpy(wider + answer->len, data, more);
    answer->text = wider;
    answer->len += more;
    answer->text[answer->len] = '\0';
    return more;
}

static void url_of(const char *command, char url[URL_ROOM])
{
    snprintf(url, URL_ROOM, "http://localhost/v1/office/%s", command);
    char *dot = strrchr(url, '.');
    if (dot != NULL) {
        *dot = '/';
    }
}

/* What came back: a result, or problem details (RFC 9457) whose `detail` is the reason. */
static enum assay_error read_answer(const struct answer *answer, long status, json_t **result,
                                    struct assay_reason *reason)
{
    json_t *json = NULL;
    struct assay_reason broken;
    enum assay_error error = assay_json_parse(answer->text == NULL ? "" : answer->text, answer->len,
                                              ASSAY_UPLOAD_BYTES_MAX, &json, &broken);
    if (error != ASSAY_OK) {
        return assay_fail(reason, ASSAY_E_IO, "the verifier answered %ld, not in JSON", status);
    }
    if (status >= 200 && status < 300) {
        *result = json;
        return ASSAY_OK;
    }
    const char *detail = json_string_value(json_object_get(json, "detail"));
    const char *title = json_string_value(json_object_get(json, "title"));
    error = assay_fail(reason, ASSAY_E_REFUSED, "%s",
                       detail != NULL  ? detail
                       : title != NULL ? title
                                       : "the verifier refused this");
    json_decref(json);
    return error;
}

static enum assay_error perform(CURL *curl, struct assay_socket_call *call, const char *path,
                                json_t **result, struct assay_reason *reason)
{
    ASSAY_CLEANUP(free_text) char *body = json_dumps(call->params, JSON_COMPACT);
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
    if (body == NULL || headers == NULL) {
        curl_slist_free_all(headers);
        return assay_fail(reason, ASSAY_E_MEMORY, NULL);
    }
    char url[URL_ROOM];
    struct answer answer = {0};
    url_of(call->command, url);
    curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, path);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(body));
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, TIMEOUT_SECONDS);
    CURLcode code = curl_easy_perform(curl);
    curl_slist_free_all(headers);
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    enum assay_error error;
    if (code == CURLE_COULDNT_CONNECT) {
        error = assay_fail(reason, ASSAY_E_NOT_FOUND, "no verifier listens on %s/admin.sock",
                           call->dir);
    } else if (code != CURLE_OK) {
        call->answered = true;
        error = assay_fail(reason, ASSAY_E_IO,
                           "%s/admin.sock: %s; whether it was done is not known, look before "
                           "you try again",
                           call->dir, curl_easy_strerror(code));
    } else {
        call->answered = true;
        error = read_answer(&answer, status, result, reason);
    }
    free(answer.text);
    return error;
}

enum assay_error assay_socket_post(struct assay_socket_call *call, json_t **result,
                                   struct assay_reason *reason)
{
    call->answered = false;
    /* The path goes by a descriptor of DIR: sun_path holds 108 bytes only (unix(7)). */
    ASSAY_CLEANUP(close_fd) int fd = open(call->dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return assay_fail(reason, ASSAY_E_NOT_FOUND, "%s: there is no such folder", call->dir);
    }
    char path[PATH_ROOM];
    snprintf(path, sizeof path, "/proc/self/fd/%d/admin.sock", fd);
    CURL *curl = curl_easy_init();
    if (curl == NULL) {
        return assay_fail(reason, ASSAY_E_MEMORY, NULL);
    }
    enum assay_error error = perform(curl, call, path, result, reason);
    curl_easy_cleanup(curl);
    return error;
}
