/* What a file format looks like to a collection: the one interface every driver implements. */
#ifndef ISO_IO_READER_H
#define ISO_IO_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/io/file.h"
#include "lib/io/states.h"

ISO_BEGIN

/** One matrix of a file. */
typedef struct iso_entry {
    const char *lang; /* as the file spells it; NULL when the file does not say */
    int layer;        /* -1 when the file does not say */
    int64_t rows, cols;
    iso_dtype dtype;
    const char *unclear; /* why the file does not say which language this is, unless LANG= does */
} iso_entry;

/**
 * An open file. A driver embeds this struct as its first member, fills it in open() and owns
 * everything it points to until close().
 *
 * `langs` is optional: what the file knows of the items of a language, `name` as in the
 * entries (NULL when the file does not say), `layers` unused. Offsets there mean that the entries
 * hold token rows; the collection pools them, checks nothing a second time.
 */
typedef struct iso_reader {
    int entry_count;
    const iso_entry *entries;
    int lang_count;
    const iso_lang *langs;
    iso_states_info info; /* `layout` is filled by the collection */
    const char
        *read_as;  /* how axes or keys that were not given were read; NULL or "" = no matter */
    int64_t bytes; /* of a folder, those that are read */
    /* Opens the rows of entries[entry]. The collection sets the source's name and honours
     * `transpose` and `limit`; a driver may use the limit to read less. */
    iso_err (*rows)(struct iso_reader *self, int entry, iso_rows **out);
    void (*close)(struct iso_reader *self); /* frees the reader too */
} iso_reader;

/** What a driver may look at to recognise a file. */
typedef struct iso_head {
    const iso_file *file;
    const unsigned char *bytes; /* the first `count` bytes */
    int64_t count;              /* at most 512 */
    const char *dataset;        /* the path after "FILE:", or NULL */
    struct iso_h5 *h5;          /* the file open as HDF5, or NULL when it is none */
    const iso_states_opt *opt;  /* never NULL */
    iso_err *failed;            /* a probe that could not look says why (memory, reading) */
} iso_head;

/** A file format; each has one line in the table of lib/io/states.c. */
typedef struct iso_driver {
    const char *name; /* the layout: "native", "npy" */
    bool matrix;      /* holds bare matrices, to which `transpose` applies */
    bool (*probe)(const iso_head *head);
    /* `dataset` is the path after "FILE:" ("/en/3") or NULL; a driver that has no names within a
     * file refuses one with ISO_EARG. Messages begin with the file's path. `file` is borrowed and
     * outlives the reader. `opt` is never NULL and outlives the reader. */
    iso_err (*open)(iso_reader **out, const iso_file *file, const char *dataset,
                    const iso_states_opt *opt);
    bool (*probe_folder)(const iso_head *head); /* NULL: what is read is no folder */
} iso_driver;

extern const iso_driver iso_driver_native, iso_driver_per_sentence, iso_driver_matrix_h5;
extern const iso_driver iso_driver_npy, iso_driver_npz, iso_driver_safetensors, iso_driver_torch;
extern const iso_driver iso_driver_zarr, iso_driver_vllm, iso_driver_raw;
extern const iso_driver iso_driver_csv, iso_driver_jsonl;

ISO_END

#endif
