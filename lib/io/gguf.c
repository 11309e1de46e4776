#include "lib/io/gguf.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/alloc.h"
#include "lib/io/gguf_inside.h"
#include "lib/io/mapped.h"

/* What no model has more of. */
enum { FACTS_MAX = 1 << 12, TENSORS_MAX = 1 << 20, ALIGN_MAX = 1 << 20 };

/* The fewest bytes that one takes. */
enum { FACT_BYTES = 14, TENSOR_BYTES = 33 };

static const unsigned char magic[] = {'G', 'G', 'U', 'F'};

bool iso_gguf_is(const char *path)
{
    unsigned char head[sizeof magic];
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    const bool is = fd >= 0 && pread(fd, head, sizeof head, 0) == (ssize_t)sizeof head &&
                    memcmp(head, magic, sizeof magic) == 0;

    if (fd >= 0)
        (void)close(fd);
    return is;
}

void iso_gguf_close(iso_gguf *g)
{
    for (int64_t i = 0; i < g->facts; i++)
        iso_free(g->fact[i].name);
    for (int64_t i = 0; i < g->tensors; i++)
        iso_free(g->tensor[i].name);
    iso_free(g->fact);
    iso_free(g->tensor);
    iso_mapped_close(g->map);
    iso_free(g->path);
    *g = (iso_gguf){0};
}

/* --- Tensors ---------------------------------------------------------------------------------- */

static iso_err bad_tensor(const iso_gguf *g, const iso_gguf_tensor *t, const char *what)
{
    return iso_fail(ISO_EFORMAT, "%s: tensor \"%s\" %s", g->path, t->name, what);
}

/* Sizes as the file has them: that of the axis whose numbers lie together first. */
static iso_err read_shape(iso_gguf_tensor *t, struct gguf_reader *r)
{
    uint64_t rank = 0, size = 0;

    if (!iso_gguf_uint(&rank, r, 4))
        return iso_gguf_cut_off(r, "the list of tensors");
    if (rank < 1 || rank > ISO_GGUF_RANK)
        return bad_tensor(r->g, t, "has no axes, or more than four");
    t->rank = (int)rank;
    t->numbers = 1;
    for (int i = t->rank; i-- > 0;) {
        if (!iso_gguf_uint(&size, r, 8))
            return iso_gguf_cut_off(r, "the list of tensors");
        if (size < 1 || size > (uint64_t)(INT64_MAX / 16 / t->numbers))
            return bad_tensor(r->g, t, "has an empty axis, or a size that overflows");
        t->shape[i] = (int64_t)size;
        t->numbers *= (int64_t)size;
    }
    return ISO_OK;
}

/* `data` holds the offset until all is read. */
static iso_err read_tensor(iso_gguf_tensor *t, uint64_t *offset, struct gguf_reader *r)
{
    uint64_t type = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_gguf_name(&t->name, r, "a tensor"));
    ISO_TRY(read_shape(t, r));
    if (!iso_gguf_uint(&type, r, 4) || !iso_gguf_uint(offset, r, 8))
        ISO_TRY(iso_gguf_cut_off(r, "the list of tensors"));
    t->type = (uint32_t)type;
    t->block = iso_gguf_block_of(t->type);
    if (t->block && t->shape[t->rank - 1] % t->block->numbers != 0)
        ISO_TRY(bad_tensor(r->g, t, "has rows that are no whole blocks of its type"));
    t->bytes = t->block ? t->numbers / t->block->numbers * t->block->bytes : 0;
done:
    return err;
}

/* Where the tensors begin: behind the header, at the file's alignment. */
static iso_err begin_data(struct gguf_reader *r, int64_t *align)
{
    *align = 32;
    (void)iso_gguf_int(align, r->g, "general.alignment");
    if (*align < 1 || *align > ALIGN_MAX || (*align & (*align - 1)) != 0)
        return iso_fail(ISO_EFORMAT, "%s: general.alignment is no power of two up to %d",
                        r->g->path, ALIGN_MAX);
    const int64_t behind = (r->at - r->begin) % *align;
    if (behind && r->g->tensors > 0 && !iso_gguf_skip(r, *align - behind))
        return iso_gguf_cut_off(r, "its header");
    return ISO_OK;
}

static iso_err place(iso_gguf_tensor *t, uint64_t offset, const struct gguf_reader *r,
                     int64_t align)
{
    if (offset % (uint64_t)align != 0)
        return bad_tensor(r->g, t, "begins off the file's alignment");
    if (offset > (uint64_t)r->left || t->bytes > r->left - (int64_t)offset)
        return iso_fail(ISO_EFORMAT,
                        "%s: tensor \"%s\" ends behind the file's end: not all of it is there, "
                        "fetch it again",
                        r->g->path, t->name);
    t->data = r->at + offset;
    return ISO_OK;
}

static int by_place(const void *a, const void *b)
{
    const iso_gguf_tensor *x = a, *y = b;

    return x->data != y->data ? (x->data > y->data) - (x->data < y->data)
                              : (x->bytes > y->bytes) - (x->bytes < y->bytes);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const iso_gguf_tensor *)a)->name, ((const iso_gguf_tensor *)b)->name);
}

