#include "lib/io/unread.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "lib/base/utf8.h"
#include "lib/io/folder.h"
#include "lib/io/foreign.h"

enum { PATH_SHOWN = 200, COMMAND = 900, SHORT = 64 };

/* Tables of columns: Python reads them, of which a column of lists becomes an array, or, where
 * there is none, all columns of numbers together one. */
#define MAKES_NPZ                                                                                  \
    "np.savez(\"%s.npz\", **({c: np.stack(d[c]) for c in d if isinstance(d[c].iloc[0], "           \
    "np.ndarray)} or {\"states\": d.select_dtypes(\"float\").to_numpy()}))"
#define OF_PANDAS(reader)                                                                          \
    "python3 -c 'import pandas, numpy as np; d = pandas." reader "(\"%s\"); " MAKES_NPZ "'"
#define OF_DATASETS(reader)                                                                        \
    "python3 -c 'import datasets, numpy as np; d = datasets." reader                               \
    "(\"%s\").to_pandas(); " MAKES_NPZ "'"

/* The path within quotes of both kinds; what cannot stand there is for the person to fill in. */
static const char *quotable(const char *path)
{
    return strlen(path) <= PATH_SHOWN && !strpbrk(path, "'\"\\") ? path : "FILE";
}

/* "dir/x.parquet", "dir/x/": "dir/x" */
static void stem_of(char out[PATH_SHOWN + 1], const char *path)
{
    int64_t len = (int64_t)strlen(path);

    while (len > 1 && path[len - 1] == '/')
        len--;
    const char *slash = memrchr(path, '/', (size_t)len), *name = slash ? slash + 1 : path;
    const char *dot = memrchr(name, '.', (size_t)(path + len - name));
    if (!path[len] && dot && dot > name)
        len = dot - path;
    (void)snprintf(out, PATH_SHOWN + 1, "%.*s", (int)len, path);
}

__attribute__((format(printf, 3, 0))) static iso_err table(const char *path, const char *is,
                                                           const char *command)
{
    char text[COMMAND], stem[PATH_SHOWN + 1];
    const char *shown = quotable(path);

    stem_of(stem, shown);
    (void)snprintf(text, sizeof text, command, shown, stem);
    return iso_fail(ISO_EFORMAT, "%s: is %s, which is not read; this makes %s.npz of it: %s", path,
                    is, stem, text);
}

/* Files ----------------------------------------------------------------------------- */

struct magic {
    const char *bytes;
    int at, count;
    const char *is, *command;
};

static const struct magic tables[] = {
    {"PAR1", 0, 4, "a parquet file", OF_PANDAS("read_parquet")},
    {"ARROW1\0", 0, 7, "an Arrow file (feather)", OF_PANDAS("read_feather")},
    {"FEA1", 0, 4, "an old feather file", OF_PANDAS("read_feather")},
    {"\xff\xff\xff\xff", 0, 4, "an Arrow stream, as `datasets` writes them",
     OF_DATASETS("Dataset.from_file")},
    {"MATLAB 5.0 MAT-file", 0, 19, "a MATLAB file",
     "python3 -c 'import scipy.io, numpy as np; d = scipy.io.loadmat(\"%s\"); "
     "np.savez(\"%s.npz\", **{k: v for k, v in d.items() if k[0] != \"_\"})'"},
};

static const struct magic others[] = {
    {"BZh", 0, 3, "bzip2-compressed; unpack it first (bunzip2)", NULL},
    {"ustar", 257, 5, "a tar archive; unpack it first (tar -xf)", NULL},
    {"7z\xbc\xaf\x27\x1c", 0, 6, "a 7z archive; unpack it first", NULL},
    {"GGUF", 0, 4, "a model (GGUF), not states; embed texts with it first", NULL},
    {"SQLite format 3", 0, 15,
     "an SQLite database; write its rows as JSON lines of id, text and embedding", NULL},
    {"%PDF", 0, 4, "a PDF document", NULL},
    {"\x89PNG", 0, 4, "a picture (PNG)", NULL},
};

static bool is_magic(const struct magic *m, const unsigned char *bytes, int64_t len)
{
    return len >= m->at + m->count && memcmp(bytes + m->at, m->bytes, (size_t)m->count) == 0;
}

