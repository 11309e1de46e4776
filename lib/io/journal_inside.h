/* A journal as journal*.c see it. */
#ifndef ISO_IO_JOURNAL_INSIDE_H
#define ISO_IO_JOURNAL_INSIDE_H

#include "lib/io/journal.h"

/* The first line; its number grows with what a plan or a unit means. */
#define ISO_JOURNAL_MAGIC "isogloss-journal 2"

struct iso_journal {
    char *path, *of;
    char *plan; /* NULL: not begun */
    int64_t size, parts, rows;
    int64_t *units; /* ascending */
    int64_t count, room;
    int64_t end; /* bytes that are well formed; the next line goes there */
    int fd;
};

/* journal_read.c: what bytes[0..len) tell; sets j->end. */
iso_err iso_journal_parse(iso_journal *j, const char *bytes, int64_t len);

/* Notes a unit in memory; false when it was there already. */
iso_err iso_journal_note(bool *fresh, iso_journal *j, int64_t unit, int64_t rows);

#endif
