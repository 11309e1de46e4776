/* Added tokens: found in a text as huggingface/tokenizers finds them, in every kind of tokenizer.
 */
#include "tests/check.h"

#include <sys/stat.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/folder.h"
#include "lib/io/json.h"
#include "lib/text/added.h"
#include "lib/text/tokenizer.h"

/* --- Golden: tests/golden/make_added.py --- */

static void put(const char *folder, const char *name, const char *bytes)
{
    FILE *f = fopen(check_path(folder, name), "wb");

    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, strlen(bytes), f), strlen(bytes));
    assert_int_equal(fclose(f), 0);
}

static const char *folder_named(const char *name)
{
    const char *path = temp_path(name);

    assert_int_equal(mkdir(path, 0700), 0);
    return path;
}

static void refused(const char *folder, iso_err code, const char *part)
{
    iso_tokenizer *t = NULL;

    fails(iso_tokenizer_open(&t, folder), code, part);
    assert_null(t);
}

/* The folder of one kind; those without files of their own are the source's. */
static const char *folder_of(const iso_json *kind, int number)
{
    const iso_json *file = iso_json_first(iso_json_get(kind, "files"));
    char name[20];

    if (!file)
        return source_path(iso_json_text(iso_json_get(kind, "name")));
    snprintf(name, sizeof name, "kind%d", number);
    const char *folder = folder_named(name);
    for (; file; file = iso_json_next(file))
        put(folder, iso_json_name(file), iso_json_text(file));
    return folder;
}

/* Bytes of pieces ascend, and lie in the text. */
static void spans_are_sound(const iso_tokens *k, int64_t len)
{
    for (int64_t i = 1, at = 0; i + 1 < k->count; at = k->begin[i++]) {
        assert_false(k->special[i]);
        assert_true(k->begin[i] >= at && k->begin[i] <= k->end[i] && k->end[i] <= len);
    }
}

static void same_ids(const iso_tokenizer *t, const char *kind, const iso_json *pair)
{
    const char *s = iso_json_text(iso_json_at(pair, 0));
    const iso_json *id = iso_json_first(iso_json_at(pair, 1));
    const iso_text text = {.text = s, .len = (int64_t)strlen(s)};
    iso_tokens k = {0};

    ok(iso_tokenizer_encode(t, &k, &text, 0));
    for (int64_t i = 0; i < k.count; i++, id = iso_json_next(id)) {
        int64_t expected = -1;
        (void)iso_json_int(&expected, id);
        if (expected != k.ids[i])
            fail_msg("%s: \"%s\": id %lld is %d, not %lld", kind, s, (long long)i, k.ids[i],
                     (long long)expected);
    }
    assert_null(id);
    spans_are_sound(&k, text.len);
    iso_tokens_free(&k);
}

static void as_the_published_library_finds_them(void **state)
{
    (void)state;
    iso_json *root;
    int kinds = 0, cases = 0;
    FILE *f = fopen(source_path("tests/golden/added_cases.json"), "rb");
    static char bytes[1 << 20];

    assert_non_null(f);
    ok(iso_json_parse(&root, bytes, (int64_t)fread(bytes, 1, sizeof bytes, f)));
    fclose(f);
    for (const iso_json *kind = iso_json_first(root); kind; kind = iso_json_next(kind), kinds++) {
        iso_tokenizer *t;
        ok(iso_tokenizer_open(&t, folder_of(kind, kinds)));
        for (const iso_json *c = iso_json_first(iso_json_get(kind, "cases")); c;
             c = iso_json_next(c), cases++)
            same_ids(t, iso_json_text(iso_json_get(kind, "name")), c);
        iso_tokenizer_close(t);
    }
    assert_int_equal(kinds, 12);
    assert_true(cases > 700);
    iso_json_free(root);
}

/* --- One set of tokens --- */

static iso_err as_it_is(const char **form, int64_t *len, void *with, const char *content)
{
    (void)with;
    *form = content;
    *len = (int64_t)strlen(content);
    return ISO_OK;
}

static iso_added *set_of(const iso_added_token *tokens, int count)
{
    iso_added *a;

    ok(iso_added_new(&a));
    for (int i = 0; i < count; i++)
        ok(iso_added_put(a, &tokens[i]));
    ok(iso_added_seal(a, as_it_is, NULL));
    return a;
}

