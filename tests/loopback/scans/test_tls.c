// SPDX-License-Identifier: Apache-2.0
/* TLS: versions, ALPN, a certificate that is renewed while serving, files that do not fit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/loopback/scans/loopback.h"
#include "verifier/tls.h"

static struct loopback server;
static char certificate[] = "/tmp/assay-certificate-XXXXXX";
static char key[] = "/tmp/assay-key-XXXXXX";

/* A self-signed certificate of this serial number, and its key. */
static void write_pair(long serial, const char *certificate_path, const char *key_path)
{
    EVP_PKEY *pair = EVP_EC_gen("P-256");
    X509 *made = X509_new();
    assert_non_null(pair);
    X509_set_version(made, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(made), serial);
    X509_gmtime_adj(X509_getm_notBefore(made), 0);
    X509_gmtime_adj(X509_getm_notAfter(made), 3600);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(made), "CN", MBSTRING_ASC,
                               (const unsigned char *)"test", -1, -1, 0);
    X509_set_issuer_name(made, X509_get_subject_name(made));
    X509_set_pubkey(made, pair);
    assert_true(X509_sign(made, pair, EVP_sha256()) > 0);
    FILE *file = fopen(certificate_path, "w");
    assert_int_equal(PEM_write_X509(file, made), 1);
    fclose(file);
    file = fopen(key_path, "w");
    assert_int_equal(PEM_write_PrivateKey(file, pair, NULL, NULL, 0, NULL, NULL), 1);
    fclose(file);
    X509_free(made);
    EVP_PKEY_free(pair);
}

static int start(void **state)
{
    (void)state;
    struct assay_reason reason;
    loopback_init(&server);
    close(mkstemp(certificate));
    close(mkstemp(key));
    write_pair(1, certificate, key);
    assert_int_equal(assay_tls_open(certificate, key, &server.service.tls, &reason), ASSAY_OK);
    loopback_start(&server);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    loopback_stop(&server);
    assay_tls_close(server.service.tls);
    unlink(certificate);
    unlink(key);
    return 0;
}

/* What a client wants of a connection, and what came of it. */
struct hello {
    int version_max; /* 0 = the library's */
    const char *alpn;
    bool done;
    long serial;
    char protocol[16];
    char answer[4096];
};

static void say(SSL *ssl, struct hello *hello)
{
    const unsigned char *chosen;
    unsigned len;
    SSL_get0_alpn_selected(ssl, &chosen, &len);
    snprintf(hello->protocol, sizeof hello->protocol, "%.*s", (int)len, (const char *)chosen);
    X509 *peer = SSL_get1_peer_certificate(ssl);
    hello->serial = ASN1_INTEGER_get(X509_get0_serialNumber(peer));
    X509_free(peer);
    static const char request[] = "POST /v1/codes/123/scans HTTP/1.1\r\nHost: x\r\n"
                                  "Connection: close\r\n\r\n";
    assert_true(SSL_write(ssl, request, sizeof request - 1) > 0);
    size_t at = 0;
    int got;
    while (at + 1 < sizeof hello->answer &&
           (got = SSL_read(ssl, hello->answer + at, (int)(sizeof hello->answer - 1 - at))) > 0) {
        at += (size_t)got;
    }
    hello->answer[at] = '\0';
}

static void meet(struct hello *hello)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context, hello->version_max);
    SSL *ssl = SSL_new(context);
    if (hello->alpn != NULL) {
        SSL_set_alpn_protos(ssl, (const unsigned char *)hello->alpn, (unsigned)strlen(hello->alpn));
    }
    int fd = client_open(server.port);
    SSL_set_fd(ssl, fd);
    hello->done = SSL_connect(ssl) == 1;
    if (hello->done) {
        say(ssl, hello);
    }
    SSL_free(ssl);
    SSL_CTX_free(context);
    close(fd);
}

