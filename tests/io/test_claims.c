/* What a run reads and writes, compared before it does. */
#include <sys/stat.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/claims.h"
#include "lib/io/h5.h"
#include "tests/check.h"

static const char *file(const char *name, const char *content)
{
    const char *path = temp_path(name);
    FILE *out = fopen(path, "w");

    assert_non_null(out);
    assert_int_equal(fwrite(content, 1, strlen(content), out), strlen(content));
    assert_int_equal(fclose(out), 0);
    return path;
}

static const char *h5(const char *name, const char *format)
{
    const char *path = temp_path(name);
    iso_h5 *f = NULL;

    ok(iso_h5_create(&f, path));
    if (format)
        ok(iso_h5_put_attr_text(f, "/", "format", format));
    ok(iso_h5_close(f));
    return path;
}

/* One output against one input. */
static iso_err one(const char *in, const char *out)
{
    iso_claims c = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_claims_read(&c, in, "--in"));
    ISO_TRY(iso_claims_write(&c, out, ISO_KIND_NONE, "--out"));
    err = iso_claims_check(&c, true);
done:
    iso_claims_free(&c);
    return err;
}

static void an_input_is_no_output(void **state)
{
    (void)state;
    const char *in = file("in.txt", "text\n"), *other = file("other.txt", "text\n");
    const char *soft = temp_path("soft.txt"), *hard = temp_path("hard.txt");
    char spelled[8192];

    assert_int_equal(symlink("in.txt", soft), 0);
    assert_int_equal(link(in, hard), 0);
    snprintf(spelled, sizeof spelled, "%s/./in.txt", check_temp);
    fails(one(in, in), ISO_EARG, "--out would replace the file, which is read (--in)");
    fails(one(in, soft), ISO_EARG, "soft.txt: --out would replace");
    fails(one(soft, in), ISO_EARG, "which is read (--in)");
    fails(one(in, hard), ISO_EARG, "hard.txt: --out would replace");
    fails(one(hard, spelled), ISO_EARG, "which is read (--in)");
    ok(one(in, other));
    ok(one(in, temp_path("new.txt")));
    ok(one("-", "-"));
    ok(one("/dev/null", "/dev/zero"));
}

static iso_err two(const char *a, const char *b)
{
    iso_claims c = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_claims_write(&c, a, ISO_KIND_NONE, "--a"));
    ISO_TRY(iso_claims_write(&c, b, ISO_KIND_NONE, "--b"));
    err = iso_claims_check(&c, true);
done:
    iso_claims_free(&c);
    return err;
}

static void two_outputs_are_two_files(void **state)
{
    (void)state;
    char spelled[8192];
    const char *folder = temp_path("folder");

    assert_int_equal(symlink(check_temp, folder), 0);
    snprintf(spelled, sizeof spelled, "%s//./x.json", check_temp);
    fails(two(temp_path("x.json"), temp_path("x.json")), ISO_EARG, "--a and --b both write");
    fails(two(temp_path("x.json"), spelled), ISO_EARG, "--a and --b both write");
    fails(two(spelled, temp_path("folder/x.json")), ISO_EARG, "give each its own file");
    fails(two(temp_path("in.txt"), temp_path("hard.txt")), ISO_EARG, "--a and --b both write");
    ok(two(temp_path("x.json"), temp_path("y.json")));
    fails(two(temp_path("no/x.json"), temp_path("y.json")), ISO_EIO, "cannot create");
    fails(two(temp_path("x.json"), check_temp), ISO_EIO, "is a directory");
    assert_int_equal(access(temp_path("x.json"), F_OK), -1); /* nothing is left of the trial */
}

