/* CKA with the pieces of both texts held constant: their kernels are taken out of the kernels of
 * the states. */
#ifndef ISO_STUDY_COMPARE_PIECES_H
#define ISO_STUDY_COMPARE_PIECES_H

#include "analysis/study/compare/compare_surface.h"

/* The pieces of a pair of languages, weighted as the baseline has them, in the order of the pair's
 * items. */
struct pieces_set {
    int x, y; /* matrices of the pairing that it was made for */
    struct pieces pieces;
    iso_rows *rows[2];
};

/*
 * Pieces have more columns than there are items, so that nothing would be left of rows regressed on
 * them. Kernels are regressed instead, as Cui et al. (NeurIPS 2022, arXiv:2202.00095) do: the
 * entries of the centred kernels of both sides on those of the kernels of pieces. Inner products of
 * what is left follow from those of the kernels, and these, up to their lengths, are CKA:
 *
 *     (r_xy − r_x' R⁻¹ r_y) / √((1 − r_x' R⁻¹ r_x)(1 − r_y' R⁻¹ r_y))
 *
 * with r_xy the CKA of the pair, r_x and r_y those of its sides with the pieces of source and
 * target, R theirs with each other. Debiased, the inner products are those of U-centred kernels
 * (partial distance correlation: Székely & Rizzo, Annals of Statistics 42, 2014).
 *
 * {0} does nothing.
 */
struct compare_pieces {
    struct compare_surface surface;
    struct pieces_set **set;
    int sets;
    iso_rows **rows; /* those of the pairing, then two of each set */
    int *items;      /* by matrix: its set of items */
    iso_gram_pair *pair;
    int64_t pairs, (*needs)[5]; /* by pair of the pairing: xa, xb, ya, yb, ab among `pair` */
};

/* Makes the pieces of all pairs, while the sources are still those of the pairing. Errors  those of
 * iso_compare_surface_make; ISO_EARG (no text has a token, two collections). */
iso_err iso_compare_pieces_make(struct compare_pieces *out, const struct pairing *p,
                                const iso_baseline_opt *opt, const iso_run *run);

/* Puts their matrices and pairs behind those of the task. */
void iso_compare_pieces_open(struct compare_pieces *c, struct pairing *p);

/* Puts the values of the pairing's pairs into the place of their CKA. Intervals: jackknife, the
 * regression made again without each unit. `replicates` are there; changed likewise. */
void iso_compare_pieces_judge(iso_value *values, double *replicates, const iso_plan *plan,
                              const iso_task *task, const struct compare_pieces *c, int64_t pairs);
void iso_compare_pieces_free(struct compare_pieces *c);

#endif