/* "7[2,5) ": ids and bytes of all that are found. */
static const char *found(const iso_added *a, const char *text, bool normalized)
{
    static char out[400];
    iso_added_match m = {0};
    int at = 0;

    *out = '\0';
    while (iso_added_next(&m, a, normalized, text, (int64_t)strlen(text)))
        at += snprintf(out + at, sizeof out - (size_t)at, "%d[%lld,%lld) ", m.token->id,
                       (long long)m.begin, (long long)m.end);
    return out;
}

static void the_longest_counts_and_flags_are_kept(void **state)
{
    (void)state;
    const iso_added_token tokens[] = {
        {.content = "ab", .id = 1},
        {.content = "abc", .id = 2},
        {.content = "abcde", .id = 3},
        {.content = "<l>", .id = 4, .lstrip = true},
        {.content = "<r>", .id = 5, .rstrip = true},
        {.content = "w", .id = 6, .single_word = true},
        {.content = "n", .id = 7, .normalized = true},
        {.content = "ab", .id = 8},
        {.content = "", .id = 9},
        {.content = "\xff", .id = 10},
    };
    iso_added *a = set_of(tokens, 10);

    assert_int_equal(iso_added_count(a, false), 7);
    assert_int_equal(iso_added_count(a, true), 1);
    assert_int_equal(iso_added_size(a), 11);
    assert_int_equal(iso_added_find(a, "ab")->id, 1);
    assert_null(iso_added_find(a, "abcd"));
    text(iso_added_of(a, 3)->content, "abcde");
    assert_null(iso_added_of(a, 8));
    text(found(a, "", false), "");
    text(found(a, "abcdabab", false), "2[0,3) 1[4,6) 1[6,8) ");
    text(found(a, "xabcdex", false), "3[1,6) ");
    text(found(a, "ab \t\xc2\xa0<l><l> <l>", false), "1[0,2) 4[2,9) 4[9,12) 4[12,16) ");
    text(found(a, "<r> \xe3\x80\x80<l>x<r> ", false), "5[0,7) 4[7,10) 5[11,15) ");
    text(found(a, "w ww w_ w1 \xc3\xa9w .w! w", false), "6[0,1) 6[16,17) 6[19,20) ");
    text(found(a, "n", false), "");
    text(found(a, "nab", true), "7[0,1) ");
    text(found(a, "a\xff\xff", false), "10[1,2) 10[2,3) ");
    iso_added_free(a);
    a = set_of(NULL, 0);
    text(found(a, "abc", false), "");
    assert_int_equal(iso_added_size(a), 0);
    assert_null(iso_added_of(a, 0));
    iso_added_free(a);
}

static void every_allocation_of_a_set_may_fail(void **state)
{
    (void)state;
    const iso_added_token token = {.content = "abc", .normalized = true};
    iso_err err = ISO_ENOMEM;

    for (int64_t n = 0; err; n++) {
        iso_added *a = NULL;
        iso_alloc_fail_after(n);
        err = iso_added_new(&a);
        err = err ? err : iso_added_put(a, &token);
        err = err ? err : iso_added_seal(a, as_it_is, NULL);
        iso_alloc_fail_after(-1);
        assert_true(err == ISO_OK || err == ISO_ENOMEM);
        iso_added_free(a);
    }
}

/* --- What files say --- */

#define VOCAB "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\n##c\n<x>\n"

static const char *ids_of(const char *folder, const char *s)
{
    static char out[400];
    const iso_text text = {.text = s, .len = (int64_t)strlen(s)};
    iso_tokenizer *t;
    iso_tokens k = {0};
    int at = 0;

    ok(iso_tokenizer_open(&t, folder));
    ok(iso_tokenizer_encode(t, &k, &text, 0));
    for (int64_t i = 0; i < k.count; i++) {
        int64_t len;
        const char *piece = iso_tokenizer_piece(&len, t, &k, i, &text);
        at += snprintf(out + at, sizeof out - (size_t)at, "%.*s=%d ", (int)len, piece, k.ids[i]);
        assert_true(k.ids[i] < iso_tokenizer_size(t));
    }
    iso_tokens_free(&k);
    iso_tokenizer_close(t);
    return out;
}

