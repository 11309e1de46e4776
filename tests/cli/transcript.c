/* Runs a transcript: commands and what they must say. A case file has lines
 *
 *     # a remark
 *     needs gnuplot            skip (exit 77) unless that program is there; `needs data` asks for
 *                              $ISOGLOSS_TEST_DATA
 *     tolerance 1e-6           for the numbers that follow
 *     $ isogloss help          a shell command, run in a folder of its own; $S is the source tree
 *     > a line of stdout       numbers with a point or exponent are compared within the tolerance,
 *     > ...                    blanks by presence; * is any text, ... any number of lines
 *     2> a line of stderr
 *     ? 2                      the exit status, 0 when not said
 *
 * What is not said must not be printed. Usage: transcript PROGRAM CASE [TOOL]; the tool (craft.c
 * makes states) can be called by its name. */
#include <ctype.h>
#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LINES = 2000 };

struct lines {
    char *at[LINES];
    int count;
};

/* One command and what is expected of it. */
struct step {
    char *command;
    int line, status;
    double tolerance;
    struct lines out, err;
};

static char folder[64] = "/tmp/isogloss-cli-XXXXXX";

static void add(struct lines *list, const char *text)
{
    if (list->count == LINES || !(list->at[list->count] = strdup(text))) {
        fprintf(stderr, "transcript: more than %d lines\n", LINES);
        exit(2);
    }
    list->count++;
}

static void empty(struct lines *list)
{
    for (int i = 0; i < list->count; i++)
        free(list->at[i]);
    list->count = 0;
}

/* The length of the number at `s` (0 = none); *real if it has a point or an exponent. */
static size_t number(const char *s, bool *real)
{
    const char *p = s + (*s == '-' || *s == '+');
    size_t digits = strspn(p, "0123456789");

    *real = false;
    if (digits == 0)
        return 0;
    p += digits;
    if (p[0] == '.' && isdigit((unsigned char)p[1])) {
        *real = true;
        p += 1 + strspn(p + 1, "0123456789");
    }
    if ((p[0] == 'e' || p[0] == 'E') &&
        strspn(p + 1 + (p[1] == '-' || p[1] == '+'), "0123456789")) {
        *real = true;
        p += 1 + (p[1] == '-' || p[1] == '+');
        p += strspn(p, "0123456789");
    }
    return (size_t)(p - s);
}

static bool close_enough(const char *want, const char *got, double tolerance)
{
    const double a = strtod(want, NULL), b = strtod(got, NULL);

    return fabs(a - b) <= tolerance * fmax(1, fabs(a));
}

/* `inside`: the character before was part of a word, where digits are only letters. */
static bool matches(const char *want, const char *got, bool inside, double tolerance)
{
    bool want_real, got_real;

    for (;;) {
        if (*want == '*') {
            for (const char *g = got;; g++) {
                const bool in = g > got && isalnum((unsigned char)g[-1]);
                if (matches(want + 1, g, in, tolerance))
                    return true;
                if (!*g)
                    return false;
            }
        }
        const size_t wn = inside ? 0 : number(want, &want_real);
        const size_t gn = inside ? 0 : number(got, &got_real);
        if (wn && gn && (want_real || got_real)) {
            if (!close_enough(want, got, tolerance))
                return false;
            want += wn;
            got += gn;
            continue;
        }
        if (isblank((unsigned char)*want) && isblank((unsigned char)*got)) {
            want += strspn(want, " \t");
            got += strspn(got, " \t");
            inside = false;
            continue;
        }
        if (*want != *got)
            return false;
        if (!*want)
            return true;
        inside = isalnum((unsigned char)*want);
        want++;
        got++;
    }
}

static bool all_match(const struct lines *want, int w, const struct lines *got, int g,
                      double tolerance)
{
    if (w == want->count)
        return g == got->count;
    if (strcmp(want->at[w], "...") == 0) {
        for (int next = g; next <= got->count; next++)
            if (all_match(want, w + 1, got, next, tolerance))
                return true;
        return false;
    }
    return g < got->count && matches(want->at[w], got->at[g], false, tolerance) &&
           all_match(want, w + 1, got, g + 1, tolerance);
}

static void read_lines(struct lines *list, const char *name)
{
    char path[128], *line = NULL;
    size_t room = 0;
    ssize_t n;
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    file = fopen(path, "r");
    while (file && (n = getline(&line, &room, file)) >= 0) {
        if (n > 0 && line[n - 1] == '\n')
            line[n - 1] = '\0';
        add(list, line);
    }
    if (file)
        fclose(file);
    free(line);
}

static int shell(const char *command)
{
    char *line = NULL;
    int status;

    if (asprintf(&line, "cd %s/work && { %s\n} > ../out 2> ../err < /dev/null", folder, command) <
        0)
        exit(2);
    fflush(NULL);
    status = system(line);
    free(line);
    if (WIFEXITED(status))
        return WEXITSTATUS(status);
    return 128 + (WIFSIGNALED(status) ? WTERMSIG(status) : 0);
}

