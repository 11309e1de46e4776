#include "lib/base/alloc.h"
#include "lib/io/alignments.h"
#include "lib/io/dictionary.h"
#include "lib/io/row_pairs.h"
#include "lib/text/fold.h"
#include "tests/check.h"

#include <dirent.h>

static const char *file(const char *name, const char *bytes)
{
    const char *path = temp_path(name);
    FILE *f = fopen(path, "wb");

    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, strlen(bytes), f), strlen(bytes));
    assert_int_equal(fclose(f), 0);
    return path;
}

static iso_err read_bytes(iso_dictionary *out, const char *bytes, iso_dictionary_opt opt)
{
    return iso_dictionary_read(out, file("d.txt", bytes), &opt);
}

static void pairs_in_order(void **state)
{
    (void)state;
    iso_dictionary d = {0};

    /* tab, one space, a run of spaces, spaces inside a target, a third column, CRLF, no line end */
    ok(read_bytes(&d,
                  "\xef\xbb\xbfthe\tder\r\nand und\n\n  \r\nof   von der\nNew York\tNeu York\t1.5\n"
                  "the  die",
                  (iso_dictionary_opt){0}));
    assert_int_equal(d.pairs, 5);
    text(d.source[0], "the");
    text(d.target[0], "der");
    text(d.source[1], "and");
    text(d.target[1], "und");
    text(d.source[2], "of");
    text(d.target[2], "von der");
    text(d.source[3], "New York");
    text(d.target[3], "Neu York");
    text(d.source[4], "the");
    text(d.target[4], "die");
    assert_int_equal(d.empty_lines, 2);
    assert_int_equal(iso_dictionary_odd(&d), 2);
    text(d.few, "line 3: is empty; line 4: is empty");
    iso_dictionary_free(&d);
    iso_dictionary_free(&d);
    assert_int_equal(d.pairs, 0);
}

static void odd_lines_are_counted(void **state)
{
    (void)state;
    static const char bytes[] = "a b\nalone\na\tb\n\tb\nx \xff\nA B\nc d\n";
    iso_dictionary d = {0};

    ok(read_bytes(&d, bytes, (iso_dictionary_opt){0}));
    assert_int_equal(d.pairs, 3);
    assert_int_equal(d.duplicates, 1);
    assert_int_equal(d.bad_lines, 2);
    assert_int_equal(d.bad_text, 1);
    text(d.few, "line 2: one word, no pair; line 3: the pair is repeated; "
                "line 4: one word, no pair"); /* and a fourth */
    iso_dictionary_free(&d);

    ok(read_bytes(&d, bytes, (iso_dictionary_opt){.lower = iso_text_lower}));
    assert_int_equal(d.pairs, 2);
    assert_int_equal(d.duplicates, 2);
    iso_dictionary_free(&d);

    ok(read_bytes(&d, bytes, (iso_dictionary_opt){.encoding = "latin1"}));
    assert_int_equal(d.pairs, 4);
    text(d.target[1], "\xc3\xbf");
    iso_dictionary_free(&d);
}

static void errors(void **state)
{
    (void)state;
    iso_dictionary d = {0};

    fails(read_bytes(&d, "a b\nalone\n", (iso_dictionary_opt){.strict = true}), ISO_EFORMAT,
          "d.txt: line 2: one word, no pair");
    fails(read_bytes(&d, "a b\n \r\nc d\n", (iso_dictionary_opt){.strict = true}), ISO_EFORMAT,
          "d.txt: line 2: is empty");
    fails(read_bytes(&d, "a b\na b\n", (iso_dictionary_opt){.strict = true}), ISO_EFORMAT,
          "line 2: the pair is repeated");
    fails(read_bytes(&d, "a\nb\n", (iso_dictionary_opt){0}), ISO_EFORMAT,
          "has no pair of words: line 1: one word");
    fails(read_bytes(&d, "a b\n", (iso_dictionary_opt){.encoding = "koi8"}), ISO_EARG, "'koi8'");
    fails(iso_dictionary_read(&d, temp_path("none"), NULL), ISO_EIO, "none");
    assert_null(d.store);
    for (int64_t n = 0;; n++) {
        iso_alloc_fail_after(n);
        const iso_err err =
            read_bytes(&d, "\xc4 b\na c\nx\n",
                       (iso_dictionary_opt){.lower = iso_text_lower, .encoding = "latin1"});
        iso_alloc_fail_after(-1);
        if (err == ISO_OK) {
            assert_true(n > 5);
            break;
        }
        assert_int_equal(err, ISO_ENOMEM);
        assert_null(d.store);
    }
    text(d.source[0], "\xc3\xa4");
    iso_dictionary_free(&d);
}

static void alignments(void **state)
{
    (void)state;
    iso_alignments a = {0};
    static const int32_t source[] = {0, 1, 2, 3, 10}, target[] = {0, 2, 1, 0, 11};

    ok(iso_alignments_read(&a, file("a", "0-0 1-2\n\n2-1:0.25  3?0:-1e-3 \r\n10-11"), NULL));
    assert_int_equal(a.sentences, 4);
    assert_int_equal(a.first[0], 0);
    assert_int_equal(a.first[1], 2);
    assert_int_equal(a.first[2], 2);
    assert_int_equal(a.first[3], 4);
    assert_int_equal(a.first[4], 5);
    assert_memory_equal(a.source, source, sizeof source);
    assert_memory_equal(a.target, target, sizeof target);
    iso_alignments_free(&a);
    ok(iso_alignments_read(&a, file("a", "\n\n\n"), NULL));
    assert_int_equal(a.sentences, 3);
    assert_int_equal(a.first[3], 0);
    iso_alignments_free(&a);
}

