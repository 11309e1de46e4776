/* What lies beside an output until it is whole, and must go when the program has to end at once. */
#ifndef ISO_IO_TEMPORARY_H
#define ISO_IO_TEMPORARY_H

#include "lib/base/err.h"

ISO_BEGIN

/**
 * Remembers a file or folder that is to be removed by iso_temporary_abandon, until it is dropped.
 * The path is borrowed till then. At most 64 are remembered; one beyond is not.
 */
void iso_temporary_add(const char *path);
void iso_temporary_drop(const char *path);

/** Removes a file, or a folder with all in it; allocates nothing, follows no link. */
void iso_temporary_remove(const char *path);

/**
 * Removes what is remembered. For a signal handler that ends the process when nobody asked
 * iso_run's progress for too long: allocates and locks nothing. What was written so far is lost.
 */
void iso_temporary_abandon(void);

ISO_END

#endif
