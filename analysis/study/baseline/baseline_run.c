/* Baselines from what was asked to their records: kinds, texts, model, one after the other. */
#include "analysis/study/baseline/baseline_run.h"

#include <inttypes.h>
#include <string.h>

#include "analysis/study/baseline/baseline_inside.h"
#include "analysis/study/items/parallel.h"
#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/encode/recipe.h"

static const char *const names[BASELINES] = {"random", "pieces", "length"};

/* --- What is asked --- */

static iso_err unknown(const char *word)
{
    const char *near = iso_str_nearest(word, names, BASELINES);

    if (near)
        return iso_fail(ISO_EARG, ISO_FIELD(baseline) ": unknown '%s'; did you mean '%s'?", word,
                        near);
    return iso_fail(ISO_EARG,
                    ISO_FIELD(baseline) ": unknown '%s'; there are random, pieces, length", word);
}

/* Of states that are given random is meant by themselves. */
static iso_err read_kinds(bool asked[BASELINES], const iso_baseline_opt *opt)
{
    char word[64];
    iso_err err = ISO_OK;

    asked[BASELINE_RANDOM] = !opt->kinds && opt->states;
    for (const char *at = opt->kinds; at;) {
        int kind = 0;
        at = iso_str_word(word, sizeof word, at);
        while (kind < BASELINES && strcmp(names[kind], word) != 0)
            kind++;
        if (kind == BASELINES)
            ISO_TRY(unknown(word));
        asked[kind] = true;
    }
done:
    return err;
}

static bool needs_model(const bool asked[BASELINES], const iso_states *given)
{
    return asked[BASELINE_PIECES] || asked[BASELINE_LENGTH] || (asked[BASELINE_RANDOM] && !given);
}

/* On a command line states to stand for random are opened later than this is asked. */
iso_err iso_baseline_check(const iso_baseline_opt *opt)
{
    bool asked[BASELINES] = {false};
    iso_err err = ISO_OK;

    ISO_TRY(read_kinds(asked, opt));
    for (int k = BASELINE_PIECES; k < BASELINES; k++)
        ISO_NEED(!asked[k] || opt->model,
                 ISO_FIELD(baseline) " %s needs " ISO_FIELD(
                     model) " DIR, the checkpoint of the states: its tokenizer cuts their texts",
                 names[k]);
done:
    return err;
}

static iso_err check_opened(const iso_baseline_opt *opt)
{
    bool asked[BASELINES] = {false};
    iso_err err = ISO_OK;

    ISO_TRY(iso_baseline_check(opt));
    ISO_TRY(read_kinds(asked, opt));
    ISO_NEED(
        !asked[BASELINE_RANDOM] || opt->model || opt->states,
        ISO_FIELD(baseline) " random needs " ISO_FIELD(
            model) " DIR, the checkpoint of the states, or " ISO_FIELD(baseline_states) " INPUT, "
                                                                                        "states of "
                                                                                        "random "
                                                                                        "weights");
    ISO_NEED(!opt->states || asked[BASELINE_RANDOM],
             ISO_FIELD(baseline_states) " stands for random, which " ISO_FIELD(
                 baseline) " does not name");
done:
    return err;
}

/* --- What they are made of --- */

/* Languages in the order of the states, which decides who comes first in a pair. */
static iso_err choose(struct baseline *b)
{
    iso_scope select = *b->ask->select;
    iso_states *states = b->ask->states;
    int count = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_selection_source(&b->source, &select, states));
    if (b->ask->together && !select.src)
        select.src = iso_states_lang(states, b->source)->name;
    ISO_TRY(iso_selection_make(&b->sel, &select, states, b->ask->together));
    ISO_TRY(iso_alloc(&b->lang, b->sel.lang_count, sizeof *b->lang));
    for (int lang = 0; lang < iso_states_langs(states); lang++) {
        for (int i = 0; i < b->sel.lang_count; i++) {
            if (b->sel.lang[i] == lang)
                b->lang[count++] = lang;
        }
    }
    if (count > 0 && !b->ask->together) /* the pairs say it, where all are taken with all, too */
        b->source = b->sel.pair[0][0];
done:
    return err;
}

/* That the checkpoint has the shape of the states. Fewer layers are kept of a model that says it is
 * the same. */
static iso_err check_model(const struct baseline *b)
{
    const iso_model_info *m = iso_model_about(b->model);
    const iso_states_info *about = iso_states_about(b->ask->states);
    const char *path = iso_states_name(b->ask->states);
    iso_err err = ISO_OK;

    for (int l = 0; l < b->sel.lang_count; l++) {
        const iso_lang *lang = iso_states_lang(b->ask->states, b->lang[l]);
        const bool named = lang->layers[lang->layer_count - 1] == about->sentence;
        const bool alone = named && lang->layer_count == 1;
        const int last = lang->layers[lang->layer_count - (named && !alone ? 2 : 1)];
        const int64_t dims = alone && m->recipe->dims ? m->recipe->dims : m->config->C;
        const int depth = m->config->L + alone; /* the sentence is a layer more */
        const bool other = about->model && strcmp(about->model, m->name) != 0;
        int64_t rows, cols;
        iso_dtype type;
        ISO_TRY(iso_states_shape(&rows, &cols, &type, b->ask->states, b->lang[l], last));
        ISO_NEED(cols == dims,
                 "%s: its states have %" PRId64
                 " dims, " ISO_FIELD(model) " %s has %" PRId64
                                            ": name the checkpoint that they are of",
                 path, cols, m->name, dims);
        ISO_NEED(last == depth || (last < depth && !other),
                 "%s: its states%s%s have %d layers, " ISO_FIELD(
                     model) " %s has %d: name the checkpoint that they are of",
                 path, other ? " of " : "", other ? about->model : "", last, m->name, depth);
    }
done:
    return err;
}

