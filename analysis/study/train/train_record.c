/* From what the trained model says of the test items to records, and its learning curve. */
#include <math.h>

#include "analysis/classify/scored.h"
#include "analysis/study/items/records.h"
#include "analysis/study/train/train_inside.h"
#include "lib/base/alloc.h"

/* Who says what an item is of: the trained model, the most frequent class; of pairs the model with
 * other sources, and each branch alone. */
enum { TUNED, MAJORITY, ORACLE, SHUFFLED, ALONE, TARGET, SOURCE, PREDICTORS };

static const struct other {
    const char *word, *estimator; /* in `test_source`, of records */
    enum source_kind kind;        /* SOURCE_KINDS: the result's own */
    int predictor;
} others[] = {
    {"gold", "oracle", SOURCE_GOLD, ORACLE},
    {"shuffled", "shuffled-source", SOURCE_SHUFFLED, SHUFFLED},
    {"self", "self-source", SOURCE_SELF, ALONE},
    {"branches", "target-branch", SOURCE_KINDS, TARGET},
    {"branches", "source-branch", SOURCE_KINDS, SOURCE},
};
enum { OTHERS = sizeof others / sizeof *others };

/* The test items on their way to records, language by language. */
struct marks {
    const struct training *t;
    iso_records *out;
    struct score_ask how;
    int langs;                     /* that have test items, in the order of the set */
    const char **lang;             /* their names */
    int sources;                   /* of them */
    int32_t *said[PREDICTORS];     /* of each unit */
    struct scored *of[PREDICTORS]; /* of each language */
    struct tally *tally[PREDICTORS];
    struct tally *entity[PREDICTORS]; /* of the first two; NULL: tags are not of entities */
    int64_t *entities;                /* of each language */
};

static void marks_free(struct marks *m)
{
    for (int s = 0; s < PREDICTORS; s++) {
        for (int l = 0; m->tally[s] && l < m->langs; l++)
            iso_tally_free(&m->tally[s][l]);
        for (int l = 0; m->entity[s] && l < m->langs; l++)
            iso_tally_free(&m->entity[s][l]);
        iso_free(m->tally[s]);
        iso_free(m->entity[s]);
        iso_free(m->of[s]);
        iso_free(m->said[s]);
    }
    iso_free(m->lang);
    iso_free(m->entities);
}

/* --- What is right, and what is said --- */

/* The most frequent class of what is learnt, the first of equal ones. */
static iso_err most_frequent(int32_t *out, const struct training *t)
{
    const struct examples *e = &t->set.part[TRAIN_LEARN];
    int64_t *count = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&count, t->set.classes + 1, sizeof *count));
    for (int64_t u = 0; u < e->unit_at[e->n]; u++)
        count[e->label[u]]++;
    *out = 0;
    for (int c = 1; c < t->set.classes; c++)
        *out = count[c] > count[*out] ? c : *out;
done:
    iso_free(count);
    return err;
}

static bool asked(const struct training *t, const struct other *o)
{
    return iso_train_tests(t, o->word) && o->kind != iso_train_test_source(t);
}

static iso_err say_all(struct marks *m, struct training *t)
{
    const struct examples *e = &t->set.part[TRAIN_TEST];
    int32_t usual;
    iso_err err = ISO_OK;

    for (int s = TUNED; s <= MAJORITY; s++)
        ISO_TRY(iso_alloc(&m->said[s], e->unit_at[e->n], sizeof *m->said[s]));
    for (int i = 0; i < OTHERS; i++) {
        if (!asked(t, &others[i]))
            continue;
        ISO_TRY(iso_alloc(&m->said[others[i].predictor], e->unit_at[e->n], sizeof **m->said));
        if (others[i].kind != SOURCE_KINDS)
            ISO_TRY(iso_train_predict(m->said[others[i].predictor], t, TRAIN_TEST, others[i].kind));
    }
    int32_t *const own[BY] = {m->said[TUNED], m->said[TARGET], m->said[SOURCE]};
    ISO_TRY(iso_train_predict_apart(own, t, TRAIN_TEST, iso_train_test_source(t)));
    ISO_TRY(most_frequent(&usual, t));
    for (int64_t u = 0; u < e->unit_at[e->n]; u++)
        m->said[MAJORITY][u] = usual;
done:
    return err;
}

