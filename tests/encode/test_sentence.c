/* The sentence by a folder's own recipe, beside what sentence-transformers gives for the same
 * folder (tests/golden/sentence), and recipes that are none. */
#include "tests/encode/embedded.h"

#include <sys/stat.h>

#include "lib/encode/opened.h"
#include "lib/encode/sentence.h"
#include "lib/io/folder.h"

enum { TEXTS = 5 };

static const char golden[] = "tests/golden/sentence";

static iso_json *cases(void)
{
    iso_json *root = NULL;

    ok(iso_folder_json(&root, source_path(golden), "cases.json", 1 << 20));
    return root;
}

/* --- Folders ------------------------------------------------------------------------------- */

static void put(const char *folder, const char *name, const char *content)
{
    FILE *f = fopen(check_path(folder, name), "w");

    assert_non_null(f);
    fputs(content, f);
    assert_int_equal(fclose(f), 0);
}

static void new_folder(const char *root, const char *name)
{
    const char *path = name ? check_path(root, name) : root;
    struct stat st;

    if (stat(path, &st) != 0)
        assert_int_equal(mkdir(path, 0700), 0);
}

static void link_to(const char *name, const char *folder, const char *as)
{
    char from[4096];

    snprintf(from, sizeof from, "%s", source_path(check_path(golden, name)));
    assert_int_equal(symlink(from, check_path(folder, as)), 0);
}

/* The encoder's files. */
static void link_base(const char *folder)
{
    static const char *const names[] = {"config.json", "model.safetensors", "vocab.txt",
                                        "tokenizer_config.json"};

    for (int i = 0; i < 4; i++)
        link_to(names[i], folder, names[i]);
}

/* A file of the recipe, its folder made, with the weights that the golden case has for it. */
static void put_file(const char *folder, const char *of, const char *path, const char *content)
{
    char sub[128], weights[256], place[256];
    struct stat st;

    snprintf(sub, sizeof sub, "%.*s", (int)strcspn(path, "/"), path);
    if (strchr(path, '/')) {
        new_folder(folder, sub);
        snprintf(weights, sizeof weights, "%s-%s.safetensors", of, sub);
        snprintf(place, sizeof place, "%s/model.safetensors", sub);
        if (stat(source_path(check_path(golden, weights)), &st) == 0)
            link_to(weights, folder, place);
    }
    put(folder, path, content);
}

static const char *folder_of(const iso_json *a_case, int number)
{
    static char folder[4096];
    const char *name = iso_json_text(iso_json_get(a_case, "name"));
    const bool old = strcmp(name, "old") == 0;
    char temp[64], inner[4096];

    snprintf(temp, sizeof temp, "%s%d", name, number);
    snprintf(folder, sizeof folder, "%s", temp_path(temp));
    new_folder(folder, NULL);
    snprintf(inner, sizeof inner, "%s", old ? check_path(folder, "0_Transformer") : folder);
    if (old)
        new_folder(inner, NULL);
    link_base(inner);
    for (const iso_json *f = iso_json_first(iso_json_get(a_case, "files")); f; f = iso_json_next(f))
        put_file(folder, name, iso_json_name(f), iso_json_text(f));
    return folder;
}

/* --- Beside the library -------------------------------------------------------------------- */

static iso_states *embed_texts(const iso_json *root, const char *folder, const char *prompt,
                               const char *layers)
{
    static const char *lines[TEXTS]; /* borrowed by the states */
    iso_texts *texts = NULL;
    iso_states *s = NULL;
    iso_embed_opt opt;

    for (int i = 0; i < TEXTS; i++)
        lines[i] = iso_json_text(iso_json_at(iso_json_get(root, "texts"), i));
    iso_embed_opt_init(&opt, sizeof opt);
    opt.model.folder = folder;
    opt.layers = layers;
    opt.prompt = prompt;
    opt.dtype = ISO_STORE_F32;
    opt.batch = 30; /* some texts at once */
    ok(iso_texts_new(&texts, NULL));
    ok(iso_texts_add_lang(texts, "en", &(iso_corpus){.items = TEXTS, .text = lines}));
    said[0] = '\0';
    ok(iso_embed(&s, NULL, texts, &opt, &(iso_run){.note = hear}));
    iso_fields_show(said);
    iso_texts_close(texts);
    return s;
}

