/* NumPy's .npz: a zip archive of .npy members.
 *
 * Stored members are read in place, once their checksum was found right, which reads them through
 * when they are first asked for; compressed ones are unpacked then, into memory or an unlinked
 * file, checked on the way. What is no matrix of floats (texts, counts) is ignored. */
#include "lib/io/npy.h"

#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/array_set.h"
#include "lib/io/npz_member.h"
#include "lib/io/npz_stored.h"
#include "lib/io/reader.h"
#include "lib/io/spill.h"

enum {
    CHUNK = 1 << 16, /* bytes unpacked at a time */
    DEEPEST = 4      /* axes: layers, sentences, tokens, dims */
};

struct npz {
    iso_reader base;
    iso_array_set set;    /* tag: the member's number in the archive */
    iso_spill **unpacked; /* by array; NULL where stored, or not asked for yet */
    bool *right;          /* by array: a stored one whose checksum was right */
    int64_t held;         /* bytes unpacked into memory so far */
    iso_npz *zip;
    const iso_file *file;
    const iso_states_opt *opt;
};

static bool npz_probe(const iso_head *head)
{
    return head->count >= 4 &&
           (memcmp(head->bytes, "PK\3\4", 4) == 0 || memcmp(head->bytes, "PK\5\6", 4) == 0);
}

static void npz_close(iso_reader *self)
{
    struct npz *r = (struct npz *)self;

    for (int i = 0; r->unpacked && i < r->set.count; i++)
        iso_spill_free(r->unpacked[i]);
    iso_free(r->unpacked);
    iso_free(r->right);
    iso_array_set_free(&r->set);
    iso_npz_close(r->zip);
    iso_free(r);
}

/* Members ------------------------------------------------------------------- */

/* Reads a member's header; a->offset counts from the member's begin. */
static iso_err member_header(iso_array *a, struct npz *r, int member, const char *what)
{
    int64_t len, begin;
    char *text = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_npz_begin(r->zip, member, what));
    ISO_TRY(iso_npz_header(&text, &len, &begin, r->zip, what));
    ISO_TRY(iso_npy_header(a, text, len, what));
    a->offset = begin;
done:
    iso_npz_stop(r->zip);
    iso_free(text);
    return err;
}

/* Nothing may follow the numbers of a member. What does is looked at for the message only. */
static iso_err member_ends(const iso_array *a, struct npz *r, int member, int64_t size,
                           const char *what)
{
    const int64_t end = a->offset + iso_array_bytes(a), rest = size - end;
    const int64_t count = rest < ISO_NPY_PREFIX ? rest : ISO_NPY_PREFIX;
    unsigned char next[ISO_NPY_PREFIX];
    iso_err err = ISO_OK;

    if (rest == 0)
        return ISO_OK;
    ISO_TRY(iso_npz_begin(r->zip, member, what));
    ISO_TRY(iso_npz_skip(r->zip, end, "checking"));
    ISO_TRY(iso_npz_read(r->zip, next, count));
    ISO_TRY(iso_npy_ends(a, end, rest, next, count, what));
done:
    iso_npz_stop(r->zip);
    return err;
}

/* Whether a failure only says that a member is something else than a matrix of floats. */
static bool passes_over(iso_err err, const iso_array *a)
{
    return err == ISO_EUNSUP || (!err && (a->rank < 2 || a->rank > DEEPEST));
}

/* Whether a member was taken as an attention mask. */
static bool is_mask(const struct npz *r, const char *name)
{
    for (int i = 0; i < r->set.mask_count; i++) {
        if (strcmp(r->set.masks[i].name, name) == 0 && *name)
            return true;
    }
    return false;
}

