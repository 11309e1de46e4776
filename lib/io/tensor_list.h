/* The tensors a file announces, read and checked, without their numbers: of safetensors its header,
 * of torch.save its pickle (lib/io/torch_list.h). */
#ifndef ISO_IO_TENSOR_LIST_H
#define ISO_IO_TENSOR_LIST_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/textmap.h"
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
    int64_t offset, bytes; /* of the first number, from the beginning of the file; of all numbers */
    bool strided;          /* they do not lie side by side, but `stride` numbers apart */
    int64_t stride[ISO_TENSOR_RANK];
    int member; /* of a zip archive, whose checksum covers them; -1: none */
} iso_tensor_entry;

typedef struct iso_tensor_fact {
    const char *text[2]; /* its name, what it says */
} iso_tensor_fact;

/** {0} is empty. Names live as long as the list. */
typedef struct iso_tensor_list {
    iso_tensor_entry *at; /* in the order of their names */
    int64_t count;
    const char *layout; /* "safetensors", "torch" */
    iso_json *root;     /* the header of safetensors */
    iso_textmap names;  /* texts of torch, and its facts */
    iso_tensor_fact *facts;
    int64_t fact_count;
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

/** Orders a list by its names. Errors  ISO_EFORMAT (one is there twice). */
ISO_MUST_USE iso_err iso_tensor_list_sort(iso_tensor_list *list, const char *path);

/** What __metadata__, or a text at the top, says under `name`, or NULL; lives as long as the list.
 */
const char *iso_tensor_list_fact(const iso_tensor_list *list, const char *name);

ISO_END

#endif
