/* The languages of a probe: sources first, then those it is tested on; their labels. */
#include <string.h>

#include "analysis/study/probe/probe_set.h"
#include "lib/base/alloc.h"

static const char *path_of(const struct probe_set *set)
{
    return iso_states_name(set->states);
}

/* --- Which languages --- */

static bool has(const struct probe_set *set, int number)
{
    for (int i = 0; i < set->langs; i++) {
        if (set->lang[i].number == number)
            return true;
    }
    return false;
}

static iso_err add_lang(struct probe_set *set, int number)
{
    struct probe_lang *l = &set->lang[set->langs];

    if (has(set, number))
        return ISO_OK;
    *l = (struct probe_lang){.lang = iso_states_lang(set->states, number), .number = number};
    set->langs++;
    if (!set->second)
        return ISO_OK;
    l->number2 = iso_states_find(set->second, l->lang->name);
    return l->number2 >= 0
               ? ISO_OK
               : iso_fail(ISO_EARG, "%s: no language '%s', whose first sentences %s has",
                          iso_states_name(set->second), l->lang->name, path_of(set));
}

iso_err iso_probe_turn(struct probe_set *set, int turn)
{
    iso_err err = ISO_OK;

    set->from = set->turns > 1 ? turn : 0;
    set->end = set->turns > 1 ? turn + 1 : set->sources;
    iso_buf_free(&set->train);
    for (int i = set->from; i < set->end; i++)
        ISO_TRY(iso_buf_printf(&set->train, "%s%s", set->train.len ? "+" : "",
                               set->lang[i].lang->name));
done:
    return err;
}

/* "de,en,fr": all that say what their items are. */
static iso_err list_labelled(iso_buf *out, const iso_states *states)
{
    iso_err err = ISO_OK;

    for (int i = 0; i < iso_states_langs(states); i++) {
        if (iso_probe_has_labels(states, i))
            ISO_TRY(
                iso_buf_printf(out, "%s%s", out->len ? "," : "", iso_states_lang(states, i)->name));
    }
done:
    return err;
}

/* The selection pairs every language with itself, so that one alone will do. */
static iso_err choose(struct probe_set *set, const struct probe_ask *ask)
{
    iso_scope s = ask->select;
    iso_buf all = {0};
    char word[128];
    int source;
    iso_err err = ISO_OK;

    if (!s.src && ask->each)
        ISO_TRY(list_labelled(&all, set->states));
    s.src = all.len ? all.text : s.src;
    ISO_TRY(iso_selection_source(&source, &s, set->states));
    if (!s.src)
        s.src = iso_states_lang(set->states, source)->name;
    ISO_TRY(iso_selection_make(&set->sel, &s, set->states, true));
    ISO_TRY(iso_alloc(&set->lang, set->sel.lang_count, sizeof *set->lang));
    for (const char *at = s.src; at;) {
        at = iso_str_word(word, sizeof word, at);
        ISO_TRY(add_lang(set, iso_states_find(set->states, word)));
    }
    set->sources = set->langs;
    for (int i = 0; i < set->sel.lang_count; i++)
        ISO_TRY(add_lang(set, set->sel.lang[i]));
    set->turns = ask->each ? set->sources : 1;
    ISO_TRY(iso_probe_turn(set, 0));
done:
    iso_buf_free(&all);
    return err;
}

/* --- Labels --- */

bool iso_probe_has_labels(const iso_states *states, int lang)
{
    const iso_lang *l = iso_states_lang(states, lang);

    return l->offsets ? l->tags != NULL : l->labels != NULL;
}

/* Tags are meant where rows are tokens, or nothing else is there. */
static bool means_tags(const struct probe_set *set)
{
    bool tags = false, labels = false;

    for (int i = 0; i < set->langs; i++) {
        const iso_lang *l = set->lang[i].lang;
        if (l->offsets)
            return true;
        tags = tags || l->tags;
        labels = labels || l->labels;
    }
    return tags && !labels;
}

static iso_err no_labels(const struct probe_set *set)
{
    const iso_states_info *about = iso_states_about(set->states);
    const char *path = path_of(set);

    if (set->tags)
        return iso_fail(ISO_EDATA,
                        "%s: rows are tokens, and no language chosen has tags; " ISO_FIELD(
                            pool) " mean "
                                  "probes sentences by their labels",
                        path);
    if (about->tag_count > 0)
        return iso_fail(ISO_EDATA,
                        "%s: no labels, but tags of tokens: " ISO_FIELD(pool) " none probes those",
                        path);
    return iso_fail(ISO_EDATA,
                    "%s: no language chosen has labels: `isogloss embed` takes them from a .tsv "
                    "file with a column label",
                    path);
}

/* Languages that say nothing go; a source that does is an error. */
static iso_err leave_out(struct probe_set *set, const struct probe_ask *ask)
{
    iso_buf gone = {0};
    int kept = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(&gone, ""));
    for (int i = 0; i < set->langs; i++) {
        const struct probe_lang l = set->lang[i];
        if (l.labelled > 0) {
            set->lang[kept++] = l;
            continue;
        }
        if (i < set->sources)
            ISO_FAIL(ISO_EARG,
                     "%s: the source %s has no %s, others have: choose with " ISO_FIELD(src),
                     path_of(set), l.lang->name, set->tags ? "tags" : "labels");
        ISO_TRY(iso_buf_printf(&gone, "%s%s", gone.len ? ", " : "", l.lang->name));
    }
    if (kept < set->langs)
        iso_run_note(ask->run, "without %s and left out: %s", set->tags ? "tags" : "labels",
                     gone.text);
    set->langs = kept;
