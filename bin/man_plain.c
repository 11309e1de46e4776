/* Our man pages as plain text: the few requests of roff that they use. */
#include <stdbool.h>
#include <string.h>

#include "bin/man_page.h"
#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/base/utf8.h"

enum { WIDTH = 80, BODY = 7, SECTION = 3, HANGING = 14 };

/* A page under way. */
struct page {
    FILE *to;
    iso_buf words; /* of the paragraph begun, blanks between */
    int indent;
    bool example; /* lines are taken as they are */
    bool tag;     /* what comes is the tag of a .TP */
    bool blank;   /* the last line printed was one, or a heading */
};

static void blank_line(struct page *p)
{
    if (!p->blank)
        fputc('\n', p->to);
    p->blank = true;
}

/* Prints the paragraph begun, in lines. */
static void flush(struct page *p)
{
    int column = 0;

    if (p->words.len == 0)
        return;
    for (char *word = p->words.text, *next; word; word = next) {
        next = strchr(word, ' ');
        if (next)
            *next++ = '\0';
        const int wide = iso_utf8_columns(word);
        if (column > 0 && column + 1 + wide > WIDTH) {
            fputc('\n', p->to);
            column = 0;
        }
        fprintf(p->to, "%*s%s", column ? 1 : p->indent, "", word);
        column += (column ? 1 : p->indent) + wide;
    }
    fputc('\n', p->to);
    p->blank = false;
    p->words.len = 0;
}

/* Appends text[0..len) without its escapes. */
static iso_err unescape(iso_buf *out, const char *text, size_t len)
{
    static const char *const signs[][2] = {
        {"lq", "\xe2\x80\x9c"}, {"rq", "\xe2\x80\x9d"}, {"pc", "\xc2\xb7"}};
    iso_err err = ISO_OK;

    for (size_t i = 0; i < len; i++) {
        if (text[i] != '\\' || i + 1 == len) {
            ISO_TRY(iso_buf_add(out, text + i, 1));
            continue;
        }
        const char c = text[++i];
        if (c == 'f' && i + 1 < len) {
            i++; /* a font */
        } else if (c == '(' && i + 2 < len) {
            for (size_t k = 0; k < sizeof signs / sizeof *signs; k++) {
                if (strncmp(signs[k][0], text + i + 1, 2) == 0)
                    ISO_TRY(iso_buf_puts(out, signs[k][1]));
            }
            i += 2;
        } else if (c != '&') {
            ISO_TRY(iso_buf_add(out, c == 'e' ? "\\" : &c, 1));
        }
    }
done:
    return err;
}

static iso_err add_words(struct page *p, const char *text, size_t len)
{
    iso_err err = ISO_OK;

    if (p->words.len > 0 && len > 0)
        ISO_TRY(iso_buf_puts(&p->words, " "));
    ISO_TRY(unescape(&p->words, text, len));
done:
    return err;
}

/* The arguments of .BR and its like, set together; of .B and .I with blanks between. */
static iso_err add_arguments(struct page *p, const char *line, bool apart)
{
    bool first = true;
    iso_err err = ISO_OK;

    for (const char *at = line; *(at += strspn(at, " ")); first = false) {
        const bool quoted = *at == '"';
        const char *begin = at + quoted;
        const size_t len = strcspn(begin, quoted ? "\"" : " ");
        if (first || apart)
            ISO_TRY(add_words(p, begin, len));
        else
            ISO_TRY(unescape(&p->words, begin, len));
        at = begin + len + (quoted && begin[len]);
    }
done:
    return err;
}

static iso_err heading(struct page *p, const char *text, int indent)
{
    iso_err err = ISO_OK;

    flush(p);
    blank_line(p);
    p->indent = indent;
    ISO_TRY(add_arguments(p, text, true));
    flush(p);
    p->blank = true;
    p->indent = BODY;
done:
    return err;
}

static void end_paragraph(struct page *p, bool space)
{
    flush(p);
    if (space)
        blank_line(p);
    p->indent = BODY;
}

static bool is_request(const char *line, const char *name, const char **rest)
{
    const size_t len = strlen(name);

    if (strncmp(line + 1, name, len) != 0 || (line[1 + len] && line[1 + len] != ' '))
        return false;
    *rest = line + 1 + len;
    return true;
}

/* A line that begins with a point. */
static iso_err request(struct page *p, const char *line)
{
    static const char *const joined[] = {"BR", "RB", "BI", "IB", "IR", "RI", NULL};
    const char *rest = "";
    iso_err err = ISO_OK;

    for (const char *const *name = joined; *name; name++) {
        if (is_request(line, *name, &rest))
            return add_arguments(p, rest, false);
    }
    if (is_request(line, "SH", &rest)) {
        ISO_TRY(heading(p, rest, 0));
    } else if (is_request(line, "SS", &rest)) {
        ISO_TRY(heading(p, rest, SECTION));
    } else if (is_request(line, "B", &rest) || is_request(line, "I", &rest)) {
        ISO_TRY(add_arguments(p, rest, true));
    } else if (is_request(line, "PP", &rest)) {
        end_paragraph(p, true);
    } else if (is_request(line, "TP", &rest)) {
        end_paragraph(p, true);
        p->tag = true;
    } else if (is_request(line, "EX", &rest)) {
        end_paragraph(p, false);
        p->example = true;
    }
done:
    return err;
}

static iso_err take_line(struct page *p, const char *line, size_t len)
{
    const bool tag = p->tag;
    iso_err err = ISO_OK;

    if (p->example && strcmp(line, ".EE") != 0) {
        ISO_TRY(unescape(&p->words, line, len));
        fprintf(p->to, "%*s%s\n", BODY + 2, "", p->words.len ? p->words.text : "");
        p->blank = false;
        p->words.len = 0;
        goto done;
    }
    p->example = false;
    ISO_TRY(*line == '.' ? request(p, line) : add_words(p, line, len));
    if (tag && p->words.len > 0) { /* the text hangs below its tag */
        flush(p);
        p->tag = false;
        p->indent = HANGING;
    }
done:
    return err;
}

iso_err man_plain(FILE *to, const char *roff)
{
    struct page p = {.to = to, .indent = BODY, .blank = true};
    char *copy = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_str_dup(&copy, roff, -1));
    for (char *line = copy, *next; *line; line = next) {
        const size_t len = strcspn(line, "\n");
        next = line + len + (line[len] == '\n');
        line[len] = '\0';
        ISO_TRY(take_line(&p, line, len));
    }
    flush(&p);
done:
    iso_buf_free(&p.words);
    iso_free(copy);
    return err;
}
