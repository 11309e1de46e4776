/* Training: what is asked, the plan, the call. */
#include "analysis/study/train/train.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analysis/study/preset.h"
#include "analysis/study/train/train_inside.h"
#include "lib/base/alloc.h"
#include "lib/io/outfolder.h"
#include "lib/linalg/blas.h"

/* clang-format off */
static const iso_option rows[] = {
    ISO_MODEL_FOLDER(iso_train_opt),
    ISO_OPTION_AS(iso_train_opt, "corpus", PATH, texts.corpus, "DIR", "take every text in DIR, as " "`isogloss embed` does: those that are learnt from, or all that are split", .reads = ISO_READS_CORPUS),
    ISO_OPTION(iso_train_opt, PATH, dev, "DIR", "texts to choose the best weights by", .reads = ISO_READS_CORPUS, .excludes = "split"),
    ISO_OPTION(iso_train_opt, PATH, test, "DIR", "texts to test on", .reads = ISO_READS_CORPUS, .excludes = "split"),
    ISO_OPTION(iso_train_opt, TEXT, split, "FILE|A/B/C", "parts train, dev and test of the items, by id, the same in all languages: a file of lines ID TAB PART, or shares (default: 80/10/10 unless there are " ISO_FIELD(dev) " or " ISO_FIELD(test) ")"),
    ISO_OPTION(iso_train_opt, ENUM, task, "TASK", "what is learnt: classify, the label of a text or pair (default); tag, that of each of its words; span, where in its context the answer to a question stands; mlm, masked words, of running text; tlm, of pairs of translations", .choices = "classify tag span mlm tlm", .init = "classify"),
    ISO_OPTION(iso_train_opt, ENUM, method, "METHOD", "how (default: plain)", .choices = "plain xmixup adversarial noise", .init = "plain"),
    ISO_OPTION(iso_train_opt, TEXT, preset, "NAME", "options of a published protocol; it prints them"),
    ISO_OPTION(iso_train_opt, NAMES, src, "LANG[,LANG]", "languages that are learnt from (default: the first; mlm, tlm: all)"),
    ISO_OPTION(iso_train_opt, NAMES, translate_train, "LANG[,LANG]", "languages whose translations of the sources' items are learnt from, too (by id; the source's label where they have none)"),
    ISO_OPTION(iso_train_opt, NAMES, tgt, "LANG[,LANG]", "languages that are tested beside these (default: all)"),
    ISO_OPTION(iso_train_opt, INT, budget, "N", "learn from N items in all, an equal share of each source, of different items (default: all they have)", .least = 1),
    ISO_OPTION(iso_train_opt, ENUM, head, "KIND", "what a class is read from: cls, the first token, through two maps as hubs' models have them; mean, the mean of the tokens, through one (default: as the checkpoint's own head, else cls)", .choices = "cls mean"),
    ISO_OPTION(iso_train_opt, ENUM, word_pool, "KIND", "what a tag is read from: first, the first piece of its word (default); sum, the sum of its pieces", .choices = "first sum"),
    ISO_OPTION(iso_train_opt, FLAG, new_head, NULL, "a new head in place of the checkpoint's own"),
    ISO_OPTION(iso_train_opt, RANGES, freeze, "LIST", "what does not learn: embeddings,1-6"),
    ISO_OPTION(iso_train_opt, INT, epochs, "N", "times that every item is learnt from (default: 3)", .least = 1, .init = "3"),
    ISO_OPTION(iso_train_opt, INT, steps, "N", "steps to make, instead of epochs", .least = 1),
    ISO_OPTION(iso_train_opt, INT, batch, "N", "items of a step (default: 32)", .least = 1, .init = "32"),
    ISO_OPTION(iso_train_opt, ENUM, optimizer, "KIND", "adamw, whose decay of weights stands apart from the gradient (default); adam, whose decay is a part of it", .choices = "adamw adam"),
    ISO_OPTION(iso_train_opt, REAL, lr, "RATE", "learning rate of the encoder (default: 5e-5)", .least = 0, .above = true, .init = "5e-5"),
    ISO_OPTION(iso_train_opt, REAL, head_lr, "RATE", "that of the head (default: 1e-3; mlm, tlm: as " ISO_FIELD(lr) ")", .least = 0, .above = true),
    ISO_OPTION(iso_train_opt, REAL, layers_lr_decay, "D", "layer k of L learns at D^(L-k) times the rate, the embeddings at D^L times (default: 1)", .least = 0, .above = true, .most = 1, .init = "1"),
    ISO_OPTION(iso_train_opt, REAL, weight_decay, "D", "of matrices; biases and LayerNorm have none (default: 0.01)", .least = 0, .most = 1, .init = "0.01"),
    ISO_OPTION(iso_train_opt, REAL, warmup, "SHARE", "part of the steps in which the rate rises (default: 0.1)", .least = 0, .most = 1, .init = "0.1"),
    ISO_OPTION(iso_train_opt, ENUM, schedule, "KIND", "how the rate goes on: linear, to 0 (default), inverse-sqrt, constant", .choices = "linear inverse-sqrt constant", .init = "linear"),
    ISO_OPTION(iso_train_opt, REAL, clip, "NORM", "largest norm of all gradients together; 0: any (default: 1)", .least = 0, .init = "1"),
    ISO_OPTION(iso_train_opt, REAL, clip_value, "SIZE", "largest size of each number of the gradients, instead of their norm", .least = 0, .above = true),
    ISO_OPTION(iso_train_opt, REAL, dropout, "RATE", "rate of dropout (default: as config.json says, else 0.1)", .least = 0, .most = 0.99),
    ISO_OPTION(iso_train_opt, INT, every, "N", "steps from one evaluation on dev to the next (default: an epoch)", .least = 1),
    ISO_OPTION(iso_train_opt, INT, patience, "N", "stop after N evaluations without gain (default: never)", .least = 1),
    ISO_OPTION(iso_train_opt, FLAG, checkpoint_activations, NULL, "keep what goes into a layer alone and compute the rest again: less memory, a third more time (default: where the rest of the memory, or " ISO_FIELD(mem) ", does not suffice)"),
    ISO_ENCODING_LENGTH(iso_train_opt),
    ISO_OPTION(iso_train_opt, ENUM, interval, "KIND", "none leaves intervals out", .choices = "none", .numbers = (const int[]){ISO_INTERVAL_NONE}),
    ISO_OPTION(iso_train_opt, FLAG, resume, NULL, "go on where an earlier run of the same command was interrupted"),
    ISO_TEXTS_COLUMNS(iso_train_opt),
    ISO_TEXTS_FORMAT(iso_train_opt),
    ISO_OPTION(iso_train_opt, PATH, translations, "DIR", "xmixup: items translated into the source language, by id, a file a language (default: originals alone)", .reads = ISO_READS_CORPUS),
    ISO_OPTION(iso_train_opt, RANGES, mix_layers, "LIST", "xmixup: layers whose targets take in the source, 1 the first; none (default: 1)"),
    ISO_OPTION(iso_train_opt, TEXT, lambda, "WHAT", "xmixup: learnt: W and b of each mixed layer learn (default); released: they are 1 and 0, as the published code has them; a number: lambda itself", .binding = "lambda_kind"),
    ISO_OPTION(iso_train_opt, REAL, lambda0, "X", "xmixup: largest share of the source (default: 0.5)", .least = 0, .above = true, .most = 1),
    ISO_OPTION(iso_train_opt, REAL, lambda_lr, "RATE", "xmixup: learning rate of W and b (default: 1e-2)", .least = 0, .above = true),
    ISO_OPTION(iso_train_opt, REAL, alpha, "A", "xmixup: what the loss of an original source counts, that of its target 1 - A (default: 0.4; tag 0.8, span 0.2)", .least = 0, .most = 1),
    ISO_OPTION(iso_train_opt, ENUM, consistency, "TERMS", "xmixup: both (default); mse of the sentences' vectors (default of tag and span), kl of the predictions, none", .choices = "both mse kl none"),
    ISO_OPTION(iso_train_opt, ENUM, sampling, "KIND", "xmixup: whether sources are originals or translations is drawn each step (default), each epoch, as the published code does; gold, translated: always", .choices = "step epoch gold translated"),
    ISO_OPTION(iso_train_opt, REAL, sampling_k, "K", "xmixup: step i takes originals with probability K/(K+exp(i/K)) (default: 1/2 in the middle of the run)", .least = 1),
    ISO_OPTION(iso_train_opt, NAMES, test_source, "LIST", "xmixup: sources of test items: translated (default with " ISO_FIELD(translations) ") or self (default without); beside it gold: an oracle, shuffled: of another item, branches: each alone (classify)"),
    ISO_OPTION(iso_train_opt, REAL, epsilon, "E", "adversarial: how far the embeddings of a token are moved at most, in mean lengths of embeddings (default: 0.1)", .least = 0),
    ISO_OPTION(iso_train_opt, ENUM, norm, "NORM", "adversarial: l2, the length of what is added to a token (default); linf, the size of each number", .choices = "l2 linf"),
    ISO_OPTION(iso_train_opt, INT, inner_steps, "K", "adversarial: steps along the gradient (default: 3)", .least = 1, .most = 1000),
    ISO_OPTION(iso_train_opt, ENUM, noise, "LAW", "noise: gaussian, independent numbers (default); ball, a point of the ball", .choices = "gaussian ball"),
    ISO_OPTION(iso_train_opt, REAL, sigma, "S", "noise: its length, on average or of the ball, in mean lengths of embeddings (default: 0.1)", .least = 0),
    ISO_OPTION(iso_train_opt, INT, stream, "N", "mlm: tokens of a chunk of running text (default: 256, or what the model takes)", .least = 8),
    ISO_OPTION(iso_train_opt, REAL, sampling_exponent, "S", "mlm, tlm: languages are drawn in proportion to the S-th power of their items (default: 0.7)", .least = 0, .most = 1),
    ISO_OPTION(iso_train_opt, PATH, augment, "TABLE", "learn from copies in which words of the sources are replaced by neighbours, as `isogloss augment` makes them (RS-DA), in place of the items", .reads = ISO_READS_FILE, .excludes = "translations"),
    ISO_OPTION(iso_train_opt, INT, copies, "N", "copies of each item (default: 3)", .least = 1, .most = 1000000, .needs = "augment"),
    ISO_OPTION(iso_train_opt, RANGES, separate, "LIST", "mlm: what each language has of its own, such as embeddings,1-3; the rest is shared. OUT holds a checkpoint of each language (default: all is shared)"),
    ISO_OPTION(iso_train_opt, ENUM, anchors, "KIND", "mlm, tlm: natural: a piece is the same in all languages (default); none: each language has pieces of its own, as if every word were prefixed by its language (new weights alone)", .choices = "natural none"),
    ISO_OPTION(iso_train_opt, TEXT, fake, "LANG", "mlm, tlm: beside LANG learn the language LANG-x-fake, the same texts in pieces of its own (new weights alone)"),
    ISO_OPTION(iso_train_opt, INT, micro_batch, "TOKENS", "tokens computed at once (default: 2048)", .least = 1, .tier = ISO_OPTION_RARE),
    ISO_MODEL_RANDOM(iso_train_opt),
    ISO_MODEL_CONFIG(iso_train_opt),
    ISO_OPTION_AS(iso_train_opt, "out", PATH, path, "DIR", "the checkpoint to write", .letter = 'o', .writes = ISO_WRITES_FOLDER),
};
/* clang-format on */
const iso_options iso_train_options = ISO_OPTIONS("train", iso_train_opt, rows);

