/* Embedding without files: texts from arrays, states in memory, and what a call leaves alone. */
#include "tests/encode/embedded.h"

enum { ITEMS = 4 };
static const char *const en[ITEMS] = {"A cat saw the dog.", "", "The long, long way", "No?"};
static const char *const de[ITEMS] = {"Eine Katze sah den Hund.", "-", "Der lange Weg", "Nein!"};
static const char *const ids[ITEMS] = {"a", "b", "c", "d"};
static const char *const labels[ITEMS] = {"one", "two", "", "one"};

static const char *folder(void)
{
    return source_path("examples/mini");
}

static iso_model *model(void)
{
    iso_model *m = NULL;

    ok(iso_model_open(&m, &(iso_model_opt){.folder = folder()}, NULL));
    return m;
}

static iso_texts *arrays(void)
{
    iso_texts *t = NULL;

    ok(iso_texts_new(&t, NULL));
    ok(iso_texts_add_lang(t, "eng",
                          &(iso_corpus){.items = ITEMS, .text = en, .ids = ids, .labels = labels}));
    ok(iso_texts_add_lang(t, "de", &(iso_corpus){.items = ITEMS, .text = de, .ids = ids}));
    return t;
}

/* The same texts as files. */
static iso_texts *files(void)
{
    iso_texts *t = NULL;
    char path[2][4096], words[2][4200];

    for (int l = 0; l < 2; l++) {
        snprintf(path[l], sizeof path[l], "%s", temp_path(l ? "de.tsv" : "en.tsv"));
        FILE *f = fopen(path[l], "w");
        assert_non_null(f);
        fprintf(f, l ? "text\tid\n" : "text\tid\tlabel\n");
        for (int i = 0; i < ITEMS; i++)
            fprintf(f, l ? "%s\t%s\n" : "%s\t%s\t%s\n", l ? de[i] : en[i], ids[i], labels[i]);
        assert_int_equal(fclose(f), 0);
        snprintf(words[l], sizeof words[l], "%s=%s", l ? "de" : "en", path[l]);
    }
    ok(iso_texts_open(&t, (const char *const[]){words[0], words[1]}, 2, NULL, NULL));
    return t;
}

static void same_lists(const char *const *a, const char *const *b, int64_t count)
{
    assert_int_equal(!a, !b);
    for (int64_t i = 0; a && i < count; i++)
        text(a[i], b[i]);
}

/* A file has its languages by name, memory in the order of the texts. */
static void same_lang(iso_states *a, iso_states *b, int lang)
{
    const iso_lang *x = iso_states_lang(a, lang);
    const iso_lang *y = iso_states_lang(b, iso_states_find(b, x->name));

    assert_int_equal(x->items, y->items);
    assert_int_equal(x->rows, y->rows);
    same_lists(x->ids, y->ids, x->items);
    same_lists(x->text, y->text, x->items);
    same_lists(x->tokens, y->tokens, x->rows);
    assert_int_equal(!x->labels, !y->labels);
    for (int64_t i = 0; x->labels && i < x->items; i++)
        assert_int_equal(x->labels[i], y->labels[i]);
    assert_int_equal(!x->offsets, !y->offsets);
    for (int64_t i = 0; x->offsets && i <= x->items; i++)
        assert_int_equal(x->offsets[i], y->offsets[i]);
    assert_int_equal(!x->counts, !y->counts);
    for (int64_t i = 0; x->counts && i < x->rows; i++)
        assert_int_equal(x->counts[i], y->counts[i]);
    assert_int_equal(x->layer_count, y->layer_count);
    for (int k = 0; k < x->layer_count; k++)
        near(apart(a, b, x->name, x->layers[k]), 0, 0);
}

