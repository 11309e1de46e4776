/* Many correlations under one permutation: what each looks at, its value, how often it is as far.
 */
#include <math.h>
#include <string.h>

#include "analysis/stats/permuted_inside.h"
#include "lib/base/alloc.h"
#include "lib/linalg/statistics.h"

enum { ASKED_EVERY = 256 }; /* permutations between two looks at the run */

/* --- Numbers as a coefficient looks at them --- */

static int64_t entries(const struct iso_permuted_test *t)
{
    return t->pairs ? t->n * (t->n - 1) / 2 : t->n;
}

static void take(double *to, const struct iso_permuted_test *t, const double *from, int64_t stride)
{
    int64_t at = 0;

    if (!t->pairs) {
        memcpy(to, from, (size_t)t->n * sizeof *to);
        return;
    }
    for (int64_t i = 0; i < t->n; i++)
        for (int64_t j = i + 1; j < t->n; j++)
            to[at++] = from[i * (stride ? stride : t->n) + j];
}

static double product(const double *a, const double *b, int64_t n)
{
    double sum = 0;

    for (int64_t i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

/* Twice, as the second time takes off what rounding left of a distant mean. */
static void to_unit(double *x, int64_t n)
{
    for (int turn = 0; turn < 2; turn++) {
        double mean = 0;
        for (int64_t i = 0; i < n; i++)
            mean += x[i] / (double)n;
        for (int64_t i = 0; i < n; i++)
            x[i] -= mean;
        const double length = sqrt(product(x, x, n));
        for (int64_t i = 0; i < n; i++)
            x[i] /= length;
    }
}

static void without(double *x, const double *z, int64_t n)
{
    const double part = product(x, z, n);

    for (int64_t i = 0; i < n; i++)
        x[i] -= part * z[i];
    to_unit(x, n);
}

/* Entries above the diagonal to both sides of it, the diagonal 0. */
static void spread(double *to, const double *from, const struct iso_permuted_test *t)
{
    int64_t at = 0;

    if (!t->pairs) {
        memcpy(to, from, (size_t)t->n * sizeof *to);
        return;
    }
    for (int64_t i = 0; i < t->n; i++)
        for (int64_t j = i + 1; j < t->n; j++, at++)
            to[i * t->n + j] = to[j * t->n + i] = from[at];
}

/* Pairs that differ, of n numbers. */
static double unequal(const double *x, int64_t n)
{
    double count = 0;

    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < i; j++)
            count += x[i] != x[j];
    return count;
}

static double size_of(const struct iso_permuted_test *t)
{
    const double n = (double)t->n;

    if (t->kind == ISO_KENDALL)
        return 1 / sqrt(2 * (2 * n + 5) / (9 * n * (n - 1)));
    return sqrt(n - (t->z ? 2 : 1));
}

static iso_err prepare(struct iso_permuted_one *one, const struct iso_permuted_test *t)
{
    const int64_t count = entries(t), room = t->pairs ? t->n * t->n : t->n;
    const double *const from[] = {t->x, t->y, t->z};
    double *side[3], *work = NULL, *to;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&work, 4 * count, sizeof *work));
    ISO_TRY(iso_alloc(&one->own, (t->z ? 3 : 2) * room, sizeof *one->own));
    one->moved = one->own + room;
    one->third = t->z ? one->moved + room : NULL;
    for (int s = 0; s < (t->z ? 3 : 2); s++) {
        side[s] = work + s * count;
        take(side[s], t, from[s], t->stride[s]);
        if (t->kind == ISO_SPEARMAN)
            iso_ranks(side[s], work + 3 * count, side[s], count);
        if (t->kind != ISO_KENDALL)
            to_unit(side[s], count);
    }
    for (int s = 0; t->z && s < 2; s++)
        without(side[s], side[2], count);
    to = one->own;
    for (int s = 0; s < (t->z ? 3 : 2); s++, to += room)
        spread(to, side[s], t);
    if (t->kind == ISO_KENDALL)
        one->scale = 1 / (sqrt(unequal(t->x, t->n)) * sqrt(unequal(t->y, t->n)));
done:
    iso_free(work);
    return err;
}

/* --- Adding --- */

/* The first that is the same list, else a new one. */
static iso_err set_of(int *out, struct iso_permuted *s, const struct iso_permuted_test *t)
{
    struct permuted_set *set;
    iso_err err = ISO_OK;

    for (*out = 0; *out < s->sets; (*out)++) {
        bool same = s->set[*out].n == t->n;
        for (int64_t i = 0; same && i < t->n; i++)
            same = s->set[*out].item[i] == (t->item ? t->item[i] : (int)i);
        if (same)
            return ISO_OK;
    }
    ISO_TRY(iso_realloc(&s->set, s->sets, s->sets + 1, sizeof *s->set));
    set = &s->set[s->sets];
    ISO_TRY(iso_alloc(&set->item, t->n, sizeof *set->item));
    for (int64_t i = 0; i < t->n; i++)
        set->item[i] = t->item ? t->item[i] : (int)i;
    set->n = t->n;
    s->sets++;
done:
    return err;
}

iso_err iso_permuted_add(struct iso_permuted *s, const struct iso_permuted_test *test)
{
    struct iso_permuted_one one = {.tag = test->tag,
                                   .n = test->n,
                                   .kind = test->kind,
                                   .pairs = test->pairs,
                                   .size = size_of(test)};
    iso_err err = ISO_OK;

    if (s->count == s->room) {
        const int room = s->room ? 2 * s->room : 16;
        ISO_TRY(iso_realloc(&s->at, s->count, room, sizeof *s->at));
        s->room = room;
    }
    ISO_TRY(set_of(&one.set, s, test));
    ISO_TRY(prepare(&one, test));
    s->at[s->count++] = one;
    one.own = NULL;
done:
    iso_free(one.own);
    return err;
}

