/* Words and tags in columns. */
#include "lib/base/alloc.h"
#include "lib/io/corpus.h"
#include "tests/check.h"

static const char *file(const char *name, const char *bytes)
{
    const char *path = temp_path(name);
    FILE *f = fopen(path, "wb");

    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, strlen(bytes), f), strlen(bytes));
    assert_int_equal(fclose(f), 0);
    return path;
}

static iso_err read_as(iso_corpus *out, const char *bytes, const char *columns)
{
    const char *path = file("x.conll", bytes);

    return iso_corpus_read(out, &path, 1, &(iso_corpus_opt){.columns = columns});
}

static void item_is(const iso_corpus *c, int64_t i, const char *id, const char *words,
                    const char *tags)
{
    text(c->text[i], words);
    text(c->labels ? c->labels[i] : "none", tags ? tags : "none");
    text(c->ids ? c->ids[i] : "none", id ? id : "none");
}

static void tabs_or_blanks_separate(void **state)
{
    static const char *const both[] = {"EU\tB-ORG\nrejects\tO\n\n\nPeter\tB-PER\n",
                                       "-DOCSTART- -X- O\n\nEU B-ORG\r\nrejects  O\r\n\r\n"
                                       "Peter B-PER"};
    iso_corpus c = {0};

    (void)state;
    for (int k = 0; k < 2; k++) {
        ok(read_as(&c, both[k], NULL));
        assert_int_equal(c.items, 2);
        item_is(&c, 0, NULL, "EU rejects", "B-ORG O");
        item_is(&c, 1, NULL, "Peter", "B-PER");
        text(c.notes[0].text, "words are column 1 of 2, tags column 2");
        iso_corpus_free(&c);
    }
}

/* CoNLL-U: ranges and empty nodes are no words, a blank inside a word does not divide it. */
static void ten_columns_are_conllu(void **state)
{
    iso_corpus c = {0};

    (void)state;
    ok(read_as(&c,
               "# sent_id = a-1\n# text = vámonos\n"
               "1-2\tvámonos\t_\t_\t_\t_\t_\t_\t_\t_\n"
               "1\tvamos\tir\tVERB\t_\t_\t0\troot\t_\t_\n"
               "1.1\tx\tx\tX\t_\t_\t0\troot\t_\t_\n"
               "2\t10 000\tyo\tNUM\t_\t_\t1\tobj\t_\t_\n\n"
               "# sent_id = a-2\n1\t#\t#\tSYM\t_\t_\t0\troot\t_\t_\n",
               NULL));
    assert_int_equal(c.items, 2);
    item_is(&c, 0, "a-1",
            "vamos 10\xc2\xa0"
            "000",
            "VERB NUM");
    item_is(&c, 1, "a-2", "#", "SYM");
    iso_corpus_free(&c);
}

static void columns_have_numbers(void **state)
{
    const char *bytes = "# p-1\tA b.\n1\tA\tDET\t2\n2\tb\tNOUN\t0\n\n# id p-2 x=y\n1\tc\tX\t0\n";
    iso_corpus c = {0};

    (void)state;
    ok(read_as(&c, bytes, "label=3"));
    item_is(&c, 0, "p-1", "A b", "DET NOUN");
    item_is(&c, 1, "p-2", "c", "X");
    iso_corpus_free(&c);
    ok(read_as(&c, bytes, "text=3,label=2,id="));
    item_is(&c, 0, NULL, "DET NOUN", "A b");
    iso_corpus_free(&c);
    ok(read_as(&c, "# a word\nalone\n", "label="));
    item_is(&c, 0, NULL, "alone", NULL);
    iso_corpus_free(&c);
}

static void a_limit_counts_sentences(void **state)
{
    const char *path = file("y.txt", "a X\nb Y\n\nc X\n\nd\n");
    iso_corpus c = {0};

    (void)state;
    ok(iso_corpus_read(&c, &path, 1, &(iso_corpus_opt){.kind = ISO_CORPUS_CONLL, .limit = 2}));
    assert_int_equal(c.items, 2);
    iso_corpus_free(&c);
}

static void what_is_wrong_is_named(void **state)
{
    iso_corpus c = {0};

    (void)state;
    fails(read_as(&c, "a\tX\nb\n", NULL), ISO_EFORMAT, "line 2 has 1 columns, the first word 2");
    fails(read_as(&c, "a\tX\n\t\tX\n", NULL), ISO_EFORMAT, "line 2 has 3 columns");
    fails(read_as(&c, "a\tX\nb\t\n", NULL), ISO_EFORMAT, "line 2 has no tag");
    fails(read_as(&c, "\n\ta\n", "text=1"), ISO_EFORMAT, "line 2 has no word");
    fails(read_as(&c, "word\n", NULL), ISO_EFORMAT, "one column for words and tags");
    fails(read_as(&c, "a X\n", "label=pos"), ISO_EFORMAT, "takes a number, from 1");
    fails(read_as(&c, "a X\n", "label=3"), ISO_EFORMAT, "has 2 columns: --columns label=3");
    fails(read_as(&c, "\n# nothing\n\n", NULL), ISO_EFORMAT, "has no word");
    fails(read_as(&c, "# id a\na X\n\nb Y\n", NULL), ISO_EFORMAT,
          "the sentence at line 4 has no id, the first has");
    fails(read_as(&c, "# id a\na X\n\n# id a\nb Y\n", NULL), ISO_EFORMAT,
          "item 2: id \"a\" is that of item 1");
    assert_null(c.store);
}

static void survives_failing_allocations(void **state)
{
    const char *path =
        file("z.conllu", "# sent_id = 1\n1\ta\tX\n2\tb\tY\n\n# sent_id = 2\n1\tc\tX\n");
    int64_t n = 0;
    iso_err err;

    (void)state;
    do {
        iso_corpus c = {0};
        iso_alloc_fail_after(n++);
        err = iso_corpus_read(&c, &path, 1, NULL);
        iso_alloc_fail_after(-1);
        assert_true(err == ISO_OK || (err == ISO_ENOMEM && !c.store));
        iso_corpus_free(&c);
    } while (err);
}

int main(void)
{
    RUN_TESTS(test(tabs_or_blanks_separate), test(ten_columns_are_conllu),
              test(columns_have_numbers), test(a_limit_counts_sentences),
              test(what_is_wrong_is_named), test(survives_failing_allocations));
}
