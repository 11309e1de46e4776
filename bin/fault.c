#include "bin/fault.h"

#include <signal.h>
#include <stdlib.h>

#include "lib/io/mapped.h"
#include "lib/io/temporary.h"

/* What is not ours to mend finds the system's own handler when it faults again. */
static void on_bus(int number, siginfo_t *info, void *context)
{
    (void)context;
    if (iso_mapped_mend(info->si_addr))
        return;
    iso_temporary_abandon();
    (void)signal(number, SIG_DFL);
}

/* A library broke down, as some do when memory runs out: ended as before, but for what lies half
 * written. */
static void on_death(int number)
{
    iso_temporary_abandon();
    (void)raise(number); /* SA_RESETHAND: the system's own handler now */
}

/* Where somebody listens already, a sanitizer say, it is left so. */
static void listen(int number, struct sigaction act)
{
    struct sigaction old;

    if (sigaction(number, NULL, &old) == 0 && old.sa_handler == SIG_DFL)
        (void)sigaction(number, &act, NULL);
}

void fault_listen(void)
{
    static const int deaths[] = {SIGSEGV, SIGABRT, SIGFPE, SIGILL};

    listen(SIGBUS, (struct sigaction){.sa_sigaction = on_bus, .sa_flags = SA_SIGINFO});
    for (size_t i = 0; i < sizeof deaths / sizeof *deaths; i++)
        listen(deaths[i],
               (struct sigaction){.sa_handler = on_death, .sa_flags = (int)SA_RESETHAND});
    (void)atexit(iso_temporary_abandon); /* libraries that end the process */
}
