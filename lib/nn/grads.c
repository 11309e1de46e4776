#include "lib/nn/grads.h"

#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/keyed.h"
#include "lib/nn/vector.h"

void iso_row_grads_forget(iso_row_grads *g)
{
    g->count = 0;
}

void iso_row_grads_free(iso_row_grads *g)
{
    iso_free(g->rows);
    iso_free(g->grad);
    *g = (iso_row_grads){0};
}

static bool is_first(const struct keyed *list, int64_t i)
{
    return i == 0 || list[i - 1].key != list[i].key;
}

/* How many rows of the list are not there yet. */
static int64_t count_new(const iso_row_grads *g, const struct keyed *list, int64_t n)
{
    int64_t count = 0, at = 0;

    for (int64_t i = 0; i < n; i++) {
        if (!is_first(list, i))
            continue;
        while (at < g->count && g->rows[at] < (int64_t)list[i].key)
            at++;
        count += at == g->count || g->rows[at] != (int64_t)list[i].key;
    }
    return count;
}

static iso_err make_room(iso_row_grads *g, int64_t count, int64_t cols)
{
    const int64_t room = count + count / 4 + 64;
    iso_err err = ISO_OK;

    if (count <= g->room)
        return ISO_OK;
    ISO_TRY(iso_realloc(&g->rows, g->count, room, sizeof *g->rows));
    ISO_TRY(iso_realloc(&g->grad, g->count * cols, room * cols, sizeof *g->grad));
    g->room = room;
done:
    return err;
}

/* Puts new rows between the old ones, from the end, so that each is moved once. */
static void merge(iso_row_grads *g, const struct keyed *list, int64_t n, int64_t count,
                  int64_t cols)
{
    const size_t bytes = (size_t)cols * sizeof *g->grad;
    int64_t old = g->count - 1, i = n - 1;

    for (int64_t to = count - 1; to > old; to--) {
        while (i > 0 && !is_first(list, i))
            i--;
        const int64_t row = (int64_t)list[i].key;
        if (old >= 0 && g->rows[old] >= row) {
            i -= g->rows[old] == row;
            g->rows[to] = g->rows[old];
            memcpy(g->grad + to * cols, g->grad + old-- * cols, bytes);
        } else {
            i--;
            g->rows[to] = row;
            memset(g->grad + to * cols, 0, bytes);
        }
    }
    g->count = count;
}

static int64_t find(const iso_row_grads *g, int64_t row)
{
    int64_t low = 0, high = g->count;

    while (high - low > 1) {
        const int64_t middle = low + (high - low) / 2;
        if (g->rows[middle] <= row)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static void add_list(float *to, const struct keyed *list, int64_t i, int64_t n, iso_view dx)
{
    const uint64_t key = list[i].key;

    for (; i < n && list[i].key == key; i++)
        iso_nn_vector_best()->add(to, (const float *)dx.data + list[i].item * dx.stride, dx.cols);
}

/* Which rows of dx go where, by rows of the table. */
static iso_err sort(struct keyed **out, const int64_t *index, int64_t n)
{
    const iso_err err = iso_alloc(out, n, sizeof **out);

    for (int64_t t = 0; !err && t < n; t++)
        (*out)[t] = (struct keyed){(uint64_t)index[t], t};
    if (!err)
        iso_keyed_sort(*out, n);
    return err;
}

iso_err iso_row_grads_add(iso_row_grads *g, const int64_t *index, iso_view dx)
{
    struct keyed *list = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(sort(&list, index, dx.rows));
    const int64_t count = g->count + count_new(g, list, dx.rows);
    ISO_TRY(make_room(g, count, dx.cols));
    merge(g, list, dx.rows, count, dx.cols);
#pragma omp parallel for schedule(dynamic, 16)
    for (int64_t i = 0; i < dx.rows; i++)
        if (is_first(list, i))
            add_list(g->grad + find(g, (int64_t)list[i].key) * dx.cols, list, i, dx.rows, dx);
done:
    iso_free(list);
    return err;
}

iso_err iso_table_grad_add(float *grad, const int64_t *index, iso_view dx)
{
    struct keyed *list = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(sort(&list, index, dx.rows));
#pragma omp parallel for schedule(dynamic, 16)
    for (int64_t i = 0; i < dx.rows; i++)
        if (is_first(list, i))
            add_list(grad + (int64_t)list[i].key * dx.cols, list, i, dx.rows, dx);
done:
    iso_free(list);
    return err;
}
