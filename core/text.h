// SPDX-License-Identifier: Apache-2.0
/* Texts from outside: UTF-8, names, origins. */
#ifndef ASSAY_CORE_TEXT_H
#define ASSAY_CORE_TEXT_H

#include "core/base.h"

/** True if the bytes are UTF-8 (RFC 3629: shortest form, no surrogates), whatever they say. */
bool assay_text_is_utf8(const char *text, size_t len_bytes);

/** True if the bytes are UTF-8 (RFC 3629: shortest form, no surrogates) without NUL, C0, DEL or C1
 *  control characters. threads: any. */
bool assay_text_is_clean(const char *text, size_t len_bytes);

/** As assay_text_is_clean, but line feed, carriage return and tab may occur. threads: any. */
bool assay_text_is_clean_lines(const char *text, size_t len_bytes);

/** Largest length at most max_bytes that does not cut a character of this UTF-8. threads: any. */
size_t assay_text_cut(const char *text, size_t max_bytes);

/** True if text is 1..max characters of [A-Za-z0-9._-]: SKUs, names of sites and tokens. */
bool assay_text_is_name(const char *text, size_t max);

/** True if text is an origin: http or https, "://", a host in lower case or an IPv6 address in
 *  brackets, perhaps ":" and a port 1..65535, nothing else (RFC 6454, section 6.2).
 *  threads: any. */
bool assay_text_is_origin(const char *text);

#endif
