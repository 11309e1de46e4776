/* LoRA merged into a base model's weights: sums that can be checked on paper, and adapters that do
 * not fit. States beside PEFT's own were compared when this was written (4e-6 of numbers up to 3).
 */
#include "tests/check.h"

#include <sys/stat.h>

#include "lib/base/alloc.h"
#include "lib/io/adapter.h"
#include "lib/io/weights.h"

/* A tensor of f32; cols 0: a vector. */
struct tensor {
    const char *name;
    int rows, cols;
    const float *x;
};

static void put(const char *folder, const char *name, const char *content)
{
    FILE *f = fopen(check_path(folder, name), "w");

    assert_non_null(f);
    fputs(content, f);
    assert_int_equal(fclose(f), 0);
}

/* As many as have a name. */
static void put_tensors(const char *folder, const char *name, const struct tensor *t)
{
    char head[4096] = "{";
    int bytes = 0;

    for (int i = 0; t[i].name; i++) {
        const int size = 4 * t[i].rows * (t[i].cols ? t[i].cols : 1);
        char shape[32];
        snprintf(shape, sizeof shape, t[i].cols ? "[%d,%d]" : "[%d]", t[i].rows, t[i].cols);
        snprintf(head + strlen(head), sizeof head - strlen(head),
                 "%s\"%s\":{\"dtype\":\"F32\",\"shape\":%s,\"data_offsets\":[%d,%d]}", i ? "," : "",
                 t[i].name, shape, bytes, bytes + size);
        bytes += size;
    }
    strcat(head, "}");
    FILE *f = fopen(check_path(folder, name), "wb");
    assert_non_null(f);
    const uint64_t len = strlen(head);
    assert_int_equal(fwrite(&len, 8, 1, f), 1);
    fputs(head, f);
    for (int i = 0; t[i].name; i++)
        fwrite(t[i].x, 4, (size_t)(t[i].rows * (t[i].cols ? t[i].cols : 1)), f);
    assert_int_equal(fclose(f), 0);
}

static const float W[] = {1, 2, 3, 4, 5, 6}, words[] = {1, 0, 0, 1, 2, 2}, bias[] = {7, 8};
static const float A[] = {1, 0, -1}, B[] = {2, 3}, other[] = {9, 9};
static const float rows[] = {1, 0, 2}, columns[] = {1, -1}; /* of the table: 1 × 3, 2 × 1 */

#define Q "base_model.model.layer.0.query"

static const char *base(void)
{
    static char folder[4096];
    static int count;
    char name[32];

    snprintf(name, sizeof name, "base%d", count++);
    snprintf(folder, sizeof folder, "%s", temp_path(name));
    assert_int_equal(mkdir(folder, 0700), 0);
    put(folder, "config.json", "{}");
    put_tensors(folder, "model.safetensors",
                (const struct tensor[]){{"bert.layer.0.query.weight", 2, 3, W},
                                        {"bert.layer.0.query.bias", 2, 0, bias},
                                        {"bert.words.weight", 3, 2, words},
                                        {0}});
    return folder;
}

/* An adapter of a base: more members of its configuration, and its tensors. */
static const char *adapter(const char *of, const char *members, const struct tensor *t)
{
    static char folder[4096];
    static int count;
    char name[32], config[9000];

    snprintf(name, sizeof name, "adapter%d", count++);
    snprintf(folder, sizeof folder, "%s", temp_path(name));
    assert_int_equal(mkdir(folder, 0700), 0);
    snprintf(config, sizeof config, "{\"base_model_name_or_path\": \"%s\"%s%s}", of,
             *members ? ", " : "", members);
    put(folder, "adapter_config.json", config);
    if (t)
        put_tensors(folder, "adapter_model.safetensors", t);
    return folder;
}

#define LORA "\"peft_type\": \"LORA\", \"r\": 1, \"lora_alpha\": 2"

static const struct tensor usual[] = {
    {Q ".lora_A.weight", 1, 3, A}, {Q ".lora_B.weight", 2, 1, B}, {0}};

static void near_all(const iso_weights *w, const char *name, const float *want, int count)
{
    const iso_weight *t = iso_weights_find(w, name);

    assert_non_null(t);
    assert_int_equal(t->bytes, 4 * count);
    for (int i = 0; i < count; i++) {
        float x; /* at any byte */
        memcpy(&x, (const char *)t->data + 4 * i, sizeof x);
        near(x, want[i], 1e-6);
    }
}

