/* Heads under every name hubs give them, against the formula in double; and what is no head. */
#include "tests/nn/made_checkpoint.h"

#include "lib/base/alloc.h"
#include "lib/nn/classifier.h"

enum { C = 8, K = 3 };

#define SIZES                                                                                      \
    "\"vocab_size\": 20, \"hidden_size\": 8, \"num_hidden_layers\": 3, "                           \
    "\"num_attention_heads\": 2, \"intermediate_size\": 16, \"max_position_embeddings\": 12"
#define XLMR "\"model_type\": \"xlm-roberta\", " SIZES
#define BERT "\"model_type\": \"bert\", " SIZES
#define DISTIL                                                                                     \
    "\"model_type\": \"distilbert\", \"dim\": 8, \"n_layers\": 3, \"n_heads\": 2, "                \
    "\"hidden_dim\": 16, \"max_position_embeddings\": 12, \"vocab_size\": 20"
#define NLI "\"id2label\": {\"1\": \"neutral\", \"0\": \"ENTAILMENT\", \"2\": \"contradiction\"}"

static const struct naming {
    const char *config, *dense, *out;
    bool relu;
} namings[] = {
    {XLMR, "classifier.dense", "classifier.out_proj", false},
    {BERT, "bert.pooler.dense", "classifier", false},
    {BERT, "pooler.dense", "classifier", false},
    {DISTIL, "pre_classifier", "classifier", true},
};

enum { NAMINGS = sizeof namings / sizeof *namings };

static float w1[C * C], b1[C], w2[K * C], b2[K];

static void head_tensors(const struct naming *n, iso_dtype type)
{
    made_fill(w1, C * C, 1);
    made_fill(b1, C, 2);
    made_fill(w2, K * C, 3);
    made_fill(b2, K, 4);
    made_add(n->dense, ".weight", w1, C, C, type);
    made_add(n->dense, ".bias", b1, C, 0, type);
    made_add(n->out, ".weight", w2, K, C, type);
    made_add(n->out, ".bias", b2, K, 0, type);
}

static const char *checkpoint(const struct naming *n, const char *change)
{
    made_begin();
    head_tensors(n, ISO_F32);
    return made_end(change, n->config, 0);
}

static double by_formula(const float *x, int k, bool relu)
{
    double logit = b2[k];

    for (int j = 0; j < C; j++) {
        double h = b1[j];
        for (int c = 0; c < C; c++)
            h += (double)w1[j * C + c] * x[c];
        h = relu ? fmax(h, 0) : tanh(h);
        logit += (double)w2[k * C + j] * h;
    }
    return logit;
}

static void check_logits(iso_classifier *h, bool relu, int64_t n)
{
    float *x = calloc((size_t)n * (C + 1) + 1, sizeof *x);
    float *y = calloc((size_t)n * (K + 2) + 1, sizeof *y);
    iso_mat logits = {y, n, K, K + 2, ISO_F32, NULL};

    made_fill(x, n * (C + 1), (uint64_t)n);
    ok(iso_classifier_logits(&logits, h, (iso_view){x, n, C, C + 1, ISO_F32}));
    for (int64_t i = 0; i < n; i++) {
        for (int k = 0; k < K; k++)
            near(y[i * (K + 2) + k], by_formula(x + i * (C + 1), k, relu), 1e-4);
        near(y[i * (K + 2) + K], 0, 0); /* beyond the row nothing is touched */
    }
    free(x);
    free(y);
}

static void every_naming_equals_the_formula(void **state)
{
    const char *why = "as it was";
    (void)state;

    for (int i = 0; i < NAMINGS; i++) {
        for (int bf16 = 0; bf16 < 2; bf16++) {
            iso_classifier *h = NULL;
            made_begin();
            head_tensors(&namings[i], bf16 ? ISO_BF16 : ISO_F32);
            ok(iso_classifier_open(&h, &why, made_end("", namings[i].config, bf16 ? 3 : 0)));
            assert_non_null(h);
            assert_null(why);
            assert_int_equal(iso_classifier_classes(h), K);
            for (int64_t n = 0; n < 20; n += 1 + n / 3)
                check_logits(h, namings[i].relu, n);
            iso_classifier_close(h);
        }
    }
}

