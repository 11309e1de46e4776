/* What needs no network: pieces and lengths in place of states. */
#include "analysis/study/baseline/baseline_inside.h"
#include "lib/base/alloc.h"
#include "lib/base/str.h"

/* Where the one layer of such a collection lies; no record says so. */
enum { LAYER = 0 };

/* --- Records --- */

/* Those of a turn, without what such rows do not have. */
static iso_err hand_over(iso_records *out, const iso_records *in, const char *kind)
{
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < in->count; i++) {
        iso_record r = in->at[i];
        r.src_layer = r.tgt_layer = ISO_NO_INT;
        r.pool = NULL;
        r.baseline = kind;
        ISO_TRY(iso_records_add(out, &r));
    }
done:
    return err;
}

static iso_err study(iso_records *out, const struct baseline *b, struct baseline_turn *turn)
{
    iso_records records = {0};
    iso_err err = ISO_OK;

    turn->select.layers = NULL;
    turn->select.across = false;
    ISO_TRY(b->ask->study(&records, turn, b->ask->ask, b->run));
    ISO_TRY(hand_over(out, &records, turn->kind));
done:
    iso_records_free(&records);
    return err ? iso_fail_in(err, "baseline %s", turn->kind) : ISO_OK;
}

/* --- Lengths --- */

static iso_err open_length(iso_rows **out, const void *self)
{
    return iso_rows_of_view(out, iso_mat_view(self));
}

static iso_err lengths(iso_records *out, const struct baseline *b, const struct surface *s)
{
    struct baseline_turn turn = {.kind = "length", .select = *b->ask->select};
    iso_mat *rows = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&rows, s->count, sizeof *rows));
    ISO_TRY(iso_baseline_states_new(&turn.states, b, iso_model_about(b->model)->name));
    for (int l = 0; l < s->count; l++) {
        ISO_TRY(iso_surface_length(&rows[l], &s->lang[l]));
        const struct made_rows made = {rows[l].rows, rows[l].cols, rows[l].dtype, open_length,
                                       &rows[l]};
        ISO_TRY(iso_baseline_states_add(turn.states, b, l, LAYER, &made));
    }
    ISO_TRY(study(out, b, &turn));
done:
    iso_states_close(turn.states);
    for (int l = 0; rows && l < s->count; l++)
        iso_mat_free(&rows[l]);
    iso_free(rows);
    return err;
}

/* --- Pieces --- */

/* Rows of one language, to be opened. */
struct shown {
    const struct pieces_lang *lang;
    int64_t cols;
};

static iso_err open_pieces(iso_rows **out, const void *self)
{
    const struct shown *s = self;

    return iso_pieces_rows(out, s->lang, s->cols);
}

/* Languages, numbers in `lang` of the baseline, weighted by the first `by`; `select` is of them. */
static iso_err pieces_of(iso_records *out, const struct baseline *b, const struct surface *s,
                         const int *lang, int count, int by, const iso_scope *select)
{
    struct baseline_turn turn = {.kind = "pieces", .select = *select};
    struct shown *shown = NULL;
    struct pieces pieces = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_pieces_make(&pieces, s, lang, count, by));
    if (pieces.cols == 0)
        ISO_FAIL(ISO_EARG, "%s: no text of %s has a token", iso_states_name(b->ask->states),
                 s->lang[lang[0]].name);
    ISO_TRY(iso_alloc(&shown, count, sizeof *shown));
    ISO_TRY(iso_baseline_states_new(&turn.states, b, iso_model_about(b->model)->name));
    for (int l = 0; l < count; l++) {
        shown[l] = (struct shown){&pieces.lang[l], pieces.cols};
        const struct made_rows made = {pieces.lang[l].items, pieces.cols, ISO_F64, open_pieces,
                                       &shown[l]};
        ISO_TRY(iso_baseline_states_add(turn.states, b, lang[l], LAYER, &made));
    }
    ISO_TRY(study(out, b, &turn));
done:
    iso_states_close(turn.states);
    iso_pieces_free(&pieces);
    iso_free(shown);
    return err;
}

/* The number in `lang` of a language of the states. */
static int index_of(const struct baseline *b, int lang)
{
    int l = 0;

    while (b->lang[l] != lang)
        l++;
    return l;
}

/* Pair after pair: a value depends on its own pair. */
static iso_err pieces_of_pairs(iso_records *out, const struct baseline *b, const struct surface *s)
{
    iso_err err = ISO_OK;

    for (int p = 0; p < b->sel.pair_count; p++) {
        const int pair[2] = {index_of(b, b->sel.pair[p][0]), index_of(b, b->sel.pair[p][1])};
        iso_scope select = *b->ask->select;
        select.pairs = ISO_PAIRS_SOURCES;
        select.src = s->lang[pair[0]].name;
        select.tgt = s->lang[pair[1]].name;
        ISO_TRY(iso_run_step(b->run, "pieces", p, b->sel.pair_count, "pairs"));
        ISO_TRY(pieces_of(out, b, s, pair, 2, 2, &select));
    }
done:
    return err;
}

/* All at once, weighted by the sources, which come first. */
static iso_err pieces_together(iso_records *out, const struct baseline *b, const struct surface *s)
{
    const char *source = s->lang[index_of(b, b->source)].name;
    const char *list = b->ask->select->src ? b->ask->select->src : source;
    int *lang = NULL, count = 0, sources;
    char word[128];
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&lang, (int64_t)2 * s->count, sizeof *lang));
    for (const char *at = list; at;) {
        at = iso_str_word(word, sizeof word, at);
        const int l = index_of(b, iso_states_find(b->ask->states, word));
        bool there = false;
        for (int i = 0; i < count; i++)
            there = there || lang[i] == l;
        if (!there)
            lang[count++] = l;
    }
    sources = count;
    for (int l = 0; l < s->count; l++) {
        bool there = false;
        for (int i = 0; i < sources; i++)
            there = there || lang[i] == l;
        if (!there)
            lang[count++] = l;
    }
    ISO_TRY(pieces_of(out, b, s, lang, count, sources, b->ask->select));
done:
    iso_free(lang);
    return err;
}

iso_err iso_baseline_surface(iso_records *out, const struct baseline *b, bool pieces, bool length)
{
    struct surface s = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_surface_make(&s, b->model, b->texts.texts, b->run));
    if (pieces)
        ISO_TRY(b->ask->together ? pieces_together(out, b, &s) : pieces_of_pairs(out, b, &s));
    if (length)
        ISO_TRY(lengths(out, b, &s));
done:
    iso_surface_free(&s);
    return err;
}
