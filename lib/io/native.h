/* The native layout: /states/<lang>/<layer>, /rows/<lang>/..., attributes at the root. */
#ifndef ISO_IO_NATIVE_H
#define ISO_IO_NATIVE_H

#include "lib/io/reader.h"

ISO_BEGIN

/**
 * A native file as docs/formats.md has it. Languages come with the `source` first, then by
 * name. Opening reads all that is known of the items, and the shapes of all matrices, no states.
 *
 * Errors  ISO_EFORMAT (wrong attributes; layers of one language with different rows; languages of
 *         one layer with different dims; offsets, labels, ids that cannot be), ISO_EUNSUP (another
 *         version), naming file, language and layer.
 */
ISO_MUST_USE iso_err iso_native_open(iso_reader **out, const iso_file *file, const char *dataset,
                                     const iso_states_opt *opt);

ISO_END

#endif
