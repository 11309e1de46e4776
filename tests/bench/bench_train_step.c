/* One training step: forward, the gradient of a mean a sentence, backward, AdamW on all parameters.
 * Tokens a second, the share of the best sgemm rate, where the time goes, and what the arithmetic
 * of its products takes alone. */
#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "lib/base/threads.h"
#include "lib/linalg/product.h"
#include "lib/nn/pooling_back.h"
#include "lib/nn/tape.h"
#include "lib/train/optimizer.h"
#include "tests/bench/bench.h"

enum { LEAST = 5, MOST = 15 };

struct shape {
    int L, C, H, F, V;
};

static void open_shape(iso_trained **out, const struct shape *s)
{
    const iso_trained_opt opt = {.random = true};
    char folder[] = "/tmp/train-step-XXXXXX", path[64];

    if (!mkdtemp(folder))
        exit(1);
    snprintf(path, sizeof path, "%s/config.json", folder);
    FILE *f = fopen(path, "w");
    if (!f)
        exit(1);
    fprintf(f,
            "{\"model_type\":\"bert\",\"vocab_size\":%d,\"hidden_size\":%d,\"num_hidden_layers\":"
            "%d,\"num_attention_heads\":%d,\"intermediate_size\":%d,\"hidden_act\":\"gelu\","
            "\"max_position_embeddings\":512,\"type_vocab_size\":2}",
            s->V, s->C, s->L, s->H, s->F);
    fclose(f);
    check(iso_trained_open(out, folder, &opt));
    remove(path);
    remove(folder);
}

static void product(iso_mat *c, const iso_mat *a, const iso_mat *b, bool ta, bool tb, double beta)
{
    check(iso_product_run(c, &(iso_product){.a = iso_mat_view(a),
                                            .b = iso_mat_view(b),
                                            .ta = ta,
                                            .tb = tb,
                                            .thirds = true,
                                            .beta = beta}));
}

/* Seconds of the products of one layer alone, by kind: forward, by input, by weights. */
static void products(double *seconds, const struct shape *s, int64_t T)
{
    const int64_t shapes[][2] = {{3 * s->C, s->C}, {s->C, s->C}, {s->F, s->C}, {s->C, s->F}};
    double t[3][MOST];

    memset(seconds, 0, 3 * sizeof *seconds);
    for (int i = 0; i < 4; i++) {
        const int64_t n = shapes[i][0], k = shapes[i][1];
        iso_mat w, x, y;
        check(iso_mat_new(&w, n, k, ISO_F32));
        check(iso_mat_new(&x, T, k, ISO_F32));
        check(iso_mat_new(&y, T, n, ISO_F32));
        for (int r = -1; r < LEAST; r++) {
            double from = now();
            product(&y, &x, &w, false, true, 0);
            t[0][r < 0 ? 0 : r] = now() - from;
            from = now();
            product(&x, &y, &w, false, false, 0);
            t[1][r < 0 ? 0 : r] = now() - from;
            from = now();
            product(&w, &y, &x, true, false, 1);
            t[2][r < 0 ? 0 : r] = now() - from;
        }
        for (int k2 = 0; k2 < 3; k2++)
            seconds[k2] += median(t[k2], LEAST);
        iso_mat_free(&w);
        iso_mat_free(&x);
        iso_mat_free(&y);
    }
}

/* A batch and what a step works with. */
struct work {
    iso_trained *e;
    iso_tensor *tensors;
    int64_t tensor_count;
    iso_optimizer *optimizer;
    iso_tape *tape;
    iso_batch batch;
    iso_mat x, d, pooled, dpooled;
    int64_t *lists, *rows; /* rows: of the table of words, those of the batch */
    const iso_dropout *drop;
};

static void open_optimizer(struct work *w)
{
    iso_optimizer_group *groups = NULL;

    w->tensors = iso_trained_tensors(w->e, &w->tensor_count);
    check(iso_alloc(&groups, w->tensor_count, sizeof *groups));
    for (int64_t i = 0; i < w->tensor_count; i++)
        groups[i] = iso_optimizer_usual(&w->tensors[i], 1, 0.01);
    check(iso_optimizer_new(&w->optimizer, w->tensors, w->tensor_count, groups, NULL));
    iso_free(groups);
}

