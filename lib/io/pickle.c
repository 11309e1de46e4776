#include "lib/io/pickle.h"

#include <inttypes.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/io/pickle_inside.h"

enum { NAME_ROOM = 256, BLOCK = sizeof((iso_pickle_source *)0)->buffer };

/* --- Bytes ------------------------------------------------------------------------------- */

static iso_err cut_short(const struct pickling *r)
{
    if (r->most < r->from->end)
        return iso_fail(ISO_EFORMAT, "%s: has a pickle of more than %d MB; at most that is read",
                        r->path, ISO_PICKLE_MAX >> 20);
    return iso_fail(ISO_EFORMAT,
                    "%s: ends within its pickle, at byte %" PRId64
                    "; was it cut short? Copy or save it once more",
                    r->path, r->from->end);
}

static iso_err take(struct pickling *r, void *to, int64_t count)
{
    iso_pickle_source *s = r->from;
    char *at = to;
    iso_err err = ISO_OK;

    if (count > r->most - s->at)
        return cut_short(r);
    while (count > 0) {
        if (s->at < s->begin || s->at >= s->begin + s->filled) {
            const int64_t left = s->end - s->at, fill = left < BLOCK ? left : BLOCK;
            s->filled = 0;
            ISO_TRY(iso_file_read(s->file, s->at, s->buffer, fill));
            s->begin = s->at;
            s->filled = fill;
        }
        const int64_t here = s->begin + s->filled - s->at, n = count < here ? count : here;
        memcpy(at, s->buffer + (s->at - s->begin), (size_t)n);
        at += n;
        s->at += n;
        count -= n;
    }
done:
    return err;
}

/* A little-endian number of up to 8 bytes. */
static iso_err take_number(uint64_t *out, struct pickling *r, int bytes)
{
    unsigned char b[8];
    uint64_t n = 0;
    iso_err err = ISO_OK;

    ISO_TRY(take(r, b, bytes));
    for (int i = bytes - 1; i >= 0; i--)
        n = n << 8 | b[i];
    *out = n;
done:
    return err;
}

static iso_err take_line(char line[NAME_ROOM], struct pickling *r)
{
    iso_err err = ISO_OK;

    for (int i = 0; i < NAME_ROOM; i++) {
        ISO_TRY(take(r, &line[i], 1));
        if (line[i] == '\n') {
            line[i] = '\0';
            goto done;
        }
    }
    ISO_TRY(iso_pickle_strange(r, "a long name"));
done:
    return err;
}

/* --- Opcodes ----------------------------------------------------------------------------- */

static iso_err take_int(struct pickling *r, int bytes)
{
    uint64_t n = 0;
    iso_err err = ISO_OK;

    ISO_TRY(take_number(&n, r, bytes));
    ISO_TRY(iso_pickle_push(r, ISO_PICKLED_INT, bytes == 4 ? (int32_t)(uint32_t)n : (int64_t)n));
done:
    return err;
}

/* A number of any length: what does not fit into ours is none that we need. */
static iso_err take_long(struct pickling *r)
{
    uint64_t len = 0, n = 0;
    unsigned char b[255];
    iso_err err = ISO_OK;

    ISO_TRY(take_number(&len, r, 1));
    ISO_TRY(take(r, b, (int64_t)len));
    for (uint64_t i = 0; i < 8; i++) /* the sign goes on beyond the last byte */
        n |= (uint64_t)(i < len ? b[i] : len > 0 && b[len - 1] & 0x80 ? 0xff : 0) << (8 * i);
    ISO_TRY(iso_pickle_push(r, len <= 8 ? ISO_PICKLED_INT : ISO_PICKLED_OTHER, (int64_t)n));
done:
    return err;
}

static iso_err take_float(struct pickling *r)
{
    uint64_t bits;
    iso_err err = ISO_OK;

    ISO_TRY(take_number(&bits, r, 8));
    ISO_TRY(iso_pickle_push(r, ISO_PICKLED_OTHER, 0));
done:
    return err;
}

/* A text, or bytes that are of no matter, behind their length. */
static iso_err take_text(struct pickling *r, int length, bool text)
{
    uint64_t len = 0;
    int64_t number = 0;
    iso_err err = ISO_OK;

    ISO_TRY(take_number(&len, r, length));
    if (len > (uint64_t)(r->most - r->from->at))
        return cut_short(r);
    if ((int64_t)len > r->room || !r->text) {
        iso_free(r->text);
        r->text = NULL;
        ISO_TRY(iso_alloc(&r->text, (int64_t)len, 1));
        r->room = (int64_t)len;
    }
    ISO_TRY(take(r, r->text, (int64_t)len));
    if (text)
        ISO_TRY(iso_textmap_keep(&number, &r->p.texts, r->text, (int64_t)len));
    ISO_TRY(iso_pickle_push(r, text ? ISO_PICKLED_TEXT : ISO_PICKLED_OTHER, number));
done:
    return err;
}

