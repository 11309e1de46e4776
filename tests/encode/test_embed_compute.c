/* The number type of products: what is slower is said, `fastest` chooses by the rates, the choice
 * is kept in the file and goes on with it. Rates are forced: no test looks at a clock. */
#include "lib/linalg/packed.h"
#include "tests/encode/embedded.h"

/* Of f32, bf16, int8. */
static const double like_amx[] = {300e9, 900e9, 2000e9}, without[] = {300e9, 147e9, 90e9},
                    alike[] = {300e9, 330e9, 290e9};

#define RUN(out, ...)                                                                              \
    EMBED("--model", source_path("examples/mini"), "--corpus", source_path("examples/corpus"),     \
          "--limit", "20", "--layers", "0-1", "--dtype", "f32", "-o", out, __VA_ARGS__)

/* What the file says it was computed in. */
static void computed_in(const char *path, const char *compute)
{
    iso_states *s = states_of(path);
    const char *is = iso_states_about(s)->compute;

    assert_string_equal(is ? is : "f32", compute);
    iso_states_close(s);
}

static void heard(const char *text)
{
    if (!strstr(said, text))
        fail_msg("\"%s\" is not in: %s", text, said);
}

static void what_is_slower_is_said(void **state)
{
    const char *out = temp_path("asked.h5");

    (void)state;
    iso_packed_force_rates(without);
    done(RUN(out, "--compute", "bf16"));
    heard("--compute bf16: products run at 0.49 of the rate of f32 here (147 against 300 GFLOP/s)");
    computed_in(out, "bf16");
    done(RUN(out, "--compute", "int8"));
    heard("--compute int8: products run at 0.30 of");
    computed_in(out, "int8");
    done(RUN(out, "--compute", "f32"));
    assert_null(strstr(said, "--compute"));
    iso_packed_force_rates(alike);
    done(RUN(out, "--compute", "int8")); /* 0.97: the noise of a measurement */
    assert_null(strstr(said, "--compute"));
    iso_packed_force_rates(NULL);
}

static void fastest_is_f32_or_bf16(void **state)
{
    static const double int8_alone[] = {300e9, 147e9, 2000e9};
    const char *out = temp_path("fastest.h5");

    (void)state;
    iso_packed_force_rates(like_amx);
    done(RUN(out, "--compute", "fastest"));
    heard("--compute fastest: bf16; products in bf16 run at 3.00 of the rate of f32 here");
    computed_in(out, "bf16");
    iso_packed_force_rates(without);
    done(RUN(out, "--compute", "fastest"));
    heard("--compute fastest: f32; products in bf16 run at 0.49");
    computed_in(out, "f32");
    iso_packed_force_rates(alike); /* gains too little for what it changes */
    done(RUN(out, "--compute", "fastest"));
    computed_in(out, "f32");
    iso_packed_force_rates(int8_alone);
    done(RUN(out, "--compute", "fastest"));
    computed_in(out, "f32");
    iso_packed_force_rates(NULL);
}

static void begin(const char *out, const char *compute)
{
    iso_run_interrupt_at("embedding", 600);
    const int status = RUN(out, "--compute", compute);
    iso_run_interrupt_at(NULL, 0);
    assert_int_equal(status, 130);
}

static void the_choice_goes_on_with_the_file(void **state)
{
    const char *out = temp_path("chosen.h5"), *whole = temp_path("whole.h5");

    (void)state;
    iso_packed_force_rates(like_amx);
    begin(out, "fastest");
    done(RUN(whole, "--compute", "bf16"));
    iso_packed_force_rates(without); /* on another machine, say */
    assert_int_equal(RUN(out, "--resume", "--compute", "f32"), 1);
    heard("--compute (bf16, now f32)");
    assert_int_equal(RUN(out, "--resume", "--compute", "int8"), 1);
    heard("--compute (bf16, now int8)");
    done(RUN(out, "--resume", "--compute", "fastest"));
    heard("was begun in bf16 and goes on in it");
    heard("tokens were there already");
    computed_in(out, "bf16");
    files_near(out, whole, 1e-6);
    iso_packed_force_rates(NULL);
}

static void what_was_named_goes_on_too(void **state)
{
    const char *out = temp_path("named.h5");

    (void)state;
    iso_packed_force_rates(like_amx);
    begin(out, "f32");
    assert_int_equal(RUN(out, "--resume", "--compute", "bf16"), 1);
    heard("--compute (f32, now bf16)");
    done(RUN(out, "--resume", "--compute", "fastest"));
    heard("was begun in f32 and goes on in it");
    computed_in(out, "f32");
    done(RUN(out, "--resume", "--compute", "fastest")); /* nothing to go on with */
    assert_null(strstr(said, "was begun"));
    computed_in(out, "bf16");
    iso_packed_force_rates(NULL);
}

int main(void)
{
    RUN_TESTS(test(what_is_slower_is_said), test(fastest_is_f32_or_bf16),
              test(the_choice_goes_on_with_the_file), test(what_was_named_goes_on_too));
}
