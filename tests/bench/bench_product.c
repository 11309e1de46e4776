/* GFLOP/s of products in f32 at the shapes that the encoder and CKA have: our own with weights
 * packed once, our own as they come, OpenBLAS's and oneDNN's. Medians of 7 rounds in which they
 * take turns. OMP_NUM_THREADS says how many threads. */
#include <cblas.h>
#ifdef ISO_ONEDNN
#include <dnnl.h>
#endif
#include <stdlib.h>

#include "lib/base/cpu.h"
#include "lib/base/rng.h"
#include "lib/linalg/blas.h"
#include "lib/linalg/packed.h"
#include "lib/linalg/product.h"
#include "tests/bench/bench.h"

enum { ROUNDS = 7, WAYS = 4 };

struct shape {
    int m, n, k;
    bool transposed; /* C = AᵀB, as in CKA, instead of C = ABᵀ */
};

static const struct shape shapes[] = {
    {1024, 192, 192, false},  {1024, 1536, 384, false},  {1024, 384, 1536, false},
    {1024, 384, 384, false},  {4096, 768, 768, false},   {4096, 3072, 768, false},
    {4096, 768, 3072, false}, {128, 768, 768, false},    {128, 3072, 768, false},
    {128, 768, 3072, false},  {16, 768, 768, false},     {16, 3072, 768, false},
    {4000, 7, 192, false},    {256, 256, 768, false},    {768, 768, 500, true},
    {768, 768, 10000, true},  {2048, 2048, 2048, false}, {32, 32, 32, false},
};

struct work {
    const struct shape *s;
    iso_mat a, b, c;
    iso_packed *w;
};

static void way(struct work *w, int which)
{
    const struct shape *s = w->s;

    switch (which) {
    case 0:
        check(iso_packed_mul(&w->c, iso_mat_view(&w->a), w->w, NULL));
        break;
    case 1:
        check(iso_product_run(&w->c, &(iso_product){.a = iso_mat_view(&w->a),
                                                    .b = iso_mat_view(&w->b),
                                                    .ta = s->transposed,
                                                    .tb = !s->transposed}));
        break;
    case 2:
        cblas_sgemm(CblasRowMajor, s->transposed ? CblasTrans : CblasNoTrans,
                    s->transposed ? CblasNoTrans : CblasTrans, s->m, s->n, s->k, 1, w->a.data,
                    (int)w->a.stride, w->b.data, (int)w->b.stride, 0, w->c.data, (int)w->c.stride);
        break;
    default:
#ifdef ISO_ONEDNN
        dnnl_sgemm(s->transposed ? 'T' : 'N', s->transposed ? 'N' : 'T', s->m, s->n, s->k, 1,
                   w->a.data, w->a.stride, w->b.data, w->b.stride, 0, w->c.data, w->c.stride);
#endif
        break;
    }
}

static void fill(iso_mat *m)
{
    iso_rng rng = iso_rng_seeded(1, (uint64_t)m->rows);

    for (int64_t i = 0; i < m->rows * m->cols; i++)
        ((float *)m->data)[i] = (float)iso_rng_normal(&rng);
}

static void one(const struct shape *s)
{
    const double flops = 2.0 * s->m * s->n * s->k;
    const int times = (int)(1e9 / flops) + 1;
    double seconds[WAYS][ROUNDS] = {0};
    struct work w = {.s = s};

    check(s->transposed ? iso_mat_new(&w.a, s->k, s->m, ISO_F32)
                        : iso_mat_new(&w.a, s->m, s->k, ISO_F32));
    check(s->transposed ? iso_mat_new(&w.b, s->k, s->n, ISO_F32)
                        : iso_mat_new(&w.b, s->n, s->k, ISO_F32));
    check(iso_mat_new(&w.c, s->m, s->n, ISO_F32));
    fill(&w.a), fill(&w.b);
    if (!s->transposed)
        check(iso_packed_new(&w.w, iso_mat_view(&w.b), ISO_COMPUTE_F32));
    for (int round = -1; round < ROUNDS; round++) {
        for (int which = s->transposed ? 1 : 0; which < WAYS; which++) {
            const double start = now();
            for (int i = 0; i < times; i++)
                way(&w, which);
            if (round >= 0)
                seconds[which][round] = (now() - start) / times;
        }
    }
    printf("%5d x %5d x %5d%s", s->m, s->n, s->k, s->transposed ? " T" : "  ");
    for (int which = 0; which < WAYS; which++) {
        printf("  %8.1f", flops / median(seconds[which], ROUNDS) / 1e9);
    }
    printf("\n");
    iso_packed_free(w.w);
    iso_mat_free(&w.a), iso_mat_free(&w.b), iso_mat_free(&w.c);
}

int main(void)
{
    printf("%-22s  %8s  %8s  %8s  %8s   GFLOP/s, kernels %s, OpenBLAS %s\n", "m x n x k", "packed",
           "own", "OpenBLAS", "oneDNN", iso_cpu_name(iso_cpu_level()), iso_blas_corename());
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        one(&shapes[i]);
    return 0;
}
