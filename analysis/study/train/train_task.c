/* What tasks differ in: what is read of a text, its labels, the head. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "analysis/study/train/train_inside.h"
#include "lib/base/alloc.h"

static iso_err check_masked(const iso_train_opt *opt)
{
    const bool mlm = opt->task == ISO_TRAIN_MLM, masked = iso_train_masked(opt);
    iso_err err = ISO_OK;

    ISO_NEED(mlm || opt->stream == 0, ISO_FIELD(stream) " is of " ISO_FIELD(task) " mlm");
    ISO_NEED(masked || isnan(opt->sampling_exponent),
             ISO_FIELD(sampling_exponent) " is of " ISO_FIELD(task) " mlm and tlm");
    if (!masked)
        return ISO_OK;
    ISO_NEED(opt->method == ISO_TRAIN_PLAIN,
             "masked words are learnt by " ISO_FIELD(method) " plain alone");
    ISO_NEED(opt->head != ISO_TRAIN_MEAN,
             ISO_FIELD(head) " mean is of " ISO_FIELD(task) " classify");
    ISO_NEED(!opt->translate_train, ISO_FIELD(translate_train) " is of labels: masked words are "
                                                               "learnt from " ISO_FIELD(src));
    ISO_NEED(mlm || opt->budget == 0, ISO_FIELD(budget) " is not of " ISO_FIELD(task) " tlm");
done:
    return err;
}

iso_err iso_train_check_task(const iso_train_opt *opt)
{
    const bool tags = opt->task == ISO_TRAIN_TAG, spans = opt->task == ISO_TRAIN_SPAN;
    iso_err err = ISO_OK;

    ISO_NEED(!spans || opt->head != ISO_TRAIN_MEAN,
             ISO_FIELD(head) " mean is of sentences: spans are read from tokens");
    ISO_NEED(!tags || opt->head != ISO_TRAIN_MEAN, ISO_FIELD(head) " mean is of sentences: "
                                                                   "tags are read from words");
    ISO_NEED(!opt->augment || tags || opt->task == ISO_TRAIN_CLASSIFY,
             ISO_FIELD(augment) " is of " ISO_FIELD(task) " classify and tag: other words move "
                                                          "what is asked");
    ISO_NEED(tags || opt->word_pool == 0, ISO_FIELD(word_pool) " is of " ISO_FIELD(task) " tag");
    ISO_TRY(check_masked(opt));
    ISO_TRY(iso_train_check_own(opt));
done:
    return err;
}

void iso_train_fill_task(iso_train_opt *opt)
{
    if (isnan(opt->head_lr))
        opt->head_lr = iso_train_masked(opt) ? opt->lr : 1e-3;
    if (isnan(opt->sampling_exponent))
        opt->sampling_exponent = 0.7;
}

iso_pool iso_train_pool(const iso_train_opt *opt)
{
    return opt->task == ISO_TRAIN_TAG    ? ISO_POOL_WORD
           : opt->head == ISO_TRAIN_MEAN ? ISO_POOL_MEAN
                                         : ISO_POOL_CLS;
}

/* --- Labels of a text --- */

bool iso_train_next_label(struct label_cut *cut, bool tags)
{
    const char *from = cut->at + cut->len;

    if (!tags) {
        cut->len = cut->len == 0 ? (int64_t)strlen(from) : 0;
        return cut->len > 0;
    }
    from += strspn(from, " ");
    cut->at = from;
    cut->len = (int64_t)strcspn(from, " ");
    return cut->len > 0;
}

static int64_t count_words(const char *text)
{
    struct label_cut cut = {text, 0};
    int64_t count = 0;

    while (iso_train_next_label(&cut, true))
        count++;
    return count;
}

iso_err iso_train_fit_tags(struct train_texts *x, const iso_run *run)
{
    int64_t unfit = 0, cut = 0;
    iso_buf first = {0};
    iso_err err = ISO_OK;

    for (int l = 0; l < x->in.lang_count; l++) {
        const struct encoding_lang *of = &x->in.lang[l];
        const iso_corpus *c = &of->corpus;
        if (!c->text || c->text2)
            ISO_FAIL(ISO_EDATA, "%s: tags are of the words of one text, not of %s", of->path,
                     c->text ? "two" : "token ids");
        for (int64_t i = 0; i < c->items; i++) {
            const int64_t words = count_words(c->text[i]);
            const int64_t tags = x->label[l][i] ? count_words(x->label[l][i]) : words;
            cut += words - (of->word_at[i + 1] - of->word_at[i]);
            if (tags == words)
                continue;
            if (unfit++ == 0)
                ISO_TRY(iso_buf_printf(&first,
                                       "%s, item %" PRId64 ": %" PRId64 " words, %" PRId64 " tags",
                                       of->path, i + 1, words, tags));
            x->label[l][i] = NULL;
        }
    }
    if (unfit > 0)
        iso_run_note(
            run, "items whose tags do not fit their words, which are left out: %" PRId64 " (%s)",
            unfit, first.text);
    if (cut > 0)
        iso_run_note(
            run,
            "%s%s: words that " ISO_FIELD(max_length) " cuts off, which count as wrong: %" PRId64,
            x->in.lang[0].path, x->in.lang_count > 1 ? " and others" : "", cut);
done:
    iso_buf_free(&first);
    return err;
}
