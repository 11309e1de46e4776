/* Entry points of what stands beside an encoder: recipes of sentence-transformers folders,
 * adapters. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/encode/sentence.h"
#include "lib/io/weights.h"
#include "tests/fuzz/entries.h"

enum { C = 4, B = 2, TOKENS = 3 };

static const char modules[] =
    "[{\"path\":\"\",\"type\":\"sentence_transformers.models.Transformer\"},"
    "{\"path\":\"1_Pooling\",\"type\":\"sentence_transformers.models.Pooling\"},"
    "{\"path\":\"2_Normalize\",\"type\":\"sentence_transformers.models.Normalize\"}]";
static const char pooling[] = "{\"embedding_dimension\":4}", none[] = "{}";

/* A file in a folder of ours. */
static void put(const char *name, const void *data, size_t size)
{
    char folder[4200];

    snprintf(folder, sizeof folder, "%s/%.*s", file_folder(), (int)strcspn(name, "/"), name);
    if (strchr(name, '/'))
        (void)mkdir(folder, 0700);
    (void)file_called(name, data, size);
}

static void touch_recipe(const iso_recipe *r)
{
    const char *text = NULL;

    for (int i = 0; i < r->prompts; i++) {
        touch_text(r->prompt[i].name);
        promise(!iso_recipe_prompt_text(&text, r, r->prompt[i].name, "m") &&
                    strlen(text) < (1 << 24),
                "a prompt is found by its name");
    }
    promise(!iso_recipe_prompt_text(&text, r, NULL, "m"), "the usual prompt is there");
    promise(r->max_length >= 0, "a length");
    promise(!r->from || r->refused || (r->pools > 0 && r->dims > 0), "a vector has dims");
}

static void make_vectors(const iso_recipe *r)
{
    static const int64_t offsets[] = {0, 1, TOKENS};
    static const float x[TOKENS * C] = {1, -2, 3, 0, 5, 6, -7, 8, 9, -1, 2, 4};
    static const uint64_t seed = 7; /* maps of a recipe have no weights here */
    iso_sentence *s = NULL;
    iso_mat out = {0};

    if (r->dims > 1 << 16 || iso_sentence_open(&s, r, &seed))
        return;
    if (!iso_mat_new(&out, B, r->dims, ISO_F32) &&
        !iso_sentence_fwd(&out, s, iso_view_f32(x, TOKENS, C), offsets, B, 1))
        touch(out.data, (size_t)(B * r->dims) * sizeof(float));
    iso_mat_free(&out);
    iso_sentence_close(s);
}

/* A list is modules.json; an object is every other file of a folder whose modules are sound. */
static void enter_recipe(const uint8_t *data, size_t size)
{
    const int list = size > 0 && data[0] == '[';
    iso_recipe r = {0};

    put("modules.json", list ? (const void *)data : modules, list ? size : sizeof modules - 1);
    put("1_Pooling/config.json", list ? (const void *)pooling : data,
        list ? sizeof pooling - 1 : size);
    put("2_Dense/config.json", list ? (const void *)"{\"in_features\":4,\"out_features\":3}" : data,
        list ? 34 : size);
    put("sentence_bert_config.json", list ? (const void *)none : data, list ? 2 : size);
    put("config_sentence_transformers.json", list ? (const void *)none : data, list ? 2 : size);
    if (iso_recipe_read(&r, file_folder(), C)) {
        promise_message();
        promise(!r.from && !r.prompt, "a failure leaves the output alone");
        return;
    }
    touch_recipe(&r);
    if (r.from && !r.refused)
        make_vectors(&r);
    iso_recipe_free(&r);
}

/* The configuration of an adapter comes from outside, its tensors and its base are sound. */
static void enter_adapter(const uint8_t *data, size_t size)
{
    static const char base[] =
        "\x42\0\0\0\0\0\0\0"
        "{\"q.weight\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]}}   "
        "\0\0\x80\x3f\0\0\0\x40";
    static const char learnt[] = "\xae\0\0\0\0\0\0\0"
                                 "{\"base_model.model.q.lora_A.weight\":{\"dtype\":\"F32\","
                                 "\"shape\":[1,2],\"data_offsets\":[0,"
                                 "8]},"
                                 "\"base_model.model.q.lora_B.weight\":{\"dtype\":\"F32\","
                                 "\"shape\":[1,1],\"data_offsets\":[8,12]}}"
                                 "\0\0\x80\x3f\0\0\0\x40\0\0\x40\x40";
    iso_weights *w = NULL;

    put("base/config.json", none, 2);
    put("base/model.safetensors", base, sizeof base - 1);
    put("adapter_model.safetensors", learnt, sizeof learnt - 1);
    put("adapter_config.json", data, size);
    if (iso_weights_open(&w, file_folder())) {
        promise_message();
        promise(!w, "a failure leaves the output alone");
        return;
    }
    for (int64_t i = 0; i < iso_weights_count(w); i++)
        touch(iso_weights_at(w, i)->data, (size_t)iso_weights_at(w, i)->bytes);
    iso_weights_close(w);
}

const struct entry entries_encode[] = {
    {"recipe", enter_recipe}, {"adapter", enter_adapter}, {NULL, NULL}};