void iso_train_opt_init(iso_train_opt *opt, size_t size)
{
    iso_options_init(&iso_train_options, opt, size);
}

/* --- Before any file is opened --- */

static iso_err take_options(iso_train_opt *out, const iso_train_opt *opt)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_options_take(&iso_train_options, out, opt));
    ISO_TRY(iso_preset_fill(&iso_train_options, out, out->preset));
    ISO_TRY(iso_train_split_check(out->split));
    ISO_TRY(iso_corpus_check_columns(out->texts.columns));
    ISO_TRY(iso_train_check_task(out));
    ISO_TRY(iso_train_check_method(out));
    ISO_TRY(iso_train_check_parts(out->freeze));
    ISO_TRY(iso_train_check_parts(out->separate));
done:
    return err;
}

iso_err iso_train_check(const iso_train_opt *opt)
{
    iso_train_opt o;

    return take_options(&o, opt);
}

/* --- What learns --- */

static iso_err open_encoder(struct training *t)
{
    const iso_model_info *about = iso_model_about(t->model);
    iso_trained_opt how = {.random = about->random,
                           .config = about->config_file,
                           .vocabularies = t->set.shift.rows / about->config->V,
                           .dense_words = iso_train_masked(&t->opt)};
    int64_t seed = 0;
    iso_err err = ISO_OK;

    if (about->random && t->opt.model.random_weights &&
        iso_str_int(&seed, t->opt.model.random_weights))
        how.seed = (uint64_t)seed;
    ISO_TRY(iso_trained_open(&t->encoder, about->folder, &how));
    ISO_TRY(iso_train_open_siblings(t, &how));
    ISO_TRY(iso_train_freeze(t));
    ISO_TRY(iso_train_make_head(t));
    t->drop.hidden = (float)t->encoder->config.dropout;
    t->drop.attention = (float)t->encoder->config.attention_dropout;
    if (!isnan(t->opt.dropout))
        t->drop.hidden = t->drop.attention = (float)t->opt.dropout;
    ISO_TRY(iso_train_make_method(t));
done:
    return err;
}