static void files_name_tokens_in_their_order(void **state)
{
    (void)state;
    const char *f = folder_named("order");

    put(f, "vocab.txt", VOCAB);
    text(ids_of(f, "a<x>b"), "[CLS]=2 a=5 [UNK]=1 [UNK]=1 [UNK]=1 b=6 [SEP]=3 ");
    /* a role by any name; its id is the vocabulary's */
    put(f, "special_tokens_map.json", "{\"entity_token\": \"<x>\", \"mask_token\": null}");
    text(ids_of(f, "a<x>bc"), "[CLS]=2 a=5 <x>=8 b=6 ##c=7 [SEP]=3 ");
    /* without an id a token is none */
    put(f, "special_tokens_map.json", "{\"additional_special_tokens\": [\"<x>\", \"<y>\"]}");
    text(ids_of(f, "<x> <y>"), "[CLS]=2 <x>=8 [UNK]=1 [UNK]=1 [UNK]=1 [SEP]=3 ");
    put(f, "added_tokens.json", "{\"<y>\": 12, \"B A\": 9}");
    text(ids_of(f, "<x> <y>b ab a"), "[CLS]=2 <x>=8 <y>=12 B A=9 B A=9 [SEP]=3 ");
    text(ids_of(f, "a b \xc3\x81"), "[CLS]=2 a=5 B A=9 [SEP]=3 ");
    /* the decoder is first: B A in text as it stands alone */
    put(f, "tokenizer_config.json",
        "{\"added_tokens_decoder\": {\"10\": {\"content\": \"B A\", \"special\": true}}}");
    text(ids_of(f, "b a B A"), "[CLS]=2 b=6 a=5 B A=10 [SEP]=3 ");
}

static void ids_that_disagree_are_odd(void **state)
{
    (void)state;
    const char *f = folder_named("odd"), *first = NULL;
    iso_tokenizer *t;

    put(f, "vocab.txt", VOCAB);
    put(f, "added_tokens.json", "{\"<x>\": 3}");
    ok(iso_tokenizer_open(&t, f));
    assert_int_equal(iso_tokenizer_odd(t, &first), 1);
    assert_non_null(strstr(first, "added_tokens.json gives \"<x>\" id 3, the vocabulary 8"));
    iso_tokenizer_close(t);
    text(ids_of(f, "<x>"), "[CLS]=2 <x>=8 [SEP]=3 ");
}

static void damaged_tokens_are_refused(void **state)
{
    (void)state;
    const char *f = folder_named("damaged");
    char *many = NULL;

    put(f, "vocab.txt", VOCAB);
    put(f, "added_tokens.json", "{\"<x>\": -1}");
    refused(f, ISO_EFORMAT, "added_tokens.json: an added token has id \"<x>\"");
    put(f, "added_tokens.json", "{\"<x>\": 2147483647}");
    refused(f, ISO_EFORMAT, "not 0 to 2147483646");
    put(f, "added_tokens.json", "[]");
    refused(f, ISO_EFORMAT, "no JSON object");
    put(f, "added_tokens.json", "{}");
    put(f, "tokenizer_config.json", "{\"added_tokens_decoder\": {\"x\": {\"content\": \"a\"}}}");
    refused(f, ISO_EFORMAT, "tokenizer_config.json: an added token has id \"x\"");
    put(f, "tokenizer_config.json", "{\"added_tokens_decoder\": {\"5\": {}}}");
    refused(f, ISO_EFORMAT, "an added token without content");
    ok(iso_alloc(&many, 2000, 1));
    memset(many, 'a', 1100);
    memcpy(many, "{\"", 2);
    memcpy(many + 1100, "\": 9}", 6);
    put(f, "tokenizer_config.json", "{}");
    put(f, "added_tokens.json", many);
    refused(f, ISO_EFORMAT, "an added token of 1098 bytes, at most 1024");
    iso_free(many);
}

int main(void)
{
    RUN_TESTS(test(as_the_published_library_finds_them),
              test(the_longest_counts_and_flags_are_kept), test(every_allocation_of_a_set_may_fail),
              test(files_name_tokens_in_their_order), test(ids_that_disagree_are_odd),
              test(damaged_tokens_are_refused));
}
