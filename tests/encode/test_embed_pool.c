/* What a row stands for: every pooling against sums made here of the token states. */
#include "tests/encode/embedded.h"

static const char *model(void)
{
    return source_path("examples/mini");
}

/* Words are repeated, one line is empty, and Chinese has no blanks. */
static const char *story(void)
{
    return word("en", file_of("story.txt", "The cat saw the dog .\n\nThe dog saw\tno cat\n"
                                           "Dog and cat , cat and dog !\nunbelievably long\n"));
}

/* The token states of the story, cut by sentence. */
struct tokens {
    iso_states *s;
    const iso_lang *lang;
    double *x;
    int64_t rows, C;
};

static struct tokens token_states(const char *en, int layer)
{
    const char *out = temp_path("tokens.h5");
    struct tokens t;

    done(EMBED("--model", model(), en, "--pool", "none", "--dtype", "f32", "-o", out));
    t.s = states_of(out);
    t.lang = iso_states_lang(t.s, 0);
    t.x = rows_of(&t.rows, &t.C, t.s, "en", layer);
    return t;
}

static void forget(struct tokens *t)
{
    iso_free(t->x);
    iso_states_close(t->s);
}

/* Mean, or largest number, of token rows [from, until). */
static double fold(const struct tokens *t, int64_t from, int64_t until, int64_t c, bool largest)
{
    double sum = largest ? -INFINITY : 0;

    for (int64_t i = from; i < until; i++) {
        const double x = t->x[i * t->C + c];
        sum = largest ? fmax(sum, x) : sum + x;
    }
    return largest ? sum : sum / (double)(until - from);
}

/* What pooling `p` should give for tokens [a, b) with <s> and </s> at the ends. */
static double expected(const char *p, const struct tokens *t, int64_t a, int64_t b, int64_t c)
{
    const bool bare = b - a <= 2; /* nothing but special tokens: all of them */
    const int64_t from = bare ? a : a + 1, until = bare ? b : b - 1;

    if (strcmp(p, "cls") == 0)
        return t->x[a * t->C + c];
    if (strcmp(p, "last") == 0)
        return t->x[(b - 1) * t->C + c];
    if (strcmp(p, "mean-special") == 0)
        return fold(t, a, b, c, false);
    if (strcmp(p, "weighted") == 0) {
        double sum = 0, weights = 0;
        for (int64_t i = a; i < b; i++) {
            sum += (double)(i - a + 1) * t->x[i * t->C + c];
            weights += (double)(i - a + 1);
        }
        return sum / weights;
    }
    if (strcmp(p, "max-special") == 0)
        return fold(t, a, b, c, true);
    if (strcmp(p, "mean-sqrt") == 0)
        return fold(t, a, b, c, false) * sqrt((double)(b - a));
    return fold(t, from, until, c, strcmp(p, "max") == 0);
}

static void sentences_are_pooled_as_they_say(void **state)
{
    static const char *const pool[] = {"mean", "mean-special", "cls",         "last",
                                       "max",  "weighted",     "max-special", "mean-sqrt"};
    const char *out = temp_path("pooled.h5");

    (void)state;
    for (int layer = 0; layer <= 4; layer += 2) {
        struct tokens t = token_states(story(), layer);
        for (int p = 0; p < 8; p++) {
            int64_t rows, C;
            done(
                EMBED("--model", model(), story(), "--pool", pool[p], "--dtype", "f32", "-o", out));
            iso_states *s = states_of(out);
            text(iso_states_about(s)->pooling, pool[p]);
            double *y = rows_of(&rows, &C, s, "en", layer);
            assert_int_equal(rows, 5);
            for (int64_t i = 0; i < rows; i++) {
                for (int64_t c = 0; c < C; c++)
                    near(y[i * C + c],
                         expected(pool[p], &t, t.lang->offsets[i], t.lang->offsets[i + 1], c),
                         2e-6);
            }
            iso_free(y);
            iso_states_close(s);
        }
        forget(&t);
    }
}

