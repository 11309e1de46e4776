/* Training as a person would ask for it: interrupted and resumed, on other threads, its parts. */
#include <string.h>
#include <sys/stat.h>

#include "analysis/study/train/train_inside.h"
#include "lib/base/alloc.h"
#include "lib/io/weights.h"
#include "lib/train/saved.h"
#include "tests/check.h"

static char said[1 << 14];

static void hear(void *payload, const char *note)
{
    (void)payload;
    strncat(said, note, sizeof said - strlen(said) - 2);
    strcat(said, "\n");
}

static int64_t mem_free; /* that the machine says it has; 0: it does not say */

/* TRAIN(&records, threads, "--epochs", "2", ..., "-o", path); words without -- are LANG=FILE. */
#define TRAIN(records, threads, ...)                                                               \
    trained(records, threads, (const char *const[]){__VA_ARGS__, NULL})

static iso_err trained(iso_records *records, int threads, const char *const *argv)
{
    const iso_run run = {.threads = threads, .seed = 3, .note = hear, .mem_free = mem_free};
    const char *words[8];
    int count = 0;
    iso_train_opt opt;
    iso_texts *texts = NULL;
    iso_err err = ISO_OK;

    said[0] = '\0';
    iso_train_opt_init(&opt, sizeof opt);
    opt.model.folder = source_path("examples/mini");
    for (; *argv; argv++) {
        const char *name = strcmp(*argv, "-o") == 0 ? "out" : *argv + 2;
        const iso_option *o = iso_options_find(&iso_train_options, name);
        if (**argv != '-')
            words[count++] = *argv;
        else
            ISO_TRY(iso_option_set(o, &opt, o->kind == ISO_OPTION_FLAG ? NULL : *++argv));
    }
    ISO_TRY(iso_texts_open(&texts, words, count, &opt.texts, &run));
    ISO_TRY(iso_train(records, NULL, texts, &opt, &run));
done:
    iso_texts_close(texts);
    return err;
}

static char *read_file(const char *folder, const char *name, long *size)
{
    char path[1024], *bytes = NULL;
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    file = fopen(path, "rb");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    *size = ftell(file);
    rewind(file);
    ok(iso_alloc(&bytes, *size + 1, 1));
    assert_int_equal(fread(bytes, 1, (size_t)*size, file), *size);
    fclose(file);
    return bytes;
}

static bool same_weights(const char *a, const char *b)
{
    long n, m;
    char *x = read_file(a, "model.safetensors", &n), *y = read_file(b, "model.safetensors", &m);
    const bool same = n == m && memcmp(x, y, (size_t)n) == 0;

    iso_free(x);
    iso_free(y);
    return same;
}

#define LESSON                                                                                     \
    "--corpus", source_path("examples/corpus"), "--src", "en", "--tgt", "de", "--epochs", "2",     \
        "--lr", "1e-3", "--dropout", "0.1", "--every", "3"

static void what_is_resumed_ends_with_the_same_bits(void **state)
{
    const char *whole = temp_path("whole"), *cut = temp_path("cut");
    iso_records a = {0}, b = {0};

    (void)state;
    ok(TRAIN(&a, 2, LESSON, "-o", whole));
    iso_run_interrupt_at("training", 7);
    fails(TRAIN(&b, 2, LESSON, "-o", cut), ISO_ECANCEL, "the same command with --resume continues");
    iso_run_interrupt_at(NULL, 0);
    assert_int_equal(iso_records_count(&b), 0);
    fails(TRAIN(&b, 2, LESSON, "-o", cut), ISO_EIO, "--resume goes on with it");
    fails(TRAIN(&b, 2, LESSON, "--weight-decay", "0.5", "--resume", "-o", cut), ISO_EFORMAT,
          "weight");
    ok(TRAIN(&b, 1, LESSON, "--resume", "-o", cut));
    assert_non_null(strstr(said, "goes on after step 6 of 12"));
    assert_true(same_weights(whole, cut));
    assert_int_equal(iso_records_count(&a), iso_records_count(&b));
    for (int64_t i = 0; i < iso_records_count(&a); i++)
        assert_true(iso_records_at(&a, i)->value == iso_records_at(&b, i)->value);
    iso_records_free(&a);
    iso_records_free(&b);
}

static void threads_do_not_matter(void **state)
{
    const char *one = temp_path("one"), *three = temp_path("three");
    iso_records r = {0};

    (void)state;
    ok(TRAIN(&r, 1, LESSON, "--steps", "3", "-o", one));
    ok(TRAIN(&r, 3, LESSON, "--steps", "3", "-o", three));
    assert_true(same_weights(one, three));
    iso_records_free(&r);
}