/* Pieces come pair by pair, so that items which other languages lack could not be left out. */
static iso_err check_common(const struct baseline *b)
{
    const iso_lang **langs = NULL;
    struct parallel p = {0};
    iso_err err = ISO_OK;

    if (!b->ask->select->common || b->ask->together || !b->asked[BASELINE_PIECES])
        return ISO_OK;
    ISO_TRY(iso_alloc(&langs, b->sel.lang_count, sizeof *langs));
    for (int l = 0; l < b->sel.lang_count; l++)
        langs[l] = iso_states_lang(b->ask->states, b->lang[l]);
    ISO_TRY(iso_parallel_make(&p, langs, b->sel.lang_count));
    for (int l = 0; l < b->sel.lang_count; l++)
        ISO_NEED(langs[l]->items == p.items,
                 ISO_FIELD(baseline) " pieces takes the items of each pair, and %s has %" PRId64
                                     " that others lack: leave out " ISO_FIELD(common),
                 langs[l]->name, langs[l]->items - p.items);
done:
    iso_parallel_free(&p);
    iso_free(langs);
    return err;
}

static iso_err prepare(struct baseline *b)
{
    const iso_baseline_opt *opt = b->ask->opt;
    const iso_model_opt model = {.folder = opt->model};
    iso_err err = ISO_OK;

    ISO_TRY(read_kinds(b->asked, opt));
    ISO_TRY(choose(b));
    ISO_TRY(check_common(b));
    if (b->asked[BASELINE_RANDOM] && opt->states)
        ISO_TRY(iso_baseline_states_fit(b, opt->states));
    else if (b->asked[BASELINE_RANDOM] && opt->set)
        ISO_TRY(iso_baseline_states_fit(b, iso_baseline_set_random(opt->set, "1")));
    if (!needs_model(b->asked, opt->states))
        goto done;
    ISO_TRY(iso_model_open(&b->model, &model, b->run));
    ISO_TRY(check_model(b));
    if (opt->corpus)
        ISO_TRY(
            iso_texts_open(&b->corpus, NULL, 0, &(iso_texts_opt){.corpus = opt->corpus}, b->run));
    ISO_TRY(
        iso_states_texts(&b->texts, b->ask->states, b->lang, b->sel.lang_count, b->corpus, b->run));
done:
    return err;
}

void iso_baseline_close(struct baseline *b)
{
    if (!b)
        return;
    iso_states_texts_free(&b->texts);
    iso_texts_close(b->corpus);
    iso_model_close(b->model);
    iso_free(b->lang);
    iso_selection_free(&b->sel);
    iso_free(b);
}

/* A run that says nothing: what is odd in the items was noted of the states. */
static iso_run silent(const iso_run *run)
{
    iso_run r = run ? *run : (iso_run){0};

    r.note = NULL;
    return r;
}

iso_err iso_baseline_open(struct baseline **out, const struct baseline_ask *ask, const iso_run *run)
{
    struct baseline *b = NULL;
    iso_err err = ISO_OK;

    if (!ask->opt->kinds && !ask->opt->states)
        return ISO_OK;
    ISO_TRY(check_opened(ask->opt));
    ISO_TRY(iso_alloc(&b, 1, sizeof *b));
    b->how = *ask;
    b->silent = silent(run);
    b->ask = &b->how;
    b->run = &b->silent;
    ISO_TRY(prepare(b));
    *out = b;
    b = NULL;
done:
    iso_baseline_close(b);
    return err;
}

/* --- The work --- */

/* The states that stand for random, as the study sees them. */
static iso_err given(iso_records *out, const struct baseline *b)
{
    const struct baseline_turn turn = {
        .kind = "random", .states = b->ask->opt->states, .select = *b->ask->select};
    iso_records records = {0};
    iso_err err = ISO_OK;

    ISO_TRY(b->ask->study(&records, &turn, b->ask->ask, b->run));
    for (int64_t i = 0; i < records.count; i++) {
        iso_record r = records.at[i];
        r.baseline = turn.kind;
        ISO_TRY(iso_records_add(out, &r));
    }
done:
    iso_records_free(&records);
    return err ? iso_fail_in(err, "baseline random") : ISO_OK;
}

iso_err iso_baseline_run(iso_records *out, const struct baseline *b)
{
    iso_err err = ISO_OK;

    if (!b)
        return ISO_OK;
    if (b->asked[BASELINE_RANDOM])
        ISO_TRY(b->ask->opt->states ? given(out, b) : iso_baseline_random(out, b));
    if (b->asked[BASELINE_PIECES] || b->asked[BASELINE_LENGTH])
        ISO_TRY(iso_baseline_surface(out, b, b->asked[BASELINE_PIECES], b->asked[BASELINE_LENGTH]));
done:
    return err;
}

iso_err iso_baseline_plan(iso_facts *out, const struct baseline *b)
{
    iso_buf list = {0};
    iso_err err = ISO_OK;

    if (!b)
        return ISO_OK;
    for (int k = 0; k < BASELINES; k++) {
        if (b->asked[k])
            ISO_TRY(iso_buf_printf(&list, "%s%s", list.len ? "," : "", names[k]));
    }
    ISO_TRY(iso_facts_text(out, "baselines", list.text));
    if (b->asked[BASELINE_RANDOM] && !b->ask->opt->states)
        ISO_TRY(iso_baseline_random_plan(out, b));
done:
    iso_buf_free(&list);
    return err;
}
