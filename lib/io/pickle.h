/* Pickles of tensors: what torch.save writes of containers, texts, numbers and tensors.
 *
 * A pickle is a program that builds values and may call anything. Nothing is called here: a name
 * that is not in the short list of lib/io/pickle_call.c ends the reading, by that name. */
#ifndef ISO_IO_PICKLE_H
#define ISO_IO_PICKLE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/textmap.h"
#include "lib/io/file.h"

ISO_BEGIN

enum { ISO_PICKLE_RANK = 8, ISO_PICKLE_MAX = 64 << 20 /* bytes of one pickle */ };

typedef enum iso_pickled {
    ISO_PICKLED_NONE,
    ISO_PICKLED_BOOL,
    ISO_PICKLED_INT,
    ISO_PICKLED_TEXT,
    ISO_PICKLED_TUPLE,
    ISO_PICKLED_LIST,
    ISO_PICKLED_DICT,
    ISO_PICKLED_STORAGE,
    ISO_PICKLED_TENSOR,
    ISO_PICKLED_NAME,  /* that may be called, or says a type */
    ISO_PICKLED_MARK,  /* on the stack only */
    ISO_PICKLED_OTHER, /* floats, bytes, devices: of no matter here */
} iso_pickled;

/** `of` is the number itself, or which of the texts, items, storages or tensors. */
typedef struct iso_pickle_value {
    iso_pickled is;
    int64_t of;
} iso_pickle_value;

/** Of a tuple or list; of a dict keys and values in turn. */
typedef struct iso_pickle_items {
    iso_pickle_value *at;
    int64_t count, room;
} iso_pickle_items;

/** Types of numbers as safetensors names them ("F32"). */
typedef struct iso_pickle_type {
    const char *storage, *dtype; /* "FloatStorage", "float32"; NULL: there is none */
    const char *name;
    int size;
    bool floats;
    iso_dtype as; /* of floats */
} iso_pickle_type;

/** Numbers that lie elsewhere, by their key; type NULL: bytes. */
typedef struct iso_pickle_storage {
    int64_t key; /* a text */
    const iso_pickle_type *type;
    int64_t count;
} iso_pickle_storage;

typedef struct iso_pickle_tensor {
    int64_t storage;
    const iso_pickle_type *type;
    int64_t first; /* number of the storage */
    int rank;
    int64_t shape[ISO_PICKLE_RANK], stride[ISO_PICKLE_RANK]; /* in numbers */
} iso_pickle_tensor;

/** {0} is empty. */
typedef struct iso_pickle {
    iso_pickle_value root;
    iso_textmap texts;
    iso_pickle_items *items;
    iso_pickle_storage *storages;
    iso_pickle_tensor *tensors;
    int64_t item_count, item_room, storage_count, storage_room, tensor_count, tensor_room;
} iso_pickle;

/** Bytes of a file, read from `at` on. */
typedef struct iso_pickle_source {
    const iso_file *file;
    int64_t at, end;
    unsigned char buffer[1 << 12];
    int64_t begin, filled; /* what the buffer holds */
} iso_pickle_source;

/**
 * Reads one pickle of protocol 2 to 5 and leaves source->at behind its end. The opcodes are those
 * of docs/formats.md, "torch".
 *
 * What is in a tensor holds: no length, stride or place is negative, no more numbers than INT64_MAX
 * are claimed, all of its numbers lie within its storage, and it has no more than that holds. The
 * values may contain themselves.
 * Cost    linear; memory some 16 bytes for each byte, at most some 300 MB.
 * Errors  ISO_EFORMAT (cut short, no such pickle, another name, too long), ISO_EIO, ISO_ENOMEM;
 *         messages begin with the file's path.
 */
ISO_MUST_USE iso_err iso_pickle_read(iso_pickle *out, iso_pickle_source *source);
void iso_pickle_free(iso_pickle *p);

/** The text of a value, NULL of what is none, or holds a zero byte. */
const char *iso_pickle_text(const iso_pickle *p, iso_pickle_value v);

/** The value under a text in a dict; {ISO_PICKLED_NONE} where there is none. */
iso_pickle_value iso_pickle_get(const iso_pickle *p, iso_pickle_value dict, const char *key);

ISO_END

#endif
