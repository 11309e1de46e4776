/* The library in a program of its own, as short as a user would write it, for alone.sh.
 *
 *     alone compare|retrieve STATES.h5
 *     alone embed MODEL LANG=TEXT OUT.h5 */
#include <stdio.h>
#include <string.h>

#include <isogloss.h>

static iso_err embed(char **argv)
{
    iso_embed_opt opt;

    iso_embed_opt_init(&opt, sizeof opt);
    opt.model.folder = argv[2];
    opt.path = argv[4];
    iso_texts *texts = NULL;
    iso_err err = iso_texts_open(&texts, (const char *const *)&argv[3], 1, &opt.texts, NULL);
    if (!err)
        err = iso_embed(NULL, NULL, texts, &opt, NULL);
    iso_texts_close(texts);
    return err;
}

static iso_err study(char **argv)
{
    iso_records records = {0};
    iso_states *states = NULL;
    iso_compare_opt compare;
    iso_retrieve_opt retrieve;
    iso_err err = iso_states_open(&states, (const char *const *)&argv[2], 1, NULL);

    iso_compare_opt_init(&compare, sizeof compare);
    compare.select.across = true;
    iso_retrieve_opt_init(&retrieve, sizeof retrieve);
    retrieve.measure = "p@10:cosine,p@10:csls";
    if (!err)
        err = strcmp(argv[1], "compare") == 0 ? iso_compare(&records, states, &compare, NULL)
                                              : iso_retrieve(&records, states, &retrieve, NULL);
    printf("%lld records\n", (long long)iso_records_count(&records));
    iso_records_free(&records);
    iso_states_close(states);
    return err;
}

int main(int argc, char **argv)
{
    const iso_err err = argc == 5 ? embed(argv) : argc == 3 ? study(argv) : ISO_EARG;

    if (err)
        fprintf(stderr, "alone: %s\n", iso_err_msg());
    return err ? 1 : 0;
}
