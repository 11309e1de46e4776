/* From ranks to records: every rule over every denominator. */
#include <math.h>

#include "analysis/search/answers.h"
#include "analysis/study/words/words_job.h"
#include "analysis/study/items/records.h"
#include "lib/base/alloc.h"

static iso_err add(iso_records *out, const iso_record *like, const iso_value *v)
{
    iso_record r = *like;

    iso_record_value(&r, v);
    return iso_records_add(out, &r);
}

/* P@k for each k asked, then MRR, of one rule and denominator. */
static iso_err add_scores(iso_records *out, const iso_record *like, const iso_answers *answers,
                          iso_denominator over, const struct words_ask *ask, uint64_t seed)
{
    iso_record r = *like;
    iso_value v;
    iso_err err = ISO_OK;

    r.denominator = iso_denominator_name(over);
    for (int i = 0; i <= ask->ranks; i++) {
        const bool mrr = i == ask->ranks;
        const int64_t k = mrr ? 0 : ask->rank[i];
        r.measure = mrr ? "mrr" : "p@k";
        r.k = mrr ? ISO_NO_INT : k;
        ISO_TRY(iso_answers_score(&v, answers, k, over, ask->boot, seed));
        ISO_TRY(add(out, &r, &v));
    }
done:
    return err;
}

static iso_err add_coverage(iso_records *out, const iso_record *like, const iso_answers *answers)
{
    iso_record r = *like;
    iso_value v;
    iso_err err = ISO_OK;

    r.measure = "coverage";
    r.estimator = "dictionary";
    r.direction = NULL;
    ISO_TRY(iso_answers_coverage(&v, answers));
    ISO_TRY(add(out, &r, &v));
done:
    return err;
}

static iso_record with_rule(const iso_record *like, const struct words_ask *ask, iso_rule rule)
{
    iso_record r = *like;

    r.estimator = iso_rule_name(rule);
    if (rule != ISO_RULE_COSINE && rule != ISO_RULE_INVSOFTMAX)
        r.neighbours = ask->near.neighbours;
    if (rule == ISO_RULE_INVSOFTMAX)
        r.param = ask->near.beta > 0 ? ask->near.beta : ISO_RULE_BETA;
    return r;
}

iso_err iso_words_score(iso_records *out, const iso_record *like, const struct words_test *test,
                        iso_view x, iso_view y, const struct words_ask *ask)
{
    const uint64_t seed = iso_run_seed(ask->run);
    iso_answers answers = {test->words, y.rows, test->first, NULL};
    int64_t *rank = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&rank, test->pairs, sizeof *rank));
    answers.rank = rank;
    for (int i = 0; i < ask->rules; i++) {
        const iso_record r = with_rule(like, ask, ask->rule[i]);
        iso_near_opt near = ask->near;
        near.rule = ask->rule[i];
        ISO_TRY(
            iso_near_ranks(rank, x, y, test->query, test->target, test->pairs, &near, ask->run));
        for (int over = 0; over < ISO_DENOMINATORS; over++)
            ISO_TRY(add_scores(out, &r, &answers, (iso_denominator)over, ask, seed));
    }
    ISO_TRY(add_coverage(out, like, &answers));
done:
    iso_free(rank);
    return err;
}
