/* Methods of training, made from options. */
#include <math.h>
#include <string.h>

#include "analysis/study/train/train_inside.h"
#include "lib/base/alloc.h"
#include "lib/base/ranges.h"
#include "lib/train/embedding_norm.h"
#include "lib/train/method_xmixup.h"

/* --- Options --- */

static bool word_is(const char *list, const char *word)
{
    char at[64];

    for (const char *p = list; p;) {
        p = iso_str_word(at, sizeof at, p);
        if (strcmp(at, word) == 0)
            return true;
    }
    return false;
}

bool iso_train_tests(const struct training *t, const char *word)
{
    return t->opt.test_source && word_is(t->opt.test_source, word);
}

static iso_err check_words(const char *list)
{
    static const char *const known[] = {"translated", "self", "gold", "shuffled", "branches"};
    char at[64];

    for (const char *p = list; p;) {
        bool found = false;
        p = iso_str_word(at, sizeof at, p);
        for (size_t i = 0; i < sizeof known / sizeof *known; i++)
            found = found || strcmp(at, known[i]) == 0;
        if (!found)
            return iso_fail(ISO_EARG,
                            ISO_FIELD(test_source) " %s: translated, self, gold, shuffled or "
                                                   "branches",
                            at);
    }
    return ISO_OK;
}

/* λ as it is said: learnt, released, or a number. */
static iso_err read_lambda(iso_pair_mix *out, const iso_train_opt *opt)
{
    const char *said = opt->lambda;
    iso_err err = ISO_OK;

    out->rule.head = iso_mix_head_default();
    if (!isnan(opt->lambda0))
        out->rule.head.lambda0 = opt->lambda0;
    if (!said || strcmp(said, "learnt") == 0)
        return ISO_OK;
    out->frozen = true;
    if (strcmp(said, "released") == 0)
        return ISO_OK;
    out->rule.kind = ISO_MIX_FIXED;
    if (!iso_str_double(&out->rule.fixed, said) || !(out->rule.fixed >= 0 && out->rule.fixed <= 1))
        ISO_FAIL(ISO_EARG, ISO_FIELD(lambda) " %s: learnt, released, or a number within [0, 1]",
                 said);
done:
    return err;
}

/* Options of one method are of no other. */
static iso_err check_own(const iso_train_opt *opt)
{
    static const struct {
        iso_train_method method;
        const char *called, *option;
    } own[] = {
        {ISO_TRAIN_XMIXUP, "xmixup", "translations"},
        {ISO_TRAIN_XMIXUP, "xmixup", "mix_layers"},
        {ISO_TRAIN_XMIXUP, "xmixup", "lambda"},
        {ISO_TRAIN_XMIXUP, "xmixup", "lambda0"},
        {ISO_TRAIN_XMIXUP, "xmixup", "lambda_lr"},
        {ISO_TRAIN_XMIXUP, "xmixup", "alpha"},
        {ISO_TRAIN_XMIXUP, "xmixup", "consistency"},
        {ISO_TRAIN_XMIXUP, "xmixup", "sampling"},
        {ISO_TRAIN_XMIXUP, "xmixup", "sampling_k"},
        {ISO_TRAIN_XMIXUP, "xmixup", "test_source"},
        {ISO_TRAIN_ADVERSARIAL, "adversarial", "epsilon"},
        {ISO_TRAIN_ADVERSARIAL, "adversarial", "norm"},
        {ISO_TRAIN_ADVERSARIAL, "adversarial", "inner_steps"},
        {ISO_TRAIN_NOISE, "noise", "noise"},
        {ISO_TRAIN_NOISE, "noise", "sigma"},
    };

    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        if (opt->method != own[i].method &&
            iso_option_given(iso_options_find(&iso_train_options, own[i].option), opt))
            return iso_fail(ISO_EARG, ISO_FIELD_S " is of " ISO_FIELD(method) " %s", own[i].option,
                            own[i].called);
    }
    return ISO_OK;
}

/* Words and tokens of a target are not those of its source. */
static iso_err check_apart(const iso_train_opt *opt)
{
    const bool kl = opt->consistency == ISO_TRAIN_BOTH || opt->consistency == ISO_TRAIN_KL;
    iso_err err = ISO_OK;

    if (opt->task == ISO_TRAIN_CLASSIFY)
        return ISO_OK;
    ISO_NEED(!kl,
             ISO_FIELD(consistency) " %s: kl is of " ISO_FIELD(
                 task) " classify: sentences "
                       "have other words than their sources",
             opt->consistency == ISO_TRAIN_KL ? "kl" : "both");
    ISO_NEED(
        !word_is(opt->test_source, "branches"),
        ISO_FIELD(test_source) " branches is of " ISO_FIELD(task) " classify: elsewhere the "
                                                                  "target's branch alone speaks");
done:
    return err;
}

iso_err iso_train_check_method(const iso_train_opt *opt)
{
    iso_pair_mix mix = {0};
    iso_err err = ISO_OK;

    ISO_TRY(check_own(opt));
    ISO_TRY(read_lambda(&mix, opt));
    ISO_TRY(check_words(opt->test_source));
    ISO_TRY(check_apart(opt));
    if (opt->mix_layers && strcmp(opt->mix_layers, "none") != 0)
        ISO_TRY(iso_ranges_check(opt->mix_layers));
    if (!opt->translations && word_is(opt->test_source, "translated"))
        ISO_FAIL(ISO_EARG, ISO_FIELD(test_source) " translated needs " ISO_FIELD(translations));
    if (!opt->translations && (opt->sampling || !isnan(opt->sampling_k)))
        ISO_FAIL(ISO_EARG, ISO_FIELD(sampling) " needs " ISO_FIELD(translations));
done:
    return err;
}

