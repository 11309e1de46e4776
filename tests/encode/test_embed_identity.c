/* An embedding is gone on with by the model that began it, and by no other. */
#include <sys/stat.h>

#include "tests/encode/embedded.h"

static const char *in_model(const char *name)
{
    char path[256];

    snprintf(path, sizeof path, "model/%s", name);
    return temp_path(name ? path : "model");
}

static void write_bytes(const char *path, const char *bytes, size_t len)
{
    FILE *out = fopen(path, "wb");

    assert_non_null(out);
    assert_int_equal(fwrite(bytes, 1, len, out), len);
    assert_int_equal(fclose(out), 0);
}

static char *read_bytes(size_t *len, const char *path)
{
    FILE *in = fopen(path, "rb");
    struct stat st;

    assert_non_null(in);
    assert_int_equal(fstat(fileno(in), &st), 0);
    char *bytes = calloc(1, (size_t)st.st_size + 1);
    assert_non_null(bytes);
    *len = fread(bytes, 1, (size_t)st.st_size, in);
    assert_int_equal(*len, st.st_size);
    fclose(in);
    return bytes;
}

static void copy_file(const char *from, const char *to)
{
    size_t len;
    char *bytes = read_bytes(&len, from);

    write_bytes(to, bytes, len);
    free(bytes);
}

/* The small model with its weights in two shards, of which the second holds nothing that is used.
 */
static void make_model(void)
{
    static const char extra[] = "\x40\0\0\0\0\0\0\0"
                                "{\"extra\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]"
                                "}}          \0\0\0\0";
    static const char *const names[] = {"config.json", "sentencepiece.bpe.model",
                                        "tokenizer_config.json"};

    assert_int_equal(mkdir(temp_path("model"), 0700), 0);
    for (int i = 0; i < 3; i++) {
        char from[256];
        snprintf(from, sizeof from, "examples/mini/%s", names[i]);
        copy_file(source_path(from), in_model(names[i]));
    }
    copy_file(source_path("examples/mini/model.safetensors"), in_model("a.safetensors"));
    write_bytes(in_model("b.safetensors"), extra, 8 + 0x40 + 4);
    (void)file_of("model/model.safetensors.index.json",
                  "{\"weight_map\": {\"roberta.embeddings.LayerNorm.weight\": \"a.safetensors\", "
                  "\"extra\": \"b.safetensors\"}}");
}

static int run(bool resume)
{
    const char *corpus = source_path("examples/corpus"), *out = temp_path("out.h5");

    return resume ? EMBED("--model", temp_path("model"), "--corpus", corpus, "--limit", "20",
                          "--layers", "0-1", "-o", out, "--resume")
                  : EMBED("--model", temp_path("model"), "--corpus", corpus, "--limit", "20",
                          "--layers", "0-1", "-o", out, "--quiet");
}

/* What was said names the file, and nothing of the part was touched. */
static void refused(const char *what)
{
    size_t before, after;
    char *was = read_bytes(&before, temp_path("out.h5.part"));

    assert_int_equal(run(true), 1);
    if (!strstr(said, what) || !strstr(said, "out.h5.part: was begun with"))
        fail_msg("not \"%s\" but: %s", what, said);
    char *is = read_bytes(&after, temp_path("out.h5.part"));
    assert_int_equal(before, after);
    assert_memory_equal(was, is, before);
    free(was);
    free(is);
}

/* One byte of a file is another. */
static void flip(const char *name, const char *mark, size_t from_end, int bit)
{
    size_t len;
    char *bytes = read_bytes(&len, in_model(name));
    char *at = mark ? strstr(bytes, mark) : bytes + len - from_end;

    assert_non_null(at);
    *at = (char)(*at ^ bit);
    write_bytes(in_model(name), bytes, len);
    free(bytes);
}

static void replace(const char *name, const char *from, const char *to)
{
    size_t len;
    char *bytes = read_bytes(&len, in_model(name)), *at = strstr(bytes, from);
    char text[8192];

    assert_non_null(at);
    snprintf(text, sizeof text, "%.*s%s%s", (int)(at - bytes), bytes, to, at + strlen(from));
    write_bytes(in_model(name), text, strlen(text));
    free(bytes);
}

