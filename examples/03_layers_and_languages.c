/* Lesson 3: many pairs, several measures, one reading.
 *
 *     ./layers_and_languages states.h5
 *
 * At every layer, the first language with each other one: CKA, paired cosine and the distance of
 * centroids. The plan says what it will cost before anything is read.
 */
#include <stdio.h>
#include <stdlib.h>

#include <isogloss/kernels.h>

enum { MOST = 1024, MEASURES = 16 };

/* Every language at every layer is one matrix; `peers` says which share a mean of centroids. */
struct work {
    iso_rows *matrix[MOST];
    int peers[MOST], matrices;
    iso_gram_pair pair[MOST];
    const char *tgt[MOST];
    int layer[MOST], pairs;
    const iso_measure *measure[MEASURES];
    int measures;
};

static iso_err open_matrix(struct work *w, iso_states *states, int lang, int layer)
{
    iso_err err = ISO_OK;

    ISO_NEED(w->matrices < MOST, "more than %d matrices", MOST);
    ISO_TRY(iso_states_rows(&w->matrix[w->matrices], states, lang, layer));
    w->peers[w->matrices++] = layer;
done:
    return err;
}

/* This course wants parallel rows: item i is the same sentence in every language. */
static iso_err collect(struct work *w, iso_states *states)
{
    const iso_lang *source = iso_states_lang(states, 0);
    iso_err err = ISO_OK;

    for (int k = 0; k < source->layer_count; k++) {
        const int layer = source->layers[k], first = w->matrices;
        for (int l = 0; l < iso_states_langs(states); l++) {
            ISO_TRY(open_matrix(w, states, l, layer));
            if (l == 0)
                continue;
            w->pair[w->pairs] = (iso_gram_pair){first, w->matrices - 1};
            w->tgt[w->pairs] = iso_states_lang(states, l)->name;
            w->layer[w->pairs++] = layer;
        }
    }
    ISO_NEED(w->pairs > 0, "one language alone cannot be compared");
done:
    return err;
}

static void print_values(const struct work *w, const iso_value *values)
{
    for (int i = 0; i < w->pairs; i++)
        for (int m = 0; m < w->measures; m++) {
            const iso_value *v = &values[i * w->measures + m];
            printf("layer %2d  %-6s %s:%-14s ", w->layer[i], w->tgt[i], w->measure[m]->measure,
                   w->measure[m]->estimator);
            if (v->interval)
                printf("%8.4f  [%.4f, %.4f]\n", v->value, v->lo, v->hi);
            else if (v->value == v->value) /* not NAN: defined */
                printf("%8.4f  %s\n", v->value, v->why ? v->why : "");
            else
                printf("undefined: %s\n", v->why);
        }
}

static iso_err measure_all(struct work *w, const char *const *inputs, int count)
{
    const iso_run run = {.mem = 512 << 20};
    iso_states *states = NULL;
    iso_value *values = NULL;
    iso_plan plan = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_measure_choose(w->measure, &w->measures, MEASURES, "cka,cosine:raw,centroid"));
    ISO_TRY(iso_states_open(&states, inputs, count, NULL));
    ISO_TRY(collect(w, states));

    const iso_task task = {.matrix = w->matrix,
                           .peers = w->peers,
                           .matrices = w->matrices,
                           .pair = w->pair,
                           .pairs = w->pairs,
                           .measure = w->measure,
                           .measures = w->measures};
    ISO_TRY(iso_plan_make(&plan, &task, &run));
    fprintf(stderr, "road %s, %d items, %.0f bytes read, %.0f bytes held\n",
            iso_method_name(plan.method), (int)plan.rows, (double)plan.bytes, (double)plan.memory);
    ISO_TRY(iso_alloc(&values, (int64_t)w->pairs * w->measures, sizeof *values));
    ISO_TRY(iso_pass(values, NULL, &task, &plan, &run));
    print_values(w, values);
done:
    iso_plan_free(&plan);
    iso_free(values);
    for (int m = 0; m < w->matrices; m++)
        iso_rows_close(w->matrix[m]);
    iso_states_close(states);
    return err;
}

int main(int argc, char **argv)
{
    static struct work w;

    if (argc < 2) {
        fprintf(stderr, "usage: %s INPUT...\n", argv[0]);
        return 2;
    }
    if (measure_all(&w, (const char *const *)argv + 1, argc - 1)) {
        fprintf(stderr, "%s: %s\n", argv[0], iso_err_msg());
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
