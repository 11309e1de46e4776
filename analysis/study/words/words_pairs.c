/* Dictionaries of `words`, found in the vocabularies. */
#include <string.h>

#include "analysis/study/words/words_job.h"
#include "lib/base/alloc.h"
#include "lib/base/textmap.h"

/* Pair i of a dictionary in the vocabularies; false when one of its words is not there. */
static bool find_pair(int64_t *source, int64_t *target, const iso_dictionary *d, int64_t i,
                      const struct words_space space[2])
{
    *source = iso_vectors_find(&space[0].v, d->source[i]);
    *target = iso_vectors_find(&space[1].v, d->target[i]);
    return *source >= 0 && *target >= 0;
}

static iso_err nothing_found(const char *path, const iso_dictionary *d, const struct words_ask *ask,
                             const struct words_space space[2])
{
    const struct dictionary_side side[2] = {{space[0].v.words, space[0].v.count},
                                            {space[1].v.words, space[1].v.count}};
    iso_buf hint = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(&hint, ""));
    if (!ask->opt.lower)
        ISO_TRY(iso_dictionaries_hint(&hint, d, 0, side));
    ISO_FAIL(ISO_EDATA,
             "%s: none of its %lld pairs (the first: %s, %s) has both words among the "
             "vectors (the first: %s, %s); " ISO_FIELD(lower) " and " ISO_FIELD(
                 encoding) " decide what is equal%s",
             path, (long long)d->pairs, d->source[0], d->target[0], space[0].v.words[0],
             space[1].v.words[0], hint.text);
done:
    iso_buf_free(&hint);
    return err;
}

iso_err iso_words_train_pairs(iso_word_pairs *out, const iso_dictionary *d,
                              const struct words_ask *ask, const struct words_space space[2])
{
    iso_word_pairs pairs = {0};
    int64_t count = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_word_pairs_new(&pairs, d->pairs));
    for (int64_t i = 0; i < d->pairs; i++)
        count += find_pair(&pairs.source[count], &pairs.target[count], d, i, space);
    pairs.count = count;
    if (count == 0)
        ISO_TRY(nothing_found(ask->opt.train, d, ask, space));
    *out = pairs;
    return ISO_OK;
done:
    iso_word_pairs_free(&pairs);
    return err;
}

/* --- The test dictionary --- */

/* Pairs of one word need not stand together in the file: counted first, then dealt. */
static iso_err deal(struct words_test *test, const iso_dictionary *d, const int64_t *word,
                    const struct words_space space[2])
{
    int64_t *next = NULL, source, target;
    bool *has = NULL; /* the word itself has a vector */
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&has, test->words, sizeof *has));
    for (int64_t i = 0; i < d->pairs; i++) {
        test->first[word[i] + 1] += find_pair(&source, &target, d, i, space);
        has[word[i]] = source >= 0;
    }
    for (int64_t w = 0; w < test->words; w++) {
        test->first[w + 1] += test->first[w];
        test->lost += !has[w];
    }
    test->pairs = test->first[test->words];
    ISO_TRY(iso_alloc(&test->query, test->pairs, sizeof *test->query));
    ISO_TRY(iso_alloc(&test->target, test->pairs, sizeof *test->target));
    ISO_TRY(iso_alloc(&next, test->words, sizeof *next));
    memcpy(next, test->first, (size_t)test->words * sizeof *next);
    for (int64_t i = 0; i < d->pairs; i++) {
        if (!find_pair(&source, &target, d, i, space))
            continue;
        test->query[next[word[i]]] = source;
        test->target[next[word[i]]++] = target;
    }
done:
    iso_free(next);
    iso_free(has);
    return err;
}

iso_err iso_words_test_make(struct words_test *out, const iso_dictionary *d,
                            const struct words_ask *ask, const struct words_space space[2])
{
    iso_textmap words = {0};
    struct words_test test = {0};
    int64_t *word = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&word, d->pairs, sizeof *word));
    for (int64_t i = 0; i < d->pairs; i++)
        ISO_TRY(iso_textmap_put(&word[i], &words, d->source[i], -1));
    test.words = words.count;
    ISO_TRY(iso_alloc(&test.first, test.words + 1, sizeof *test.first));
    ISO_TRY(deal(&test, d, word, space));
    if (test.pairs == 0)
        ISO_TRY(nothing_found(ask->opt.test, d, ask, space));
    *out = test;
    test = (struct words_test){0};
done:
    iso_words_test_free(&test);
    iso_textmap_free(&words);
    iso_free(word);
    return err;
}

void iso_words_test_free(struct words_test *test)
{
    iso_free(test->first);
    iso_free(test->query);
    iso_free(test->target);
    *test = (struct words_test){0};
}
