/* HDF5 is silent during our calls; what it would have printed is in our messages. */
#include "lib/io/h5_inside.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static _Thread_local char reason[512];

struct h5_printer iso_h5_hush(void)
{
    struct h5_printer p = {NULL, NULL};

    (void)H5Eget_auto2(H5E_DEFAULT, &p.print, &p.payload);
    (void)H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    if (p.print)
        reason[0] = '\0';
    return p;
}

void iso_h5_unhush(struct h5_printer p)
{
    (void)H5Eset_auto2(H5E_DEFAULT, p.print, p.payload);
}

/* The innermost message says most, save that a missing filter ends in a search for plugins. */
static herr_t most_telling(unsigned n, const H5E_error2_t *e, void *payload)
{
    if (n == 0 || strstr(e->desc, "required filter"))
        *(const char **)payload = e->desc;
    return 0;
}

void iso_h5_because(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void)vsnprintf(reason, sizeof reason, format, args);
    va_end(args);
}

const char *iso_h5_why(void)
{
    const char *why = NULL;

    if (reason[0])
        return reason;
    (void)H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, most_telling, &why);
    return why && *why ? why : "HDF5 does not say why";
}

iso_err iso_h5_broke(iso_err code, const char *path, const char *object, const char *what)
{
    const char *why = iso_h5_why();

    code = object ? iso_fail(code, "%s: %s: %s: %s", path, object, what, why)
                  : iso_fail(code, "%s: %s: %s", path, what, why);
    reason[0] = '\0';
    (void)H5Eclear2(H5E_DEFAULT);
    return code;
}

void iso_h5_shut(hid_t id)
{
    if (id > 0)
        (void)H5Idec_ref(id);
}
