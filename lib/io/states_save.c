#include "lib/io/states_save.h"

#include <string.h>
#include <strings.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/array_write.h"
#include "lib/io/native_write.h"
#include "lib/linalg/convert.h"

enum { BLOCK = 4 << 20 }; /* bytes read at a time */

/* clang-format off */
static const iso_option options[] = {
    ISO_OPTION(iso_save_opt, CHOICE, as, "NAME", "what to write (default: by the suffix of " ISO_FIELD(out) ", .npz or .safetensors, else native)", .choices = "native matrix npz safetensors"),
};
/* clang-format on */
const iso_options iso_save_options = ISO_OPTIONS("convert", iso_save_opt, options);

/* One writing. */
struct job {
    iso_states *from;
    const iso_save_opt *opt;
    const iso_run *run;
    iso_native *native; /* one of the two */
    iso_array_out *arrays;
    bool bare; /* matrices alone */
    const char *as;
    int64_t done, total; /* rows */
};

static bool ends(const char *path, const char *suffix)
{
    const size_t n = strlen(path), m = strlen(suffix);

    return n > m && strcasecmp(path + n - m, suffix) == 0;
}

static iso_err layout_of(const char **out, const char *path, const char *as)
{
    *out = as                           ? as
           : ends(path, ".npz")         ? "npz"
           : ends(path, ".safetensors") ? "safetensors"
                                        : "native";
    if (!iso_option_among(options[0].choices, *out, strlen(*out)))
        return iso_fail(ISO_EARG, ISO_FIELD(as) " %s is not one of: %s", *out, options[0].choices);
    return ISO_OK;
}

static iso_dtype type_of(const struct job *job, iso_dtype was)
{
    if (job->opt->retype)
        return job->opt->dtype;
    return was == ISO_BF16 && strcmp(job->as, "safetensors") != 0 ? ISO_F32 : was;
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
    return iso_fail(
        ISO_EFORMAT,
        "%s: row %lld holds a number beyond the range of %s (65504); say " ISO_FIELD(dtype) " f32",
        iso_rows_name(rows), (long long)(first + row), iso_dtype_name(to.dtype));
}

static iso_err put_layer(struct job *job, int lang, int layer, int matrix)
{
    iso_rows *rows = NULL;
    iso_mat block = {0};
    iso_view v;
    iso_err err = ISO_OK;

    ISO_TRY(iso_states_rows(&rows, job->from, lang, layer));
    const iso_dtype type = type_of(job, rows->dtype);
    const int64_t row = rows->cols * 8, step = row < BLOCK ? BLOCK / row : 1;
    ISO_TRY(iso_mat_new(&block, step < rows->rows ? step : rows->rows, rows->cols, type));
    for (int64_t at = 0, n; at < rows->rows; at += n) {
        n = rows->rows - at < step ? rows->rows - at : step;
        ISO_TRY(iso_run_step(job->run, "converting", job->done, job->total, "rows"));
        ISO_TRY(iso_rows_read(rows, at, n, &v));
        iso_convert(block.data, block.stride, type, v);
        const iso_view made = iso_view_rows(iso_mat_view(&block), 0, n);
        ISO_TRY(check(v, made, at, rows));
        ISO_TRY(job->native ? iso_native_put(job->native, matrix, at, made)
                            : iso_array_out_put(job->arrays, made));
        job->done += n;
    }
done:
    iso_mat_free(&block);
    iso_rows_close(rows);
    return err;
}

/* Announcing ----------------------------------------------------------------------------- */

/* Languages whose rows are told apart by ids alone must not be joined by position unnoticed. */
static bool same_ids(const iso_states *s)
{
    const iso_lang *a = iso_states_lang(s, 0);

    for (int i = 1; i < iso_states_langs(s); i++) {
        const iso_lang *b = iso_states_lang(s, i);
        if (!a->ids != !b->ids || a->items != b->items)
            return false;
        for (int64_t k = 0; a->ids && k < a->items; k++) {
            if (strcmp(a->ids[k], b->ids[k]) != 0)
                return false;
        }
    }
    return true;
}

