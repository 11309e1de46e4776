/* The report: records of several runs, in sections on one page. */
#ifndef ISO_PAGE_REPORT_INSIDE_H
#define ISO_PAGE_REPORT_INSIDE_H

#include "analysis/page/figure/figure.h"
#include "analysis/page/report/report.h"
#include "analysis/page/report/report_cost.h"
#include "analysis/study/baseline/baseline.h"
#include "lib/base/str.h"
#include "lib/io/record.h"
#include "lib/io/states.h"

/* Records [first, first + count) came from one command line or file. */
struct report_source {
    iso_buf line;
    int64_t first, count;
    bool mixes; /* some of them are of mixing: then what is before is so too */
};

enum { REPORT_SOURCES = 64 };

struct report {
    const iso_report_opt *opt;
    iso_records records;
    struct report_source source[REPORT_SOURCES];
    int source_count;
    iso_states *states;          /* NULL when the report is made of records alone */
    const iso_baseline_set *set; /* while studies run: what they share; or NULL */
    struct names langs;          /* all languages, for their looks */
    const char *src;   /* the language that comparisons start from; NULL when none is named */
    iso_buf json, csv; /* the records as files, for the folder and the page */
    iso_buf summary;   /* HTML */
    struct report_cost cost;
    struct report_progress progress;
};

/* What a section's records set side by side. */
enum section_pairs {
    PAIRS_LANGUAGES,
    PAIRS_MODELS,
    PAIRS_DIFFERENCE,
    PAIRS_GIVEN,   /* with something held constant */
    PAIRS_ALIGNED, /* after a map */
    PAIRS_GAINED,  /* what the map brought */
    PAIRS_MIXED,   /* before and after mixing, and λ */
    PAIRS_SETS     /* no pairs: sets of sources, the best first */
};

/* A kind of section: which records, which figure, how to read it. */
struct section {
    int order;
    const char *id; /* of the figure's files and the page's anchors */
    const char *title;
    const char *measure; /* "cka:debiased" */
    iso_plot_kind kind;
    const char *guide; /* report_guide.h; NULL = that of the measure */
    enum section_pairs pairs;
};

/* A section that has records. */
struct section_view {
    const struct section *section;
    iso_records records;
    bool from[REPORT_SOURCES]; /* sources that contributed */
    int64_t others;            /* of the same measure, not shown (another model, another pooling) */
    bool mixing;
    int places; /* ISO_PLOT_MIXED: of so many mixed layers the one shown does most */
    struct figure figure;
    iso_buf svg; /* the figure's file, as gnuplot wrote it */
    char *id;    /* unique on the page and among the figures */
};

/* --- What it is about (report_gather.c, report_runs.c) --- */

/* Adds the records of one command; takes over `line`, which tells it, unless there are none. `keep`
 * (NULL: all) chooses those that an earlier command did not make. */
typedef bool iso_report_keep(const struct report *report, const iso_record *r);
iso_err iso_report_add(struct report *report, iso_buf *line, const iso_records *records,
                       iso_report_keep *keep);

/* "isogloss compare states.h5 --src en --pool cls": the command that makes the same records. */
iso_err iso_report_line(iso_buf *line, const struct report *report, const iso_options *study,
                        const void *opt);

/* Adds the run's seed to such a line, unless it is 0. */
iso_err iso_report_seed(iso_buf *line, const iso_run *run);

/* Takes the records of a file in unchanged. */
iso_err iso_report_file(struct report *report, const char *path, const iso_run *run);

/* Compares, searches, aligns and probes the states: the source with all, layer with layer, all
 * pairs. What the data do not admit, or what would take long, is noted and has no section. */
iso_err iso_report_runs(struct report *report, const iso_run *run);
iso_err iso_report_runs_check(const iso_report_opt *opt);

/* Of all languages of the report together: neighbours, and sets of sources by the last layer. */
struct selection;
iso_err iso_report_mingling(struct report *report, const struct selection *sel, const iso_run *run);
iso_err iso_report_sources(struct report *report, const struct selection *sel, const iso_run *run);

/* What a study runs beside the states; whether it makes intervals. */
iso_baseline_opt iso_report_baseline(const iso_report_opt *o, const iso_baseline_set *set);
iso_interval iso_report_interval(const struct report *report);

/* Takes in what a study made, or notes what the data do not admit; NULL for `missing`: an error. */
iso_err iso_report_take(struct report *report, iso_records *records, iso_err err,
                        const iso_options *study, const void *opt, const char *missing,
                        iso_report_keep *keep, const iso_run *run);

/* Mixes the texts of the options, from the report's source language into all others. */
bool iso_report_mixes(const iso_report_opt *opt);
iso_err iso_report_mix(struct report *report, const iso_run *run);

/* What of it is within a limit of operations. */
iso_err iso_report_mix_fit(struct mix_fit *out, const struct report *report, double operations,
                           const iso_run *run);
iso_err iso_report_mix_check(const iso_report_opt *opt, bool states);

/* Gaps of the scores given, or of what was probed, and their correlations with what the report has
 * of languages that are not mixed; nothing where there are no scores. */
iso_err iso_report_gap(struct report *report, const iso_run *run);
iso_err iso_report_gap_check(const iso_report_opt *opt);

/* --- Sections --- */

/* The table of sections, ascending by order. */
int iso_section_count(void);
const struct section *iso_section_at(int i);

/* Whether a record, of that source, belongs into a section. */
bool iso_section_fits(const struct section *section, const struct report *report, int source,
                      const iso_record *r);

/* The records of a section, without its figure; *has tells whether there are any. */
iso_err iso_section_view_make(struct section_view *out, bool *has, const struct section *section,
                              const struct report *report);
void iso_section_view_free(struct section_view *view);

/* Sections for measures that the table does not know: the general guide. *count is set. */
iso_err iso_section_rest(struct section_view *out, int *count, int room,
                         const struct report *report);

/* What stands above all baselines, and of what nothing does (HTML); nothing without baselines. */
iso_err iso_report_stand(iso_buf *out, const struct report *report, const iso_beside *beside);

/* Which discrepancy goes with the transfer gap, and whether a baseline does so too (HTML). */
iso_err iso_report_relations(iso_buf *out, const struct report *report, const iso_beside *beside);

/* What stands above all baselines, then the most cross-lingual layer, farthest language, distance
 * from chance, in plain words (HTML). */
iso_err iso_report_summarise(iso_buf *out, const struct report *report);

/* Of how many languages and layers mixing is shown to do something, in plain words (HTML); nothing
 * for sections of other things. */
iso_err iso_report_claims(iso_buf *out, const struct section_view *view);

/* The numbers behind a figure as an HTML table. */
iso_err iso_report_numbers(iso_buf *out, const struct section_view *view);

/* The page. `views` have their figures drawn. */
iso_err iso_report_page(iso_buf *out, const struct report *report, const struct section_view *views,
                        int count);
const char *iso_report_style(void);

#endif
