/* The program's door. */
#include "bin/cmd.h"
#include "bin/kernels.h"

int main(int argc, char **argv)
{
    if (!kernels_limit())
        return EXIT_USAGE;
    kernels_settle(argv);
    return isogloss_main(argc, argv);
}
