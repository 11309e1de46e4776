/* Where records go: table, JSON, CSV, figure, as the settings ask. */
#include "bin/out.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "bin/term.h"
#include "lib/base/alloc.h"
#include "lib/base/run.h"
#include "lib/io/csv.h"
#include "lib/io/json.h"
#include "lib/io/number.h"
#include "lib/io/table.h"
#include "lib/linalg/blas.h"

/* The files of all collections in one list, borrowed. */
static iso_err list_files(iso_states_file **out, int *count, iso_states *const *inputs,
                          int input_count)
{
    iso_states_file *list = NULL;
    int all = 0, at = 0;

    for (int i = 0; i < input_count; i++)
        all += iso_states_files(inputs[i]);
    iso_err err = iso_alloc(&list, all, sizeof *list);
    if (err)
        return err;
    for (int i = 0; i < input_count; i++) {
        for (int j = 0; j < iso_states_files(inputs[i]); j++)
            list[at++] = *iso_states_file_at(inputs[i], j);
    }
    *out = list;
    *count = all;
    return ISO_OK;
}

/* What of the machine may move a number's last digits. */
struct machine {
    char system[2 * sizeof(struct utsname)], cores[ISO_NUMBER_SIZE], threads[ISO_NUMBER_SIZE];
    iso_fact facts[5];
};

static void look_at_machine(struct machine *m, const struct settings *set)
{
    struct utsname name;

    if (uname(&name) == 0)
        (void)snprintf(m->system, sizeof m->system, "%s %s", name.sysname, name.machine);
    else
        (void)snprintf(m->system, sizeof m->system, "unknown");
    (void)iso_number_int(m->cores, sysconf(_SC_NPROCESSORS_ONLN));
    (void)iso_number_int(m->threads, set->threads ? set->threads : iso_blas_threads());
    m->facts[0] = (iso_fact){"system", m->system};
    m->facts[1] = (iso_fact){"cores", m->cores};
    m->facts[2] = (iso_fact){"threads", m->threads};
    m->facts[3] = (iso_fact){"kernels", iso_blas_corename()};
    m->facts[4] = (iso_fact){"precision", set->precision ? set->precision : "single"};
}

static iso_err add_json(iso_buf *out, const struct settings *set, const iso_records *records,
                        const iso_states_file *files, int count)
{
    const char **command = NULL;
    struct machine machine;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&command, set->argc, sizeof *command));
    for (int i = 0; i < set->argc; i++)
        command[i] = i ? set->argv[i] : "isogloss"; /* from wherever it was started */
    look_at_machine(&machine, set);
    ISO_TRY(iso_json_write(out, records,
                           &(iso_origin){.version = ISO_VERSION,
                                         .command = command,
                                         .command_count = set->argc,
                                         .inputs = files,
                                         .input_count = count,
                                         .machine = machine.facts,
                                         .machine_count = 5}));
done:
    iso_free(command);
    return err;
}

iso_err out_json(iso_buf *out, const struct settings *set, const iso_records *records,
                 iso_states *const *inputs, int input_count)
{
    iso_states_file *files = NULL;
    int count = 0;
    iso_err err = ISO_OK;

    ISO_TRY(list_files(&files, &count, inputs, input_count));
    ISO_TRY(add_json(out, set, records, files, count));
done:
    iso_free(files);
    return err;
}

static bool drawn_model(const iso_records *drawn, const iso_record *r)
{
    for (int64_t i = 0; i < drawn->count; i++) {
        if (iso_str_same(drawn->at[i].model, r->model))
            return true;
    }
    return false;
}

/* Why records that differ in one column are not drawn, and what to do about it. */
static void tell_column(const struct settings *set, const char *column, const iso_record *r,
                        const iso_record *other, int64_t count, bool map)
{
    const iso_column *c = iso_column_named(column);
    const bool text = c->kind == ISO_COLUMN_TEXT;
    const char *here = text ? iso_record_text(r, c) : NULL;
    const char *there = text ? iso_record_text(other, c) : NULL;

    if (strcmp(column, "model") == 0)
        term_note(set,
                  "drawn: records of model %s; %lld of %s are not, since %s: draw each file alone",
                  here ? here : "(unnamed)", (long long)count, there ? there : "(unnamed)",
                  map ? "a map is of one model" : "curves are of three models at most");
    else
        term_note(set, "drawn: records of one %s%s%s; %lld of %s are not", column, here ? ", " : "",
                  here ? here : "", (long long)count, there ? there : "another");
}

