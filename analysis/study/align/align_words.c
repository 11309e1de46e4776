/* Words of parallel sentences as rows, and the links between them. */
#include <string.h>

#include "analysis/study/align/align_inside.h"
#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/alignments.h"
#include "lib/io/pool.h"
#include "lib/linalg/convert.h"

/* Whether a piece begins a word: U+2581 begins one where there are such pieces, else all but "##".
 */
static bool begins(const char *piece, bool marked)
{
    return marked ? strncmp(piece, "\xe2\x96\x81", 3) == 0 : strncmp(piece, "##", 2) != 0;
}

static bool is_marked(const iso_lang *lang)
{
    for (int64_t r = 0; r < lang->rows; r++) {
        if (begins(lang->tokens[r], true))
            return true;
    }
    return false;
}

/* What `embed --pool none` keeps at both ends of a sentence. */
static bool is_special(const char *piece)
{
    static const char *const names[] = {"<s>", "</s>", "[CLS]", "[SEP]"};

    for (int i = 0; i < (int)(sizeof names / sizeof *names); i++) {
        if (strcmp(piece, names[i]) == 0)
            return true;
    }
    return false;
}

static void words_of_free(struct words_of *w)
{
    iso_free(w->first);
    iso_free(w->start);
    iso_free(w->end);
    *w = (struct words_of){0};
}

/* Pieces of one sentence put together. */
static void join_pieces(struct words_of *w, const iso_lang *lang, int64_t s, bool marked)
{
    const int64_t first = w->count;

    for (int64_t r = lang->offsets[s]; r < lang->offsets[s + 1]; r++) {
        if (is_special(lang->tokens[r]))
            continue;
        if (w->count == first || begins(lang->tokens[r], marked))
            w->start[w->count++] = r;
        w->end[w->count - 1] = r + 1;
    }
}

/* Rows that are words already, or pieces that are put together. */
static iso_err find_words(struct words_of *out, const iso_lang *lang, bool pieces)
{
    struct words_of w = {0};
    const bool marked = pieces && is_marked(lang);
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&w.first, lang->items + 1, sizeof *w.first));
    ISO_TRY(iso_alloc(&w.start, lang->rows, sizeof *w.start));
    ISO_TRY(iso_alloc(&w.end, lang->rows, sizeof *w.end));
    for (int64_t s = 0; s < lang->items; s++) {
        w.first[s] = w.count;
        for (int64_t r = lang->offsets[s]; !pieces && r < lang->offsets[s + 1]; r++, w.count++) {
            w.start[w.count] = r;
            w.end[w.count] = r + 1;
        }
        if (pieces)
            join_pieces(&w, lang, s, marked);
    }
    w.first[lang->items] = w.count;
    *out = w;
    return ISO_OK;
done:
    words_of_free(&w);
    return err;
}

static iso_err check_side(const iso_states *s, const iso_lang *lang, bool pieces)
{
    const char *path = iso_states_name(s);

    if (!lang->offsets)
        return iso_fail(ISO_EARG,
                        "%s: %s has no rows of words: " ISO_FIELD(
                            alignments) " wants states by `embed --pool word` or `--pool none`",
                        path, lang->name);
    if (pieces && !lang->tokens)
        return iso_fail(ISO_EARG, "%s: %s does not say its tokens, words cannot be found", path,
                        lang->name);
    return ISO_OK;
}

static iso_err no_word(const char *path, int64_t sentence, const iso_lang *lang, int32_t word,
                       int64_t words)
{
    return iso_fail(ISO_EFORMAT,
                    "%s: line %lld links word %d of %s, which has %lld there: were the same "
                    "texts aligned?",
                    path, (long long)sentence + 1, (int)word, lang->name, (long long)words);
}

/* The words that are linked, sentence by sentence. */
static iso_err link_words(struct word_rows *out, const char *path, const iso_alignments *a,
                          const iso_lang *const lang[2])
{
    int64_t at = 0;

    for (int64_t s = 0; s < a->sentences; s++) {
        for (int64_t l = a->first[s]; l < a->first[s + 1]; l++, at++) {
            const int32_t word[2] = {a->source[l], a->target[l]};
            out->item[at] = s;
            for (int side = 0; side < 2; side++) {
                const struct words_of *w = &out->side[side];
                const int64_t words = w->first[s + 1] - w->first[s];
                if (word[side] < 0 || word[side] >= words)
                    return no_word(path, s, lang[side], word[side], words);
                out->link[side][at] = w->first[s] + word[side];
            }
        }
    }
    return ISO_OK;
}

