#include "lib/io/pool_rows.h"

#include <math.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/linalg/convert.h"

static const struct {
    const char *name;
    bool stored;
} pools[] = {
#define X(id, name, stored, mixed) {name, stored},
    ISO_POOLS(X)
#undef X
};

enum { POOLS = sizeof pools / sizeof *pools };

bool iso_pool_named(iso_pool *out, const char *name)
{
    for (int i = 0; i < POOLS; i++) {
        if (iso_str_same(name, pools[i].name)) {
            *out = (iso_pool)i;
            return true;
        }
    }
    return false;
}

iso_err iso_pool_find(iso_pool *out, const char *name)
{
    const char *names[POOLS];
    iso_pool pool = ISO_POOL_MEAN;
    int count = 0;
    iso_buf list = {0};
    iso_err err = ISO_OK;

    for (int i = 0; i < POOLS; i++) {
        if (pools[i].stored)
            names[count++] = pools[i].name;
    }
    if (name && !(iso_pool_named(&pool, name) && pools[pool].stored)) {
        const char *near = iso_str_nearest(name, names, count);
        ISO_TRY(iso_buf_names(&list, names, count, count));
        ISO_FAIL(ISO_EARG, "pool %s is not known; %s %s", name,
                 near ? "did you mean" : "it is one of", near ? near : list.text);
    }
    *out = pool;
done:
    iso_buf_free(&list);
    return err;
}

const char *iso_pool_name(iso_pool pool)
{
    return pools[pool].name;
}

iso_err iso_pool_check_said(const char *pooling, const char *path)
{
#define X(id, name, stored, mixed) ", " name
    static const char known[] = ISO_POOLS(X);
#undef X
    iso_pool pool;

    if (!pooling || iso_pool_named(&pool, pooling))
        return ISO_OK;
    return iso_fail(ISO_EFORMAT, "%s: pooling is \"%.60s\", not one of %s", path, pooling,
                    known + strlen(", "));
}

iso_dtype iso_pool_dtype(iso_dtype from)
{
    return from == ISO_F64 ? ISO_F64 : ISO_F32;
}

/* One item on its way: rows come one by one, the result leaves at the end. */
struct item {
    iso_pool pool;
    bool specials;
    int64_t cols, total, seen; /* rows the item has, rows that came */
    double *sum;               /* running sum, largest, first or last row */
};

static void begin(struct item *it, int64_t total)
{
    it->total = total;
    it->seen = 0;
    memset(it->sum, 0, (size_t)it->cols * sizeof *it->sum);
}

/* Special tokens count only when there is nothing else. */
static int64_t left_out(const struct item *it)
{
    return it->specials && it->total > 2 ? 1 : 0;
}

static void add(struct item *it, const double *row)
{
    const int64_t skip = left_out(it), i = it->seen++;
    const bool inner = i >= skip && i < it->total - skip;
    double *sum = it->sum;

    if (it->pool == ISO_POOL_CLS ? i == 0 : it->pool == ISO_POOL_LAST && i == it->total - 1) {
        memcpy(sum, row, (size_t)it->cols * sizeof *sum);
    } else if (it->pool == ISO_POOL_MEAN && inner) {
        for (int64_t j = 0; j < it->cols; j++)
            sum[j] += row[j];
    } else if (it->pool == ISO_POOL_MEAN_SPECIAL || it->pool == ISO_POOL_WEIGHTED ||
               it->pool == ISO_POOL_MEAN_SQRT) {
        const double weight = it->pool == ISO_POOL_WEIGHTED ? (double)(i + 1) : 1;
        for (int64_t j = 0; j < it->cols; j++)
            sum[j] += weight * row[j];
    } else if (it->pool == ISO_POOL_MAX_SPECIAL || (it->pool == ISO_POOL_MAX && inner)) {
        const int64_t begin = it->pool == ISO_POOL_MAX ? skip : 0;
        /* written so that a NaN is kept and found later */
        for (int64_t j = 0; j < it->cols; j++)
            sum[j] = i == begin || !(row[j] <= sum[j]) ? row[j] : sum[j];
    }
}

/* What a sum is divided by; an item without rows stays zeros. */
static double weights(const struct item *it)
{
    const double all = (double)it->total;
    const double sum = it->pool == ISO_POOL_MEAN           ? all - 2 * (double)left_out(it)
                       : it->pool == ISO_POOL_MEAN_SPECIAL ? all
                       : it->pool == ISO_POOL_MEAN_SQRT    ? sqrt(all)
                       : it->pool == ISO_POOL_WEIGHTED     ? all * (all + 1) / 2
                                                           : 1;

    return sum > 0 ? sum : 1;
}

static void finish(void *to, iso_dtype dtype, const struct item *it)
{
    const double by = weights(it);

    for (int64_t j = 0; j < it->cols; j++) {
        if (dtype == ISO_F64)
            ((double *)to)[j] = it->sum[j] / by;
        else
            ((float *)to)[j] = (float)(it->sum[j] / by);
    }
}

void iso_pool_item(void *to, iso_view tokens, iso_pool pool, bool specials, double *scratch)
{
    struct item it = {.pool = pool, .specials = specials, .cols = tokens.cols, .sum = scratch};
    double *row = scratch + tokens.cols;

    begin(&it, tokens.rows);
    for (int64_t i = 0; i < tokens.rows; i++) {
        iso_convert_f64(row, tokens.cols, iso_view_rows(tokens, i, 1));
        add(&it, row);
    }
    finish(to, iso_pool_dtype(tokens.dtype), &it);
}

