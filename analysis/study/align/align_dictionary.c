/* Rows of word types that dictionaries pair: files by target, words by language, pairs found. */
#include <inttypes.h>
#include <string.h>

#include "analysis/study/align/align_inside.h"
#include "analysis/study/items/dictionaries.h"
#include "analysis/study/items/selection.h"
#include "lib/base/alloc.h"
#include "lib/io/pool.h"
#include "lib/io/states_input.h"
#include "lib/text/fold.h"

enum { WORD_MOST = 4096, NAMED = 3 };

/* --- Files: FILE, or LANG=FILE,LANG=FILE --- */

/* One option, `train` or `test`: its files, by target. */
struct files {
    const char *option;
    const char *text;
    iso_inputs list;
};

/* What exists as a path is one, whatever signs are in it. */
static iso_err read_list(struct files *f)
{
    char word[WORD_MOST];
    iso_err err = iso_inputs_add(&f->list, f->text);

    if (!err || !strchr(f->text, ','))
        return err ? iso_fail_in(err, ISO_FIELD_S, f->option) : ISO_OK;
    for (const char *at = f->text; at;) {
        at = iso_str_word(word, sizeof word, at);
        err = iso_inputs_add(&f->list, word);
        if (err)
            return iso_fail_in(err, ISO_FIELD_S, f->option);
    }
    return ISO_OK;
}

static bool is_target(const struct selection *sel, int lang)
{
    for (int i = 0; i < sel->pair_count; i++) {
        if (sel->pair[i][1] == lang)
            return true;
    }
    return false;
}

/* Every file belongs to a target; one without a name to the only one. */
static iso_err read_files(struct files *f, const iso_states *s, const struct selection *sel)
{
    iso_err err = ISO_OK;

    ISO_TRY(read_list(f));
    for (int i = 0; i < f->list.count; i++) {
        const iso_input *in = &f->list.at[i];
        ISO_NEED(!in->dataset && in->layer < 0,
                 ISO_FIELD_S " %s: a dictionary is FILE or LANG=FILE", f->option, f->text);
        ISO_NEED(in->lang || (sel->pair_count == 1 && f->list.count == 1),
                 ISO_FIELD_S " %s: which of %d targets is it for? say it as LANG=FILE,LANG=FILE, "
                             "or choose with " ISO_FIELD(tgt),
                 f->option, in->path, sel->pair_count);
        ISO_NEED(!in->lang || is_target(sel, iso_states_find(s, in->lang)),
                 ISO_FIELD_S ": %s is not among the targets", f->option, in->lang);
    }
done:
    return err;
}

static iso_err file_of(const char **path, const struct files *f, const iso_states *s, int tgt)
{
    const char *name = iso_states_lang(s, tgt)->name;
    iso_err err = ISO_OK;

    *path = NULL;
    for (int i = 0; i < f->list.count; i++) {
        const iso_input *in = &f->list.at[i];
        if (in->lang && iso_states_find(s, in->lang) != tgt)
            continue;
        ISO_NEED(!*path, ISO_FIELD_S ": two dictionaries for %s", f->option, name);
        *path = in->path;
    }
    ISO_NEED(*path,
             ISO_FIELD_S ": no dictionary for %s: add %s=FILE, or choose with " ISO_FIELD(tgt),
             f->option, name, name);
done:
    return err;
}

/* --- Words: those that a language has rows of --- */

/* The words of a language as they are looked up, in lower case where that is asked. */
struct vocabulary {
    const iso_lang *lang;
    iso_textmap words;
    int64_t *row; /* by word */
};

static void free_vocabulary(struct vocabulary *v)
{
    iso_textmap_free(&v->words);
    iso_free(v->row);
}

static int64_t row_of(const struct vocabulary *v, const char *word)
{
    const int64_t at = iso_textmap_find(&v->words, word, -1);

    return at < 0 ? -1 : v->row[at];
}

/* Words that are left out, the first few by name. */
struct left_out {
    int64_t again, no_text;
    iso_buf few;
};

