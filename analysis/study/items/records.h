/* Records from files: JSON and CSV of earlier runs, told apart by what they hold. */
#ifndef ISO_BIN_RECORDS_H
#define ISO_BIN_RECORDS_H

#include "lib/base/str.h"
#include "lib/io/record.h"

/* Adds the records of a file to `out`; `command`, unless NULL, takes the line that made them (""
 * when the file does not say). "-" is standard input. Errors name the file. */
iso_err iso_records_read(iso_records *out, iso_buf *command, const char *path);

/* The same in two steps: all bytes of a file that is not empty, then their records. */
iso_err iso_records_bytes(iso_buf *out, const char *path);
iso_err iso_records_parse(iso_records *out, iso_buf *command, const iso_buf *text,
                          const char *path);

/* Whether a text is JSON rather than a table. */
bool iso_records_are_json(const iso_buf *text);

/* Whether a list of languages ("de,fra"; NULL: all) names one. */
bool iso_records_names(const char *list, const char *lang);

/* What a choice of records is made by; NULL = all. Lists as on the command line. */
struct records_choice {
    const char *src, *tgt; /* "en", "de,fr": any code of the language */
    const char *layers;    /* "0,3-6,last": both layers of a record must be among them */
};

/* Adds the records chosen to `out`. Errors ISO_EARG (a list that cannot be read, nothing left). */
iso_err iso_records_choose(iso_records *out, const iso_records *records,
                           const struct records_choice *choice);

#endif