static void activations_are_computed_again_where_memory_is_short(void **state)
{
    iso_records r = {0};

    (void)state;
    mem_free = (int64_t)1 << 40;
    ok(TRAIN(&r, 1, LESSON, "--steps", "3", "-o", temp_path("kept")));
    assert_null(strstr(said, "computed again"));
    mem_free = 20 << 20;
    ok(TRAIN(&r, 1, LESSON, "--steps", "3", "-o", temp_path("again")));
    assert_non_null(strstr(said, "activations are computed again: kept, training would take"));
    assert_true(same_weights(temp_path("kept"), temp_path("again")));
    mem_free = 0;
    ok(TRAIN(&r, 1, LESSON, "--steps", "3", "--optimizer", "adamw", "-o", temp_path("adamw")));
    assert_null(strstr(said, "computed again"));
    assert_true(same_weights(temp_path("kept"), temp_path("adamw")));
    ok(TRAIN(&r, 1, LESSON, "--steps", "3", "--optimizer", "adam", "-o", temp_path("adam")));
    assert_false(same_weights(temp_path("kept"), temp_path("adam")));
    iso_records_free(&r);
}

static void a_folder_is_for_one(void **state)
{
    const char *path = temp_path("locked");
    iso_saved *other = NULL;
    iso_records r = {0};

    (void)state;
    ok(iso_saved_open(&other, path));
    fails(TRAIN(&r, 1, LESSON, "--steps", "1", "-o", path), ISO_EIO,
          "another process is training into it");
    iso_saved_close(other, true);
    ok(TRAIN(&r, 1, LESSON, "--steps", "1", "-o", path));
    iso_records_free(&r);
}

/* Whatever allocation fails: an error, no record, nothing left behind. */
static void survives(const char *task, const char *path)
{
    iso_records r = {0};
    iso_saved *part = NULL;
    iso_err err = ISO_ENOMEM;
    struct stat st;

    for (int64_t n = 0; err; n += 1 + n / 3) {
        iso_alloc_fail_after(n);
        err = TRAIN(&r, 1, "--corpus", source_path("examples/corpus"), "--src", "en", "--tgt", "de",
                    "--task", task, "--steps", "1", "-o", path);
        iso_alloc_fail_after(-1);
        assert_true(err == ISO_OK || (err == ISO_ENOMEM && iso_records_count(&r) == 0));
        assert_true((stat(path, &st) == 0) == (err == ISO_OK));
        if (err && !iso_saved_open(&part, path)) /* a checkpoint may be there already */
            iso_saved_close(part, true);
    }
    iso_records_free(&r);
}

static void survives_lack_of_memory(void **state)
{
    (void)state;
    survives("classify", temp_path("short"));
    survives("mlm", temp_path("short-mlm"));
}

static void masked_words_go_on_with_the_same_bits(void **state)
{
    const char *whole = temp_path("whole-mlm"), *cut = temp_path("cut-mlm");
    iso_records a = {0}, b = {0};

    (void)state;
    ok(TRAIN(&a, 2, LESSON, "--task", "mlm", "--stream", "32", "--steps", "6", "-o", whole));
    iso_run_interrupt_at("training", 5);
    fails(TRAIN(&b, 2, LESSON, "--task", "mlm", "--stream", "32", "--steps", "6", "-o", cut),
          ISO_ECANCEL, "--resume");
    iso_run_interrupt_at(NULL, 0);
    fails(TRAIN(&b, 2, LESSON, "--task", "mlm", "--stream", "24", "--steps", "6", "--resume", "-o",
                cut),
          ISO_EFORMAT, "train items"); /* other chunks */
    ok(TRAIN(&b, 1, LESSON, "--task", "mlm", "--stream", "32", "--steps", "6", "--resume", "-o",
             cut));
    assert_non_null(strstr(said, "goes on after step 3 of 6"));
    assert_true(same_weights(whole, cut));
    for (int64_t i = 0; i < iso_records_count(&a); i++)
        assert_true(iso_records_at(&a, i)->value == iso_records_at(&b, i)->value);
    iso_records_free(&a);
    iso_records_free(&b);
}

/* --- Parts of the encoder for each language --- */

#define APART(...)                                                                                 \
    LESSON, "--task", "mlm", "--stream", "32", "--src", "en,de", "--separate", "embeddings,1",     \
        "--steps", "4", "--batch", "8", __VA_ARGS__

/* Whether a tensor of two checkpoints is the same. */
static bool same_tensor(const iso_weights *a, const iso_weights *b, const char *name)
{
    const iso_weight *x = iso_weights_find(a, name), *y = iso_weights_find(b, name);

    assert_true(x && y && x->bytes == y->bytes);
    return memcmp(x->data, y->data, (size_t)x->bytes) == 0;
}

/* What is learnt of labels in one language goes into the shared parts, and so into the other's
 * checkpoint. */
