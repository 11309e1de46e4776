/* The program's door. */
#include "bin/cmd.h"
#include "bin/kernels.h"

int main(int argc, char **argv)
{
    kernels_settle(argv);
    return isogloss_main(argc, argv);
}
