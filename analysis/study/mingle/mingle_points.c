#include "analysis/study/mingle/mingle_points.h"

#include <math.h>
#include <string.h>

#include "analysis/stats/tsne.h"
#include "analysis/study/mingle/mingle_inside.h"
#include "lib/base/alloc.h"
#include "lib/base/keyed.h"
#include "lib/base/rng.h"
#include "lib/linalg/blas.h"
#include "lib/linalg/principal.h"

enum { POINTS_LEAST = 4 };

/* One picture under way. */
struct picture {
    const iso_run *run;
    struct mingle_ask ask;
    struct mingle_set set;
    int64_t *row; /* of the pool, of each point */
    int64_t each; /* points of a language */
};

/* --- Which rows --- */

/* Rows of a language in the order of their items' places in a random order. */
static iso_err draw_language(int64_t *row, const struct mingle_set *set, const int64_t *place,
                             int l, int64_t each)
{
    struct keyed *list = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&list, set->size[l], sizeof *list));
    for (int64_t i = 0; i < set->size[l]; i++)
        list[i] = (struct keyed){(uint64_t)place[set->item[set->first[l] + i]], set->first[l] + i};
    iso_keyed_sort(list, set->size[l]);
    for (int64_t i = 0; i < each; i++)
        row[i * set->langs + l] = list[i].item;
done:
    iso_free(list);
    return err;
}

/* As many of each language as the smallest has; they take turns, so that none lies over another. */
static iso_err draw_rows(struct picture *p)
{
    const struct mingle_set *set = &p->set;
    iso_rng rng = iso_rng_seeded(p->ask.seed, 0);
    int64_t *order = NULL, *place = NULL;
    iso_err err = ISO_OK;

    p->each = p->ask.opt.points / set->langs;
    for (int l = 0; l < set->langs; l++)
        p->each = set->size[l] < p->each ? set->size[l] : p->each;
    if (p->each * set->langs < POINTS_LEAST)
        ISO_FAIL(ISO_EDATA,
                 "%s: %lld points of each of %d languages are no picture: ask for more "
                 "with " ISO_FIELD(points),
                 iso_states_name(set->states), (long long)p->each, set->langs);
    ISO_TRY(iso_alloc(&order, set->items, sizeof *order));
    ISO_TRY(iso_alloc(&place, set->items, sizeof *place));
    ISO_TRY(iso_alloc(&p->row, p->each * set->langs, sizeof *p->row));
    iso_rng_permutation(&rng, order, set->items);
    for (int64_t i = 0; i < set->items; i++)
        place[order[i]] = i;
    for (int l = 0; l < set->langs; l++)
        ISO_TRY(draw_language(p->row, set, place, l, p->each));
done:
    iso_free(order);
    iso_free(place);
    return err;
}

/* The points' rows of the layer that was read, with length 1. */
static iso_err take_rows(iso_mat *out, const struct picture *p)
{
    const iso_mat *all = &p->set.x;
    iso_mat x = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_mat_new(&x, p->each * p->set.langs, all->cols, ISO_F64));
    for (int64_t i = 0; i < x.rows; i++) {
        const float *from = (const float *)all->data + p->row[i] * all->stride;
        double *to = (double *)x.data + i * x.stride, square = 0;
        for (int64_t j = 0; j < x.cols; j++)
            square += (double)from[j] * from[j];
        for (int64_t j = 0; j < x.cols; j++)
            to[j] = square > 0 ? from[j] / sqrt(square) : 0;
    }
    *out = x;
done:
    return err;
}

/* --- Into the plane --- */

/* On one thread: what LAPACK finds may depend on their number in the last bit, and t-SNE makes
 * another picture of that. Signs: the number of largest size in each direction is positive. */
static iso_err directions(iso_mat *out, iso_view x, const double *mean)
{
    const iso_threads before = iso_blas_enter(&(iso_run){.threads = 1});
    const iso_err err = iso_principal(out, x, mean, 2);

    iso_blas_leave(before);
    for (int64_t k = 0; !err && k < out->rows; k++) {
        double *v = (double *)out->data + k * out->stride, most = 0;
        for (int64_t j = 0; j < out->cols; j++)
            most = fabs(v[j]) > fabs(most) ? v[j] : most;
        for (int64_t j = 0; j < out->cols && most < 0; j++)
            v[j] = -v[j];
    }
    return err;
}

static iso_err components(iso_points_panel *to, iso_view x)
{
    iso_mat axis = {0};
    double *mean = NULL, sum = 0, part[2] = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&mean, x.cols, sizeof *mean));
    for (int64_t i = 0; i < x.rows; i++)
        for (int64_t j = 0; j < x.cols; j++)
            mean[j] += ((const double *)x.data)[i * x.stride + j] / (double)x.rows;
    ISO_TRY(directions(&axis, x, mean));
    for (int64_t i = 0; i < x.rows; i++) {
        for (int64_t j = 0; j < x.cols; j++) {
            const double c = ((const double *)x.data)[i * x.stride + j] - mean[j];
            sum += c * c;
            for (int64_t k = 0; k < axis.rows; k++)
                to->at[2 * i + k] += c * ((const double *)axis.data)[k * axis.stride + j];
        }
        for (int k = 0; k < 2; k++)
            part[k] += to->at[2 * i + k] * to->at[2 * i + k];
    }
    to->first = sum > 0 ? part[0] / sum : 0;
    to->second = sum > 0 ? part[1] / sum : 0;
