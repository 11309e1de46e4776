#include "lib/base/alloc.h"
#include "lib/io/native_write.h"
#include "tests/io/files.h"

static const char *const ids[] = {"b", "a", "c"};
static const int32_t labels[] = {1, -1, 0};
static const char *const classes[] = {"sport", "travel"};

/* Two languages, two layers, 3 x 2, with ids and labels, through our own writer. */
static const char *written(const char *name)
{
    const char *path = temp_path(name);
    const iso_states_info about = {
        .model = "m", .pooling = "mean", .source = "sw", .class_count = 2, .classes = classes};
    static const char *const langs[] = {"de", "sw"};
    iso_native *n = NULL;
    int number = 0;

    ok(iso_native_new(&n, path, &about));
    for (int l = 0; l < 2; l++) {
        const iso_lang lang = {
            .name = langs[l], .items = 3, .rows = 3, .ids = ids, .labels = labels};
        ok(iso_native_lang(n, &lang));
        for (int k = 0; k < 2; k++)
            ok(iso_native_matrix(&number, n, langs[l], k, 3, 2, ISO_F32));
    }
    for (int m = 0; m < 4; m++) {
        for (int64_t i = 2; i >= 0; i--) { /* any order of rows */
            const float row[] = {(float)cell(m / 2, m % 2, i, 0), (float)cell(m / 2, m % 2, i, 1)};
            ok(iso_native_put(n, m, i, iso_view_f32(row, 1, 2)));
        }
    }
    ok(iso_native_commit(n));
    return path;
}

static void what_was_written_is_read(void **state)
{
    (void)state;
    iso_states *s = NULL;
    int64_t rows, cols;
    iso_dtype dtype;

    ok(open_one(&s, written("a.h5")));
    const iso_states_info *about = iso_states_about(s);
    text(about->model, "m");
    text(about->pooling, "mean");
    text(about->layout, "native");
    assert_int_equal(about->class_count, 2);
    text(about->classes[1], "travel");
    assert_int_equal(iso_states_langs(s), 2);
    text(iso_states_lang(s, 0)->name, "sw"); /* the source first */
    text(iso_states_lang(s, 1)->name, "de");
    const iso_lang *de = iso_states_lang(s, iso_states_find(s, "de"));
    assert_int_equal(de->items, 3);
    assert_int_equal(de->layer_count, 2);
    text(de->ids[1], "a");
    assert_int_equal(de->labels[1], -1);
    assert_null(de->text);
    near(at(s, 1, 1, 2, 1), cell(0, 1, 2, 1), 0);
    near(at(s, 0, 0, 0, 0), cell(1, 0, 0, 0), 0);
    ok(iso_states_shape(&rows, &cols, &dtype, s, 0, 1));
    assert_int_equal(rows, 3);
    assert_int_equal(cols, 2);
    assert_int_equal(dtype, ISO_F32);
    iso_states_close(s);
    assert_int_equal(iso_h5_open_count(), 0);
}

static void sources_name_themselves(void **state)
{
    (void)state;
    iso_states *s = NULL;
    iso_rows *rows = NULL;

    ok(open_one(&s, written("named.h5")));
    ok(iso_states_rows(&rows, s, 1, 1));
    assert_non_null(strstr(iso_rows_name(rows), "named.h5: de, layer 1"));
    iso_rows_close(rows);
    fails(iso_states_rows(&rows, s, 1, 2), ISO_EARG, "de has no layer 2");
    iso_states_close(s);
}

static void limit_keeps_the_first_items(void **state)
{
    (void)state;
    iso_states *s = NULL;
    iso_rows *rows = NULL;
    iso_view v;

    ok(open_with(&s, written("limit.h5"), (iso_states_opt){.limit = 2}));
    assert_int_equal(iso_states_lang(s, 0)->items, 2);
    ok(iso_states_rows(&rows, s, 0, 0));
    assert_int_equal(rows->rows, 2);
    fails(iso_rows_read(rows, 1, 2, &v), ISO_EARG, "it has 2");
    iso_rows_close(rows);
    iso_states_close(s);
}

/* Every layout HDF5 knows gives the same numbers; run is the height of a chunk. */
static void layouts_do_not_matter(void **state)
{
    (void)state;
    const iso_h5_layout layouts[] = {
        {0}, {.big_endian = true}, {.chunk = 2}, {.chunk = 2, .deflate = 1}};
    const int64_t dims[] = {3, 2};
    const double data[] = {1, 2, 3, 4, 5, 6};

    for (int i = 0; i < 4; i++) {
        const char *path = temp_path("layout.h5");
        iso_h5 *h5 = native_begin(path);
        iso_rows *rows = NULL;
        iso_states *s = NULL;
        iso_view v;

        ok(iso_h5_put(h5, "/states/en/0", 2, dims, ISO_F64, data, &layouts[i]));
        ok(iso_h5_close(h5));
        ok(open_one(&s, path));
        ok(iso_states_rows(&rows, s, 0, 0));
        assert_int_equal(rows->run, i < 2 ? 1 : 2);
        ok(iso_rows_read(rows, 1, 2, &v));
        near(((const double *)v.data)[0], 3, 0);
        near(((const double *)v.data)[v.stride + 1], 6, 0);
        iso_rows_close(rows);
        iso_states_close(s);
    }
}