/* W + 2 B A: the rows of W plus 2 · 2 (1, 0, −1) and 2 · 3 (1, 0, −1). */
static void products_are_added(void **state)
{
    static const float want[] = {5, 2, -1, 10, 5, 0};
    iso_weights *w = NULL;

    (void)state;
    ok(iso_weights_open(&w, adapter(base(), LORA, usual)));
    assert_int_equal(iso_weights_count(w), 3);
    assert_int_equal(iso_weights_files(w), 2);
    near_all(w, "bert.layer.0.query.weight", want, 6);
    near_all(w, "bert.words.weight", words, 6);
    near_all(w, "bert.layer.0.query.bias", bias, 2);
    iso_weights_close(w);
}

/* Alpha 3 of this module alone; with r 1, alpha / √r is alpha / r. */
static void modules_have_numbers_of_their_own(void **state)
{
    static const float want[] = {7, 2, -3, 13, 5, -3};
    iso_weights *w = NULL;

    (void)state;
    ok(iso_weights_open(&w, adapter(base(),
                                    LORA ", \"use_rslora\": true, \"alpha_pattern\": "
                                         "{\"key\": 50, \"0.query\": 3}",
                                    usual)));
    near_all(w, "bert.layer.0.query.weight", want, 6);
    iso_weights_close(w);
    ok(iso_weights_open(&w, adapter(base(),
                                    "\"peft_type\": \"LORA\", \"r\": 4, \"lora_alpha\": 3, "
                                    "\"rank_pattern\": {\"^layer.0.query\": 1, \"uery\": 9}",
                                    usual)));
    near_all(w, "bert.layer.0.query.weight", want, 6);
    iso_weights_close(w);
}

/* √4 = 2: 2 / 2 of B A with four equal ranks is 4 B A; without the root 2 B A. */
static void the_root_of_the_rank(void **state)
{
    static const float a4[] = {1, 0, -1, 1, 0, -1, 1, 0, -1, 1, 0, -1};
    static const float b4[] = {2, 2, 2, 2, 3, 3, 3, 3};
    static const float root[] = {9, 2, -5, 16, 5, -6}, plain[] = {5, 2, -1, 10, 5, 0};
    const struct tensor four[] = {
        {Q ".lora_A.default.weight", 4, 3, a4}, {Q ".lora_B.default.weight", 2, 4, b4}, {0}};
    iso_weights *w = NULL;

    (void)state;
    ok(iso_weights_open(&w, adapter(base(),
                                    "\"peft_type\": \"LORA\", \"r\": 4, \"lora_alpha\": 2, "
                                    "\"use_rslora\": true",
                                    four)));
    near_all(w, "bert.layer.0.query.weight", root, 6);
    iso_weights_close(w);
    ok(iso_weights_open(
        &w, adapter(base(), "\"peft_type\": \"LORA\", \"r\": 4, \"lora_alpha\": 2", four)));
    near_all(w, "bert.layer.0.query.weight", plain, 6);
    iso_weights_close(w);
}

/* A table of words is changed by (B A)ᵀ: 2 (1, −1) for word 0, twice that for word 2. */
static void tables_and_whole_tensors(void **state)
{
    static const float want[] = {3, -2, 0, 1, 6, -2};
    const struct tensor t[] = {{"base_model.model.words.lora_embedding_A", 1, 3, rows},
                               {"base_model.model.words.lora_embedding_B", 2, 1, columns},
                               {Q ".base_layer.bias", 2, 0, other},
                               {"base_model.model.head.modules_to_save.default.bias", 2, 0, other},
                               {"base_model.model.pooler.dense.lora_A.weight", 1, 3, A},
                               {"base_model.model.pooler.dense.lora_B.weight", 2, 1, B},
                               {0}};
    iso_weights *w = NULL;

    (void)state;
    ok(iso_weights_open(&w, adapter(base(), LORA, t)));
    assert_int_equal(iso_weights_count(w), 4);
    near_all(w, "bert.words.weight", want, 6);
    near_all(w, "bert.layer.0.query.bias", other, 2);
    near_all(w, "head.bias", other, 2);
    iso_weights_close(w);
}

