/* Headers of foreign files that lie: npy's Python words, safetensors' JSON, names of arrays. */
#include "tests/check.h"
#include "tests/io/tensor_data.h"

#include "lib/io/array_set.h"
#include "lib/io/npy.h"
#include "lib/io/states.h"

static iso_err header(iso_array *a, const char *words)
{
    return iso_npy_header(a, words, (int64_t)strlen(words), "x.npy");
}

static void npy_in_all_spellings(void **state)
{
    static const char *const spellings[] = {
        "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4)}   \n",
        "{\"shape\":(3,4,),\"fortran_order\":False,\"descr\":\"<f4\"}",
        "  { 'shape' : ( 3L , 4L ) , 'descr' : '<f4' , 'fortran_order' : False , } ",
    };
    iso_array a = {0};
    (void)state;

    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
        a = (iso_array){.rank = 7};
        ok(header(&a, spellings[i]));
        assert_int_equal(a.rank, 2);
        assert_int_equal(a.shape[0], 3);
        assert_int_equal(a.shape[1], 4);
        assert_int_equal(a.dtype, ISO_F32);
        assert_false(a.fortran || a.big_endian);
    }
    ok(header(&a, "{'descr': '>f2', 'fortran_order': True, 'shape': (5,)}"));
    assert_int_equal(a.rank, 1);
    assert_int_equal(a.dtype, ISO_F16);
    assert_true(a.fortran && a.big_endian);
}

static void npy_that_is_none(void **state)
{
    static const char *const bad[] = {
        "",
        "{",
        "{}",
        "[]",
        "{'descr': '<f4', 'fortran_order': False}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4)",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4)} x",
        "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (3, 4)}",
        "{'descr': '<f4', 'fortran_order': Maybe, 'shape': (3, 4)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (3)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (3 4)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (3,, 4)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-3, 4)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': 3}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1)}",
        "{'descr': '<f4, 'fortran_order': False, 'shape': (3, 4)}",
        "{'descr: <f4",
        "{'descr': '<f4aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'shape': (3, 4)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), 'more': 1}",
    };
    iso_array a = {.rank = 7};
    (void)state;

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        fails(header(&a, bad[i]), ISO_EFORMAT, "x.npy: its header is not understood");
    fails(header(&a, "{'descr': '|b1', 'fortran_order': False, 'shape': (3, 4)}"), ISO_EUNSUP,
          "holds '|b1'");
    fails(header(&a, "{'descr': '<f16', 'fortran_order': False, 'shape': (3, 4)}"), ISO_EUNSUP,
          "holds '<f16'");
    assert_int_equal(a.rank, 7); /* untouched */
}

static void npy_prefixes(void **state)
{
    unsigned char b[ISO_NPY_PREFIX] = "\x93NUMPY\1\0\x76\0\0";
    int64_t start = 0, len = 0;
    (void)state;

    ok(iso_npy_prefix(&start, &len, b, "x"));
    assert_int_equal(start, 10);
    assert_int_equal(len, 0x76);
    b[6] = 2;
    b[10] = 1;
    ok(iso_npy_prefix(&start, &len, b, "x"));
    assert_int_equal(start, 12);
    assert_int_equal(len, 0x10076);
    b[11] = 0xff;
    fails(iso_npy_prefix(&start, &len, b, "x"), ISO_EFORMAT, "claims a header of");
    b[6] = 4;
    fails(iso_npy_prefix(&start, &len, b, "x"), ISO_EFORMAT, "version 4.0");
    b[0] = 0;
    fails(iso_npy_prefix(&start, &len, b, "x"), ISO_EFORMAT, "no .npy");
}

/* Shapes whose product does not fit in 64 bits, or not in the file. */
static void arrays_larger_than_their_file(void **state)
{
    iso_array a = {.rank = 2, .shape = {3, 4}};
    (void)state;

    ok(iso_array_check(&a, NULL, 48, "x"));
    fails(iso_array_check(&a, NULL, 47, "x"), ISO_EFORMAT, "x: is truncated: 48 bytes");
    a.offset = 1;
    fails(iso_array_check(&a, NULL, 48, "x"), ISO_EFORMAT, "from byte 1 on do not fit in 48");
    a = (iso_array){.rank = 2, .shape = {INT64_MAX / 4, 2}};
    fails(iso_array_check(&a, NULL, INT64_MAX, "x"), ISO_EFORMAT, "claims more numbers");
    a = (iso_array){.rank = 3, .shape = {2, (int64_t)1 << 40, (int64_t)1 << 40}};
    fails(iso_array_check(&a, NULL, INT64_MAX, "x"), ISO_EFORMAT, "claims more numbers");
    a = (iso_array){.rank = 3, .shape = {2000, 2, 2}};
    fails(iso_array_check(&a, NULL, INT64_MAX, "x"), ISO_EFORMAT, "2000 items of 2 layers (--axes NLD)");
    fails(iso_array_check(&a, "LND", INT64_MAX, "x"), ISO_EFORMAT, "try --axes NLD");
    ok(iso_array_check(&a, "NLD", INT64_MAX, "x"));
}