static void sentences_are_the_librarys(void **state)
{
    iso_json *root = cases();
    int number = 0;

    (void)state;
    for (const iso_json *c = iso_json_first(iso_json_get(root, "cases")); c;
         c = iso_json_next(c), number++) {
        const char *folder = folder_of(c, number);
        const iso_json *vectors = iso_json_get(c, "vectors");
        iso_states *s =
            embed_texts(root, folder, iso_json_text(iso_json_get(c, "prompt")), "sentence");
        int64_t rows, cols;
        assert_int_equal(iso_states_about(s)->sentence, 2); /* behind one layer */
        double *y = rows_of(&rows, &cols, s, "en", 2);
        assert_int_equal(rows, TEXTS);
        assert_int_equal(cols, iso_json_count(iso_json_at(vectors, 0)));
        for (int64_t i = 0; i < rows; i++) {
            for (int64_t j = 0; j < cols; j++) {
                double want = NAN;
                assert_true(iso_json_number(&want, iso_json_at(iso_json_at(vectors, i), j)));
                const double tolerance = 2e-6 * fmax(1, fabs(want));
                if (!(fabs(y[i * cols + j] - want) <= tolerance))
                    print_error("case %s, text %d, column %d\n",
                                iso_json_text(iso_json_get(c, "name")), (int)i, (int)j);
                near(y[i * cols + j], want, tolerance);
            }
        }
        iso_free(y);
        iso_states_close(s);
    }
    assert_int_equal(number, 22);
    iso_json_free(root);
}

/* The case called so. */
static const iso_json *case_of(const iso_json *root, const char *name)
{
    const iso_json *c = iso_json_first(iso_json_get(root, "cases"));

    while (c && strcmp(iso_json_text(iso_json_get(c, "name")), name) != 0)
        c = iso_json_next(c);
    assert_non_null(c);
    return c;
}

/* The layers of the encoder are what they are without a recipe. */
static void other_layers_stay(void **state)
{
    iso_json *root = cases();
    const char *folder = folder_of(case_of(root, "dense"), 100), *bare = temp_path("bare");

    (void)state;
    new_folder(bare, NULL);
    link_base(bare);
    iso_states *a = embed_texts(root, folder, NULL, NULL);
    assert_non_null(
        strstr(said, "layer 2, sentence: mean-special; 8 to 6 dims, tanh; unit length"));
    assert_non_null(strstr(said, "; other layers: --pool mean"));
    iso_states *b = embed_texts(root, bare, NULL, NULL);
    assert_null(strstr(said, "sentence:"));
    assert_int_equal(iso_states_lang(a, 0)->layer_count, 3);
    assert_int_equal(iso_states_lang(b, 0)->layer_count, 2);
    assert_int_equal(iso_states_about(b)->sentence, 0);
    text(iso_states_about(a)->recipe, "mean-special; 8 to 6 dims, tanh; unit length");
    near(apart(a, b, "en", 0), 0, 0);
    near(apart(a, b, "en", 1), 0, 0);
    iso_states_close(a);
    a = embed_texts(root, folder, NULL, "0,last");
    assert_non_null(strstr(said, "is not used"));
    assert_int_equal(iso_states_lang(a, 0)->layer_count, 2);
    iso_states_close(a);
    iso_states_close(b);
    iso_json_free(root);
}

