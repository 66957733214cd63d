// SPDX-License-Identifier: Apache-2.0
#include "codegen/verify_offline.h"

#include <argp.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codegen/claimed.h"
#include "codegen/output.h"
#include "core/clock.h"
#include "core/key_list.h"

enum key { KEY_KEYS = 256, KEY_OFFICE_KEY, KEY_JSON };

struct request {
    const char *keys;
    const char *office_key;
    char **labels;
    int label_count;
    bool json;
};

static const struct argp_option table[] = {
    {"keys", KEY_KEYS, "FILE", 0, "The brand's published list of keys", 0},
    {"office-key", KEY_OFFICE_KEY, "TEXT", 0,
     "The brand's office key, 43 characters as in the list, known from elsewhere: a list of "
     "another "
     "key is refused",
     0},
    {"json", KEY_JSON, NULL, 0, "Report as JSON", 0},
    {0},
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct request *request = state->input;
    switch (key) {
    case KEY_KEYS:
        request->keys = text;
        return 0;
    case KEY_OFFICE_KEY:
        request->office_key = text;
        return 0;
    case KEY_JSON:
        request->json = true;
        return 0;
    case ARGP_KEY_ARGS:
        request->labels = state->argv + state->next;
        request->label_count = state->argc - state->next;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* -- the list -- */

static enum assay_error read_office_key(const char *text, uint8_t key[ASSAY_ED25519_KEY_LEN],
                                        struct assay_reason *reason)
{
    uint8_t decoded[2 * ASSAY_ED25519_KEY_LEN];
    size_t len = sizeof decoded;
    if (assay_base64url_decode(text, strlen(text), decoded, &len) != ASSAY_OK ||
        len != ASSAY_ED25519_KEY_LEN) {
        return assay_fail(reason, ASSAY_E_USAGE, "--office-key: 32 bytes in base64url are wanted");
    }
    memcpy(key, decoded, ASSAY_ED25519_KEY_LEN);
    return ASSAY_OK;
}

static enum assay_error read_list(const struct request *request, struct assay_key_list *list,
                                  struct assay_reason *reason)
{
    uint8_t office[ASSAY_ED25519_KEY_LEN];
    struct assay_buffer text = {0};
    enum assay_error error = request->office_key == NULL
                                 ? ASSAY_OK
                                 : read_office_key(request->office_key, office, reason);
    if (error == ASSAY_OK) {
        error = assay_buffer_load(AT_FDCWD, request->keys, ASSAY_KEY_LIST_BYTES_MAX, &text, reason);
    }
    if (error == ASSAY_OK) {
        struct assay_reason inner = {""};
        error = assay_key_list_read((const char *)text.data, text.len_bytes,
                                    request->office_key == NULL ? NULL : office, list, &inner);
        if (error != ASSAY_OK) {
            assay_fail(reason, error, "%.150s: %.200s", request->keys, inner.text);
        }
    }
    assay_buffer_deinit(&text);
    return error;
}

/* -- labels -- */

/* What is found out about one label. */
struct finding {
    const char *result; /* a stable word */
    bool good;
    const struct assay_listed_key *key; /* or NULL */
    struct assay_claimed claimed;
    struct assay_reason reason; /* of what could not be read */
};

static const struct {
    const char *word;
    bool good;
    const char *says;
} results[] = {
    [ASSAY_ISSUED_NOT] = {"not_issued", false, "not issued by this brand"},
    [ASSAY_ISSUED] = {"issued", true, "issued"},
    [ASSAY_ISSUED_PART] = {"issued_part_revoked", true,
                           "issued, but a part of its batch was revoked; an online scan tells "
                           "whether it is in that part"},
    [ASSAY_ISSUED_REVOKED] = {"revoked", false, "issued, but its batch was revoked"},
    [ASSAY_ISSUED_EXPIRED] = {"expired", false, "issued, but its last day is over"},
};

static struct finding find_out(const struct assay_key_list *list, const char *label,
                               int64_t now_unix_ms)
{
    struct finding finding = {.result = "malformed"};
    if (assay_claimed_read(label, &finding.claimed, &finding.reason) != ASSAY_OK) {
        return finding;
    }
    const struct assay_claimed *claimed = &finding.claimed;
    struct assay_span sig = {(const uint8_t *)claimed->sig, strlen(claimed->sig)};
    enum assay_issued issued =
        assay_key_list_check(list, claimed->code.text, sig, now_unix_ms, &finding.key);
    finding.result = results[issued].word;
    finding.good = results[issued].good;
    assay_fail(&finding.reason, ASSAY_E_REFUSED, "%s", results[issued].says);
    return finding;
}

static bool is_foreign_host(const struct assay_key_list *list, const struct finding *finding)
{
    return finding->key != NULL && finding->claimed.origin[0] != '\0' &&
           strcmp(finding->claimed.origin, list->host) != 0;
}

static void report_text(const struct assay_key_list *list, const char *label,
                        const struct finding *finding)
{
    char grouped[ASSAY_CODE_GROUPED_SIZE];
    if (finding->claimed.code.text[0] == '\0') {
        printf("%.80s: %s\n", label, finding->reason.text);
        return;
    }
    assay_code_group(finding->claimed.code.text, grouped);
    printf("%s: %s", grouped, finding->reason.text);
    if (finding->key != NULL) {
        char handle[ASSAY_HANDLE_SIZE];
        assay_handle_format(finding->key->handle, handle);
        printf(" (%s, %s, batch %s, key %s)", list->brand, finding->key->sku, handle,
               finding->key->id);
    }
    if (is_foreign_host(list, finding)) {
        printf("; its address %s is not the brand's %s", finding->claimed.origin, list->host);
    }
    putchar('\n');
}

static json_t *finding_json(const struct assay_key_list *list, const char *label,
                            const struct finding *finding)
{
    const struct assay_listed_key *key = finding->key;
    const char *code = finding->claimed.code.text;
    char handle[ASSAY_HANDLE_SIZE] = "";
    if (key != NULL) {
        assay_handle_format(key->handle, handle);
    }
    return json_pack("{ss ss ss ss? ss? ss? ss? sb}", "label", label, "result", finding->result,
                     "says", finding->reason.text, "code", code[0] == '\0' ? NULL : code, "batch",
                     key == NULL ? NULL : handle, "sku", key == NULL ? NULL : key->sku, "key",
                     key == NULL ? NULL : key->id, "other_host", is_foreign_host(list, finding));
}

static void report_json(const struct assay_key_list *list, json_t *findings)
{
    char published_at[ASSAY_TIME_TEXT_SIZE];
    char office[2 * ASSAY_ED25519_KEY_LEN];
    assay_time_format(list->published_at_unix_ms, published_at);
    assay_base64url_encode(list->office_key, sizeof list->office_key, office);
    json_t *report = json_pack("{ss ss ss sO}", "brand", list->brand, "published_at", published_at,
                               "office_key", office, "labels", findings);
    if (report != NULL) {
        json_dumpf(report, stdout, JSON_INDENT(2));
        putchar('\n');
        json_decref(report);
    }
}

static void report_end(const struct request *request, const struct assay_key_list *list)
{
    char published_at[ASSAY_TIME_TEXT_SIZE];
    char office[2 * ASSAY_ED25519_KEY_LEN];
    assay_time_format(list->published_at_unix_ms, published_at);
    assay_base64url_encode(list->office_key, sizeof list->office_key, office);
    printf("By %s's list of %s. \"Issued\" says nothing about copies: that takes an online scan.\n",
           list->brand, published_at);
    if (request->office_key == NULL) {
        printf("The list is signed by the office key that it names, %s; compare it with the "
               "brand's, or give it with --office-key.\n",
               office);
    }
}

static int check_labels(const struct request *request, const struct assay_key_list *list)
{
    int64_t now_unix_ms = assay_clock_unix_ms();
    bool good = true;
    json_t *findings = json_array();
    for (int i = 0; i < request->label_count; i++) {
        const char *label = request->labels[i];
        struct finding finding = find_out(list, label, now_unix_ms);
        good = good && finding.good;
        if (request->json) {
            json_array_append_new(findings, finding_json(list, label, &finding));
        } else {
            report_text(list, label, &finding);
        }
    }
    if (request->json) {
        report_json(list, findings);
    } else {
        report_end(request, list);
    }
    json_decref(findings);
    return good ? 0 : 1;
}

static enum assay_error check_request(const struct request *request, struct assay_reason *reason)
{
    if (request->keys == NULL) {
        return assay_fail(reason, ASSAY_E_USAGE, "--keys FILE is missing; see --help");
    }
    if (request->label_count == 0) {
        return assay_fail(reason, ASSAY_E_USAGE,
                          "a label's URL, or CODE/SIGNATURE, is missing; see --help");
    }
    return ASSAY_OK;
}

int assay_verify_offline(int argc, char **argv)
{
    static const struct argp argp = {
        .options = table,
        .parser = parse,
        .args_doc = "URL|CODE/SIGNATURE...",
        .doc = "Check offline labels with nothing but the brand's list of keys.\v"
               "Says whether a code was issued, never that its label is no copy.\n"
               "Exit status: 0 all were issued, 1 not (or the list is refused), 2 usage.",
    };
    struct request request = {.keys = NULL};
    struct assay_reason reason = {""};
    struct assay_key_list list;
    argp_err_exit_status = 2;
    enum assay_error error = ASSAY_E_USAGE;
    if (argp_parse(&argp, argc, argv, 0, NULL, &request) != 0) {
        assay_fail(&reason, error, "the command line cannot be read; see --help");
    } else {
        error = check_request(&request, &reason);
    }
    if (error == ASSAY_OK) {
        error = read_list(&request, &list, &reason);
    }
    if (error != ASSAY_OK) {
        fprintf(stderr, "assay-codegen verify-offline: %s\n", reason.text);
        return error == ASSAY_E_USAGE ? 2 : 1;
    }
    int status = check_labels(&request, &list);
    assay_key_list_deinit(&list);
    return status;
}
