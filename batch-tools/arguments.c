// SPDX-License-Identifier: Apache-2.0
#include "batch-tools/arguments.h"

#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "batch-tools/alert.h"
#include "batch-tools/carton.h"
#include "batch-tools/evidence.h"

#define EXIT_USAGE 2
#define OPTIONS_MAX 24
#define KEY_FIRST 0x100
#define KEY_DATA 0x200
#define KEY_JSON 0x201
#define KEY_PASSPHRASE 0x202
#define NUMBER_DIGITS 15 /* below 2^52 */
#define WORDS_ROOM 64

const char *argp_program_version = "assay-batch " ASSAY_VERSION;
error_t argp_err_exit_status = EXIT_USAGE;

_Noreturn static void usage_fail(const char *words, const char *what, const char *which)
{
    fprintf(stderr, "assay-batch%s%s: %s%s; see assay-batch%s%s --help\n", words[0] ? " " : "",
            words, what, which, words[0] ? " " : "", words);
    exit(EXIT_USAGE);
}

static void must(int rc)
{
    if (rc != 0) {
        fputs("assay-batch: out of memory\n", stderr);
        exit(1);
    }
}

/* -- the command -- */

/* The n-th command of all tables; NULL past the last. */
static const struct assay_tool_command *command_at(size_t number)
{
    static const struct assay_tool_command *const tables[] = {
        assay_tool_commands, assay_carton_commands, assay_alert_commands, assay_evidence_commands};
    for (size_t i = 0; i < ASSAY_COUNT_OF(tables); i++) {
        for (const struct assay_tool_command *row = tables[i]; row->words != NULL; row++) {
            if (number-- == 0) {
                return row;
            }
        }
    }
    return NULL;
}

static void print_commands(void)
{
    const struct assay_tool_command *row;
    puts("Usage: assay-batch COMMAND [OPTION...]\n"
         "The office of a brand: products, batches, audits, backups.\n");
    for (size_t i = 0; (row = command_at(i)) != NULL; i++) {
        char words[WORDS_ROOM];
        snprintf(words, sizeof words, "%s%s%s", row->words, row->operand == NULL ? "" : " ",
                 row->operand == NULL ? "" : row->operand);
        printf("  %-24s %s\n", words, row->help);
    }
    puts("\nEach command takes --help. Commands take --data DIR, the data directory, and --json.\n"
         "Exit status: 0 done; 1 refused, with the reason on standard error; 2 wrong usage.");
}

/* The row whose words the arguments begin with; *count: out, how many words. */
static const struct assay_tool_command *find_command(int argc, char **argv, int *count)
{
    char words[WORDS_ROOM] = "";
    const struct assay_tool_command *found = NULL;
    const struct assay_tool_command *row;
    for (int i = 1; i < argc && i <= 2; i++) {
        size_t at = strlen(words);
        if (at + strlen(argv[i]) + 2 > sizeof words) {
            break;
        }
        snprintf(words + at, sizeof words - at, "%s%s", i > 1 ? " " : "", argv[i]);
        for (size_t k = 0; (row = command_at(k)) != NULL; k++) {
            if (strcmp(row->words, words) == 0) {
                found = row;
                *count = i;
            }
        }
    }
    return found;
}

static const struct assay_tool_command *command_of(int argc, char **argv, int *count)
{
    if (argc < 2) {
        usage_fail("", "a command is wanted", "");
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-?") == 0 ||
        strcmp(argv[1], "help") == 0) {
        print_commands();
        exit(0);
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts(argp_program_version);
        exit(0);
    }
    const struct assay_tool_command *command = find_command(argc, argv, count);
    if (command == NULL) {
        char words[WORDS_ROOM];
        snprintf(words, sizeof words, "%.30s%s%.30s", argv[1], argc > 2 ? " " : "",
                 argc > 2 ? argv[2] : "");
        usage_fail("", "there is no command ", words);
    }
    return command;
}

/* -- its options -- */

static void take_value(struct assay_tool_call *call, const struct assay_tool_option *option,
                       const char *value)
{
    json_t *json = json_true();
    if (option->kind == ASSAY_TOOL_NUMBER) {
        size_t digits = strspn(value, "0123456789");
        if (digits == 0 || digits > NUMBER_DIGITS || value[digits] != '\0') {
            char text[WORDS_ROOM];
            snprintf(text, sizeof text, "--%s wants a whole number", option->name);
            usage_fail(call->command->words, text, "");
        }
        json = json_integer(strtoll(value, NULL, 10));
    } else if (option->kind == ASSAY_TOOL_TEXT) {
        json = json_string(value);
        if (json == NULL) {
            char text[WORDS_ROOM];
            snprintf(text, sizeof text, "--%s is not UTF-8", option->name);
            usage_fail(call->command->words, text, "");
        }
    }
    must(option->param != NULL ? json_object_set_new(call->params, option->param, json)
                               : json_object_set_new(call->own, option->name, json));
}

