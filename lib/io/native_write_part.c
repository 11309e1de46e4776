/* A native file that takes long: its part and its journal outlive an interruption. */
#include "lib/io/native_write_inside.h"

#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/begun.h"

static const char suffix[] = ".part";

/* Bytes of the part; 0 when it was made just now. */
static iso_err size_of(int64_t *size, const iso_native *n)
{
    struct stat st;
    const char *part = iso_outfile_temporary(n->file);

    if (stat(part, &st) != 0)
        return iso_fail(ISO_EIO, "%s: is gone while it is written", part);
    *size = (int64_t)st.st_size;
    return ISO_OK;
}

/* Beginning ------------------------------------------------------------------------ */

/* What is there is as it was left. */
static iso_err reopen(iso_native *n, int64_t size)
{
    const char *part = iso_outfile_temporary(n->file);
    iso_err err = ISO_OK;

    ISO_TRY(iso_begun_same(part, iso_journal_plan(n->journal), n->plan));
    if (size != iso_journal_size(n->journal))
        ISO_FAIL(ISO_EFORMAT,
                 "%s: has %" PRId64 " bytes, %" PRId64
                 " when it was begun; delete it to start again",
                 part, size, iso_journal_size(n->journal));
    ISO_TRY(iso_h5_open(&n->h5, part, NULL));
    n->resumed = true;
done:
    return err;
}

static iso_err begin(iso_native *n, const iso_states_info *about)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_h5_create(&n->h5, iso_outfile_temporary(n->file)));
    ISO_TRY(iso_h5_call(n->h5, n->path));
    ISO_TRY(iso_native_put_about(n->h5, about));
done:
    return err;
}

/* A journal whose part was deleted counts for nothing. */
static iso_err go_on_or_begin(iso_native *n, const iso_states_info *about, bool resume)
{
    const int64_t units = iso_journal_units(n->journal);
    int64_t size = 0;
    iso_err err = ISO_OK;

    ISO_TRY(size_of(&size, n));
    if (size > 0 && units > 0) {
        iso_outfile_keep(n->file);
        if (!resume)
            ISO_FAIL(ISO_EIO,
                     "%s: holds %" PRId64
                     " finished parts of an interrupted run; continue with " ISO_FIELD(
                         resume) ", or delete it",
                     iso_outfile_temporary(n->file), units);
        ISO_TRY(reopen(n, size));
    } else {
        ISO_TRY(iso_journal_forget(n->journal));
        ISO_TRY(begin(n, about));
    }
done:
    return err;
}

iso_err iso_native_part(iso_native **out, const char *path, const iso_states_info *about,
                        const char *plan, bool resume)
{
    iso_native *n = NULL;
    char *part = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&n, 1, sizeof *n));
    ISO_TRY(iso_str_dup(&n->path, path, -1));
    ISO_TRY(iso_str_dup(&n->plan, plan, -1));
    ISO_TRY(iso_outfile_part_name(&part, path, suffix));
    ISO_TRY(iso_journal_open(&n->journal, part)); /* locked before the part is touched */
    ISO_TRY(iso_outfile_open_part(&n->file, path, suffix));
    ISO_TRY(go_on_or_begin(n, about, resume));
    *out = n;
    n = NULL;
done:
    iso_native_discard(n);
    iso_free(part);
    return err;
}

iso_err iso_native_part_plan(char **out, const char *path)
{
    iso_journal *j = NULL;
    struct stat st;
    char *part = NULL, *plan = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_outfile_part_name(&part, path, suffix));
    if (stat(part, &st) == 0 && st.st_size > 0) {
        ISO_TRY(iso_journal_open(&j, part));
        if (iso_journal_units(j) > 0)
            ISO_TRY(iso_str_dup(&plan, iso_journal_plan(j), -1));
    }
    *out = plan;
done:
    iso_journal_close(j, j && iso_journal_units(j) == 0);
    iso_free(part);
    return err;
}

/* Announcements ---------------------------------------------------------------------- */

iso_err iso_native_expect(iso_native *n, const char *path, int64_t count)
{
    iso_h5_data *data = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_h5_data_open(&data, n->h5, path));
    const iso_h5_info *is = iso_h5_about(data);
    if (is->rank != 1 || is->dims[0] != count)
        ISO_FAIL(ISO_EFORMAT,
                 "%s: %s has %" PRId64 " entries, now it would have %" PRId64
                 "; delete it to start again",
                 iso_outfile_temporary(n->file), path, is->dims[0], count);
done:
    iso_h5_data_close(data);
    return err;
}

iso_err iso_native_expect_matrix(iso_native *n, const struct room *r)
{
    iso_h5_data *data = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_h5_data_open(&data, n->h5, r->name));
    const iso_h5_info *is = iso_h5_about(data);
    if (is->rank != 2 || is->type != ISO_H5_FLOAT || is->dims[0] != r->rows ||
        is->dims[1] != r->cols || is->dtype != r->dtype)
        ISO_FAIL(ISO_EFORMAT,
                 "%s: %s is %" PRId64 " x %" PRId64 " %s, now it would be %" PRId64 " x %" PRId64
                 " %s; delete it to start again",
                 iso_outfile_temporary(n->file), r->name, is->dims[0], is->dims[1],
                 is->type == ISO_H5_FLOAT ? iso_dtype_name(is->dtype) : "numbers", r->rows, r->cols,
                 iso_dtype_name(r->dtype));
    if (is->offset >
        iso_journal_size(n->journal) - r->rows * r->cols * (int64_t)iso_dtype_size(r->dtype))
        ISO_FAIL(ISO_EFORMAT, "%s: %s reaches beyond its end; delete it to start again",
                 iso_outfile_temporary(n->file), r->name);
done:
    iso_h5_data_close(data);
    return err;
}

iso_err iso_native_sealed(iso_native *n)
{
    int64_t size = 0;
    iso_err err = ISO_OK;

    if (!n->resumed) {
        ISO_TRY(iso_outfile_sync(n->file));
        ISO_TRY(size_of(&size, n));
        ISO_TRY(iso_journal_begin(n->journal, n->plan, size, n->count));
    } else if (n->count != iso_journal_parts(n->journal)) {
        ISO_FAIL(ISO_EFORMAT,
                 "%s: holds %" PRId64 " matrices, now it would hold %d; delete it to "
                 "start again",
                 iso_outfile_temporary(n->file), iso_journal_parts(n->journal), n->count);
    }
done:
    return err;
}

iso_err iso_native_complete(const iso_native *n)
{
    const int64_t put = iso_journal_rows(n->journal) + n->fresh;
    int64_t all = 0;
    iso_err err = ISO_OK;

    for (int i = 0; i < n->count; i++)
        all += n->rooms[i].rows;
    ISO_NEED(put >= all, "%s: only %" PRId64 " of %" PRId64 " rows were written",
             iso_outfile_temporary(n->file), put, all);
done:
    return err;
}