static bool begins(const char *text, int64_t len, const char *with)
{
    const size_t n = strlen(with);

    return len >= (int64_t)n && strncasecmp(text, with, n) == 0;
}

/* The protocol of a pickle, its first instruction; 0 where it is none. */
static int pickle(const unsigned char *bytes, int64_t len)
{
    return len >= 2 && bytes[0] == 0x80 && bytes[1] >= 2 && bytes[1] <= 5 ? bytes[1] : 0;
}

/* No bytes that steer a terminal; the first bytes of a text may end within a character. */
static bool is_text(const unsigned char *bytes, int64_t len)
{
    for (int64_t i = 0; i < len; i++) {
        if (bytes[i] < ' ' && !(bytes[i] >= '\t' && bytes[i] <= '\r'))
            return false;
    }
    for (int cut = 0; cut < 4 && cut < len; cut++) {
        if (iso_utf8_valid((const char *)bytes, len - cut))
            return true;
    }
    return false;
}

static iso_err text_file(const char *path, const char *text, int64_t len)
{
    while (len > 0 && strchr(" \t\r\n\xef\xbb\xbf", *text)) {
        text++;
        len--;
    }
    if (begins(text, len, "<!doctype html") || begins(text, len, "<html"))
        return iso_fail(ISO_EFORMAT,
                        "%s: is an HTML page, perhaps what a server answered instead of the file; "
                        "fetch the file itself",
                        path);
    if (len > 0 && *text == '[')
        return iso_fail(
            ISO_EFORMAT,
            "%s: is one JSON array; write an object of id, text and embedding a line, as "
            "jq -c '.[]' does",
            path);
    if (len > 0 && *text == '{')
        return iso_fail(ISO_EFORMAT, "%s: is JSON that holds no states", path);
    return iso_fail(ISO_EFORMAT,
                    "%s: is in no known format of states: it is text, and no table of numbers; "
                    "texts are embedded first, vectors of words are read by `isogloss words`",
                    path);
}

iso_err iso_unread_file(const char *path, const unsigned char *bytes, int64_t len)
{
    iso_err err = ISO_OK;

    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        if (is_magic(&tables[i], bytes, len))
            return table(path, tables[i].is, tables[i].command);
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (is_magic(&others[i], bytes, len))
            ISO_FAIL(ISO_EFORMAT, "%s: is %s", path, others[i].is);
    }
    ISO_TRY(iso_foreign_text(path, (const char *)bytes, len)); /* packed, or a pointer */
    if (pickle(bytes, len))
        ISO_FAIL(ISO_EFORMAT,
                 "%s: is a pickle of Python (protocol %d) that holds no tensors; load it there and "
                 "save arrays with numpy.savez",
                 path, pickle(bytes, len));
    if (is_text(bytes, len))
        ISO_TRY(text_file(path, (const char *)bytes, len));
    ISO_FAIL(ISO_EFORMAT,
             "%s: is in no known format%s; name one with " ISO_FIELD(
                 layout) ", or the row length of raw "
                         "numbers with " ISO_FIELD(dim),
             path, len < SHORT ? " and short, perhaps truncated" : "");
done:
    return err;
}

iso_err iso_unread_zarr(const char *path, const char *packed)
{
    char is[96];

    (void)snprintf(is, sizeof is, "a zarr array packed by %.40s", packed);
    return table(path, is,
                 "python3 -c 'import zarr, numpy as np; z = zarr.open(\"%s\", mode=\"r\"); "
                 "np.savez(\"%s.npz\", states=z[:])'");
}

/* Folders ---------------------------------------------------------------------------- */

iso_err iso_unread_folder(const char *path)
{
    if (iso_folder_has(path, "dataset_dict.json"))
        return iso_fail(ISO_EFORMAT,
                        "%s: is a folder of `datasets` with several splits, which are folders in "
                        "it; name one",
                        path);
    if (iso_folder_has(path, "dataset_info.json") || iso_folder_has(path, "state.json"))
        return table(path, "a folder of `datasets`", OF_DATASETS("load_from_disk"));
    if (iso_folder_has(path, "config.json"))
        return iso_fail(ISO_EFORMAT, "%s: is a model, not states; embed texts with it first", path);
    return iso_fail(ISO_EFORMAT,
                    "%s: is a directory in no known format of states; name its files, "
                    "LANG=FILE each, or with %%d for the layer",
                    path);
}
