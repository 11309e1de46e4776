/* Entry points of what translation reads: word vectors, dictionaries, alignments, pairs of rows. */
#include <math.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/utf8.h"
#include "lib/io/alignments.h"
#include "lib/io/dictionary.h"
#include "lib/io/row_pairs.h"
#include "lib/io/vectors.h"
#include "lib/io/word_table.h"
#include "lib/text/fold.h"
#include "tests/fuzz/entries.h"

static void look_at(const char *word)
{
    promise(*word && iso_utf8_valid(word, -1), "a word is UTF-8 and not empty");
    touch_text(word);
}

static void vectors(const uint8_t *data, size_t size, const iso_vectors_opt *opt)
{
    iso_vectors v = {0};

    if (iso_vectors_read(&v, file_of(data, size), opt)) {
        promise_message();
        promise(v.store == NULL, "a failure leaves nothing");
        return;
    }
    promise(v.count > 0 && v.dim > 0, "there are words");
    promise(!opt->limit || v.count <= opt->limit, "as many as wanted");
    for (int64_t i = 0; i < v.count; i++) {
        look_at(v.words[i]);
        promise(iso_vectors_find(&v, v.words[i]) == i, "each is found");
    }
    const float *numbers = v.rows.data;
    for (int64_t i = 0; i < v.count * v.dim; i++)
        promise(isfinite(numbers[i]), "numbers are finite");
    for (int i = 0; i < ISO_ODD_FEW && v.odd.few[i]; i++)
        promise(!strchr(v.odd.few[i], '\n') && iso_utf8_valid(v.odd.few[i], -1),
                "what was odd is reported in one line");
    promise(!iso_odd_total(&v.odd) == !v.odd.few[0], "and reported when there is something");
    if (v.counts)
        touch(v.counts, (size_t)v.count * sizeof *v.counts);
    iso_vectors_free(&v);
}

static void enter_vectors(const uint8_t *data, size_t size)
{
    vectors(data, size, &(iso_vectors_opt){.layer = -1});
    vectors(data, size, &(iso_vectors_opt){.limit = 2, .lower = iso_text_lower, .lang = "en"});
    vectors(data, size, &(iso_vectors_opt){.encoding = "latin1", .lower = iso_text_lower});
    vectors(data, size, &(iso_vectors_opt){.strict = true});
}

static void dictionary(const uint8_t *data, size_t size, const iso_dictionary_opt *opt)
{
    iso_dictionary d = {0};

    if (iso_dictionary_read(&d, file_of(data, size), opt)) {
        promise_message();
        promise(d.store == NULL, "a failure leaves nothing");
        return;
    }
    promise(d.pairs > 0, "there are pairs");
    for (int64_t i = 0; i < d.pairs; i++) {
        look_at(d.source[i]);
        look_at(d.target[i]);
    }
    promise(!iso_dictionary_odd(&d) == !d.few, "what was odd is reported");
    iso_dictionary_free(&d);
}

static void enter_dictionary(const uint8_t *data, size_t size)
{
    dictionary(data, size, &(iso_dictionary_opt){0});
    dictionary(data, size, &(iso_dictionary_opt){.encoding = "latin1", .lower = iso_text_lower});
    dictionary(data, size, &(iso_dictionary_opt){.strict = true});
}

static void enter_alignments(const uint8_t *data, size_t size)
{
    iso_alignments a = {0};

    if (iso_alignments_read(&a, file_of(data, size), NULL)) {
        promise_message();
        promise(a.first == NULL, "a failure leaves nothing");
        return;
    }
    promise(a.sentences > 0 && a.first[0] == 0, "there are sentences");
    for (int64_t i = 0; i < a.sentences; i++)
        promise(a.first[i] <= a.first[i + 1], "links rise");
    for (int64_t k = 0; k < a.first[a.sentences]; k++)
        promise(a.source[k] >= 0 && a.target[k] >= 0, "words count from 0");
    iso_alignments_free(&a);
}

static void enter_row_pairs(const uint8_t *data, size_t size)
{
    iso_row_pairs p = {0};

    if (iso_row_pairs_read(&p, file_of(data, size), 12, 7, NULL)) {
        promise_message();
        promise(p.source == NULL && p.count == 0, "a failure leaves nothing");
        return;
    }
    promise(p.count > 0, "there are pairs");
    for (int64_t i = 0; i < p.count; i++) {
        promise(p.source[i] >= 0 && p.source[i] < 12, "source rows are there");
        promise(p.target[i] >= 0 && p.target[i] < 7, "target rows are there");
    }
    iso_row_pairs_free(&p);
}

/* Any bytes in lower case: what was UTF-8 still is, and a second time changes nothing that the
 * first did not. */
static void enter_lower(const uint8_t *data, size_t size)
{
    iso_buf once = {0}, twice = {0};
    const char *bytes = size ? (const char *)data : "";

    promise(iso_text_lower(&once, bytes, (int64_t)size) == ISO_OK, "memory");
    promise(!iso_utf8_valid(bytes, (int64_t)size) || iso_utf8_valid(once.text, once.len),
            "text stays text");
    promise(iso_text_lower(&twice, once.text, once.len) == ISO_OK, "memory");
    promise(once.len == twice.len && memcmp(once.text, twice.text, (size_t)once.len) == 0,
            "lower case is as low as it goes");
    iso_buf_free(&once);
    iso_buf_free(&twice);
}

/* What was read is written, and read again as it was. */
static void enter_word_table(const uint8_t *data, size_t size)
{
    iso_word_table t = {0}, again = {0};
    iso_buf out = {0}, copy = {0};

    if (iso_word_table_read(&t, file_of(data, size), NULL)) {
        promise_message();
        promise(t.words.count == 0, "a failure leaves nothing");
        return;
    }
    promise(iso_word_table_json(&out, &t) == ISO_OK, "memory");
    promise(iso_word_table_read(&again, file_of((const uint8_t *)out.text, (size_t)out.len),
                                NULL) == ISO_OK,
            "it reads what it writes");
    promise(iso_word_table_json(&copy, &again) == ISO_OK && strcmp(out.text, copy.text) == 0,
            "and that is the same");
    iso_buf_free(&out);
    iso_buf_free(&copy);
    iso_word_table_free(&t);
    iso_word_table_free(&again);
}

const struct entry entries_words[] = {
    {"word_table", enter_word_table},
    {"vectors", enter_vectors},
    {"dictionary", enter_dictionary},
    {"alignments", enter_alignments},
    {"row_pairs", enter_row_pairs},
    {"lower", enter_lower},
    {0},
};
