/* The encoder on token ids: PyTorch's states of a BERT checkpoint, and what must not matter. */
#include "tests/nn/golden_states.h"

static struct sentences s;

static void read_ids(const char *path)
{
    FILE *f = fopen(path, "r");
    char *line = NULL;
    size_t room = 0;

    assert_non_null(f);
    s.B = 0;
    while (getline(&line, &room, f) > 0) {
        int64_t n = s.offsets[s.B];
        for (char *end, *p = line;; p = end) {
            const long id = strtol(p, &end, 10);
            if (end == p)
                break;
            s.ids[n++] = (int32_t)id;
        }
        s.offsets[++s.B] = n;
    }
    free(line);
    fclose(f);
}

static iso_states *open_golden(void)
{
    const char *path = test_data("golden/states/bert-random.h5");
    const iso_states_opt opt = {.pool = "none"};
    iso_states *states;

    ok(iso_states_open(&states, &path, 1, &opt));
    read_ids(test_data("golden/states/bert-random.ids"));
    return states;
}

static void equals_pytorch_whatever_the_batch(void **state)
{
    iso_states *states = open_golden();
    iso_encoder *e;

    (void)state;
    ok(iso_encoder_open(&e, test_data("models/bert-random"), NULL));
    text(iso_encoder_config(e)->family, "bert");
    for (int64_t step = 1; step <= 64; step *= 4)
        near(worst_layer(e, &s, states, 0, step, NULL), 0, 2e-6);
    iso_encoder_close(e);
    iso_states_close(states);
}

/* A sentence's states do not change with its neighbours, to the last bit but for the BLAS's. */
static void neighbours_do_not_matter(void **state)
{
    iso_encoder *e;
    iso_mat a, b;
    const int32_t ids[] = {0, 5, 6, 7, 2, 0, 9, 2, 0, 5, 6, 7, 2};
    const int64_t offsets[] = {0, 5, 8, 13};
    const iso_batch all = {.B = 3, .offsets = offsets, .ids = ids},
                    one = {.B = 1, .offsets = offsets, .ids = ids};

    (void)state;
    ok(iso_encoder_open(&e, source_path("examples/mini"), NULL));
    const iso_nn_config *c = iso_encoder_config(e);
    ok(iso_mat_new(&a, 13, c->C, ISO_F32));
    ok(iso_mat_new(&b, 5, c->C, ISO_F32));
    ok(iso_encoder_embed(e, &a, &all));
    ok(iso_encoder_embed(e, &b, &one));
    ok(iso_encoder_layers(e, &a, &all, 0, c->L));
    ok(iso_encoder_layers(e, &b, &one, 0, 2));
    ok(iso_encoder_layers(e, &b, &one, 2, c->L));
    near(relative_error(iso_view_rows(iso_mat_view(&a), 0, 5), iso_mat_view(&b)), 0, 1e-6);
    near(relative_error(iso_view_rows(iso_mat_view(&a), 8, 5), iso_mat_view(&b)), 0, 1e-6);
    iso_mat_free(&a);
    iso_mat_free(&b);
    iso_encoder_close(e);
}

static void says_what_is_wrong(void **state)
{
    iso_encoder *e;
    iso_mat x;
    const int32_t ids[] = {0, 8191, 2}, fine[] = {0, 1, 2}, types[] = {0, 1, 0};
    const int64_t offsets[] = {0, 3};
    iso_batch batch = {.B = 1, .offsets = offsets, .ids = ids};

    (void)state;
    ok(iso_encoder_open(&e, source_path("examples/mini"), NULL));
    ok(iso_mat_new(&x, 3, 128, ISO_F32));
    fails(iso_encoder_embed(e, &x, &batch), ISO_EARG, "sentence 0, token 1: id 8191");
    batch.ids = fine;
    batch.types = types;
    fails(iso_encoder_embed(e, &x, &batch), ISO_EARG, "type 1 is not among the model's 1");
    batch.types = NULL;
    fails(iso_encoder_layers(e, &x, &batch, 0, 5), ISO_EARG, "states 0 to 5");
    fails(iso_encoder_layers(e, &x, &batch, 3, 2), ISO_EARG, "states 3 to 2");
    x.rows = 2;
    fails(iso_encoder_embed(e, &x, &batch), ISO_EARG, "2 x 128");
    x.rows = 3;
    iso_mat_free(&x);
    iso_encoder_close(e);
    fails(iso_encoder_open(&e, temp_path("nowhere"), NULL), ISO_EIO, "nowhere");
}

static void a_sentence_has_its_limit(void **state)
{
    static int32_t ids[200];
    const int64_t offsets[] = {0, 145};
    const iso_batch batch = {.B = 1, .offsets = offsets, .ids = ids};
    iso_encoder *e;
    iso_mat x;

    (void)state;
    ok(iso_encoder_open(&e, source_path("examples/mini"), NULL));
    ok(iso_mat_new(&x, 145, 128, ISO_F32));
    fails(iso_encoder_embed(e, &x, &batch), ISO_EARG, "has 145 tokens, the model takes 144");
    iso_mat_free(&x);
    iso_encoder_close(e);
}

/* Random weights: the same for a seed, whatever is looked up, and of the spread promised. */
static void random_weights(void **state)
{
    const iso_encoder_opt seven = {.random = true, .seed = 7}, eight = {.random = true, .seed = 8};
    const int32_t ids[] = {0, 11, 12, 2};
    const int64_t offsets[] = {0, 4};
    const iso_batch batch = {.B = 1, .offsets = offsets, .ids = ids};
    const iso_encoder_opt *opt[] = {&seven, &seven, &eight};
    iso_mat x[3];

    (void)state;
    for (int i = 0; i < 3; i++) {
        iso_encoder *e;
        ok(iso_encoder_open(&e, source_path("examples/mini"), opt[i]));
        ok(iso_mat_new(&x[i], 4, 128, ISO_F32));
        ok(iso_encoder_embed(e, &x[i], &batch));
        ok(iso_encoder_layers(e, &x[i], &batch, 0, 4));
        iso_encoder_close(e);
    }
    near(relative_error(iso_mat_view(&x[1]), iso_mat_view(&x[0])), 0, 1e-6);
    assert_true(relative_error(iso_mat_view(&x[2]), iso_mat_view(&x[0])) > 0.5);
    for (int i = 0; i < 3; i++)
        iso_mat_free(&x[i]);
}

static void every_allocation_may_fail(void **state)
{
    const int32_t ids[] = {0, 5, 6, 2};
    const int64_t offsets[] = {0, 4};
    const iso_batch batch = {.B = 1, .offsets = offsets, .ids = ids};
    iso_err err = ISO_ENOMEM;
    iso_mat x;

    (void)state;
    ok(iso_mat_new(&x, 4, 128, ISO_F32));
    for (int64_t n = 0; err; n += n < 20 ? 1 : 17) {
        iso_encoder *e = NULL;
        iso_alloc_fail_after(n);
        err = iso_encoder_open(&e, source_path("examples/mini"), NULL);
        err = err ? err : iso_encoder_embed(e, &x, &batch);
        err = err ? err : iso_encoder_layers(e, &x, &batch, 0, 1);
        iso_alloc_fail_after(-1);
        if (err)
            fails(err, ISO_ENOMEM, "");
        iso_encoder_close(e);
    }
    iso_mat_free(&x);
}

int main(void)
{
    RUN_TESTS(test(equals_pytorch_whatever_the_batch), test(neighbours_do_not_matter),
              test(says_what_is_wrong), test(a_sentence_has_its_limit), test(random_weights),
              test(every_allocation_may_fail));
}
