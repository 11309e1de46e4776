/* One side of `words`: a file of word vectors, or a language and its layers of a states file. */
#include <string.h>

#include "analysis/study/items/pad.h"
#include "analysis/study/words/words_job.h"
#include "lib/base/alloc.h"
#include "lib/base/ranges.h"
#include "lib/io/file.h"
#include "lib/io/h5.h"
#include "lib/text/fold.h"
#include "lib/text/lang.h"

/* Word vectors come in no other file of HDF5 than states. */
static iso_err is_states(bool *out, const char *path)
{
    iso_file *file = NULL;
    const iso_err err = iso_file_open(&file, path); /* what cannot be opened is an error now */

    iso_file_close(file);
    *out = !err && iso_h5_is(path);
    return err;
}

static iso_err copy(char **out, const char *text)
{
    return text ? iso_str_dup(out, text, -1) : ISO_OK;
}

/* The language that is meant: the one named, or the only one. */
static iso_err choose_lang(int *out, const iso_states *s, const struct words_source *side)
{
    const char *named = side->given.states ? side->given.lang : side->named.at[0].lang;

    *out = 0;
    if (named)
        return iso_states_need(out, s, named);
    if (iso_states_langs(s) > 1)
        return iso_fail(ISO_EARG, "%s: %d languages; say which, as in %s=%s", side->path,
                        iso_states_langs(s), iso_states_lang(s, 0)->name, side->path);
    return ISO_OK;
}

static iso_err choose_layers(struct words_source *side, const iso_lang *lang, int sentence,
                             const char *layers)
{
    const int only = side->named.count ? side->named.at[0].layer : -1;
    bool *take = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&take, lang->layer_count, sizeof *take));
    ISO_TRY(iso_alloc(&side->layer, lang->layer_count, sizeof *side->layer));
    if (layers)
        ISO_TRY(
            iso_ranges_take(take, layers, lang->layers, lang->layer_count, sentence, side->path));
    for (int i = 0; i < lang->layer_count; i++) {
        if (layers ? take[i] : only < 0 || lang->layers[i] == only)
            side->layer[side->layers++] = lang->layers[i];
    }
    if (side->layers == 0)
        ISO_FAIL(ISO_EARG, "%s: %s has no layer %d", side->path, lang->name, only);
done:
    iso_free(take);
    return err;
}

static iso_err look_into_states(struct words_source *side, iso_states *s,
                                const struct words_ask *ask)
{
    const iso_states_info *about = iso_states_about(s);
    const iso_lang *lang;
    int number = 0;
    iso_err err = ISO_OK;

    ISO_TRY(choose_lang(&number, s, side));
    lang = iso_states_lang(s, number);
    if (!lang->tokens || lang->offsets)
        ISO_FAIL(ISO_EARG, "%s: pooling is %s; words need `isogloss embed --pool types`",
                 side->path, about->pooling ? about->pooling : "not known");
    ISO_TRY(copy(&side->within, lang->name));
    ISO_TRY(copy(&side->lang, lang->name));
    ISO_TRY(copy(&side->model, about->model));
    ISO_TRY(copy(&side->pool, about->pooling));
    ISO_TRY(choose_layers(side, lang, iso_states_about(s)->sentence, ask->opt.layers));
done:
    return err;
}

static iso_err open_file(struct words_source *out, const struct words_ask *ask)
{
    const iso_states_opt opt = {.canonical = iso_lang_canonical, .run = ask->run};
    const char *word = out->given.file;
    iso_states *s = NULL;
    bool states = false;
    iso_err err = ISO_OK;

    ISO_TRY(iso_inputs_add(&out->named, word));
    if (out->named.count != 1 || out->named.at[0].dataset)
        ISO_FAIL(ISO_EARG, "%s: words come from one file: FILE or LANG=FILE", word);
    const iso_input *in = &out->named.at[0];
    out->path = in->path;
    ISO_TRY(is_states(&states, out->path));
    if (!states)
        return copy(&out->lang, in->lang ? iso_lang_canonical(in->lang) : in->stem);
    ISO_TRY(iso_states_open(&s, &out->path, 1, &opt));
    ISO_TRY(look_into_states(out, s, ask));
done:
    iso_states_close(s);
    return err;
}

