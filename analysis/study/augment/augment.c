#include "analysis/study/augment/augment.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "analysis/study/items/copies.h"
#include "lib/encode/opened.h"
#include "lib/io/kind.h"
#include "lib/io/outfile.h"

enum { FLUSH = 1 << 16, COPIES_MOST = 1000000 };

/* clang-format off */
static const iso_option rows[] = {
    ISO_OPTION(iso_augment_opt, PATH, table, "FILE", "words and what may replace them: JSON {\"word\": [\"neighbour\"]}, or lines `word TAB neighbour TAB ...`", .reads = ISO_READS_FILE),
    ISO_OPTION(iso_augment_opt, INT, copies, "N", "copies of each item (default: 3)", .least = 1, .most = COPIES_MOST, .init = "3"),
    ISO_OPTION(iso_augment_opt, REAL, probability, "P", "that a word of the table is replaced, by each of its neighbours as likely as by another (default: k/(1+k) of k neighbours)", .least = 0, .above = true, .most = 1),
    ISO_OPTION(iso_augment_opt, REAL, most, "SHARE", "part of a text's words that are replaced at most (default: all)", .least = 0, .above = true, .most = 1),
    ISO_TEXTS_COLUMNS(iso_augment_opt),
    ISO_TEXTS_FORMAT(iso_augment_opt),
    ISO_OPTION_AS(iso_augment_opt, "limit", INT, texts.limit, "N", "take only the first N items", .least = 1),
    ISO_OPTION_AS(iso_augment_opt, "out", PATH, path, "FILE.tsv", "the table of copies to write", .letter = 'o', .writes = ISO_WRITES_KIND, .file = ISO_KIND_COPIES),
};
/* clang-format on */
const iso_options iso_augment_options = ISO_OPTIONS("augment", iso_augment_opt, rows);

void iso_augment_opt_init(iso_augment_opt *opt, size_t size)
{
    iso_options_init(&iso_augment_options, opt, size);
}

static bool is_tsv(const char *path)
{
    const size_t len = strlen(path);

    return len > 4 && strcmp(path + len - 4, ".tsv") == 0;
}

static iso_err take_options(iso_augment_opt *out, const iso_augment_opt *opt)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_options_take(&iso_augment_options, out, opt));
    ISO_TRY(iso_corpus_check_columns(out->texts.columns));
    ISO_NEED(out->table, "needs " ISO_FIELD(table) " FILE, words and their neighbours");
    ISO_NEED(out->path, "needs " ISO_FIELD(out) " FILE.tsv, the table of copies to write");
    ISO_NEED(is_tsv(out->path),
             ISO_FIELD(out) " %s: what is written is a table; a name that ends in .tsv says so to "
                            "who reads it",
             out->path);
done:
    return err;
}

iso_err iso_augment_check(const iso_augment_opt *opt)
{
    iso_augment_opt o;

    return take_options(&o, opt);
}

/* --- Writing --- */

struct table {
    iso_outfile *file;
    iso_buf text;
    int64_t blanked; /* fields with tabs or line ends, which would end them */
};

static iso_err add_field(struct table *t, const char *field, const char *after)
{
    const int64_t from = t->text.len;
    bool blanked = false;
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(&t->text, field ? field : ""));
    for (char *c = t->text.text + from; *c; c++) {
        if (*c == '\t' || *c == '\n' || *c == '\r') {
            *c = ' ';
            blanked = true;
        }
    }
    t->blanked += blanked;
    ISO_TRY(iso_buf_puts(&t->text, after));
done:
    return err;
}

static iso_err add_row(struct table *t, const struct copies *c, int64_t row)
{
    const char *id = c->ids[row];
    const int64_t name = strrchr(id, '.') - id;
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(&t->text, "%.*s\t%s\t", (int)name, id, id));
    ISO_TRY(add_field(t, c->text[row], c->text2 || c->labels ? "\t" : "\n"));
    if (c->text2)
        ISO_TRY(add_field(t, c->text2[row], c->labels ? "\t" : "\n"));
    if (c->labels)
        ISO_TRY(add_field(t, c->labels[row], "\n"));
    if (t->text.len >= FLUSH) {
        ISO_TRY(iso_outfile_write(t->file, t->text.text, t->text.len));
        t->text.len = 0;
    }
done:
    return err;
}

static iso_err write_copies(const struct copies *c, const char *path, const iso_run *run)
{
    struct table t = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_outfile_open(&t.file, path));
    ISO_TRY(iso_buf_printf(&t.text, "copy_of\tid\ttext%s%s\n", c->text2 ? "\ttext2" : "",
                           c->labels ? "\tlabel" : ""));
    for (int64_t i = 0; i < c->corpus.items; i++)
        ISO_TRY(add_row(&t, c, i));
    ISO_TRY(iso_outfile_write(t.file, t.text.text, t.text.len));
    iso_outfile *file = t.file;
    t.file = NULL;
    ISO_TRY(iso_outfile_commit(file));
    if (t.blanked > 0)
        iso_run_note(run, "%s: tabs and line ends in texts are spaces now (%" PRId64 ")", path,
                     t.blanked);
done:
    iso_outfile_discard(t.file);
    iso_buf_free(&t.text);
    return err;
}

/* --- The work --- */

iso_err iso_augment(const char *const *files, int count, const iso_augment_opt *opt,
                    const iso_run *run)
{
    iso_augment_opt o;
    iso_word_table table = {0};
    iso_corpus corpus = {0};
    struct copies copies = {0};
    iso_err err = ISO_OK;

    ISO_TRY(take_options(&o, opt));
    ISO_NEED(count > 0 && files, "needs texts, whose words are replaced");
    ISO_TRY(iso_word_table_read(&table, o.table, run));
    const iso_corpus_opt how = iso_texts_reading(&o.texts, run);
    ISO_TRY(iso_corpus_read(&corpus, files, count, &how));
    ISO_TRY(iso_texts_note(run, &(const iso_corpus *){&corpus}, 1));
    if (!corpus.text)
        ISO_FAIL(ISO_EARG, "%s: token ids have no words to replace: name a text", files[0]);
    ISO_TRY(iso_copies_make(
        &copies, &corpus, NULL, corpus.items,
        &(struct copies_ask){.table = &table,
                             .copies = o.copies,
                             .seed = iso_run_seed(run),
                             .run = run,
                             .probability = isnan(o.probability) ? 0 : o.probability,
                             .most = isnan(o.most) ? 0 : o.most}));
    ISO_TRY(write_copies(&copies, o.path, run));
    iso_copies_note(&copies.replaced, files[0], o.table, run);
done:
    iso_copies_free(&copies);
    iso_corpus_free(&corpus);
    iso_word_table_free(&table);
    return err;
}