static iso_err name_word(struct left_out *out, const iso_lang *lang, int64_t row, bool strict,
                         const char *what)
{
    iso_buf *few = &out->few;
    iso_buf shown = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_word_text_show(&shown, lang->tokens[row], (int64_t)strlen(lang->tokens[row])));
    if (strict)
        ISO_FAIL(ISO_EFORMAT,
                 "%s: %s: word %" PRId64 ", \"%s\", %s; fix it or leave out " ISO_FIELD(strict),
                 lang->path, lang->name, row + 1, shown.text ? shown.text : "", what);
    if (out->again + out->no_text <= NAMED)
        ISO_TRY(iso_buf_printf(few, "%s\"%s\" %s", few->len ? "; " : "",
                               shown.text ? shown.text : "", what));
done:
    iso_buf_free(&shown);
    return err;
}

/* Of words that are equal after folding the first counts; with `strict` they are refused. */
static iso_err take_words(struct vocabulary *v, struct left_out *odd, const iso_align_opt *o)
{
    const iso_word_text how = {.lower = o->lower ? iso_text_lower : NULL};
    iso_buf word = {0};
    bool good;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&v->row, v->lang->rows, sizeof *v->row));
    for (int64_t r = 0; r < v->lang->rows; r++) {
        const char *token = v->lang->tokens[r];
        word.len = 0;
        ISO_TRY(iso_word_text_add(&word, &good, how, token, (int64_t)strlen(token)));
        good = good && word.len > 0;
        if (good) {
            const int64_t count = v->words.count;
            int64_t number;
            ISO_TRY(iso_textmap_keep(&number, &v->words, word.text, word.len));
            if (number == count) {
                v->row[number] = r;
                continue;
            }
        }
        *(good ? &odd->again : &odd->no_text) += 1;
        ISO_TRY(name_word(odd, v->lang, r, o->strict, good ? "is repeated" : "is no text"));
    }
done:
    iso_buf_free(&word);
    return err;
}

/* Free in any case. */
static iso_err make_vocabulary(struct vocabulary *v, const iso_states *s, int lang,
                               const struct align_ask *ask)
{
    const char *pooling = iso_states_about(s)->pooling;
    struct left_out odd = {0};
    iso_err err = ISO_OK;

    v->lang = iso_states_lang(s, lang);
    if (!v->lang->tokens || v->lang->offsets ||
        !iso_str_same(pooling, iso_pool_name(ISO_POOL_TYPES)))
        ISO_FAIL(ISO_EDATA,
                 "%s: rows of %s are no word types (pooling is %s): " ISO_FIELD(
                     train) " pairs words of `embed --pool types`",
                 v->lang->path, v->lang->name, pooling ? pooling : "not known");
    ISO_TRY(take_words(v, &odd, &ask->opt));
    if (odd.again + odd.no_text > 0)
        iso_run_note(ask->run, "%s: %s: left out: %lld repeated words, %lld that are not text (%s)",
                     v->lang->path, v->lang->name, (long long)odd.again, (long long)odd.no_text,
                     odd.few.text);
done:
    iso_buf_free(&odd.few);
    return err;
}

/* --- Pairs: those of a dictionary that have rows --- */

/* A dictionary, and the rows of those of its pairs that have both words. */
struct found {
    const char *path;
    iso_dictionary d;
    iso_word_pairs pairs;
};

static void free_found(struct found *f)
{
    iso_dictionary_free(&f->d);
    iso_word_pairs_free(&f->pairs);
}

/* The word that is missing goes to `few`, with `strict` to the person. */
static iso_err name_missing(iso_buf *few, int64_t count, const struct found *f,
                            const struct vocabulary *v, const char *word, bool strict)
{
    iso_buf shown = {0};
    iso_err err = ISO_OK;

    if (count > NAMED && !strict)
        return ISO_OK;
    ISO_TRY(iso_word_text_show(&shown, word, (int64_t)strlen(word)));
    if (strict)
        ISO_FAIL(ISO_EFORMAT, "%s: \"%s\" is not a word of %s (%s); leave out " ISO_FIELD(strict),
                 f->path, shown.text, v->lang->name, v->lang->path);
    ISO_TRY(iso_buf_printf(few, "%s\"%s\" (%s)", few->len ? ", " : "", shown.text, v->lang->name));
done:
    iso_buf_free(&shown);
    return err;
}

