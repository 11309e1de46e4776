/* What texts predict: coverage of the vocabulary, shared words and pieces, type-token ratio. */
#include <math.h>
#include <string.h>

#include "analysis/study/select/select_inside.h"
#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/encode/opened.h"
#include "lib/encode/vocabulary.h"

/* The language of the texts that language i of the job is, or −1. */
static int text_of(const struct select_job *job, int i)
{
    return iso_texts_find(job->texts, iso_select_lang(job, i));
}

static const struct vocabulary_lang *lang_of(const struct vocabulary *v,
                                             const struct select_job *job, int i)
{
    const int at = text_of(job, i);

    return at < 0 || v->lang[at].tokens == 0 ? NULL : &v->lang[at];
}

static iso_err mark_missing(struct select_predictor *p, const struct vocabulary *v,
                            const struct select_job *job)
{
    for (int i = 0; i < job->count; i++)
        p->missing[i] = !lang_of(v, job, i);
    return iso_select_note_missing(job, p, "languages without text");
}

/* --- Coverage --- */

/* A bit for every piece that any language has: its number among them. */
static iso_err number_pieces(int32_t **out, int64_t *count, const struct vocabulary *v)
{
    int32_t *number = NULL;
    int64_t ids = 0;
    iso_err err = ISO_OK;

    for (int l = 0; l < v->count; l++) {
        const struct vocabulary_lang *a = &v->lang[l];
        if (a->types && a->id[a->types - 1] >= ids)
            ids = (int64_t)a->id[a->types - 1] + 1;
    }
    ISO_TRY(iso_alloc(&number, ids, sizeof *number));
    for (int l = 0; l < v->count; l++)
        for (int64_t i = 0; i < v->lang[l].types; i++)
            number[v->lang[l].id[i]] = 1;
    *count = 0;
    for (int64_t i = 0; i < ids; i++)
        number[i] = number[i] ? (int32_t)(*count)++ : 0;
    *out = number;
done:
    return err;
}

static iso_err add_coverage(struct select_job *job, const struct vocabulary *v)
{
    struct select_predictor *p;
    int32_t *number = NULL;
    int64_t pieces;
    uint64_t *any = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_select_add(&p, job, "coverage", "pieces", SELECT_UNION, false));
    ISO_TRY(mark_missing(p, v, job));
    ISO_TRY(number_pieces(&number, &pieces, v));
    p->words = (pieces + 63) / 64;
    ISO_TRY(iso_alloc(&p->bits, job->count * p->words, sizeof *p->bits));
    ISO_TRY(iso_alloc(&any, p->words, sizeof *any));
    for (int i = 0; i < job->count; i++) {
        const struct vocabulary_lang *a = lang_of(v, job, i);
        for (int64_t t = 0; a && t < a->types; t++) {
            const int32_t bit = number[a->id[t]];
            p->bits[i * p->words + bit / 64] |= UINT64_C(1) << bit % 64;
            if (i < job->candidates)
                any[bit / 64] |= UINT64_C(1) << bit % 64;
        }
    }
    for (int64_t i = 0; i < p->words; i++)
        p->all += __builtin_popcountll(any[i]);
done:
    iso_free(number);
    iso_free(any);
    return err;
}

/* --- Overlap --- */

/* |A ∩ B| / (|A| + |B|), as LangRank has it. */
static iso_err add_overlap(struct select_job *job, const struct vocabulary *v, const char *name)
{
    struct select_predictor *p;
    iso_err err = ISO_OK;

    ISO_TRY(iso_select_add(&p, job, "overlap", name, SELECT_NEAREST, false));
    for (int i = 0; i < job->count; i++) {
        const struct vocabulary_lang *a = lang_of(v, job, i);
        for (int j = 0; a && j <= i; j++) {
            const struct vocabulary_lang *b = lang_of(v, job, j);
            if (b)
                p->matrix[i * job->count + j] = p->matrix[j * job->count + i] =
                    (double)iso_vocabulary_shared(a, b).types / (double)(a->types + b->types);
        }
        p->missing[i] = !a;
    }
done:
    return err;
}

/* --- Type-token ratio --- */

static iso_err add_ratio(struct select_job *job, const struct vocabulary *v)
{
    struct select_predictor *mean, *apart;
    iso_err err = ISO_OK;

    ISO_TRY(iso_select_add(&mean, job, "ttr", "sources", SELECT_MEAN, false));
    if (!job->opt.model)
        ISO_TRY(mark_missing(mean, v, job));
    for (int i = 0; i < job->count; i++) {
        const struct vocabulary_lang *a = lang_of(v, job, i);
        mean->missing[i] = !a;
        mean->number[i] = a ? (double)a->types / (double)a->tokens : 0;
    }
    ISO_TRY(iso_select_add(&apart, job, "ttr", "distance", SELECT_NEAREST, true));
    for (int i = 0; i < job->count; i++) {
        apart->missing[i] = mean->missing[i];
        for (int j = 0; j < job->count; j++)
            if (!mean->missing[i] && !mean->missing[j])
                apart->matrix[i * job->count + j] = pow(1 - mean->number[i] / mean->number[j], 2);
    }
done:
    return err;
}

/* --- Both --- */

/* Pieces of another model's vocabulary say little about these states. */
static iso_err compare_models(const struct select_job *job)
{
    const char *of = job->states ? iso_states_about(job->states)->model : NULL;
    iso_buf name = {0};
    iso_err err = ISO_OK;

    if (!of)
        return ISO_OK;
    ISO_TRY(iso_model_called(&name, job->opt.model));
    const char *slash = strrchr(of, '/'), *end = strrchr(name.text, '/');
    if (strcmp(slash ? slash + 1 : of, end ? end + 1 : name.text) != 0)
        iso_run_note(job->run,
                     "the states are of %s, " ISO_FIELD(
                         model) " is %s: coverage and overlap of pieces are another model's",
                     of, name.text);
done:
    iso_buf_free(&name);
    return err;
}

iso_err iso_select_texts(struct select_job *job)
{
    struct vocabulary words = {0}, pieces = {0};
    iso_tokenizer *tokenizer = NULL;
    iso_err err = ISO_OK;

    if (job->opt.model) {
        ISO_TRY(iso_model_tokenizer_open(&tokenizer, job->opt.model));
        iso_model_note_tokenizer(job->run, job->opt.model, tokenizer);
        ISO_TRY(compare_models(job));
    }
    ISO_TRY(iso_vocabulary_make(&words, &pieces, tokenizer, job->texts, job->run));
    if (tokenizer) {
        ISO_TRY(add_coverage(job, &pieces));
        ISO_TRY(add_overlap(job, &pieces, "pieces"));
    }
    ISO_TRY(add_overlap(job, &words, "words"));
    ISO_TRY(add_ratio(job, &words));
done:
    iso_vocabulary_free(&words);
    iso_vocabulary_free(&pieces);
    iso_tokenizer_close(tokenizer);
    return err;
}
