/* The gradient of a loss on an encoder's states, against central differences of the reference in
 * double; and what must not change it. */
#include "tests/nn/encoder_reference.h"
#include "tests/nn/gradients.h"

#include "lib/base/alloc.h"
#include "lib/base/threads.h"
#include "lib/nn/encoder.h"
#include "lib/nn/pooling_back.h"

static const char *const bert = "\"model_type\":\"bert\",\"vocab_size\":23,\"hidden_size\":12,"
                                "\"num_hidden_layers\":2,\"num_attention_heads\":3,"
                                "\"intermediate_size\":20,\"hidden_act\":\"gelu\","
                                "\"max_position_embeddings\":9,\"type_vocab_size\":2";
static const char *const xlmr = "\"model_type\":\"xlm-roberta\",\"vocab_size\":23,\"hidden_size\":"
                                "10,\"num_hidden_layers\":2,\"num_attention_heads\":2,"
                                "\"intermediate_size\":33,\"hidden_act\":\"gelu_new\","
                                "\"max_position_embeddings\":10,\"type_vocab_size\":1,"
                                "\"layer_norm_eps\":1e-5,\"pad_token_id\":1";
static const char *const distil = "\"model_type\":\"distilbert\",\"vocab_size\":23,\"dim\":18,"
                                  "\"n_layers\":1,\"n_heads\":1,\"hidden_dim\":7,\"activation\":"
                                  "\"relu\",\"max_position_embeddings\":8";
static const char *const wide = "\"model_type\":\"bert\",\"vocab_size\":300,\"hidden_size\":96,"
                                "\"num_hidden_layers\":3,\"num_attention_heads\":4,"
                                "\"intermediate_size\":384,\"hidden_act\":\"gelu\","
                                "\"max_position_embeddings\":128,\"type_vocab_size\":2";

/* Sentences of 5, 1, 8 and 3 tokens, some ids twice. */
static const int64_t offsets[] = {0, 5, 6, 14, 17};
static const int32_t ids[] = {3, 7, 7, 1, 22, 4, 0, 9, 8, 7, 6, 5, 9, 2, 2, 2, 21};
static const int32_t types[] = {0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 1, 1, 1, 1, 0, 1, 1};
static const iso_batch batch = {.B = 4, .offsets = offsets, .ids = ids, .types = types};
static const iso_batch untyped = {.B = 4, .offsets = offsets, .ids = ids};

/* Rows that are pooled: the mean of each sentence, its first token. */
static const int64_t first[] = {0, 5, 6, 14, 17, 18, 19, 20, 21};
static const int64_t index_of[] = {0,  1,  2,  3,  4,  5,  6, 7, 8, 9, 10,
                                   11, 12, 13, 14, 15, 16, 0, 5, 6, 14};
enum { POOLED = 8, TOKENS = 17, MOST = 18 };

/* Random weights, large enough that everything matters, and not so large that little is left of a
 * float's digits. */
static iso_trained *open_random(const char *config, bool dense)
{
    const iso_trained_opt opt = {.random = true, .dense_words = dense};
    iso_rng rng = iso_rng_seeded(5, 0);
    iso_trained *e;
    int64_t count;

    ok(iso_trained_open(&e, config_folder(config), &opt));
    iso_tensor *t = iso_trained_tensors(e, &count);
    for (int64_t i = 0; i < count; i++)
        for (int64_t j = 0; j < t[i].rows * t[i].cols; j++)
            t[i].value[j] += (e->config.C > 50 ? 0.05f : 0.4f) * (float)iso_rng_normal(&rng);
    return e;
}

static const iso_batch *batch_of(const iso_trained *e)
{
    return e->config.types > 1 ? &batch : &untyped;
}

/* What the loss counts each number of the pooled rows by. */
static float weight(int64_t row, int64_t col)
{
    return (float)(((row * 7 + col * 5) % 11) - 5) / 4 + (float)(row + 1) / 8;
}

