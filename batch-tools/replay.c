// SPDX-License-Identifier: Apache-2.0
/* replay FILE: history from elsewhere, through the rules of scanning. Opens the data directory
 * itself; outputs appear under their names when they are whole. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "batch-tools/door.h"
#include "batch-tools/show.h"
#include "core/alert_watch.h"
#include "core/calibrate.h"
#include "core/clock.h"
#include "core/file.h"
#include "core/history.h"
#include "core/json.h"

#define SCORE_UNIT 1024
#define LINE_SIZE 128 /* but for the code */
#define DECIMALS 10000
#define OUTPUT_BUFFER (1u << 18)

/* A file that is being made beside its name. */
struct output {
    const char *path; /* NULL: not wanted */
    char made[4096];
    FILE *file;
};

struct replay {
    struct assay_tool_call *call;
    struct output scans;
    struct output items;
};

/* -- outputs -- */

static enum assay_error output_open(struct assay_tool_call *call, const char *option,
                                    const char *titles, struct output *output)
{
    output->path = assay_tool_text(call, option);
    if (output->path == NULL) {
        return ASSAY_OK;
    }
    if ((size_t)snprintf(output->made, sizeof output->made, "%s.partial", output->path) >=
        sizeof output->made) {
        return assay_fail(&call->reason, ASSAY_E_USAGE, "--%s: the path is too long", option);
    }
    output->file = fopen(output->made, "we");
    if (output->file == NULL) {
        return assay_file_fail(&call->reason, output->made);
    }
    setvbuf(output->file, NULL, _IOFBF, OUTPUT_BUFFER);
    fprintf(output->file, "%s\n", titles);
    return ASSAY_OK;
}

static enum assay_error output_finish(struct assay_tool_call *call, struct output *output)
{
    if (output->file == NULL) {
        return ASSAY_OK;
    }
    bool written =
        !ferror(output->file) && fflush(output->file) == 0 && fsync(fileno(output->file)) == 0;
    enum assay_error error = written ? ASSAY_OK : assay_file_fail(&call->reason, output->made);
    if (fclose(output->file) != 0 && error == ASSAY_OK) {
        error = assay_file_fail(&call->reason, output->made);
    }
    output->file = NULL;
    return error == ASSAY_OK ? assay_file_rename(output->made, output->path, &call->reason) : error;
}

static void output_drop(struct output *output)
{
    if (output->file != NULL) {
        fclose(output->file);
    }
    if (output->made[0] != '\0') {
        unlink(output->made); /* not there any more once it is finished */
    }
}

/* Digits of a number, at least `least` of them, to the left of `end`; where they begin. */
static char *digits(uint64_t number, int least, char *end)
{
    for (; number > 0 || least > 0; least--) {
        *--end = (char)('0' + number % 10);
        number /= 10;
    }
    return end;
}

/* A text to the left of `end`; where it begins. */
static char *words(const char *text, char *end)
{
    size_t len = strlen(text);
    return memcpy(end - len, text, len);
}

/* ",SCORE,LEVEL" and the line's end, the score with four decimals, which tell all of them apart; to
 * the left of `end`. */
static char *risk_text(int32_t score, enum assay_risk_level level, char *end)
{
    uint64_t magnitude = (uint64_t)(score < 0 ? -(int64_t)score : score);
    uint64_t scaled = (magnitude * DECIMALS + SCORE_UNIT / 2) / SCORE_UNIT;
    char *at = words("\n", end);
    at = words(assay_risk_level_name(level), at);
    *--at = ',';
    at = digits(scaled % DECIMALS, 4, at);
    *--at = '.';
    at = digits(scaled / DECIMALS, 1, at);
    if (score < 0) {
        *--at = '-';
    }
    *--at = ',';
    return at;
}

