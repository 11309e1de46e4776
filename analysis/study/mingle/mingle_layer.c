/* The values of one layer: of the true labels, and of shuffled ones. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analysis/stats/silhouette.h"
#include "analysis/study/mingle/mingle_inside.h"
#include "lib/base/alloc.h"

/* One layer under way. Values of group 0 are of all languages, of g of language g − 1; lists of
 * labels are the true one and the shuffled ones, one after the other. */
struct layer {
    const struct mingle_set *set;
    const struct mingle_ask *ask;
    const iso_run *run;
    int groups;
    int64_t lists;
    int32_t *near;
    iso_mingled *expected;
    double *shuffled;
};

static double *place(const struct layer *l, enum mingle_cell cell, int group, int64_t list)
{
    return l->shuffled + ((int64_t)cell * l->groups + group) * l->lists + list;
}

/* --- What neighbours say --- */

static double harmonic(double a, double b)
{
    return a + b > 0 ? 2 * a * b / (a + b) : 0;
}

static void put_near(const struct layer *l, int group, int64_t list, const iso_mingled *seen,
                     const iso_mingled *expected, double rows, double reach)
{
    const double bridge = seen->bridge / rows;

    *place(l, MINGLE_RATIO, group, list) = seen->other / expected->other;
    *place(l, MINGLE_ENTROPY, group, list) =
        expected->entropy > 0 ? seen->entropy / expected->entropy : NAN;
    *place(l, MINGLE_BRIDGE, group, list) = bridge;
    *place(l, MINGLE_REACH, group, list) = reach;
    *place(l, MINGLE_HARMONIC, group, list) = harmonic(bridge, reach);
}

static void add(iso_mingled *to, const iso_mingled *more, double times)
{
    to->other += times * more->other;
    to->entropy += times * more->entropy;
    to->bridge += times * more->bridge;
}

/* Sums over rows, language by language, become the values of one list of labels. */
static void put_list(const struct layer *l, int64_t list, const iso_mingled *sum,
                     const uint8_t *reach)
{
    const int langs = l->set->langs;
    iso_mingled all = {0}, expected = {0};
    double reached = 0;

    for (int c = 0; c < langs; c++) {
        const double rows = (double)l->set->size[c];
        iso_mingled chance = {0};
        double others = 0;
        for (int o = 0; o < langs; o++)
            others += reach[c * langs + o];
        others /= langs - 1;
        add(&chance, &l->expected[c], rows);
        put_near(l, c + 1, list, &sum[c], &chance, rows, others);
        add(&all, &sum[c], 1);
        add(&expected, &chance, 1);
        reached += others / langs;
    }
    put_near(l, 0, list, &all, &expected, (double)l->set->rows, reached);
}

static iso_err look_at(const struct layer *l, int64_t list)
{
    const int langs = l->set->langs;
    const iso_neighbourhood of = {l->set->rows, (int)l->ask->opt.neighbours, langs, l->near};
    iso_mingled *sum = NULL;
    uint8_t *reach = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&sum, langs, sizeof *sum));
    ISO_TRY(iso_alloc(&reach, (int64_t)langs * langs, sizeof *reach));
    ISO_TRY(
        iso_mingled_sums(sum, reach, &of, l->set->label + list * of.rows, (int)l->ask->opt.bridge));
    put_list(l, list, sum, reach);
done:
    iso_free(sum);
    iso_free(reach);
    return err;
}

/* All lists of labels on all threads; the first error, and its message, comes back. */
static iso_err look_at_all(const struct layer *l)
{
    iso_err first = ISO_OK;
    char said[512] = "";

#pragma omp parallel for schedule(dynamic)
    for (int64_t list = 0; list < l->lists; list++) {
        const iso_err err = look_at(l, list);
        if (err) {
#pragma omp critical(mingle_look)
            if (!first) {
                (void)snprintf(said, sizeof said, "%s", iso_err_msg());
                first = err;
            }
        }
    }
    return first ? iso_fail(first, "%s", said) : ISO_OK;
}

static iso_err intervals_near(iso_value *value, const struct layer *l)
{
    const iso_neighbourhood of = {l->set->rows, (int)l->ask->opt.neighbours, l->set->langs,
                                  l->near};
    struct mingle_seen seen = {.expected = l->expected};
    iso_err err = ISO_OK;

    if (l->ask->bare)
        return ISO_OK;
    ISO_TRY(iso_alloc(&seen.row, of.rows, sizeof *seen.row));
    ISO_TRY(iso_alloc(&seen.reach, of.rows * of.langs, sizeof *seen.reach));
    ISO_TRY(iso_mingled_rows(seen.row, seen.reach, &of, l->set->label, (int)l->ask->opt.bridge));
    ISO_TRY(iso_mingle_near_intervals(value, &seen, l->set, l->ask));
done:
    iso_free(seen.row);
    iso_free(seen.reach);
    return err;
}

/* Why a cell has no value here; NULL: it has one. */
static const char *undefined(const struct layer *l, enum mingle_cell cell)
{
    const int64_t k = l->ask->opt.neighbours, bridge = l->ask->opt.bridge;

    if (cell == MINGLE_ENTROPY && k == 1)
        return "one neighbour is of one language: its entropy is always 0";
    if (cell != MINGLE_BRIDGE && cell != MINGLE_HARMONIC)
        return NULL;
    if (bridge >= l->set->langs)
        return "there are fewer other languages than a bridge needs";
    return bridge > k ? "there are fewer neighbours than languages that a bridge needs" : NULL;
}

