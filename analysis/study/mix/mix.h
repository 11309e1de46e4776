/* One run of `isogloss mix`: which ways of mixing, at which layers, and what comes of them. */
#ifndef ISO_BIN_MIX_H
#define ISO_BIN_MIX_H

#include "bin/settings.h"
#include "lib/base/run.h"
#include "lib/base/str.h"
#include "lib/io/record.h"
#include "lib/io/spill.h"
#include "lib/nn/xmixup.h"

/* Whose states a target sentence is mixed with. */
enum mix_partner {
    MIX_TRANSLATION,
    MIX_STRANGER, /* another sentence of the source, of like length: the control `shuffled` */
    MIX_ITSELF
};

/* A way of mixing, as --mix and the records name it. */
struct mix_way {
    char *name; /* "xmixup", "fixed:0.25", "no-entropy", "shuffled", "self" */
    iso_mix_kind kind;
    double fixed;
    enum mix_partner partner;
    bool control; /* fixed:0 and shuffled, in every run */
};

/* Layers first ... last are mixed, in one forward pass; with a sweep a place for each layer. */
struct mix_place {
    int first, last;
};

enum { MIX_WAYS = 16 };

/* What is done to every target. Layers count as states do: layer K gives state K, 1 ... L. */
struct mix_scheme {
    int L;
    int64_t C;
    struct mix_way way[MIX_WAYS];
    int ways;
    struct mix_place *place;
    int places;
    bool sweep;
};

/* One target language, mixed. Rows are items, the same in every matrix, pooled, f32, items × C. */
struct mixed {
    const struct mix_scheme *scheme;
    const char *src, *tgt; /* the same when a language is mixed with itself for want of a source */
    const char *model, *pool;
    int64_t items;
    iso_spill *source; /* L + 1 matrices: the plain encoder's states of the source */
    iso_spill *states; /* iso_mixed_before, iso_mixed_after */
    /* Of item i: [iso_mixed_place_way(...) * items + i]. NAN where λ does not come from entropies.
     * Of several mixed layers the first. */
    double *lambda;
    double *e1; /* target tokens over those of the source */
    double *e2; /* source tokens over those of the target */
    /* First tokens of the last layer, items × C: of the source, of the target before mixing, and
     * after it by place and way. */
    iso_mat cls_source, cls_before, *cls_after;
};

/* Matrices of `states`: a layer before mixing; a layer from the place's first on after it. */
int iso_mixed_before(const struct mix_scheme *s, int layer);
int iso_mixed_after(const struct mix_scheme *s, int place, int way, int layer);
int iso_mixed_matrices(const struct mix_scheme *s);
int iso_mixed_place_way(const struct mix_scheme *s, int place, int way);

/* How records call a way at a place: its name, of several mixed layers "xmixup:1-3". Added. */
iso_err iso_mixed_name(iso_buf *out, const struct mix_scheme *s, int place, int way);

#endif
