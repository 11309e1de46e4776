/* Which pairs of a dictionary have rows, target by target. */
#include "analysis/study/align/align_dictionary.h"

#include <string.h>

#include "analysis/study/items/dictionaries.h"
#include "bin/term.h"
#include "lib/base/alloc.h"
#include "lib/text/fold.h"

enum { NAMED = 3 };

/* A dictionary, and the rows of those of its pairs that have both words. */
struct found {
    const char *path;
    iso_dictionary d;
    iso_word_pairs pairs;
};

static void found_free(struct found *f)
{
    iso_dictionary_free(&f->d);
    iso_word_pairs_free(&f->pairs);
}

/* The word that is missing goes to `few`, with --strict to the person. */
static iso_err name_missing(iso_buf *few, int64_t count, const struct found *f,
                            const struct vocabulary *v, const char *word, bool strict)
{
    iso_buf shown = {0};
    iso_err err = ISO_OK;

    if (count > NAMED && !strict)
        return ISO_OK;
    ISO_TRY(iso_word_text_show(&shown, word, (int64_t)strlen(word)));
    if (strict)
        ISO_FAIL(ISO_EFORMAT, "%s: \"%s\" is no word of %s (%s); do without " ISO_FIELD(strict),
                 f->path, shown.text, v->lang->name, v->lang->path);
    ISO_TRY(iso_buf_printf(few, "%s\"%s\" (%s)", few->len ? ", " : "", shown.text, v->lang->name));
done:
    iso_buf_free(&shown);
    return err;
}

static iso_err none_found(const struct found *f, const struct vocabulary *src,
                          const struct vocabulary *tgt, const char *hint)
{
    return iso_fail(ISO_EARG,
                    "%s: none of its %lld pairs (the first: %s, %s) has both words among the rows "
                    "(the first: %s, %s); " ISO_FIELD(lower) " and " ISO_FIELD(
                        encoding) " decide what is equal%s",
                    f->path, (long long)f->d.pairs, f->d.source[0], f->d.target[0],
                    src->words.count ? src->words.texts[0] : "none",
                    tgt->words.count ? tgt->words.texts[0] : "none", hint);
}

/* Says how many pairs were found; none is an error. */
static iso_err tell_found(const struct found *f, const struct vocabulary *src,
                          const struct vocabulary *tgt, const struct settings *set,
                          const char *without)
{
    const struct dictionary_side side[2] = {{src->words.texts, src->words.count},
                                            {tgt->words.texts, tgt->words.count}};
    iso_buf hint = {0};
    iso_err err = ISO_OK;

    if (f->pairs.count == f->d.pairs)
        return ISO_OK;
    ISO_TRY(iso_buf_puts(&hint, ""));
    if (!set->lower)
        ISO_TRY(iso_dictionaries_hint(&hint, &f->d, f->pairs.count, side));
    if (f->pairs.count == 0)
        ISO_TRY(none_found(f, src, tgt, hint.text));
    term_note(set, "%s: %lld of %lld pairs have both words%s; without rows: %s", f->path,
              (long long)f->pairs.count, (long long)f->d.pairs, hint.text, without);
done:
    iso_buf_free(&hint);
    return err;
}

static iso_err find_pairs(struct found *f, const struct vocabulary *src,
                          const struct vocabulary *tgt, const struct settings *set)
{
    iso_buf few = {0};
    int64_t missing = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_word_pairs_new(&f->pairs, f->d.pairs));
    f->pairs.count = 0;
    for (int64_t i = 0; i < f->d.pairs; i++) {
        const int64_t x = iso_vocabulary_find(src, f->d.source[i]);
        const int64_t y = iso_vocabulary_find(tgt, f->d.target[i]);
        if (x < 0 || y < 0) {
            ISO_TRY(name_missing(&few, ++missing, f, x < 0 ? src : tgt,
                                 x < 0 ? f->d.source[i] : f->d.target[i], set->strict));
            continue;
        }
        f->pairs.source[f->pairs.count] = x;
        f->pairs.target[f->pairs.count++] = y;
    }
    if (missing > NAMED)
        ISO_TRY(iso_buf_puts(&few, ", ..."));
    ISO_TRY(tell_found(f, src, tgt, set, few.text));
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
    struct named named[2]; /* --train, --test */
    struct selection sel;
    struct vocabulary src;
};

