/* Published protocols by name: each stands for options of a study. */
#ifndef ISO_STUDY_PRESET_H
#define ISO_STUDY_PRESET_H

#include "lib/base/option.h"
#include "lib/base/run.h"
#include "lib/io/states.h"

ISO_BEGIN

enum { ISO_PRESET_CHOICES = 16 };

typedef struct iso_preset {
    const char *call, *name; /* of the study: "retrieve"; of the preset: "xsim" */
    const char *of;          /* the protocol, and who published it */
    const char *differs;     /* what is not as published; NULL: nothing is known to be */
    const char *pools[2]; /* what its rows are: the first is made of token rows; NULL: no matter */
    struct {
        const char *option, *value; /* as on a command line; a flag has no value; ended by NULL */
    } choice[ISO_PRESET_CHOICES];
} iso_preset;

/** The presets of a study, in order; NULL behind the last. */
const iso_preset *iso_preset_at(const char *call, int i);

/** The preset of a study. Errors  ISO_EARG (no such preset: the nearest, or all), ISO_ENOMEM. */
ISO_MUST_USE iso_err iso_preset_find(const iso_preset **out, const char *call, const char *name);

/**
 * Gives every field that is as by default what the preset says of it; `name` NULL does nothing.
 * Errors  as iso_preset_find.
 */
ISO_MUST_USE iso_err iso_preset_fill(const iso_options *table, void *opt, const char *name);

/**
 * Notes where the rows of states are pooled otherwise than the protocol does; `name` NULL does
 * nothing. Errors  as iso_preset_find.
 */
ISO_MUST_USE iso_err iso_preset_note(const char *call, const char *name, const iso_states *states,
                                     const iso_run *run);

ISO_END

#endif
