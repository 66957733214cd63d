// SPDX-License-Identifier: Apache-2.0
#include "identity.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/clock.h"

/* On P-256, made for this and used for nothing else. */
static const char key_pem[] = "-----BEGIN PRIVATE KEY-----\n"
                              "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgq1fjlR4GLfc5kHDB\n"
                              "zVzpQMsHBFM4duwU6WxvjgpwmW6hRANCAAQzYjPVhgz4P4Ljn/IRqWlhKVah99A5\n"
                              "g8X9dlvBq9e9ZVkpDFupPIp1OTDbMe5yo/HNATIniisPrtSf1ftM7udP\n"
                              "-----END PRIVATE KEY-----\n";
/* Of that key; good for a hundred years. */
static const char certificate_pem[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBgjCCASigAwIBAgIUc/aqK4HN9rEFdC0u/NIlrS8w2QYwCgYIKoZIzj0EAwIw\n"
    "DzENMAsGA1UEAwwEZnV6ejAgFw0yNjExMjIwMTA5NDhaGA8yMTI1MDYxNjAxMDk0\n"
    "OFowDzENMAsGA1UEAwwEZnV6ejBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABDNi\n"
    "M9WGDPg/guOf8hGpaWEpVqH30DmDxf12W8Gr171lWSkMW6k8inU5MNsx7nKj8c0B\n"
    "MieKKw+u1J/V+0zu50+jYDBeMB0GA1UdDgQWBBQhVjKLFcQpQDT7L3A9Blzc3nIl\n"
    "+DAfBgNVHSMEGDAWgBQhVjKLFcQpQDT7L3A9Blzc3nIl+DAOBgNVHQ8BAf8EBAMC\n"
    "AwgwDAYDVR0TAQH/BAIwADAKBggqhkjOPQQDAgNIADBFAiBMqlFiDGIvLD8wltdK\n"
    "zf2Ld7VgUSWdLzfFk5X/+gC5JQIhALskND/UZlWTh0CDys5JkCTjlzfl274OsyEi\n"
    "vMpLXTIA\n"
    "-----END CERTIFICATE-----\n";

/* A path at which a text is read; good until the process ends. */
static void path_of(const char *text, char path[32])
{
    int fd = memfd_create("fuzz", 0);
    assay_assert(fd >= 0);
    ssize_t written = write(fd, text, strlen(text));
    assay_assert(written == (ssize_t)strlen(text));
    snprintf(path, 32, "/proc/self/fd/%d", fd);
}

const struct assay_identity *fuzz_identity(void)
{
    static struct assay_identity *identity;
    if (identity == NULL) {
        char path[32];
        path_of(key_pem, path);
        enum assay_error error = assay_identity_read(path, NULL, &identity, NULL);
        assay_assert(error == ASSAY_OK);
    }
    return identity;
}

const struct assay_certificate *fuzz_certificate(void)
{
    static struct assay_certificate *certificate;
    if (certificate == NULL) {
        char path[32];
        path_of(certificate_pem, path);
        enum assay_error error =
            assay_certificate_read(path, assay_clock_unix_ms(), &certificate, NULL);
        assay_assert(error == ASSAY_OK);
    }
    return certificate;
}
