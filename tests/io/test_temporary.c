/* What is remembered goes, what was dropped stays, and no link is followed. */
#include "tests/check.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "lib/io/temporary.h"

static void put(const char *path)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    fputs("x", file);
    fclose(file);
}

static bool there(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0;
}

/* `folder`/name, in one of a few buffers. */
static const char *in(const char *folder, const char *name)
{
    static char paths[4][512];
    static int next;
    char *path = paths[next++ % 4];

    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

/* More entries than one call of the system lists, folders in folders, and a link out of them. */
static void a_tree_goes_whole(void **state)
{
    char tree[256], outside[256];

    (void)state;
    snprintf(tree, sizeof tree, "%s", temp_path("tree"));
    snprintf(outside, sizeof outside, "%s", temp_path("outside"));
    mkdir(outside, 0777);
    put(in(outside, "kept"));
    mkdir(tree, 0777);
    mkdir(in(tree, "a"), 0777);
    mkdir(in(tree, "a/b"), 0777);
    put(in(tree, "a/b/.hidden"));
    assert_int_equal(symlink(outside, in(tree, "link")), 0);
    for (int i = 0; i < 400; i++) {
        char name[64];
        snprintf(name, sizeof name, "a/a-file-with-a-rather-long-name-%d", i);
        put(in(tree, name));
    }
    iso_temporary_remove(tree);
    assert_false(there(tree));
    assert_true(there(in(outside, "kept")));
    iso_temporary_remove(tree); /* gone already: nothing happens */
}

static void only_what_is_remembered_is_abandoned(void **state)
{
    char file[256], folder[256], dropped[256];

    (void)state;
    snprintf(file, sizeof file, "%s", temp_path("file"));
    snprintf(folder, sizeof folder, "%s", temp_path("folder"));
    snprintf(dropped, sizeof dropped, "%s", temp_path("dropped"));
    put(file);
    mkdir(folder, 0777);
    put(in(folder, "x"));
    put(dropped);
    iso_temporary_add(file);
    iso_temporary_add(dropped);
    iso_temporary_add(folder);
    iso_temporary_drop(dropped);
    iso_temporary_drop("never added");
    iso_temporary_drop(NULL);
    iso_temporary_abandon();
    assert_false(there(file));
    assert_false(there(folder));
    assert_true(there(dropped));
    iso_temporary_drop(file);
    iso_temporary_drop(folder);
    put(file);
    iso_temporary_abandon();
    assert_true(there(file));
}

/* One more than there are places for: it stays, the others go. */
static void places_are_counted(void **state)
{
    char names[65][256];

    (void)state;
    for (int i = 0; i < 65; i++) {
        char name[32];
        snprintf(name, sizeof name, "many-%d", i);
        snprintf(names[i], sizeof names[i], "%s", temp_path(name));
        put(names[i]);
        iso_temporary_add(names[i]);
    }
    iso_temporary_abandon();
    for (int i = 0; i < 65; i++) {
        assert_int_equal(there(names[i]), i == 64);
        iso_temporary_drop(names[i]);
    }
}

int main(void)
{
    RUN_TESTS(test(a_tree_goes_whole), test(only_what_is_remembered_is_abandoned),
              test(places_are_counted));
}
