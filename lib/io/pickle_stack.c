/* Where a pickle puts its values: the stack, the memo, containers. */
#include <inttypes.h>

#include "lib/base/alloc.h"
#include "lib/io/pickle_inside.h"

iso_err iso_pickle_strange(const struct pickling *r, const char *what)
{
    return iso_fail(ISO_EFORMAT,
                    "%s: %s, at byte %" PRId64 " of its pickle, is not as torch writes it; save "
                    "the file once more",
                    r->path, what, r->from->at - r->begin);
}

static iso_err too_many(const struct pickling *r)
{
    return iso_fail(ISO_EFORMAT,
                    "%s: holds more than %d values; save tensors, not numbers one by one", r->path,
                    PICKLE_VALUES);
}

/* Makes place for `more` values: exactly so many at first, as tuples never grow. */
static iso_err make_room(const struct pickling *r, iso_pickle_items *to, int64_t more)
{
    iso_err err = ISO_OK;

    if (more > PICKLE_VALUES - to->count)
        return too_many(r);
    if (to->count + more > to->room) {
        const int64_t twice = 2 * to->room, need = to->count + more;
        const int64_t room = need > twice ? need : twice;
        ISO_TRY(iso_realloc(&to->at, to->count, room, sizeof *to->at));
        to->room = room;
    }
done:
    return err;
}

/* --- Stack ------------------------------------------------------------------------------- */

iso_err iso_pickle_push(struct pickling *r, iso_pickled is, int64_t of)
{
    iso_err err = ISO_OK;

    ISO_TRY(make_room(r, &r->stack, 1));
    r->stack.at[r->stack.count++] = (iso_pickle_value){is, of};
done:
    return err;
}

iso_err iso_pickle_pop(iso_pickle_value *out, struct pickling *r)
{
    if (r->stack.count == 0 || r->stack.at[r->stack.count - 1].is == ISO_PICKLED_MARK)
        return iso_pickle_strange(r, "a value that is missing");
    *out = r->stack.at[--r->stack.count];
    return ISO_OK;
}

static iso_err container_below(int64_t *out, struct pickling *r, int64_t above, iso_pickled is)
{
    const int64_t at = r->stack.count - above - 1;

    if (at < 0 || r->stack.at[at].is != is)
        return iso_pickle_strange(r, "a value that is put into no container");
    *out = r->stack.at[at].of;
    return ISO_OK;
}

iso_err iso_pickle_top(int64_t *out, struct pickling *r, iso_pickled is)
{
    return container_below(out, r, 0, is);
}

/* How many values lie above the last mark: all must, of `count` that are not -1. */
static iso_err above_mark(int64_t *out, struct pickling *r, int64_t count)
{
    int64_t n = 0;

    while (n != count && n < r->stack.count &&
           r->stack.at[r->stack.count - 1 - n].is != ISO_PICKLED_MARK)
        n++;
    if (n != count && (count >= 0 || n == r->stack.count))
        return iso_pickle_strange(r, "a value that is missing");
    *out = n;
    return ISO_OK;
}

/* --- Containers ---------------------------------------------------------------------------- */

static iso_err container(int64_t *out, struct pickling *r)
{
    iso_pickle *p = &r->p;
    iso_err err = ISO_OK;

    if (p->item_count >= PICKLE_VALUES)
        return too_many(r);
    if (p->item_count == p->item_room) {
        const int64_t room = p->item_room ? 2 * p->item_room : 64;
        ISO_TRY(iso_realloc(&p->items, p->item_count, room, sizeof *p->items));
        p->item_room = room;
    }
    *out = p->item_count++;
done:
    return err;
}

/* Moves the last `count` values from the stack into a container. */
static iso_err move(struct pickling *r, int64_t into, int64_t count)
{
    iso_pickle_items *to = &r->p.items[into];
    iso_err err = ISO_OK;

    r->held += count;
    if (r->held > PICKLE_VALUES)
        return too_many(r);
    ISO_TRY(make_room(r, to, count));
    r->stack.count -= count;
    for (int64_t i = 0; i < count; i++)
        to->at[to->count++] = r->stack.at[r->stack.count + i];
done:
    return err;
}

iso_err iso_pickle_empty(struct pickling *r, iso_pickled is)
{
    int64_t made = 0;
    iso_err err = ISO_OK;

    ISO_TRY(container(&made, r));
    ISO_TRY(iso_pickle_push(r, is, made));
done:
    return err;
}

iso_err iso_pickle_tuple(struct pickling *r, int64_t count)
{
    const bool marked = count < 0;
    int64_t made = 0;
    iso_err err = ISO_OK;

    ISO_TRY(above_mark(&count, r, count));
    ISO_TRY(container(&made, r));
    ISO_TRY(move(r, made, count));
    r->stack.count -= marked;
    ISO_TRY(iso_pickle_push(r, ISO_PICKLED_TUPLE, made));
done:
    return err;
}

iso_err iso_pickle_put_in(struct pickling *r, iso_pickled is, int64_t count)
{
    const bool marked = count < 0;
    int64_t to = 0;
    iso_err err = ISO_OK;

    ISO_TRY(above_mark(&count, r, count));
    ISO_TRY(container_below(&to, r, count + marked, is));
    if (is == ISO_PICKLED_DICT && count % 2 != 0)
        ISO_TRY(iso_pickle_strange(r, "a key without a value"));
    ISO_TRY(move(r, to, count));
    r->stack.count -= marked;
done:
    return err;
}

/* --- Memo ---------------------------------------------------------------------------------- */

/* Places are taken in order. */
iso_err iso_pickle_remember(struct pickling *r, uint64_t at)
{
    iso_err err = ISO_OK;

    if (r->stack.count == 0 || at > (uint64_t)r->memo.count ||
        r->stack.at[r->stack.count - 1].is == ISO_PICKLED_MARK)
        return iso_pickle_strange(r, "a place of the memo");
    if (at == (uint64_t)r->memo.count) {
        ISO_TRY(make_room(r, &r->memo, 1));
        r->memo.count++;
    }
    r->memo.at[at] = r->stack.at[r->stack.count - 1];
done:
    return err;
}

iso_err iso_pickle_recall(struct pickling *r, uint64_t at)
{
    if (at >= (uint64_t)r->memo.count)
        return iso_pickle_strange(r, "a place of the memo");
    return iso_pickle_push(r, r->memo.at[at].is, r->memo.at[at].of);
}
