/* config.json of every family, and what is refused. */
#include "tests/check.h"

#include <sys/stat.h>

#include "lib/base/alloc.h"
#include "lib/nn/config.h"

#define SIZES                                                                                      \
    "\"vocab_size\": 20, \"hidden_size\": 8, \"num_hidden_layers\": 3, "                           \
    "\"num_attention_heads\": 2, \"intermediate_size\": 16, \"max_position_embeddings\": 12, "     \
    "\"type_vocab_size\": 3, \"layer_norm_eps\": 1e-5, \"hidden_act\": \"gelu\", "                 \
    "\"pad_token_id\": 1"
#define BERT "\"model_type\": \"bert\", " SIZES
#define XLMR "\"model_type\": \"xlm-roberta\", " SIZES
#define DISTIL                                                                                     \
    "\"model_type\": \"distilbert\", \"dim\": 8, \"n_layers\": 3, \"n_heads\": 2, "                \
    "\"hidden_dim\": 16, \"activation\": \"relu\", \"max_position_embeddings\": 12, "              \
    "\"vocab_size\": 20, \"pad_token_id\": 5, \"sinusoidal_pos_embds\": false"

static const char *folder_with(const char *text)
{
    const char *folder = temp_path("model");

    (void)mkdir(folder, 0700);
    FILE *f = fopen(check_path(folder, "config.json"), "w");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
    return folder;
}

/* The first of two members of one name counts: `change` goes before `rest`. */
static iso_err read_changed(iso_nn_config *c, const char *change, const char *rest)
{
    char text[2048];

    snprintf(text, sizeof text, "{%s%s%s}", change, *change ? ", " : "", rest);
    return iso_nn_config_read(c, folder_with(text));
}

static void bert(void **state)
{
    iso_nn_config c = {0};
    (void)state;

    ok(read_changed(&c, "", BERT));
    text(c.family, "bert");
    assert_int_equal(c.L, 3);
    assert_int_equal(c.H, 2);
    assert_int_equal(c.C, 8);
    assert_int_equal(c.F, 16);
    assert_int_equal(c.V, 20);
    assert_int_equal(c.positions, 12);
    assert_int_equal(c.first_position, 0); /* whatever padding is */
    assert_int_equal(c.types, 3);
    near(c.eps, 1e-5, 0);
    assert_int_equal(c.activation, ISO_GELU);
    assert_int_equal(iso_nn_config_longest(&c), 12);
}

static void roberta_counts_from_behind_padding(void **state)
{
    static const char *const names[] = {"xlm-roberta", "roberta", "camembert"};
    char type[64];
    iso_nn_config c = {0};
    (void)state;

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(type, sizeof type, "\"model_type\": \"%s\"", names[i]);
        ok(read_changed(&c, type, SIZES));
        text(c.family, names[i]);
        assert_int_equal(c.first_position, 2);
        assert_int_equal(iso_nn_config_longest(&c), 10);
    }
    ok(read_changed(&c, "\"pad_token_id\": 4", XLMR));
    assert_int_equal(c.first_position, 5);
    assert_int_equal(iso_nn_config_longest(&c), 7);
    ok(read_changed(&c, "\"pad_token_id\": null", XLMR)); /* as the family has it */
    assert_int_equal(c.first_position, 2);
    ok(read_changed(&c, "\"max_position_embeddings\": 8194", XLMR)); /* no limit of ours */
    assert_int_equal(iso_nn_config_longest(&c), 8192);
}

static void distilbert(void **state)
{
    iso_nn_config c = {0};
    (void)state;

    ok(read_changed(&c, "", DISTIL));
    text(c.family, "distilbert");
    assert_int_equal(c.L, 3);
    assert_int_equal(c.H, 2);
    assert_int_equal(c.C, 8);
    assert_int_equal(c.F, 16);
    assert_int_equal(c.types, 0);
    assert_int_equal(c.first_position, 0);
    near(c.eps, 1e-12, 0);
    assert_int_equal(c.activation, ISO_RELU);
}