static void check_labels(const char *before, const iso_weights *was)
{
    const char *after = temp_path("after-apart");
    iso_weights *is = NULL;
    iso_records r = {0};
    char de[1024];

    ok(TRAIN(&r, 2, LESSON, "--steps", "2", "--batch", "8", "--model", before, "-o", after));
    snprintf(de, sizeof de, "%s/de", after);
    ok(iso_weights_open(&is, de));
    assert_true(same_tensor(was, is, "roberta.embeddings.word_embeddings.weight"));
    assert_true(same_tensor(was, is, "roberta.embeddings.LayerNorm.bias"));
    assert_true(same_tensor(was, is, "roberta.encoder.layer.0.attention.self.query.bias"));
    assert_false(same_tensor(was, is, "roberta.encoder.layer.1.attention.self.query.bias"));
    iso_weights_close(is);
    iso_records_free(&r);
}

static void separate_parts_go_on(void **state)
{
    const char *whole = temp_path("whole-apart"), *cut = temp_path("cut-apart");
    char a[1024], b[1024];
    iso_weights *en = NULL, *de = NULL;
    iso_records r = {0};

    (void)state;
    ok(TRAIN(&r, 2, APART("-o", whole)));
    iso_run_interrupt_at("training", 4);
    fails(TRAIN(&r, 2, APART("-o", cut)), ISO_ECANCEL, "--resume");
    iso_run_interrupt_at(NULL, 0);
    ok(TRAIN(&r, 1, APART("--resume", "-o", cut)));
    for (int l = 0; l < 2; l++) {
        snprintf(a, sizeof a, "%s/%s", whole, l ? "de" : "en");
        snprintf(b, sizeof b, "%s/%s", cut, l ? "de" : "en");
        assert_true(same_weights(a, b));
        ok(iso_weights_open(l ? &de : &en, a));
    }
    assert_false(same_tensor(en, de, "roberta.embeddings.word_embeddings.weight"));
    assert_false(same_tensor(en, de, "roberta.encoder.layer.0.output.dense.weight"));
    assert_false(same_tensor(en, de, "lm_head.bias"));
    assert_true(same_tensor(en, de, "roberta.encoder.layer.1.output.dense.weight"));
    assert_true(same_tensor(en, de, "lm_head.dense.weight"));
    check_labels(whole, de);
    iso_weights_close(en);
    iso_weights_close(de);
    iso_records_free(&r);
}

/* --- Translations --- */

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

/* The corpus's German without labels: they are those of the English items. */
static void translations_have_their_sources_labels(void **state)
{
    char line[2048], word[2][1100], *at;
    FILE *from = fopen(source_path("examples/corpus/de.tsv"), "r");
    FILE *to = fopen(temp_path("de.tsv"), "w");
    iso_records r = {0}, s = {0};

    (void)state;
    while (fgets(line, sizeof line, from)) { /* id, label, text */
        at = strchr(line, '\t');
        *at = '\0';
        fprintf(to, "%s\t%s", line, strchr(at + 1, '\t') + 1);
    }
    fclose(from);
    fclose(to);
    snprintf(word[0], sizeof word[0], "en=%s", source_path("examples/corpus/en.tsv"));
    snprintf(word[1], sizeof word[1], "de=%s", temp_path("de.tsv"));
    ok(TRAIN(&r, 1, word[0], word[1], "--translate-train", "de", "--steps", "2", "-o",
             temp_path("t1")));
    text(iso_records_at(&r, 0)->train, "en+de");
    text(iso_records_at(&r, 0)->src, "en");
    snprintf(word[1], sizeof word[1], "de=%s", source_path("examples/corpus/de.tsv"));
    ok(TRAIN(&s, 1, word[0], word[1], "--translate-train", "de", "--steps", "2", "-o",
             temp_path("t2")));
    assert_true(same_weights(temp_path("t1"), temp_path("t2")));
    fails(TRAIN(&s, 1, word[0], word[1], "--translate-train", "fr", "-o", temp_path("t3")),
          ISO_EARG, "--translate-train fr: no text of that language");
    iso_records_free(&r);
    iso_records_free(&s);
}

