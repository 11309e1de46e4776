/* The encoder on B sentences of T tokens: tokens a second, and where the time goes. */
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "lib/base/threads.h"
#include "lib/linalg/blas.h"
#include "lib/linalg/product.h"
#include "lib/nn/encoder.h"
#include "tests/bench/bench.h"

/* Three rounds at least, more of what is over soon. */
enum { LEAST = 3, MOST = 25 };

static bool enough(const double *t, int rounds)
{
    double sum = 0;

    for (int i = 0; i < rounds; i++)
        sum += t[i];
    return rounds == MOST || (rounds >= LEAST && sum > 0.5);
}

/* One layer's linear parts alone, as often as there are layers. */
static double linear_seconds(const iso_nn_config *c, int64_t tokens, iso_compute compute)
{
    const int64_t shape[][2] = {{c->C, c->C}, {c->C, c->C}, {c->C, c->C},
                                {c->C, c->C}, {c->F, c->C}, {c->C, c->F}};
    double t[MOST], sum = 0;

    for (int i = 0; i < 6; i++) {
        const int64_t n = shape[i][0], k = shape[i][1];
        iso_packed *p;
        iso_mat w, x, y;
        check(iso_mat_new(&w, n, k, ISO_F32));
        check(iso_mat_new(&x, tokens, k, ISO_F32));
        check(iso_mat_new(&y, tokens, n, ISO_F32));
        for (int64_t j = 0; j < n * k; j++)
            ((float *)w.data)[j] = (float)(j % 13 - 6) / 64;
        for (int64_t j = 0; j < tokens * k; j++)
            ((float *)x.data)[j] = (float)(j % 7 - 3);
        check(iso_packed_new(&p, iso_mat_view(&w), compute));
        int rounds = -1;
        for (; rounds < 0 || !enough(t, rounds); rounds++) {
            const double from = now();
            check(iso_packed_mul(&y, iso_mat_view(&x), p, w.data));
            if (rounds >= 0)
                t[rounds] = now() - from;
        }
        sum += median(t, rounds) * c->L;
        iso_packed_free(p);
        iso_mat_free(&w);
        iso_mat_free(&x);
        iso_mat_free(&y);
    }
    return sum;
}

static double forward(iso_encoder *e, iso_mat *x, const iso_batch *batch)
{
    const double from = now();

    check(iso_encoder_embed(e, x, batch));
    check(iso_encoder_layers(e, x, batch, 0, iso_encoder_config(e)->L));
    return now() - from;
}

/* One more pass, its time by kind. What is done with the results of products is done by all threads
 * at once, within the time of the products. */
static void count(iso_encoder *e, iso_mat *x, const iso_batch *batch)
{
    iso_nn_times times = {{0}};
    double s[ISO_NN_KINDS];

    const double from = now();
    check(iso_encoder_embed(e, x, batch));
    const double embedded = now();
    iso_encoder_count(e, &times);
    check(iso_encoder_layers(e, x, batch, 0, iso_encoder_config(e)->L));
    const double all = now() - from;
    iso_encoder_count(e, NULL);
    for (int k = 0; k < ISO_NN_KINDS; k++)
        s[k] = (double)times.spent[k] * 1e-9;
    s[ISO_NN_ACTIVATION] /= iso_threads_most();
    s[ISO_NN_NORMS] /= iso_threads_most();
    const double rest = all - (embedded - from) - s[ISO_NN_PRODUCTS] - s[ISO_NN_ATTENTION];
    s[ISO_NN_PRODUCTS] -= s[ISO_NN_ACTIVATION] + s[ISO_NN_NORMS];
    printf(
        "  of %.3f s: products %.3f, attention %.3f, activation %.3f, norms %.3f, embedding %.3f, "
        "rest %.3f\n",
        all, s[ISO_NN_PRODUCTS] / all, s[ISO_NN_ATTENTION] / all, s[ISO_NN_ACTIVATION] / all,
        s[ISO_NN_NORMS] / all, (embedded - from) / all, rest / all);
}

static void measure(const char *folder, int64_t B, int64_t T, iso_compute compute, double rate)
{
    const iso_encoder_opt opt = {.compute = compute};
    iso_encoder *e;
    int64_t *offsets;
    int32_t *ids;
    double t[MOST];
    int rounds = 0;
    iso_mat x;
    iso_rng rng = iso_rng_seeded(1, 0);

    double from = now();
    check(iso_encoder_open(&e, folder, &opt));
    const double opened = now() - from;
    const iso_nn_config *c = iso_encoder_config(e);
    check(iso_alloc(&offsets, B + 1, sizeof *offsets));
    check(iso_alloc(&ids, B * T, sizeof *ids));
    for (int64_t i = 0; i < B * T; i++)
        ids[i] = (int32_t)iso_rng_below(&rng, c->V);
    for (int64_t b = 0; b <= B; b++)
        offsets[b] = b * T;
    check(iso_mat_new(&x, B * T, c->C, ISO_F32));
    const iso_batch batch = {.B = B, .offsets = offsets, .ids = ids};
    const double first = forward(e, &x, &batch);
    for (; !enough(t, rounds); rounds++)
        t[rounds] = forward(e, &x, &batch);
    count(e, &x, &batch);
    const double seconds = median(t, rounds), linear = linear_seconds(c, B * T, compute);
    const double work =
        2.0 * (double)c->L * (double)(4 * c->C * c->C + 2 * c->C * c->F) * (double)(B * T);
    printf("isogloss %s %s %lldx%lld: %.3f s, %.0f tok/s; open %.3f s, first %.3f s; linear layers "
           "alone %.3f s, "
           "%.1f GFLOP/s = %.3f of the best sgemm; everything else %.3f of the time\n",
           iso_compute_name(compute), iso_packed_engine(compute), (long long)B, (long long)T,
           seconds, (double)(B * T) / seconds, opened, first, linear, work / linear * 1e-9,
           work / linear / rate, 1 - linear / seconds);
    fflush(stdout);
    iso_mat_free(&x);
    iso_free(ids);
    iso_free(offsets);
    iso_encoder_close(e);
}

int main(int argc, char **argv)
{
    static const char *const names[] = {"f32", "bf16", "int8"};

    if (argc < 4) {
        fprintf(stderr, "usage: bench_encoder MODEL B T [f32|bf16|int8]...\n");
        return 2;
    }
    const double rate = best_sgemm();
    printf("best sgemm %.1f GFLOP/s, %d threads, %s\n", rate * 1e-9, iso_blas_threads(),
           iso_blas_corename());
    for (int k = 0; k < 3; k++) {
        bool wanted = argc == 4 && k == 0;
        for (int i = 4; i < argc; i++)
            wanted = wanted || strcmp(argv[i], names[k]) == 0;
        if (wanted)
            measure(argv[1], atoll(argv[2]), atoll(argv[3]), (iso_compute)k, rate);
    }
    return 0;
}
