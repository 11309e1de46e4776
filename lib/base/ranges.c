#include "lib/base/ranges.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/str.h"

enum { WORD_SIZE = 64 };

/* A number or "last", `len` bytes of it. */
static bool number(int64_t *out, const char *text, size_t len, int64_t final)
{
    char word[WORD_SIZE];

    if (len >= sizeof word)
        return false;
    (void)snprintf(word, sizeof word, "%.*s", (int)len, text);
    if (!strcmp(word, "last")) {
        *out = final;
        return true;
    }
    return iso_str_int(out, word) && *out >= 0 && *out <= INT_MAX;
}

bool iso_range_parse(int64_t *first, int64_t *last, const char *word, int64_t final)
{
    const size_t len = strcspn(word, "-");
    const char *end = word[len] ? word + len + 1 : word;

    return number(first, word, len, final) && number(last, end, strlen(end), final) &&
           *first <= *last;
}

static const char sentence_word[] = "sentence";

static iso_err read(int64_t *first, int64_t *last, const char *word, int64_t final,
                    int64_t sentence)
{
    if (strcmp(word, sentence_word) == 0) {
        *first = *last = sentence;
        return ISO_OK;
    }
    return iso_range_parse(first, last, word, final)
               ? ISO_OK
               : iso_fail(ISO_EARG, ISO_FIELD(layers) " takes a list like 0,3-6,last, not '%s'",
                          word);
}

iso_err iso_ranges_check(const char *list)
{
    char word[WORD_SIZE];
    int64_t first, last;
    iso_err err = ISO_OK;

    for (const char *at = list; at;) {
        at = iso_str_word(word, sizeof word, at);
        ISO_TRY(read(&first, &last, word, INT_MAX, INT_MAX));
    }
done:
    return err;
}

static bool among(int64_t layer, const int *list, int count)
{
    for (int i = 0; i < count; i++) {
        if (list[i] == layer)
            return true;
    }
    return false;
}

iso_err iso_ranges_take(bool *take, const char *list, const int *layer, int count, int sentence,
                        const char *who)
{
    const bool others = count > 1 && layer[count - 1] == sentence;
    const int final = layer[others ? count - 2 : count - 1];
    char word[WORD_SIZE];
    iso_err err = ISO_OK;

    for (const char *at = list; at;) {
        int64_t first = 0, last = 0;
        at = iso_str_word(word, sizeof word, at);
        ISO_TRY(read(&first, &last, word, final, sentence));
        if (strcmp(word, sentence_word) == 0 && (sentence == 0 || !among(sentence, layer, count)))
            ISO_FAIL(ISO_EARG, "%s has no layer %s (its last is %d)", who, word, final);
        if (!among(first, layer, count) || !among(last, layer, count))
            ISO_FAIL(ISO_EARG, "%s has no layer %lld (its last is %d)", who,
                     (long long)(among(first, layer, count) ? last : first), final);
        for (int i = 0; i < count; i++)
            take[i] = take[i] || (layer[i] >= first && layer[i] <= last);
    }
done:
    return err;
}
