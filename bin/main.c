/* Where the program begins and ends. */
#include <stdio.h>
#include <unistd.h>

#include "bin/cmd.h"
#include "bin/fault.h"
#include "bin/kernels.h"
#include "lib/linalg/blas.h"

int main(int argc, char **argv)
{
    if (!kernels_limit())
        return EXIT_USAGE;
    kernels_settle(argv);
    fault_listen();
    const int status = isogloss_main(argc, argv);

    /* threads of OpenBLAS that still ask for memory would be waited for by exit() */
    if (iso_blas_ready() != ISO_OK) {
        fflush(NULL);
        _exit(status);
    }
    return status;
}