void iso_permuted_free(struct iso_permuted *s)
{
    for (int i = 0; i < s->count; i++)
        iso_free(s->at[i].own);
    for (int i = 0; i < s->sets; i++) {
        iso_free(s->set[i].item);
        iso_free(s->set[i].place);
        iso_free(s->set[i].seat);
        iso_free(s->set[i].now);
    }
    iso_free(s->at);
    iso_free(s->set);
    *s = (struct iso_permuted){0};
}

/* --- The value under a permutation --- */

static double with_moved(const struct iso_permuted_one *t, const double *own, const int64_t *now)
{
    double sum = 0;

    for (int64_t i = 0; i < t->n; i++) {
        if (!t->pairs) {
            sum += own[i] * t->moved[now[i]];
            continue;
        }
        for (int64_t j = i + 1; j < t->n; j++)
            sum += own[i * t->n + j] * t->moved[now[i] * t->n + now[j]];
    }
    return sum;
}

static double concordance(const struct iso_permuted_one *t, const int64_t *now)
{
    int64_t sum = 0;

    for (int64_t i = 0; i < t->n; i++) {
        const double x = t->own[i], y = t->moved[now[i]];
        for (int64_t j = 0; j < i; j++) {
            const double u = t->own[j], v = t->moved[now[j]];
            sum += ((x > u) - (x < u)) * ((y > v) - (y < v));
        }
    }
    return (double)sum * t->scale;
}

/* |r| in standard deviations. With z, of what it leaves of both; y has moved, z has not. */
static double value_of(const struct iso_permuted_one *t, const int64_t *now)
{
    if (t->kind == ISO_KENDALL)
        return t->size * fabs(concordance(t, now));
    const double part = t->third ? with_moved(t, t->third, now) : 0, left = 1 - part * part;
    return left > 1e-12 ? t->size * fabs(with_moved(t, t->own, now)) / sqrt(left) : 0;
}

/* --- All of them, under all permutations --- */

static int families_of(const struct iso_permuted *s)
{
    int most = 0;

    for (int i = 0; i < s->count; i++)
        most = s->at[i].family >= most ? s->at[i].family + 1 : most;
    return most;
}

/* largest[family * total]: the largest of each family under this permutation. */
static void look(struct iso_permuted *s, double *largest, int64_t total)
{
    for (int i = 0; i < s->count; i++) {
        struct iso_permuted_one *t = &s->at[i];
        const double now = value_of(t, s->set[t->set].now);
        double *most = &largest[t->family * total];
        t->far += now >= t->edge;
        *most = fmax(*most, now);
    }
}

static int64_t count_from(const double *rising, int64_t n, double least)
{
    int64_t low = 0;

    for (int64_t high = n; low < high;) {
        const int64_t middle = low + (high - low) / 2;
        if (rising[middle] < least)
            low = middle + 1;
        else
            high = middle;
    }
    return n - low;
}

/* Of one family, whose largest values are in rising order. */
static void conclude(struct iso_permuted *s, int family, const double *largest, bool all)
{
    const double own = all ? 0 : 1, of = (double)s->tried + own;
    const int64_t exceed = (int64_t)floor(ISO_LEVEL * of + 1e-9 - own);
    int64_t together = 0;

    for (int i = 0; i < s->count; i++)
        together += s->at[i].family == family;
    for (int i = 0; i < s->count; i++) {
        struct iso_permuted_one *t = &s->at[i];
        if (t->family != family)
            continue;
        t->p = ((double)t->far + own) / of;
        t->p_max = ((double)count_from(largest, s->tried, t->edge) + own) / of;
        t->bar = exceed < (all ? 1 : 0) ? 1 : fmin(1, largest[s->tried - 1 - exceed] / t->size);
        t->together = together;
    }
}

iso_err iso_permuted_run(struct iso_permuted *s, const struct iso_permuted_opt *opt,
                         const iso_run *run)
{
    const int families = families_of(s);
    struct permuted_orders orders = {0};
    double *largest = NULL;
    iso_err err = ISO_OK;

    if (s->count == 0)
        return ISO_OK;
    ISO_TRY(iso_permuted_orders_make(&orders, s->set, s->sets, opt));
    const int64_t total = orders.left;
    ISO_TRY(iso_alloc(&largest, families * total, sizeof *largest));
    for (int i = 0; i < s->sets; i++)
        ISO_TRY(iso_permuted_set_seat(&s->set[i], &orders));
    for (int i = 0; i < s->count; i++) /* rounding is forgiven */
        s->at[i].edge = value_of(&s->at[i], s->set[s->at[i].set].now) - 1e-12 * s->at[i].size;
    while (iso_permuted_orders_next(&orders)) {
        for (int i = 0; i < s->sets; i++)
            iso_permuted_set_look(&s->set[i], &orders);
        look(s, largest + s->tried++, total);
        if (s->tried % ASKED_EVERY == 0)
            ISO_TRY(iso_run_step(run, "permuting", s->tried, total, "permutations"));
    }
    s->possible = orders.possible;
    for (int f = 0; f < families; f++) {
        iso_sort(largest + f * total, total);
        conclude(s, f, largest + f * total, orders.all);
    }
done:
    iso_permuted_orders_free(&orders);
    iso_free(largest);
    return err;
}
