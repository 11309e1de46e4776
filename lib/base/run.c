#include "lib/base/run.h"

int64_t iso_run_mem(const iso_run *run)
{
    return run && run->mem > 0 ? run->mem : (int64_t)1 << 30;
}

iso_err iso_run_step(const iso_run *run, const char *what, int64_t done, int64_t total,
                     const char *unit)
{
    if (run && run->progress && !run->progress(run->payload, what, done, total, unit))
        return iso_fail(ISO_ECANCEL, "interrupted");
    return ISO_OK;
}
