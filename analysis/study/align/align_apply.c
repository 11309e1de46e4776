/* Saved maps at work: the source's states in the target's space, as a file. */
#include "analysis/study/align/align_inside.h"
#include "analysis/study/items/pad.h"
#include "analysis/study/items/selection.h"
#include "lib/base/alloc.h"
#include "lib/io/map_file.h"
#include "lib/io/native_write.h"
#include "lib/linalg/blas.h"
#include "lib/linalg/convert.h"

/* One application. */
struct apply {
    const struct align_ask *ask;
    iso_states *from;
    iso_maps *maps;
    iso_native *to;
    struct selection sel;
    iso_prep prep; /* as the maps were fitted */
    struct language_spans spans;
    int src, tgt;
    int *matrix[2]; /* by layer: of the source, of the target */
};

static const iso_lang *lang(const struct apply *a, int side)
{
    return iso_states_lang(a->from, side ? a->tgt : a->src);
}

/* One pair, and the layers it has maps for where --layers does not say. */
static iso_err choose(struct apply *a)
{
    const iso_align_opt *o = &a->ask->opt;
    int kept = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_selection_make(&a->sel, &o->select, a->from, false));
    if (a->sel.pair_count != 1)
        ISO_FAIL(
            ISO_EARG,
            ISO_FIELD(apply) " maps one language to one other, %d pairs are chosen: " ISO_FIELD(
                tgt) " "
                     "chooses",
            a->sel.pair_count);
    a->src = a->sel.pair[0][0];
    a->tgt = a->sel.pair[0][1];
    if (iso_maps_nameless(a->maps) && a->sel.layer_count > 1)
        ISO_FAIL(ISO_EARG,
                 "%s: is one map without a name, %d layers are chosen: " ISO_FIELD(layers),
                 o->apply, a->sel.layer_count);
    for (int i = 0; i < a->sel.layer_count && !o->select.layers; i++) {
        const int layer = a->sel.layer[i];
        if (iso_maps_has(a->maps, lang(a, 0)->name, lang(a, 1)->name, layer))
            a->sel.layer[kept++] = layer;
    }
    a->sel.layer_count = o->select.layers || kept == 0 ? a->sel.layer_count : kept;
done:
    return err;
}

/* Whether rows of so many columns are, or may be made, as wide as the map. */
static bool fits(const struct apply *a, int64_t width, int64_t cols)
{
    return width == cols || (a->ask->opt.pad && width > cols);
}

/* The map of a layer, and whether it is for these states. */
static iso_err find_map(iso_map *out, const struct apply *a, int layer, int64_t cols)
{
    iso_saved_map saved;
    iso_err err = ISO_OK;

    ISO_TRY(iso_maps_read(&saved, a->maps, lang(a, 0)->name, lang(a, 1)->name, layer));
    if (!fits(a, saved.w.rows, cols))
        ISO_FAIL(ISO_EARG, "%s: maps %lld dims, layer %d of %s has %lld%s", a->ask->opt.apply,
                 (long long)saved.w.rows, layer, lang(a, 0)->name, (long long)cols,
                 saved.w.rows > cols ? ": " ISO_FIELD(pad) " adds columns of zeros" : "");
    *out = (iso_map){.w = {(void *)(uintptr_t)saved.w.data, saved.w.rows, saved.w.cols,
                           saved.w.stride, ISO_F64, NULL},
                     .from = (double *)(uintptr_t)saved.from,
                     .to = (double *)(uintptr_t)saved.to};
done:
    return err;
}

static iso_err check_pair(const struct apply *a, int layer, int64_t mapped, int64_t cols)
{
    return fits(a, mapped, cols)
               ? ISO_OK
               : iso_fail(ISO_EARG, "%s: maps to %lld dims, layer %d of %s has %lld%s",
                          a->ask->opt.apply, (long long)mapped, layer, lang(a, 1)->name,
                          (long long)cols,
                          mapped > cols ? ": " ISO_FIELD(pad) " adds columns of zeros" : "");
}

/* The file is laid out whole: what is announced is the width that the maps give. */
static iso_err announce(struct apply *a)
{
    int64_t rows[2], cols[2];
    iso_dtype type;
    iso_map map;
    iso_err err = ISO_OK;

    for (int side = 0; side < 2; side++) {
        ISO_TRY(iso_native_lang(a->to, lang(a, side)));
        ISO_TRY(iso_alloc(&a->matrix[side], a->sel.layer_count, sizeof(int)));
    }
    for (int i = 0; i < a->sel.layer_count; i++) {
        const int layer = a->sel.layer[i];
        for (int side = 0; side < 2; side++)
            ISO_TRY(iso_states_shape(&rows[side], &cols[side], &type, a->from,
                                     side ? a->tgt : a->src, layer));
        ISO_TRY(find_map(&map, a, layer, cols[0]));
        ISO_TRY(check_pair(a, layer, map.w.cols, cols[1]));
        for (int side = 0; side < 2; side++)
            ISO_TRY(iso_native_matrix(&a->matrix[side][i], a->to, lang(a, side)->name, layer,
                                      rows[side], map.w.cols, ISO_F32));
    }
done:
    return err;
}