/* A member of that name that is one; what else it may be is for add_member. */
static iso_err add_mask(struct npz *r, int member, const char *name, int64_t size, iso_buf *what)
{
    iso_token_mask mask = {0};
    iso_array a = {0};
    const char *type;
    char *text = NULL, *bytes = NULL;
    int64_t len, begin;
    iso_err err = ISO_OK;

    what->len = 0;
    ISO_TRY(iso_buf_printf(what, "%s: %s", r->file->path, name));
    ISO_TRY(iso_npz_begin(r->zip, member, what->text));
    ISO_TRY(iso_npz_header(&text, &len, &begin, r->zip, what->text));
    err = iso_npy_mask_header(&a, &type, text, len, what->text);
    if (!err && a.rank != 2)
        iso_array_set_see_mask(&r->set, name, a.shape, a.rank);
    if (err == ISO_EUNSUP || (!err && a.rank != 2)) {
        err = ISO_OK;
        goto done;
    }
    ISO_TRY(err);
    const int64_t count = iso_mask_bytes(type, a.shape[0], a.shape[1]);
    if (count == 0 || count != size - begin)
        goto done;
    ISO_TRY(iso_alloc(&bytes, count, 1));
    ISO_TRY(iso_npz_read(r->zip, bytes, count));
    ISO_TRY(iso_npz_end(r->zip));
    ISO_TRY(iso_mask_make(&mask, name, a.shape[0], a.shape[1], bytes, type, what->text));
    ISO_TRY(iso_array_set_mask(&r->set, &mask));
done:
    iso_npz_stop(r->zip);
    iso_mask_free(&mask);
    iso_free(bytes);
    iso_free(text);
    return err;
}

static iso_err add_member(struct npz *r, int member, const char *name, int64_t size,
                          const iso_stored *stored, iso_buf *what)
{
    const int64_t begin = member < stored->count ? stored->offset[member] : -1;
    const int before = r->set.count;
    iso_array a = {.file = r->file};
    iso_err err = ISO_OK;

    if (is_mask(r, name))
        goto done;
    what->len = 0;
    ISO_TRY(iso_buf_printf(what, "%s: %s", r->file->path, name));
    err = member_header(&a, r, member, what->text);
    if (passes_over(err, &a)) { /* unless damage made it look so */
        if (!err && a.rank > 3)
            iso_too_deep_add(&r->set.deep, name);
        err = iso_npz_check(r->zip, member);
        goto done;
    }
    ISO_TRY(err);
    ISO_TRY(iso_array_set_take(&r->set, name, &a, size, r->opt, what->text, member));
    if (r->set.count == before) { /* left out */
        err = iso_npz_check(r->zip, member);
        goto done;
    }
    ISO_TRY(member_ends(&a, r, member, size, what->text));
    iso_array *taken = &r->set.at[before].array;
    if (begin >= 0 && begin <= r->file->size - size)
        taken->offset += begin;
    else
        taken->offset = -taken->offset; /* to be unpacked; see array_of */
done:
    return err;
}

static bool is_wanted(const char *name, const char *dataset)
{
    return !dataset || strcmp(name, dataset + (*dataset == '/')) == 0;
}

/* All members called X.npy, as X; masks before the arrays that they are of. */
static iso_err add_members(struct npz *r, const char *dataset)
{
    const int count = iso_npz_count(r->zip);
    iso_stored stored = {0};
    iso_buf name = {0}, what = {0};
    const char *called;
    int64_t size;
    iso_err err = ISO_OK;

    ISO_TRY(iso_stored_find(&stored, r->file));
    for (int k = 0; k < 2 * count; k++) {
        const int i = k % count;
        ISO_TRY(iso_npz_look(&called, &size, r->zip, i));
        const size_t len = strlen(called);
        if (len < 5 || strcmp(called + len - 4, ".npy") != 0)
            continue;
        name.len = 0;
        ISO_TRY(iso_buf_add(&name, called, (int64_t)len - 4));
        if (k < count && iso_mask_named(name.text))
            ISO_TRY(add_mask(r, i, name.text, size, &what));
        else if (k >= count && is_wanted(name.text, dataset))
            ISO_TRY(add_member(r, i, name.text, size, &stored, &what));
    }
    ISO_TRY(iso_array_set_any(&r->set, r->file->path));
    if (r->set.count == 0)
        ISO_FAIL(
            ISO_EFORMAT,
            "%s: %s%s among its %d members is no matrix of f2, f4, f8 or bfloat16 of 2 or 3 axes",
            r->file->path, dataset ? dataset : "what is", dataset ? "" : " there", count);
done:
    iso_stored_free(&stored);
    iso_buf_free(&name);
    iso_buf_free(&what);
    return err;
}

/* Rows ---------------------------------------------------------------------- */

