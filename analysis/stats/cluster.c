#include "analysis/stats/cluster.h"

#include <math.h>
#include <stdbool.h>

#include "lib/base/alloc.h"

/* A subtree: leaves [lo, hi) of the walk through the tree, split at mid among its children. */
struct node {
    int left, right; /* −1 for a leaf */
    int lo, mid, hi;
};

struct tree {
    int n;
    struct node *node; /* leaves 0 … n−1, then one for each merger, the root last */
    int *leaf;         /* the item at each place of the walk */
    double *d;         /* distances by place */
    double *best;  /* least length of a subtree's order that begins at i and ends at j, by place */
    double *reach; /* scratch: from i through the left subtree to its neighbour l */
};

/* Distances of all items, both triangles, the absent ones filled in. */
static void fill_distances(double *d, const double *distance, int n)
{
    double largest = 0;

    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n; j++)
            largest = fmax(largest, distance[i * (int64_t)n + j]); /* fmax passes NAN over */
    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n; j++) {
            const double v = distance[i * (int64_t)n + j];
            d[i * (int64_t)n + j] = d[j * (int64_t)n + i] = isnan(v) ? largest : v;
        }
}

/* Average linkage on d, which it uses up: row i stands for the cluster whose first item is i. */
static void link_average(struct tree *t, double *d, int *id, double *size)
{
    const int64_t n = t->n;

    for (int i = 0; i < t->n; i++) {
        t->node[i] = (struct node){.left = -1, .right = -1};
        id[i] = i;
        size[i] = 1;
    }
    for (int made = t->n; made < 2 * t->n - 1; made++) {
        int a = -1, b = -1;
        for (int i = 0; i < t->n; i++)
            for (int j = i + 1; id[i] >= 0 && j < t->n; j++)
                if (id[j] >= 0 && (a < 0 || d[i * n + j] < d[a * n + b])) {
                    a = i;
                    b = j;
                }
        for (int k = 0; k < t->n; k++)
            d[a * n + k] = d[k * n + a] =
                (size[a] * d[a * n + k] + size[b] * d[b * n + k]) / (size[a] + size[b]);
        t->node[made] = (struct node){.left = id[a], .right = id[b]};
        size[a] += size[b];
        id[a] = made;
        id[b] = -1;
    }
}

/* Numbers the leaves from left to right; returns the next free place. */
static int number_leaves(struct tree *t, int v, int place)
{
    struct node *w = &t->node[v];

    w->lo = place;
    if (w->left < 0) {
        t->leaf[place] = v;
        w->mid = w->hi = place + 1;
        return place + 1;
    }
    w->mid = number_leaves(t, w->left, place);
    w->hi = number_leaves(t, w->right, w->mid);
    return w->hi;
}

/* The places [*from, *to) at which an order of subtree v may end that begins at i. */
static void ends(const struct node *v, int i, int *from, int *to)
{
    const bool alone = v->left < 0;

    *from = alone || i >= v->mid ? v->lo : v->mid;
    *to = alone || i < v->mid ? v->hi : v->mid;
}

/* best(i, j) = min over k, l of best(i, k) + d(k, l) + best(l, j), k ending the left subtree's
 * order and l beginning the right one's; in two steps, through reach(i, l). */
static void join(struct tree *t, const struct node *v)
{
    const struct node *left = &t->node[v->left], *right = &t->node[v->right];
    const int64_t n = t->n;
    int from, to;

    for (int i = v->lo; i < v->mid; i++) {
        ends(left, i, &from, &to);
        for (int l = v->mid; l < v->hi; l++) {
            double least = INFINITY;
            for (int k = from; k < to; k++)
                least = fmin(least, t->best[i * n + k] + t->d[l * n + k]);
            t->reach[i * n + l] = least;
        }
    }
    for (int j = v->mid; j < v->hi; j++) {
        ends(right, j, &from, &to);
        for (int i = v->lo; i < v->mid; i++) {
            double least = INFINITY;
            for (int l = from; l < to; l++)
                least = fmin(least, t->reach[i * n + l] + t->best[j * n + l]);
            t->best[i * n + j] = t->best[j * n + i] = least;
        }
    }
}

