/* Classes: those of the items that are learnt, or those of the checkpoint's head. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/study/train/train_inside.h"
#include "lib/base/alloc.h"

enum { NAMED = 8 };

const char *iso_train_label(const struct train_set *s, enum train_part part, int64_t i)
{
    const struct example *e = &s->part[part].at[i];

    return s->of[part]->label[e->lang][e->item];
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The labels of what is learnt, sorted, each once; they live as long as the map. */
static iso_err list_labels(const char ***out, int *count, iso_textmap *map,
                           const struct training *t)
{
    const struct train_set *s = &t->set;
    int64_t number;
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < s->part[TRAIN_LEARN].n; i++) {
        struct label_cut cut = {iso_train_label(s, TRAIN_LEARN, i), 0};
        while (iso_train_next_label(&cut, t->opt.task == ISO_TRAIN_TAG))
            ISO_TRY(iso_textmap_keep(&number, map, cut.at, cut.len));
    }
    ISO_TRY(iso_alloc(out, map->count, sizeof **out));
    for (int64_t i = 0; i < map->count; i++)
        (*out)[i] = map->texts[i];
    if (map->count > 0)
        qsort(*out, (size_t)map->count, sizeof **out, by_name);
    *count = (int)map->count;
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

/* Those of the checkpoint's head keep their order. */
static iso_err name_own(struct train_set *s)
{
    const int count = (int)iso_classifier_classes(s->head);
    const char **own = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&own, count, sizeof *own));
    for (int c = 0; c < count; c++)
        own[c] = iso_classifier_name(s->head, c);
    ISO_TRY(name_classes(s, own, count));
done:
    iso_free(own);
    return err;
}

/* --- Labels of all parts --- */

static iso_err find_class(int32_t *out, const struct train_set *s, const struct label_cut *label)
{
    char *text = NULL;
    iso_err err = ISO_OK;

    *out = -1;
    for (int c = 0; !s->head && c < s->classes && *out < 0; c++) {
        if (strncmp(s->class_name[c], label->at, (size_t)label->len) == 0 &&
            !s->class_name[c][label->len])
            *out = c;
    }
    if (s->head) {
        ISO_TRY(iso_str_dup(&text, label->at, label->len));
        *out = (int32_t)iso_classifier_find(s->head, text);
    }
done:
    iso_free(text);
    return err;
}

static iso_err not_learnt(const struct train_set *s, enum train_part part, int64_t i,
                          const struct label_cut *label)
{
    const struct example *e = &s->part[part].at[i];
    const struct encoding_lang *l = &s->of[part]->in.lang[e->lang];
    iso_buf names = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_names(&names, (const char *const *)s->class_name, s->classes, NAMED));
    ISO_FAIL(ISO_EDATA,
             "%s: dev item %" PRId64 " has the label %.*s, which no item that is learnt has: %s",
             l->path, e->item + 1, (int)label->len, label->at, names.text);
done:
    iso_buf_free(&names);
    return err;
}

/* Where the units of each example of a part begin; room for what is asked of them. */
static iso_err lay_units(struct examples *e, const struct train_set *s, enum train_part part,
                         bool tags)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&e->unit_at, e->n + 1, sizeof *e->unit_at));
    for (int64_t i = 0; i < e->n; i++) {
        struct label_cut cut = {iso_train_label(s, part, i), 0};
        e->unit_at[i + 1] = e->unit_at[i];
        while (iso_train_next_label(&cut, tags))
            e->unit_at[i + 1]++;
    }
    ISO_TRY(iso_alloc(&e->label, e->unit_at[e->n], sizeof *e->label));
    ISO_TRY(iso_alloc(&e->number, e->unit_at[e->n], sizeof *e->number));
done:
    return err;
}

static iso_err give_classes(struct training *t)
{
    const bool tags = t->opt.task == ISO_TRAIN_TAG;
    struct train_set *s = &t->set;
    int64_t unknown = 0;
    iso_err err = ISO_OK;

    for (int p = TRAIN_LEARN; p < TRAIN_PARTS; p++) {
        struct examples *e = &s->part[p];
        ISO_TRY(lay_units(e, s, p, tags));
        for (int64_t i = 0; i < e->n; i++) {
            struct label_cut cut = {iso_train_label(s, p, i), 0};
            for (int64_t u = e->unit_at[i]; iso_train_next_label(&cut, tags); u++) {
                int32_t class;
                ISO_TRY(find_class(&class, s, &cut));
                if (class < 0 && p == TRAIN_DEV)
                    ISO_TRY(not_learnt(s, p, i, &cut));
                unknown += class < 0;
                e->label[u] = class >= 0 ? class : s->classes;
                e->number[u] = e->at[i].number;
            }
        }
    }
    if (unknown > 0)
        iso_run_note(t->run, "test %s whose class is not learnt, which are always wrong: %" PRId64,
                     tags ? "words" : "items", unknown);
done:
    return err;
}

/* Tags may be those of entities. */
static iso_err find_scheme(struct train_set *s)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&s->entity, s->classes + 1, sizeof *s->entity));
    if (!iso_entity_scheme(s->entity, (const char *const *)s->class_name, s->classes)) {
        iso_free(s->entity);
        s->entity = NULL;
    }
done:
    return err;
}

iso_err iso_train_classes(struct training *t)
{
    struct train_set *s = &t->set;
    const char **name = NULL;
    iso_textmap map = {0};
    int count = 0;
    iso_err err = ISO_OK;

    ISO_TRY(list_labels(&name, &count, &map, t));
    if (count < 2)
        ISO_FAIL(ISO_EDATA, "%s: what is learnt has one class only: %s",
                 s->of[TRAIN_LEARN]->in.lang[0].path, count ? name[0] : "none");
    ISO_TRY(iso_train_own_head(t, name, count));
    ISO_TRY(s->head ? name_own(s) : name_classes(s, name, count));
    ISO_TRY(give_classes(t));
    if (t->opt.task == ISO_TRAIN_TAG)
        ISO_TRY(find_scheme(s));
done:
    iso_free(name);
    iso_textmap_free(&map);
    return err;
}
