/* npy, npz, safetensors and raw files end to end: every number of small files that numpy's and
 * safetensors' writers would make, and that every allocation may fail. In all files item i,
 * dimension j, layer l holds 100 l + 10 i + j (tests/fuzz/make_seeds.py). */
#include "tests/check.h"
#include "tests/io/read_all.h"

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/states.h"
#include "lib/linalg/convert.h"

static const char *seed(const char *name)
{
    char path[256];

    snprintf(path, sizeof path, "tests/fuzz/seeds/%s", name);
    return source_path(path);
}

static void put_file(const char *path, const void *bytes, size_t count)
{
    FILE *f = fopen(path, "wb");

    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, count, f), count);
    assert_int_equal(fclose(f), 0);
}

static void read_file(char *bytes, size_t *count, const char *path)
{
    FILE *f = fopen(path, "rb");

    assert_non_null(f);
    *count = fread(bytes, 1, 4096, f);
    fclose(f);
}

static int value(int layer, int64_t item, int64_t dim)
{
    return (int)(100 * layer + 10 * item + dim);
}

/* All rows at once, then from the last to the first. */
static void check_rows(iso_states *s, int lang, int layer, int says)
{
    iso_rows *rows = NULL;
    iso_view v;
    double x[12];

    ok(iso_states_rows(&rows, s, lang, layer));
    assert_int_equal(rows->rows, 3);
    assert_int_equal(rows->cols, 4);
    ok(iso_rows_read(rows, 0, 3, &v));
    iso_convert_f64(x, 4, v);
    for (int i = 0; i < 12; i++)
        assert_true(x[i] == value(says, i / 4, i % 4));
    for (int i = 2; i >= 0; i--) {
        ok(iso_rows_read(rows, i, 1, &v));
        iso_convert_f64(x, 4, v);
        for (int j = 0; j < 4; j++)
            assert_true(x[j] == value(says, i, j));
    }
    iso_rows_close(rows);
}

static iso_err open_one(iso_states **s, const char *path, const iso_states_opt *opt)
{
    return iso_states_open(s, &path, 1, opt);
}

/* `langs` languages of `layers` layers, 3 x 4 each; layer 0 of every file says 0, and so on. */
static void check_file(const char *path, const iso_states_opt *opt, int langs, int layers,
                       const char *first)
{
    iso_states *s = NULL;

    ok(open_one(&s, path, opt));
    assert_int_equal(iso_states_langs(s), langs);
    if (first)
        text(iso_states_lang(s, 0)->name, first);
    for (int i = 0; i < langs; i++) {
        assert_int_equal(iso_states_lang(s, i)->layer_count, layers);
        for (int l = 0; l < layers; l++)
            check_rows(s, i, l, strncmp(iso_states_lang(s, i)->name, "tr", 2) == 0 ? 0 : l);
    }
    iso_states_close(s);
}

static void npy_of_every_kind(void **state)
{
    static const char *const flat[] = {"f4",      "f2",          "f8", "big_f4", "big_f8",
                                       "fortran", "fortran_big", "v2", "v3"};
    const iso_states_opt none = {0}, nld = {.axes = "NLD"}, lnd = {.axes = "LND"};
    char name[64];
    (void)state;

    for (size_t i = 0; i < sizeof flat / sizeof *flat; i++) {
        snprintf(name, sizeof name, "npy/%s.npy", flat[i]);
        check_file(seed(name), &none, 1, 1, flat[i]);
    }
    check_file(seed("npy/lnd.npy"), &lnd, 1, 2, "lnd");
    check_file(seed("npy/nld.npy"), &nld, 1, 2, "nld");
    check_file(seed("npy/lnd_fortran.npy"), &lnd, 1, 2, NULL);
    check_file(seed("npy/nld_fortran.npy"), &nld, 1, 2, NULL);
}

