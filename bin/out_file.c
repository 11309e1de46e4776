/* A text to a file, whole or not at all. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bin/out.h"
#include "lib/io/outfile.h"

iso_err out_file(const char *path, const iso_buf *text)
{
    iso_outfile *file = NULL;
    iso_err err;

    if (strcmp(path, "-") == 0) {
        if (fwrite(text->text, 1, (size_t)text->len, stdout) != (size_t)text->len)
            return iso_fail(ISO_EIO, "standard output: %s", strerror(errno));
        return ISO_OK;
    }
    ISO_TRY(iso_outfile_open(&file, path));
    ISO_TRY(iso_outfile_write(file, text->text, text->len));
    err = iso_outfile_commit(file);
    file = NULL;
done:
    iso_outfile_discard(file);
    return err;
}
