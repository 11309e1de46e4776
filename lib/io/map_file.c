#include "lib/io/map_file.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/h5.h"
#include "lib/io/outfile.h"

struct iso_map_file {
    iso_outfile *file;
    iso_h5 *h5; /* NULL: .npy */
    char *path;
    int64_t count;
};

static bool ends(const char *text, const char *suffix)
{
    const size_t a = strlen(text), b = strlen(suffix);

    return a >= b && strcmp(text + a - b, suffix) == 0;
}

void iso_map_file_discard(iso_map_file *f)
{
    if (!f)
        return;
    (void)iso_h5_close(f->h5);
    iso_outfile_discard(f->file);
    iso_free(f->path);
    iso_free(f);
}

static iso_err put_about(iso_h5 *h5, const iso_maps_info *about)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_h5_put_attr_text(h5, "/", "format", "isogloss-maps"));
    ISO_TRY(iso_h5_put_attr_int(h5, "/", "version", 1));
    if (about->method)
        ISO_TRY(iso_h5_put_attr_text(h5, "/", "method", about->method));
    if (about->prep)
        ISO_TRY(iso_h5_put_attr_text(h5, "/", "prep", about->prep));
    if (about->model)
        ISO_TRY(iso_h5_put_attr_text(h5, "/", "model", about->model));
done:
    return err;
}

iso_err iso_map_file_new(iso_map_file **out, const char *path, const iso_maps_info *about)
{
    iso_map_file *f = NULL;
    struct stat st;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&f, 1, sizeof *f));
    ISO_TRY(iso_str_dup(&f->path, path, -1));
    ISO_TRY(iso_outfile_open(&f->file, path));
    if (!ends(path, ".npy")) {
        if (stat(iso_outfile_temporary(f->file), &st) != 0 || !S_ISREG(st.st_mode))
            ISO_FAIL(ISO_EIO, "%s: is not a regular file, maps cannot be written there", path);
        ISO_TRY(iso_h5_create(&f->h5, iso_outfile_temporary(f->file)));
        ISO_TRY(iso_h5_call(f->h5, path));
        ISO_TRY(put_about(f->h5, about));
    }
    *out = f;
    f = NULL;
done:
    iso_map_file_discard(f);
    return err;
}

/* Version 1: magic, length of the header, header, padded so that the numbers begin at 64 · k. */
static iso_err put_npy(iso_map_file *f, const iso_saved_map *map)
{
    static const char magic[8] = "\x93NUMPY\x01";
    char head[192] = "";
    const int used = snprintf(head + 10, sizeof head - 10,
                              "{'descr': '<f8', 'fortran_order': False, 'shape': (%lld, %lld), }",
                              (long long)map->w.rows, (long long)map->w.cols);
    const int size = (10 + used + 1 + 63) / 64 * 64;
    iso_err err = ISO_OK;

    if (f->count > 0)
        ISO_FAIL(ISO_EARG,
                 "%s: an .npy holds one map: choose one " ISO_FIELD(tgt) " and one of " ISO_FIELD(
                     layers) ", or "
                             "name a file .h5",
                 f->path);
    if (map->from || map->to)
        ISO_FAIL(
            ISO_EARG,
            "%s: an .npy holds W alone, not the means of " ISO_FIELD(centre) ": name a file .h5",
            f->path);
    memset(head + 10 + used, ' ', (size_t)(size - 11 - used));
    head[size - 1] = '\n';
    memcpy(head, magic, sizeof magic);
    head[8] = (char)((size - 10) & 255);
    head[9] = (char)((size - 10) >> 8);
    ISO_TRY(iso_outfile_write(f->file, head, size));
    for (int64_t i = 0; i < map->w.rows; i++)
        ISO_TRY(iso_outfile_write(f->file, (const double *)map->w.data + i * map->w.stride,
                                  map->w.cols * (int64_t)sizeof(double)));
done:
    return err;
}

static bool is_name(const char *lang)
{
    return *lang && !strchr(lang, '/') && strcmp(lang, ".") != 0 && strcmp(lang, "..") != 0;
}

/* One dataset of the map's group. */
static iso_err put_part(iso_map_file *f, const char *group, const char *what, int rank,
                        const int64_t *dims, const double *data)
{
    iso_buf path = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(&path, "%s/%s", group, what));
    ISO_TRY(iso_h5_put(f->h5, path.text, rank, dims, ISO_F64, data, NULL));
done:
    iso_buf_free(&path);
    return err;
}

static iso_err put_h5(iso_map_file *f, const iso_saved_map *map)
{
    const int64_t dims[2] = {map->w.rows, map->w.cols};
    iso_buf group = {0};
    iso_err err = ISO_OK;

    if (!is_name(map->src) || !is_name(map->tgt) || map->layer < 0)
        ISO_FAIL(ISO_EARG, "%s: a map of \"%s\" to \"%s\", layer %d, cannot be written", f->path,
                 map->src, map->tgt, map->layer);
    ISO_TRY(iso_buf_printf(&group, "/maps/%s/%s/%d", map->src, map->tgt, map->layer));
    ISO_TRY(put_part(f, group.text, "w", 2, dims, map->w.data));
    if (map->from)
        ISO_TRY(put_part(f, group.text, "from", 1, &dims[0], map->from));
    if (map->to)
        ISO_TRY(put_part(f, group.text, "to", 1, &dims[1], map->to));
    if (map->n >= 0)
        ISO_TRY(iso_h5_put_attr_int(f->h5, group.text, "n", map->n));
done:
    iso_buf_free(&group);
    return err;
}

iso_err iso_map_file_put(iso_map_file *f, const iso_saved_map *map)
{
    iso_err err = ISO_OK;

    ISO_NEED(map->w.dtype == ISO_F64 && map->w.stride == map->w.cols && map->w.rows > 0 &&
                 map->w.cols > 0,
             "%s: w is not packed f64", f->path);
    ISO_TRY(f->h5 ? put_h5(f, map) : put_npy(f, map));
    f->count++;
done:
    return err;
}

iso_err iso_map_file_commit(iso_map_file *f)
{
    iso_err err = ISO_OK;

    if (f->count == 0)
        ISO_FAIL(ISO_EARG, "%s: no map to write", f->path);
    if (f->h5) {
        err = iso_h5_close(f->h5);
        f->h5 = NULL;
        if (err)
            goto done;
    }
    err = iso_outfile_commit(f->file);
    f->file = NULL;
done:
    iso_map_file_discard(f);
    return err;
}
