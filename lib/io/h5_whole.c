/* Whether all of a dataset is there. HDF5 hands out zeros, or what a file calls its fill value, for
 * numbers that nobody wrote, or whose file is gone; they are no states. */
#include "lib/io/h5_inside.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/alloc.h"

/* A dataset of the file or of one its numbers come from. */
struct piece {
    iso_h5 *file;
    const char *path, *beside; /* the dataset of the file; the file this piece is in */
    hid_t id, plist, space;
    int rank, depth;
    hsize_t dims[H5S_MAX_RANK], total;
};

enum { DEPTH = 8 };

static iso_err check_piece(struct piece *p);

static iso_err incomplete(const struct piece *p)
{
    return iso_h5_broke(ISO_EFORMAT, p->file->path, p->path, "is not complete");
}

/* Chunks -------------------------------------------------------------------------- */

/* The first number that no chunk holds, as "[3, 0]". */
static void first_missing(char *out, size_t room, const struct piece *p, const hsize_t *chunk)
{
    hsize_t at[H5S_MAX_RANK] = {0}, size = 0;
    haddr_t place = HADDR_UNDEF;
    unsigned mask = 0;
    size_t n = 0;

    for (int i = 0; i >= 0;) {
        if (H5Dget_chunk_info_by_coord(p->id, at, &mask, &place, &size) < 0 || place == HADDR_UNDEF)
            break;
        for (i = p->rank - 1; i >= 0 && (at[i] += chunk[i]) >= p->dims[i]; i--)
            at[i] = 0;
    }
    for (int i = 0; i < p->rank && n < room; i++)
        n += (size_t)snprintf(out + n, room - n, "%s%" PRIu64 "%s", i ? ", " : "[", (uint64_t)at[i],
                              i == p->rank - 1 ? "]" : "");
}

static iso_err check_chunks(const struct piece *p)
{
    hsize_t chunk[H5S_MAX_RANK] = {0}, have = 0, want = 1;
    char where[128] = "";

    if (H5Pget_chunk(p->plist, H5S_MAX_RANK, chunk) < 0 ||
        H5Dget_num_chunks(p->id, p->space, &have) < 0)
        return incomplete(p);
    for (int i = 0; i < p->rank; i++)
        want *= chunk[i] ? (p->dims[i] - 1) / chunk[i] + 1 : 0;
    if (have >= want)
        return ISO_OK;
    first_missing(where, sizeof where, p, chunk);
    iso_h5_because("%" PRIu64 " of its %" PRIu64 " chunks were never written, the first at %s",
                   (uint64_t)(want - have), (uint64_t)want, where);
    return incomplete(p);
}

/* Files of plain numbers ------------------------------------------------------------- */

static iso_err check_raw(const struct piece *p, int count)
{
    for (int i = 0; i < count; i++) {
        char name[1024] = "", *found = NULL;
        off_t offset = 0;
        hsize_t size = 0;
        struct stat st;

        if (H5Pget_external(p->plist, (unsigned)i, sizeof name - 1, name, &offset, &size) < 0 ||
            !iso_h5_other(&found, p->file, NULL, name, true))
            return incomplete(p);
        const bool there = stat(found, &st) == 0;
        iso_free(found);
        if (!there ||
            (size != H5F_UNLIMITED && (offset < 0 || size > (hsize_t)INT64_MAX - (hsize_t)offset ||
                                       st.st_size < (off_t)size + offset))) {
            iso_h5_because("%s has %" PRId64 " bytes, %" PRIu64 " are needed", name,
                           (int64_t)st.st_size, (uint64_t)size + (uint64_t)offset);
            return incomplete(p);
        }
    }
    return ISO_OK;
}

static iso_err check_contiguous(const struct piece *p)
{
    const int raw = H5Pget_external_count(p->plist);

    if (raw != 0)
        return raw < 0 ? incomplete(p) : check_raw(p, raw);
    if (H5Dget_offset(p->id) != HADDR_UNDEF)
        return ISO_OK;
    iso_h5_because("nothing was ever written to it");
    return incomplete(p);
}

/* Numbers of other datasets ------------------------------------------------------------ */

/* Whether what a selection takes lies in a space of these dims. */
static bool reaches(hid_t selection, const struct piece *source)
{
    hsize_t from[H5S_MAX_RANK] = {0}, to[H5S_MAX_RANK] = {0};

    if (H5Sget_select_type(selection) == H5S_SEL_ALL)
        return true;
    if (H5Sget_simple_extent_ndims(selection) != source->rank ||
        H5Sget_select_bounds(selection, from, to) < 0)
        return false;
    for (int i = 0; i < source->rank; i++) {
        if (to[i] >= source->dims[i])
            return false;
    }
    return true;
}

static void piece_end(struct piece *p)
{
    iso_h5_shut(p->plist);
    iso_h5_shut(p->space);
    iso_h5_shut(p->id);
}

