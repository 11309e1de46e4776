/* The call: texts from memory are those of files, what is handed out, what a failure leaves. */
#include <math.h>

#include "analysis/study/mix/mix.h"
#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/record.h"
#include "tests/check.h"

enum { ITEMS = 12 };

static const char *const en[ITEMS] = {"A cat.",
                                      "The dog runs.",
                                      "We go home.",
                                      "A house by the sea.",
                                      "",
                                      "You see the boy.",
                                      "It rains.",
                                      "The king is old.",
                                      "She reads much",
                                      "Bread and salt",
                                      "They sing it",
                                      "He was at the school."};
static const char *const de[ITEMS] = {
    "Eine Katze.",     "Der Hund rennt.",      "Wir gehen heim.", "Ein Haus am Meer.",
    "Nichts.",         "Du siehst den Jungen", "Es regnet.",      "Der König ist alt.",
    "Sie liest viel.", "Brot und Salz",        "Sie singen es",   "Er war in der Schule."};

static iso_model *model(void)
{
    static char folder[4096];
    iso_model *m = NULL;

    snprintf(folder, sizeof folder, "%s", source_path("examples/mini"));
    ok(iso_model_open(&m, &(iso_model_opt){.folder = folder}, NULL));
    return m;
}

static iso_texts *of_memory(void)
{
    iso_texts *t = NULL;

    ok(iso_texts_new(&t, NULL));
    ok(iso_texts_add_lang(t, "en", &(iso_corpus){.items = ITEMS, .text = en}));
    ok(iso_texts_add_lang(t, "de", &(iso_corpus){.items = ITEMS, .text = de}));
    return t;
}

static void add_file(iso_texts *t, const char *lang, const char *const *text)
{
    char word[4200];
    const char *path = temp_path(lang);
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    for (int i = 0; i < ITEMS; i++)
        fprintf(f, "%s\n", text[i]);
    assert_int_equal(fclose(f), 0);
    snprintf(word, sizeof word, "%s=%s", lang, path);
    ok(iso_texts_add(t, NULL, word));
}

static iso_mix_opt options(void)
{
    iso_mix_opt opt;

    iso_mix_opt_init(&opt, sizeof opt);
    opt.src = "eng";
    opt.layer = "3";
    return opt;
}

static void same_records(const iso_records *a, const iso_records *b)
{
    assert_int_equal(a->count, b->count);
    for (int64_t i = 0; i < a->count; i++) {
        const iso_column *c =
            iso_record_differs(&a->at[i], &b->at[i], ISO_ROLE_NAMES | ISO_ROLE_VALUE, 0);
        if (c)
            fail_msg("record %d: another %s", (int)i, c->name);
    }
}

/* --- What a listener hears --- */

struct heard {
    char text[2048];
};

static void hear(void *payload, const char *note)
{
    struct heard *h = payload;
    const size_t len = strlen(h->text);

    snprintf(h->text + len, sizeof h->text - len, "%s\n", note);
}

static void memory_is_as_files(void **state)
{
    struct heard heard = {{0}};
    const iso_run run = {.seed = 3, .note = hear, .payload = &heard};
    iso_model *m = model();
    iso_texts *memory = of_memory(), *files = NULL;
    iso_records a = {0}, b = {0};
    const iso_mix_opt opt = options();

    (void)state;
    ok(iso_texts_new(&files, NULL));
    add_file(files, "de", de); /* the order of languages is no matter */
    add_file(files, "en", en);
    ok(iso_mix(&a, m, memory, &opt, &run));
    assert_non_null(strstr(heard.text, "1 of 12 items are empty in a language"));
    assert_non_null(strstr(heard.text, "11 sentences into 1 language, "));
    ok(iso_mix(&b, m, files, &opt, &run));
    assert_true(a.count > 100);
    text(a.at[0].src, "en");
    text(a.at[0].tgt, "de");
    same_records(&a, &b);
    iso_records_free(&a);
    iso_records_free(&b);
    iso_texts_close(memory);
    iso_texts_close(files);
    iso_model_close(m);
}

