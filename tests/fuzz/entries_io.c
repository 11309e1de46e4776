/* Entry points of lib/io and lib/text/lang: states files of every layout, records, INPUT words,
 * codes. */
#include <stdio.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/io/array_name.h"
#include "lib/io/record_read.h"
#include "lib/io/record_write.h"
#include "lib/io/map_file.h"
#include "lib/io/scores.h"
#include "lib/io/states.h"
#include "lib/io/states_input.h"
#include "lib/io/weights.h"
#include "lib/linalg/convert.h"
#include "lib/text/lang.h"
#include "tests/fuzz/entries.h"

static void touch_texts(const char *const *texts, int64_t count)
{
    for (int64_t i = 0; texts && i < count; i++)
        touch_text(texts[i]);
}

static void touch_lang(const iso_lang *l)
{
    touch_text(l->name);
    touch_texts(l->ids, l->items);
    touch_texts(l->text, l->items);
    touch_texts(l->text2, l->items);
    touch_texts(l->tokens, l->rows);
    if (l->labels)
        touch(l->labels, (size_t)l->items * sizeof *l->labels);
    if (l->offsets)
        touch(l->offsets, ((size_t)l->items + 1) * sizeof *l->offsets);
    if (l->tags)
        touch(l->tags, (size_t)l->rows * sizeof *l->tags);
    if (l->counts)
        touch(l->counts, (size_t)l->rows * sizeof *l->counts);
}

static iso_err touch_rows(iso_rows *rows)
{
    const int64_t most = 1 << 16; /* numbers read at a time, as --mem would have it */
    const int64_t step = rows->cols < most ? most / rows->cols : 1;
    iso_view v;
    iso_err err = ISO_OK;

    for (int64_t at = 0, n; at < rows->rows && !err; at += n) {
        n = rows->rows - at < step ? rows->rows - at : step;
        err = iso_rows_read(rows, at, n, &v);
        for (int64_t i = 0; !err && i < n; i++)
            touch(iso_view_rows(v, i, 1).data, (size_t)v.cols * iso_dtype_size(v.dtype));
    }
    return err;
}

static iso_err touch_word(const char *word, const iso_states_opt *opt)
{
    iso_states *s = NULL;
    iso_rows *rows = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_states_open(&s, &word, 1, opt));
    for (int i = 0; i < iso_states_langs(s); i++) {
        const iso_lang *l = iso_states_lang(s, i);
        touch_lang(l);
        for (int k = 0; k < l->layer_count; k++) {
            ISO_TRY(iso_states_rows(&rows, s, i, l->layers[k]));
            ISO_TRY(touch_rows(rows));
            iso_rows_close(rows);
            rows = NULL;
        }
    }
done:
    iso_rows_close(rows);
    iso_states_close(s);
    return err;
}

static iso_err touch_states(const uint8_t *data, size_t size, const iso_states_opt *opt)
{
    return touch_word(file_of(data, size), opt);
}

/* What an array of zarr says of itself, beside chunks of 24 bytes; with a node_type version 3. */
static void enter_zarr(const uint8_t *data, size_t size)
{
    static const float numbers[6] = {1, 2, 3, 4, 5, 6};
    static const char *const chunks[] = {"0.0", "c.0.0", "0.1"};
    const iso_run run = {.mem = 1 << 16};
    const bool third = size > 0 && memmem(data, size, "node_type", 9);

    (void)remove(file_called("zarr.json", data, 0));
    (void)file_called(third ? "zarr.json" : ".zarray", data, size);
    for (size_t i = 0; i < sizeof chunks / sizeof *chunks; i++)
        (void)file_called(chunks[i], (const uint8_t *)numbers, sizeof numbers);
    if (touch_word(file_folder(), &(iso_states_opt){.run = &run, .layout = "zarr"}))
        promise_message();
}

/* A file of a layout under several ways of reading it. */
static void enter_states(const uint8_t *data, size_t size, const char *layout)
{
    const iso_run run = {.mem = 1 << 16};
    const iso_states_opt ways[] = {
        {.layout = layout, .run = &run, .canonical = iso_lang_canonical, .raw_dim = 4},
        {.layout = layout, .run = &run, .axes = "NLD", .pool = "none", .raw_dim = 3, .limit = 2},
        {.layout = layout,
         .run = &run,
         .transpose = true,
         .axes = "lnd",
         .pool = "max",
         .raw_dim = 1,
         .raw_dtype = ISO_BF16,
         .specials = true},
    };

    if (size == 0)
        return;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        if (touch_states(data, size, &ways[i]))
            promise_message();
    }
}

#define STATES(name, layout)                                                                       \
    static void enter_##name(const uint8_t *data, size_t size)                                     \
    {                                                                                              \
        enter_states(data, size, layout);                                                          \
    }

STATES(npy, "npy")
STATES(npz, "npz")
STATES(safetensors, "safetensors")
STATES(raw, "raw")
STATES(vllm, "vllm")
STATES(number_table, "csv")
STATES(vector_lines, "jsonl")
STATES(native, "native")
STATES(per_sentence, "per-sentence")
STATES(matrix, "matrix")
STATES(any, NULL)

/* As states, and as weights. */
static void enter_torch(const uint8_t *data, size_t size)
{
    iso_weights *w = NULL;

    enter_states(data, size, "torch");
    if (size == 0)
        return;
    if (iso_weights_open_file(&w, file_of(data, size))) {
        promise_message();
        promise(!w, "a failure leaves the output alone");
        return;
    }
    for (int64_t i = 0; i < iso_weights_count(w); i++)
        touch(iso_weights_at(w, i)->data, (size_t)iso_weights_at(w, i)->bytes);
    iso_weights_close(w);
}

