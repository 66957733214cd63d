// SPDX-License-Identifier: Apache-2.0
/* The file is read as a tree of nodes that know their lines (libyaml), walked once against the
 * table; what is wrong is told and the walk goes on, so one run names every problem. */
#include "verifier/config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <yaml.h>

enum kind {
    KIND_ENDPOINT,
    KIND_NUMBER,
    KIND_FILE,
    KIND_LOG,
    KIND_NETWORKS,
    KIND_SCAN_ON,
    KIND_TEXT
};

struct setting {
    struct assay_config_row row;
    enum kind kind;
    size_t offset;
    uint32_t min, max;
};

static const struct setting settings[] = {
#define SETTING(name, member, kind, initial, min, max, unit, text)                                 \
    {{name, initial, unit, text}, KIND_##kind, offsetof(struct assay_config, member), min, max},
    ASSAY_CONFIG_TABLE(SETTING)
#undef SETTING
};

#define SETTINGS ASSAY_COUNT_OF(settings)

/* The state of one check. */
struct check {
    const char *name; /* of the file */
    const struct assay_config_sink *sink;
    unsigned problems;
    yaml_document_t *document;
    struct assay_config config;
    unsigned line_of[SETTINGS]; /* where each setting stands; 0 = it does not */
};

static void tell(struct check *check, unsigned line, const char *setting, const char *what)
{
    check->problems++;
    if (check->problems > ASSAY_CONFIG_PROBLEMS_MAX) {
        return;
    }
    char text[1024];
    snprintf(text, sizeof text, "%s:%u: %s%s%s", check->name, line, setting,
             setting[0] != '\0' ? ": " : "", what);
    check->sink->problem(check->sink->context, text);
}

static void tell_rest(struct check *check)
{
    if (check->problems <= ASSAY_CONFIG_PROBLEMS_MAX) {
        return;
    }
    char text[256];
    snprintf(text, sizeof text, "%.200s: and %u more problems", check->name,
             check->problems - ASSAY_CONFIG_PROBLEMS_MAX);
    check->sink->problem(check->sink->context, text);
}

static unsigned line_of(const yaml_node_t *node)
{
    return (unsigned)node->start_mark.line + 1;
}

/* -- one value -- */

static enum assay_error set_number(const struct setting *setting, const char *text, uint32_t *out,
                                   struct assay_reason *reason)
{
    size_t digits = strspn(text, "0123456789");
    unsigned long value = digits > 0 && digits <= 10 ? strtoul(text, NULL, 10) : 0;
    if (digits == 0 || digits > 10 || text[digits] != '\0' || value < setting->min ||
        value > setting->max) {
        return assay_fail(reason, ASSAY_E_FIELD, "must be a whole number from %u to %u (%s)",
                          setting->min, setting->max, setting->row.unit);
    }
    *out = (uint32_t)value;
    return ASSAY_OK;
}

static enum assay_error set_path(const char *text, char *out, struct assay_reason *reason)
{
    if (text[0] != '\0' && text[0] != '/') {
        return assay_fail(reason, ASSAY_E_FIELD, "must be an absolute path");
    }
    size_t len = strlen(text);
    if (len >= ASSAY_CONFIG_PATH_SIZE) {
        return assay_fail(reason, ASSAY_E_FIELD, "must be shorter than %d bytes",
                          ASSAY_CONFIG_PATH_SIZE);
    }
    memcpy(out, text, len + 1);
    return ASSAY_OK;
}

static enum assay_error set_file(const char *text, char *out, struct assay_reason *reason)
{
    if (text[0] == '/' && access(text, R_OK) != 0) {
        return assay_fail(reason, ASSAY_E_FIELD, "cannot read %.200s: %s", text, strerror(errno));
    }
    return set_path(text, out, reason);
}

static enum assay_error set_log(const char *text, char *out, struct assay_reason *reason)
{
    if (strcmp(text, "off") == 0 || strcmp(text, "stderr") == 0) {
        memcpy(out, text, strlen(text) + 1);
        return ASSAY_OK;
    }
    if (text[0] != '/') {
        return assay_fail(reason, ASSAY_E_FIELD, "must be an absolute path, stderr or off");
    }
    return set_path(text, out, reason);
}

static enum assay_error set_text(const char *text, char *out, struct assay_reason *reason)
{
    size_t len = strlen(text);
    for (size_t i = 0; i < len; i++) {
        if (text[i] <= ' ' || text[i] >= 0x7f) {
            return assay_fail(reason, ASSAY_E_FIELD, "must be printable ASCII without spaces");
        }
    }
    if (len >= ASSAY_CONFIG_TEXT_SIZE) {
        return assay_fail(reason, ASSAY_E_FIELD, "must be shorter than %d bytes",
                          ASSAY_CONFIG_TEXT_SIZE);
    }
    memcpy(out, text, len + 1);
    return ASSAY_OK;
}

static enum assay_error set_scan_on(const char *text, bool *out, struct assay_reason *reason)
{
    if (strcmp(text, "load") != 0 && strcmp(text, "tap") != 0) {
        return assay_fail(reason, ASSAY_E_FIELD, "must be load or tap");
    }
    *out = text[0] == 't';
    return ASSAY_OK;
}

static enum assay_error add_network(const char *text, struct assay_networks *networks,
                                    struct assay_reason *reason)
{
    if (networks->count == ASSAY_NETWORKS_MAX) {
        return assay_fail(reason, ASSAY_E_FIELD, "more than %d networks", ASSAY_NETWORKS_MAX);
    }
    enum assay_error error = assay_network_parse(text, &networks->network[networks->count], reason);
    networks->count += error == ASSAY_OK;
    return error;
}

/* Check and set one text value; also how defaults and the command line get in. */
static enum assay_error set_value(struct assay_config *config, const struct setting *setting,
                                  const char *text, struct assay_reason *reason)
{
    void *member = (char *)config + setting->offset;
    switch (setting->kind) {
    case KIND_ENDPOINT:
        return assay_endpoint_parse(text, member, reason);
    case KIND_NUMBER:
        return set_number(setting, text, member, reason);
    case KIND_FILE:
        return set_file(text, member, reason);
    case KIND_LOG:
        return set_log(text, member, reason);
    case KIND_SCAN_ON:
        return set_scan_on(text, member, reason);
    case KIND_TEXT:
        return set_text(text, member, reason);
    case KIND_NETWORKS:
        return text[0] == '\0' ? ASSAY_OK : add_network(text, member, reason);
    }
    assay_assert(false);
}

void assay_config_init(struct assay_config *config)
{
    memset(config, 0, sizeof *config);
    for (size_t i = 0; i < SETTINGS; i++) {
        enum assay_error error = set_value(config, &settings[i], settings[i].row.initial, NULL);
        assay_assert(error == ASSAY_OK);
    }
}

enum assay_error assay_config_set(struct assay_config *config, const char *name, const char *text,
                                  struct assay_reason *reason)
{
    for (size_t i = 0; i < SETTINGS; i++) {
        if (strcmp(settings[i].row.name, name) == 0) {
            return set_value(config, &settings[i], text, reason);
        }
    }
    return assay_fail(reason, ASSAY_E_FIELD, "there is no setting %.60s", name);
}

const struct assay_config_row *assay_config_row(size_t number)
{
    return number < SETTINGS ? &settings[number].row : NULL;
}

/* -- the tree -- */

/* Text of a scalar, or NULL with the problem told. Written `~`, `null` or nothing: empty. */
static const char *scalar_text(struct check *check, const yaml_node_t *node, const char *name)
{
    if (node->type != YAML_SCALAR_NODE) {
        tell(check, line_of(node), name, "must be one value");
        return NULL;
    }
    const char *text = (const char *)node->data.scalar.value;
    if (strlen(text) != node->data.scalar.length) {
        tell(check, line_of(node), name, "must not hold a NUL");
        return NULL;
    }
    bool plain = node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    return plain && (strcmp(text, "~") == 0 || strcmp(text, "null") == 0) ? "" : text;
}

static void take_scalar(struct check *check, const struct setting *setting, const yaml_node_t *node)
{
    const char *text = scalar_text(check, node, setting->row.name);
    struct assay_reason reason;
    if (text == NULL) {
        return;
    }
    if (setting->kind == KIND_NETWORKS && text[0] != '\0') {
        tell(check, line_of(node), setting->row.name, "must be a list");
        return;
    }
    if (set_value(&check->config, setting, text, &reason) != ASSAY_OK) {
        tell(check, line_of(node), setting->row.name, reason.text);
    }
}

static void take_list(struct check *check, const struct setting *setting, const yaml_node_t *node)
{
    for (yaml_node_item_t *item = node->data.sequence.items.start;
         item < node->data.sequence.items.top; item++) {
        const yaml_node_t *value = yaml_document_get_node(check->document, *item);
        const char *text = scalar_text(check, value, setting->row.name);
        struct assay_reason reason;
        void *member = (char *)&check->config + setting->offset;
        if (text != NULL && add_network(text, member, &reason) != ASSAY_OK) {
            tell(check, line_of(value), setting->row.name, reason.text);
        }
    }
}

static void take_setting(struct check *check, size_t number, const yaml_node_t *key,
                         const yaml_node_t *value)
{
    const struct setting *setting = &settings[number];
    if (check->line_of[number] != 0) {
        char text[64];
        snprintf(text, sizeof text, "is set twice, first in line %u", check->line_of[number]);
        tell(check, line_of(key), setting->row.name, text);
        return;
    }
    check->line_of[number] = line_of(key);
    if (setting->kind == KIND_NETWORKS && value->type == YAML_SEQUENCE_NODE) {
        take_list(check, setting, value);
    } else {
        take_scalar(check, setting, value);
    }
}

/* Number of a setting by its whole name; SETTINGS if there is none. */
static size_t find_setting(const char *name)
{
    size_t i = 0;
    while (i < SETTINGS && strcmp(settings[i].row.name, name) != 0) {
        i++;
    }
    return i;
}

/* True if some setting's name begins with "section.". */
static bool is_section(const char *name)
{
    size_t len = strlen(name);
    for (size_t i = 0; i < SETTINGS; i++) {
        if (strncmp(settings[i].row.name, name, len) == 0 && settings[i].row.name[len] == '.') {
            return true;
        }
    }
    return false;
}

static void take_mapping(struct check *check, const char *section, const yaml_node_t *mapping);

static void take_pair(struct check *check, const char *section, const yaml_node_t *key,
                      const yaml_node_t *value)
{
    const char *text = scalar_text(check, key, section);
    if (text == NULL) {
        return;
    }
    char name[128];
    snprintf(name, sizeof name, "%s%s%.60s", section, section[0] != '\0' ? "." : "", text);
    size_t number = find_setting(name);
    if (number < SETTINGS) {
        take_setting(check, number, key, value);
    } else if (section[0] != '\0' || !is_section(name)) {
        tell(check, line_of(key), name, "there is no such setting");
    } else if (value->type == YAML_MAPPING_NODE) {
        take_mapping(check, name, value);
    } else if (value->type != YAML_SCALAR_NODE || value->data.scalar.length != 0) {
        tell(check, line_of(value), name, "is a section and holds settings");
    }
}

/* At most two floors deep: a section within a section is no setting. */
static void take_mapping(struct check *check, const char *section, const yaml_node_t *mapping)
{
    for (yaml_node_pair_t *pair = mapping->data.mapping.pairs.start;
         pair < mapping->data.mapping.pairs.top; pair++) {
        take_pair(check, section, yaml_document_get_node(check->document, pair->key),
                  yaml_document_get_node(check->document, pair->value));
    }
}

/* -- what settings mean together -- */

static void check_together(struct check *check)
{
    const struct assay_config *config = &check->config;
    if ((config->tls_certificate[0] == '\0') != (config->tls_key[0] == '\0')) {
        bool has_key = config->tls_key[0] != '\0';
        size_t number = find_setting(has_key ? "tls.key" : "tls.certificate");
        tell(check, check->line_of[number], settings[number].row.name,
             has_key ? "needs tls.certificate too" : "needs tls.key too");
    }
    if (config->connections_per_address > config->connections_total) {
        size_t number = find_setting("connections.per_address");
        size_t other = find_setting("connections.total");
        unsigned line =
            check->line_of[number] != 0 ? check->line_of[number] : check->line_of[other];
        tell(check, line, "connections.per_address", "must not be above connections.total");
    }
    if (config->listen.address_len == config->ops_listen.address_len &&
        strcmp(config->listen.text, config->ops_listen.text) == 0 &&
        strcmp(strrchr(config->listen.text, ':'), ":0") != 0) {
        size_t number = find_setting("ops_listen");
        size_t other = find_setting("listen");
        unsigned line =
            check->line_of[number] != 0 ? check->line_of[number] : check->line_of[other];
        tell(check, line, "ops_listen", "must not be the same as listen");
    }
}

static void tell_syntax(struct check *check, const yaml_parser_t *parser)
{
    char text[256];
    snprintf(text, sizeof text, "is not YAML: %s",
             parser->problem != NULL ? parser->problem : "not UTF-8");
    bool marked = parser->error == YAML_SCANNER_ERROR || parser->error == YAML_PARSER_ERROR ||
                  parser->error == YAML_COMPOSER_ERROR;
    tell(check, marked ? (unsigned)parser->problem_mark.line + 1 : 1, "", text);
}

static enum assay_error check_document(struct check *check)
{
    const yaml_node_t *root = yaml_document_get_root_node(check->document);
    if (root == NULL) {
        return ASSAY_OK; /* an empty file: all defaults */
    }
    if (root->type != YAML_MAPPING_NODE) {
        tell(check, line_of(root), "", "must be settings, each `name: value`");
        return ASSAY_E_FIELD;
    }
    take_mapping(check, "", root);
    if (check->problems == 0) {
        check_together(check);
    }
    tell_rest(check);
    return check->problems == 0 ? ASSAY_OK : ASSAY_E_FIELD;
}

/* A second document in the file would be ignored in silence: refuse it. */
static enum assay_error check_end(struct check *check, yaml_parser_t *parser)
{
    yaml_document_t more;
    if (!yaml_parser_load(parser, &more)) {
        tell_syntax(check, parser);
        return ASSAY_E_SYNTAX;
    }
    const yaml_node_t *root = yaml_document_get_root_node(&more);
    unsigned line = root != NULL ? line_of(root) : 0;
    yaml_document_delete(&more);
    if (line == 0) {
        return ASSAY_OK;
    }
    tell(check, line, "", "must be one YAML document");
    return ASSAY_E_FIELD;
}

enum assay_error assay_config_parse(const char *name, const char *text, size_t len,
                                    struct assay_config *config,
                                    const struct assay_config_sink *sink)
{
    struct check check = {.name = name, .sink = sink};
    yaml_document_t document;
    yaml_parser_t parser;
    assay_config_init(&check.config);
    if (!yaml_parser_initialize(&parser)) {
        tell(&check, 1, "", "out of memory");
        return ASSAY_E_MEMORY;
    }
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
    enum assay_error error = ASSAY_E_SYNTAX;
    if (!yaml_parser_load(&parser, &document)) {
        tell_syntax(&check, &parser);
    } else {
        check.document = &document;
        error = check_document(&check);
        enum assay_error end = check_end(&check, &parser);
        error = error != ASSAY_OK ? error : end;
        yaml_document_delete(&document);
    }
    yaml_parser_delete(&parser);
    if (error == ASSAY_OK) {
        *config = check.config;
    }
    return error;
}

static enum assay_error read_file(const char *path, char *text, size_t room, size_t *len)
{
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return errno == ENOENT ? ASSAY_E_NOT_FOUND : ASSAY_E_IO;
    }
    *len = fread(text, 1, room, file);
    bool failed = ferror(file) != 0;
    fclose(file);
    if (failed) {
        return ASSAY_E_IO;
    }
    return *len == room ? ASSAY_E_TOO_LARGE : ASSAY_OK;
}

enum assay_error assay_config_load(const char *path, struct assay_config *config,
                                   const struct assay_config_sink *sink)
{
    char *text = malloc(ASSAY_CONFIG_BYTES_MAX + 1);
    size_t len = 0;
    errno = 0;
    enum assay_error error =
        text != NULL ? read_file(path, text, ASSAY_CONFIG_BYTES_MAX + 1, &len) : ASSAY_E_MEMORY;
    if (error == ASSAY_OK) {
        error = assay_config_parse(path, text, len, config, sink);
    } else {
        char line[1024];
        snprintf(line, sizeof line, "%s: %s", path,
                 errno != 0 ? strerror(errno) : assay_error_text(error));
        sink->problem(sink->context, line);
    }
    free(text);
    return error;
}
