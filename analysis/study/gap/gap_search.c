/* All correlations of a call under one permutation of its languages: p, and p of the strongest. */
#include <math.h>
#include <string.h>

#include "analysis/study/gap/gap_inside.h"
#include "lib/base/alloc.h"

iso_err iso_gap_search_put(const struct gap_job *job, const iso_records *out,
                           const struct iso_permuted_test *test)
{
    struct gap_search *s = job->search;
    struct iso_permuted_test t = *test;
    iso_err err = ISO_OK;

    t.tag = out->count - 1;
    ISO_TRY(iso_permuted_add(&s->tests, &t));
    if (!s->used)
        ISO_TRY(iso_alloc(&s->used, job->tgts + 1, sizeof *s->used));
    for (int64_t i = 0; i < t.n; i++)
        s->used[t.item[i]] = true;
done:
    return err;
}

void iso_gap_search_free(struct gap_search *s)
{
    if (!s)
        return;
    iso_permuted_free(&s->tests);
    iso_free(s->block);
    iso_free(s->used);
}

/* --- Blocks --- */

static const char *lang_at(const struct gap_job *job, int i)
{
    return i < job->tgts ? job->tgt[i] : job->src;
}

static int fellows_of(const struct gap_search *s, int i, int langs)
{
    int count = 0;

    for (int j = 0; j < langs; j++)
        count += s->used[j] && j != i && s->block[j] == s->block[i];
    return count;
}

/* "sw, th" of the languages that are permuted and have no block, or have one for themselves. */
static iso_err list_of(iso_buf *out, int *count, const struct gap_job *job, bool alone)
{
    const struct gap_search *s = job->search;
    iso_err err = ISO_OK;

    *count = 0;
    for (int i = 0; i <= job->tgts; i++) {
        if (!s->used[i] || (alone ? fellows_of(s, i, job->tgts + 1) > 0 : s->block[i] >= 0))
            continue;
        ISO_TRY(iso_buf_printf(out, "%s%s", (*count)++ ? ", " : "", lang_at(job, i)));
    }
done:
    return err;
}

static int used_in(const struct gap_job *job)
{
    int count = 0;

    for (int i = 0; i <= job->tgts; i++)
        count += job->search->used[i];
    return count;
}

static iso_err make_blocks(const struct gap_job *job)
{
    const char *path = job->opt.blocks;
    struct gap_search *s = job->search;
    iso_buf list = {0};
    int count;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&s->block, job->tgts + 1, sizeof *s->block));
    ISO_TRY(iso_gap_blocks_read(s->block, job));
    ISO_TRY(list_of(&list, &count, job, false));
    if (count)
        ISO_FAIL(ISO_EDATA, "%s has no block of %s: add them, or leave them out by " ISO_FIELD(tgt),
                 path, list.text);
    ISO_TRY(list_of(&list, &count, job, true));
    if (count == used_in(job))
        ISO_FAIL(ISO_EDATA,
                 "%s: each language has a block of its own, so there is nothing to permute: join "
                 "blocks, or do without " ISO_FIELD(blocks),
                 path);
    if (count)
        iso_run_note(job->run, "%s: alone in a block, and never moved by a permutation: %s", path,
                     list.text);
done:
    iso_buf_free(&list);
    return err;
}

static void note_possible(const struct gap_job *job, double possible)
{
    if (possible * ISO_LEVEL < 1)
        iso_run_note(job->run,
                     "%s: the blocks allow %.0f permutations, so no p is below %.3f and none can "
                     "show anything at %.2f",
                     job->opt.blocks, possible, 1 / possible, ISO_LEVEL);
}

/* --- Families --- */

/* Correlations of one kind: the same coefficient of the same quantities, with something given or
 * nothing, of the states or of one baseline; discrepancies and layers aside. */
static bool of_one_family(const iso_record *a, const iso_record *b)
{
    return strcmp(a->measure, b->measure) == 0 && iso_str_same(a->estimator, b->estimator) &&
           iso_str_same(a->y, b->y) && iso_str_same(a->baseline, b->baseline) &&
           !a->given == !b->given;
}

static iso_err make_families(struct iso_permuted *tests, const iso_records *records)
{
    const iso_record **first = NULL;
    int families = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&first, tests->count, sizeof *first));
    for (int i = 0; i < tests->count; i++) {
        const iso_record *r = &records->at[tests->at[i].tag];
        int f = 0;
        while (f < families && !of_one_family(first[f], r))
            f++;
        if (f == families)
            first[families++] = r;
        tests->at[i].family = f;
    }
done:
    iso_free(first);
    return err;
}

iso_err iso_gap_search_run(iso_records *out, const struct gap_job *job)
{
    struct iso_permuted *tests = &job->search->tests;
    iso_err err = ISO_OK;

    if (tests->count == 0)
        return ISO_OK;
    if (job->opt.blocks)
        ISO_TRY(make_blocks(job));
    ISO_TRY(make_families(tests, out));
    ISO_TRY(iso_permuted_run(tests,
                             &(struct iso_permuted_opt){.permutations = job->opt.permutations,
                                                        .seed = iso_run_seed(job->run),
                                                        .block = job->search->block},
                             job->run));
    if (job->opt.blocks)
        note_possible(job, tests->possible);
    for (int i = 0; i < tests->count; i++) {
        const struct iso_permuted_one *t = &tests->at[i];
        iso_record *r = &out->at[t->tag];
        r->p = t->p;
        r->p_max = t->p_max;
        r->family = t->together;
        r->permutations = tests->tried;
    }
done:
    return err;
}