/* What is read can be written, and read again as the same. */
static void enter_records(const uint8_t *data, size_t size,
                          iso_err (*read)(iso_records *, const char *, int64_t))
{
    iso_records records = {0}, again = {0};
    iso_buf text = {0};

    if (read(&records, (const char *)data, (int64_t)size) == ISO_OK) {
        promise(iso_csv_write(&text, &records) == ISO_OK, "records can be written");
        promise(records.count == 0 || iso_csv_read(&again, text.text, text.len) == ISO_OK,
                "what was written can be read");
        promise(records.count == again.count, "all of it");
    }
    iso_buf_free(&text);
    iso_records_free(&records);
    iso_records_free(&again);
}

static iso_err read_json(iso_records *records, const char *bytes, int64_t len)
{
    iso_buf command = {0};
    iso_err err = iso_json_read(records, &command, bytes, len);

    iso_buf_free(&command);
    return err;
}

static void enter_json(const uint8_t *data, size_t size)
{
    enter_records(data, size, read_json);
}

static bool two_letters(const char *name)
{
    return strlen(name) == 2;
}

static void enter_scores(const uint8_t *data, size_t size)
{
    const iso_scores_opt opt = {.known = two_letters};
    iso_scores s = {0};

    if (iso_scores_read(&s, (const char *)data, (int64_t)size, &opt)) {
        promise_message();
        return;
    }
    promise(s.rows > 0 && s.langs > 0, "a table that is read holds a score");
    touch_texts(s.row, s.rows);
    touch_texts(s.lang, s.langs);
    touch(s.value, (size_t)s.rows * (size_t)s.langs * sizeof *s.value);
    iso_scores_free(&s);
}

static void enter_csv(const uint8_t *data, size_t size)
{
    enter_records(data, size, iso_csv_read);
}

static void enter_input(const uint8_t *data, size_t size)
{
    char *word = text_of(data, size);
    iso_inputs list = {0};

    if (iso_inputs_add(&list, word) == ISO_OK) {
        promise(list.count > 0, "a word stands for something");
        for (int i = 0; i < list.count; i++)
            touch_text(list.at[i].path);
    }
    iso_inputs_free(&list);
    iso_free(word);
}

static void enter_lang(const uint8_t *data, size_t size)
{
    char *code = text_of(data, size);
    const char *name = iso_lang_canonical(code);

    touch_text(name);
    promise(strcmp(iso_lang_canonical(name), name) == 0, "a canonical name is its own");
    promise(iso_lang_same(code, name), "and the same language");
    (void)iso_lang_find(code);
    iso_free(code);
}

/* Names of arrays, a line each: what is read is whole, and the same whatever else is in the file.
 */
static void enter_names(const uint8_t *data, size_t size)
{
    enum { MOST = 32 };
    char *text = text_of(data, size);
    const char *names[MOST];
    iso_array_name says[MOST] = {{0}}, alone = {0};
    int count = 0;

    for (char *at = text; at && count < MOST; count++) {
        names[count] = strsep(&at, "\n");
    }
    if (iso_array_names(says, names, count, iso_lang_canonical, false, "x")) {
        promise_message();
        promise(!says[0].lang && !says[0].unclear, "a failure leaves nothing");
        iso_free(text);
        return;
    }
    for (int i = 0; i < count; i++) {
        promise(says[i].layer >= -1 && says[i].layer < 1000000, "a layer of six digits");
        promise(!says[i].lang || *says[i].lang, "a language has letters");
        promise(!says[i].unclear || says[i].lang, "what is unclear is there");
        promise(iso_array_names(&alone, &names[i], 1, iso_lang_canonical, true, "x") == ISO_OK,
                "one name contradicts no other");
        iso_array_name_free(&alone);
        iso_array_name_free(&says[i]);
    }
    iso_free(text);
}

/* A map that is read is a matrix of numbers, and means as long as its sides. */
static void enter_maps(const uint8_t *data, size_t size)
{
    iso_maps *m = NULL;
    iso_saved_map map;
    char *list = NULL;

    if (iso_maps_open(&m, file_of(data, size))) {
        promise_message();
        promise(m == NULL, "a failure leaves nothing");
        return;
    }
    touch_text(iso_maps_about(m)->prep ? iso_maps_about(m)->prep : "");
    if (iso_maps_list(&list, m) == ISO_OK)
        touch_text(list);
    if (iso_maps_read(&map, m, "en", "de", 0) == ISO_OK) {
        promise(map.w.rows > 0 && map.w.cols > 0 && iso_view_finite(NULL, map.w), "numbers");
        if (map.from)
            touch(map.from, (size_t)map.w.rows * sizeof *map.from);
        if (map.to)
            touch(map.to, (size_t)map.w.cols * sizeof *map.to);
    } else {
        promise_message();
    }
    iso_free(list);
    iso_maps_close(m);
}

const struct entry entries_io[] = {
    {"npy", enter_npy},
    {"npz", enter_npz},
    {"vllm", enter_vllm},
    {"zarr", enter_zarr},
    {"number_table", enter_number_table},
    {"vector_lines", enter_vector_lines},
    {"safetensors", enter_safetensors},
    {"torch", enter_torch},
    {"raw", enter_raw},
    {"native", enter_native},
    {"per_sentence", enter_per_sentence},
    {"matrix", enter_matrix},
    {"maps", enter_maps},
    {"any", enter_any},
    {"json", enter_json},
    {"csv", enter_csv},
    {"scores", enter_scores},
    {"input", enter_input},
    {"lang", enter_lang},
    {"names", enter_names},
    {NULL, NULL},
};
