/* The program's door. */
#include "bin/cmd.h"

int main(int argc, char **argv)
{
    return isogloss_main(argc, argv);
}
