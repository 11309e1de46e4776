/* Where a target sentence looks in its source: cross attention as a heat map of tokens. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include "analysis/page/figure/figure_svg.h"
#include "analysis/page/figure/figure_text.h"
#include "analysis/page/plot.h"
#include "analysis/page/wording.h"
#include "lib/base/utf8.h"

/* Where things stand, in pixels. */
struct sheet {
    int cell, head, left, top, below;
    int width, height; /* of the field of cells */
    int row_room, column_room;
    bool both; /* tokens on all four sides: long rows are hard to follow to one end */
    const char *font;
};

enum { BOTH_FROM = 40 };

/* Pixels for the longest of the names, as it is shown. */
static int room_for(const char *const *name, int count)
{
    int widest = 2;

    for (int i = 0; i < count; i++) {
        const int columns = iso_utf8_columns(name[i]);
        widest = columns > widest ? columns : widest;
    }
    return 14 + 13 * (widest > 2 * LABEL_MOST ? 2 * LABEL_MOST : widest) / 2;
}

/* Few tokens have wide cells; many have the least that a line of text needs. */
static struct sheet lay_out(struct figure *f, const iso_cross_attention *a)
{
    const int longer = a->tgt_tokens > a->src_tokens ? a->tgt_tokens : a->src_tokens;
    struct sheet s = {.row_room = room_for(a->tgt_token, a->tgt_tokens),
                      .column_room = room_for(a->src_token, a->src_tokens),
                      .both = longer >= BOTH_FROM};

    s.cell = longer <= 20 ? 26 : longer <= BOTH_FROM ? 18 : 14;
    s.font = s.cell >= 18 ? "small" : "tiny";
    s.left = 28 + s.row_room;
    s.width = s.cell * a->src_tokens;
    s.height = s.cell * a->tgt_tokens;
    s.below = s.both ? s.column_room + 8 : 18;
    f->width = s.left + s.width + (s.both ? s.row_room : 0) + 84;
    if (f->width < 480)
        f->width = 480;
    s.head = iso_figure_head_room(f, 0);
    s.top = s.head + 22 + s.column_room;
    f->height = s.top + s.height + s.below;
    if (s.height < 110) /* the scale of colours needs that much */
        f->height += 110 - s.height;
    return s;
}

static iso_err add_data(struct figure *f, const iso_cross_attention *a)
{
    iso_buf *d = &f->data;
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(d, "column\trow\tweight\tcolumn_token\trow_token\n"));
    for (int r = 0; r < a->tgt_tokens; r++) {
        for (int c = 0; c < a->src_tokens; c++) {
            ISO_TRY(iso_buf_printf(d, "%d\t%d\t%s\t", c, r,
                                   NUMBER(a->weight[(int64_t)r * a->src_tokens + c])));
            ISO_TRY(iso_figure_field(d, a->src_token[c]));
            ISO_TRY(iso_buf_puts(d, "\t"));
            ISO_TRY(iso_figure_field(d, a->tgt_token[r]));
            ISO_TRY(iso_buf_puts(d, "\n"));
        }
    }
done:
    return err;
}

static iso_err add_ticks(iso_buf *s, const char *axis, const char *look, const char *font,
                         const char *const *name, int count)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(s, "set %stics scale 0 font %s %s (", axis, font, look));
    for (int i = 0; i < count; i++) {
        ISO_TRY(iso_buf_puts(s, i ? ", " : ""));
        ISO_TRY(iso_figure_tick(s, name[i]));
        ISO_TRY(iso_buf_printf(s, " %d", i));
    }
    ISO_TRY(iso_buf_puts(s, ")\n"));
done:
    return err;
}

static iso_err add_axes(iso_buf *s, const iso_cross_attention *a, const struct sheet *g)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(s,
                           "unset border\nset xrange [-0.5:%d.5]\nset x2range [-0.5:%d.5]\n"
                           "set yrange [%d.5:-0.5]\nset y2range [%d.5:-0.5]\n"
                           "set grid x2tics ytics back lt 1 lc rgb '#ededed' lw 0.5\n",
                           a->src_tokens - 1, a->src_tokens - 1, a->tgt_tokens - 1,
                           a->tgt_tokens - 1));
    ISO_TRY(add_ticks(s, "x2", "rotate by 90 left", g->font, a->src_token, a->src_tokens));
    ISO_TRY(add_ticks(s, "y", "norotate", g->font, a->tgt_token, a->tgt_tokens));
    if (!g->both)
        return iso_buf_puts(s, "unset xtics\n");
    ISO_TRY(add_ticks(s, "x", "rotate by 90 right", g->font, a->src_token, a->src_tokens));
    ISO_TRY(add_ticks(s, "y2", "norotate", g->font, a->tgt_token, a->tgt_tokens));