iso_err iso_words_source_open(struct words_source *out, const iso_words_side *given,
                              const struct words_ask *ask)
{
    *out = (struct words_source){.given = *given, .path = "(memory)"};
    if (given->file)
        return open_file(out, ask);
    if (given->states) {
        out->path = iso_states_name(given->states);
        return look_into_states(out, given->states, ask);
    }
    if (!given->words)
        return iso_fail(ISO_EARG, "a side of words is a file, states, or words and rows");
    for (int64_t i = 0; i < given->rows.rows; i++) {
        if (!given->words[i])
            return iso_fail(ISO_EARG, "words[%lld] is no text but NULL", (long long)i);
    }
    return copy(&out->lang, given->lang ? iso_lang_canonical(given->lang) : "words");
}

void iso_words_source_close(struct words_source *side)
{
    iso_inputs_free(&side->named);
    iso_free(side->lang);
    iso_free(side->within);
    iso_free(side->layer);
    iso_free(side->model);
    iso_free(side->pool);
    *side = (struct words_source){0};
}

/* --- Vectors --- */

static iso_err count_kind(iso_buf *text, int64_t count, const char *what)
{
    if (count == 0)
        return ISO_OK;
    return iso_buf_printf(text, "%s%lld %s", text->len ? ", " : "", (long long)count, what);
}

static iso_err note_odd(const iso_run *run, const char *path, const iso_odd *odd)
{
    iso_buf text = {0};
    iso_err err = ISO_OK;

    ISO_TRY(count_kind(&text, odd->header, "header that lies"));
    ISO_TRY(count_kind(&text, odd->short_lines, "short lines left out"));
    ISO_TRY(count_kind(&text, odd->duplicates, "repeated words left out"));
    ISO_TRY(count_kind(&text, odd->bad_text, "words that are not text left out"));
    ISO_TRY(count_kind(&text, odd->not_finite, "vectors with NaN or infinity left out"));
    ISO_TRY(count_kind(&text, odd->zeros, "vectors of zeros"));
    if (text.len == 0)
        goto done;
    for (int i = 0; i < ISO_ODD_FEW && odd->few[i]; i++)
        ISO_TRY(iso_buf_printf(&text, "%s%s", i ? "; " : " (", odd->few[i]));
    if (odd->few[0])
        ISO_TRY(iso_buf_puts(&text, iso_odd_total(odd) > ISO_ODD_FEW ? "; ...)" : ")"));
    iso_run_note(run, "%s: %s", path, text.text);
done:
    iso_buf_free(&text);
    return err;
}

iso_err iso_words_space_read(struct words_space *out, const struct words_source *side,
                             const struct words_ask *ask, int layer, bool note)
{
    const iso_words_opt *o = &ask->opt;
    const iso_vectors_opt opt = {.limit = ask->max_vocab,
                                 .encoding = o->encoding,
                                 .lower = o->lower ? iso_text_lower : NULL,
                                 .strict = o->strict,
                                 .lang = side->within,
                                 .layer = layer,
                                 .canonical = iso_lang_canonical,
                                 .run = ask->run};
    struct words_space space = {0};
    iso_err err = ISO_OK;

    ISO_TRY(side->given.file ? iso_vectors_read(&space.v, side->path, &opt)
            : side->given.states
                ? iso_vectors_of_states(&space.v, side->given.states, &opt)
                : iso_vectors_of(&space.v, side->given.words, side->given.rows, &opt));
    if (note)
        ISO_TRY(note_odd(ask->run, side->path, &space.v.odd));
    space.rows = space.v.rows;
    space.rows.owner = NULL;
    ISO_TRY(iso_prep_apply(&space.rows, &ask->prep, NULL));
    *out = space;
    return ISO_OK;
done:
    iso_words_space_free(&space);
    return err;
}

void iso_words_space_free(struct words_space *space)
{
    iso_mat_free(&space->rows);
    iso_vectors_free(&space->v);
    *space = (struct words_space){0};
}

iso_err iso_words_pad(struct words_space space[2], const struct words_source side[2], bool pad)
{
    int64_t cols;
    iso_err err = ISO_OK;

    ISO_TRY(iso_pad_dims(&cols, pad, side[0].path, space[0].rows.cols, side[1].path,
                         space[1].rows.cols));
    ISO_TRY(iso_pad_widen(&space[0].rows, cols));
    ISO_TRY(iso_pad_widen(&space[1].rows, cols));
done:
    return err;
}