/* Ids alone: the first and last are taken for special. The ids of the story's third sentence. */
static void ids_are_pooled_like_text(void **state)
{
    const char *en = word("en", file_of("a.txt", "How are you?\n"));
    const char *ids = word("en", file_of("a.ids", "0 1009 329 125 11 2\n"));
    const char *a = temp_path("text.h5"), *b = temp_path("ids.h5");

    (void)state;
    done(EMBED("--model", model(), en, "--dtype", "f32", "-o", a));
    done(EMBED("--model", model(), ids, "--dtype", "f32", "-o", b));
    files_near(a, b, 0);
    iso_states *s = states_of(b);
    assert_null(iso_states_lang(s, 0)->text);
    iso_states_close(s);
}

/* Here a word begins with U+2581, so that words can be found from the pieces alone. */
static bool begins_word(const char *piece)
{
    return strncmp(piece, "\xe2\x96\x81", 3) == 0;
}

static void words_are_means_of_their_pieces(void **state)
{
    struct tokens t = token_states(story(), 3);
    const char *out = temp_path("words.h5");
    int64_t rows, C, w = 0;

    (void)state;
    done(EMBED("--model", model(), story(), "--pool", "word", "--dtype", "f32", "-o", out));
    iso_states *s = states_of(out);
    const iso_lang *l = iso_states_lang(s, 0);
    double *y = rows_of(&rows, &C, s, "en", 3);
    assert_int_equal(l->items, 5);
    assert_int_equal(rows, 21); /* 6, 0, 5, 8, 2 */
    for (int64_t i = 0; i < 5; i++) {
        assert_int_equal(l->offsets[i], w);
        for (int64_t a = t.lang->offsets[i] + 1, b; a < t.lang->offsets[i + 1] - 1; a = b, w++) {
            for (b = a + 1; b < t.lang->offsets[i + 1] - 1 && !begins_word(t.lang->tokens[b]);)
                b++;
            for (int64_t c = 0; c < C; c++)
                near(y[w * C + c], fold(&t, a, b, c, false), 2e-6);
        }
    }
    assert_int_equal(w, 21);
    text(l->tokens[1], "cat");
    text(l->tokens[8], "saw");
    text(l->tokens[19], "unbelievably");
    text(l->text[4], "unbelievably long");
    iso_free(y);
    iso_states_close(s);
    forget(&t);
}

/* "Dog" is not "dog"; punctuation that stands alone is left out. */
static void types_are_means_of_their_words(void **state)
{
    static const char *const name[] = {"cat", "dog",  "The", "and", "saw",
                                       "Dog", "long", "no",  "the", "unbelievably"};
    static const int count[] = {4, 3, 2, 2, 2, 1, 1, 1, 1, 1};
    const char *words = temp_path("w.h5"), *types = temp_path("t.h5");
    int64_t n, m, C;

    (void)state;
    done(EMBED("--model", model(), story(), "--pool", "word", "--dtype", "f32", "-o", words));
    done(EMBED("--model", model(), story(), "--pool", "types", "--dtype", "f32", "-o", types));
    assert_non_null(strstr(said, "; 3 words of punctuation alone, left out"));
    iso_states *a = states_of(words), *b = states_of(types);
    const iso_lang *x = iso_states_lang(a, 0), *y = iso_states_lang(b, 0);
    assert_int_equal(y->items, 10);
    assert_null(y->offsets);
    assert_null(y->text);
    for (int layer = 0; layer <= 4; layer++) {
        double *u = rows_of(&n, &C, a, "en", layer), *v = rows_of(&m, &C, b, "en", layer);
        assert_int_equal(m, 10);
        for (int64_t i = 0; i < m; i++) {
            text(y->tokens[i], name[i]);
            assert_int_equal(y->counts[i], count[i]);
            for (int64_t c = 0; c < C; c++) {
                double sum = 0;
                for (int64_t k = 0; k < n; k++)
                    sum += strcmp(x->tokens[k], name[i]) == 0 ? u[k * C + c] : 0;
                near(v[i * C + c], sum / count[i], 2e-6);
            }
        }
        iso_free(u);
        iso_free(v);
    }
    iso_states_close(a);
    iso_states_close(b);
}

