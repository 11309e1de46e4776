#include "tests/io/files.h"

#include <stdbool.h>
#include <unistd.h>

#include "lib/base/alloc.h"

static void texts_of_both_kinds_come_back(void **state)
{
    (void)state;
    const char *const texts[] = {"plain", "", "été, 中文", "a much longer one than the others"};
    const iso_h5_layout fixed = {.fixed = 40};
    const int64_t numbers[] = {7, -3};
    const char *path = temp_path("texts.h5");
    iso_h5_texts got = {0};
    iso_h5 *h5 = NULL;

    ok(iso_h5_create(&h5, path));
    ok(iso_h5_put_texts(h5, "/a/longest", texts, 4, NULL));
    ok(iso_h5_put_texts(h5, "/a/fixed", texts, 4, &fixed));
    ok(iso_h5_put_i64(h5, "/a/numbers", numbers, 2));
    ok(iso_h5_close(h5));
    ok(iso_h5_open(&h5, path, NULL));
    for (int kind = 0; kind < 2; kind++) {
        ok(iso_h5_read_texts(&got, h5, kind ? "/a/fixed" : "/a/longest"));
        assert_int_equal(got.count, 4);
        for (int i = 0; i < 4; i++)
            text(got.at[i], texts[i]);
        iso_h5_texts_free(&got);
    }
    ok(iso_h5_read_texts(&got, h5, "/a/numbers"));
    text(got.at[0], "7");
    text(got.at[1], "-3");
    iso_h5_texts_free(&got);
    ok(iso_h5_close(h5));
    assert_int_equal(iso_h5_open_count(), 0);
}

/* More than one slice of 4096. */
static void many_texts_come_back_in_order(void **state)
{
    (void)state;
    enum { N = 9001 };
    static char block[N][8];
    static const char *texts[N];
    const char *path = temp_path("many.h5");
    iso_h5_texts got = {0};
    iso_h5 *h5 = NULL;

    for (int i = 0; i < N; i++) {
        snprintf(block[i], sizeof block[i], "s%d", i);
        texts[i] = block[i];
    }
    ok(iso_h5_create(&h5, path));
    ok(iso_h5_put_texts(h5, "/t", texts, N, NULL));
    ok(iso_h5_close(h5));
    ok(iso_h5_open(&h5, path, NULL));
    ok(iso_h5_read_texts(&got, h5, "/t"));
    assert_int_equal(got.count, N);
    text(got.at[0], "s0");
    text(got.at[4096], "s4096");
    text(got.at[N - 1], "s9000");
    iso_h5_texts_free(&got);
    ok(iso_h5_close(h5));
}

/* One long text among many: few bytes in the file, none of them in a heap. */
static void texts_need_neither_heap_nor_room(void **state)
{
    (void)state;
    enum { N = 9001, LONG = 20000 };
    static char block[N][8], huge[LONG + 1], bytes[1 << 20];
    static const char *texts[N];
    const char *path = temp_path("wide.h5");
    iso_h5_texts got = {0};
    iso_h5 *h5 = NULL;

    for (int i = 0; i < N; i++) {
        snprintf(block[i], sizeof block[i], "s%d", i);
        texts[i] = block[i];
    }
    memset(huge, 'x', LONG);
    texts[5000] = huge;
    ok(iso_h5_create(&h5, path));
    ok(iso_h5_put_attr_text(h5, "/", "name", "some name"));
    ok(iso_h5_put_attr_text(h5, "/", "empty", ""));
    ok(iso_h5_put_texts(h5, "/t", texts, N, NULL));
    ok(iso_h5_put_texts(h5, "/none", texts, 0, NULL));
    ok(iso_h5_close(h5));
    FILE *f = fopen(path, "rb");
    const size_t size = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    assert_true(size < sizeof bytes); /* 180 MB as they stand */
    for (size_t i = 0; i + 4 < size; i++)
        assert_false(memcmp(bytes + i, "GCOL", 4) == 0);
    ok(iso_h5_open(&h5, path, NULL));
    ok(iso_h5_read_texts(&got, h5, "/t"));
    assert_int_equal(got.count, N);
    for (int i = 0; i < N; i++)
        text(got.at[i], texts[i]);
    iso_h5_texts_free(&got);
    ok(iso_h5_read_texts(&got, h5, "/none"));
    assert_int_equal(got.count, 0);
    iso_h5_texts_free(&got);
    ok(iso_h5_close(h5));
}

static void attributes_say_what_they_are(void **state)
{
    (void)state;
    const char *path = temp_path("attrs.h5");
    iso_h5 *h5 = NULL;
    char *value = NULL;
    int64_t number = 0;
    bool there = true;

    ok(iso_h5_create(&h5, path));
    ok(iso_h5_put_attr_text(h5, "/", "name", "wörd"));
    ok(iso_h5_put_attr_int(h5, "/", "number", -5));
    ok(iso_h5_attr_text(&value, h5, "/", "name"));
    text(value, "wörd");
    ok(iso_h5_attr_int(&number, &there, h5, "/", "number"));
    assert_true(there);
    assert_int_equal(number, -5);
    ok(iso_h5_attr_int(&number, &there, h5, "/", "nothing"));
    assert_false(there);
    fails(iso_h5_attr_int(&number, &there, h5, "/", "name"), ISO_EFORMAT, "not an integer");
    fails(iso_h5_attr_text(&value, h5, "/", "number"), ISO_EFORMAT, "not a text");
    ok(iso_h5_close(h5));
    iso_free(value);
}

