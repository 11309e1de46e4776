/* The files of a run, as the option table declares them. */
#ifndef ISO_BIN_RUN_FILES_H
#define ISO_BIN_RUN_FILES_H

#include "bin/cmd.h"

/* Before any work: no output is a file that is read or written otherwise, or one of another kind.
 * Errors ISO_EARG (the command line is wrong), ISO_EIO, ISO_ENOMEM: lib/io/claims.h. */
iso_err run_files_check(const struct args *args, const struct cmd *cmd);

#endif
