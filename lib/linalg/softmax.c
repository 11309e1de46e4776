#include "lib/linalg/softmax.h"

#include <stddef.h>

#include "lib/linalg/panel.h"

/* Each is the same C, compiled for another target; no target has fused operations, which would give
 * other bits. */
#pragma GCC diagnostic ignored "-Wpsabi"

enum { TERMS = 14 };

static const double inverse_factorial[TERMS] = {1,
                                                1,
                                                1.0 / 2,
                                                1.0 / 6,
                                                1.0 / 24,
                                                1.0 / 120,
                                                1.0 / 720,
                                                1.0 / 5040,
                                                1.0 / 40320,
                                                1.0 / 362880,
                                                1.0 / 3628800,
                                                1.0 / 39916800,
                                                1.0 / 479001600,
                                                1.0 / 6227020800};

#define SOFTMAX_TARGET
#define SOFTMAX(name) softmax_##name##_plain
#include "lib/linalg/softmax_tmpl.h"

#if defined(__x86_64__) && defined(__GNUC__)

#define SOFTMAX_TARGET __attribute__((target("avx2")))
#define SOFTMAX(name)  softmax_##name##_avx2
#include "lib/linalg/softmax_tmpl.h"

void iso_softmax_add(double *top, double *sum, const double *c, int64_t m, double beta)
{
    if (iso_panel_best() != iso_panel_plain())
        softmax_add_avx2(top, sum, c, m, beta);
    else
        softmax_add_plain(top, sum, c, m, beta);
}

#else

void iso_softmax_add(double *top, double *sum, const double *c, int64_t m, double beta)
{
    softmax_add_plain(top, sum, c, m, beta);
}

#endif
