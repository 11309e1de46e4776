/* The walk along a command line. */
#include "tests/check.h"

#include "bin/opt.h"
#include "lib/base/alloc.h"

struct asked {
    size_t size;
    iso_states *against;
    bool difference;
    const char *src, *layers;
    const char *const *records;
};

static const iso_option rows[] = {
    ISO_OPTION(struct asked, INPUT, against, "INPUT...", "others", .reads = ISO_READS_STATES),
    ISO_OPTION(struct asked, FLAG, difference, NULL, "minus them", .needs = "against"),
    ISO_OPTION(struct asked, NAMES, src, "LANG", "source"),
    ISO_OPTION(struct asked, RANGES, layers, "LIST", "layers"),
    ISO_OPTION(struct asked, INPUT, records, "FILE...", "files", .reads = ISO_READS_FILE),
};
static const iso_options study = ISO_OPTIONS("full", struct asked, rows);

static const struct cmd full = {
    .name = "full",
    .args = "INPUT...",
    .summary = "for this test",
    .study = &study,
    .options = "out " OPTIONS_READING,
};
static const struct cmd bare = {
    .name = "bare", .args = "", .summary = "none", .options = "only out"};

#define PARSE(set, cmd, ...) parse(set, cmd, (const char *[]){"full", __VA_ARGS__, NULL})

static iso_err parse(struct args *set, const struct cmd *cmd, const char **argv)
{
    int argc = 0;

    while (argv[argc])
        argc++;
    return opt_parse(set, cmd, argc, (char **)(uintptr_t)argv);
}

static void words_and_options_mix(void **state)
{
    struct args s;

    (void)state;
    ok(PARSE(&s, &full, "a.h5", "--src", "en", "b.h5", "--mem=2K", "--threads", "3", "-o", "x"));
    assert_int_equal(s.inputs.count, 2);
    text(s.inputs.at[0], "a.h5");
    text(s.inputs.at[1], "b.h5");
    text(((struct asked *)s.study)->src, "en");
    text(s.out, "x");
    assert_int_equal(s.run.mem, 2048);
    assert_int_equal(s.run.threads, 3);
    assert_false(s.quiet);
    assert_null(s.json);
    opt_free(&s);
}

static void lists_end_at_the_next_option(void **state)
{
    struct args s;

    (void)state;
    ok(PARSE(&s, &full, "a", "--against", "b", "c", "--difference", "d", "--records", "r"));
    assert_int_equal(opt_words(&s, "against").count, 2);
    text(opt_words(&s, "against").at[1], "c");
    assert_int_equal(s.inputs.count, 2);
    text(s.inputs.at[1], "d");
    assert_int_equal(opt_words(&s, "records").count, 1);
    assert_true(((struct asked *)s.study)->difference);
    opt_free(&s);
    ok(PARSE(&s, &full, "--against=b", "c"));
    assert_int_equal(opt_words(&s, "against").count, 2);
    opt_free(&s);
    fails(PARSE(&s, &full, "--against", "--difference"), ISO_EARG,
          "--against needs a value: INPUT");
    opt_free(&s);
    fails(PARSE(&s, &full, "a", "--difference"), ISO_EARG, "--difference needs --against INPUT");
    opt_free(&s);
}

static void two_dashes_end_the_options(void **state)
{
    struct args s;

    (void)state;
    ok(PARSE(&s, &full, "--quiet", "--", "--src", "-", "x"));
    assert_int_equal(s.inputs.count, 3);
    text(s.inputs.at[0], "--src");
    assert_true(s.quiet);
    opt_free(&s);
    ok(PARSE(&s, &full, "-", "--json", "-"));
    text(s.inputs.at[0], "-");
    text(s.json, "-");
    opt_free(&s);
}

