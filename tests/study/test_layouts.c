/* The same states in every layout that is read: records as those of the native file. Numbers are
 * drawn as f32; text has the nine digits that give them back. */
#include <sys/stat.h>

#include "analysis/study/compare/compare.h"
#include "lib/base/rng.h"
#include "lib/io/h5.h"
#include "lib/io/states_save.h"
#include "lib/text/lang.h"
#include "tests/check.h"

enum { LANGS = 2, LAYERS = 3, N = 60, D = 8, T = 3 };

static const char *const names[LANGS] = {"en", "de"};
static float x[LANGS][LAYERS][N][D];

/* A file being written, and one of bytes. */
static FILE *begin(const char *name)
{
    FILE *f = fopen(temp_path(name), "wb");

    assert_non_null(f);
    return f;
}

static void end(FILE *f)
{
    assert_int_equal(fclose(f), 0);
}

static void put_folder(const char *name)
{
    assert_int_equal(mkdir(temp_path(name), 0700), 0);
}

/* .npy of f32. */
static void put_npy(FILE *f, const char *shape, const void *data, size_t count)
{
    char head[118];

    memset(head, ' ', sizeof head);
    const int len = snprintf(head, sizeof head,
                             "{'descr': '<f4', 'fortran_order': False, 'shape': (%s), }", shape);
    head[len] = ' ';
    head[117] = '\n';
    fwrite("\x93NUMPY\1\0v\0", 1, 10, f);
    fwrite(head, 1, 118, f);
    fwrite(data, 4, count, f);
}

/* safetensors of two tensors. */
static void put_two(FILE *f, const char *head, const void *a, size_t a_bytes, const void *b,
                    size_t b_bytes)
{
    const uint64_t len = strlen(head);

    fwrite(&len, 8, 1, f);
    fwrite(head, 1, len, f);
    fwrite(a, 1, a_bytes, f);
    fwrite(b, 1, b_bytes, f);
    end(f);
}

static void put_row(FILE *f, const float *row, char separator)
{
    for (int j = 0; j < D; j++)
        fprintf(f, "%s%.9g", j ? (char[]){separator, '\0'} : "", (double)row[j]);
}

/* Layouts ------------------------------------------------------------------------------- */

static void matrices(void)
{
    char name[64], shape[64];

    for (int l = 0; l < LANGS; l++) {
        for (int k = 0; k < LAYERS; k++) {
            snprintf(name, sizeof name, "%s-%d.npy", names[l], k);
            snprintf(shape, sizeof shape, "%d, %d", N, D);
            FILE *f = begin(name);
            put_npy(f, shape, x[l][k], N * D);
            end(f);
            snprintf(name, sizeof name, "%s-%d.f32", names[l], k);
            f = begin(name);
            fwrite(x[l][k], sizeof(float), N * D, f);
            end(f);
        }
        snprintf(name, sizeof name, "%s.npy", names[l]);
        snprintf(shape, sizeof shape, "%d, %d, %d", LAYERS, N, D);
        FILE *f = begin(name);
        put_npy(f, shape, x[l], LAYERS * N * D);
        end(f);
    }
}

/* All languages and layers in one table, the items of German from the last to the first. */
static void tables(void)
{
    FILE *csv = begin("all.csv"), *json = begin("all.jsonl"), *lists = begin("lists.jsonl");
    char name[64];

    fprintf(csv, "id,lang,layer,text,length,d0,d1,d2,d3,d4,d5,d6,d7\n");
    for (int l = 0; l < LANGS; l++) {
        for (int n = 0; n < N; n++) {
            const int i = l == 1 ? N - 1 - n : n;
            for (int k = 0; k < LAYERS; k++) {
                fprintf(csv, "s%d,%s,%d,\"a \"\"b\"\", %d\",7,", i, names[l], k, i);
                put_row(csv, x[l][k][i], ',');
                fprintf(csv, "\r\n");
                fprintf(json, "{\"id\": %d, \"language\": \"%s\", \"layer\": %d, \"embedding\": [",
                        i, names[l], k);
                put_row(json, x[l][k][i], ',');
                fprintf(json, "], \"text\": \"]}\\\"\"}\n");
            }
        }
        for (int k = 0; k < LAYERS; k++) {
            snprintf(name, sizeof name, "%s-%d.tsv", names[l], k);
            FILE *f = begin(name);
            for (int i = 0; i < N; i++) {
                put_row(f, x[l][k][i], '\t');
                fprintf(f, "\n");
            }
            end(f);
        }
    }
    for (int i = 0; i < N; i++) { /* a list a language and layer */
        fprintf(lists, "{\"id\": %d", i);
        for (int m = 0; m < LANGS * LAYERS; m++) {
            fprintf(lists, ", \"%s/%d\": [", names[m / LAYERS], m % LAYERS);
            put_row(lists, x[m / LAYERS][m % LAYERS][i], ',');
            fprintf(lists, "]");
        }
        fprintf(lists, "}\n");
    }
    end(csv);
    end(json);
    end(lists);
}

