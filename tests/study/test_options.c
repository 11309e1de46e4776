/* What every table of options promises, and what a study makes of options left out, of zeros, and
 * of the shorter struct of an earlier version. */
#include "analysis/page/plot.h"
#include "analysis/page/report/report.h"
#include "analysis/study/align/align.h"
#include "analysis/study/centroids/centroids.h"
#include "analysis/study/compare/compare.h"
#include "analysis/study/gap/gap.h"
#include "analysis/study/mix/mix.h"
#include "analysis/study/probe/probes.h"
#include "analysis/study/retrieve/retrieve.h"
#include "analysis/study/words/translation.h"
#include "lib/base/rng.h"
#include "lib/base/str.h"
#include "lib/encode/embed.h"
#include "tests/check.h"

static const iso_options *const tables[] = {
    &iso_compare_options, &iso_centroids_options, &iso_retrieve_options, &iso_probe_options,
    &iso_align_options,   &iso_words_options,     &iso_gap_options,      &iso_mix_options,
    &iso_embed_options,   &iso_plot_options,      &iso_report_options};
enum { TABLES = (int)(sizeof tables / sizeof *tables) };

/* A struct of any call. */
typedef union any_opt {
    max_align_t align;
    char byte[2048];
} any_opt;

static void each_row(void (*look)(const iso_options *, const iso_option *))
{
    for (int t = 0; t < TABLES; t++) {
        assert_true(tables[t]->count > 0 && tables[t]->size <= sizeof(any_opt));
        for (int i = 0; i < tables[t]->count; i++)
            look(tables[t], &tables[t]->at[i]);
    }
}

static void look_at_name(const iso_options *table, const iso_option *o)
{
    if (!o->name[0] || o->name[strspn(o->name, "abcdefghijklmnopqrstuvwxyz0123456789_")] ||
        o->name[0] == '_' || o->name[strlen(o->name) - 1] == '_')
        fail_msg("%s.%s is not in snake_case", table->name, o->name);
    if (iso_options_find(table, o->name) != o)
        fail_msg("%s.%s is there twice", table->name, o->name);
}

static void names_are_unique_and_in_snake_case(void **state)
{
    (void)state;
    each_row(look_at_name);
}

static size_t size_of(const iso_option *o)
{
    switch (o->kind) {
    case ISO_OPTION_FLAG:
        return sizeof(bool);
    case ISO_OPTION_ENUM:
        return sizeof(int);
    case ISO_OPTION_REAL:
    case ISO_OPTION_TIME:
        return sizeof(double);
    case ISO_OPTION_BYTES:
        return sizeof(int64_t);
    case ISO_OPTION_INT:
        return o->size == sizeof(int) ? sizeof(int) : sizeof(int64_t);
    case ISO_OPTION_TEXT:
    case ISO_OPTION_CHOICE:
    case ISO_OPTION_NAMES:
    case ISO_OPTION_RANGES:
    case ISO_OPTION_MEASURES:
    case ISO_OPTION_PATH:
    case ISO_OPTION_INPUT:
        break;
    }
    return sizeof(char *);
}

static void look_at_field(const iso_options *table, const iso_option *o)
{
    if (o->offset < sizeof(size_t) || o->offset + o->size > table->size || o->size != size_of(o))
        fail_msg("%s.%s lies at %zu, of %zu bytes", table->name, o->name, o->offset, o->size);
    for (int i = 0; i < table->count; i++) {
        const iso_option *other = &table->at[i];
        if (other != o && other->offset < o->offset + o->size &&
            o->offset < other->offset + other->size)
            fail_msg("%s.%s and %s share bytes", table->name, o->name, other->name);
    }
}

static void fields_lie_within_the_struct(void **state)
{
    (void)state;
    each_row(look_at_field);
}

static void look_at_default(const iso_options *table, const iso_option *o)
{
    any_opt opt = {0};

    if (!o->init)
        return;
    if (iso_option_set(o, &opt, o->init))
        fail_msg("%s.%s: its default %s: %s", table->name, o->name, o->init, iso_err_msg());
    iso_options_init(table, &opt, table->size);
    if (!iso_option_given(o, &opt))
        fail_msg("%s.%s: init leaves it out", table->name, o->name);
}

static void defaults_can_be_set(void **state)
{
    (void)state;
    each_row(look_at_default);
}

