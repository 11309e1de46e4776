/* isogloss tokenize: how a checkpoint cuts text into pieces. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "bin/cmd.h"
#include "bin/out.h"
#include "bin/term.h"
#include "lib/encode/model.h"
#include "lib/encode/texts.h"
#include "bin/cmd/tokenize_print.h"
#include "lib/base/alloc.h"
#include "lib/encode/opened.h"
#include "lib/io/kind.h"
#include "lib/io/outfile.h"
#include "lib/io/stream.h"

enum { FLUSH = 1 << 16, PART = 1 << 16, LINE_MOST = 1 << 26 };

/* What the command line says. */
struct tokenize_opt {
    size_t size;
    iso_model_opt model;
    int64_t max_length;
    iso_texts_opt texts;
    const char *json;
};

/* clang-format off */
static const iso_option rows[] = {
    ISO_MODEL_FOLDER(struct tokenize_opt),
    ISO_OPTION(struct tokenize_opt, INT, max_length, "N", "tokens of a sentence, special ones included; what is longer is cut (default: nothing is)", .least = 1),
    ISO_TEXTS_COLUMNS(struct tokenize_opt),
    ISO_TEXTS_FORMAT(struct tokenize_opt),
    ISO_OPTION_AS(struct tokenize_opt, "limit", INT, texts.limit, "N", "take only the first N sentences of each file", .least = 1),
    ISO_OPTION(struct tokenize_opt, PATH, json, "FILE", "write text, pieces and ids of the sentences as JSON (-: standard output)", .writes = ISO_WRITES_KIND, .file = ISO_KIND_TOKENS),
};
/* clang-format on */
static const iso_options tokenize_options = ISO_OPTIONS("tokenize", struct tokenize_opt, rows);

/* One run: where sentences come from and go to. */
struct job {
    const struct args *args;
    const struct tokenize_opt *opt;
    const iso_run *run;
    iso_tokenizer *tokenizer;
    iso_tokens tokens;
    iso_buf out;       /* what was not handed on yet */
    iso_outfile *file; /* NULL: standard output */
    int64_t sentences, truncated, repaired;
    int width; /* of the terminal; 0: none */
};

static int terminal_width(void)
{
    struct winsize size;

    if (!isatty(STDOUT_FILENO))
        return 0;
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20 ? size.ws_col : 80;
}

static iso_err flush(struct job *job)
{
    const size_t len = (size_t)job->out.len;
    iso_err err = ISO_OK;

    if (len == 0)
        goto done;
    if (job->file)
        ISO_TRY(iso_outfile_write(job->file, job->out.text, job->out.len));
    else if (fwrite(job->out.text, 1, len, stdout) != len)
        ISO_FAIL(ISO_EIO, "standard output: %s", strerror(errno));
    job->out.len = 0;
done:
    return err;
}

static iso_err add(struct job *job, const iso_text *text)
{
    const struct tokenized t = {job->tokenizer, text, &job->tokens};
    iso_err err = ISO_OK;

    ISO_TRY(iso_run_step(job->run, "tokenising", job->sentences, 0, "sentences"));
    ISO_TRY(iso_tokenizer_encode(job->tokenizer, &job->tokens, text, job->opt->max_length));
    if (job->opt->json) {
        ISO_TRY(iso_buf_puts(&job->out, job->sentences ? ",\n" : "\n"));
        ISO_TRY(tokenize_json(&job->out, &t));
    } else if (job->width > 0) {
        ISO_TRY(tokenize_columns(&job->out, &t, job->width));
    } else {
        ISO_TRY(tokenize_line(&job->out, &t));
    }
    job->sentences++;
    job->truncated += job->tokens.truncated;
    if (job->out.len >= FLUSH || job->width > 0)
        ISO_TRY(flush(job));
done:
    return err;
}

static iso_err take_file(struct job *job, const char *path)
{
    const iso_corpus_opt opt = iso_texts_reading(&job->opt->texts, job->run);
    iso_corpus c = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_corpus_read(&c, &path, 1, &opt));
    ISO_TRY(iso_texts_note(job->run, &(const iso_corpus *){&c}, 1));
    if (!c.text)
        ISO_FAIL(ISO_EARG, "%s: holds token ids, which are cut already: name a text", path);
    job->repaired += c.repaired;
    for (int64_t i = 0; i < c.items; i++) {
        const iso_text text = iso_texts_item(&c, i);
        ISO_TRY(add(job, &text));
    }
done:
    iso_corpus_free(&c);
    return err;
}

static bool enough(const struct job *job, int64_t lines)
{
    return job->opt->texts.limit > 0 && lines >= job->opt->texts.limit;
}

/* One line, without its end. */
static iso_err add_line(struct job *job, const char *line, int64_t len)
{
    len -= len > 0 && line[len - 1] == '\r';
    return add(job, &(iso_text){.text = line, .len = len});
}

/* The whole lines of `text`, at most as many as --limit says; what is left stands first in it. */
static iso_err add_lines(struct job *job, iso_buf *text, int64_t *count)
{
    const char *at = text->text, *end;
    iso_err err = ISO_OK;

    while (!enough(job, *count) &&
           (end = memchr(at, '\n', (size_t)(text->text + text->len - at)))) {
        ISO_TRY(add_line(job, at, end - at));
        at = end + 1;
        ++*count;
    }
    text->len -= at - text->text;
    memmove(text->text, at, (size_t)text->len);
done:
    return err;
}