/* The most frequent class is of no use there. */
static iso_err keep_predictions(struct training *t, const struct marks *m)
{
    struct said said[PREDICTORS] = {{"fine-tuned", m->said[TUNED]}};
    int count = 1;

    for (int i = 0; i < OTHERS; i++) {
        if (m->said[others[i].predictor])
            said[count++] = (struct said){others[i].estimator, m->said[others[i].predictor]};
    }
    return iso_train_predictions(&t->predictions, t, said, count);
}

static iso_err find_entities(struct marks *m)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&m->entities, m->langs, sizeof *m->entities));
    for (int s = TUNED; m->t->set.entity && s <= MAJORITY; s++) {
        ISO_TRY(iso_alloc(&m->entity[s], m->langs, sizeof *m->entity[s]));
        for (int l = 0; l < m->langs; l++)
            ISO_TRY(iso_train_tally(&m->entity[s][l], &m->entities[l], m->t, &m->of[s][l],
                                    m->how.items));
    }
done:
    return err;
}

/* Examples come language by language. */
static iso_err cut(struct marks *m)
{
    const struct train_set *set = &m->t->set;
    const struct train_texts *x = set->of[TRAIN_TEST];
    const struct examples *e = &set->part[TRAIN_TEST];
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&m->lang, set->langs, sizeof *m->lang));
    for (int s = 0; s < PREDICTORS; s++) {
        if (!m->said[s])
            continue;
        ISO_TRY(iso_alloc(&m->of[s], set->langs, sizeof *m->of[s]));
        ISO_TRY(iso_alloc(&m->tally[s], set->langs, sizeof *m->tally[s]));
    }
    for (int64_t i = 0, end; i < e->n; i = end) {
        const int lang = e->at[i].lang, l = m->langs;
        end = iso_examples_end(e, i);
        for (int s = 0; s < PREDICTORS; s++) {
            if (m->said[s])
                m->of[s][l] =
                    (struct scored){e->label + e->unit_at[i], m->said[s] + e->unit_at[i],
                                    e->number + e->unit_at[i], e->unit_at[end] - e->unit_at[i]};
        }
        m->sources += x->lang[lang] < set->sources;
        m->lang[m->langs++] = set->lang[x->lang[lang]];
    }
    for (int s = 0; s < PREDICTORS; s++) {
        for (int l = 0; m->said[s] && l < m->langs; l++)
            ISO_TRY(iso_tally_make(&m->tally[s][l], &m->of[s][l], m->how.items));
    }
    ISO_TRY(find_entities(m));
done:
    return err;
}

/* --- Records --- */

iso_record iso_train_record(const struct training *t, const char *measure, const char *estimator,
                            const char *tgt)
{
    iso_record r = iso_record_none();

    r.measure = measure;
    r.estimator = estimator;
    r.src = t->set.sources_name.text;
    r.train = t->set.train.text;
    r.tgt = tgt;
    if (!iso_train_masked(&t->opt))
        r.pool = iso_pool_name(t->set.of[TRAIN_LEARN]->in.pool);
    r.model = iso_train_name(t);
    return r;
}

static iso_err add(struct marks *m, iso_record *r, const iso_value *v)
{
    iso_record_value(r, v);
    return iso_records_add(m->out, r);
}

