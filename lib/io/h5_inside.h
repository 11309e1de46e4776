/* What the h5 files share, and the one place that includes HDF5. Nobody else includes this. */
#ifndef ISO_IO_H5_INSIDE_H
#define ISO_IO_H5_INSIDE_H

#define H5_USE_110_API /* the 1.10 names, which later releases have too */
#include <hdf5.h>

#include "lib/base/str.h"
#include "lib/io/h5.h"

/* A file that is made is in HDF5's hands in this process. One that is read is so in a process of
 * its own (h5_reader, h5_serve), where the functions called iso_h5_here_... do the work. */
struct iso_h5 {
    char *path;
    struct h5_reader *reader; /* NULL: here */
    const iso_run *run;
    bool noted_untyped; /* values without a type were reported */
    bool served;        /* here, in a process whose computing is bounded */

    hid_t id, links; /* here: the file; how links out of it are followed */
    int64_t caches;  /* here: bytes of unpacked chunks that its open datasets may keep */
    int64_t size; /* bytes when it was opened, with those of the files it led to; 0: being made */
    int broken;   /* of one being made: errno of the first write that failed */
};

struct iso_h5_data {
    iso_h5_info info;
    iso_h5 *file;
    char *path;
    int number;       /* the reader's, where there is one */
    int64_t bytes;    /* here: of all its values */
    int64_t cache;    /* here: its share of the file's caches */
    hid_t id, memory; /* here: the dataset; how its numbers are to lie in memory */
};

/* Questions to a reader; what it answers begins with a struct h5_answer. */
enum h5_ask {
    ASK_OPEN,
    ASK_KIND,
    ASK_LIST,
    ASK_WALK,
    ASK_ATTR_TEXT,
    ASK_ATTR_INT,
    ASK_DATA,
    ASK_DATA_CLOSE, /* the one that is not answered */
    ASK_READ,
    ASK_ABOUTS, /* of count[0] datasets; their paths come one after the other, each with its NUL */
    ASK_MANY,   /* as ASK_ABOUTS; their numbers follow */
    ASK_INTS,
    ASK_TEXTS
};

struct h5_question {
    int ask, number;                                /* of the dataset */
    int64_t start[ISO_H5_RANK], count[ISO_H5_RANK]; /* of a block */
    int64_t path, name; /* bytes of these, which follow; 0: one text, or none */
};

struct h5_answer {
    int err, number; /* with an error the bytes are its message */
    int64_t value, count, bytes;
    iso_h5_info info;
};

/* Starts a process that reads the file. */
iso_err iso_h5_reader_new(struct h5_reader **out, const char *path, const iso_run *run);
iso_err iso_h5_reader_check(const struct h5_reader *r);
void iso_h5_reader_free(struct h5_reader *r);
int iso_h5_readers(void); /* how many there are */

/* Asks, and waits as long as the run wants. The bytes of the answer come to `to`, which takes as
 * many as `room` says, or else to *block, with a NUL after them. */
iso_err iso_h5_reader_ask(struct h5_answer *a, struct h5_reader *r, struct h5_question q,
                          const char *path, const char *name, void *to, int64_t room, char **block);

/* The other side: answers what comes on the socket until it is closed. Never comes back. */
void iso_h5_serve(int socket, iso_h5 *file, int64_t mem);

/* More time for the question at hand, which turns out to be about this many bytes; nothing
 * elsewhere. */
void iso_h5_grant(const iso_h5 *file, int64_t bytes);

/* What h5.h says, done in this process. Names and texts come one after the other with their NULs.
 */
iso_err iso_h5_here_open(iso_h5 *file,
                         bool make); /* its path is there; closed also after an error */
iso_err iso_h5_here_close(iso_h5 *file);
iso_err iso_h5_here_kind(iso_h5_kind *out, iso_h5 *file, const char *path);
iso_err iso_h5_here_list(iso_buf *names, int64_t *count, iso_h5 *file, const char *group);
iso_err iso_h5_here_walk(iso_buf *names, int64_t *count, iso_h5 *file);
iso_err iso_h5_here_attr_text(char **out, iso_h5 *file, const char *object, const char *name);
iso_err iso_h5_here_attr_int(int64_t *out, bool *there, iso_h5 *file, const char *object,
                             const char *name);
iso_err iso_h5_here_data(iso_h5_data **out, iso_h5 *file, const char *path);
void iso_h5_here_data_close(iso_h5_data *data);
iso_err iso_h5_here_read(iso_h5_data *data, const int64_t *start, const int64_t *count, void *to);
iso_err iso_h5_here_many(iso_buf *out, iso_h5 *file, const char *paths, int64_t count,
                         bool numbers);
iso_err iso_h5_here_ints(int64_t **out, int64_t *count, iso_h5 *file, const char *path);
iso_err iso_h5_here_texts(iso_buf *texts, int64_t *count, iso_h5 *file, const char *path);

/* Bytes of a block of this many numbers along each axis. */
int64_t iso_h5_block_bytes(const iso_h5_info *info, const int64_t *count);

/* How names are looked up: links that lead to another file are followed where that lies in the
 * folder of the first or below. Fails for a path that could not be opened, and tells the link on
 * its way that leads nowhere. */
hid_t iso_h5_links(iso_h5 *file);
iso_err iso_h5_lost(iso_h5 *file, const char *path, const char *what);

/* Whether another file that the file names (relative: seen from the folder of `beside`, NULL = from
 * where we are) may be read: a regular one, in the folder of the first or below, HDF5 unless `raw`.
 * Its bytes join file->size; *found is its path. Else the reason is kept for what fails next. */
bool iso_h5_other(char **found, iso_h5 *file, const char *beside, const char *name, bool raw);

/* Fails where a number of the dataset was never written, or lies in a file that is not there. */
iso_err iso_h5_whole(const iso_h5_data *data);

/* Filters that HDF5 does not bring itself. */
void iso_h5_filters(void);

/* How HDF5 printed errors before we came; a program around us may want it back. Every public
 * function has no printer between the two calls. */
struct h5_printer {
    H5E_auto2_t print;
    void *payload;
};

struct h5_printer iso_h5_hush(void);
void iso_h5_unhush(struct h5_printer p);

/* The reason that was kept since the last hush, or what HDF5 says. */
void iso_h5_because(const char *format, ...) ISO_PRINTF(1, 2);
const char *iso_h5_why(void);

/* Fails with the reason; `object` may be NULL. */
iso_err iso_h5_broke(iso_err code, const char *path, const char *object, const char *what);

/* Closes a dataset, type, space, attribute or list of properties; nothing when it is none. */
void iso_h5_shut(hid_t id);

/* Makes files opened with this list of properties leave the errno of their first failure in
 * *broken, which outlives them, and go on as if nothing had happened. */
bool iso_h5_write_through(hid_t plist, int *broken);

/* Types; the caller closes them. Negative when none is made. */
hid_t iso_h5_float_type(iso_dtype dtype, H5T_order_t order);
hid_t iso_h5_text_type(int64_t fixed); /* UTF-8, bytes of each */
H5T_order_t iso_h5_our_order(void);

/* Which of our floats a file's type is; *little when it also lies as we write it. */
bool iso_h5_float_of(iso_dtype *dtype, bool *little, hid_t type);

/* Bytes of one fixed text without its padding. */
int64_t iso_h5_fixed_length(const char *text, size_t size, H5T_str_t pad);

#endif
