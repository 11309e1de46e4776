/* Entry points of checkpoints: headers of weights, the index of their shards, config.json, heads,
 * the state of a run. */
#include <math.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/io/folder.h"
#include "lib/io/weights.h"
#include "lib/nn/classifier.h"
#include "lib/nn/config.h"
#include "lib/nn/xmixup_heads.h"
#include "lib/train/saved_state.h"
#include "tests/fuzz/entries.h"

static void touch_weights(const iso_weights *w)
{
    for (int64_t i = 0; i < iso_weights_count(w); i++) {
        const iso_weight *t = iso_weights_at(w, i);
        int64_t numbers = 1;
        promise(iso_weights_find(w, t->name) == t, "a tensor is found by its name");
        touch_text(t->type);
        touch_text(t->file);
        touch(t->data, (size_t)t->bytes);
        for (int k = 0; k < t->rank && k < ISO_WEIGHT_RANK; k++)
            numbers *= t->shape[k];
        if (t->floats && t->rank <= ISO_WEIGHT_RANK)
            promise(numbers * (int64_t)iso_dtype_size(t->dtype) == t->bytes, "shape and bytes");
    }
}

static void enter_folder(void)
{
    iso_weights *w = NULL;

    if (iso_weights_open(&w, file_folder()) == ISO_OK)
        touch_weights(w);
    else
        promise_message();
    iso_weights_close(w);
}

static void enter_weights(const uint8_t *data, size_t size)
{
    (void)file_called("model.safetensors", data, size);
    enter_folder();
}

/* A GGUF file: its tensors, and the texts of the folder it stands for. */
static void enter_gguf(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"config.json", "tokenizer.json", "tokenizer_config.json",
                                        "modules.json", "1_Pooling/config.json"};
    const char *path = file_called("model.gguf", data, size);
    iso_weights *w = NULL;
    iso_nn_config c = {0};
    iso_json *root = NULL;

    if (iso_weights_open_file(&w, path) == ISO_OK)
        touch_weights(w);
    else
        promise_message();
    iso_weights_close(w);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const iso_err err = strcmp(names[i], "modules.json") == 0
                                ? iso_folder_json_array(&root, path, names[i], 1 << 26)
                                : iso_folder_json(&root, path, names[i], 1 << 26);
        if (err)
            promise_message();
        iso_json_free(root);
        root = NULL;
    }
    if (iso_nn_config_read(&c, path))
        promise_message();
}

/* The index comes from outside; the two shards beside it are sound. */
static void enter_shards(const uint8_t *data, size_t size)
{
    static const char a[] =
        "\x40\0\0\0\0\0\0\0"
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}          "
        "\0\0\x80\x3f";
    char b[sizeof a];

    memcpy(b, a, sizeof a);
    b[10] = 'b'; /* the name */
    (void)file_called("a.safetensors", (const uint8_t *)a, sizeof a - 1);
    (void)file_called("b.safetensors", (const uint8_t *)b, sizeof b - 1);
    (void)file_called("model.safetensors.index.json", data, size);
    enter_folder();
}

static void enter_config(const uint8_t *data, size_t size)
{
    iso_nn_config c = {0};

    (void)file_called("config.json", data, size);
    if (iso_nn_config_read(&c, file_folder())) {
        promise_message();
        promise(!c.family, "a failure leaves the output alone");
        return;
    }
    touch_text(c.family);
    promise(c.L > 0 && c.H > 0 && c.C > 0 && c.F > 0 && c.V > 0 && c.C % c.H == 0, "sizes");
    promise(c.V <= INT64_MAX / 8 / c.C && c.F <= INT64_MAX / 8 / c.C / c.L, "bytes can be counted");
    promise(c.types >= 0 && c.eps > 0 && iso_nn_config_longest(&c) > 0, "a sentence has room");
}

