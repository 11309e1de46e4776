/* The yardstick: what the best sgemm on this machine gives, whoever computes it.
 *
 *     bench_sgemm [ENGINE]
 *
 * Each engine computes each hot shape in a process of its own, so that no pool of threads is in
 * another's way; OpenBLAS does so with the kernels of several CPUs, or with those that
 * OPENBLAS_CORETYPE names. Prints GFLOP/s, the median of some rounds, and `best GFLOP/s` at the end.
 * Other limits (ISOGLOSS_CPU, DNNL_MAX_CPU_ISA, taskset) count as everywhere. */
#include <cblas.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>
#ifdef ISO_ONEDNN
#include <dnnl.h>
#endif

#include "lib/linalg/lowp.h"
#include "lib/linalg/packed.h"
#include "tests/bench/bench.h"

enum { ROUNDS = 5 };

/* C (m × n) = A B: B is n × k, as weights and rows are, or, with `across`, A and B are k × m and
 * k × n, as sums over items are. */
static const struct shape {
    int64_t m, n, k;
    bool across;
} shapes[] = {
    {1024, 384, 384, false},  {1024, 1536, 384, false}, {1024, 384, 1536, false},
    {1024, 3072, 768, false}, {1024, 768, 3072, false}, {128, 3072, 768, false},
    {4096, 4096, 300, false}, {768, 768, 10000, true},  {2048, 2048, 2048, false},
};

enum { SHAPES = sizeof shapes / sizeof *shapes };

/* Operands of one shape, and what an engine made of B. */
struct work {
    struct shape is;
    iso_mat a, b, c;
    iso_packed *packed;
    iso_lowp *lowp;
};

static void fill(iso_mat *x, int64_t rows, int64_t cols)
{
    check(iso_mat_new(x, rows, cols, ISO_F32));
    for (int64_t i = 0; i < rows * cols; i++)
        ((float *)x->data)[i] = (float)(i % 13 - 6) / 8;
}

static void openblas(struct work *w)
{
    const int m = (int)w->is.m, n = (int)w->is.n, k = (int)w->is.k;

    cblas_sgemm(CblasRowMajor, w->is.across ? CblasTrans : CblasNoTrans,
                w->is.across ? CblasNoTrans : CblasTrans, m, n, k, 1, w->a.data, (int)w->a.cols,
                w->b.data, (int)w->b.cols, 0, w->c.data, n);
}

#ifdef ISO_ONEDNN
static void onednn(struct work *w)
{
    if (dnnl_sgemm(w->is.across ? 'T' : 'N', w->is.across ? 'N' : 'T', w->is.m, w->is.n, w->is.k, 1,
                   w->a.data, w->a.cols, w->b.data, w->b.cols, 0, w->c.data, w->is.n))
        exit(1);
}
#endif

static void onednn_packed(struct work *w)
{
    if (!w->lowp)
        check(iso_lowp_new(&w->lowp, w->b.data, w->is.n, w->is.k, ISO_LOWP_F32));
    check(iso_lowp_mul(w->c.data, w->is.n, w->a.data, w->is.m, w->lowp, NULL));
}

static void ours(struct work *w)
{
    check((w->is.across ? iso_mul_tn : iso_mul_nt)(&w->c, iso_mat_view(&w->a), iso_mat_view(&w->b),
                                                   0));
}

static void ours_packed(struct work *w)
{
    if (!w->packed)
        check(iso_packed_new(&w->packed, iso_mat_view(&w->b), ISO_COMPUTE_F32));
    check(iso_packed_mul(&w->c, iso_mat_view(&w->a), w->packed, NULL));
}

static const struct engine {
    const char *name;
    void (*multiply)(struct work *w);
    bool packed;        /* B is prepared once */
    const char *kernels; /* of OpenBLAS, asked for */
} engines[] = {
    {"OpenBLAS:SkylakeX", openblas, false, "SkylakeX"},
    {"OpenBLAS:Haswell", openblas, false, "Haswell"},
    {"OpenBLAS:Zen", openblas, false, "Zen"},
#ifdef ISO_ONEDNN
    {"oneDNN", onednn, false, NULL},
    {"oneDNN:packed", onednn_packed, true, NULL},
#endif
    {"isogloss", ours, false, NULL},
    {"isogloss:packed", ours_packed, true, NULL},
};

enum { ENGINES = sizeof engines / sizeof *engines };

static double rate(const struct engine *e, const struct shape *s)
{
    struct work w = {.is = *s};
    double t[ROUNDS];

    if (e->packed && s->across)
        return 0;
    fill(&w.a, s->across ? s->k : s->m, s->across ? s->m : s->k);
    fill(&w.b, s->across ? s->k : s->n, s->across ? s->n : s->k);
    fill(&w.c, s->m, s->n);
    for (int i = -1; i < ROUNDS; i++) {
        const double from = now();
        e->multiply(&w);
        if (i >= 0)
            t[i] = now() - from;
    }
    iso_packed_free(w.packed);
    iso_lowp_free(w.lowp);
    iso_mat_free(&w.a);
    iso_mat_free(&w.b);
    iso_mat_free(&w.c);
    return 2e-9 * (double)s->m * (double)s->n * (double)s->k / median(t, ROUNDS);
}

static int one(const char *name)
{
    for (int i = 0; i < ENGINES; i++) {
        if (strcmp(engines[i].name, name) != 0)
            continue;
        for (int k = 0; k < SHAPES; k++)
            printf("%.1f\n", rate(&engines[i], &shapes[k]));
        return 0;
    }
    fprintf(stderr, "bench_sgemm: %s is no engine\n", name);
    return 2;
}

/* A line of the table; engines that this CPU cannot run have none. Returns the best. */
static double row(const struct engine *e)
{
    const char *told = getenv("OPENBLAS_CORETYPE");
    char command[256];
    double here, best = 0;

    if (e->kernels && told && strcmp(told, e->kernels) != 0)
        return 0;
    snprintf(command, sizeof command, "%s%s exec /proc/%d/exe %s 2>/dev/null",
             e->kernels ? "OPENBLAS_CORETYPE=" : "", e->kernels ? e->kernels : "", (int)getpid(),
             e->name);
    FILE *f = popen(command, "r");
    for (int k = 0; f && k < SHAPES && fscanf(f, "%lf", &here) == 1; k++) {
        if (k == 0)
            printf("%-18s", e->name);
        printf(" %14.0f", here);
        best = here > best ? here : best;
    }
    printf(best > 0 ? "\n" : "");
    fflush(stdout);
    if (f)
        pclose(f);
    return best;
}

int main(int argc, char **argv)
{
    double best = 0;

    if (argc > 1)
        return one(argv[1]);
    printf("%-18s", "GFLOP/s");
    for (int k = 0; k < SHAPES; k++) {
        char text[64];
        snprintf(text, sizeof text, "%dx%dx%d%s", (int)shapes[k].m, (int)shapes[k].n,
                 (int)shapes[k].k, shapes[k].across ? "t" : "");
        printf(" %14s", text);
    }
    printf("\n");
    for (int i = 0; i < ENGINES; i++) {
        const double here = row(&engines[i]);
        best = here > best ? here : best;
    }
    printf("best %.1f\n", best);
    return 0;
}