static iso_err push_name(struct pickling *r, const char *module, const char *name)
{
    int64_t number = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_pickle_name(&number, module, name, r->path));
    ISO_TRY(iso_pickle_push(r, ISO_PICKLED_NAME, number));
done:
    return err;
}

static iso_err spelt_name(struct pickling *r)
{
    char module[NAME_ROOM], name[NAME_ROOM];
    iso_err err = ISO_OK;

    ISO_TRY(take_line(module, r));
    ISO_TRY(take_line(name, r));
    ISO_TRY(push_name(r, module, name));
done:
    return err;
}

static iso_err stacked_name(struct pickling *r)
{
    iso_pickle_value name, module;
    iso_err err = ISO_OK;

    ISO_TRY(iso_pickle_pop(&name, r));
    ISO_TRY(iso_pickle_pop(&module, r));
    if (!iso_pickle_text(&r->p, name) || !iso_pickle_text(&r->p, module))
        ISO_TRY(iso_pickle_strange(r, "a name"));
    ISO_TRY(push_name(r, iso_pickle_text(&r->p, module), iso_pickle_text(&r->p, name)));
done:
    return err;
}

static iso_err remember(struct pickling *r, int bytes)
{
    uint64_t at = (uint64_t)r->memo.count;
    iso_err err = ISO_OK;

    if (bytes > 0)
        ISO_TRY(take_number(&at, r, bytes));
    ISO_TRY(iso_pickle_remember(r, at));
done:
    return err;
}

static iso_err recall(struct pickling *r, int bytes)
{
    uint64_t at = 0;
    iso_err err = ISO_OK;

    ISO_TRY(take_number(&at, r, bytes));
    ISO_TRY(iso_pickle_recall(r, at));
done:
    return err;
}

/* The items of a tuple that is taken off the stack. */
static iso_err pop_tuple(iso_pickle_items *out, struct pickling *r)
{
    iso_pickle_value v;
    iso_err err = ISO_OK;

    ISO_TRY(iso_pickle_pop(&v, r));
    if (v.is != ISO_PICKLED_TUPLE)
        ISO_TRY(iso_pickle_strange(r, "what should be a tuple"));
    *out = r->p.items[v.of];
done:
    return err;
}

static iso_err reduce(struct pickling *r)
{
    iso_pickle_items arguments = {0};
    iso_pickle_value name;
    iso_err err = ISO_OK;

    ISO_TRY(pop_tuple(&arguments, r));
    ISO_TRY(iso_pickle_pop(&name, r));
    ISO_TRY(iso_pickle_call(r, name, arguments));
done:
    return err;
}

static iso_err persistent(struct pickling *r)
{
    iso_pickle_items id = {0};
    iso_err err = ISO_OK;

    ISO_TRY(pop_tuple(&id, r));
    ISO_TRY(iso_pickle_storage_of(r, id));
done:
    return err;
}

/* Attributes of an OrderedDict ("_metadata"): left out. */
static iso_err build(struct pickling *r)
{
    iso_pickle_value state;
    int64_t to;
    iso_err err = ISO_OK;

    ISO_TRY(iso_pickle_pop(&state, r));
    ISO_TRY(iso_pickle_top(&to, r, ISO_PICKLED_DICT));
done:
    return err;
}

/* Its length says how to read ahead, which is done without it. */
static iso_err frame(struct pickling *r)
{
    uint64_t length;

    return take_number(&length, r, 8);
}

