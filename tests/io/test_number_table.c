/* Tables of numbers in text and JSON lines: every number, id, text, language, what two readings are
 * plausible of, and what is wrong with a file. */
#include "tests/io/files.h"

#include "lib/base/alloc.h"
#include "lib/text/lang.h"

static const char *put_text(const char *name, const char *text)
{
    const char *path = temp_path(name);
    FILE *f = fopen(path, "wb");

    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
    assert_int_equal(fclose(f), 0);
    return path;
}

static iso_states *open_text(const char *name, const char *bytes)
{
    iso_states *s = NULL;

    ok(open_with(&s, put_text(name, bytes), (iso_states_opt){.canonical = iso_lang_canonical}));
    return s;
}

/* A file of one language: 2 rows of 3 numbers, 0.5 1.5 -2 and 1e3 0.25 7. */
static void check_plain(const char *name, const char *bytes, const char *ids, const char *texts)
{
    static const double numbers[2][3] = {{0.5, 1.5, -2}, {1e3, 0.25, 7}};
    iso_states *s = open_text(name, bytes);
    const iso_lang *l = iso_states_lang(s, 0);

    assert_int_equal(iso_states_langs(s), 1);
    assert_int_equal(l->items, 2);
    for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 3; j++)
            assert_true(at(s, 0, 0, i, j) == numbers[i][j]);
    }
    assert_int_equal(l->ids != NULL, ids != NULL);
    assert_int_equal(l->text != NULL, texts != NULL);
    if (ids)
        text(l->ids[1], ids);
    if (texts)
        text(l->text[0], texts);
    iso_states_close(s);
}

static void headers_and_separators(void **state)
{
    (void)state;
    check_plain("a.csv", "0.5,1.5,-2\n1e3,0.25,7\n", NULL, NULL);
    check_plain("a.csv",
                "\xef\xbb\xbf"
                "0.5,1.5,-2\r\n1e3,0.25,7",
                NULL, NULL);
    check_plain("a.tsv", "0.5\t1.5\t-2\n\n1e3\t0.25\t7\n", NULL, NULL);
    check_plain("a.csv", "x0;x1;x2\n0.5;1.5;-2\n1e3;0.25;7\n", NULL, NULL);
    check_plain("a.txt", "# saved\n  0.5 1.5 -2\n1e3  0.25\t7 \n", NULL, NULL);
    check_plain("a.csv", "0,1,2\n0.5,1.5,-2\n1e3,0.25,7\n", NULL, NULL);     /* pandas, no index */
    check_plain("a.csv", ",0,1,2\n0,0.5,1.5,-2\n1,1e3,0.25,7\n", "1", NULL); /* and with it */
    check_plain("a.csv", "\"a\",\"0.5\",1.5,-2\n\"b\",1e3,0.25,7\n", "b", NULL);
    check_plain("a.csv", "i 1,s1,0.5,1.5,-2\ni 2,s2,1e3,0.25,7\n", "s2", "i 1");
}

static void texts_and_ids(void **state)
{
    (void)state;
    check_plain("a.csv",
                "ID,text,d0,d1,d2,n\ns1,\"a, \"\"b\"\"\nc\",0.5,1.5,-2,9\ns2,,1e3,0.25,7,8\n", "s2",
                "a, \"b\"\nc");
    check_plain("a.csv", "sentence,d0,d1,d2,index_id\n\"\",0.5,1.5,-2,1\nb,1e3,0.25,7,3\n", "3",
                "");
    check_plain("a.tsv", "id\ttext\tx0\tx1\tx2\n1\t\"a\" b\t0.5\t1.5\t-2\n2\t\"c\"\t1e3\t.25\t7\n",
                "2", "\"a\" b");
    check_plain("a.csv", "id,embedding,length\n1,\"[0.5, 1.5, -2]\",4\n2,\"[1e3, 0.25, 7]\",4\n",
                "2", NULL);
    check_plain("a.csv", "id,vec\n1,\"[ 0.5  1.5\n -2. ]\"\n2,[1000. 0.25 7]\n", "2", NULL);
    check_plain(
        "a.jsonl",
        "{\"id\": \"s1\", \"text\": \"a \\\"]\\u00e9\", \"embedding\": [0.5, 1.5, -2.0]}\n\n"
        "{\"embedding\":[1e3,0.25,7],\"text\":\"\",\"id\":\"s2\", \"n\": [1, [2, {}]]}\n",
        "s2", "a \"]\xc3\xa9");
    check_plain("a.jsonl",
                "{\"idx\": 7, \"tokens\": [5, 6], \"h\": [0.5, 1.5, -2]}\r\n"
                "{\"idx\": 9, \"h\": [1e3, 0.25, 7]}",
                "9", NULL);
}