/* Frozen states are kept of what is learnt and of dev, and of their sources. */
static iso_err count_tokens(struct training *t)
{
    const int64_t learn = t->set.part[TRAIN_LEARN].n, each = learn + t->set.part[TRAIN_DEV].n;
    const int kinds = t->method->sources ? SOURCE_TRANSLATED + 1 : 1;
    iso_err err = ISO_OK;

    t->places = kinds * each;
    ISO_TRY(iso_alloc(&t->tokens, t->places, sizeof *t->tokens));
    ISO_TRY(iso_alloc(&t->cost, learn, sizeof *t->cost));
    ISO_TRY(iso_alloc(&t->labelled, learn, sizeof *t->labelled));
    ISO_TRY(iso_alloc(&t->lang, learn, sizeof *t->lang));
    for (int64_t i = 0; i < learn; i++) {
        t->labelled[i] = iso_example_units(&t->set.part[TRAIN_LEARN], i);
        t->lang[i] = t->set.part[TRAIN_LEARN].at[i].lang;
    }
    for (int64_t i = 0; i < each; i++) {
        const enum train_part part = i < learn ? TRAIN_LEARN : TRAIN_DEV;
        int64_t most = 0;
        for (int k = 0; k < kinds; k++) {
            const struct origin o = iso_train_origin(t, part, k, i < learn ? i : i - learn);
            const int64_t n = iso_source_tokens(&o);
            if (o.place == k * each + i) /* the others are kept as what they are */
                t->tokens[o.place] = n;
            most = k > 0 && n > most ? n : most;
        }
        if (i < learn)
            t->cost[i] = t->tokens[i] + most;
    }
done:
    return err;
}

