/* What a report costs, counted beforehand from shapes, and how much of it is done. */
#ifndef ISO_PAGE_REPORT_COST_H
#define ISO_PAGE_REPORT_COST_H

#include "analysis/page/report/report.h"
#include "analysis/study/mix/mix_fit.h"

struct report;
struct selection;

/* What a report does, in its order. */
enum report_part {
    REPORT_NETWORKS, /* states of random weights */
    REPORT_COMPARE,
    REPORT_CENTROIDS,
    REPORT_RETRIEVAL,
    REPORT_ALIGNMENT,
    REPORT_ACROSS,
    REPORT_PAIRS,
    REPORT_MINGLING,
    REPORT_PROBES,
    REPORT_ROBUST,
    REPORT_SETS,
    REPORT_MIXING,
    REPORT_DRAWING,
    REPORT_PARTS
};

/* The rate that times are counted with, operations of a product a second: two to four cores. A
 * convention, so that neither the machine nor what else it does changes a number. */
#define ISO_REPORT_RATE 1e11

/* Every layer is compared with every layer for so many targets at most; among so many rows at most
 * translations are searched. */
enum { REPORT_ACROSS_MOST = 30, REPORT_SEARCHED_MOST = 20000 };

struct report_cost {
    double part[REPORT_PARTS]; /* operations; of what is no product, as many as take as long */
    int rounds;                /* of studies, with those of their baselines */
    bool left[REPORT_PARTS];   /* takes too long for a page, and is left to its command */
    struct mix_fit mixing;
};

struct report_progress {
    const iso_run *outer;
    const struct report_cost *cost;
    enum report_part now;
    int rounds, round;     /* times that the part counts its steps, with baselines */
    int64_t last;          /* of the part's steps */
    double before, within; /* operations of parts that are over; the share of this one */
};

/* Counts all parts; mixing is cut to what the time of the options leaves to it. */
iso_err iso_report_cost(struct report_cost *out, const struct report *report, const iso_run *run);
void iso_report_cost_free(struct report_cost *cost);
double iso_report_cost_all(const struct report_cost *cost);

/* As facts; as a note, with what is cut. */
iso_err iso_report_cost_facts(iso_facts *out, const struct report_cost *cost);
iso_err iso_report_cost_note(const struct report_cost *cost, const iso_report_opt *opt,
                             const iso_run *run);

/* "mixing takes 100 of 200 sentences ..."; nothing where nothing is cut. Fields are marked. */
iso_err iso_report_cost_cut(iso_buf *out, const struct report_cost *cost,
                            const iso_report_opt *opt);

/* A run whose progress is the share of all operations; the part that begins. */
iso_run iso_report_progress_run(struct report_progress *p, const struct report_cost *cost,
                                const iso_run *run);
void iso_report_progress_part(struct report_progress *p, enum report_part part);

#endif