/* A whole matrix in memory as f32, prepared as the maps' rows were. */
static iso_err load(iso_mat *out, struct apply *a, int side, int layer, int64_t width)
{
    const struct language_span *span;
    iso_rows *rows = NULL;
    iso_mat m = {0};
    iso_view v;
    int64_t odd;
    iso_err err = ISO_OK;

    ISO_TRY(iso_states_rows(&rows, a->from, side ? a->tgt : a->src, layer));
    if (2 * rows->rows * rows->cols * (int64_t)sizeof(float) > iso_run_mem(a->ask->run))
        ISO_FAIL(ISO_EARG,
                 "%s: %lld rows of %lld dims, mapped, do not fit " ISO_FIELD(mem) " %lld MB",
                 iso_rows_name(rows), (long long)rows->rows, (long long)rows->cols,
                 (long long)(iso_run_mem(a->ask->run) >> 20));
    ISO_TRY(iso_mat_new(&m, rows->rows, rows->cols, ISO_F32));
    for (int64_t at = 0, n; at < rows->rows; at += n) {
        n = rows->rows - at < 1024 ? rows->rows - at : 1024;
        ISO_TRY(iso_rows_read(rows, at, n, &v));
        if (!iso_view_finite(&odd, v))
            ISO_FAIL(ISO_EFORMAT, "%s: row %lld holds NaN or infinity", iso_rows_name(rows),
                     (long long)(at + odd));
        iso_convert_f32((float *)m.data + at * m.stride, m.stride, v);
    }
    ISO_TRY(iso_language_span(&span, &a->spans, &a->prep, a->from, layer, a->ask->run));
    ISO_TRY(iso_prep_apply(&m, &a->prep, &span->span));
    ISO_TRY(iso_pad_widen(&m, width));
    *out = m;
    m = (iso_mat){0};
done:
    iso_mat_free(&m);
    iso_rows_close(rows);
    return err;
}

static iso_err map_layer(struct apply *a, int i)
{
    const int layer = a->sel.layer[i];
    iso_mat x = {0}, y = {0}, mapped = {0};
    double *zeros = NULL;
    int64_t rows, cols;
    iso_dtype type;
    iso_map map;
    iso_err err = ISO_OK;

    ISO_TRY(iso_states_shape(&rows, &cols, &type, a->from, a->src, layer));
    ISO_TRY(find_map(&map, a, layer, cols));
    ISO_TRY(load(&x, a, 0, layer, map.w.rows));
    ISO_TRY(iso_alloc(&zeros, x.cols > map.w.cols ? x.cols : map.w.cols, sizeof *zeros));
    map.from = map.from ? map.from : zeros;
    map.to = map.to ? map.to : zeros;
    ISO_TRY(iso_mat_new(&mapped, x.rows, map.w.cols, ISO_F32));
    ISO_TRY(iso_map_apply(&mapped, &map, iso_mat_view(&x)));
    ISO_TRY(iso_native_put(a->to, a->matrix[0][i], 0, iso_mat_view(&mapped)));
    iso_mat_free(&x);
    iso_mat_free(&mapped);
    ISO_TRY(load(&y, a, 1, layer, map.w.cols));
    ISO_TRY(iso_native_put(a->to, a->matrix[1][i], 0, iso_mat_view(&y)));
done:
    iso_mat_free(&x);
    iso_mat_free(&y);
    iso_mat_free(&mapped);
    iso_free(zeros);
    return err;
}

static iso_err apply(struct apply *a, const char *path)
{
    const char *maps = a->ask->opt.apply;
    iso_states_info about = *iso_states_about(a->from);
    iso_err err = ISO_OK;

    ISO_NEED(maps, ISO_FIELD(apply) " names the file of the maps");
    ISO_TRY(iso_maps_open(&a->maps, maps));
    err = iso_prep_parse(&a->prep, iso_maps_about(a->maps)->prep);
    if (err) {
        err = iso_fail_in(ISO_EFORMAT, "%s", maps);
        goto done;
    }
    ISO_TRY(choose(a));
    about.source = lang(a, 0)->name;
    ISO_TRY(iso_native_new(&a->to, path, &about));
    ISO_TRY(announce(a));
    for (int i = 0; i < a->sel.layer_count; i++) {
        ISO_TRY(iso_run_step(a->ask->run, "mapping", i, a->sel.layer_count, "layers"));
        ISO_TRY(map_layer(a, i));
    }
    err = iso_native_commit(a->to);
    a->to = NULL;
    if (!err)
        iso_run_note(a->ask->run, "%s is now in the space of %s; both are in %s", lang(a, 0)->name,
                     lang(a, 1)->name, path);
done:
    return err;
}

iso_err iso_align_apply(const char *path, iso_states *states, const iso_align_opt *opt,
                        const iso_run *run)
{
    const iso_threads threads = iso_blas_enter(run);
    struct align_ask ask;
    struct apply a = {.ask = &ask, .from = states};
    iso_err err = iso_align_ask_make(&ask, opt, run);

    if (!err)
        err = apply(&a, path);
    iso_native_discard(a.to);
    iso_maps_close(a.maps);
    iso_language_spans_free(&a.spans);
    iso_selection_free(&a.sel);
    iso_free(a.matrix[0]);
    iso_free(a.matrix[1]);
    iso_align_ask_free(&ask);
    iso_blas_leave(threads);
    return err;
}
