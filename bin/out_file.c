/* A text to a file, whole or not at all. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bin/out.h"
#include "lib/io/outfile.h"

iso_err out_file(const char *path, const iso_buf *text)
{
    if (strcmp(path, "-") == 0 && fflush(stdout) != 0)
        return iso_fail(ISO_EIO, "standard output: %s", strerror(errno));
    return iso_outfile_save(path, text);
}
