/* Files of torch.save end to end: every layout that torch writes, views, damage, and pickles that
 * ask for more. The files are torch's own (tests/fuzz/make_torch_seeds.py); item i, dimension j,
 * layer l holds 100 l + 10 i + j. */
#include "tests/check.h"
#include "tests/io/read_all.h"

#include <sys/stat.h>

#include "lib/base/alloc.h"
#include "lib/io/states.h"
#include "lib/io/weights.h"
#include "lib/linalg/convert.h"

enum { ROOM = 8192 };

static const char *seed(const char *name)
{
    char path[256];

    snprintf(path, sizeof path, "tests/fuzz/seeds/torch/%s", name);
    return source_path(path);
}

static size_t read_file(char bytes[ROOM], const char *path)
{
    FILE *f = fopen(path, "rb");

    assert_non_null(f);
    const size_t count = fread(bytes, 1, ROOM, f);
    fclose(f);
    return count;
}

static void put_file(const char *path, const void *bytes, size_t count)
{
    FILE *f = fopen(path, "wb");

    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, count, f), count);
    assert_int_equal(fclose(f), 0);
}

/* All rows at once, then from the last to the first. */
static void check_layer(iso_states *s, int lang, int layer)
{
    iso_rows *rows = NULL;
    iso_view v;
    double x[12], y[4];

    ok(iso_states_rows(&rows, s, lang, layer));
    assert_int_equal(rows->rows, 3);
    assert_int_equal(rows->cols, 4);
    ok(iso_rows_read(rows, 0, 3, &v));
    iso_convert_f64(x, 4, v);
    for (int i = 2; i >= 0; i--) {
        ok(iso_rows_read(rows, i, 1, &v));
        iso_convert_f64(y, 4, v);
        for (int j = 0; j < 4; j++) {
            assert_true(x[4 * i + j] == 100 * layer + 10 * i + j);
            assert_true(y[j] == x[4 * i + j]);
        }
    }
    iso_rows_close(rows);
}

static void every_layout_has_the_same_numbers(void **state)
{
    static const struct {
        const char *file, *axes, *langs;
        int layers;
    } cases[] = {
        {"one.pt", NULL, "one", 1},
        {"list.pt", NULL, "list", 2},
        {"without_sums.pt", NULL, "without_sums", 2},
        {"cube.pt", "LND", "cube", 2},
        {"cube_view.pt", "LND", "cube_view", 2},
        {"beside.pt", NULL, "beside", 1},
        {"every.pt", NULL, "de en fr sw", 2},
        {"every5.pt", NULL, "de en fr sw", 2},
        {"legacy.pt", NULL, "de en fr sw", 2},
        {"legacy4.pt", NULL, "de en fr sw", 2},
        {"views.pt", NULL, "de en fr", 2},
        {"views_legacy.pt", NULL, "de en fr", 2},
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const iso_states_opt opt = {.axes = cases[i].axes};
        const char *path = seed(cases[i].file);
        char langs[64] = "";
        iso_states *s = NULL;

        ok(iso_states_open(&s, &path, 1, &opt));
        text(iso_states_about(s)->layout, "torch");
        for (int k = 0; k < iso_states_langs(s); k++) {
            snprintf(langs + strlen(langs), sizeof langs - strlen(langs), "%s%s", k ? " " : "",
                     iso_states_lang(s, k)->name);
            assert_int_equal(iso_states_lang(s, k)->layer_count, cases[i].layers);
            for (int l = 0; l < cases[i].layers; l++)
                check_layer(s, k, l);
        }
        text(langs, cases[i].langs);
        iso_states_close(s);
    }
}

static void texts_at_the_top_and_one_tensor_of_many(void **state)
{
    const char *path = seed("every.pt");
    char one[4200];
    iso_states *s = NULL;
    (void)state;

    ok(iso_states_open(&s, &path, 1, NULL));
    text(iso_states_about(s)->model, "m15");
    text(iso_states_about(s)->pooling, "mean");
    iso_states_close(s);
    snprintf(one, sizeof one, "%s:/sw/1", path);
    path = one;
    ok(iso_states_open(&s, &path, 1, NULL));
    assert_int_equal(iso_states_langs(s), 1);
    check_layer(s, 0, 1);
    iso_states_close(s);
    snprintf(one, sizeof one, "%s:/sw/2", seed("every.pt"));
    fails(iso_states_open(&s, &path, 1, NULL), ISO_EFORMAT, "holds no tensor sw/2");
}