static iso_classifier *opened(const char *change)
{
    iso_classifier *h = NULL;
    const char *why;

    ok(iso_classifier_open(&h, &why, checkpoint(&namings[0], change)));
    assert_non_null(h);
    return h;
}

static void classes_have_names(void **state)
{
    iso_classifier *h = opened(NLI);
    (void)state;

    text(iso_classifier_name(h, 0), "ENTAILMENT");
    text(iso_classifier_name(h, 1), "neutral");
    text(iso_classifier_name(h, 2), "contradiction");
    assert_int_equal(iso_classifier_find(h, "ENTAILMENT"), 0);
    assert_int_equal(iso_classifier_find(h, "entailment"), 0);
    assert_int_equal(iso_classifier_find(h, "Contradiction"), 2);
    assert_int_equal(iso_classifier_find(h, "contradictory"), -1);
    assert_int_equal(iso_classifier_find(h, "neutra"), -1);
    assert_int_equal(iso_classifier_find(h, ""), -1);
    assert_int_equal(iso_classifier_find(h, NULL), -1);
    iso_classifier_close(h);
    h = opened("\"id2label\": {\"0\": \"a\", \"1\": \"A\", \"2\": \"b\"}");
    assert_int_equal(iso_classifier_find(h, "a"), 0);
    assert_int_equal(iso_classifier_find(h, "A"), 1);
    assert_int_equal(iso_classifier_find(h, "B"), 2);
    iso_classifier_close(h);
    h = opened("\"id2label\": {\"0\": \"Aa\", \"1\": \"aA\", \"2\": \"\"}");
    assert_int_equal(iso_classifier_find(h, "aa"), -1); /* which of the two? */
    assert_int_equal(iso_classifier_find(h, ""), 2);
    iso_classifier_close(h);
}

static void odd_names_are_numbers(void **state)
{
    static const char *const odd[] = {
        "",
        "\"id2label\": null",
        "\"id2label\": {}",
        "\"id2label\": [\"a\", \"b\", \"c\"]",
        "\"id2label\": {\"0\": \"a\", \"1\": \"b\", \"3\": \"c\"}",
        "\"id2label\": {\"0\": \"a\", \"1\": \"b\", \"1\": \"c\"}",
        "\"id2label\": {\"0\": \"a\", \"1\": \"b\", \"-1\": \"c\"}",
        "\"id2label\": {\"0\": \"a\", \"1\": \"b\", \"two\": \"c\"}",
        "\"id2label\": {\"0\": \"a\", \"1\": \"b\", \"2\": 2}",
        "\"id2label\": {\"0\": \"a\", \"1\": \"b\", \"2\": \"a\"}",
        "\"id2label\": {\"1\": \"a\", \"2\": \"b\", \"3\": \"c\"}",
    };
    (void)state;

    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        iso_classifier *h = opened(odd[i]);
        text(iso_classifier_name(h, 0), "LABEL_0");
        text(iso_classifier_name(h, 2), "LABEL_2");
        assert_int_equal(iso_classifier_find(h, "label_1"), 1);
        assert_int_equal(iso_classifier_find(h, "a"), -1);
        iso_classifier_close(h);
    }
}

static void no_head(const char *folder, const char *says)
{
    iso_classifier *h = (iso_classifier *)1;
    const char *why = NULL;

    ok(iso_classifier_open(&h, &why, folder));
    assert_null(h);
    assert_non_null(strstr(why, says));
}

