#include "lib/io/corpus_inside.h"

#include <string.h>

#include "lib/base/alloc.h"

void iso_corpus_free(iso_corpus *c)
{
    struct iso_corpus_store *s = c ? c->store : NULL;

    if (!s)
        return;
    iso_corpus_blocks_free(s->lines);
    iso_corpus_blocks_free(s->mended);
    for (int i = 0; i < CORPUS_COLUMNS; i++)
        iso_free(s->column[i]);
    for (int i = 0; i < s->note_count; i++) {
        iso_free((char *)s->notes[i].path);
        iso_free((char *)s->notes[i].text);
    }
    iso_free(s->notes);
    iso_corpus_wish_free(&s->wish);
    iso_free(s->offsets);
    iso_free(s->tokens);
    iso_free(s->first_repaired_path);
    iso_free(s->files);
    iso_free(s);
    *c = (iso_corpus){0};
}

bool iso_corpus_full(const struct iso_corpus_store *s)
{
    return s->limit > 0 && s->items >= s->limit;
}

iso_err iso_corpus_more(struct iso_corpus_store *s)
{
    const int64_t room = s->room ? s->room + s->room / 2 : 1024;
    iso_err err = ISO_OK;

    if (s->items < s->room)
        return ISO_OK;
    for (int c = 0; c < CORPUS_COLUMNS; c++) {
        if (s->has & 1u << c)
            ISO_TRY(iso_realloc(&s->column[c], s->items, room, sizeof *s->column[c]));
    }
    if (!s->has)
        ISO_TRY(
            iso_realloc(&s->offsets, s->offsets ? s->items + 1 : 0, room + 1, sizeof *s->offsets));
    s->room = room;
done:
    return err;
}

/* Files -------------------------------------------------------------------------- */

static iso_err disagree(const struct lines *in, unsigned has)
{
    const struct iso_corpus_store *s = in->store;
    const char *first = s->files[0].path;
    int c = 0;

    if (!has != !s->has)
        return iso_fail(ISO_EFORMAT,
                        "%s: holds %s and %s %s; one language is made of files of one kind",
                        in->path, has ? "text" : "token ids", first, s->has ? "text" : "token ids");
    while (!((has ^ s->has) & 1u << c))
        c++;
    return iso_fail(ISO_EFORMAT,
                    "%s: has %s column %s and %s has %s; give it to all files of the language or "
                    "to none",
                    in->path, has & 1u << c ? "a" : "no", iso_corpus_column_name(c), first,
                    has & 1u << c ? "none" : "one");
}

iso_err iso_corpus_claim(struct lines *in, unsigned has)
{
    struct iso_corpus_store *s = in->store;

    if (s->file_count > 1 && has != s->has)
        return disagree(in, has);
    s->has = has;
    return ISO_OK;
}

static iso_err read_plain(struct lines *in)
{
    struct iso_corpus_store *s = in->store;
    struct line line;
    bool there = false;
    iso_err err = ISO_OK;

    ISO_TRY(iso_corpus_claim(in, 1u << CORPUS_TEXT));
    while (!iso_corpus_full(s)) {
        ISO_TRY(iso_corpus_line(&line, &there, in));
        if (!there)
            break;
        ISO_TRY(iso_corpus_more(s));
        s->column[CORPUS_TEXT][s->items++] = line.text;
    }
done:
    return err;
}

iso_err iso_corpus_remark(struct lines *in, iso_buf *text)
{
    struct iso_corpus_store *s = in->store;
    char *path = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_realloc(&s->notes, s->note_count, s->note_count + 1, sizeof *s->notes));
    ISO_TRY(iso_str_dup(&path, in->path, -1));
    s->notes[s->note_count++] = (iso_corpus_note){path, text->text};
    *text = (iso_buf){0};
done:
    return err;
}

