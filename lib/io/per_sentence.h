/* The per-sentence HDF5 family: one dataset a sentence, [L, T, D] or [T, D]. */
#ifndef ISO_IO_PER_SENTENCE_H
#define ISO_IO_PER_SENTENCE_H

#include "lib/io/reader.h"

ISO_BEGIN

/**
 * Root datasets "0" to "N-1" in the order of the numbers, or datasets whose path is the sentence;
 * beside them may be `sentence_to_index`, one JSON text, from which texts are taken when it knows
 * every sentence (repeated sentences: " (Occurrence k)" is cut off). Layers count from 0 as in
 * the file: [L, T, D], or [T, L, D] where only the second axis is equal in all sentences, or
 * opt->axes "NLD" says so; with that, [L, D] is one row of each layer. What may be both, or layers
 * instead of sentences, is an error (docs/formats.md, "Axes"). Opening reads the shapes of all sentences; the first rows asked for read everything
 * once, pooled by opt->pool and opt->specials, all layers together. Pool none keeps token rows.
 *
 * Sentences as keys have no order of their own: that of the map, or without one by bytes, and then
 * they are the ids.
 * Errors  ISO_EFORMAT (a gap in the numbers, differing shapes or types), naming the sentence.
 */
ISO_MUST_USE iso_err iso_per_sentence_open(iso_reader **out, const iso_file *file,
                                           const char *dataset, const iso_states_opt *opt);

ISO_END

#endif
