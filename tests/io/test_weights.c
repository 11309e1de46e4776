/* Weights of a checkpoint's folder: one file, shards, and headers, indices and folders that lie. */
#include "tests/check.h"
#include "tests/io/tensor_data.h"

#include <signal.h>
#include <sys/stat.h>

#include "lib/base/alloc.h"
#include "lib/io/mapped.h"
#include "lib/io/weights.h"

static const char whole[] = "model.safetensors";
static const char index_name[] = "model.safetensors.index.json";

/* A new, empty folder. */
static const char *new_folder(void)
{
    static int count;
    char name[32];

    snprintf(name, sizeof name, "model%d", count++);
    const char *folder = temp_path(name);
    assert_int_equal(mkdir(folder, 0700), 0);
    return folder;
}

static void put_bytes(const char *folder, const char *name, const void *bytes, size_t count)
{
    FILE *f = fopen(check_path(folder, name), "wb");

    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, count, f), count);
    assert_int_equal(fclose(f), 0);
}

static void put_text(const char *folder, const char *name, const char *content)
{
    put_bytes(folder, name, content, strlen(content));
}

/* Header length as claimed, header, `data` bytes 0, 1, 2, ... */
static void put_claim(const char *folder, const char *name, uint64_t claim, const char *head,
                      size_t data)
{
    unsigned char bytes[4096];
    const size_t len = strlen(head);

    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)(claim >> (8 * i));
    memcpy(bytes + 8, head, len);
    for (size_t i = 0; i < data; i++)
        bytes[8 + len + i] = (unsigned char)i;
    put_bytes(folder, name, bytes, 8 + len + data);
}

static void put_tensors(const char *folder, const char *name, const char *head, size_t data)
{
    put_claim(folder, name, strlen(head), head, data);
}

#define TENSOR(name, type, shape, from, to)                                                        \
    "\"" name "\":{\"dtype\":\"" type "\",\"shape\":" shape ",\"data_offsets\":[" from "," to "]}"
#define F32(name, shape, from, to) TENSOR(name, "F32", shape, from, to)

static void one_file(void **state)
{
    const char *folder = new_folder();
    iso_weights *w = NULL;
    (void)state;

    /* 16 bytes of b, 8 of ids, 6 of a; nothing of none; an odd beginning of the data */
    /* clang-format off */
    put_tensors(folder, whole,
                "{\"__metadata__\":{\"format\":\"pt\"}," F32("b", "[2,2]", "0", "16") ","
                TENSOR("ids", "I64", "[1,1]", "16", "24") "," TENSOR("a", "BF16", "[3]", "24", "30") ","
                TENSOR("none", "F16", "[0,5]", "30", "30") "," TENSOR("scalar", "F64", "[]", "30", "38") ","
                TENSOR("deep", "F16", "[1,1,1,1,2]", "38", "42") "," TENSOR("new", "F8_E4M3", "[3]", "42", "45") "}  ",
                45);
    /* clang-format on */
    ok(iso_weights_open(&w, folder));
    assert_int_equal(iso_weights_count(w), 7);
    static const char *const names[] = {"a", "b", "deep", "ids", "new", "none", "scalar"};
    for (int i = 0; i < 7; i++) {
        text(iso_weights_at(w, i)->name, names[i]);
        assert_ptr_equal(iso_weights_find(w, names[i]), iso_weights_at(w, i));
    }
    const iso_weight *b = iso_weights_find(w, "b");
    assert_true(b->floats && b->dtype == ISO_F32 && b->rank == 2);
    assert_int_equal(b->shape[0], 2);
    assert_int_equal(b->shape[1], 2);
    assert_int_equal(b->bytes, 16);
    assert_int_equal(((const unsigned char *)b->data)[15], 15);
    text(b->type, "F32");
    text(b->file, check_path(folder, whole));
    const iso_weight *a = iso_weights_find(w, "a");
    assert_true(a->floats && a->dtype == ISO_BF16);
    assert_int_equal(((const unsigned char *)a->data)[0], 24);
    assert_false(iso_weights_find(w, "ids")->floats);
    assert_false(iso_weights_find(w, "new")->floats);
    assert_int_equal(iso_weights_find(w, "none")->bytes, 0);
    assert_int_equal(iso_weights_find(w, "scalar")->rank, 0);
    assert_int_equal(iso_weights_find(w, "deep")->rank, 5);
    assert_null(iso_weights_find(w, "c"));
    assert_null(iso_weights_find(w, ""));
    iso_weights_close(w);
    iso_weights_close(NULL);
}

