/* Which lots are taken: those that are named, else the usual ones, else all. */
#include <string.h>

#include "analysis/measure/catalogue.h"
#include "analysis/measure/spec.h"
#include "analysis/study/gap/gap_lot_inside.h"
#include "lib/base/alloc.h"
#include "lib/base/str.h"

/* Chosen where nothing is said and they are there. */
static const char usual[] =
    "cka:debiased,centroid:relative,cosine:centred,p@k:cosine,procrustes:distance";

/* Whether "cka", "cka:debiased", "p@1", "p@k:cosine", or all of its name means such a lot. */
static bool means(const char *word, const struct gap_lot *lot)
{
    const iso_record *r = lot->first;
    iso_spec s;

    return strcmp(word, lot->name) == 0 ||
           (iso_spec_parse(&s, word) && iso_spec_fits(&s, r->measure, r->estimator, r->k));
}

/* "cka:debiased, centroid:relative", each once, of lots from `first` on; false where longer. */
static iso_err list_names(char **out, const struct gap_lots *lots, const bool *chosen)
{
    iso_buf text = {0};
    int named = 0;
    iso_err err = ISO_OK;

    for (int i = 0; i < lots->count; i++) {
        bool again = chosen && chosen[i];
        for (int j = 0; j < i && !again; j++)
            again = strcmp(lots->at[j].name, lots->at[i].name) == 0;
        if (again)
            continue;
        if (named < 12)
            ISO_TRY(iso_buf_printf(&text, "%s%s", named ? ", " : "", lots->at[i].name));
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

static iso_err choose(bool *chosen, int *count, const struct gap_lots *lots, const char *measures)
{
    char word[128], *names = NULL;
    iso_err err = ISO_OK;

    *count = 0;
    for (const char *at = measures ? measures : usual; at;) {
        bool any = false;
        at = iso_str_word(word, sizeof word, at);
        for (int i = 0; i < lots->count; i++) {
            if (!means(word, &lots->at[i]))
                continue;
            *count += !chosen[i];
            any = chosen[i] = true;
        }
        if (!any && measures) {
            ISO_TRY(list_names(&names, lots, NULL));
            ISO_FAIL(ISO_EARG, "no records of pairs of languages are of '%s'; there are %s", word,
                     names ? names : "none");
        }
    }
done:
    iso_free(names);
    return err;
}

/* Keeps what was chosen, the order as it is. */
static iso_err keep(struct gap_lots *lots, const bool *chosen)
{
    int kept = 0;
    iso_err err = list_names(&lots->left_out, lots, chosen);

    if (err)
        return err;
    for (int i = 0; i < lots->count; i++) {
        if (chosen[i])
            lots->at[kept++] = lots->at[i];
        else
            iso_gap_lot_free(&lots->at[i]);
    }
    lots->count = kept;
    return ISO_OK;
}

/* All but scores, which go with gaps by themselves. */
static void choose_rest(bool *chosen, const struct gap_lots *lots)
{
    for (int i = 0; i < lots->count; i++) {
        const iso_record *first = lots->at[i].first;
        chosen[i] = iso_catalogue_of(first->measure, first->estimator).about == ISO_ABOUT_PAIR;
    }
}

iso_err iso_gap_lots_choose(struct gap_lots *lots, const char *measures)
{
    bool *chosen = NULL;
    int count = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&chosen, lots->count, sizeof *chosen));
    ISO_TRY(choose(chosen, &count, lots, measures));
    if (count == 0)
        choose_rest(chosen, lots);
    ISO_TRY(keep(lots, chosen));
done:
    iso_free(chosen);
    return err;
}
