/* A collection written in every layout and read back: numbers of every type; each allocation may
 * fail, and then nothing is there. */
#include "tests/io/files.h"

#include "lib/base/alloc.h"
#include "lib/io/states_save.h"

static const char *const names[] = {"s.h5", "m.h5", "s.npz", "s.safetensors"};
static const char *const layouts[] = {"native", "matrix", "npz", "safetensors"};

/* Two languages of unlike items, layers 0 and 7, 3 columns of a row of 5. */
static iso_states *make(iso_dtype dtype)
{
    static double f64[2][2][4 * 5];
    static float f32[2][2][4 * 5];
    static const char *const ids[] = {"a", "b", "c", "d"};
    static const char *const lang[] = {"en", "zh-Hant"};
    iso_states *s = NULL;

    ok(iso_states_new(&s, NULL));
    for (int l = 0; l < 2; l++) {
        ok(iso_states_add_lang(s, &(iso_lang){.name = lang[l], .items = 3 + l, .ids = ids}));
        for (int k = 0; k < 2; k++) {
            for (int i = 0; i < 20; i++) {
                f64[l][k][i] = cell(l, 7 * k, i / 5, i % 5) + 1e-9;
                f32[l][k][i] = (float)cell(l, 7 * k, i / 5, i % 5);
            }
            const iso_view v = {dtype == ISO_F64 ? (const void *)f64[l][k] : f32[l][k], 3 + l, 3, 5,
                                dtype};
            ok(iso_states_put(s, lang[l], 7 * k, v));
        }
    }
    return s;
}

static void check(const char *path, const char *layout, iso_dtype dtype, double more)
{
    iso_states *s = NULL;

    ok(open_one(&s, path));
    text(iso_states_about(s)->layout, layout);
    assert_int_equal(iso_states_langs(s), 2);
    for (int l = 0; l < 2; l++) {
        const int lang = iso_states_find(s, l ? "zh-Hant" : "en");
        const iso_lang *about = iso_states_lang(s, lang);
        int64_t rows, cols;
        iso_dtype type;
        assert_int_equal(about->items, 3 + l);
        assert_int_equal(about->ids != NULL, strcmp(layout, "native") == 0);
        for (int k = 0; k < 8; k += 7) {
            ok(iso_states_shape(&rows, &cols, &type, s, lang, k));
            assert_true(cols == 3 && type == dtype);
            for (int i = 0; i < 3 + l; i++) {
                for (int j = 0; j < 3; j++)
                    assert_true(at(s, lang, k, i, j) == cell(l, k, i, j) + more);
            }
        }
    }
    iso_states_close(s);
}

static void every_layout_comes_back(void **state)
{
    (void)state;

    for (int i = 0; i < 4; i++) {
        const iso_save_opt opt = {.as = i == 1 ? "matrix" : NULL}; /* the others by suffix */
        for (int d = 0; d < 2; d++) {
            const iso_dtype dtype = d ? ISO_F64 : ISO_F32;
            iso_states *s = make(dtype);
            ok(iso_states_save(s, temp_path(names[i]), &opt, NULL));
            check(temp_path(names[i]), layouts[i], dtype, d ? 1e-9 : 0);
            iso_states_close(s);
        }
    }
}

static void count_note(void *payload, const char *text)
{
    strcat(strcat(payload, text), "\n");
}

static void what_cannot_be_held(void **state)
{
    iso_states *s = make(ISO_F32);
    char notes[1000] = "";
    const iso_run run = {.note = count_note, .payload = notes};
    const iso_save_opt odd = {.as = "npy"}, half = {.retype = true, .dtype = ISO_F16};
    const int64_t offsets[] = {0, 1, 3};
    const float x[] = {1, 2, 1e6f};
    (void)state;

    ok(iso_states_save(s, temp_path("n.npz"), NULL, &run));
    assert_non_null(strstr(notes, "n.npz: npz holds no ids, and those of its languages differ"));
    fails(iso_states_save(s, temp_path("n.npz"), &odd, NULL), ISO_EARG,
          "npy is not one of: native");
    fails(iso_states_save(s, temp_path("no/n.npz"), NULL, NULL), ISO_EIO, "no/n.npz");
    iso_states_close(s);
    ok(iso_states_new(&s, &(iso_states_opt){.pool = "none"}));
    ok(iso_states_add_lang(s, &(iso_lang){.name = "en", .items = 2, .offsets = offsets}));
    ok(iso_states_put(s, "en", 0, (iso_view){x, 3, 1, 1, ISO_F32}));
    fails(iso_states_save(s, temp_path("t.npz"), NULL, NULL), ISO_EARG, "en of (memory) are token");
    fails(iso_states_save(s, temp_path("t.h5"), &half, NULL), ISO_EFORMAT,
          "row 2 holds a number beyond the range of f16");
    assert_int_equal(access(temp_path("t.npz"), F_OK), -1);
    assert_int_equal(access(temp_path("t.h5"), F_OK), -1);
    iso_states_close(s);
}

static void memory_fails(void **state)
{
    (void)state;

    for (int i = 2; i < 4; i++) {
        iso_states *s = make(ISO_F32);
        const char *path = temp_path(i == 2 ? "f.npz" : "f.safetensors");
        iso_err err = ISO_ENOMEM;
        for (int64_t n = 0; err && n < 10000; n++) {
            assert_int_equal(access(path, F_OK), -1);
            iso_alloc_fail_after(n);
            err = iso_states_save(s, path, NULL, NULL);
            iso_alloc_fail_after(-1);
            assert_true(!err || err == ISO_ENOMEM);
        }
        ok(err);
        check(path, layouts[i], ISO_F32, 0);
        iso_states_close(s);
    }
}

int main(void)
{
    RUN_TESTS(test(every_layout_comes_back), test(what_cannot_be_held), test(memory_fails));
}
