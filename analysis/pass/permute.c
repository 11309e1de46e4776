#include "analysis/pass/permute.h"

#include <math.h>

#include "lib/base/alloc.h"
#include "lib/linalg/blas.h"
#include "lib/linalg/convert.h"

enum { READ_ROWS = 512, MODELS = 16 };

/* A reading under way. Matrices of a part are numbered in it; task's numbers otherwise. */
struct reading {
    const iso_task *task;
    const iso_permutations *permutations;
    const iso_run *run;
    int64_t n;
    iso_dtype dtype;
    const iso_null_model *model[MODELS]; /* of the measures, each once */
    int models;
    double **mean;   /* by matrix */
    double **centre; /* by matrix; shared by peers */
    double **centres;
    int groups; /* of peers: as many centres */
    bool *used;

    int *local; /* the part: number of a matrix + 1 */
    int matrices;
    iso_mat *block;
    iso_view *x;
    const double **part_mean, **part_centre;
    int *scale;
    iso_gram_pair *pair;
};

/* --- What there is to do --- */

static int64_t items_of(const iso_task *task, int64_t pair)
{
    return task->matrix[task->pair[pair].x]->rows;
}

static const char *without(const iso_task *task, const iso_measure *m, int64_t count)
{
    if (!m->null_model)
        return "it has no null model of permutations";
    if (items_of(task, 0) > ISO_GRAM_MAX)
        return "of more than 4096 items there are no permutations; " ISO_FIELD(
            limit) " 4096 takes fewer";
    for (int64_t i = 0; i < task->pairs && m->null_model->most; i++) {
        const iso_gram_pair p = task->pair[i];
        if (count > m->null_model->most(items_of(task, i), task->matrix[p.x]->cols,
                                        task->matrix[p.y]->cols))
            return "so many cost too much; take fewer";
    }
    return NULL;
}

static void note(const iso_task *task, const iso_measure *m, const char *why, int64_t count,
                 const iso_run *run)
{
    const bool formula = task->tested && (m->needs & ISO_NEED_SUMS) && (m->needs & ISO_NEED_GRAM);
    int64_t least = count;

    for (int64_t i = 0; m->null_model && m->null_model->most && i < task->pairs; i++) {
        const iso_gram_pair p = task->pair[i];
        const int64_t most = m->null_model->most(items_of(task, i), task->matrix[p.x]->cols,
                                                 task->matrix[p.y]->cols);
        least = most < least ? most : least;
    }
    if (least < count && least >= ISO_PERMUTED_LEAST)
        iso_run_note(run, "%s:%s has no p: %lld permutations cost too much, %lld do: %s %lld",
                     m->measure, m->estimator, (long long)count, (long long)least,
                     ISO_FIELD(permutations), (long long)least);
    else
        iso_run_note(run, "%s:%s %s: %s", m->measure, m->estimator,
                     formula ? "has p by a formula, and no p_max" : "has no p", why);
}

/* The models of measures that have one, each once; notes about the others. */
static void choose_models(struct reading *r)
{
    for (int m = 0; m < r->task->measures; m++) {
        const iso_measure *measure = r->task->measure[m];
        const char *why = without(r->task, measure, r->permutations->count);
        int at = 0;
        if (why) {
            note(r->task, measure, why, r->permutations->count, r->run);
            continue;
        }
        while (at < r->models && r->model[at] != measure->null_model)
            at++;
        if (at == r->models && at < MODELS)
            r->model[r->models++] = measure->null_model;
    }
}

double iso_permute_operations(const iso_task *task, int64_t count)
{
    double sum = 0;

    for (int m = 0; m < task->measures; m++)
        for (int64_t i = 0; i < task->pairs && !without(task, task->measure[m], count); i++)
            sum += 2 * (double)count *
                   task->measure[m]->null_model->operations(items_of(task, i),
                                                            task->matrix[task->pair[i].x]->cols,
                                                            task->matrix[task->pair[i].y]->cols);
    return sum;
}

/* --- Means: the first time rows are read --- */

static iso_err read_mean(struct reading *r, int m)
{
    iso_rows *rows = r->task->matrix[m];
    const int64_t p = rows->cols;
    double *wide = NULL;
    iso_view v;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&r->mean[m], p, sizeof **r->mean));
    ISO_TRY(iso_alloc(&wide, READ_ROWS * p, sizeof *wide));
    for (int64_t first = 0, count; first < r->n; first += count) {
        count = r->n - first < READ_ROWS ? r->n - first : READ_ROWS;
        ISO_TRY(iso_rows_read(rows, first, count, &v));
        iso_convert_f64(wide, p, v);
        for (int64_t i = 0; i < count; i++)
            for (int64_t j = 0; j < p; j++)
                r->mean[m][j] += wide[i * p + j] / (double)r->n;
    }
