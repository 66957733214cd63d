// SPDX-License-Identifier: Apache-2.0
/* The settings as a configuration file with its own explanation. */
#include <arpa/inet.h>
#include <string.h>

#include "verifier/config.h"

/* A comment of at most 96 columns a line. */
static void print_comment(FILE *out, const char *indent, const char *text)
{
    const size_t width = 92;
    while (text[0] != '\0') {
        size_t len = strlen(text);
        if (len > width) {
            len = width;
            while (len > 1 && text[len] != ' ') {
                len--;
            }
        }
        fprintf(out, "%s# %.*s\n", indent, (int)len, text);
        text += len;
        text += strspn(text, " ");
    }
}

/* Double-quoted: JSON's escapes are YAML's (YAML 1.2, 5.7). */
static void print_text(FILE *out, const char *text)
{
    fputs(" \"", out);
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        if (byte == '"' || byte == '\\') {
            fprintf(out, "\\%c", byte);
        } else if (byte < 0x20 || byte == 0x7f) {
            fprintf(out, "\\x%02x", byte);
        } else {
            fputc(byte, out);
        }
    }
    fputs("\"\n", out);
}

static void print_networks(FILE *out, const struct assay_networks *networks)
{
    if (networks->count == 0) {
        fputs(" []\n", out);
        return;
    }
    fputc('\n', out);
    for (uint32_t i = 0; i < networks->count; i++) {
        const struct assay_network *network = &networks->network[i];
        char text[INET6_ADDRSTRLEN];
        bool ipv4 = assay_address_is_ipv4(&network->base) && network->bits >= 96;
        inet_ntop(ipv4 ? AF_INET : AF_INET6, network->base.bytes + (ipv4 ? 12 : 0), text,
                  sizeof text);
        fprintf(out, "  - \"%s/%u\"\n", text, network->bits - (ipv4 ? 96u : 0u));
    }
}

#define PRINT_ENDPOINT(value) print_text(out, (value).text)
#define PRINT_NUMBER(value) fprintf(out, " %u\n", (value))
#define PRINT_FILE(value) print_text(out, (value))
#define PRINT_LOG(value) print_text(out, (value))
#define PRINT_NETWORKS(value) print_networks(out, &(value))
#define PRINT_TEXT(value) print_text(out, (value))
#define PRINT_SCAN_ON(value) fprintf(out, " %s\n", (value) ? "tap" : "load")

/* Opens a section when the name's first part changes; returns the name within it. */
static const char *print_head(FILE *out, const char *name, char *section, size_t size_bytes,
                              const char **indent)
{
    const char *dot = strchr(name, '.');
    if (dot == NULL) {
        *indent = "";
        return name;
    }
    size_t len = (size_t)(dot - name);
    if (strncmp(section, name, len) != 0 || section[len] != '\0') {
        snprintf(section, size_bytes, "%.*s", (int)len, name);
        fprintf(out, "%s:\n", section);
    }
    *indent = "  ";
    return dot + 1;
}

void assay_config_print(const struct assay_config *config, FILE *out)
{
    char section[32] = "";
    const char *indent;
    const char *key;
    char comment[512];
#define PRINT(name, member, kind, initial, min, max, unit, text)                                   \
    key = print_head(out, name, section, sizeof section, &indent);                                 \
    snprintf(comment, sizeof comment, "%s (%s)", text, unit);                                      \
    print_comment(out, indent, comment);                                                           \
    fprintf(out, "%s%s:", indent, key);                                                            \
    PRINT_##kind(config->member);
    ASSAY_CONFIG_TABLE(PRINT)
#undef PRINT
}
