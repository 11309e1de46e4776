/* Inside the reading of GGUF: shared by the files gguf*.c and by nobody else. */
#ifndef ISO_IO_GGUF_INSIDE_H
#define ISO_IO_GGUF_INSIDE_H

#include "lib/io/gguf.h"

struct gguf_reader {
    iso_gguf *g;
    const unsigned char *begin, *at;
    int64_t left;
};

/* --- gguf_facts.c --- */

/* That the file ends within something. */
iso_err iso_gguf_cut_off(const struct gguf_reader *r, const char *within);

/* The next bytes, or NULL where there are not so many. */
const unsigned char *iso_gguf_skip(struct gguf_reader *r, int64_t bytes);

/* The next little-endian number of so many bytes; false at the end. */
bool iso_gguf_uint(uint64_t *out, struct gguf_reader *r, int bytes);

/* The next text, a name `of` something, with a NUL behind it. */
iso_err iso_gguf_name(char **out, struct gguf_reader *r, const char *of);

/* So many facts. */
iso_err iso_gguf_facts(struct gguf_reader *r, int64_t count);

#endif
