/* How a language is drawn: one colour, marker and dash in every figure of a run, by its place in
 * the list of languages that the run knows. */
#ifndef ISO_PAGE_FIGURE_STYLE_H
#define ISO_PAGE_FIGURE_STYLE_H

#include "lib/io/record.h"
#include "lib/io/states.h"

/* Names in the order in which they came, borrowed. */
enum { NAMES_MAX = 256 };
struct names {
    const char *at[NAMES_MAX];
    int count;
};

/* The index of `name`, adding it; -1 when full. NULL is "?". */
int iso_names_index(struct names *names, const char *name);

struct style {
    const char *colour; /* "#0072B2" */
    const char *dash;   /* gnuplot's: "solid", "(7,3)" */
    int point;          /* gnuplot's number of a marker */
};

/* The kinds of lines, in their order: for what is no language. */
const char *iso_style_dash(int i);

/* 105 places differ, and 15 in a row already by colour and dash or by colour and marker alone. */
struct style iso_style_at(int place);

/* How a baseline is drawn: grey, which is no language's, each with a dash and a hollow marker. */
struct style iso_style_baseline(const char *name);

/* Lists languages under the names they have in records: of `count` collections all, chosen or not;
 * of `records` (may be NULL) sources and targets. Sorted by name, so that neither the order of
 * records nor that of files decides; languages that only a table of scores has come after. */
void iso_style_list(struct names *langs, iso_states *const *states, int count,
                    const iso_records *records);

/* The place of a language, adding it after the others; `langs` may be a list of something else. */
int iso_style_place(struct names *langs, const char *lang);

#endif
