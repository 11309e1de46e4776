/* Inside a GGUF file as a folder: shared by the files gguf_folder*.c and by nobody else. */
#ifndef ISO_IO_GGUF_FOLDER_INSIDE_H
#define ISO_IO_GGUF_FOLDER_INSIDE_H

#include "lib/io/gguf.h"

/* --- gguf_folder_tokenizer.c --- */

/* The text of tokenizer.json. */
iso_err iso_gguf_tokenizer(iso_buf *out, const iso_gguf *g);

/* The text of tokenizer_config.json. */
iso_err iso_gguf_tokenizer_config(iso_buf *out, const iso_gguf *g);

#endif