static void bad_alignments(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "0-0\n1-",   "0-0\n-1",     "0-0\n1:2",   "0-0\n1-2-3",
        "0-0\nx-1",  "0-0\n1-2:",   "0-0\n1-2:x", "0-0\n1-2147483647",
        "0-0\n1 -2", "0-0\n1-2:1x", "0-0\n1--2",  "0-0\n99999999999-1"};
    iso_alignments a = {0};

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        fails(iso_alignments_read(&a, file("a", bad[i]), NULL), ISO_EFORMAT,
              "/a: line 2: link 1 is not");
    fails(iso_alignments_read(&a, file("a", "0-0\n\n1-1 2-2 3_3\n"), NULL), ISO_EFORMAT,
          "line 3: link 3");
    fails(iso_alignments_read(&a, file("a", "\xef\xbb\xbf"), NULL), ISO_EFORMAT, "/a: has no line");
    assert_null(a.first);
    char *many = NULL;
    ok(iso_alloc(&many, 40001, 1));
    for (int i = 0; i < 10000; i++)
        memcpy(many + 4 * i, i % 3 ? "7-8 " : "7-8\n", 4);
    const char *path = file("many", many);
    iso_free(many);
    int64_t n = 0;
    for (;; n++) {
        iso_alloc_fail_after(n);
        const iso_err err = iso_alignments_read(&a, path, NULL);
        iso_alloc_fail_after(-1);
        if (err == ISO_OK)
            break;
        assert_int_equal(err, ISO_ENOMEM);
        assert_null(a.first);
    }
    assert_true(n > 6);
    assert_int_equal(a.first[a.sentences], 10000);
    assert_int_equal(a.source[9999], 7);
    iso_alignments_free(&a);
}

static void muse(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int64_t pairs, sources; /* distinct pairs, distinct source words: counted by awk */
    } known[] = {{"data/muse/en-de.5000-6500.txt", 3660, 1500},
                 {"data/muse/en-zh.0-5000.txt", 8728, 5000},
                 {"data/muse/ar-en.0-5000.txt", 7591, 5000}};

    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        iso_dictionary d = {0};
        int64_t sources = 0;
        ok(iso_dictionary_read(&d, test_data(known[i].name), NULL));
        for (int64_t k = 0; k < d.pairs; k++)
            sources += k == 0 || strcmp(d.source[k], d.source[k - 1]) != 0;
        assert_int_equal(d.pairs, known[i].pairs);
        assert_int_equal(sources, known[i].sources);
        iso_dictionary_free(&d);
    }
}

/* Every dictionary that is there is read without an odd line. */
static void all_of_muse(void **state)
{
    (void)state;
    const char *folder = test_data("data/muse");
    DIR *dir = opendir(folder);
    int files = 0;

    assert_non_null(dir);
    for (struct dirent *e; (e = readdir(dir));) {
        if (!strstr(e->d_name, ".txt"))
            continue;
        iso_dictionary d = {0};
        ok(iso_dictionary_read(&d, check_path(folder, e->d_name), NULL));
        assert_null(d.few);
        iso_dictionary_free(&d);
        files++;
    }
    closedir(dir);
    assert_int_equal(files, 56);
}

static bool stop(void *payload, const char *what, int64_t done, int64_t total, const char *unit)
{
    (void)payload, (void)what, (void)done, (void)total, (void)unit;
    return false;
}

/* Reading can be stopped, and a file larger than the memory granted is not begun. */
static void stopped_or_too_large(void **state)
{
    const iso_run stopped = {.progress = stop}, small = {.mem = 3};
    iso_alignments a;
    iso_row_pairs p;
    iso_dictionary d;
    (void)state;

    fails(iso_alignments_read(&a, file("a", "0-0\n"), &stopped), ISO_ECANCEL, "interrupted");
    fails(iso_alignments_read(&a, temp_path("a"), &small), ISO_EFORMAT,
          "/a: has 4 bytes; at most 3 are read");
    fails(iso_row_pairs_read(&p, file("p", "0 0\n"), 1, 1, &stopped), ISO_ECANCEL, "interrupted");
    fails(iso_row_pairs_read(&p, temp_path("p"), 1, 1, &small), ISO_EFORMAT, "/p: has 4 bytes");
    fails(iso_dictionary_read(&d, file("d", "a b\n"), &(iso_dictionary_opt){.run = &stopped}),
          ISO_ECANCEL, "interrupted");
    fails(iso_dictionary_read(&d, temp_path("d"), &(iso_dictionary_opt){.run = &small}),
          ISO_EFORMAT, "/d: has 4 bytes");
}

int main(void)
{
    RUN_TESTS(test(stopped_or_too_large), test(pairs_in_order), test(odd_lines_are_counted),
              test(errors), test(alignments), test(bad_alignments), test(muse), test(all_of_muse));
}
