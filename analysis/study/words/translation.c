/* Word translation: the options, the walk over layers, the notes, the plan. */
#include "analysis/study/words/translation.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analysis/study/preset.h"
#include "analysis/study/words/words_job.h"
#include "lib/base/alloc.h"
#include "lib/text/fold.h"

enum { RANK_MOST = 1000 };

/* clang-format off */
static const iso_option options[] = {
    ISO_OPTION(iso_words_opt, RANGES, layers, "LIST", "layers to take: 0,3-6,last (default: all)"),
    ISO_OPTION(iso_words_opt, MEASURES, measure, "LIST", "scores to search by (default: csls,cosine,invsoftmax)", .init = "csls,cosine,invsoftmax"),
    ISO_OPTION(iso_words_opt, TEXT, preset, "NAME", "options of a published protocol; it prints them"),
    ISO_OPTION(iso_words_opt, TEXT, prep, "LIST", "steps on the rows of each language, in order: center,unit,zscore,...", .init = "unit,center,unit"),
    ISO_OPTION(iso_words_opt, TEXT, k, "LIST", "ranks that count as a hit: 1,5,10 (default: 1)", .init = "1,5,10"),
    ISO_OPTION(iso_words_opt, INT, neighbours, "N", "neighbours that CSLS and margins average (default: 10, margins 4)", .least = 1, .init = "10"),
    ISO_OPTION(iso_words_opt, REAL, beta, "X", "inverse temperature of invsoftmax (default: 10)", .above = true, .tier = ISO_OPTION_RARE),
    ISO_OPTION(iso_words_opt, PATH, train, "DICT", "dictionary the map is fitted on: source TAB target, or split at spaces", .reads = ISO_READS_NAMED),
    ISO_OPTION(iso_words_opt, PATH, test, "DICT", "dictionary whose source words are looked up; the fit never sees it", .reads = ISO_READS_NAMED),
    ISO_OPTION(iso_words_opt, FLAG, unsupervised, NULL, "instead of " ISO_FIELD(train) ": begin with words of alike similarities"),
    ISO_OPTION(iso_words_opt, ENUM, method, "KIND", "the map (default: orthogonal; none compares spaces as they are)", .choices = "none orthogonal rotation scaled ridge least-squares whitened"),
    ISO_OPTION(iso_words_opt, TEXT, steps, "LIST", "a chain instead of " ISO_FIELD(method) ": whiten,rotate,reweight:0.5,dewhiten,reduce:100"),
    ISO_OPTION(iso_words_opt, INT, refine, "N", "rounds of fitting anew on mutual nearest neighbours (default: 0)", .most = 1000),
    ISO_OPTION(iso_words_opt, INT, max_vocab, "N", "the first so many words of each file (default: 200000)", .least = 1, .init = "200000"),
    ISO_OPTION(iso_words_opt, TEXT, encoding, "NAME", "of words and dictionaries: utf-8 (default) or latin1"),
    ISO_OPTION(iso_words_opt, FLAG, lower, NULL, "words and dictionaries in lower case; of words that become equal the first counts"),
    ISO_OPTION(iso_words_opt, FLAG, strict, NULL, "what is odd in a file is an error instead of being left out and counted"),
    ISO_OPTION(iso_words_opt, FLAG, pad, NULL, "the side with fewer columns gets columns of zeros"),
    ISO_OPTION(iso_words_opt, ENUM, interval, "KIND", "how intervals are made (default: boot-items)", .choices = "none boot-items bca", .numbers = (const int[]){ISO_INTERVAL_NONE, ISO_INTERVAL_BOOT_ITEMS, ISO_INTERVAL_BCA}),
};
/* clang-format on */
const iso_options iso_words_options = ISO_OPTIONS("words", iso_words_opt, options);

void iso_words_opt_init(iso_words_opt *opt, size_t size)
{
    iso_options_init(&iso_words_options, opt, size);
}

/* --- What is asked --- */

static iso_err within(iso_err err, const char *option)
{
    return err ? iso_fail_in(err, ISO_FIELD_S, option) : ISO_OK;
}

