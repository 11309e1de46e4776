/* One set of weights under the names, prefixes and positions of every family: the same states. */
#include "tests/nn/made_checkpoint.h"

#include "lib/nn/encoder.h"

enum { V = 20, P = 12, C = 8, F = 16, L = 2, T = 7, SHIFT = 2 };

#define BERT_SIZES                                                                                 \
    "\"vocab_size\": 20, \"hidden_size\": 8, \"num_hidden_layers\": 2, "                           \
    "\"num_attention_heads\": 2, \"intermediate_size\": 16, \"pad_token_id\": 1"
#define DISTIL_SIZES                                                                               \
    "\"vocab_size\": 20, \"dim\": 8, \"n_layers\": 2, \"n_heads\": 2, \"hidden_dim\": 16"

#define BERT "\"model_type\": \"bert\", \"max_position_embeddings\": 12, " BERT_SIZES

/* In the order q k v o f1 f2 n1 n2. */
static const char *const bert_layer[] = {"attention.self.query",       "attention.self.key",
                                         "attention.self.value",       "attention.output.dense",
                                         "intermediate.dense",         "output.dense",
                                         "attention.output.LayerNorm", "output.LayerNorm"};
static const char *const distil_layer[] = {
    "attention.q_lin", "attention.k_lin", "attention.v_lin", "attention.out_lin",
    "ffn.lin1",        "ffn.lin2",        "sa_layer_norm",   "output_layer_norm"};

static const struct naming {
    const char *config, *prefix, *layers;
    const char *const *layer;
    bool types;
    int shift; /* of positions */
    const char *gain, *bias;
    bool f64;
} namings[] = {
    {"\"model_type\": \"bert\", \"max_position_embeddings\": 12, " BERT_SIZES, "", "encoder.layer",
     bert_layer, true, 0, ".weight", ".bias"},
    {"\"model_type\": \"bert\", \"max_position_embeddings\": 12, " BERT_SIZES, "bert.",
     "encoder.layer", bert_layer, true, 0, ".gamma", ".beta"},
    {"\"model_type\": \"xlm-roberta\", \"max_position_embeddings\": 14, " BERT_SIZES, "roberta.",
     "encoder.layer", bert_layer, true, SHIFT, ".weight", ".bias"},
    {"\"model_type\": \"roberta\", \"max_position_embeddings\": 14, " BERT_SIZES, "roberta.",
     "encoder.layer", bert_layer, true, SHIFT, ".weight", ".bias"},
    {"\"model_type\": \"camembert\", \"max_position_embeddings\": 14, " BERT_SIZES, "camembert.",
     "encoder.layer", bert_layer, true, SHIFT, ".weight", ".bias"},
    {"\"model_type\": \"camembert\", \"max_position_embeddings\": 14, " BERT_SIZES, "roberta.",
     "encoder.layer", bert_layer, true, SHIFT, ".weight", ".bias"},
    {"\"model_type\": \"distilbert\", \"max_position_embeddings\": 12, " DISTIL_SIZES,
     "distilbert.", "transformer.layer", distil_layer, false, 0, ".weight", ".bias"},
    {"\"model_type\": \"distilbert\", \"max_position_embeddings\": 12, " DISTIL_SIZES, "",
     "transformer.layer", distil_layer, false, 0, ".weight", ".bias"},
    /* behind what wrappers put before them */
    {BERT, "module.", "encoder.layer", bert_layer, true, 0, ".weight", ".bias"},
    {BERT, "_orig_mod.module.bert.", "encoder.layer", bert_layer, true, 0, ".weight", ".bias"},
    {BERT, "0.auto_model.", "encoder.layer", bert_layer, true, 0, ".weight", ".bias"},
    {BERT, "model.", "encoder.layer", bert_layer, true, 0, ".weight", ".bias"},
    {BERT, "transformer.bert.", "encoder.layer", bert_layer, true, 0, ".gamma", ".beta"},
    {"\"model_type\": \"distilbert\", \"max_position_embeddings\": 12, " DISTIL_SIZES,
     "transformer.", "transformer.layer", distil_layer, false, 0, ".weight", ".bias"},
    {BERT, "", "encoder.layer", bert_layer, true, 0, ".weight", ".bias", .f64 = true},
};

enum { NAMINGS = sizeof namings / sizeof *namings };

/* The next numbers of the one set, under this family's name. */
static void put(const struct naming *n, const char *stem, const char *ending, int64_t rows,
                int64_t cols, uint64_t *seed)
{
    static float x[V * F];
    char name[128];

    snprintf(name, sizeof name, "%s%s", n->prefix, stem);
    made_fill(x, rows * (cols ? cols : 1), (*seed)++);
    made_add(name, ending, x, rows, cols, n->f64 ? ISO_F64 : ISO_F32);
}

