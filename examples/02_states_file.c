/* Lesson 2: what is in a file of hidden states?
 *
 *     ./states_file states.h5
 *     ./states_file en=english.npy de=german.npy
 *
 * Walks the languages and layers of a collection and reads a little of each: the length of the
 * first row. Files of any known layout look the same from here.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <isogloss/kernels.h>

/* Sources keep the type of the file; f16 and bf16 become f32 when we ask for it. */
static iso_err first_row_length(double *length, iso_rows *rows)
{
    float *row = NULL;
    double sum = 0;
    iso_view v;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&row, rows->cols, sizeof *row));
    ISO_TRY(iso_rows_read(rows, 0, 1, &v));
    iso_convert_f32(row, rows->cols, v);
    for (int64_t j = 0; j < rows->cols; j++)
        sum += (double)row[j] * (double)row[j];
    *length = sqrt(sum);
done:
    iso_free(row);
    return err;
}

static iso_err show_layer(iso_states *states, int lang, int layer)
{
    iso_rows *rows = NULL;
    double length = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_states_rows(&rows, states, lang, layer));
    if (rows->rows > 0)
        ISO_TRY(first_row_length(&length, rows));
    printf("  layer %2d: %d x %d %s, first row has length %.3f\n", layer, (int)rows->rows,
           (int)rows->cols, iso_dtype_name(rows->dtype), length);
done:
    iso_rows_close(rows);
    return err;
}

static iso_err show(const char *const *inputs, int count)
{
    const iso_states_opt opt = {.canonical = iso_lang_canonical};
    iso_states *states = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_states_open(&states, inputs, count, &opt));
    for (int l = 0; l < iso_states_langs(states); l++) {
        const iso_lang *lang = iso_states_lang(states, l);
        printf("%s: %d items%s%s\n", lang->name, (int)lang->items, lang->text ? ", such as " : "",
               lang->text && lang->items > 0 ? lang->text[0] : "");
        for (int k = 0; k < lang->layer_count; k++)
            ISO_TRY(show_layer(states, l, lang->layers[k]));
    }
done:
    iso_states_close(states);
    return err;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: %s INPUT...\n", argv[0]);
        return 2;
    }
    if (show((const char *const *)argv + 1, argc - 1)) {
        fprintf(stderr, "%s: %s\n", argv[0], iso_err_msg());
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