/* Line by line, so that a conversation works too. */
static iso_err take_stdin(struct job *job)
{
    char *part = NULL;
    iso_buf text = {0};
    iso_stream in;
    int64_t count = 0, lines = 0;
    iso_err err = ISO_OK;

    iso_stream_of(&in, STDIN_FILENO, "standard input", INT64_MAX, job->run);
    ISO_TRY(iso_alloc(&part, PART, 1));
    while (!enough(job, lines)) {
        ISO_TRY(iso_stream_read(&count, &in, part, PART));
        if (count == 0)
            break;
        ISO_TRY(iso_buf_add(&text, part, count));
        ISO_TRY(add_lines(job, &text, &lines));
        if (text.len > LINE_MOST)
            ISO_FAIL(ISO_EFORMAT, "standard input: line %lld is longer than %d bytes",
                     (long long)lines + 1, LINE_MOST);
    }
    if (text.len > 0 && !enough(job, lines))
        ISO_TRY(add_line(job, text.text, text.len));
done:
    iso_buf_free(&text);
    iso_free(part);
    return err;
}

/* The texts, "-" for standard input, and the folder of the tokenizer. */
static iso_err begin_json(struct job *job)
{
    const struct words *words = &job->args->inputs;
    struct out_origin origin = {0};
    iso_states_file *files = NULL;
    int count = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&files, words->count + 2, sizeof *files));
    for (int i = 0; i < words->count || i == 0; i++)
        files[count++] = out_file_at(words->count ? words->at[i] : "-", "text");
    files[count++] = (iso_states_file){job->opt->model.folder, "tokenizer", 0};
    ISO_TRY(out_origin_make(&origin, job->args));
    origin.is.inputs = files;
    origin.is.input_count = count;
    ISO_TRY(iso_json_origin(&job->out, &origin.is));
    ISO_TRY(iso_buf_puts(&job->out, ",\n \"sentences\": ["));
done:
    out_origin_free(&origin);
    iso_free(files);
    return err;
}

static iso_err take_all(struct job *job)
{
    const struct words *inputs = &job->args->inputs;
    iso_err err = ISO_OK;

    if (job->opt->json)
        ISO_TRY(begin_json(job));
    if (inputs->count == 0)
        ISO_TRY(take_stdin(job));
    for (int i = 0; i < inputs->count; i++)
        ISO_TRY(strcmp(inputs->at[i], "-") == 0 ? take_stdin(job) : take_file(job, inputs->at[i]));
    if (job->opt->json)
        ISO_TRY(iso_buf_puts(&job->out, job->sentences ? "\n ]}\n" : "]}\n"));
    ISO_TRY(flush(job));
done:
    return err;
}

static void tell(const struct job *job)
{
    iso_model_note_tokenizer(job->run, job->opt->model.folder, job->tokenizer);
    if (job->truncated > 0)
        iso_run_note(job->run, "%lld sentence%s cut to %lld tokens", (long long)job->truncated,
                     job->truncated == 1 ? " was" : "s were", (long long)job->opt->max_length);
    if (job->repaired > 0)
        iso_run_note(job->run, "%lld line%s had bytes that are not UTF-8", (long long)job->repaired,
                     job->repaired == 1 ? "" : "s");
}

static iso_err tokenize(const struct args *args)
{
    const iso_run run = term_run(args);
    const struct tokenize_opt *opt = args->study;
    struct job job = {.args = args, .opt = opt, .run = &run};
    iso_err err = ISO_OK;

    ISO_TRY(iso_model_tokenizer_open(&job.tokenizer, opt->model.folder));
    if (opt->json && strcmp(opt->json, "-") != 0)
        ISO_TRY(iso_outfile_open(&job.file, opt->json));
    job.width = opt->json ? 0 : terminal_width();
    ISO_TRY(take_all(&job));
    if (job.file) {
        iso_outfile *file = job.file;
        job.file = NULL;
        ISO_TRY(iso_outfile_commit(file));
    }
    tell(&job);
done:
    iso_outfile_discard(job.file);
    iso_buf_free(&job.out);
    iso_tokens_free(&job.tokens);
    iso_tokenizer_close(job.tokenizer);
    return err;
}

static int run(const struct args *args)
{
    const struct tokenize_opt *opt = args->study;

    iso_err err = iso_model_check(&opt->model);
    if (!err)
        err = iso_corpus_check_columns(opt->texts.columns);
    if (err == ISO_EARG)
        return cmd_usage(args, "%s", iso_err_msg());
    if (!err)
        err = tokenize(args);
    return err ? cmd_failed(args, err) : EXIT_DONE;
}

const struct cmd cmd_tokenize = {
    .name = "tokenize",
    .args = "--model DIR [TEXT...]",
    .summary = "the pieces and ids that a checkpoint makes of text",
    .study = &tokenize_options,
    .options = "only progress quiet",
    .reads = ISO_READS_FILE,
    .run = run,
};