static void look_at_others(const iso_options *table, const char *name, const char *list)
{
    char word[64];

    for (const char *at = list; at;) {
        at = iso_str_word(word, sizeof word, at);
        const iso_option *other = iso_options_find(table, word);
        if (!other || strcmp(other->name, name) == 0)
            fail_msg("%s.%s: no other option is called %s", table->name, name, word);
    }
}

static void look_at_relations(const iso_options *table, const iso_option *o)
{
    look_at_others(table, o->name, o->needs);
    look_at_others(table, o->name, o->excludes);
}

static void needs_and_excludes_name_options(void **state)
{
    (void)state;
    each_row(look_at_relations);
}

/* Each choice can be written, and comes back as it was written: so there are as many numbers as
 * choices, and none twice but a second name, which the help explains. */
static void look_at_choices(const iso_options *table, const iso_option *o)
{
    any_opt opt = {0};
    char word[64], back[64];

    if (o->kind != ISO_OPTION_ENUM && o->kind != ISO_OPTION_CHOICE) {
        if (o->choices || o->numbers)
            fail_msg("%s.%s has choices, and takes none", table->name, o->name);
        return;
    }
    if (!o->choices || !*o->choices)
        fail_msg("%s.%s has no choices", table->name, o->name);
    for (const char *at = o->choices; *at;) {
        const size_t len = strcspn(at, " ");
        snprintf(word, sizeof word, "%.*s", (int)len, at);
        ok(iso_option_set(o, &opt, word));
        iso_option_choice(back, sizeof back, o, &opt);
        if (strcmp(word, back) != 0 && !(strstr(o->help, word) && strstr(o->help, back)))
            fail_msg("%s.%s: %s is read as %s", table->name, o->name, word, back);
        at += len + (at[len] == ' ');
    }
}

static void choices_and_numbers_match(void **state)
{
    (void)state;
    each_row(look_at_choices);
}

static void look_at_help(const iso_options *table, const iso_option *o)
{
    const size_t len = o->help ? strlen(o->help) : 0;

    if (len < 4 || (o->help[len - 1] == '.' && strcmp(o->help + len - 4, ",...") != 0))
        fail_msg("%s.%s: help is no sentence part", table->name, o->name);
    for (const char *at = o->help; (at = strstr(at, "--")); at += 2) {
        if (at[2] >= 'a' && at[2] <= 'z')
            fail_msg("%s.%s: its help writes %s instead of a marked field", table->name, o->name,
                     at);
    }
    if ((o->kind == ISO_OPTION_FLAG) != !o->value)
        fail_msg("%s.%s: a value for a flag, or none", table->name, o->name);
}

static void help_marks_what_it_names(void **state)
{
    (void)state;
    each_row(look_at_help);
}

static void fields_that_were_not_there_are_as_by_default(void **state)
{
    any_opt own, usual, taken;

    (void)state;
    for (int t = 0; t < TABLES; t++) {
        const iso_options *table = tables[t];
        memset(&usual, 0, sizeof usual);
        memset(&taken, 0, sizeof taken);
        ok(iso_options_take(table, &usual, NULL));
        for (int i = 0; i < table->count; i++) {
            const size_t size = table->at[i].offset;
            if (size <= sizeof(size_t))
                continue;
            memset(&own, 0xA5, sizeof own);
            iso_options_init(table, &own, size);
            ok(iso_options_take(table, &taken, &own));
            for (int j = 0; j < table->count; j++) {
                const iso_option *o = &table->at[j];
                if (memcmp(taken.byte + o->offset, usual.byte + o->offset, o->size) != 0)
                    fail_msg("%s of %zu bytes: %s is not as by default", table->name, size,
                             o->name);
            }
        }
    }
}

/* Studies of states ---------------------------------------------------------------------------- */

