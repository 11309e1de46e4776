/* The options of word translation, and what they ask for. */
#include "analysis/study/words/translation.h"

#include <math.h>
#include <string.h>

#include "analysis/study/preset.h"
#include "analysis/study/words/words_job.h"
#include "lib/base/alloc.h"
#include "lib/io/kind.h"

enum { RANK_MOST = 1000 };

/* clang-format off */
static const iso_option options[] = {
    ISO_OPTION(iso_words_opt, RANGES, layers, "LIST", "layers to take: 0,3-6,last (default: all)"),
    ISO_OPTION(iso_words_opt, MEASURES, measure, "LIST", "scores to search by (default: csls,cosine,invsoftmax)", .init = "csls,cosine,invsoftmax"),
    ISO_OPTION(iso_words_opt, TEXT, preset, "NAME", "options of a published protocol; it prints them"),
    ISO_OPTION_PREP(iso_words_opt, .init = "unit,center,unit"),
    ISO_OPTION(iso_words_opt, TEXT, k, "LIST", "ranks that count as a hit (default: 1,5,10)", .init = "1,5,10"),
    ISO_OPTION(iso_words_opt, INT, neighbours, "N", "neighbours that CSLS and margins average (default: 10, margins 4)", .least = 1, .init = "10"),
    ISO_OPTION(iso_words_opt, REAL, beta, "X", "inverse temperature of invsoftmax (default: 30, as MUSE)", .above = true, .tier = ISO_OPTION_RARE),
    ISO_OPTION(iso_words_opt, PATH, train, "DICT", "dictionary the map is fitted on: source TAB target, or split at spaces", .reads = ISO_READS_NAMED),
    ISO_OPTION(iso_words_opt, PATH, test, "DICT", "dictionary whose source words are looked up; the fit never sees it", .reads = ISO_READS_NAMED),
    ISO_OPTION(iso_words_opt, FLAG, unsupervised, NULL, "instead of " ISO_FIELD(train) ": begin with words of alike similarities"),
    ISO_OPTION(iso_words_opt, ENUM, method, "KIND", "the map (default: orthogonal; none compares spaces as they are)", .choices = "none orthogonal rotation scaled ridge least-squares whitened"),
    ISO_OPTION(iso_words_opt, TEXT, steps, "LIST", "a chain instead of " ISO_FIELD(method) ": whiten,rotate,reweight:0.5,dewhiten,reduce:100"),
    ISO_OPTION(iso_words_opt, INT, refine, "N", "rounds of fitting anew on mutual nearest neighbours (default: 0)", .most = 1000),
    ISO_OPTION(iso_words_opt, PATH, nearest, "FILE", "of one file SRC, instead of translation: write the nearest words of each word by cosine, as many as " ISO_FIELD(neighbours) ", as JSON that `isogloss augment` reads", .excludes = "train,test,unsupervised,method,steps,refine", .writes = ISO_WRITES_KIND, .file = ISO_KIND_NEIGHBOURS),
    ISO_OPTION(iso_words_opt, REAL, threshold, "X", "least cosine of these (default: any)", .least = -1, .most = 1),
    ISO_OPTION(iso_words_opt, CHOICE, anchors, "KIND", "instead of translation: what texts of two languages share, distinct words or pieces, or their share of all running ones", .choices = "words words-share pieces pieces-share all", .needs = "corpus", .excludes = "train,test,unsupervised,method,steps,refine,nearest"),
    ISO_TEXTS_CORPUS(iso_words_opt),
    ISO_TEXTS_COLUMNS(iso_words_opt),
    ISO_TEXTS_FORMAT(iso_words_opt),
    ISO_OPTION(iso_words_opt, PATH, model, "DIR", "folder of a checkpoint, whose tokenizer makes the pieces of " ISO_FIELD(anchors), .reads = ISO_READS_CHECKPOINT, .needs = "anchors"),
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
    ISO_NEED(!iso_prep_has(&ask->prep, ISO_PREP_LSAR),
             ISO_FIELD(prep) " lsar takes the means of a collection's languages, and words are of "
                             "two spaces: center");
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
    ISO_NEED(o->test || o->nearest || o->anchors, "needs " ISO_FIELD(test) " DICT, the words to look up");
    ISO_TRY(read_ranks(out, o->k));
    ISO_TRY(read_rules(out, o->measure));
    ISO_TRY(read_prep(out, o->prep));
    if (!o->nearest && !o->anchors)
        ISO_TRY(read_map(out));
    ISO_NEED(o->nearest || isnan(o->threshold) || o->threshold == 0,
             ISO_FIELD(threshold) " is of " ISO_FIELD(nearest));
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
