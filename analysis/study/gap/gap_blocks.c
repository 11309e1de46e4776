/* A table of languages and blocks, such as families or scripts: where a language may change places.
 */
#include <string.h>

#include "analysis/study/gap/gap_inside.h"
#include "lib/base/alloc.h"
#include "lib/base/textmap.h"
#include "lib/io/delimited.h"
#include "lib/io/record_read.h"
#include "lib/text/lang.h"

/* The column called block, else the only one beside the language. */
static iso_err choose_column(int *out, const iso_delimited *head)
{
    iso_err err = ISO_OK;

    for (*out = 1; *out < head->count; (*out)++) {
        if (iso_str_same(iso_delimited_field(head, *out), "block"))
            return ISO_OK;
    }
    *out = 1;
    if (head->count != 2)
        ISO_FAIL(ISO_EFORMAT,
                 "line %lld: %d column%s, not two, lang and block; of several the one called "
                 "block counts",
                 (long long)head->number, head->count, head->count == 1 ? "" : "s");
done:
    return err;
}

/* The language's number in the job, −1 where it is not of it. */
static int number_of(const struct gap_job *job, const char *name)
{
    const char *lang = iso_lang_canonical(name);

    for (int i = 0; i < job->tgts; i++) {
        if (strcmp(job->tgt[i], lang) == 0)
            return i;
    }
    return strcmp(job->src, lang) == 0 ? job->tgts : -1;
}

static iso_err take_line(int *block, iso_textmap *names, const struct gap_job *job,
                         const iso_delimited *line, int column)
{
    const char *lang = iso_delimited_field(line, 0);
    const int at = number_of(job, lang);
    int64_t number;
    iso_err err = ISO_OK;

    if (column >= line->count)
        ISO_FAIL(ISO_EFORMAT, "line %lld: %s has no block", (long long)line->number, lang);
    if (at < 0 || !*iso_delimited_field(line, column))
        return ISO_OK;
    ISO_TRY(iso_textmap_keep(&number, names, iso_delimited_field(line, column), -1));
    if (block[at] >= 0 && block[at] != (int)number)
        ISO_FAIL(ISO_EFORMAT, "line %lld: a second block of %s", (long long)line->number, lang);
    block[at] = (int)number;
done:
    return err;
}

/* The first line is a header unless it begins with a language. */
static iso_err read_lines(int *block, const struct gap_job *job, iso_delimited *line)
{
    iso_textmap names = {0};
    bool more = false;
    int column;
    iso_err err = ISO_OK;

    ISO_TRY(iso_delimited_next(&more, line));
    if (!more)
        ISO_FAIL(ISO_EFORMAT, "no languages: a line each of lang and block");
    ISO_TRY(choose_column(&column, line));
    if (iso_lang_find(iso_delimited_field(line, 0)))
        ISO_TRY(take_line(block, &names, job, line, column));
    for (;;) {
        ISO_TRY(iso_delimited_next(&more, line));
        if (!more)
            break;
        ISO_TRY(take_line(block, &names, job, line, column));
    }
done:
    iso_textmap_free(&names);
    return err;
}

iso_err iso_gap_blocks_read(int *block, const struct gap_job *job)
{
    const char *path = job->opt.blocks;
    iso_buf text = {0};
    iso_delimited *line = NULL;
    iso_err err = ISO_OK;

    for (int i = 0; i <= job->tgts; i++)
        block[i] = -1;
    ISO_TRY(iso_records_bytes(&text, path, job->run));
    ISO_TRY(iso_alloc(&line, 1, sizeof *line));
    err = iso_delimited_begin(line, text.text, text.len, true);
    if (!err)
        err = read_lines(block, job, line);
    if (err)
        err = iso_fail_in(err, "%s", path);
done:
    if (line)
        iso_delimited_free(line);
    iso_free(line);
    iso_buf_free(&text);
    return err;
}
