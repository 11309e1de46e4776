/* Randomised smoothing through the encoder: Gaussian noise on state 0, layers, pooling, and the
 * probe of the sentence's fold or the checkpoint's own head. */
#include "analysis/study/robust/robust_smooth.h"

#include <math.h>
#include <string.h>

#include "analysis/search/hits.h"
#include "analysis/study/items/records.h"
#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "lib/encode/states_texts.h"
#include "lib/linalg/bootstrap.h"
#include "lib/nn/pooling.h"
#include "lib/train/embedding_norm.h"

static const double ALPHA = 0.001, DIFFERENT = 0.05;

/* --- The model over the texts of the states --- */

static iso_err embed(void *encoder, iso_mat *x, const iso_batch *batch)
{
    return iso_encoder_embed(encoder, x, batch);
}

/* The head that hubs' models have reads the first token, the one that training makes beside it the
 * mean of a sentence's tokens. */
static iso_err open_head(iso_pool *pool, struct robust_smoother *s)
{
    const iso_states_info *about = iso_states_about(s->set->states);
    const char *folder = iso_model_about(s->model)->folder, *why = NULL, *other = NULL;
    int found = 0;
    iso_err err = ISO_OK;

    *pool = ISO_POOL_CLS;
    ISO_TRY(iso_classifier_open(&s->head, &why, folder));
    if (!s->head) {
        *pool = ISO_POOL_MEAN;
        ISO_TRY(iso_classifier_open_linear(&s->head, &other, folder, "mean_classifier", NULL));
    }
    ISO_NEED(s->head, "%s: " ISO_FIELD(head) ": %s", s->opt->model.folder, why);
    const int64_t K = iso_classifier_classes(s->head);
    ISO_TRY(iso_alloc(&s->meant, K, sizeof *s->meant));
    for (int64_t k = 0; k < K; k++)
        s->meant[k] = -1;
    for (int c = 0; c < about->class_count; c++) {
        const int64_t k = iso_classifier_find(s->head, about->classes[c]);
        if (k < 0)
            continue;
        s->meant[k] = c;
        found++;
    }
    ISO_NEED(found > 0, "%s: " ISO_FIELD(head) ": its classes are not the labels of %s",
             s->opt->model.folder, iso_states_name(s->set->states));
done:
    return err;
}

static iso_err read_texts(struct robust_smoother *s, iso_pool pool)
{
    const struct probe_set *set = s->set;
    const char *prompt = iso_states_about(set->states)->prompt;
    int *number = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&number, set->langs, sizeof *number));
    for (int l = 0; l < set->langs; l++)
        number[l] = set->lang[l].number;
    if (s->opt->texts.corpus)
        ISO_TRY(iso_texts_open(&s->corpus, NULL, 0, &s->opt->texts, s->run));
    ISO_TRY(iso_states_texts(&s->texts, set->states, number, set->langs, s->corpus, s->run));
    ISO_TRY(iso_encoding_begin(&s->in, s->model, s->texts.texts, pool, 0, s->run));
    ISO_TRY(iso_encoding_prompt(&s->in, prompt ? prompt : "")); /* as the states were made */
    ISO_TRY(iso_encoding_read(&s->in, NULL, set->langs));
done:
    iso_free(number);
    return err;
}

