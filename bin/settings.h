/* What the command line said: one struct for all commands, filled from the option table. */
#ifndef ISO_BIN_SETTINGS_H
#define ISO_BIN_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "analysis/page/plot.h"
#include "analysis/study/study.h"

/* A growing list of words (borrowed from argv). */
struct words {
    const char **at;
    int count;
};

struct opt_list;

/* Texts are NULL, numbers 0, flags false when not given. Lists are comma-separated texts as typed.
 */
struct settings {
    const char *command; /* "compare" */
    int argc;            /* the command line as typed, for the records' header */
    char **argv;
    struct words inputs;  /* positional words */
    struct words against; /* words after --against up to the next option */
    struct words records; /* words after --records */

    struct opt_list *options; /* what the command takes, and which were given (bin/opt.h) */
    void *study;              /* the options of its study, as the library describes them */

    /* common */
    const char *json, *csv, *plot, *progress;
    int64_t threads, mem, limit;
    int64_t seed;
    const char *precision; /* single, double */
    bool quiet, plan, force;
    bool help; /* the program answers it before the command runs */
    bool roff; /* man: the source of the page */

    /* reading */
    const char *pool, *specials, *axes, *dtype, *layout;
    int64_t dim;
    bool transpose;
    bool any_dims; /* no option: align, which pads */

    /* choosing */
    const char *src, *tgt, *pairs, *layers, *measure, *interval, *road;
    bool across, shuffle, difference, quick;

    /* transfer gaps */
    const char *scores, *row, *given;

    /* writing */
    const char *out;     /* -o */
    const char *title;   /* of the page */
    iso_plot_opt figure; /* of --plot */

    /* encoding */
    const char *model, *corpus, *columns, *text_format;
    int64_t max_length;

    /* mixing */
    struct words source, target; /* LANG=FILE words */
    const char *layer;           /* of a report */
    const char *attention;
};

/* The selection of settings, for studies that still read them. */
#define SELECT_OF(set)                                                                             \
    (&(iso_select){.src = (set)->src,                                                              \
                   .tgt = (set)->tgt,                                                              \
                   .layers = (set)->layers,                                                        \
                   .pairs = (set)->pairs ? ISO_PAIRS_ALL : ISO_PAIRS_SOURCES,                      \
                   .across = (set)->across,                                                        \
                   .shuffle = (set)->shuffle})

/* How settings say that texts are opened, for commands that still read them. */
#define SETTINGS_TEXTS(set)                                                                        \
    ((iso_texts_opt){.corpus = (set)->corpus,                                                      \
                     .columns = (set)->columns,                                                    \
                     .format = iso_str_same((set)->text_format, "plain")  ? ISO_CORPUS_PLAIN       \
                               : iso_str_same((set)->text_format, "tsv")  ? ISO_CORPUS_TSV         \
                               : iso_str_same((set)->text_format, "csv")  ? ISO_CORPUS_CSV         \
                               : iso_str_same((set)->text_format, "json") ? ISO_CORPUS_JSON        \
                                                                          : ISO_CORPUS_AUTO,       \
                     .limit = (set)->limit})

#endif