static double ref_loss(const struct ref *r, const iso_dropout *drop)
{
    static double x[TOKENS * MOST];
    const int64_t C = r->c->C;
    double loss = 0;

    ref_states(x, r, r->c->types > 1 ? &batch : &untyped, -1, r->c->L, drop);
    for (int64_t p = 0; p < POOLED; p++)
        for (int64_t j = 0; j < C; j++)
            for (int64_t i = first[p]; i < first[p + 1]; i++)
                loss += (double)weight(p, j) * x[index_of[i] * C + j] /
                        (double)(first[p + 1] - first[p]);
    return loss;
}

/* Forward and back; dx (TOKENS × C): the gradient of the loss by states, in and what is left of it
 * out. */
static void step(iso_trained *e, iso_tape *tape, iso_mat *dx, const iso_dropout *drop)
{
    const int64_t C = e->config.C;
    iso_mat x, dout;

    ok(iso_mat_new(&x, TOKENS, C, ISO_F32));
    ok(iso_mat_new(&dout, POOLED, C, ISO_F32));
    ok(iso_mat_new(dx, TOKENS, C, ISO_F32));
    for (int64_t p = 0; p < POOLED; p++)
        for (int64_t j = 0; j < C; j++)
            ((float *)dout.data)[p * C + j] = weight(p, j);
    ok(iso_tape_embed(tape, &x, e, batch_of(e), drop));
    ok(iso_tape_layers(tape, &x, e, batch_of(e), 0, e->config.L, drop));
    ok(iso_pool_lists_back(dx, iso_mat_view(&dout), first, index_of, ISO_POOL_MEAN));
    while (iso_tape_depth(tape) > 0)
        ok(iso_tape_back(tape, dx));
    iso_mat_free(&x);
    iso_mat_free(&dout);
}

static void compare(iso_trained *e, const iso_dropout *drop)
{
    const double h = 1e-5;
    struct ref r;
    double largest = 0;

    ref_begin(&r, e);
    for (int64_t i = 0; i < r.count; i++) {
        float *const g = whole(&r.tensors[i]);
        const double size = size_of(g, r.tensors[i].rows * r.tensors[i].cols);
        largest = size > largest ? size : largest;
        free(g);
    }
    for (int64_t i = 0; i < r.count; i++) {
        const int64_t n = r.tensors[i].rows * r.tensors[i].cols;
        float *const g = whole(&r.tensors[i]);
        double off = 0, all = 0;
        for (int64_t j = 0; j < n; j++) {
            const double value = r.value[i][j];
            r.value[i][j] = value + h;
            const double above = ref_loss(&r, drop);
            r.value[i][j] = value - h;
            const double slope = (above - ref_loss(&r, drop)) / (2 * h);
            r.value[i][j] = value;
            off += (slope - (double)g[j]) * (slope - (double)g[j]);
            all += slope * slope;
        }
        if (!(sqrt(off) <= 1e-5 * sqrt(all) + 1e-6 * largest))
            fail_msg("%s: off by %g of %g (largest %g)", r.tensors[i].name, sqrt(off), sqrt(all),
                     largest);
        free(g);
    }
    ref_end(&r);
}

static void differences(const char *config, const iso_tape_opt *opt, bool dense,
                        const iso_dropout *drop)
{
    iso_trained *e = open_random(config, dense);
    iso_tape *tape;
    iso_mat dx;

    ok(iso_tape_new(&tape, opt));
    step(e, tape, &dx, drop);
    compare(e, drop);
    iso_tape_free(tape);
    iso_mat_free(&dx);
    iso_trained_close(e);
}

static void test_central_differences(void **state)
{
    (void)state;
    differences(bert, NULL, false, NULL);
    differences(xlmr, NULL, false, NULL);
    differences(distil, NULL, false, NULL);
    differences(bert, NULL, true, NULL);
}

