/* A zip archive in memory: its headers by hand, its bytes the same each time. */
#include "tests/check.h"

#include "lib/base/alloc.h"
#include "lib/io/npz_pack.h"

/* CRC-32 as ZIP has it, a bit at a time. */
static uint32_t crc(const iso_buf *b)
{
    uint32_t c = 0xffffffff;

    for (int64_t i = 0; i < b->len; i++) {
        c ^= (unsigned char)b->text[i];
        for (int k = 0; k < 8; k++)
            c = c >> 1 ^ (c & 1 ? 0xedb88320 : 0);
    }
    return ~c;
}

static uint32_t number(const char *at, int bytes)
{
    uint32_t n = 0;

    for (int i = 0; i < bytes; i++)
        n |= (uint32_t)(unsigned char)at[i] << 8 * i;
    return n;
}

/* The central directory: each entry's method, time, checksum, size and name. */
static void check_entry(const char **at, const char *name, const iso_buf *bytes)
{
    const char *e = *at;

    assert_int_equal(number(e, 4), 0x02014b50);
    assert_int_equal(number(e + 10, 2), 8);        /* deflate */
    assert_int_equal(number(e + 12, 4), 0x210000); /* 1980-01-01 0:00 */
    assert_int_equal(number(e + 16, 4), crc(bytes));
    assert_int_equal(number(e + 24, 4), bytes->len);
    assert_int_equal(number(e + 28, 2), strlen(name));
    assert_int_equal(strncmp(e + 46, name, strlen(name)), 0);
    *at = e + 46 + number(e + 28, 2) + number(e + 30, 2) + number(e + 32, 2);
}

static void fill(iso_buf *out, const char *word, int times)
{
    for (int i = 0; i < times; i++)
        ok(iso_buf_puts(out, word));
}

static void files_are_inside(void **state)
{
    iso_buf a = {0}, b = {0}, zip = {0}, again = {0};
    const iso_packed_file files[] = {{"records.csv", &a}, {"records.json", &b}};

    (void)state;
    fill(&a, "cka,debiased,en,de\n", 5000);
    fill(&b, "{\"measure\": \"cka\"}", 3);
    ok(iso_pack(&zip, files, 2));
    ok(iso_pack(&again, files, 2));
    assert_int_equal(zip.len, again.len);
    assert_memory_equal(zip.text, again.text, (size_t)zip.len);
    assert_true(zip.len < a.len / 50);
    const char *end = zip.text + zip.len - 22;
    assert_int_equal(number(end, 4), 0x06054b50);
    assert_int_equal(number(end + 10, 2), 2);
    const char *at = zip.text + number(end + 16, 4);
    check_entry(&at, "records.csv", &a);
    check_entry(&at, "records.json", &b);
    assert_true(at == end);
    iso_buf_free(&a);
    iso_buf_free(&b);
    iso_buf_free(&zip);
    iso_buf_free(&again);
}

static void the_same_name_twice_is_refused(void **state)
{
    iso_buf a = {0}, zip = {0};
    const iso_packed_file files[] = {{"a", &a}, {"a", &a}};

    (void)state;
    fill(&a, "x", 1);
    fails(iso_pack(&zip, files, 2), ISO_EIO, "zip: ");
    assert_int_equal(zip.len, 0);
    iso_buf_free(&a);
}

static void survives_lack_of_memory(void **state)
{
    iso_buf a = {0};
    const iso_packed_file file = {"a", &a};
    iso_err err = ISO_ENOMEM;

    (void)state;
    fill(&a, "abcdefgh", 9);
    for (int64_t n = 0; err; n++) {
        iso_buf zip = {0};
        iso_alloc_fail_after(n);
        err = iso_pack(&zip, &file, 1);
        iso_alloc_fail_after(-1);
        assert_true(err == ISO_OK || err == ISO_ENOMEM);
        iso_buf_free(&zip);
    }
    iso_buf_free(&a);
}

int main(void)
{
    RUN_TESTS(test(files_are_inside), test(the_same_name_twice_is_refused),
              test(survives_lack_of_memory));
}
