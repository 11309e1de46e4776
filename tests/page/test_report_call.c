/* A report as a call of the library: a folder that is whole, or none. */
#include "tests/check.h"

#include <glob.h>
#include <math.h>
#include <sys/stat.h>

#include "analysis/page/report/report.h"
#include "lib/io/record_read.h"
#include "lib/text/lang.h"

static bool there(const char *folder, const char *name)
{
    char path[4096];
    struct stat st;

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return stat(path, &st) == 0;
}

static void keep(void *payload, const char *text)
{
    char *all = payload;

    (void)snprintf(all + strlen(all), 4096 - strlen(all), "%s\n", text);
}

static void a_folder_of_states(void **state)
{
    const char *path = source_path("examples/states/mini.h5"), *folder = temp_path("report");
    const iso_states_opt reading = {.limit = 40, .canonical = iso_lang_canonical};
    const iso_report_opt opt = {.size = sizeof opt,
                                .select = {.tgt = "de", .layers = "4"},
                                .interval = ISO_INTERVAL_NONE,
                                .title = "Forty items"};
    char notes[4096] = "", file[4200];
    const iso_run run = {.note = keep, .payload = notes};
    iso_records records = {0};
    iso_states *states = NULL;
    iso_buf line = {0};
    (void)state;

    ok(iso_states_open(&states, &path, 1, &reading));
    ok(iso_report(states, &opt, folder, &run));
    assert_true(there(folder, "report.html") && there(folder, "figures"));
    (void)snprintf(file, sizeof file, "%s/records.csv", folder);
    ok(iso_records_read(&records, &line, file, NULL));
    assert_true(records.count > 10);
    text(records.at[0].measure, "cka");
    /* a second one takes its place; what is no report is left alone */
    ok(iso_report(states, &opt, folder, NULL));
    fails(iso_report(states, &opt, source_path("examples"), NULL), ISO_EARG,
          "not of an earlier report");
    iso_states_close(states);
    iso_records_free(&records);
    iso_buf_free(&line);
}

static void nothing_is_left_of_what_fails(void **state)
{
    const char *folder = temp_path("none");
    const char *const files[] = {temp_path("missing.json"), NULL};
    const iso_report_opt no_file = {.size = sizeof no_file, .records = files};
    char beside[4096];
    glob_t found = {0};
    const iso_report_opt half = {.size = sizeof half, .model = {.folder = "m"}};
    (void)state;

    fails(iso_report(NULL, NULL, folder, NULL), ISO_EDATA, "nothing to report");
    fails(iso_report(NULL, &no_file, folder, NULL), ISO_EIO, "missing.json");
    fails(iso_report(NULL, &half, folder, NULL), ISO_EARG, "--model without --corpus");
    fails(iso_report_check(&half, true), ISO_EARG, "--model without --corpus");
    (void)snprintf(beside, sizeof beside, "%.*s/*none*", (int)(strrchr(folder, '/') - folder),
                   folder);
    assert_int_equal(glob(beside, GLOB_PERIOD, NULL, &found), GLOB_NOMATCH);
    globfree(&found);
}

/* Records of conditional CKA are no curves among those of CKA: they have a section. */
static void what_was_held_constant_has_a_section(void **state)
{
    (void)state;
    const char *path = temp_path("given.json"), *const files[] = {path, NULL};
    const char *folder = temp_path("given");
    const iso_report_opt opt = {.size = sizeof opt, .records = files};
    char file[4096];
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    fputs("[", f);
    for (int given = 0; given < 2; given++)
        for (int layer = 0; layer < 3; layer++)
            fprintf(f,
                    "%s{\"measure\": \"cka\", \"estimator\": \"debiased\", \"src\": \"en\", "
                    "\"tgt\": \"de\", \"src_layer\": %d, \"tgt_layer\": %d, \"value\": 0.%d%s}",
                    given || layer ? "," : "", layer, layer, 3 + layer - given,
                    given ? ", \"condition\": \"length\"" : "");
    fputs("]", f);
    fclose(f);
    ok(iso_report(NULL, &opt, folder, NULL));
    for (int given = 0; given < 2; given++) {
        char line[256];
        int lines = 0;
        (void)snprintf(file, sizeof file, "%s/figures/%s.tsv", folder,
                       given ? "cka-given" : "cka-layers");
        f = fopen(file, "r");
        assert_non_null(f);
        while (fgets(line, sizeof line, f))
            lines += line[0] >= '0' && line[0] <= '9';
        fclose(f);
        assert_int_equal(lines, 3);
    }
}