/* "cat," and "cat;" are the cat: counts are one, the mean is over what belongs to it alone. */
static void types_lose_punctuation_at_their_ends(void **state)
{
    struct tokens t = token_states(word("en", file_of("s.txt", "cat, cat\ncat; dog!\n")), 2);
    const char *types = temp_path("s.h5");
    int64_t rows, C, cats = 0;

    (void)state;
    done(EMBED("--model", model(), word("en", temp_path("s.txt")), "--pool", "types", "--dtype",
               "f32", "-o", types));
    iso_states *s = states_of(types);
    const iso_lang *l = iso_states_lang(s, 0);
    double *y = rows_of(&rows, &C, s, "en", 2), *sum = calloc((size_t)C, sizeof *sum);
    assert_int_equal(rows, 2);
    text(l->tokens[0], "cat");
    text(l->tokens[1], "dog");
    assert_int_equal(l->counts[0], 3);
    assert_int_equal(l->counts[1], 1);
    for (int64_t i = 0; i < t.rows; i++) {
        if (!strstr(t.lang->tokens[i], "cat"))
            continue;
        cats++;
        for (int64_t c = 0; c < C; c++)
            sum[c] += t.x[i * C + c];
    }
    assert_int_equal(cats, 3);
    for (int64_t c = 0; c < C; c++)
        near(y[c], sum[c] / 3, 2e-6);
    free(sum);
    iso_free(y);
    iso_states_close(s);
    forget(&t);
}

static void ideographs_are_words(void **state)
{
    const char *out = temp_path("zh.h5");

    (void)state;
    done(EMBED("--model", model(),
               word("zh", file_of("zh.txt", "\xe6\x88\x91\xe7\x88\xb1\xe4\xbd\xa0 ok\n")), "--pool",
               "word", "-o", out));
    iso_states *s = states_of(out);
    const iso_lang *l = iso_states_lang(s, 0);
    assert_int_equal(l->rows, 4);
    text(l->tokens[2], "\xe4\xbd\xa0");
    text(l->tokens[3], "ok");
    iso_states_close(s);
}

/* Seven tokens at most: <s>, five pieces, </s>; words without pieces are left out. */
static void long_sentences_are_cut(void **state)
{
    const char *out = temp_path("cut.h5");

    (void)state;
    done(EMBED("--model", model(), story(), "--max-length", "7", "--pool", "none", "-o", out));
    iso_states *s = states_of(out);
    const iso_lang *l = iso_states_lang(s, 0);
    assert_int_equal(l->offsets[1], 7);
    text(l->tokens[0], "<s>");
    text(l->tokens[6], "</s>");
    assert_non_null(strstr(said, "; 4 cut to 7 tokens; 1 line without text"));
    iso_states_close(s);
    /* of ids the last stays, which closes the sentence */
    const char *ids = word("en", file_of("long.ids", "0 1009 329 125 11 2\n"));
    const char *cut = word("en", file_of("short.ids", "0 1009 329 2\n"));
    done(EMBED("--model", model(), ids, "--max-length", "4", "-o", out));
    done(EMBED("--model", model(), cut, "-o", temp_path("short.h5")));
    files_near(out, temp_path("short.h5"), 0);
}

int main(void)
{
    RUN_TESTS(test(sentences_are_pooled_as_they_say), test(ids_are_pooled_like_text),
              test(words_are_means_of_their_pieces), test(types_are_means_of_their_words),
              test(types_lose_punctuation_at_their_ends), test(ideographs_are_words),
              test(long_sentences_are_cut));
}