static void says_what_is_wrong(void **state)
{
    static const struct {
        const char *file, *says;
    } cases[] = {
        {"system.pt", "asks for posix.system; nothing was run"},
        {"system4.pt", "asks for posix.system; nothing was run"},
        {"inst.pt", "asks for os.system; nothing was run"},
        {"eval.pt", "asks for __builtin__.eval; nothing was run"},
        {"class.pt", "asks for transformers.modeling_outputs.BaseModelOutput; nothing was run"},
        {"class.pt", "torch.save({\"hidden_states\": out.hidden_states, "},
        {"call.pt", "a call, at byte 11 of its pickle, is not as torch writes it"},
        {"persistent.pt", "is not as torch writes it"},
        {"itself.pt", "lie more than 16 deep within each other"},
        {"bomb.pt", "its containers hold each other many times over"},
        {"short.pt", "data/0 has 44 bytes and not the 48 that data.pkl says"},
        {"missing.pt", "data/0 is missing"},
        {"packed.pt", "is compressed, as torch writes none"},
        {"vectors.pt", "torch.stack"},
        {"ints.pt", "what it holds is I64 of 2 axes"},
        {"small.pt", "is F8_E4M3 of 2 axes"},
        {"expanded.pt", "save X.contiguous()"},
        {"negated.pt", "has a view whose numbers are negated; save X.resolve_neg()"},
        {"two_objects.pt", "389 bytes follow its tensors; of several objects in one file none"},
        {"two_dims.pt", "en, layer 0 has 4 dims, de "},
        {"cube.pt", "--axes LND"},
    };
    iso_states *s = NULL;
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *path = seed(cases[i].file);
        fails(iso_states_open(&s, &path, 1, NULL), ISO_EFORMAT, cases[i].says);
        assert_non_null(strstr(iso_err_msg(), cases[i].file)); /* the file is named */
    }
    const char *big = seed("big.pt");
    fails(iso_states_open(&s, &big, 1, NULL), ISO_EUNSUP, "big-endian");
    assert_int_not_equal(access("/tmp/was-run", F_OK), 0);
}

/* --- Weights ------------------------------------------------------------------------- */

/* 3 x 4 numbers of a layer, in whatever type. */
static void check_weight(const iso_weights *w, const char *name, int layer)
{
    const iso_weight *t = iso_weights_find(w, name);
    double x[12], aligned[12];

    assert_non_null(t);
    assert_true(t->floats && t->rank == 2 && t->shape[0] == 3 && t->shape[1] == 4);
    assert_int_equal(t->bytes, 12 * (int64_t)iso_dtype_size(t->dtype));
    memcpy(aligned, t->data, (size_t)t->bytes);
    iso_convert_f64(x, 12, (iso_view){aligned, 1, 12, 12, t->dtype});
    for (int i = 0; i < 12; i++)
        assert_true(x[i] == 100 * layer + 10 * (i / 4) + i % 4);
}

static void weights_of_every_layout(void **state)
{
    static const char *const files[] = {"every.pt",   "every5.pt", "legacy.pt",
                                        "legacy4.pt", "views.pt",  "views_legacy.pt"};
    static const char *const names[] = {"de.0", "de.1", "en.0", "en.1", "fr.0", "fr.1"};
    (void)state;

    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        iso_weights *w = NULL;
        ok(iso_weights_open_file(&w, seed(files[i])));
        for (int k = 0; k < 6; k++)
            check_weight(w, names[k], k % 2);
        text(iso_weights_at(w, 0)->layout, "torch");
        ok(iso_weights_whole(w));
        iso_weights_close(w);
    }
}

/* A folder with these files: the name in it, the seed. */
static const char *folder_of(const char *name, const char *const (*files)[2])
{
    const char *folder = temp_path(name);
    char bytes[ROOM];

    assert_int_equal(mkdir(folder, 0700), 0);
    for (; (*files)[0]; files++) {
        const size_t count = read_file(bytes, seed((*files)[1]));
        put_file(check_path(folder, (*files)[0]), bytes, count);
    }
    return folder;
}