static iso_err read_ranks(struct words_ask *ask, const char *list)
{
    char word[16];

    for (const char *at = list; at;) {
        int64_t k = 0;
        if (ask->ranks == WORDS_RANKS)
            return iso_fail(ISO_EARG, ISO_FIELD(k) " %s: more than %d ranks", list,
                            (int)WORDS_RANKS);
        at = iso_str_word(word, sizeof word, at);
        if (!iso_str_int(&k, word) || k < 1 || k > RANK_MOST)
            return iso_fail(ISO_EARG,
                            ISO_FIELD(k) " %s: a list of numbers from 1 to %d, as in 1,5,10", list,
                            (int)RANK_MOST);
        ask->rank[ask->ranks++] = k;
    }
    return ISO_OK;
}

static iso_err read_rules(struct words_ask *ask, const char *list)
{
    char word[32];

    for (const char *at = list; at;) {
        if (ask->rules == WORDS_RULES)
            return iso_fail(ISO_EARG, ISO_FIELD(measure) " %s: more than %d scores", list,
                            (int)WORDS_RULES);
        at = iso_str_word(word, sizeof word, at);
        if (iso_rule_find(&ask->rule[ask->rules], word))
            return iso_fail_in(ISO_EARG, ISO_FIELD(measure) " %s", list);
        for (int i = 0; i < ask->rules; i++) {
            if (ask->rule[i] == ask->rule[ask->rules])
                return iso_fail(ISO_EARG, ISO_FIELD(measure) " %s: %s stands twice", list, word);
        }
        ask->rules++;
    }
    return ISO_OK;
}

static iso_err read_prep(struct words_ask *ask, const char *list)
{
    iso_buf text = {0};
    iso_err err = ISO_OK;

    ISO_TRY(within(iso_prep_parse(&ask->prep, list), "prep"));
    ISO_TRY(iso_prep_text(&text, &ask->prep));
    if (text.len > 0) {
        ask->prep_text = text.text;
        text = (iso_buf){0};
    }
done:
    iso_buf_free(&text);
    return err;
}

static iso_err read_map(struct words_ask *ask)
{
    const iso_words_opt *opt = &ask->opt;

    ask->mapped = opt->method != ISO_WORDS_NONE;
    if (opt->steps && opt->method)
        return iso_fail(ISO_EARG,
                        ISO_FIELD(steps) " %s stands for a method; leave out " ISO_FIELD(method),
                        opt->steps);
    if (!ask->mapped && (opt->train || opt->unsupervised || opt->refine))
        return iso_fail(ISO_EARG, ISO_FIELD(method) " none fits nothing; leave out " ISO_FIELD_S,
                        opt->train          ? "train"
                        : opt->unsupervised ? "unsupervised"
                                            : "refine");
    if (ask->mapped && !opt->train == !opt->unsupervised)
        return iso_fail(
            ISO_EARG,
            opt->train
                ? ISO_FIELD(train) " and " ISO_FIELD(unsupervised) " exclude each other"
                : "needs " ISO_FIELD(train) " DICT, or " ISO_FIELD(unsupervised) ", or " ISO_FIELD(
                      method) " "
                              "none for spaces that are shared already");
    if (opt->method && ask->mapped)
        ask->map.method = (iso_map_method)(opt->method - ISO_WORDS_ORTHOGONAL);
    return within(iso_chain_parse(&ask->chain, opt->steps), "steps");
}

static void read_near(struct words_ask *ask)
{
    const iso_words_opt *opt = &ask->opt;

    ask->near.k = 1;
    ask->near.neighbours = (int)opt->neighbours;
    ask->near.beta = isnan(opt->beta) ? 0 : opt->beta;
    ask->boot = opt->interval == ISO_INTERVAL_NONE  ? ISO_BOOT_NONE
                : opt->interval == ISO_INTERVAL_BCA ? ISO_BOOT_BCA
                                                    : ISO_BOOT_PERCENTILE;
}

/* What the map was made of; records of several runs differ by this. */
static iso_err name_train(struct words_ask *ask)
{
    const iso_words_opt *opt = &ask->opt;
    iso_buf text = {0};
    iso_err err = ISO_OK;

    if (!ask->mapped)
        return ISO_OK;
    ISO_TRY(iso_buf_puts(&text, opt->unsupervised ? "unsupervised" : "dictionary"));
    if (opt->steps)
        ISO_TRY(iso_buf_printf(&text, "+%s", opt->steps));
    else if (ask->map.method != ISO_MAP_ORTHOGONAL)
        ISO_TRY(iso_buf_printf(&text, "+%s", iso_map_method_name(ask->map.method)));
    if (ask->rounds > 0)
        ISO_TRY(iso_buf_printf(&text, "+refine:%d", ask->rounds));
    for (char *c = text.text; *c; c++) /* as lists in this column are written */
        *c = *c == ',' ? '+' : *c;
    ask->train = text.text;
    text = (iso_buf){0};
done:
    iso_buf_free(&text);
    return err;
}

