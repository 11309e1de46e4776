/* Where a target sentence looks in its source: cross attention as a heat map of tokens. */
#ifndef ISO_PAGE_FIGURE_ATTENTION_H
#define ISO_PAGE_FIGURE_ATTENTION_H

#include <stdint.h>

#include "lib/base/run.h"

/* Tokens a side at most: what one window of the encoder holds. */
enum { ATTENTION_MOST = 512 };

/* Borrowed all through. Tokens are shown as they are ("▁the", "##ing"); bytes that are no printable
 * UTF-8 as U+FFFD. NULL texts are left out. */
struct attention_figure {
    const char *const *row;    /* `rows` target tokens, first on top */
    const char *const *column; /* `columns` source tokens, first at the left */
    int rows, columns;
    const float *weight; /* rows × columns, row-major: mean over heads, every row sums to 1 */
    const char *row_lang, *column_lang; /* "sw", "en": on the axes */
    const char *title;
    const char *subtitle; /* "model mini · layer 3 · item 12 · λ 0.41" */
};

/*
 * Draws into `path` (.svg, .pdf, .png, .gp), with NAME.gp and NAME.tsv beside it, as
 * iso_figure_save does. The picture grows with the tokens. Colours go from 0 to the largest weight.
 * Errors ISO_EARG (no tokens, more than ATTENTION_MOST, a weight that is not finite, the suffix),
 * and those of iso_figure_save.
 */
iso_err iso_figure_attention(const char *path, const struct attention_figure *f,
                             const iso_run *run);

#endif