static void headers_that_lie(void **state)
{
    static const struct {
        const char *head, *says;
    } cases[] = {
        {"{", "header: not JSON"},
        {"[]", "its header is no JSON object"},
        {"{\"a\":1}", "tensor \"a\" has no dtype"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2,2]}}", "no data_offsets"},
        {"{" F32("a", "[2,2]", "0", "9999") "}",
         "lies at bytes 0 to 9999 of the data, which has 32"},
        {"{" F32("a", "[2,2]", "24", "40") "}", "lies at bytes 24 to 40"},
        {"{" F32("a", "[2,2]", "16", "0") "}", "lies at bytes 16 to 0"},
        {"{" F32("a", "[2,2]", "-16", "0") "}", "lies at bytes -16 to 0"},
        {"{" F32("a", "[2,2]", "0.5", "16.5") "}", "no data_offsets"},
        {"{" F32("a", "[2,2]", "0", "1e30") "}", "no data_offsets"},
        {"{" F32("a", "[2,2]", "\"0\"", "16") "}", "no data_offsets"},
        {"{" F32("a", "[2,2]", "0", "16,32") "}", "no data_offsets"},
        {"{" F32("a", "[2,2]", "0", "12") "}", "its shape takes 16 bytes, its offsets 12"},
        {"{" TENSOR("a", "I64", "[2,2]", "0", "16") "}", "takes 32 bytes, its offsets 16"},
        {"{" TENSOR("a", "BOOL", "[3]", "0", "2") "}", "takes 3 bytes, its offsets 2"},
        {"{" F32("a", "[1,1,1,1,1,1,1,1,1,2]", "0", "4") "}", "takes 8 bytes, its offsets 4"},
        /* 2^66 bytes, 2^64 and 2^62 numbers; with a 0 among them there are none, and 16 bytes */
        {"{" F32("a", "[4294967296,4294967296]", "0", "0") "}", "claims more numbers"},
        {"{" F32("a", "[2147483648,2147483648]", "0", "0") "}", "claims more numbers"},
        {"{" F32("a", "[4294967296,4294967296,0]", "0", "16") "}", "takes 0 bytes"},
        {"{" TENSOR("a", "F8", "[4294967296,4294967296]", "0", "0") "}", "claims more numbers"},
        {"{" F32("a", "[2,-2]", "0", "16") "}", "a shape that is none"},
        {"{" F32("a", "[2,2.5]", "0", "16") "}", "a shape that is none"},
        {"{" F32("a", "4", "0", "16") "}", "tensor \"a\" has no shape"},
        {"{" F32("a", "[2,2]", "0", "16") "," F32("b", "[2,2]", "12", "28") "}",
         "tensors \"a\" and \"b\" overlap"},
        {"{" F32("a", "[2,2]", "0", "16") "," F32("b", "[1]", "4", "8") "}", "overlap"},
        {"{" F32("a", "[2]", "4", "12") "}", "before the first, belong to no tensor"},
        {"{" F32("a", "[1]", "0", "4") "," F32("b", "[1]", "8", "12") "}",
         "4 bytes from byte 120 on, after tensor \"a\", belong to no tensor"},
        {"{" F32("a", "[2,2]", "0", "16") "," F32("a", "[2,2]", "16", "32") "}",
         "tensor \"a\" is there twice"},
        {"{" F32("a\\u0000b", "[2,2]", "0", "16") "}", "a text in it holds a zero byte"},
        {"{" F32("\xff", "[2,2]", "0", "16") "}", "is not UTF-8"},
        {"{" F32("\xed\xa0\x80", "[2,2]", "0", "16") "}", "is not UTF-8"},
    };
    const char *folder = new_folder();
    iso_weights *w = NULL;
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        put_tensors(folder, whole, cases[i].head, tensor_data(cases[i].head, 32));
        fails(iso_weights_open(&w, folder), ISO_EFORMAT, cases[i].says);
        assert_non_null(strstr(iso_err_msg(), whole));
    }
    assert_null(w);
}

