/* Digests: those that xxh128sum prints, however the bytes come; and those of a checkpoint. */
#include <sys/stat.h>

#include "lib/base/alloc.h"
#include "lib/base/threads.h"
#include "lib/io/checkpoint.h"
#include "lib/io/digest.h"
#include "tests/check.h"

static const char *file(const char *name, const char *content)
{
    const char *path = temp_path(name);
    FILE *out = fopen(path, "w");

    assert_non_null(out);
    fputs(content, out);
    fclose(out);
    return path;
}

/* From the reference's own sanity values: nothing, and one letter. */
static void known_values(void **state)
{
    (void)state;
    char hex[ISO_DIGEST_SIZE];
    iso_digest *d = NULL;

    ok(iso_digest_new(&d));
    iso_digest_write(hex, d);
    text(hex, "99aa06d3014798d86001c324468d497f");
    iso_digest_add(d, "a", 1);
    iso_digest_write(hex, d);
    text(hex, "a96faf705af16834e6c632b61e964e1f");
    iso_digest_free(d);
    iso_digest_free(NULL);
}

static void parts_do_not_matter(void **state)
{
    (void)state;
    enum { BYTES = 3000000 };
    static char bytes[BYTES];
    char whole[ISO_DIGEST_SIZE], parts[ISO_DIGEST_SIZE], of_file[ISO_DIGEST_SIZE];
    const char *path = temp_path("bytes");
    int64_t done = 5;
    iso_digest *d = NULL;

    for (int i = 0; i < BYTES; i++)
        bytes[i] = (char)((unsigned)i * 2654435761u >> 13);
    ok(iso_digest_new(&d));
    iso_digest_add(d, bytes, BYTES);
    iso_digest_write(whole, d);
    iso_digest_free(d);
    ok(iso_digest_new(&d));
    for (int at = 0, n = 1; at < BYTES; at += n, n = n * 3 % 70001 + 1)
        iso_digest_add(d, bytes + at, n < BYTES - at ? n : BYTES - at);
    iso_digest_write(parts, d);
    iso_digest_free(d);
    text(parts, whole);
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    assert_int_equal(fwrite(bytes, 1, BYTES, out), BYTES);
    fclose(out);
    ok(iso_digest_file(of_file, path, NULL, "reading", &done, 0));
    text(of_file, whole);
    assert_int_equal(done, 5 + BYTES);
    fails(iso_digest_file(of_file, temp_path("none"), NULL, "reading", &done, 0), ISO_EIO, "none");
}

/* Of three leaves, the last of 5 bytes: the digest of their digests, whatever the threads. */
static void a_large_file_is_its_leaves(void **state)
{
    (void)state;
    enum { LAST = 5 };
    const int64_t bytes = 2 * (int64_t)ISO_DIGEST_LEAF + LAST;
    char want[ISO_DIGEST_SIZE], got[ISO_DIGEST_SIZE], *all = NULL;
    const char *path = temp_path("large");
    const int threads = iso_threads_most();
    iso_digest *leaf = NULL, *top = NULL;

    ok(iso_alloc(&all, bytes, 1));
    for (int64_t i = 0; i < bytes; i++)
        all[i] = (char)((uint64_t)i * 2654435761u >> 13);
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    assert_int_equal(fwrite(all, 1, (size_t)bytes, out), bytes);
    fclose(out);
    ok(iso_digest_new(&top));
    for (int64_t at = 0; at < bytes; at += ISO_DIGEST_LEAF) {
        ok(iso_digest_new(&leaf));
        iso_digest_add(leaf, all + at, bytes - at < LAST + 1 ? LAST : ISO_DIGEST_LEAF);
        iso_digest_write(want, leaf);
        iso_digest_add(top, want, ISO_DIGEST_SIZE - 1);
        iso_digest_free(leaf);
    }
    iso_digest_write(want, top);
    iso_digest_free(top);
    for (int n = 1; n <= 4; n++) {
        int64_t done = 0;
        iso_threads_set(n);
        ok(iso_digest_file(got, path, NULL, "reading", &done, bytes));
        assert_int_equal(done, bytes);
        text(got, want);
    }
    iso_threads_set(threads);
    iso_free(all);
}