static iso_err make_learner(struct training *t)
{
    const iso_sampler_items items = {.n = t->set.part[TRAIN_LEARN].n,
                                     .tokens = t->cost,
                                     .labelled = t->labelled,
                                     .lang = t->lang,
                                     .langs = t->set.langs};
    const bool masked = iso_train_masked(&t->opt); /* other states in each step: none are kept */
    iso_err err = ISO_OK;

    ISO_TRY(
        iso_learner_new(&t->learner, t->encoder, t->head,
                        &(iso_learner_opt){.recompute = t->opt.checkpoint_activations,
                                           .tokens = masked ? NULL : t->tokens,
                                           .items = t->places,
                                           .siblings = t->own.siblings,
                                           .sibling_count = t->own.count > 0 ? t->own.count - 1 : 0,
                                           .within = t->within}));
    ISO_TRY(iso_sampler_new(&t->sampler, &items,
                            &(iso_sampler_opt){.seed = iso_run_seed(t->run),
                                               .batch = t->opt.batch,
                                               .micro = iso_train_micro(&t->opt),
                                               .apart = t->own.count > 0,
                                               .reweigh = masked,
                                               .exponent = t->opt.sampling_exponent}));
    iso_train_begin_sampling(t);
done:
    return err;
}

static iso_err prepare(struct training *t, iso_model *model, const iso_texts *texts)
{
    iso_texts *opened = NULL;
    iso_err err = ISO_OK;

    if (!model) {
        ISO_TRY(iso_train_find_own(&t->own, &t->opt));
        ISO_TRY(iso_model_open(&t->opened, &t->opt.model, t->run));
        model = t->opened;
    }
    t->model = model;
    ISO_TRY(iso_train_choose_head(t));
    if (!texts) {
        ISO_TRY(iso_texts_open(&opened, NULL, 0, &t->opt.texts, t->run));
        t->set.texts[0].opened = opened;
        texts = opened;
    }
    ISO_TRY(iso_train_read(t, texts));
    if (t->opt.method == ISO_TRAIN_XMIXUP)
        ISO_TRY(iso_train_sources(t));
    ISO_TRY(open_encoder(t));
    ISO_TRY(count_tokens(t));
    ISO_TRY(make_learner(t));
done:
    return err;
}

