/* What training takes: steps, operations, memory; and what a run that is resumed must agree with.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "analysis/study/train/train_inside.h"
#include "lib/base/alloc.h"
#include "lib/io/checkpoint.h"
#include "lib/io/digest.h"
#include "lib/linalg/packed.h"
#include "lib/nn/tape.h"

/* --- Memory --- */

static int64_t parameters(const struct training *t, bool learnt)
{
    int64_t count = 0, sum = 0;
    const iso_tensor *tensors = iso_learner_tensors(t->learner, &count);

    for (int64_t i = 0; i < count; i++) {
        if (!learnt || iso_tensor_learns(&tensors[i]))
            sum += tensors[i].rows * tensors[i].cols;
    }
    return sum;
}

/* Gradients that have a place for every number. */
static int64_t gradients(const struct training *t)
{
    int64_t count = 0, sum = 0;
    const iso_tensor *tensors = iso_learner_tensors(t->learner, &count);

    for (int64_t i = 0; i < count; i++)
        sum += tensors[i].grad ? tensors[i].rows * tensors[i].cols : 0;
    return sum;
}

static int64_t text_bytes(const struct encoding *e)
{
    int64_t sum = 0;

    for (int l = 0; l < e->lang_count; l++) {
        const iso_corpus *c = &e->lang[l].corpus;
        sum += 16 * c->items + 5 * e->lang[l].token_at[c->items];
        for (int64_t i = 0; c->text && i < c->items; i++)
            sum += (int64_t)strlen(c->text[i]);
    }
    return sum;
}

static int64_t kept_tokens(const struct training *t)
{
    int64_t sum = 0;

    for (int64_t i = 0; i < t->places; i++)
        sum += t->tokens[i];
    return sum;
}

/* Tokens of the largest micro-batch of the first epoch; others differ by what a sentence has. */
static int64_t largest_micro(const struct training *t)
{
    int64_t most = 0;

    iso_sampler_epoch(t->sampler, 0);
    for (int64_t i = 0; i < iso_sampler_steps(t->sampler); i++) {
        const iso_sample step = iso_sampler_step(t->sampler, i);
        iso_sample micro;
        for (int64_t done = 0; iso_sampler_micro(&micro, t->sampler, &step, &done);)
            most = micro.tokens > most ? micro.tokens : most;
    }
    return most;
}

/* Of masked words: what the head keeps of a micro-batch, logits, sorted places. */
static int64_t masked_bytes(const struct training *t, int64_t micro)
{
    const iso_nn_config *c = &t->encoder->config;
    const int64_t units = iso_masking_count(micro) + 1, logits = units * c->V;

    return 4 * (logits < 1 << 24 ? logits : 1 << 24) + 28 * c->C * units + 24 * micro + 8 * c->V;
}

/* What mixed layers keep beside that of others: each, or one, which is run again for all. */
static int64_t mixed_bytes(const struct training *t, int64_t micro, bool recompute)
{
    const iso_nn_config *c = &t->encoder->config;
    const int64_t mixed = t->method->tensor_count / 2, own = 20 * c->C * micro;

    if (mixed == 0 || !recompute)
        return mixed * own;
    return own + 4 * (iso_layer_kept_size(c, micro) + 2 * c->C * micro);
}

/* The lowest layer that is run each step. */
static int lowest_of(const struct training *t)
{
    const int lowest = iso_trained_lowest(t->encoder);

    return t->within > 0 && t->within < lowest ? t->within : lowest;
}

static int64_t memory_of(const struct training *t, bool recompute)
{
    const iso_nn_config *c = &t->encoder->config;
    const int lowest = lowest_of(t);
    const int64_t micro = largest_micro(t);
    const iso_tape_opt tape = {.recompute = recompute}, inner = {recompute, .inputs = true};
    int64_t count = 0, sum = 4 * (parameters(t, false) + gradients(t));
    const iso_tensor *tensors = iso_learner_tensors(t->learner, &count);

    sum += iso_optimizer_bytes(tensors, count);
    sum += iso_tape_bytes(c, micro, lowest, &tape);
    if (iso_train_inner_steps(t) > 0) /* those passes keep as much, and δ */
        sum += iso_tape_bytes(c, micro, lowest, &inner) + 12 * c->C * micro;
    if (t->within > 0)
        sum += mixed_bytes(t, micro, recompute);
    if (lowest > 0 && !iso_train_masked(&t->opt))
        sum += 4 * c->C * kept_tokens(t);
    if (iso_train_masked(&t->opt))
        sum += masked_bytes(t, micro);
    for (int i = 0; i < TRAIN_TEXTS; i++)
        sum += text_bytes(&t->set.texts[i].in);
    sum += text_bytes(&t->sources.translations.in);
    return sum;
}