#define CALL(name)                                                                                 \
    static iso_err call_##name(iso_records *out, iso_states *states, const void *opt)              \
    {                                                                                              \
        iso_facts plan = {0};                                                                      \
        iso_err err = ISO_OK;                                                                      \
                                                                                                   \
        ISO_TRY(iso_##name##_check(opt));                                                          \
        ISO_TRY(iso_##name##_plan(&plan, states, opt, NULL));                                      \
        assert_true(plan.count > 0);                                                               \
        ISO_TRY(iso_##name(out, states, opt, NULL));                                               \
    done:                                                                                          \
        iso_facts_free(&plan);                                                                     \
        return err;                                                                                \
    }
CALL(compare)
CALL(centroids)
CALL(retrieve)
CALL(align)
CALL(probe)

static const struct {
    const iso_options *table;
    iso_err (*call)(iso_records *, iso_states *, const void *);
} studies[] = {{&iso_compare_options, call_compare},
               {&iso_centroids_options, call_centroids},
               {&iso_retrieve_options, call_retrieve},
               {&iso_align_options, call_align},
               {&iso_probe_options, call_probe}};
enum { STUDIES = (int)(sizeof studies / sizeof *studies), ITEMS = 40, DIMS = 4 };

static iso_states *small_states(void)
{
    static const char *const classes[] = {"a", "b"}, *const name[] = {"en", "de"};
    static float x[2][ITEMS * DIMS];
    static int32_t labels[ITEMS];
    const iso_states_info info = {.classes = classes, .class_count = 2};
    iso_rng rng = iso_rng_seeded(7, 0);
    iso_states *states = NULL;

    ok(iso_states_new(&states, NULL));
    ok(iso_states_describe(states, &info));
    for (int i = 0; i < ITEMS; i++)
        labels[i] = i % 2;
    for (int l = 0; l < 2; l++) {
        const iso_lang lang = {.name = name[l], .items = ITEMS, .labels = labels};
        for (int i = 0; i < ITEMS * DIMS; i++)
            x[l][i] = (float)iso_rng_normal(&rng) + (l ? x[0][i] : (float)(i / DIMS % 2));
        ok(iso_states_add_lang(states, &lang));
        ok(iso_states_put(states, name[l], 0, iso_view_f32(x[l], ITEMS, DIMS)));
    }
    return states;
}

static void same_records(const iso_records *a, const iso_records *b, const char *study, size_t size)
{
    if (iso_records_count(a) == 0 || iso_records_count(a) != iso_records_count(b))
        fail_msg("%s, options of %zu bytes: %d records, not %d", study, size,
                 (int)iso_records_count(b), (int)iso_records_count(a));
    for (int64_t i = 0; i < iso_records_count(a); i++) {
        const iso_column *c = iso_record_differs(iso_records_at(a, i), iso_records_at(b, i),
                                                 ISO_ROLE_NAMES | ISO_ROLE_VALUE, 0);
        if (c)
            fail_msg("%s, options of %zu bytes: another %s", study, size, c->name);
    }
}

/* No options; the defaults; zeros but for the size, and NaN for what is a double; and every struct
 * that ends before some field, with bytes behind it that mean nothing. */
static void studies_take_any_version(void **state)
{
    iso_states *states = small_states();
    any_opt own;

    (void)state;
    for (int s = 0; s < STUDIES; s++) {
        const iso_options *table = studies[s].table;
        iso_records usual = {0}, list = {0};
        ok(studies[s].call(&usual, states, NULL));
        for (int i = -2; i < table->count; i++) {
            const size_t size = i < 0 ? table->size : table->at[i].offset;
            if (size <= sizeof(size_t))
                continue;
            memset(&own, 0xA5, sizeof own);
            iso_options_init(table, &own, size);
            for (int j = 0; i == -2 && j < table->count; j++) {
                const iso_option *o = &table->at[j];
                memset(own.byte + o->offset, 0, o->kind == ISO_OPTION_REAL ? 0 : o->size);
            }
            ok(studies[s].call(&list, states, &own));
            same_records(&usual, &list, table->name, size);
            iso_records_cut(&list, 0);
        }
        memset(&own, 0, sizeof own);
        fails(studies[s].call(&list, states, &own), ISO_EARG, "the size is not set");
        assert_int_equal(iso_records_count(&list), 0);
        iso_records_free(&usual);
        iso_records_free(&list);
    }
    iso_states_close(states);
}

/* What can be said of no options at all is an answer or ISO_EARG. */
static void checks_take_no_options(void **state)
{
    (void)state;
    ok(iso_plot_check(NULL, NULL));
    ok(iso_gap_check(NULL));
    ok(iso_report_check(NULL, true));
    fails(iso_words_check(NULL), ISO_EARG, "--test");
    assert_true(iso_mix_check(NULL) == ISO_OK || iso_mix_check(NULL) == ISO_EARG);
    assert_true(iso_embed_check(NULL) == ISO_OK || iso_embed_check(NULL) == ISO_EARG);
}

int main(void)
{
    RUN_TESTS(test(names_are_unique_and_in_snake_case), test(fields_lie_within_the_struct),
              test(defaults_can_be_set), test(needs_and_excludes_name_options),
              test(choices_and_numbers_match), test(help_marks_what_it_names),
              test(fields_that_were_not_there_are_as_by_default), test(studies_take_any_version),
              test(checks_take_no_options));
}
