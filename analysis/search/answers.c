#include "analysis/search/answers.h"

#include <math.h>
#include <stdbool.h>

#include "lib/base/alloc.h"

const char *iso_denominator_name(iso_denominator d)
{
    static const char *const name[] = {"in-vocabulary", "all-words", "pairs"};

    return name[d];
}

static int64_t answers_of(const iso_answers *g, int64_t w)
{
    return g->first[w + 1] - g->first[w];
}

/* 0 when the word has no answer. */
static int64_t best_rank(const iso_answers *g, int64_t w)
{
    int64_t best = 0;

    for (int64_t i = g->first[w]; i < g->first[w + 1]; i++) {
        if (!best || g->rank[i] < best)
            best = g->rank[i];
    }
    return best;
}

static double outcome(int64_t rank, int64_t k)
{
    return k > 0 ? iso_hit(rank, k) : iso_reciprocal(rank);
}

/* Mean chance over words; numbers of answers repeat, so each is computed once. */
static iso_err mean_chance(double *out, const iso_answers *g, int64_t k, int64_t words)
{
    int64_t most = 0;
    double *known = NULL, sum = 0;
    iso_err err = ISO_OK;

    for (int64_t w = 0; w < g->words; w++)
        most = answers_of(g, w) > most ? answers_of(g, w) : most;
    ISO_TRY(iso_alloc(&known, most + 1, sizeof *known));
    for (int64_t w = 0; w < g->words; w++) {
        const int64_t m = answers_of(g, w);
        if (m > 0 && known[m] == 0)
            known[m] = iso_hits_chance(g->candidates, m, k);
        sum += known[m];
    }
    *out = sum / (double)words;
done:
    iso_free(known);
    return err;
}

/* --- Scores --- */

static int64_t collect(double *to, const iso_answers *g, int64_t k, iso_denominator over)
{
    int64_t n = 0;

    for (int64_t w = 0; w < g->words; w++) {
        if (over == ISO_OVER_PAIRS) {
            for (int64_t i = g->first[w]; i < g->first[w + 1]; i++)
                to[n++] = outcome(g->rank[i], k);
        } else if (over == ISO_OVER_ALL_WORDS || answers_of(g, w) > 0) {
            to[n++] = outcome(best_rank(g, w), k);
        }
    }
    return n;
}

/* Pairs of one word are not independent, so words are drawn, each with all its pairs. */
static iso_err pairs_interval(iso_value *v, const double *result, const iso_answers *g,
                              iso_boot boot, uint64_t seed)
{
    double *part = NULL, *whole = NULL;
    int64_t n = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&part, g->words, sizeof *part));
    ISO_TRY(iso_alloc(&whole, g->words, sizeof *whole));
    for (int64_t w = 0; w < g->words; w++) {
        for (int64_t i = g->first[w]; i < g->first[w + 1]; i++)
            part[n] += result[i];
        whole[n] = (double)answers_of(g, w);
        n += whole[n] > 0;
    }
    ISO_TRY(iso_hits_ratio(v, part, whole, n, boot, seed));
done:
    iso_free(part);
    iso_free(whole);
    return err;
}

iso_err iso_answers_score(iso_value *out, const iso_answers *g, int64_t k, iso_denominator over,
                          iso_boot boot, uint64_t seed)
{
    const bool by_pair = over == ISO_OVER_PAIRS;
    double *result = NULL;
    iso_value v;
    int64_t n;
    iso_err err = ISO_OK;

    ISO_NEED(k >= 0 && k <= g->candidates, "p@%lld among %lld candidates", (long long)k,
             (long long)g->candidates);
    ISO_TRY(iso_alloc(&result, by_pair ? g->first[g->words] : g->words, sizeof *result));
    n = collect(result, g, k, over);
    ISO_TRY(iso_hits_mean(&v, result, n, by_pair ? ISO_BOOT_NONE : boot, seed));
    if (n > 0 && by_pair) {
        v.null = iso_hits_chance(g->candidates, 1, k);
        if (boot != ISO_BOOT_NONE)
            ISO_TRY(pairs_interval(&v, result, g, boot, seed));
    } else if (n > 0) {
        ISO_TRY(mean_chance(&v.null, g, k, n));
    }
    *out = v;
done:
    iso_free(result);
    return err;
}

iso_err iso_answers_coverage(iso_value *out, const iso_answers *g)
{
    double *result = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&result, g->words, sizeof *result));
    for (int64_t w = 0; w < g->words; w++)
        result[w] = answers_of(g, w) > 0;
    ISO_TRY(iso_hits_mean(out, result, g->words, ISO_BOOT_NONE, 0));
done:
    iso_free(result);
    return err;
}