static iso_h5_kind kind_of(iso_h5 *h5, const char *path)
{
    iso_h5_kind kind = ISO_H5_ELSE;

    ok(iso_h5_kind_of(&kind, h5, path));
    return kind;
}

static void names_and_kinds_are_listed(void **state)
{
    (void)state;
    iso_h5_texts names = {0};
    iso_h5 *h5 = NULL;

    ok(iso_h5_create(&h5, temp_path("list.h5")));
    put_f32(h5, "/b/10", 0, 0, 1, 1);
    put_f32(h5, "/b/2", 0, 0, 1, 1);
    put_f32(h5, "/a", 0, 0, 1, 1);
    ok(iso_h5_list(&names, h5, "/b"));
    assert_int_equal(names.count, 2);
    text(names.at[0], "10");
    iso_h5_texts_free(&names);
    ok(iso_h5_walk(&names, h5));
    assert_int_equal(names.count, 3);
    text(names.at[1], "b/10");
    iso_h5_texts_free(&names);
    assert_int_equal(kind_of(h5, "/b"), ISO_H5_GROUP);
    assert_int_equal(kind_of(h5, "/b/2"), ISO_H5_DATASET);
    assert_int_equal(kind_of(h5, "/c/2"), ISO_H5_ABSENT);
    fails(iso_h5_list(&names, h5, "/c"), ISO_EFORMAT, "list.h5: /c: cannot list");
    ok(iso_h5_close(h5));
}

/* 1, 2, 3 in halves: 0x3C00, 0x4000, 0x4200. */
static void halves_keep_their_bits_in_every_layout(void **state)
{
    (void)state;
    const uint16_t bits[] = {0x3C00, 0x4000, 0x4200, 0x0001, 0x7BFF, 0x8000};
    const int64_t dims[] = {3, 2}, start[] = {0, 0};
    const iso_h5_layout layouts[] = {{0}, {.big_endian = true}, {.chunk = 2, .deflate = 4}};
    iso_h5 *h5 = NULL;

    ok(iso_h5_create(&h5, temp_path("half.h5")));
    for (int i = 0; i < 3; i++) {
        static const char *const paths[] = {"/plain", "/big", "/packed"};
        uint16_t got[6] = {0};
        iso_h5_data *data = NULL;

        ok(iso_h5_put(h5, paths[i], 2, dims, ISO_F16, bits, &layouts[i]));
        ok(iso_h5_data_open(&data, h5, paths[i]));
        assert_int_equal(iso_h5_about(data)->dtype, ISO_F16);
        assert_true((iso_h5_about(data)->offset >= 0) == (i == 0));
        assert_int_equal(iso_h5_about(data)->chunk[0], i == 2 ? 2 : 0);
        ok(iso_h5_read(data, start, dims, got));
        assert_memory_equal(got, bits, sizeof bits);
        iso_h5_data_close(data);
    }
    ok(iso_h5_close(h5));
    assert_int_equal(iso_h5_open_count(), 0);
}

static void silence_and_reasons(void **state)
{
    (void)state;
    const char *path = temp_path("text.txt");
    iso_h5_data *data = NULL;
    iso_h5 *h5 = NULL;
    FILE *f = fopen(path, "w");

    fputs("certainly not HDF5", f);
    fclose(f);
    assert_false(iso_h5_is(path));
    fails(iso_h5_open(&h5, path, NULL), ISO_EFORMAT,
          "text.txt: is not HDF5, its signature is missing");
    fails(iso_h5_open(&h5, temp_path("missing.h5"), NULL), ISO_EIO,
          "missing.h5: No such file or directory");
    fails(iso_h5_create(&h5, "/nowhere/x.h5"), ISO_EIO, "/nowhere/x.h5: cannot create");
    ok(iso_h5_create(&h5, temp_path("e.h5")));
    fails(iso_h5_data_open(&data, h5, "/x"), ISO_EFORMAT, "e.h5: /x: cannot open");
    ok(iso_h5_close(h5));
    assert_int_equal(iso_h5_open_count(), 0);
}

/* A write that fails is reported on closing, in the system's words, and HDF5 stays in order. */
static void a_full_disk_is_told_on_closing(void **state)
{
    (void)state;
    const char *const texts[] = {"some", "words"};
    const int64_t dims[] = {1 << 10, 1 << 10};
    iso_h5 *h5 = NULL;

    if (access("/dev/full", W_OK) != 0)
        skip();
    for (int i = 0; i < 3; i++) {
        ok(iso_h5_create(&h5, "/dev/full"));
        ok(iso_h5_call(h5, "states.h5"));
        ok(iso_h5_put_attr_text(h5, "/", "format", "isogloss-states"));
        ok(iso_h5_put_texts(h5, "/rows/en/ids", texts, 2, NULL));
        ok(iso_h5_put(h5, "/states/en/0", 2, dims, ISO_F32, NULL, NULL));
        fails(iso_h5_close(h5), ISO_EIO, "states.h5: cannot write: No space left on device");
        assert_int_equal(iso_h5_open_count(), 0);
    }
}

int main(void)
{
    RUN_TESTS(test(texts_of_both_kinds_come_back), test(many_texts_come_back_in_order),
              test(texts_need_neither_heap_nor_room), test(attributes_say_what_they_are),
              test(names_and_kinds_are_listed), test(halves_keep_their_bits_in_every_layout),
              test(silence_and_reasons), test(a_full_disk_is_told_on_closing));
}