done:
    return err;
}

/* What the tokens of a side are: "source, English (en)". */
static iso_err add_side(iso_buf *s, const char *side, const char *lang)
{
    iso_buf text = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(&text, side));
    if (lang) {
        ISO_TRY(iso_buf_puts(&text, ", "));
        ISO_TRY(iso_wording_lang(&text, lang));
    }
    ISO_TRY(iso_figure_quote(s, text.text));
done:
    iso_buf_free(&text);
    return err;
}

static iso_err add_sides(struct figure *f, const iso_cross_attention *a, const struct sheet *g)
{
    static const char look[] = "font small textcolor rgb '#404040'";
    iso_buf *s = &f->script;
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(s, "set label "));
    ISO_TRY(add_side(s, "source", a->src));
    ISO_TRY(iso_buf_printf(s, " at screen %d/%d., screen 1 - %d/%d. left %s\n", g->left, f->width,
                           g->head + 8, f->height, look));
    ISO_TRY(iso_buf_puts(s, "set label "));
    ISO_TRY(add_side(s, "target", a->tgt));
    ISO_TRY(iso_buf_printf(s, " at screen %d/%d., screen 1 - %d/%d. right rotate by 90 %s\n", 16,
                           f->width, g->top, f->height, look));
done:
    return err;
}

/* White is nothing, so what is looked at stands out; one hue, and darkness alone tells. */
static iso_err add_colours(struct figure *f, const struct sheet *g, double most)
{
    const struct range r = iso_figure_range(0, most > 0 ? most : 1, 4);
    const int right = g->left + g->width + (g->both ? g->row_room : 0) + 14;
    const int height = g->height < 110 ? 110 : g->height > 260 ? 260 : g->height;
    iso_buf *s = &f->script;
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(s,
                           "set palette defined (0 '#ffffff', 1 '#deebf7', 3 '#9ecae1', 5 "
                           "'#4292c6', 7 '#08519c', 8 '#08306b')\n"
                           "set cbrange [0:%s]\n"
                           "set cbtics nomirror scale 0.4 font small 0, %s\n"
                           "set style line 9 lc rgb '#7a7a7a' lw 0.5\n"
                           "set colorbox user vertical border 9 origin screen %d/%d., screen 1 - "
                           "%d/%d. size screen 12/%d., screen %d/%d.\n",
                           NUMBER(r.hi), NUMBER(r.step), right, f->width, g->top + height,
                           f->height, f->width, height, f->height));
done:
    return err;
}

/* What is too faint to be seen is not drawn: most of a long sentence's cells. */
static const double FAINT = 0.002;

/* "das → the: 0.310" */
static iso_err mark_cells(struct figure *f, const iso_cross_attention *a, double most)
{
    iso_buf place = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_mark_series(f, "attention"));
    for (int64_t i = 0; i < (int64_t)a->tgt_tokens * a->src_tokens; i++) {
        if (!(a->weight[i] > FAINT * most))
            continue;
        place.len = 0;
        ISO_TRY(iso_buf_printf(&place, "%s \xe2\x86\x92 %s", a->tgt_token[i / a->src_tokens],
                               a->src_token[i % a->src_tokens]));
        ISO_TRY(iso_mark_point(f, place.text, a->weight[i], NAN, NAN, 3));
    }
done:
    iso_buf_free(&place);
    return err;
}

static iso_err add_plot(struct figure *f, const struct sheet *g, double most)
{
    const char *half = g->cell >= 18 ? "0.47" : "0.49";
    iso_buf *s = &f->script;
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(s,
                           "set lmargin at screen %d/%d.\n"
                           "set rmargin at screen %d/%d.\n"
                           "set tmargin at screen 1 - %d/%d.\n"
                           "set bmargin at screen 1 - %d/%d.\n"
                           "plot data skip 1 using 1:($3 > %s ? $2 : NaN):(%s):(%s):3 axes x2y1 "
                           "with boxxyerror fs solid noborder lc palette\n",
                           g->left, f->width, g->left + g->width, f->width, g->top, f->height,
                           g->top + g->height, f->height, NUMBER(FAINT * most), half, half));
