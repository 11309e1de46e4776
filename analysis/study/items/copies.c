#include "analysis/study/items/copies.h"

#include <inttypes.h>
#include <string.h>

#include "analysis/study/items/folds.h"
#include "lib/base/alloc.h"

void iso_copies_free(struct copies *c)
{
    iso_free(c->text);
    iso_free(c->text2);
    iso_free(c->ids);
    iso_free(c->labels);
    iso_textmap_free(&c->kept);
    *c = (struct copies){0};
}

static iso_err make_room(struct copies *c, const iso_corpus *of, int64_t rows)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&c->text, rows, sizeof *c->text));
    ISO_TRY(iso_alloc(&c->ids, rows, sizeof *c->ids));
    if (of->text2)
        ISO_TRY(iso_alloc(&c->text2, rows, sizeof *c->text2));
    if (of->labels)
        ISO_TRY(iso_alloc(&c->labels, rows, sizeof *c->labels));
done:
    return err;
}

/* A text that lives as long as the copies. */
static iso_err keep(const char **out, struct copies *c, const iso_buf *text)
{
    int64_t number;
    iso_err err = ISO_OK;

    ISO_TRY(iso_textmap_keep(&number, &c->kept, text->text, text->len));
    *out = c->kept.texts[number];
done:
    return err;
}

static iso_err replace(const char **out, struct copies *c, const char *text, iso_replace how,
                       iso_buf *scratch)
{
    iso_err err = ISO_OK;

    scratch->len = 0;
    ISO_TRY(iso_replace_words(scratch, &c->replaced, text, (int64_t)strlen(text), &how));
    ISO_TRY(keep(out, c, scratch));
done:
    return err;
}

static iso_err add(struct copies *c, const iso_corpus *of, int64_t item, int64_t row,
                   iso_replace how, iso_buf *scratch)
{
    iso_err err = ISO_OK;

    ISO_TRY(replace(&c->text[row], c, of->text[item], how, scratch));
    how.second = true;
    if (of->text2 && of->text2[item])
        ISO_TRY(replace(&c->text2[row], c, of->text2[item], how, scratch));
    if (of->labels)
        c->labels[row] = of->labels[item];
    scratch->len = 0;
    ISO_TRY(of->ids ? iso_buf_printf(scratch, "%s.%" PRId64, of->ids[item], how.copy + 1)
                    : iso_buf_printf(scratch, "%" PRId64 ".%" PRId64, item + 1, how.copy + 1));
    ISO_TRY(keep(&c->ids[row], c, scratch));
done:
    return err;
}

/* Before texts are made: what they will take, roughly. */
static iso_err fits(const iso_corpus *of, const int64_t *items, int64_t count,
                    const struct copies_ask *ask)
{
    double bytes = 0;

    for (int64_t i = 0; i < count; i++) {
        const int64_t item = items ? items[i] : i;
        bytes += 96 + (double)strlen(of->text[item]);
        bytes += of->text2 && of->text2[item] ? (double)strlen(of->text2[item]) : 0;
    }
    bytes *= (double)ask->copies;
    if (bytes <= (double)iso_run_mem(ask->run))
        return ISO_OK;
    return iso_fail(ISO_ENOMEM,
                    ISO_FIELD(copies) " %" PRId64 ": copies of %" PRId64
                                      " items take about %.3g bytes, " ISO_FIELD(
                                          mem) " is %" PRId64 ": take fewer",
                    ask->copies, count, bytes, iso_run_mem(ask->run));
}

iso_err iso_copies_make(struct copies *out, const iso_corpus *of, const int64_t *items,
                        int64_t count, const struct copies_ask *ask)
{
    struct copies c = {0};
    iso_buf scratch = {0};
    iso_err err = ISO_OK;

    ISO_NEED(of->text, "token ids have no words to replace: name texts");
    ISO_TRY(fits(of, items, count, ask));
    ISO_TRY(make_room(&c, of, count * ask->copies));
    for (int64_t i = 0; i < count; i++) {
        const int64_t item = items ? items[i] : i;
        const char *id = of->ids ? of->ids[item] : NULL;
        iso_replace how = {.table = ask->table,
                           .key = iso_item_key(ask->seed, id, item),
                           .probability = ask->probability,
                           .most = ask->most};
        ISO_TRY(iso_run_step(ask->run, "replacing words", i, count, "items"));
        for (; how.copy < ask->copies; how.copy++)
            ISO_TRY(add(&c, of, item, i * ask->copies + how.copy, how, &scratch));
    }
    c.corpus = (iso_corpus){.items = count * ask->copies,
                            .text = c.text,
                            .text2 = c.text2,
                            .ids = c.ids,
                            .labels = c.labels};
    *out = c;
    c = (struct copies){0};
done:
    iso_copies_free(&c);
    iso_buf_free(&scratch);
    return err;
}

void iso_copies_note(const iso_replaced *n, const char *path, const char *table, const iso_run *run)
{
    const int64_t unknown = n->words - n->known;

    iso_run_note(run,
                 "%s: %" PRId64 " of %" PRId64 " words of the copies are in %s, %" PRId64
                 " are another one now",
                 path, n->known, n->words, table, n->changed);
    if (n->punctuated + n->other_case > 0)
        iso_run_note(run,
                     "%s: of the %" PRId64 " words that are not in %s, it has %" PRId64
                     " without the punctuation around them, %" PRId64 " more in lower case",
                     path, unknown, table, n->punctuated, n->other_case);
}