/* Notes how many pairs were found; none is an error. */
static iso_err note_found(const struct found *f, const struct vocabulary *src,
                          const struct vocabulary *tgt, const struct align_ask *ask,
                          const char *without)
{
    const struct dictionary_side side[2] = {{src->words.texts, src->words.count},
                                            {tgt->words.texts, tgt->words.count}};
    iso_buf hint = {0};
    iso_err err = ISO_OK;

    if (f->pairs.count == f->d.pairs)
        return ISO_OK;
    ISO_TRY(iso_buf_puts(&hint, ""));
    if (!ask->opt.lower)
        ISO_TRY(iso_dictionaries_hint(&hint, &f->d, f->pairs.count, side));
    if (f->pairs.count == 0)
        ISO_FAIL(ISO_EDATA,
                 "%s: none of its %lld pairs (the first: %s, %s) has both words among the rows "
                 "(the first: %s, %s); " ISO_FIELD(lower) " and " ISO_FIELD(
                     encoding) " decide what is equal%s",
                 f->path, (long long)f->d.pairs, f->d.source[0], f->d.target[0],
                 src->words.count ? src->words.texts[0] : "none",
                 tgt->words.count ? tgt->words.texts[0] : "none", hint.text);
    iso_run_note(ask->run, "%s: %lld of %lld pairs have both words%s; without rows: %s", f->path,
                 (long long)f->pairs.count, (long long)f->d.pairs, hint.text, without);
done:
    iso_buf_free(&hint);
    return err;
}

static iso_err find_pairs(struct found *f, const struct vocabulary *src,
                          const struct vocabulary *tgt, const struct align_ask *ask)
{
    iso_buf few = {0};
    int64_t missing = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_word_pairs_new(&f->pairs, f->d.pairs));
    f->pairs.count = 0;
    for (int64_t i = 0; i < f->d.pairs; i++) {
        const int64_t x = row_of(src, f->d.source[i]);
        const int64_t y = row_of(tgt, f->d.target[i]);
        if (x < 0 || y < 0) {
            ISO_TRY(name_missing(&few, ++missing, f, x < 0 ? src : tgt,
                                 x < 0 ? f->d.source[i] : f->d.target[i], ask->opt.strict));
            continue;
        }
        f->pairs.source[f->pairs.count] = x;
        f->pairs.target[f->pairs.count++] = y;
    }
    if (missing > NAMED)
        ISO_TRY(iso_buf_puts(&few, ", ..."));
    ISO_TRY(note_found(f, src, tgt, ask, few.text));
done:
    iso_buf_free(&few);
    return err;
}

static iso_err distinct_words(int64_t *out, const iso_dictionary *d)
{
    iso_textmap words = {0};
    int64_t number;
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < d->pairs; i++)
        ISO_TRY(iso_textmap_put(&number, &words, d->source[i], -1));
    *out = words.count;
done:
    iso_textmap_free(&words);
    return err;
}

/* --- All of it --- */

/* All that targets share. */
struct maker {
    const struct align_ask *ask;
    iso_states *s;
    struct files train, test;
    struct selection sel;
    struct vocabulary src;
};

static iso_err open_dictionary(struct found *f, const struct maker *m, const struct files *files,
                               int lang, const struct vocabulary *tgt)
{
    const iso_align_opt *o = &m->ask->opt;
    const iso_dictionary_opt opt = {.encoding = o->encoding,
                                    .lower = o->lower ? iso_text_lower : NULL,
                                    .strict = o->strict,
                                    .run = m->ask->run};
    iso_err err = ISO_OK;

    ISO_TRY(file_of(&f->path, files, m->s, lang));
    ISO_TRY(iso_dictionaries_read(&f->d, f->path, &opt));
    ISO_TRY(find_pairs(f, &m->src, tgt, m->ask));
done:
    return err;
}