/* Without options each language is mixed with itself at the first layer. */
static void no_options_are_the_defaults(void **state)
{
    iso_model *m = model();
    iso_texts *t = of_memory();
    iso_records a = {0}, b = {0};
    const iso_mix_opt opt = {.size = sizeof opt, .lambda0 = NAN, .mix = "self", .layer = "1"};

    (void)state;
    ok(iso_mix(&a, m, t, NULL, NULL));
    ok(iso_mix(&b, m, t, &opt, NULL));
    for (int64_t i = 0; i < a.count; i++)
        text(a.at[i].src, a.at[i].tgt);
    same_records(&a, &b);
    iso_records_free(&a);
    iso_records_free(&b);
    iso_texts_close(t);
    iso_model_close(m);
}

static int64_t whole(const iso_facts *facts, const char *name)
{
    const iso_plan_fact *f = iso_facts_find(facts, name);

    assert_non_null(f);
    return f->whole;
}

/* 4 layers, 4 ways: 4 plain, and of each way 4 + 3 + 2 + 1. */
static void the_plan_counts(void **state)
{
    iso_model *m = model();
    iso_texts *t = of_memory();
    iso_facts facts = {0};
    iso_mix_opt opt = options();

    (void)state;
    opt.layer = "sweep";
    ok(iso_mix_plan(&facts, m, t, &opt, NULL));
    text(iso_facts_find(&facts, "source")->text, "en");
    assert_int_equal(whole(&facts, "targets"), 1);
    assert_int_equal(whole(&facts, "items"), 11);
    assert_int_equal(whole(&facts, "layers"), 4 + 4 * (4 + 3 + 2 + 1));
    const int64_t memory = whole(&facts, "memory");
    iso_records none = {0};
    fails(iso_mix(&none, m, t, &opt, &(iso_run){.mem = memory / 2, .mem_firm = true}), ISO_EARG,
          "MB are granted");
    assert_int_equal(none.count, 0);
    iso_facts_free(&facts);
    iso_texts_close(t);
    iso_model_close(m);
}

/* --- A part of it --- */

/* A sample is what its items are by themselves: 5 of 11 are numbers 0, 2, 4, 6, 8 of what is left
 * without the empty one. */
static void a_sample_is_its_items(void **state)
{
    static const int picked[] = {0, 2, 5, 7, 9};
    const char *few[2][5];
    iso_model *m = model();
    iso_texts *all = of_memory(), *part = NULL;
    iso_records a = {0}, b = {0};
    iso_mix_opt opt = options();

    (void)state;
    for (int i = 0; i < 5; i++) {
        few[0][i] = en[picked[i]];
        few[1][i] = de[picked[i]];
    }
    ok(iso_texts_new(&part, NULL));
    ok(iso_texts_add_lang(part, "en", &(iso_corpus){.items = 5, .text = few[0]}));
    ok(iso_texts_add_lang(part, "de", &(iso_corpus){.items = 5, .text = few[1]}));
    opt.mix = "fixed:0.25"; /* whom `shuffled` takes depends on the numbers of items */
    opt.measure = "cka,cosine:centred";
    ok(iso_mix(&b, m, part, &opt, NULL));
    opt.sample = 5;
    ok(iso_mix(&a, m, all, &opt, NULL));
    assert_int_equal(a.count, b.count);
    for (int64_t i = 0; i < a.count; i++) {
        if ((!a.at[i].mix || strcmp(a.at[i].mix, "shuffled") != 0) &&
            (!a.at[i].given || strcmp(a.at[i].given, "shuffled") != 0))
            assert_null(iso_record_differs(&a.at[i], &b.at[i], ISO_ROLE_NAMES | ISO_ROLE_VALUE, 0));
    }
    opt.sample = 11; /* or more: all */
    iso_records_cut(&a, 0);
    iso_records_cut(&b, 0);
    ok(iso_mix(&a, m, all, &opt, NULL));
    opt.sample = 0;
    ok(iso_mix(&b, m, all, &opt, NULL));
    same_records(&a, &b);
    iso_records_free(&a);
    iso_records_free(&b);
    iso_texts_close(all);
    iso_texts_close(part);
    iso_model_close(m);
}