static iso_err read_kind(struct lines *in, struct corpus_file *file)
{
    iso_corpus_kind kind = ISO_CORPUS_PLAIN;
    iso_err err = ISO_OK;

    ISO_TRY(iso_corpus_kind_of(&kind, in));
    in->keep = kind == ISO_CORPUS_PLAIN || kind == ISO_CORPUS_TSV; /* the others copy fields */
    ISO_TRY(kind == ISO_CORPUS_TSV     ? iso_corpus_tsv(in, file)
            : kind == ISO_CORPUS_CSV   ? iso_corpus_csv(in, file)
            : kind == ISO_CORPUS_JSON  ? iso_corpus_json(in, file)
            : kind == ISO_CORPUS_CONLL ? iso_corpus_conll(in, file)
                                       : read_plain(in));
done:
    return err;
}

static bool holds_ids(const char *path)
{
    const size_t len = strlen(path);

    return len >= 4 && strcmp(path + len - 4, ".ids") == 0;
}

static iso_err read_file(struct iso_corpus_store *s, const char *path)
{
    const bool ids = holds_ids(path);
    struct corpus_file *file = &s->files[s->file_count++];
    struct lines in;
    iso_err err = ISO_OK;

    *file = (struct corpus_file){.path = path, .first = s->items};
    ISO_TRY(iso_corpus_lines_open(&in, s, path, !ids));
    ISO_TRY(ids ? iso_corpus_ids(&in) : read_kind(&in, file));
done:
    iso_corpus_lines_close(&in);
    return err;
}

/* The whole ------------------------------------------------------------------------ */

static void count_empty(struct iso_corpus_store *s)
{
    const char **text = s->column[CORPUS_TEXT];

    for (int64_t i = 0; text && i < s->items; i++)
        s->empty += text[i][strspn(text[i], " \t\v\f\r")] == '\0';
}

static void show(iso_corpus *out, struct iso_corpus_store *s)
{
    *out = (iso_corpus){.items = s->items,
                        .text = s->column[CORPUS_TEXT],
                        .text2 = s->column[CORPUS_TEXT2],
                        .ids = s->column[CORPUS_ID],
                        .labels = s->column[CORPUS_LABEL],
                        .offsets = s->offsets,
                        .tokens = s->tokens,
                        .empty = s->empty,
                        .repaired = s->repaired,
                        .first_repaired = s->first_repaired,
                        .first_repaired_path = s->first_repaired_path,
                        .padded = s->padded,
                        .unquoted = s->unquoted,
                        .notes = s->notes,
                        .note_count = s->note_count,
                        .store = s};
}

iso_err iso_corpus_read(iso_corpus *out, const char *const *paths, int count,
                        const iso_corpus_opt *opt)
{
    struct iso_corpus_store *s = NULL;
    iso_err err = ISO_OK;

    ISO_NEED(count > 0, "no text is given");
    ISO_NEED(!opt || opt->limit >= 0, "limit is %lld, it counts items", (long long)opt->limit);
    ISO_TRY(iso_alloc(&s, 1, sizeof *s));
    ISO_TRY(iso_alloc(&s->files, count, sizeof *s->files));
    s->limit = opt ? opt->limit : 0;
    s->run = opt ? opt->run : NULL;
    s->padding = opt ? opt->padding : NULL;
    s->kind = opt ? opt->kind : ISO_CORPUS_AUTO;
    ISO_TRY(iso_corpus_wish_parse(&s->wish, opt ? opt->columns : NULL));
    for (int i = 0; i < count && !iso_corpus_full(s); i++)
        ISO_TRY(read_file(s, paths[i]));
    if (!s->has && !s->tokens) /* only empty lines; the caller tells ids by their array */
        ISO_TRY(iso_alloc(&s->tokens, 0, sizeof *s->tokens));
    ISO_TRY(iso_corpus_unique(s));
    count_empty(s);
    show(out, s);
    s = NULL;
done:
    iso_corpus_free(&(iso_corpus){.store = s});
    return err;
}