static void lengths_that_lie(void **state)
{
    const char *folder = new_folder();
    char deep[3000];
    iso_weights *w = NULL;
    (void)state;

    put_claim(folder, whole, 1000, "{}", 30);
    fails(iso_weights_open(&w, folder), ISO_EFORMAT,
          "claims a header of 1000 bytes and has 40 in all");
    put_claim(folder, whole, UINT64_MAX, "{}", 30);
    fails(iso_weights_open(&w, folder), ISO_EFORMAT, "claims a header of 18446744073709551615");
    put_claim(folder, whole, 3ull << 30, "{}", 30); /* gigabytes, in a file that has them */
    assert_int_equal(truncate(check_path(folder, whole), 4ll << 30), 0);
    fails(iso_weights_open(&w, folder), ISO_EFORMAT, "at most 8388608 are read");
    put_claim(folder, whole, 0, "", 30);
    fails(iso_weights_open(&w, folder), ISO_EFORMAT, "header: not JSON");
    put_bytes(folder, whole, "\2\0\0\0\0\0\0\0", 8);
    fails(iso_weights_open(&w, folder), ISO_EFORMAT, "has 8 bytes, less than any");
    put_bytes(folder, whole, "", 0);
    fails(iso_weights_open(&w, folder), ISO_EFORMAT, "is empty");
    memset(deep, '[', sizeof deep - 1);
    deep[sizeof deep - 1] = '\0';
    put_tensors(folder, whole, deep, 0);
    fails(iso_weights_open(&w, folder), ISO_EFORMAT, "header: not JSON");
    put_tensors(folder, whole, "{" F32("a\\\\u0000", "[1]", "0", "4") "}", 4);
    ok(iso_weights_open(&w, folder)); /* a backslash and digits */
    text(iso_weights_at(w, 0)->name, "a\\u0000");
    iso_weights_close(w);
    put_tensors(folder, whole, "{}", 0);
    ok(iso_weights_open(&w, folder)); /* of no use, and no lie */
    assert_int_equal(iso_weights_count(w), 0);
    assert_null(iso_weights_find(w, "a"));
    iso_weights_close(w);
}

/* Two shards: a, c in the first, b in the second. */
static const char *two_shards(void)
{
    const char *folder = new_folder();

    put_tensors(folder, "x-1.safetensors",
                "{" F32("a", "[1]", "0", "4") "," F32("c", "[2]", "4", "12") "}", 12);
    put_tensors(folder, "x-2.safetensors", "{" F32("b", "[1]", "0", "4") "}", 4);
    put_text(folder, index_name,
             "{\"metadata\": {\"total_size\": 16}, \"weight_map\": {\"b\": \"x-2.safetensors\", "
             "\"a\": \"x-1.safetensors\", \"c\": \"x-1.safetensors\"}}");
    return folder;
}

static void shards(void **state)
{
    const char *folder = two_shards();
    iso_weights *w = NULL;
    (void)state;

    ok(iso_weights_open(&w, folder));
    assert_int_equal(iso_weights_count(w), 3);
    text(iso_weights_at(w, 0)->name, "a");
    text(iso_weights_at(w, 1)->name, "b");
    text(iso_weights_at(w, 2)->name, "c");
    text(iso_weights_find(w, "b")->file, check_path(folder, "x-2.safetensors"));
    assert_int_equal(((const unsigned char *)iso_weights_find(w, "c")->data)[0], 4);
    iso_weights_close(w);
    put_tensors(folder, whole, "{" F32("z", "[1]", "0", "4") "}", 4);
    ok(iso_weights_open(&w, folder)); /* the one file goes first */
    text(iso_weights_at(w, 0)->name, "z");
    iso_weights_close(w);
}