/* Records of layers in a list are those of each alone. */
static void a_list_mixes_each_in_turn(void **state)
{
    iso_model *m = model();
    iso_texts *t = of_memory();
    iso_records list = {0}, alone = {0};
    iso_mix_opt opt = options();
    int64_t found = 0;

    (void)state;
    opt.layer = "1,3-4";
    ok(iso_mix(&list, m, t, &opt, NULL));
    for (int k = 0; k < 2; k++) {
        opt.layer = k ? "3-4" : "1";
        ok(iso_mix(&alone, m, t, &opt, NULL));
    }
    for (int64_t i = 0; i < alone.count; i++) {
        bool there = false;
        for (int64_t j = 0; j < list.count && !there; j++)
            there =
                !iso_record_differs(&alone.at[i], &list.at[j], ISO_ROLE_NAMES | ISO_ROLE_VALUE, 0);
        found += there;
    }
    assert_int_equal(found, alone.count);
    opt.layer = "3,1";
    fails(iso_mix_check(&opt), ISO_EARG, "--layer: 1 does not begin behind 3: layers ascend");
    opt.layer = "1,9";
    fails(iso_mix(&alone, m, t, &opt, NULL), ISO_EARG, "--layer 9: the model has layers 1 to 4");
    opt.layer = "1,3";
    opt.keep_after = "x.h5";
    fails(iso_mix_check(&opt), ISO_EARG, "several mixed layers make a file each");
    iso_records_free(&list);
    iso_records_free(&alone);
    iso_texts_close(t);
    iso_model_close(m);
}

/* --- Attention --- */

struct seen {
    int count, most;
    double lambda;
};

static iso_err see(void *payload, const iso_cross_attention *a)
{
    struct seen *s = payload;

    for (int t = 0; t < a->tgt_tokens; t++) {
        double sum = 0;
        for (int j = 0; j < a->src_tokens; j++)
            sum += a->weight[t * a->src_tokens + j];
        near(sum, 1, 1e-5);
    }
    assert_true(a->layer == 3 && (a->item == 0 || a->item == 11));
    text(a->tgt, "de");
    text(a->src_token[0], "<s>");
    s->lambda = a->lambda;
    return ++s->count > s->most ? iso_fail(ISO_ECANCEL, "enough") : ISO_OK;
}

static void attention_is_handed_out(void **state)
{
    struct seen seen = {.most = 2};
    iso_model *m = model();
    iso_texts *t = of_memory();
    iso_records a = {0};
    iso_mix_opt opt = options();

    (void)state;
    opt.items = "0,11";
    fails(iso_mix_check(&opt), ISO_EARG, "--items are the sentences of --attention");
    opt.attention = see;
    opt.attention_payload = &seen;
    ok(iso_mix(&a, m, t, &opt, NULL));
    assert_int_equal(seen.count, 2);
    assert_true(seen.lambda > 0 && seen.lambda < 0.5);
    const int64_t count = a.count;
    opt.keep_after = temp_path("kept.h5");
    seen = (struct seen){.most = 1};
    fails(iso_mix(&a, m, t, &opt, NULL), ISO_ECANCEL, "enough");
    assert_int_equal(a.count, count);
    assert_null(fopen(opt.keep_after, "r")); /* whole or not at all */
    opt.items = "4";
    fails(iso_mix(&a, m, t, &opt, NULL), ISO_EARG, "items: 4 of en is not mixed");
    opt.attention = NULL;
    opt.items = NULL;
    iso_records_free(&a);
    iso_texts_close(t);
    iso_model_close(m);
}

/* --- What is refused --- */