iso_err iso_words_ask_make(struct words_ask *out, const iso_words_opt *opt, const iso_run *run)
{
    const iso_words_opt *o = &out->opt;
    iso_err err = ISO_OK;

    *out = (struct words_ask){.run = run};
    ISO_TRY(iso_options_take(&iso_words_options, &out->opt, opt));
    ISO_TRY(iso_preset_fill(&iso_words_options, &out->opt, o->preset));
    out->rounds = (int)o->refine;
    out->max_vocab = o->max_vocab;
    ISO_NEED(o->test, "needs " ISO_FIELD(test) " DICT, the words to look up");
    ISO_TRY(read_ranks(out, o->k));
    ISO_TRY(read_rules(out, o->measure));
    ISO_TRY(read_prep(out, o->prep));
    ISO_TRY(read_map(out));
    read_near(out);
    ISO_TRY(name_train(out));
done:
    return err;
}

void iso_words_ask_free(struct words_ask *ask)
{
    iso_free(ask->prep_text);
    iso_free(ask->train);
    *ask = (struct words_ask){0};
}

iso_err iso_words_check(const iso_words_opt *opt)
{
    struct words_ask ask = {0};
    const iso_err err = iso_words_ask_make(&ask, opt, NULL);

    iso_words_ask_free(&ask);
    return err;
}

/* --- The walk --- */

/* What is the same for all layers. */
struct words_run {
    const struct words_ask *ask;
    struct words_source *side; /* two */
    iso_dictionary train, test;
    const iso_run *run;
    iso_facts *facts; /* NULL unless a plan is wanted */
};

static iso_record names_of(const struct words_run *w, const int layer[2],
                           const struct words_space space[2])
{
    const struct words_source *x = &w->side[0], *y = &w->side[1];
    iso_record r = iso_record_none();

    r.src = x->lang;
    r.tgt = y->lang;
    r.src_layer = layer[0] >= 0 ? layer[0] : ISO_NO_INT;
    r.tgt_layer = layer[1] >= 0 ? layer[1] : ISO_NO_INT;
    r.src_dim = space[0].v.dim;
    r.tgt_dim = space[1].v.dim;
    r.pool = x->pool ? x->pool : y->pool;
    r.model = x->model;
    if (y->model && !iso_str_same(x->model, y->model))
        *(x->model ? &r.model2 : &r.model) = y->model;
    r.prep = w->ask->prep_text;
    r.direction = "forward";
    r.train = w->ask->train;
    return r;
}

static iso_err check_sizes(const struct words_run *w, const struct words_space space[2])
{
    const int64_t n = space[0].rows.rows, m = space[1].rows.rows, d = space[0].rows.cols;
    const int64_t bytes = (n + m) * d * (int64_t)sizeof(float);

    for (int i = 0; i < w->ask->ranks; i++) {
        if (w->ask->rank[i] > m)
            return iso_fail(ISO_EARG, ISO_FIELD(k) " %lld: %s has %lld words",
                            (long long)w->ask->rank[i], w->side[1].path, (long long)m);
    }
    if (w->ask->near.neighbours > (n < m ? n : m))
        return iso_fail(ISO_EARG, ISO_FIELD(neighbours) " %d: there are %lld and %lld words",
                        w->ask->near.neighbours, (long long)n, (long long)m);
    if (bytes > iso_run_mem(w->run))
        return iso_fail(
            ISO_ENOMEM,
            ISO_FIELD(mem) " %lld: vectors of %lld and %lld words of %lld numbers are %lld bytes: "
                           "give more, or take fewer with " ISO_FIELD(max_vocab),
            (long long)iso_run_mem(w->run), (long long)n, (long long)m, (long long)d,
            (long long)bytes);
    return ISO_OK;
}

