/* A text to a file, whole or not at all. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bin/out.h"
#include "lib/io/outfile.h"

iso_err out_file(const char *path, const iso_buf *text)
{
    if (strcmp(path, "-") != 0)
        return iso_outfile_save(path, text);
    if (fwrite(text->text, 1, (size_t)text->len, stdout) != (size_t)text->len)
        return iso_fail(ISO_EIO, "standard output: %s", strerror(errno));
    return ISO_OK;
}
