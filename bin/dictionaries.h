/* Dictionaries that the command line names: read, told, compared. */
#ifndef ISO_BIN_DICTIONARIES_H
#define ISO_BIN_DICTIONARIES_H

#include "bin/settings.h"
#include "lib/io/dictionary.h"

/* Reads under --encoding, --lower, --strict and tells what was odd. */
iso_err dictionaries_read(iso_dictionary *out, const char *path, const struct settings *set);

/* Test words that the training dictionary holds too are told, with their number. */
iso_err dictionaries_overlap(const struct settings *set, const char *train_path,
                             const iso_dictionary *train, const char *test_path,
                             const iso_dictionary *test);

#endif