/* mixed-%d.h5 and pictures, whose names are known later. */
static void names_to_come(void **state)
{
    (void)state;
    iso_claims c = {0};

    ok(iso_claims_read(&c, file("mixed-12.h5", "a text"), "--in"));
    ok(iso_claims_write_some(&c, check_temp, "mixed-", ".h5", false, ISO_KIND_STATES, "--after"));
    fails(iso_claims_check(&c, true), ISO_EARG, "mixed-12.h5: --after would replace");
    iso_claims_free(&c);
    ok(iso_claims_write(&c, temp_path("mixed-3.h5"), ISO_KIND_STATES, "--before"));
    ok(iso_claims_write_some(&c, check_temp, "mixed-", ".h5", false, ISO_KIND_STATES, "--after"));
    fails(iso_claims_check(&c, true), ISO_EARG, "both write");
    assert_non_null(strstr(iso_err_msg(), "mixed-3.h5"));
    iso_claims_free(&c);
    ok(iso_claims_write(&c, temp_path("mixed-.h5"), ISO_KIND_STATES, "--before"));
    ok(iso_claims_write(&c, temp_path("remixed-3.h5"), ISO_KIND_STATES, "--more"));
    ok(iso_claims_write_some(&c, check_temp, "mixed-", ".h5", false, ISO_KIND_STATES, "--after"));
    ok(iso_claims_check(&c, true));
    fails(iso_claims_check(&c, false), ISO_EIO, "mixed-12.h5: is there and is not a states file");
    iso_claims_free(&c);
    ok(iso_claims_write(&c, temp_path("de-0-layer2.svg"), ISO_KIND_SVG, "--plot"));
    ok(iso_claims_write_some(&c, check_temp, "-layer", ".svg", true, ISO_KIND_SVG, "--pictures"));
    fails(iso_claims_check(&c, true), ISO_EARG, "both write");
    iso_claims_free(&c);
    ok(iso_claims_write_some(&c, temp_path("none"), "-layer", ".svg", true, ISO_KIND_SVG, "--p"));
    ok(iso_claims_check(&c, false));
    iso_claims_free(&c);
}

static void files_of_a_checkpoint(void **state)
{
    (void)state;
    static const char *const inside[] = {"config.json", "vocab.txt",
                                         "model-00001-of-2.safetensors"};
    iso_claims c = {0};

    assert_int_equal(mkdir(temp_path("model"), 0700), 0);
    (void)file("model/config.json", "{}");
    (void)file("model/vocab.txt", "a\n");
    (void)file("model/results.json", "{\"isogloss\": \"0\"}");
    (void)file("shard", "x");
    assert_int_equal(symlink("../shard", temp_path("model/model-00001-of-2.safetensors")), 0);
    for (int i = 0; i < 3; i++) {
        char name[128];
        snprintf(name, sizeof name, "model/%s", inside[i]);
        ok(iso_claims_read_folder(&c, temp_path("model"), true, "--model"));
        ok(iso_claims_write(&c, temp_path(name), ISO_KIND_JSON, "--json"));
        fails(iso_claims_check(&c, true), ISO_EARG, "which is read (--model)");
        iso_claims_free(&c);
    }
    ok(iso_claims_read_folder(&c, temp_path("model"), true, "--model"));
    ok(iso_claims_write(&c, temp_path("shard"), ISO_KIND_JSON, "--json")); /* behind a link */
    fails(iso_claims_check(&c, true), ISO_EARG, "which is read (--model)");
    iso_claims_free(&c);
    ok(iso_claims_read_folder(&c, temp_path("model"), true, "--model"));
    ok(iso_claims_write(&c, temp_path("model/results.json"), ISO_KIND_JSON, "--json"));
    ok(iso_claims_check(&c, false)); /* ours, and of no model */
    iso_claims_free(&c);
    ok(iso_claims_read_folder(&c, temp_path("model"), false, "--corpus"));
    ok(iso_claims_write(&c, temp_path("model/results.json"), ISO_KIND_JSON, "--json"));
    fails(iso_claims_check(&c, true), ISO_EARG, "which is read (--corpus)");
    iso_claims_free(&c);
    ok(iso_claims_read(&c, temp_path("model/vocab.txt"), "--records"));
    ok(iso_claims_write_folder(&c, temp_path("model"), "--out"));
    fails(iso_claims_check(&c, true), ISO_EARG, "vocab.txt: --out would replace");
    iso_claims_free(&c);
}

