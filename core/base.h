// SPDX-License-Identifier: Apache-2.0
/* Words that every module uses: must-check results, assertions that stay, scope cleanup. */
#ifndef ASSAY_CORE_BASE_H
#define ASSAY_CORE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ASSAY_MUST_CHECK __attribute__((warn_unused_result))
#define ASSAY_CLEANUP(function) __attribute__((cleanup(function)))
#define ASSAY_PRINTF(text, first) __attribute__((format(printf, text, first)))
#define ASSAY_COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/** End the process with file, line and condition on stderr; the tail of `assay_assert`. */
_Noreturn void assay_assert_failed(const char *condition, const char *file, int line);

/** For a programmer's error only, never for input; stays on in every build. One condition a line. */
#define assay_assert(condition)                                                                    \
    ((condition) ? (void)0 : assay_assert_failed(#condition, __FILE__, __LINE__))

#endif