static void test_dropout(void **state)
{
    uint64_t keys[TOKENS];

    (void)state;
    for (int64_t t = 0; t < TOKENS; t++)
        keys[t] = iso_dropout_key(3, 14, t / 5, t, 0);
    const iso_dropout both = {.hidden = 0.2f, .attention = 0.3f, .keys = keys};
    const iso_dropout one = {.attention = 0.5f, .keys = keys};
    differences(bert, NULL, false, &both);
    differences(xlmr, &(iso_tape_opt){.recompute = true}, false, &both);
    differences(distil, NULL, false, &one);
}

/* All gradients, one after another. */
static float *all_grads(iso_trained *e, int64_t *size)
{
    int64_t count, n = 0;
    const iso_tensor *t = iso_trained_tensors(e, &count);

    for (int64_t i = 0; i < count; i++)
        n += t[i].rows * t[i].cols;
    float *const out = calloc((size_t)n, sizeof *out);
    assert_non_null(out);
    *size = n;
    n = 0;
    for (int64_t i = 0; i < count; i++) {
        float *const g = whole(&t[i]);
        memcpy(out + n, g, (size_t)(t[i].rows * t[i].cols) * sizeof *g);
        n += t[i].rows * t[i].cols;
        free(g);
    }
    return out;
}

/* A batch of many sentences, in which products are cut. */
static float *large_grads(const iso_tape_opt *opt, iso_cpu cpu, int threads, int64_t *size,
                          int steps)
{
    enum { B = 24 };
    static int64_t at[B + 1];
    static int32_t words[4096];
    static uint64_t keys[4096];
    const int before = iso_threads_most();

    kernels(cpu);
    iso_threads_set(threads);
    iso_trained *e = open_random(wide, false);
    iso_tape *tape;
    iso_mat x, d;
    for (int b = 0; b < B; b++)
        at[b + 1] = at[b] + 1 + b * 37 % 100;
    for (int64_t t = 0; t < at[B]; t++) {
        words[t] = (int32_t)(t * t % 299);
        keys[t] = iso_dropout_key(1, 2, 3, t, 0);
    }
    const iso_batch large = {.B = B, .offsets = at, .ids = words};
    const iso_dropout drop = {.hidden = 0.1f, .attention = 0.1f, .keys = keys};
    ok(iso_tape_new(&tape, opt));
    ok(iso_mat_new(&x, at[B], 96, ISO_F32));
    ok(iso_mat_new(&d, at[B], 96, ISO_F32));
    for (int s = 0; s < steps; s++) {
        ok(iso_tape_embed(tape, &x, e, &large, &drop));
        ok(iso_tape_layers(tape, &x, e, &large, 0, 3, &drop));
        for (int64_t i = 0; i < at[B] * 96; i++)
            ((float *)d.data)[i] = ((float *)x.data)[i] * (float)(i % 7 - 3) / 7;
        while (iso_tape_depth(tape) > 0)
            ok(iso_tape_back(tape, &d));
    }
    float *const out = all_grads(e, size);
    iso_tape_free(tape);
    iso_trained_close(e);
    iso_mat_free(&x);
    iso_mat_free(&d);
    iso_threads_set(before);
    kernels(ISO_CPU_AVX512);
    return out;
}

static void test_threads_and_recompute(void **state)
{
    int64_t n;
    float *const one = large_grads(NULL, ISO_CPU_AVX512, 1, &n, 1);
    float *const two = large_grads(NULL, ISO_CPU_AVX512, 2, &n, 1);
    float *const three = large_grads(NULL, ISO_CPU_AVX512, 3, &n, 1);
    float *const again = large_grads(&(iso_tape_opt){.recompute = true}, ISO_CPU_AVX512, 2, &n, 1);

    (void)state;
    assert_memory_equal(one, two, (size_t)n * sizeof *one);
    assert_memory_equal(one, three, (size_t)n * sizeof *one);
    assert_memory_equal(one, again, (size_t)n * sizeof *one);
    free(one);
    free(two);
    free(three);
    free(again);
}