/* A stored array is read in place once its checksum was found right. */
static iso_err check_stored(struct npz *r, int i)
{
    const iso_named_array *a = &r->set.at[i];
    iso_err err = ISO_OK;

    if (r->right[i])
        return ISO_OK;
    ISO_TRY(iso_npz_check(r->zip, a->tag));
    r->right[i] = true;
done:
    return err;
}

/* Unpacks the numbers of array `i` into a spill whose bytes lie as they did in the member. */
static iso_err unpack(iso_spill **out, struct npz *r, int i, int64_t header)
{
    const iso_named_array *a = &r->set.at[i];
    const int64_t bytes = iso_array_bytes(&a->array);
    /* what is held already leaves the less for this one */
    const int64_t mem = iso_run_mem(r->opt->run) - 16 * r->held;
    const iso_run run = {.mem = mem > 16 ? mem : 16};
    iso_spill *spill = NULL;
    char *chunk = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&chunk, CHUNK, 1));
    ISO_TRY(iso_npz_begin(r->zip, a->tag, a->name));
    ISO_TRY(iso_npz_skip(r->zip, header, "unpacking"));
    ISO_TRY(iso_spill_new(&spill, 1, (bytes + CHUNK - 1) / CHUNK, CHUNK / 2, ISO_F16, &run));
    for (int64_t at = 0; at < bytes; at += CHUNK) {
        const int64_t n = bytes - at < CHUNK ? bytes - at : CHUNK;
        ISO_TRY(iso_run_step(r->opt->run, "unpacking", at, bytes, "bytes"));
        ISO_TRY(iso_npz_read(r->zip, chunk, n));
        ISO_TRY(iso_spill_put(spill, 0, at / CHUNK,
                              (iso_view){chunk, 1, CHUNK / 2, CHUNK / 2, ISO_F16}));
    }
    ISO_TRY(iso_npz_end(r->zip));
    *out = spill;
    spill = NULL;
done:
    iso_spill_free(spill);
    iso_npz_stop(r->zip);
    iso_free(chunk);
    return err;
}

/* Array `i` as it can be read now. */
static iso_err array_of(iso_array *out, void *self, int i)
{
    struct npz *r = self;
    iso_array a = r->set.at[i].array;
    bool fresh = false;
    iso_err err = ISO_OK;

    if (a.offset < 0) {
        if (!r->unpacked[i]) {
            ISO_TRY(unpack(&r->unpacked[i], r, i, -a.offset));
            fresh = true;
        }
        a.offset = 0;
        iso_spill_where(&a.memory, &a.file, r->unpacked[i]);
        if (fresh && a.memory)
            r->held += iso_array_bytes(&a);
    } else {
        ISO_TRY(check_stored(r, i));
    }
    *out = a;
done:
    return err;
}

static iso_err npz_rows(iso_reader *self, int entry, iso_rows **out)
{
    struct npz *r = (struct npz *)self;

    return iso_array_set_rows(out, &r->set, entry, array_of, r, r->opt->run);
}

static void note_untyped(const struct npz *r)
{
    int64_t count = 0;

    for (int i = 0; i < r->set.count; i++)
        count += r->set.at[i].array.untyped;
    iso_npy_note(r->opt->run, r->file->path, count);
}

static iso_err npz_open(iso_reader **out, const iso_file *file, const char *dataset,
                        const iso_states_opt *opt)
{
    struct npz *r = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&r, 1, sizeof *r));
    r->file = file;
    r->opt = opt;
    r->set.picked = dataset != NULL;
    ISO_TRY(iso_npz_open(&r->zip, file, opt->run));
    ISO_TRY(add_members(r, dataset));
    ISO_TRY(iso_alloc(&r->unpacked, r->set.count, sizeof(iso_spill *)));
    ISO_TRY(iso_alloc(&r->right, r->set.count, sizeof *r->right));
    ISO_TRY(iso_array_set_finish(&r->set, opt, file->path));
    note_untyped(r);
    r->base = (iso_reader){.entry_count = r->set.entry_count,
                           .entries = r->set.entries,
                           .langs = r->set.langs,
                           .lang_count = r->set.lang_count,
                           .read_as = r->set.read_as,
                           .rows = npz_rows,
                           .close = npz_close};
    *out = &r->base;
    r = NULL;
done:
    if (r)
        npz_close(&r->base);
    return err;
}

const iso_driver iso_driver_npz = {
    .name = "npz", .matrix = true, .probe = npz_probe, .open = npz_open};