static void what_is_no_head(void **state)
{
    static const char token[] = "\"architectures\": [\"BertForTokenClassification\"]";
    (void)state;

    no_head(source_path("examples/mini"), "has no classification head");
    made_begin();
    made_add("bert.pooler.dense", ".weight", w1, C, C, ISO_F32); /* BertModel, BertForPreTraining */
    made_add("bert.pooler.dense", ".bias", b1, C, 0, ISO_F32);
    no_head(made_end("", BERT, 0), "has no classification head");
    for (int i = 0; i < 2; i++) {
        made_begin();
        made_add("classifier", ".weight", w2, K, C, ISO_F32);
        made_add("classifier", ".bias", b2, K, 0, ISO_F32);
        no_head(made_end(i ? token : "", i ? BERT : XLMR, 0), "reads each token, not the sentence");
    }
    no_head(checkpoint(&namings[1], token), "reads each token"); /* early ones keep their pooler */
    no_head(checkpoint(&namings[1], "\"architectures\": [\"BertForMultipleChoice\"]"), "choices");
    no_head(checkpoint(&namings[0], "\"problem_type\": \"regression\""), "a regression");
    no_head(checkpoint(&namings[0], "\"problem_type\": \"multi_label_classification\""),
            "several labels");
    made_begin();
    made_add("classifier.dense", ".weight", w1, C, C, ISO_F32);
    made_add("classifier.dense", ".bias", b1, C, 0, ISO_F32);
    made_add("classifier.out_proj", ".weight", w2, 1, C, ISO_F32);
    made_add("classifier.out_proj", ".bias", b2, 1, 0, ISO_F32);
    no_head(made_end("", XLMR, 0), "one output");
}

static const char *one_map(const char *change, bool bias)
{
    made_fill(w2, K * C, 3);
    made_fill(b2, K, 4);
    made_begin();
    made_add("classifier", ".weight", w2, K, C, ISO_F32);
    if (bias)
        made_add("classifier", ".bias", b2, K, 0, ISO_F32);
    return made_end(change, XLMR, 0);
}

/* Tags: logits = W x + b of each token. */
static void heads_of_one_map(void **state)
{
    static const char tags[] = "\"architectures\": [\"XLMRobertaForTokenClassification\"], "
                               "\"isogloss_head\": \"sum of pieces\", " NLI;
    const char *folder = one_map(tags, true), *why = NULL;
    const iso_linear *dense = NULL, *out = NULL;
    iso_classifier *h = NULL;
    float x[2 * C], y[2 * K];
    iso_mat logits = {y, 2, K, K, ISO_F32, NULL};
    bool relu;

    (void)state;
    made_fill(x, 2 * C, 9);
    ok(iso_classifier_open_linear(&h, &why, folder, "classifier", "ForTokenClassification"));
    assert_null(why);
    assert_int_equal(iso_classifier_classes(h), K);
    text(iso_classifier_name(h, 0), "ENTAILMENT");
    text(iso_classifier_ours(h), "sum of pieces");
    iso_classifier_maps(&dense, &out, &relu, h);
    assert_true(!dense && out->w.rows == K);
    ok(iso_classifier_logits(&logits, h, iso_view_f32(x, 2, C)));
    for (int i = 0; i < 2; i++) {
        for (int k = 0; k < K; k++) {
            double want = b2[k];
            for (int c = 0; c < C; c++)
                want += (double)w2[k * C + c] * (double)x[i * C + c];
            near(y[i * K + k], want, 1e-5);
        }
    }
    iso_classifier_close(h);
    ok(iso_classifier_open_linear(&h, &why, folder, "classifier", "ForQuestionAnswering"));
    assert_true(!h && strstr(why, "no such head"));
    ok(iso_classifier_open_linear(&h, &why, folder, "qa_outputs", NULL));
    assert_true(!h && why);
    fails(iso_classifier_open_linear(&h, &why, one_map(tags, false), "classifier", NULL),
          ISO_EFORMAT, "tensor classifier.bias is missing");
}

/* A head of naming n whose tensor `part` (0 to 3) is left out, or has another shape. */
static const char *damaged(const struct naming *n, int part, int64_t rows, int64_t cols,
                           const char *change)
{
    const struct {
        const char *stem, *ending;
        int64_t rows, cols;
    } parts[] = {{n->dense, ".weight", C, C},
                 {n->dense, ".bias", C, 0},
                 {n->out, ".weight", K, C},
                 {n->out, ".bias", K, 0}};
    float x[256] = {0};

    made_begin();
    for (int i = 0; i < 4; i++) {
        const int64_t r = i == part ? rows : parts[i].rows, c = i == part ? cols : parts[i].cols;
        if (r >= 0)
            made_add(parts[i].stem, parts[i].ending, x, r, c, ISO_F32);
    }
    return made_end(change, n->config, 0);
}

