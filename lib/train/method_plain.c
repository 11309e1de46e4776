/* Plain training: the loss of the head on the encoder's final states. */
#include "lib/base/alloc.h"
#include "lib/train/alone.h"

static void plain_free(iso_method *m)
{
    iso_alone_free((struct alone *)m);
    iso_free(m);
}

static const iso_method_ops ops = {"plain", iso_alone_learn, iso_alone_predict, plain_free};

iso_err iso_method_plain(iso_method **out)
{
    struct alone *a = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&a, 1, sizeof *a));
    a->base.ops = &ops;
    *out = &a->base;
done:
    return err;
}