static void same_states(iso_states *a, iso_states *b)
{
    const iso_states_info *x = iso_states_about(a), *y = iso_states_about(b);

    text(x->model, y->model);
    text(x->pooling, y->pooling);
    text(x->source, y->source);
    assert_int_equal(x->class_count, y->class_count);
    same_lists(x->classes, y->classes, x->class_count);
    assert_int_equal(iso_states_langs(a), 2);
    assert_int_equal(iso_states_langs(b), 2);
    for (int l = 0; l < 2; l++)
        same_lang(a, b, l);
}

/* Neither where texts come from nor where states go changes any of them. */
static void memory_is_like_files(void **state)
{
    static const iso_pool pools[] = {ISO_POOL_MEAN, ISO_POOL_NONE, ISO_POOL_WORD, ISO_POOL_TYPES};
    iso_model *m = model();
    iso_texts *from[2] = {arrays(), files()};
    const iso_run run = {.mem = 40000}; /* windows of a few rows */

    (void)state;
    for (int p = 0; p < 4; p++) {
        iso_states *made[2][2] = {{NULL}};
        for (int t = 0; t < 2; t++) {
            for (int file = 0; file < 2; file++) {
                iso_embed_opt opt;
                iso_embed_opt_init(&opt, sizeof opt);
                opt.pool = pools[p];
                opt.dtype = p % 2 ? ISO_STORE_F32 : ISO_STORE_F16;
                opt.layers = "0,last";
                opt.src = "de";
                opt.path = file ? temp_path(t ? "files.h5" : "arrays.h5") : NULL;
                ok(iso_embed(&made[t][file], m, from[t], &opt, &run));
            }
        }
        same_states(made[0][0], made[1][1]);
        same_states(made[1][0], made[0][1]);
        for (int i = 0; i < 4; i++)
            iso_states_close(made[i / 2][i % 2]);
    }
    iso_texts_close(from[0]);
    iso_texts_close(from[1]);
    iso_model_close(m);
}

/* States hold what they need: texts of files and the model may go before them. */
static void states_stand_alone(void **state)
{
    iso_states *s = NULL, *t = NULL;
    iso_model *m = model();
    iso_texts *texts = files();
    const iso_run run = {.note = hear};

    (void)state;
    said[0] = '\0';
    ok(iso_embed(&s, m, texts, NULL, &run));
    assert_non_null(strstr(said, "8 sentences, "));
    assert_non_null(strstr(said, "1 line without text"));
    ok(iso_embed(&t, m, texts, NULL, NULL));
    iso_texts_close(texts);
    iso_model_close(m);
    same_states(s, t);
    text(iso_states_about(s)->source, "en");
    text(iso_states_lang(s, 0)->text[2], en[2]);
    assert_int_equal(iso_states_lang(s, 0)->layer_count, 5);
    iso_states_close(s);
    iso_states_close(t);
}

/* A call that is given neither opens both, as the options say. */
static void options_open_both(void **state)
{
    iso_states *s = NULL;
    iso_embed_opt opt;

    (void)state;
    iso_embed_opt_init(&opt, sizeof opt);
    opt.model = (iso_model_opt){.folder = folder(), .random_weights = "7"};
    opt.texts = (iso_texts_opt){.corpus = source_path("examples/corpus"), .limit = 2};
    opt.layers = "last";
    ok(iso_embed(&s, NULL, NULL, &opt, NULL));
    text(iso_states_about(s)->model, "mini (random weights, seed 7)");
    assert_int_equal(iso_states_lang(s, iso_states_find(s, "de"))->items, 2);
    iso_states_close(s);
}

