/* zarr, written here byte by byte in both versions: chunks that do not divide the shape, groups,
 * chunks that are missing or short, what is packed. Item i, dimension j, layer l holds 100 l + 10 i
 * + j. */
#include "tests/io/files.h"

#include <sys/stat.h>

#include "lib/base/alloc.h"
#include "lib/text/lang.h"

enum { L = 3, N = 60, D = 5 };

static void folder(const char *name)
{
    (void)mkdir(temp_path(name), 0700);
}

static void put_text(const char *name, const char *text)
{
    FILE *f = fopen(temp_path(name), "wb");

    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

/* The chunk at (a, b) of a matrix of N x D in chunks of 7 x 2; beyond the edge are numbers that
 * nobody may see. */
static void put_chunk(const char *name, int layer, int a, int b)
{
    float x[7][2];
    FILE *f = fopen(temp_path(name), "wb");

    for (int i = 0; i < 7; i++) {
        for (int j = 0; j < 2; j++)
            x[i][j] =
                7 * a + i < N && 2 * b + j < D ? (float)cell(0, layer, 7 * a + i, 2 * b + j) : NAN;
    }
    assert_non_null(f);
    assert_int_equal(fwrite(x, sizeof x, 1, f), 1);
    assert_int_equal(fclose(f), 0);
}

static void put_array(const char *name, bool third, int layer)
{
    char path[128];

    folder(name);
    snprintf(path, sizeof path, "%s/%s", name, third ? "zarr.json" : ".zarray");
    put_text(
        path,
        third ? "{\"zarr_format\": 3, \"node_type\": \"array\", \"shape\": [60, 5], \"data_type\": "
                "\"float32\", \"chunk_grid\": {\"name\": \"regular\", \"configuration\": "
                "{\"chunk_shape\": [7, 2]}}, \"chunk_key_encoding\": {\"name\": \"default\", "
                "\"configuration\": {\"separator\": \".\"}}, \"codecs\": [{\"name\": \"bytes\", "
                "\"configuration\": {\"endian\": \"little\"}}]}"
              : "{\"zarr_format\": 2, \"shape\": [60, 5], \"chunks\": [7, 2], \"dtype\": \"<f4\", "
                "\"compressor\": null, \"filters\": null, \"order\": \"C\", \"fill_value\": 0}");
    for (int a = 0; a < 9; a++) {
        for (int b = 0; b < 3; b++) {
            snprintf(path, sizeof path, "%s/%s%d.%d", name, third ? "c." : "", a, b);
            put_chunk(path, layer, a, b);
        }
    }
}

/* A group of English, version 2, and one of German, version 3, in one of version 3. */
static void put_group(void)
{
    folder("g");
    put_text("g/zarr.json", "{\"zarr_format\": 3, \"node_type\": \"group\"}");
    folder("g/en");
    put_text("g/en/.zgroup", "{\"zarr_format\": 2}");
    folder("g/de");
    put_text("g/de/zarr.json", "{\"zarr_format\": 3, \"node_type\": \"group\"}");
    folder("g/notes"); /* neither */
    put_array("g/en/0", false, 0);
    put_array("g/en/2", false, 2);
    put_array("g/de/0", true, 0);
    put_array("g/de/2", true, 2);
    folder("g/count");
    put_text("g/count/.zarray", "{\"shape\": [60, 2], \"chunks\": [60, 2], \"dtype\": \"<i8\"}");
}

static void groups_of_arrays(void **state)
{
    const iso_run small = {.mem = 100}; /* the numbers go to a file */
    iso_states *s = NULL;
    (void)state;

    put_group();
    for (int way = 0; way < 2; way++) {
        ok(open_with(&s, temp_path("g"), (iso_states_opt){.run = way ? &small : NULL}));
        text(iso_states_about(s)->layout, "zarr");
        assert_int_equal(iso_states_langs(s), 2);
        for (int lang = 0; lang < 2; lang++) {
            assert_int_equal(iso_states_lang(s, lang)->items, N);
            for (int l = 0; l < 3; l += 2) {
                for (int i = 0; i < N; i += 59) {
                    for (int j = 0; j < D; j++)
                        assert_true(at(s, lang, l, i, j) == cell(0, l, i, j));
                }
            }
        }
        iso_states_close(s);
        s = NULL;
    }
    ok(open_one(&s, temp_path("g/de/2/"))); /* an array alone */
    text(iso_states_lang(s, 0)->name, "2");
    assert_true(at(s, 0, 0, 59, 4) == cell(0, 2, 59, 4));
    iso_states_close(s);
}

static void says_what_is_wrong(void **state)
{
    static const struct {
        const char *meta, *says;
        iso_err code;
    } cases[] = {
        {"{\"shape\": [60, 5], \"chunks\": [7], \"dtype\": \"<f4\"}", "x: has 2 axes, its chunks 1",
         ISO_EFORMAT},
        {"{\"shape\": [60, 0], \"chunks\": [7, 2], \"dtype\": \"<f4\"}",
         "its shape holds no lengths", ISO_EFORMAT},
        {"{\"shape\": [60, 5], \"chunks\": [7, 2], \"dtype\": \"<f4\", \"compressor\": {\"id\": "
         "\"blosc\"}}",
         "x: is a zarr array packed by blosc, which is not read; this makes ", ISO_EFORMAT},
        {"{\"shape\": [60, 5], \"chunks\": [7, 2], \"dtype\": \"<i8\"}",
         "x: holds no array of f16, f32 or f64", ISO_EFORMAT},
        {"{\"shape\": [60, 5, 1, 1, 1], \"chunks\": [7, 2], \"dtype\": \"<f4\"}",
         "x: holds no array of f16, f32 or f64", ISO_EFORMAT},
        {"{\"shape\": [4000000000000000, 4000000], \"chunks\": [1, 1], \"dtype\": \"<f4\"}",
         "claims more numbers than any file holds", ISO_EFORMAT},
        {"[]", "x/.zarray", ISO_EFORMAT},
        {"{\"shape\"", "x/.zarray", ISO_EFORMAT},
    };
    iso_states *s = NULL;
    iso_rows *rows = NULL;
    iso_view v;
    (void)state;

    folder("x");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        put_text("x/.zarray", cases[i].meta);
        fails(open_one(&s, temp_path("x")), cases[i].code, cases[i].says);
    }
    put_array("y", false, 0);
    assert_int_equal(unlink(temp_path("y/3.1")), 0);
    ok(open_one(&s, temp_path("y")));
    fails(iso_states_rows(&rows, s, 0, 0), ISO_EFORMAT,
          "y/3.1: is missing; zarr leaves out chunks");
    put_text("y/3.1", "short");
    fails(iso_states_rows(&rows, s, 0, 0), ISO_EFORMAT, "y/3.1: has 5 bytes, a chunk 56");
    put_chunk("y/3.1", 0, 3, 1);
    ok(iso_states_rows(&rows, s, 0, 0)); /* it can be tried again */
    ok(iso_rows_read(rows, 0, 60, &v));
    iso_rows_close(rows);
    iso_states_close(s);
}

static iso_err read_once(void)
{
    iso_states *s = NULL;
    iso_rows *rows = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(open_one(&s, temp_path("g/en")));
    ISO_TRY(iso_states_rows(&rows, s, 0, 2));
done:
    iso_rows_close(rows);
    iso_states_close(s);
    return err;
}

static void memory_fails(void **state)
{
    iso_err err = ISO_ENOMEM;
    (void)state;

    for (int64_t n = 0; err && n < 10000; n++) {
        iso_alloc_fail_after(n);
        err = read_once();
        iso_alloc_fail_after(-1);
        assert_true(!err || err == ISO_ENOMEM);
    }
    ok(err);
}

int main(void)
{
    RUN_TESTS(test(groups_of_arrays), test(says_what_is_wrong), test(memory_fails));
}
