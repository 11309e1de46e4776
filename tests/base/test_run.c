/* The run context: what a person is told, and that silence is the default. */
#include "tests/check.h"

#include "lib/base/run.h"

static void hear(void *payload, const char *text)
{
    snprintf(payload, 2048, "%s", text);
}

static void notes_reach_who_listens(void **state)
{
    char heard[2048] = "";
    const iso_run run = {.payload = heard, .note = hear}, deaf = {.payload = heard};
    (void)state;

    iso_run_note(NULL, "nothing %d", 1);
    iso_run_note(&deaf, "nothing %d", 2);
    text(heard, "");
    iso_run_note(&run, "%s: %d rows left out", "x.h5", 3);
    text(heard, "x.h5: 3 rows left out");
}

static void long_notes_are_cut(void **state)
{
    char heard[2048] = "", much[1600];
    const iso_run run = {.payload = heard, .note = hear};
    (void)state;

    memset(much, 'x', sizeof much - 1);
    much[sizeof much - 1] = '\0';
    iso_run_note(&run, "%s", much);
    assert_true(strlen(heard) > 900 && strlen(heard) < 1100);
}

static void fields_are_named_as_the_caller_writes_them(void **state)
{
    char heard[2048] = "", other[] = "\x0eno end, \x0f, \x0eUP\x0f, \x0e\x0f";
    const iso_run run = {.payload = heard, .note = hear};
    (void)state;

    (void)iso_fail(ISO_EARG, ISO_FIELD(max_vocab) " %d: " ISO_FIELD_S, 3, "mem");
    text(iso_err_msg(), "--max-vocab 3: --mem");
    iso_fields_style(ISO_FIELDS_PLAIN);
    (void)iso_fail(ISO_EARG, ISO_FIELD(max_vocab) " %d: " ISO_FIELD_S, 3, "mem");
    text(iso_err_msg(), "max_vocab 3: mem");
    iso_run_note(&run, "see " ISO_FIELD(tgt));
    text(heard, "see tgt");
    iso_fields_style(ISO_FIELDS_DASHED);
    iso_fields_show(other);
    text(other, "\x0eno end, \x0f, \x0eUP\x0f, \x0e\x0f");
}

int main(void)
{
    RUN_TESTS(test(fields_are_named_as_the_caller_writes_them), test(notes_reach_who_listens),
              test(long_notes_are_cut));
}
