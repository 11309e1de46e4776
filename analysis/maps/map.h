/* Linear maps from one space to another, fitted on paired rows.
 * Threads: any number may call at once, and apply the same map. */
#ifndef ISO_ANALYSIS_MAP_H
#define ISO_ANALYSIS_MAP_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/linalg/view.h"

ISO_BEGIN

typedef enum iso_map_method {
    ISO_MAP_ORTHOGONAL = 0, /* W = U Vᵀ of UΣVᵀ = svd(XᵀY) */
    ISO_MAP_ROTATION,       /* the same with det W = 1; as ORTHOGONAL where p ≠ q */
    ISO_MAP_SCALED,         /* orthogonal times tr Σ / ‖X‖² */
    ISO_MAP_RIDGE,          /* argmin ‖XW − Y‖² + ridge · tr(XᵀX)/p · ‖W‖² */
    ISO_MAP_LEAST_SQUARES,  /* argmin ‖XW − Y‖², the shortest W where it is not unique */
    ISO_MAP_WHITENED        /* W = A Q B⁻¹, Q orthogonal between xA and yB; see iso_map_fit */
} iso_map_method;

/** "orthogonal", "rotation", "scaled", "ridge", "least-squares", "whitened". */
ISO_API const char *iso_map_method_name(iso_map_method m);

typedef struct iso_map_opt {
    iso_map_method method;
    bool centre;   /* means of the fitted rows are removed first and become part of the map */
    double ridge;  /* of RIDGE; 0 = 0.1 */
    double whiten; /* a of WHITENED, 0 to 1; 0 = 1 */
} iso_map_opt;

/** x → (x − from) W + to. All f64; from (p), to (q) are zeros without `centre`. */
typedef struct iso_map {
    iso_mat w; /* p × q */
    double *from, *to;
    int64_t n, rank; /* rows it was fitted on; directions they determine */
} iso_map;

/**
 * Fits x (n × p) to y (n × q), row by row; f32 or f64, computed in double; `opt` NULL is all zero.
 *
 * Orthogonal kinds with p ≠ q give orthonormal rows or columns. `rank` counts the directions that
 * the rows determine (singular values of XᵀY, for RIDGE and LEAST_SQUARES of X); where it is below
 * min(p, q), which n < p makes certain, LEAST_SQUARES is the solution of minimum norm, while
 * orthogonal kinds stay orthogonal and send the other directions somewhere.
 *
 * WHITENED  With C = XᵀX/n, A = (1−a) I + a C^{−1/2}, where directions under 1e-10 of the largest
 * eigenvalue of C have no whitened part, and B the same of y: Q = U Vᵀ of svd(AᵀXᵀYB) and
 * W = A Q B⁻¹ (pseudo-inverse), so that the image lies in y's own space. a = 1 finds y = xM for any
 * invertible M.
 *
 * Cost 2npq + O(min(p, q)³). Memory 8n(p + q). Errors  ISO_EARG (rows differ, n < 1, ridge or a
 * outside its range), ISO_EFORMAT (not finite), ISO_ENUMERIC, ISO_ENOMEM. Source  Schönemann,
 * Psychometrika 31 (1966); Xing et al., NAACL 2015; Artetxe et al., AAAI 2018 (whitening); Williams
 * et al., NeurIPS 2021, arXiv:2110.14739 (partial whitening).
 */
ISO_API ISO_MUST_USE iso_err iso_map_fit(iso_map *out, iso_view x, iso_view y,
                                         const iso_map_opt *opt);

/** out (n × q, f32 or f64) = the rows of x (n × p) mapped; out may be x itself where p = q. */
ISO_API ISO_MUST_USE iso_err iso_map_apply(iso_mat *out, const iso_map *map, iso_view x);

ISO_API void iso_map_free(iso_map *map);

ISO_END

#endif
