/* The entry points where foreign bytes come in; each takes any bytes at all and must survive them.
 */
#ifndef ISO_TESTS_FUZZ_ENTRIES_H
#define ISO_TESTS_FUZZ_ENTRIES_H

#include <stddef.h>
#include <stdint.h>

struct entry {
    const char *name; /* of its folder under seeds/ too */
    void (*enter)(const uint8_t *data, size_t size);
};

/* The entry point called `name`, or NULL; ends the program with a message if an entry point's
 * promise is broken.
 */
const struct entry *entry_find(const char *name);

/* The entry points of a folder, a file each; ended by one without a name. */
extern const struct entry entries_corpus[], entries_encode[], entries_io[], entries_nn[],
    entries_spm[], entries_text[], entries_transfer[], entries_words[];

/* --- For the files of entry points --- */

/* Ends the program unless the promise was kept. */
void promise(int kept, const char *what);

/* What fails has a message, of one line. */
void promise_message(void);

/* The bytes as a file of this name in a folder of this program's own, or as a file of some name.
 * The same one every time; the path. */
const char *file_called(const char *name, const uint8_t *data, size_t size);
const char *file_of(const uint8_t *data, size_t size);

/* The folder that file_called fills. */
const char *file_folder(void);

/* The bytes as a C text, to be freed with iso_free; what comes after a NUL is not seen. */
char *text_of(const uint8_t *data, size_t size);

/* Looks at every byte, as an analysis would. */
void touch(const void *bytes, size_t count);
void touch_text(const char *text);

#endif
