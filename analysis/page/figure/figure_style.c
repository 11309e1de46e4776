#include "analysis/page/figure/figure_style.h"

#include <stdlib.h>
#include <string.h>

#include "lib/text/lang.h"

int iso_names_index(struct names *names, const char *name)
{
    name = name ? name : "?";
    for (int i = 0; i < names->count; i++) {
        if (strcmp(names->at[i], name) == 0)
            return i;
    }
    if (names->count == NAMES_MAX)
        return -1;
    names->at[names->count] = name;
    return names->count++;
}

enum { COLOURS = 5, DASHES = 3, POINTS = 7 };

const char *iso_style_dash(int i)
{
    static const char *const dashes[DASHES] = {"solid", "(7,3)", "(2,2.5)"};

    return dashes[i % DASHES];
}

/*
 * Okabe and Ito, Color Universal Design (2008): of their eight colours the five that stand out by
 * 3 : 1 from white paper (WCAG 2.1, 1.4.11); on a dark page the black is drawn white. Yellow,
 * orange and sky blue do not. The three counts have no common divisor, so a pair of looks comes
 * back after their product.
 */
struct style iso_style_at(int place)
{
    static const char *const colours[COLOURS] = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                                 "#000000"};
    static const int points[POINTS] = {7, 5, 9, 13, 6, 11, 4};

    place = place < 0 ? NAMES_MAX : place;
    return (struct style){colours[place % COLOURS], iso_style_dash(place / COLOURS),
                          points[place % POINTS]};
}

int iso_style_place(struct names *langs, const char *lang)
{
    return iso_names_index(langs, lang ? iso_lang_canonical(lang) : NULL);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void add_records(struct names *langs, const iso_records *records, bool gaps)
{
    for (int64_t i = 0; records && i < records->count; i++) {
        const iso_record *r = &records->at[i];
        if (gaps != (strcmp(r->measure, "gap") == 0))
            continue;
        if (r->src)
            (void)iso_style_place(langs, r->src);
        if (r->tgt)
            (void)iso_style_place(langs, r->tgt);
    }
}

static void sort_from(struct names *langs, int first)
{
    qsort(langs->at + first, (size_t)(langs->count - first), sizeof *langs->at, by_name);
}

void iso_style_list(struct names *langs, iso_states *const *states, int count,
                    const iso_records *records)
{
    langs->count = 0;
    for (int s = 0; s < count; s++) {
        for (int i = 0; i < iso_states_langs(states[s]); i++)
            (void)iso_style_place(langs, iso_states_lang(states[s], i)->name);
    }
    add_records(langs, records, false);
    sort_from(langs, 0);
    const int known = langs->count;
    add_records(langs, records, true);
    sort_from(langs, known);
}
