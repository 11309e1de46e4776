/* Where the states of a mixed target lie: matrices by layer, place and way. */
#include "analysis/study/mix/mix.h"

int iso_mixed_before(const struct mix_scheme *s, int layer)
{
    (void)s;
    return layer;
}

/* Places one after the other, in each the ways, in each the layers from the place's first on. */
int iso_mixed_after(const struct mix_scheme *s, int place, int way, int layer)
{
    int at = s->L + 1;

    for (int p = 0; p < place; p++)
        at += s->ways * (s->L - s->place[p].first + 1);
    return at + way * (s->L - s->place[place].first + 1) + layer - s->place[place].first;
}

int iso_mixed_matrices(const struct mix_scheme *s)
{
    int sum = s->L + 1;

    for (int p = 0; p < s->places; p++)
        sum += s->ways * (s->L - s->place[p].first + 1);
    return sum;
}

int iso_mixed_place_way(const struct mix_scheme *s, int place, int way)
{
    return place * s->ways + way;
}

iso_err iso_mixed_name(iso_buf *out, const struct mix_scheme *s, int place, int way)
{
    const struct mix_place *p = &s->place[place];

    if (p->first == p->last)
        return iso_buf_puts(out, s->way[way].name);
    return iso_buf_printf(out, "%s:%d-%d", s->way[way].name, p->first, p->last);
}
