/* A report: a folder with one page of figures, tables and reading guides, and the records. */
#ifndef ISO_PAGE_REPORT_H
#define ISO_PAGE_REPORT_H

#include "analysis/pass/method.h"
#include "analysis/study/study.h"
#include "lib/base/facts.h"
#include "lib/encode/model.h"
#include "lib/encode/texts.h"
#include "lib/io/record_write.h"

ISO_BEGIN

/** Options of iso_report; iso_report_opt_init fills the defaults. Texts are borrowed. */
typedef struct iso_report_opt {
    size_t size;
    iso_model_opt
        model; /* with texts.corpus: mixes them; compute and random weights are not used */
    iso_texts_opt texts;
    const char *baseline; /* "random,pieces,length": beside the states in every study, by `model`
                             and the texts of the states, or of texts.corpus; NULL: none */
    iso_states *baseline_states;      /* stand for random, as in iso_baseline_opt; or NULL */
    const char *scores, *row, *given; /* as in iso_gap_opt */
    const char *blocks;               /* as in iso_gap_opt, of a probe's correlations too */
    iso_scope select;                 /* src, tgt, layers */
    const char *layer;                /* to mix at; NULL: each in turn */
    const char *measure; /* NULL: the usual ones of all studies; else compare alone, by these */
    const char *prep;    /* steps on the rows of each language, of all studies (prep.h) */
    iso_interval interval;
    iso_method algorithm;
    const char *const
        *records;      /* files of records to take in as they are, ended by NULL; or NULL */
    const char *title; /* heading of the page */
    bool force;        /* a folder that is there and was not made by a report may be replaced */

    /* What the page says of its making. */
    const char *inputs;  /* the states as a person typed them; NULL: what the states are called */
    const char *reading; /* how they were read, as options of a command line; NULL: nothing */
    const iso_origin *origin; /* the header of records.json; NULL: the states alone */
    int64_t permutations; /* of the targets' items, where languages are compared and searched; 0:
                             none */
    bool each_source;     /* probes of every language that has labels, not of the source alone */
    double time; /* seconds that all may take at 10^11 operations a second, counted beforehand from
                  * shapes: mixing takes fewer sentences and layers for it; 0: 120; INFINITY */
} iso_report_opt;

extern ISO_API const iso_options iso_report_options;
ISO_API void iso_report_opt_init(iso_report_opt *opt, size_t size);

/** What can be said before any input is open; `states` tells whether there will be some. Errors
 * ISO_EARG. */
ISO_API ISO_MUST_USE iso_err iso_report_check(const iso_report_opt *opt, bool states);

/** What it would cost: sentences and layers that are mixed, operations of each part and of all,
 * seconds at 10^11 operations a second. Opens and reads what is mixed. Errors  as iso_report. */
ISO_API ISO_MUST_USE iso_err iso_report_plan(iso_facts *out, iso_states *states,
                                             const iso_report_opt *opt, const iso_run *run);

/**
 * Runs the studies on `states` (NULL: none), mixes the texts of the options, takes records in, and
 * writes `folder` with report.html, records.json, records.csv and figures/: a new folder takes the
 * place of the old one at the end, in one step, or not at all. What the data do not admit
 * (ISO_EDATA of a study) has no section, which is noted. Cost    that of the studies; searches and
 * maps only where they take about a minute on two cores. A note says beforehand what it takes, and
 * what of the mixing is cut to `time`; progress is the share of the operations counted. Errors  as
 * of the studies; ISO_EDATA (no records), ISO_EIO, ISO_EUNSUP (no gnuplot). Threads one call at a
 * time on the same states.
 */
ISO_API ISO_MUST_USE iso_err iso_report(iso_states *states, const iso_report_opt *opt,
                                        const char *folder, const iso_run *run);

ISO_END

#endif
