/* Names of hooks, and token rows beside their attention mask. Layer l, sentence b, token t, dim j
 * holds 1000 b + 100 l + 10 t + j; masks keep tokens 1 and 2 of sentence 0, 0 of sentence 1. */
#include "tests/io/files.h"

#include "lib/base/alloc.h"
#include "lib/io/hook_name.h"
#include "lib/text/lang.h"

enum { B = 2, T = 3, D = 2 };

static void names_of_hooks(void **state)
{
    static const struct {
        const char *name;
        bool is;
        int layer, rest;
    } cases[] = {
        {"encoder.layer.0.output", true, 1, 0},
        {"en/bert.encoder.layer.11", true, 12, 2},
        {"roberta.encoder.layer.3.output.0", true, 4, 0},
        {"model.layers.5.output[0]", true, 6, 0},
        {"run.transformer.h.2.output", true, 3, 3},
        {"model.model.layers.7", true, 8, 0},
        {"layers.4.output", true, 5, 0},
        {"blocks.3.hook_resid_post", true, 4, 0},
        {"en.blocks.3.hook_resid_post", true, 4, 2},
        {"blocks.0.hook_resid_pre", true, 0, 0},
        {"blocks.2.hook_resid_pre", true, -1, 0}, /* a block's output is there */
        {"hook_embed", true, -1, 0},              /* so is the input of block 0 */
        {"embeddings.output", true, 0, 0},
        {"model.embed_tokens", true, 0, 0},
        {"encoder.layer.0.attention.output", true, -1, 0},
        {"blocks.0.attn.hook_q", true, -1, 0},
        {"ln_final.hook_normalized", true, -1, 0},
        {"model.norm.output", true, -1, 0},
        {"layers.3", false, -1, 0},
        {"h.3", false, -1, 0},
        {"hidden_states.3", false, -1, 0},
        {"en/3", false, -1, 0},
        {"embeddings", false, -1, 0},
        {"norm", false, -1, 0},
        {"", false, -1, 0},
    };
    enum { COUNT = sizeof cases / sizeof *cases };
    const char *names[COUNT], *alone = "hook_embed", *second = "blocks.2.hook_resid_pre";
    iso_hook hooks[COUNT];
    (void)state;

    for (int i = 0; i < COUNT; i++)
        names[i] = cases[i].name;
    iso_hook_names(hooks, names, COUNT);
    for (int i = 0; i < COUNT; i++) {
        if (hooks[i].is != cases[i].is || hooks[i].layer != cases[i].layer ||
            hooks[i].rest != cases[i].rest)
            fail_msg("%s: %d %d %d", names[i], hooks[i].is, hooks[i].layer, (int)hooks[i].rest);
    }
    iso_hook_names(hooks, &alone, 1);
    assert_int_equal(hooks[0].layer, 0);
    iso_hook_names(hooks, &second, 1);
    assert_int_equal(hooks[0].layer, 2);
    assert_true(iso_hook_aside("blocks.0.hook_mlp_out") && !iso_hook_aside("hook_embed"));
}

/* Files ------------------------------------------------------------------------------ */

struct tensor {
    const char *name, *type;
    int rank, shape[4], layer; /* of floats: the first layer */
    const char *bytes;         /* of others */
    int size;
};

/* Of four axes the first two are layers and sentences, or with `turned` the other way. */
static float number(const struct tensor *t, int at, bool turned)
{
    const int j = at % D, k = at / D % t->shape[t->rank - 2];
    const int first = at / D / t->shape[t->rank - 2];
    const int b = t->rank == 4 ? turned ? first / t->shape[1] : first % t->shape[1] : first;
    const int l = t->rank == 4 ? turned ? first % t->shape[1] : first / t->shape[1] : 0;

    return (float)cell(b, t->layer + l, k, j);
}