static void shards_that_lie(void **state)
{
    static const struct {
        const char *index;
        iso_err code;
        const char *says;
    } cases[] = {
        {"{}", ISO_EFORMAT, "has no weight_map"},
        {"[]", ISO_EFORMAT, "is no JSON object"},
        {"{\"weight_map\": [\"x-1.safetensors\"]}", ISO_EFORMAT, "has no weight_map"},
        {"{\"weight_map\": {}}", ISO_EFORMAT, "has no weight_map"},
        {"{\"weight_map\": {\"a\": 1}}", ISO_EFORMAT, "names no file for tensor \"a\""},
        {"{\"weight_map\": {\"a\": \"../x\"}}", ISO_EFORMAT, "only files beside it"},
        {"{\"weight_map\": {\"a\": \"..\"}}", ISO_EFORMAT, "only files beside it"},
        {"{\"weight_map\": {\"a\": \"/etc/passwd\"}}", ISO_EFORMAT, "only files beside it"},
        {"{\"weight_map\": {\"a\": \"b/x\"}}", ISO_EFORMAT, "only files beside it"},
        {"{\"weight_map\": {\"a\": \"\"}}", ISO_EFORMAT, "only files beside it"},
        {"{\"weight_map\": {\"a\": \"x-3.safetensors\"}}", ISO_EIO,
         "x-3.safetensors: No such file"},
        {"{\"weight_map\": {\"d\": \"x-1.safetensors\"}}", ISO_EFORMAT,
         "tensor \"d\" is in x-1.safetensors, where it is not"},
        {"{\"weight_map\": {\"a\": \"x-1.safetensors\", \"c\": \"x-2.safetensors\"}}", ISO_EFORMAT,
         "tensor \"c\" is in x-2.safetensors, where it is not"},
        {"{\"weight_map\": {\"a\": \"x-1.safetensors\", \"b\": \"x-2.safe\"}}", ISO_EIO,
         "x-2.safe"},
    };
    const char *folder = two_shards();
    iso_weights *w = NULL;
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        put_text(folder, index_name, cases[i].index);
        fails(iso_weights_open(&w, folder), cases[i].code, cases[i].says);
    }
    folder = two_shards();
    put_tensors(folder, "x-2.safetensors",
                "{" F32("b", "[1]", "0", "4") "," F32("a", "[1]", "4", "8") "}", 8);
    fails(iso_weights_open(&w, folder), ISO_EFORMAT, "safetensors too");
    put_tensors(folder, "x-2.safetensors", "{" F32("b", "[1]", "0", "4") "}", 2);
    fails(iso_weights_open(&w, folder), ISO_EFORMAT, "x-2.safetensors: tensor \"b\" lies at bytes");
    assert_null(w);
}

static void a_variant_alone_is_taken(void **state)
{
    const char *folder = new_folder();
    iso_weights *w = NULL;
    (void)state;

    put_tensors(folder, "model.fp16.safetensors", "{" F32("z", "[1]", "0", "4") "}", 4);
    ok(iso_weights_open(&w, folder));
    text(iso_weights_at(w, 0)->name, "z");
    iso_weights_close(w);
    put_tensors(folder, "model.bf16.safetensors", "{" F32("y", "[1]", "0", "4") "}", 4);
    fails(iso_weights_open(&w, folder), ISO_EIO,
          "holds model.bf16.safetensors and model.fp16.safetensors and no model.safetensors: which "
          "is meant? Give that one the name model.safetensors");
    put_tensors(folder, "model.x-00001-of-00002.safetensors", "{" F32("x", "[1]", "0", "4") "}", 4);
    put_tensors(folder, whole, "{" F32("w", "[1]", "0", "4") "}", 4);
    ok(iso_weights_open(&w, folder)); /* the plain one goes first */
    text(iso_weights_at(w, 0)->name, "w");
    iso_weights_close(w);
    folder = new_folder();
    put_tensors(folder, "model.fp16-00001-of-00001.safetensors", "{" F32("x", "[1]", "0", "4") "}",
                4);
    put_text(folder, "model.safetensors.index.fp16.json",
             "{\"weight_map\": {\"x\": \"model.fp16-00001-of-00001.safetensors\"}}");
    ok(iso_weights_open(&w, folder));
    text(iso_weights_at(w, 0)->name, "x");
    iso_weights_close(w);
}

/* A prefix of all names is a wrapper's; one that a name lacks is the model's own. */
static void wrappers_are_no_part_of_names(void **state)
{
    const char *folder = new_folder();
    iso_weights *w = NULL;
    (void)state;

    put_tensors(folder, whole,
                "{" F32("_orig_mod.module.a", "[1]", "0", "4") "," F32("_orig_mod.module.model.b",
                                                                       "[1]", "4", "8") "}",
                8);
    ok(iso_weights_open(&w, folder));
    text(iso_weights_at(w, 0)->name, "a");
    text(iso_weights_at(w, 1)->name, "model.b");
    assert_non_null(iso_weights_find(w, "model.b"));
    iso_weights_close(w);
}