static void report(const char *mark, const struct lines *list)
{
    for (int i = 0; i < list->count; i++)
        printf("%s %s\n", mark, list->at[i]);
}

static bool play(const char *name, struct step *s)
{
    struct lines out = {0}, err = {0};
    const int status = shell(s->command);
    bool good;

    read_lines(&out, "out");
    read_lines(&err, "err");
    good = status == s->status && all_match(&s->out, 0, &out, 0, s->tolerance) &&
           all_match(&s->err, 0, &err, 0, s->tolerance);
    if (!good) {
        printf("%s:%d: not as written; it said\n$ %s\n", name, s->line, s->command);
        report(">", &out);
        report("2>", &err);
        if (status)
            printf("? %d\n", status);
    }
    empty(&out);
    empty(&err);
    return good;
}

static void need(const char *what)
{
    const char *data = getenv("ISOGLOSS_TEST_DATA");
    char command[256];

    if (strcmp(what, "data") == 0) {
        if (data && *data)
            return;
        printf("skipped: ISOGLOSS_TEST_DATA is not set\n");
        exit(77);
    }
    snprintf(command, sizeof command, "command -v %s > /dev/null", what);
    if (system(command) == 0)
        return;
    printf("skipped: %s is not there\n", what);
    exit(77);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st, (void)kind, (void)ftw;
    return remove(path);
}

static void clean(void)
{
    nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* The folder a program is in. */
static void folder_of(char *real, const char *program)
{
    if (!realpath(program, real)) {
        perror(program);
        exit(2);
    }
    *strrchr(real, '/') = '\0';
}

/* The program under test comes first in PATH; everything is said in English. */
static void prepare(const char *program, const char *tool)
{
    char work[80], *path = NULL, real[PATH_MAX], tools[PATH_MAX];
    const char *old = getenv("PATH"), *source = getenv("ISOGLOSS_SOURCE");

    folder_of(real, program);
    folder_of(tools, tool);
    if (!mkdtemp(folder)) {
        perror(folder);
        exit(2);
    }
    atexit(clean);
    snprintf(work, sizeof work, "%s/work", folder);
    if (mkdir(work, 0700) != 0 ||
        asprintf(&path, "%s:%s:%s", real, tools, old ? old : "/usr/bin:/bin") < 0)
        exit(2);
    setenv("PATH", path, 1);
    setenv("LC_ALL", "C", 1);
    setenv("S", source ? source : ".", 1);
    free(path);
}

static void begin(struct step *s, const char *command, int line)
{
    s->command = strdup(command);
    s->line = line;
    s->status = 0;
    empty(&s->out);
    empty(&s->err);
}

static bool finish(const char *name, struct step *s)
{
    bool good = true;

    if (s->command)
        good = play(name, s);
    free(s->command);
    s->command = NULL;
    return good;
}

/* The text after a mark, which stands alone when a line is empty. */
static const char *after(const char *line, const char *mark)
{
    const size_t n = strlen(mark);

    if (strncmp(line, mark, n) != 0)
        return NULL;
    if (line[n] == '\0')
        return line + n;
    return line[n] == ' ' ? line + n + 1 : NULL;
}

static int play_all(const char *name, FILE *file)
{
    static struct step s = {.tolerance = 1e-6};
    char line[8192];
    const char *text;
    int number_of = 0, bad = 0, steps = 0;

    while (fgets(line, sizeof line, file)) {
        number_of++;
        line[strcspn(line, "\n")] = '\0';
        if ((text = after(line, "$"))) {
            bad += !finish(name, &s);
            begin(&s, text, number_of);
            steps++;
        } else if ((text = after(line, ">"))) {
            add(&s.out, text);
        } else if ((text = after(line, "2>"))) {
            add(&s.err, text);
        } else if ((text = after(line, "?"))) {
            s.status = atoi(text);
        } else if ((text = after(line, "needs"))) {
            need(text);
        } else if ((text = after(line, "tolerance"))) {
            bad += !finish(name, &s);
            s.tolerance = strtod(text, NULL);
        } else if (*line && *line != '#') {
            printf("%s:%d: not a line of a transcript: %s\n", name, number_of, line);
            return 2;
        }
    }
    bad += !finish(name, &s);
    empty(&s.out);
    empty(&s.err);
    printf("%s: %d of %d as written\n", name, steps - bad, steps);
    return bad || !steps ? 1 : 0;
}

int main(int argc, char **argv)
{
    const bool right = argc == 3 || argc == 4;
    FILE *file = right ? fopen(argv[2], "r") : NULL;
    int status;

    if (!file) {
        fprintf(stderr, "transcript: %s\n", right ? strerror(errno) : "PROGRAM CASE [TOOL]");
        return 2;
    }
    prepare(argv[1], argc == 4 ? argv[3] : argv[1]);
    status = play_all(argv[2], file);
    fclose(file);
    return status;
}
