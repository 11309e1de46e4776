/* Dictionaries that the command line names: read, told, compared. */
#ifndef ISO_BIN_DICTIONARIES_H
#define ISO_BIN_DICTIONARIES_H

#include "bin/settings.h"
#include "lib/io/dictionary.h"

/* Reads under --encoding, --lower, --strict and tells what was odd. */
iso_err iso_dictionaries_read(iso_dictionary *out, const char *path, const struct settings *set);

/* Test words that the training dictionary holds too are told, with their number. */
iso_err iso_dictionaries_overlap(const struct settings *set, const char *train_path,
                                 const iso_dictionary *train, const char *test_path,
                                 const iso_dictionary *test);

/* The words that a side has, as they are looked up. */
struct dictionary_side {
    const char *const *words;
    int64_t count;
};

/* Appends "; --lower would find 4790 pairs instead of 4210" where both sides have more pairs of the
 * dictionary in lower case than the `found` ones; nothing when --lower is given. */
iso_err iso_dictionaries_hint(iso_buf *out, const struct settings *set, const iso_dictionary *d,
                              int64_t found, const struct dictionary_side side[2]);

#endif
