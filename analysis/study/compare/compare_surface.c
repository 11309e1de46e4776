#include "analysis/study/compare/compare_surface.h"

#include "lib/base/alloc.h"

int iso_compare_surface_find(const struct compare_surface *s, const struct origin *o)
{
    const struct compare_tokens *t = &s->at[o->collection];

    for (int l = 0; l < t->count; l++) {
        if (t->lang[l] == o->lang)
            return l;
    }
    return -1;
}

/* Every language of the pairs once. */
static iso_err choose(struct compare_surface *s, const struct pairing *p)
{
    iso_err err = ISO_OK;

    for (int c = 0; c < 2; c++)
        ISO_TRY(iso_alloc(&s->at[c].lang, p->matrices, sizeof *s->at[c].lang));
    for (int m = 0; m < p->matrices; m++) {
        const struct origin *o = &p->origin[m];
        if (iso_compare_surface_find(s, o) < 0)
            s->at[o->collection].lang[s->at[o->collection].count++] = o->lang;
    }
done:
    return err;
}

static iso_err make(struct compare_surface *s, const struct pairing *p, const iso_baseline_opt *opt,
                    const iso_run *run)
{
    const iso_model_opt model = {.folder = opt->model};
    const iso_texts_opt texts = {.corpus = opt->corpus};
    iso_err err = ISO_OK;

    ISO_TRY(choose(s, p));
    ISO_TRY(iso_model_open(&s->model, &model, run));
    if (opt->corpus)
        ISO_TRY(iso_texts_open(&s->corpus, NULL, 0, &texts, run));
    for (int c = 0; c < 2; c++) {
        struct compare_tokens *t = &s->at[c];
        if (t->count == 0)
            continue;
        ISO_TRY(iso_states_texts(&t->texts, p->states[c], t->lang, t->count, s->corpus, run));
        ISO_TRY(iso_surface_make(&t->surface, s->model, t->texts.texts, run));
    }
done:
    return err;
}

iso_err iso_compare_surface_make(struct compare_surface *out, const struct pairing *p,
                                 const iso_baseline_opt *opt, const iso_run *run)
{
    struct compare_surface s = {0};
    iso_err err = make(&s, p, opt, run);

    if (!err)
        *out = s;
    else
        iso_compare_surface_free(&s);
    return err;
}

void iso_compare_surface_free(struct compare_surface *s)
{
    for (int c = 0; c < 2; c++) {
        iso_surface_free(&s->at[c].surface);
        iso_states_texts_free(&s->at[c].texts);
        iso_free(s->at[c].lang);
    }
    iso_texts_close(s->corpus);
    iso_model_close(s->model);
    *s = (struct compare_surface){0};
}
