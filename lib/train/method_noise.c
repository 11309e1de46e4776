/* Random noise on state 0: RS-RP, randomized smoothing by random perturbation. */
#include <math.h>

#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "lib/train/alone.h"

enum { BRANCH = 1 << 20 }; /* of keys: no mask of dropout has it */

struct noise {
    struct alone alone;
    iso_noise_opt opt;
};

static void noise_free(iso_method *m)
{
    iso_alone_free((struct alone *)m);
    iso_free(m);
}

/* One token: N(0, s²) a number, or a point of the ball of that radius, all alike likely. */
static void draw(float *delta, int64_t n, const iso_noise_opt *o, uint64_t key)
{
    iso_rng rng = iso_rng_seeded(key, 0);
    double scale = o->sigma * o->unit / sqrt((double)n), sum = 0;

    for (int64_t c = 0; c < n; c++) {
        delta[c] = (float)iso_rng_normal(&rng);
        sum += (double)delta[c] * (double)delta[c];
    }
    if (o->ball)
        scale = o->sigma * o->unit * pow(iso_rng_uniform(&rng), 1 / (double)n) / sqrt(sum);
    for (int64_t c = 0; c < n; c++)
        delta[c] = (float)(scale * (double)delta[c]);
}

static iso_err perturb(iso_mat *delta, struct alone *alone, iso_view x, iso_learner *l,
                       const iso_micro *micro)
{
    const iso_noise_opt *o = &((const struct noise *)alone)->opt;
    const iso_side *side = &micro->target;
    iso_err err = ISO_OK;

    (void)x;
    (void)l;
    ISO_NEED(side->item, "noise needs the numbers of items");
    for (int64_t b = 0; b < side->batch.B; b++) {
        const int64_t first = side->batch.offsets[b], end = side->batch.offsets[b + 1];
#pragma omp parallel for schedule(static)
        for (int64_t i = first; i < end; i++) {
            if (!side->special || !side->special[i])
                draw((float *)delta->data + i * delta->cols, delta->cols, o,
                     iso_dropout_key(o->seed, micro->step, side->item[b], i - first, BRANCH));
        }
    }
done:
    return err;
}

static const iso_method_ops ops = {"noise", iso_alone_learn, iso_alone_predict, noise_free};

iso_err iso_method_noise(iso_method **out, const iso_noise_opt *opt)
{
    struct noise *n = NULL;
    iso_err err = ISO_OK;

    ISO_NEED(opt->sigma >= 0 && opt->unit >= 0, "noise of size %g times %g", opt->sigma, opt->unit);
    ISO_TRY(iso_alloc(&n, 1, sizeof *n));
    n->alone.base.ops = &ops;
    n->opt = *opt;
    if (opt->sigma * opt->unit > 0)
        n->alone.perturb = perturb;
    *out = &n->alone.base;
done:
    return err;
}
