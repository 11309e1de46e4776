/* GGUF: blocks of numbers, facts, the folder a file stands for, and files that lie. */
#include "tests/io/gguf_files.h"

#include "lib/base/alloc.h"
#include "lib/io/folder.h"
#include "lib/io/gguf.h"
#include "lib/io/gguf_folder.h"
#include "lib/io/weights.h"

/* --- Numbers ---------------------------------------------------------------------------------- */

/* Beside each tensor lies what the Python package gguf makes of it: tests/golden/gguf_blocks.py. */
static void blocks_are_those_of_the_python_package(void **state)
{
    iso_weights *w = NULL;
    int compared = 0;

    (void)state;
    ok(iso_weights_open_file(&w, source_path("tests/golden/gguf_blocks.gguf")));
    text(iso_weights_at(w, 0)->layout, "GGUF");
    for (int64_t i = 0; i < iso_weights_count(w); i++) {
        const iso_weight *t = iso_weights_at(w, i);
        char name[32];
        snprintf(name, sizeof name, "%s.f32", t->name);
        const iso_weight *expected = iso_weights_find(w, name);
        if (!expected)
            continue;
        text(t->type, t->name);
        assert_true(t->floats && t->dtype == ISO_F32 && t->stored < t->bytes);
        assert_int_equal(t->bytes, expected->bytes);
        assert_int_equal(t->shape[0], 3);
        assert_int_equal(t->shape[1], 512);
        assert_memory_equal(t->data, expected->data, (size_t)t->bytes);
        compared++;
    }
    assert_int_equal(compared, 10);
    iso_weights_close(w);
}

/* --- Files ------------------------------------------------------------------------------------ */

static const char *const pieces[] = {"<s>",
                                     "<pad>",
                                     "</s>",
                                     "<unk>",
                                     "\xe2\x96\x81",
                                     "a",
                                     "\xe2\x96\x81"
                                     "ab",
                                     "<mask>",
                                     NULL};
static const float scores[] = {0, 0, 0, 0, -2, -3.5F, -4.25F, 0};
static const int kinds[] = {3, 3, 3, 2, 1, 1, 1, 3};

enum { UNIGRAM_FACTS = 18, ENCODER_TENSORS = 3 };

/* The facts of an encoder of 32 dimensions with Unigram pieces; three of its tensors. */
static void put_encoder(iso_buf *out, uint64_t more_facts)
{
    gguf_begin(out, ENCODER_TENSORS, UNIGRAM_FACTS + more_facts);
    gguf_text(out, "general.architecture", "bert");
    gguf_int(out, "bert.block_count", 2);
    gguf_int(out, "bert.context_length", 16);
    gguf_int(out, "bert.embedding_length", 32);
    gguf_int(out, "bert.feed_forward_length", 64);
    gguf_int(out, "bert.attention.head_count", 4);
    gguf_single(out, "bert.attention.layer_norm_epsilon", 1e-12F);
    gguf_int(out, "bert.pooling_type", 2);
    gguf_text(out, "tokenizer.ggml.model", "t5");
    gguf_texts(out, "tokenizer.ggml.tokens", pieces);
    gguf_singles(out, "tokenizer.ggml.scores", scores, 8);
    gguf_ints(out, "tokenizer.ggml.token_type", kinds, 8);
    gguf_int(out, "tokenizer.ggml.bos_token_id", 0);
    gguf_int(out, "tokenizer.ggml.eos_token_id", 2);
    gguf_int(out, "tokenizer.ggml.unknown_token_id", 3);
    gguf_int(out, "tokenizer.ggml.padding_token_id", 1);
    gguf_int(out, "tokenizer.ggml.mask_token_id", 7);
    gguf_text(out, "general.name", "a small one");
}

static void put_tensors(iso_buf *out)
{
    gguf_tensor(out, "token_embd.weight", 8, 32, 2, 0);            /* Q4_0: 8 x 18 bytes */
    gguf_tensor(out, "position_embd.weight", 16, 32, 1, 160);      /* F16: 1024 bytes */
    gguf_tensor(out, "blk.0.attn_qkv.bias", 0, 96, 0, 160 + 1024); /* F32: 384 bytes */
    gguf_data(out, 160 + 1024 + 384);
}

static const char *small_file(const char *name)
{
    iso_buf bytes = {0};

    put_encoder(&bytes, 0);
    put_tensors(&bytes);
    const char *path = gguf_file(name, &bytes, bytes.len);
    iso_buf_free(&bytes);
    return path;
}

