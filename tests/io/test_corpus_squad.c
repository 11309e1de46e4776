/* Questions about contexts as SQuAD's JSON has them. */
#include "lib/base/alloc.h"
#include "lib/io/corpus.h"
#include "tests/check.h"

static iso_err read_as(iso_corpus *out, const char *bytes, const char *columns)
{
    const char *path = temp_path("x.json");
    FILE *f = fopen(path, "wb");

    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, strlen(bytes), f), strlen(bytes));
    assert_int_equal(fclose(f), 0);
    return iso_corpus_read(out, &path, 1, &(iso_corpus_opt){.columns = columns});
}

#define DATA(qas)                                                                                  \
    "{\"data\": [{\"title\": \"t\", \"paragraphs\": [{\"context\": \"The soup is hot.\", "         \
    "\"qas\": [" qas "]}]}], \"version\": \"1.1\"}"
#define TWO                                                                                        \
    "{\"id\": \"q1\", \"question\": \"What?\", \"answers\": [{\"text\": \"The \\\"soup\", "        \
    "\"answer_start\": 0}, {\"answer_start\": 4, \"text\": \"soup\"}]},"                           \
    "{\"answers\": [], \"is_impossible\": true, \"question\": \"Who?\", \"id\": \"q2\"}"

static void questions_are_items(void **state)
{
    static const char *const both[] = {DATA(TWO),
                                       "\n{\n" /* several lines */
                                       "\"data\":\n[{\"paragraphs\": [{\"context\": "
                                       "\"The soup is hot.\",\n\"qas\": [" TWO "]}]}]}\n"};
    iso_corpus c = {0};

    (void)state;
    for (int k = 0; k < 2; k++) {
        ok(read_as(&c, both[k], NULL));
        assert_int_equal(c.items, 2);
        assert_string_equal(c.text[0], "What?");
        assert_string_equal(c.text2[0], "The soup is hot.");
        assert_string_equal(c.text2[1], "The soup is hot.");
        assert_string_equal(c.ids[1], "q2");
        assert_string_equal(c.labels[0], "[{\"answer_start\": 0, \"text\": \"The \\\"soup\"}, "
                                         "{\"answer_start\": 4, \"text\": \"soup\"}]");
        assert_string_equal(c.labels[1], "");
        assert_string_equal(c.notes[0].text,
                            "read as JSON: questions about contexts, as SQuAD has them");
        iso_corpus_free(&c);
    }
    ok(read_as(&c, both[0], "id=,label="));
    assert_null(c.ids);
    assert_null(c.labels);
    iso_corpus_free(&c);
}

static void lines_of_objects_stay_lines(void **state)
{
    iso_corpus c = {0};

    (void)state;
    ok(read_as(&c, "{\"text\": \"a\", \"paragraphs\": 1}\n{\"text\": \"b\"}\n", NULL));
    assert_int_equal(c.items, 2);
    iso_corpus_free(&c);
}

static void refused(const char *bytes, const char *part)
{
    iso_corpus c = {0};

    assert_int_equal(read_as(&c, bytes, NULL), ISO_EFORMAT);
    if (!strstr(iso_err_msg(), part))
        fail_msg("\"%s\" lacks \"%s\"", iso_err_msg(), part);
    assert_null(c.store);
}

static void what_is_wrong_is_said(void **state)
{
    (void)state;
    refused(DATA("{\"id\": \"a\"}"), "data 1, paragraph 1, question 1: has no question");
    refused(DATA("{\"question\": \"a\"}"), "question 1: has no id (columns id= takes none)");
    refused(DATA("{\"question\": \"a\", \"id\": \"x\", \"answers\": [{\"answer_start\": 1}]}"),
            "an answer has no text");
    refused("{\"data\": [{\"paragraphs\": [{\"qas\": []}]}]}", "paragraph 1, question 0: has no");
    refused("{\n\"rows\": []}", "is one object without a list \"data\"");
    refused("{\"data\": [{\"paragraphs\": []}]}", "holds no object and no text");
    refused("{\"data\": [{\"paragraphs\": [}", "not");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(questions_are_items),
        cmocka_unit_test(lines_of_objects_stay_lines),
        cmocka_unit_test(what_is_wrong_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