iso_err iso_robust_smoother_open(struct robust_smoother *s, const iso_robust_opt *opt,
                                 const struct probe_set *set, const struct robust_layer *layer,
                                 const iso_run *run)
{
    const iso_states_info *about = iso_states_about(set->states);
    iso_pool pool = ISO_POOL_MEAN;
    iso_err err = ISO_OK;

    s->opt = opt;
    s->set = set;
    s->layer = layer;
    s->run = run;
    s->sigma = isnan(opt->sigma) ? ROBUST_SIGMA : opt->sigma;
    if (about->pooling)
        (void)iso_pool_named(&pool, about->pooling);
    ISO_TRY(iso_model_open(&s->model, &opt->model, run));
    if (opt->head)
        ISO_TRY(open_head(&pool, s));
    ISO_TRY(read_texts(s, pool));
    const iso_nn_config *c = iso_encoder_config(s->in.encoder);
    s->depth = opt->head ? (int)c->L : layer->rows.layer;
    if (s->depth > c->L || layer->rows.x[0].cols != c->C)
        ISO_FAIL(ISO_EDATA, "%s: layer %d of %lld dims; %s has %lld layers of %lld",
                 iso_states_name(set->states), s->depth, (long long)layer->rows.x[0].cols,
                 s->in.about->name, (long long)c->L, (long long)c->C);
    s->batch.size = iso_encoding_batch_size(0);
    ISO_TRY(iso_mat_new(&s->x, s->batch.size > s->in.longest ? s->batch.size : s->in.longest, c->C,
                        ISO_F32));
    ISO_TRY(iso_mat_new(&s->rows, s->batch.size, c->C, ISO_F32));
    ISO_TRY(iso_alloc(&s->z, set->classes, sizeof *s->z));
    if (opt->head)
        ISO_TRY(iso_mat_new(&s->logits, s->batch.size, iso_classifier_classes(s->head), ISO_F32));
    ISO_TRY(iso_embedding_norm_by(&s->unit, c->V, c->C, embed, s->in.encoder));
done:
    return err;
}

void iso_robust_smoother_close(struct robust_smoother *s)
{
    iso_classifier_close(s->head);
    iso_encoding_batch_free(&s->batch);
    iso_encoding_free(&s->in);
    iso_states_texts_free(&s->texts);
    iso_texts_close(s->corpus);
    iso_model_close(s->model);
    iso_mat_free(&s->x);
    iso_mat_free(&s->rows);
    iso_mat_free(&s->logits);
    iso_free(s->meant);
    iso_free(s->z);
    *s = (struct robust_smoother){0};
}

/* --- Draws --- */

/* Special tokens stay, as in training with noise. Each draw is a stream of its own. */
static void add_noise(struct robust_smoother *s, int64_t first, int64_t draws)
{
    const struct encoding_lang *l = &s->in.lang[s->lang];
    const int64_t T = s->turn.tokens, C = s->x.cols, from = l->token_at[s->turn.item];
    const double scale = s->sigma * s->unit / sqrt((double)C);

#pragma omp parallel for schedule(static)
    for (int64_t b = 0; b < draws; b++) {
        iso_rng rng = iso_rng_seeded(s->key, (uint64_t)(first + b));
        for (int64_t t = 0; t < T; t++) {
            float *x = (float *)s->x.data + (b * T + t) * s->x.stride;
            for (int64_t k = 0; k < C && !(l->mark[from + t] & TOKEN_SPECIAL); k++)
                x[k] += (float)(scale * iso_rng_normal(&rng));
        }
    }
}

/* The pooled states of so many copies of the sentence. */
static iso_err run_copies(struct robust_smoother *s, int64_t first, int64_t draws, bool noisy)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_encoding_load_begin(&s->batch, draws, draws * s->turn.tokens));
    for (int64_t b = 0; b < draws; b++)
        ISO_TRY(iso_encoding_load_add(&s->batch, &s->in.lang[s->lang], s->in.pool, &s->turn));
    s->x.rows = draws * s->turn.tokens;
    s->rows.rows = draws;
    ISO_TRY(iso_encoder_embed(s->in.encoder, &s->x, &s->batch.batch));
    if (noisy)
        add_noise(s, first, draws);
    ISO_TRY(iso_encoder_layers(s->in.encoder, &s->x, &s->batch.batch, 0, s->depth));
    ISO_TRY(iso_pool_lists(&s->rows, iso_mat_view(&s->x), s->batch.lists.first,
                           s->batch.lists.index, s->in.pool));
done:
    return err;
}

static int32_t largest(const float *z, int64_t n)
{
    int32_t best = 0;

    for (int32_t k = 1; k < n; k++)
        best = z[k] > z[best] ? k : best;
    return best;
}

