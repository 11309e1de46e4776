/* One side of a search: its rows, their norms, and equal rows joined. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/search/neighbours_inside.h"
#include "lib/base/alloc.h"
#include "lib/linalg/convert.h"
#include "lib/linalg/topk.h"

void iso_near_side_free(struct near_side *s)
{
    iso_free(s->inverse);
    iso_free(s->mean);
    iso_free(s->top);
    iso_free(s->sum);
    iso_free(s->pick);
    iso_free(s->begin);
    iso_free(s->copy);
    iso_free(s->group);
    *s = (struct near_side){0};
}

iso_err iso_near_side_make(struct near_side *s, iso_view v, const char *name)
{
    int64_t bad = 0;
    iso_err err = ISO_OK;

    ISO_NEED(v.dtype == ISO_F32, "%s: numbers are %s, must be f32", name, iso_dtype_name(v.dtype));
    ISO_NEED(v.rows > 0, "%s has no rows", name);
    ISO_NEED(v.rows <= INT32_MAX, "%s has %lld rows, at most %d can be searched", name,
             (long long)v.rows, INT32_MAX);
    if (!iso_view_finite(&bad, v))
        ISO_FAIL(ISO_EFORMAT, "%s: row %lld has a number that is not finite", name, (long long)bad);
    *s = (struct near_side){
        .rows = v.rows, .cols = v.cols, .stride = v.stride, .data = v.data, .all = v.rows};
    ISO_TRY(iso_alloc(&s->inverse, v.rows, sizeof *s->inverse));
#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < s->rows; i++) {
        const float *row = s->data + i * s->stride;
        const double norm2 = iso_topk_dot(row, row, s->cols);
        s->inverse[i] = norm2 > 0 ? 1 / sqrt(norm2) : 0;
    }
done:
    return err;
}

iso_topk_rows iso_near_rows(const struct near_side *s)
{
    return (iso_topk_rows){s->data, s->rows, s->cols, s->stride, s->inverse, s->pick};
}

int64_t iso_near_times(const struct near_side *s, int64_t i)
{
    return s->pick ? s->begin[i + 1] - s->begin[i] : 1;
}

double iso_near_cosine(const struct near_side *x, int64_t i, const struct near_side *y, int64_t j)
{
    const iso_topk_rows from = iso_near_rows(x), to = iso_near_rows(y);

    return iso_topk_cosine(&from, i, &to, j);
}

/* --- Rows that are equal, bit for bit, or zero: they have the same cosine with everything, so that
 * one of them is searched for all, and lists hold many rows in one entry --- */

struct entry {
    uint64_t hash;
    int64_t row;
    const struct near_side *side;
};

static uint64_t hash_of(const struct near_side *s, int64_t i)
{
    const float *row = s->data + i * s->stride;
    uint64_t h = 0x9e3779b97f4a7c15;

    if (s->inverse[i] == 0)
        return 0;
    for (int64_t l = 0; l < s->cols; l++) {
        uint32_t bits;
        memcpy(&bits, row + l, sizeof bits);
        h = (h ^ bits) * 0xff51afd7ed558ccd;
        h ^= h >> 32;
    }
    return h;
}

static int compare_rows(const struct near_side *s, int64_t a, int64_t b)
{
    if (s->inverse[a] == 0 || s->inverse[b] == 0)
        return (s->inverse[a] != 0) - (s->inverse[b] != 0);
    return memcmp(s->data + a * s->stride, s->data + b * s->stride,
                  (size_t)s->cols * sizeof *s->data);
}

static int by_content(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;

    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    const int order = compare_rows(x->side, x->row, y->row);
    return order ? order : (x->row > y->row) - (x->row < y->row);
}

static iso_err sorted_rows(struct entry **out, const struct near_side *s)
{
    struct entry *e = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&e, s->all, sizeof *e));
#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < s->all; i++)
        e[i] = (struct entry){hash_of(s, i), i, s};
    qsort(e, (size_t)s->all, sizeof *e, by_content);
    *out = e;
done:
    return err;
}

/* The first row equal to each, in `group`; returns how many are the first of their kind. */
static int64_t find_firsts(int32_t *group, const struct entry *e, const struct near_side *s)
{
    int64_t first = 0, distinct = 0;

    for (int64_t a = 0; a < s->all; a++) {
        const bool fresh =
            a == 0 || e[a].hash != e[a - 1].hash || compare_rows(s, e[a].row, e[a - 1].row) != 0;
        first = fresh ? e[a].row : first;
        group[e[a].row] = (int32_t)first;
        distinct += fresh;
    }
    return distinct;
}