static const char *put_tensors(const char *name, const struct tensor *t, int count, bool turned)
{
    char head[2048] = "{", data[4096];
    int used = 1, size = 0;

    for (int i = 0; i < count; i++) {
        int numbers = 1;
        for (int k = 0; k < t[i].rank; k++)
            numbers *= t[i].shape[k];
        const int begin = size;
        for (int k = 0; !t[i].bytes && k < numbers; k++, size += 4) {
            const float x = number(&t[i], k, turned);
            memcpy(data + size, &x, 4);
        }
        if (t[i].bytes) {
            memcpy(data + size, t[i].bytes, (size_t)t[i].size);
            size += t[i].size;
        }
        used += snprintf(head + used, sizeof head - (size_t)used,
                         "%s\"%s\":{\"dtype\":\"%s\",\"shape\":[%d,%d", i ? "," : "", t[i].name,
                         t[i].type, t[i].shape[0], t[i].shape[1]);
        for (int k = 2; k < t[i].rank; k++)
            used += snprintf(head + used, sizeof head - (size_t)used, ",%d", t[i].shape[k]);
        used += snprintf(head + used, sizeof head - (size_t)used, "],\"data_offsets\":[%d,%d]}",
                         begin, size);
    }
    used += snprintf(head + used, sizeof head - (size_t)used, "}");
    const char *path = temp_path(name);
    const uint64_t len = (uint64_t)used;
    FILE *f = fopen(path, "wb");
    fwrite(&len, 8, 1, f);
    fwrite(head, 1, len, f);
    fwrite(data, 1, (size_t)size, f);
    assert_int_equal(fclose(f), 0);
    return path;
}

static const char kept[] = {0, 1, 1, 1, 0, 0};
#define MASK(name)                                                                                 \
    {                                                                                              \
        name, "U8", 2, {B, T}, 0, kept, sizeof kept                                                \
    }

/* Means: tokens 1 and 2 of sentence 0 (10 t is 15), token 0 of sentence 1. */
static void check(iso_states *s, int lang, int layers)
{
    assert_int_equal(iso_states_lang(s, lang)->items, B);
    assert_int_equal(iso_states_lang(s, lang)->layer_count, layers);
    for (int l = 0; l < layers; l++) {
        assert_true(at(s, lang, l, 0, 1) == 100 * l + 15 + 1);
        assert_true(at(s, lang, l, 1, 0) == 1000 + 100 * l);
    }
}

static void masks_beside_arrays(void **state)
{
    static const struct tensor hooks[] = {{"blocks.0.hook_resid_post", "F32", 3, {B, T, D}, 1},
                                          {"hook_embed", "F32", 3, {B, T, D}, 0},
                                          {"blocks.0.hook_mlp_out", "F32", 3, {B, T, D}, 7},
                                          {"blocks.0.attn.hook_q", "F32", 4, {B, T, 1, D}, 7},
                                          MASK("attention_mask")};
    static const struct tensor stacks[] = {{"hidden_states", "F32", 4, {4, B, T, D}, 0},
                                           MASK("mask")};
    static const struct tensor turned[] = {{"en/states", "F32", 4, {B, 4, T, D}, 0},
                                           MASK("eng_attention_mask"),
                                           {"de/states", "F32", 4, {1, 4, 2, D}, 0},
                                           {"de/mask", "I16", 2, {1, 2}, 0, "\1\0\1\0", 4}};
    const iso_states_opt opt = {.canonical = iso_lang_canonical};
    iso_states *s = NULL;
    (void)state;

    ok(open_with(&s, put_tensors("hooks", hooks, 5, false), opt));
    check(s, 0, 2);
    text(iso_states_file_at(s, 0)->read_as,
         "its names are of hooks: layer 0 is what the embeddings put out, layer 1 what the first "
         "block does; 2 arrays are no states between layers and left out (blocks.0.attn.hook_q, "
         "...); attention_mask keeps 3 of 2 x 3 tokens");
    iso_states_close(s);
    ok(open_with(&s, put_tensors("stacks", stacks, 2, false), opt));
    check(s, 0, 4);
    iso_states_close(s);
    ok(open_with(&s, put_tensors("turned", turned, 4, true), opt));
    check(s, iso_states_find(s, "en"), 4);
    assert_true(at(s, iso_states_find(s, "de"), 3, 0, 0) == 305);
    iso_states_close(s);
    ok(open_with(&s, temp_path("stacks"), (iso_states_opt){.pool = "none"}));
    assert_int_equal(iso_states_lang(s, 0)->rows, 3);
    assert_true(at(s, 0, 3, 1, 0) == 320 && at(s, 0, 3, 2, 0) == 1300);
    iso_states_close(s);
}