/* Rows of tables that this batch looks up make up for the steps that did not touch them. */
static void catch_up(struct work *w)
{
    for (int64_t i = 0; i < w->tensor_count; i++)
        if (w->tensors[i].touched && w->tensors[i].rows == w->e->config.V)
            iso_optimizer_rows(w->optimizer, i, w->rows, w->x.rows);
}

enum { FORWARD, BACKWARD, OPTIMIZER, PARTS };

static void step(struct work *w, double seconds[PARTS])
{
    double from = now();

    catch_up(w);
    seconds[OPTIMIZER] = now() - from;
    from = now();
    check(iso_tape_embed(w->tape, &w->x, w->e, &w->batch, w->drop));
    check(iso_tape_layers(w->tape, &w->x, w->e, &w->batch, 0, w->e->config.L, w->drop));
    check(
        iso_pool_lists(&w->pooled, iso_mat_view(&w->x), w->batch.offsets, w->lists, ISO_POOL_MEAN));
    seconds[FORWARD] = now() - from;
    from = now();
    memset(w->d.data, 0, (size_t)(w->d.rows * w->d.cols) * sizeof(float));
    check(iso_pool_lists_back(&w->d, iso_mat_view(&w->dpooled), w->batch.offsets, w->lists,
                              ISO_POOL_MEAN));
    while (iso_tape_depth(w->tape) > 0)
        check(iso_tape_back(w->tape, &w->d));
    seconds[BACKWARD] = now() - from;
    from = now();
    check(iso_optimizer_step(w->optimizer, 1e-5, (iso_grad_use){1, INFINITY}, false));
    seconds[OPTIMIZER] += now() - from;
}

static bool enough(const double *t, int rounds)
{
    double sum = 0;

    for (int i = 0; i < rounds; i++)
        sum += t[i];
    return rounds == MOST || (rounds >= LEAST && sum > 2);
}

static double attention_work(const struct work *w)
{
    double cells = 0;

    for (int64_t b = 0; b < w->batch.B; b++) {
        const double n = (double)(w->batch.offsets[b + 1] - w->batch.offsets[b]);
        cells += n * n;
    }
    return (4.0 + 10.0) * (double)w->e->config.C * cells * (double)w->e->config.L;
}

static void measure(struct work *w, iso_nn_times *times, const struct shape *s, double rate)
{
    double part[PARTS][MOST], all[MOST], alone[3], kinds[ISO_NN_KINDS], seconds_of[PARTS];
    const int64_t T = w->x.rows;
    int rounds = 0;

    step(w, seconds_of);
    memset(times, 0, sizeof *times);
    for (; !enough(all, rounds); rounds++) {
        step(w, seconds_of);
        all[rounds] = 0;
        for (int i = 0; i < PARTS; i++)
            all[rounds] += part[i][rounds] = seconds_of[i];
    }
    for (int k = 0; k < ISO_NN_KINDS; k++)
        kinds[k] = (double)times->spent[k] * 1e-9 / rounds;
    kinds[ISO_NN_ACTIVATION] /= iso_threads_most();
    kinds[ISO_NN_NORMS] /= iso_threads_most();
    const double seconds = median(all, rounds);
    const double linear = 2.0 * s->L * (double)(4 * s->C * s->C + 2 * s->C * s->F) * (double)T;
    const double work = 3 * linear + attention_work(w);
    printf(
        "isogloss %lld tokens: %.4f s, %.0f tok/s (forward %.4f, backward %.4f, optimizer %.4f); "
        "%.1f GFLOP/s = %.3f of the best sgemm\n",
        (long long)T, seconds, (double)T / seconds, median(part[FORWARD], rounds),
        median(part[BACKWARD], rounds), median(part[OPTIMIZER], rounds), work / seconds * 1e-9,
        work / seconds / rate);
    printf(
        "  products with what they finish %.3f, attention %.3f; within or beside them activation "
        "%.3f, norms %.3f\n",
        kinds[ISO_NN_PRODUCTS] / seconds, kinds[ISO_NN_ATTENTION] / seconds,
        kinds[ISO_NN_ACTIVATION] / seconds, kinds[ISO_NN_NORMS] / seconds);
    products(alone, s, T);
    printf("  products alone: %.3f of the time; of the best sgemm forward %.3f, by input %.3f, by "
           "weights %.3f\n",
           (alone[0] + alone[1] + alone[2]) * s->L / seconds, linear / s->L / alone[0] / rate,
           linear / s->L / alone[1] / rate, linear / s->L / alone[2] / rate);
}

