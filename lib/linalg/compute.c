#include "lib/linalg/compute.h"

#include "lib/base/str.h"

static const char *const names[] = {"f32", "bf16", "int8", "fastest"};

enum { NAMES = sizeof names / sizeof *names };

const char *iso_compute_name(iso_compute compute)
{
    return (unsigned)compute < NAMES ? names[compute] : "unknown";
}

bool iso_compute_named(iso_compute *out, const char *name)
{
    for (int i = 0; i < NAMES; i++) {
        if (iso_str_same(name, names[i])) {
            *out = (iso_compute)i;
            return true;
        }
    }
    return false;
}