static void take_values(iso_value *value, const struct layer *l, enum mingle_cell cell)
{
    const char *why = undefined(l, cell);

    for (int g = 0; g < l->groups; g++) {
        const int64_t n = g ? l->set->size[g - 1] : l->set->rows;
        iso_value *v = &value[(int64_t)cell * l->groups + g];
        *v = why ? iso_value_undefined(n, why) : iso_value_none();
        v->n = n;
        if (why)
            continue;
        v->value = *place(l, cell, g, 0);
        if (cell == MINGLE_RATIO || cell == MINGLE_ENTROPY)
            v->null = 1;
    }
}

static iso_err near_values(iso_value *value, struct layer *l)
{
    const int k = (int)l->ask->opt.neighbours, langs = l->set->langs;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc_raw(&l->near, l->set->rows * k, sizeof *l->near));
    ISO_TRY(iso_alloc(&l->expected, langs, sizeof *l->expected));
    ISO_TRY(iso_near_others(l->near, iso_mat_view(&l->set->x), k, l->run));
    ISO_TRY(iso_mingled_expected(l->expected, l->set->size, langs, k));
    ISO_TRY(look_at_all(l));
    for (int c = 0; c <= MINGLE_HARMONIC; c++)
        take_values(value, l, (enum mingle_cell)c);
    ISO_TRY(intervals_near(value, l));
done:
    return err;
}

/* --- Silhouettes --- */

/* Means of the classes become those of the groups; all rows count alike. */
static void put_silhouettes(const struct layer *l, enum mingle_cell cell, int64_t list,
                            const double *mean)
{
    double sum = 0;

    for (int c = 0; c < l->set->langs; c++) {
        *place(l, cell, c + 1, list) = mean[c];
        sum += mean[c] * (double)l->set->size[c];
    }
    *place(l, cell, 0, list) = sum / (double)l->set->rows;
}

static iso_err shuffled_silhouettes(const struct layer *l)
{
    const int langs = l->set->langs;
    double *mean = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&mean, l->lists * langs, sizeof *mean));
    ISO_TRY(iso_silhouette_means(mean, iso_mat_view(&l->set->x), l->set->label, l->lists, langs,
                                 l->run));
    for (int64_t b = 0; b < l->lists; b++)
        put_silhouettes(l, MINGLE_COSINE, b, mean + b * langs);
done:
    iso_free(mean);
    return err;
}

/* Euclidean ones of shuffled labels would each cost what the true ones do. */
static void no_shuffles(const struct layer *l, enum mingle_cell cell)
{
    for (int g = 0; g < l->groups; g++)
        *place(l, cell, g, 0) = NAN;
}

static iso_err silhouette_values(iso_value *value, const struct layer *l, enum mingle_cell cell)
{
    const struct mingle_set *set = l->set;
    const bool cosine = cell == MINGLE_COSINE;
    double *s = NULL, *one = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&s, set->rows, sizeof *s));
    ISO_TRY(iso_alloc(&one, set->rows, sizeof *one));
    ISO_TRY(iso_silhouette(s, iso_mat_view(&set->x), set->label, set->langs,
                           cosine ? ISO_SILHOUETTE_COSINE : ISO_SILHOUETTE_EUCLIDEAN, l->run));
    for (int64_t i = 0; i < set->rows; i++)
        one[i] = 1;
    for (int g = 0; g < l->groups; g++) {
        const int64_t first = g ? set->first[g - 1] : 0, n = g ? set->size[g - 1] : set->rows;
        iso_value *v = &value[(int64_t)cell * l->groups + g];
        double sum = 0;
        *v = iso_value_none();
        for (int64_t i = first; i < first + n; i++)
            sum += s[i];
        v->value = sum / (double)n;
        v->n = n;
        if (!l->ask->bare && (g == 0 || l->ask->opt.each))
            ISO_TRY(iso_mingle_interval(v, s, one, set, g, l->ask->seed));
    }
    if (cosine)
        ISO_TRY(shuffled_silhouettes(l));
    else
        no_shuffles(l, cell);
done:
    iso_free(s);
    iso_free(one);
    return err;
}

iso_err iso_mingle_layer(iso_value *value, double *shuffled, const struct mingle_set *set,
                         const struct mingle_ask *ask, const iso_run *run)
{
    struct layer l = {.set = set,
                      .ask = ask,
                      .run = run,
                      .groups = set->langs + 1,
                      .lists = ask->opt.permutations + 1,
                      .shuffled = shuffled};
    iso_err err = ISO_OK;

    if (iso_mingle_asks_near(ask))
        ISO_TRY(near_values(value, &l));
    for (int c = MINGLE_COSINE; c < MINGLE_CELLS; c++) {
        if (ask->asked[c])
            ISO_TRY(silhouette_values(value, &l, (enum mingle_cell)c));
    }
done:
    iso_free(l.near);
    iso_free(l.expected);
    return err;
}