static void old_files_name_a_class(void **state)
{
    static const struct {
        const char *class, *family;
    } good[] = {
        {"BertForMaskedLM", "bert"},           {"BertModel", "bert"},
        {"XLMRobertaModel", "xlm-roberta"},    {"RobertaForMaskedLM", "roberta"},
        {"CamembertForMaskedLM", "camembert"},
    };
    static const char *const bad[] = {"XLMRobertaXLModel",
                                      "RobertaPreLayerNormForMaskedLM",
                                      "BertGenerationEncoder",
                                      "BertLMHeadModel",
                                      "Bert",
                                      ""};
    char change[128];
    iso_nn_config c = {0};
    (void)state;

    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        snprintf(change, sizeof change, "\"architectures\": [\"%s\"]", good[i].class);
        ok(read_changed(&c, change, SIZES));
        text(c.family, good[i].family);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        snprintf(change, sizeof change, "\"architectures\": [\"%s\"]", bad[i]);
        fails(read_changed(&c, change, SIZES), ISO_EUNSUP, "bert, xlm-roberta, roberta, camembert");
    }
    fails(read_changed(&c, "\"architectures\": []", SIZES), ISO_EFORMAT, "neither model_type nor");
    fails(read_changed(&c, "\"architectures\": 7", SIZES), ISO_EFORMAT, "neither model_type nor");
    fails(read_changed(&c, "", SIZES), ISO_EFORMAT, "config.json: has neither model_type nor");
}

static void activations_and_defaults(void **state)
{
    static const struct {
        const char *change;
        iso_activation activation;
    } cases[] = {
        {"\"hidden_act\": \"gelu\"", ISO_GELU},
        {"\"hidden_act\": \"gelu_new\"", ISO_GELU_TANH},
        {"\"hidden_act\": \"gelu_pytorch_tanh\"", ISO_GELU_TANH},
        {"\"hidden_act\": \"gelu_fast\"", ISO_GELU_TANH},
        {"\"hidden_act\": \"relu\"", ISO_RELU},
    };
    iso_nn_config c = {0};
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ok(read_changed(&c, cases[i].change, BERT));
        assert_int_equal(c.activation, cases[i].activation);
    }
    /* what early configs leave out, as their library filled it in */
    ok(read_changed(&c, "",
                    "\"model_type\": \"bert\", \"vocab_size\": 20, \"hidden_size\": 8, "
                    "\"num_hidden_layers\": 3, \"num_attention_heads\": 2, "
                    "\"intermediate_size\": 16, \"max_position_embeddings\": 12"));
    assert_int_equal(c.types, 2);
    near(c.eps, 1e-12, 0);
    assert_int_equal(c.activation, ISO_GELU);
    ok(read_changed(&c, "\"position_embedding_type\": \"absolute\", \"pruned_heads\": {}", BERT));
}

static void refused(void **state)
{
    static const struct {
        const char *change, *rest;
        iso_err code;
        const char *says;
    } cases[] = {
        {"\"model_type\": \"xlm-roberta-xl\"", SIZES, ISO_EUNSUP,
         "config.json: is of a xlm-roberta-xl model; these are supported: bert, xlm-roberta"},
        {"\"model_type\": \"gpt2\"", SIZES, ISO_EUNSUP, "gpt2"},
        {"\"hidden_act\": \"silu\"", BERT, ISO_EUNSUP, "hidden_act is \"silu\"; gelu, gelu_new"},
        {"\"hidden_act\": 3", BERT, ISO_EUNSUP, "hidden_act is no text"},
        {"\"position_embedding_type\": \"relative_key\"", BERT, ISO_EUNSUP, "is relative_key"},
        {"\"position_embedding_type\": 1", BERT, ISO_EUNSUP, "is no text"},
        {"\"is_decoder\": true", BERT, ISO_EUNSUP, "is_decoder is true"},
        {"\"add_cross_attention\": true", BERT, ISO_EUNSUP, "add_cross_attention is true"},
        {"\"pruned_heads\": {\"1\": [0]}", BERT, ISO_EUNSUP, "pruned_heads is not empty"},
        {"\"hidden_size\": null", BERT, ISO_EFORMAT, "config.json: has no hidden_size"},
        {"\"hidden_size\": \"8\"", BERT, ISO_EFORMAT, "hidden_size is no number"},
        {"\"hidden_size\": 0", BERT, ISO_EFORMAT,
         "hidden_size is 0, no whole number from 1 to 1048576"},
        {"\"hidden_size\": 7", BERT, ISO_EFORMAT, "is 7, which 2 heads (num_attention_heads)"},
        {"\"hidden_size\": 4294967296", BERT, ISO_EFORMAT, "is 4294967296, no whole"},
        {"\"hidden_size\": 8.5", BERT, ISO_EFORMAT, "is 8.5, no whole"},
        {"\"num_hidden_layers\": -1", BERT, ISO_EFORMAT, "num_hidden_layers is -1"},
        {"\"num_hidden_layers\": 100000", BERT, ISO_EFORMAT, "from 1 to 4096"},
        {"\"num_attention_heads\": 3", BERT, ISO_EFORMAT, "is 8, which 3 heads"},
        {"\"intermediate_size\": 1e300", BERT, ISO_EFORMAT, "intermediate_size is 1"},
        {"\"vocab_size\": 2147483648", BERT, ISO_EFORMAT, "vocab_size is 2147483648"},
        {"\"layer_norm_eps\": 0", BERT, ISO_EFORMAT, "layer_norm_eps is no number between"},
        {"\"layer_norm_eps\": \"x\"", BERT, ISO_EFORMAT, "layer_norm_eps is no number between"},
        {"\"max_position_embeddings\": 2", XLMR, ISO_EFORMAT,
         "max_position_embeddings is 2, and a sentence begins at 2"},
        {"\"pad_token_id\": -1", XLMR, ISO_EFORMAT, "pad_token_id is -1"},
        {"\"dim\": true", DISTIL, ISO_EFORMAT, "dim is no number"},
        {"\"n_heads\": 5", DISTIL, ISO_EFORMAT, "dim is 8, which 5 heads (n_heads)"},
    };
    iso_nn_config c = {.family = "as it was"};
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        fails(read_changed(&c, cases[i].change, cases[i].rest), cases[i].code, cases[i].says);
    text(c.family, "as it was");
    assert_int_equal(c.L, 0);
}

