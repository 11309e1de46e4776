#include "lib/io/record_read.h"

#include <string.h>
#include <unistd.h>

#include "lib/io/stream.h"

enum { RECORDS_MOST = 1 << 28 }; /* bytes; some 800 000 records */

iso_err iso_records_bytes(iso_buf *out, const char *path, const iso_run *run)
{
    iso_stream in;
    iso_err err = ISO_OK;

    if (strcmp(path, "-") == 0)
        iso_stream_of(&in, STDIN_FILENO, "standard input", RECORDS_MOST, run);
    else
        ISO_TRY(iso_stream_open(&in, path, RECORDS_MOST, run));
    err = iso_stream_text(out, &in);
    iso_stream_close(&in);
done:
    return err;
}

bool iso_records_are_json(const iso_buf *text)
{
    const size_t blank = strspn(text->text, "\xef\xbb\xbf \t\r\n");

    return text->text[blank] == '{' || text->text[blank] == '[';
}

/* In files of earlier versions a difference from the plain state, or from what --against named,
 * said only that it is one. What correlations hold constant is another matter. */
static void name_baseline(iso_record *r)
{
    if (!iso_str_same(r->stage, "difference") || r->given || r->x)
        return;
    r->given = r->train || r->mix_layer != ISO_NO_INT ? "before" : "against";
}

iso_err iso_records_parse(iso_records *out, iso_buf *command, const iso_buf *text, const char *path)
{
    iso_records list = {0};
    iso_buf line = {0};
    iso_err err = iso_records_are_json(text) ? iso_json_read(&list, &line, text->text, text->len)
                                             : iso_csv_read(&list, text->text, text->len);

    if (err) {
        err = iso_fail_in(err, "%s", path);
        goto done;
    }
    for (int64_t i = 0; i < list.count; i++) {
        name_baseline(&list.at[i]);
        ISO_TRY(iso_records_add(out, &list.at[i]));
    }
    if (command) {
        iso_buf_free(command);
        *command = line;
        line = (iso_buf){0};
    }
done:
    iso_records_free(&list);
    iso_buf_free(&line);
    return err;
}

iso_err iso_records_read(iso_records *out, iso_buf *command, const char *path, const iso_run *run)
{
    iso_buf text = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_records_bytes(&text, path, run));
    ISO_TRY(iso_records_parse(out, command, &text, path));
done:
    iso_buf_free(&text);
    return err;
}
