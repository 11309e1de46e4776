/* What the axes of three-dimensional states may count, and which of it is meant. */
#ifndef ISO_IO_AXES_H
#define ISO_IO_AXES_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/run.h"

ISO_BEGIN

/** The order of the first two axes; the last one is the dimensions. */
typedef enum iso_axes {
    ISO_AXES_OPEN, /* not said */
    ISO_AXES_LND,  /* layers, items, dimensions */
    ISO_AXES_NLD   /* items, layers, dimensions */
} iso_axes;

/** "LND" or "NLD" in letters of any case; NULL is ISO_AXES_OPEN. Errors  ISO_EARG. */
ISO_MUST_USE iso_err iso_axes_find(iso_axes *out, const char *word);

/**
 * Whether an encoder may have `n` states: 1 to 49, or an odd number up to 129. Deep models have an
 * even number of layers, and one state more.
 */
bool iso_axes_depth(int64_t n);

/** What [first, second, dimensions] may be. */
enum {
    ISO_READ_LAYERS = 1, /* layers of items */
    ISO_READ_ITEMS = 2,  /* items of layers */
    ISO_READ_TOKENS = 4  /* a batch: sentences of tokens, padded to equal length */
};

/**
 * The plausible readings, one or several of the above, or none. Layers: their number is a depth.
 * Tokens: 2 to 512 of each sentence, and no number of sentences (odd, above 1) that says depth
 * more than batch.
 */
unsigned iso_axes_readings(int64_t first, int64_t second);

/**
 * Settles the order of an array: `asked`, or the only plausible reading. Errors  ISO_EFORMAT when
 * there are several, when it is tokens, and when there is none: the message begins with `what`, and
 * has all readings and the option that chooses.
 */
ISO_MUST_USE iso_err iso_axes_settle(iso_axes *out, iso_axes asked, const int64_t shape[3],
                                     const char *what);

/**
 * Fails with all of `readings` of a stack of that shape, each with the option that chooses it; of
 * tokens that is `tokens`. The message begins with `what`. Always ISO_EFORMAT.
 */
iso_err iso_axes_ask(unsigned readings, const int64_t shape[3], const char *tokens,
                     const char *what);

enum { ISO_READ_AS = 400 };

/** How an array was read: "[13, 200, 16] is read as 13 layers of 200 items (--axes LND), as
 * 200 is no likely number of layers". */
void iso_axes_tell(char out[ISO_READ_AS], iso_axes axes, const int64_t shape[3]);

/** Arrays that have more axes than are read, beside others that are. {0} is none. */
typedef struct iso_too_deep {
    int64_t count;
    char first[64]; /* the name of one */
} iso_too_deep;

void iso_too_deep_add(iso_too_deep *deep, const char *name);

/** Where nothing else is there: what such an array is, and what to do. Always ISO_EFORMAT. */
iso_err iso_too_deep_fail(const iso_too_deep *deep, const char *path);

/** Notes that they are left out, if there are any. */
void iso_too_deep_tell(const iso_too_deep *deep, const char *path, const iso_run *run);

ISO_END

#endif