static void files_that_are_none(void **state)
{
    iso_nn_config c = {0};
    (void)state;

    fails(iso_nn_config_read(&c, ""), ISO_EARG, "folder: is empty");
    fails(iso_nn_config_read(&c, temp_path("nowhere")), ISO_EIO, "nowhere: No such file");
    fails(iso_nn_config_read(&c, folder_with("")), ISO_EFORMAT, "config.json: is empty");
    fails(iso_nn_config_read(&c, folder_with("[]")), ISO_EFORMAT, "config.json: is no JSON object");
    fails(iso_nn_config_read(&c, folder_with("{\"a\":")), ISO_EFORMAT, "config.json: not JSON");
    fails(iso_nn_config_read(&c, folder_with("{\"\xff\": 1}")), ISO_EFORMAT, "not UTF-8");
    fails(iso_nn_config_read(&c, check_path(folder_with("{}"), "config.json")), ISO_EIO,
          "is a file, and no GGUF file; name the folder");
    const char *folder = folder_with("{}");
    ok(truncate(check_path(folder, "config.json"), 9 << 20) == 0 ? ISO_OK : ISO_EIO);
    fails(iso_nn_config_read(&c, folder), ISO_EFORMAT, "has 9437184 bytes; at most 8388608");
    assert_int_equal(remove(check_path(folder, "config.json")), 0);
    fails(iso_nn_config_read(&c, folder), ISO_EIO, "model: holds no config.json");
}

static void every_allocation_may_fail(void **state)
{
    const char *folder = folder_with("{" XLMR "}");
    iso_nn_config c = {0};
    iso_err err = ISO_ENOMEM;
    (void)state;

    for (int64_t n = 0; err; n++) {
        iso_alloc_fail_after(n);
        err = iso_nn_config_read(&c, folder);
        iso_alloc_fail_after(-1);
        if (err)
            assert_int_equal(err, ISO_ENOMEM);
    }
    ok(err);
}

static void of_real_checkpoints(void **state)
{
    iso_nn_config c = {0};
    (void)state;

    ok(iso_nn_config_read(&c, source_path("examples/mini")));
    text(c.family, "xlm-roberta");
    assert_int_equal(c.L, 4);
    assert_int_equal(c.C, 128);
    assert_int_equal(c.V, 8191);
    assert_int_equal(iso_nn_config_longest(&c), 144);
}

int main(void)
{
    RUN_TESTS(test(bert), test(roberta_counts_from_behind_padding), test(distilbert),
              test(old_files_name_a_class), test(activations_and_defaults), test(refused),
              test(files_that_are_none), test(every_allocation_may_fail),
              test(of_real_checkpoints));
}
