/* Makes small native files, good and bad, for the command-line cases:
 *
 *     craft OUT WORD...
 *
 *     en:3=40x8          layer 3 of en, 40 rows of 8 numbers, every language and layer its own
 *     en:3=40x8,nan:7    row 7 holds a NaN; inf:7 an infinity
 *     en:3=40x8,flat     all rows are equal
 *     en:3=40x8,as:de    the numbers of de
 *     en:3=40x8,by:4     row i has 3 more in column i mod 4
 *     labels:en=40,4     classes i mod 4 of 40 items; labels:en=40,4,9: item 9 and what follows has
 *                        none; tags:en=40,4 the same of rows
 *     classes=4          names c0 to c3; tagset=4 names t0 to t3
 *     ids:en=a,0,40      ids a0 to a39 (text, from, count)
 *     offsets:en=0,2,40  rows of each item; for token rows
 *     format=x version=2 pooling=cls model=m source=en compute=int8   attributes;
 *                        "format=" leaves it out
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "lib/io/h5.h"

static void ok(iso_err err)
{
    if (err) {
        fprintf(stderr, "craft: %s\n", iso_err_msg());
        exit(2);
    }
}

static void wrong(const char *word)
{
    fprintf(stderr, "craft: what is %s?\n", word);
    exit(2);
}

/* A language and layer always get the same numbers. */
static void fill(float *x, long rows, long cols, const char *lang, int layer)
{
    uint64_t seed = (uint64_t)layer;

    for (const char *c = lang; *c; c++)
        seed = seed * 31 + (unsigned char)*c;
    iso_rng rng = iso_rng_seeded(seed, 0);
    for (long i = 0; i < rows * cols; i++)
        x[i] = (float)iso_rng_normal(&rng);
}

static void put_layer(iso_h5 *file, const char *word)
{
    char lang[32], path[64], other[32];
    int layer, used = 0;
    long rows, cols, row;
    float *x = NULL;

    if (sscanf(word, "%31[^:]:%d=%ldx%ld%n", lang, &layer, &rows, &cols, &used) != 4)
        wrong(word);
    const char *how = word + used;
    snprintf(path, sizeof path, "/states/%s/%d", lang, layer);
    ok(iso_alloc(&x, rows * cols, sizeof *x));
    fill(x, rows, cols, sscanf(how, ",as:%31s", other) == 1 ? other : lang, layer);
    if (sscanf(how, ",nan:%ld", &row) == 1)
        x[row * cols] = NAN;
    if (sscanf(how, ",inf:%ld", &row) == 1)
        x[row * cols] = -INFINITY;
    if (sscanf(how, ",by:%ld", &row) == 1)
        for (long i = 0; i < rows; i++)
            x[i * cols + i % row] += 3;
    for (long i = cols; strcmp(how, ",flat") == 0 && i < rows * cols; i++)
        x[i] = x[i - cols];
    ok(iso_h5_put(file, path, 2, (int64_t[]){rows, cols}, ISO_F32, x, NULL));
    iso_free(x);
}

static void put_ids(iso_h5 *file, const char *word)
{
    char lang[32], text[32], path[64], **id = NULL;
    int from, count;

    if (sscanf(word, "ids:%31[^=]=%31[^,],%d,%d", lang, text, &from, &count) != 4)
        wrong(word);
    ok(iso_alloc(&id, count, sizeof *id));
    for (int i = 0; i < count; i++) {
        ok(iso_alloc(&id[i], 64, 1));
        snprintf(id[i], 64, "%s%d", text, from + i);
    }
    snprintf(path, sizeof path, "/rows/%s/ids", lang);
    ok(iso_h5_put_texts(file, path, (const char *const *)id, count, NULL));
    for (int i = 0; i < count; i++)
        iso_free(id[i]);
    iso_free(id);
}

static void put_offsets(iso_h5 *file, const char *word)
{
    char lang[32], path[64];
    int64_t at[64];
    int used = 0, count = 0;

    if (sscanf(word, "offsets:%31[^=]%n", lang, &used) != 1)
        wrong(word);
    for (const char *c = word + used; *c && count < 64; count++) {
        char *end;
        at[count] = strtol(c + 1, &end, 10);
        c = end;
    }
    snprintf(path, sizeof path, "/rows/%s/offsets", lang);
    ok(iso_h5_put_i64(file, path, at, count));
}

static void put_labels(iso_h5 *file, const char *word)
{
    char kind[8], lang[32], path[64];
    int count, classes, none;
    int32_t *label = NULL;

    const int read = sscanf(word, "%7[^:]:%31[^=]=%d,%d,%d", kind, lang, &count, &classes, &none);
    if (read < 4)
        wrong(word);
    ok(iso_alloc(&label, count, sizeof *label));
    for (int i = 0; i < count; i++)
        label[i] = read == 5 && i >= none ? -1 : i % classes;
    snprintf(path, sizeof path, "/rows/%s/%s", lang, kind);
    ok(iso_h5_put_i32(file, path, label, count));
    iso_free(label);
}

/* "classes=4", "tagset=4" */
static void put_names(iso_h5 *file, const char *word)
{
    static const char *const names[2][8] = {{"c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7"},
                                            {"t0", "t1", "t2", "t3", "t4", "t5", "t6", "t7"}};
    const char *equals = strchr(word, '=');

    if (!equals || atoi(equals + 1) > 8)
        wrong(word);
    ok(iso_h5_put_texts(file, *word == 'c' ? "/classes" : "/tagset", names[*word != 'c'],
                        atoi(equals + 1), NULL));
}

/* True if the word is NAME=TEXT; an attribute without text is left out. */
static bool put_attribute(iso_h5 *file, const char *word, const char *name)
{
    const size_t len = strlen(name);

    if (strncmp(word, name, len) != 0 || word[len] != '=')
        return false;
    if (strcmp(name, "version") == 0 && word[len + 1])
        ok(iso_h5_put_attr_int(file, "/", name, atoi(word + len + 1)));
    else if (word[len + 1])
        ok(iso_h5_put_attr_text(file, "/", name, word + len + 1));
    return true;
}

int main(int argc, char **argv)
{
    static const char *const names[] = {"format", "version", "pooling",
                                        "model",  "source",  "compute"};
    enum { NAMES = sizeof names / sizeof *names };
    bool given[NAMES] = {false};
    iso_h5 *file = NULL;

    if (argc < 2)
        wrong("that");
    ok(iso_h5_create(&file, argv[1]));
    for (int i = 2; i < argc; i++) {
        bool taken = false;
        for (int k = 0; k < NAMES && !taken; k++)
            given[k] = (taken = put_attribute(file, argv[i], names[k])) || given[k];
        if (taken)
            continue;
        if (strncmp(argv[i], "ids:", 4) == 0)
            put_ids(file, argv[i]);
        else if (strncmp(argv[i], "offsets:", 8) == 0)
            put_offsets(file, argv[i]);
        else if (strncmp(argv[i], "labels:", 7) == 0 || strncmp(argv[i], "tags:", 5) == 0)
            put_labels(file, argv[i]);
        else if (strncmp(argv[i], "classes=", 8) == 0 || strncmp(argv[i], "tagset=", 7) == 0)
            put_names(file, argv[i]);
        else
            put_layer(file, argv[i]);
    }
    if (!given[0])
        ok(iso_h5_put_attr_text(file, "/", "format", "isogloss-states"));
    if (!given[1])
        ok(iso_h5_put_attr_int(file, "/", "version", 1));
    ok(iso_h5_close(file));
    return 0;
}