done:
    iso_free(wide);
    return err;
}

static bool peers(const struct reading *r, int a, int b)
{
    const int *of = r->task->peers;

    return r->task->matrix[a]->cols == r->task->matrix[b]->cols && (!of || of[a] == of[b]);
}

/* The mean of the means of all peers of m, made where none of them came before. */
static iso_err make_centre(struct reading *r, int m)
{
    const int64_t p = r->task->matrix[m]->cols;
    double *c = NULL;
    int count = 0;
    iso_err err = ISO_OK;

    for (int other = 0; other < m; other++)
        if (r->used[other] && peers(r, other, m)) {
            r->centre[m] = r->centre[other];
            return ISO_OK;
        }
    ISO_TRY(iso_alloc(&c, p, sizeof *c));
    r->centres[r->groups++] = r->centre[m] = c;
    for (int other = m; other < r->task->matrices; other++)
        count += r->used[other] && peers(r, other, m);
    for (int other = m; other < r->task->matrices; other++)
        for (int64_t j = 0; j < p && r->used[other] && peers(r, other, m); j++)
            c[j] += r->mean[other][j] / count;
done:
    return err;
}

static iso_err read_means(struct reading *r)
{
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < r->task->pairs; i++)
        r->used[r->task->pair[i].x] = r->used[r->task->pair[i].y] = true;
    for (int m = 0; m < r->task->matrices; m++)
        if (r->used[m])
            ISO_TRY(read_mean(r, m));
    for (int m = 0; m < r->task->matrices; m++)
        if (r->used[m])
            ISO_TRY(make_centre(r, m));
done:
    return err;
}

/* --- Rows: the second time --- */

static void put(iso_mat *to, int64_t i, const double *row)
{
    for (int64_t j = 0; j < to->cols; j++) {
        if (to->dtype == ISO_F64)
            ((double *)to->data)[i * to->stride + j] = row[j];
        else
            ((float *)to->data)[i * to->stride + j] = (float)row[j];
    }
}

/* (row − mean) / 2^scale of all rows; the largest number is between 1 and 2 then. */
static iso_err read_block(struct reading *r, int m, int at)
{
    iso_rows *rows = r->task->matrix[m];
    const int64_t p = rows->cols;
    double *all = NULL, peak = 0;
    iso_view v;
    iso_err err = ISO_OK;

    ISO_TRY(iso_mat_new(&r->block[at], r->n, p, r->dtype));
    ISO_TRY(iso_alloc(&all, r->n * p, sizeof *all));
    for (int64_t first = 0, count; first < r->n; first += count) {
        count = r->n - first < READ_ROWS ? r->n - first : READ_ROWS;
        ISO_TRY(iso_rows_read(rows, first, count, &v));
        iso_convert_f64(all + first * p, p, v);
    }
    for (int64_t i = 0; i < r->n; i++)
        for (int64_t j = 0; j < p; j++) {
            all[i * p + j] -= r->mean[m][j];
            peak = fmax(peak, fabs(all[i * p + j]));
        }
    r->scale[at] = peak > 0 && isfinite(peak) ? ilogb(peak) : 0;
    for (int64_t i = 0; i < r->n * p; i++)
        all[i] = ldexp(all[i], -r->scale[at]);
    for (int64_t i = 0; i < r->n; i++)
        put(&r->block[at], i, all + i * p);
    r->x[at] = iso_mat_view(&r->block[at]);
    r->part_mean[at] = r->mean[m];
    r->part_centre[at] = r->centre[m];
done:
    iso_free(all);
    return err;
}

static void forget_part(struct reading *r)
{
    for (int m = 0; m < r->matrices; m++)
        iso_mat_free(&r->block[m]);
    for (int m = 0; m < r->task->matrices; m++)
        r->local[m] = 0;
    r->matrices = 0;
}

/* --- A part of the pairs --- */

static double block_bytes(const struct reading *r, int m)
{
    return (double)r->n * (double)r->task->matrix[m]->cols * (double)iso_dtype_size(r->dtype);
}

/* The pairs from `first` on whose matrices take up to `room`; one at least. Numbers them. */
static int64_t take_pairs(struct reading *r, int64_t first, double room)
{
    double bytes = 0;
    int64_t end = first;

    for (; end < r->task->pairs; end++) {
        const int side[2] = {r->task->pair[end].x, r->task->pair[end].y};
        double more = 0;
        for (int s = 0; s < 2; s++)
            more +=
                r->local[side[s]] || (s == 1 && side[1] == side[0]) ? 0 : block_bytes(r, side[s]);
        if (end > first && bytes + more > room)
            break;
        bytes += more;
        for (int s = 0; s < 2; s++)
            if (!r->local[side[s]])
                r->local[side[s]] = ++r->matrices;
        r->pair[end - first] = (iso_gram_pair){r->local[side[0]] - 1, r->local[side[1]] - 1};
    }
    return end;
}

