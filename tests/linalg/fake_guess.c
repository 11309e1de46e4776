/* Loaded before OpenBLAS, makes it take the kernels of an old CPU, as it does by itself on a CPU
 * newer than it: its first look at OPENBLAS_CORETYPE finds $FAKE_GUESS there, later ones what is
 * true. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *find(const char *name)
{
    const size_t len = strlen(name);

    for (char **e = environ; e && *e; e++)
        if (strncmp(*e, name, len) == 0 && (*e)[len] == '=')
            return *e + len + 1;
    return NULL;
}

char *getenv(const char *name)
{
    static int asked;

    if (strcmp(name, "OPENBLAS_CORETYPE") == 0 && asked++ == 0 && find("FAKE_GUESS"))
        return find("FAKE_GUESS");
    return find(name);
}
