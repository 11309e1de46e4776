/* Word types of our own states file: a row a word, and how often it was seen. */
#include <inttypes.h>
#include <string.h>

#include "lib/base/str.h"
#include "lib/io/pool.h"
#include "lib/io/states.h"
#include "lib/io/vectors_inside.h"
#include "lib/linalg/convert.h"

enum { BLOCK = 256 };

static iso_err choose_lang(int *out, const struct iso_vectors_store *s, const iso_states *states)
{
    const int langs = iso_states_langs(states);
    const char *wanted = s->opt->lang;

    if (!wanted && langs == 1) {
        *out = 0;
        return ISO_OK;
    }
    if (!wanted)
        return iso_fail(ISO_EARG, "%s: holds %d languages; say which (%s, %s ...)", s->path, langs,
                        iso_states_lang(states, 0)->name, iso_states_lang(states, 1)->name);
    return iso_states_need(out, states, wanted);
}

static iso_err choose_layer(int *out, const struct iso_vectors_store *s, const iso_lang *lang)
{
    const int wanted = s->opt->layer, last = lang->layer_count - 1;

    if (last < 0)
        return iso_fail(ISO_EFORMAT, "%s: %s has no layers", s->path, lang->name);
    for (int i = 0; i <= last; i++) {
        if (lang->layers[i] == wanted || (wanted < 0 && i == last)) {
            *out = lang->layers[i];
            return ISO_OK;
        }
    }
    return iso_fail(ISO_EARG, "%s: %s has no layer %d; its layers are %d to %d", s->path,
                    lang->name, wanted, lang->layers[0], lang->layers[last]);
}

static iso_err read_rows(struct iso_vectors_store *s, iso_rows *rows, const iso_lang *lang)
{
    iso_view block = {0};
    float *row;
    iso_err err = ISO_OK;

    for (int64_t i = 0, first = 0; i < rows->rows && !iso_vectors_full(s); i++) {
        if (i == first + block.rows || i == 0) {
            first = i;
            ISO_TRY(
                iso_rows_read(rows, i, rows->rows - i < BLOCK ? rows->rows - i : BLOCK, &block));
        }
        ISO_TRY(iso_vectors_row(&row, s));
        iso_convert_f32(row, s->dim, iso_view_rows(block, i - first, 1));
        const char *word = lang->tokens[i];
        ISO_TRY(iso_vectors_put(s, i + 1, word, (int64_t)strlen(word),
                                lang->counts ? lang->counts[i] : 0));
        ISO_TRY(iso_run_step(i % 1024 ? NULL : s->opt->run, "reading word vectors", i, rows->rows,
                             "words"));
    }
done:
    return err;
}

iso_err iso_vectors_states(struct iso_vectors_store *s, iso_states *states)
{
    const char *pooling = iso_states_about(states)->pooling;
    iso_rows *rows = NULL;
    int at = 0, layer = 0;
    iso_err err = ISO_OK;

    if (!iso_str_same(pooling, iso_pool_name(ISO_POOL_TYPES)))
        ISO_FAIL(ISO_EFORMAT,
                 "%s: its pooling is %s; words need states of embed " ISO_FIELD(pool) " types",
                 s->path, pooling ? pooling : "not known");
    ISO_TRY(choose_lang(&at, s, states));
    const iso_lang *lang = iso_states_lang(states, at);
    ISO_TRY(choose_layer(&layer, s, lang));
    ISO_TRY(iso_states_rows(&rows, states, at, layer));
    if (!lang->tokens || lang->rows != rows->rows || rows->cols < 1)
        ISO_FAIL(ISO_EFORMAT, "%s: %s has no words (/rows/%s/tokens) to its rows", s->path,
                 lang->name, lang->name);
    ISO_TRY(iso_vectors_begin(s, rows->cols, rows->rows, lang->counts != NULL));
    ISO_TRY(read_rows(s, rows, lang));
done:
    iso_rows_close(rows);
    return err;
}

iso_err iso_vectors_view(struct iso_vectors_store *s, const char *const *words, iso_view rows)
{
    float *row;
    iso_err err = ISO_OK;

    ISO_NEED(words && rows.data && rows.rows > 0 && rows.cols > 0, "no words and rows are given");
    ISO_TRY(iso_vectors_begin(s, rows.cols, rows.rows, false));
    for (int64_t i = 0; i < rows.rows && !iso_vectors_full(s); i++) {
        ISO_TRY(iso_vectors_row(&row, s));
        iso_convert_f32(row, s->dim, iso_view_rows(rows, i, 1));
        ISO_TRY(iso_vectors_put(s, i + 1, words[i], (int64_t)strlen(words[i]), 0));
    }
done:
    return err;
}

iso_err iso_vectors_native(struct iso_vectors_store *s)
{
    const iso_states_opt opt = {
        .layout = "native", .canonical = s->opt->canonical, .run = s->opt->run};
    const char *input = s->path;
    iso_states *states = NULL;
    iso_err err = ISO_OK;

    s->unit = "word";
    s->how.latin1 = false;
    ISO_TRY(iso_states_open(&states, &input, 1, &opt));
    ISO_TRY(iso_vectors_states(s, states));
done:
    iso_states_close(states);
    return err;
}
