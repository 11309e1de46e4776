#include "lib/io/states.h"

#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/folder.h"
#include "lib/io/h5.h"
#include "lib/io/states_inside.h"
#include "lib/io/unread.h"

/* The formats, in the order in which they are asked; what is least sure of itself comes last. */
static const iso_driver *const drivers[] = {
    &iso_driver_native, /* HDF5: the most particular first */
    &iso_driver_per_sentence, &iso_driver_matrix_h5,   &iso_driver_npy,
    &iso_driver_torch,        &iso_driver_npz, /* both zip: the same there */
    &iso_driver_vllm,         &iso_driver_safetensors, &iso_driver_zarr,
    &iso_driver_jsonl,        &iso_driver_csv,         &iso_driver_raw,
};

enum { DRIVERS = sizeof drivers / sizeof *drivers, HEAD = 512 };

/* clang-format off */
static const iso_option options[] = {
    ISO_OPTION(iso_states_opt, CHOICE, pool, "KIND", "token rows to one row an item (default: mean)", .choices = ISO_POOL_CHOICES(STORED), .tier = ISO_OPTION_FIRST),
    ISO_OPTION(iso_states_opt, ENUM, specials, "WHICH", "special tokens among the rows of each sentence (default: none)", .choices = "none both", .numbers = (const int[]){0, 1}, .tier = ISO_OPTION_RARE),
    ISO_OPTION(iso_states_opt, CHOICE, axes, "ORDER", "axes of states that may be read in several ways: L layers, N items or tokens, D dimensions", .choices = "LND NLD", .any_case = true, .tier = ISO_OPTION_FIRST),
    ISO_OPTION_AS(iso_states_opt, "dtype", ENUM, raw_dtype, "TYPE", "number type of headless raw files, or of what is written", .choices = "f16 f32 f64", .numbers = (const int[]){ISO_F16, ISO_F32, ISO_F64}, .tier = ISO_OPTION_RARE),
    ISO_OPTION(iso_states_opt, CHOICE, layout, "NAME", "read files as this layout instead of looking", .choices = "native per-sentence matrix npy npz safetensors torch vllm zarr csv jsonl raw"),
    ISO_OPTION_AS(iso_states_opt, "dim", INT, raw_dim, "N", "row length of headless raw files", .least = 1, .tier = ISO_OPTION_RARE),
    ISO_OPTION(iso_states_opt, FLAG, transpose, NULL, "matrix files hold neurons x items", .tier = ISO_OPTION_RARE),
    ISO_OPTION(iso_states_opt, INT, limit, "N", "take only the first N items of each language", .least = 1),
};
/* clang-format on */
const iso_options iso_states_options = ISO_OPTIONS("states", iso_states_opt, options);

static iso_err driver_called(const iso_driver **out, const char *name)
{
    const char *names[DRIVERS];

    for (int i = 0; i < DRIVERS; i++) {
        names[i] = drivers[i]->name;
        if (strcmp(name, names[i]) == 0) {
            *out = drivers[i];
            return ISO_OK;
        }
    }
    const char *near = iso_str_nearest(name, names, DRIVERS);
    return near ? iso_fail(ISO_EARG, "layout %s is not known; did you mean %s", name, near)
                : iso_fail(ISO_EARG, "layout %s is not known", name);
}

/* `asked` is the driver of the layout that was named, or NULL. */
static iso_err recognise_folder(const iso_driver **out, const iso_driver *asked,
                                const iso_head *head)
{
    for (int i = 0; i < DRIVERS; i++) {
        const iso_driver *d = drivers[i];
        if (d->probe_folder && (asked ? d == asked : d->probe_folder(head))) {
            *out = d;
            return ISO_OK;
        }
    }
    return iso_unread_folder(head->file->path);
}

static iso_err recognise(const iso_driver **out, const iso_file *file, const char *dataset,
                         const iso_states_opt *opt)
{
    unsigned char bytes[HEAD] = {0};
    const iso_driver *found = NULL;
    iso_err failed = ISO_OK;
    iso_head head = {.file = file,
                     .bytes = bytes,
                     .count = file->size < HEAD ? file->size : HEAD,
                     .dataset = dataset,
                     .opt = opt,
                     .failed = &failed};
    iso_err err = ISO_OK;

    if (opt->layout)
        ISO_TRY(driver_called(&found, opt->layout));
    if (file->folder)
        return recognise_folder(out, found, &head);
    if (found) {
        *out = found;
        goto done;
    }
    ISO_TRY(iso_file_read(file, 0, bytes, head.count));
    if (iso_h5_is(file->path))
        ISO_TRY(iso_h5_open(&head.h5, file->path, opt->run));
    for (int i = 0; i < DRIVERS && !found && !failed; i++) {
        if (drivers[i]->probe(&head))
            found = drivers[i];
    }
    ISO_TRY(failed);
    if (head.h5)
        ISO_TRY(iso_h5_check(head.h5));
    if (found) {
        *out = found;
        goto done;
    }
    ISO_TRY(iso_unread_file(file->path, bytes, head.count));
done:
    (void)iso_h5_close(head.h5);
    return err;
}

