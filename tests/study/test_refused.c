/* What a program may get wrong: NULL where something is needed, a list that is read and appended
 * to, numbers beyond all bounds. Each is ISO_EARG with a message in words of the call, not a
 * crash. */
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
#include "lib/encode/embed.h"
#include "tests/check.h"

enum { ROWS = 20, DIMS = 4 };

static iso_states *small_states(void)
{
    static float x[2][ROWS * DIMS];
    iso_states *s = NULL;

    for (int i = 0; i < ROWS * DIMS; i++) {
        x[0][i] = (float)(i * 37 % 101);
        x[1][i] = x[0][i] + (float)(i * 53 % 17);
    }
    ok(iso_states_new(&s, NULL));
    ok(iso_states_put(s, "en", 0, iso_view_f32(x[0], ROWS, DIMS)));
    ok(iso_states_put(s, "de", 0, iso_view_f32(x[1], ROWS, DIMS)));
    return s;
}

static void no_states_hold_no_language(void **state)
{
    iso_records out = {0};

    (void)state;
    fails(iso_compare(&out, NULL, NULL, NULL), ISO_EARG, "holds no language");
    fails(iso_centroids(&out, NULL, NULL, NULL), ISO_EARG, "holds no language");
    fails(iso_retrieve(&out, NULL, NULL, NULL), ISO_EARG, "holds no language");
    fails(iso_align(&out, NULL, NULL, NULL), ISO_EARG, "holds no language");
    fails(iso_probe(&out, NULL, NULL, NULL), ISO_EARG, "holds no language");
    assert_int_equal(iso_records_count(&out), 0);
}

static void no_list_takes_no_records(void **state)
{
    iso_states *s = small_states();

    (void)state;
    fails(iso_compare(NULL, s, NULL, NULL), ISO_EARG, "NULL");
    fails(iso_centroids(NULL, s, NULL, NULL), ISO_EARG, "NULL");
    fails(iso_retrieve(NULL, s, NULL, NULL), ISO_EARG, "NULL");
    fails(iso_align(NULL, s, NULL, NULL), ISO_EARG, "NULL");
    iso_states_close(s);
}

static void gaps_go_to_another_list(void **state)
{
    iso_records out = {0};

    (void)state;
    fails(iso_gap(&out, &out, NULL, NULL), ISO_EARG, "another list");
    fails(iso_gap(&out, NULL, NULL, NULL), ISO_EARG, "another list");
    fails(iso_plot(NULL, NULL, "x.gp", NULL), ISO_EARG, "no records");
}

/* As a path that a program was not given ends up. */
static void an_empty_path_names_no_file(void **state)
{
    const iso_gap_opt gap = {.size = sizeof gap, .scores = ""};
    const iso_plot_opt plot = {.size = sizeof plot, .plot_data = ""};

    (void)state;
    fails(iso_gap_check(&gap), ISO_EARG, "--scores: the name is empty");
    fails(iso_plot_check(&plot, "x.gp"), ISO_EARG, "--plot-data: the name is empty");
}

static void one_row_without_a_name_is_not_chosen(void **state)
{
    const char *path = temp_path("one.tsv");
    const iso_gap_opt opt = {.size = sizeof opt, .scores = path, .row = "mBERT"};
    const iso_records in = {0};
    iso_records out = {0};
    FILE *f = fopen(path, "w");

    (void)state;
    assert_non_null(f);
    fputs("lang\tscore\nen\t80\nde\t70\n", f);
    fclose(f);
    fails(iso_gap(&out, &in, &opt, NULL), ISO_EARG, "one row, without a name: --row");
}

static void a_name_that_is_null_is_none(void **state)
{
    const char *none = NULL;
    iso_states *s = NULL;
    iso_texts *texts = NULL;

    (void)state;
    fails(iso_states_open(&s, &none, 1, NULL), ISO_EARG, "names no input");
    ok(iso_texts_new(&texts, NULL));
    fails(iso_texts_add(texts, NULL, NULL), ISO_EARG, "which language");
    fails(iso_texts_add_lang(texts, "de", NULL), ISO_EARG, "no items");
    iso_texts_close(texts);
    s = small_states();
    fails(iso_report(s, NULL, NULL, NULL), ISO_EARG, "folder name");
    iso_states_close(s);
}

static void a_word_is_text(void **state)
{
    static const float x[ROWS * DIMS];
    const char *const word[] = {"a", NULL, "c", "d"};
    const iso_words_side side[2] = {{.words = word, .rows = iso_view_f32(x, 4, DIMS)},
                                    {.words = word, .rows = iso_view_f32(x, 4, DIMS)}};
    iso_records out = {0};
    iso_words_opt opt;

    (void)state;
    iso_words_opt_init(&opt, sizeof opt);
    opt.test = "none.txt";
    opt.method = ISO_WORDS_NONE;
    fails(iso_words(&out, side, &opt, NULL), ISO_EARG, "words[1] is no text");
}

/* With the sanitizers: what is granted is compared with a number, not with an overflow. */
static void a_batch_beyond_all_bounds_is_too_much(void **state)
{
    const iso_run run = {.mem = 64 << 20, .mem_firm = true};
    iso_records out = {0};
    iso_states *s = NULL;
    iso_embed_opt embed;
    iso_mix_opt mix;

    (void)state;
    iso_embed_opt_init(&embed, sizeof embed);
    embed.model.folder = source_path("examples/mini");
    embed.texts = (iso_texts_opt){.corpus = source_path("examples/corpus"), .limit = 2};
    embed.batch = INT64_MAX;
    fails(iso_embed(&s, NULL, NULL, &embed, &run), ISO_EARG, "a smaller --batch");
    iso_mix_opt_init(&mix, sizeof mix);
    mix.model = embed.model;
    mix.texts = embed.texts;
    mix.batch = INT64_MAX;
    fails(iso_mix(&out, NULL, NULL, &mix, &run), ISO_EARG, "a smaller --batch");
}

int main(void)
{
    RUN_TESTS(test(no_states_hold_no_language), test(no_list_takes_no_records),
              test(gaps_go_to_another_list), test(a_name_that_is_null_is_none),
              test(a_word_is_text), test(an_empty_path_names_no_file),
              test(one_row_without_a_name_is_not_chosen),
              test(a_batch_beyond_all_bounds_is_too_much));
}