/* One or two tokens of which each is the item's row: their mean is that row. */
static int tokens_of(int item)
{
    return 1 + item % 2;
}

static void requests(void)
{
    float rows[2 * LAYERS * D];
    char name[64], head[400];

    for (int l = 0; l < LANGS; l++) {
        put_folder(names[l]);
        for (int i = 0; i < N; i++) {
            const int tokens = tokens_of(i), size = tokens * LAYERS * D * 4;
            for (int m = 0; m < tokens * LAYERS * D; m++)
                rows[m] = x[l][m / D % LAYERS][i][m % D];
            snprintf(name, sizeof name, "%s/%d.safetensors", names[l], i);
            snprintf(head, sizeof head,
                     "{\"hidden_states\":{\"dtype\":\"F32\",\"shape\":[%d,%d,%d],"
                     "\"data_offsets\":[0,%d]},\"token_ids\":{\"dtype\":\"U8\",\"shape\":[%d],"
                     "\"data_offsets\":[%d,%d]}}",
                     tokens, LAYERS, D, size, tokens, size, size + tokens);
            put_two(begin(name), head, rows, (size_t)size, "ab", (size_t)tokens);
        }
    }
}

/* Sentences padded to T tokens, with numbers that would be seen; before the first token in some. */
static void padded(void)
{
    static float rows[LAYERS][N][T][D];
    unsigned char mask[N][T];
    char name[64], head[400];

    for (int l = 0; l < LANGS; l++) {
        for (int i = 0; i < N; i++) {
            const int from = i % 3 == 0 ? T - tokens_of(i) : 0;
            for (int t = 0; t < T; t++) {
                mask[i][t] = t >= from && t < from + tokens_of(i);
                for (int k = 0; k < LAYERS; k++) {
                    for (int j = 0; j < D; j++)
                        rows[k][i][t][j] = mask[i][t] ? x[l][k][i][j] : 1e6f;
                }
            }
        }
        const int size = (int)sizeof rows;
        snprintf(name, sizeof name, "%s-padded", names[l]);
        snprintf(
            head, sizeof head,
            "{\"hidden_states\":{\"dtype\":\"F32\",\"shape\":[%d,%d,%d,%d],"
            "\"data_offsets\":[0,%d]},\"attention_mask\":{\"dtype\":\"BOOL\",\"shape\":[%d,%d],"
            "\"data_offsets\":[%d,%d]}}",
            LAYERS, N, T, D, size, N, T, size, size + N * T);
        put_two(begin(name), head, rows, sizeof rows, mask, sizeof mask);
    }
}

static void sentences(void)
{
    float rows[LAYERS][2][D];
    char name[64];

    for (int l = 0; l < LANGS; l++) {
        iso_h5 *h5 = NULL;
        snprintf(name, sizeof name, "%s-sentences.h5", names[l]);
        ok(iso_h5_create(&h5, temp_path(name)));
        for (int i = 0; i < N; i++) {
            const int64_t dims[] = {LAYERS, tokens_of(i), D};
            for (int m = 0; m < LAYERS * tokens_of(i) * D; m++)
                (&rows[0][0][0])[m] = x[l][m / D / tokens_of(i)][i][m % D];
            snprintf(name, sizeof name, "%d", i);
            ok(iso_h5_put(h5, name, 3, dims, ISO_F32, rows, NULL));
        }
        ok(iso_h5_close(h5));
    }
}

