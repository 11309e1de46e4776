/* Words and, for each, those that may stand in its place. */
#ifndef ISO_IO_WORD_TABLE_H
#define ISO_IO_WORD_TABLE_H

#include "lib/base/run.h"
#include "lib/base/str.h"
#include "lib/base/textmap.h"

ISO_BEGIN

/** Word w, words.texts[w], has the neighbours that iso_word_table_near gives. {0} is empty. */
typedef struct iso_word_table {
    iso_textmap words, texts; /* the words; all texts that are somebody's neighbour */
    int64_t *first;           /* words + 1, into near */
    int32_t *near;            /* numbers of texts */
    int64_t room, near_room;
} iso_word_table;

/**
 * Reads JSON {"word": ["neighbour", ...], ...}, or lines `word TAB neighbour TAB neighbour ...`;
 * the first byte that is no blank tells: { is JSON. A word may have no neighbours. Left out: a
 * neighbour that is the word itself, or stands there already; empty fields; empty lines.
 * Errors  ISO_EIO; ISO_EFORMAT (neither form, no word, not UTF-8, a word twice, line ends or tabs
 *         in one; more bytes than the memory budget), ISO_ENOMEM, ISO_ECANCEL.
 */
ISO_MUST_USE iso_err iso_word_table_read(iso_word_table *out, const char *path, const iso_run *run);

/** Adds a word with its neighbours, as above; `path` is for messages. Errors  ISO_EFORMAT,
 * ISO_ENOMEM. */
ISO_MUST_USE iso_err iso_word_table_begin(iso_word_table *t, const char *path, const char *word,
                                          int64_t len);
ISO_MUST_USE iso_err iso_word_table_add(iso_word_table *t, const char *path, const char *neighbour,
                                        int64_t len);
void iso_word_table_free(iso_word_table *t);

/** The number of a word, or −1; how many neighbours word w has, and the i-th of them. */
int64_t iso_word_table_find(const iso_word_table *t, const char *word, int64_t len);
int64_t iso_word_table_count(const iso_word_table *t, int64_t w);
const char *iso_word_table_near(const iso_word_table *t, int64_t w, int64_t i);

/** Adds the table as JSON, a word a line, in its order. Errors  ISO_ENOMEM. */
ISO_MUST_USE iso_err iso_word_table_json(iso_buf *out, const iso_word_table *t);

ISO_END

#endif
