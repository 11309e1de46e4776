/* Anchors: strings that the texts of two languages share. */
#include <string.h>

#include "analysis/study/words/words_job.h"
#include "lib/base/alloc.h"
#include "lib/encode/opened.h"
#include "lib/encode/vocabulary.h"

enum { KINDS = 4 };

static const char *const kinds[KINDS] = {"words", "words-share", "pieces", "pieces-share"};

static bool is_asked(const iso_words_opt *opt, int kind)
{
    return strcmp(opt->anchors, kinds[kind]) == 0 ||
           (strcmp(opt->anchors, "all") == 0 && (kind < 2 || opt->model));
}

/* Distinct strings that both have, of all that either has; or occurrences of these, of all. */
static void value_of(iso_record *r, const struct vocabulary_lang *a,
                     const struct vocabulary_lang *b, bool share)
{
    const struct vocabulary_shared s = iso_vocabulary_shared(a, b);

    r->n = share ? a->tokens + b->tokens : a->types + b->types - s.types;
    if (r->n == 0)
        r->why = "neither text has a word";
    else
        r->value = share ? (double)(s.tokens_a + s.tokens_b) / (double)r->n : (double)s.types;
}

static iso_err add_pairs(iso_records *out, const iso_texts *texts, const struct vocabulary *v,
                         int kind, const char *model)
{
    iso_err err = ISO_OK;

    for (int a = 0; a < v->count; a++)
        for (int b = a + 1; b < v->count; b++) {
            iso_record r = iso_record_none();
            r.measure = "anchors";
            r.estimator = kinds[kind];
            r.src = iso_texts_name(texts, a);
            r.tgt = iso_texts_name(texts, b);
            r.interval = "none";
            r.model = model;
            value_of(&r, &v->lang[a], &v->lang[b], kind % 2);
            ISO_TRY(iso_records_add(out, &r));
        }
done:
    return err;
}

static iso_err add_all(iso_records *out, const iso_texts *texts, const iso_words_opt *opt,
                       const iso_run *run)
{
    struct vocabulary words = {0}, pieces = {0};
    iso_tokenizer *tokenizer = NULL;
    iso_buf model = {0};
    iso_err err = ISO_OK;

    ISO_NEED(iso_texts_langs(texts) > 1, ISO_FIELD(anchors) " are of two languages: %s is alone",
             iso_texts_langs(texts) ? iso_texts_name(texts, 0) : "none");
    if (opt->model) {
        ISO_TRY(iso_model_tokenizer_open(&tokenizer, opt->model));
        iso_model_note_tokenizer(run, opt->model, tokenizer);
        ISO_TRY(iso_model_called(&model, opt->model));
    }
    ISO_TRY(iso_vocabulary_make(&words, &pieces, tokenizer, texts, run));
    for (int kind = 0; kind < KINDS; kind++)
        if (is_asked(opt, kind))
            ISO_TRY(add_pairs(out, texts, kind < 2 ? &words : &pieces, kind,
                              kind < 2 ? NULL : model.text));
done:
    iso_vocabulary_free(&words);
    iso_vocabulary_free(&pieces);
    iso_tokenizer_close(tokenizer);
    iso_buf_free(&model);
    return err;
}

iso_err iso_words_anchors(iso_records *out, const iso_texts *texts, const iso_words_opt *opt,
                          const iso_run *run)
{
    const int64_t before = iso_records_count(out);
    struct words_ask ask = {0};
    iso_texts *own = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_words_ask_make(&ask, opt, run));
    ISO_NEED(ask.opt.anchors, "needs " ISO_FIELD(anchors));
    ISO_NEED(!strstr(ask.opt.anchors, "pieces") || ask.opt.model,
             ISO_FIELD(anchors) " %s needs " ISO_FIELD(
                 model) " DIR, the checkpoint whose tokenizer cuts texts into pieces",
             ask.opt.anchors);
    if (!texts) {
        ISO_TRY(iso_texts_open(&own, NULL, 0, &ask.opt.texts, run));
        texts = own;
    }
    ISO_TRY(add_all(out, texts, &ask.opt, run));
done:
    if (err)
        iso_records_cut(out, before);
    iso_texts_close(own);
    iso_words_ask_free(&ask);
    return err;
}