/* Numbers the distinct rows in the order of their firsts, so that ties fall as they would have. */
static iso_err number(struct near_side *s, int64_t distinct)
{
    int64_t n = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&s->pick, distinct, sizeof *s->pick));
    ISO_TRY(iso_alloc(&s->begin, distinct + 1, sizeof *s->begin));
    ISO_TRY(iso_alloc(&s->copy, s->all, sizeof *s->copy));
    for (int64_t i = 0; i < s->all; i++) {
        const bool fresh = s->group[i] == i;
        if (fresh)
            s->pick[n] = i;
        s->group[i] = (int32_t)(fresh ? n++ : s->group[s->group[i]]);
        s->begin[s->group[i] + 1]++;
    }
    for (int64_t g = 0; g < n; g++)
        s->begin[g + 1] += s->begin[g];
    for (int64_t i = s->all; i-- > 0;)
        s->copy[--s->begin[s->group[i] + 1]] = (int32_t)i;
    for (int64_t g = 0; g < n; g++)
        s->begin[g] = s->begin[g + 1];
    s->begin[n] = s->all;
    s->rows = n;
done:
    return err;
}

iso_err iso_near_side_join(struct near_side *s)
{
    struct entry *e = NULL;
    int64_t distinct;
    iso_err err = ISO_OK;

    ISO_TRY(sorted_rows(&e, s));
    ISO_TRY(iso_alloc(&s->group, s->all, sizeof *s->group));
    distinct = find_firsts(s->group, e, s);
    if (distinct < s->all) {
        ISO_TRY(number(s, distinct));
    } else {
        iso_free(s->group);
        s->group = NULL;
    }
done:
    iso_free(e);
    return err;
}

/* by[g] of each distinct row, for every row. */
static iso_err spread(double **by, const struct near_side *s)
{
    double *each = NULL;
    iso_err err = ISO_OK;

    if (!*by)
        return ISO_OK;
    ISO_TRY(iso_alloc(&each, s->all, sizeof *each));
    for (int64_t i = 0; i < s->all; i++)
        each[i] = (*by)[s->group[i]];
    iso_free(*by);
    *by = each;
done:
    return err;
}

iso_err iso_near_side_part(struct near_side *s)
{
    iso_err err = ISO_OK;

    if (!s->group)
        return ISO_OK;
    ISO_TRY(spread(&s->mean, s));
    ISO_TRY(spread(&s->top, s));
    ISO_TRY(spread(&s->sum, s));
    iso_free(s->pick);
    s->pick = NULL;
    s->rows = s->all;
done:
    return err;
}

/* --- From lists of distinct rows to lists of rows --- */

static int by_row(const void *a, const void *b)
{
    const int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;

    return (x > y) - (x < y);
}

/* The k lowest rows among the copies of entries [from, end) of a list, which have one score; `work`
 * has room for 2k. Returns how many there were, at most k. */
static int put_equal(int32_t *to, int32_t *work, const int32_t *list, int from, int end,
                     const struct near_side *y, int k)
{
    int n = 0;

    for (int a = from; a < end; a++) {
        const int32_t *copy = y->copy + y->begin[list[a]];
        const int64_t copies = iso_near_times(y, list[a]);
        for (int c = 0; c < k && c < copies; c++)
            work[n++] = copy[c];
        if (a > from)
            qsort(work, (size_t)n, sizeof *work, by_row);
        n = n < k ? n : k;
    }
    memcpy(to, work, (size_t)n * sizeof *to);
    return n;
}

static void expand(int32_t *index, double *score, int32_t *work, const int32_t *list,
                   const double *of_list, const struct near_side *y, int k)
{
    for (int a = 0, end, n = 0; a < k && list[a] >= 0 && n < k; a = end) {
        for (end = a + 1; end < k && list[end] >= 0 && of_list[end] == of_list[a]; end++)
            ;
        const int more = put_equal(index + n, work, list, a, end, y, k - n);
        for (int c = 0; c < more; c++)
            score[n + c] = of_list[a];
        n += more;
    }
}

/* Of y, whose lists they are: the rows' numbers. */
static iso_err expand_all(iso_near *n, const struct near_side *y)
{
    const int k = n->k;
    int32_t *work = NULL, *index = NULL;
    double *score = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&work, k, 2 * sizeof *work));
    ISO_TRY(iso_alloc(&index, k, sizeof *index));
    ISO_TRY(iso_alloc(&score, k, sizeof *score));
    for (int64_t i = 0; i < n->rows; i++) {
        for (int a = 0; a < k; a++) {
            index[a] = -1;
            score[a] = NAN;
        }
        expand(index, score, work, n->index + i * k, n->score + i * k, y, k);
        memcpy(n->index + i * k, index, (size_t)k * sizeof *index);
        memcpy(n->score + i * k, score, (size_t)k * sizeof *score);
    }
done:
    iso_free(work);
    iso_free(index);
    iso_free(score);
    return err;
}

iso_err iso_near_spread(iso_near *n, const struct near_side *x, const struct near_side *y)
{
    iso_near each = {0};
    iso_err err = ISO_OK;

    if (y->group)
        ISO_TRY(expand_all(n, y));
    if (!x->group)
        return ISO_OK;
    ISO_TRY(iso_near_result_make(&each, x->all, n->k));
    for (int64_t i = 0; i < x->all; i++) {
        const int64_t from = (int64_t)x->group[i] * n->k, to = i * n->k;
        memcpy(each.index + to, n->index + from, (size_t)n->k * sizeof *n->index);
        memcpy(each.score + to, n->score + from, (size_t)n->k * sizeof *n->score);
    }
    iso_near_free(n);
    *n = each;
done:
    return err;
}
