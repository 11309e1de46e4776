/* iso_embed as a person would ask for it, and its file read back. */
#ifndef ISO_TESTS_ENCODE_EMBEDDED_H
#define ISO_TESTS_ENCODE_EMBEDDED_H

#include "tests/check.h"

#include "lib/base/alloc.h"
#include "lib/encode/embed.h"
#include "lib/linalg/convert.h"

/* EMBED("--model", folder, "en=en.txt", "--pool", "none", "-o", path): 0, or 130 where it was
 * interrupted, else 1. `said` has its notes and its message. */
#define EMBED(...) embedded((const char *const[]){__VA_ARGS__, NULL})

static char said[1 << 14];

static inline void hear(void *payload, const char *note)
{
    (void)payload;
    strncat(said, note, sizeof said - strlen(said) - 2);
    strcat(said, "\n");
}

/* Sets what is no option of iso_embed; returns whether it was that. */
static inline bool general(iso_run *run, iso_embed_opt *opt, const char *name, const char *value)
{
    if (strcmp(name, "quiet") == 0)
        run->note = NULL;
    else if (strcmp(name, "threads") == 0)
        run->threads = atoi(value);
    else if (strcmp(name, "limit") == 0)
        opt->texts.limit = atoi(value);
    else
        return false;
    return true;
}

static inline iso_err embed_words(const char *const *argv)
{
    const char *words[16];
    int count = 0;
    iso_run run = {.note = hear};
    iso_embed_opt opt;
    iso_texts *texts = NULL;
    iso_err err = ISO_OK;

    iso_embed_opt_init(&opt, sizeof opt);
    for (; *argv; argv++) {
        const char *name = strcmp(*argv, "-o") == 0 ? "out" : *argv + 2;
        const iso_option *o = iso_options_find(&iso_embed_options, name);
        if (**argv != '-')
            words[count++] = *argv;
        else if (!o)
            argv += general(&run, &opt, name, argv[1]) && strcmp(name, "quiet") != 0;
        else
            ISO_TRY(iso_option_set(o, &opt, o->kind == ISO_OPTION_FLAG ? NULL : *++argv));
    }
    ISO_TRY(iso_texts_open(&texts, words, count, &opt.texts, &run));
    ISO_TRY(iso_embed(NULL, NULL, texts, &opt, &run));
done:
    iso_texts_close(texts);
    return err;
}

static inline int embedded(const char *const *argv)
{
    said[0] = '\0';
    const iso_err err = embed_words(argv);
    if (err)
        hear(NULL, iso_err_msg());
    iso_fields_show(said);
    return err == ISO_ECANCEL ? 130 : err != ISO_OK;
}

/* It must go well. */
static inline void done(int status)
{
    if (status != 0)
        fail_msg("exit %d: %s", status, said);
}

/* A text file of the test's own; returns its path. */
static inline const char *file_of(const char *name, const char *content)
{
    const char *path = temp_path(name);
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_int_equal(fputs(content, file) < 0, 0);
    assert_int_equal(fclose(file), 0);
    return path;
}

/* LANG=PATH */
static inline const char *word(const char *lang, const char *path)
{
    static char words[16][4096];
    static int next;
    char *to = words[next++ % 16];

    snprintf(to, sizeof words[0], "%s=%s", lang, path);
    return to;
}

/* Rows as they are in the file. */
static inline iso_states *states_of(const char *path)
{
    iso_states *s = NULL;

    ok(iso_states_open(&s, &path, 1, &(iso_states_opt){.pool = "none"}));
    return s;
}

/* All rows of one language and layer as doubles; iso_free. */
static inline double *rows_of(int64_t *rows, int64_t *cols, iso_states *s, const char *lang,
                              int layer)
{
    iso_rows *source = NULL;
    iso_view v;
    double *x = NULL;

    assert_true(iso_states_find(s, lang) >= 0);
    ok(iso_states_rows(&source, s, iso_states_find(s, lang), layer));
    *rows = source->rows;
    *cols = source->cols;
    ok(iso_alloc(&x, *rows * *cols, sizeof *x));
    for (int64_t i = 0; i < *rows; i++) {
        ok(iso_rows_read(source, i, 1, &v));
        iso_convert_f64(x + i * *cols, *cols, v);
    }
    iso_rows_close(source);
    return x;
}

static inline double norm(const double *x, int64_t n)
{
    double sum = 0;

    for (int64_t i = 0; i < n; i++)
        sum += x[i] * x[i];
    return sqrt(sum);
}

/* The relative Frobenius error of one layer. */
static inline double apart(iso_states *a, iso_states *b, const char *lang, int layer)
{
    int64_t rows, cols, n, m;
    double *x = rows_of(&rows, &cols, a, lang, layer), *y = rows_of(&n, &m, b, lang, layer);

    assert_int_equal(rows, n);
    assert_int_equal(cols, m);
    for (int64_t i = 0; i < n * m; i++)
        x[i] -= y[i];
    const double error = norm(x, n * m) / norm(y, n * m);
    iso_free(x);
    iso_free(y);
    return error;
}

/* Both files hold the same languages and layers, no layer further apart than `tolerance`. */
static inline void files_near(const char *one, const char *other, double tolerance)
{
    iso_states *a = states_of(one), *b = states_of(other);

    assert_int_equal(iso_states_langs(a), iso_states_langs(b));
    for (int i = 0; i < iso_states_langs(b); i++) {
        const iso_lang *l = iso_states_lang(b, i);
        for (int k = 0; k < l->layer_count; k++)
            near(apart(a, b, l->name, l->layers[k]), 0, tolerance);
    }
    iso_states_close(a);
    iso_states_close(b);
}

/* The texts of a language in a states file as a text file; returns "LANG=PATH". */
static inline const char *iso_texts_of(const char *states, const char *lang)
{
    iso_states *s = states_of(states);
    const iso_lang *l = iso_states_lang(s, iso_states_find(s, lang));
    char name[64];

    snprintf(name, sizeof name, "%s.txt", lang);
    const char *path = temp_path(name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    for (int64_t i = 0; i < l->items; i++)
        fprintf(file, "%s\n", l->text[i]);
    fclose(file);
    iso_states_close(s);
    return word(lang, path);
}

#endif
