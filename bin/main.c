/* Where the program begins and ends. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bin/cmd.h"
#include "bin/fault.h"
#include "bin/term.h"
#include "lib/base/cpu.h"
#include "lib/linalg/blas.h"

/* ISOGLOSS_CPU limits everything that chooses by the CPU, for numbers that must be equal on unlike
 * machines; false with a message if it says what it cannot. */
static bool limit_cpu(void)
{
    const char *name = getenv("ISOGLOSS_CPU");
    const iso_cpu native = iso_cpu_native();
    iso_cpu most;

    if (!name || !*name)
        return true;
    if (!iso_cpu_named(&most, name)) {
        term_say("isogloss: ISOGLOSS_CPU is %s, not plain, avx2 or avx512", name);
        return false;
    }
    if (most > native)
        term_say("isogloss: note: ISOGLOSS_CPU is %s, this CPU has %s", name, iso_cpu_name(native));
    iso_cpu_limit(most);
    iso_blas_choose();
    return true;
}

int main(int argc, char **argv)
{
    if (!limit_cpu())
        return EXIT_USAGE;
    fault_listen();
    const int status = isogloss_main(argc, argv);

    /* threads of OpenBLAS that still ask for memory would be waited for by exit() */
    if (iso_blas_ready() != ISO_OK) {
        fflush(NULL);
        _exit(status);
    }
    return status;
}