static void says_what_is_wrong(void **state)
{
    struct args s;

    (void)state;
    fails(PARSE(&s, &full, "--layer", "3"), ISO_EARG,
          "unknown option --layer; did you mean --layers?");
    opt_free(&s);
    fails(PARSE(&s, &full, "--quie"), ISO_EARG, "did you mean --quiet?");
    opt_free(&s);
    fails(PARSE(&s, &full, "-x"), ISO_EARG, "unknown option -x");
    opt_free(&s);
    fails(PARSE(&s, &full, "a", "--src"), ISO_EARG, "--src needs a value: LANG");
    opt_free(&s);
    fails(PARSE(&s, &full, "-o"), ISO_EARG, "--out needs a value: PATH");
    opt_free(&s);
    fails(PARSE(&s, &full, "--json", "--csv", "x"), ISO_EARG, "--json needs a value: FILE");
    opt_free(&s);
    fails(PARSE(&s, &full, "--quiet=yes"), ISO_EARG, "--quiet takes no value");
    opt_free(&s);
    fails(PARSE(&s, &full, "--threads", "0"), ISO_EARG, "--threads: 0 is less than 1");
    opt_free(&s);
    fails(PARSE(&s, &full, "--threads", "two"), ISO_EARG, "two is not a whole number");
    opt_free(&s);
    fails(PARSE(&s, &full, "--mem", "lots"), ISO_EARG, "lots is not a size");
    opt_free(&s);
    fails(PARSE(&s, &full, "--pool", "men"), ISO_EARG,
          "men is not one of: mean mean-special cls last max weighted max-special mean-sqrt none");
    opt_free(&s);
    fails(PARSE(&s, &full, "--pool", "mean cls"), ISO_EARG, "not one of");
    opt_free(&s);
    fails(PARSE(&s, &full, "--src="), ISO_EARG, "the LANG is empty");
    opt_free(&s);
}

static void commands_take_what_they_name(void **state)
{
    struct args s;

    (void)state;
    fails(PARSE(&s, &bare, "--json", "x"), ISO_EARG, "unknown option --json");
    opt_free(&s);
    ok(PARSE(&s, &bare, "--out", "x", "--help"));
    assert_true(s.help);
    opt_free(&s);
    fails(PARSE(&s, &bare, "--man", "x"), ISO_EARG, "unknown option --man");
    opt_free(&s);
}

static void nothing_stays_between_two_runs(void **state)
{
    struct args s;

    (void)state;
    fails(PARSE(&s, &full, "a", "--bad", "b"), ISO_EARG, "--bad");
    opt_free(&s);
    ok(PARSE(&s, &full, "c", "d"));
    assert_int_equal(s.inputs.count, 2);
    text(s.inputs.at[0], "c");
    opt_free(&s);
}

static void survives_lack_of_memory(void **state)
{
    struct args s;
    iso_err err;
    int64_t n = 0;

    (void)state;
    do {
        iso_alloc_fail_after(n++);
        err = PARSE(&s, &full, "a", "--against", "b", "c", "--quiet", "d");
        iso_alloc_fail_after(-1);
        assert_true(err == ISO_OK || err == ISO_ENOMEM);
        opt_free(&s);
    } while (err);
    assert_true(n > 1);
}

/* What names a file says whether it is read or written: the check before any work knows no other.
 */
static void every_file_is_declared(void **state)
{
    static const char files[] = "FILE FILE... PATH DIR INPUT... TABLE DICT LANG=TEXT...";
    int declared = 0;

    (void)state;
    for (const struct cmd *const *c = all_commands; *c; c++) {
        struct opt_list list;
        opt_list_of(&list, *c);
        for (int i = 0; i < list.count; i++) {
            const iso_option *o = list.at[i].is;
            if (!o->value || !iso_option_among(files, o->value, strlen(o->value)) ||
                o->tier == ISO_OPTION_HIDDEN)
                continue;
            if ((o->reads != ISO_READS_NOTHING) == (o->writes != ISO_WRITES_NOTHING))
                fail_msg("--%s %s is neither read nor written, or both", o->name, o->value);
            assert_true(o->kind >= ISO_OPTION_TEXT);
            declared++;
        }
        const bool takes = strstr((*c)->args, "INPUT") || strstr((*c)->args, "TEXT...") ||
                           strstr((*c)->args, "RECORDS") || strstr((*c)->args, "SRC TGT");
        if (takes && (*c)->reads == ISO_READS_NOTHING && strcmp((*c)->name, "mix") != 0)
            fail_msg("%s takes %s, and reads nothing", (*c)->name, (*c)->args);
    }
    assert_true(declared > 20);
}

int main(void)
{
    RUN_TESTS(test(words_and_options_mix), test(lists_end_at_the_next_option),
              test(two_dashes_end_the_options), test(says_what_is_wrong),
              test(commands_take_what_they_name), test(every_file_is_declared),
              test(nothing_stays_between_two_runs), test(survives_lack_of_memory));
}
