/* Inside the figures of mixing: records of `mix` in order, by target, place, way and layer. */
#ifndef ISO_PAGE_FIGURE_MIX_H
#define ISO_PAGE_FIGURE_MIX_H

#include "analysis/page/figure/figure_text.h"

enum mix_what {
    MIX_SHOWS_BEFORE,
    MIX_SHOWS_AFTER,
    MIX_SHOWS_CHANGE, /* after − before */
    MIX_SHOWS_BEYOND, /* after − after with fixed:0 */
    MIX_SHOWS
};

enum { MIX_SERIES = 12, MIX_PLACES = 64 };

/* A way of mixing, its layers cut off: "xmixup" of "xmixup:1-3". */
struct mix_series {
    const char *name; /* borrowed, `len` bytes of it */
    int len;
    bool control;
};

/* Where is mixed: layers first ... last; last is 0 when it is one layer. */
struct mix_spot {
    int first, last;
};

/* All of one measure. */
struct mixing {
    struct names tgts;
    struct mix_series way[MIX_SERIES]; /* others first, then the controls */
    struct mix_spot place[MIX_PLACES]; /* ascending */
    int ways, places, lo, hi;          /* measured layers lo ... hi */
    const iso_record **at;
    const iso_beside *beside; /* their baselines */
};

/* Of records without baselines, which are found in `beside`. Errors ISO_EARG (more ways, places,
 * languages or layers than a figure holds). */
iso_err iso_mixing_gather(struct mixing *m, const iso_records *records, const iso_beside *beside);
void iso_mixing_free(struct mixing *m);

/* A record of the states, or of a baseline by its number; NULL. Before mixing, place and way do not
 * matter. */
enum { MIX_STATES = -1 };
const iso_record *iso_mixing_at(const struct mixing *m, int baseline, enum mix_what what, int tgt,
                                int place, int way, int layer);

/* The mean over targets, the least and the greatest of them; NAN where there is none. */
struct spread {
    double mean, lo, hi;
    int count;
};
struct spread iso_mixing_over(const struct mixing *m, int baseline, enum mix_what what, int place,
                              int way, int layer);

/* Whether a baseline has any such value; of what was mixed, at that place in that way. */
bool iso_mixing_has(const struct mixing *m, int baseline, enum mix_what what, int place, int way);

/* The place where the first way does most for the languages, on average over targets and layers:
 * beyond fixed:0, or from before where there is no such control. `like` names the measure. */
int iso_mixing_best(const struct mixing *m, const iso_record *like);

/* Of "xmixup:1-3" the 6 bytes that name the way. */
int iso_mixing_way_length(const char *mix);

/* The place called "3" or "1-3"; ISO_EARG. */
iso_err iso_mixing_place(int *out, const struct mixing *m, const char *name);

/* "3", "1-3". */
iso_err iso_mixing_spot_name(iso_buf *out, const struct mix_spot *spot);

/* The place that records of `mix` name; false when this is no such record. */
bool iso_mixing_spot(struct mix_spot *out, const iso_record *r);

/* The two that draw. ISO_EARG when nothing was mixed at ask->place. */
iso_err iso_figure_mixed(struct figure *f, const iso_records *records,
                         const struct figure_ask *ask);
iso_err iso_figure_sweep(struct figure *f, const iso_records *records);

#endif
