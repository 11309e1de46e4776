/* The program's `embed` in this process, and its file read back. */
#ifndef ISO_TESTS_BIN_EMBEDDED_H
#define ISO_TESTS_BIN_EMBEDDED_H

#include "tests/check.h"

#include <fcntl.h>
#include <math.h>

#include "bin/cmd.h"
#include "lib/base/alloc.h"
#include "lib/base/run.h"
#include "lib/io/states.h"
#include "lib/linalg/convert.h"

#define EMBED(...) program((const char *[]){"isogloss", "embed", __VA_ARGS__, NULL})

static char said[1 << 14]; /* what the last run wrote on stderr */

/* Runs the program; returns its exit status. */
static inline int program(const char **argv)
{
    const char *path = temp_path("stderr");
    const int file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600), kept = dup(STDERR_FILENO);
    int argc = 0, status;

    while (argv[argc])
        argc++;
    assert_true(file >= 0 && kept >= 0);
    fflush(stderr);
    dup2(file, STDERR_FILENO);
    status = isogloss_main(argc, (char **)(uintptr_t)argv);
    fflush(stderr);
    dup2(kept, STDERR_FILENO);
    const ssize_t len = pread(file, said, sizeof said - 1, 0);
    said[len > 0 ? len : 0] = '\0';
    close(file);
    close(kept);
    return status;
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
