#include "analysis/classify/linear_probe.h"

#include <math.h>

#include "lib/base/alloc.h"

void iso_linear_probe_free(struct linear_probe *l)
{
    iso_free(l->w);
    iso_free(l->b);
    *l = (struct linear_probe){0};
}

int32_t iso_linear_probe_answer(double *z, const struct linear_probe *l, const float *row)
{
    int32_t best = 0;

    for (int c = 0; c < l->classes; c++) {
        const double *w = l->w + c * l->d;
        double sum = 0;
        for (int64_t j = 0; j < l->d; j++)
            sum += w[j] * (double)row[j];
        z[c] = sum + l->b[c];
        best = z[c] > z[best] ? c : best;
    }
    return best;
}

void iso_linear_probe_apart(double *apart, const struct linear_probe *l)
{
    for (int a = 0; a < l->classes; a++) {
        apart[a * l->classes + a] = 0;
        for (int c = 0; c < a; c++) {
            double sum = 0;
            for (int64_t j = 0; j < l->d; j++) {
                const double off = l->w[a * l->d + j] - l->w[c * l->d + j];
                sum += off * off;
            }
            apart[a * l->classes + c] = apart[c * l->classes + a] = sqrt(sum);
        }
    }
}

struct boundary iso_linear_probe_boundary(double *z, const struct linear_probe *l,
                                          const double *apart, const float *row)
{
    struct boundary b = {.distance = INFINITY, .answer = iso_linear_probe_answer(z, l, row)};

    b.other = b.answer;
    for (int c = 0; c < l->classes; c++) {
        const double between = apart[b.answer * l->classes + c];
        if (c == b.answer || between <= 0 || (z[b.answer] - z[c]) / between >= b.distance)
            continue;
        b.distance = (z[b.answer] - z[c]) / between;
        b.other = c;
    }
    return b;
}
