/* Discrepancies in series: which records are of one question, and where each number is. */
#include "analysis/measure/catalogue.h"
#include "analysis/measure/spec.h"
#include "analysis/study/gap/gap_series.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/text/lang.h"

enum { SERIES_MOST = 4096 };

/* A number of a pair of different languages at one depth, of all folds, searched one way. */
static bool serves(const iso_record *r)
{
    return r->src && r->tgt && !iso_lang_same(r->src, r->tgt) && r->src_layer == r->tgt_layer &&
           isfinite(r->value) && r->fold == ISO_NO_INT && !r->item &&
           (!r->direction || !strcmp(r->direction, "forward") ||
            !strcmp(r->direction, "backward")) &&
           iso_catalogue_of(r->measure, r->estimator).about != ISO_ABOUT_OTHER;
}

/* In everything that makes a number another number, the direction aside. */
static bool same_question(const iso_record *a, const iso_record *b)
{
    return iso_record_compare(a, b, ISO_ROLE_QUESTION, ISO_COLUMN(direction)) == 0;
}

iso_err iso_gap_series_name(char **out, const iso_record *r)
{
    iso_buf name = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_spec_print(&name, r->measure, r->estimator, r->k));
    if (iso_str_same(r->stage, "difference") && r->given)
        ISO_TRY(iso_buf_printf(&name, "%s minus %s",
                               r->train && strstr(r->train, "+means") ? " centred" : "",
                               r->given));
    *out = name.text;
    return ISO_OK;
done:
    iso_buf_free(&name);
    return err;
}

/* --- Gathering --- */

static iso_err series_for(struct gap_series **out, struct gap_collection *list, int *room,
                          const iso_record *r)
{
    iso_err err = ISO_OK;

    for (int i = 0; i < list->count; i++) {
        if (same_question(list->at[i].first, r)) {
            *out = &list->at[i];
            return ISO_OK;
        }
    }
    ISO_NEED(list->count < SERIES_MOST, "the records hold more than %d measures", SERIES_MOST);
    if (list->count == *room) {
        const int more = *room ? 2 * *room : 16;
        ISO_TRY(iso_realloc(&list->at, *room, more, sizeof *list->at));
        *room = more;
    }
    struct gap_series *series = &list->at[list->count];
    *series = (struct gap_series){.first = r};
    ISO_TRY(iso_gap_series_name(&series->name, r));
    list->count++;
    *out = series;
done:
    return err;
}

/* What the target finds among the source's rows is the other pair's search. */
static iso_err add_pair(struct gap_series *series, const iso_record *r)
{
    const bool back = iso_str_same(r->direction, "backward");
    const char *src = iso_lang_canonical(r->src), *tgt = iso_lang_canonical(r->tgt);
    iso_err err = ISO_OK;

    if (series->count == series->room) {
        const int64_t room = series->room ? 2 * series->room : 64;
        ISO_TRY(iso_realloc(&series->at, series->count, room, sizeof *series->at));
        series->room = room;
    }
    series->at[series->count] = (struct gap_pair){r->src_layer, back ? tgt : src, back ? src : tgt,
                                                  r->value, series->count};
    series->count++;
done:
    return err;
}

static int by_place(const void *a, const void *b)
{
    const struct gap_pair *x = a, *y = b;
    int order = (x->layer > y->layer) - (x->layer < y->layer);

    order = order ? order : strcmp(x->a, y->a);
    return order ? order : strcmp(x->b, y->b);
}

/* Of equal places the one that came first. */
static int by_place_and_turn(const void *a, const void *b)
{
    const struct gap_pair *x = a, *y = b;
    const int order = by_place(a, b);

    return order ? order : (x->turn > y->turn) - (x->turn < y->turn);
}

/* Sorted, each place once, its layers listed. */
static iso_err finish(struct gap_series *series)
{
    int64_t kept = 0;
    iso_err err = ISO_OK;

    qsort(series->at, (size_t)series->count, sizeof *series->at, by_place_and_turn);
    for (int64_t i = 0; i < series->count; i++) {
        if (kept == 0 || by_place(&series->at[kept - 1], &series->at[i]) != 0)
            series->at[kept++] = series->at[i];
    }
    series->count = kept;
    ISO_TRY(iso_alloc(&series->layer, kept, sizeof *series->layer));
    for (int64_t i = 0; i < kept; i++) {
        if (series->layers == 0 || series->layer[series->layers - 1] != series->at[i].layer)
            series->layer[series->layers++] = series->at[i].layer;
    }
done:
    return err;
}

static void free_series(struct gap_series *series)
{
    iso_free(series->name);
    iso_free(series->at);
    iso_free(series->layer);
}

void iso_gap_collection_free(struct gap_collection *list)
{
    for (int i = 0; i < list->count; i++)
        free_series(&list->at[i]);
    iso_free(list->at);
    iso_free(list->left_out);
    *list = (struct gap_collection){0};
}

/* --- Which are taken: those that are named, else the usual ones, else all --- */

/* Chosen where nothing is said and they are there. */
static const char usual[] =
    "cka:debiased,centroid:relative,cosine:centred,p@k:cosine,procrustes:distance";

/* Whether "cka", "cka:debiased", "p@1", "p@1:cosine", or all of its name means such a series. */
static bool means(const char *word, const struct gap_series *series)
{
    const iso_record *r = series->first;
    iso_spec s;

    return strcmp(word, series->name) == 0 ||
           (iso_spec_parse(&s, word) && iso_spec_fits(&s, r->measure, r->estimator, r->k));
}

