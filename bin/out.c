/* Where records go: table, JSON, CSV, figure, as the settings ask. */
#include "bin/out.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bin/term.h"
#include "lib/base/alloc.h"
#include "lib/base/cpu.h"
#include "lib/base/run.h"
#include "lib/io/record_write.h"
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

iso_states_file out_file_at(const char *path, const char *layout)
{
    struct stat st;
    const bool there = strcmp(path, "-") != 0 && stat(path, &st) == 0;

    return (iso_states_file){path, layout, there ? (int64_t)st.st_size : 0};
}

/* --- The header of records --- */

/* What of the machine may move a number's last digits. */
static void look_at_machine(struct out_origin *m, const struct args *args)
{
    struct utsname name;

    if (uname(&name) == 0)
        (void)snprintf(m->system, sizeof m->system, "%s %s", name.sysname, name.machine);
    else
        (void)snprintf(m->system, sizeof m->system, "unknown");
    (void)iso_number_int(m->cores, iso_cpu_cores());
    (void)iso_number_int(m->threads, args->run.threads ? args->run.threads : iso_blas_threads());
    m->facts[0] = (iso_fact){"system", m->system};
    m->facts[1] = (iso_fact){"cores", m->cores};
    m->facts[2] = (iso_fact){"threads", m->threads};
    m->facts[3] = (iso_fact){"kernels", iso_cpu_name(iso_cpu_level())};
    m->facts[4] = (iso_fact){"lapack", iso_blas_corename()};
    m->facts[5] = (iso_fact){"precision", args->run.double_precision ? "double" : "single"};
}

iso_err out_origin_make(struct out_origin *out, const struct args *args)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&out->command, args->argc, sizeof *out->command));
    for (int i = 0; i < args->argc; i++)
        out->command[i] = i ? args->argv[i] : "isogloss"; /* from wherever it was started */
    look_at_machine(out, args);
    out->is = (iso_origin){.version = ISO_VERSION,
                           .command = out->command,
                           .command_count = args->argc,
                           .machine = out->facts,
                           .machine_count = OUT_FACTS};
done:
    return err;
}

void out_origin_free(struct out_origin *origin)
{
    iso_free(origin->command);
}

static iso_err add_json(iso_buf *out, const struct args *args, const iso_records *records,
                        const iso_states_file *files, int count)
{
    struct out_origin origin = {0};
    iso_err err = ISO_OK;

    ISO_TRY(out_origin_make(&origin, args));
    origin.is.inputs = files;
    origin.is.input_count = count;
    ISO_TRY(iso_json_write(out, records, &origin.is));
done:
    out_origin_free(&origin);
    return err;
}

bool out_draws(const struct args *args)
{
    return args->plot || args->figure.plot_data;
}

iso_err out_facts(const iso_facts *facts)
{
    for (int i = 0; i < facts->count; i++) {
        const iso_plan_fact *f = &facts->at[i];
        if (f->text)
            printf("%s\t%s\n", f->name, f->text);
        else if (f->whole != INT64_MIN)
            printf("%s\t%lld\n", f->name, (long long)f->whole);
        else
            printf("%s\t%.6g\n", f->name, f->number);
    }
    return ISO_OK;
}

/* JSON and CSV where asked, else a table. */
static iso_err write_texts(const struct args *args, const iso_records *records,
                           const iso_states_file *files, int count)
{
    iso_buf text = {0};
    iso_err err = ISO_OK;

    if (args->json) {
        ISO_TRY(add_json(&text, args, records, files, count));
        ISO_TRY(out_file(args->json, &text));
    }
    text.len = 0;
    if (args->csv) {
        ISO_TRY(iso_csv_write(&text, records));
        ISO_TRY(out_file(args->csv, &text));
    }
    text.len = 0;
    if (!args->json && !args->csv) {
        ISO_TRY(isatty(STDOUT_FILENO) ? iso_table_aligned(&text, records)
                                      : iso_table_tsv(&text, records));
        ISO_TRY(out_file("-", &text));
    }
done:
    iso_buf_free(&text);
    return err;
}

iso_err out_records_of(const struct args *args, const iso_records *records,
                       const iso_states_file *files, int count)
{
    iso_err err = ISO_OK;

    ISO_TRY(write_texts(args, records, files, count));
    if (out_draws(args)) { /* last: a machine without gnuplot has its numbers by now */
        const iso_plot_opt opt = args->figure;
        ISO_TRY(iso_plot(records, &opt, args->plot, term_current()));
    }
done:
    return err;
}

iso_err out_records(const struct args *args, const iso_records *records, iso_states *const *inputs,
                    int input_count)
{
    iso_states_file *files = NULL;
    iso_plot_opt opt = args->figure;
    int count = 0;
    iso_err err = ISO_OK;

    opt.states = inputs;
    opt.state_count = input_count;
    ISO_TRY(list_files(&files, &count, inputs, input_count));
    ISO_TRY(write_texts(args, records, files, count));
    if (out_draws(args)) /* last, as above */
        ISO_TRY(iso_plot(records, &opt, args->plot, term_current()));
done:
    iso_free(files);
    return err;
}