done:
    iso_mat_free(&axis);
    iso_free(mean);
    return err;
}

static iso_err into_plane(iso_points_panel *to, iso_view x, const struct picture *p)
{
    const iso_tsne_opt how = {.perplexity = (double)p->ask.opt.perplexity};
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&to->at, 2 * x.rows, sizeof *to->at));
    to->kl = NAN;
    ISO_TRY(components(to, x));
    if (p->ask.opt.way == ISO_WAY_PCA)
        goto done;
    to->first = to->second = NAN;
    ISO_TRY(iso_tsne(to->at, &to->kl, x, &how, p->run));
done:
    return err;
}

/* --- All of it --- */

static iso_err copy(char **out, const char *text)
{
    return text ? iso_str_dup(out, text, -1) : ISO_OK;
}

static iso_err describe(iso_points *out, const struct picture *p)
{
    const struct mingle_set *set = &p->set;
    const iso_states_info *about = iso_states_about(set->states);
    iso_err err = ISO_OK;

    out->way = p->ask.opt.way;
    out->langs = set->langs;
    out->rows = p->each * set->langs;
    ISO_TRY(copy(&out->model, about->model));
    ISO_TRY(copy(&out->pool, about->pooling));
    ISO_TRY(iso_alloc(&out->lang, set->langs, sizeof *out->lang));
    ISO_TRY(iso_alloc(&out->of, out->rows, sizeof *out->of));
    ISO_TRY(iso_alloc(&out->panel, set->sel.layer_count, sizeof *out->panel));
    for (int l = 0; l < set->langs; l++)
        ISO_TRY(copy(&out->lang[l], iso_states_lang(set->states, set->sel.lang[l])->name));
    for (int64_t i = 0; i < out->rows; i++)
        out->of[i] = (int32_t)(i % set->langs);
done:
    return err;
}

static iso_err prepare(struct picture *p, iso_states *states, const iso_mingle_opt *opt)
{
    iso_mingle_opt own;
    iso_err err = ISO_OK;

    ISO_TRY(iso_options_take(&iso_mingle_options, &own, opt));
    own.measure = "silhouette"; /* of which nothing is made: it needs no neighbours */
    own.permutations = ISO_PERMUTED_LEAST;
    ISO_TRY(iso_mingle_ask_make(&p->ask, &own, p->run));
    ISO_TRY(iso_mingle_set_make(&p->set, &p->ask, states, p->run));
    ISO_TRY(draw_rows(p));
done:
    return err;
}

static void forget(struct picture *p)
{
    iso_mingle_set_free(&p->set);
    iso_mingle_ask_free(&p->ask);
    iso_free(p->row);
}

iso_err iso_mingle_points(iso_points *out, iso_states *states, const iso_mingle_opt *opt,
                          const iso_run *run)
{
    const iso_threads threads = iso_blas_enter(run);
    struct picture p = {.run = run};
    iso_points points = {0};
    iso_mat x = {0};
    iso_err err = ISO_OK;

    ISO_TRY(prepare(&p, states, opt));
    ISO_TRY(describe(&points, &p));
    for (int i = 0; i < p.set.sel.layer_count; i++) {
        ISO_TRY(iso_mingle_set_read(&p.set, &p.ask, p.set.sel.layer[i], run));
        iso_mat_free(&x);
        x = (iso_mat){0};
        ISO_TRY(take_rows(&x, &p));
        points.panel[points.panels++].layer = p.set.sel.layer[i];
        err = into_plane(&points.panel[i], iso_mat_view(&x), &p);
        if (err) {
            err = iso_fail_in(err, "%s: layer %d", iso_states_name(states), p.set.sel.layer[i]);
            goto done;
        }
    }
    *out = points;
    points = (iso_points){0};
done:
    iso_points_free(&points);
    iso_mat_free(&x);
    forget(&p);
    iso_blas_leave(threads);
    return err;
}

iso_err iso_mingle_points_rows(iso_mat *out, iso_states *states, const iso_mingle_opt *opt,
                               const iso_run *run)
{
    struct picture p = {.run = run};
    iso_err err = ISO_OK;

    ISO_TRY(prepare(&p, states, opt));
    ISO_TRY(iso_mingle_set_read(&p.set, &p.ask, p.set.sel.layer[0], run));
    ISO_TRY(take_rows(out, &p));
done:
    forget(&p);
    return err;
}

void iso_points_free(iso_points *p)
{
    for (int l = 0; p->lang && l < p->langs; l++)
        iso_free(p->lang[l]);
    for (int i = 0; i < p->panels; i++)
        iso_free(p->panel[i].at);
    iso_free(p->lang);
    iso_free(p->model);
    iso_free(p->pool);
    iso_free(p->of);
    iso_free(p->panel);
    *p = (iso_points){0};
}