static iso_err check_bare(const struct job *job, const char *path)
{
    bool ids = false, more = false;
    iso_err err = ISO_OK;

    for (int i = 0; i < iso_states_langs(job->from); i++) {
        const iso_lang *l = iso_states_lang(job->from, i);
        ISO_NEED(!l->offsets,
                 "%s: %s of %s are token rows, of which %s does not say what belongs to "
                 "which item; pool them, or write native",
                 path, l->name, iso_states_name(job->from), job->as);
        ids = ids || l->ids;
        more = more || l->text || l->text2 || l->labels || l->tags || l->tokens || l->counts;
    }
    if (ids && !same_ids(job->from))
        iso_run_note(
            job->run,
            "%s: %s holds no ids, and those of its languages differ: read again, rows will "
            "be joined by position",
            path, job->as);
    else if (ids || more)
        iso_run_note(job->run, "%s: %s holds numbers alone: ids, texts and labels are left out",
                     path, job->as);
done:
    return err;
}

static iso_err add_matrix(int *matrix, struct job *job, const iso_lang *lang, int layer,
                          int64_t rows, int64_t cols, iso_dtype type)
{
    iso_buf name = {0};
    iso_err err = ISO_OK;

    if (job->native)
        return iso_native_matrix(matrix, job->native, lang->name, layer, rows, cols, type);
    ISO_NEED(!strchr(lang->name, '/'), "a language called \"%s\" cannot be written", lang->name);
    ISO_TRY(iso_buf_printf(&name, "%s/%d", lang->name, layer));
    ISO_TRY(iso_array_out_add(job->arrays, name.text, rows, cols, type));
done:
    iso_buf_free(&name);
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
        if (!job->bare)
            ISO_TRY(iso_native_lang(job->native, lang));
        for (int k = 0; k < lang->layer_count; k++) {
            ISO_TRY(iso_states_shape(&rows, &cols, &type, job->from, i, lang->layers[k]));
            ISO_TRY(
                add_matrix(matrix++, job, lang, lang->layers[k], rows, cols, type_of(job, type)));
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

static iso_err begin(struct job *job, const char *path)
{
    const iso_states_info *about = iso_states_about(job->from);
    iso_err err = ISO_OK;

    ISO_TRY(layout_of(&job->as, path, job->opt->as));
    job->bare = strcmp(job->as, "native") != 0;
    if (job->bare)
        ISO_TRY(check_bare(job, path));
    if (!job->bare || strcmp(job->as, "matrix") == 0)
        ISO_TRY(iso_native_new(&job->native, path, job->bare ? NULL : about));
    else
        ISO_TRY(iso_array_out_new(&job->arrays, path, strcmp(job->as, "npz") != 0, about));
done:
    return err;
}

iso_err iso_states_save(iso_states *s, const char *path, const iso_save_opt *opt,
                        const iso_run *run)
{
    const iso_save_opt none = {0};
    struct job job = {.from = s, .opt = opt ? opt : &none, .run = run};
    int *matrix = NULL, next = 0;
    iso_err err = ISO_OK;

    ISO_NEED(s && path && iso_states_langs(s) > 0, "no states, or no path to write them to");
    ISO_TRY(iso_alloc(&matrix, count_matrices(s), sizeof *matrix));
    ISO_TRY(begin(&job, path));
    ISO_TRY(announce(&job, matrix));
    for (int i = 0; i < iso_states_langs(s); i++) {
        const iso_lang *lang = iso_states_lang(s, i);
        for (int k = 0; k < lang->layer_count; k++)
            ISO_TRY(put_layer(&job, i, lang->layers[k], matrix[next++]));
    }
    err = job.native ? iso_native_commit(job.native) : iso_array_out_commit(job.arrays);
    job.native = NULL;
    job.arrays = NULL;
done:
    iso_native_discard(job.native);
    iso_array_out_discard(job.arrays);
    iso_free(matrix);
    return err;
}