/* Bad files: each is a good one with one thing wrong ------------------------- */

static void two_langs(iso_h5 *h5)
{
    put_f32(h5, "/states/en/0", 0, 0, 3, 2);
    put_f32(h5, "/states/en/1", 0, 1, 3, 2);
    put_f32(h5, "/states/de/1", 1, 1, 3, 2);
}

static void wrong_rows(iso_h5 *h5)
{
    two_langs(h5);
    put_f32(h5, "/states/en/2", 0, 2, 4, 2);
}

static void wrong_dim(iso_h5 *h5)
{
    two_langs(h5);
    put_f32(h5, "/states/fr/1", 0, 2, 3, 5);
}

static void wrong_layer(iso_h5 *h5)
{
    two_langs(h5);
    put_f32(h5, "/states/en/last", 0, 2, 3, 2);
}

static void wrong_rank(iso_h5 *h5)
{
    const int64_t dims[] = {1, 3, 2};
    const float data[6] = {0};
    ok(iso_h5_put(h5, "/states/en/0", 3, dims, ISO_F32, data, NULL));
}

static void wrong_type(iso_h5 *h5)
{
    const int64_t data[] = {1, 2};
    ok(iso_h5_put_i64(h5, "/states/en/0", data, 2));
}

static void falling_offsets(iso_h5 *h5)
{
    const int64_t offsets[] = {0, 2, 1, 3};
    two_langs(h5);
    ok(iso_h5_put_i64(h5, "/rows/en/offsets", offsets, 4));
}

static void short_offsets(iso_h5 *h5)
{
    const int64_t offsets[] = {0, 2};
    two_langs(h5);
    ok(iso_h5_put_i64(h5, "/rows/en/offsets", offsets, 2));
}

static void bad_label(iso_h5 *h5)
{
    const int32_t three[] = {0, 1, 2};
    two_langs(h5);
    ok(iso_h5_put_texts(h5, "/classes", classes, 2, NULL));
    ok(iso_h5_put_i32(h5, "/rows/en/labels", three, 3));
}

static void double_id(iso_h5 *h5)
{
    const char *const same[] = {"x", "y", "x"};
    two_langs(h5);
    ok(iso_h5_put_texts(h5, "/rows/de/ids", same, 3, NULL));
}

static void few_ids(iso_h5 *h5)
{
    two_langs(h5);
    ok(iso_h5_put_texts(h5, "/rows/de/ids", ids, 2, NULL));
}

static void bad_bytes(iso_h5 *h5)
{
    const char *const broken[] = {"ok", "\xC3(", "ok"};
    two_langs(h5);
    ok(iso_h5_put_texts(h5, "/rows/de/text", broken, 3, NULL));
}

static void nothing(iso_h5 *h5)
{
    (void)h5;
}

static void bad_pooling(iso_h5 *h5)
{
    two_langs(h5);
    ok(iso_h5_put_attr_text(h5, "/", "pooling", "average"));
}

static void every_wrong_thing_is_named(void **state)
{
    (void)state;
    static const struct {
        void (*spoil)(iso_h5 *h5);
        const char *says;
    } cases[] = {
        {wrong_rows, "en, layer 2 has 4 rows, layer 0 has 3"},
        {wrong_dim, "layer 1 has"},
        {wrong_layer, "\"last\" is not a layer number"},
        {wrong_rank, "en, layer 0 has rank 3, not 2"},
        {wrong_type, "en, layer 0 has rank 1, not 2"},
        {falling_offsets, "en: offsets fall from 2 to 1 at item 1"},
        {short_offsets, "en: offsets end at 2, the states have 3 rows"},
        {bad_label, "en: labels[2] is 2, /classes has 2 entries"},
        {double_id, "de: the id \"x\" occurs twice"},
        {few_ids, "de: 2 ids for 3 items"},
        {bad_bytes, "item 1 is not UTF-8"},
        {nothing, "has no group /states"},
        {bad_pooling, "pooling is \"average\""},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *path = temp_path("bad.h5");
        iso_h5 *h5 = native_begin(path);
        iso_states *s = NULL;

        cases[i].spoil(h5);
        ok(iso_h5_close(h5));
        fails(open_one(&s, path), ISO_EFORMAT, cases[i].says);
        assert_non_null(strstr(iso_err_msg(), "bad.h5"));
        assert_null(s);
        assert_int_equal(iso_h5_open_count(), 0);
    }
}

