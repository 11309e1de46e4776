/* Lesson 3: many pairs, several measures, one reading.
 *
 *     ./layers_and_languages states.h5
 *
 * At every layer, the first language with each other one: CKA, paired cosine and the distance of
 * centroids. The plan says what it will cost before anything is read.
 */
#include <stdio.h>
#include <stdlib.h>

#include <isogloss.h>

int main(int argc, char **argv)
{
    const iso_compare_opt opt = {.size = sizeof opt, .measure = "cka,cosine:raw,centroid"};
    const iso_run run = {.mem = 512 << 20};
    const iso_column *layer = iso_column_named("src_layer"), *tgt = iso_column_named("tgt"),
                     *measure = iso_column_named("measure"), *how = iso_column_named("estimator"),
                     *value = iso_column_named("value"), *lo = iso_column_named("lo"),
                     *hi = iso_column_named("hi");
    iso_states *states = NULL;
    iso_facts plan = {0};
    iso_records records = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_states_open(&states, (const char *const *)argv + 1, argc - 1, NULL));
    ISO_TRY(iso_compare_plan(&plan, states, &opt, &run));
    for (const iso_plan_fact *f = plan.at; f < plan.at + plan.count; f++)
        f->text ? printf("%s %s\n", f->name, f->text) : printf("%s %.0f\n", f->name, f->number);

    ISO_TRY(iso_compare(&records, states, &opt, &run));
    for (int64_t i = 0; i < iso_records_count(&records); i++) { /* what is absent is NaN */
        const iso_record *r = iso_records_at(&records, i);
        printf("layer %2d  %-6s %s:%-14s %8.4f  [%.4f, %.4f]\n", (int)iso_record_int(r, layer),
               iso_record_text(r, tgt), iso_record_text(r, measure), iso_record_text(r, how),
               iso_record_real(r, value), iso_record_real(r, lo), iso_record_real(r, hi));
    }
done:
    if (err)
        fprintf(stderr, "%s: %s\n", argv[0], iso_err_msg());
    iso_records_free(&records);
    iso_facts_free(&plan);
    iso_states_close(states);
    return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