/* The k and l that gave best(i, j), i in the left subtree. */
static void choose(const struct tree *t, const struct node *v, int i, int j, int *k, int *l)
{
    const int64_t n = t->n;
    int k0, k1, l0, l1;
    double least = INFINITY;

    ends(&t->node[v->left], i, &k0, &k1);
    ends(&t->node[v->right], j, &l0, &l1);
    *k = k0;
    *l = l0;
    for (int a = k0; a < k1; a++)
        for (int b = l0; b < l1; b++) {
            const double length = t->best[i * n + a] + t->d[a * n + b] + t->best[b * n + j];
            if (length < least) {
                least = length;
                *k = a;
                *l = b;
            }
        }
}

static void reverse(int *order, int count)
{
    for (int a = 0, b = count - 1; a < b; a++, b--) {
        const int swap = order[a];
        order[a] = order[b];
        order[b] = swap;
    }
}

/* Writes the best order of subtree v that begins at place i and ends at j. */
static void write_order(int *order, const struct tree *t, int v, int i, int j)
{
    const struct node *w = &t->node[v];
    const bool turned = i >= w->mid;
    int k, l;

    if (w->left < 0) {
        order[0] = t->leaf[w->lo];
        return;
    }
    if (turned) {
        const int swap = i;
        i = j;
        j = swap;
    }
    choose(t, w, i, j, &k, &l);
    write_order(order, t, w->left, i, k);
    write_order(order + (w->mid - w->lo), t, w->right, l, j);
    if (turned)
        reverse(order, w->hi - w->lo);
}

/* The ends of the whole order: the pair of places with the least length. */
static void best_ends(const struct tree *t, const struct node *root, int *i, int *j)
{
    double least = INFINITY;

    *i = root->lo;
    *j = root->mid;
    for (int a = root->lo; a < root->mid; a++)
        for (int b = root->mid; b < root->hi; b++)
            if (t->best[a * (int64_t)t->n + b] < least) {
                least = t->best[a * (int64_t)t->n + b];
                *i = a;
                *j = b;
            }
}

static void solve(int *order, struct tree *t, const double *by_item)
{
    const int root = 2 * t->n - 2;
    int i, j;

    number_leaves(t, root, 0);
    for (int a = 0; a < t->n; a++)
        for (int b = 0; b < t->n; b++)
            t->d[a * (int64_t)t->n + b] = by_item[t->leaf[a] * (int64_t)t->n + t->leaf[b]];
    for (int v = t->n; v <= root; v++)
        join(t, &t->node[v]);
    best_ends(t, &t->node[root], &i, &j);
    write_order(order, t, root, i, j);
    if (order[0] > order[t->n - 1])
        reverse(order, t->n);
}

iso_err iso_cluster_order(int *order, const double *distance, int n)
{
    const int64_t n2 = (int64_t)n * n;
    struct tree t = {.n = n};
    double *d = NULL, *size = NULL;
    int *id = NULL;
    iso_err err = ISO_OK;

    ISO_NEED(n >= 0, "%d items cannot be ordered", n);
    ISO_TRY(iso_alloc(&t.node, 2 * (int64_t)n, sizeof *t.node));
    ISO_TRY(iso_alloc(&t.leaf, n, sizeof *t.leaf));
    ISO_TRY(iso_alloc(&t.d, n2, sizeof *t.d));
    ISO_TRY(iso_alloc(&t.best, n2, sizeof *t.best));
    ISO_TRY(iso_alloc(&t.reach, n2, sizeof *t.reach));
    ISO_TRY(iso_alloc(&d, n2, sizeof *d));
    ISO_TRY(iso_alloc(&id, n, sizeof *id));
    ISO_TRY(iso_alloc(&size, n, sizeof *size));
    if (n < 2) {
        for (int i = 0; i < n; i++)
            order[i] = i;
        goto done;
    }
    fill_distances(d, distance, n);
    fill_distances(t.reach, distance, n); /* linkage uses its copy up before reach is needed */
    link_average(&t, t.reach, id, size);
    solve(order, &t, d);
done:
    iso_free(t.node);
    iso_free(t.leaf);
    iso_free(t.d);
    iso_free(t.best);
    iso_free(t.reach);
    iso_free(d);
    iso_free(id);
    iso_free(size);
    return err;
}
