/* Which languages are paired with which, and which layers, of one collection. */
#ifndef ISO_STUDY_SELECTION_H
#define ISO_STUDY_SELECTION_H

#include "analysis/study/study.h"

/* Pairs of languages by their number in the collection; layers ascending. */
struct selection {
    int pair_count, layer_count, lang_count;
    int (*pair)[2]; /* source, target */
    int *layer;
    int *lang; /* every language of a pair once, sources first */
};

/* Lists that are none, options that exclude each other: what shows before any input. ISO_EARG. */
iso_err iso_selection_check(const iso_scope *select);

/* --src with each --tgt (default: the source with all others), --pairs all; --layers. `self` pairs
 * every chosen language with itself (--against). Errors name the language or layer. */
iso_err iso_selection_make(struct selection *out, const iso_scope *select, const iso_states *s,
                           bool self);
void iso_selection_free(struct selection *sel);

/* The language that comparisons start from: --src, else the file's source, else the first. */
iso_err iso_selection_source(int *out, const iso_scope *select, const iso_states *s);

#endif