/* A pooler alone, which is no head of classes; maps of the heads' own are none. */
static void a_pooler_is_taken_alone(void **state)
{
    const iso_linear *dense, *out;
    iso_classifier *h = NULL;
    bool relu;

    (void)state;
    for (int i = 0; i < NAMINGS; i++) {
        const char *folder = checkpoint(&namings[i], NLI);
        ok(iso_classifier_open_pooler(&h, folder));
        if (!strstr(namings[i].dense, "pooler")) {
            assert_null(h);
            continue;
        }
        iso_classifier_maps(&dense, &out, &relu, h);
        assert_memory_equal(dense->w.data, w1, sizeof w1);
        assert_memory_equal(dense->bias, b1, sizeof b1);
        assert_int_equal(iso_classifier_classes(h), 0);
        iso_classifier_close(h);
        made_begin();
        made_add(namings[i].dense, ".weight", w1, C, C, ISO_F32);
        folder = made_end(NLI, namings[i].config, 0);
        fails(iso_classifier_open_pooler(&h, folder), ISO_EFORMAT, "pooler.dense.bias is missing");
        made_begin();
        made_add(namings[i].out, ".weight", w2, K, C, ISO_F32);
        ok(iso_classifier_open_pooler(&h, made_end(NLI, namings[i].config, 0)));
        assert_null(h);
    }
}

static void halves_and_shapes(void **state)
{
    static const char sequence[] = "\"architectures\": [\"BertForSequenceClassification\"]";
    static const struct {
        int naming, part;
        int64_t rows, cols;
        const char *change, *says;
    } cases[] = {
        {0, 0, -1, 0, "",
         "tensor classifier.dense.weight is missing, which a head with "
         "classifier.out_proj has"},
        {0, 1, -1, 0, "", "model.safetensors: tensor classifier.dense.bias is missing"},
        {0, 2, -1, 0, "", "tensor classifier.out_proj.weight is missing"},
        {0, 3, -1, 0, "", "tensor classifier.out_proj.bias is missing"},
        {1, 0, -1, 0, sequence, "tensor bert.pooler.dense.weight is missing"},
        {1, 1, -1, 0, "", "tensor bert.pooler.dense.bias is missing"},
        {1, 3, -1, 0, "", "tensor classifier.bias is missing, which a head with bert.pooler.dense"},
        {3, 0, -1, 0, "\"architectures\": [\"DistilBertForSequenceClassification\"]",
         "tensor pre_classifier.weight is missing"},
        {3, 2, -1, 0, "", "tensor classifier.weight is missing, which a head with pre_classifier"},
        {0, 0, 8, 7, "", "tensor classifier.dense.weight is 8 x 7, config.json asks for 8 x 8"},
        {0, 0, 8, 0, "", "tensor classifier.dense.weight has 1 axes, not 2"},
        {0, 1, 7, 0, "", "tensor classifier.dense.bias has 7 numbers"},
        {0, 2, 3, 9, "", "tensor classifier.out_proj.weight is 3 x 9, config.json asks for 3 x 8"},
        {0, 2, 24, 0, "", "tensor classifier.out_proj.weight has 1 axes, not 2"},
        {0, 2, 0, 8, "", "tensor classifier.out_proj.weight is of no classes"},
        {0, 3, 2, 0, "", "tensor classifier.out_proj.bias has 2 numbers"},
        {0, 2, 2, 8, "", "tensor classifier.out_proj.bias has 3 numbers"},
        {0, -1, 0, 0, "\"id2label\": {\"0\": \"a\", \"1\": \"b\"}",
         "model.safetensors: tensor classifier.out_proj.weight is of 3 classes, id2label of "
         "config.json names 2"},
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        iso_classifier *h = NULL;
        const char *why = "as it was";
        fails(iso_classifier_open(&h, &why,
                                  damaged(&namings[cases[i].naming], cases[i].part, cases[i].rows,
                                          cases[i].cols, cases[i].change)),
              ISO_EFORMAT, cases[i].says);
        assert_null(h);
        text(why, "as it was");
    }
}