static void tensors_have_names_shapes_and_thirds(void **state)
{
    const char *path = small_file("small.gguf");
    iso_weights *w = NULL;

    (void)state;
    ok(iso_weights_open(&w, path));
    assert_int_equal(iso_weights_count(w), 5);
    const iso_weight *words = iso_weights_find(w, "token_embd.weight");
    assert_non_null(words);
    assert_int_equal(words->rank, 2);
    assert_int_equal(words->shape[0], 8);
    assert_int_equal(words->shape[1], 32);
    assert_int_equal(words->bytes, 8 * 32 * 4);
    assert_int_equal(words->stored, 8 * 18);
    const iso_weight *q = iso_weights_find(w, "blk.0.attn_q.bias");
    const iso_weight *v = iso_weights_find(w, "blk.0.attn_v.bias");
    assert_true(q && v);
    assert_int_equal(q->shape[0], 32);
    assert_int_equal((const char *)v->data - (const char *)q->data, 2 * 32 * 4);
    iso_weights_close(w);
}

static void stands_for_the_folder_it_was_made_of(void **state)
{
    const char *path = small_file("folder.gguf");
    iso_json *root = NULL;
    int64_t n = 0;
    double eps = 0;

    (void)state;
    ok(iso_folder_check(path));
    assert_true(iso_folder_has(path, "config.json") && iso_folder_has(path, "tokenizer.json") &&
                iso_folder_has(path, "modules.json") && iso_folder_has(path, "1_Pooling"));
    assert_false(iso_folder_has(path, "vocab.txt") || iso_folder_has(path, "model.safetensors"));
    ok(iso_folder_json(&root, path, "config.json", 1 << 20));
    text(iso_json_text(iso_json_get(root, "model_type")), "bert");
    assert_true(iso_json_int(&n, iso_json_get(root, "vocab_size")) && n == 8);
    assert_true(iso_json_int(&n, iso_json_get(root, "max_position_embeddings")) && n == 16);
    assert_true(iso_json_int(&n, iso_json_get(root, "type_vocab_size")) && n == 0);
    assert_true(iso_json_number(&eps, iso_json_get(root, "layer_norm_eps")) && eps == 1e-12);
    iso_json_free(root);
    ok(iso_folder_json(&root, check_path(path, "1_Pooling"), "config.json", 1 << 20));
    text(iso_json_text(iso_json_get(root, "pooling_mode")), "cls");
    iso_json_free(root);
    fails(iso_folder_json(&root, path, "vocab.json", 1 << 20), ISO_EIO, "folder.gguf/vocab.json");
}

/* --- What is refused -------------------------------------------------------------------------- */

static void refuse(const iso_buf *bytes, iso_err code, const char *part)
{
    iso_gguf g = {0};

    fails(iso_gguf_open(&g, gguf_file("bad.gguf", bytes, bytes->len)), code, part);
}

/* Cut anywhere, it is an error that names the file, and nothing is read behind its end. */
static void a_file_cut_anywhere_is_refused(void **state)
{
    iso_buf bytes = {0};
    iso_gguf g = {0};

    (void)state;
    put_encoder(&bytes, 0);
    put_tensors(&bytes);
    for (int64_t len = 1; len < bytes.len; len++)
        fails(iso_gguf_open(&g, gguf_file("cut.gguf", &bytes, len)), ISO_EFORMAT, "cut.gguf: ");
    iso_buf_free(&bytes);
}

static void versions_and_parts(void **state)
{
    iso_buf b = {0};

    (void)state;
    gguf_begin(&b, 0, 0);
    b.text[4] = 1;
    refuse(&b, ISO_EUNSUP, "version 1; 2 and 3 are read");
    b.text[4] = 0, b.text[7] = 3;
    refuse(&b, ISO_EUNSUP, "big-endian");
    b.len = 0;
    gguf_begin(&b, 0, 1);
    gguf_int(&b, "split.count", 3);
    refuse(&b, ISO_EUNSUP, "one of 3 parts");
    iso_buf_free(&b);
}

static void facts_that_lie(void **state)
{
    iso_buf b = {0};

    (void)state;
    gguf_begin(&b, 0, 2);
    gguf_int(&b, "a", 1);
    gguf_int(&b, "a", 2);
    refuse(&b, ISO_EFORMAT, "a is there twice");
    b.len = 0;
    gguf_begin(&b, 0, 1);
    gguf_name(&b, "a");
    gguf_number(&b, 77, 4);
    gguf_number(&b, 0, 8);
    refuse(&b, ISO_EFORMAT, "a is of type 77");
    b.len = 0;
    gguf_begin(&b, UINT64_MAX, 1);
    gguf_int(&b, "a", 1);
    refuse(&b, ISO_EFORMAT, "claims");
    b.len = 0;
    gguf_begin(&b, 0, 1);
    gguf_name(&b, "a");
    gguf_number(&b, 9, 4);
    gguf_number(&b, 4, 4);
    gguf_number(&b, UINT64_MAX / 2, 8);
    refuse(&b, ISO_EFORMAT, "ends within a");
    iso_buf_free(&b);
}