static void plans_count(void **state)
{
    static const char *const names[] = {"languages", "sentences", "layers", "dims", "bytes"};
    iso_model *m = model();
    iso_texts *texts = arrays();
    iso_facts facts = {0};
    iso_embed_opt opt;

    (void)state;
    iso_embed_opt_init(&opt, sizeof opt);
    opt.layers = "1-2";
    ok(iso_embed_plan(&facts, m, texts, &opt, NULL));
    const int64_t want[] = {2, 2 * ITEMS, 2, 128, 2 * ITEMS * 2 * 128 * 2};
    for (int i = 0; i < 5; i++)
        assert_int_equal(iso_facts_find(&facts, names[i])->whole, want[i]);
    const iso_run little = {.mem = iso_facts_find(&facts, "memory")->whole + want[4] - 1,
                            .mem_firm = true};
    const iso_run enough = {.mem = little.mem + 1, .mem_firm = true};
    iso_states *s = NULL;
    fails(iso_embed(&s, m, texts, &opt, &little), ISO_EARG, "--mem: this takes");
    assert_null(s);
    ok(iso_embed(&s, m, texts, &opt, &enough));
    iso_states_close(s);
    iso_facts_free(&facts);
    iso_texts_close(texts);
    iso_model_close(m);
}

static void what_is_wrong_is_told(void **state)
{
    static const int64_t offsets[] = {0, 3};
    static const int32_t tokens[] = {0, 1009, 2};
    static const char *const torn[] = {"\xff"};
    iso_model *m = model();
    iso_texts *t = arrays();
    iso_states *s = NULL;
    iso_embed_opt opt;

    (void)state;
    fails(iso_texts_add_lang(t, "en", &(iso_corpus){.items = 1, .text = en}), ISO_EARG, "already");
    fails(iso_texts_add_lang(t, "fr", &(iso_corpus){.items = 1, .text = torn}), ISO_EARG,
          "text[0] is no UTF-8 text");
    fails(iso_texts_add_lang(t, "fr", &(iso_corpus){.items = 1}), ISO_EARG, "neither");
    fails(iso_texts_add(t, NULL, "de=de.txt"), ISO_EARG, "in memory already");
    fails(iso_embed(NULL, m, t, NULL, NULL), ISO_EARG, "--out");
    iso_embed_opt_init(&opt, sizeof opt);
    opt.resume = true;
    fails(iso_embed(&s, m, t, &opt, NULL), ISO_EARG, "--resume needs --out");
    opt.resume = false;
    opt.src = "sw";
    fails(iso_embed(&s, m, t, &opt, NULL), ISO_EARG, "among the 2 given: en, de");
    opt.src = NULL;
    opt.pool = ISO_POOL_WORD;
    ok(iso_texts_add_lang(t, "fr",
                          &(iso_corpus){.items = 1, .offsets = offsets, .tokens = tokens}));
    fails(iso_embed(&s, m, t, &opt, NULL), ISO_EARG, "do not mark words");
    opt.pool = ISO_POOL_MEAN;
    opt.layers = "9";
    fails(iso_embed(&s, m, t, &opt, NULL), ISO_EARG, "has no layer 9");
    opt.layers = "0";
    fails(iso_embed(&s, NULL, t, &opt, NULL), ISO_EARG, "needs --model");
    assert_null(s);
    ok(iso_embed(&s, m, t, &opt, NULL));
    assert_null(iso_states_lang(s, 2)->text);
    iso_states_close(s);
    iso_texts_close(t);
    iso_model_close(m);
}

static void survives_lack_of_memory(void **state)
{
    iso_model *m = model();
    iso_texts *texts = arrays();
    int tries = 0;

    (void)state;
    for (int64_t n = 0;; n += 1 + n / 100 * 7, tries++) {
        iso_states *s = NULL;
        iso_alloc_fail_after(n);
        const iso_err err = iso_embed(&s, m, texts, NULL, NULL);
        iso_alloc_fail_after(-1);
        assert_int_equal(!s, err != ISO_OK);
        iso_states_close(s);
        if (!err)
            break;
        assert_int_equal(err, ISO_ENOMEM);
    }
    assert_true(tries > 20);
    iso_texts_close(texts);
    iso_model_close(m);
}

int main(void)
{
    RUN_TESTS(test(memory_is_like_files), test(states_stand_alone), test(options_open_both),
              test(plans_count), test(what_is_wrong_is_told), test(survives_lack_of_memory));
}
