/* Looking at checkpoints: what is a finding, what a failure. The words are in
 * tests/cli/inspect_checkpoint.t. */
#include "tests/check.h"

#include <sys/stat.h>

#include "bin/inspect/inspect_checkpoint.h"
#include "lib/base/alloc.h"

static void put(const char *folder, const char *name, const char *content)
{
    FILE *f = fopen(check_path(folder, name), "w");

    assert_non_null(f);
    fputs(content, f);
    assert_int_equal(fclose(f), 0);
}

static const char *new_folder(const char *name)
{
    const char *folder = temp_path(name);

    assert_int_equal(mkdir(folder, 0700), 0);
    return folder;
}

static void folders_that_look_like_one(void **state)
{
    const char *folder = new_folder("empty");
    (void)state;

    assert_true(checkpoint_is(source_path("examples/mini")));
    assert_false(checkpoint_is(source_path("examples/mini/config.json")));
    assert_false(checkpoint_is(source_path("nowhere")));
    assert_false(checkpoint_is(folder));
    put(folder, "model.safetensors.index.json", "{}");
    assert_true(checkpoint_is(folder));
}

static void counts_by_type_and_file(void **state)
{
    struct checkpoint c = {0};
    (void)state;

    ok(checkpoint_look(&c, source_path("examples/mini"), false));
    assert_true(c.understood && c.weights && c.network && c.read);
    assert_null(c.cannot_run);
    assert_int_equal(c.type_count, 1);
    text(c.types[0].name, "F16");
    assert_int_equal(c.types[0].bytes, 2 * c.numbers);
    assert_int_equal(c.file_count, 1);
    assert_int_equal(c.files[0].tensors, 74);
    assert_int_equal(c.broken_count, 0);
    assert_int_equal(checkpoint_unused_count(&c), 5); /* the head */
    assert_false(checkpoint_ids_beyond(&c));
    c.config.V = 8000;
    assert_true(checkpoint_ids_beyond(&c));
    checkpoint_free(&c);
}

static void what_is_wrong_is_a_finding(void **state)
{
    const char *folder = new_folder("wrong");
    struct checkpoint c = {0};
    iso_buf out = {0};
    (void)state;

    put(folder, "config.json", "{");
    put(folder, "model.safetensors", "x");
    ok(checkpoint_look(&c, folder, false));
    assert_false(c.understood || c.weights || c.network || c.tokenizer || c.read);
    assert_non_null(strstr(c.cannot_run, "config.json: not JSON"));
    assert_non_null(c.cannot_tokenize);
    ok(checkpoint_table(&out, &c));
    ok(checkpoint_json(&out, &c, &(iso_origin){.version = ISO_VERSION}));
    checkpoint_free(&c);
    iso_buf_free(&out);
}

static iso_err look_and_tell(const char *folder)
{
    struct checkpoint c = {0};
    iso_buf out = {0};
    iso_err err = ISO_OK;

    ISO_TRY(checkpoint_look(&c, folder, false));
    ISO_TRY(checkpoint_table(&out, &c));
    ISO_TRY(checkpoint_json(&out, &c, &(iso_origin){.version = ISO_VERSION}));
done:
    iso_buf_free(&out);
    checkpoint_free(&c);
    return err;
}

static void every_allocation_may_fail(void **state)
{
    static const char *const names[] = {"config.json", "model.safetensors"};
    const char *folder = new_folder("links"); /* without a tokenizer, which is slow to open */
    iso_err err = ISO_ENOMEM;
    int64_t n = 0;
    (void)state;

    for (int i = 0; i < 2; i++) {
        char path[64];
        snprintf(path, sizeof path, "examples/mini/%s", names[i]);
        assert_int_equal(symlink(source_path(path), check_path(folder, names[i])), 0);
    }
    for (; err; n++) {
        iso_alloc_fail_after(n);
        err = look_and_tell(folder);
        iso_alloc_fail_after(-1);
        if (err)
            assert_int_equal(err, ISO_ENOMEM);
    }
    ok(err);
    assert_true(n > 0);
}

int main(void)
{
    RUN_TESTS(test(folders_that_look_like_one), test(counts_by_type_and_file),
              test(what_is_wrong_is_a_finding), test(every_allocation_may_fail));
}
