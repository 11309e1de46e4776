#include "lib/text/tokenizer_json.h"

iso_err iso_tokenizer_json(iso_tokenizer *t, const iso_tokenizer_files *files, const char *path)
{
    (void)t, (void)files;
    return iso_fail(ISO_EUNSUP, "%s: not yet", path);
}