static enum assay_error write_scan(void *context, const struct assay_history_result *result)
{
    FILE *file = ((struct replay *)context)->scans.file;
    if (file == NULL) {
        return ASSAY_OK;
    }
    char line[LINE_SIZE];
    char *end = line + sizeof line;
    char *at = result->has_risk ? risk_text(result->score, result->level, end) : words(",,\n", end);
    at = words(result->waits ? "wait" : assay_verdict_row(result->verdict)->name, at);
    *--at = ',';
    at = digits(result->number, 1, at);
    fwrite_unlocked(at, 1, (size_t)(end - at), file);
    return ferror_unlocked(file) ? ASSAY_E_IO : ASSAY_OK;
}

/* The code as it was given, in quotes where CSV wants them. */
static void write_code(FILE *file, const char *code)
{
    if (strpbrk(code, ",\"\r\n") == NULL) {
        fputs_unlocked(code, file);
        return;
    }
    putc_unlocked('"', file);
    for (; *code != '\0'; code++) {
        fputs_unlocked(*code == '"' ? "\"\"" : (const char[]){*code, '\0'}, file);
    }
    putc_unlocked('"', file);
}

static enum assay_error write_item(void *context, const char *code, const struct assay_risk *risk)
{
    FILE *file = context;
    char line[LINE_SIZE];
    char *end = line + sizeof line;
    char *at = risk_text(risk->score, risk->level, end);
    write_code(file, code);
    fwrite_unlocked(at, 1, (size_t)(end - at), file);
    return ferror_unlocked(file) ? ASSAY_E_IO : ASSAY_OK;
}

/* -- keys -- */

/* Only devices ask for a key, and nobody is there to open it: they are told apart under a key of this
 * ledger, so that another file finds them again; the buyers' own devices are not among them. */
static void stand_in(const struct assay_store *store, uint8_t key[ASSAY_ROOT_KEY_LEN])
{
    uint8_t input[32 + 16] = "assay-replay-device";
    memcpy(input + 32, assay_store_ledger_id(store), 16);
    assay_sha256(input, sizeof input, key);
}

static enum assay_error keys_open(struct assay_tool_call *call, const struct assay_store *store,
                                  const struct assay_history_file *file,
                                  struct assay_history_keys *keys)
{
    unsigned wanted = (file->has_codes ? 1u << ASSAY_KEY_LABEL : 0) |
                      (file->has_devices ? 1u << ASSAY_KEY_SERVICE : 0);
    if (!file->has_codes && !assay_door_has_passphrase(call)) {
        stand_in(store, keys->device_key);
        return ASSAY_OK;
    }
    enum assay_error error = assay_tool_keys(call, wanted);
    if (error == ASSAY_OK && file->has_devices) {
        assay_keyring_service_key(call->keyring, ASSAY_PURPOSE_DEVICE, keys->device_key);
    }
    keys->keyring = call->keyring;
    return error;
}

/* -- the command -- */

static void tell_progress(void *context, uint64_t rows, uint64_t of)
{
    (void)context;
    fprintf(stderr, "\r%llu of %llu rows", (unsigned long long)rows, (unsigned long long)of);
}

static void show_report(const struct assay_tool_call *call,
                        const struct assay_history_report *report)
{
    json_t *verdicts = json_object();
    for (int i = 0; i < ASSAY_VERDICT_COUNT; i++) {
        json_object_set_new(verdicts, assay_verdict_row((enum assay_verdict)i)->name,
                            json_integer((json_int_t)report->verdicts[i]));
    }
    json_t *json =
        json_pack("{s:I, s:I, s:I, s:I, s:o}", "rows", (json_int_t)report->rows, "rows_before",
                  (json_int_t)report->before, "scans_recorded", (json_int_t)report->recorded,
                  "wait", (json_int_t)report->waits, "verdicts", verdicts);
    assay_show_result(call, json);
    json_decref(json);
}

static enum assay_error refuse(struct replay *replay, enum assay_error error)
{
    struct assay_reason reason = replay->call->reason;
    return strncmp(reason.text, "line ", 5) != 0
               ? error
               : assay_fail(&replay->call->reason, error, "%s: %s", replay->call->operand,
                            reason.text);
}