/* Languages that have a file for the test, and in it no item with a label. */
static iso_err add_absent(struct marks *m, const char *measure, const char *estimator)
{
    const struct train_texts *x = m->t->set.of[TRAIN_TEST];
    iso_err err = ISO_OK;

    for (int l = 0, there = 0; l < x->in.lang_count; l++) {
        const char *name = m->t->set.lang[x->lang[l]];
        iso_record r = iso_train_record(m->t, measure, estimator, name);
        const iso_value v = iso_value_undefined(0, "no test item of the language has a label");
        if (there < m->langs && m->lang[there] == name)
            there++;
        else
            ISO_TRY(add(m, &r, &v));
    }
done:
    return err;
}

static iso_err score(iso_value *out, const struct marks *m, bool f1, int predictor, int l,
                     const struct score_ask *how)
{
    return f1 ? iso_score_f1(out, &m->of[predictor][l], 1, m->t->set.classes + 1, how)
              : iso_score_accuracy(out, &m->tally[predictor][l], 1, how);
}

static iso_err add_scores(struct marks *m, bool f1, int predictor, const char *estimator)
{
    struct score_ask bare = m->how;
    iso_value v, usual;
    iso_err err = ISO_OK;

    bare.bare = true;
    for (int l = 0; l < m->langs; l++) {
        iso_record r = iso_train_record(m->t, f1 ? "f1" : "accuracy", estimator, m->lang[l]);
        ISO_TRY(score(&v, m, f1, predictor, l, &m->how));
        ISO_TRY(score(&usual, m, f1, MAJORITY, l, &bare));
        if (predictor == TUNED)
            v.null = usual.value;
        ISO_TRY(add(m, &r, &v));
    }
done:
    return err;
}

/* F1 of entities: of so many that are there. */
static iso_err add_entities(struct marks *m)
{
    struct score_ask bare = m->how;
    iso_value v, usual;
    iso_err err = ISO_OK;

    bare.bare = true;
    for (int l = 0; l < m->langs; l++) {
        iso_record r = iso_train_record(m->t, "f1", "entity", m->lang[l]);
        ISO_TRY(iso_score_accuracy(&v, &m->entity[TUNED][l], 1, &m->how));
        ISO_TRY(iso_score_accuracy(&usual, &m->entity[MAJORITY][l], 1, &bare));
        v.null = usual.value;
        v.n = m->entities[l];
        ISO_TRY(add(m, &r, &v));
    }
done:
    return err;
}

static iso_err add_gap(struct marks *m, const char *estimator, const char *tgt, int first,
                       int count)
{
    const struct tally *of = m->t->set.entity ? m->entity[TUNED] : m->tally[TUNED];
    iso_record r = iso_train_record(m->t, "gap", estimator, tgt);
    iso_value v;
    iso_err err = ISO_OK;

    ISO_TRY(iso_score_gap(&v, of, m->sources, of + first, count, &m->how));
    ISO_TRY(add(m, &r, &v));
done:
    return err;
}

static iso_err add_gaps(struct marks *m)
{
    const int targets = m->langs - m->sources;
    iso_err err = ISO_OK;

    if (m->sources < m->t->set.sources) {
        iso_run_note(m->t->run, "no gap: a source has no test item");
        return ISO_OK;
    }
    for (int l = m->sources; l < m->langs; l++)
        ISO_TRY(add_gap(m, "language", m->lang[l], l, 1));
    if (targets > 0)
        ISO_TRY(add_gap(m, "mean", NULL, m->sources, targets));
done:
    return err;
}

/* --- Answers --- */

static iso_err add_answered(struct marks *m, const char *measure, const char *estimator,
                            const struct tally *of)
{
    iso_err err = ISO_OK;

    for (int l = 0; l < m->langs; l++) {
        iso_record r = iso_train_record(m->t, measure, estimator, m->lang[l]);
        iso_value v;
        ISO_TRY(iso_score_accuracy(&v, &of[l], 1, &m->how));
        ISO_TRY(add(m, &r, &v));
    }
done:
    return err;
}