static void test_versions(void **state)
{
    (void)state;
    struct hello old = {.version_max = TLS1_1_VERSION};
    struct hello middle = {.version_max = TLS1_2_VERSION};
    struct hello fresh = {.version_max = TLS1_3_VERSION};
    meet(&old);
    assert_false(old.done);
    meet(&middle);
    assert_true(middle.done);
    assert_non_null(strstr(middle.answer, "\"verdict\":\"malformed\""));
    meet(&fresh);
    assert_true(fresh.done);
    assert_non_null(strstr(fresh.answer, "\"verdict\":\"malformed\""));
}

static void test_alpn_is_http_1_1_alone(void **state)
{
    (void)state;
    struct hello both = {.alpn = "\x02h2\x08http/1.1"};
    struct hello only_h2 = {.alpn = "\x02h2"};
    struct hello none = {.alpn = NULL};
    meet(&both);
    assert_true(both.done);
    assert_string_equal(both.protocol, "http/1.1");
    meet(&only_h2);
    assert_false(only_h2.done);
    meet(&none);
    assert_true(none.done);
    assert_string_equal(none.protocol, "");
}

static void test_renewal(void **state)
{
    (void)state;
    struct assay_reason reason;
    struct hello before = {.alpn = NULL};
    struct hello kept = {.alpn = NULL};
    struct hello after = {.alpn = NULL};
    meet(&before);
    assert_int_equal(before.serial, 1);
    FILE *file = fopen(certificate, "w");
    fputs("no certificate\n", file);
    fclose(file);
    assert_int_equal(assay_tls_reload(server.service.tls, &reason), ASSAY_E_CORRUPT);
    assert_non_null(strstr(reason.text, certificate));
    meet(&kept); /* the old one stays */
    assert_int_equal(kept.serial, 1);
    int waiting = client_open(server.port); /* accepted under the old one, and silent */
    write_pair(2, certificate, key);
    assert_int_equal(assay_tls_reload(server.service.tls, &reason), ASSAY_OK);
    meet(&kept); /* the pass that was waiting has had the old one */
    meet(&after);
    assert_int_equal(after.serial, 2);
    client_send(waiting, "\x16\x03\x01", 3);
    close(waiting);
    for (int i = 1; i < ASSAY_TLS_RETIRED_MAX; i++) {
        assert_int_equal(assay_tls_reload(server.service.tls, &reason), ASSAY_OK);
    }
    assert_int_equal(assay_tls_reload(server.service.tls, &reason), ASSAY_E_BUSY);
}

static void test_files_that_do_not_fit(void **state)
{
    (void)state;
    struct assay_reason reason;
    struct assay_tls *tls = NULL;
    char other[] = "/tmp/assay-other-XXXXXX";
    char other_key[] = "/tmp/assay-other-key-XXXXXX";
    close(mkstemp(other));
    close(mkstemp(other_key));
    write_pair(3, other, other_key);
    assert_int_equal(assay_tls_open(other, key, &tls, &reason), ASSAY_E_CORRUPT);
    assert_non_null(strstr(reason.text, key));
    assert_int_equal(assay_tls_open(other_key, other_key, &tls, &reason), ASSAY_E_CORRUPT);
    assert_int_equal(assay_tls_open("/nowhere", other_key, &tls, &reason), ASSAY_E_NOT_FOUND);
    assert_null(tls);
    unlink(other);
    unlink(other_key);
}

static void test_plain_http_is_no_handshake(void **state)
{
    (void)state;
    int fd = client_open(server.port);
    client_send(fd, "GET / HTTP/1.1\r\n\r\n", 18);
    close(fd);
    struct hello hello = {.alpn = NULL};
    meet(&hello);
    assert_true(hello.done);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_versions),
        cmocka_unit_test(test_alpn_is_http_1_1_alone),
        cmocka_unit_test(test_renewal),
        cmocka_unit_test(test_files_that_do_not_fit),
        cmocka_unit_test(test_plain_http_is_no_handshake),
    };
    int failed = cmocka_run_group_tests(tests, start, stop);
    loopback_remove_keys();
    return failed;
}
