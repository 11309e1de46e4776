/* Faults that are a file's or a library's, not the program's. */
#ifndef ISO_BIN_FAULT_H
#define ISO_BIN_FAULT_H

/* From now on a mapped file that is cut while it is read is an error with a message, not the end
 * of the program (lib/io/mapped.h); and what ends the program from inside a library leaves no
 * temporary file or folder behind (lib/io/temporary.h). */
void fault_listen(void);

#endif
