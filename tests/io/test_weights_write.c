/* Weights as a safetensors file: the bytes that Python's safetensors writes, and read back. */
#include "tests/check.h"

#include <sys/stat.h>

#include "lib/base/alloc.h"
#include "lib/io/weights_write.h"

static const float six[] = {0, 1, 2, 3, 4, 5}, one[] = {1.5f}, scalar[] = {2.5f};

static const iso_weight_out list[] = {{"b", six, 2, {2, 3}},
                                      {"a.weight", one, 1, {1}},
                                      {"\xc3\xa9\"q", NULL, 2, {0, 4}},
                                      {"s", scalar, 0, {0}}};

/* safetensors 0.8.0: safetensors.numpy.save({"b": np.arange(6).reshape(2, 3), "a.weight": [1.5],
 * "é\"q": np.zeros((0, 4)), "s": np.array(2.5)}, {"format": "pt"}), all of float32 */
static const char golden[] =
    "\x08\x01\0\0\0\0\0\0"
    "{\"__metadata__\":{\"format\":\"pt\"},"
    "\"a.weight\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
    "\"b\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[4,28]},"
    "\"s\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[28,32]},"
    "\"\xc3\xa9\\\"q\":{\"dtype\":\"F32\",\"shape\":[0,4],\"data_offsets\":[32,32]}} "
    "\0\0\xc0?\0\0\0\0\0\0\x80?\0\0\0@\0\0@@\0\0\x80@\0\0\xa0@\0\0 @";

enum { GOLDEN = sizeof golden - 1 };

static size_t read_all(char *to, size_t room, const char *path)
{
    FILE *f = fopen(path, "rb");

    assert_non_null(f);
    const size_t n = fread(to, 1, room, f);
    fclose(f);
    return n;
}

static void bytes_of_another_writer(void **state)
{
    const char *path = temp_path("golden.safetensors");
    char bytes[1024];
    (void)state;

    ok(iso_weights_write(path, list, 4, NULL));
    assert_int_equal(read_all(bytes, sizeof bytes, path), GOLDEN);
    assert_memory_equal(bytes, golden, GOLDEN);
    assert_int_equal((8 + 0x108) % 8, 0);
}

/* Odd sizes and many pieces; the numbers come back bit for bit. */
static void read_back(void **state)
{
    enum { N = 4500001 };
    const char *path = temp_path("large.safetensors");
    float *x = NULL;
    iso_weights *w = NULL;
    (void)state;

    ok(iso_alloc(&x, N, sizeof *x));
    for (int64_t i = 0; i < N; i++)
        x[i] = (float)i * 0.37f;
    const iso_weight_out large[] = {{"z", x, 1, {N}}, {"y", x + 1, 4, {3, 1, 5, 100}}};
    ok(iso_weights_write(path, large, 2, NULL));
    ok(iso_weights_open_file(&w, path));
    assert_int_equal(iso_weights_count(w), 2);
    const iso_weight *z = iso_weights_find(w, "z"), *y = iso_weights_find(w, "y");
    assert_true(z->floats && z->dtype == ISO_F32 && z->rank == 1 && z->shape[0] == N);
    assert_memory_equal(z->data, x, N * sizeof *x);
    assert_true(y->rank == 4 && y->shape[2] == 5 && y->bytes == 6000);
    assert_memory_equal(y->data, x + 1, 6000);
    iso_weights_close(w);
    iso_free(x);
}

static void nothing_is_legal(void **state)
{
    const char *path = temp_path("none.safetensors");
    iso_weights *w = NULL;
    (void)state;

    ok(iso_weights_write(path, NULL, 0, NULL));
    ok(iso_weights_open_file(&w, path));
    assert_int_equal(iso_weights_count(w), 0);
    iso_weights_close(w);
}

/* What was there is as it was, and nothing lies beside it. */
static void refused(void **state)
{
    static const iso_weight_out twice[] = {{"a", one, 1, {1}}, {"b", one, 1, {1}}, {"a", one, 0}},
                                none = {"", one, 1, {1}}, facts = {"__metadata__", one, 1, {1}},
                                latin = {"\xe9", one, 1, {1}}, minus = {"a", one, 2, {-1, 0}},
                                deep = {"a", one, 5}, huge = {"a", one, 2, {1LL << 40, 1LL << 40}};
    const char *path = temp_path("kept.safetensors");
    char bytes[1024];
    (void)state;

    ok(iso_weights_write(path, list, 4, NULL));
    fails(iso_weights_write(path, twice, 3, NULL), ISO_EARG, "tensor \"a\" is there twice");
    fails(iso_weights_write(path, &none, 1, NULL), ISO_EARG, "called \"\" cannot be written");
    fails(iso_weights_write(path, &facts, 1, NULL), ISO_EARG, "called \"__metadata__\" cannot");
    fails(iso_weights_write(path, &latin, 1, NULL), ISO_EARG, "cannot be written");
    fails(iso_weights_write(path, &minus, 1, NULL), ISO_EARG, "\"a\" has a shape that is none");
    fails(iso_weights_write(path, &deep, 1, NULL), ISO_EARG, "\"a\" has a shape that is none");
    fails(iso_weights_write(path, &huge, 1, NULL), ISO_EARG, "\"a\" has a shape that is none");
    iso_run_interrupt_at("weights", 0);
    fails(iso_weights_write(path, list, 4, NULL), ISO_ECANCEL, "");
    iso_run_interrupt_at(NULL, 0);
    for (int64_t n = 0, err = ISO_ENOMEM; err; n++) {
        iso_alloc_fail_after(n);
        err = iso_weights_write(path, list, 4, NULL);
        iso_alloc_fail_after(-1);
        assert_true(err == ISO_ENOMEM || (!err && n > 4));
    }
    assert_int_equal(read_all(bytes, sizeof bytes, path), GOLDEN);
    assert_memory_equal(bytes, golden, GOLDEN);
    fails(iso_weights_write(temp_path("nowhere/x"), list, 4, NULL), ISO_EIO, "nowhere/x");
}

/* A full disk, where there is a device that is one. */
static void disk_full(void **state)
{
    (void)state;

    if (access("/dev/full", W_OK) != 0)
        skip();
    fails(iso_weights_write("/dev/full", list, 4, NULL), ISO_EIO, "No space left");
}

int main(void)
{
    RUN_TESTS(test(bytes_of_another_writer), test(read_back), test(nothing_is_legal), test(refused),
              test(disk_full));
}
