#include "lib/linalg/moments.h"

#include <math.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/linalg/loops.h"

iso_err iso_moments_new(iso_moments *out, int64_t p)
{
    iso_moments m = {.p = p};
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&m.shift, p, sizeof *m.shift));
    ISO_TRY(iso_alloc(&m.s1, p, sizeof *m.s1));
    ISO_TRY(iso_alloc(&m.gs1, ISO_GROUPS * p, sizeof *m.gs1));
    *out = m;
    return ISO_OK;
done:
    iso_moments_free(&m);
    return err;
}

void iso_moments_free(iso_moments *m)
{
    iso_free(m->shift);
    iso_free(m->s1);
    iso_free(m->gs1);
    *m = (iso_moments){0};
}

void iso_moments_add(iso_moments *m, iso_view x, const double *norm2, int scale, int group)
{
    const iso_loops *loops = iso_loops_best();
    const double by = ldexp(1, scale);
    double *gs1 = m->gs1 + group * m->p, sum = 0;

    for (int64_t j = 0; j < m->p; j++)
        m->s1[j] -= gs1[j];
    for (int64_t i = 0; i < x.rows; i++) {
        if (x.dtype == ISO_F64)
            loops->add_f64(gs1, (const double *)x.data + i * x.stride, by, m->p);
        else
            loops->add_f32(gs1, (const float *)x.data + i * x.stride, by, m->p);
        sum += by * by * norm2[i];
    }
    for (int64_t j = 0; j < m->p; j++)
        m->s1[j] += gs1[j];
    m->n += x.rows;
    m->q += sum;
    m->gn[group] += x.rows;
    m->gq[group] += sum;
}

/* Σ‖x+d‖² = Σ‖x‖² + 2d·Σx + n‖d‖², and Σ(x+d) = Σx + nd, with d divided by 2^scale as x is. */
static void move(double *q, double *s1, const double *d, int scale, int64_t n, int64_t p)
{
    double along = 0, length = 0;

    for (int64_t j = 0; j < p; j++) {
        const double by = ldexp(d[j], -scale);
        along += by * s1[j];
        length += by * by;
        s1[j] += (double)n * by;
    }
    *q += 2 * along + (double)n * length;
}

void iso_moments_reshift(iso_moments *m, const double *shift)
{
    for (int64_t j = 0; j < m->p; j++)
        m->shift[j] -= shift[j];
    move(&m->q, m->s1, m->shift, m->scale, m->n, m->p);
    for (int g = 0; g < ISO_GROUPS; g++)
        move(&m->gq[g], m->gs1 + g * m->p, m->shift, m->scale, m->gn[g], m->p);
    memcpy(m->shift, shift, (size_t)m->p * sizeof *shift);
}

iso_err iso_moments_merge(iso_moments *into, const iso_moments *from)
{
    if (into->p != from->p)
        return iso_fail(ISO_EARG, "moments of %lld and of %lld columns cannot be added",
                        (long long)into->p, (long long)from->p);
    if (memcmp(into->shift, from->shift, (size_t)into->p * sizeof *into->shift) != 0)
        return iso_fail(ISO_EARG, "moments with different shifts cannot be added");
    if (into->scale != from->scale)
        return iso_fail(ISO_EARG, "moments divided by 2^%d and by 2^%d cannot be added",
                        into->scale, from->scale);
    for (int64_t j = 0; j < into->p; j++)
        into->s1[j] += from->s1[j];
    for (int64_t j = 0; j < ISO_GROUPS * into->p; j++)
        into->gs1[j] += from->gs1[j];
    for (int g = 0; g < ISO_GROUPS; g++) {
        into->gn[g] += from->gn[g];
        into->gq[g] += from->gq[g];
    }
    into->n += from->n;
    into->q += from->q;
    return ISO_OK;
}