done:
    iso_buf_free(&gone);
    return err;
}

/* Where some have labels and some not, how many have none. */
static void note_unlabelled(const struct probe_set *set, const struct probe_ask *ask)
{
    for (int i = 0; i < set->langs; i++) {
        const struct probe_lang *l = &set->lang[i];
        if (l->labelled < l->lang->rows)
            iso_run_note(ask->run, "%s: %lld of %lld %s have no %s and are ignored", l->lang->name,
                         (long long)(l->lang->rows - l->labelled), (long long)l->lang->rows,
                         set->tags ? "tokens" : "items", set->tags ? "tag" : "label");
    }
}

static void count(int64_t *examples, const struct probe_set *set, int first, int end)
{
    for (int l = first; l < end; l++) {
        for (int64_t r = 0; r < set->lang[l].lang->rows; r++) {
            if (set->lang[l].label[r] >= 0)
                examples[set->lang[l].label[r]]++;
        }
    }
}

static iso_err need_two(const struct probe_set *set, const int64_t *learnt, int folds)
{
    int64_t most = 0, sum = 0;
    int which = 0;

    for (int c = 0; c < set->classes; c++) {
        sum += learnt[c];
        if (learnt[c] > most) {
            most = learnt[c];
            which = c;
        }
    }
    if (sum < folds)
        return iso_fail(
            ISO_EDATA, "%s: %s has %lld examples with a %s, fewer than " ISO_FIELD(folds) " %d",
            path_of(set), set->train.text, (long long)sum, set->tags ? "tag" : "label", folds);
    return most < sum
               ? ISO_OK
               : iso_fail(ISO_EDATA,
                          "%s: all %lld examples of %s are '%s': a probe needs two classes",
                          path_of(set), (long long)sum, set->train.text, set->class_name[which]);
}

/* Classes that the sources lack cannot be learnt; they are tested all the same. */
static iso_err check_classes(const struct probe_set *set, const struct probe_ask *ask)
{
    int64_t *learnt = NULL, *tested = NULL, examples = 0;
    iso_buf list = {0};
    int absent = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&learnt, set->classes, sizeof *learnt));
    ISO_TRY(iso_alloc(&tested, set->classes, sizeof *tested));
    count(learnt, set, set->from, set->end);
    count(tested, set, 0, set->from);
    count(tested, set, set->end, set->langs);
    ISO_TRY(need_two(set, learnt, ask->folds));
    for (int c = 0; c < set->classes; c++) {
        if (learnt[c] > 0 || tested[c] == 0)
            continue;
        ISO_TRY(iso_buf_printf(&list, "%s%s", absent++ ? ", " : "", set->class_name[c]));
        examples += tested[c];
    }
    if (absent > 0)
        iso_run_note(
            ask->run, "%d class%s that %s lacks, in %lld examples, which can only be wrong: %s",
            absent, absent == 1 ? "" : "es", set->train.text, (long long)examples, list.text);
done:
    iso_free(learnt);
    iso_free(tested);
    iso_buf_free(&list);
    return err;
}

iso_err iso_probe_labels(struct probe_set *set, const struct probe_ask *ask)
{
    const iso_states_info *about = iso_states_about(set->states);
    int64_t sum = 0;
    iso_err err = ISO_OK;

    set->tags = means_tags(set);
    set->classes = set->tags ? about->tag_count : about->class_count;
    set->class_name = set->tags ? about->tagset : about->classes;
    for (int i = 0; i < set->langs && ask->labels; i++) {
        struct probe_lang *l = &set->lang[i];
        l->label = set->tags ? l->lang->tags : l->lang->labels;
        for (int64_t r = 0; l->label && r < l->lang->rows; r++)
            l->labelled += l->label[r] >= 0;
        sum += l->labelled;
    }
    if (!ask->labels)
        return ISO_OK;
    if (sum == 0)
        return no_labels(set);
    ISO_TRY(leave_out(set, ask));
    note_unlabelled(set, ask);
    for (int t = 0; t < set->turns; t++) {
        ISO_TRY(iso_probe_turn(set, t));
        ISO_TRY(check_classes(set, ask));
    }
done:
    return err;
}

/* --- All together --- */

iso_err iso_probe_set_make(struct probe_set *out, const struct probe_ask *ask, iso_states *states,
                           iso_states *second)
{
    struct probe_set set = {.states = states, .second = second};
    iso_err err = ISO_OK;

    ISO_TRY(choose(&set, ask));
    ISO_TRY(iso_probe_labels(&set, ask));
    ISO_TRY(iso_probe_items(&set, ask));
    ISO_TRY(iso_probe_budget(&set, ask));
    *out = set;
    return ISO_OK;
done:
    iso_probe_set_free(&set);
    return err;
}

void iso_probe_set_free(struct probe_set *set)
{
    for (int i = 0; set->lang && i < set->langs; i++) {
        iso_free(set->lang[i].item);
        iso_free(set->lang[i].fold);
        iso_free(set->lang[i].learn);
    }
    iso_free(set->lang);
    iso_free(set->order);
    iso_selection_free(&set->sel);
    iso_buf_free(&set->train);
    *set = (struct probe_set){0};
}
