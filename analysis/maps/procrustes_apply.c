/* A map once it is fitted: what its method is called, rows mapped, freed. */
#include "analysis/maps/map.h"

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/linalg/blas.h"
#include "lib/linalg/convert.h"

enum { BLOCK = 1024 }; /* rows mapped at once */

static const char *const names[] = {
    [ISO_MAP_ORTHOGONAL] = "orthogonal",
    [ISO_MAP_ROTATION] = "rotation",
    [ISO_MAP_SCALED] = "scaled",
    [ISO_MAP_RIDGE] = "ridge",
    [ISO_MAP_LEAST_SQUARES] = "least-squares",
    [ISO_MAP_WHITENED] = "whitened",
};

enum { METHODS = (int)(sizeof names / sizeof *names) };

iso_err iso_map_method_find(iso_map_method *out, const char *name)
{
    for (int i = 0; i < METHODS; i++) {
        if (iso_str_same(name, names[i])) {
            *out = (iso_map_method)i;
            return ISO_OK;
        }
    }
    const char *near = iso_str_nearest(name, names, METHODS);
    if (near)
        return iso_fail(ISO_EARG, "unknown method '%s'; did you mean '%s'?", name, near);
    return iso_fail(ISO_EARG,
                    "unknown method '%s'; there are orthogonal, rotation, scaled, ridge, "
                    "least-squares, whitened",
                    name);
}

const char *iso_map_method_name(iso_map_method m)
{
    return names[m];
}

void iso_map_free(iso_map *map)
{
    if (!map)
        return;
    iso_mat_free(&map->w);
    iso_free(map->from);
    iso_free(map->to);
    *map = (iso_map){0};
}

/* Maps the rows of a block, which is in double and ours. */
static iso_err apply_block(iso_mat *to, iso_mat *block, const iso_map *map)
{
    double *x = block->data, *y = to->data;
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < block->rows; i++)
        for (int64_t j = 0; j < block->cols; j++)
            x[i * block->cols + j] -= map->from[j];
    ISO_TRY(iso_mul_nn(to, iso_mat_view(block), iso_mat_view(&map->w), 0));
    for (int64_t i = 0; i < to->rows; i++)
        for (int64_t j = 0; j < to->cols; j++)
            y[i * to->cols + j] += map->to[j];
done:
    return err;
}

iso_err iso_map_apply(iso_mat *out, const iso_map *map, iso_view x)
{
    const int64_t p = map->w.rows, q = map->w.cols;
    iso_mat block = {0}, mapped = {0};
    iso_err err = ISO_OK;

    ISO_NEED(x.cols == p, "rows to map have %lld columns, the map takes %lld", (long long)x.cols,
             (long long)p);
    ISO_NEED(out->rows == x.rows && out->cols == q, "result is %lld x %lld, not %lld x %lld",
             (long long)out->rows, (long long)out->cols, (long long)x.rows, (long long)q);
    ISO_NEED((x.dtype == ISO_F32 || x.dtype == ISO_F64) &&
                 (out->dtype == ISO_F32 || out->dtype == ISO_F64),
             "rows of %s cannot be mapped to rows of %s", iso_dtype_name(x.dtype),
             iso_dtype_name(out->dtype));
    ISO_TRY(iso_mat_new(&block, BLOCK, p, ISO_F64));
    ISO_TRY(iso_mat_new(&mapped, BLOCK, q, ISO_F64));
    for (int64_t i = 0; i < x.rows; i += BLOCK) {
        block.rows = mapped.rows = x.rows - i < BLOCK ? x.rows - i : BLOCK;
        iso_convert_f64(block.data, p, iso_view_rows(x, i, block.rows));
        ISO_TRY(apply_block(&mapped, &block, map));
        char *to = (char *)out->data + (size_t)(i * out->stride) * iso_dtype_size(out->dtype);
        iso_convert(to, out->stride, out->dtype, iso_mat_view(&mapped));
    }
done:
    iso_mat_free(&mapped);
    iso_mat_free(&block);
    return err;
}