/* What is said of the first rows: a class of the states; of the head perhaps none of them, −1. */
static iso_err say(int32_t *answer, struct robust_smoother *s, int64_t draws)
{
    iso_err err = ISO_OK;

    if (s->head) {
        s->logits.rows = draws;
        ISO_TRY(iso_classifier_logits(&s->logits, s->head, iso_mat_view(&s->rows)));
    }
    for (int64_t b = 0; b < draws; b++) {
        answer[b] = s->head ? s->meant[largest((const float *)s->logits.data + b * s->logits.stride,
                                               s->logits.cols)]
                            : iso_linear_probe_answer(
                                  s->z, s->probe, (const float *)s->rows.data + b * s->rows.stride);
    }
done:
    return err;
}

static iso_err classify(int32_t *answer, void *smoother, int64_t first, int64_t count)
{
    struct robust_smoother *s = smoother;
    const int64_t T = s->turn.tokens > 0 ? s->turn.tokens : 1;
    const int64_t most = s->batch.size > T ? s->batch.size / T : 1;
    iso_err err = ISO_OK;

    for (int64_t done = 0; done < count; done += most) {
        const int64_t draws = count - done < most ? count - done : most;
        ISO_TRY(iso_run_step(s->run, "smoothing", s->done, s->total, "draws"));
        ISO_TRY(run_copies(s, first + done, draws, true));
        ISO_TRY(say(answer + done, s, draws));
        s->done += draws;
    }
done:
    return err;
}

/* --- One sentence --- */

/* Whether these states are those of this model: the one row, made again, is the stored one, up to
 * what bf16 and int8 change. */
static iso_err check_row(const struct robust_smoother *s, const float *stored)
{
    const float *made = s->rows.data;
    double off = 0, size = 0;

    for (int64_t k = 0; k < s->rows.cols; k++) {
        off += pow((double)made[k] - (double)stored[k], 2);
        size += pow((double)stored[k], 2);
    }
    return sqrt(off) <= DIFFERENT * sqrt(size)
               ? ISO_OK
               : iso_fail(
                     ISO_EDATA,
                     "%s: the first sentence of %s has other states in %s (by %.0f %% of their "
                     "length): give the model they are of",
                     iso_states_name(s->set->states), s->set->lang[s->lang].lang->name,
                     s->in.about->name, 100 * sqrt(off / size));
}

iso_err iso_robust_smooth_one(struct smoothed *out, int32_t *plain, struct robust_smoother *s,
                              int lang, int64_t item, bool check)
{
    const struct probe_lang *of = &s->set->lang[lang];
    const int64_t row = s->layer->row_of[lang][item];
    const iso_mat *x = &s->layer->rows.x[lang];
    const struct encoding_lang *l = &s->in.lang[lang];
    iso_err err = ISO_OK;

    s->lang = lang;
    s->turn =
        (struct encoding_turn){.tokens = l->token_at[row + 1] - l->token_at[row], .item = row};
    s->probe = &s->layer->fold[of->fold[row]];
    s->key = iso_run_seed(s->run) ^
             iso_item_key((uint64_t)lang + 1, of->lang->ids ? of->lang->ids[row] : NULL, row);
    ISO_TRY(run_copies(s, 0, 1, false));
    if (check && !s->head)
        ISO_TRY(check_row(s, (const float *)x->data + row * x->stride));
    ISO_TRY(say(plain, s, 1));
    ISO_TRY(iso_smoothing_run(out, &(struct smoothing){.classes = s->set->classes,
                                                       .choose = s->opt->draws_choose,
                                                       .estimate = s->opt->draws,
                                                       .alpha = ALPHA,
                                                       .sigma = s->sigma / sqrt((double)s->x.cols),
                                                       .classify = classify,
                                                       .payload = s}));
done:
    return err;
}

/* --- A language --- */

struct outcomes {
    double *right, *plain, *abstained, *radius;
    int64_t n, certified;
};

static iso_err add(iso_records *out, const struct robust_smoother *s, const iso_record *like,
                   const char *measure, const char *estimator, iso_value *v)
{
    iso_record r = *like;

    r.measure = measure;
    r.estimator = estimator;
    v->param = s->sigma;
    iso_record_value(&r, v);
    return iso_records_add(out, &r);
}