/* Of 40 sentences and 4 layers a small limit leaves 32 or more and two or all; the page says so,
 * the records are the same for any number of threads, and progress is a share of all that is
 * counted. */
struct share {
    int64_t last, total;
    char notes[4096];
};

static bool grows(void *payload, const char *what, int64_t done, int64_t total, const char *unit)
{
    struct share *s = payload;

    if (s->total == 0 && strcmp(what, "report") != 0)
        return true; /* while it counts, it reads */
    text(what, "report");
    text(unit, "operations");
    assert_true(done >= s->last && done <= total && (s->total == 0 || s->total == total));
    s->last = done;
    s->total = total;
    return true;
}

static void note_share(void *payload, const char *note)
{
    keep(((struct share *)payload)->notes, note);
}

static int64_t mixed(iso_buf *page, iso_records *records, double seconds, int threads,
                     struct share *share)
{
    const char *folder = temp_path("mixed");
    const iso_report_opt opt = {.size = sizeof opt,
                                .model = {.folder = source_path("examples/mini")},
                                .texts = {.corpus = source_path("examples/corpus"), .limit = 40},
                                .select = {.src = "en", .tgt = "de"},
                                .interval = ISO_INTERVAL_NONE,
                                .time = seconds};
    const iso_run run = {
        .threads = threads, .progress = grows, .note = note_share, .payload = share};
    char file[4200];
    iso_buf line = {0};
    iso_facts facts = {0};

    *share = (struct share){0};
    ok(iso_report(NULL, &opt, folder, &run));
    (void)snprintf(file, sizeof file, "%s/records.csv", folder);
    ok(iso_records_read(records, &line, file, NULL));
    (void)snprintf(file, sizeof file, "%s/report.html", folder);
    ok(iso_records_bytes(page, file, NULL));
    ok(iso_report_plan(&facts, NULL, &opt, NULL));
    const int64_t sentences = iso_facts_find(&facts, "sentences mixed")->whole;
    iso_facts_free(&facts);
    iso_buf_free(&line);
    return sentences;
}

static void a_limit_of_time_cuts_the_mixing(void **state)
{
    struct share share;
    iso_records all = {0}, usual = {0}, few = {0}, again = {0};
    iso_buf page = {0};
    (void)state;

    assert_int_equal(mixed(&page, &all, INFINITY, 1, &share), 40);
    assert_null(strstr(page.text, "class=\"cut\""));
    assert_true(share.last > 0.8 * (double)share.total);
    page.len = 0;
    assert_int_equal(mixed(&page, &usual, 0, 1, &share), 40);
    assert_int_equal(all.count, usual.count);
    page.len = 0;
    assert_int_equal(mixed(&page, &few, 0.45, 1, &share), 33);
    assert_non_null(strstr(page.text, "mixing takes 33 of 40 sentences and layers 1,3 of 4"));
    assert_non_null(strstr(share.notes, "mixing takes 33 of 40 sentences and layers 1,3 of 4"));
    assert_non_null(strstr(page.text, "--layer 1,3 "));
    page.len = 0;
    assert_int_equal(mixed(&page, &again, 0.45, 2, &share), 33);
    assert_int_equal(few.count, again.count);
    for (int64_t i = 0; i < few.count; i++) {
        assert_true(few.at[i].value == again.at[i].value ||
                    (isnan(few.at[i].value) && isnan(again.at[i].value)));
        assert_true(few.at[i].n == again.at[i].n);
    }
    iso_records_free(&all);
    iso_records_free(&usual);
    iso_records_free(&few);
    iso_records_free(&again);
    iso_buf_free(&page);
}

int main(void)
{
    RUN_TESTS(test(a_folder_of_states), test(nothing_is_left_of_what_fails),
              test(what_was_held_constant_has_a_section), test(a_limit_of_time_cuts_the_mixing));
}
