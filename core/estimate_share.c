// SPDX-License-Identifier: Apache-2.0
#include "core/estimate_share.h"

#include "core/real.h"

#define TYPING_ERROR_X 4 /* measured where PINs are entered: 1.1% */
#define TYPING_ERROR_N 400

static double within(double value, double low, double high)
{
    return value < low ? low : value > high ? high : value;
}

enum assay_error assay_estimate_wilson(struct assay_estimate_count count, double z,
                                       struct assay_estimate *share)
{
    assay_assert(z > 0.0);
    if (count.x > count.n) {
        return ASSAY_E_FIELD;
    }
    if (count.n == 0) {
        *share = (struct assay_estimate){0.5, 0.0, 1.0};
        return ASSAY_OK;
    }
    double n = (double)count.n;
    double p = (double)count.x / n;
    double square = z * z;
    double middle = (p + square / (2.0 * n)) / (1.0 + square / n);
    double half =
        z / (1.0 + square / n) * assay_real_sqrt(p * (1.0 - p) / n + square / (4.0 * n * n));
    share->point = p;
    share->low = count.x == 0 ? 0.0 : within(middle - half, 0.0, p);
    share->high = count.x == count.n ? 1.0 : within(middle + half, p, 1.0);
    return ASSAY_OK;
}

/* A rate moved towards 1/2 by one success and one failure; and its variance. n = 0: for sure. */
static double moved(double rate, uint64_t n, double *variance)
{
    if (n == 0) {
        *variance = 0.0;
        return rate;
    }
    double trials = (double)n + 2.0;
    double towards = ((double)n * rate + 1.0) / trials;
    *variance = towards * (1.0 - towards) / trials;
    return towards;
}

static bool is_rate(double rate)
{
    return rate >= 0.0 && rate <= 1.0; /* false for a NaN */
}

enum assay_error assay_estimate_corrected(struct assay_estimate_count count,
                                          const struct assay_estimate_test *test,
                                          struct assay_estimate *share)
{
    if (count.x > count.n || !is_rate(test->sensitivity) || !is_rate(test->specificity) ||
        test->sensitivity + test->specificity <= 1.0) {
        return ASSAY_E_FIELD;
    }
    double sensitivity_variance;
    double specificity_variance;
    double sensitivity = moved(test->sensitivity, test->sensitivity_n, &sensitivity_variance);
    double specificity = moved(test->specificity, test->specificity_n, &specificity_variance);
    double power = sensitivity + specificity - 1.0;
    if (count.n == 0 || power <= 0.0) {
        *share = (struct assay_estimate){0.5, 0.0, 1.0};
        return ASSAY_OK;
    }
    double square = ASSAY_ESTIMATE_Z95 * ASSAY_ESTIMATE_Z95;
    double trials = (double)count.n + square;
    double counted = ((double)count.x + 0.5 * square) / trials;
    double middle = (counted + specificity - 1.0) / power;
    double rest = 1.0 - middle;
    double shift = 2.0 * square * (middle * sensitivity_variance - rest * specificity_variance);
    double variance = counted * (1.0 - counted) / trials + middle * middle * sensitivity_variance +
                      rest * rest * specificity_variance;
    double half = ASSAY_ESTIMATE_Z95 * assay_real_sqrt(variance) / power;
    double plain = (double)count.x / (double)count.n;
    double plain_power = test->sensitivity + test->specificity - 1.0;
    share->point = within((plain + test->specificity - 1.0) / plain_power, 0.0, 1.0);
    share->low = within(middle + shift - half, 0.0, share->point);
    share->high = within(middle + shift + half, share->point, 1.0);
    return ASSAY_OK;
}

enum assay_error assay_estimate_from_reveals(const struct assay_estimate_reveals *reveals,
                                             struct assay_estimate *share)
{
    struct assay_estimate_count errors = reveals->errors;
    if (errors.x > errors.n || reveals->right_first > UINT64_MAX - reveals->failed_or_reused) {
        return ASSAY_E_FIELD;
    }
    if (errors.n == 0) {
        errors = (struct assay_estimate_count){TYPING_ERROR_X, TYPING_ERROR_N};
    }
    struct assay_estimate_test test = {
        .sensitivity = 1.0,
        .specificity = 1.0 - (double)errors.x / (double)errors.n,
        .specificity_n = errors.n,
    };
    if (test.specificity <= 0.0) {
        return ASSAY_E_FIELD;
    }
    struct assay_estimate_count count = {reveals->failed_or_reused,
                                         reveals->right_first + reveals->failed_or_reused};
    return assay_estimate_corrected(count, &test, share);
}

enum assay_error assay_estimate_e0(const struct assay_estimate_forged *forged,
                                   struct assay_estimate *share, double *raw_share)
{
    struct assay_estimate raw;
    struct assay_estimate distinct;
    enum assay_error error = assay_estimate_wilson(forged->raw, ASSAY_ESTIMATE_Z95, &raw);
    if (error == ASSAY_OK) {
        error = assay_estimate_wilson(forged->distinct, ASSAY_ESTIMATE_Z95, &distinct);
    }
    if (error == ASSAY_OK) {
        *share = distinct;
        *raw_share = raw.point;
    }
    return error;
}