static void enter_classifier(bool linear)
{
    iso_classifier *h = NULL;
    const char *why = NULL;
    float x[8] = {1, -1, 2, -2}, *y = NULL;

    if (linear ? iso_classifier_open_linear(&h, &why, file_folder(), "classifier", NULL)
               : iso_classifier_open(&h, &why, file_folder())) {
        promise_message();
        promise(!h && !why, "a failure leaves the output alone");
        return;
    }
    promise(!h != !why, "a head, or why there is none");
    if (!h)
        return;
    const int64_t K = iso_classifier_classes(h);
    promise(K >= 2, "classes to choose from");
    for (int64_t i = 0; i < K; i++) {
        const int64_t found = iso_classifier_find(h, iso_classifier_name(h, i));
        promise(found == i, "a class is found by its name");
    }
    if (iso_alloc(&y, K, sizeof *y) == ISO_OK) {
        iso_mat logits = {y, 1, K, K, ISO_F32, NULL};
        promise(!iso_classifier_logits(&logits, h, iso_view_f32(x, 1, 8)), "8 channels");
        touch(y, (size_t)K * sizeof *y);
    }
    iso_free(y);
    iso_classifier_close(h);
}

#define SIZES                                                                                      \
    "\"vocab_size\":20,\"hidden_size\":8,\"num_hidden_layers\":1,\"num_attention_heads\":2,"       \
    "\"intermediate_size\":16,\"max_position_embeddings\":12"

/* The tensors of a head come from outside, config.json is sound. */
static void enter_head(const uint8_t *data, size_t size)
{
    static const char config[] =
        "{\"model_type\":\"bert\"," SIZES ",\"id2label\":{\"0\":\"a\",\"1\":\"b\"}}";

    (void)file_called("config.json", (const uint8_t *)config, sizeof config - 1);
    (void)file_called("model.safetensors", data, size);
    enter_classifier(false);
    enter_classifier(true);
}

/* And the other way round: a head of 8 channels and 3 classes, all of its numbers 0. */
static void enter_labels(const uint8_t *data, size_t size)
{
    static const char head[] =
        "{\"classifier.dense.weight\":{\"dtype\":\"BF16\",\"shape\":[8,8],\"data_offsets\":[0,128]}"
        ","
        "\"classifier.dense.bias\":{\"dtype\":\"BF16\",\"shape\":[8],\"data_offsets\":[128,144]},"
        "\"classifier.out_proj.weight\":{\"dtype\":\"BF16\",\"shape\":[3,8],\"data_offsets\":[144,"
        "192]},\"classifier.out_proj.bias\":{\"dtype\":\"BF16\",\"shape\":[3],\"data_offsets\":["
        "192,"
        "198]}}";
    static uint8_t weights[8 + sizeof head - 1 + 198];

    for (int i = 0; i < 8; i++)
        weights[i] = (uint8_t)((sizeof head - 1) >> 8 * i);
    memcpy(weights + 8, head, sizeof head - 1);
    (void)file_called("model.safetensors", weights, sizeof weights);
    (void)file_called("config.json", data, size);
    enter_classifier(false);
    enter_classifier(true);
}

/* λ's numbers for a model of 12 layers. */
static void enter_lambda(const uint8_t *data, size_t size)
{
    iso_mix_head heads[12] = {{0}};

    if (iso_mix_heads_read(heads, 12, file_of(data, size))) {
        promise_message();
        promise(heads[0].lambda0 <= 0, "a failure leaves the output alone");
        return;
    }
    for (int k = 0; k < 12; k++) {
        promise(heads[k].lambda0 > 0 && heads[k].lambda0 <= 1, "lambda0 is within (0, 1]");
        promise(isfinite(heads[k].w) && isfinite(heads[k].b), "numbers are finite");
    }
}

/* Where a run stands; it was begun with what the seeds say. */
static void enter_run(const uint8_t *data, size_t size)
{
    iso_saved_state s = {.step = -1};

    (void)file_called("run.json", data, size);
    if (iso_saved_state_read(&s, file_folder(), "seed\t1\n")) {
        promise_message();
        promise(s.step == -1, "a failure leaves the output alone");
        return;
    }
    promise(s.step >= 0 && s.epoch >= 0 && s.batch >= 0 && s.best_step >= 0, "counts");
    for (int i = 0; i < s.series_count; i++) {
        touch_text(s.series[i].name);
        touch(s.series[i].at, (size_t)s.series[i].count * sizeof *s.series[i].at);
    }
    iso_saved_state_free(&s);
}

const struct entry entries_nn[] = {
    {"weights", enter_weights}, {"gguf", enter_gguf}, {"shards", enter_shards},
    {"config", enter_config},   {"head", enter_head}, {"labels", enter_labels},
    {"lambda", enter_lambda},   {"run", enter_run},   {NULL, NULL},
};
