#include "bin/fault.h"

#include <signal.h>

#include "lib/io/mapped.h"

/* What is not ours to mend finds the system's own handler when it faults again. */
static void on_bus(int number, siginfo_t *info, void *context)
{
    (void)context;
    if (!iso_mapped_mend(info->si_addr))
        (void)signal(number, SIG_DFL);
}

void fault_listen(void)
{
    struct sigaction act = {.sa_sigaction = on_bus, .sa_flags = SA_SIGINFO};

    (void)sigaction(SIGBUS, &act, NULL);
}
