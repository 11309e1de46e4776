/* Token rows in HDF5, padded, beside their attention masks. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/hook_name.h"
#include "lib/io/mask_h5.h"
#include "lib/io/matrix_h5_inside.h"

iso_err iso_matrix_h5_mask(struct matrices *m, const char *path)
{
    iso_token_mask mask = {0};
    bool is = false;
    iso_err err = ISO_OK;

    ISO_TRY(iso_mask_of_h5(&mask, &is, m->file, m->h5, path));
    if (is) {
        ISO_TRY(iso_realloc(&m->masks, m->mask_count, m->mask_count + 1, sizeof *m->masks));
        m->masks[m->mask_count++] = mask;
        mask = (iso_token_mask){0};
    }
done:
    iso_mask_free(&mask);
    return err;
}

/* Token rows beside a mask of their shape: *taken. */
iso_err iso_matrix_h5_tokens(bool *taken, struct matrices *m, const char *path,
                             const iso_h5_data *data)
{
    const iso_h5_info *f = iso_h5_about(data);
    iso_array a = {.rank = f->rank};
    const iso_token_mask *near = NULL;
    iso_err err = ISO_OK;

    *taken = false;
    for (int i = 0; i < f->rank && i < ISO_H5_RANK; i++)
        a.shape[i] = f->dims[i];
    for (int i = 0; i < m->mask_count && !*taken && f->type == ISO_H5_FLOAT; i++) {
        if (f->rank == 3 && a.shape[0] == m->masks[i].items)
            near = &m->masks[i];
        if (!iso_mask_fits(&m->masks[i], &a))
            continue;
        const int64_t layers = iso_token_layers(&m->masks[i], &a, m->asked);
        const int axis = iso_token_layer_axis(&m->masks[i], &a, m->asked);
        if (axis > 1)
            ISO_FAIL(ISO_EFORMAT,
                     "%s: %s has its layers behind its tokens; save [layers, sentences, tokens, "
                     "dims]",
                     m->file->path, path);
        if (layers > LAYERS_AT_MOST)
            ISO_FAIL(ISO_EFORMAT, "%s: %s would have %" PRId64 " layers", m->file->path, path,
                     layers);
        for (int64_t l = 0; l < layers; l++) {
            ISO_TRY(iso_matrix_h5_part(m, path, data, axis, l));
            m->parts[m->count - 1].shape = a;
        }
        *taken = true;
    }
    if (!*taken && near && m->asked == ISO_AXES_OPEN)
        ISO_FAIL(ISO_EFORMAT,
                 "%s: %s: has %" PRId64 " sentences of %" PRId64 " tokens, its mask (%s) %" PRId64
                 " of %" PRId64,
                 m->file->path, path, a.shape[0], a.shape[1], near->name, near->items,
                 near->length);
done:
    return err;
}

/* Token rows are those that the mask of their language keeps. */
iso_err iso_matrix_h5_masked(struct matrices *m, iso_entry *e, struct part *p,
                             const char *(*canonical)(const char *code))
{
    const iso_token_mask *mask =
        iso_mask_of(m->masks, m->mask_count, &p->shape, e->lang, canonical);

    if (!mask)
        return iso_fail(ISO_EFORMAT, "%s: \"%s\" has no attention mask of its language",
                        m->file->path, p->path);
    p->mask = mask;
    e->rows = mask->rows;
    e->cols = p->cols / mask->length;
    for (int i = 0; i < m->base.lang_count; i++) {
        if (iso_str_same(m->langs[i].name, e->lang))
            return ISO_OK;
    }
    m->langs[m->base.lang_count++] = (iso_lang){
        .name = e->lang, .items = mask->items, .rows = mask->rows, .offsets = mask->offsets};
    return ISO_OK;
}

/* What block 0 puts out is layer 1. */
void iso_matrix_h5_tell(struct matrices *m)
{
    size_t used = strlen(m->read_as);
    const iso_token_mask *mask = NULL;
    bool hooks = false;

    for (int i = 0; i < m->count; i++)
        mask = m->parts[i].mask && !mask ? m->parts[i].mask : mask;
    for (int i = 0; i < m->name_count; i++)
        hooks = hooks || m->says[i].hook;
    if (hooks)
        iso_hook_tell(m->read_as + used, sizeof m->read_as - used, m->aside.count, m->aside.first);
    used = strlen(m->read_as);
    if (mask)
        (void)snprintf(m->read_as + used, sizeof m->read_as - used,
                       "%s%s keeps %" PRId64 " of %" PRId64 " x %" PRId64 " tokens",
                       used ? "; " : "", mask->name, mask->rows, mask->items, mask->length);
}
