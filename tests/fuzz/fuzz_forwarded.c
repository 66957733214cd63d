// SPDX-License-Identifier: Apache-2.0
/* X-Forwarded-For, endpoints and networks: without trusted proxies the peer stays the client; the
 * client is never a trusted proxy unless the header ends there; what parses is in bounds. */
#include "fuzz.h"

#include <string.h>

#include "verifier/address.h"

static void check_texts(const char *text)
{
    struct assay_endpoint endpoint;
    struct assay_network network;
    if (assay_endpoint_parse(text, &endpoint, NULL) == ASSAY_OK) {
        assay_assert(strcmp(endpoint.text, text) == 0);
        assay_assert(endpoint.address_len > 0);
    }
    if (assay_network_parse(text, &network, NULL) == ASSAY_OK) {
        const struct assay_networks one = {.count = 1, .network = {network}};
        assay_assert(network.bits <= 128);
        assay_assert(assay_networks_have(&one, &network.base));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct assay_address peer = {
        .bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1}};
    struct assay_networks proxies = {.count = 0};
    struct assay_address client;
    char coarse[ASSAY_ADDRESS_TEXT_SIZE];
    assay_address_client(&proxies, &peer, (const char *)data, size, &client);
    assay_assert(memcmp(&client, &peer, sizeof peer) == 0);
    enum assay_error error = assay_network_parse("127.0.0.0/8", &proxies.network[0], NULL);
    assay_assert(error == ASSAY_OK);
    proxies.count = 1;
    assay_address_client(&proxies, &peer, (const char *)data, size, &client);
    assay_address_format_coarse(&client, coarse);
    assay_assert(strchr(coarse, '/') != NULL);
    char text[200];
    if (size < sizeof text) {
        memcpy(text, data, size);
        text[size] = '\0';
        check_texts(text);
    }
    return 0;
}