static void folders_of_weights(void **state)
{
    static const char *const whole[][2] = {{"pytorch_model.bin", "list.pt"}, {NULL}};
    static const char *const parts[][2] = {{"a.bin", "model.pt"}, {"b.bin", "list.pt"}, {NULL}};
    static const char index[] = "{\"weight_map\": {\"q.weight\": \"a.bin\", \"view\": \"a.bin\", "
                                "\"0\": \"b.bin\", \"1\": \"b.bin\"}}";
    static const char *const both[][2] = {{"pytorch_model.bin", "list.pt"},
                                          {"model.safetensors", "../safetensors/one.safetensors"},
                                          {NULL}};
    iso_weights *w = NULL;
    (void)state;

    ok(iso_weights_open(&w, folder_of("whole", whole)));
    check_weight(w, "0", 0);
    check_weight(w, "1", 1);
    iso_weights_close(w);
    const char *folder = folder_of("parts", parts);
    put_file(check_path(folder, "pytorch_model.bin.index.json"), index, strlen(index));
    ok(iso_weights_open(&w, folder));
    assert_int_equal(iso_weights_count(w), 4);
    check_weight(w, "1", 1);
    const iso_weight *view = iso_weights_find(w, "view");
    assert_true(view->shape[0] == 4 && view->shape[1] == 3);
    assert_true(((const float *)view->data)[5] == 21);
    iso_weights_close(w);
    ok(iso_weights_open(&w, folder_of("both", both)));
    text(iso_weights_at(w, 0)->layout, "safetensors");
    iso_weights_close(w);
}

/* W + (4 / 1) B A = [1 2] + 4 * 7 * [3 5] */
static void an_adapter_beside_its_base(void **state)
{
    static const char *const learnt[][2] = {{"adapter_model.bin", "adapter.pt"}, {NULL}};
    static const char *const base[][2] = {{"pytorch_model.bin", "model.pt"}, {NULL}};
    static const char config[] = "{\"peft_type\": \"LORA\", \"r\": 1, \"lora_alpha\": 4, "
                                 "\"base_model_name_or_path\": \"base\"}";
    const char *folder = folder_of("adapter", learnt), *inner = folder_of("adapter/base", base);
    iso_weights *w = NULL;
    (void)state;

    put_file(check_path(folder, "adapter_config.json"), config, strlen(config));
    put_file(check_path(inner, "config.json"), "{}", 2);
    ok(iso_weights_open(&w, folder));
    const float *q = iso_weights_find(w, "q.weight")->data;
    assert_true(q[0] == 1 + 28 * 3 && q[1] == 2 + 28 * 5);
    iso_weights_close(w);
}

/* --- Damage -------------------------------------------------------------------------- */

static const iso_states_opt torch = {.layout = "torch"};

/* Every beginning of a good file fails with a message; so does a bit turned in its numbers where
 * there are checksums. */
static void damaged_anywhere(void **state)
{
    static const char *const good[] = {"views.pt", "legacy.pt", "legacy4.pt"};
    const char *path = temp_path("a.pt");
    char bytes[ROOM];
    (void)state;

    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        const size_t count = read_file(bytes, seed(good[i]));
        for (size_t n = 1; n < count; n += 3) {
            put_file(path, bytes, n);
            assert_int_not_equal(read_all(path, &torch), ISO_OK);
            assert_non_null(strstr(iso_err_msg(), "a.pt"));
        }
        put_file(path, bytes, count);
        ok(read_all(path, &torch));
    }
    const size_t count = read_file(bytes, seed("list.pt"));
    const float first[] = {0, 1, 2, 3};
    char *at = memmem(bytes, count, first, sizeof first);
    assert_non_null(at);
    at[5] ^= 1;
    put_file(path, bytes, count);
    fails(read_all(path, &torch), ISO_EFORMAT, "list/data/0 is damaged");
}

static void any_allocation_may_fail(void **state)
{
    static const char *const good[] = {"every.pt", "views.pt", "legacy4.pt"};
    (void)state;

    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        const char *path = seed(good[i]);
        int64_t n = 0;
        iso_err err;
        do {
            iso_alloc_fail_after(n++);
            err = read_all(path, &torch);
            iso_alloc_fail_after(-1);
            if (err)
                assert_int_equal(err, ISO_ENOMEM);
        } while (err && n < 10000);
        assert_int_equal(err, ISO_OK);
        assert_true(n > 20);
    }
}

int main(void)
{
    RUN_TESTS(
        test(every_layout_has_the_same_numbers), test(texts_at_the_top_and_one_tensor_of_many),
        test(says_what_is_wrong), test(weights_of_every_layout), test(folders_of_weights),
        test(an_adapter_beside_its_base), test(damaged_anywhere), test(any_allocation_may_fail));
}
