#include "analysis/search/mingling.h"

#include <math.h>
#include <string.h>

#include "analysis/search/neighbours.h"
#include "lib/base/alloc.h"

/* --- Neighbours --- */

/* The first k of k + 1 that are not row i itself. */
static void without_self(int32_t *out, const int32_t *found, int k, int64_t i)
{
    for (int j = 0, at = 0; at < k; j++) {
        if (found[j] != i)
            out[at++] = found[j];
        else if (j == k)
            break;
    }
}

iso_err iso_near_others(int32_t *near, iso_view x, int k, const iso_run *run)
{
    iso_near found = {0};
    iso_err err = ISO_OK;

    ISO_NEED(k >= 1 && k < x.rows, "%d neighbours of %lld rows: there are %lld others", k,
             (long long)x.rows, (long long)x.rows - 1);
    ISO_TRY(iso_near_find(&found, NULL, x, x, &(iso_near_opt){.k = k + 1}, run, NULL));
    for (int64_t i = 0; i < x.rows; i++)
        without_self(near + i * k, found.index + i * (k + 1), k, i);
done:
    iso_near_free(&found);
    return err;
}

/* --- What they say --- */

/* Entropies are sums of these: term[m] = −m/k ln m/k. */
static void fill_terms(double *term, int k)
{
    for (int m = 0; m <= k; m++) {
        const double share = (double)m / k;
        term[m] = m ? -share * log(share) : 0;
    }
}

/* Of one row. count[]: of each language, zero before and after. */
static inline iso_mingled look(uint8_t *reach, int32_t *count, const int32_t *near,
                               const int32_t *label, int own, int k, int least, const double *term)
{
    iso_mingled m = {0};
    int others = 0;

    for (int j = 0; j < k; j++)
        count[label[near[j]]]++;
    m.other = (double)(k - count[own]) / k;
    for (int j = 0; j < k; j++) {
        const int32_t c = label[near[j]];
        if (count[c] == 0)
            continue;
        m.entropy += term[count[c]];
        others += c != own;
        if (c != own)
            reach[c] = 1;
        count[c] = 0;
    }
    m.bridge = others >= least;
    return m;
}

/* Room for counts and terms. */
struct room {
    int32_t *count;
    double *term;
};

static iso_err make_room(struct room *out, const iso_neighbourhood *of)
{
    struct room r = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&r.count, of->langs, sizeof *r.count));
    ISO_TRY(iso_alloc(&r.term, of->k + 1, sizeof *r.term));
    fill_terms(r.term, of->k);
    *out = r;
    return ISO_OK;
done:
    iso_free(r.count);
    return err;
}

static void free_room(struct room *r)
{
    iso_free(r->count);
    iso_free(r->term);
}

iso_err iso_mingled_rows(iso_mingled *out, uint8_t *reach, const iso_neighbourhood *of,
                         const int32_t *label, int least)
{
    struct room r = {0};
    iso_err err = ISO_OK;

    ISO_TRY(make_room(&r, of));
    for (int64_t i = 0; i < of->rows; i++)
        out[i] = look(reach + i * of->langs, r.count, of->near + i * of->k, label, label[i], of->k,
                      least, r.term);
done:
    free_room(&r);
    return err;
}

iso_err iso_mingled_sums(iso_mingled *out, uint8_t *reach, const iso_neighbourhood *of,
                         const int32_t *label, int least)
{
    struct room r = {0};
    iso_err err = ISO_OK;

    ISO_TRY(make_room(&r, of));
    memset(out, 0, (size_t)of->langs * sizeof *out);
    for (int64_t i = 0; i < of->rows; i++) {
        const int own = label[i];
        const iso_mingled m = look(reach + (int64_t)own * of->langs, r.count, of->near + i * of->k,
                                   label, own, of->k, least, r.term);
        out[own].other += m.other;
        out[own].entropy += m.entropy;
        out[own].bridge += m.bridge;
    }
done:
    free_room(&r);
    return err;
}

/* --- What shuffled labels are expected to say --- */

/* The chance that k of `all` things, of which `of` are marked, hold m marked ones. */
static double drawn(int64_t m, int64_t all, int64_t of, int64_t k)
{
    double p = 1;

    if (m > of || k - m > all - of)
        return 0;
    for (int64_t i = 0; i < m; i++)
        p *= (double)(of - i) / (double)(all - i) * ((double)(k - i) / (double)(i + 1));
    for (int64_t i = 0; i < k - m; i++)
        p *= (double)(all - of - i) / (double)(all - m - i);
    return p;
}

/* The share in the entropy of a language with `of` rows among the n − 1 others. */
static double expected_term(const double *term, int64_t others, int64_t of, int k)
{
    double sum = 0;

    for (int m = 1; m < k; m++)
        sum += term[m] * drawn(m, others, of, k);
    return sum;
}

iso_err iso_mingled_expected(iso_mingled *out, const int64_t *size, int langs, int k)
{
    double *term = NULL, *foreign = NULL, all = 0;
    int64_t n = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&term, k + 1, sizeof *term));
    ISO_TRY(iso_alloc(&foreign, langs, sizeof *foreign));
    fill_terms(term, k);
    for (int l = 0; l < langs; l++)
        n += size[l];
    for (int l = 0; l < langs; l++)
        all += foreign[l] = expected_term(term, n - 1, size[l], k);
    for (int l = 0; l < langs; l++)
        out[l] =
            (iso_mingled){.other = (double)(n - size[l]) / (double)(n - 1),
                          .entropy = all - foreign[l] + expected_term(term, n - 1, size[l] - 1, k)};
done:
    iso_free(term);
    iso_free(foreign);
    return err;
}