static void test_kernels_agree(void **state)
{
    int64_t n;
    float *const best = large_grads(NULL, ISO_CPU_AVX512, 2, &n, 1);

    (void)state;
    for (int cpu = ISO_CPU_PLAIN; cpu <= ISO_CPU_AVX2; cpu++) {
        float *const other = large_grads(NULL, (iso_cpu)cpu, 2, &n, 1);
        for (int64_t i = 0; i < n; i++)
            other[i] -= best[i];
        near(size_of(other, n) / size_of(best, n), 0, 2e-6);
        free(other);
    }
    free(best);
}

/* Steps add up, whatever the tape held before. */
static void test_accumulates(void **state)
{
    int64_t n;
    float *const one = large_grads(NULL, ISO_CPU_AVX512, 2, &n, 1);
    float *const two = large_grads(NULL, ISO_CPU_AVX512, 2, &n, 2);

    (void)state;
    for (int64_t i = 0; i < n; i++)
        two[i] -= 2 * one[i];
    near(size_of(two, n) / size_of(one, n), 0, 2e-6);
    free(one);
    free(two);
}

static void test_frozen(void **state)
{
    const bool layers[] = {true, false};
    iso_trained *free_one = open_random(bert, false), *e = open_random(bert, false);
    iso_tape *tape, *other;
    iso_mat dx, dy;
    int64_t count;

    (void)state;
    ok(iso_tape_new(&tape, NULL));
    ok(iso_tape_new(&other, NULL));
    assert_int_equal(iso_trained_lowest(e), 0);
    step(free_one, tape, &dx, NULL);
    iso_trained_freeze(e, true, layers);
    assert_int_equal(iso_trained_lowest(e), 2);
    step(e, other, &dy, NULL);
    const iso_tensor *t = iso_trained_tensors(e, &count);
    const iso_tensor *u = iso_trained_tensors(free_one, &count);
    for (int64_t i = 0; i < count; i++) {
        if (t[i].depth < 2)
            assert_true(!t[i].grad && !t[i].touched);
        else
            assert_memory_equal(t[i].grad, u[i].grad,
                                (size_t)(t[i].rows * t[i].cols) * sizeof(float));
    }
    iso_trained_zero_grads(e);
    for (int64_t i = 0; i < count; i++)
        for (int64_t j = 0; t[i].grad && j < t[i].rows * t[i].cols; j++)
            assert_true(t[i].grad[j] == 0);
    iso_trained_freeze(e, true, (const bool[]){true, true});
    assert_int_equal(iso_trained_lowest(e), 3);
    iso_tape_free(tape);
    iso_tape_free(other);
    iso_mat_free(&dx);
    iso_mat_free(&dy);
    iso_trained_close(e);
    iso_trained_close(free_one);
}

/* The gradient of what goes into layer 1, by differences; parameters are left alone. */
static void test_input(void **state)
{
    const iso_tape_opt opt = {.inputs = true};
    iso_trained *e = open_random(bert, false);
    const int64_t C = e->config.C;
    static double x0[TOKENS * MOST], x[TOKENS * MOST];
    int64_t n;
    struct ref r;
    iso_tape *tape;
    iso_mat state0, dx;

    (void)state;
    iso_trained_freeze(e, true, (const bool[]){true, true});
    ref_begin(&r, e);
    ok(iso_tape_new(&tape, &opt));
    ok(iso_mat_new(&state0, TOKENS, C, ISO_F32));
    ok(iso_mat_new(&dx, TOKENS, C, ISO_F32));
    for (int64_t i = 0; i < TOKENS * C; i++) {
        x0[i] = (double)(((float *)state0.data)[i] = (float)(i * i % 13 - 6) / 5);
        ((float *)dx.data)[i] = weight(i / C, i % C);
    }
    ok(iso_tape_layers(tape, &state0, e, &batch, 0, 2, NULL));
    ok(iso_tape_back_input(tape, &dx));
    ok(iso_tape_back_input(tape, &dx));
    fails(iso_tape_back_input(tape, &dx), ISO_EARG, "no piece");
    for (int64_t i = 0; i < TOKENS * C; i++) {
        double loss[2] = {0};
        for (int side = 0; side < 2; side++) {
            memcpy(x, x0, sizeof x);
            x[i] += side ? 1e-5 : -1e-5;
            ref_states(x, &r, &batch, 0, 2, NULL);
            for (int64_t j = 0; j < TOKENS * C; j++)
                loss[side] += x[j] * (double)weight(j / C, j % C);
        }
        near((loss[1] - loss[0]) / 2e-5, (double)((float *)dx.data)[i], 2e-4);
    }
    float *const grads = all_grads(e, &n);
    assert_true(size_of(grads, n) == 0);
    free(grads);
    ref_end(&r);
    iso_tape_free(tape);
    iso_mat_free(&state0);
    iso_mat_free(&dx);
    iso_trained_close(e);
}

