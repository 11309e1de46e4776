/* HDF5 files that hold matrices and do not say more: the layout "matrix". */
#ifndef ISO_IO_MATRIX_H5_H
#define ISO_IO_MATRIX_H5_H

#include "lib/io/reader.h"

ISO_BEGIN

/**
 * Every dataset of f16, f32 or f64 at any depth. Its path says language and layer
 * (iso_array_names):
 *
 *   /en/3, /layer_3/en, /3/en    [N, D]     language en, layer 3
 *   /en, /hidden_states/en       [N, D]     language en
 *   /en, /hidden_states/en       [L, N, D]  language en, all layers; [N, L, D] by opt->axes, or
 *                                           where nothing else is plausible (iso_axes_settle)
 *   /0, /layer_0                 [N, D]     a layer; the file does not name a language
 *   /features                    [N, ...]   the one matrix, flattened; features_00, features_01...
 *                                           below each other
 *
 * With `dataset`, that one alone. Others (texts, integers, other ranks) are ignored.
 */
ISO_MUST_USE iso_err iso_matrix_h5_open(iso_reader **out, const iso_file *file, const char *dataset,
                                        const iso_states_opt *opt);

ISO_END

#endif