static void npz_of_every_kind(void **state)
{
    const iso_states_opt none = {0};
    const iso_run small = {.mem = 64};
    const iso_states_opt spilled = {.run = &small}, lnd = {.axes = "Lnd"};
    (void)state;

    check_file(seed("npz/stored.npz"), &none, 2, 2, NULL);
    check_file(seed("npz/deflated.npz"), &none, 2, 2, NULL);
    check_file(seed("npz/deflated.npz"), &spilled, 2, 2, NULL);
    check_file(seed("npz/folders.npz"), &none, 1, 2, "en");
    check_file(seed("npz/one.npz"), &none, 1, 1, "one");
    check_file(seed("npz/one.npz"), &spilled, 1, 1, "one");
    check_file(seed("npz/numbered.npz"), &none, 1, 2, "numbered");
    check_file(seed("npz/cube.npz"), &lnd, 1, 2, NULL);
}

static void safetensors_of_every_type(void **state)
{
    const iso_states_opt none = {0}, lnd = {.axes = "LND"};
    iso_states *s = NULL;
    (void)state;

    check_file(seed("safetensors/four.safetensors"), &none, 4, 2, NULL);
    check_file(seed("safetensors/one.safetensors"), &none, 1, 1, "one");
    check_file(seed("safetensors/cube.safetensors"), &lnd, 1, 2, NULL);
    ok(open_one(&s, seed("safetensors/four.safetensors"), &none));
    text(iso_states_about(s)->model, "m15");
    text(iso_states_about(s)->pooling, "mean");
    text(iso_states_about(s)->layout, "safetensors");
    iso_states_close(s);
}

static const char *same(const char *code)
{
    static char en[] = "en";
    return strcmp(code, "en") == 0 ? en : code;
}

/* A lone array called by a known code keeps it; a dataset picks one array of many. */
static void names_inside_a_file(void **state)
{
    const iso_states_opt none = {0}, knows = {.canonical = same, .axes = "LND"};
    const iso_states_opt lnd = {.axes = "LND"};
    char path[4096];
    iso_states *s = NULL;
    (void)state;

    ok(open_one(&s, seed("npz/cube.npz"), &knows));
    text(iso_states_lang(s, 0)->name, "en");
    iso_states_close(s);
    ok(open_one(&s, seed("npz/cube.npz"), &lnd));
    text(iso_states_lang(s, 0)->name, "cube");
    iso_states_close(s);
    snprintf(path, sizeof path, "%s:/de_1", seed("npz/deflated.npz"));
    ok(open_one(&s, path, &none));
    assert_int_equal(iso_states_langs(s), 1);
    check_rows(s, 0, 1, 1);
    iso_states_close(s);
    snprintf(path, sizeof path, "%s:/sw/1", seed("safetensors/four.safetensors"));
    ok(open_one(&s, path, &none));
    text(iso_states_lang(s, 0)->name, "sw");
    check_rows(s, 0, 1, 1);
    iso_states_close(s);
    snprintf(path, sizeof path, "%s:/fr_1", seed("npz/deflated.npz"));
    fails(open_one(&s, path, &none), ISO_EFORMAT, "/fr_1");
    snprintf(path, sizeof path, "%s:/fr.1", seed("safetensors/four.safetensors"));
    fails(open_one(&s, path, &none), ISO_EFORMAT, "no tensor fr.1");
    snprintf(path, sizeof path, "%s:/fr.1", seed("npy/f4.npy"));
    fails(open_one(&s, path, &none), ISO_EARG, "without a name");
}

static void raw_needs_a_row_length(void **state)
{
    const iso_states_opt none = {0}, four = {.raw_dim = 4}, five = {.raw_dim = 5};
    const iso_states_opt half = {.raw_dim = 4, .raw_dtype = ISO_F16};
    const iso_states_opt forced = {.layout = "raw"}, huge = {.raw_dim = INT64_MAX};
    const char *path = seed("raw/rows.f32");
    iso_states *s = NULL;
    (void)state;

    check_file(path, &four, 1, 1, "rows");
    fails(open_one(&s, path, &five), ISO_EFORMAT,
          "has 48 bytes, no multiple of a row of 5 f32 numbers");
    fails(open_one(&s, path, &huge), ISO_EFORMAT, "no multiple");
    fails(open_one(&s, path, &none), ISO_EFORMAT, "rows.f32");
    fails(open_one(&s, path, &forced), ISO_EARG, "--dim");
    ok(open_one(&s, path, &half)); /* the same bytes as 6 rows of halves */
    assert_int_equal(iso_states_lang(s, 0)->items, 6);
    iso_states_close(s);
}

