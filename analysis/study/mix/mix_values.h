/* What mixing is measured by, and the values of one target, layer by layer. */
#ifndef ISO_BIN_MIX_VALUES_H
#define ISO_BIN_MIX_VALUES_H

#include "analysis/pass/plan.h"
#include "analysis/study/mix/mix_measure.h"
#include "analysis/study/retrieve/retrieve_ask.h"

/* --- What is asked (mix_ask.c) --- */

enum { MIX_ASK_MOST = 64 };

/* Measures are numbered: those of the registry, then the cells of retrieval. */
struct mix_ask {
    const iso_measure *of[MIX_ASK_MOST];
    int registered;
    struct retrieve_ask hits; /* cells: what is read off ranks */
    iso_method method;
    bool bare; /* --interval none */
};

/* Errors ISO_EARG. */
iso_err iso_mix_ask_make(struct mix_ask *out, const struct settings *set);
void iso_mix_ask_free(struct mix_ask *ask);
int iso_mix_ask_count(const struct mix_ask *ask);

/* --- The values of one target (mix_layer.c) --- */

/* Of a place, a way and a layer: after, after − before, after − each control. */
enum { MIX_AFTER, MIX_DIFFERENCE, MIX_GIVEN };

struct mix_values {
    const struct mix_scheme *scheme;
    int measures, controls;
    int control[MIX_WAYS]; /* ways; as many as `controls` */
    iso_value *before;     /* (L + 1) × measures */
    iso_value *mixed;      /* places × ways × (L + 1) × (MIX_GIVEN + controls) × measures */
};

iso_err iso_mix_values_make(struct mix_values *out, const struct mix_ask *ask,
                            const struct mix_scheme *scheme);
void iso_mix_values_free(struct mix_values *v);

iso_value *iso_mix_before_at(const struct mix_values *v, int layer, int measure);
iso_value *iso_mix_value_at(const struct mix_values *v, int place, int way, int layer, int what,
                            int measure);

/* Fills in all that layer K has to say. */
iso_err iso_mix_layer_values(struct mix_values *v, const struct mixed *m, const struct mix_ask *ask,
                             int layer, const iso_run *run);

/* --- λ and the entropies (mix_lambda.c) --- */

/* Adds mean, sd and histogram of λ, e1 and e2 of one place and way to what all records share. */
iso_err iso_mix_lambda_records(iso_records *out, const iso_record *shared, const struct mixed *m,
                               const struct mix_ask *ask, int place, int way, uint64_t seed);

#endif
