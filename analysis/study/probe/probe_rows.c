/* The examples of one layer: read, prepared, and put together where sentences come in pairs. */
#include <math.h>
#include <string.h>

#include "analysis/study/items/load.h"
#include "analysis/study/probe/probe_inside.h"
#include "lib/base/alloc.h"

static iso_err read_plain(iso_mat *out, iso_states *states, int lang, int layer,
                          const iso_prep *prep)
{
    iso_rows *rows = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_states_rows(&rows, states, lang, layer));
    ISO_TRY(iso_load_rows(out, rows, prep));
done:
    iso_rows_close(rows);
    return err;
}

/* [u; v; |u − v|; u · v] of each row. */
static void put_pairs(iso_mat *out, const iso_mat *u, const iso_mat *v)
{
    const int64_t d = u->cols;

    for (int64_t i = 0; i < u->rows; i++) {
        const float *a = (const float *)u->data + i * u->stride;
        const float *b = (const float *)v->data + i * v->stride;
        float *to = (float *)out->data + i * out->stride;
        for (int64_t j = 0; j < d; j++) {
            to[j] = a[j];
            to[d + j] = b[j];
            to[2 * d + j] = fabsf(a[j] - b[j]);
            to[3 * d + j] = a[j] * b[j];
        }
    }
}

/* Row i of both must be of one pair. */
static iso_err check_pairs(const struct probe_set *set, const struct probe_lang *l)
{
    const iso_lang *u = l->lang, *v = iso_states_lang(set->second, l->number2);

    if (u->rows != v->rows)
        return iso_fail(ISO_EARG, "%s: %s has %lld second sentences, %s has %lld first ones",
                        v->path, v->name, (long long)v->rows, u->path, (long long)u->rows);
    for (int64_t i = 0; u->ids && v->ids && i < u->items; i++) {
        if (strcmp(u->ids[i], v->ids[i]) != 0)
            return iso_fail(ISO_EARG, "%s: %s, item %lld is '%s', the first sentence of %s is '%s'",
                            v->path, v->name, (long long)i, v->ids[i], u->path, u->ids[i]);
    }
    return ISO_OK;
}

static iso_err read_pairs(iso_mat *out, const struct probe_set *set, const struct probe_lang *l,
                          int layer, const iso_prep *prep)
{
    iso_mat u = {0}, v = {0}, x = {0};
    iso_err err = ISO_OK;

    ISO_TRY(check_pairs(set, l));
    ISO_TRY(read_plain(&u, set->states, l->number, layer, prep));
    ISO_TRY(read_plain(&v, set->second, l->number2, layer, prep));
    ISO_NEED(u.cols == v.cols, "%s: %s, layer %d of second sentences has %lld dims, of first %lld",
             iso_states_name(set->second), l->lang->name, layer, (long long)v.cols,
             (long long)u.cols);
    ISO_TRY(iso_mat_new(&x, u.rows, 4 * u.cols, ISO_F32));
    put_pairs(&x, &u, &v);
    *out = x;
    x = (iso_mat){0};
done:
    iso_mat_free(&u);
    iso_mat_free(&v);
    iso_mat_free(&x);
    return err;
}

iso_err iso_probe_dim(int64_t *out, const struct probe_set *set, int layer)
{
    int64_t rows, cols, first = 0;
    iso_dtype type;
    iso_err err = ISO_OK;

    for (int l = 0; l < set->langs; l++) {
        ISO_TRY(iso_states_shape(&rows, &cols, &type, set->states, set->lang[l].number, layer));
        first = l ? first : cols;
        ISO_NEED(cols == first, "%s: layer %d of %s has %lld dims, of %s %lld",
                 set->lang[l].lang->path, layer, set->lang[l].lang->name, (long long)cols,
                 set->lang[0].lang->name, (long long)first);
    }
    *out = set->second ? 4 * first : first;
done:
    return err;
}

iso_err iso_probe_layer_read(struct probe_layer *l, const struct probe_set *set,
                             const struct probe_ask *ask)
{
    iso_err err = ISO_OK;

    for (int i = 0; i < set->langs; i++) {
        const struct probe_lang *lang = &set->lang[i];
        ISO_TRY(set->second
                    ? read_pairs(&l->x[i], set, lang, l->layer, &ask->prep)
                    : read_plain(&l->x[i], set->states, lang->number, l->layer, &ask->prep));
    }
done:
    return err;
}