static void says_what_is_wrong(void **state)
{
    static const struct {
        const char *file;
        iso_err code;
        const char *says;
    } cases[] = {
        {"npy/vector.npy", ISO_EFORMAT, "vector of 5 numbers"},
        {"npy/scalar.npy", ISO_EFORMAT, "has 0 axes"},
        {"npy/ints.npy", ISO_EUNSUP, "holds '<i8'"},
        {"npy/fields.npy", ISO_EUNSUP, "several fields"},
        {"npy/empty.npy", ISO_EFORMAT, "axis 0 has length 0"},
        {"npy/two.npy", ISO_EFORMAT, "another array follows the one of 2 axes, from byte 176 on"},
        {"npz/two.npz", ISO_EFORMAT,
         "en_0: another array follows the one of 2 axes, from byte 176"},
        {"npz/tail.npz", ISO_EFORMAT, "en_0: 4 bytes follow its numbers, from byte 176 on"},
        {"npz/twice.npz", ISO_EFORMAT, "\"en_0\" and \"en/0\" name the same"},
        {"npz/words.npz", ISO_EFORMAT, "its 1 members is no matrix"},
        {"safetensors/biases.safetensors", ISO_EFORMAT, "holds no matrix of floats"},
    };
    const iso_states_opt none = {0}, bad = {.axes = "DLN"};
    iso_states *s = NULL;
    char bytes[4096];
    size_t count;
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fails(open_one(&s, seed(cases[i].file), &none), cases[i].code, cases[i].says);
        assert_non_null(strstr(iso_err_msg(), cases[i].file)); /* the file is named */
    }
    fails(open_one(&s, seed("npy/lnd.npy"), &bad), ISO_EARG, "neither LND nor NLD");
    read_file(bytes, &count, seed("npy/f4.npy"));
    memset(bytes + count, 0, 3);
    put_file(temp_path("tail.npy"), bytes, count + 3);
    fails(open_one(&s, temp_path("tail.npy"), &none), ISO_EFORMAT, "3 bytes follow its numbers");
    read_file(bytes, &count, seed("safetensors/one.safetensors"));
    put_file(temp_path("tail.safetensors"), bytes, count + 2);
    fails(open_one(&s, temp_path("tail.safetensors"), &none), ISO_EFORMAT, "belong to no tensor");
    assert_null(s);
}

static const char *const good[] = {
    "npy/f4.npy",       "npy/nld_fortran.npy",          "npy/big_f8.npy", "npz/stored.npz",
    "npz/deflated.npz", "safetensors/four.safetensors", "raw/rows.f32",
};

enum { GOOD = sizeof good / sizeof *good };

/* Every beginning of a good file fails with a message (raw files of whole rows excepted). */
static void truncated_anywhere(void **state)
{
    static const char *const names[GOOD] = {"a.npy", "b.npy",         "c.npy", "a.npz",
                                            "b.npz", "a.safetensors", "a.f32"};
    const iso_states_opt opt = {.raw_dim = 4};
    char bytes[4096];
    size_t count;
    (void)state;

    for (int i = 0; i < GOOD - 1; i++) {
        const char *path = temp_path(names[i]);
        read_file(bytes, &count, seed(good[i]));
        const size_t step = count > 500 ? 7 : 1;
        for (size_t n = 1; n < count; n += step) {
            const iso_states_opt none = {.axes = "NLD"};
            put_file(path, bytes, n);
            assert_int_not_equal(read_all(path, &none), ISO_OK);
            assert_non_null(strstr(iso_err_msg(), names[i]));
        }
    }
    read_file(bytes, &count, seed("raw/rows.f32"));
    put_file(temp_path("a.f32"), bytes, 47);
    fails(read_all(temp_path("a.f32"), &opt), ISO_EFORMAT, "47 bytes");
}

/* A flipped bit is noticed by the checksum, wherever it is from byte `from` up to `to`. */
static void check_bits(const char *name, size_t from, size_t to)
{
    const iso_states_opt none = {0};
    const char *path = temp_path("bits.npz");
    char bytes[4096];
    size_t count;
    int noticed = 0, tried = 0;

    read_file(bytes, &count, seed(name));
    for (size_t at = from; at < to; at++) {
        bytes[at] ^= 0x10;
        put_file(path, bytes, count);
        noticed += read_all(path, &none) != ISO_OK;
        tried++;
        bytes[at] ^= 0x10;
    }
    assert_int_equal(noticed, tried);
}

