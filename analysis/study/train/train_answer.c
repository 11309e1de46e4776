/* Answers: the best span over the windows of a question, and how good it is. */
#include <math.h>
#include <string.h>

#include "analysis/study/train/train_inside.h"
#include "lib/base/alloc.h"
#include "lib/text/answer_score.h"
#include "lib/train/spans.h"

enum { LONGEST = 30 /* tokens of an answer */ };

void iso_train_answered_free(struct answered *a)
{
    for (int l = 0; l < a->count; l++) {
        if (a->exact)
            iso_tally_free(&a->exact[l]);
        if (a->f1)
            iso_tally_free(&a->f1[l]);
    }
    iso_free(a->exact);
    iso_free(a->f1);
    iso_free(a->lang);
    *a = (struct answered){0};
}

/* --- What is said of each window --- */

struct spans {
    const struct training *t;
    enum train_part part;
    iso_span *span; /* of each example */
};

static const struct window *window_of(const struct training *t, enum train_part part, int64_t i)
{
    const struct example *e = &t->set.part[part].at[i];

    return &t->set.of[part]->windows.lang[e->lang].at[e->item];
}

static iso_err take_spans(void *to, const int64_t *list, int64_t count, const iso_micro *micro,
                          const float *logits)
{
    const struct spans *s = to;

    for (int64_t i = 0; i < count; i++) {
        const struct window *w = window_of(s->t, s->part, list[i]);
        const iso_span best =
            iso_span_best(logits + 2 * micro->target.batch.offsets[i], w->context, w->end, LONGEST);
        if (!isfinite(best.score) && w->context < w->end && s->part == TRAIN_DEV)
            return iso_train_not_finite();
        s->span[list[i]] = best;
    }
    return ISO_OK;
}

/* --- How good it is --- */

/* Against the answer that it is closest to. */
static iso_err score(struct answer_score *out, const struct train_texts *x, int lang,
                     const struct window *w, const iso_span *span)
{
    const struct window_lang *of = &x->windows.lang[lang];
    const int64_t at = x->windows.in.lang[lang].token_at[w - of->at];
    const char *context = x->in.lang[lang].corpus.text2[w->item];
    int64_t begin = 0, end = 0;
    iso_json *root = NULL;
    iso_err err = ISO_OK;

    if (isfinite(span->score)) {
        begin = of->begin[at + span->first];
        end = of->stop[at + span->last];
    }
    *out = (struct answer_score){0, 0};
    ISO_TRY(iso_train_answers(&root, &x->in.lang[lang], w->item, x->label[lang][w->item]));
    for (const iso_json *a = iso_json_first(root); a; a = iso_json_next(a)) {
        struct answer_score one;
        ISO_TRY(iso_answer_score(&one, context + begin, end > begin ? end - begin : 0,
                                 iso_json_text(iso_json_get(a, "text"))));
        out->exact = fmax(out->exact, one.exact);
        out->f1 = fmax(out->f1, one.f1);
    }
done:
    iso_json_free(root);
    return err;
}

static iso_err begin_tally(struct tally *out, int64_t items)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&out->right, items, sizeof *out->right));
    ISO_TRY(iso_alloc(&out->whole, items, sizeof *out->whole));
done:
    return err;
}

/* Windows of a question follow each other, questions of a language do. */
static iso_err tally(struct answered *out, const struct training *t, const struct spans *s)
{
    const struct examples *e = &t->set.part[s->part];
    const struct train_texts *x = t->set.of[s->part];
    iso_err err = ISO_OK;

    for (int64_t i = 0, end; i < e->n; i = end) {
        const int lang = e->at[i].lang;
        const struct window *best = window_of(t, s->part, i);
        const int64_t item = best->item;
        iso_span span = s->span[i];
        struct answer_score got;
        for (end = i + 1; end < e->n && e->at[end].lang == lang; end++) {
            const struct window *w = window_of(t, s->part, end);
            if (w->item != item)
                break;
            if (s->span[end].score > span.score) {
                span = s->span[end];
                best = w;
            }
        }
        if (i == 0 || e->at[i - 1].lang != lang) {
            out->lang[out->count++] = lang;
            ISO_TRY(begin_tally(&out->exact[out->count - 1], x->all.items));
            ISO_TRY(begin_tally(&out->f1[out->count - 1], x->all.items));
        }
        ISO_TRY(score(&got, x, lang, best, &span));
        const int64_t number = e->number[i];
        out->exact[out->count - 1].right[number] += got.exact;
        out->exact[out->count - 1].whole[number] += 1;
        out->f1[out->count - 1].right[number] += got.f1;
        out->f1[out->count - 1].whole[number] += 1;
    }
done:
    return err;
}

iso_err iso_train_answer(struct answered *out, struct training *t, enum train_part part,
                         enum source_kind kind)
{
    const struct examples *e = &t->set.part[part];
    struct spans s = {.t = t, .part = part};
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&s.span, e->n, sizeof *s.span));
    ISO_TRY(iso_alloc(&out->exact, e->in->lang_count, sizeof *out->exact));
    ISO_TRY(iso_alloc(&out->f1, e->in->lang_count, sizeof *out->f1));
    ISO_TRY(iso_alloc(&out->lang, e->in->lang_count, sizeof *out->lang));
    ISO_TRY(iso_train_say(t, part, kind, take_spans, &s));
    ISO_TRY(tally(out, t, &s));
done:
    iso_free(s.span);
    return err;
}

iso_err iso_train_answer_score(double *out, struct training *t)
{
    const int64_t items = t->set.of[TRAIN_DEV]->all.items;
    struct answered a = {0};
    double sum = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_train_answer(&a, t, TRAIN_DEV, iso_train_test_source(t)));
    for (int l = 0; l < a.count; l++) {
        double right = 0, whole = 0;
        for (int64_t i = 0; i < items; i++) {
            right += a.f1[l].right[i];
            whole += a.f1[l].whole[i];
        }
        sum += right / whole;
    }
    *out = sum / a.count;
done:
    iso_train_answered_free(&a);
    return err;
}
