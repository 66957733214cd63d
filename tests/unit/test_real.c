// SPDX-License-Identifier: Apache-2.0
/* core/real against the C library's long double functions and against tables. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "core/real.h"

/* Distance in units of the last place of what is right. */
static double ulps(double got, long double right)
{
    double near = (double)right;
    if (got == near) {
        return 0.0;
    }
    double step = nextafter(fabs(near), INFINITY) - fabs(near);
    return (double)(fabsl((long double)got - right) / step);
}

static uint64_t seed = 20240601;

static double uniform(void)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(seed >> 11) * 0x1p-53;
}

static void edges(void **state)
{
    (void)state;
    double infinity = assay_real_infinity();
    assert_true(isinf(infinity));
    assert_true(isnan(assay_real_nan()));
    assert_false(assay_real_is_finite(infinity));
    assert_false(assay_real_is_finite(assay_real_nan()));
    assert_true(assay_real_is_finite(1e308));
    assert_true(assay_real_exp(0.0) == 1.0);
    assert_true(assay_real_exp(710.0) == infinity);
    assert_true(assay_real_exp(infinity) == infinity);
    assert_true(assay_real_exp(-infinity) == 0.0);
    assert_true(assay_real_exp(-746.0) == 0.0);
    assert_true(assay_real_exp(-745.0) == 0x1p-1074);
    assert_true(isnan(assay_real_exp(NAN)));
    assert_true(assay_real_log(1.0) == 0.0);
    assert_true(assay_real_log(0.0) == -infinity);
    assert_true(assay_real_log(infinity) == infinity);
    assert_true(isnan(assay_real_log(-1.0)));
    assert_true(isnan(assay_real_log1p(-1.5)));
    assert_true(assay_real_log1p(-1.0) == -infinity);
    assert_true(assay_real_log1p(infinity) == infinity);
    assert_true(assay_real_expm1(0.0) == 0.0);
    assert_true(isnan(assay_real_sqrt(-1.0)));
    assert_true(assay_real_sqrt(2.25) == 1.5);
}

static void rounding(void **state)
{
    (void)state;
    static const struct {
        double real;
        int64_t whole;
    } cases[] = {{0.0, 0},          {0.49999999999999994, 0},
                 {0.5, 1},          {-0.5, -1},
                 {-0.4999, 0},      {2.5, 3},
                 {-2.5, -3},        {1e15 + 0.5, 1000000000000001},
                 {1e19, INT64_MAX}, {-1e19, INT64_MIN},
                 {NAN, 0},          {-1.0, -1}};
    for (size_t i = 0; i < ASSAY_COUNT_OF(cases); i++) {
        assert_int_equal(assay_real_round(cases[i].real), cases[i].whole);
    }
}

static void few_ulps(void **state)
{
    (void)state;
    double worst[5] = {0};
    for (int i = 0; i < 200000; i++) {
        double x = (uniform() - 0.5) * 1400.0;
        double small = (uniform() - 0.5) * (i % 2 ? 2.0 : 1e-5);
        double positive = i % 2 ? exp((uniform() - 0.5) * 1400.0) : 0.5 + uniform();
        worst[0] = fmax(worst[0], ulps(assay_real_exp(x), expl(x)));
        worst[1] = fmax(worst[1], ulps(assay_real_exp(small), expl(small)));
        worst[2] = fmax(worst[2], ulps(assay_real_expm1(small), expm1l(small)));
        worst[3] = fmax(worst[3], ulps(assay_real_log(positive), logl(positive)));
        if (small > -0.999) {
            worst[4] = fmax(worst[4], ulps(assay_real_log1p(small), log1pl(small)));
        }
    }
    print_message("ulps: exp %.3f, near 0 %.3f, expm1 %.3f, log %.3f, log1p %.3f\n", worst[0],
                  worst[1], worst[2], worst[3], worst[4]);
    assert_true(worst[0] <= 1.0);
    assert_true(worst[1] <= 1.0);
    assert_true(worst[2] <= 4.0);
    assert_true(worst[3] <= 1.0);
    assert_true(worst[4] <= 3.0);
}

