#include "lib/linalg/minimise.h"

#include <lbfgs.h>
#include <limits.h>
#include <math.h>
#include <string.h>

#include "lib/base/alloc.h"

enum { LANE = 16, STEPS = 500 }; /* its SSE build wants whole lanes; what is filled up stays 0 */

struct descent {
    const iso_smooth *f;
    int evaluations;
    bool finite;
};

static lbfgsfloatval_t evaluate(void *payload, const lbfgsfloatval_t *x, lbfgsfloatval_t *gradient,
                                int n, lbfgsfloatval_t step)
{
    struct descent *d = payload;
    const double value = d->f->value(d->f->payload, x, gradient);

    (void)step;
    for (int64_t i = d->f->n; i < n; i++)
        gradient[i] = 0;
    d->evaluations++;
    d->finite = d->finite && isfinite(value);
    return value;
}

/* A number that is not finite can only be answered by giving up. */
static int look(void *payload, const lbfgsfloatval_t *x, const lbfgsfloatval_t *gradient,
                const lbfgsfloatval_t value, const lbfgsfloatval_t x_norm,
                const lbfgsfloatval_t gradient_norm, const lbfgsfloatval_t step, int n, int k,
                int tries)
{
    const struct descent *d = payload;

    (void)x, (void)gradient, (void)value, (void)x_norm, (void)gradient_norm, (void)step;
    (void)n, (void)k, (void)tries;
    return !d->finite;
}

static iso_err descend(iso_minimised *out, double *x, int size, struct descent *d,
                       const iso_minimise_opt *opt)
{
    lbfgs_parameter_t p;
    lbfgsfloatval_t value = 0;
    int status;

    lbfgs_parameter_init(&p);
    p.epsilon = opt->tolerance > 0 ? opt->tolerance : 1e-5;
    p.max_iterations = opt->steps > 0 ? opt->steps : STEPS;
    status = lbfgs(size, x, &value, evaluate, look, d, &p);
    if (status == LBFGSERR_OUTOFMEMORY)
        return iso_fail(ISO_ENOMEM, "out of memory: a minimum over %lld numbers",
                        (long long)d->f->n);
    if (!d->finite || !isfinite(value))
        return iso_fail(ISO_ENUMERIC, "a minimum was looked for where the function is not finite");
    *out = (iso_minimised){value, d->evaluations,
                           status == LBFGS_SUCCESS || status == LBFGS_ALREADY_MINIMIZED};
    return ISO_OK;
}

iso_err iso_minimise(iso_minimised *out, double *x, const iso_smooth *f,
                     const iso_minimise_opt *opt)
{
    static const iso_minimise_opt plain = {0};
    struct descent d = {.f = f, .finite = true};
    double *at = NULL;
    iso_err err = ISO_OK;

    ISO_NEED(f->n >= 1 && f->n <= INT_MAX - LANE, "a minimum over %lld numbers", (long long)f->n);
    const int size = (int)((f->n + LANE - 1) / LANE * LANE);
    ISO_TRY(iso_alloc(&at, size, sizeof *at));
    memcpy(at, x, (size_t)f->n * sizeof *x);
    ISO_TRY(descend(out, at, size, &d, opt ? opt : &plain));
    memcpy(x, at, (size_t)f->n * sizeof *x);
done:
    iso_free(at);
    return err;
}