/* A file keeps which layer it is, and is gone on with by the same recipe alone. */
static void files_keep_it(void **state)
{
    iso_json *root = cases();
    const char *folder = folder_of(case_of(root, "prompts"), 200), *out = temp_path("kept.h5");
    char en[4096];

    (void)state;
    FILE *f = fopen(temp_path("en.txt"), "w");
    assert_non_null(f);
    fputs("a cat\ndogs ran\n", f);
    assert_int_equal(fclose(f), 0);
    snprintf(en, sizeof en, "en=%s", temp_path("en.txt"));
    done(EMBED("--model", folder, en, "--prompt", "query", "-o", out));
    iso_states *s = NULL;
    ok(iso_states_open(&s, &out, 1, NULL));
    assert_int_equal(iso_states_about(s)->sentence, 2);
    text(iso_states_about(s)->recipe, "mean-special");
    text(iso_states_about(s)->prompt, "query: ");
    iso_states_close(s);
    done(EMBED("--model", folder, en, "-o", out));
    assert_non_null(strstr(said, "no prompt stands before the texts; prompts200 has these"));
    done(EMBED("--model", folder, en, "--prompt", "", "-o", out));
    assert_null(strstr(said, "no prompt stands"));
    assert_int_equal(EMBED("--model", folder, en, "--prompt", "qeury", "-o", out), 1);
    assert_non_null(strstr(said, "--prompt qeury: the prompts of prompts200 are called "));
    assert_non_null(strstr(said, "query"));
    assert_int_equal(EMBED("--model", folder, en, "--prompt", "\xff: ", "-o", out), 1);
    assert_non_null(strstr(said, "--prompt: is not UTF-8"));
    assert_int_equal(EMBED("--model", folder, en, "--prompt",
                           "a a a a a a a a a a a a a a a a a a a a a a : ", "-o", out),
                     1);
    assert_non_null(strstr(said, "--prompt: takes 23 of the 24 tokens of a sentence, and nothing"));
    assert_int_equal(EMBED("--model", folder, en, "--prompt", "a: ", "--pool", "word", "-o", out),
                     1);
    assert_non_null(strstr(said, "--prompt: rows are words"));
    assert_int_equal(
        EMBED("--model", folder, en, "--layers", "sentence", "--pool", "none", "-o", out), 1);
    assert_non_null(strstr(said, "has no layer sentence"));
    done(EMBED("--model", folder, en, "--pool", "word", "-o", out));
    assert_non_null(strstr(said, "is not used: rows are no sentences"));
    iso_json_free(root);
}

/* Random weights make a sentence, too: another one, the same for the same seed. */
static void random_ones_are_repeatable(void **state)
{
    iso_json *root = cases();
    const char *folder = folder_of(case_of(root, "steps"), 300);
    iso_states *s[3];
    char en[4096];

    (void)state;
    FILE *f = fopen(temp_path("en.txt"), "w");
    assert_non_null(f);
    fputs("a cat\ndogs ran\n", f);
    assert_int_equal(fclose(f), 0);
    snprintf(en, sizeof en, "en=%s", temp_path("en.txt"));
    for (int i = 0; i < 3; i++) {
        const char *out = temp_path(i == 0 ? "r0.h5" : i == 1 ? "r1.h5" : "r2.h5");
        done(EMBED("--model", folder, en, "--random-weights", i < 2 ? "7" : "8", "--dtype", "f32",
                   "-o", out));
        assert_non_null(strstr(said, "by random weights"));
        ok(iso_states_open(&s[i], &out, 1, NULL));
    }
    near(apart(s[0], s[1], "en", 2), 0, 0);
    assert_true(apart(s[0], s[2], "en", 2) > 1e-3);
    for (int i = 0; i < 3; i++)
        iso_states_close(s[i]);
    iso_json_free(root);
}

/* --- Recipes that are none ------------------------------------------------------------------- */

#define MODULE(path, type)                                                                         \
    "{\"path\":\"" path "\",\"type\":\"sentence_transformers.models." type "\"}"
#define MODULES(more) "[" MODULE("", "Transformer") more "]"
#define POOLED        MODULES("," MODULE("1_Pooling", "Pooling"))
#define MEAN          "{\"embedding_dimension\":8}"

static const char *made(const char *modules, const char *pooling, const char *name,
                        const char *content)
{
    static char folder[4096];
    static int count;
    char temp[32];

    snprintf(temp, sizeof temp, "made%d", count++);
    snprintf(folder, sizeof folder, "%s", temp_path(temp));
    new_folder(folder, NULL);
    link_base(folder);
    put(folder, "modules.json", modules);
    if (pooling)
        put_file(folder, "", "1_Pooling/config.json", pooling);
    if (name)
        put_file(folder, strncmp(name, "2_Dense", 7) == 0 ? "dense" : "", name, content);
    return folder;
}

