/* What the file calls the model. */
#include <stdlib.h>
#include <string.h>

#include "bin/embed.h"

/* In a hub's cache a folder is called by a hash: .../models--OWNER--NAME/snapshots/HASH. Returns
 * where OWNER begins, or NULL; cuts the path behind NAME. */
static const char *cached_name(char *path)
{
    char *cut = strstr(path, "/snapshots/"), *owner = NULL;

    for (char *c = path; cut && c < cut; c++) {
        if (strncmp(c, "/models--", 9) == 0)
            owner = c + 9;
    }
    if (!owner || strchr(cut + 11, '/') || memchr(owner, '/', (size_t)(cut - owner)))
        return NULL;
    *cut = '\0';
    return owner;
}

/* OWNER--NAME, or NAME alone, as the hub writes it. */
static iso_err add_cached(iso_buf *to, const char *name)
{
    const char *owner_end = strstr(name, "--");
    iso_err err = ISO_OK;

    if (!owner_end)
        return iso_buf_puts(to, name);
    ISO_TRY(iso_buf_add(to, name, owner_end - name));
    ISO_TRY(iso_buf_printf(to, "/%s", owner_end + 2));
done:
    return err;
}

/* The folder's own name, also for "." and a path that ends in slashes. */
iso_err embed_name_model(struct embed *e)
{
    char *path = realpath(e->set->model, NULL);
    const char *cached = path ? cached_name(path) : NULL;
    const char *name = path ? strrchr(path, '/') : NULL;
    iso_buf text = {0};
    iso_err err = ISO_OK;

    ISO_TRY(cached ? add_cached(&text, cached)
                   : iso_buf_puts(&text, name && name[1] ? name + 1 : e->set->model));
    if (e->set->random_weights)
        ISO_TRY(iso_buf_printf(&text, " (random weights, seed %s)", e->set->random_weights));
    e->model = text.text;
    text = (iso_buf){0};
done:
    free(path);
    iso_buf_free(&text);
    return err;
}
