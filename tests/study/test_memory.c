/* Studies of arrays in memory: their records are those of a file that holds the same. */
#include "analysis/study/centroids/centroids.h"
#include "analysis/study/compare/compare.h"
#include "analysis/study/probe/probes.h"
#include "analysis/study/retrieve/retrieve.h"
#include "lib/base/alloc.h"
#include "lib/text/lang.h"
#include "tests/check.h"

enum { ARRAYS = 256 };

/* The arrays of a program of its own: every matrix of a collection, copied. */
struct arrays {
    void *data[ARRAYS];
    int count;
};

static void copy(iso_view *out, struct arrays *a, iso_states *s, int lang, int layer)
{
    iso_rows *rows = NULL;
    iso_view v;

    ok(iso_states_rows(&rows, s, lang, layer));
    ok(iso_rows_read(rows, 0, rows->rows, &v));
    assert_true(a->count < ARRAYS && v.stride == v.cols);
    ok(iso_alloc(&a->data[a->count], v.rows * v.cols, iso_dtype_size(v.dtype)));
    memcpy(a->data[a->count], v.data, (size_t)(v.rows * v.cols) * iso_dtype_size(v.dtype));
    *out = v;
    out->data = a->data[a->count++];
    iso_rows_close(rows);
}

static iso_states *in_memory(struct arrays *a, iso_states *file)
{
    const iso_states_opt opt = {.canonical = iso_lang_canonical};
    iso_states *s = NULL;
    iso_view v;

    ok(iso_states_new(&s, &opt));
    ok(iso_states_describe(s, iso_states_about(file)));
    for (int l = 0; l < iso_states_langs(file); l++) {
        const iso_lang *lang = iso_states_lang(file, l);
        ok(iso_states_add_lang(s, lang));
        for (int k = 0; k < lang->layer_count; k++) {
            copy(&v, a, file, l, lang->layers[k]);
            ok(iso_states_put(s, lang->name, lang->layers[k], v));
        }
    }
    return s;
}

static void records(iso_records *out, iso_states *s)
{
    const iso_run run = {.seed = 3};
    iso_compare_opt compare;
    iso_centroids_opt centroids;
    iso_retrieve_opt retrieve;
    iso_probe_opt probe;

    iso_compare_opt_init(&compare, sizeof compare);
    iso_centroids_opt_init(&centroids, sizeof centroids);
    iso_retrieve_opt_init(&retrieve, sizeof retrieve);
    iso_probe_opt_init(&probe, sizeof probe);
    compare.measure = "cka,cosine";
    compare.select.pairs = ISO_PAIRS_ALL;
    retrieve.measure = "p@1,error:ratio,mexa";
    retrieve.select.layers = probe.select.layers = "last";
    probe.select.tgt = "de";
    probe.folds = 3;
    ok(iso_compare(out, s, &compare, &run));
    ok(iso_centroids(out, s, &centroids, &run));
    ok(iso_retrieve(out, s, &retrieve, &run));
    ok(iso_probe(out, s, &probe, &run));
}

static void records_are_those_of_a_file(void **state)
{
    (void)state;
    static struct arrays a;
    const char *path = source_path("examples/states/mini.h5");
    const iso_states_opt opt = {.canonical = iso_lang_canonical};
    iso_records of_file = {0}, of_memory = {0};
    iso_states *file = NULL, *memory;

    ok(iso_states_open(&file, &path, 1, &opt));
    memory = in_memory(&a, file);
    records(&of_file, file);
    records(&of_memory, memory);
    assert_true(iso_records_count(&of_file) > 100);
    assert_int_equal(iso_records_count(&of_memory), iso_records_count(&of_file));
    for (int64_t i = 0; i < iso_records_count(&of_file); i++) {
        const iso_column *c =
            iso_record_differs(iso_records_at(&of_file, i), iso_records_at(&of_memory, i),
                               ISO_ROLE_NAMES | ISO_ROLE_VALUE, 0);
        if (c)
            fail_msg("record %d: another %s", (int)i, c->name);
    }
    iso_records_free(&of_file);
    iso_records_free(&of_memory);
    iso_states_close(memory);
    iso_states_close(file);
    for (int i = 0; i < a.count; i++)
        iso_free(a.data[i]);
}

static void nothing_put_is_no_language(void **state)
{
    (void)state;
    iso_records out = {0};
    iso_compare_opt compare;
    iso_retrieve_opt retrieve;
    iso_probe_opt probe;
    iso_states *s = NULL;

    iso_compare_opt_init(&compare, sizeof compare);
    iso_retrieve_opt_init(&retrieve, sizeof retrieve);
    iso_probe_opt_init(&probe, sizeof probe);
    ok(iso_states_new(&s, NULL));
    fails(iso_compare(&out, s, &compare, NULL), ISO_EARG, "(memory): holds no language");
    fails(iso_retrieve(&out, s, &retrieve, NULL), ISO_EARG, "(memory): holds no language");
    fails(iso_probe(&out, s, &probe, NULL), ISO_EARG, "(memory): holds no language");
    assert_int_equal(iso_records_count(&out), 0);
    iso_states_close(s);
}

int main(void)
{
    RUN_TESTS(test(records_are_those_of_a_file), test(nothing_put_is_no_language));
}