/* "cka:debiased, centroid:relative", each once, of list from `first` on; false where longer. */
static iso_err list_names(char **out, const struct gap_collection *list, const bool *chosen)
{
    iso_buf text = {0};
    int named = 0;
    iso_err err = ISO_OK;

    for (int i = 0; i < list->count; i++) {
        bool again = chosen && chosen[i];
        for (int j = 0; j < i && !again; j++)
            again = strcmp(list->at[j].name, list->at[i].name) == 0;
        if (again)
            continue;
        if (named < 12)
            ISO_TRY(iso_buf_printf(&text, "%s%s", named ? ", " : "", list->at[i].name));
        named++;
    }
    if (named > 12)
        ISO_TRY(iso_buf_printf(&text, " and %d more", named - 12));
    *out = text.text;
    return ISO_OK;
done:
    iso_buf_free(&text);
    return err;
}

static iso_err choose(bool *chosen, int *count, const struct gap_collection *list,
                      const char *measures)
{
    char word[128], *names = NULL;
    iso_err err = ISO_OK;

    *count = 0;
    for (const char *at = measures ? measures : usual; at;) {
        bool any = false;
        at = iso_str_word(word, sizeof word, at);
        for (int i = 0; i < list->count; i++) {
            if (!means(word, &list->at[i]))
                continue;
            *count += !chosen[i];
            any = chosen[i] = true;
        }
        if (!any && measures) {
            ISO_TRY(list_names(&names, list, NULL));
            ISO_FAIL(ISO_EARG, "no records of pairs of languages are of '%s'; there are %s", word,
                     names ? names : "none");
        }
    }
done:
    iso_free(names);
    return err;
}

/* Keeps what was chosen, the order as it is. */
static iso_err keep(struct gap_collection *list, const bool *chosen)
{
    int kept = 0;
    iso_err err = list_names(&list->left_out, list, chosen);

    if (err)
        return err;
    for (int i = 0; i < list->count; i++) {
        if (chosen[i])
            list->at[kept++] = list->at[i];
        else
            free_series(&list->at[i]);
    }
    list->count = kept;
    return ISO_OK;
}

/* All but scores, which go with gaps by themselves. */
static void choose_rest(bool *chosen, const struct gap_collection *list)
{
    for (int i = 0; i < list->count; i++) {
        const iso_record *first = list->at[i].first;
        chosen[i] = iso_catalogue_of(first->measure, first->estimator).about == ISO_ABOUT_PAIR;
    }
}

static iso_err choose_all(struct gap_collection *list, const char *measures)
{
    bool *chosen = NULL;
    int count = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&chosen, list->count, sizeof *chosen));
    ISO_TRY(choose(chosen, &count, list, measures));
    if (count == 0)
        choose_rest(chosen, list);
    ISO_TRY(keep(list, chosen));
done:
    iso_free(chosen);
    return err;
}

iso_err iso_gap_collection_make(struct gap_collection *out, const iso_records *records,
                                const char *measures)
{
    struct gap_collection list = {0};
    struct gap_series *series = NULL;
    int room = 0;
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < records->count; i++) {
        if (!serves(&records->at[i]))
            continue;
        ISO_TRY(series_for(&series, &list, &room, &records->at[i]));
        ISO_TRY(add_pair(series, &records->at[i]));
    }
    ISO_TRY(choose_all(&list, measures));
    for (int i = 0; i < list.count; i++)
        ISO_TRY(finish(&list.at[i]));
    *out = list;
    list = (struct gap_collection){0};
done:
    iso_gap_collection_free(&list);
    return err;
}

iso_err iso_gap_series_spread(struct gap_series *series, const int64_t *layer, int layers)
{
    if (series->layers != 1 || series->layer[0] != ISO_NO_INT)
        return ISO_OK;
    int64_t *own = NULL;
    const iso_err err = iso_alloc(&own, layers, sizeof *own);

    if (err)
        return err;
    memcpy(own, layer, sizeof *own * (size_t)layers);
    iso_free(series->layer);
    series->layer = own;
    series->layers = layers;
    series->flat = true;
    return ISO_OK;
}

/* --- Asking --- */

double iso_gap_series_at(const struct gap_series *series, const char *src, const char *tgt,
                         int64_t layer)
{
    const bool either = !series->first->direction && !series->first->train;

    layer = series->flat ? ISO_NO_INT : layer;
    const struct gap_pair there = {.layer = layer, .a = src, .b = tgt};
    const struct gap_pair back = {.layer = layer, .a = tgt, .b = src};
    const size_t count = (size_t)series->count;
    const struct gap_pair *found = bsearch(&there, series->at, count, sizeof there, by_place);

    if (!found && either)
        found = bsearch(&back, series->at, count, sizeof back, by_place);
    return found ? found->value : NAN;
}

/* Earlier files name a difference from `before` like what it is a difference of. */
static bool called(const char *name, const char *x)
{
    const size_t len = x ? strlen(x) : 0;

    return iso_str_same(name, x) ||
           (x && strncmp(name, x, len) == 0 && strcmp(name + len, " minus before") == 0);
}

/* A correlation says how its discrepancy was made, under names of its own for what it is. */
bool iso_gap_series_made(const struct gap_series *series, const iso_record *r)
{
    const uint64_t own = ISO_COLUMN(measure) | ISO_COLUMN(estimator) | ISO_COLUMN(model2) |
                         ISO_COLUMN(direction) | ISO_COLUMN(fold) | ISO_COLUMN(subset) |
                         ISO_COLUMN(y) | ISO_COLUMN(given);

    return called(series->name, r->x) &&
           iso_record_compare(series->first, r, ISO_ROLE_QUESTION, own) == 0;
}
