#include "tests/io/files.h"

static void groups_are_languages_and_layers(void **state)
{
    (void)state;
    const char *path = temp_path("groups.h5");
    iso_states *s = NULL;
    iso_h5 *h5 = NULL;

    ok(iso_h5_create(&h5, path));
    put_f32(h5, "/en/0", 1, 0, 3, 2);
    put_f32(h5, "/en/10", 1, 10, 3, 2);
    put_f32(h5, "/de/layer_10", 2, 10, 3, 2);
    ok(iso_h5_put_i64(h5, "/other", (const int64_t[]){1, 2}, 2));
    ok(iso_h5_close(h5));
    ok(open_one(&s, path));
    text(iso_states_about(s)->layout, "matrix");
    assert_int_equal(iso_states_langs(s), 2);
    near(at(s, iso_states_find(s, "en"), 10, 2, 1), cell(1, 10, 2, 1), 0);
    near(at(s, iso_states_find(s, "de"), 10, 2, 1), cell(2, 10, 2, 1), 0);
    iso_states_close(s);
}

/* /en holds [2, 3, 2] (layers, items, dims), or [3, 2, 2] with items first. */
static void layers_within_a_dataset(void **state)
{
    (void)state;
    const int64_t lnd[] = {2, 3, 2}, nld[] = {3, 2, 2};
    const char *path = temp_path("axes.h5");
    float a[12], b[12];
    iso_h5 *h5 = NULL;

    for (int i = 0; i < 12; i++) {
        a[i] = (float)cell(0, i / 6, i / 2 % 3, i % 2);
        b[i] = (float)cell(0, i / 2 % 2, i / 4, i % 2);
    }
    for (int k = 0; k < 2; k++) {
        for (int packed = 0; packed < 2; packed++) {
            const iso_h5_layout layout = {.chunk = packed};
            iso_states *s = NULL;
            ok(iso_h5_create(&h5, path));
            ok(iso_h5_put(h5, "/en", 3, k ? nld : lnd, ISO_F32, k ? b : a, &layout));
            ok(iso_h5_close(h5));
            ok(open_with(&s, path, (iso_states_opt){.axes = k ? "NLD" : "LND"}));
            assert_int_equal(iso_states_lang(s, 0)->layer_count, 2);
            assert_int_equal(iso_states_lang(s, 0)->items, 3);
            near(at(s, 0, 1, 2, 1), cell(0, 1, 2, 1), 0);
            near(at(s, 0, 0, 1, 0), cell(0, 0, 1, 0), 0);
            iso_states_close(s);
        }
    }
    iso_states *s = NULL;
    fails(open_with(&s, path, (iso_states_opt){.axes = "DLN"}), ISO_EARG, "neither LND nor NLD");
}

static void features_in_pieces(void **state)
{
    (void)state;
    const char *path = temp_path("split.h5");
    iso_states *s = NULL;
    iso_h5 *h5 = NULL;
    iso_rows *rows = NULL;
    iso_view v;

    ok(iso_h5_create(&h5, path));
    put_f32(h5, "/features_10", 10, 0, 2, 2);
    put_f32(h5, "/features_2", 2, 0, 3, 2);
    put_f32(h5, "/features_00", 0, 0, 1, 2);
    ok(iso_h5_close(h5));
    ok(open_one(&s, path));
    text(iso_states_lang(s, 0)->name, "split");
    assert_int_equal(iso_states_lang(s, 0)->items, 6);
    ok(iso_states_rows(&rows, s, 0, 0));
    ok(iso_rows_read(rows, 0, 6, &v)); /* over both seams */
    near(((const float *)v.data)[0], cell(0, 0, 0, 0), 0);
    near(((const float *)v.data)[2 * 3 + 1], cell(2, 0, 2, 1), 0);
    near(((const float *)v.data)[2 * 5], cell(10, 0, 1, 0), 0);
    ok(iso_rows_read(rows, 2, 2, &v)); /* within one piece */
    near(((const float *)v.data)[0], cell(2, 0, 1, 0), 0);
    iso_rows_close(rows);
    iso_states_close(s);
    assert_int_equal(iso_h5_open_count(), 0);
}

static void one_dataset_by_its_path(void **state)
{
    (void)state;
    const char *path = temp_path("one.h5");
    iso_states *s = NULL;
    iso_h5 *h5 = NULL;
    char a[9000], b[9000];

    ok(iso_h5_create(&h5, path));
    put_f32(h5, "/x/en/4", 1, 4, 3, 2);
    put_f32(h5, "/y", 2, 0, 3, 2);
    ok(iso_h5_close(h5));
    snprintf(a, sizeof a, "%s:/x/en/4", path);
    snprintf(b, sizeof b, "de:4=%s:/y", path);
    const char *const words[] = {a, b};
    ok(iso_states_open(&s, words, 2, NULL));
    text(iso_states_lang(s, 0)->name, "en");
    near(at(s, 0, 4, 2, 1), cell(1, 4, 2, 1), 0);
    near(at(s, 1, 4, 2, 1), cell(2, 0, 2, 1), 0);
    iso_states_close(s);
    snprintf(a, sizeof a, "%s:/z", path);
    fails(open_one(&s, a), ISO_EFORMAT, "has no dataset /z");
    fails(open_with(&s, path, (iso_states_opt){.layout = "native"}), ISO_EFORMAT,
          "has no attribute format");
}

/* neurons × items */
static void transposed(void **state)
{
    (void)state;
    const iso_run tiny = {.mem = 64}, *const runs[] = {NULL, &tiny};
    const char *path = temp_path("turned.h5");
    iso_h5 *h5 = NULL;

    ok(iso_h5_create(&h5, path));
    put_f32(h5, "/en", 0, 0, 2, 5);
    ok(iso_h5_close(h5));
    for (int i = 0; i < 2; i++) {
        iso_states *s = NULL;
        iso_rows *rows = NULL;
        iso_view v;
        ok(open_with(&s, path, (iso_states_opt){.transpose = true, .run = runs[i]}));
        assert_int_equal(iso_states_lang(s, 0)->items, 5);
        ok(iso_states_rows(&rows, s, 0, 0));
        for (int64_t at = 0; at < 5; at += 2) {
            const int64_t n = at + 2 <= 5 ? 2 : 1;
            ok(iso_rows_read(rows, at, n, &v));
            near(((const float *)v.data)[1], cell(0, 0, 1, at), 0);
            near(((const float *)v.data)[(n - 1) * v.stride], cell(0, 0, 0, at + n - 1), 0);
        }
        iso_rows_close(rows);
        iso_states_close(s);
    }
}

static void nothing_in_it(void **state)
{
    (void)state;
    const char *path = temp_path("nothing.h5");
    iso_states *s = NULL;
    iso_h5 *h5 = NULL;

    ok(iso_h5_create(&h5, path));
    ok(iso_h5_put_i64(h5, "/n", (const int64_t[]){1}, 1));
    ok(iso_h5_close(h5));
    fails(open_one(&s, path), ISO_EFORMAT, "holds no matrix of f16, bf16, f32 or f64");
}

int main(void)
{
    RUN_TESTS(test(groups_are_languages_and_layers), test(layers_within_a_dataset),
              test(features_in_pieces), test(one_dataset_by_its_path), test(transposed),
              test(nothing_in_it));
}
