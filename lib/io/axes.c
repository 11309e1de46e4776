#include "lib/io/axes.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { DEPTH_ANY = 49, DEPTH_MOST = 129, TOKENS_MOST = 512, PHRASE = 128 };

iso_err iso_axes_find(iso_axes *out, const char *word)
{
    if (word && strcasecmp(word, "LND") != 0 && strcasecmp(word, "NLD") != 0)
        return iso_fail(ISO_EARG, "axes \"%s\" are neither LND nor NLD", word);
    *out = !word ? ISO_AXES_OPEN : strcasecmp(word, "LND") == 0 ? ISO_AXES_LND : ISO_AXES_NLD;
    return ISO_OK;
}

bool iso_axes_depth(int64_t n)
{
    return n >= 1 && (n <= DEPTH_ANY || (n <= DEPTH_MOST && n % 2 == 1));
}

unsigned iso_axes_readings(int64_t first, int64_t second)
{
    const bool says_depth = first > 1 && first % 2 == 1 && iso_axes_depth(first);
    unsigned readings = 0;

    if (iso_axes_depth(first))
        readings |= ISO_READ_LAYERS;
    if (iso_axes_depth(second))
        readings |= ISO_READ_ITEMS;
    if (second > 1 && second <= TOKENS_MOST && !says_depth)
        readings |= ISO_READ_TOKENS;
    return readings;
}

/* "1 layer", "13 layers" */
#define COUNT(n, word) (n), (n) == 1 ? word : word "s"

iso_err iso_axes_ask(unsigned readings, const int64_t s[3], const char *by, const char *what)
{
    char layers[PHRASE] = "", items[PHRASE] = "", tokens[PHRASE] = "";
    const bool both = (readings & ISO_READ_LAYERS) && (readings & ISO_READ_ITEMS);

    if (readings & ISO_READ_LAYERS)
        (void)snprintf(layers, sizeof layers,
                       "%" PRId64 " %s of %" PRId64 " %s (" ISO_FIELD(axes) " LND)",
                       COUNT(s[0], "layer"), COUNT(s[1], "item"));
    if (readings & ISO_READ_ITEMS)
        (void)snprintf(items, sizeof items,
                       "%" PRId64 " %s of %" PRId64 " %s (" ISO_FIELD(axes) " NLD)",
                       COUNT(s[0], "item"), COUNT(s[1], "layer"));
    if (readings & ISO_READ_TOKENS)
        (void)snprintf(tokens, sizeof tokens, " or %" PRId64 " %s of %" PRId64 " tokens (%s)",
                       COUNT(s[0], "sentence"), s[1], by);
    return iso_fail(ISO_EFORMAT, "%s: [%" PRId64 ", %" PRId64 ", %" PRId64 "] may be %s%s%s%s",
                    what, s[0], s[1], s[2], layers, both ? *tokens ? ", " : " or " : "", items,
                    tokens);
}

static iso_err unlikely(unsigned readings, const int64_t s[3], const char *what)
{
    const bool tokens = readings & ISO_READ_TOKENS;

    return iso_fail(
        ISO_EFORMAT,
        "%s: [%" PRId64 ", %" PRId64 ", %" PRId64
        "] %s; " ISO_FIELD(axes) " LND takes %" PRId64 " layers of %" PRId64
                                 " items, " ISO_FIELD(axes) " NLD %" PRId64 " items of %" PRId64
                                                            " layers",
        what, s[0], s[1], s[2],
        tokens ? "looks like sentences of tokens: save their attention_mask beside them, or "
                 "pool them first, to one row a sentence"
               : "has no axis that is likely to count layers",
        s[0], s[1], s[0], s[1]);
}

iso_err iso_axes_settle(iso_axes *out, iso_axes asked, const int64_t shape[3], const char *what)
{
    const unsigned readings = iso_axes_readings(shape[0], shape[1]);

    if (asked != ISO_AXES_OPEN)
        *out = asked;
    else if (readings == ISO_READ_LAYERS)
        *out = ISO_AXES_LND;
    else if (readings == ISO_READ_ITEMS)
        *out = ISO_AXES_NLD;
    else if (readings == 0 || readings == ISO_READ_TOKENS)
        return unlikely(readings, shape, what);
    else
        return iso_axes_ask(readings, shape,
                            "save their attention_mask beside them, or pool them first", what);
    return ISO_OK;
}

void iso_axes_tell(char out[ISO_READ_AS], iso_axes axes, const int64_t shape[3])
{
    const bool items = axes == ISO_AXES_NLD;
    const int64_t layers = shape[items ? 1 : 0], count = shape[items ? 0 : 1];

    (void)snprintf(out, ISO_READ_AS,
                   "[%" PRId64 ", %" PRId64 ", %" PRId64 "] is read as %" PRId64 " %s of %" PRId64
                   " %s (" ISO_FIELD(axes) " %s), as %" PRId64 " is no likely number of layers",
                   shape[0], shape[1], shape[2], COUNT(layers, "layer"), COUNT(count, "item"),
                   items ? "NLD" : "LND", count);
}

void iso_too_deep_add(iso_too_deep *deep, const char *name)
{
    if (deep->count++ == 0)
        (void)snprintf(deep->first, sizeof deep->first, "%s", name);
}

iso_err iso_too_deep_fail(const iso_too_deep *deep, const char *path)
{
    return iso_fail(ISO_EFORMAT,
                    "%s: \"%s\" has 4 axes or more, as layers, sentences, tokens and dimensions "
                    "have; pool the tokens first, to [layers, items, dimensions]",
                    path, deep->first);
}

void iso_too_deep_tell(const iso_too_deep *deep, const char *path, const iso_run *run)
{
    if (deep->count > 0)
        iso_run_note(run, "%s: %" PRId64 " %s of 4 axes and more %s left out (\"%s\"%s)", path,
                     deep->count, deep->count == 1 ? "array" : "arrays",
                     deep->count == 1 ? "is" : "are", deep->first, deep->count == 1 ? "" : ", ...");
}
