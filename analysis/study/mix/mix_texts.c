/* Which languages are mixed, which items of them (those that all have and in which all have
 * something to say), and which sentences do not belong together: whom the control `shuffled` mixes
 * with. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/study/items/parallel.h"
#include "analysis/study/mix/mix_inside.h"
#include "lib/base/alloc.h"
#include "lib/base/rng.h"

/* --- Languages --- */

int iso_mix_targets(const struct mix_job *job)
{
    return job->langs - !job->self;
}

int iso_mix_target_lang(const struct mix_job *job, int t)
{
    return t + !job->self;
}

int iso_mix_source_lang(const struct mix_job *job, int t)
{
    return job->self ? t : 0;
}

const struct encoding_lang *iso_mix_target(const struct mix_job *job, int t)
{
    return &job->in.lang[iso_mix_target_lang(job, t)];
}

/* Adds the languages of tgt, or all that are not the source (`first`, -1: none). */
static iso_err choose_targets(struct mix_job *job, int first)
{
    char word[128];
    int lang;
    iso_err err = ISO_OK;

    for (int i = 0; !job->opt.tgt && i < iso_texts_langs(job->texts); i++) {
        if (i != first)
            job->lang[job->langs++] = i;
    }
    for (const char *at = job->opt.tgt; at;) {
        at = iso_str_word(word, sizeof word, at);
        ISO_TRY(iso_texts_need(&lang, job->texts, "tgt", word));
        bool there = false;
        for (int i = 0; i < job->langs; i++)
            there = there || job->lang[i] == lang;
        if (!there)
            job->lang[job->langs++] = lang;
    }
done:
    return err;
}

iso_err iso_mix_choose(struct mix_job *job)
{
    const iso_mix_opt *opt = &job->opt;
    int first = -1;
    iso_err err = ISO_OK;

    job->self = !opt->src;
    ISO_TRY(iso_alloc(&job->lang, iso_texts_langs(job->texts), sizeof *job->lang));
    if (opt->src) {
        ISO_TRY(iso_texts_need(&first, job->texts, "src", opt->src));
        job->lang[job->langs++] = first;
    }
    ISO_TRY(choose_targets(job, first));
    if (iso_mix_targets(job) == 0)
        ISO_FAIL(ISO_EDATA, "%s: no language is left to mix %s into",
                 opt->texts.corpus ? opt->texts.corpus : "texts", opt->src ? opt->src : "anything");
done:
    return err;
}

/* --- Items --- */

/* The languages as iso_parallel_make wants them. */
static iso_err join(struct parallel *out, const struct encoding *t)
{
    iso_lang *about = NULL;
    const iso_lang **langs = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&about, t->lang_count, sizeof *about));
    ISO_TRY(iso_alloc(&langs, t->lang_count, sizeof *langs));
    for (int l = 0; l < t->lang_count; l++) {
        const struct encoding_lang *lang = &t->lang[l];
        about[l] = (iso_lang){.name = lang->name,
                              .items = lang->corpus.items,
                              .rows = lang->corpus.items,
                              .ids = lang->corpus.ids,
                              .path = lang->path};
        langs[l] = &about[l];
    }
    ISO_TRY(iso_parallel_make(out, langs, t->lang_count));
done:
    iso_free(about);
    iso_free(langs);
    return err;
}

static iso_err note_unshared(const struct mix_job *job)
{
    const struct encoding *t = &job->in;
    iso_buf line = {0};
    iso_err err = ISO_OK;

    for (int l = 0; l < t->lang_count; l++) {
        const int64_t alone = t->lang[l].corpus.items - job->items;
        if (alone > 0)
            ISO_TRY(iso_buf_printf(&line, "%s %s %" PRId64, line.len ? "," : "", t->lang[l].name,
                                   alone));
    }
    if (line.len)
        iso_run_note(job->run,
                     "%" PRId64 " items have an id in all languages; others are left out:%s",
                     job->items, line.text);
done:
    iso_buf_free(&line);
    return err;
}

static iso_err take_picks(struct mix_job *job, const struct parallel *p)
{
    iso_err err = ISO_OK;

    job->items = p->items;
    ISO_TRY(iso_alloc(&job->pick, job->in.lang_count, sizeof *job->pick));
    for (int l = 0; l < job->in.lang_count; l++) {
        ISO_TRY(iso_alloc(&job->pick[l], job->items, sizeof **job->pick));
        for (int64_t i = 0; i < job->items; i++)
            job->pick[l][i] = p->pick[l] ? p->pick[l][i] : i;
    }
    ISO_TRY(note_unshared(job));
done:
    return err;
}

/* Nothing but special tokens. */
static bool says_nothing(const struct encoding_lang *l, int64_t item)
{
    for (int64_t i = l->token_at[item]; i < l->token_at[item + 1]; i++) {
        if (!(l->mark[i] & TOKEN_SPECIAL))
            return false;
    }
    return true;
}

/* The first language in which item i is empty, or -1. */
static int empty_in(const struct mix_job *job, int64_t i)
{
    for (int l = 0; l < job->in.lang_count; l++) {
        if (says_nothing(&job->in.lang[l], job->pick[l][i]))
            return l;
    }
    return -1;
}

static iso_err name_item(iso_buf *out, const struct encoding_lang *l, int64_t item)
{
    return l->corpus.ids ? iso_buf_printf(out, "%s", l->corpus.ids[item])
                         : iso_buf_printf(out, "%" PRId64, item);
}