/* The seed was written by h5py: truth values, four axes. */
static void hdf5_beside_its_mask(void **state)
{
    iso_states *s = NULL;
    iso_err err = ISO_ENOMEM;
    (void)state;

    for (int64_t n = 0; err && n < 10000; n++) {
        iso_alloc_fail_after(n);
        err = open_one(&s, source_path("tests/fuzz/seeds/matrix/tokens.h5"));
        iso_alloc_fail_after(-1);
        assert_true(!err || err == ISO_ENOMEM);
    }
    ok(err);
    check(s, 0, 2);
    text(iso_states_file_at(s, 0)->read_as, "attention_mask keeps 3 of 2 x 3 tokens");
    iso_states_close(s);
    ok(open_with(&s, source_path("tests/fuzz/seeds/matrix/tokens.h5"),
                 (iso_states_opt){.pool = "none"}));
    assert_int_equal(iso_states_lang(s, 0)->rows, 3);
    assert_true(at(s, 0, 1, 1, 1) == 121 && at(s, 0, 1, 2, 0) == 1100);
    iso_states_close(s);
}

static void says_what_is_wrong(void **state)
{
    static const struct tensor longer[] = {{"hidden_states.0", "F32", 3, {B, T + 1, D}, 0},
                                           MASK("attention_mask")};
    static const struct tensor odd[] = {
        {"hidden_states.0", "F32", 3, {B, T, D}, 0},
        {"mask", "I16", 2, {B, T}, 0, "\1\0\1\0\3\0\0\0\0\0\0\0", 12}};
    static const struct tensor bare[] = {{"model.layers.0", "F32", 3, {B, T, D}, 0}};
    static const struct tensor aside[] = {{"blocks.0.hook_mlp_out", "F32", 3, {B, T, D}, 0}};
    static const struct tensor weights[] = {
        {"bert.encoder.layer.0.output.dense.weight", "F32", 2, {B, T}, 0},
        {"embeddings.word_embeddings.weight", "F32", 2, {B, T}, 0},
        {"classifier.weight", "F32", 2, {B, T}, 0}};
    static const struct tensor other[] = {{"en/states", "F32", 3, {B, T, D}, 0}, MASK("de/mask")};
    iso_states *s = NULL;
    (void)state;

    fails(open_one(&s, put_tensors("x", longer, 2, false)), ISO_EFORMAT,
          "x: hidden_states.0: has 2 sentences of 4 tokens, its mask (attention_mask) 2 of 3");
    fails(open_one(&s, put_tensors("x", odd, 2, false)), ISO_EFORMAT,
          "x: mask: sentence 0 has a number other than 0 and 1");
    fails(open_one(&s, put_tensors("x", bare, 1, false)), ISO_EFORMAT,
          "x: model.layers.0: [2, 3, 2] are 2 sentences of 3 tokens; save their attention_mask");
    fails(open_one(&s, put_tensors("x", aside, 1, false)), ISO_EFORMAT,
          "x: holds hooks of no layer alone, such as \"blocks.0.hook_mlp_out\"");
    fails(open_one(&s, put_tensors("x", other, 2, false)), ISO_EFORMAT,
          "x: \"en/states\" has no attention mask of its language");
    fails(open_one(&s, put_tensors("x", weights, 3, false)), ISO_EFORMAT,
          "x: holds weights of a model (classifier.weight and others), not states");
    assert_null(s);
}

/* A sentence alone has no padding. */
static void one_sentence(void **state)
{
    static const struct tensor one[] = {{"encoder.layer.0.output", "F32", 3, {1, T, D}, 1},
                                        {"embeddings.output", "F32", 3, {1, T, D}, 0}};
    iso_states *s = NULL;
    iso_err err = ISO_ENOMEM;
    (void)state;

    const char *path = put_tensors("one", one, 2, false);
    for (int64_t n = 0; err && n < 10000; n++) {
        iso_alloc_fail_after(n);
        err = open_one(&s, path);
        iso_alloc_fail_after(-1);
        assert_true(!err || err == ISO_ENOMEM);
    }
    ok(err);
    assert_true(at(s, 0, 1, 0, 0) == 110 && at(s, 0, 0, 0, 1) == 11);
    iso_states_close(s);
}

int main(void)
{
    RUN_TESTS(test(names_of_hooks), test(masks_beside_arrays), test(hdf5_beside_its_mask),
              test(says_what_is_wrong), test(one_sentence));
}