static void they_rise(void **state)
{
    (void)state;
    double last[5] = {-1e300, -1e300, -1e300, -1e300, -1e300};
    for (int i = 0; i < 100000; i++) {
        double x = -5.0 + (double)i * 1e-4;
        double now[5] = {assay_real_exp(x), assay_real_expm1(x), assay_real_log(x + 5.0001),
                         assay_real_normal_cdf(x), assay_real_gamma_cdf(2.5, x + 5.0)};
        for (int j = 0; j < 5; j++) {
            assert_true(now[j] >= last[j] - 1e-15);
            last[j] = now[j];
        }
    }
}

static void normal(void **state)
{
    (void)state;
    double worst_cdf = 0.0;
    double worst_back = 0.0;
    for (int i = 0; i < 4000; i++) {
        double x = -37.0 + (double)i * 0.01;
        long double right = 0.5L * erfcl(-(long double)x / sqrtl(2.0L));
        double got = assay_real_normal_cdf(x);
        worst_cdf = fmax(worst_cdf, ulps(got, right));
        if (x < 0.0) {
            worst_back = fmax(worst_back, fabs(assay_real_normal_quantile(got) - x) / (1.0 - x));
        }
    }
    print_message("normal: cdf %.1f ulps, quantile %.1e\n", worst_cdf, worst_back);
    assert_true(worst_cdf <= 20.0);
    assert_true(worst_back <= 6e-15);
    assert_true(fabs(assay_real_normal_quantile(0.975) - 1.959963984540054235) < 4e-15);
    assert_true(fabs(assay_real_normal_quantile(0.025) + 1.959963984540054235) < 1e-15);
    assert_true(fabs(assay_real_normal_quantile(0.5)) < 1e-16);
    assert_true(fabs(assay_real_normal_quantile(1e-300) + 37.04709629936121) < 1e-13);
    assert_true(isinf(assay_real_normal_quantile(0.0)));
    assert_true(isinf(assay_real_normal_quantile(1.0)));
    assert_true(isnan(assay_real_normal_quantile(-0.1)));
    assert_true(isnan(assay_real_normal_quantile(1.1)));
    assert_true(assay_real_normal_cdf(-100.0) == 0.0);
    assert_true(assay_real_normal_cdf(100.0) == 1.0);
}

static void log_gamma(void **state)
{
    (void)state;
    double worst = 0.0;
    for (int i = 0; i < 20000; i++) {
        double x = exp((uniform() - 0.4) * 25.0);
        long double right = lgammal(x);
        worst = fmax(worst, fabs(assay_real_log_gamma(x) - (double)right) /
                                fmax(100.0, fabs((double)right)));
    }
    print_message("log gamma: %.1e\n", worst);
    assert_true(worst < 1e-14);
}

/* P(X >= k) of a binomial, summed in long doubles: I_x(k, n - k + 1). */
static long double binomial_at_least(int k, int n, long double x)
{
    long double sum = 0.0L;
    for (int i = n; i >= k; i--) {
        long double term = lgammal(n + 1.0L) - lgammal(i + 1.0L) - lgammal(n - i + 1.0L);
        sum += expl(term + i * logl(x) + (n - i) * log1pl(-x));
    }
    return sum;
}

static void beta(void **state)
{
    (void)state;
    double worst = 0.0;
    for (int i = 0; i < 3000; i++) {
        int n = 1 + (int)(uniform() * (i % 50 ? 200.0 : 20000.0));
        int k = 1 + (int)(uniform() * (double)n);
        double x = i % 3 ? uniform() : uniform() * (double)k / (double)n;
        long double right = binomial_at_least(k, n, x);
        if (right > 1e-290L) {
            double got = assay_real_beta_cdf((double)k, (double)(n - k + 1), x);
            worst = fmax(worst, fabs(got - (double)right) / (double)right);
        }
    }
    for (int i = 1; i < 2000; i++) {
        double x = (double)i / 2000.0;
        double a = exp((uniform() - 0.5) * 12.0);
        double arcs = 2.0 / M_PI * asin(sqrt(x));
        worst = fmax(worst, fabs(assay_real_beta_cdf(0.5, 0.5, x) - arcs) / arcs);
        worst = fmax(worst, fabs(assay_real_beta_cdf(a, 1.0, x) - (double)powl(x, a)));
        worst = fmax(worst, fabs(assay_real_beta_cdf(1.0, a, x) + (double)expm1l(a * log1pl(-x))));
    }
    print_message("beta: %.1e\n", worst);
    assert_true(worst < 1e-12);
    assert_true(fabs(assay_real_beta_cdf(1e6, 1e6, 0.5) - 0.5) < 1e-12);
    assert_true(assay_real_beta_cdf(3.0, 4.0, 0.0) == 0.0);
    assert_true(assay_real_beta_cdf(3.0, 4.0, 1.0) == 1.0);
}