/* What one model makes of the part goes to every measure that has it. */
static iso_err one_model(double *permuted, const struct reading *r, const iso_null_model *model,
                         const iso_null_rows *rows, int64_t first)
{
    const int64_t each = r->permutations->count + 1;
    const iso_task *task = r->task;
    double *out = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&out, rows->pairs * model->values * each, sizeof *out));
    ISO_TRY(model->fill(out, rows, r->run));
    for (int64_t i = 0; i < rows->pairs; i++)
        for (int m = 0; m < task->measures; m++) {
            if (task->measure[m]->null_model != model)
                continue;
            const double *from = out + (i * model->values + task->measure[m]->null_value) * each;
            double *to = permuted + ((first + i) * task->measures + m) * each;
            for (int64_t b = 0; b < each; b++)
                to[b] = from[b];
        }
done:
    iso_free(out);
    return err;
}

static iso_err one_part(double *permuted, struct reading *r, int64_t first, int64_t end,
                        int64_t memory)
{
    const iso_null_rows rows = {.permutations = r->permutations,
                                .matrices = r->matrices,
                                .x = r->x,
                                .mean = r->part_mean,
                                .scale = r->scale,
                                .centre = r->part_centre,
                                .pair = r->pair,
                                .pairs = end - first,
                                .memory = memory};
    iso_err err = ISO_OK;

    for (int m = 0; m < r->task->matrices; m++)
        if (r->local[m])
            ISO_TRY(read_block(r, m, r->local[m] - 1));
    for (int k = 0; k < r->models; k++)
        ISO_TRY(one_model(permuted, r, r->model[k], &rows, first));
done:
    forget_part(r);
    return err;
}

/* --- All --- */

double iso_permute_memory(const iso_task *task, int64_t count)
{
    return 8 * (double)task->pairs * (double)task->measures * (double)(count + 1);
}

static iso_err reading_new(struct reading *r)
{
    const int64_t all = r->task->matrices;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&r->mean, all, sizeof *r->mean));
    ISO_TRY(iso_alloc(&r->centre, all, sizeof *r->centre));
    ISO_TRY(iso_alloc(&r->centres, all, sizeof *r->centres));
    ISO_TRY(iso_alloc(&r->used, all, sizeof *r->used));
    ISO_TRY(iso_alloc(&r->local, all, sizeof *r->local));
    ISO_TRY(iso_alloc(&r->block, all, sizeof *r->block));
    ISO_TRY(iso_alloc(&r->x, all, sizeof *r->x));
    ISO_TRY(iso_alloc(&r->part_mean, all, sizeof *r->part_mean));
    ISO_TRY(iso_alloc(&r->part_centre, all, sizeof *r->part_centre));
    ISO_TRY(iso_alloc(&r->scale, all, sizeof *r->scale));
    ISO_TRY(iso_alloc(&r->pair, r->task->pairs, sizeof *r->pair));
done:
    return err;
}

static void reading_free(struct reading *r)
{
    if (r->local && r->block)
        forget_part(r);
    for (int m = 0; r->mean && m < r->task->matrices; m++)
        iso_free(r->mean[m]);
    for (int g = 0; r->centres && g < r->groups; g++)
        iso_free(r->centres[g]);
    iso_free(r->mean);
    iso_free(r->centre);
    iso_free(r->centres);
    iso_free(r->used);
    iso_free(r->local);
    iso_free(r->block);
    iso_free(r->x);
    iso_free(r->part_mean);
    iso_free(r->part_centre);
    iso_free(r->scale);
    iso_free(r->pair);
}

iso_err iso_permute(double *permuted, const iso_task *task, const iso_permutations *permutations,
                    const iso_run *run)
{
    const iso_threads threads = iso_blas_enter(run);
    const double need = iso_permute_memory(task, permutations->count);
    const double room = (double)iso_run_mem(run) - need;
    struct reading r = {.task = task,
                        .permutations = permutations,
                        .run = run,
                        .n = items_of(task, 0),
                        .dtype = run && run->double_precision ? ISO_F64 : ISO_F32};
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < task->pairs * task->measures * (permutations->count + 1); i++)
        permuted[i] = NAN;
    choose_models(&r);
    if (r.models == 0)
        goto done;
    ISO_TRY(reading_new(&r));
    ISO_TRY(read_means(&r));
    for (int64_t first = 0, end; first < task->pairs; first = end) {
        end = take_pairs(&r, first, 0.4 * room);
        ISO_TRY(one_part(permuted, &r, first, end, (int64_t)(0.4 * room)));
    }
done:
    iso_blas_leave(threads);
    reading_free(&r);
    return err;
}