/* zarr, version 3, a cube in one chunk, each language an array. */
static void stores(void)
{
    char name[64];

    for (int l = 0; l < LANGS; l++) {
        snprintf(name, sizeof name, "%s.zarr", names[l]);
        put_folder(name);
        snprintf(name, sizeof name, "%s.zarr/zarr.json", names[l]);
        FILE *f = begin(name);
        fprintf(f,
                "{\"zarr_format\": 3, \"node_type\": \"array\", \"shape\": [%d, %d, %d], "
                "\"data_type\": \"float32\", \"chunk_grid\": {\"configuration\": {\"chunk_shape\": "
                "[%d, %d, %d]}}, \"chunk_key_encoding\": {\"name\": \"v2\"}, \"codecs\": "
                "[{\"name\": \"bytes\"}]}",
                LAYERS, N, D, LAYERS, N, D);
        end(f);
        snprintf(name, sizeof name, "%s.zarr/0.0.0", names[l]);
        f = begin(name);
        fwrite(x[l], sizeof x[l], 1, f);
        end(f);
    }
}

/* Records -------------------------------------------------------------------------------- */

static iso_states *in_memory(void)
{
    iso_states *s = NULL;

    ok(iso_states_new(&s, NULL));
    for (int l = 0; l < LANGS; l++) {
        for (int k = 0; k < LAYERS; k++)
            ok(iso_states_put(s, names[l], k, (iso_view){x[l][k], N, D, D, ISO_F32}));
    }
    return s;
}

static void records_of(iso_records *out, iso_states *s)
{
    iso_compare_opt opt;

    iso_compare_opt_init(&opt, sizeof opt);
    opt.select.src = "en";
    opt.select.tgt = "de";
    opt.measure = "cka,cosine";
    ok(iso_compare(out, s, &opt, NULL));
    iso_states_close(s);
}

static void check(const iso_records *want, const char *word, const char *other,
                  const iso_states_opt *opt)
{
    const char *words[] = {word, other};
    iso_records got = {0};
    iso_states *s = NULL;

    ok(iso_states_open(&s, words, other ? 2 : 1, opt));
    records_of(&got, s);
    assert_int_equal(iso_records_count(&got), iso_records_count(want));
    for (int64_t i = 0; i < iso_records_count(want); i++) {
        const iso_record *a = iso_records_at(want, i), *b = iso_records_at(&got, i);
        assert_int_equal(a->src_layer, b->src_layer);
        assert_int_equal(a->n, b->n);
        near(b->value, a->value, 1e-13);
        near(b->lo, a->lo, 1e-12);
    }
    iso_records_free(&got);
}

static void every_layout_gives_the_same_records(void **state)
{
    static const char *const layouts[][2] = {
        {"native.h5", NULL},
        {"matrix.h5", NULL},
        {"all.npz", NULL},
        {"all.safetensors", NULL},
        {"en=en-%d.npy", "de=de-%d.npy"},
        {"en.npy", "de.npy"},
        {"en=en-%d.f32", "de=de-%d.f32"},
        {"all.csv", NULL},
        {"en=en-%d.tsv", "de=de-%d.tsv"},
        {"all.jsonl", NULL},
        {"lists.jsonl", NULL},
        {"en/", "de"},
        {"en.zarr", "de.zarr"},
        {"en=en-padded", "de=de-padded"},
        {"en=en-sentences.h5", "de=de-sentences.h5"},
    };
    iso_rng rng = iso_rng_seeded(1, 0);
    iso_records want = {0};
    char words[2][400];
    (void)state;

    for (int m = 0; m < LANGS * LAYERS * N * D; m++)
        (&x[0][0][0][0])[m] = (float)iso_rng_normal(&rng);
    for (int i = 0; i < 4; i++) {
        iso_states *s = in_memory();
        const iso_save_opt opt = {.as = i == 1 ? "matrix" : NULL};
        ok(iso_states_save(s, temp_path(layouts[i][0]), &opt, NULL));
        iso_states_close(s);
    }
    matrices();
    tables();
    requests();
    padded();
    sentences();
    stores();
    records_of(&want, in_memory());
    assert_true(iso_records_count(&want) >= 2 * LAYERS);
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++) {
        const iso_states_opt opt = {.canonical = iso_lang_canonical,
                                    .raw_dim = strstr(layouts[i][0], "f32") ? D : 0};
        for (int w = 0; w < 2 && layouts[i][w]; w++) {
            const char *equals = strchr(layouts[i][w], '='),
                       *file = equals ? equals + 1 : layouts[i][w];
            snprintf(words[w], sizeof words[w], "%.*s%s", (int)(file - layouts[i][w]),
                     layouts[i][w], temp_path(file));
        }
        check(&want, words[0], layouts[i][1] ? words[1] : NULL, &opt);
    }
    iso_records_free(&want);
}

int main(void)
{
    RUN_TESTS(test(every_layout_gives_the_same_records));
}
