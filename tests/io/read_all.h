/* Every row of an INPUT word, as a study would read it. */
#ifndef ISO_TESTS_IO_READ_ALL_H
#define ISO_TESTS_IO_READ_ALL_H

#include "lib/io/states.h"

/* Opens it and reads all layers of all languages. */
static inline iso_err read_all(const char *path, const iso_states_opt *opt)
{
    iso_states *s = NULL;
    iso_rows *rows = NULL;
    iso_view v;
    iso_err err = ISO_OK;

    ISO_TRY(iso_states_open(&s, &path, 1, opt));
    for (int i = 0; i < iso_states_langs(s); i++) {
        const iso_lang *lang = iso_states_lang(s, i);
        for (int k = 0; k < lang->layer_count; k++) {
            ISO_TRY(iso_states_rows(&rows, s, i, lang->layers[k]));
            ISO_TRY(iso_rows_read(rows, 0, rows->rows, &v));
            iso_rows_close(rows);
            rows = NULL;
        }
    }
done:
    iso_rows_close(rows);
    iso_states_close(s);
    return err;
}

#endif
