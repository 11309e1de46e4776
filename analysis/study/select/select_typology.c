/* Distances of languages by their typological features, group by group. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "analysis/study/select/select_inside.h"
#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/json.h"
#include "lib/io/stream.h"
#include "lib/io/typology.h"
#include "lib/text/lang.h"

/* Groups by what names of features begin with. */
static const struct {
    const char *begin, *name;
} groups[] = {{"S_", "syntax"},     {"P_", "phonology"},   {"INV_", "inventory"}, {"F_", "family"},
              {"GC_", "geography"}, {"GEO_", "geography"}, {"", "other"}};

enum { GROUPS = (int)(sizeof groups / sizeof *groups) };

static const char *group_of(const char *feature)
{
    int g = 0;

    while (strncmp(feature, groups[g].begin, strlen(groups[g].begin)) != 0)
        g++;
    return groups[g].name;
}

/* --- Codes --- */

/* A file of features, with the codes that stand beside it. */
struct source {
    const char *path;
    iso_typology table;
    iso_json *codes; /* {"en": "eng"}, or NULL */
};

/* letter_codes.json in the folder of the file, where there is one. */
static iso_err read_codes(struct source *s, const iso_run *run)
{
    const char *slash = strrchr(s->path, '/');
    iso_stream stream = {0};
    iso_buf path = {0}, text = {0};
    struct stat st;
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_add(&path, s->path, slash ? slash + 1 - s->path : 0));
    ISO_TRY(iso_buf_puts(&path, "letter_codes.json"));
    if (stat(path.text, &st) != 0)
        goto done;
    ISO_TRY(iso_stream_open(&stream, path.text, 1 << 20, run));
    err = iso_stream_text(&text, &stream);
    iso_stream_close(&stream);
    ISO_TRY(err);
    err = iso_json_parse(&s->codes, text.text, text.len);
    if (!err && iso_json_is(s->codes) != ISO_JSON_OBJECT)
        err = iso_fail(ISO_EFORMAT, "is no object of codes, such as {\"en\": \"eng\"}");
    if (err)
        err = iso_fail_in(err, "%s", path.text);
done:
    iso_buf_free(&path);
    iso_buf_free(&text);
    return err;
}

/* Adds the row of a spelling, once. */
static void look(int64_t row[4], int *count, const iso_textmap *langs, const char *spelling)
{
    const int64_t at = *spelling ? iso_textmap_find(langs, spelling, -1) : -1;

    for (int i = 0; i < *count; i++)
        if (row[i] == at)
            return;
    if (at >= 0)
        row[(*count)++] = at;
}

/* The row of a language: as it is spelled, as the codes beside the file say, else the only one of
 * its codes in ISO 639. −1: there is none. */
static iso_err find_row(int64_t *out, const struct source *s, const char *lang)
{
    const iso_textmap *langs = &s->table.langs;
    const iso_lang_code *code = iso_lang_find(lang);
    int64_t row[4];
    int count = 0;
    iso_err err = ISO_OK;

    *out = iso_textmap_find(langs, lang, -1);
    if (*out >= 0 || !code)
        return ISO_OK;
    const char *said =
        s->codes && *code->part1 ? iso_json_text(iso_json_get(s->codes, code->part1)) : NULL;
    if (said && (*out = iso_textmap_find(langs, said, -1)) >= 0)
        return ISO_OK;
    look(row, &count, langs, code->part1);
    look(row, &count, langs, code->part3);
    look(row, &count, langs, code->member);
    look(row, &count, langs, code->part2b);
    if (count > 1)
        ISO_FAIL(ISO_EDATA,
                 "%s: %s has two readings, %s and %s; a file letter_codes.json beside it says "
                 "which: {\"%s\": \"%s\"}",
                 s->path, lang, langs->texts[row[0]], langs->texts[row[1]],
                 *code->part1 ? code->part1 : lang, langs->texts[row[0]]);
    *out = count ? row[0] : -1;
done:
    return err;
}

/* --- Distances --- */

/* 1 − cos over the features that both have; NAN where one has none of them, or is 0 in all. */
static double apart(const double *x, const double *y, const int64_t *feature, int64_t count)
{
    double xy = 0, xx = 0, yy = 0;

    for (int64_t f = 0; f < count; f++) {
        const double a = x[feature[f]], b = y[feature[f]];
        if (isnan(a) || isnan(b))
            continue;
        xy += a * b;
        xx += a * a;
        yy += b * b;
    }
    return xx > 0 && yy > 0 ? fmax(0, 1 - xy / sqrt(xx * yy)) : NAN;
}

static void note_gaps(const struct select_job *job, const char *name, const double *rows,
                      int64_t stride, const int64_t *feature, int64_t count)
{
    int64_t gaps = 0, all = 0;

    for (int i = 0; i < job->count; i++) {
        int64_t own = 0;
        for (int64_t f = 0; f < count; f++)
            own += isnan(rows[i * stride + feature[f]]);
        gaps += own < count ? own : 0;
        all += own < count ? count : 0;
    }
    if (gaps > 0)
        iso_run_note(job->run,
                     "%s: %lld of %lld features of the languages are unknown and count for no pair",
                     name, (long long)gaps, (long long)all);
}