iso_err iso_word_rows_make(struct word_rows *out, const char *path, iso_states *s, int src, int tgt,
                           const iso_run *run)
{
    const iso_lang *const lang[2] = {iso_states_lang(s, src), iso_states_lang(s, tgt)};
    const char *pooling = iso_states_about(s)->pooling;
    const bool pieces = !iso_str_same(pooling, iso_pool_name(ISO_POOL_WORD));
    iso_alignments a = {0};
    struct word_rows w = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_alignments_read(&a, path, run));
    for (int side = 0; side < 2; side++) {
        ISO_TRY(check_side(s, lang[side], pieces));
        if (lang[side]->items != a.sentences)
            ISO_FAIL(ISO_EARG, "%s: has %lld lines, %s has %lld sentences", path,
                     (long long)a.sentences, lang[side]->name, (long long)lang[side]->items);
        ISO_TRY(find_words(&w.side[side], lang[side], pieces));
    }
    w.links = a.first[a.sentences];
    if (w.links == 0)
        ISO_FAIL(ISO_EFORMAT, "%s: links no words", path);
    for (int side = 0; side < 2; side++)
        ISO_TRY(iso_alloc(&w.link[side], w.links, sizeof *w.link[side]));
    ISO_TRY(iso_alloc(&w.item, w.links, sizeof *w.item));
    ISO_TRY(link_words(&w, path, &a, lang));
    *out = w;
    w = (struct word_rows){0};
done:
    iso_word_rows_free(&w);
    iso_alignments_free(&a);
    return err;
}

void iso_word_rows_free(struct word_rows *w)
{
    for (int side = 0; side < 2; side++) {
        words_of_free(&w->side[side]);
        iso_free(w->link[side]);
    }
    iso_free(w->item);
    *w = (struct word_rows){0};
}

/* --- The source of their means --- */

struct means {
    iso_rows rows; /* must come first */
    iso_rows *inner;
    const struct words_of *words;
    iso_mat made, part; /* what was asked for last; the pieces of one word */
};

static iso_err make_room(iso_mat *m, int64_t rows, int64_t cols)
{
    if (m->rows >= rows)
        return ISO_OK;
    iso_mat_free(m);
    return iso_mat_new(m, rows, cols, ISO_F32);
}

/* The mean of the pieces of word i. */
static iso_err mean_of(struct means *m, float *to, int64_t i)
{
    const int64_t first = m->words->start[i], count = m->words->end[i] - first;
    const int64_t cols = m->rows.cols;
    iso_view v;
    iso_err err = ISO_OK;

    ISO_TRY(iso_rows_read(m->inner, first, count, &v));
    if (count == 1) {
        iso_convert_f32(to, cols, v);
        goto done;
    }
    ISO_TRY(make_room(&m->part, count, cols));
    iso_convert_f32(m->part.data, cols, v);
    for (int64_t j = 0; j < cols; j++) {
        double sum = 0;
        for (int64_t r = 0; r < count; r++)
            sum += ((const float *)m->part.data)[r * cols + j];
        to[j] = (float)(sum / (double)count);
    }
done:
    return err;
}

static iso_err read_means(iso_rows *self, int64_t first, int64_t count, iso_view *out)
{
    struct means *m = (struct means *)self;
    iso_err err = ISO_OK;

    ISO_TRY(make_room(&m->made, count, self->cols));
    for (int64_t i = 0; i < count; i++)
        ISO_TRY(mean_of(m, (float *)m->made.data + i * self->cols, first + i));
    *out = iso_view_rows(iso_mat_view(&m->made), 0, count);
done:
    return err;
}

static void close_means(iso_rows *self)
{
    struct means *m = (struct means *)self;

    iso_rows_close(m->inner);
    iso_mat_free(&m->made);
    iso_mat_free(&m->part);
    iso_free(m);
}

iso_err iso_word_rows_open(iso_rows **out, iso_rows *inner, const struct words_of *w)
{
    struct means *m = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&m, 1, sizeof *m));
    ISO_TRY(iso_str_dup(&m->rows.name, iso_rows_name(inner), -1));
    m->rows.rows = w->count;
    m->rows.cols = inner->cols;
    m->rows.dtype = ISO_F32;
    m->rows.run = 1;
    m->rows.read = read_means;
    m->rows.close = close_means;
    m->inner = inner;
    m->words = w;
    *out = &m->rows;
    m = NULL;
done:
    iso_free(m);
    return err;
}