static void beta_and_back(void **state)
{
    (void)state;
    for (int i = 0; i < 1500; i++) {
        double a = exp((uniform() - 0.3) * 10.0);
        double b = exp((uniform() - 0.3) * 10.0);
        double p = uniform();
        double x = assay_real_beta_quantile(a, b, p);
        assert_true(x >= 0.0);
        assert_true(x <= 1.0);
        if (x > 0.0 && x < 0.999) {
            assert_true(fabs(assay_real_beta_cdf(a, b, x) - p) < 1e-11);
        }
    }
    assert_true(assay_real_beta_quantile(2.0, 3.0, 0.0) == 0.0);
    assert_true(assay_real_beta_quantile(2.0, 3.0, 1.0) == 1.0);
    /* Clopper and Pearson (1934): 0 of 10 and 10 of 10 */
    assert_true(fabs(assay_real_beta_quantile(1.0, 10.0, 0.975) - 0.308497107) < 1e-9);
    assert_true(fabs(assay_real_beta_quantile(10.0, 1.0, 0.025) - 0.691502893) < 1e-9);
    assert_true(fabs(assay_real_beta_quantile(0.01, 1.0, 0.5) / 0x1p-100 - 1.0) < 1e-12);
}

static void gammas(void **state)
{
    (void)state;
    double worst = 0.0;
    for (int i = 0; i < 1500; i++) {
        uint64_t k = (uint64_t)(uniform() * (i % 50 ? 60.0 : 3000.0));
        double lambda = uniform() * 1.7 * ((double)k + 1.0);
        long double below = 0.0L;
        for (uint64_t j = 0; j <= k; j++) {
            below += expl((long double)j * logl(lambda) - lambda - lgammal((long double)j + 1.0L));
        }
        long double above = 0.0L;
        for (uint64_t j = k + 3000; j >= k && j < k + 3001; j--) {
            above += expl((long double)j * logl(lambda) - lambda - lgammal((long double)j + 1.0L));
        }
        double at_most = assay_real_poisson_at_most(k, lambda);
        double at_least = assay_real_poisson_at_least(k, lambda);
        worst = fmax(worst, fabs(at_most - (double)below) / fmax((double)below, 1e-3));
        worst = fmax(worst, fabs(at_least - (double)above) / fmax((double)above, 1e-290));
        double back = assay_real_gamma_quantile((double)k + 0.5, 0.3);
        worst = fmax(worst, fabs(assay_real_gamma_cdf((double)k + 0.5, back) - 0.3));
    }
    print_message("Poisson: %.1e\n", worst);
    assert_true(worst < 1e-12);
    for (int i = 1; i < 500; i++) {
        double x = (double)i * 0.05;
        assert_true(fabs(assay_real_gamma_cdf(0.5, x) - erf(sqrt(x))) < 1e-14);
    }
    assert_true(assay_real_poisson_at_most(3, 0.0) == 1.0);
    assert_true(assay_real_poisson_at_least(0, 0.0) == 1.0);
    assert_true(assay_real_poisson_at_least(1, 0.0) == 0.0);
    /* Garwood (1936): 95% upper limit when none was seen */
    assert_true(fabs(assay_real_gamma_quantile(1.0, 0.975) - 3.688879454) < 1e-9);
    assert_true(assay_real_gamma_quantile(1.0, 0.0) == 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edges),     cmocka_unit_test(rounding),      cmocka_unit_test(few_ulps),
        cmocka_unit_test(they_rise), cmocka_unit_test(normal),        cmocka_unit_test(log_gamma),
        cmocka_unit_test(beta),      cmocka_unit_test(beta_and_back), cmocka_unit_test(gammas),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
