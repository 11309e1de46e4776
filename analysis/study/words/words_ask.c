/* What `words` is asked, read from the command line. */
#include <stdio.h>
#include <string.h>

#include "analysis/study/words/words_job.h"
#include "lib/base/alloc.h"
#include "lib/base/str.h"

enum { VOCABULARY = 200000, RANK_MOST = 1000 };

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
    const struct settings *set = ask->set;

    ask->mapped = !set->method || strcmp(set->method, "none") != 0;
    if (set->steps && set->method)
        return iso_fail(ISO_EARG,
                        ISO_FIELD(steps) " %s stands for a method; leave out " ISO_FIELD(method),
                        set->steps);
    if (!ask->mapped && (set->train || set->unsupervised || set->refine))
        return iso_fail(ISO_EARG, ISO_FIELD(method) " none fits nothing; leave out " ISO_FIELD_S,
                        set->train          ? "train"
                        : set->unsupervised ? "unsupervised"
                                            : "refine");
    if (ask->mapped && !set->train == !set->unsupervised)
        return iso_fail(
            ISO_EARG,
            set->train
                ? ISO_FIELD(train) " and " ISO_FIELD(unsupervised) " exclude each other"
                : "needs " ISO_FIELD(train) " DICT, or " ISO_FIELD(unsupervised) ", or " ISO_FIELD(
                      method) " "
                              "none for spaces that are shared already");
    if (set->method && ask->mapped)
        return within(iso_map_method_find(&ask->map.method, set->method), "method");
    return within(iso_chain_parse(&ask->chain, set->steps), "steps");
}

static iso_err read_near(struct words_ask *ask)
{
    const struct settings *set = ask->set;

    ask->near.k = 1;
    ask->near.neighbours = set->neighbours ? (int)set->neighbours : 10;
    if (set->beta && (!iso_str_double(&ask->near.beta, set->beta) || !(ask->near.beta > 0)))
        return iso_fail(ISO_EARG, ISO_FIELD(beta) " %s: is not a number above 0", set->beta);
    if (!set->interval || !strcmp(set->interval, "boot-items"))
        ask->boot = ISO_BOOT_PERCENTILE;
    else
        ask->boot = strcmp(set->interval, "bca") == 0 ? ISO_BOOT_BCA : ISO_BOOT_NONE;
    return ISO_OK;
}

/* What the map was made of; records of several runs differ by this. */
static iso_err name_train(struct words_ask *ask)
{
    const struct settings *set = ask->set;
    iso_buf text = {0};
    iso_err err = ISO_OK;

    if (!ask->mapped)
        return ISO_OK;
    ISO_TRY(iso_buf_puts(&text, set->unsupervised ? "unsupervised" : "dictionary"));
    if (set->steps)
        ISO_TRY(iso_buf_printf(&text, "+%s", set->steps));
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

iso_err iso_words_ask_make(struct words_ask *out, const struct settings *set)
{
    iso_err err = ISO_OK;

    *out = (struct words_ask){.set = set, .rounds = (int)set->refine};
    out->max_vocab = set->max_vocab ? set->max_vocab : VOCABULARY;
    if (set->inputs.count != 2)
        ISO_FAIL(ISO_EARG, "needs two files of word vectors, SRC and TGT; %d given",
                 set->inputs.count);
    ISO_NEED(set->test, "needs " ISO_FIELD(test) " DICT, the words to look up");
    ISO_NEED(set->refine <= 1000, ISO_FIELD(refine) " %lld: at most 1000 rounds",
             (long long)set->refine);
    ISO_TRY(read_ranks(out, set->k ? set->k : "1,5,10"));
    ISO_TRY(read_rules(out, set->measure ? set->measure : "csls,cosine,invsoftmax"));
    ISO_TRY(read_prep(out, set->prep ? set->prep : "unit,center,unit"));
    ISO_TRY(read_map(out));
    ISO_TRY(read_near(out));
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
