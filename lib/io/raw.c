/* Headless matrices, as LASER writes them: nothing but little-endian numbers, row after row. */
#include <inttypes.h>

#include "lib/base/alloc.h"
#include "lib/io/reader.h"

struct raw {
    iso_reader base;
    iso_entry entry;
    const iso_file *file;
};

/* There is nothing to recognise: who gives a row length says that the file is raw. */
static bool raw_probe(const iso_head *head)
{
    return head->opt->raw_dim > 0;
}

static iso_err raw_rows(iso_reader *self, int entry, iso_rows **out)
{
    const struct raw *r = (const struct raw *)self;

    (void)entry;
    return iso_rows_of_file(out, r->file, 0, r->entry.rows, r->entry.cols, r->entry.dtype);
}

static void raw_close(iso_reader *self)
{
    iso_free(self);
}

static iso_err raw_open(iso_reader **out, const iso_file *file, const char *dataset,
                        const iso_states_opt *opt)
{
    const int64_t size = (int64_t)iso_dtype_size(opt->raw_dtype);
    struct raw *r = NULL;
    iso_err err = ISO_OK;

    ISO_NEED(!dataset, "%s: holds one matrix without a name, no %s", file->path, dataset);
    ISO_NEED(opt->raw_dim > 0, "%s: raw numbers need their row length; say " ISO_FIELD(dim),
             file->path);
    if (opt->raw_dim > INT64_MAX / size || file->size % (opt->raw_dim * size) != 0)
        ISO_FAIL(ISO_EFORMAT,
                 "%s: has %" PRId64 " bytes, no multiple of a row of %" PRId64 " %s numbers; say "
                 "another " ISO_FIELD(dim) " or " ISO_FIELD(dtype),
                 file->path, file->size, opt->raw_dim, iso_dtype_name(opt->raw_dtype));
    ISO_TRY(iso_alloc(&r, 1, sizeof *r));
    r->file = file;
    r->entry = (iso_entry){.layer = -1,
                           .rows = file->size / (opt->raw_dim * size),
                           .cols = opt->raw_dim,
                           .dtype = opt->raw_dtype};
    r->base =
        (iso_reader){.entry_count = 1, .entries = &r->entry, .rows = raw_rows, .close = raw_close};
    *out = &r->base;
done:
    return err;
}

const iso_driver iso_driver_raw = {
    .name = "raw", .matrix = true, .probe = raw_probe, .open = raw_open};