/* What is there: a firm budget, or, beside the weights, which lie in memory already, what the
 * machine has free. */
static int64_t memory_there(const struct training *t)
{
    if (t->run && t->run->mem_firm)
        return iso_run_mem(t->run);
    return t->run && t->run->mem_free > 0 ? t->run->mem_free + 4 * parameters(t, false) : INT64_MAX;
}

iso_err iso_train_spare(struct training *t)
{
    const int64_t there = memory_there(t);
    const bool firm = t->run && t->run->mem_firm;

    if (t->learner->tape_opt.recompute || memory_of(t, false) <= there ||
        (firm && memory_of(t, true) > there))
        return ISO_OK;
    if (firm)
        iso_run_note(t->run, "activations are computed again, to keep to " ISO_FIELD(mem));
    else
        iso_run_note(t->run,
                     "activations are computed again: kept, training would take %.0f MB, %.0f MB "
                     "are free",
                     ceil((double)memory_of(t, false) / 1e6), floor((double)there / 1e6));
    t->opt.checkpoint_activations = true;
    return iso_learner_recompute(t->learner);
}

iso_err iso_train_fits(struct training *t)
{
    const int64_t have = iso_run_mem(t->run);
    iso_err err = ISO_OK;

    ISO_TRY(iso_train_spare(t));
    if (!t->run || !t->run->mem_firm || memory_of(t, t->learner->tape_opt.recompute) <= have)
        return ISO_OK;
    ISO_FAIL(ISO_EARG,
             ISO_FIELD(mem) ": this takes %.0f MB, %.0f MB are granted: grant more, " ISO_FIELD(
                 freeze) " embeddings or layers, or take a smaller " ISO_FIELD(micro_batch),
             ceil((double)memory_of(t, true) / 1e6), floor((double)have / 1e6));
done:
    return err;
}

/* --- Time --- */

/* Operations of layers first to L for a sentence of T tokens, forward. */
static double forward(const iso_nn_config *c, int first, double T)
{
    const double C = (double)c->C;
    const double layer = 8 * C * C + 4 * C * (double)c->F + 4 * C * T;

    return first <= c->L ? T * layer * (double)(c->L - first + 1) : 0;
}

/* An epoch: forward, and back twice as much, above what is frozen; what is frozen is run once.
 * Steps that move the input go back without the weights' gradients. */
static double operations(const struct training *t, double epochs)
{
    const iso_nn_config *c = &t->encoder->config;
    const int lowest = lowest_of(t);
    const double again = t->learner->tape_opt.recompute ? 1 : 0;
    const double times = 3 + again + (2 + again) * (double)iso_train_inner_steps(t);
    double sum = 0;

    for (int64_t i = 0; i < t->set.part[TRAIN_LEARN].n; i++) {
        const double T = (double)t->cost[i];
        const double above = forward(c, lowest > 1 ? lowest : 1, T);
        sum += epochs * times * above + (forward(c, 1, T) - above);
        if (iso_train_masked(&t->opt))
            sum += epochs * 6 * (double)(t->labelled[i] * (c->V + c->C)) * (double)c->C;
    }
    return sum;
}

static double epochs_of(const struct training *t)
{
    const int64_t steps = iso_sampler_all_steps(t->sampler, 1);

    return t->opt.steps > 0 ? (double)t->opt.steps / (double)steps : (double)t->opt.epochs;
}

iso_err iso_train_facts(iso_facts *out, struct training *t)
{
    const iso_compute f32 = ISO_COMPUTE_F32;
    const iso_nn_config *c = &t->encoder->config;
    const double work = operations(t, epochs_of(t));
    const struct train_set *s = &t->set;
    double rate = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_packed_rates(&rate, &f32, 1, c->F, c->C));
    ISO_TRY(iso_facts_text(out, "model", iso_model_about(t->model)->name));
    ISO_TRY(iso_facts_text(out, "train", s->train.text));
    ISO_TRY(iso_facts_count(out, "languages", s->langs));
    if (s->classes > 0)
        ISO_TRY(iso_facts_count(out, "classes", s->classes));
    ISO_TRY(iso_facts_count(out, "train items", s->part[TRAIN_LEARN].n));
    ISO_TRY(iso_facts_count(out, "dev items", s->part[TRAIN_DEV].n));
    ISO_TRY(iso_facts_count(out, "test items", s->part[TRAIN_TEST].n));
    ISO_TRY(iso_facts_count(out, "steps",
                            t->opt.steps > 0 ? t->opt.steps
                                             : iso_sampler_all_steps(t->sampler, t->opt.epochs)));
    ISO_TRY(iso_facts_count(out, "parameters", parameters(t, false)));
    ISO_TRY(iso_facts_count(out, "learnt", parameters(t, true)));
    ISO_TRY(iso_facts_real(out, "operations", work));
    ISO_TRY(iso_facts_real(out, "seconds", work / rate));
    ISO_TRY(iso_facts_count(out, "memory", memory_of(t, t->learner->tape_opt.recompute)));
