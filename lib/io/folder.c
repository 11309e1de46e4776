#include "lib/io/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/alloc.h"
#include "lib/io/file.h"
#include "lib/io/gguf.h"
#include "lib/io/gguf_folder.h"

bool iso_folder_is(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

iso_err iso_folder_check(const char *folder)
{
    struct stat st;

    if (stat(folder, &st) != 0)
        return iso_fail(ISO_EIO, "%s: %s", folder, strerror(errno));
    if (S_ISREG(st.st_mode) && iso_gguf_is(folder))
        return ISO_OK;
    if (!S_ISDIR(st.st_mode))
        return iso_fail(ISO_EIO,
                        "%s: is a file, and no GGUF file; name the folder that holds config.json",
                        folder);
    if (access(folder, X_OK) != 0)
        return iso_fail(ISO_EIO, "%s: %s", folder, strerror(errno));
    return ISO_OK;
}

iso_err iso_folder_path(char **out, const char *folder, const char *name)
{
    const size_t len = strlen(folder);
    iso_buf path = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(&path, folder));
    if (len > 0 && folder[len - 1] != '/')
        ISO_TRY(iso_buf_puts(&path, "/"));
    ISO_TRY(iso_buf_puts(&path, name));
    *out = path.text;
    path.text = NULL;
done:
    iso_buf_free(&path);
    return err;
}

/* Whether a GGUF file holds that. */
static bool stands_for(const char *folder, const char *name)
{
    char *path = NULL;
    const bool has = iso_folder_path(&path, folder, name) == ISO_OK && iso_gguf_has(path);

    iso_free(path);
    return has;
}

bool iso_folder_has(const char *folder, const char *name)
{
    const int fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    const bool there = fd >= 0 && faccessat(fd, name, F_OK, 0) == 0;

    if (fd >= 0)
        (void)close(fd);
    return there || (fd < 0 && errno == ENOTDIR && stands_for(folder, name));
}

static iso_err parse(iso_json **out, iso_json_pairs *pairs, const char *text, int64_t len,
                     iso_json_kind kind, const char *path)
{
    iso_json *root = NULL;
    iso_err err =
        pairs ? iso_json_parse_pairs(&root, pairs, text, len) : iso_json_parse(&root, text, len);

    if (err)
        return iso_fail_in(err, "%s", path);
    if (iso_json_is(root) != kind) {
        iso_json_free(root);
        return iso_fail(ISO_EFORMAT, "%s: is no JSON %s", path,
                        kind == ISO_JSON_ARRAY ? "array" : "object");
    }
    *out = root;
    return ISO_OK;
}

static iso_err read_json(iso_json **out, iso_json_pairs *pairs, iso_json_kind kind,
                         const char *path, int64_t most)
{
    iso_file *file = NULL;
    iso_buf made = {0};
    bool found = false;
    char *text = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_gguf_text(&made, &found, path));
    if (found) {
        err = parse(out, pairs, made.text, made.len, kind, path);
        goto done;
    }
    ISO_TRY(iso_file_open(&file, path));
    ISO_TRY(iso_file_fits(file, most));
    ISO_TRY(iso_alloc_raw(&text, file->size, 1));
    ISO_TRY(iso_file_read(file, 0, text, file->size));
    ISO_TRY(parse(out, pairs, text, file->size, kind, path));
done:
    iso_buf_free(&made);
    iso_free(text);
    iso_file_close(file);
    return err;
}

iso_err iso_folder_json_pairs(iso_json **out, iso_json_pairs *pairs, const char *folder,
                              const char *name, int64_t most)
{
    char *path = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_folder_path(&path, folder, name));
    ISO_TRY(read_json(out, pairs, ISO_JSON_OBJECT, path, most));
done:
    iso_free(path);
    return err;
}

iso_err iso_folder_json_file(iso_json **out, const char *path, int64_t most)
{
    return read_json(out, NULL, ISO_JSON_OBJECT, path, most);
}

iso_err iso_folder_json(iso_json **out, const char *folder, const char *name, int64_t most)
{
    return iso_folder_json_pairs(out, NULL, folder, name, most);
}

iso_err iso_folder_json_array(iso_json **out, const char *folder, const char *name, int64_t most)
{
    char *path = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_folder_path(&path, folder, name));
    ISO_TRY(read_json(out, NULL, ISO_JSON_ARRAY, path, most));
done:
    iso_free(path);
    return err;
}