static bool piece_of(struct piece *p)
{
    p->plist = H5Dget_create_plist(p->id);
    p->space = H5Dget_space(p->id);
    p->rank = H5Sget_simple_extent_ndims(p->space);
    p->total = 1;
    if (p->plist < 0 || p->rank < 0 || H5Sget_simple_extent_dims(p->space, p->dims, NULL) < 0)
        return false;
    for (int i = 0; i < p->rank; i++)
        p->total *= p->dims[i];
    return true;
}

/* One dataset that numbers come from. */
static iso_err check_source(const struct piece *p, hid_t file, const char *beside, const char *name,
                            hid_t selection)
{
    struct piece source = {.file = p->file,
                           .path = p->path,
                           .beside = beside,
                           .id = H5I_INVALID_HID,
                           .plist = H5I_INVALID_HID,
                           .space = H5I_INVALID_HID,
                           .depth = p->depth + 1};
    char why[200];
    iso_err err = ISO_OK;

    source.id = H5Dopen2(file, name, p->file->links);
    if (source.id < 0 || !piece_of(&source)) {
        (void)snprintf(why, sizeof why, "%s", iso_h5_why());
        iso_h5_because("it takes numbers from %.200s in %.200s: %s", name, beside, why);
        ISO_TRY(incomplete(p));
    }
    if (!reaches(selection, &source)) {
        iso_h5_because("it takes more numbers from %.200s in %.200s than that has", name, beside);
        ISO_TRY(incomplete(p));
    }
    ISO_TRY(check_piece(&source));
done:
    piece_end(&source);
    return err;
}

static iso_err check_mapping(const struct piece *p, size_t i, bool limited)
{
    const hid_t selection = H5Pget_virtual_srcspace(p->plist, i);
    char name[1024] = "", dataset[1024] = "", *found = NULL;
    hid_t file = H5I_INVALID_HID;
    iso_err err = ISO_OK;

    if (selection < 0 || H5Pget_virtual_filename(p->plist, i, name, sizeof name) < 0 ||
        H5Pget_virtual_dsetname(p->plist, i, dataset, sizeof dataset) < 0)
        ISO_TRY(incomplete(p));
    if (!limited) {
        iso_h5_because(
            "it grows with what it takes numbers from (%.200s in %.200s); copy it into one",
            dataset, name);
        ISO_TRY(incomplete(p));
    }
    if (strcmp(name, ".") == 0) {
        file = H5Iget_file_id(p->id);
    } else if (iso_h5_other(&found, p->file, p->beside, name, false)) {
        const hid_t how = H5Fget_access_plist(p->file->id); /* one file is opened one way */
        file = H5Fopen(found, H5F_ACC_RDONLY, how);
        iso_h5_shut(how);
    }
    if (file < 0)
        ISO_TRY(incomplete(p));
    ISO_TRY(check_source(p, file, found ? found : p->beside, dataset, selection));
done:
    if (file >= 0)
        (void)H5Fclose(file);
    iso_free(found);
    iso_h5_shut(selection);
    return err;
}

static iso_err check_virtual(const struct piece *p)
{
    size_t count = 0;
    hsize_t mapped = 0;
    iso_err err = ISO_OK;

    if (p->depth >= DEPTH) {
        iso_h5_because("it takes numbers from datasets that take them from others, and so on");
        ISO_TRY(incomplete(p));
    }
    if (H5Pget_virtual_count(p->plist, &count) < 0)
        ISO_TRY(incomplete(p));
    for (size_t i = 0; i < count; i++) {
        const hid_t space = H5Pget_virtual_vspace(p->plist, i);
        const hssize_t n = space < 0 ? -1 : H5Sget_select_npoints(space);
        mapped += n > 0 && (hsize_t)n <= p->total ? (hsize_t)n : 0;
        iso_h5_shut(space);
        ISO_TRY(check_mapping(p, i, n >= 0));
    }
    if (mapped < p->total) {
        iso_h5_because("%" PRIu64 " of its %" PRIu64 " numbers come from nowhere",
                       (uint64_t)(p->total - mapped), (uint64_t)p->total);
        ISO_TRY(incomplete(p));
    }
done:
    return err;
}

/* ------------------------------------------------------------------------------------- */

static iso_err check_piece(struct piece *p)
{
    const H5D_layout_t layout = H5Pget_layout(p->plist);

    if (p->total == 0 && layout != H5D_VIRTUAL) /* such a one shrinks with what is missing */
        return ISO_OK;
    switch (layout) {
    case H5D_COMPACT:
        return ISO_OK;
    case H5D_CONTIGUOUS:
        return check_contiguous(p);
    case H5D_CHUNKED:
        return check_chunks(p);
    case H5D_VIRTUAL:
        return check_virtual(p);
    default:
        return incomplete(p);
    }
}

iso_err iso_h5_whole(const iso_h5_data *data)
{
    struct piece p = {.file = data->file,
                      .path = data->path,
                      .beside = data->file->path,
                      .id = data->id,
                      .plist = H5I_INVALID_HID,
                      .space = H5I_INVALID_HID};
    const iso_err err = piece_of(&p) ? check_piece(&p) : incomplete(&p);

    p.id = H5I_INVALID_HID; /* it stays open */
    piece_end(&p);
    return err;
}
