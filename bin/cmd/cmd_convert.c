/* isogloss convert: any INPUT as one native file. */
#include "bin/cmd.h"
#include "bin/input.h"
#include "bin/opt.h"
#include "bin/term.h"
#include "lib/base/alloc.h"
#include "lib/io/native_write.h"
#include "lib/linalg/convert.h"

enum { BLOCK = 4 << 20 }; /* bytes read at a time */

/* One conversion. */
struct job {
    const struct args *args;
    const iso_run *run;
    iso_states *from;
    iso_native *to;
    int64_t done, total; /* rows */
};

/* The type to write: as asked, else as it was; HDF5 has no bf16, and f32 holds all of it. */
static iso_dtype type_of(const struct args *args, iso_dtype was)
{
    if (opt_given(args, "dtype"))
        return args->reading.raw_dtype;
    return was == ISO_BF16 ? ISO_F32 : was;
}

/* No number may be lost: neither one that is none, nor one that the new type cannot hold. */
static iso_err check(iso_view from, iso_view to, int64_t first, const iso_rows *rows)
{
    int64_t row;

    if (iso_view_finite(&row, to))
        return ISO_OK;
    if (!iso_view_finite(NULL, iso_view_rows(from, row, 1)))
        return iso_fail(ISO_EFORMAT,
                        "%s: row %lld holds NaN or infinity; `isogloss inspect` lists all",
                        iso_rows_name(rows), (long long)(first + row));
    return iso_fail(ISO_EFORMAT,
                    "%s: row %lld holds a number beyond the range of %s (65504); say --dtype f32",
                    iso_rows_name(rows), (long long)(first + row), iso_dtype_name(to.dtype));
}

static iso_err convert_layer(struct job *job, int lang, int layer, int matrix)
{
    iso_rows *rows = NULL;
    iso_mat block = {0};
    iso_view v;
    iso_err err = ISO_OK;

    ISO_TRY(iso_states_rows(&rows, job->from, lang, layer));
    const iso_dtype type = type_of(job->args, rows->dtype);
    const int64_t row = rows->cols * 8, step = row < BLOCK ? BLOCK / row : 1;
    ISO_TRY(iso_mat_new(&block, step < rows->rows ? step : rows->rows, rows->cols, type));
    for (int64_t at = 0, n; at < rows->rows; at += n) {
        n = rows->rows - at < step ? rows->rows - at : step;
        ISO_TRY(iso_run_step(job->run, "converting", job->done, job->total, "rows"));
        ISO_TRY(iso_rows_read(rows, at, n, &v));
        iso_convert(block.data, block.stride, type, v);
        const iso_view made = iso_view_rows(iso_mat_view(&block), 0, n);
        ISO_TRY(check(v, made, at, rows));
        ISO_TRY(iso_native_put(job->to, matrix, at, made));
        job->done += n;
    }
done:
    iso_mat_free(&block);
    iso_rows_close(rows);
    return err;
}

/* Languages and shapes first: the file is laid out before the first number. Sets matrix[0..) in the
 * order of languages and their layers. */
static iso_err announce(struct job *job, int *matrix)
{
    int64_t rows, cols;
    iso_dtype type;
    iso_err err = ISO_OK;

    for (int i = 0; i < iso_states_langs(job->from); i++) {
        const iso_lang *lang = iso_states_lang(job->from, i);
        ISO_TRY(iso_native_lang(job->to, lang));
        for (int k = 0; k < lang->layer_count; k++) {
            ISO_TRY(iso_states_shape(&rows, &cols, &type, job->from, i, lang->layers[k]));
            ISO_TRY(iso_native_matrix(matrix++, job->to, lang->name, lang->layers[k], rows, cols,
                                      type_of(job->args, type)));
            job->total += rows;
        }
    }
done:
    return err;
}

static int count_matrices(const iso_states *s)
{
    int count = 0;

    for (int i = 0; i < iso_states_langs(s); i++)
        count += iso_states_lang(s, i)->layer_count;
    return count;
}

static iso_err convert(const struct args *args)
{
    const iso_run run = term_run(args);
    struct job job = {.args = args, .run = &run};
    int *matrix = NULL, next = 0;
    iso_err err = ISO_OK;

    ISO_TRY(input_open(&job.from, args, &args->inputs, &run));
    ISO_TRY(iso_alloc(&matrix, count_matrices(job.from), sizeof *matrix));
    ISO_TRY(iso_native_new(&job.to, args->out, iso_states_about(job.from)));
    ISO_TRY(announce(&job, matrix));
    for (int i = 0; i < iso_states_langs(job.from); i++) {
        const iso_lang *lang = iso_states_lang(job.from, i);
        for (int k = 0; k < lang->layer_count; k++)
            ISO_TRY(convert_layer(&job, i, lang->layers[k], matrix[next++]));
    }
    err = iso_native_commit(job.to);
    job.to = NULL;
done:
    iso_native_discard(job.to);
    iso_free(matrix);
    iso_states_close(job.from);
    return err;
}

static int run(const struct args *args)
{
    if (args->inputs.count == 0)
        return cmd_usage(args, "needs an INPUT, such as en=emb_%%d.npy");
    if (!args->out)
        return cmd_usage(args, "needs --out, the file to write");
    const iso_err err = convert(args);
    return err ? cmd_failed(args, err) : EXIT_DONE;
}

const struct cmd cmd_convert = {
    .name = "convert",
    .args = "INPUT... -o OUT",
    .summary = "one native file from any INPUT",
    .options = "only out mem limit progress quiet " OPTIONS_READING,
    .reads = ISO_READS_STATES,
    .run = run,
};
