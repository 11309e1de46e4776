/* The doors where foreign bytes come in; each takes any bytes at all and must survive them. */
#ifndef ISO_TESTS_FUZZ_DOORS_H
#define ISO_TESTS_FUZZ_DOORS_H

#include <stddef.h>
#include <stdint.h>

struct door {
    const char *name; /* of its folder under seeds/ too */
    void (*enter)(const uint8_t *data, size_t size);
};

/* The door called `name`, or NULL; ends the program with a message if a door's promise is broken.
 */
const struct door *door_find(const char *name);

#endif