static void attributes_are_checked(void **state)
{
    (void)state;
    const char *path = temp_path("attributes.h5");
    iso_states *s = NULL;
    iso_h5 *h5 = NULL;

    ok(iso_h5_create(&h5, path));
    ok(iso_h5_put_attr_text(h5, "/", "format", "isogloss-states"));
    ok(iso_h5_close(h5));
    fails(open_one(&s, path), ISO_EFORMAT, "has no attribute version");
    ok(iso_h5_create(&h5, path));
    ok(iso_h5_put_attr_text(h5, "/", "format", "isogloss-states"));
    ok(iso_h5_put_attr_int(h5, "/", "version", 2));
    ok(iso_h5_close(h5));
    fails(open_one(&s, path), ISO_EUNSUP, "version 2, this program reads version 1");
    ok(iso_h5_create(&h5, path));
    ok(iso_h5_put_attr_text(h5, "/", "format", "isogloss-sums"));
    ok(iso_h5_close(h5));
    fails(open_one(&s, path), ISO_EFORMAT, "format is \"isogloss-sums\"");
}

static void truncated_files_are_told(void **state)
{
    (void)state;
    const char *path = written("cut.h5");
    iso_states *s = NULL;

    for (int64_t size = 4000; size > 0; size -= 500) {
        assert_int_equal(truncate(path, size), 0);
        const iso_err err = open_one(&s, path);
        assert_true(err == ISO_EFORMAT);
        assert_non_null(strstr(iso_err_msg(), "cut.h5"));
    }
}

/* Every allocation of opening and reading fails once; ASan sees what would leak. */
static void survives_failing_allocations(void **state)
{
    (void)state;
    const char *path = written("alloc.h5");
    iso_err err = ISO_ENOMEM;

    for (int64_t n = 0; err; n++) {
        iso_states *s = NULL;
        iso_rows *rows = NULL;
        iso_view v;

        iso_alloc_fail_after(n);
        err = open_one(&s, path);
        if (!err)
            err = iso_states_rows(&rows, s, 0, 1);
        if (!err)
            err = iso_rows_read(rows, 0, 3, &v);
        iso_alloc_fail_after(-1);
        iso_rows_close(rows);
        iso_states_close(s);
        assert_true(err == ISO_OK || err == ISO_ENOMEM);
        assert_int_equal(iso_h5_open_count(), 0);
        assert_true(n < 10000);
    }
}

static void writer_survives_failing_allocations(void **state)
{
    (void)state;
    const char *path = temp_path("never.h5");
    const iso_states_info about = {.model = "m"};
    const float row[] = {1, 2};
    iso_err err = ISO_ENOMEM;

    for (int64_t n = 0; err; n++) {
        iso_native *w = NULL;
        int number = 0;

        iso_alloc_fail_after(n);
        err = iso_native_new(&w, path, &about);
        if (!err)
            err = iso_native_matrix(&number, w, "en", 0, 1, 2, ISO_F32);
        if (!err)
            err = iso_native_put(w, number, 0, iso_view_f32(row, 1, 2));
        if (err)
            iso_native_discard(w);
        else
            err = iso_native_commit(w);
        iso_alloc_fail_after(-1);
        assert_true(err == ISO_OK || err == ISO_ENOMEM);
        assert_true((access(path, F_OK) == 0) == (err == ISO_OK));
        assert_true(n < 10000);
    }
}

static void unfinished_files_do_not_appear(void **state)
{
    (void)state;
    const char *path = temp_path("half-done.h5");
    const iso_states_info about = {.model = "m"};
    const float row[] = {1, 2, 3};
    iso_native *w = NULL;
    int number = 0;

    ok(iso_native_new(&w, path, &about));
    ok(iso_native_matrix(&number, w, "en", 0, 2, 2, ISO_F32));
    fails(iso_native_matrix(&number, w, "en", 1, 2, 2, ISO_BF16), ISO_EARG, "bf16");
    fails(iso_native_put(w, 0, 0, iso_view_f32(row, 1, 3)), ISO_EARG, "does not fit");
    fails(iso_native_put(w, 0, 2, iso_view_f32(row, 1, 2)), ISO_EARG, "does not fit");
    ok(iso_native_put(w, 0, 0, iso_view_f32(row, 1, 2)));
    fails(iso_native_matrix(&number, w, "en", 2, 2, 2, ISO_F32), ISO_EARG,
          "nothing can be announced");
    fails(iso_native_commit(w), ISO_EARG, "only 1 of 2 rows");
    assert_int_not_equal(access(path, F_OK), 0);
}

int main(void)
{
    RUN_TESTS(test(what_was_written_is_read), test(sources_name_themselves),
              test(limit_keeps_the_first_items), test(layouts_do_not_matter),
              test(every_wrong_thing_is_named), test(attributes_are_checked),
              test(truncated_files_are_told), test(survives_failing_allocations),
              test(writer_survives_failing_allocations), test(unfinished_files_do_not_appear));
}
