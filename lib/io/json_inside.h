/* A parsed JSON text: shared by json.c and json_parse.c. */
#ifndef ISO_IO_JSON_INSIDE_H
#define ISO_IO_JSON_INSIDE_H

#include "lib/io/json.h"

ISO_BEGIN

/* Values lie in one array in the order of the text: the first member of an array or an object is
 * what follows it. Before the root lies one that holds the block of texts. */
struct iso_json {
    const char *name; /* of a member of an object */
    union {
        const char *text; /* all of them in one block */
        double number;
        int64_t count; /* members */
        bool truth;
    };
    uint32_t span; /* values here, those inside counted: so far on lies the next one */
    uint8_t kind;
    bool last; /* of its array or object */
};

ISO_END

#endif