static void streams_are_outputs(void **state)
{
    (void)state;
    const char *path = file("log", "");
    FILE *log = fopen(path, "a");
    iso_claims c = {0};

    assert_non_null(log);
    ok(iso_claims_write_to(&c, fileno(log), "standard output"));
    ok(iso_claims_write(&c, path, ISO_KIND_JSON, "--json"));
    fails(iso_claims_check(&c, true), ISO_EARG,
          "log: standard output goes there already: --json needs");
    iso_claims_free(&c);
    ok(iso_claims_write_to(&c, fileno(log), "standard output"));
    ok(iso_claims_read(&c, path, "FILE"));
    fails(iso_claims_check(&c, true), ISO_EARG, "standard output would replace");
    iso_claims_free(&c);
    fclose(log);
}

/* --- Kinds --- */

struct sample {
    iso_kind kind;
    const char *ours, *other;
};

static void a_file_of_another_kind_stays(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {ISO_KIND_JSON, "{\"isogloss\": \"0.1\", \"records\": []}\n", "{\"isoglosses\": 1}\n"},
        {ISO_KIND_JSON, "{\"isogloss\": \"0.1\"}\n", "[{\"text\": \"a\"}]\n"},
        {ISO_KIND_TOKENS, "{\"isogloss\": \"0.1\",\n \"sentences\": [\n{\"text\": \"a\"}]}\n",
         "{\"isogloss\": \"0.1\",\n \"records\": []}\n"},
        {ISO_KIND_JSON, "{\"isogloss\": \"0.1\",\n \"records\": []}\n",
         "{\"isogloss\": \"0.1\",\n \"sentences\": []}\n"},
        {ISO_KIND_CSV, "measure,estimator,src,tgt,src_layer\n", "lang,score\nen,1\n"},
        {ISO_KIND_JOURNAL, "isogloss-journal 1\n", "dear diary\n"},
        {ISO_KIND_SCRIPT, "# Run in this folder: gnuplot this-file\n", "plot sin(x)\n"},
        {ISO_KIND_NUMBERS, "layer\tvalue\tlo\thi\tchance\tname\n", "layer\tscore\n"},
        {ISO_KIND_COPIES, "copy_of\tid\ttext\n", "id\ttext\n1\ta\n"},
        {ISO_KIND_NEIGHBOURS, "{\n\"a\": [\"b\"],\n\"c\": []\n}\n",
         "{\n\"a\": [1, 2], \"b\":\n3}\n"},
        {ISO_KIND_NEIGHBOURS, "{\n\"a\": []\n}\n", "{\"a\": []}\n"},
        {ISO_KIND_PREDICTIONS, "0\t1\t0.5\n1\t0\t1\n", "0\t0\n1\t1\n"},
        {ISO_KIND_PREDICTIONS, "3\t1\n4\t0.25\n", "3\tthree\n"},
        {ISO_KIND_SVG, "<?xml version='1.0'?>\n<svg xmlns='x'/>\n", "an <svg> is a picture\n"},
        {ISO_KIND_PDF, "%PDF-1.5\n", "PDF\n"},
        {ISO_KIND_PNG, "\x89PNG\r\n\x1a\nrest", "\x89PNG\n"},
        {ISO_KIND_MATRIX,
         "\x93NUMPY\x01 vv{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }\n",
         "\x93NUMPY\x01 vv{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }\n"},
        {ISO_KIND_MATRIX, "\x93NUMPY\x01 vv{'descr': '<f8', 'shape': (30, 40), }\n",
         "\x93NUMPY\x01 vv{'descr': '<f8', 'shape': (3, 4, 5), }\n"},
        {ISO_KIND_STATES, NULL, "not HDF5\n"},
    };

    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        const struct sample *s = &samples[i];
        bool fits = false;
        if (s->ours) {
            ok(iso_kind_fits(&fits, file("kind", s->ours), s->kind));
            assert_true(fits);
        }
        ok(iso_kind_fits(&fits, file("kind", s->other), s->kind));
        assert_false(fits);
        ok(iso_kind_fits(&fits, file("kind", ""), s->kind)); /* an empty file loses nothing */
        assert_true(fits);
        ok(iso_kind_fits(&fits, temp_path("nothing"), s->kind));
        assert_true(fits);
        ok(iso_kind_fits(&fits, "/dev/null", s->kind));
        assert_true(fits);
    }
}