static iso_err drop_empty(struct mix_job *job)
{
    const struct encoding_lang *first = NULL;
    const int64_t all = job->items;
    int64_t kept = 0;
    iso_buf name = {0};
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < all; i++) {
        const int lang = empty_in(job, i);
        if (lang >= 0 && !first) {
            first = &job->in.lang[lang];
            ISO_TRY(name_item(&name, first, job->pick[lang][i]));
        }
        for (int l = 0; lang < 0 && l < job->in.lang_count; l++)
            job->pick[l][kept] = job->pick[l][i];
        kept += lang < 0;
    }
    job->items = kept;
    if (first)
        iso_run_note(job->run,
                     "%" PRId64 " of %" PRId64 " items are empty in a language and left out "
                     "everywhere, the first is %s in %s",
                     all - kept, all, name.text, first->name);
done:
    iso_buf_free(&name);
    return err;
}

/* A translation that lost its end, or whose source did, is no whole translation any more. */
static iso_err note_cut(const struct mix_job *job, int target)
{
    const int s = iso_mix_source_lang(job, target), t = iso_mix_target_lang(job, target);
    const struct encoding_lang *src = &job->in.lang[s], *tgt = &job->in.lang[t];
    int64_t one = 0, both = 0;
    iso_buf name = {0};
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < job->items; i++) {
        const bool a = src->cut[job->pick[s][i]], b = tgt->cut[job->pick[t][i]];
        if (a != b && one++ == 0)
            ISO_TRY(name_item(&name, tgt, job->pick[t][i]));
        both += a && b;
    }
    if (one > 0)
        iso_run_note(job->run,
                     "%s: %" PRId64 " of %" PRId64 " sentences are cut to %" PRId64
                     " tokens on one side only, the first is %s; on both sides %" PRId64,
                     tgt->name, one, job->items, job->in.longest, name.text, both);
    else if (both > 0)
        iso_run_note(job->run,
                     "%s: %" PRId64 " of %" PRId64 " sentences are cut to %" PRId64 " tokens",
                     tgt->name, both, job->items, job->in.longest);
done:
    iso_buf_free(&name);
    return err;
}

int64_t iso_mix_spaced(int64_t i, int64_t items, int64_t of)
{
    return i * of / items;
}

static void sample(struct mix_job *job)
{
    const int64_t items = job->opt.sample, all = job->items;

    if (items <= 0 || items >= all)
        return;
    for (int l = 0; l < job->in.lang_count; l++) {
        for (int64_t i = 0; i < items; i++)
            job->pick[l][i] = job->pick[l][iso_mix_spaced(i, items, all)];
    }
    job->items = items;
}

iso_err iso_mix_items(struct mix_job *job)
{
    struct parallel p = {0};
    iso_err err = ISO_OK;

    ISO_TRY(join(&p, &job->in));
    ISO_TRY(take_picks(job, &p));
    ISO_TRY(drop_empty(job));
    if (job->items == 0)
        ISO_FAIL(ISO_EDATA, "%s: no item has text in all languages: nothing to mix",
                 job->in.lang[0].path);
    sample(job);
    for (int t = 0; t < iso_mix_targets(job); t++)
        ISO_TRY(note_cut(job, t));
done:
    iso_parallel_free(&p);
    return err;
}

/* --- The control of mismatched pairs --- */

struct candidate {
    int64_t tokens, item;
    uint64_t order;
};

static int by_length(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;

    if (x->tokens != y->tokens)
        return x->tokens < y->tokens ? -1 : 1;
    if (x->order != y->order)
        return x->order < y->order ? -1 : 1;
    return (x->item > y->item) - (x->item < y->item);
}

static bool same_text(const struct encoding_lang *l, int64_t a, int64_t b)
{
    const int64_t n = l->token_at[a + 1] - l->token_at[a];

    return n == l->token_at[b + 1] - l->token_at[b] &&
           memcmp(l->ids + l->token_at[a], l->ids + l->token_at[b], (size_t)n * sizeof *l->ids) ==
               0;
}

/* The next one of the order with other text; behind the last the nearest one before. -1: none. */
static int64_t next(const struct candidate *list, int64_t items, int64_t at,
                    const struct encoding_lang *l, const int64_t *pick)
{
    const int64_t own = pick[list[at].item];

    for (int64_t i = at + 1; i < items; i++) {
        if (!same_text(l, own, pick[list[i].item]))
            return list[i].item;
    }
    for (int64_t i = at - 1; i >= 0; i--) {
        if (!same_text(l, own, pick[list[i].item]))
            return list[i].item;
    }
    return -1;
}

iso_err iso_mix_mismatch(int64_t *out, bool *none, const struct encoding_lang *l,
                         const int64_t *pick, int64_t items, uint64_t seed)
{
    struct candidate *list = NULL;
    iso_err err = iso_alloc(&list, items, sizeof *list);

    if (err)
        return err;
    for (int64_t i = 0; i < items; i++) {
        iso_rng rng = iso_rng_seeded(seed, (uint64_t)pick[i]);
        list[i] = (struct candidate){l->token_at[pick[i] + 1] - l->token_at[pick[i]], i,
                                     iso_rng_next(&rng)};
    }
    qsort(list, (size_t)items, sizeof *list, by_length);
    *none = false;
    for (int64_t i = 0; i < items && !*none; i++) {
        out[list[i].item] = next(list, items, i, l, pick);
        *none = out[list[i].item] < 0;
    }
    iso_free(list);
    return ISO_OK;
}