/* A column of languages; columns, and members, that are languages or layers. */
static void languages_and_layers(void **state)
{
    static const char *const files[] = {
        "lang,x0,x1,id\neng,1,2,a\nde,5,6,a\nde,7,8,b\neng,3,4,b\n",
        "id,en,de\na,\"[1,2]\",\"[5,6]\"\nb,\"[3,4]\",\"[7,8]\"\n",
        "{\"lang\": \"en\", \"id\": \"a\", \"embedding\": [1, 2]}\n"
        "{\"lang\": \"en\", \"id\": \"b\", \"embedding\": [3, 4]}\n"
        "{\"lang\": \"deu\", \"id\": \"a\", \"embedding\": [5, 6]}\n"
        "{\"lang\": \"deu\", \"id\": \"b\", \"embedding\": [7, 8]}\n",
        "{\"id\": \"a\", \"en\": [1.0, 2.5e0], \"de\": [5.5, 6]}\n",
    };
    iso_states *s = NULL;
    (void)state;

    for (size_t i = 0; i < sizeof files / sizeof *files - 1; i++) {
        s = open_text("a", files[i]);
        assert_int_equal(iso_states_langs(s), 2);
        for (int l = 0; l < 2; l++) {
            text(iso_states_lang(s, l)->name, l ? "de" : "en");
            text(iso_states_lang(s, l)->ids[1], "b");
            for (int k = 0; k < 4; k++)
                assert_true(at(s, l, 0, k / 2, k % 2) == 4 * l + k + 1);
        }
        iso_states_close(s);
    }
    s = open_text("a", files[3]);
    assert_true(at(s, 0, 0, 0, 1) == 2.5 && at(s, 1, 0, 0, 0) == 5.5);
    iso_states_close(s);
    s = open_text("a.jsonl", "{\"layer_0\": [1.5], \"layer_3\": [2.5]}\n");
    assert_true(at(s, 0, 3, 0, 0) == 2.5);
    iso_states_close(s);
    s = open_text("a.csv", "layer,label,x0,x1\n0,b,1,2\n2,b,5,6\n2,a,7,8\n0,a,3,4\n");
    assert_true(at(s, 0, 2, 1, 0) == 7 && at(s, 0, 0, 1, 1) == 4);
    text(iso_states_about(s)->classes[iso_states_lang(s, 0)->labels[1]], "a");
    iso_states_close(s);
}

static void two_plausible_readings(void **state)
{
    static const char *const cases[][2] = {
        {"0,1\n0.5,2\n",
         "its first line, \"0,1\", may be a header or a row of 2 numbers; give it a "
         "header of names that are no numbers"},
        {"0,0.5,1\n1,2,2.5\n2,3.5,4\n",
         "its first column counts 0, 1, 2, ...: it may number items of 2 numbers (write a header "
         "id,0,1...) or be the first of 3 (write a header x0,x1...)"},
        {"id,a0,a1,b0,b1\ns,1,2,3,4\nt,1,2,3,4\n",
         "its columns \"a0\" to \"a1\" and \"b0\" to \"b1\" may both be the states"},
        {"uid,qid,x0,x1\n1,2,3,4\n2,3,4,5\n", "\"uid\" and \"qid\" may both be the id"},
        {"s1,t1,1,2,3\ns2,t2,3,4,5\n",
         "may both be the id of its rows; name the columns in a header"},
    };
    iso_states *s = NULL;
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        fails(open_one(&s, put_text("a.csv", cases[i][0])), ISO_EFORMAT, cases[i][1]);
    assert_null(s);
}

