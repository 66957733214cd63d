// SPDX-License-Identifier: Apache-2.0
/* Which two letters are a country. */
#ifndef ASSAY_CORE_COUNTRY_H
#define ASSAY_CORE_COUNTRY_H

#include <stdbool.h>

/** True if two upper-case letters are of ISO 3166-1 (alpha-2, assigned), or XK as address databases
 *  have it. Pure. threads: any. */
bool assay_country_is_known(const char code[2]);

#endif