static void tensors_that_lie(void **state)
{
    static const struct {
        uint64_t rows, cols;
        uint32_t type;
        uint64_t offset;
        const char *part;
    } cases[] = {
        {2, 33, 2, 0, "rows that are no whole blocks"},
        {2, 32, 0, 8, "off the file's alignment"},
        {2, 32, 0, 1 << 20, "ends behind the file's end"},
        {2, 32, 0, UINT64_MAX - 31, "ends behind the file's end"},
        {UINT64_MAX / 8, 32, 0, 0, "a size that overflows"},
        {4, 0, 0, 0, "an empty axis"},
        {2, 32, 0, 0, "lies over another"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        iso_buf b = {0};
        gguf_begin(&b, 2, 0);
        gguf_tensor(&b, "x", 0, 16, 0, 0);
        gguf_tensor(&b, "y", cases[i].rows, cases[i].cols, cases[i].type, cases[i].offset);
        gguf_data(&b, 512);
        refuse(&b, ISO_EFORMAT, cases[i].part);
        iso_buf_free(&b);
    }
}

static void types_that_are_not_read_are_named(void **state)
{
    iso_weights *w = NULL;
    iso_buf b = {0};

    (void)state;
    gguf_begin(&b, 1, 0);
    gguf_tensor(&b, "x", 0, 256, 16, 0);
    gguf_data(&b, 66);
    fails(iso_weights_open_file(&w, gguf_file("iq2.gguf", &b, b.len)), ISO_EUNSUP,
          "tensor \"x\" is of ggml's type 16");
    iso_buf_free(&b);
}

/* What a text of config.json or tokenizer.json cannot be made of. */
static void facts_of_other_models_are_refused(void **state)
{
    iso_buf b = {0}, made = {0};
    bool found = false;

    (void)state;
    gguf_begin(&b, 0, 2);
    gguf_text(&b, "general.architecture", "bert");
    gguf_text(&b, "tokenizer.ggml.model", "gpt2");
    const char *path = gguf_file("gpt.gguf", &b, b.len);
    fails(iso_gguf_text(&made, &found, check_path(path, "config.json")), ISO_EFORMAT,
          "no whole number bert.block_count");
    fails(iso_gguf_text(&made, &found, check_path(path, "tokenizer.json")), ISO_EUNSUP,
          "its tokenizer is gpt2");
    iso_buf_free(&b);
    iso_buf_free(&made);
}

static void numbers_of_every_type(void **state)
{
    static const struct {
        iso_gguf_type type;
        uint64_t bits;
        int bytes;
        int64_t value;
    } cases[] = {{ISO_GGUF_U8, 0xfe, 1, 254},          {ISO_GGUF_I8, 0xfe, 1, -2},
                 {ISO_GGUF_U16, 0xfffe, 2, 65534},     {ISO_GGUF_I16, 0xfffe, 2, -2},
                 {ISO_GGUF_I32, 0xfffffffe, 4, -2},    {ISO_GGUF_U64, 5, 8, 5},
                 {ISO_GGUF_I64, UINT64_MAX - 1, 8, -2}};
    iso_buf b = {0};
    iso_gguf g = {0};
    int64_t n = 77;
    double x = 0;

    (void)state;
    gguf_begin(&b, 0, 8);
    for (int i = 0; i < 7; i++) {
        gguf_name(&b, (const char[]){(char)('a' + i), 0});
        gguf_number(&b, cases[i].type, 4);
        gguf_number(&b, cases[i].bits, cases[i].bytes);
    }
    gguf_name(&b, "big");
    gguf_number(&b, ISO_GGUF_U64, 4);
    gguf_number(&b, UINT64_MAX, 8);
    ok(iso_gguf_open(&g, gguf_file("numbers.gguf", &b, b.len)));
    for (int i = 0; i < 7; i++) {
        const char name[] = {(char)('a' + i), 0};
        assert_true(iso_gguf_int(&n, &g, name) && n == cases[i].value);
        assert_true(iso_gguf_number(&x, &g, name) && x == (double)cases[i].value);
    }
    assert_false(iso_gguf_int(&n, &g, "big") || iso_gguf_int(&n, &g, "none"));
    iso_gguf_close(&g);
    iso_buf_free(&b);
}

int main(void)
{
    RUN_TESTS(test(blocks_are_those_of_the_python_package),
              test(tensors_have_names_shapes_and_thirds),
              test(stands_for_the_folder_it_was_made_of), test(a_file_cut_anywhere_is_refused),
              test(versions_and_parts), test(facts_that_lie), test(tensors_that_lie),
              test(types_that_are_not_read_are_named), test(facts_of_other_models_are_refused),
              test(numbers_of_every_type));
}
