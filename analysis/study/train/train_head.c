/* The head: what kind a task has, the checkpoint's own or a new one. */
#include <string.h>

#include "analysis/study/train/train_inside.h"
#include "lib/base/alloc.h"
#include "lib/train/head_class.h"

enum { NAMED = 8 };
static const char sums[] = "sum of pieces";

static iso_head_class_opt describe(const struct training *t)
{
    iso_head_class_opt how = {
        .classes = t->set.classes, .seed = iso_run_seed(t->run), .from = t->set.head};

    if (t->opt.task == ISO_TRAIN_TAG) {
        how.linear = true;
        how.rows = t->opt.word_pool == ISO_TRAIN_SUM ? ISO_HEAD_SUM : ISO_HEAD_FIRST;
        how.name = "classifier";
        how.of_class = "ForTokenClassification";
    } else if (t->opt.task == ISO_TRAIN_SPAN) {
        how.linear = how.spans = true;
        how.classes = 2;
        how.rows = ISO_HEAD_FIRST;
        how.name = "qa_outputs";
        how.of_class = "ForQuestionAnswering";
    } else if (t->opt.head == ISO_TRAIN_MEAN) {
        how.linear = true;
        how.name = "mean_classifier";
    }
    return how;
}

iso_err iso_train_choose_head(struct training *t)
{
    const iso_model_info *about = iso_model_about(t->model);
    iso_classifier *mean = NULL;
    const char *why;
    iso_err err = ISO_OK;

    if (t->opt.task == ISO_TRAIN_CLASSIFY && !about->random && t->opt.head != ISO_TRAIN_MEAN)
        ISO_TRY(iso_classifier_open_linear(&mean, &why, about->folder, "mean_classifier", NULL));
    if (mean && t->opt.head == ISO_TRAIN_CLS)
        iso_run_note(t->run,
                     "%s: its head reads the mean of the tokens, and is replaced by one that reads "
                     "the first: " ISO_FIELD(head) " mean goes on from it",
                     about->folder);
    if (t->opt.head == 0)
        t->opt.head = mean ? ISO_TRAIN_MEAN : ISO_TRAIN_CLS;
done:
    iso_classifier_close(mean);
    return err;
}

/* BERT's pooler was pretrained: a new head of two maps begins with it, as in transformers. */
iso_err iso_train_make_head(struct training *t)
{
    iso_head_class_opt how = describe(t);
    const iso_model_info *about = iso_model_about(t->model);
    iso_classifier *pooler = NULL;
    iso_err err = ISO_OK;

    if (iso_train_masked(&t->opt))
        return iso_train_make_mlm_head(t);
    if (!how.linear && !how.from && !about->random)
        ISO_TRY(iso_classifier_open_pooler(&pooler, about->folder));
    how.pooler = pooler;
    ISO_TRY(iso_head_class_new(&t->head, &t->encoder->config, &how));
done:
    iso_classifier_close(pooler);
    return err;
}

const char *iso_train_head_said(const struct training *t)
{
    return t->opt.task == ISO_TRAIN_CLASSIFY && t->opt.head == ISO_TRAIN_MEAN ? "mean"
           : t->opt.word_pool == ISO_TRAIN_SUM                                ? sums
                                                                              : NULL;
}

/* --- The checkpoint's own --- */

static iso_err other_classes(const struct training *t, const char *const *name, int count)
{
    const iso_classifier *head = t->set.head;
    const int own_count = (int)iso_classifier_classes(head);
    const char **own = NULL;
    iso_buf had = {0}, has = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&own, own_count, sizeof *own));
    for (int c = 0; c < own_count; c++)
        own[c] = iso_classifier_name(head, c);
    ISO_TRY(iso_buf_names(&had, own, own_count, NAMED));
    ISO_TRY(iso_buf_names(&has, name, count, NAMED));
    ISO_FAIL(ISO_EDATA,
             "%s: its head has %d classes (%s), the texts have %d (%s): " ISO_FIELD(
                 new_head) " replaces it",
             iso_model_about(t->model)->folder, own_count, had.text, count, has.text);
done:
    iso_free(own);
    iso_buf_free(&had);
    iso_buf_free(&has);
    return err;
}

/* What a head of tags reads of a word is asked of it, unless it is said. */
static iso_err fit_words(struct training *t)
{
    const bool sum = iso_str_same(iso_classifier_ours(t->set.head), sums);
    const iso_train_word_pool own = sum ? ISO_TRAIN_SUM : ISO_TRAIN_FIRST;

    if (t->opt.word_pool && t->opt.word_pool != own)
        return iso_fail(ISO_EDATA,
                        "%s: its head reads the %s of a word: " ISO_FIELD(
                            word_pool) " %s, or " ISO_FIELD(new_head) " replaces it",
                        iso_model_about(t->model)->folder,
                        sum ? "sum of the pieces" : "first piece", sum ? "sum" : "first");
    t->opt.word_pool = own;
    return ISO_OK;
}

static iso_err fit(struct training *t, const char *const *name, int count)
{
    iso_err err = ISO_OK;

    if (t->opt.task == ISO_TRAIN_SPAN && iso_classifier_classes(t->set.head) != 2)
        ISO_FAIL(ISO_EDATA,
                 "%s: its head has %d numbers a token, an answer has 2: " ISO_FIELD(
                     new_head) " replaces it",
                 iso_model_about(t->model)->folder, (int)iso_classifier_classes(t->set.head));
    for (int c = 0; c < count; c++) {
        if (iso_classifier_find(t->set.head, name[c]) < 0)
            ISO_TRY(other_classes(t, name, count));
    }
    if (t->opt.task == ISO_TRAIN_TAG)
        ISO_TRY(fit_words(t));
done:
    return err;
}

iso_err iso_train_own_head(struct training *t, const char *const *name, int count)
{
    struct train_set *s = &t->set;
    const iso_model_info *about = iso_model_about(t->model);
    const iso_head_class_opt how = describe(t);
    const char *why = NULL;
    iso_buf of = {0};
    iso_err err = ISO_OK;

    if (about->random)
        return ISO_OK;
    ISO_TRY(how.linear
                ? iso_classifier_open_linear(&s->head, &why, about->folder, how.name, how.of_class)
                : iso_classifier_open(&s->head, &why, about->folder));
    if (!s->head)
        goto done;
    ISO_TRY(t->opt.task == ISO_TRAIN_SPAN
                ? iso_buf_puts(&of, "answers")
                : iso_buf_printf(&of, "%d classes", (int)iso_classifier_classes(s->head)));
    if (t->opt.new_head) {
        iso_run_note(t->run, "%s: its head of %s is replaced by a new one", about->folder, of.text);
        iso_classifier_close(s->head);
        s->head = NULL;
        goto done;
    }
    ISO_TRY(fit(t, name, count));
    iso_run_note(t->run, "%s: goes on from its head of %s", about->folder, of.text);
done:
    iso_buf_free(&of);
    return err;
}