/* Items known to be genuine say what scores are unusual: the items are looked at by that. */
static enum assay_error calibrate(struct assay_tool_call *call,
                                  const struct assay_history_options *options)
{
    const struct assay_calibrate_options wanted = {.dir = options->dir,
                                                   .session = options->session,
                                                   .actor = options->actor,
                                                   .now_unix_ms = options->now_unix_ms,
                                                   .references_wanted = true};
    struct assay_calibrate_report report;
    enum assay_error error = assay_calibrate(&wanted, &report, &call->reason);
    return error == ASSAY_E_REFUSED ? ASSAY_OK : error;
}

static enum assay_error run(struct replay *replay, const struct assay_history_options *options)
{
    struct assay_tool_call *call = replay->call;
    struct assay_history *history = NULL;
    struct assay_history_keys keys = {0};
    struct assay_history_report report;
    enum assay_error error = assay_history_open(options, &history, &call->reason);
    if (error != ASSAY_OK) {
        return refuse(replay, error);
    }
    error = keys_open(call, options->store, assay_history_file_of(history), &keys);
    if (error == ASSAY_OK) {
        error = output_open(call, "scan-out", "row,verdict,score,level", &replay->scans);
    }
    if (error == ASSAY_OK) {
        error = output_open(call, "item-out", "code,score,level", &replay->items);
    }
    if (error == ASSAY_OK) {
        error = refuse(replay, assay_history_run(history, &keys, &report, &call->reason));
    }
    if (options->progress != NULL) {
        fputs("\r\033[K", stderr);
    }
    if (error == ASSAY_OK && report.recorded > 0) {
        error = calibrate(call, options);
    }
    if (error == ASSAY_OK && replay->items.file != NULL) {
        error = assay_history_items(history, write_item, replay->items.file, &call->reason);
    }
    assay_bytes_wipe(&keys, sizeof keys);
    assay_history_close(history);
    error = error != ASSAY_OK ? error : output_finish(call, &replay->scans);
    error = error != ASSAY_OK ? error : output_finish(call, &replay->items);
    if (error == ASSAY_OK) {
        show_report(call, &report);
    }
    return error;
}

/* What the scans that came say to the rules of alerts: pass after pass, until nothing is new. */
static enum assay_error ask_rules(struct assay_tool_call *call, struct assay_store_session *session)
{
    uint32_t raised = 0;
    enum assay_error error = assay_store_checkpoint(assay_store_of(session));
    if (error != ASSAY_OK) {
        return assay_fail(&call->reason, error, NULL);
    }
    do {
        error = assay_alert_pass(session, &raised, &call->reason);
    } while (error == ASSAY_OK && raised == ASSAY_ALERTS_A_PASS_MAX);
    return error;
}

static enum assay_error run_in(struct replay *replay, struct assay_store *store)
{
    struct assay_tool_call *call = replay->call;
    struct assay_actor actor = {0};
    assay_door_actor(&actor);
    struct assay_history_options options = {
        .path = call->operand,
        .dir = call->data,
        .store = store,
        .actor = actor.name,
        .now_unix_ms = assay_clock_unix_ms(),
        .tell = write_scan,
        .progress = isatty(STDERR_FILENO) != 0 ? tell_progress : NULL,
        .context = replay,
    };
    enum assay_error error = assay_store_session_open(store, &options.session);
    if (error != ASSAY_OK) {
        return assay_fail(&call->reason, error, NULL);
    }
    error = run(replay, &options);
    error = error != ASSAY_OK ? error : ask_rules(call, options.session);
    assay_store_session_close(options.session);
    return error;
}

enum assay_error assay_tool_replay(struct assay_tool_call *call)
{
    struct replay replay = {.call = call};
    const struct assay_store_options options = {.dir = call->data, .no_checkpointer = true};
    struct assay_store *store = NULL;
    enum assay_error error = assay_store_open(&options, &store, &call->reason);
    if (error == ASSAY_E_LOCKED) {
        struct assay_reason reason = call->reason;
        return assay_fail(&call->reason, error, "%s; stop it, replay, and start it again",
                          reason.text);
    }
    if (error != ASSAY_OK) {
        return error;
    }
    error = run_in(&replay, store);
    output_drop(&replay.scans);
    output_drop(&replay.items);
    assay_store_close(store);
    return error;
}
