/* Records of one pair of languages and layer. */
#include "analysis/search/answers.h"
#include "analysis/study/align/align_inside.h"
#include "analysis/study/items/records.h"
#include "lib/io/pool.h"

static int64_t neighbours(const struct align_ask *ask, iso_rule rule)
{
    switch (rule) {
    case ISO_RULE_CSLS:
        return ask->near.neighbours ? ask->near.neighbours : 10;
    case ISO_RULE_RATIO:
    case ISO_RULE_DIFFERENCE:
    case ISO_RULE_ABSOLUTE:
        return ask->near.neighbours ? ask->near.neighbours : 4;
    default:
        return ISO_NO_INT;
    }
}

iso_record iso_align_record_of(const struct align *a, const struct align_pair *p)
{
    iso_record r = iso_record_none();

    r.src = p->src;
    r.tgt = p->tgt;
    r.src_dim = p->x->cols;
    r.tgt_dim = p->y->cols;
    r.pool = a->set.words ? iso_pool_name(ISO_POOL_WORD) : a->about->pooling;
    r.prep = a->ask->prep_text;
    r.model = a->about->model;
    return r;
}

static iso_err add_record(struct align *a, const struct align_pair *p,
                          const struct align_rows *rows, int m, int stage, int f)
{
    static const char *const stages[] = {"before", "after", "difference"};
    const struct align_measure *of = &a->ask->measure[m];
    iso_record r = iso_align_record_of(a, p);
    iso_value v;
    iso_err err = ISO_OK;

    ISO_TRY(iso_align_value(&v, &a->scores, a->ask, rows, m, stage, f));
    iso_record_value(&r, &v);
    r.measure = of->name;
    r.estimator = of->estimator;
    r.src_layer = r.tgt_layer = p->layer;
    r.stage = stages[stage];
    r.given = stage == ALIGN_DIFFERENCE ? stages[ALIGN_BEFORE] : NULL;
    r.fold = f < 0 ? ISO_NO_INT : f;
    r.train = stage == ALIGN_BEFORE ? NULL : a->ask->train;
    r.rank = stage == ALIGN_BEFORE ? ISO_NO_INT : a->scores.rank;
    if (!of->of) {
        r.direction = "forward";
        r.denominator = rows->golds ? iso_denominator_name(ISO_OVER_IN_VOCABULARY) : NULL;
        r.k = of->k ? of->k : ISO_NO_INT;
        r.neighbours = neighbours(a->ask, of->rule);
    }
    ISO_TRY(iso_records_add(a->out, &r));
done:
    return err;
}

/* By dictionary: the share of its words that are in the vocabulary. */
static iso_err add_coverage(struct align *a, const struct align_pair *p,
                            const struct align_golds *g, int folds)
{
    iso_record r = iso_align_record_of(a, p);
    iso_err err = ISO_OK;

    r.measure = "coverage";
    r.estimator = "dictionary";
    r.src_layer = r.tgt_layer = p->layer;
    r.value = (double)g->asked[folds] / (double)g->words;
    r.interval = "none";
    r.n = g->words;
    ISO_TRY(iso_records_add(a->out, &r));
done:
    return err;
}

iso_err iso_align_add_records(struct align *a, const struct align_pair *p,
                              const struct align_rows *rows)
{
    const int last = a->ask->set->each_fold ? rows->folds : 0;
    iso_err err = ISO_OK;

    for (int m = 0; m < a->ask->measures; m++) {
        for (int stage = 0; stage < ALIGN_STAGES; stage++) {
            for (int f = -1; f < last; f++)
                ISO_TRY(add_record(a, p, rows, m, stage, f));
        }
    }
    if (rows->golds)
        ISO_TRY(add_coverage(a, p, rows->golds, rows->folds));
done:
    return err;
}