static void take_operand(struct assay_tool_call *call, char *value)
{
    const struct assay_tool_command *command = call->command;
    if (command->operand == NULL || call->operand != NULL) {
        usage_fail(command->words, "nothing is known to do with ", value);
    }
    call->operand = value;
    if (command->operand_param != NULL) {
        json_t *text = json_string(value);
        if (text == NULL) {
            usage_fail(command->words, command->operand, " is not UTF-8");
        }
        must(json_object_set_new(call->params, command->operand_param, text));
    }
}

static void check_whole(const struct assay_tool_call *call)
{
    const struct assay_tool_command *command = call->command;
    if (command->operand != NULL && call->operand == NULL) {
        usage_fail(command->words, command->operand, " is wanted");
    }
    if (command->needs_data && call->data == NULL) {
        usage_fail(command->words, "--data DIR is wanted", "");
    }
    for (const struct assay_tool_option *option = command->options; option->name; option++) {
        const json_t *object = option->param != NULL ? call->params : call->own;
        const char *field = option->param != NULL ? option->param : option->name;
        if (option->required && json_object_get(object, field) == NULL) {
            char text[WORDS_ROOM];
            snprintf(text, sizeof text, "--%s %s is wanted", option->name, option->value);
            usage_fail(command->words, text, "");
        }
    }
}

static error_t take_argument(int key, char *value, struct argp_state *state)
{
    struct assay_tool_call *call = state->input;
    switch (key) {
    case KEY_DATA:
        call->data = value;
        return 0;
    case KEY_JSON:
        call->json = true;
        return 0;
    case KEY_PASSPHRASE:
        call->passphrase_file = value;
        return 0;
    case ARGP_KEY_ARG:
        take_operand(call, value);
        return 0;
    case ARGP_KEY_END:
        check_whole(call);
        return 0;
    default:
        break;
    }
    for (int i = 0; call->command->options[i].name != NULL; i++) {
        const struct assay_tool_option *option = &call->command->options[i];
        if (key == KEY_FIRST + i || (option->letter != 0 && key == option->letter)) {
            take_value(call, option, value);
            return 0;
        }
    }
    return ARGP_ERR_UNKNOWN;
}

/* The command's own options, then the common ones. */
static void fill_options(const struct assay_tool_command *command,
                         struct argp_option options[OPTIONS_MAX])
{
    int count = 0;
    for (; command->options[count].name != NULL; count++) {
        const struct assay_tool_option *option = &command->options[count];
        assay_assert(count < OPTIONS_MAX - 4);
        options[count] = (struct argp_option){
            .name = option->name,
            .key = option->letter != 0 ? option->letter : KEY_FIRST + count,
            .arg = option->value,
            .doc = option->help,
            .group = 1,
        };
    }
    if (command->needs_data) {
        options[count++] = (struct argp_option){
            .name = "data", .key = KEY_DATA, .arg = "DIR", .doc = "the data directory", .group = 2};
    }
    options[count++] = (struct argp_option){
        .name = "json", .key = KEY_JSON, .doc = "print the result as JSON", .group = 2};
    options[count] = (struct argp_option){.name = "passphrase-file",
                                          .key = KEY_PASSPHRASE,
                                          .arg = "FILE",
                                          .doc = "file with the passphrase of the key files; else "
                                                 "ASSAY_PASSPHRASE or a prompt",
                                          .group = 2};
}

void assay_arguments_read(int argc, char **argv, struct assay_tool_call *call)
{
    int words = 0;
    *call = (struct assay_tool_call){.command = command_of(argc, argv, &words)};
    call->params = json_object();
    call->own = json_object();
    must(call->params == NULL || call->own == NULL);
    struct argp_option options[OPTIONS_MAX] = {0};
    fill_options(call->command, options);
    const struct argp argp = {.options = options,
                              .parser = take_argument,
                              .args_doc = call->command->operand,
                              .doc = call->command->help};
    char name[WORDS_ROOM];
    snprintf(name, sizeof name, "assay-batch %s", call->command->words);
    argv[words] = name;
    must(argp_parse(&argp, argc - words, argv + words, 0, NULL, call));
    argv[words] = NULL;
}

void assay_arguments_deinit(struct assay_tool_call *call)
{
    json_decref(call->params);
    json_decref(call->own);
    assay_keyring_close(call->keyring);
}

const char *assay_tool_text(const struct assay_tool_call *call, const char *name)
{
    return json_string_value(json_object_get(call->own, name));
}

bool assay_tool_flag(const struct assay_tool_call *call, const char *name)
{
    return json_object_get(call->own, name) != NULL;
}
