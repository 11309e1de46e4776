/* The tensors a safetensors file announces: its header, read and checked, without their numbers. */
#ifndef ISO_IO_TENSOR_LIST_H
#define ISO_IO_TENSOR_LIST_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/io/file.h"
#include "lib/io/json.h"

ISO_BEGIN

enum {
    ISO_TENSOR_PREFIX = 8, /* bytes that say how long the header is */
    ISO_TENSOR_RANK = 8    /* axes of which the lengths are kept */
};

typedef struct iso_tensor_entry {
    const char *name, *type; /* as the file has them */
    bool floats;             /* `dtype` holds; else the numbers are of another type */
    iso_dtype dtype;
    int rank; /* may be more than ISO_TENSOR_RANK */
    int64_t shape[ISO_TENSOR_RANK];
    int64_t offset, bytes; /* from the beginning of the file */
} iso_tensor_entry;

/** {0} is empty. Names live as long as the list. */
typedef struct iso_tensor_list {
    iso_tensor_entry *at; /* in the order of their names */
    int64_t count;
    iso_json *root;
} iso_tensor_list;

/** The length a header claims to have, from the file's first ISO_TENSOR_PREFIX bytes. */
uint64_t iso_tensor_list_claim(const unsigned char *prefix);

/**
 * Reads the header of a safetensors file: a length, that many bytes of JSON, the packed
 * little-endian numbers.
 *
 * What is in the list holds: names are UTF-8 without zero bytes and none is there twice; a tensor
 * lies within the file, overlaps no other, and takes the bytes its shape and type say (of types
 * unknown here the size is not checked); every byte behind the header is in a tensor, as the
 * format demands. Tensors without numbers and other types are legal.
 * Headers of more than 8 MiB are refused.
 * Cost    linear in the header; no number is read.
 * Errors  ISO_EIO, ISO_EFORMAT, ISO_ENOMEM; messages begin with the file's path.
 */
ISO_MUST_USE iso_err iso_tensor_list_read(iso_tensor_list *out, const iso_file *file);
void iso_tensor_list_free(iso_tensor_list *list);

/** What __metadata__ says under `name`, or NULL; lives as long as the list. */
const char *iso_tensor_list_fact(const iso_tensor_list *list, const char *name);

ISO_END

#endif