static void put_embeddings(const struct naming *n, uint64_t *seed)
{
    static float positions[(P + SHIFT) * C]; /* rows that no token has are zero */
    static const float types[2 * C];
    char name[128];

    put(n, "embeddings.word_embeddings", ".weight", V, C, seed);
    memset(positions, 0, sizeof positions);
    made_fill(positions + n->shift * C, P * C, (*seed)++);
    snprintf(name, sizeof name, "%sembeddings.position_embeddings", n->prefix);
    made_add(name, ".weight", positions, P + n->shift, C, ISO_F32);
    snprintf(name, sizeof name, "%sembeddings.token_type_embeddings", n->prefix);
    if (n->types)
        made_add(name, ".weight", types, 2, C, ISO_F32);
    put(n, "embeddings.LayerNorm", n->gain, C, 0, seed);
    put(n, "embeddings.LayerNorm", n->bias, C, 0, seed);
}

static void put_layer(const struct naming *n, int layer, uint64_t *seed)
{
    static const int64_t rows[] = {C, C, C, C, F, C}, cols[] = {C, C, C, C, C, F};
    char stem[128];

    for (int i = 0; i < 8; i++) {
        snprintf(stem, sizeof stem, "%s.%d.%s", n->layers, layer, n->layer[i]);
        put(n, stem, i < 6 ? ".weight" : n->gain, i < 6 ? rows[i] : C, i < 6 ? cols[i] : 0, seed);
        put(n, stem, i < 6 ? ".bias" : n->bias, i < 6 ? rows[i] : C, 0, seed);
    }
}

static void states_of(float *x, const struct naming *n)
{
    static const int32_t ids[T] = {2, 7, 11, 3, 19, 4, 3};
    static const int64_t offsets[] = {0, 4, T};
    const iso_batch batch = {.B = 2, .offsets = offsets, .ids = ids};
    iso_mat m = {x, T, C, C, ISO_F32, NULL};
    iso_encoder *e = NULL;
    uint64_t seed = 1;

    made_begin();
    put_embeddings(n, &seed);
    for (int i = 0; i < L; i++)
        put_layer(n, i, &seed);
    ok(iso_encoder_open(&e, made_end("", n->config, 0), NULL));
    assert_int_equal(iso_encoder_unused(e), 0);
    ok(iso_encoder_embed(e, &m, &batch));
    ok(iso_encoder_layers(e, &m, &batch, 0, L));
    iso_encoder_close(e);
}

/* A table of token types that config.json denies. */
static void types_that_config_json_denies(void **state)
{
    static const struct naming bert = {BERT, "", "encoder.layer", bert_layer,
                                       true, 0,  ".weight",       ".bias"};
    iso_encoder *e = NULL;
    uint64_t seed = 1;

    (void)state;
    made_begin();
    put_embeddings(&bert, &seed);
    fails(iso_encoder_open(&e, made_end("\"type_vocab_size\": 0", BERT, 0), NULL), ISO_EFORMAT,
          "token_type_embeddings.weight, and config.json says 0 token types");
}

/* What is no encoder's, or two encoders', is told by its names. */
static void names_that_do_not_say(void **state)
{
    static const struct naming same[] = {
        {BERT, "a.", "encoder.layer", bert_layer, true, 0, ".weight", ".bias"},
        {BERT, "b.", "encoder.layer", bert_layer, true, 0, ".weight", ".bias"}};
    iso_encoder *e = NULL;
    uint64_t seed = 1;
    (void)state;

    made_begin();
    put_embeddings(&same[0], &seed);
    put_embeddings(&same[1], &seed);
    fails(iso_encoder_open(&e, made_end("", BERT, 0), NULL), ISO_EFORMAT,
          "holds several encoders, with tensors a.embeddings.word_embeddings.weight and "
          "b.embeddings.word_embeddings.weight: save the one that is meant by itself");
    made_begin();
    put_layer(&same[0], 0, &seed);
    fails(iso_encoder_open(&e, made_end("", BERT, 0), NULL), ISO_EFORMAT,
          "no tensor embeddings.word_embeddings.weight, with or without a prefix");
}

static void one_set_of_weights_has_one_set_of_states(void **state)
{
    float first[T * C], x[T * C];
    (void)state;

    states_of(first, &namings[0]);
    assert_true(fabsf(first[0]) > 1e-3F);
    for (int i = 1; i < NAMINGS; i++) {
        states_of(x, &namings[i]);
        assert_memory_equal(first, x, sizeof x);
    }
}

int main(void)
{
    RUN_TESTS(test(one_set_of_weights_has_one_set_of_states), test(types_that_config_json_denies),
              test(names_that_do_not_say));
}
