#include "lib/linalg/blas_kernels.h"

#include <dirent.h>
#include <link.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <unistd.h>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include "lib/base/alloc.h"

/* OpenBLAS's own, in no header of it. In builds with several kinds of kernels alone: take them
 * away; take some, by OPENBLAS_CORETYPE or by the CPU. A thread's buffer, got and returned. */
__attribute__((weak)) void gotoblas_dynamic_quit(void);
__attribute__((weak)) void gotoblas_dynamic_init(void);
__attribute__((weak)) void *blas_memory_alloc(int which);
__attribute__((weak)) void blas_memory_free(void *buffer);

/* As in cblas.h, which lib/linalg/blas.c alone includes, and that calls this file. */
char *openblas_get_corename(void), *openblas_get_config(void);
int openblas_get_num_threads(void);

/* --- The choice --- */

enum needs { NOTHING, AVX, FMA4, AMD3DNOW, AVX2, AVX512 };

static const struct core {
    const char *name;
    enum needs needs;
} cores[] = {
    {"Katmai", NOTHING},        {"Coppermine", NOTHING},    {"Northwood", NOTHING},
    {"Prescott", NOTHING},      {"Banias", NOTHING},        {"Atom", NOTHING},
    {"Core2", NOTHING},         {"Penryn", NOTHING},        {"Dunnington", NOTHING},
    {"Nehalem", NOTHING},       {"Athlon", NOTHING},        {"Barcelona", NOTHING},
    {"Nano", NOTHING},          {"Bobcat", NOTHING},        {"Unknown", NOTHING},
    {"Sandybridge", AVX},       {"Bulldozer", FMA4},        {"Piledriver", FMA4},
    {"Steamroller", FMA4},      {"Excavator", FMA4},        {"Opteron", AMD3DNOW},
    {"Haswell", AVX2},          {"Opteron_SSE3", AMD3DNOW}, {"Zen", AVX2},
    {"SkylakeX", AVX512},       {"Cooperlake", AVX512},     {"SapphireRapids", AVX512},
    {"Sapphirerapids", AVX512},
};

static const struct core *find(const char *name)
{
    for (size_t i = 0; i < sizeof cores / sizeof *cores; i++)
        if (strcmp(cores[i].name, name) == 0)
            return &cores[i];
    return NULL;
}

static iso_cpu width(enum needs needs)
{
    return needs == AVX512 ? ISO_CPU_AVX512 : needs == AVX2 ? ISO_CPU_AVX2 : ISO_CPU_PLAIN;
}

struct iso_kernels_cpu iso_kernels_cpu(void)
{
    struct iso_kernels_cpu cpu = {.native = iso_cpu_native(), .level = iso_cpu_level()};

#if defined(__x86_64__)
    unsigned a, b, c, d;

    __builtin_cpu_init();
    cpu.amd = __builtin_cpu_is("amd");
    cpu.avx = __builtin_cpu_supports("avx");
    if (__get_cpuid(0x80000001, &a, &b, &c, &d)) {
        cpu.fma4 = cpu.avx && (c >> 16 & 1);
        cpu.amd3dnow = d >> 31 & 1;
    }
#endif
    return cpu;
}

bool iso_kernels_run(const char *name, const struct iso_kernels_cpu *cpu)
{
    const struct core *core = find(name);

    switch (core ? core->needs : NOTHING) {
    case AVX:
        return cpu->avx;
    case FMA4:
        return cpu->fma4;
    case AMD3DNOW:
        return cpu->amd3dnow;
    default:
        return !core || width(core->needs) <= cpu->native;
    }
}

/* Cooperlake and Sapphire Rapids differ from SkylakeX only in products of bfloat16. */
const char *iso_kernels_choose(const char *has, bool asked, const struct iso_kernels_cpu *cpu)
{
    const struct core *core = find(has);
    const bool newer = !core && cpu->level == cpu->native;

    if (iso_kernels_run(has, cpu) && (asked || newer || (core && width(core->needs) == cpu->level)))
        return NULL;
    if (cpu->level == ISO_CPU_AVX512)
        return "SkylakeX";
    if (cpu->level == ISO_CPU_AVX2)
        return cpu->amd ? "Zen" : "Haswell";
    return "Prescott";
}

/* --- Telling --- */

static const char variable[] = "OPENBLAS_CORETYPE";

/* What the environment says, or NULL. OpenBLAS read it when it was loaded, and this is the one
 * variable that the library looks at: it decides what is left to choose. */
static const char *asked_for(void)
{
    const size_t len = sizeof variable - 1;

    for (char **e = environ; e && *e; e++)
        if (strncmp(*e, variable, len) == 0 && (*e)[len] == '=')
            return *e + len + 1;
    return NULL;
}

/* A thread of OpenBLAS that is only just starting takes a buffer, and with the first one of the
 * process the kernels, if there are none at that moment. After this one no thread does. Without
 * room (ulimit -v) for what all of them may be taking, OpenBLAS would ask for ever. */
static bool first_buffer(void)
{
    const int threads = openblas_get_num_threads();
    const size_t size = (size_t)(threads > 1 ? threads : 1) * (ISO_BLAS_BUFFER + (1 << 16));
    void *room = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (room == MAP_FAILED || munmap(room, size) != 0)
        return false;
    if (blas_memory_alloc && blas_memory_free)
        blas_memory_free(blas_memory_alloc(1));
    return true;
}

