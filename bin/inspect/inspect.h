/* What a collection holds and what is odd about it, before it is printed. */
#ifndef ISO_BIN_INSPECT_H
#define ISO_BIN_INSPECT_H

#include "analysis/stats/spectrum.h"
#include "lib/base/run.h"
#include "lib/base/str.h"
#include "lib/io/record_write.h"
#include "lib/io/states.h"

enum { INSPECT_FEW = 3 }; /* examples that are named */

/* Two places that hold the same; `second` is the later one. */
struct pair {
    int64_t first, second;
};

/* One language and layer. What needs the numbers is 0 until they are read. */
struct inspect_layer {
    int layer;
    int64_t rows, cols;
    iso_dtype dtype;
    int64_t bad, first_bad; /* rows with a value that is not finite, and the first of them */
    int64_t twice;          /* rows equal to an earlier one; not looked for among token rows */
    struct pair equal[INSPECT_FEW];
    int64_t constant;      /* dimensions that never change */
    int64_t rogue;         /* dimensions with over ROGUE times the mean square of an average one */
    double rogue_share;    /* of the squared length that they hold */
    bool dead;             /* every dimension is constant */
    iso_spectrum spectrum; /* where it was asked for */
};

struct inspect_lang {
    const iso_lang *lang;
    struct inspect_layer *layers; /* lang->layer_count */
    int64_t twice;                /* texts equal to an earlier one */
    struct pair equal[INSPECT_FEW];
};

struct inspect {
    iso_states *states; /* borrowed */
    bool read;          /* the numbers were read */
    bool spectrum;      /* and how they vary was looked at */
    int count;
    struct inspect_lang *langs;
};

enum { ROGUE = 20 };

/* Looks at everything; only at headers if `quick`, also at how the rows of each layer vary if
 * `spectrum`. Free with inspect_free in either case. */
ISO_MUST_USE iso_err inspect_look(struct inspect *in, iso_states *states, bool quick, bool spectrum,
                                  const iso_run *run);
void inspect_free(struct inspect *in);

/* Mean number of rows of an item; 0 when items are not made of rows. */
double inspect_tokens(const iso_lang *lang);

/* A name out of a file, which must not steer the terminal, padded to `width`; "1.2 MB". */
ISO_MUST_USE iso_err inspect_name(iso_buf *out, const char *name, int width);
ISO_MUST_USE iso_err inspect_size(iso_buf *out, int64_t bytes);

/* As text for people, and as a JSON document that begins with its origin. */
ISO_MUST_USE iso_err inspect_table(iso_buf *out, const struct inspect *in);
ISO_MUST_USE iso_err inspect_json(iso_buf *out, const struct inspect *in, const iso_origin *origin);

#endif
