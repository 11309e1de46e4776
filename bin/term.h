/* Talking to the person at the terminal: progress, notes, interruption. All on stderr. */
#ifndef ISO_BIN_TERM_H
#define ISO_BIN_TERM_H

#include <stddef.h>

#include "bin/args.h"
#include "lib/base/run.h"

/* A run as the settings ask: threads, memory (default a quarter of RAM), seed, precision, progress
 * (a live line on a terminal, after a second; lines with --progress lines; none with --quiet),
 * SIGINT and SIGTERM turned into ISO_ECANCEL, the library's notes as ours. */
iso_run term_run(const struct args *args);

/* The latest run, for what reads files far from where the run is at hand; before the first one that
 * says nothing and hears nothing. */
const iso_run *term_current(void);

/* The progress line: "desc: 45% 123/273 rows [00:12<00:15, 9.8 M/s]"; `seconds` since the task
 * began at `from`; total 0 = unknown. */
void term_line(char *out, size_t room, const char *what, int64_t done, int64_t total,
               const char *unit, double seconds, int64_t from);

/* Clears the live line before other output. */
void term_clear(void);

/* One line on stderr, "isogloss: ..." or whatever is given. Everything that the program says there
 * passes through here: of what files, options and libraries brought in, nothing that is not drawn
 * (iso_utf8_drawn) reaches the terminal. */
void term_say(const char *format, ...) ISO_PRINTF(1, 2);

/* One line of talk ("isogloss: note: ..."); silent with --quiet. */
void term_note(const struct args *args, const char *format, ...) ISO_PRINTF(2, 3);

#endif
