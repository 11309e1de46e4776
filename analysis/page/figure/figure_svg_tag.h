/* Inside iso_figure_svg: one tag at a time, as gnuplot writes them, and what elements inherit. */
#ifndef ISO_PAGE_FIGURE_SVG_TAG_H
#define ISO_PAGE_FIGURE_SVG_TAG_H

#include "lib/base/str.h"

enum svg_kind {
    SVG_OTHER,
    SVG_GROUP,
    SVG_END_GROUP,
    SVG_TEXT,
    SVG_TITLE,
    SVG_USE,
    SVG_PATH,
    SVG_POLYGON,
    SVG_RECT,
    SVG_END /* of the picture */
};

/* Borrowed: neither name nor value ends in a NUL. */
struct svg_attribute {
    const char *name, *value;
    int name_length, length;
};

enum { SVG_ATTRIBUTES = 16 };
struct svg_tag {
    enum svg_kind kind;
    struct svg_attribute at[SVG_ATTRIBUTES];
    int count;
};

/* The next tag from `at` on: returns where the text after it begins, NULL when there is none or it
 * does not end. */
const char *iso_svg_next(struct svg_tag *tag, const char *at);

/* NULL when the tag has no such attribute. */
const struct svg_attribute *iso_svg_find(const struct svg_tag *tag, const char *name);

/* What is handed down from a group: the last value of each property. */
enum { SVG_LOOKS = 10, SVG_VALUE = 32 };
struct svg_look {
    char value[SVG_LOOKS][SVG_VALUE];
};

/* Adds the attributes that an element needs besides what it inherits by `look`, which then has what
 * its children inherit. Shapes, ids and the like: iso_svg_shape. */
iso_err iso_svg_attributes(iso_buf *out, const struct svg_tag *tag, struct svg_look *look);

/* Adds the name of an element and what makes its shape; *name is borrowed for good. An upright
 * rectangle becomes the shortest path. */
iso_err iso_svg_shape(iso_buf *out, const char **name, const struct svg_tag *tag);

#endif