/* Rows of tables: those that occur, rising, each once. */
static void test_touched(void **state)
{
    static const int64_t words[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 21, 22};
    iso_trained *e = open_random(bert, false);
    iso_tape *tape;
    iso_mat dx;
    int64_t count;

    (void)state;
    ok(iso_tape_new(&tape, NULL));
    step(e, tape, &dx, NULL);
    const iso_tensor *t = iso_trained_tensors(e, &count);
    assert_int_equal(t[0].kind, ISO_TENSOR_TABLE);
    assert_int_equal(t[0].touched->count, 12);
    assert_memory_equal(t[0].touched->rows, words, sizeof words);
    assert_int_equal(t[1].touched->count, 8);
    assert_int_equal(t[2].touched->count, 2);
    iso_trained_zero_grads(e);
    assert_int_equal(t[0].touched->count, 0);
    iso_tape_free(tape);
    iso_mat_free(&dx);
    iso_trained_close(e);
}

/* States of a trained encoder are those of the encoder that only reads. */
static void test_same_states(void **state)
{
    const char *folder = config_folder(bert);
    const iso_encoder_opt opt = {.random = true, .seed = 7};
    const iso_trained_opt learns = {.random = true, .seed = 7};
    iso_encoder *plain;
    iso_trained *e;
    iso_tape *tape;
    iso_mat x, y;

    (void)state;
    ok(iso_encoder_open(&plain, folder, &opt));
    ok(iso_trained_open(&e, folder, &learns));
    ok(iso_tape_new(&tape, NULL));
    ok(iso_mat_new(&x, TOKENS, 12, ISO_F32));
    ok(iso_mat_new(&y, TOKENS, 12, ISO_F32));
    ok(iso_encoder_embed(plain, &x, &batch));
    ok(iso_encoder_layers(plain, &x, &batch, 0, 2));
    ok(iso_tape_embed(tape, &y, e, &batch, NULL));
    ok(iso_tape_layers(tape, &y, e, &batch, 0, 2, NULL));
    for (int64_t i = 0; i < TOKENS * 12; i++)
        near((double)((float *)x.data)[i], (double)((float *)y.data)[i], 2e-6);
    iso_tape_free(tape);
    iso_mat_free(&x);
    iso_mat_free(&y);
    iso_encoder_close(plain);
    iso_trained_close(e);
}