static iso_err lower_hint(iso_buf *out, const struct words_run *w, const iso_dictionary *d,
                          int64_t found, const struct words_space space[2])
{
    const struct dictionary_side side[2] = {{space[0].v.words, space[0].v.count},
                                            {space[1].v.words, space[1].v.count}};
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(out, ""));
    if (!w->ask->opt.lower)
        ISO_TRY(iso_dictionaries_hint(out, d, found, side));
done:
    return err;
}

static iso_err note_missing(const struct words_run *w, const struct words_test *t,
                            const struct words_space space[2])
{
    int64_t missing = 0;
    iso_buf hint = {0};
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < t->words; i++)
        missing += t->first[i + 1] == t->first[i];
    ISO_TRY(lower_hint(&hint, w, &w->test, t->pairs, space));
    if (missing > 0 || hint.len > 0)
        iso_run_note(w->run,
                     "%s: %lld of %lld words cannot be scored: %lld have no vector, of %lld no "
                     "translation has one%s",
                     w->ask->opt.test, (long long)missing, (long long)t->words, (long long)t->lost,
                     (long long)(missing - t->lost), hint.text);
done:
    iso_buf_free(&hint);
    return err;
}

static iso_err note_pairs(const struct words_run *w, const iso_word_pairs *pairs,
                          const struct words_space space[2])
{
    iso_buf hint = {0};
    iso_err err = ISO_OK;

    ISO_TRY(lower_hint(&hint, w, &w->train, pairs->count, space));
    iso_run_note(w->run, "%s: %lld of %lld pairs have both words%s", w->ask->opt.train,
                 (long long)pairs->count, (long long)w->train.pairs, hint.text);
done:
    iso_buf_free(&hint);
    return err;
}

static iso_err add_facts(iso_facts *out, const struct words_run *w,
                         const struct words_space space[2], const iso_word_pairs *pairs,
                         const struct words_test *test)
{
    const double n = (double)space[0].rows.rows, m = (double)space[1].rows.rows;
    const double d = (double)space[0].rows.cols;
    char both[64];
    iso_err err = ISO_OK;

    (void)snprintf(both, sizeof both, "%.0f\t%.0f", n, m);
    ISO_TRY(iso_facts_text(out, "words", both));
    ISO_TRY(iso_facts_count(out, "dims", space[0].rows.cols));
    ISO_TRY(iso_facts_count(out, "train pairs", pairs->count));
    ISO_TRY(iso_facts_count(out, "test pairs", test->pairs));
    ISO_TRY(iso_facts_count(out, "rounds", w->ask->rounds));
    ISO_TRY(iso_facts_real(out, "operations", 2 * n * m * d * w->ask->rules));
    ISO_TRY(iso_facts_count(out, "memory", (int64_t)((n + m) * (d * 4 + 3072))));
done:
    return err;
}

/* One layer of each side, from files to records. */
static iso_err layer_records(iso_records *out, const struct words_run *w, const int layer[2],
                             bool first)
{
    const struct words_ask *ask = w->ask;
    struct words_space space[2] = {0};
    struct words_test test = {0};
    iso_word_pairs pairs = {0};
    iso_record like;
    iso_err err = ISO_OK;

    for (int i = 0; i < 2; i++)
        ISO_TRY(iso_words_space_read(&space[i], &w->side[i], ask, layer[i], first));
    like = names_of(w, layer, space);
    ISO_TRY(iso_words_pad(space, w->side, ask->opt.pad));
    ISO_TRY(check_sizes(w, space));
    if (ask->opt.train)
        ISO_TRY(iso_words_train_pairs(&pairs, &w->train, ask, space));
    ISO_TRY(iso_words_test_make(&test, &w->test, ask, space));
    if (first && pairs.count < w->train.pairs)
        ISO_TRY(note_pairs(w, &pairs, space));
    if (first)
        ISO_TRY(note_missing(w, &test, space));
    if (w->facts) {
        ISO_TRY(add_facts(w->facts, w, space, &pairs, &test));
        goto done;
    }
    ISO_TRY(iso_words_map(space, &pairs, ask));
    like.rank = ISO_NO_INT;
    ISO_TRY(iso_words_score(out, &like, &test, iso_mat_view(&space[0].rows),
                            iso_mat_view(&space[1].rows), ask));
done:
    iso_words_space_free(&space[0]);
    iso_words_space_free(&space[1]);
    iso_words_test_free(&test);
    iso_word_pairs_free(&pairs);
    return err;
}

