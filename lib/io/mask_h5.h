/* An attention mask in an HDF5 file. */
#ifndef ISO_IO_MASK_H5_H
#define ISO_IO_MASK_H5_H

#include "lib/io/h5.h"
#include "lib/io/token_array.h"

ISO_BEGIN

/**
 * Reads a dataset of integers or truth values [sentences, tokens]; *is is false where it is none of
 * those. Errors  ISO_EFORMAT (numbers other than 0 and 1), those of HDF5, ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_mask_of_h5(iso_token_mask *out, bool *is, const iso_file *file, iso_h5 *h5,
                                    const char *path);

ISO_END

#endif