static void what_is_wrong_is_named(void **state)
{
    static const struct {
        const char *modules, *pooling, *name, *content, *message;
    } bad[] = {
        {"{}", NULL, NULL, NULL, "modules.json: is no JSON array"},
        {"[", NULL, NULL, NULL, "modules.json"},
        {"[]", NULL, NULL, NULL, "the first module is no Transformer"},
        {"[1, null]", NULL, NULL, NULL, "the first module is no Transformer"},
        {"[" MODULE("../x", "Transformer") "]", NULL, NULL, NULL, "../x leads out of the folder"},
        {MODULES("," MODULE("1_Pooling/../..", "Pooling")), MEAN, NULL, NULL,
         "leads out of the folder"},
        {MODULES(""), NULL, NULL, NULL, "has no Pooling"},
        {POOLED, NULL, NULL, NULL, "names a module in \"1_Pooling\", which is not there"},
        {POOLED, "[]", NULL, NULL, "1_Pooling/config.json: is no JSON object"},
        {POOLED, "{}", NULL, NULL, "embedding_dimension is no whole number"},
        {POOLED, "{\"embedding_dimension\":16}", NULL, NULL, "pools 16 dims, the encoder gives 8"},
        {POOLED, "{\"embedding_dimension\":8,\"pooling_mode\":\"sum\"}", NULL, NULL,
         "pooling_mode \"sum\" is not known"},
        {POOLED, "{\"embedding_dimension\":8,\"pooling_mode\":3}", NULL, NULL,
         "pooling_mode \"(no text)\" is not known"},
        {MODULES("," MODULE("1_Pooling", "Pooling") "," MODULE("1_Pooling", "Pooling")), MEAN, NULL,
         NULL, "pools twice"},
        {MODULES("," MODULE("1_CNN", "CNN")), NULL, NULL, NULL,
         "of type sentence_transformers.models.CNN"},
        {MODULES(",{\"path\":\"\",\"type\":\"custom.Thing\"}"), NULL, NULL, NULL,
         "of type custom.Thing"},
        {MODULES("," MODULE("2_Normalize", "Normalize")), NULL, NULL, NULL,
         "Normalize comes before Pooling"},
        {MODULES("," MODULE("1_Pooling", "Pooling") "," MODULE("2_Dense", "Dense")), MEAN,
         "2_Dense/config.json", "{\"in_features\":9,\"out_features\":6}",
         "in_features is 9, and 8 dims come before it"},
        {MODULES("," MODULE("1_Pooling", "Pooling") "," MODULE("2_Dense", "Dense")), MEAN,
         "2_Dense/config.json", "{\"in_features\":8,\"out_features\":7}",
         "tensor linear.weight is 6 x 8, config.json asks for 7 x 8"},
        {MODULES("," MODULE("1_Pooling", "Pooling") "," MODULE("2_Dense", "Dense")), MEAN,
         "2_Dense/config.json",
         "{\"in_features\":8,\"out_features\":6,\"activation_function\":\"torch.nn.ELU\"}",
         "activation_function torch.nn.ELU is not known"},
        {MODULES("," MODULE("1_Pooling", "Pooling") "," MODULE("2_Dense", "Dense")), MEAN,
         "2_Dense/config.json",
         "{\"in_features\":8,\"out_features\":6,\"module_input_name\":\"token_embeddings\"}",
         "module_input_name is \"token_embeddings\""},
        {MODULES("," MODULE("1_Pooling", "Pooling") "," MODULE("2_D", "Dense")), MEAN,
         "2_D/config.json", "{\"in_features\":8,\"out_features\":6}",
         "2_D: holds neither model.safetensors"},
        {POOLED, MEAN, "sentence_bert_config.json", "{\"max_seq_length\":\"x\"}",
         "max_seq_length is no whole number from 1 on"},
        {POOLED, MEAN, "sentence_bert_config.json", "{\"max_seq_length\":512}",
         "max_seq_length is 512, the model has positions for 24 tokens: correct it, or give "
         "--max-length 24 or less"},
        {POOLED, MEAN, "config_sentence_transformers.json", "{\"prompts\":[]}",
         "prompts is no object"},
        {POOLED, MEAN, "config_sentence_transformers.json", "{\"prompts\":{\"\":\"x: \"}}",
         "prompt \"\" is no text with a name"},
        {POOLED, MEAN, "config_sentence_transformers.json", "{\"prompts\":{\"q\":1}}",
         "prompt \"q\" is no text"},
        {POOLED, MEAN, "config_sentence_transformers.json",
         "{\"prompts\":{},\"default_prompt_name\":\"query\"}",
         "default_prompt_name is \"query\", which is no prompt of it"},
    };
    char en[4096];

    (void)state;
    FILE *f = fopen(temp_path("en.txt"), "w");
    assert_non_null(f);
    fputs("a cat\n", f);
    assert_int_equal(fclose(f), 0);
    snprintf(en, sizeof en, "en=%s", temp_path("en.txt"));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const char *folder = made(bad[i].modules, bad[i].pooling, bad[i].name, bad[i].content);
        assert_int_equal(EMBED("--model", folder, en, "-o", temp_path("x.h5")), 1);
        if (!strstr(said, bad[i].message))
            fail_msg("case %d: \"%s\" is not in: %s", (int)i, bad[i].message, said);
        assert_int_not_equal(access(temp_path("x.h5"), F_OK), 0);
    }
}