done:
    return err;
}

/* --- What a run is begun with --- */

static void add_tokens(iso_digest *d, const struct origin *o)
{
    const int64_t at = o->lang->token_at[o->item], n = iso_source_tokens(o);

    iso_digest_add(d, &n, sizeof n);
    iso_digest_add(d, o->lang->ids + at, n * (int64_t)sizeof *o->lang->ids);
    iso_digest_add(d, o->lang->mark + at, n);
}

/* Texts, labels, and sources that may be learnt with. */
static void add_examples(iso_digest *d, const struct training *t, enum train_part part)
{
    const struct examples *e = &t->set.part[part];
    const int kinds = t->method->sources ? SOURCE_TRANSLATED : SOURCE_SELF;

    for (int64_t i = 0; i < e->n; i++) {
        iso_digest_add_text(d, e->in->lang[e->at[i].lang].name);
        iso_digest_add(d, e->label + e->unit_at[i],
                       (e->unit_at[i + 1] - e->unit_at[i]) * (int64_t)sizeof *e->label);
        if (e->last)
            iso_digest_add(d, e->last + i, sizeof *e->last);
        for (int k = SOURCE_SELF; k <= kinds; k++) {
            const struct origin o = iso_train_origin(t, part, k, i);
            add_tokens(d, &o);
        }
    }
}

static iso_err put_items(iso_buf *out, const struct training *t)
{
    static const char *const name[] = {"", "train items", "dev items"};
    char digest[ISO_DIGEST_SIZE];
    iso_digest *d = NULL;
    iso_err err = ISO_OK;

    for (int p = TRAIN_LEARN; p <= TRAIN_DEV; p++) {
        ISO_TRY(iso_digest_new(&d));
        add_examples(d, t, p);
        iso_digest_write(digest, d);
        iso_digest_free(d);
        d = NULL;
        ISO_TRY(iso_buf_printf(out, "%s\t%" PRId64 ", %s\n", name[p], t->set.part[p].n, digest));
    }
    for (int c = 0; c < t->set.classes; c++)
        ISO_TRY(iso_buf_printf(out, "class %d\t%s\n", c, t->set.class_name[c]));
done:
    iso_digest_free(d);
    return err;
}

/* Options that decide what the weights become; how far apart evaluations are is one of them. */
static bool decides(const char *name)
{
    static const char *const others[] = {
        "corpus",       "dev",         "test",     "split",           "src",
        "tgt",          "out",         "resume",   "translate_train", "budget",
        "columns",      "text_format", "interval", "model",           "checkpoint_activations",
        "translations", "stream",      "config",   "augment",         "copies"};

    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (strcmp(name, others[i]) == 0)
            return false;
    }
    return true;
}

iso_err iso_train_begun(iso_buf *out, const struct training *t)
{
    iso_buf word = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(out, "version of isogloss\t%s\nmodel\t%s\n", ISO_VERSION,
                           iso_model_about(t->model)->name));
    for (int i = 0; i < iso_train_options.count; i++) {
        const iso_option *o = &iso_train_options.at[i];
        if (!decides(o->name) || !iso_option_given(o, &t->opt))
            continue;
        word.len = 0;
        ISO_TRY(iso_option_words(&word, o, &t->opt));
        ISO_TRY(iso_buf_printf(out, "%s\t%s\n", o->name, word.text + 1));
    }
    ISO_TRY(iso_buf_printf(out, "seed\t%" PRIu64 "\n", iso_run_seed(t->run)));
    ISO_TRY(put_items(out, t));
    if (iso_model_about(t->model)->config_file) {
        char digest[ISO_DIGEST_SIZE];
        int64_t done = 0;
        ISO_TRY(iso_digest_file(digest, iso_model_about(t->model)->config_file, t->run,
                                "checking the model", &done, 0));
        ISO_TRY(iso_buf_printf(out, "shape\t%s\n", digest));
    }
    ISO_TRY(iso_checkpoint_identity(out, iso_model_about(t->model)->folder,
                                    t->set.of[TRAIN_LEARN]->in.tokenizer != NULL,
                                    !iso_model_about(t->model)->random, t->run));
    for (int i = 1; i < t->own.count; i++) {
        ISO_TRY(iso_buf_printf(out, "language\t%s\n", t->own.lang[i]));
        ISO_TRY(iso_checkpoint_identity(out, t->own.folder[i], false,
                                        !iso_model_about(t->model)->random, t->run));
    }
done:
    iso_buf_free(&word);
    return err;
}