static void says_what_is_wrong(void **state)
{
    static const char *const cases[][3] = {
        {"csv", "a,1,2\nb,3\n", "in no known format"},
        {"csv", "1,2.5\n3,4\n5\n", "a.csv: line 3 has 1 fields, the first has 2"},
        {"csv", "x,y\n1,2.5\n3,4\n5,NA\n", "line 4: column y, \"NA\", is no number"},
        {"csv", "id,x,y\nq,1,2.5\nq,3,4\n", "the id \"q\" occurs twice"},
        {"csv", "layer,x,y\n0,1,2\n1,3,4\n1,5,6\n", "it has 1 rows in layer 0, 2 in layer 1"},
        {"csv", "layer,id,x,y\n0,a,1,2\n1,b,5,6\n", "item 0 is \"a\" in layer 0, \"b\" in layer 1"},
        {"csv", "v\n\"[1, 2\"\n", "column v, \"[1, 2\", is a list that is not closed"},
        {"csv", "v\n\"[1, ..., 2]\"\n", "is a list that NumPy shortened (...)"},
        {"csv", "v\n\"[[1], [2]]\"\n", "is a list of lists"},
        {"csv", "v\n\"[1, x]\"\n", "is a list of something else than numbers"},
        {"csv", "v\n\"[1] 2\"\n", "is a list with something behind it"},
        {"csv", "v\n[]\n", "its lists are empty"},
        {"csv", "v\n\"[1,2]\"\n[1]\n", "line 3 has a list of 1 numbers, the first has 2"},
        {"csv", "measure,lo,hi\ncka,1,2\n", "it is text, and no table of numbers"},
        {"csv", "NA,1.5\n2.5,3.5\n4.5,5.5\n", "its first line has \"NA\" where the lines below"},
        {"csv", "x,,y\n2.5,3.5,1.5\n4.5,5.5,1.5\n",
         "its first line has \"\" where the lines below"},
        {"csv", "1.5e,1.5\n2.5,3.5\n4.5,5.5\n", "\"1.5e,1.5\", may be a header or a row"},
        {"csv", "0,1,3\n2.5,3.5,1.5\n4.5,5.5,1.5\n", "\"0,1\", may be a header or a row of 3"},
        {"csv", "1,2,3\n4,5,6\n9,8,7\n", "\"1,2\", may be a header or a row of 3"},
        {"csv", "layer,x,y\n0,1,2\n0.5,3,4\n", "column layer, \"0.5\", is no number of a layer"},
        {"jsonl", "{\"a\": [1.5, 2]}\n{\"a\": [1.5]}\n",
         "line 2: a has 1 numbers, the first line's has 2"},
        {"jsonl", "{\"a\": [1.5]}\n{\"b\": [1.5]}\n", "line 2: has no list a, the first line has"},
        {"jsonl", "{\"a\": [1.5]}\n{\"a\": [1.5]\n", "line 2: is no JSON object of its own"},
        {"jsonl", "{\"a\": [1.5]}\n[1]\n", "line 2: is no JSON object"},
        {"jsonl", "{\"a\": [1.5]}\n{\"a\": [null]}\n", "something else than numbers"},
        {"jsonl", "{\"a\": [1.5], \"id\": 1}\n{\"a\": [2.5]}\n",
         "line 2 has no id, the lines before it have one"},
        {"jsonl", "{\"a\": [1.5], \"id\": []}\n", "line 1: id is no text"},
        {"jsonl", "{\"a\": [1.5], \"layer\": -1}\n", "is no number of a layer"},
        {"csv", "0,5;1,25\n-1,0;2,5e3\n", "its numbers have decimal commas; write points"},
        {"jsonl", "{\"id\": 1, \"embedding\": [[0.5, 1], [2, 3]]}\n",
         "line 1: embedding is a list of lists: pool tokens to one list an item"},
        {"jsonl", "[{\"a\": [1.5]}]\n", "is one JSON array; write an object of id"},
        {"jsonl", "{\"a\": [1]}\n", "is JSON that holds no states"},
    };
    iso_states *s = NULL;
    char name[16];
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(name, sizeof name, "a.%s", cases[i][0]);
        fails(open_one(&s, put_text(name, cases[i][1])), ISO_EFORMAT, cases[i][2]);
        assert_non_null(strstr(iso_err_msg(), name));
    }
    assert_null(s);
}

