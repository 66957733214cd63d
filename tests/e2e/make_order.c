// SPDX-License-Identifier: Apache-2.0
/* Make a signed order without an office, for tests and benches of labels.
 *
 *   make_order KEYS_DIR OUT COUNT HOST [pin] [gtin=G] [lot=L] [expires=YYYY-MM-DD] [handle=N] [offline]
 *
 * KEYS_DIR is made if it is not there. The passphrase comes from ASSAY_PASSPHRASE.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/order.h"
#include "core/passphrase.h"

static void die(const char *what, const char *why)
{
    fprintf(stderr, "make_order: %s: %s\n", what, why);
    exit(1);
}

static struct assay_keyring *open_keys(const char *dir)
{
    char passphrase[ASSAY_PASSPHRASE_SIZE];
    struct assay_reason reason;
    struct assay_keyring *keyring = NULL;
    char path[4096];
    snprintf(path, sizeof path, "%s/office.key", dir);
    if (assay_passphrase_get(NULL, false, passphrase, sizeof passphrase, &reason) != ASSAY_OK ||
        (access(path, F_OK) != 0 && assay_keyring_init(dir, passphrase, &reason) != ASSAY_OK) ||
        assay_keyring_open(dir, passphrase, 1u << ASSAY_KEY_OFFICE, &keyring, &reason) !=
            ASSAY_OK) {
        die(dir, reason.text);
    }
    return keyring;
}

static void put(char *field, size_t size_bytes, const char *text)
{
    if (strlen(text) >= size_bytes) {
        die(text, "is too long");
    }
    memcpy(field, text, strlen(text) + 1);
}

static void set_option(struct assay_order *order, const char *option)
{
    struct assay_reason reason;
    if (strcmp(option, "pin") == 0) {
        order->flags |= ASSAY_BATCH_HAS_PIN;
    } else if (strcmp(option, "offline") == 0) {
        order->flags |= ASSAY_BATCH_IS_OFFLINE;
    } else if (strncmp(option, "gtin=", 5) == 0) {
        if (assay_gtin_parse(option + 5, order->gtin, &reason) != ASSAY_OK) {
            die(option, reason.text);
        }
    } else if (strncmp(option, "lot=", 4) == 0) {
        put(order->lot, sizeof order->lot, option + 4);
    } else if (strncmp(option, "handle=", 7) == 0) {
        order->handle = (uint32_t)strtoul(option + 7, NULL, 10);
    } else if (strncmp(option, "expires=", 8) != 0 ||
               assay_date_parse(option + 8, &order->expires_on) != ASSAY_OK) {
        die(option, "is not an option");
    }
}

int main(int argc, char **argv)
{
    if (argc < 5) {
        fprintf(stderr, "usage: make_order KEYS_DIR OUT COUNT HOST [OPTION...]\n");
        return 2;
    }
    struct assay_order order = {
        .handle = 0x2a5f1c7,
        .epoch = 1,
        .count = (uint32_t)strtoul(argv[3], NULL, 10),
        .expires_on = ASSAY_DAY_NONE,
        .created_at_unix_ms = 1767225600000,
        .brand = "Brand",
        .sku = "YB-10400",
        .name_zh = "移动电源",
        .name_en = "Power bank (10400 mAh)",
    };
    put(order.host, sizeof order.host, argv[4]);
    for (int i = 5; i < argc; i++) {
        set_option(&order, argv[i]);
    }
    struct assay_keyring *keyring = open_keys(argv[1]);
    char *text = NULL;
    enum assay_error error = assay_order_write(&order, keyring, &text);
    assay_keyring_close(keyring);
    FILE *file = error == ASSAY_OK ? fopen(argv[2], "w") : NULL;
    if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0) {
        die(argv[2], error == ASSAY_OK ? "cannot be written" : assay_error_text(error));
    }
    free(text);
    return 0;
}
