/* A GGUF file as the folder it was made of: the files a checkpoint's folder of transformers and
 * sentence-transformers has, written from its facts.
 *
 *     config.json             family and sizes
 *     tokenizer.json          pieces, scores and special tokens
 *     tokenizer_config.json   roles of special tokens, the longest text
 *     modules.json, 1_Pooling/config.json    where a pooling is named
 *
 * So whoever reads a folder (lib/io/folder.h) reads such a file, too. */
#ifndef ISO_IO_GGUF_FOLDER_H
#define ISO_IO_GGUF_FOLDER_H

#include <stdbool.h>

#include "lib/base/str.h"

ISO_BEGIN

/** Whether `path` leads through a GGUF file to a file, or a folder, that it stands for. */
bool iso_gguf_has(const char *path);

/**
 * Appends the text of a file in a GGUF file, and *found is true; false where no part of `path` is
 * one, or it has no such file.
 * Errors  as iso_gguf_open, ISO_EFORMAT (facts that are missing or lie), ISO_EUNSUP (a family or a
 *         tokenizer of another kind: names it), ISO_ENOMEM; messages begin with the file's path.
 */
ISO_MUST_USE iso_err iso_gguf_text(iso_buf *out, bool *found, const char *path);

ISO_END

#endif
