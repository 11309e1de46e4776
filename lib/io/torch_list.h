/* The tensors that a file of torch.save holds, without their numbers: a zip archive of data.pkl and
 * data/KEY, or, before torch 1.6, pickles one after another with the numbers behind them. */
#ifndef ISO_IO_TORCH_LIST_H
#define ISO_IO_TORCH_LIST_H

#include "lib/io/tensor_list.h"

ISO_BEGIN

enum { ISO_TORCH_HEAD = 512 }; /* first bytes that are enough to look at */

/** Whether a file begins as one of torch.save. */
bool iso_torch_is(const unsigned char *head, int64_t count);

/**
 * Reads what a file of torch.save says of its tensors (lib/io/pickle.h). A tensor's name is the way
 * to it: keys of dicts and places in lists and tuples, `between` between them; "" of one that is
 * all there is. Texts under texts at the top are facts. Views are listed with their strides.
 *
 * What is in the list holds: names are UTF-8 without zero bytes and none is there twice; all
 * numbers of a tensor lie within the file.
 * Cost    linear in the pickle; no number is read.
 * Errors  ISO_EFORMAT, ISO_EUNSUP (big-endian numbers), ISO_EIO, ISO_ENOMEM; messages begin with
 *         the file's path.
 */
ISO_MUST_USE iso_err iso_torch_list_read(iso_tensor_list *out, const iso_file *file, char between);

ISO_END

#endif
