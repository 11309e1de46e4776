/* Names beside points: where they cover neither one another nor a point. */
#ifndef ISO_BIN_FIGURE_LABELS_H
#define ISO_BIN_FIGURE_LABELS_H

#include <stdbool.h>

/* A point and the box of its name, in pixels. */
struct label {
    double x, y;       /* the point */
    double w, h;       /* the name */
    double at_x, at_y; /* set: the middle of the name */
    bool shown;        /* set: false when there is no room for it */
    bool led;          /* set: it stands away, so that a line should lead to it */
};

/* A line to keep off where there is room elsewhere: y = at + slope x, in pixels. */
struct label_line {
    double at, slope;
};

/* Places the names of all points within [0, width] x [0, height]; `dot` is a point's radius, `line`
 * may be NULL. No two shown names overlap, and none covers a point where there is room elsewhere.
 * The same for the same points, whatever else. Cost O(n²), some hundred times. */
void iso_labels_place(struct label *label, int count, double width, double height, double dot,
                      const struct label_line *line);

#endif