/* --- Making one --- */

static iso_err take_layers(bool *mixed, const struct training *t)
{
    const int L = t->encoder->config.L;
    const char *list = t->opt.mix_layers ? t->opt.mix_layers : "1";
    int *layer = NULL;
    iso_err err = ISO_OK;

    if (strcmp(list, "none") == 0)
        return ISO_OK;
    ISO_TRY(iso_alloc(&layer, L, sizeof *layer));
    for (int k = 0; k < L; k++)
        layer[k] = k + 1;
    ISO_TRY(iso_ranges_take(mixed, list, layer, L, 0, iso_model_about(t->model)->name));
done:
    iso_free(layer);
    return err;
}

/* As published. */
static double usual_alpha(iso_train_task task)
{
    return task == ISO_TRAIN_TAG ? 0.8 : task == ISO_TRAIN_SPAN ? 0.2 : 0.4;
}

static iso_err make_xmixup(struct training *t)
{
    const iso_train_consistency terms = t->opt.consistency;
    const bool all = terms == 0 || terms == ISO_TRAIN_BOTH;
    const bool apart = t->opt.task != ISO_TRAIN_CLASSIFY;
    iso_xmixup_opt opt = {.alpha = isnan(t->opt.alpha) ? usual_alpha(t->opt.task) : t->opt.alpha,
                          .mse = all || terms == ISO_TRAIN_MSE,
                          .kl = !apart && (all || terms == ISO_TRAIN_KL),
                          .apart = apart};
    bool *mixed = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&mixed, t->encoder->config.L, sizeof *mixed));
    ISO_TRY(take_layers(mixed, t));
    ISO_TRY(read_lambda(&opt.mix, &t->opt));
    opt.mix.mixed = mixed;
    for (int k = t->encoder->config.L; k >= 1; k--)
        t->within = mixed[k - 1] ? k : t->within;
    ISO_TRY(iso_method_xmixup(&t->method, t->encoder, &opt));
done:
    iso_free(mixed);
    return err;
}

int64_t iso_train_inner_steps(const struct training *t)
{
    return t->opt.method != ISO_TRAIN_ADVERSARIAL ? 0
           : t->opt.inner_steps > 0               ? t->opt.inner_steps
                                                  : 3;
}

/* State 0 is moved, so that no layer's states can be kept. */
static iso_err make_perturbed(struct training *t)
{
    const iso_train_opt *o = &t->opt;
    double unit = 0;
    iso_err err = ISO_OK;

    t->within = 1;
    ISO_TRY(iso_embedding_norm(&unit, t->encoder));
    if (o->method == ISO_TRAIN_NOISE)
        ISO_TRY(
            iso_method_noise(&t->method, &(iso_noise_opt){.sigma = isnan(o->sigma) ? 0.1 : o->sigma,
                                                          .unit = unit,
                                                          .ball = o->noise == ISO_TRAIN_BALL,
                                                          .seed = iso_run_seed(t->run)}));
    else
        ISO_TRY(iso_method_adversarial(
            &t->method, &(iso_adversarial_opt){.epsilon = isnan(o->epsilon) ? 0.1 : o->epsilon,
                                               .unit = unit,
                                               .steps = iso_train_inner_steps(t),
                                               .linf = o->norm == ISO_TRAIN_LINF,
                                               .C = t->encoder->config.C}));
done:
    return err;
}

iso_err iso_train_make_method(struct training *t)
{
    switch (t->opt.method) {
    case ISO_TRAIN_XMIXUP:
        return make_xmixup(t);
    case ISO_TRAIN_ADVERSARIAL:
    case ISO_TRAIN_NOISE:
        return make_perturbed(t);
    case ISO_TRAIN_PLAIN:
        break;
    }
    return iso_method_plain(&t->method);
}

/* --- Whose source --- */

/* What is said of an item in dev and test comes of this. */
enum source_kind iso_train_test_source(const struct training *t)
{
    return t->opt.translations && !(iso_train_tests(t, "self") && !iso_train_tests(t, "translated"))
               ? SOURCE_TRANSLATED
               : SOURCE_SELF;
}

void iso_train_begin_sampling(struct training *t)
{
    const int64_t epoch = iso_sampler_all_steps(t->sampler, 1);
    const int64_t steps = t->opt.steps > 0 ? t->opt.steps : epoch * t->opt.epochs;

    t->sampling =
        (iso_sampling){.k = isnan(t->opt.sampling_k) ? iso_sampling_k(steps) : t->opt.sampling_k,
                       .seed = iso_run_seed(t->run),
                       .epoch_steps = t->opt.sampling == ISO_TRAIN_BY_EPOCH ? epoch : 0};
}

enum source_kind iso_train_source_of_step(bool *gold, const struct training *t, int64_t step)
{
    *gold = !t->opt.translations || t->opt.sampling == ISO_TRAIN_ALWAYS_GOLD ||
            (t->opt.sampling != ISO_TRAIN_NEVER_GOLD && iso_sampling_gold(&t->sampling, step));
    return *gold ? SOURCE_GOLD : SOURCE_TRANSLATED;
}

/* --- What it leaves --- */

iso_err iso_train_heads(iso_buf *out, const struct training *t)
{
    return t->opt.method == ISO_TRAIN_XMIXUP
               ? iso_pair_pass_heads(out, iso_method_xmixup_pairs(t->method))
               : ISO_OK;
}