/* What the first hundred lines do not show is found where it stands. */
static void late_lines(void **state)
{
    char bytes[8192];
    int n = 0;
    iso_states *s = NULL;
    (void)state;

    for (int i = 0; i < 200; i++)
        n += snprintf(bytes + n, sizeof bytes - (size_t)n, "s%d,%d.5,%d\n", i, i, i);
    ok(open_with(&s, put_text("late.csv", bytes), (iso_states_opt){.limit = 150}));
    assert_int_equal(iso_states_lang(s, 0)->items, 150);
    assert_true(at(s, 0, 0, 149, 0) == 149.5);
    iso_states_close(s);
    snprintf(bytes + n, sizeof bytes - (size_t)n, "s200,1,x\n");
    fails(open_one(&s, put_text("late.csv", bytes)), ISO_EFORMAT,
          "late.csv: line 201: column 3, \"x\", is no number");
    snprintf(bytes + n, sizeof bytes - (size_t)n, "s200,,1\n");
    fails(open_one(&s, put_text("late.csv", bytes)), ISO_EFORMAT, "column 2, \"\", is empty");
    snprintf(bytes + n, sizeof bytes - (size_t)n, "s200,\"1,1\n");
    fails(open_one(&s, put_text("late.csv", bytes)), ISO_EFORMAT,
          "a quote is opened and not closed");
}

static void memory_fails(void **state)
{
    static const char *const files[][2] = {
        {"m.csv", "id,text,lang,layer,label,x0,x1\na,\"b\",en,0,l,1,2\nb,c,en,0,l,3,4\n"},
        {"m.jsonl", "{\"id\": 1, \"text\": \"a\", \"en\": [1.5, 2], \"de\": [2.5, 3]}\n"}};
    const iso_run small = {.mem = 64}; /* the rows go to a file */
    iso_states *s = NULL;
    (void)state;

    for (int i = 0; i < 2; i++) {
        const char *path = put_text(files[i][0], files[i][1]);
        iso_err err = ISO_ENOMEM;
        for (int64_t n = 0; err && n < 10000; n++) {
            iso_alloc_fail_after(n);
            err = open_with(&s, path, (iso_states_opt){.run = &small});
            iso_alloc_fail_after(-1);
            assert_true(!err || err == ISO_ENOMEM);
        }
        ok(err);
        assert_true(at(s, 0, 0, 0, 1) == 2);
        iso_states_close(s);
        s = NULL;
    }
    fails(open_with(&s,
                    put_text("m.csv",
                             "text,x0,x1\n\"really a long text that fills the memory of this "
                             "run, which is small\",1,2\n"),
                    (iso_states_opt){.run = &small}),
          ISO_ENOMEM, "its texts and ids take more than");
}

int main(void)
{
    RUN_TESTS(test(headers_and_separators), test(texts_and_ids), test(languages_and_layers),
              test(two_plausible_readings), test(says_what_is_wrong), test(late_lines),
              test(memory_fails));
}