static iso_err open_dictionary(struct found *f, const struct maker *m, int which, int lang,
                               const struct vocabulary *tgt)
{
    const struct settings *set = m->ask->set;
    const iso_dictionary_opt opt = {.encoding = set->encoding,
                                    .lower = set->lower ? iso_text_lower : NULL,
                                    .strict = set->strict,
                                    .run = term_current()};
    iso_err err = ISO_OK;

    ISO_TRY(iso_named_path(&f->path, &m->named[which], m->s, lang));
    ISO_TRY(iso_dictionaries_read(&f->d, f->path, &opt));
    ISO_TRY(find_pairs(f, &m->src, tgt, m->ask->set));
done:
    return err;
}

static iso_err make_lot(struct align_lot *out, const struct maker *m, int lang)
{
    const struct settings *set = m->ask->set;
    struct vocabulary tgt = {0};
    struct found train = {0}, test = {0};
    struct lot_ask ask = {.src = &m->src,
                          .tgt = &tgt,
                          .scored = set->test ? &test.pairs : &train.pairs,
                          .fitted = set->test ? &train.pairs : NULL,
                          .folds = m->ask->folds,
                          .seed = (uint64_t)set->seed};
    iso_err err = ISO_OK;

    ISO_TRY(iso_vocabulary_make(&tgt, m->s, lang, set));
    ISO_TRY(open_dictionary(&train, m, 0, lang, &tgt));
    if (set->test) {
        ISO_TRY(open_dictionary(&test, m, 1, lang, &tgt));
        ISO_TRY(iso_dictionaries_overlap(train.path, &train.d, test.path, &test.d, term_current()));
    }
    ISO_TRY(distinct_words(&ask.words, set->test ? &test.d : &train.d));
    err = iso_align_lot_make(out, &ask);
    if (err)
        err = iso_fail_in(err, "%s", train.path);
done:
    found_free(&train);
    found_free(&test);
    iso_vocabulary_free(&tgt);
    return err;
}

/* One target at one layer. */
static iso_err add_pair(struct align_set *set, const struct maker *m, int lot, int layer)
{
    struct align_pair *p = &set->pair[set->pairs++];
    const int src = m->sel.pair[lot][0], tgt = m->sel.pair[lot][1];
    iso_err err = ISO_OK;

    p->src = iso_states_lang(m->s, src)->name;
    p->tgt = iso_states_lang(m->s, tgt)->name;
    p->layer = layer;
    p->target = -1; /* answers are the lot's golds */
    p->lot = lot;
    ISO_TRY(iso_states_rows(&p->x, m->s, src, layer));
    ISO_TRY(iso_states_rows(&p->y, m->s, tgt, layer));
done:
    return err;
}

static iso_err make(struct align_set *set, struct maker *m)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_selection_make(&m->sel, SELECT_OF(m->ask->set), m->s, false));
    for (int k = 0; k < 2; k++) {
        if (m->named[k].text)
            ISO_TRY(iso_named_read(&m->named[k], m->s, &m->sel));
    }
    const int src = m->sel.pair[0][0], pairs = m->sel.pair_count;
    ISO_TRY(iso_vocabulary_make(&m->src, m->s, src, m->ask->set));
    ISO_TRY(iso_alloc(&set->lot, pairs, sizeof *set->lot));
    ISO_TRY(iso_alloc(&set->pair, pairs * m->sel.layer_count, sizeof *set->pair));
    set->own = true;
    for (int i = 0; i < pairs; i++)
        ISO_TRY(make_lot(&set->lot[set->lots++], m, m->sel.pair[i][1]));
    for (int l = 0; l < m->sel.layer_count; l++) {
        for (int i = 0; i < pairs; i++)
            ISO_TRY(add_pair(set, m, i, m->sel.layer[l]));
    }
done:
    return err;
}

iso_err iso_align_pairs_of_dictionaries(struct align_set *set, const struct align_ask *ask,
                                        iso_states *s)
{
    struct maker m = {.ask = ask,
                      .s = s,
                      .named = {{"train", ask->set->train, {0}}, {"test", ask->set->test, {0}}}};
    const iso_err err = make(set, &m);

    iso_inputs_free(&m.named[0].list);
    iso_inputs_free(&m.named[1].list);
    iso_selection_free(&m.sel);
    iso_vocabulary_free(&m.src);
    return err;
}