static iso_err check_tensors(iso_gguf *g)
{
    iso_gguf_tensor *t = g->tensor;

    if (g->tensors > 1)
        qsort(t, (size_t)g->tensors, sizeof *t, by_place);
    for (int64_t i = 1; i < g->tensors; i++) {
        if (t[i - 1].data + t[i - 1].bytes > t[i].data)
            return bad_tensor(g, &t[i], "lies over another");
    }
    if (g->tensors > 1)
        qsort(t, (size_t)g->tensors, sizeof *t, by_name);
    for (int64_t i = 1; i < g->tensors; i++) {
        if (strcmp(t[i - 1].name, t[i].name) == 0)
            return bad_tensor(g, &t[i], "is there twice");
    }
    return ISO_OK;
}

static iso_err read_tensors(struct gguf_reader *r, int64_t count)
{
    iso_gguf *g = r->g;
    uint64_t *offset = NULL;
    int64_t align = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&g->tensor, count, sizeof *g->tensor));
    ISO_TRY(iso_alloc(&offset, count, sizeof *offset));
    while (g->tensors < count) {
        g->tensors++;
        ISO_TRY(read_tensor(&g->tensor[g->tensors - 1], &offset[g->tensors - 1], r));
    }
    ISO_TRY(begin_data(r, &align));
    for (int64_t i = 0; i < count; i++)
        ISO_TRY(place(&g->tensor[i], offset[i], r, align));
    ISO_TRY(check_tensors(g));
done:
    iso_free(offset);
    return err;
}

const iso_gguf_tensor *iso_gguf_tensor_find(const iso_gguf *g, const char *name)
{
    const iso_gguf_tensor key = {.name = (char *)name};

    return g->tensors > 0 ? bsearch(&key, g->tensor, (size_t)g->tensors, sizeof *g->tensor, by_name)
                          : NULL;
}

/* --- The file --------------------------------------------------------------------------------- */

static iso_err check_version(struct gguf_reader *r)
{
    uint64_t version = 0;

    if (!iso_gguf_skip(r, sizeof magic) || memcmp(r->begin, magic, sizeof magic) != 0)
        return iso_fail(ISO_EFORMAT, "%s: is no GGUF file", r->g->path);
    if (!iso_gguf_uint(&version, r, 4))
        return iso_gguf_cut_off(r, "its header");
    if (version == 2 || version == 3)
        return ISO_OK;
    if (version >> 24)
        return iso_fail(ISO_EUNSUP, "%s: is a big-endian GGUF file; little-endian ones are read",
                        r->g->path);
    return iso_fail(ISO_EUNSUP,
                    "%s: is GGUF version %" PRIu64 "; 2 and 3 are read: convert the model anew",
                    r->g->path, version);
}

static iso_err check_whole(const iso_gguf *g)
{
    int64_t parts = 1;

    if (iso_gguf_int(&parts, g, "split.count") && parts > 1)
        return iso_fail(ISO_EUNSUP,
                        "%s: is one of %" PRId64
                        " parts; join them with llama.cpp's `llama-gguf-split --merge`",
                        g->path, parts);
    return ISO_OK;
}

static iso_err read_all(struct gguf_reader *r)
{
    uint64_t tensors = 0, facts = 0;
    iso_err err = ISO_OK;

    ISO_TRY(check_version(r));
    if (!iso_gguf_uint(&tensors, r, 8) || !iso_gguf_uint(&facts, r, 8))
        ISO_TRY(iso_gguf_cut_off(r, "its header"));
    if (facts > FACTS_MAX || tensors > TENSORS_MAX)
        ISO_FAIL(ISO_EFORMAT,
                 "%s: claims %" PRIu64 " facts and %" PRIu64 " tensors; %d and %d at most are read",
                 r->g->path, facts, tensors, FACTS_MAX, TENSORS_MAX);
    if ((int64_t)facts > r->left / FACT_BYTES || (int64_t)tensors > r->left / TENSOR_BYTES)
        ISO_TRY(iso_gguf_cut_off(r, "its header"));
    ISO_TRY(iso_gguf_facts(r, (int64_t)facts));
    ISO_TRY(check_whole(r->g));
    ISO_TRY(read_tensors(r, (int64_t)tensors));
done:
    return err;
}

iso_err iso_gguf_open(iso_gguf *out, const char *path)
{
    iso_gguf g = {0};
    iso_file *file = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_str_dup(&g.path, path, -1));
    ISO_TRY(iso_file_open(&file, path));
    ISO_TRY(iso_mapped_open(&g.map, file));
    struct gguf_reader r = {.g = &g, .begin = iso_mapped_bytes(g.map), .left = file->size};
    r.at = r.begin;
    ISO_TRY(read_all(&r));
    *out = g;
    g = (iso_gguf){0};
done:
    iso_file_close(file);
    iso_gguf_close(&g);
    return err;
}
