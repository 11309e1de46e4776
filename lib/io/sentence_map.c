#include "lib/io/sentence_map.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/json.h"

struct iso_sentence_pair {
    const char *text;
    int64_t number;
};

void iso_sentence_map_free(iso_sentence_map *map)
{
    iso_free(map->pairs);
    iso_json_free(map->json);
    *map = (iso_sentence_map){0};
}

static int by_text(const void *a, const void *b)
{
    return strcmp(((const struct iso_sentence_pair *)a)->text,
                  ((const struct iso_sentence_pair *)b)->text);
}

/* "17" as most write it, or 17. */
static bool number_of(int64_t *out, const iso_json *node)
{
    const char *text = iso_json_text(node);

    return (text ? iso_str_int(out, text) : iso_json_int(out, node)) && *out >= 0;
}

/* Fills the pairs; false when a value is no number. */
static bool fill(iso_sentence_map *map)
{
    const iso_json *node = iso_json_first(map->json);

    for (; node; node = iso_json_next(node)) {
        struct iso_sentence_pair *p = &map->pairs[map->count];
        p->text = iso_json_name(node);
        if (!number_of(&p->number, node))
            return false;
        map->count++;
    }
    qsort(map->pairs, (size_t)map->count, sizeof *map->pairs, by_text);
    return true;
}

/* A map that cannot be read only costs the texts; memory that runs out is an error. */
static iso_err forgive(iso_err err)
{
    return err == ISO_ENOMEM ? err : ISO_OK;
}

iso_err iso_sentence_map_read(iso_sentence_map *out, iso_h5 *h5)
{
    iso_sentence_map map = {0};
    iso_h5_texts text = {0};
    iso_h5_kind kind;
    iso_err err = ISO_OK;

    ISO_TRY(iso_h5_kind_of(&kind, h5, "sentence_to_index"));
    if (kind != ISO_H5_DATASET)
        goto done;
    err = iso_h5_read_texts(&text, h5, "sentence_to_index");
    if (!err && text.count == 1)
        err = iso_json_parse(&map.json, text.at[0], (int64_t)strlen(text.at[0]));
    if (err) {
        err = forgive(err);
        ISO_TRY(err ? err : iso_h5_check(h5));
        goto done;
    }
    if (iso_json_is(map.json) != ISO_JSON_OBJECT)
        goto done;
    ISO_TRY(iso_alloc(&map.pairs, iso_json_count(map.json), sizeof *map.pairs));
    if (fill(&map)) {
        *out = map;
        map = (iso_sentence_map){0};
    }
done:
    iso_sentence_map_free(&map);
    iso_h5_texts_free(&text);
    return err;
}

int64_t iso_sentence_map_find(const iso_sentence_map *map, const char *text)
{
    const struct iso_sentence_pair key = {text, 0};
    const struct iso_sentence_pair *p =
        map->count > 0 ? bsearch(&key, map->pairs, (size_t)map->count, sizeof key, by_text) : NULL;

    return p ? p->number : -1;
}

/* How much of a text is the sentence itself, when it ends in " (Occurrence 2)". */
static iso_err cut(int64_t *len, const iso_sentence_map *map, const char *text)
{
    static const char sign[] = " (Occurrence ";
    const char *at = NULL;
    char *plain = NULL;
    iso_err err = ISO_OK;

    *len = (int64_t)strlen(text);
    for (const char *c = strstr(text, sign); c; c = strstr(c + 1, sign))
        at = c;
    if (!at)
        return ISO_OK;
    const char *digits = at + sizeof sign - 1;
    const size_t n = strspn(digits, "0123456789");
    if (n == 0 || strcmp(digits + n, ")") != 0)
        return ISO_OK;
    ISO_TRY(iso_str_dup(&plain, text, at - text));
    if (iso_sentence_map_find(map, plain) >= 0)
        *len = at - text;
done:
    iso_free(plain);
    return err;
}

static iso_err gather(iso_h5_texts *out, const iso_sentence_map *map, const char *const *by_number,
                      int64_t count)
{
    iso_buf buf = {0};
    int64_t len;
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < count; i++) {
        ISO_TRY(cut(&len, map, by_number[i]));
        ISO_TRY(iso_buf_add(&buf, by_number[i], len));
        ISO_TRY(iso_buf_add(&buf, "", 1));
    }
    ISO_TRY(iso_h5_texts_of(out, &buf, count));
done:
    iso_buf_free(&buf);
    return err;
}

iso_err iso_sentence_map_texts(iso_h5_texts *out, const iso_sentence_map *map, int64_t count)
{
    const char **by_number = NULL;
    int64_t known = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&by_number, count, sizeof *by_number));
    for (int64_t i = 0; i < map->count; i++) {
        const struct iso_sentence_pair *p = &map->pairs[i];
        if (p->number < count && !by_number[p->number]) {
            by_number[p->number] = p->text;
            known++;
        }
    }
    if (known == count && count > 0)
        ISO_TRY(gather(out, map, by_number, count));
done:
    iso_free(by_number);
    return err;
}