static iso_err answer_others(struct marks *m, struct training *t)
{
    struct answered a = {0};
    iso_err err = ISO_OK;

    for (int i = 0; i < OTHERS; i++) {
        if (!asked(t, &others[i]))
            continue;
        ISO_TRY(iso_train_answer(&a, t, TRAIN_TEST, others[i].kind));
        ISO_TRY(add_answered(m, "f1", others[i].estimator, a.f1));
        iso_train_answered_free(&a);
    }
done:
    iso_train_answered_free(&a);
    return err;
}

/* Gaps are of F1. */
static iso_err add_answers(struct marks *m, struct training *t)
{
    const struct train_texts *x = t->set.of[TRAIN_TEST];
    struct answered a = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_train_answer(&a, t, TRAIN_TEST, iso_train_test_source(t)));
    ISO_TRY(iso_alloc(&m->lang, a.count, sizeof *m->lang));
    for (int l = 0; l < a.count; l++) {
        m->sources += x->lang[a.lang[l]] < t->set.sources;
        m->lang[m->langs++] = t->set.lang[x->lang[a.lang[l]]];
    }
    ISO_TRY(add_answered(m, "exact-match", "span", a.exact));
    ISO_TRY(add_answered(m, "f1", "span", a.f1));
    ISO_TRY(add_absent(m, "exact-match", "span"));
    ISO_TRY(add_absent(m, "f1", "span"));
    ISO_TRY(answer_others(m, t));
    m->tally[TUNED] = a.f1;
    a.f1 = NULL;
    ISO_TRY(add_gaps(m));
done:
    iso_train_answered_free(&a);
    return err;
}

iso_err iso_train_records(iso_records *out, struct training *t)
{
    struct marks m = {.t = t, .out = out};
    iso_err err = ISO_OK;

    if (!t->set.of[TRAIN_TEST])
        return ISO_OK;
    if (iso_train_masked(&t->opt))
        return iso_train_masked_records(out, t);
    m.how = (struct score_ask){.items = t->set.of[TRAIN_TEST]->all.items,
                               .seed = iso_run_seed(t->run),
                               .bare = t->opt.interval == ISO_INTERVAL_NONE};
    if (t->opt.task == ISO_TRAIN_SPAN) {
        ISO_TRY(add_answers(&m, t));
        goto done;
    }
    ISO_TRY(say_all(&m, t));
    ISO_TRY(keep_predictions(t, &m));
    ISO_TRY(cut(&m));
    ISO_TRY(add_scores(&m, false, TUNED, "fine-tuned"));
    ISO_TRY(add_absent(&m, "accuracy", "fine-tuned"));
    ISO_TRY(add_scores(&m, false, MAJORITY, "majority"));
    for (int i = 0; i < OTHERS; i++) {
        if (m.said[others[i].predictor])
            ISO_TRY(add_scores(&m, false, others[i].predictor, others[i].estimator));
    }
    if (t->set.entity)
        ISO_TRY(add_entities(&m));
    else
        ISO_TRY(add_scores(&m, true, TUNED, "macro"));
    ISO_TRY(add_gaps(&m));
done:
    marks_free(&m);
    return err;
}

/* --- The learning curve --- */

iso_err iso_train_curve(iso_records *out, const struct training *t, const iso_loop_result *result)
{
    const bool masked = iso_train_masked(&t->opt);
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < result->point_count; i++) {
        const iso_loop_point *p = &result->point[i];
        iso_record r = iso_train_record(t, "loss", "train", NULL);
        r.step = p->step;
        r.value = p->loss;
        ISO_TRY(iso_records_add(out, &r));
        if (!isfinite(p->score))
            continue;
        r.measure = masked                                           ? "loss"
                    : t->set.entity || t->opt.task == ISO_TRAIN_SPAN ? "f1"
                                                                     : "accuracy";
        r.estimator = "dev";
        r.value = masked ? -p->score : p->score;
        r.n = t->set.part[TRAIN_DEV].n;
        ISO_TRY(iso_records_add(out, &r));
    }
done:
    return err;
}
