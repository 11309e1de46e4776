/* Lesson 7: what to train on.
 *
 *     ./select states.h5 sw
 *
 * Of all pairs of four languages the best three to learn from, for the language named, by each
 * predictor. Nothing was trained: examples/sources.md tells how far predictors can be trusted.
 */
#include <stdio.h>
#include <stdlib.h>

#include <isogloss.h>

int main(int argc, char **argv)
{
    const iso_column *measure = iso_column_named("measure"), *how = iso_column_named("estimator"),
                     *set = iso_column_named("subset"), *value = iso_column_named("value"),
                     *place = iso_column_named("place"), *family = iso_column_named("family");
    iso_states *states = NULL;
    iso_records records = {0};
    iso_select_opt opt;
    iso_err err = ISO_OK;

    ISO_NEED(argc == 3, "say which states, and which language");
    ISO_TRY(iso_states_open(&states, (const char *const *)argv + 1, 1, NULL));
    iso_select_opt_init(&opt, sizeof opt);
    opt.src = "en,de,fr,zh";
    opt.tgt = argv[2];
    opt.k = 2;
    opt.top = 3;
    ISO_TRY(iso_select(&records, states, NULL, &opt, NULL));
    for (int64_t i = 0; i < iso_records_count(&records); i++) {
        const iso_record *r = iso_records_at(&records, i);
        printf("%s:%-8s %d of %d  %-6s %.4f\n", iso_record_text(r, measure),
               iso_record_text(r, how), (int)iso_record_int(r, place),
               (int)iso_record_int(r, family), iso_record_text(r, set), iso_record_real(r, value));
    }
done:
    if (err)
        fprintf(stderr, "%s: %s\n", argv[0], iso_err_msg());
    iso_records_free(&records);
    iso_states_close(states);
    return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
