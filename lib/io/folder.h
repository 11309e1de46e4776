/* A folder of files that belong together, such as a checkpoint: paths in it, its JSON files. A GGUF
 * file is such a folder, too: lib/io/gguf_folder.h says which files it holds. */
#ifndef ISO_IO_FOLDER_H
#define ISO_IO_FOLDER_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/io/json_pairs.h"

ISO_BEGIN

/** Whether a folder is there. */
bool iso_folder_is(const char *path);

/** The same, where it must be. Errors  ISO_EIO (missing, a file, not to be entered). */
ISO_MUST_USE iso_err iso_folder_check(const char *folder);

/** The path of `name` in it, yours to iso_free. Errors  ISO_ENOMEM. */
ISO_MUST_USE iso_err iso_folder_path(char **out, const char *folder, const char *name);

/** Whether something of that name is there; false, too, when `folder` is none. */
bool iso_folder_has(const char *folder, const char *name);

/**
 * Reads the JSON object of the file `name` in it, yours to iso_json_free; a file of more than
 * `most` bytes is refused unread.
 * Errors  ISO_EIO, ISO_EFORMAT (not JSON, no object, too long), ISO_ENOMEM; the message begins with
 *         the path.
 */
ISO_MUST_USE iso_err iso_folder_json(iso_json **out, const char *folder, const char *name,
                                     int64_t most);

/** The same of the file at a path. */
ISO_MUST_USE iso_err iso_folder_json_file(iso_json **out, const char *path, int64_t most);

/** The same of a file that holds a JSON array. */
ISO_MUST_USE iso_err iso_folder_json_array(iso_json **out, const char *folder, const char *name,
                                           int64_t most);

/** The same with iso_json_parse_pairs. */
ISO_MUST_USE iso_err iso_folder_json_pairs(iso_json **out, iso_json_pairs *pairs,
                                           const char *folder, const char *name, int64_t most);

ISO_END

#endif
