#include "lib/io/kind.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/h5.h"

enum { HEAD = 1 << 16 };

/* A file that is there, and how it begins. */
struct sight {
    const char *path, *head; /* NUL-terminated behind len bytes */
    int64_t len, size;
};

static bool begins(const struct sight *s, const char *text)
{
    return s->len >= (int64_t)strlen(text) && memcmp(s->head, text, strlen(text)) == 0;
}

static bool holds(const struct sight *s, const char *text)
{
    return memmem(s->head, (size_t)s->len, text, strlen(text)) != NULL;
}

/* --- Text ------------------------------------------------------------------------ */

static iso_err is_tokens(bool *is, const struct sight *s)
{
    *is = begins(s, "{\"isogloss\": ") && holds(s, "\n \"sentences\": [");
    return ISO_OK;
}

static iso_err is_json(bool *is, const struct sight *s)
{
    const iso_err err = is_tokens(is, s);

    *is = begins(s, "{\"isogloss\": ") && !*is;
    return err;
}

static iso_err is_csv(bool *is, const struct sight *s)
{
    *is = begins(s, "measure,estimator,src,tgt,");
    return ISO_OK;
}

static iso_err is_copies(bool *is, const struct sight *s)
{
    *is = begins(s, "copy_of\tid\ttext");
    return ISO_OK;
}

/* {"word": ["neighbour"], ...}, a word a line (lib/io/word_table.h). */
static iso_err is_neighbours(bool *is, const struct sight *s)
{
    const char *end = s->len > 2 ? strchr(s->head + 2, '\n') : NULL;

    *is = begins(s, "{\n\"") && end && memmem(s->head, (size_t)(end - s->head), "\": [", 4) &&
          (end[-1] == ']' || (end[-1] == ',' && end[-2] == ']'));
    return ISO_OK;
}

static iso_err is_journal(bool *is, const struct sight *s)
{
    *is = begins(s, "isogloss-journal ");
    return ISO_OK;
}

static iso_err is_script(bool *is, const struct sight *s)
{
    *is = begins(s, "# Run in this folder: gnuplot this-file\n");
    return ISO_OK;
}

/* The headers of all figures' numbers (analysis/page/figure). */
static iso_err is_numbers(bool *is, const struct sight *s)
{
    static const char *const heads[] = {
        "layer\tvalue\tlo\thi\t", "row\tvalue\tlo\thi\t",        "x\ty\tvalue\tx_name\ty_name",
        "x\ty\tlo\thi\tname\n",   "column\tlayer\tvalue\tmixed", "column\trow\tweight\tcolumn_"};

    *is = false;
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        *is = *is || begins(s, heads[i]);
    return ISO_OK;
}

/* The fields of a line: whole numbers, then a score; *real when that is not whole. */
static bool scored(bool *real, const char *line, const char *end)
{
    const char *score = memrchr(line, '\t', (size_t)(end - line));

    if (!score || score - line > 42 || strspn(line, "0123456789\t") < (size_t)(score - line))
        return false;
    score++;
    *real = *real || memchr(score, '.', (size_t)(end - score)) != NULL;
    return strspn(score, "0123456789.-+e") >= (size_t)(end - score);
}

/* Pairs of row numbers alone are somebody's answers; a score has a decimal point somewhere. */
static iso_err is_predictions(bool *is, const struct sight *s)
{
    bool real = false;

    *is = true;
    for (const char *at = s->head, *end; *is && (end = strchr(at, '\n')); at = end + 1)
        *is = scored(&real, at, end);
    *is = *is && real;
    return ISO_OK;
}

/* --- Pictures ------------------------------------------------------------------------ */

static iso_err is_svg(bool *is, const struct sight *s)
{
    *is = s->head[strspn(s->head, "\xef\xbb\xbf \t\r\n")] == '<' && holds(s, "<svg");
    return ISO_OK;
}

static iso_err is_pdf(bool *is, const struct sight *s)
{
    *is = begins(s, "%PDF-");
    return ISO_OK;
}

static iso_err is_png(bool *is, const struct sight *s)
{
    *is = begins(s, "\x89PNG\r\n\x1a\n");
    return ISO_OK;
}

/* --- Numbers --------------------------------------------------------------------------- */

/* What is damaged is not ours to replace either; only a lack of memory is an error. */
static iso_err has_format(bool *is, const char *path, const char *format)
{
    iso_h5 *file = NULL;
    char *said = NULL;
    iso_err err = ISO_OK;

    *is = false;
    if (!iso_h5_is(path))
        goto done;
    ISO_TRY(iso_h5_open(&file, path, NULL));
    ISO_TRY(iso_h5_attr_text(&said, file, "/", "format"));
    *is = iso_str_same(said, format);
done:
    iso_free(said);
    (void)iso_h5_close(file);
    return err == ISO_ENOMEM ? err : ISO_OK;
}

