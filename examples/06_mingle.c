/* Lesson 6: all languages at once, and what would be found by chance.
 *
 *     ./mingle states.h5
 *
 * At every layer: are the neighbours of a row of other languages? 1 is what shuffled languages
 * give, and p how often 99 shuffles are as far from it.
 */
#include <stdio.h>
#include <stdlib.h>

#include <isogloss.h>

int main(int argc, char **argv)
{
    const iso_column *layer = iso_column_named("src_layer"), *value = iso_column_named("value"),
                     *lo = iso_column_named("lo"), *hi = iso_column_named("hi"),
                     *chance = iso_column_named("null"), *p = iso_column_named("p");
    iso_states *states = NULL;
    iso_records records = {0};
    iso_mingle_opt opt;
    iso_err err = ISO_OK;

    ISO_TRY(iso_states_open(&states, (const char *const *)argv + 1, argc - 1, NULL));
    iso_mingle_opt_init(&opt, sizeof opt);
    opt.measure = "mingle:ratio";
    ISO_TRY(iso_mingle(&records, states, &opt, NULL));
    for (int64_t i = 0; i < iso_records_count(&records); i++) {
        const iso_record *r = iso_records_at(&records, i);
        printf("layer %2d  %.3f [%.3f, %.3f]  by chance %.3f, p %.2f\n",
               (int)iso_record_int(r, layer), iso_record_real(r, value), iso_record_real(r, lo),
               iso_record_real(r, hi), iso_record_real(r, chance), iso_record_real(r, p));
    }
done:
    if (err)
        fprintf(stderr, "%s: %s\n", argv[0], iso_err_msg());
    iso_records_free(&records);
    iso_states_close(states);
    return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