static void forget(struct training *t)
{
    iso_sampler_free(t->sampler);
    iso_learner_free(t->learner);
    iso_method_free(t->method);
    iso_head_free(t->head);
    iso_train_own_free(&t->own);
    iso_trained_close(t->encoder);
    for (int i = 0; i < LOADED; i++)
        iso_loaded_free(&t->loaded[i]);
    iso_train_sources_free(&t->sources);
    iso_free(t->tokens);
    iso_free(t->cost);
    iso_free(t->labelled);
    iso_free(t->lang);
    iso_free(t->ordinary);
    for (int l = 0; t->own_words && l < t->set.langs; l++)
        iso_free(t->own_words[l].ids);
    iso_free(t->own_words);
    iso_train_set_free(&t->set);
    iso_buf_free(&t->name);
    iso_buf_free(&t->predictions);
    iso_model_close(t->opened);
}

/* --- The work --- */

static iso_loop_opt loop_options(const struct training *t, const char *begun)
{
    static const iso_schedule_kind kinds[] = {ISO_SCHEDULE_LINEAR, ISO_SCHEDULE_INVERSE_SQRT,
                                              ISO_SCHEDULE_CONSTANT};
    const iso_train_opt *o = &t->opt;
    iso_loop_opt opt = {.rates = {.rate = o->lr,
                                  .head = o->head_lr,
                                  .method = isnan(o->lambda_lr) ? 1e-2 : o->lambda_lr,
                                  .layers = o->layers_lr_decay,
                                  .decay = o->weight_decay},
                        .optimizer = {.adam = o->optimizer == ISO_TRAIN_ADAM},
                        .schedule = kinds[o->schedule - 1],
                        .warmup = o->warmup,
                        .epochs = o->epochs,
                        .steps = o->steps,
                        .every = o->every,
                        .patience = o->patience,
                        .resume = o->resume,
                        .begun = begun,
                        .path = o->path};

    if (!isnan(o->clip_value))
        opt.clip = (iso_clip){ISO_CLIP_VALUE, o->clip_value};
    else if (o->clip > 0)
        opt.clip = (iso_clip){ISO_CLIP_NORM, o->clip};
    return opt;
}

/* That the folder may be written is said before the work. */
static iso_err check_out(const iso_train_opt *opt)
{
    iso_outfolder *work = NULL;
    const iso_err err = iso_outfolder_open(&work, opt->path, "checkpoint", opt->force);

    iso_outfolder_discard(work);
    return err;
}

static void note_done(const struct training *t, const iso_loop_result *r)
{
    const bool masked = iso_train_masked(&t->opt);
    iso_buf best = {0};
    iso_err err = ISO_OK;

    if (isfinite(r->best))
        err = iso_buf_printf(&best, "; best on dev after step %" PRId64 ": %s%.4f", r->best_step,
                             masked ? "loss " : "", masked ? -r->best : r->best);
    iso_run_note(t->run, "%" PRId64 " step%s, %" PRId64 " tokens in %.1f s, %.0f/s%s", r->steps,
                 r->steps == 1 ? "" : "s", r->tokens, r->seconds,
                 r->seconds > 0 ? (double)r->tokens / r->seconds : 0,
                 err || !best.text ? "" : best.text);
    if (r->steps < r->all_steps)
        iso_run_note(t->run,
                     "ended after step %" PRId64 " of %" PRId64 ": no gain in %" PRId64
                     " evaluations",
                     r->steps, r->all_steps, t->opt.patience);
    iso_buf_free(&best);
}