static void hdf5_is_told_apart(void **state)
{
    (void)state;
    bool fits = false;

    ok(iso_kind_fits(&fits, h5("states.h5", "isogloss-states"), ISO_KIND_STATES));
    assert_true(fits);
    ok(iso_kind_fits(&fits, temp_path("states.h5"), ISO_KIND_MAPS));
    assert_false(fits);
    ok(iso_kind_fits(&fits, h5("maps.h5", "isogloss-maps"), ISO_KIND_MAPS));
    assert_true(fits);
    ok(iso_kind_fits(&fits, h5("own.h5", NULL), ISO_KIND_STATES));
    assert_false(fits);
    ok(iso_kind_fits(&fits, file("damaged.h5", "\x89HDF\r\n\x1a\n and no more"), ISO_KIND_STATES));
    assert_false(fits);
    assert_int_equal(iso_h5_open_count(), 0);
}

/* What a killed run leaves has a journal, be it empty. */
static void a_part_has_its_journal(void **state)
{
    (void)state;
    bool fits = true;
    const char *part = file("x.h5.part", "half of it");

    ok(iso_kind_fits(&fits, part, ISO_KIND_PART));
    assert_false(fits);
    (void)file("x.h5.part.journal", "");
    ok(iso_kind_fits(&fits, part, ISO_KIND_PART));
    assert_true(fits);
    (void)file("x.h5.part.journal", "mine");
    ok(iso_kind_fits(&fits, part, ISO_KIND_PART));
    assert_false(fits);
}

static iso_err all_of_it(void)
{
    iso_claims c = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_claims_read(&c, temp_path("in.txt"), "--in"));
    ISO_TRY(iso_claims_read_folder(&c, temp_path("model"), true, "--model"));
    ISO_TRY(iso_claims_read_folder(&c, temp_path("model"), false, "--corpus"));
    ISO_TRY(iso_claims_write(&c, temp_path("states.h5"), ISO_KIND_STATES, "--out"));
    ISO_TRY(iso_claims_write_some(&c, check_temp, "-layer", ".svg", true, ISO_KIND_SVG, "--p"));
    ISO_TRY(iso_claims_write_folder(&c, temp_path("nothing"), "--report"));
    ISO_TRY(iso_claims_check(&c, false));
done:
    iso_claims_free(&c);
    return err;
}

static void survives_lack_of_memory(void **state)
{
    iso_err err = ISO_ENOMEM;

    (void)state;
    for (int64_t n = 0; err; n++) {
        iso_alloc_fail_after(n);
        err = all_of_it();
        iso_alloc_fail_after(-1);
        assert_true(err == ISO_OK || err == ISO_ENOMEM);
    }
}

int main(void)
{
    RUN_TESTS(test(an_input_is_no_output), test(two_outputs_are_two_files), test(names_to_come),
              test(files_of_a_checkpoint), test(streams_are_outputs),
              test(a_file_of_another_kind_stays), test(hdf5_is_told_apart),
              test(a_part_has_its_journal), test(survives_lack_of_memory));
}
