/* GGUF, the file of llama.cpp: typed facts ("bert.block_count"), then tensors. Versions 2 and 3,
 * little-endian. Source  github.com/ggml-org/ggml, docs/gguf.md. */
#ifndef ISO_IO_GGUF_H
#define ISO_IO_GGUF_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/str.h"
#include "lib/io/gguf_blocks.h"

ISO_BEGIN

enum { ISO_GGUF_RANK = 4 };

/** Types of facts, numbered as files have them. */
typedef enum iso_gguf_type {
    ISO_GGUF_U8 = 0,
    ISO_GGUF_I8,
    ISO_GGUF_U16,
    ISO_GGUF_I16,
    ISO_GGUF_U32,
    ISO_GGUF_I32,
    ISO_GGUF_F32,
    ISO_GGUF_BOOL,
    ISO_GGUF_TEXT,
    ISO_GGUF_LIST,
    ISO_GGUF_U64,
    ISO_GGUF_I64,
    ISO_GGUF_F64,
} iso_gguf_type;

/** A fact. A list has `count` entries of type `of`; other facts are a list of one. */
typedef struct iso_gguf_fact {
    char *name;
    bool list;
    iso_gguf_type of; /* never ISO_GGUF_LIST */
    int64_t count;
    const unsigned char *at; /* the entries as the file has them */
    int64_t bytes;
} iso_gguf_fact;

typedef struct iso_gguf_tensor {
    char *name;
    const iso_gguf_block *block; /* how its numbers are packed; NULL: unknown here */
    uint32_t type;
    int rank;                     /* 1 to ISO_GGUF_RANK */
    int64_t shape[ISO_GGUF_RANK]; /* the last axis lies together, as everywhere else here */
    int64_t numbers, bytes;       /* bytes of packed ones; 0 where the type is unknown */
    const unsigned char *data;
} iso_gguf_tensor;

/** {0} is empty. */
typedef struct iso_gguf {
    char *path;
    struct iso_mapped *map;
    iso_gguf_fact *fact;
    int64_t facts;
    iso_gguf_tensor *tensor; /* in the order of their names */
    int64_t tensors;
} iso_gguf;

/** Whether it is a file that begins as GGUF does. */
bool iso_gguf_is(const char *path);

/**
 * Maps a file and reads its facts and the list of its tensors.
 *
 * What is there holds: sizes lie within the file; names are UTF-8 without zero bytes, and none is
 * there twice; a tensor's bytes are those its shape and type say, at the file's alignment, and
 * overlap no other's.
 * Cost    linear in facts and tensors; no number is read.
 * Errors  ISO_EIO, ISO_EFORMAT (not GGUF, cut off, facts that lie), ISO_EUNSUP (version 1,
 *         big-endian, one part of several), ISO_ENOMEM; messages begin with the path.
 */
ISO_MUST_USE iso_err iso_gguf_open(iso_gguf *out, const char *path);
void iso_gguf_close(iso_gguf *g);

/** The fact of that name, or NULL. Cost  linear in their number. */
const iso_gguf_fact *iso_gguf_find(const iso_gguf *g, const char *name);

/** A whole number, of any type of them; false, and *out as it was, where there is none. */
bool iso_gguf_int(int64_t *out, const iso_gguf *g, const char *name);

/** A number; a truth. */
bool iso_gguf_number(double *out, const iso_gguf *g, const char *name);
bool iso_gguf_truth(bool *out, const iso_gguf *g, const char *name);

/** Whether there is a text of that name that is `text`. */
bool iso_gguf_says(const iso_gguf *g, const char *name, const char *text);

/** The text at *at (0 at first, moved on) of a fact of texts, without a NUL; NULL after the last.
 */
const char *iso_gguf_next(int64_t *len, int64_t *at, const iso_gguf_fact *texts);

/** Entry i of a fact of numbers. */
double iso_gguf_entry(const iso_gguf_fact *numbers, int64_t i);

/** The tensor of that name, or NULL. Cost  log of their number. */
const iso_gguf_tensor *iso_gguf_tensor_find(const iso_gguf *g, const char *name);

ISO_END

#endif