static void note_next(const struct training *t)
{
    iso_buf path = {0};

    if (iso_buf_word(&path, t->opt.path))
        goto done;
    if (t->opt.method == ISO_TRAIN_XMIXUP && t->within > 0)
        iso_run_note(
            t->run,
            "%s is a checkpoint; next: "
            "`isogloss mix --model %s --lambda %s/lambda.json --layer %d --corpus DIR --src %s` "
            "shows what its mixing does",
            t->opt.path, path.text, path.text, t->within, t->set.lang[0]);
    else if (t->own.count > 0)
        iso_run_note(t->run,
                     "%s holds a checkpoint of each language; next: "
                     "`isogloss embed --model %s/%s %s=TEXT -o OUT.h5` takes states of one",
                     t->opt.path, path.text, t->own.lang[0], t->own.lang[0]);
    else
        iso_run_note(t->run,
                     "%s is a checkpoint; next: `isogloss embed --model %s --corpus DIR -o OUT.h5` "
                     "takes its states",
                     t->opt.path, path.text);
done:
    iso_buf_free(&path);
}

static iso_err work(iso_records *out, struct training *t)
{
    iso_records curve = {0};
    iso_loop_result result = {0};
    iso_loop *loop = NULL;
    iso_loop_data data = iso_train_data(t);
    iso_buf begun = {0};
    bool written = false;
    iso_err err = ISO_OK;

    ISO_TRY(iso_train_begun(&begun, t));
    const iso_loop_opt opt = loop_options(t, begun.text);
    ISO_TRY(iso_loop_open(&loop, t->learner, t->method, t->sampler, &data, &opt, t->run));
    ISO_TRY(iso_loop_run(&result, loop));
    note_done(t, &result);
    ISO_TRY(iso_train_records(out, t));
    ISO_TRY(iso_train_curve(&curve, t, &result));
    ISO_TRY(iso_train_write(t, out, &curve));
    written = true;
    note_next(t);
done:
    iso_loop_close(loop, written);
    iso_loop_result_free(&result);
    iso_records_free(&curve);
    iso_buf_free(&begun);
    return err;
}

static iso_err begin(struct training *t, const iso_train_opt *opt, const iso_run *run)
{
    const iso_err err = take_options(&t->opt, opt);

    t->run = run;
    iso_train_fill_task(&t->opt);
    return err;
}

iso_err iso_train_plan(iso_facts *out, iso_model *model, const iso_texts *texts,
                       const iso_train_opt *opt, const iso_run *run)
{
    const iso_threads threads = iso_blas_enter(run);
    struct training t = {0};
    iso_err err = ISO_OK;

    ISO_TRY(begin(&t, opt, run));
    ISO_TRY(prepare(&t, model, texts));
    ISO_TRY(iso_train_spare(&t));
    ISO_TRY(iso_train_facts(out, &t));
done:
    forget(&t);
    iso_blas_leave(threads);
    return err;
}

iso_err iso_train(iso_records *out, iso_model *model, const iso_texts *texts,
                  const iso_train_opt *opt, const iso_run *run)
{
    const int64_t before = iso_records_count(out);
    const iso_threads threads = iso_blas_enter(run);
    struct training t = {0};
    iso_records made = {0};
    iso_err err = ISO_OK;

    ISO_TRY(begin(&t, opt, run));
    ISO_NEED(t.opt.path, "needs " ISO_FIELD(out) ", the folder of the checkpoint to write");
    ISO_TRY(check_out(&t.opt));
    ISO_TRY(prepare(&t, model, texts));
    ISO_TRY(iso_train_fits(&t));
    ISO_TRY(work(&made, &t));
    for (int64_t i = 0; i < made.count; i++)
        ISO_TRY(iso_records_add(out, &made.at[i]));
done:
    if (err)
        iso_records_cut(out, before);
    iso_records_free(&made);
    forget(&t);
    iso_blas_leave(threads);
    return err;
}