/* Two states files go layer by layer and must have the same; a file without layers meets all. */
static iso_err check_layers(const struct words_source side[2])
{
    const struct words_source *x = &side[0], *y = &side[1];

    if (x->layers == 0 || y->layers == 0)
        return ISO_OK;
    if (x->layers == y->layers &&
        memcmp(x->layer, y->layer, (size_t)x->layers * sizeof *x->layer) == 0)
        return ISO_OK;
    if (x->layers == 1 && y->layers == 1) /* LANG:LAYER=FILE on both sides */
        return ISO_OK;
    return iso_fail(ISO_EDATA, "%s and %s have different layers: choose with " ISO_FIELD(layers),
                    x->path, y->path);
}

static iso_err all_layers(iso_records *out, const struct words_run *w)
{
    const int count[2] = {w->side[0].layers, w->side[1].layers};
    const int rounds = count[0] > count[1] ? count[0] : count[1];
    iso_err err = ISO_OK;

    for (int i = 0; i < (rounds > 0 ? rounds : 1); i++) {
        const int layer[2] = {count[0] ? w->side[0].layer[i] : -1,
                              count[1] ? w->side[1].layer[i] : -1};
        if (rounds > 1)
            ISO_TRY(iso_run_step(w->run, "layers", i, rounds, "layers"));
        ISO_TRY(layer_records(out, w, layer, i == 0));
    }
done:
    return err;
}

/* What papers print as one number, of the last layer. */
static void note_headline(const iso_records *list, int64_t from, const iso_run *run)
{
    const iso_record *last = NULL;

    for (int64_t i = from; i < list->count; i++) {
        const iso_record *r = &list->at[i];
        if (r->k == 1 && iso_str_same(r->estimator, "csls") &&
            iso_str_same(r->denominator, "in-vocabulary"))
            last = r;
    }
    if (last)
        iso_run_note(run, "p@1 by csls of %lld words in the vocabulary: %.4f (chance %.2g)",
                     (long long)last->n, last->value, last->null);
}

static iso_err read_dictionaries(struct words_run *w)
{
    const iso_words_opt *o = &w->ask->opt;
    const iso_dictionary_opt opt = {.encoding = o->encoding,
                                    .lower = o->lower ? iso_text_lower : NULL,
                                    .strict = o->strict,
                                    .run = w->run};
    iso_err err = ISO_OK;

    ISO_TRY(iso_dictionaries_read(&w->test, o->test, &opt));
    if (o->train) {
        ISO_TRY(iso_dictionaries_read(&w->train, o->train, &opt));
        ISO_TRY(iso_dictionaries_overlap(o->train, &w->train, o->test, &w->test, w->run));
    }
done:
    return err;
}

/* Records, or with `facts` the plan. */
static iso_err translate(iso_records *out, iso_facts *facts, const iso_words_side given[2],
                         const iso_words_opt *opt, const iso_run *run)
{
    struct words_ask ask = {0};
    struct words_source side[2] = {0};
    struct words_run w = {.ask = &ask, .side = side, .run = run, .facts = facts};
    iso_err err = ISO_OK;

    ISO_TRY(iso_words_ask_make(&ask, opt, run));
    for (int i = 0; i < 2; i++)
        ISO_TRY(iso_words_source_open(&side[i], &given[i], &ask));
    ISO_TRY(check_layers(side));
    ISO_TRY(read_dictionaries(&w));
    ISO_TRY(all_layers(out, &w));
done:
    iso_dictionary_free(&w.train);
    iso_dictionary_free(&w.test);
    iso_words_source_close(&side[0]);
    iso_words_source_close(&side[1]);
    iso_words_ask_free(&ask);
    return err;
}

iso_err iso_words_plan(iso_facts *out, const iso_words_side side[2], const iso_words_opt *opt,
                       const iso_run *run)
{
    iso_records none = {0};
    const iso_err err = translate(&none, out, side, opt, run);

    iso_records_free(&none);
    return err;
}

iso_err iso_words(iso_records *out, const iso_words_side side[2], const iso_words_opt *opt,
                  const iso_run *run)
{
    const int64_t before = out->count;
    const iso_err err = translate(out, NULL, side, opt, run);

    if (err)
        iso_records_cut(out, before);
    else
        note_headline(out, before, run);
    return err;
}
