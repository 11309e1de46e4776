/* Lesson 5: a whole study of arrays in memory.
 *
 *     ./align 768 english.f32 german.f32
 *
 * The files hold float32 numbers, 768 a row; row i of both is the same sentence. A linear map is
 * fitted on four fifths of the sentences and judged on the others, each fifth in turn: are English
 * rows found by their German ones more often behind the map? Records go out as they come, a column
 * each, separated by tabs.
 */
#include <stdio.h>
#include <stdlib.h>

#include <isogloss.h>

enum { MOST = 1 << 24 };

static void print(const iso_record *r, const iso_column *column)
{
    if (iso_record_has(r, column) && column->kind == ISO_COLUMN_TEXT)
        printf("%s", iso_record_text(r, column));
    else if (iso_record_has(r, column) && column->kind == ISO_COLUMN_INT)
        printf("%lld", (long long)iso_record_int(r, column));
    else if (iso_record_has(r, column))
        printf("%.13g", iso_record_real(r, column));
}

int main(int argc, char **argv)
{
    static float numbers[2][MOST];
    const int dims = argc > 1 ? atoi(argv[1]) : 0;
    iso_states *states = NULL;
    iso_records records = {0};
    iso_align_opt opt;
    iso_err err = ISO_OK;

    ISO_NEED(argc == 4 && dims > 0, "say how long a row is, and two files of float32 numbers");
    ISO_TRY(iso_states_new(&states, NULL));
    for (int l = 0; l < 2; l++) {
        FILE *file = fopen(argv[2 + l], "rb");
        ISO_NEED(file, "%s: cannot be opened", argv[2 + l]);
        const size_t count = fread(numbers[l], sizeof *numbers[l], MOST, file);
        fclose(file);
        ISO_NEED(count < MOST && count % (size_t)dims == 0, "%s: has %zu numbers", argv[2 + l],
                 count);
        ISO_TRY(iso_states_put(states, l ? "de" : "en", 0, /* the layer, as these have one each */
                               iso_view_f32(numbers[l], (int64_t)count / dims, dims)));
    }

    iso_align_opt_init(&opt, sizeof opt);
    opt.measure = "p@1,p@1:csls,mrr,cka";
    ISO_TRY(iso_align(&records, states, &opt, NULL));
    for (int64_t i = -1; i < iso_records_count(&records); i++) {
        for (int c = 0; c < iso_column_count(); c++) {
            printf("%s", c ? "\t" : "");
            i < 0 ? (void)printf("%s", iso_column_at(c)->name)
                  : print(iso_records_at(&records, i), iso_column_at(c));
        }
        printf("\n");
    }
done:
    if (err)
        fprintf(stderr, "%s: %s\n", argv[0], iso_err_msg());
    iso_records_free(&records);
    iso_states_close(states);
    return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