static void what_does_not_fit_is_named(void **state)
{
    static const struct tensor no_b[] = {{Q ".lora_A.weight", 1, 3, A}, {0}};
    static const struct tensor ranks[] = {
        {Q ".lora_A.weight", 3, 1, A}, {Q ".lora_B.weight", 2, 1, B}, {0}};
    static const struct tensor dims[] = {
        {Q ".lora_A.weight", 1, 2, A}, {Q ".lora_B.weight", 2, 1, B}, {0}};
    static const struct tensor vector[] = {
        {Q ".lora_A.weight", 3, 0, A}, {Q ".lora_B.weight", 2, 1, B}, {0}};
    static const struct tensor foreign[] = {
        {"base_model.model.layer.7.query.lora_A.weight", 1, 3, A},
        {"base_model.model.layer.7.query.lora_B.weight", 2, 1, B},
        {0}};
    static const struct tensor more[] = {{Q ".lora_magnitude_vector.weight", 2, 0, B}, {0}};
    static const struct {
        const char *members;
        const struct tensor *t;
        iso_err code;
        const char *message;
    } bad[] = {
        {"", usual, ISO_EUNSUP, "peft_type is not said; LORA is merged"},
        {"\"peft_type\": \"IA3\"", usual, ISO_EUNSUP, "peft_type is IA3; LORA is merged"},
        {LORA ", \"use_dora\": true", usual, ISO_EUNSUP, "use_dora is true"},
        {LORA, NULL, ISO_EIO, "holds adapter_config.json and no adapter_model.safetensors"},
        {LORA, no_b, ISO_EFORMAT, "query.lora_B.weight is missing"},
        {LORA, ranks, ISO_EFORMAT,
         "the ranks of layer.0.query.weight do not fit: A is 3 x 1, B is 2 x 1, "
         "adapter_config.json says r 1"},
        {"\"peft_type\": \"LORA\", \"r\": 8, \"lora_alpha\": 2", usual, ISO_EFORMAT,
         "A is 1 x 3, B is 2 x 1, adapter_config.json says r 8"},
        {LORA, dims, ISO_EFORMAT,
         "is for a base model whose layer.0.query.weight is 2 x 2, and it "
         "is 2 x 3"},
        {LORA, vector, ISO_EFORMAT, "lora_A.weight is no matrix of floats"},
        {LORA, foreign, ISO_EFORMAT,
         "changes tensor layer.7.query.weight, which its base model does not hold"},
        {LORA, more, ISO_EUNSUP, "lora_magnitude_vector.weight is no A or B of LoRA"},
        {"\"peft_type\": \"LORA\", \"r\": 1, \"lora_alpha\": 0", usual, ISO_EFORMAT,
         "lora_alpha of layer.0.query.weight is no number above 0"},
        {"\"peft_type\": \"LORA\", \"r\": \"1\", \"lora_alpha\": 1", usual, ISO_EFORMAT,
         "r of layer.0.query.weight is no number above 0"},
        {LORA ", \"rank_pattern\": {\".*query\": 1}", usual, ISO_EUNSUP,
         "rank_pattern has the expression .*query"},
    };
    iso_weights *w = NULL;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        fails(iso_weights_open(&w, adapter(base(), bad[i].members, bad[i].t)), bad[i].code,
              bad[i].message);
    fails(
        iso_weights_open(&w, adapter("org/name", LORA, usual)), ISO_EIO,
        "is an adapter of the base model org/name, and there is no such folder: fetch it, as with "
        "`git clone https://huggingface.co/org/name` (with git-lfs), and write its path as "
        "base_model_name_or_path into adapter_config.json");
    fails(iso_weights_open(&w, adapter("", LORA, usual)), ISO_EFORMAT,
          "names no base_model_name_or_path");
    fails(iso_weights_open(&w, adapter("/", LORA, usual)), ISO_EIO, "holds no config.json");
}

/* A base within the adapter's folder is found; a folder with its own config.json is no adapter. */
static void where_the_base_is(void **state)
{
    const char *folder = adapter("inner", LORA, usual);
    char *found = NULL;

    (void)state;
    assert_int_equal(mkdir(check_path(folder, "inner"), 0700), 0);
    put(folder, "inner/config.json", "{}");
    ok(iso_adapter_base(&found, folder));
    text(found, check_path(folder, "inner"));
    iso_free(found);
    ok(iso_adapter_path(&found, folder, "config.json"));
    text(found, check_path(folder, "inner/config.json"));
    iso_free(found);
    put(folder, "config.json", "{}");
    ok(iso_adapter_base(&found, folder));
    assert_null(found);
    ok(iso_adapter_path(&found, folder, "config.json"));
    text(found, check_path(folder, "config.json"));
    iso_free(found);
}

static void every_allocation_may_fail(void **state)
{
    const char *folder = adapter(base(), LORA, usual);
    iso_weights *w = NULL;
    int64_t n = 0;
    iso_err err;

    (void)state;
    do {
        iso_alloc_fail_after(n++);
        err = iso_weights_open(&w, folder);
        iso_alloc_fail_after(-1);
        assert_true(err == ISO_OK || err == ISO_ENOMEM);
    } while (err);
    iso_weights_close(w);
    assert_true(n > 20);
}

int main(void)
{
    RUN_TESTS(test(products_are_added), test(modules_have_numbers_of_their_own),
              test(the_root_of_the_rank), test(tables_and_whole_tensors),
              test(what_does_not_fit_is_named), test(where_the_base_is),
              test(every_allocation_may_fail));
}
