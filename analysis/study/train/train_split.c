/* Which items are learnt from, chosen by, tested on: by id, the same in all languages. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/study/items/folds.h"
#include "analysis/study/train/train_inside.h"
#include "lib/base/alloc.h"
#include "lib/base/keyed.h"
#include "lib/io/file.h"

static const char *const part_name[TRAIN_PARTS] = {"", "train", "dev", "test"};

/* --- A/B/C --- */

/* Whether it is three whole numbers, the first above 0. */
static bool is_shares(int64_t share[3], const char *split)
{
    char word[32];

    for (int i = 0; i < 3; i++) {
        const size_t len = strcspn(split, "/");
        if (len == 0 || len >= sizeof word || (split[len] == '/') != (i < 2))
            return false;
        memcpy(word, split, len);
        word[len] = '\0';
        if (!iso_str_int(&share[i], word) || share[i] < 0 || share[i] > 1000000000)
            return false;
        split += len + 1;
    }
    return share[0] > 0;
}

iso_err iso_train_split_check(const char *split)
{
    int64_t share[3];
    iso_err err = ISO_OK;

    if (!split || is_shares(share, split))
        return ISO_OK;
    ISO_NEED(split[strspn(split, "0123456789/")],
             ISO_FIELD(split) " %s: three shares of the items, such as 80/10/10, or a file of ids "
                              "and their parts",
             split);
done:
    return err;
}

/* Of place i among n. */
static uint8_t part_at(int64_t i, int64_t n, const int64_t share[3])
{
    const double sum = (double)(share[0] + share[1] + share[2]);
    const double at = ((double)i + 0.5) / (double)n * sum;

    return at < (double)share[0]                ? TRAIN_LEARN
           : at < (double)(share[0] + share[1]) ? TRAIN_DEV
                                                : TRAIN_TEST;
}

/* Items in the order of their keys, groups together; the first go to training, the next to dev, the
 * others to test. */
static iso_err deal(uint8_t *part, const struct union_items *all, int languages,
                    const int64_t share[3], uint64_t seed)
{
    const struct folds_ask ask = {.seed = seed,
                                  .items = all->items,
                                  .ids = all->id,
                                  .texts = all->texts,
                                  .languages = languages};
    struct keyed *order = NULL;
    int64_t *group = NULL, groups;
    uint64_t *key = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&group, all->items, sizeof *group));
    ISO_TRY(iso_alloc(&key, all->items, sizeof *key));
    ISO_TRY(iso_alloc(&order, all->items, sizeof *order));
    ISO_TRY(iso_item_groups(group, key, &groups, &ask));
    for (int64_t i = 0; i < all->items; i++)
        order[i] = (struct keyed){key[group[i]], group[i]};
    iso_keyed_sort(order, all->items);
    /* A group goes where its first item does. */
    for (int64_t i = all->items - 1; i >= 0; i--)
        part[order[i].item] = part_at(i, all->items, share);
    for (int64_t i = 0; i < all->items; i++)
        part[i] = part[group[i]];
done:
    iso_free(order);
    iso_free(group);
    iso_free(key);
    return err;
}

iso_err iso_train_deal(uint8_t *part, const uint64_t *key, int64_t n, const char *split)
{
    struct keyed *order = NULL;
    int64_t share[3];
    iso_err err = ISO_OK;

    if (!is_shares(share, split))
        ISO_FAIL(
            ISO_EARG,
            ISO_FIELD(split) " %s: goes by ids, which running text does not have: give shares, "
                             "such as 80/10/10",
            split);
    ISO_TRY(iso_alloc(&order, n, sizeof *order));
    for (int64_t i = 0; i < n; i++)
        order[i] = (struct keyed){key[i], i};
    iso_keyed_sort(order, n);
    for (int64_t i = 0; i < n; i++)
        part[order[i].item] = part_at(i, n, share);
done:
    iso_free(order);
    return err;
}

/* --- A file: ID TAB PART --- */

struct listed {
    const char *id;
    uint8_t part;
};

static int by_id(const void *a, const void *b)
{
    return strcmp(((const struct listed *)a)->id, ((const struct listed *)b)->id);
}

/* Cuts a line in place. */
static iso_err read_line(struct listed *out, char *line, const char *path, int64_t number)
{
    char *tab = strchr(line, '\t');

    if (tab)
        *tab = '\0';
    for (uint8_t p = TRAIN_LEARN; tab && p < TRAIN_PARTS; p++) {
        if (strcmp(tab + 1, part_name[p]) == 0) {
            *out = (struct listed){line, p};
            return ISO_OK;
        }
    }
    return iso_fail(ISO_EFORMAT, "%s: line %" PRId64 " is not ID TAB train, dev or test", path,
                    number);
}

static iso_err read_lines(struct listed **out, int64_t *count, char *text, const char *path)
{
    int64_t room = 0, n = 0, number = 0;
    struct listed *list = NULL;
    iso_err err = ISO_OK;

    for (char *line = text; *line; number++) {
        char *end = line + strcspn(line, "\n"), *next = *end ? end + 1 : end;
        *end = '\0';
        if (end > line && end[-1] == '\r')
            end[-1] = '\0';
        if (n == room) {
            ISO_TRY(iso_realloc(&list, n, 2 * room + 64, sizeof *list));
            room = 2 * room + 64;
        }
        if (*line)
            ISO_TRY(read_line(&list[n++], line, path, number + 1));
        line = next;
    }
    if (n > 0)
        qsort(list, (size_t)n, sizeof *list, by_id);
    for (int64_t i = 1; i < n; i++) {
        if (strcmp(list[i - 1].id, list[i].id) == 0)
            ISO_FAIL(ISO_EFORMAT, "%s: the id %s is there twice", path, list[i].id);
    }
    *out = list;
    *count = n;
    list = NULL;
done:
    iso_free(list);
    return err;
}

static iso_err look_up(uint8_t *part, const struct union_items *all, const char *path,
                       const iso_run *run)
{
    struct listed *list = NULL;
    int64_t count = 0, without = 0;
    iso_file *file = NULL;
    char *text = NULL;
    iso_err err = ISO_OK;

    if (!all->id)
        ISO_FAIL(ISO_EDATA, ISO_FIELD(split) " %s: goes by ids, which the texts do not have", path);
    ISO_TRY(iso_file_open(&file, path));
    ISO_TRY(iso_file_fits(file, iso_run_mem(run)));
    ISO_TRY(iso_alloc(&text, file->size + 1, 1));
    ISO_TRY(iso_file_read(file, 0, text, file->size));
    if ((int64_t)strlen(text) < file->size)
        ISO_FAIL(ISO_EFORMAT, "%s: is no text", path);
    ISO_TRY(read_lines(&list, &count, text, path));
    for (int64_t i = 0; i < all->items; i++) {
        const struct listed key = {all->id[i], 0};
        const struct listed *at =
            count > 0 ? bsearch(&key, list, (size_t)count, sizeof key, by_id) : NULL;
        part[i] = at ? at->part : TRAIN_NONE;
        without += !at;
    }
    if (without > 0)
        iso_run_note(run,
                     "%s: left out, since it does not name them: %" PRId64 " of %" PRId64 " items",
                     path, without, all->items);
done:
    iso_file_close(file);
    iso_free(list);
    iso_free(text);
    return err;
}

iso_err iso_train_split(uint8_t *part, const struct union_items *all, int languages,
                        const char *split, uint64_t seed, const iso_run *run)
{
    int64_t share[3];

    return is_shares(share, split) ? deal(part, all, languages, share, seed)
                                   : look_up(part, all, split, run);
}
