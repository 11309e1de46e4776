/* Maps saved and read back; files that are not what they claim. */
#include "tests/check.h"

#include "lib/base/alloc.h"
#include "lib/io/h5.h"
#include "lib/io/map_file.h"

static const double w[] = {1, 2, 3, 4, 5, 6}, from[] = {7, 8}, to[] = {9, 10, 11};

static iso_saved_map some(const char *src, const char *tgt, int layer)
{
    return (iso_saved_map){src, tgt, layer, iso_view_f64(w, 2, 3), from, to, 40};
}

static iso_err save(const char *path, const iso_saved_map *maps, int count)
{
    const iso_maps_info about = {"ridge", "center,unit", "m"};
    iso_map_file *f = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_map_file_new(&f, path, &about));
    for (int i = 0; i < count; i++)
        ISO_TRY(iso_map_file_put(f, &maps[i]));
    err = iso_map_file_commit(f);
    f = NULL;
done:
    iso_map_file_discard(f);
    return err;
}

static void many_in_one_file(void **state)
{
    const char *path = temp_path("maps.h5");
    iso_saved_map maps[] = {some("en", "de", 0), some("en", "de", 12), some("fr", "de", 0)};
    iso_maps *m = NULL;
    iso_saved_map got;
    char *list = NULL;
    (void)state;

    maps[1].from = maps[1].to = NULL;
    maps[1].n = -1;
    ok(save(path, maps, 3));
    ok(iso_maps_open(&m, path));
    assert_false(iso_maps_nameless(m));
    text(iso_maps_about(m)->method, "ridge");
    text(iso_maps_about(m)->prep, "center,unit");
    text(iso_maps_about(m)->model, "m");
    ok(iso_maps_list(&list, m));
    text(list, "en-de (layers 0,12), fr-de (layers 0)");
    iso_free(list);
    ok(iso_maps_read(&got, m, "en", "de", 0));
    assert_int_equal(got.w.rows, 2);
    assert_int_equal(got.w.cols, 3);
    assert_int_equal(got.n, 40);
    assert_memory_equal(got.w.data, w, sizeof w);
    assert_memory_equal(got.from, from, sizeof from);
    assert_memory_equal(got.to, to, sizeof to);
    ok(iso_maps_read(&got, m, "en", "de", 12));
    assert_null(got.from);
    assert_null(got.to);
    assert_int_equal(got.n, -1);
    fails(iso_maps_read(&got, m, "en", "fr", 0), ISO_EARG,
          "no map of en to fr, layer 0; there are: en-de (layers 0,12)");
    assert_false(iso_maps_has(m, "en", "de", 1));
    iso_maps_close(m);
}

static void one_as_npy(void **state)
{
    const char *path = temp_path("w.npy");
    iso_saved_map map = some("en", "de", 3), maps[2];
    iso_maps *m = NULL;
    iso_saved_map got;
    (void)state;

    fails(save(path, &map, 1), ISO_EARG, "not the means of --centre");
    map.from = map.to = NULL;
    maps[0] = maps[1] = map;
    fails(save(path, maps, 2), ISO_EARG, "an .npy holds one map");
    assert_int_not_equal(access(path, F_OK), 0);
    ok(save(path, &map, 1));
    ok(iso_maps_open(&m, path));
    assert_true(iso_maps_nameless(m));
    ok(iso_maps_read(&got, m, "any", "other", 7));
    assert_int_equal(got.w.rows, 2);
    assert_int_equal(got.w.cols, 3);
    assert_memory_equal(got.w.data, w, sizeof w);
    iso_maps_close(m);
}

/* The bytes as NumPy has them: 128 of header, numbers at a multiple of 64. */
static void npy_is_numpys(void **state)
{
    const char *path = temp_path("bytes.npy");
    iso_saved_map map = some("en", "de", 3);
    unsigned char bytes[512];
    (void)state;

    map.from = map.to = NULL;
    ok(save(path, &map, 1));
    FILE *file = fopen(path, "rb");
    const size_t size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    assert_int_equal(size % 64, sizeof w % 64);
    assert_memory_equal(bytes, "\x93NUMPY\x01\x00", 8);
    assert_int_equal(bytes[8] + 256 * bytes[9] + 10, size - sizeof w);
    assert_memory_equal(bytes + 10, "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }",
                        59);
    assert_int_equal(bytes[size - sizeof w - 1], '\n');
    assert_memory_equal(bytes + size - sizeof w, w, sizeof w);
}

