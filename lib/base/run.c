#include "lib/base/run.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum { NOTE_ROOM = 1024 };

/* clang-format off */
static const iso_option options[] = {
    ISO_OPTION(iso_run, INT, threads, "N", "threads to use (default: one a core)", .least = 1),
    ISO_OPTION(iso_run, BYTES, mem, "SIZE", "memory to stay under: 512M, 2G (default: a quarter of RAM)"),
    ISO_OPTION(iso_run, INT, seed, "N", "seed of everything random (default: 0)"),
    ISO_OPTION_AS(iso_run, "precision", ENUM, double_precision, "KIND", "of matrix products (default: single)", .choices = "single double", .numbers = (const int[]){0, 1}),
};
/* clang-format on */
const iso_options iso_run_options = ISO_OPTIONS("run", iso_run, options);

/* Where a test wants an interruption; NULL = nowhere. */
static struct {
    const char *what;
    int64_t done;
} point;

void iso_run_interrupt_at(const char *what, int64_t done)
{
    point.what = what;
    point.done = done;
}

int64_t iso_run_mem(const iso_run *run)
{
    return run && run->mem > 0 ? run->mem : (int64_t)1 << 30;
}

uint64_t iso_run_seed(const iso_run *run)
{
    return run ? run->seed : 0;
}

iso_err iso_run_step(const iso_run *run, const char *what, int64_t done, int64_t total,
                     const char *unit)
{
    const bool here = point.what && done >= point.done && strcmp(point.what, what) == 0;

    if (here || (run && run->progress && !run->progress(run->payload, what, done, total, unit)))
        return iso_fail(ISO_ECANCEL, "interrupted");
    return ISO_OK;
}

void iso_run_note(const iso_run *run, const char *format, ...)
{
    char text[NOTE_ROOM];
    va_list args;

    if (!run || !run->note)
        return;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    iso_fields_show(text);
    run->note(run->payload, text);
}