/* Within the bytes of the first member, after name and sizes. */
static void damaged_members(void **state)
{
    (void)state;
    check_bits("npz/one.npz", 62, 150);
    check_bits("npz/stored.npz", 58, 58 + 176);
    check_bits("npz/bf16.npz", 58, 58 + 128 + 24);
}

static bool stop(void *payload, const char *what, int64_t done, int64_t total, const char *unit)
{
    (void)payload, (void)done, (void)total, (void)unit;
    return strcmp(what, "checking") != 0;
}

/* The check of a large member can be stopped, and is made only once. */
static void checking_can_be_stopped(void **state)
{
    const iso_run run = {.progress = stop};
    const iso_states_opt opt = {.run = &run};
    (void)state;

    fails(read_all(seed("npz/stored.npz"), &opt), ISO_ECANCEL, "interrupted");
    ok(read_all(seed("npz/one.npz"), &opt));
}

static void keep_note(void *payload, const char *note)
{
    iso_buf *notes = payload;

    ok(iso_buf_printf(notes, "%s\n", note));
}

/* Two bytes without a type are bfloat16, with a note. */
static void half_without_a_type(void **state)
{
    iso_buf notes = {0};
    const iso_run run = {.note = keep_note, .payload = &notes};
    const iso_states_opt opt = {.run = &run};
    static const char descr[] = "\x93NUMPY\x01\0\x46\0{'descr': '>V2', 'fortran_order': False, "
                                "'shape': (2, 1), }             \n1234";
    (void)state;

    check_file(seed("npy/bf16.npy"), &opt, 1, 1, "bf16");
    assert_non_null(strstr(notes.text, "bf16.npy: 1 array of two bytes without a type (V2), read"));
    notes.len = 0;
    check_file(seed("npz/bf16.npz"), &opt, 2, 1, NULL);
    assert_non_null(strstr(notes.text, "bf16.npz: 2 arrays of two bytes without a type (V2)"));
    put_file(temp_path("big.npy"), descr, sizeof descr - 1);
    fails(read_all(temp_path("big.npy"), &opt), ISO_EUNSUP, "holds '>V2'");
    iso_buf_free(&notes);
}

static void any_allocation_may_fail(void **state)
{
    const iso_states_opt opt = {.raw_dim = 4, .axes = "NLD"};
    (void)state;

    for (int i = 0; i < GOOD; i++) {
        const char *path = seed(good[i]);
        int64_t n = 0;
        iso_err err;
        do {
            iso_alloc_fail_after(n++);
            err = read_all(path, &opt);
            iso_alloc_fail_after(-1);
            if (err)
                assert_int_equal(err, ISO_ENOMEM);
        } while (err && n < 10000);
        assert_int_equal(err, ISO_OK);
        assert_true(n > 5);
    }
}

/* Real archives of numpy's, where they are at hand. */
static void archives_of_numpy(void **state)
{
    const iso_states_opt opt = {.axes = "NLD"};
    iso_states *s = NULL;
    char path[8300];
    (void)state;

    snprintf(path, sizeof path, "%s:/data", test_data("data/typology/features.npz"));
    fails(open_one(&s, path, &(iso_states_opt){0}), ISO_EFORMAT, "--axes NLD");
    ok(open_one(&s, path, &opt));
    assert_int_equal(iso_states_lang(s, 0)->layer_count, 289);
    assert_int_equal(iso_states_lang(s, 0)->items, 7970);
    iso_states_close(s);
}

int main(void)
{
    RUN_TESTS(test(npy_of_every_kind), test(npz_of_every_kind), test(safetensors_of_every_type),
              test(names_inside_a_file), test(raw_needs_a_row_length), test(says_what_is_wrong),
              test(truncated_anywhere), test(damaged_members), test(checking_can_be_stopped),
              test(half_without_a_type), test(any_allocation_may_fail), test(archives_of_numpy));
}