int main(int argc, char **argv)
{
    struct work w = {0};
    struct shape s;
    iso_nn_times times = {{0}};
    iso_tape_opt opt = {.times = &times};
    iso_dropout drop = {.hidden = 0.1f, .attention = 0.1f};
    iso_rng rng = iso_rng_seeded(1, 0);
    bool mixed = false, dropped = false;

    if (argc < 4 || sscanf(argv[1], "%d,%d,%d,%d,%d", &s.L, &s.C, &s.H, &s.F, &s.V) != 5) {
        fprintf(stderr, "usage: bench_train_step LAYERS,D,HEADS,INNER,VOCABULARY B T [recompute] "
                        "[mixed] [dropout]\n");
        return 2;
    }
    for (int i = 4; i < argc; i++) {
        opt.recompute = opt.recompute || strcmp(argv[i], "recompute") == 0;
        mixed = mixed || strcmp(argv[i], "mixed") == 0;
        dropped = dropped || strcmp(argv[i], "dropout") == 0;
    }
    const int64_t B = atoll(argv[2]), longest = atoll(argv[3]);
    int64_t *offsets;
    int32_t *ids;
    uint64_t *keys;
    const double rate = best_sgemm();
    printf("best sgemm %.1f GFLOP/s, %d threads\n", rate * 1e-9, iso_threads_most());
    open_shape(&w.e, &s);
    open_optimizer(&w);
    check(iso_tape_new(&w.tape, &opt));
    check(iso_alloc(&offsets, B + 1, sizeof *offsets));
    for (int64_t b = 0; b < B; b++)
        offsets[b + 1] =
            offsets[b] + (mixed ? longest / 4 + iso_rng_below(&rng, longest * 3 / 4) : longest);
    const int64_t T = offsets[B];
    check(iso_alloc(&ids, T, sizeof *ids));
    check(iso_alloc(&keys, T, sizeof *keys));
    check(iso_alloc(&w.lists, T, sizeof *w.lists));
    check(iso_alloc(&w.rows, T, sizeof *w.rows));
    for (int64_t t = 0; t < T; t++) {
        ids[t] = (int32_t)iso_rng_below(&rng, s.V);
        keys[t] = iso_dropout_key(1, 2, 3, t, 0);
        w.lists[t] = t;
        w.rows[t] = ids[t];
    }
    drop.keys = keys;
    w.drop = dropped ? &drop : NULL;
    w.batch = (iso_batch){.B = B, .offsets = offsets, .ids = ids};
    check(iso_mat_new(&w.x, T, s.C, ISO_F32));
    check(iso_mat_new(&w.d, T, s.C, ISO_F32));
    check(iso_mat_new(&w.pooled, B, s.C, ISO_F32));
    check(iso_mat_new(&w.dpooled, B, s.C, ISO_F32));
    for (int64_t i = 0; i < B * s.C; i++)
        ((float *)w.dpooled.data)[i] = (float)(i % 5 - 2);
    measure(&w, &times, &s, rate);
    iso_mat_free(&w.x);
    iso_mat_free(&w.d);
    iso_mat_free(&w.pooled);
    iso_mat_free(&w.dpooled);
    iso_free(offsets);
    iso_free(ids);
    iso_free(keys);
    iso_free(w.lists);
    iso_free(w.rows);
    iso_optimizer_free(w.optimizer);
    iso_tape_free(w.tape);
    iso_trained_close(w.e);
    return 0;
}
