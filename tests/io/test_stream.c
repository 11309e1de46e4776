/* Bytes one after another: pipes nobody writes to, devices without an end, what is no text. */
#include "tests/check.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "lib/base/alloc.h"
#include "lib/io/stream.h"

enum { GRANTED = 1 << 20 };

static const char *file(const char *name, const char *bytes, size_t len)
{
    const char *path = temp_path(name);
    FILE *f = fopen(path, "wb");

    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
    return path;
}

static iso_err text_of(iso_buf *out, const char *path, int64_t most, const iso_run *run)
{
    iso_stream s;
    iso_err err = ISO_OK;

    out->len = 0;
    ISO_TRY(iso_stream_open(&s, path, most, run));
    err = iso_stream_text(out, &s);
    iso_stream_close(&s);
done:
    return err;
}

static bool count_down(void *payload, const char *what, int64_t done, int64_t total,
                       const char *unit)
{
    int *left = payload;

    (void)total;
    text(what, "reading");
    text(unit, "bytes");
    assert_true(done >= 0);
    return (*left)-- > 0;
}

/* A pipe that nobody opens for writing, and one whose writer says nothing: both wait, and stop. */
static void a_silent_pipe_can_be_left(void **state)
{
    const char *path = temp_path("pipe");
    int left = 2, ends[2];
    const iso_run run = {.progress = count_down, .payload = &left};
    iso_buf out = {0};
    iso_stream s;
    (void)state;

    assert_int_equal(mkfifo(path, 0600), 0);
    fails(text_of(&out, path, GRANTED, &run), ISO_ECANCEL, "interrupted");
    assert_int_equal(pipe(ends), 0);
    left = 2;
    iso_stream_of(&s, ends[0], "standard input", GRANTED, &run);
    fails(iso_stream_text(&out, &s), ISO_ECANCEL, "interrupted");
    iso_stream_close(&s);
    assert_int_equal(fcntl(ends[0], F_GETFD), 0); /* stays the caller's */
    assert_int_equal(write(ends[1], "word", 4), 4);
    close(ends[1]);
    left = 9;
    iso_stream_of(&s, ends[0], "standard input", GRANTED, &run);
    ok(iso_stream_text(&out, &s));
    text(out.text, "word");
    close(ends[0]);
    iso_buf_free(&out);
}

static void no_more_than_is_granted(void **state)
{
    iso_buf out = {0};
    iso_stream s;
    char bytes[64];
    int64_t count, total = 0;
    iso_err err = ISO_OK;
    (void)state;

    ok(text_of(&out, file("four", "word", 4), 4, NULL));
    text(out.text, "word");
    fails(text_of(&out, temp_path("four"), 3, NULL), ISO_EFORMAT,
          "four: continues after 3 bytes, which is all");
    ok(iso_stream_open(&s, "/dev/zero", 1000, NULL));
    while (!(err = iso_stream_read(&count, &s, bytes, sizeof bytes)))
        total += count;
    fails(err, ISO_EFORMAT, "/dev/zero: continues after 1000 bytes");
    assert_true(total > 900 && total <= 1000);
    iso_stream_close(&s);
    iso_buf_free(&out);
}

static void what_is_no_text(void **state)
{
    iso_buf out = {0};
    iso_stream s;
    (void)state;

    fails(text_of(&out, "/dev/zero", GRANTED, NULL), ISO_EFORMAT, "/dev/zero: byte 0 is zero");
    fails(text_of(&out, file("zero", "a\nb\0c", 5), GRANTED, NULL), ISO_EFORMAT,
          "zero: byte 3 is zero; this is no text");
    ok(iso_stream_open(&s, temp_path("zero"), GRANTED, NULL));
    out.len = 0;
    ok(iso_stream_all(&out, &s));
    assert_memory_equal(out.text, "a\nb\0c", 5);
    iso_stream_close(&s);
    fails(text_of(&out, "/dev/null", GRANTED, NULL), ISO_EFORMAT, "/dev/null: the file is empty");
    fails(text_of(&out, file("gz", "\x1f\x8b\x08", 3), GRANTED, NULL), ISO_EFORMAT, "gunzip");
    fails(text_of(&out, file("wide", "\xff\xfe{\0", 4), GRANTED, NULL), ISO_EFORMAT, "UTF-16");
    fails(text_of(&out, temp_path("nowhere"), GRANTED, NULL), ISO_EIO, "nowhere: No such file");
    fails(text_of(&out, "/", GRANTED, NULL), ISO_EIO, "/: is a directory");
    iso_buf_free(&out);
}

static void any_allocation_may_fail(void **state)
{
    const char *path = file("text", "some text", 9);
    iso_buf out = {0};
    iso_err err = ISO_ENOMEM;
    (void)state;

    for (int64_t n = 0; err; n++) {
        iso_alloc_fail_after(n);
        err = text_of(&out, path, GRANTED, NULL);
        iso_alloc_fail_after(-1);
        assert_true(!err || err == ISO_ENOMEM);
    }
    iso_buf_free(&out);
}

int main(void)
{
    RUN_TESTS(test(a_silent_pipe_can_be_left), test(no_more_than_is_granted), test(what_is_no_text),
              test(any_allocation_may_fail));
}