static void test_no_memory(void **state)
{
    (void)state;
    const char *folder = config_folder(bert);
    const iso_trained_opt opt = {.random = true};
    iso_err err = ISO_ENOMEM;

    for (int64_t n = 0; err == ISO_ENOMEM; n++) {
        iso_trained *e = NULL;
        iso_tape *tape = NULL;
        iso_mat x, dx;
        ok(iso_mat_new(&x, TOKENS, 12, ISO_F32));
        ok(iso_mat_new(&dx, TOKENS, 12, ISO_F32));
        iso_alloc_fail_after(n);
        err = iso_trained_open(&e, folder, &opt);
        err = err ? err : iso_tape_new(&tape, &(iso_tape_opt){.recompute = true});
        err = err ? err : iso_tape_embed(tape, &x, e, &batch, NULL);
        err = err ? err : iso_tape_layers(tape, &x, e, &batch, 0, 2, NULL);
        while (!err && iso_tape_depth(tape) > 0)
            err = iso_tape_back(tape, &dx);
        iso_alloc_fail_after(-1);
        assert_true(err == ISO_OK || err == ISO_ENOMEM);
        iso_tape_free(tape);
        iso_trained_close(e);
        iso_mat_free(&x);
        iso_mat_free(&dx);
    }
}

/* Twice the tokens take twice the memory; frozen layers and recomputing save what layers keep. */
static void test_bytes(void **state)
{
    const iso_tape_opt again = {.recompute = true}, inputs = {.inputs = true};
    iso_trained *e = open_random(wide, false);
    const iso_nn_config *c = &e->config;
    const int64_t whole_pass = iso_tape_bytes(c, 320, 0, NULL);
    const int64_t layer = whole_pass - iso_tape_bytes(c, 320, 2, NULL);

    (void)state;
    assert_int_equal(iso_tape_bytes(c, 640, 0, NULL), 2 * whole_pass);
    assert_int_equal(layer, (int64_t)sizeof(float) * 320 * (6 * 96 + 2 + 384));
    assert_int_equal(iso_tape_bytes(c, 320, 1, NULL), whole_pass);
    assert_int_equal(iso_tape_bytes(c, 320, 4, &inputs), whole_pass);
    assert_int_equal(whole_pass - iso_tape_bytes(c, 320, 0, &again),
                     2 * layer - 2 * (int64_t)sizeof(float) * 320 * 96);
    iso_trained_close(e);
}

static void test_refused(void **state)
{
    const int64_t live[] = {5, 1, 8, 3};
    const iso_batch padded = {.B = 4, .offsets = offsets, .ids = ids, .live = live};
    const iso_dropout all = {.hidden = 1}, keyless = {.attention = 0.1f};
    iso_trained *e = open_random(bert, false);
    iso_tape *tape;
    iso_mat x, narrow;

    (void)state;
    ok(iso_tape_new(&tape, NULL));
    ok(iso_mat_new(&x, TOKENS, 12, ISO_F32));
    ok(iso_mat_new(&narrow, TOKENS, 11, ISO_F32));
    fails(iso_tape_embed(tape, &x, e, &padded, NULL), ISO_EARG, "padding");
    fails(iso_tape_embed(tape, &narrow, e, &batch, NULL), ISO_EARG, "17 x 11");
    fails(iso_tape_embed(tape, &x, e, &batch, &all), ISO_EARG, "not in [0, 1)");
    fails(iso_tape_embed(tape, &x, e, &batch, &keyless), ISO_EARG, "without keys");
    fails(iso_tape_layers(tape, &x, e, &batch, 1, 3, NULL), ISO_EARG, "1 to 3");
    fails(iso_tape_back(tape, &x), ISO_EARG, "no piece");
    ok(iso_tape_embed(tape, &x, e, &batch, NULL));
    fails(iso_tape_back(tape, &narrow), ISO_EARG, "17 x 11");
    assert_int_equal(iso_tape_depth(tape), 0);
    iso_tape_free(tape);
    iso_mat_free(&x);
    iso_mat_free(&narrow);
    iso_trained_close(e);
}

int main(void)
{
    RUN_TESTS(test(test_central_differences), test(test_dropout), test(test_threads_and_recompute),
              test(test_kernels_agree), test(test_accumulates), test(test_frozen), test(test_input),
              test(test_touched), test(test_same_states), test(test_no_memory), test(test_bytes),
              test(test_refused));
}