/* Source words numbered in the order of the pairs, with their texts. */
static iso_err number_words(int64_t *item, const char **text, int64_t *words,
                            const iso_word_pairs *p, const iso_lang *src)
{
    int64_t *number = NULL; /* by row: 1 + its word's */
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&number, src->rows, sizeof *number));
    *words = 0;
    for (int64_t i = 0; i < p->count; i++) {
        int64_t *n = &number[p->source[i]];
        if (*n == 0) {
            text[*words] = src->tokens[p->source[i]];
            *n = ++*words;
        }
        item[i] = *n - 1;
    }
done:
    iso_free(number);
    return err;
}

/* Deals pairs by their source words, all pairs of a word to one fold; with `fitted`, pairs that are
 * fitted on alone, there is one fold. */
static iso_err split_pairs(struct align_split *out, const struct align_ask *ask,
                           const iso_word_pairs *scored, const iso_word_pairs *fitted,
                           const iso_lang *src, const iso_lang *tgt)
{
    struct folds folds = {0};
    struct folds_ask deal = {.count = ask->folds, .seed = iso_run_seed(ask->run)};
    int64_t *item = NULL;
    const char **text = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&item, scored->count, sizeof *item));
    ISO_TRY(iso_alloc(&text, scored->count, sizeof *text));
    ISO_TRY(number_words(item, text, &deal.items, scored, src));
    deal.ids = text;
    if (!fitted) /* a word's fold goes by the word and the seed */
        ISO_TRY(iso_folds_make(&folds, &deal));
    ISO_TRY(iso_align_split_make(out,
                                 &(struct align_links){.rows = {src->rows, tgt->rows},
                                                       .count = scored->count,
                                                       .fitted = fitted ? fitted->count : 0,
                                                       .row = {scored->source, scored->target},
                                                       .also = {fitted ? fitted->source : NULL,
                                                                fitted ? fitted->target : NULL},
                                                       .item = item},
                                 fitted ? NULL : &folds));
done:
    iso_folds_free(&folds);
    iso_free(item);
    iso_free(text);
    return err;
}

/* The pairs of a target, dealt to folds; with `test` those of it are scored whole. */
static iso_err split_target(struct align_link *out, const struct maker *m)
{
    const bool two = m->ask->opt.test;
    struct vocabulary tgt = {0};
    struct found train = {0}, test = {0};
    const struct found *scored = two ? &test : &train;
    iso_err err = ISO_OK;

    ISO_TRY(make_vocabulary(&tgt, m->s, out->lang[1], m->ask));
    ISO_TRY(open_dictionary(&train, m, &m->train, out->lang[1], &tgt));
    if (two) {
        ISO_TRY(open_dictionary(&test, m, &m->test, out->lang[1], &tgt));
        ISO_TRY(iso_dictionaries_overlap(train.path, &train.d, test.path, &test.d, m->ask->run));
    }
    err = split_pairs(&out->split, m->ask, &scored->pairs, two ? &train.pairs : NULL, m->src.lang,
                      tgt.lang);
    if (err) {
        err = iso_fail_in(err, "%s", train.path);
        goto done;
    }
    ISO_TRY(distinct_words(&out->dictionary, &scored->d));
done:
    free_found(&train);
    free_found(&test);
    free_vocabulary(&tgt);
    return err;
}

iso_err iso_align_pair_by_dictionaries(struct align_set *set, const struct align_ask *ask)
{
    struct maker m = {.ask = ask,
                      .s = set->states,
                      .train = {.option = "train", .text = ask->opt.train},
                      .test = {.option = "test", .text = ask->opt.test}};
    iso_err err = ISO_OK;

    ISO_TRY(iso_selection_make(&m.sel, &ask->opt.select, m.s, false));
    ISO_TRY(read_files(&m.train, m.s, &m.sel));
    if (m.test.text)
        ISO_TRY(read_files(&m.test, m.s, &m.sel));
    ISO_TRY(make_vocabulary(&m.src, m.s, set->link[0].lang[0], ask));
    for (int i = 0; i < set->links; i++)
        ISO_TRY(split_target(&set->link[i], &m));
done:
    iso_inputs_free(&m.train.list);
    iso_inputs_free(&m.test.list);
    iso_selection_free(&m.sel);
    free_vocabulary(&m.src);
    return err;
}