static void numbers_that_are_none(void **state)
{
    iso_classifier *h = NULL;
    const char *why;
    (void)state;

    for (int part = 0; part < 4; part++) {
        static const char *const names[] = {"dense.weight", "dense.bias", "out_proj.weight",
                                            "out_proj.bias"};
        const char *folder = checkpoint(&namings[0], "");
        const int64_t at[] = {5, C * C + 2, C * C + C + 7, C * C + C + K * C};
        const float nan = NAN;
        FILE *f = fopen(check_path(folder, "model.safetensors"), "r+b");
        assert_non_null(f);
        assert_int_equal(fseek(f, (long)(8 + made.head_len + 4 * at[part]), SEEK_SET), 0);
        fwrite(&nan, sizeof nan, 1, f);
        assert_int_equal(fclose(f), 0);
        fails(iso_classifier_open(&h, &why, folder), ISO_EFORMAT, "holds NaN or infinity");
        assert_non_null(strstr(iso_err_msg(), names[part]));
    }
    assert_null(h);
}

static void shapes_of_a_call(void **state)
{
    iso_classifier *h = opened("");
    float x[4 * C] = {0}, y[4 * K] = {0};
    iso_mat logits = {y, 4, K, K, ISO_F32, NULL}, few = {y, 3, K, K, ISO_F32, NULL};
    (void)state;

    fails(iso_classifier_logits(&logits, h, iso_view_f32(x, 4, C - 1)), ISO_EARG,
          "states are 4 x 7 f32, not 4 x 8 f32");
    fails(iso_classifier_logits(&few, h, iso_view_f32(x, 4, C)), ISO_EARG,
          "logits are 3 x 3 f32, not 4 x 3 f32");
    logits.cols = 2;
    fails(iso_classifier_logits(&logits, h, iso_view_f32(x, 4, C)), ISO_EARG, "logits are 4 x 2");
    logits.cols = K;
    logits.dtype = ISO_F64;
    fails(iso_classifier_logits(&logits, h, iso_view_f32(x, 4, C)), ISO_EARG, "4 x 3 f64");
    iso_classifier_close(h);
}

static void every_allocation_may_fail(void **state)
{
    const char *folder = checkpoint(&namings[0], NLI);
    float x[2 * C] = {0}, y[2 * K] = {7, 7, 7, 7, 7, 7};
    iso_mat logits = {y, 2, K, K, ISO_F32, NULL};
    iso_err err = ISO_ENOMEM;
    (void)state;

    for (int64_t n = 0; err; n++) {
        iso_classifier *h = NULL;
        const char *why = NULL;
        iso_alloc_fail_after(n);
        err = iso_classifier_open(&h, &why, folder);
        assert_true(!err || !h);
        err = err ? err : iso_classifier_logits(&logits, h, iso_view_f32(x, 2, C));
        iso_alloc_fail_after(-1);
        iso_classifier_close(h);
        if (err)
            fails(err, ISO_ENOMEM, "");
        assert_true(!err || y[0] == 7);
    }
}

static void folders_that_are_none(void **state)
{
    iso_classifier *h = NULL;
    const char *why;
    (void)state;

    fails(iso_classifier_open(&h, &why, temp_path("nowhere")), ISO_EIO, "nowhere: No such file");
    fails(iso_classifier_open(&h, &why, ""), ISO_EARG, "folder: is empty");
    const char *folder = checkpoint(&namings[0], "");
    assert_int_equal(remove(check_path(folder, "model.safetensors")), 0);
    fails(iso_classifier_open(&h, &why, folder), ISO_EIO, "holds neither model.safetensors");
    iso_classifier_close(NULL);
}

int main(void)
{
    RUN_TESTS(test(every_naming_equals_the_formula), test(classes_have_names),
              test(odd_names_are_numbers), test(what_is_no_head), test(a_pooler_is_taken_alone),
              test(heads_of_one_map), test(halves_and_shapes), test(numbers_that_are_none),
              test(shapes_of_a_call), test(every_allocation_may_fail), test(folders_that_are_none));
}