/* Diversity and distance to targets by one group. */
static iso_err add_group(struct select_job *job, const char *name, const double *rows,
                         int64_t stride, const int64_t *feature, int64_t count)
{
    struct select_predictor *sum, *nearest;
    iso_err err = ISO_OK;

    ISO_TRY(iso_select_add(&sum, job, "diversity", name, SELECT_PAIRS, false));
    for (int i = 0; i < job->count; i++) {
        bool any = false;
        for (int64_t f = 0; f < count; f++)
            any = any || rows[i * stride + feature[f]] > 0;
        sum->missing[i] = !any;
        for (int j = 0; j <= i; j++) {
            const double d = apart(rows + i * stride, rows + j * stride, feature, count);
            sum->matrix[i * job->count + j] = sum->matrix[j * job->count + i] = d;
        }
    }
    note_gaps(job, sum->name, rows, stride, feature, count);
    ISO_TRY(iso_select_note_missing(job, sum, "languages without features"));
    ISO_TRY(iso_select_add(&nearest, job, "distance", name, SELECT_NEAREST, true));
    memcpy(nearest->matrix, sum->matrix,
           (size_t)job->count * (size_t)job->count * sizeof *sum->matrix);
    memcpy(nearest->missing, sum->missing, (size_t)job->count * sizeof *sum->missing);
done:
    return err;
}

static bool is_there(const struct select_job *job, const char *estimator)
{
    for (int i = 0; i < job->predictors; i++)
        if (strcmp(job->at[i].measure, "diversity") == 0 &&
            strcmp(job->at[i].estimator, estimator) == 0)
            return true;
    return false;
}

static iso_err add_groups(struct select_job *job, const struct source *s, const double *rows)
{
    const int64_t stride = s->table.features.count;
    int64_t *feature = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&feature, stride, sizeof *feature));
    for (int g = 0; g < GROUPS; g++) {
        int64_t count = 0;
        if (is_there(job, groups[g].name)) /* GC_ and GEO_, or an earlier file's */
            continue;
        for (int64_t f = 0; f < stride; f++)
            if (strcmp(group_of(s->table.features.texts[f]), groups[g].name) == 0)
                feature[count++] = f;
        if (count > 0)
            ISO_TRY(add_group(job, groups[g].name, rows, stride, feature, count));
    }
done:
    iso_free(feature);
    return err;
}

/* --- Files --- */

static iso_err add_file(struct select_job *job, const char *path)
{
    struct source s = {.path = path};
    int64_t *row = NULL, *wanted = NULL;
    double *rows = NULL, *read = NULL;
    int found = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_typology_open(&s.table, path, job->run));
    ISO_TRY(read_codes(&s, job->run));
    const int64_t cols = s.table.features.count;
    if (cols > iso_run_mem(job->run) / 4 / (int64_t)(sizeof *rows + sizeof *read) / job->count)
        ISO_FAIL(ISO_EDATA,
                 "%s: %lld features of %d languages are more than " ISO_FIELD(mem) " holds", path,
                 (long long)cols, job->count);
    ISO_TRY(iso_alloc(&row, job->count, sizeof *row));
    ISO_TRY(iso_alloc(&wanted, job->count, sizeof *wanted));
    ISO_TRY(iso_alloc(&rows, job->count * cols, sizeof *rows));
    ISO_TRY(iso_alloc(&read, job->count * cols, sizeof *read));
    for (int i = 0; i < job->count; i++) {
        ISO_TRY(find_row(&row[i], &s, iso_select_lang(job, i)));
        if (row[i] >= 0)
            wanted[found++] = row[i];
    }
    ISO_TRY(iso_typology_rows(read, &s.table, wanted, found));
    for (int i = 0, at = 0; i < job->count; i++) {
        const double *from = row[i] < 0 ? NULL : read + at++ * cols;
        for (int64_t f = 0; f < cols; f++)
            rows[i * cols + f] = from ? from[f] : NAN;
    }
    ISO_TRY(add_groups(job, &s, rows));
done:
    iso_typology_close(&s.table);
    iso_json_free(s.codes);
    iso_free(row);
    iso_free(wanted);
    iso_free(rows);
    iso_free(read);
    return err;
}

/* The files of a folder, as lang2vec calls them. */
static iso_err add_folder(struct select_job *job, const char *folder)
{
    const char *const file[] = {job->opt.predicted ? "feature_predictions.npz" : "features.npz",
                                "family_features.npz", "geocoord_features.npz"};
    iso_buf path = {0};
    struct stat st;
    int count = 0;
    iso_err err = ISO_OK;

    for (int i = 0; i < 3; i++) {
        path.len = 0;
        ISO_TRY(iso_buf_printf(&path, "%s/%s", folder, file[i]));
        if (stat(path.text, &st) != 0)
            continue;
        ISO_TRY(add_file(job, path.text));
        count++;
    }
    if (count == 0)
        ISO_FAIL(ISO_EDATA, "%s: has none of %s, %s, %s", folder, file[0], file[1], file[2]);
done:
    iso_buf_free(&path);
    return err;
}

iso_err iso_select_typology(struct select_job *job)
{
    const char *path = job->opt.typology;
    struct stat st;

    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return add_folder(job, path);
    return add_file(job, path);
}