static iso_err is_states(bool *is, const struct sight *s)
{
    return has_format(is, s->path, "isogloss-states");
}

static iso_err is_maps(bool *is, const struct sight *s)
{
    return has_format(is, s->path, "isogloss-maps");
}

static iso_err is_matrix(bool *is, const struct sight *s)
{
    const char *shape = s->len > 10 ? strstr(s->head + 10, "'shape': (") : NULL;
    int end = 0;

    if (shape)
        (void)sscanf(shape, "'shape': (%*[0-9], %*[0-9])%n", &end);
    *is = begins(s, "\x93NUMPY\x01") && holds(s, "'descr': '<f8'") && end > 0;
    return ISO_OK;
}

/* Nothing in it says who wrote it: none is replaced unasked. */
static iso_err is_npz(bool *is, const struct sight *s)
{
    (void)s;
    *is = false;
    return ISO_OK;
}

/* Weights of a model are safetensors too. */
static iso_err is_tensors(bool *is, const struct sight *s)
{
    *is = s->len > 8 && s->head[8] == '{' && holds(s, "\"format\": \"isogloss-states\"");
    return ISO_OK;
}

/* An unfinished file may hold anything; its journal, which is made before it, says whose it is. */
static iso_err is_part(bool *is, const struct sight *s)
{
    iso_buf journal = {0};
    struct stat st;
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(&journal, "%s.journal", s->path));
    *is = lstat(journal.text, &st) == 0 && S_ISREG(st.st_mode);
    if (*is)
        ISO_TRY(iso_kind_fits(is, journal.text, ISO_KIND_JOURNAL));
done:
    iso_buf_free(&journal);
    return err;
}

/* --- Face ------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    iso_err (*is)(bool *is, const struct sight *s);
} kinds[] = {
    [ISO_KIND_NONE] = {"a file", NULL},
    [ISO_KIND_JSON] = {"JSON that isogloss wrote", is_json},
    [ISO_KIND_TOKENS] = {"JSON of `isogloss tokenize`", is_tokens},
    [ISO_KIND_CSV] = {"records of isogloss (CSV)", is_csv},
    [ISO_KIND_STATES] = {"a states file of isogloss", is_states},
    [ISO_KIND_NPZ] = {"known to be of isogloss", is_npz},
    [ISO_KIND_TENSORS] = {"states of isogloss (safetensors)", is_tensors},
    [ISO_KIND_PART] = {"an unfinished file of isogloss", is_part},
    [ISO_KIND_JOURNAL] = {"a journal of isogloss", is_journal},
    [ISO_KIND_MAPS] = {"a maps file of isogloss", is_maps},
    [ISO_KIND_MATRIX] = {"an .npy file of one matrix of f64", is_matrix},
    [ISO_KIND_COPIES] = {"texts of `isogloss augment`", is_copies},
    [ISO_KIND_NEIGHBOURS] = {"neighbours of words, of isogloss (JSON)", is_neighbours},
    [ISO_KIND_PREDICTIONS] = {"predictions (row, score)", is_predictions},
    [ISO_KIND_SVG] = {"an SVG picture", is_svg},
    [ISO_KIND_PDF] = {"a PDF file", is_pdf},
    [ISO_KIND_PNG] = {"a PNG picture", is_png},
    [ISO_KIND_SCRIPT] = {"a figure's script of isogloss", is_script},
    [ISO_KIND_NUMBERS] = {"the numbers of a figure of isogloss", is_numbers},
};

const char *iso_kind_name(iso_kind kind)
{
    return kinds[kind].name;
}

static int64_t read_head(char *to, int64_t room, int fd)
{
    int64_t len = 0;

    while (len < room) {
        const ssize_t n = pread(fd, to + len, (size_t)(room - len), (off_t)len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        len += n;
    }
    to[len] = '\0';
    return len;
}

iso_err iso_kind_fits(bool *fits, const char *path, iso_kind kind)
{
    struct sight s = {.path = path};
    struct stat st;
    char *head = NULL;
    int fd = -1;
    iso_err err = ISO_OK;

    *fits = true;
    if (kind == ISO_KIND_NONE || stat(path, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size == 0)
        goto done;
    *fits = false;
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        goto done;
    ISO_TRY(iso_alloc(&head, HEAD + 1, 1));
    s.len = read_head(head, HEAD, fd);
    s.head = head;
    s.size = (int64_t)st.st_size;
    ISO_TRY(kinds[kind].is(fits, &s));
done:
    if (fd >= 0)
        (void)close(fd);
    iso_free(head);
    return err;
}
