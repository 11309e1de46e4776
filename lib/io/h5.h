/* The border with HDF5: what the readers and writers need of it, in our words. */
#ifndef ISO_IO_H5_H
#define ISO_IO_H5_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/run.h"
#include "lib/io/h5_texts.h"
#include "lib/linalg/view.h"

ISO_BEGIN

/* HDF5's own printing is silenced during each call; its innermost message is part of ours, after
 * the file and the object. Paths are UTF-8, from the root. Not for two threads at once.
 *
 * HDF5 does not survive every damaged file. One that is opened is therefore read by a process of
 * its own (fork without exec, from iso_h5_open to iso_h5_close), which has no other open file, as
 * much memory as --mem says beside what it began with, and a bound on what it may compute for one
 * question. Its end is an error of the call that waits for it, and the run's progress is asked
 * while one waits. A program that reaps all children (wait(-1), SIGCHLD ignored) only loses the
 * cause of such an end. */

typedef struct iso_h5 iso_h5;
typedef struct iso_h5_data iso_h5_data;

/** Errors  ISO_EIO (missing, no process can be made), ISO_EFORMAT. `run` may be NULL and must
 * outlive the file. */
ISO_MUST_USE iso_err iso_h5_open(iso_h5 **out, const char *path, const iso_run *run);

/** Makes a file, over one that exists. Whether all that is put reached the disk is said on closing.
 */
ISO_MUST_USE iso_err iso_h5_create(iso_h5 **out, const char *path);

/** What messages call the file from now on. */
ISO_MUST_USE iso_err iso_h5_call(iso_h5 *file, const char *name);

/** Closes, with all objects of the file; of one that was made ISO_EIO tells the first write
 * that failed. */
iso_err iso_h5_close(iso_h5 *file);

/** Whether a file has the signature of HDF5, at 0, 512, 1024, 2048... (after a block of its
 * user's). */
bool iso_h5_is(const char *path);

/** What went wrong with the file since it was opened that is not about what was asked: its reader
 * died, memory ran out, the run said stop. Who takes errors for answers asks this in the end. */
ISO_MUST_USE iso_err iso_h5_check(const iso_h5 *file);

/** Files and objects HDF5 holds open in this process, and readers; tests look that none stays. */
int64_t iso_h5_open_count(void);

/* What is there ----------------------------------------------------------- */

typedef enum iso_h5_kind { ISO_H5_ABSENT, ISO_H5_GROUP, ISO_H5_DATASET, ISO_H5_ELSE } iso_h5_kind;

/** Absent is what no name is there for; a name that leads nowhere is ISO_EFORMAT. */
ISO_MUST_USE iso_err iso_h5_kind_of(iso_h5_kind *out, iso_h5 *file, const char *path);

/** The names of a group's members, by bytes ascending ("0", "1", "10", "2"). */
ISO_MUST_USE iso_err iso_h5_list(iso_h5_texts *out, iso_h5 *file, const char *group);

/** The paths of all datasets of the file at any depth, without the leading slash, ascending; links
 * are followed, and what is there under several names is listed once. */
ISO_MUST_USE iso_err iso_h5_walk(iso_h5_texts *out, iso_h5 *file);

/** An attribute; *out is NULL, *there false when it is absent. Errors ISO_EFORMAT (another type).
 */
ISO_MUST_USE iso_err iso_h5_attr_text(char **out, iso_h5 *file, const char *object,
                                      const char *name);
ISO_MUST_USE iso_err iso_h5_attr_int(int64_t *out, bool *there, iso_h5 *file, const char *object,
                                     const char *name);

/* Datasets ---------------------------------------------------------------- */

enum { ISO_H5_RANK = 4 };

typedef enum iso_h5_type {
    ISO_H5_FLOAT,
    ISO_H5_INT,
    ISO_H5_TEXT,
    ISO_H5_FOREIGN,
    ISO_H5_OTHER
} iso_h5_type;