/* Of records that are not drawn, those that one column sets apart. */
static void tell_rest(const struct settings *set, const iso_records *drawn, const iso_records *all,
                      const char *column, bool map)
{
    const iso_record *r = &drawn->at[0], *other = NULL;
    int64_t count = 0;

    for (int64_t i = 0; i < all->count; i++) {
        const char *by = iso_figure_differs(&all->at[i], r);
        if (!by || strcmp(by, column) != 0 ||
            (strcmp(column, "model") == 0 && drawn_model(drawn, &all->at[i])))
            continue;
        other = other ? other : &all->at[i];
        count++;
    }
    if (!other)
        return;
    if (strcmp(column, "measure") != 0) {
        tell_column(set, column, r, other, count, map);
        return;
    }
    term_note(set, "drawn: %lld records of %s%s%s; %lld of other kinds are not, --measure chooses",
              (long long)drawn->count, r->measure, r->estimator ? ":" : "",
              r->estimator ? r->estimator : "", (long long)count);
}

static void tell(const struct settings *set, const struct figure *figure, const iso_records *drawn,
                 const iso_records *all)
{
    const bool map = figure->kind == FIGURE_LAYERS || figure->kind == FIGURE_LANGUAGES ||
                     figure->kind == FIGURE_SWEEP || figure->kind == FIGURE_MIXED;

    for (int i = 0; iso_figure_column(i); i++)
        tell_rest(set, drawn, all, iso_figure_column(i), map);
    if (figure->left_out > 0)
        term_note(set, "%d more panels do not fit; --tgt and --layers choose", figure->left_out);
}

bool out_draws(const struct settings *set)
{
    return set->plot || set->plot_data;
}

iso_err out_drawn(const struct settings *set, const struct figure *figure, const char *path)
{
    iso_err err = ISO_OK;

    if (set->plot_data) /* first: it needs no gnuplot */
        ISO_TRY(iso_figure_save_data(figure, set->plot_data));
    if (path)
        ISO_TRY(iso_figure_save(figure, path, term_current()));
done:
    return err;
}

struct figure_ask out_ask(const struct settings *set)
{
    const bool none = iso_str_same(set->title, "none");
    const bool sweep = iso_str_same(set->layer, "sweep");

    return (struct figure_ask){.title = none ? "" : set->title,
                               .place = sweep ? NULL : set->layer,
                               .width = (int)set->width,
                               .height = (int)set->height};
}

iso_err out_figure(const struct settings *set, const iso_records *records, const char *measure,
                   const struct names *langs, const char *path)
{
    struct figure_ask ask = out_ask(set);
    iso_records drawn = {0};
    struct figure figure = {0};
    int64_t others;
    iso_err err = ISO_OK;

    ISO_TRY(iso_figure_pick(&drawn, &others, records, measure));
    ask.langs = langs;
    ISO_TRY(iso_figure_make(&figure, &drawn, &ask));
    ISO_TRY(out_drawn(set, &figure, path));
    if (others > 0 || figure.left_out > 0)
        tell(set, &figure, &drawn, records);
done:
    iso_figure_free(&figure);
    iso_records_free(&drawn);
    return err;
}

/* JSON and CSV where asked, else a table. */
static iso_err write_texts(const struct settings *set, const iso_records *records,
                           const iso_states_file *files, int count)
{
    iso_buf text = {0};
    iso_err err = ISO_OK;

    if (set->json) {
        ISO_TRY(add_json(&text, set, records, files, count));
        ISO_TRY(out_file(set->json, &text));
    }
    text.len = 0;
    if (set->csv) {
        ISO_TRY(iso_csv_write(&text, records));
        ISO_TRY(out_file(set->csv, &text));
    }
    text.len = 0;
    if (!set->json && !set->csv) {
        ISO_TRY(isatty(STDOUT_FILENO) ? iso_table_aligned(&text, records)
                                      : iso_table_tsv(&text, records));
        ISO_TRY(out_file("-", &text));
    }
done:
    iso_buf_free(&text);
    return err;
}

iso_err out_records_of(const struct settings *set, const iso_records *records,
                       const iso_states_file *files, int count)
{
    iso_err err = ISO_OK;

    ISO_TRY(write_texts(set, records, files, count));
    if (out_draws(set)) /* last: a machine without gnuplot has its numbers by now */
        ISO_TRY(out_figure(set, records, NULL, NULL, set->plot));
done:
    return err;
}

iso_err out_records(const struct settings *set, const iso_records *records,
                    iso_states *const *inputs, int input_count)
{
    iso_states_file *files = NULL;
    struct names langs = {0};
    int count = 0;
    iso_err err = ISO_OK;

    ISO_TRY(list_files(&files, &count, inputs, input_count));
    ISO_TRY(write_texts(set, records, files, count));
    iso_style_list(&langs, inputs, input_count, records);
    if (out_draws(set)) /* last, as above */
        ISO_TRY(out_figure(set, records, NULL, &langs, set->plot));
done:
    iso_free(files);
    return err;
}