/* Copies are made anew when a run goes on: they are a function of seed, id and number. */
static void copies_are_resumed_with_the_same_bits(void **state)
{
    const char *whole = temp_path("copied"), *cut = temp_path("cut_copied"),
               *table = temp_path("near.tsv");
    iso_records r = {0};

    (void)state;
    write_text(table, "the\ta\tthis\nis\twas\nin\tat\ton\n");
    ok(TRAIN(&r, 2, LESSON, "--steps", "8", "--augment", table, "--copies", "2", "-o", whole));
    iso_run_interrupt_at("training", 5);
    fails(TRAIN(&r, 1, LESSON, "--steps", "8", "--augment", table, "--copies", "2", "-o", cut),
          ISO_ECANCEL, "--resume continues");
    iso_run_interrupt_at(NULL, 0);
    fails(TRAIN(&r, 1, LESSON, "--steps", "8", "--augment", table, "--copies", "3", "--resume",
                "-o", cut),
          ISO_EFORMAT, "train items");
    ok(TRAIN(&r, 1, LESSON, "--steps", "8", "--augment", table, "--copies", "2", "--resume", "-o",
             cut));
    assert_true(same_weights(whole, cut));
    iso_records_free(&r);
}

/* --- Parts --- */

enum { ITEMS = 60 };

static void split(uint8_t *part, const char *const *ids, const char *const *texts, int64_t n,
                  const char *how)
{
    const struct items_lang lang = {"en", "en.tsv", n, ids, texts, NULL};
    struct union_items all = {0};
    uint8_t of[ITEMS];

    ok(iso_union_items_make(&all, &lang, 1, 1));
    ok(iso_train_split(of, &all, 1, how, 5, NULL));
    for (int64_t i = 0; i < n; i++)
        part[i] = of[all.number[0][i]];
    iso_union_items_free(&all);
}

static void parts_go_by_id(void **state)
{
    char name[ITEMS][8], line[ITEMS][16];
    const char *ids[ITEMS], *texts[ITEMS], *turned[ITEMS], *turned_texts[ITEMS];
    uint8_t part[ITEMS], other[ITEMS];
    int count[TRAIN_PARTS] = {0};

    (void)state;
    for (int i = 0; i < ITEMS; i++) {
        snprintf(name[i], sizeof name[i], "i%d", i);
        snprintf(line[i], sizeof line[i], "text %d", i);
        ids[i] = name[i];
        texts[i] = line[i];
    }
    split(part, ids, texts, ITEMS, "40/5/15");
    for (int i = 0; i < ITEMS; i++)
        count[part[i]]++;
    assert_int_equal(count[TRAIN_LEARN], 40);
    assert_int_equal(count[TRAIN_DEV], 5);
    assert_int_equal(count[TRAIN_TEST], 15);
    for (int i = 0; i < ITEMS; i++) { /* the order of the file does not matter */
        turned[i] = ids[ITEMS - 1 - i];
        turned_texts[i] = texts[ITEMS - 1 - i];
    }
    split(other, turned, turned_texts, ITEMS, "40/5/15");
    for (int i = 0; i < ITEMS; i++)
        assert_int_equal(part[i], other[ITEMS - 1 - i]);
    for (int i = 0; i < ITEMS; i++) /* three items a text */
        texts[i] = line[i % 20];
    split(part, ids, texts, ITEMS, "1/1/1");
    for (int i = 0; i < ITEMS; i++)
        assert_int_equal(part[i], part[i % 20]);
}

static void a_file_may_name_parts(void **state)
{
    const char *ids[] = {"a", "b", "c", "d"}, *path = temp_path("parts.tsv");
    uint8_t part[4];
    const struct items_lang lang = {"en", "en.tsv", 4, ids, ids, NULL};
    struct union_items all = {0};

    (void)state;
    write_text(path, "c\ttest\r\na\ttrain\nzz\ttrain\nd\tdev");
    split(part, ids, ids, 4, path);
    assert_int_equal(part[0], TRAIN_LEARN);
    assert_int_equal(part[1], TRAIN_NONE);
    assert_int_equal(part[2], TRAIN_TEST);
    assert_int_equal(part[3], TRAIN_DEV);
    ok(iso_union_items_make(&all, &lang, 1, 1));
    write_text(path, "a\ttrain\nb\tvalid\n");
    fails(iso_train_split(part, &all, 1, path, 0, NULL), ISO_EFORMAT,
          "line 2 is not ID TAB train, dev or test");
    write_text(path, "a\ttrain\na\tdev\n");
    fails(iso_train_split(part, &all, 1, path, 0, NULL), ISO_EFORMAT, "the id a is there twice");
    fails(iso_train_split(part, &all, 1, "no/such", 0, NULL), ISO_EIO, "no/such");
    iso_union_items_free(&all);
}

int main(void)
{
    RUN_TESTS(test(parts_go_by_id), test(a_file_may_name_parts),
              test(what_is_resumed_ends_with_the_same_bits), test(threads_do_not_matter),
              test(activations_are_computed_again_where_memory_is_short), test(a_folder_is_for_one),
              test(survives_lack_of_memory), test(masked_words_go_on_with_the_same_bits),
              test(translations_have_their_sources_labels), test(separate_parts_go_on),
              test(copies_are_resumed_with_the_same_bits));
}