done:
    return err;
}

static iso_err check(double *most, const iso_cross_attention *a)
{
    iso_err err = ISO_OK;

    *most = 0;
    ISO_NEED(a->tgt_tokens > 0 && a->src_tokens > 0, "no tokens to draw attention between");
    ISO_NEED(a->tgt_tokens <= ATTENTION_MOST && a->src_tokens <= ATTENTION_MOST,
             "a heat map shows at most %d tokens a side, not %d and %d", ATTENTION_MOST,
             a->tgt_tokens, a->src_tokens);
    for (int64_t i = 0; i < (int64_t)a->tgt_tokens * a->src_tokens; i++) {
        ISO_NEED(isfinite(a->weight[i]),
                 "weight of target token %lld and source token %lld is not "
                 "finite",
                 (long long)(i / a->src_tokens), (long long)(i % a->src_tokens));
        *most = fmax(*most, a->weight[i]);
    }
done:
    return err;
}

static iso_err fill(struct figure *f, const iso_cross_attention *a, double most)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(&f->title, "Where the target looks in its source"));
    ISO_TRY(iso_buf_printf(&f->subtitle,
                           "model %s \xc2\xb7 layer %d \xc2\xb7 item %" PRId64
                           " \xc2\xb7 %s, \xce\xbb %.3f",
                           a->model, a->layer, a->item, a->mix, a->lambda));
    const struct sheet g = lay_out(f, a);
    ISO_TRY(iso_figure_head(f));
    ISO_TRY(add_data(f, a));
    ISO_TRY(add_axes(&f->script, a, &g));
    ISO_TRY(add_sides(f, a, &g));
    ISO_TRY(add_colours(f, &g, most));
    ISO_TRY(add_plot(f, &g, most));
    ISO_TRY(mark_cells(f, a, most));
done:
    return err;
}

iso_err iso_figure_attention(struct figure *out, const iso_cross_attention *a)
{
    struct figure f = {0};
    double most;
    iso_err err = ISO_OK;

    ISO_TRY(check(&most, a));
    ISO_TRY(fill(&f, a, most));
    *out = f;
    f = (struct figure){0};
done:
    iso_figure_free(&f);
    return err;
}

/* --- In a folder --- */

/* An id as any file system takes it: what else than letters and digits is in it becomes _, and a
 * name that was changed or cut ends with the item's number, for another may become the same. */
static iso_err add_name(iso_buf *out, const char *id, int64_t item)
{
    enum { MOST = 100 };
    bool changed = strlen(id) > MOST;
    iso_err err = ISO_OK;

    for (int i = 0; id[i] && i < MOST; i++) {
        const char c = id[i];
        const bool fine = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') ||
                          c == '-' || c == '.' || c == '_';
        changed = changed || !fine;
        ISO_TRY(iso_buf_add(out, fine ? &id[i] : "_", 1));
    }
    if (changed)
        ISO_TRY(iso_buf_printf(out, "-%" PRId64, item));
done:
    return err;
}

/* "de-12-layer3.svg" */
static iso_err add_path(iso_buf *out, const char *folder, const iso_cross_attention *a)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(out, "%s/", folder));
    ISO_TRY(add_name(out, a->tgt, a->target));
    ISO_TRY(iso_buf_puts(out, "-"));
    ISO_TRY(a->id ? add_name(out, a->id, a->item) : iso_buf_printf(out, "%" PRId64, a->item));
    ISO_TRY(iso_buf_printf(out, "-layer%d.svg", a->layer));
done:
    return err;
}

iso_err iso_plot_attention(const iso_cross_attention *a, const char *folder, const iso_run *run)
{
    struct figure f = {0};
    iso_buf path = {0};
    iso_err err = ISO_OK;

    if (mkdir(folder, 0777) != 0 && errno != EEXIST)
        ISO_FAIL(ISO_EIO, "%s: %s", folder, strerror(errno));
    ISO_TRY(add_path(&path, folder, a));
    ISO_TRY(iso_figure_attention(&f, a));
    ISO_TRY(iso_figure_save_all(&f, path.text, run));
done:
    iso_figure_free(&f);
    iso_buf_free(&path);
    return err;
}
