/* Classes: those of the items that are learnt, or those of the checkpoint's head. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/study/train/train_inside.h"
#include "lib/base/alloc.h"

enum { NAMED = 8 };

static const char *label_of(const struct train_set *s, enum train_part part, int64_t i)
{
    const struct example *e = &s->part[part].at[i];

    return s->of[part]->label[e->lang][e->item];
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The labels of what is learnt, sorted, each once; borrowed. */
static iso_err list_labels(const char ***out, int *count, const struct train_set *s)
{
    const int64_t n = s->part[TRAIN_LEARN].n;
    const char **name = NULL;
    int kept = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&name, n, sizeof *name));
    for (int64_t i = 0; i < n; i++)
        name[i] = label_of(s, TRAIN_LEARN, i);
    qsort(name, (size_t)n, sizeof *name, by_name);
    for (int64_t i = 0; i < n; i++) {
        if (kept == 0 || strcmp(name[kept - 1], name[i]) != 0)
            name[kept++] = name[i];
    }
    *out = name;
    *count = kept;
done:
    return err;
}

static iso_err name_classes(struct train_set *s, const char *const *name, int count)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&s->class_name, count, sizeof *s->class_name));
    for (; s->classes < count; s->classes++)
        ISO_TRY(iso_str_dup(&s->class_name[s->classes], name[s->classes], -1));
done:
    return err;
}

/* --- The checkpoint's head --- */

static iso_err other_classes(const struct training *t, const char *const *own, int own_count,
                             const char *const *name, int count)
{
    iso_buf had = {0}, has = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_names(&had, own, own_count, NAMED));
    ISO_TRY(iso_buf_names(&has, name, count, NAMED));
    ISO_FAIL(ISO_EDATA,
             "%s: its head has %d classes (%s), the texts have %d (%s): " ISO_FIELD(
                 new_head) " replaces it",
             iso_model_about(t->model)->folder, own_count, had.text, count, has.text);
done:
    iso_buf_free(&had);
    iso_buf_free(&has);
    return err;
}

/* Training goes on from the checkpoint's head where that knows all labels; its classes then keep
 * their order. */
static iso_err take_head(struct training *t, const char *const *name, int count)
{
    struct train_set *s = &t->set;
    const iso_model_info *about = iso_model_about(t->model);
    const char *why = NULL, **own = NULL;
    iso_err err = ISO_OK;

    if (about->random || t->opt.head != ISO_TRAIN_CLS)
        return ISO_OK;
    ISO_TRY(iso_classifier_open(&s->head, &why, about->folder));
    if (!s->head)
        return ISO_OK;
    const int classes = (int)iso_classifier_classes(s->head);
    ISO_TRY(iso_alloc(&own, classes, sizeof *own));
    for (int c = 0; c < classes; c++)
        own[c] = iso_classifier_name(s->head, c);
    if (t->opt.new_head) {
        iso_run_note(t->run, "%s: its head of %d classes is replaced by a new one", about->folder,
                     classes);
        iso_classifier_close(s->head);
        s->head = NULL;
        goto done;
    }
    for (int c = 0; c < count; c++) {
        if (iso_classifier_find(s->head, name[c]) < 0)
            ISO_TRY(other_classes(t, own, classes, name, count));
    }
    iso_run_note(t->run, "%s: goes on from its head of %d classes", about->folder, classes);
    ISO_TRY(name_classes(s, own, classes));
done:
    iso_free(own);
    return err;
}

/* --- Labels of all parts --- */

static int32_t class_of(const struct train_set *s, const char *label)
{
    if (s->head)
        return (int32_t)iso_classifier_find(s->head, label);
    for (int c = 0; c < s->classes; c++) {
        if (strcmp(s->class_name[c], label) == 0)
            return c;
    }
    return -1;
}

static iso_err not_learnt(const struct train_set *s, enum train_part part, int64_t i)
{
    const struct example *e = &s->part[part].at[i];
    const struct encoding_lang *l = &s->of[part]->in.lang[e->lang];
    iso_buf names = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_names(&names, (const char *const *)s->class_name, s->classes, NAMED));
    ISO_FAIL(ISO_EDATA,
             "%s: dev item %" PRId64 " has the label %s, which no item that is learnt has: %s",
             l->path, e->item + 1, label_of(s, part, i), names.text);
done:
    iso_buf_free(&names);
    return err;
}

static iso_err give_classes(struct training *t)
{
    struct train_set *s = &t->set;
    int64_t unknown = 0;
    iso_err err = ISO_OK;

    for (int p = TRAIN_LEARN; p < TRAIN_PARTS; p++) {
        for (int64_t i = 0; i < s->part[p].n; i++) {
            const int32_t class = class_of(s, label_of(s, p, i));
            if (class < 0 && p == TRAIN_DEV)
                ISO_TRY(not_learnt(s, p, i));
            unknown += class < 0;
            s->part[p].at[i].label = class >= 0 ? class : s->classes;
        }
    }
    if (unknown > 0)
        iso_run_note(t->run,
                     "test items whose class is not learnt, which are always wrong: %" PRId64,
                     unknown);
done:
    return err;
}

iso_err iso_train_classes(struct training *t)
{
    struct train_set *s = &t->set;
    const char **name = NULL;
    int count = 0;
    iso_err err = ISO_OK;

    ISO_TRY(list_labels(&name, &count, s));
    if (count < 2)
        ISO_FAIL(ISO_EDATA, "%s: what is learnt has one class only: %s",
                 s->of[TRAIN_LEARN]->in.lang[0].path, name[0]);
    ISO_TRY(take_head(t, name, count));
    if (!s->head)
        ISO_TRY(name_classes(s, name, count));
    ISO_TRY(give_classes(t));
done:
    iso_free(name);
    return err;
}
