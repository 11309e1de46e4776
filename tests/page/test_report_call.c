/* A report as a call of the library: a folder that is whole, or none. */
#include "tests/check.h"

#include <glob.h>
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

int main(void)
{
    RUN_TESTS(test(a_folder_of_states), test(nothing_is_left_of_what_fails),
              test(what_was_held_constant_has_a_section));
}
