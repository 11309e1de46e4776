#include "lib/io/vectors.h"

#include <inttypes.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/io/states.h"
#include "lib/io/vectors_inside.h"

static bool number_of(int64_t *out, const char **p, const char *end)
{
    const char *begin = *p;
    int64_t value = 0;

    for (; *p < end && **p >= '0' && **p <= '9' && *p - begin < 18; ++*p)
        value = value * 10 + (**p - '0');
    *out = value;
    return *p > begin;
}

bool iso_vectors_header(int64_t *count, int64_t *dim, const char *line, int64_t len)
{
    const char *end = line + len;
    int64_t n, d;

    while (end > line && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r'))
        end--;
    if (!number_of(&n, &line, end) || line == end || (*line != ' ' && *line != '\t'))
        return false;
    while (line < end && (*line == ' ' || *line == '\t'))
        line++;
    if (!number_of(&d, &line, end) || line != end || d == 0)
        return false;
    *count = n;
    *dim = d;
    return true;
}

static iso_err read_any(struct iso_vectors_store *s)
{
    unsigned char head[8] = {0};
    const int64_t len = s->file->size < 8 ? s->file->size : 8;
    bool binary = false;
    iso_err err = ISO_OK;

    ISO_TRY(iso_file_read(s->file, 0, head, len));
    if (memcmp(head, "\x89HDF\r\n\x1a\n", 8) == 0)
        return iso_vectors_native(s);
    if ((head[0] | head[1] << 8 | head[2] << 16 | (int64_t)head[3] << 24) == ISO_FASTTEXT_MAGIC)
        return iso_vectors_fasttext(s);
    ISO_TRY(iso_vectors_text(s, &binary));
    if (binary)
        ISO_TRY(iso_vectors_binary(s));
done:
    return err;
}

static void free_store(struct iso_vectors_store *s)
{
    if (!s)
        return;
    iso_buf_free(&s->word);
    iso_textmap_free(&s->words);
    iso_free(s->rows);
    iso_free(s->counts);
    for (int i = 0; i < ISO_ODD_FEW; i++)
        iso_free(s->odd.few[i]);
    iso_free(s);
}

static void hand_over(iso_vectors *out, struct iso_vectors_store *s)
{
    iso_buf_free(&s->word);
    s->path = s->unit = NULL;
    s->opt = NULL;
    s->file = NULL;
    *out = (iso_vectors){.count = s->words.count,
                         .dim = s->dim,
                         .words = s->words.texts,
                         .rows = {s->rows, s->words.count, s->dim, s->dim, ISO_F32, NULL},
                         .counts = s->counts,
                         .odd = s->odd,
                         .store = s};
}

/* Where hardly a line is a word and numbers, it is not the lines that are odd. */
static iso_err check_enough(const struct iso_vectors_store *s)
{
    const char *first = s->odd.few[0] ? s->odd.few[0] : "";
    iso_err err = ISO_OK;

    if (s->words.count == 0)
        ISO_FAIL(ISO_EFORMAT, "%s: no word can be used%s%s", s->path, *first ? ": " : "", first);
    if (s->odd.short_lines > 2 * s->words.count)
        ISO_FAIL(ISO_EFORMAT,
                 "%s: %" PRId64 " lines are no word and %" PRId64 " numbers between blanks, and "
                 "only %" PRId64 " are: %s",
                 s->path, s->odd.short_lines, s->dim, s->words.count, first);
done:
    return err;
}

/* Where words come from: a file, states, or memory. */
struct origin {
    const char *path;
    iso_states *states;
    const char *const *words;
    iso_view rows;
};

static iso_err gather(struct iso_vectors_store *s, const struct origin *from)
{
    iso_file *file = NULL;
    iso_err err = ISO_OK;

    s->path = from->path;
    s->unit = from->words ? "word" : "line";
    if (from->states) {
        s->path = iso_states_name(from->states);
        s->unit = "word";
        s->how.latin1 = false;
        ISO_TRY(iso_vectors_states(s, from->states));
    } else if (from->words) {
        ISO_TRY(iso_vectors_view(s, from->words, from->rows));
    } else {
        ISO_TRY(iso_file_open(&file, from->path));
        s->file = file;
        ISO_TRY(read_any(s));
    }
    ISO_TRY(check_enough(s));
done:
    iso_file_close(file);
    return err;
}

static iso_err make(iso_vectors *out, const struct origin *from, const iso_vectors_opt *opt)
{
    static const iso_vectors_opt none = {0};
    struct iso_vectors_store *s = NULL;
    iso_err err = ISO_OK;

    opt = opt ? opt : &none;
    ISO_NEED(opt->limit >= 0, "%" PRId64 " words of %s: give a positive number", opt->limit,
             from->path);
    ISO_TRY(iso_alloc(&s, 1, sizeof *s));
    ISO_TRY(iso_word_text_named(&s->how, opt->encoding, opt->lower));
    s->opt = opt;
    ISO_TRY(gather(s, from));
    hand_over(out, s);
    s = NULL;
done:
    free_store(s);
    return err;
}

iso_err iso_vectors_read(iso_vectors *out, const char *path, const iso_vectors_opt *opt)
{
    if (!out || !path)
        return iso_fail(ISO_EARG, "no file of word vectors is named");
    return make(out, &(struct origin){.path = path}, opt);
}

iso_err iso_vectors_of(iso_vectors *out, const char *const *words, iso_view rows,
                       const iso_vectors_opt *opt)
{
    if (!words)
        return iso_fail(ISO_EARG, "no words are given");
    return make(out, &(struct origin){.path = "(memory)", .words = words, .rows = rows}, opt);
}

iso_err iso_vectors_of_states(iso_vectors *out, iso_states *states, const iso_vectors_opt *opt)
{
    return make(out, &(struct origin){.path = iso_states_name(states), .states = states}, opt);
}

void iso_vectors_free(iso_vectors *v)
{
    if (!v)
        return;
    free_store(v->store);
    *v = (iso_vectors){0};
}

int64_t iso_vectors_find(const iso_vectors *v, const char *word)
{
    return v->store ? iso_textmap_find(&v->store->words, word, -1) : -1;
}