static void put_file(const char *path, uint64_t len, const char *head, size_t data)
{
    FILE *f = fopen(path, "wb");

    assert_non_null(f);
    for (int i = 0; i < 8; i++)
        fputc((int)(len >> (8 * i) & 0xff), f);
    fputs(head, f);
    for (size_t i = 0; i < data; i++)
        fputc(0, f);
    assert_int_equal(fclose(f), 0);
}

#define TENSOR(name, shape, from, to)                                                              \
    "\"" name "\":{\"dtype\":\"F32\",\"shape\":" shape ",\"data_offsets\":[" from "," to "]}"

static void safetensors_that_lie(void **state)
{
    static const struct {
        const char *head, *says;
    } cases[] = {
        {"{", "header: "},
        {"{\"a\":1}", "tensor \"a\" has no dtype"},
        {"{\"a\":{\"dtype\":\"F32\"}}", "\"a\" has no shape"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2,2]}}", "\"a\" has no data_offsets"},
        {"{" TENSOR("a", "[2,2]", "0", "9999") "}",
         "lies at bytes 0 to 9999 of the data, which has 32"},
        {"{" TENSOR("a", "[2,2]", "16", "0") "}", "lies at bytes 16 to 0"},
        {"{" TENSOR("a", "[2,2]", "-16", "0") "}", "lies at bytes -16 to 0"},
        {"{" TENSOR("a", "[2,2]", "1e99", "16") "}", "no data_offsets"},
        {"{" TENSOR("a", "[2,2]", "0.5", "16") "}", "no data_offsets"},
        {"{" TENSOR("a", "[2,2]", "0", "12") "}", "its shape takes 16 bytes, its offsets 12"},
        {"{" TENSOR("a", "[4294967296,4294967296]", "0", "0") "}", "claims more numbers"},
        {"{" TENSOR("a", "[2,-2]", "0", "16") "}", "a shape that is none"},
        {"{" TENSOR("a", "[2,\"2\"]", "0", "16") "}", "a shape that is none"},
        {"{" TENSOR("a", "[0,2]", "0", "0") "}", "axis 0 has length 0"},
        {"{" TENSOR("a", "[1,1,1,1,1,1,1,1,1,1]", "0", "4") "}", "has 4 axes or more"},
        {"{" TENSOR("a", "[2,2]", "0", "16") "," TENSOR("b", "[2,2]", "8", "24") "}",
         "\"a\" and \"b\" overlap"},
        {"{" TENSOR("a", "[2,2]", "0", "16") "," TENSOR("a", "[2,2]", "16", "32") "}",
         "tensor \"a\" is there twice"},
        {"{" TENSOR("a.1", "[2,2]", "0", "16") "," TENSOR("a_1", "[2,2]", "16", "32") "}",
         "name the same language and layer"},
        {"{" TENSOR("\xff", "[2,2]", "0", "16") "}", "header: "},
        {"{\"__metadata__\":{}}", "holds no tensor"},
        {"{}", "holds no tensor"},
    };
    const iso_states_opt none = {0};
    const char *path = temp_path("x.safetensors");
    iso_states *s = NULL;
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        put_file(path, strlen(cases[i].head), cases[i].head, tensor_data(cases[i].head, 32));
        fails(iso_states_open(&s, &path, 1, &none), ISO_EFORMAT, cases[i].says);
        assert_non_null(strstr(iso_err_msg(), "x.safetensors"));
    }
    put_file(path, 1000, "{}", 32);
    fails(iso_states_open(&s, &path, 1, &none), ISO_EFORMAT,
          "claims a header of 1000 bytes and has 42 in all");
    put_file(path, 9 << 20, "{}", 10 << 20);
    fails(iso_states_open(&s, &path, 1, &none), ISO_EFORMAT, "at most 8388608 are read");
}

int main(void)
{
    RUN_TESTS(test(npy_in_all_spellings), test(npy_that_is_none), test(npy_prefixes),
              test(arrays_larger_than_their_file),
              test(safetensors_that_lie));
}