static iso_err open_source(iso_states *s, const iso_input *in)
{
    struct source *src = &s->sources[s->source_count];
    iso_err err = ISO_OK;

    s->source_count++; /* closed with the collection, however far it came */
    ISO_TRY(iso_folder_is(in->path) ? iso_file_folder(&src->file, in->path)
                                    : iso_file_open(&src->file, in->path));
    src->path = src->file->path;
    ISO_TRY(recognise(&src->driver, src->file, in->dataset, &s->opt));
    ISO_TRY(src->driver->open(&src->reader, src->file, in->dataset, &s->opt));
    if (src->reader->entry_count == 0)
        ISO_FAIL(ISO_EFORMAT, "%s: holds no matrix", in->path);
    s->files[s->source_count - 1] =
        (iso_states_file){.path = src->file->path,
                          .layout = src->driver->name,
                          .bytes = src->reader->bytes ? src->reader->bytes : src->file->size,
                          .read_as = src->reader->read_as};
done:
    return err;
}

/* Open and close ------------------------------------------------------------------- */

static iso_err own(char **copy, const char **text)
{
    iso_err err = ISO_OK;

    if (*text)
        err = iso_str_dup(copy, *text, -1);
    *text = *copy;
    return err;
}

iso_err iso_states_begin(iso_states **out, const iso_states_opt *opt)
{
    iso_states *s = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&s, 1, sizeof *s));
    if (opt)
        s->opt = *opt;
    ISO_TRY(iso_pool_find(&s->pool, s->opt.pool ? s->opt.pool : s->opt.pool_else));
    ISO_NEED(s->opt.limit >= 0, "limit is %lld, it counts items", (long long)s->opt.limit);
    ISO_TRY(own(&s->pool_word, &s->opt.pool));
    ISO_TRY(own(&s->pool_else, &s->opt.pool_else));
    ISO_TRY(own(&s->axes, &s->opt.axes));
    ISO_TRY(own(&s->layout, &s->opt.layout));
    *out = s;
    s = NULL;
done:
    iso_states_close(s);
    return err;
}

iso_err iso_states_open(iso_states **out, const char *const *inputs, int count,
                        const iso_states_opt *opt)
{
    iso_inputs list = {0};
    iso_states *s = NULL;
    iso_err err = ISO_OK;

    ISO_NEED(count > 0, "no input is given");
    ISO_TRY(iso_states_begin(&s, opt));
    for (int i = 0; i < count; i++)
        ISO_TRY(iso_inputs_add(&list, inputs[i]));
    ISO_TRY(iso_alloc(&s->sources, list.count, sizeof *s->sources));
    ISO_TRY(iso_alloc(&s->files, list.count, sizeof *s->files));
    for (int i = 0; i < list.count; i++) {
        ISO_TRY(open_source(s, &list.at[i]));
        ISO_TRY(iso_states_merge(s, i, &list.at[i]));
    }
    ISO_TRY(iso_states_finish(s));
    *out = s;
    s = NULL;
done:
    iso_inputs_free(&list);
    iso_states_close(s);
    return err;
}

void iso_language_free(struct language *language)
{
    iso_free(language->name);
    iso_free(language->cells);
    iso_free(language->layers);
    iso_free(language->labels);
    iso_free(language->tags);
    *language = (struct language){0};
}

static void close_source(struct source *src)
{
    if (src->reader)
        src->reader->close(src->reader);
    iso_file_close(src->file);
    iso_free(src->classes);
    iso_free(src->tags);
}

void iso_states_close(iso_states *s)
{
    if (!s)
        return;
    for (int i = 0; i < s->language_count; i++)
        iso_language_free(&s->languages[i]);
    for (int i = 0; i < s->source_count; i++)
        close_source(&s->sources[i]);
    iso_textmap_free(&s->classes);
    iso_textmap_free(&s->tagset);
    iso_free(s->languages);
    iso_free(s->sources);
    iso_free(s->files);
    iso_free(s->source_name);
    iso_free(s->pool_word);
    iso_free(s->pool_else);
    iso_free(s->axes);
    iso_free(s->layout);
    iso_free(s);
}
