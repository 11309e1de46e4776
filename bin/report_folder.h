/* A folder written whole or not at all. */
#ifndef ISO_BIN_REPORT_FOLDER_H
#define ISO_BIN_REPORT_FOLDER_H

#include <stdbool.h>

#include "lib/base/err.h"

/* {0} is closed. Files go under `work` until folder_commit. */
struct folder {
    char *target, *work;
    bool replaces; /* an earlier report stands at the target */
};

/* Begins a report at `path`, which may be missing, empty, or an earlier report; anything else is
 * refused, so that no file of someone else is ever lost. */
iso_err folder_begin(struct folder *f, const char *path);

/* Puts the new folder in place of the old one. */
iso_err folder_commit(struct folder *f);

/* Deletes what was written, if it was not committed, and frees. */
void folder_discard(struct folder *f);

#endif