static void failures_leave_what_was(void **state)
{
    static const char *const blank[] = {"", " "};
    iso_model *m = model();
    iso_texts *t = of_memory(), *empty = NULL;
    iso_records a = {0};
    iso_record r = iso_record_none();
    iso_mix_opt opt = options();

    (void)state;
    r.measure = "mine";
    ok(iso_records_add(&a, &r));
    opt.layer = "9";
    fails(iso_mix(&a, m, t, &opt, NULL), ISO_EARG, "layer 9: the model has layers 1 to 4");
    opt.layer = "0";
    fails(iso_mix_check(&opt), ISO_EARG, "layer: layers count from 1");
    opt.layer = NULL;
    opt.lambda0 = 2;
    fails(iso_mix_check(&opt), ISO_EARG, "lambda0: 2 is no number above 0 and up to 1");
    opt.lambda0 = NAN;
    opt.tgt = "fr";
    fails(iso_mix(&a, m, t, &opt, NULL), ISO_EARG, "tgt fr: no text of that language");
    opt.tgt = "en";
    fails(iso_mix(&a, m, t, &opt, NULL), ISO_EDATA, "no language is left to mix eng into");
    opt.tgt = NULL;
    ok(iso_texts_new(&empty, NULL));
    ok(iso_texts_add_lang(empty, "en", &(iso_corpus){.items = 2, .text = blank}));
    ok(iso_texts_add_lang(empty, "de", &(iso_corpus){.items = 2, .text = de}));
    fails(iso_mix(&a, m, empty, &opt, NULL), ISO_EDATA, "nothing to mix");
    iso_run_interrupt_at("measuring", 2);
    fails(iso_mix(&a, m, t, &opt, NULL), ISO_ECANCEL, "interrupted");
    iso_run_interrupt_at(NULL, 0);
    fails(iso_mix(&a, NULL, t, &opt, NULL), ISO_EARG, "needs --model DIR");
    fails(iso_mix(&a, m, NULL, &opt, NULL), ISO_EARG, "no text: LANG=FILE");
    assert_int_equal(a.count, 1);
    text(a.at[0].measure, "mine");
    iso_records_free(&a);
    iso_texts_close(empty);
    iso_texts_close(t);
    iso_model_close(m);
}

/* The published code's options; what a file of λ says holds against the preset, not against what
 * was asked for. */
static void a_preset_fills_what_is_left(void **state)
{
    const char *file = temp_path("lambda.json");
    const struct {
        double lambda0, mean;
    } cases[] = {{NAN, 0.1}, {1, 0.5}};
    FILE *f = fopen(file, "w");
    iso_model *m = model();
    iso_texts *t = of_memory();
    iso_mix_opt opt = options();

    (void)state;
    assert_non_null(f);
    fprintf(f, "{\"lambda0\": 0.2, \"layers\": {\"1\": {\"W\": 0, \"b\": 0}}}");
    assert_int_equal(fclose(f), 0);
    opt.preset = "xmixup";
    opt.layer = NULL;
    opt.lambda = file;
    for (int i = 0; i < 2; i++) {
        iso_records a = {0};
        int found = 0;
        opt.lambda0 = cases[i].lambda0;
        ok(iso_mix(&a, m, t, &opt, NULL));
        for (int64_t j = 0; j < a.count; j++) {
            if (strcmp(a.at[j].measure, "lambda") || strcmp(a.at[j].estimator, "mean") ||
                strcmp(a.at[j].mix, "xmixup"))
                continue;
            near(a.at[j].value, cases[i].mean, 1e-12);
            found++;
        }
        assert_int_equal(found, 1);
        iso_records_free(&a);
    }
    opt.preset = "xmixp";
    fails(iso_mix_check(&opt), ISO_EARG, "did you mean 'xmixup'?");
    iso_texts_close(t);
    iso_model_close(m);
}

int main(void)
{
    RUN_TESTS(test(memory_is_as_files), test(no_options_are_the_defaults),
              test(a_sample_is_its_items), test(a_list_mixes_each_in_turn), test(the_plan_counts),
              test(attention_is_handed_out), test(failures_leave_what_was),
              test(a_preset_fills_what_is_left));
}
