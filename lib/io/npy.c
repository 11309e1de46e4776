#include "lib/io/npy.h"

#include <string.h>

#include "lib/base/alloc.h"
#include "lib/io/array_set.h"
#include "lib/io/reader.h"

struct npy {
    iso_reader base;
    iso_array_set set;
    const iso_states_opt *opt;
};

static bool npy_probe(const iso_head *head)
{
    return head->count >= 6 && memcmp(head->bytes, "\x93NUMPY", 6) == 0;
}

static iso_err array_of(iso_array *out, void *self, int i)
{
    *out = ((struct npy *)self)->set.at[i].array;
    return ISO_OK;
}

static iso_err npy_rows(iso_reader *self, int entry, iso_rows **out)
{
    struct npy *r = (struct npy *)self;

    return iso_array_set_rows(out, &r->set, entry, array_of, r, r->opt->run);
}

static void npy_close(iso_reader *self)
{
    struct npy *r = (struct npy *)self;

    iso_array_set_free(&r->set);
    iso_free(r);
}

static iso_err read_header(iso_array *out, const iso_file *file)
{
    unsigned char prefix[ISO_NPY_PREFIX] = {0};
    const int64_t head = file->size < ISO_NPY_PREFIX ? file->size : ISO_NPY_PREFIX;
    iso_array a = {.file = file};
    int64_t start, len;
    char *text = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_file_read(file, 0, prefix, head));
    ISO_TRY(iso_npy_prefix(&start, &len, prefix, file->path));
    ISO_TRY(iso_alloc(&text, len, 1));
    ISO_TRY(iso_file_read(file, start, text, len));
    ISO_TRY(iso_npy_header(&a, text, len, file->path));
    a.offset = start + len;
    *out = a;
done:
    iso_free(text);
    return err;
}

/* Nothing but the array. */
static iso_err check_end(const iso_array *a, const iso_file *file)
{
    const int64_t end = a->offset + iso_array_bytes(a), rest = file->size - end;
    const int64_t count = rest < ISO_NPY_PREFIX ? rest : ISO_NPY_PREFIX;
    unsigned char next[ISO_NPY_PREFIX];
    iso_err err = ISO_OK;

    ISO_TRY(iso_file_read(file, end, next, count));
    ISO_TRY(iso_npy_ends(a, end, rest, next, count, file->path));
done:
    return err;
}

static iso_err npy_open(iso_reader **out, const iso_file *file, const char *dataset,
                        const iso_states_opt *opt)
{
    struct npy *r = NULL;
    iso_array a = {0};
    iso_err err = ISO_OK;

    ISO_NEED(!dataset, "%s: holds one array without a name, no %s", file->path, dataset);
    ISO_TRY(read_header(&a, file));
    ISO_TRY(iso_array_check(&a, opt->axes, file->size, file->path));
    ISO_TRY(check_end(&a, file));
    ISO_TRY(iso_alloc(&r, 1, sizeof *r));
    r->opt = opt;
    ISO_TRY(iso_array_set_take(&r->set, "", &a, file->size, opt, file->path, 0));
    ISO_TRY(iso_array_set_finish(&r->set, opt, file->path));
    r->base = (iso_reader){.entry_count = r->set.entry_count,
                           .entries = r->set.entries,
                           .read_as = r->set.read_as,
                           .rows = npy_rows,
                           .close = npy_close};
    iso_npy_note(opt->run, file->path, a.untyped);
    *out = &r->base;
    r = NULL;
done:
    if (r)
        npy_close(&r->base);
    return err;
}

const iso_driver iso_driver_npy = {
    .name = "npy", .matrix = true, .probe = npy_probe, .open = npy_open};