static void another_model_is_refused(void **state)
{
    (void)state;
    make_model();
    iso_run_interrupt_at("embedding", 600);
    assert_int_equal(run(false), 130);
    iso_run_interrupt_at(NULL, 0);
    flip("a.safetensors", NULL, 2, 1); /* the last bit of the last weight */
    refused("another a.safetensors (");
    flip("a.safetensors", NULL, 2, 1);
    flip("b.safetensors", NULL, 1, 1);
    refused("another b.safetensors (");
    flip("b.safetensors", NULL, 1, 1);
    replace("config.json", "1e-05", "1e-12");
    refused("another config.json (");
    replace("config.json", "1e-12", "1e-05");
    replace("config.json", "\"gelu\"", "\"relu\"");
    refused("another config.json (");
    replace("config.json", "\"relu\"", "\"gelu\"");
    replace("tokenizer_config.json", "{", "{ ");
    refused("another tokenizer_config.json (");
    replace("tokenizer_config.json", "{ ", "{");
    assert_int_equal(rename(in_model("tokenizer_config.json"), temp_path("aside")), 0);
    refused("with tokenizer_config.json, which is gone");
    assert_int_equal(rename(temp_path("aside"), in_model("tokenizer_config.json")), 0);
    (void)file_of("model/special_tokens_map.json", "{}");
    assert_int_equal(run(true), 1);
    assert_non_null(strstr(said, "was begun without special_tokens_map.json"));
    assert_int_equal(unlink(in_model("special_tokens_map.json")), 0);
    /* what decides no number does not count; all as it was goes on */
    (void)file_of("model/README.md", "another model card\n");
    done(run(true));
    assert_non_null(strstr(said, " tokens were there already"));
}

/* WordPiece: one piece more, which no text uses. */
static void another_vocabulary_is_refused(void **state)
{
    (void)state;
    assert_int_equal(unlink(in_model("sentencepiece.bpe.model")), 0);
    (void)file_of("model/vocab.txt", "<s>\n<pad>\n</s>\n<unk>\n<mask>\na\nthe\n");
    iso_run_interrupt_at("embedding", 600);
    assert_int_equal(run(false), 130);
    iso_run_interrupt_at(NULL, 0);
    (void)file_of("model/vocab.txt", "<s>\n<pad>\n</s>\n<unk>\n<mask>\na\nthe\nqwertz\n");
    refused("another vocab.txt (");
    (void)file_of("model/vocab.txt", "<s>\n<pad>\n</s>\n<unk>\n<mask>\na\nthe\n");
    done(run(true));
}

/* Random weights are of the seed, not of the files. */
static void files_of_weights_that_are_not_read(void **state)
{
    const char *corpus = source_path("examples/corpus"), *out = temp_path("random.h5");

    (void)state;
    iso_run_interrupt_at("embedding", 600);
    assert_int_equal(EMBED("--model", temp_path("model"), "--corpus", corpus, "--limit", "20",
                           "--layers", "0", "--random-weights", "7", "-o", out),
                     130);
    iso_run_interrupt_at(NULL, 0);
    flip("b.safetensors", NULL, 1, 1);
    assert_int_equal(EMBED("--model", temp_path("model"), "--corpus", corpus, "--limit", "20",
                           "--layers", "0", "--random-weights", "8", "-o", out, "--resume"),
                     1);
    assert_non_null(strstr(said, "another model ("));
    done(EMBED("--model", temp_path("model"), "--corpus", corpus, "--limit", "20", "--layers", "0",
               "--random-weights", "7", "-o", out, "--resume"));
}

static void a_journal_of_another_version(void **state)
{
    size_t len;

    (void)state;
    (void)unlink(temp_path("out.h5"));
    iso_run_interrupt_at("embedding", 600);
    assert_int_equal(run(false), 130);
    iso_run_interrupt_at(NULL, 0);
    char *bytes = read_bytes(&len, temp_path("out.h5.part.journal"));
    bytes[strcspn(bytes, "\n") - 1] = '1';
    write_bytes(temp_path("out.h5.part.journal"), bytes, len);
    free(bytes);
    assert_int_equal(run(true), 1);
    assert_non_null(strstr(said, "out.h5.part.journal: was written by another version of isogloss; "
                                 "delete it and "));
    assert_int_equal(unlink(temp_path("out.h5.part.journal")), 0);
    assert_int_equal(unlink(temp_path("out.h5.part")), 0);
    done(run(true));
}

int main(void)
{
    RUN_TESTS(test(another_model_is_refused), test(another_vocabulary_is_refused),
              test(files_of_weights_that_are_not_read), test(a_journal_of_another_version));
}