/* One opcode but PROTO and STOP; all there are has Python's Lib/pickletools.py. */
static iso_err step(struct pickling *r, int op)
{
    /* clang-format off */
    switch (op) {
    case '(':  return iso_pickle_push(r, ISO_PICKLED_MARK, 0);
    case 'N':  return iso_pickle_push(r, ISO_PICKLED_NONE, 0);
    case 0x88: return iso_pickle_push(r, ISO_PICKLED_BOOL, 1);
    case 0x89: return iso_pickle_push(r, ISO_PICKLED_BOOL, 0);
    case 'K':  return take_int(r, 1);
    case 'M':  return take_int(r, 2);
    case 'J':  return take_int(r, 4);
    case 0x8a: return take_long(r);
    case 'G':  return take_float(r);
    case 0x8c: return take_text(r, 1, true);
    case 'X':  return take_text(r, 4, true);
    case 0x8d: return take_text(r, 8, true);
    case 'C':  return take_text(r, 1, false);
    case 'B':  return take_text(r, 4, false);
    case ']':  return iso_pickle_empty(r, ISO_PICKLED_LIST);
    case '}':  return iso_pickle_empty(r, ISO_PICKLED_DICT);
    case ')':  return iso_pickle_empty(r, ISO_PICKLED_TUPLE);
    case 't':  return iso_pickle_tuple(r, -1);
    case 0x85: return iso_pickle_tuple(r, 1);
    case 0x86: return iso_pickle_tuple(r, 2);
    case 0x87: return iso_pickle_tuple(r, 3);
    case 'a':  return iso_pickle_put_in(r, ISO_PICKLED_LIST, 1);
    case 'e':  return iso_pickle_put_in(r, ISO_PICKLED_LIST, -1);
    case 's':  return iso_pickle_put_in(r, ISO_PICKLED_DICT, 2);
    case 'u':  return iso_pickle_put_in(r, ISO_PICKLED_DICT, -1);
    case 'q':  return remember(r, 1);
    case 'r':  return remember(r, 4);
    case 0x94: return remember(r, 0);
    case 'h':  return recall(r, 1);
    case 'j':  return recall(r, 4);
    case 'c':
    case 'i':  return spelt_name(r); /* 'i' calls it too: no name that is known is written so */
    case 0x93: return stacked_name(r);
    case 'Q':  return persistent(r);
    case 'R':  return reduce(r);
    case 'b':  return build(r);
    case 0x95: return frame(r);
    default:   break;
    }
    /* clang-format on */
    return iso_fail(ISO_EFORMAT,
                    "%s: its pickle has the opcode 0x%02x at byte %" PRId64
                    ", which no tensor needs; nothing was run. Save tensors alone",
                    r->path, (unsigned)op, r->from->at - 1 - r->begin);
}

static iso_err read_all(struct pickling *r)
{
    unsigned char op = 0, protocol = 0;
    iso_pickle_value root;
    iso_err err = ISO_OK;

    ISO_TRY(take(r, &op, 1));
    ISO_TRY(take(r, &protocol, 1));
    if (op != 0x80 || protocol < 2 || protocol > 5)
        ISO_FAIL(ISO_EFORMAT,
                 "%s: holds no pickle of protocol 2 to 5 where torch.save writes one; save it once "
                 "more",
                 r->path);
    for (;;) {
        ISO_TRY(take(r, &op, 1));
        if (op == '.')
            break;
        ISO_TRY(step(r, op));
    }
    ISO_TRY(iso_pickle_pop(&root, r));
    if (r->stack.count > 0)
        ISO_TRY(iso_pickle_strange(r, "a value that is left"));
    r->p.root = root;
done:
    return err;
}

/* --- Face -------------------------------------------------------------------------------- */

iso_err iso_pickle_read(iso_pickle *out, iso_pickle_source *source)
{
    const int64_t left = source->end - source->at;
    struct pickling r = {.from = source,
                         .begin = source->at,
                         .most = source->at + (left < ISO_PICKLE_MAX ? left : ISO_PICKLE_MAX),
                         .path = source->file->path};
    iso_err err = ISO_OK;

    ISO_TRY(read_all(&r));
    *out = r.p;
    r.p = (iso_pickle){0};
done:
    iso_pickle_free(&r.p);
    iso_free(r.stack.at);
    iso_free(r.memo.at);
    iso_free(r.text);
    return err;
}

void iso_pickle_free(iso_pickle *p)
{
    for (int64_t i = 0; i < p->item_count; i++)
        iso_free(p->items[i].at);
    iso_free(p->items);
    iso_free(p->storages);
    iso_free(p->tensors);
    iso_textmap_free(&p->texts);
    *p = (iso_pickle){0};
}

const char *iso_pickle_text(const iso_pickle *p, iso_pickle_value v)
{
    const char *text = v.is == ISO_PICKLED_TEXT ? p->texts.texts[v.of] : NULL;

    return text && (int64_t)strlen(text) == p->texts.lens[v.of] ? text : NULL;
}

iso_pickle_value iso_pickle_get(const iso_pickle *p, iso_pickle_value dict, const char *key)
{
    const iso_pickle_items *list = dict.is == ISO_PICKLED_DICT ? &p->items[dict.of] : NULL;

    for (int64_t i = 0; list && i + 1 < list->count; i += 2) {
        const char *text = iso_pickle_text(p, list->at[i]);
        if (text && strcmp(text, key) == 0)
            return list->at[i + 1];
    }
    return (iso_pickle_value){ISO_PICKLED_NONE, 0};
}