static void names_that_cannot_be(void **state)
{
    const char *path = temp_path("names.h5");
    const char *const odd[] = {"", "a/b", ".", ".."};
    (void)state;

    for (int i = 0; i < 4; i++) {
        const iso_saved_map map = some(odd[i], "de", 0);
        fails(save(path, &map, 1), ISO_EARG, "cannot be written");
    }
    fails(save(path, NULL, 0), ISO_EARG, "no map to write");
    assert_int_not_equal(access(path, F_OK), 0);
}

/* A file of our own making, with one thing wrong. */
static const char *damaged(const char *what)
{
    const char *path = temp_path("damaged.h5");
    const int64_t square[] = {2, 3}, flat[] = {6}, two[] = {2};
    const double nan_w[] = {1, 2, 3, NAN, 5, 6};
    iso_h5 *f = NULL;

    ok(iso_h5_create(&f, path));
    ok(iso_h5_put_attr_text(f, "/", "format", strcmp(what, "format") ? "isogloss-maps" : "x"));
    ok(iso_h5_put_attr_int(f, "/", "version", strcmp(what, "version") ? 1 : 2));
    if (!strcmp(what, "rank"))
        ok(iso_h5_put(f, "/maps/en/de/0/w", 1, flat, ISO_F64, w, NULL));
    else if (!strcmp(what, "nan"))
        ok(iso_h5_put(f, "/maps/en/de/0/w", 2, square, ISO_F64, nan_w, NULL));
    else if (strcmp(what, "w") != 0)
        ok(iso_h5_put(f, "/maps/en/de/0/w", 2, square, ISO_F64, w, NULL));
    ok(iso_h5_put(f, "/maps/en/de/0/to", 1, two, ISO_F64, from, NULL));
    ok(iso_h5_close(f));
    return path;
}

static void damaged_files(void **state)
{
    const char *const cases[][2] = {{"rank", "is not a matrix of numbers"},
                                    {"nan", "holds NaN or infinity"},
                                    {"to", "has 2 numbers, w asks for 3"},
                                    {"w", "w"}};
    iso_maps *m = NULL;
    iso_saved_map got = {.n = 77};
    (void)state;

    fails(iso_maps_open(&m, damaged("format")), ISO_EFORMAT, "holds no maps");
    fails(iso_maps_open(&m, damaged("version")), ISO_EFORMAT, "version 2");
    fails(iso_maps_open(&m, temp_path("absent.h5")), ISO_EIO, "absent.h5");
    assert_null(m);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ok(iso_maps_open(&m, damaged(cases[i][0])));
        const iso_err err = iso_maps_read(&got, m, "en", "de", 0);
        assert_true(err == ISO_EFORMAT);
        assert_non_null(strstr(iso_err_msg(), cases[i][1]));
        assert_int_equal(got.n, 77);
        iso_maps_close(m);
        m = NULL;
    }
}

static void every_allocation_may_fail(void **state)
{
    const char *path = temp_path("memory.h5");
    const iso_saved_map map = some("en", "de", 3);
    iso_saved_map got;
    iso_err err;
    int64_t n = 0;
    (void)state;

    do {
        iso_alloc_fail_after(n++);
        err = save(path, &map, 1);
        iso_alloc_fail_after(-1);
        assert_true(err == ISO_OK || err == ISO_ENOMEM);
    } while (err);
    n = 0;
    do {
        iso_maps *m = NULL;
        iso_alloc_fail_after(n++);
        err = iso_maps_open(&m, path);
        if (!err)
            err = iso_maps_read(&got, m, "en", "de", 3);
        iso_alloc_fail_after(-1);
        iso_maps_close(m);
        assert_true(err == ISO_OK || err == ISO_ENOMEM);
    } while (err);
    assert_int_equal(iso_h5_open_count(), 0);
}

int main(void)
{
    RUN_TESTS(test(many_in_one_file), test(one_as_npy), test(npy_is_numpys),
              test(names_that_cannot_be), test(damaged_files), test(every_allocation_may_fail));
}