/* As a source ----------------------------------------------------------------- */

struct pooled {
    iso_rows base;
    iso_rows *inner;
    const int64_t *offsets;
    struct item item;
    double *scratch; /* sum and row */
    int64_t step;    /* token rows read at once */
    char *buffer;
    int64_t room;
};

/* Token rows [at, end) into the item that has begun. */
static iso_err take(struct pooled *p, int64_t at, int64_t end)
{
    iso_err err = ISO_OK;
    iso_view v;

    for (int64_t n; at < end; at += n) {
        n = end - at < p->step ? end - at : p->step;
        ISO_TRY(iso_rows_read(p->inner, at, n, &v));
        for (int64_t i = 0; i < n; i++) {
            iso_convert_f64(p->scratch + v.cols, v.cols, iso_view_rows(v, i, 1));
            add(&p->item, p->scratch + v.cols);
        }
    }
done:
    return err;
}

/* Items [first, first + count) whose tokens come in one reading. */
static iso_err pool_together(struct pooled *p, int64_t first, int64_t count, char *to)
{
    const int64_t *offsets = p->offsets + first;
    const size_t row = (size_t)p->base.cols * iso_dtype_size(p->base.dtype);
    iso_view v;
    iso_err err = iso_rows_read(p->inner, offsets[0], offsets[count] - offsets[0], &v);

    for (int64_t i = 0; i < count && !err; i++) {
        const iso_view tokens =
            iso_view_rows(v, offsets[i] - offsets[0], offsets[i + 1] - offsets[i]);
        iso_pool_item(to + (size_t)i * row, tokens, p->item.pool, p->item.specials, p->scratch);
    }
    return err;
}

static iso_err pool_long(struct pooled *p, int64_t item, char *to)
{
    begin(&p->item, p->offsets[item + 1] - p->offsets[item]);
    const iso_err err = take(p, p->offsets[item], p->offsets[item + 1]);
    if (!err)
        finish(to, p->base.dtype, &p->item);
    return err;
}

/* How many items from `first` on have at most `step` tokens together; 0 if the first has more. */
static int64_t fitting(const struct pooled *p, int64_t first, int64_t count)
{
    int64_t n = 0;

    while (n < count && p->offsets[first + n + 1] - p->offsets[first] <= p->step)
        n++;
    return n;
}

static iso_err pooled_read(iso_rows *self, int64_t first, int64_t count, iso_view *out)
{
    struct pooled *p = (struct pooled *)self;
    const size_t row = (size_t)self->cols * iso_dtype_size(self->dtype);
    iso_err err = ISO_OK;

    if (count > p->room) {
        ISO_TRY(iso_realloc(&p->buffer, 0, count, row));
        p->room = count;
    }
    for (int64_t i = 0, n; i < count; i += n) {
        char *to = p->buffer + (size_t)i * row;
        n = fitting(p, first + i, count - i);
        ISO_TRY(n > 0 ? pool_together(p, first + i, n, to) : pool_long(p, first + i, to));
        n = n > 0 ? n : 1;
    }
    *out = (iso_view){p->buffer, count, self->cols, self->cols, self->dtype};
done:
    return err;
}

static void pooled_close(iso_rows *self)
{
    struct pooled *p = (struct pooled *)self;

    iso_rows_close(p->inner);
    iso_free(p->scratch);
    iso_free(p->buffer);
    iso_free(p);
}

static void free_half(struct pooled *p)
{
    if (p) {
        iso_free(p->base.name);
        iso_free(p->scratch);
    }
    iso_free(p);
}

iso_err iso_rows_pool(iso_rows **out, iso_rows *inner, const int64_t *offsets, int64_t items,
                      iso_pool pool, bool specials)
{
    const int64_t row = (inner->cols > 0 ? inner->cols : 1) * (int64_t)iso_dtype_size(inner->dtype);
    struct pooled *p = NULL;
    iso_err err = ISO_OK;

    ISO_NEED(pool != ISO_POOL_NONE, "%s: pool none leaves token rows as they are",
             iso_rows_name(inner));
    ISO_TRY(iso_alloc(&p, 1, sizeof *p));
    ISO_TRY(iso_alloc(&p->scratch, 2 * inner->cols, sizeof *p->scratch));
    if (inner->name)
        ISO_TRY(iso_str_dup(&p->base.name, inner->name, -1));
    p->base.rows = items;
    p->base.cols = inner->cols;
    p->base.dtype = iso_pool_dtype(inner->dtype);
    p->base.run = 1;
    p->base.read = pooled_read;
    p->base.close = pooled_close;
    p->item =
        (struct item){.pool = pool, .specials = specials, .cols = inner->cols, .sum = p->scratch};
    p->offsets = offsets;
    p->step = row < 1 << 22 ? (1 << 22) / row : 1;
    p->inner = inner;
    *out = &p->base;
    p = NULL;
done:
    free_half(p);
    return err;
}

void iso_pool_note_empty(const iso_run *run, const char *path, const int64_t *offsets,
                         int64_t items, bool pooled)
{
    int64_t empty = 0, first = -1;

    for (int64_t i = 0; i < items; i++) {
        const bool none = offsets[i + 1] == offsets[i];
        first = none && empty == 0 ? i : first;
        empty += none;
    }
    if (empty > 0)
        iso_run_note(run, "%s: %lld of %lld items %s no rows (the first is item %lld)%s", path,
                     (long long)empty, (long long)items, empty == 1 ? "has" : "have",
                     (long long)first, pooled ? ", and zeros in their place" : "");
}
