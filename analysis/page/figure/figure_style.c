#include "analysis/page/figure/figure_style.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/page/figure/figure_text.h"
#include "analysis/page/wording.h"
#include "lib/base/str.h"
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

struct style iso_style_baseline(const char *name)
{
    static const struct {
        const char *name, *dash;
        int point;
    } known[] = {{"random", "(9,4)", 12}, {"pieces", "(8,3,2,3)", 8}, {"length", "(1.5,3)", 10}};

    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(known[i].name, name) == 0)
            return (struct style){"#555555", known[i].dash, known[i].point};
    }
    return (struct style){"#555555", "(4,4)", 14};
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

/* --- How a series of a figure is called, and drawn --- */

bool iso_figure_same_language(const iso_records *records)
{
    for (int64_t i = 0; i < records->count; i++) {
        if (!iso_str_same(records->at[i].src, records->at[i].tgt))
            return false;
    }
    return true;
}

bool iso_figure_one_source(const iso_records *records)
{
    for (int64_t i = 1; i < records->count; i++) {
        if (!iso_str_same(records->at[i].src, records->at[0].src))
            return false;
    }
    return true;
}

iso_err iso_figure_pair(iso_buf *out, const iso_records *records, const iso_record *r)
{
    const char *src = r->src ? r->src : "?", *tgt = r->tgt ? r->tgt : src;

    if (r->x && !r->tgt)
        return iso_buf_puts(out, r->x);
    if (r->place != ISO_NO_INT && r->subset)
        return iso_buf_puts(out, r->subset);
    if (!r->src && !r->tgt)
        return iso_buf_puts(out, "all");
    if (iso_str_same(src, tgt) || iso_figure_one_source(records))
        return iso_buf_puts(out, tgt);
    return iso_buf_printf(out, "%s\xe2\x80\x93%s", src, tgt);
}

/* The number of its model, from 1; 0 where there is only one. */
static int model_of(const struct figure *f, const iso_record *r)
{
    for (int i = 0; f->models.count > 1 && i < f->models.count; i++) {
        if (strcmp(f->models.at[i], r->model ? r->model : "?") == 0)
            return i + 1;
    }
    return 0;
}

iso_err iso_figure_series(iso_buf *out, const struct figure *f, const iso_records *records,
                          const iso_record *r)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_figure_pair(out, records, r));
    if (model_of(f, r))
        ISO_TRY(iso_buf_printf(out, " %d", model_of(f, r)));
done:
    return err;
}

iso_err iso_figure_series_words(iso_buf *out, const struct figure *f, const iso_records *records,
                                const iso_record *r)
{
    iso_buf pair = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_figure_pair(&pair, records, r));
    ISO_TRY(iso_wording_lang(out, pair.text));
    if (model_of(f, r))
        ISO_TRY(iso_buf_printf(out, ", %s", r->model ? r->model : "?"));
done:
    iso_buf_free(&pair);
    return err;
}

struct style iso_figure_style(struct figure *f, const iso_records *records, const iso_record *r,
                              int i)
{
    const char *src = r->src, *tgt = r->tgt ? r->tgt : src;
    const bool one = iso_str_same(src, tgt) || iso_figure_one_source(records);
    struct style look =
        iso_style_at(r->place != ISO_NO_INT              ? 0
                     : !tgt || (r->x && !r->tgt) || !one ? i
                                                         : iso_style_place(&f->langs, tgt));

    if (model_of(f, r))
        look.dash = iso_style_dash(model_of(f, r) - 1);
    return look;
}
