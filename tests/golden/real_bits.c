// SPDX-License-Identifier: Apache-2.0
/* The bits of core/real's functions over a sweep of arguments, one line each. Whatever machine,
 * compiler and processor features: the same lines as in real.txt. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/real.h"

static void print(const char *name, double x, double y)
{
    uint64_t bits;
    memcpy(&bits, &y, sizeof bits);
    printf("%s %.6g %016" PRIx64 "\n", name, x, bits);
}

int main(void)
{
    for (int i = -40; i <= 40; i++) {
        double x = (double)i * 17.318530717;
        double near = (double)i * 0.0243;
        double positive = assay_real_exp(near * 7.0);
        double share = (near + 1.0) / 2.0;
        print("exp", x, assay_real_exp(x));
        print("expm1", near, assay_real_expm1(near));
        print("log", positive, assay_real_log(positive));
        print("log1p", near, assay_real_log1p(near));
        print("sqrt", positive, assay_real_sqrt(positive));
        print("normal_cdf", x / 20.0, assay_real_normal_cdf(x / 20.0));
        print("normal_quantile", share, assay_real_normal_quantile(share));
        print("log_gamma", positive, assay_real_log_gamma(positive));
        print("gamma_cdf", positive, assay_real_gamma_cdf(positive, 3.3));
        print("gamma_tail", positive, assay_real_gamma_tail(positive, 3.3));
        print("gamma_quantile", positive, assay_real_gamma_quantile(positive, share));
        print("beta_cdf", share, assay_real_beta_cdf(positive, 2.7, share));
        print("beta_quantile", share, assay_real_beta_quantile(positive, 2.7, share));
        print("poisson_at_most", positive, assay_real_poisson_at_most(7, positive));
        print("poisson_at_least", positive, assay_real_poisson_at_least(7, positive));
    }
    return 0;
}
