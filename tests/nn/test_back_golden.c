/* Gradients of two checkpoints against PyTorch's: tests/golden/make_gradients.py. */
#include "tests/check.h"

#include "lib/nn/arch.h"
#include "lib/nn/pooling_back.h"
#include "lib/nn/tape.h"
#include "tests/nn/golden_gradients.h"

enum { B = 4, TOKENS = 39 };
static const int64_t offsets[] = {0, 7, 8, 27, 39};

static float weight(int64_t row, int64_t col)
{
    return (float)((row * 7 + col * 5) % 11 - 5) / 4 + (float)(row + 1) / 8;
}

/* The loss of make_gradients.py, forward and back. */
static void step(iso_trained *e)
{
    const int64_t C = e->config.C;
    int64_t first[2 * B + 1], index[TOKENS + B];
    int32_t ids[TOKENS];
    iso_tape *tape;
    iso_mat x, d, by;

    for (int64_t t = 0; t < TOKENS; t++) {
        ids[t] = (int32_t)(5 + (t * t * 31 + 7 * t) % (e->config.V - 5));
        index[t] = t;
    }
    for (int b = 0; b <= B; b++) {
        first[b] = offsets[b];
        first[B + b] = TOKENS + b;
    }
    for (int b = 0; b < B; b++)
        index[TOKENS + b] = offsets[b];
    const iso_batch batch = {.B = B, .offsets = offsets, .ids = ids};
    ok(iso_tape_new(&tape, NULL));
    ok(iso_mat_new(&x, TOKENS, C, ISO_F32));
    ok(iso_mat_new(&d, TOKENS, C, ISO_F32));
    ok(iso_mat_new(&by, 2 * B, C, ISO_F32));
    for (int64_t i = 0; i < 2 * B * C; i++)
        ((float *)by.data)[i] = weight(i / C, i % C);
    ok(iso_tape_embed(tape, &x, e, &batch, NULL));
    ok(iso_tape_layers(tape, &x, e, &batch, 0, e->config.L, NULL));
    ok(iso_pool_lists_back(&d, iso_mat_view(&by), first, index, ISO_POOL_MEAN));
    while (iso_tape_depth(tape) > 0)
        ok(iso_tape_back(tape, &d));
    iso_tape_free(tape);
    iso_mat_free(&x);
    iso_mat_free(&d);
    iso_mat_free(&by);
}

static const iso_tensor *find(iso_trained *e, const char *name)
{
    const size_t prefix = strlen(e->config.arch->prefix);
    int64_t count;
    const iso_tensor *t = iso_trained_tensors(e, &count);

    for (int64_t i = 0; i < count; i++)
        if (strcmp(t[i].name + prefix, name) == 0)
            return &t[i];
    fail_msg("no tensor %s", name);
    return NULL;
}

static void compare(const char *folder, const char *model)
{
    const int n = read_expected("tests/golden/gradients.tsv", model);
    const double largest = largest_norm(n);
    int64_t count;
    iso_trained *e;

    ok(iso_trained_open(&e, folder, NULL));
    step(e);
    iso_trained_tensors(e, &count);
    assert_int_equal(n, count);
    for (int i = 0; i < n; i++)
        check_gradient(find(e, expected[i].name), &expected[i], 1e-5, largest);
    iso_trained_close(e);
}

static void test_m15(void **state)
{
    (void)state;
    compare(test_data("models/m15"), "m15");
}

static void test_bert(void **state)
{
    (void)state;
    compare(test_data("models/bert-random"), "bert-random");
}

int main(void)
{
    RUN_TESTS(test(test_m15), test(test_bert));
}
