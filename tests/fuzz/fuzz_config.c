// SPDX-License-Identifier: Apache-2.0
/* A configuration is taken whole or not at all; a refusal names at least one problem; what was taken
 * is the same after being printed and read again. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "verifier/config.h"

static void count(void *context, const char *line)
{
    assay_assert(line[0] != '\0');
    (*(unsigned *)context)++;
}

static void check_again(const struct assay_config *config, const struct assay_config_sink *sink)
{
    static struct assay_config again;
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    assay_assert(out != NULL);
    assay_config_print(config, out);
    fclose(out);
    enum assay_error error = assay_config_parse("again", text, len, &again, sink);
    assay_assert(error == ASSAY_OK);
    assay_assert(memcmp(config, &again, sizeof again) == 0);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct assay_config config;
    static struct assay_config untouched;
    unsigned problems = 0;
    const struct assay_config_sink sink = {.problem = count, .context = &problems};
    memset(&config, 0x5a, sizeof config);
    memcpy(&untouched, &config, sizeof config);
    enum assay_error error = assay_config_parse("fuzz", (const char *)data, size, &config, &sink);
    if (error == ASSAY_OK) {
        assay_assert(problems == 0);
        check_again(&config, &sink);
    } else {
        assay_assert(problems > 0);
        assay_assert(problems <= ASSAY_CONFIG_PROBLEMS_MAX + 2);
        assay_assert(memcmp(&config, &untouched, sizeof config) == 0);
    }
    return 0;
}
