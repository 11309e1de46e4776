/* A GGUF file as a model: the bundled e5-mini beside llama.cpp's ids and transformers' states
 * (tests/golden/e5_mini.tsv); a folder that holds one; WordPiece pieces. */
#include "tests/io/gguf_files.h"

#include <sys/stat.h>

#include "lib/base/alloc.h"
#include "lib/encode/opened.h"
#include "lib/nn/encoder.h"
#include "lib/text/tokenizer.h"

enum { LAYERS = 13, WIDTH = 384, KEPT = 8, IDS = 128 };

static const char bundled[] = "examples/e5-mini";

/* --- Beside others ---------------------------------------------------------------------------- */

/* A line of the table: its text and ids; layer and numbers follow at *rest. */
static int read_line(char **text, int32_t *ids, char **rest, char *line)
{
    char *list = strchr(line, '\t') + 1;
    int count = 0;

    *text = line;
    list[-1] = '\0';
    *rest = strchr(list, '\t') + 1;
    for (char *at = list; *at != '\t'; count++)
        ids[count] = (int32_t)strtol(at, &at, 10);
    return count;
}

static void same_ids(const iso_tokenizer *t, const char *line_text, const int32_t *ids, int count)
{
    const iso_text one = {.text = line_text, .len = (int64_t)strlen(line_text)};
    iso_tokens tokens = {0};

    ok(iso_tokenizer_encode(t, &tokens, &one, 0));
    assert_int_equal(tokens.count, count);
    assert_memory_equal(tokens.ids, ids, (size_t)count * sizeof *ids);
    iso_tokens_free(&tokens);
}

/* State `layer` of the ids, its mean without the first and the last token. */
static void mean_of(double *mean, iso_encoder *e, const int32_t *ids, int count, int layer)
{
    static float x[IDS * WIDTH];
    iso_mat states = {x, count, WIDTH, WIDTH, ISO_F32};
    const iso_batch batch = {.B = 1, .offsets = (int64_t[]){0, count}, .ids = ids};

    ok(iso_encoder_embed(e, &states, &batch));
    ok(iso_encoder_layers(e, &states, &batch, 0, layer));
    for (int k = 0; k < KEPT; k++) {
        mean[k] = 0;
        for (int i = 1; i < count - 1; i++)
            mean[k] += (double)x[i * WIDTH + k] / (count - 2);
    }
}

static void ids_of_llama_cpp_states_of_transformers(void **state)
{
    FILE *f = fopen(source_path("tests/golden/e5_mini.tsv"), "r");
    iso_tokenizer *t = NULL;
    iso_encoder *e = NULL;
    char line[4096], *of = NULL, *rest = NULL;
    int32_t ids[IDS];
    double mean[KEPT], worst = 0;
    int lines = 0;

    (void)state;
    assert_non_null(f);
    ok(iso_model_tokenizer_open(&t, source_path(bundled)));
    ok(iso_encoder_open(&e, source_path("examples/e5-mini/e5-mini.gguf"), NULL));
    assert_int_equal(iso_encoder_unused(e), 0);
    for (; fgets(line, sizeof line, f); lines++) {
        const int count = read_line(&of, ids, &rest, line);
        if (lines % LAYERS == 0)
            same_ids(t, of, ids, count);
        mean_of(mean, e, ids, count, (int)strtol(rest, &rest, 10));
        for (int k = 0; k < KEPT; k++)
            worst = fmax(worst, fabs(mean[k] - strtod(rest, &rest)));
    }
    assert_int_equal(lines, 10 * LAYERS);
    near(worst, 0, 2e-6);
    iso_encoder_close(e);
    iso_tokenizer_close(t);
    assert_int_equal(fclose(f), 0);
}

/* --- WordPiece -------------------------------------------------------------------------------- */

#define BEGIN "\xe2\x96\x81"

/* llama.cpp marks where words begin. `cased`: whether a piece has a capital letter. */
static const char *wordpiece_file(const char *name, bool cased)
{
    const char *const pieces[] = {"[PAD]", "[UNK]",      "[CLS]",
                                  "[SEP]", "[MASK]",     BEGIN "un",
                                  "able",  BEGIN "able", cased ? BEGIN "Un" : BEGIN "zz",
                                  NULL};
    iso_buf b = {0};

    gguf_begin(&b, 0, 14);
    gguf_text(&b, "general.architecture", "bert");
    gguf_int(&b, "bert.context_length", 64);
    gguf_text(&b, "tokenizer.ggml.model", "bert");
    gguf_texts(&b, "tokenizer.ggml.tokens", pieces);
    gguf_int(&b, "tokenizer.ggml.cls_token_id", 2);
    gguf_int(&b, "tokenizer.ggml.seperator_token_id", 3);
    gguf_int(&b, "tokenizer.ggml.bos_token_id", 5); /* of another use: cls counts */
    gguf_int(&b, "tokenizer.ggml.unknown_token_id", 1);
    gguf_int(&b, "tokenizer.ggml.padding_token_id", 0);
    gguf_int(&b, "bert.block_count", 1);
    gguf_int(&b, "bert.embedding_length", 32);
    gguf_int(&b, "bert.feed_forward_length", 32);
    gguf_int(&b, "bert.attention.head_count", 1);
    gguf_single(&b, "bert.attention.layer_norm_epsilon", 1e-12F);
    const char *path = gguf_file(name, &b, b.len);
    iso_buf_free(&b);
    return path;
}

static void wordpiece_marks_what_goes_on(void **state)
{
    static const int32_t lower[] = {2, 5, 6, 7, 1, 3};
    static const int32_t cased[] = {2, 8, 6, 7, 1, 3};
    static const char sentence[] = "Unable able x";

    (void)state;
    for (int c = 0; c < 2; c++) {
        const char *path = wordpiece_file(c ? "cased.gguf" : "lower.gguf", c);
        iso_tokenizer *t = NULL;
        ok(iso_model_tokenizer_open(&t, path));
        text(iso_tokenizer_kind(t), "wordpiece");
        assert_int_equal(iso_tokenizer_longest(t, NULL), 64);
        assert_int_equal(iso_tokenizer_padding(t), 0);
        same_ids(t, sentence, c ? cased : lower, 6);
        iso_tokenizer_close(t);
    }
}

/* --- Folders ---------------------------------------------------------------------------------- */

static void a_folder_with_several_files_is_two_readings(void **state)
{
    const char *folder = temp_path("two");
    iso_tokenizer *t = NULL;
    iso_buf b = {0};

    (void)state;
    assert_int_equal(mkdir(folder, 0700), 0);
    gguf_begin(&b, 0, 0);
    gguf_file("two/a-q4.gguf", &b, b.len);
    gguf_file("two/b-q8.gguf", &b, b.len);
    fails(iso_model_tokenizer_open(&t, folder), ISO_EIO, "holds 2 GGUF files: name one: ");
    iso_buf_free(&b);
}

int main(void)
{
    RUN_TESTS(test(ids_of_llama_cpp_states_of_transformers), test(wordpiece_marks_what_goes_on),
              test(a_folder_with_several_files_is_two_readings));
}