/* OpenBLAS takes a name from its variable alone. setenv would move the list of variables under
 * other threads' feet; instead `environ` is for this moment a list of the same texts and one more,
 * which stays allocated. Whoever else set a variable meanwhile has made a list of his own, which
 * stays. Of buffers and threads nothing has to change: their size is the same for all kernels
 * (BUFFER_SIZE of common_x86_64.h, to which each kind fits its blocks), and a thread asks for
 * kernels anew with each piece of work. */
bool iso_kernels_tell(const char *name)
{
    static char **list, entry[64];
    char **before = environ;
    int64_t count = 0, at = 0;

    if (!gotoblas_dynamic_quit || !gotoblas_dynamic_init || !first_buffer())
        return false;
    while (before && before[count])
        count++;
    iso_free(list);
    list = NULL;
    if (iso_alloc(&list, count + 2, sizeof *list) != ISO_OK)
        return false;
    (void)snprintf(entry, sizeof entry, "%s=%s", variable, name);
    list[at++] = entry;
    for (int64_t i = 0; i < count; i++)
        list[at++] = before[i];
    environ = list;
    gotoblas_dynamic_quit();
    gotoblas_dynamic_init();
    if (environ == list)
        environ = before;
    return strcmp(openblas_get_corename(), name) == 0;
}

/* --- When nobody is inside OpenBLAS. A call that is running would go on with other kernels than it
 * began with, and read what the old ones arranged. --- */

/* True if no thread is there but this one and OpenBLAS's own. */
static bool alone(void)
{
    const bool pool =
        !strstr(openblas_get_config(), "USE_OPENMP") && openblas_get_num_threads() > 1;
    DIR *tasks = opendir("/proc/self/task");
    int threads = 0;

    if (!tasks)
        return false;
    for (struct dirent *d; (d = readdir(tasks));)
        threads += d->d_name[0] != '.';
    closedir(tasks);
    return threads <= (pool ? openblas_get_num_threads() : 1);
}

struct order {
    uintptr_t self, blas; /* an address in each */
    bool seen, after;
};

static bool holds(const struct dl_phdr_info *object, uintptr_t address)
{
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &object->dlpi_phdr[i];
        if (part->p_type == PT_LOAD &&
            address - (object->dlpi_addr + part->p_vaddr) < part->p_memsz)
            return true;
    }
    return false;
}

static int next_object(struct dl_phdr_info *object, size_t size, void *payload)
{
    struct order *o = payload;
    const bool seen = o->seen;

    (void)size;
    o->seen = o->seen || holds(object, o->self);
    if (!holds(object, o->blas))
        return 0;
    o->after = seen;
    return 1;
}

/* True if OpenBLAS was loaded because this library was: objects are listed as they were loaded,
 * each before what it needs. While that is going on nobody else knows this OpenBLAS. */
static bool just_loaded(void)
{
    struct order o = {(uintptr_t)&just_loaded, (uintptr_t)gotoblas_dynamic_init, false, false};

    (void)dl_iterate_phdr(next_object, &o);
    return o.after;
}

/* --- What was done, for people --- */

static struct {
    pthread_mutex_t lock;
    char text[256];
    bool unwell, cannot; /* it is to be said; the CPU would fault */
} done = {.lock = PTHREAD_MUTEX_INITIALIZER};

ISO_PRINTF(1, 2) static void say(const char *format, ...)
{
    va_list rest;

    va_start(rest, format);
    (void)vsnprintf(done.text, sizeof done.text, format, rest);
    va_end(rest);
}

/* Of kernels that are to be others. */
static void change(const char *had, const char *name, bool loading)
{
    const bool runs = !done.cannot;

    done.unwell = true;
    if (runs && !(loading && just_loaded()) && !alone()) {
        say("%s: OpenBLAS may have been in use when isogloss was loaded, and was left alone; "
            "%s=%s would be faster",
            had, variable, name);
    } else if (!iso_kernels_tell(name)) {
        say("%s: this OpenBLAS does not take %s", openblas_get_corename(), name);
    } else if (!runs) {
        done.cannot = false;
        say("%s instead of %s, which this CPU does not run", name, had);
    } else {
        done.unwell = false;
        say("%s, chosen by isogloss instead of %s", name, had);
    }
}

static void settle(bool loading)
{
    const struct iso_kernels_cpu cpu = iso_kernels_cpu();
    const char *asked = asked_for();
    char had[32];

    pthread_mutex_lock(&done.lock);
    (void)snprintf(had, sizeof had, "%s", openblas_get_corename());
    /* a name that OpenBLAS does not know, it ignores */
    const bool heard = asked && strcasecmp(asked, had) == 0;
    const char *name = iso_kernels_choose(had, heard, &cpu);
    done.cannot = !iso_kernels_run(had, &cpu);
    if (name && strstr(openblas_get_config(), "DYNAMIC_ARCH"))
        change(had, name, loading);
    else if (heard)
        say("%s, as %s says", had, variable);
    else if (!done.text[0])
        say("%s, as OpenBLAS chose", had);
    pthread_mutex_unlock(&done.lock);
}

/* The one moment when it is known that nobody is inside OpenBLAS: it was loaded just before, or the
 * process has no other thread yet. */
__attribute__((constructor)) static void at_load(void)
{
    settle(true);
}

void iso_kernels_settle(void)
{
    settle(false);
}

const char *iso_kernels_text(void)
{
    return done.text;
}

const char *iso_kernels_remark(void)
{
    return done.unwell ? done.text : NULL;
}

bool iso_kernels_fault(void)
{
    return done.cannot;
}