/* What cannot be computed hinders the sentence alone. */
static void layers_do_without(void **state)
{
    const char *folder = made(MODULES("," MODULE("1_CNN", "CNN")), NULL,
                              "sentence_bert_config.json", "{\"max_seq_length\":6}");
    char en[4096];

    (void)state;
    FILE *f = fopen(temp_path("long.txt"), "w");
    assert_non_null(f);
    fputs("a cat sat on the mat . the cat ran .\n", f);
    assert_int_equal(fclose(f), 0);
    snprintf(en, sizeof en, "en=%s", temp_path("long.txt"));
    assert_int_equal(EMBED("--model", folder, en, "-o", temp_path("y.h5")), 1);
    assert_non_null(strstr(said, "; --layers 0-last does without the sentence"));
    done(EMBED("--model", folder, en, "--layers", "0-last", "-o", temp_path("y.h5")));
    assert_non_null(strstr(said, "1 cut to 6 tokens"));
    done(EMBED("--model", folder, en, "--layers", "0-last", "--max-length", "20", "-o",
               temp_path("y.h5")));
    assert_null(strstr(said, "cut to"));
    assert_non_null(strstr(said, "--max-length 20, where the model's own library cuts texts to 6"));
}

static void every_allocation_can_fail(void **state)
{
    iso_json *root = cases();
    const char *folder = folder_of(case_of(root, "steps"), 400);
    iso_recipe r = {0};
    iso_sentence *s = NULL;
    float x[24] = {0}, y[8];
    const int64_t offsets[] = {0, 1, 3};
    iso_mat out = {.data = y, .rows = 2, .cols = 4, .stride = 4, .dtype = ISO_F32};
    int64_t n = 0;
    iso_err err;

    (void)state;
    for (int i = 0; i < 24; i++)
        x[i] = (float)(i % 7) - 3;
    do {
        iso_alloc_fail_after(n++);
        err = iso_recipe_read(&r, folder, 8);
        if (!err)
            err = iso_sentence_open(&s, &r, NULL);
        if (!err)
            err = iso_sentence_fwd(&out, s, iso_view_f32(x, 3, 8), offsets, 2, 0);
        iso_alloc_fail_after(-1);
        iso_sentence_close(s);
        iso_recipe_free(&r);
        s = NULL;
        assert_true(err == ISO_OK || err == ISO_ENOMEM);
    } while (err);
    assert_true(n > 20);
    iso_json_free(root);
}

int main(void)
{
    RUN_TESTS(test(sentences_are_the_librarys), test(other_layers_stay), test(files_keep_it),
              test(random_ones_are_repeatable), test(what_is_wrong_is_named),
              test(layers_do_without), test(every_allocation_can_fail));
}
