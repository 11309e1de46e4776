/* The value of a set of languages by a predictor, language by language. */
#include <math.h>
#include <string.h>

#include "analysis/study/select/select_inside.h"
#include "lib/base/alloc.h"

iso_err iso_select_walk_make(struct select_walk *out, const struct select_predictor *p, int langs,
                             int most)
{
    struct select_walk w = {.p = p, .langs = langs, .most = most};
    const int64_t levels = most + 1;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&w.set, most, sizeof *w.set));
    ISO_TRY(iso_alloc(&w.sum, levels, sizeof *w.sum));
    if (p->kind == SELECT_NEAREST)
        ISO_TRY(iso_alloc(&w.best, levels * langs, sizeof *w.best));
    for (int t = 0; w.best && t < langs; t++)
        w.best[t] = NAN;
    if (p->kind == SELECT_UNION)
        ISO_TRY(iso_alloc(&w.bits, levels * p->words, sizeof *w.bits));
    *out = w;
    w = (struct select_walk){0};
done:
    iso_select_walk_free(&w);
    return err;
}

void iso_select_walk_free(struct select_walk *w)
{
    iso_free(w->set);
    iso_free(w->sum);
    iso_free(w->best);
    iso_free(w->bits);
    *w = (struct select_walk){0};
}

/* fmax and fmin pass over what is not known. */
static void push_best(struct select_walk *w, int lang)
{
    const double *from = w->best + (int64_t)w->depth * w->langs;
    const double *row = w->p->matrix + (int64_t)lang * w->langs;
    double *to = w->best + (int64_t)(w->depth + 1) * w->langs;

    for (int t = 0; t < w->langs; t++)
        to[t] = w->p->low ? fmin(from[t], row[t]) : fmax(from[t], row[t]);
}

void iso_select_push(struct select_walk *w, int lang)
{
    const struct select_predictor *p = w->p;
    double sum = w->sum[w->depth];

    w->missing += p->missing[lang];
    if (p->kind == SELECT_NEAREST)
        push_best(w, lang);
    if (p->kind == SELECT_UNION) {
        const uint64_t *from = w->bits + w->depth * p->words, *own = p->bits + lang * p->words;
        uint64_t *to = w->bits + (w->depth + 1) * p->words;
        for (int64_t i = 0; i < p->words; i++)
            to[i] = from[i] | own[i];
    }
    if (p->kind == SELECT_SUM || p->kind == SELECT_MEAN)
        sum += p->number[lang];
    for (int i = 0; p->kind == SELECT_PAIRS && i < w->depth; i++)
        sum += p->matrix[(int64_t)w->set[i] * w->langs + lang];
    for (int i = 0; p->kind == SELECT_DISTINCT && i <= w->depth; i++) {
        sum += i == w->depth;
        if (i < w->depth && p->number[w->set[i]] == p->number[lang])
            break;
    }
    w->set[w->depth++] = lang;
    w->sum[w->depth] = sum;
}

void iso_select_pop(struct select_walk *w)
{
    w->missing -= w->p->missing[w->set[--w->depth]];
}

static double of_union(const struct select_walk *w)
{
    const uint64_t *bits = w->bits + w->depth * w->p->words;
    int64_t count = 0;

    for (int64_t i = 0; i < w->p->words; i++)
        count += __builtin_popcountll(bits[i]);
    return (double)count / w->p->all;
}

static bool is_in(const struct select_walk *w, int lang)
{
    for (int i = 0; i < w->depth; i++)
        if (w->set[i] == lang)
            return true;
    return false;
}

static double of_targets(const struct select_walk *w, const bool *target, int candidates)
{
    const double *best = w->best + (int64_t)w->depth * w->langs;
    double sum = 0;
    int count = 0;

    for (int t = 0; t < w->langs; t++) {
        if (!(target ? target[t] : t < candidates) || w->p->missing[t] || isnan(best[t]) ||
            is_in(w, t))
            continue;
        sum += best[t];
        count++;
    }
    return count ? sum / count : NAN;
}

double iso_select_value(const struct select_walk *w, const bool *target, int candidates)
{
    if (w->missing || w->depth == 0)
        return NAN;
    switch (w->p->kind) {
    case SELECT_UNION:
        return of_union(w);
    case SELECT_NEAREST:
        return of_targets(w, target, candidates);
    case SELECT_MEAN:
        return w->sum[w->depth] / w->depth;
    case SELECT_PAIRS:
    case SELECT_SUM:
    case SELECT_DISTINCT:
        break;
    }
    return w->sum[w->depth];
}

double iso_select_set_value(struct select_walk *w, const int *set, int count, const bool *target,
                            const int *map)
{
    bool moved[SELECT_SIZE_MOST];

    for (int i = 0; i < count; i++)
        iso_select_push(w, map ? map[set[i]] : set[i]);
    if (map) {
        memset(moved, 0, (size_t)w->langs * sizeof *moved);
        for (int t = 0; t < w->langs; t++)
            moved[map[t]] = target[t];
        target = moved;
    }
    const double value = iso_select_value(w, target, 0);
    for (int i = 0; i < count; i++)
        iso_select_pop(w);
    return value;
}