static iso_err add_all(iso_records *out, const struct robust_smoother *s, const iso_record *like,
                       const struct outcomes *o, iso_boot boot, uint64_t seed)
{
    iso_value v;
    double sum = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_hits_mean(&v, o->plain, o->n, boot, seed));
    ISO_TRY(add(out, s, like, "accuracy", "unsmoothed", &v));
    ISO_TRY(iso_hits_mean(&v, o->right, o->n, boot, seed));
    ISO_TRY(add(out, s, like, "accuracy", "smoothed", &v));
    ISO_TRY(iso_hits_mean(&v, o->abstained, o->n, boot, seed));
    ISO_TRY(add(out, s, like, "abstained", "smoothed", &v));
    v = iso_value_undefined(0, "every sentence abstains: no class is shown to have more than half "
                               "of its draws");
    for (int64_t i = 0; i < o->certified; i++)
        sum += o->radius[i];
    if (o->certified > 0) {
        v = iso_value_none();
        v.n = o->certified;
        v.value = sum / (double)o->certified;
        if (boot)
            ISO_TRY(iso_boot_mean(&v.lo, &v.hi, o->radius, o->certified, boot, 0.95, seed));
        v.interval = boot && isfinite(v.lo) ? "boot-items" : NULL;
    }
    ISO_TRY(add(out, s, like, "radius", "smoothed", &v));
done:
    return err;
}

static iso_err add_one(iso_records *out, const struct robust_smoother *s, const iso_record *like,
                       int lang, int64_t row, const struct smoothed *r)
{
    iso_record one = *like;
    char room[ROBUST_NAME];
    iso_value v = iso_value_undefined(1, "it abstains: no class is shown to have more than half of "
                                         "its draws");

    if (r->answer >= 0) {
        v = iso_value_none();
        v.n = 1;
        v.value = r->radius;
    }
    one.item = robust_item(room, &s->set->lang[lang], row);
    return add(out, s, &one, "radius", "item", &v);
}

iso_err iso_robust_smooth_lang(iso_records *out, struct robust_smoother *s, int lang,
                               const iso_record *like, bool bare)
{
    const struct probe_set *set = s->set;
    const int64_t most = s->opt->smooth < set->items ? s->opt->smooth : set->items;
    struct outcomes o = {0};
    iso_records single = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&o.right, most, sizeof *o.right));
    ISO_TRY(iso_alloc(&o.plain, most, sizeof *o.plain));
    ISO_TRY(iso_alloc(&o.abstained, most, sizeof *o.abstained));
    ISO_TRY(iso_alloc(&o.radius, most, sizeof *o.radius));
    for (int64_t i = 0; i < set->items && o.n < most; i++) {
        const int64_t row = s->layer->row_of[lang][set->order[i]];
        struct smoothed r;
        int32_t plain;
        if (row < 0 || set->lang[lang].label[row] < 0 ||
            !s->layer->fold[set->lang[lang].fold[row]].w)
            continue;
        ISO_TRY(iso_robust_smooth_one(&r, &plain, s, lang, set->order[i], o.n == 0));
        o.plain[o.n] = plain == set->lang[lang].label[row];
        o.right[o.n] = r.answer == set->lang[lang].label[row];
        o.abstained[o.n++] = r.answer < 0;
        if (r.answer >= 0)
            o.radius[o.certified++] = r.radius;
        if (s->opt->each)
            ISO_TRY(add_one(&single, s, like, lang, row, &r));
    }
    ISO_TRY(add_all(out, s, like, &o, bare ? ISO_BOOT_NONE : ISO_BOOT_PERCENTILE,
                    iso_run_seed(s->run)));
    for (int64_t i = 0; i < single.count; i++)
        ISO_TRY(iso_records_add(out, &single.at[i]));
done:
    iso_records_free(&single);
    iso_free(o.right);
    iso_free(o.plain);
    iso_free(o.abstained);
    iso_free(o.radius);
    return err;
}