static void texts_do_not_run_together(void **state)
{
    static const char *const pairs[][2] = {{"ab", "c"}, {"a", "bc"}, {"abc", ""}, {"abc", NULL}};
    char hex[4][ISO_DIGEST_SIZE];

    (void)state;
    for (int i = 0; i < 4; i++) {
        iso_digest *d = NULL;
        ok(iso_digest_new(&d));
        iso_digest_add_text(d, pairs[i][0]);
        iso_digest_add_text(d, pairs[i][1]);
        iso_digest_write(hex[i], d);
        iso_digest_free(d);
        for (int k = 0; k < i; k++)
            assert_string_not_equal(hex[i], hex[k]);
    }
}

static bool stop(void *payload, const char *what, int64_t done, int64_t total, const char *unit)
{
    (void)payload, (void)done, (void)total;
    text(what, "checking the model");
    text(unit, "bytes");
    return false;
}

/* Every file of a tokenizer and the configuration count, by name. */
static void each_file_of_a_checkpoint_counts(void **state)
{
    static const char *const names[] = {"config.json",
                                        "tokenizer_config.json",
                                        "special_tokens_map.json",
                                        "added_tokens.json",
                                        "vocab.txt",
                                        "vocab.json",
                                        "merges.txt",
                                        "spiece.model",
                                        "tokenizer.json",
                                        "tokenizer.model",
                                        "sentencepiece.bpe.model"};
    enum { NAMES = sizeof names / sizeof *names };
    iso_buf before = {0}, after = {0};

    (void)state;
    assert_int_equal(mkdir(temp_path("m"), 0700), 0);
    (void)file("m/README.md", "card");
    for (int i = 0; i < NAMES; i++) {
        char name[128];
        snprintf(name, sizeof name, "m/%s", names[i]);
        (void)file(name, "1");
    }
    ok(iso_checkpoint_identity(&before, temp_path("m"), true, false, NULL));
    for (int i = 0; i < NAMES; i++) {
        char name[128], line[160];
        snprintf(name, sizeof name, "m/%s", names[i]);
        (void)file(name, "2");
        after.len = 0;
        ok(iso_checkpoint_identity(&after, temp_path("m"), true, false, NULL));
        assert_int_equal(after.len, before.len);
        snprintf(line, sizeof line, "%s\t", names[i]);
        assert_non_null(strstr(before.text, line));
        assert_string_not_equal(after.text, before.text);
        (void)file(name, "1");
    }
    after.len = 0;
    ok(iso_checkpoint_identity(&after, temp_path("m"), false, false, NULL));
    text(strchr(after.text, '\n'), "\n"); /* of ids alone no tokenizer is read */
    fails(iso_checkpoint_identity(&after, temp_path("m"), true, true, NULL), ISO_EIO,
          "holds neither model.safetensors");
    fails(
        iso_checkpoint_identity(&after, temp_path("m"), true, false, &(iso_run){.progress = stop}),
        ISO_ECANCEL, "");
    iso_buf_free(&before);
    iso_buf_free(&after);
}

static void survives_lack_of_memory(void **state)
{
    iso_err err = ISO_ENOMEM;

    (void)state;
    for (int64_t n = 0; err; n++) {
        iso_buf out = {0};
        iso_alloc_fail_after(n);
        err = iso_checkpoint_identity(&out, temp_path("m"), true, false, NULL);
        iso_alloc_fail_after(-1);
        assert_true(err == ISO_OK || err == ISO_ENOMEM);
        iso_buf_free(&out);
    }
}

int main(void)
{
    RUN_TESTS(test(known_values), test(parts_do_not_matter), test(a_large_file_is_its_leaves),
              test(texts_do_not_run_together), test(each_file_of_a_checkpoint_counts),
              test(survives_lack_of_memory));
}