typedef struct iso_h5_info {
    int rank;                   /* as in the file; only the first ISO_H5_RANK sizes are given */
    int64_t dims[ISO_H5_RANK];  /* 1 beyond the rank */
    int64_t chunk[ISO_H5_RANK]; /* 0 when not chunked */
    iso_h5_type type;           /* a float that is none of ours is FOREIGN */
    iso_dtype dtype;            /* of a float */
    bool untyped;               /* two bytes without a type, taken for bf16 (noted once a file) */
    char holds[24];             /* "f16", "integers", "128-bit floats", for messages */
    int64_t offset; /* byte in the file of packed little-endian data; -1: read through HDF5 */
} iso_h5_info;

/** Errors  ISO_EFORMAT; also where numbers were never written, or lie in a file that is not there.
 */
ISO_MUST_USE iso_err iso_h5_data_open(iso_h5_data **out, iso_h5 *file, const char *path);
void iso_h5_data_close(iso_h5_data *data);
const iso_h5_info *iso_h5_about(const iso_h5_data *data);

/** A block of a float dataset (rank entries of start and count), in its own dtype and our byte
 * order. */
ISO_MUST_USE iso_err iso_h5_read(iso_h5_data *data, const int64_t *start, const int64_t *count,
                                 void *to);

/** Bytes of all numbers of a dataset; 0 of one that is no float of rank 1 to 4. */
int64_t iso_h5_bytes(const iso_h5_info *info);

/** What many small datasets are, asked at once. */
ISO_MUST_USE iso_err iso_h5_abouts(iso_h5_info *out, iso_h5 *file, const char *const *paths,
                                   int64_t count);

/** The numbers of many small datasets, whole, one dataset after the other in a block to be freed,
 * and what they are. Errors  as of iso_h5_data_open and iso_h5_read. */
ISO_MUST_USE iso_err iso_h5_read_many(char **block, iso_h5_info *out, iso_h5 *file,
                                      const char *const *paths, int64_t count);

/** Rank 0 or 1, of integers 2 too, whole; truth values are 0 and 1. iso_h5_read_texts takes integers too, as decimals. Invalid UTF-8 is
 * ISO_EFORMAT. */
ISO_MUST_USE iso_err iso_h5_read_ints(int64_t **out, int64_t *count, iso_h5 *file,
                                      const char *path);
ISO_MUST_USE iso_err iso_h5_read_texts(iso_h5_texts *out, iso_h5 *file, const char *path);

/* Writing; groups on the way are made -------------------------------------- */

/** How a dataset is laid out; all zero is contiguous, little-endian. Texts are as long as the
 * longest, with zeros behind: no text of ours lies in a global heap, where damage is worst. Where
 * that would be mostly zeros, they are in deflated chunks. */
typedef struct iso_h5_layout {
    int64_t chunk; /* rows of a chunk */
    int deflate;   /* 1 to 9, with chunk */
    bool big_endian;
    int64_t fixed; /* texts: bytes of each; 0: of the longest */
} iso_h5_layout;

ISO_MUST_USE iso_err iso_h5_put_attr_text(iso_h5 *file, const char *object, const char *name,
                                          const char *text);
ISO_MUST_USE iso_err iso_h5_put_attr_int(iso_h5 *file, const char *object, const char *name,
                                         int64_t value);

/** Without data (NULL) the room is set aside in the file, to be written at its offset. */
ISO_MUST_USE iso_err iso_h5_put(iso_h5 *file, const char *path, int rank, const int64_t *dims,
                                iso_dtype dtype, const void *data, const iso_h5_layout *layout);
ISO_MUST_USE iso_err iso_h5_put_i32(iso_h5 *file, const char *path, const int32_t *values,
                                    int64_t count);
ISO_MUST_USE iso_err iso_h5_put_i64(iso_h5 *file, const char *path, const int64_t *values,
                                    int64_t count);
ISO_MUST_USE iso_err iso_h5_put_texts(iso_h5 *file, const char *path, const char *const *texts,
                                      int64_t count, const iso_h5_layout *layout);

ISO_END

#endif