static void folders_without_weights(void **state)
{
    const char *folder = new_folder();
    iso_weights *w = NULL;
    (void)state;

    fails(iso_weights_open(&w, ""), ISO_EARG, "folder: is empty");
    fails(iso_weights_open(&w, temp_path("nowhere")), ISO_EIO, "nowhere: No such file");
    fails(iso_weights_open(&w, folder), ISO_EIO, "holds neither model.safetensors nor");
    put_text(folder, "pytorch_model.bin", "x");
    fails(iso_weights_open(&w, folder), ISO_EFORMAT, "pytorch_model.bin: ends within its pickle");
    fails(iso_weights_open(&w, check_path(folder, "pytorch_model.bin")), ISO_EIO, "is a file");
    assert_int_equal(remove(check_path(folder, "pytorch_model.bin")), 0);
    assert_int_equal(mkdir(check_path(folder, whole), 0700), 0);
    fails(iso_weights_open(&w, folder), ISO_EIO, "model.safetensors: is a directory");
    static const char *const others[] = {"tf_model.h5", "flax_model.msgpack", "model.onnx"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        folder = new_folder();
        put_text(folder, others[i], "x");
        fails(iso_weights_open(&w, folder), ISO_EUNSUP, others[i]);
    }
}

static void every_allocation_may_fail(void **state)
{
    const char *folder = two_shards();
    iso_weights *w = NULL;
    iso_err err = ISO_ENOMEM;
    int64_t n = 0;
    (void)state;

    for (; err; n++) {
        iso_alloc_fail_after(n);
        err = iso_weights_open(&w, folder);
        iso_alloc_fail_after(-1);
        if (err) {
            assert_int_equal(err, ISO_ENOMEM);
            assert_null(w);
        }
    }
    ok(err);
    assert_true(n > 10);
    iso_weights_close(w);
}

static void the_bundled_checkpoint(void **state)
{
    iso_weights *w = NULL;
    int64_t bytes = 0;
    (void)state;

    ok(iso_weights_open(&w, source_path("examples/mini")));
    assert_int_equal(iso_weights_count(w), 74);
    const iso_weight *t = iso_weights_find(w, "roberta.embeddings.word_embeddings.weight");
    assert_non_null(t);
    assert_int_equal(t->shape[0], 8191);
    assert_int_equal(t->shape[1], 128);
    assert_int_equal(t->dtype, ISO_F16);
    for (int64_t i = 0; i < iso_weights_count(w); i++)
        bytes += iso_weights_at(w, i)->bytes;
    assert_true(bytes > 3 << 20);
    iso_weights_close(w);
}

static void mend(int number, siginfo_t *info, void *context)
{
    (void)context;
    if (!iso_mapped_mend(info->si_addr))
        (void)signal(number, SIG_DFL);
}

/* A mapped file is cut to its first page: what is gone reads as zeros, and that is an error. */
static void cut_while_mapped(void **state)
{
    enum { BIG = 1 << 20 };
    const struct sigaction act = {.sa_sigaction = mend, .sa_flags = SA_SIGINFO};
    struct sigaction old;
    const char *folder = new_folder();
    static const char head[] = "{" F32("a", "[262144]", "0", "1048576") "}";
    static unsigned char bytes[8 + sizeof head - 1 + BIG] = {sizeof head - 1};
    iso_weights *w = NULL;
    (void)state;

    memcpy(bytes + 8, head, sizeof head - 1);
    memset(bytes + 8 + sizeof head - 1, 7, BIG);
    put_bytes(folder, whole, bytes, sizeof bytes);
    assert_int_equal(sigaction(SIGBUS, &act, &old), 0);
    ok(iso_weights_open(&w, folder));
    ok(iso_weights_whole(w));
    const unsigned char *numbers = iso_weights_at(w, 0)->data;
    assert_int_equal(numbers[BIG - 1], 7);
    assert_int_equal(truncate(check_path(folder, whole), 4096), 0);
    assert_int_equal(numbers[100], 7);
    assert_int_equal(numbers[BIG - 1], 0);
    assert_int_equal(numbers[BIG / 2], 0);
    fails(iso_weights_whole(w), ISO_EIO, "model.safetensors: was cut from");
    assert_non_null(strstr(iso_err_msg(), " to 4096 bytes while it was in use"));
    assert_int_equal(truncate(check_path(folder, whole), 2 * BIG), 0); /* too late */
    fails(iso_weights_whole(w), ISO_EIO, "a part of it could not be read");
    assert_false(iso_mapped_mend(&act));
    assert_false(iso_mapped_mend(NULL));
    iso_weights_close(w);
    assert_false(iso_mapped_mend(numbers));
    sigaction(SIGBUS, &old, NULL);
}

int main(void)
{
    RUN_TESTS(test(cut_while_mapped), test(one_file), test(a_variant_alone_is_taken),
              test(wrappers_are_no_part_of_names), test(headers_that_lie), test(lengths_that_lie),
              test(shards), test(shards_that_lie), test(folders_without_weights),
              test(every_allocation_may_fail), test(the_bundled_checkpoint));
}
