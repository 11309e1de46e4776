#include "lib/linalg/convert.h"
#include "tests/io/files.h"

/* The largest difference of two sources over their first `rows` rows, relative to the largest
 * number. */
static double apart(iso_states *a, int la, iso_states *b, int lb, int layer, int64_t rows)
{
    iso_rows *ra = NULL, *rb = NULL;
    double worst = 0, most = 0;
    iso_view va, vb;

    ok(iso_states_rows(&ra, a, la, layer));
    ok(iso_states_rows(&rb, b, lb, layer));
    assert_int_equal(ra->cols, rb->cols);
    for (int64_t i = 0; i < rows; i++) {
        double x[1024], y[1024];
        ok(iso_rows_read(ra, i, 1, &va));
        ok(iso_rows_read(rb, i, 1, &vb));
        iso_convert_f64(x, ra->cols, va);
        iso_convert_f64(y, rb->cols, vb);
        for (int64_t j = 0; j < ra->cols; j++) {
            worst = fmax(worst, fabs(x[j] - y[j]));
            most = fmax(most, fabs(x[j]));
        }
    }
    iso_rows_close(ra);
    iso_rows_close(rb);
    return worst / most;
}

/* The same 40 sentences: pooled by us from f16 token rows, and pooled by PyTorch, stored in f16. */
static void token_rows_pool_to_the_native_states(void **state)
{
    (void)state;
    static const char *const langs[] = {"en", "de"};
    iso_states *native = NULL;

    ok(open_one(&native, test_data("dumps/m15-sib.h5")));
    for (int i = 0; i < 2; i++) {
        char name[64];
        iso_states *s = NULL;
        snprintf(name, sizeof name, "dumps/m15-sib-40-%s.hdf5", langs[i]);
        ok(open_with(&s, test_data(name), (iso_states_opt){.specials = true}));
        const iso_lang *l = iso_states_lang(s, 0);
        const int lang = iso_states_find(native, langs[i]);
        assert_int_equal(l->items, 40);
        assert_int_equal(l->layer_count, 7);
        for (int k = 0; k < 40; k++)
            text(l->text[k], iso_states_lang(native, lang)->text[k]);
        for (int layer = 0; layer < 7; layer++)
            near(apart(s, 0, native, lang, layer, 40), 0, 1e-3);
        iso_states_close(s);
        ok(open_one(&s, test_data(name)));
        assert_true(apart(s, 0, native, lang, 6, 40) > 1e-2); /* special tokens do matter */
        iso_states_close(s);
    }
    iso_states_close(native);
}

/* numpy, seed 0: randn(10, 2) = 1.7640523459673, 0.40015720836722... */
static void per_sentence_fixture(void **state)
{
    (void)state;
    iso_states *s = NULL;

    ok(open_with(&s, test_data("golden/per_sentence_1.hdf5"), (iso_states_opt){.pool = "none"}));
    const iso_lang *l = iso_states_lang(s, 0);
    assert_int_equal(l->items, 3);
    assert_int_equal(l->rows, 10);
    assert_int_equal(l->layer_count, 1);
    text(l->text[0], "the first of three sentences");
    near(at(s, 0, 0, 0, 0), 1.764052345967664, 1e-15);
    near(at(s, 0, 0, 0, 1), 0.4001572083672233, 1e-15);
    iso_states_close(s);
}

static void elmo_fixtures(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        char name[64];
        iso_states *s = NULL;
        snprintf(name, sizeof name, "golden/elmo/elmo_lm_embeddings_%d.hdf5", i);
        ok(open_one(&s, test_data(name)));
        text(iso_states_about(s)->layout, "per-sentence");
        assert_int_equal(iso_states_lang(s, 0)->layer_count, 2);
        iso_states_close(s);
    }
    iso_states *s = NULL;
    ok(open_one(&s, test_data("golden/elmo/elmo_token_embeddings.hdf5")));
    text(iso_states_about(s)->layout, "matrix");
    text(iso_states_lang(s, 0)->name, "elmo_token_embeddings");
    iso_states_close(s);
}

/* PyTorch's token rows in f32, pooled by us, against its pooled rows in f16. */
static void native_token_rows(void **state)
{
    (void)state;
    iso_states *tokens = NULL, *pooled = NULL;

    ok(open_with(&tokens, test_data("golden/states/m15.h5"), (iso_states_opt){.specials = true}));
    ok(open_one(&pooled, test_data("dumps/m15-sib.h5")));
    const int a = iso_states_find(tokens, "en"), b = iso_states_find(pooled, "en");
    int64_t same = 0;
    while (same < 20 && strcmp(iso_states_lang(tokens, a)->text[same],
                               iso_states_lang(pooled, b)->text[same]) == 0)
        same++;
    assert_true(same > 0);
    for (int layer = 0; layer < 7; layer++)
        near(apart(tokens, a, pooled, b, layer, same), 0, 1e-3);
    iso_states_close(tokens);
    ok(open_with(&tokens, test_data("golden/states/m15.h5"), (iso_states_opt){.pool = "none"}));
    const iso_lang *l = iso_states_lang(tokens, 0);
    assert_int_equal(l->offsets[l->items], l->rows);
    text(l->tokens[0], "<s>");
    text(l->tokens[l->offsets[1] - 1], "</s>");
    iso_states_close(tokens);
    iso_states_close(pooled);
}

int main(void)
{
    RUN_TESTS(test(token_rows_pool_to_the_native_states), test(per_sentence_fixture),
              test(elmo_fixtures), test(native_token_rows));
}
