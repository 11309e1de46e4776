/* The interface to HDF5 files: what is read is asked of the file's reader, what is made is done
 * here. */
#include "lib/io/h5_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/alloc.h"

/* Files -------------------------------------------------------------------- */

static const unsigned char signature[8] = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1A, '\n'};

/* 1 it is, 0 it is not, -1 it cannot be read. */
static int is_hdf5(const char *path)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    unsigned char bytes[sizeof signature];
    struct stat st;
    int is = -1;

    if (fd < 0)
        return -1;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
        is = 0;
        for (off_t at = 0; !is && at < st.st_size; at = at ? 2 * at : 512)
            is = pread(fd, bytes, sizeof bytes, at) == (ssize_t)sizeof bytes &&
                 memcmp(bytes, signature, sizeof bytes) == 0;
    }
    (void)close(fd);
    return is;
}

bool iso_h5_is(const char *path)
{
    return is_hdf5(path) > 0;
}

static void file_free(iso_h5 *file)
{
    if (!file)
        return;
    iso_h5_reader_free(file->reader);
    iso_free(file->path);
    iso_free(file);
}

static iso_err file_new(iso_h5 **out, const char *path, const iso_run *run)
{
    iso_h5 *file = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&file, 1, sizeof *file));
    file->id = file->links = H5I_INVALID_HID;
    file->run = run;
    ISO_TRY(iso_str_dup(&file->path, path, -1));
    *out = file;
    file = NULL;
done:
    file_free(file);
    return err;
}

iso_err iso_h5_open(iso_h5 **out, const char *path, const iso_run *run)
{
    struct h5_answer a;
    iso_h5 *file = NULL;
    iso_err err = ISO_OK;

    errno = 0;
    const int is = is_hdf5(path);
    if (is < 0)
        ISO_FAIL(ISO_EIO, "%s: %s", path, errno ? strerror(errno) : "is not a regular file");
    if (is == 0)
        ISO_FAIL(ISO_EFORMAT, "%s: is not HDF5, its signature is missing", path);
    ISO_TRY(file_new(&file, path, run));
    ISO_TRY(iso_h5_reader_new(&file->reader, path, run));
    ISO_TRY(iso_h5_reader_ask(&a, file->reader, (struct h5_question){.ask = ASK_OPEN}, NULL, NULL,
                              NULL, 0, NULL));
    file->size = a.value;
    *out = file;
    file = NULL;
done:
    file_free(file);
    return err;
}

iso_err iso_h5_create(iso_h5 **out, const char *path)
{
    iso_h5 *file = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(file_new(&file, path, NULL));
    ISO_TRY(iso_h5_here_open(file, true));
    *out = file;
    file = NULL;
done:
    file_free(file);
    return err;
}

iso_err iso_h5_call(iso_h5 *file, const char *name)
{
    char *copy = NULL;
    const iso_err err = iso_str_dup(&copy, name, -1);

    if (!err) {
        iso_free(file->path);
        file->path = copy;
    }
    return err;
}

iso_err iso_h5_close(iso_h5 *file)
{
    const iso_err err = file && !file->reader ? iso_h5_here_close(file) : ISO_OK;

    file_free(file);
    return err;
}

iso_err iso_h5_check(const iso_h5 *file)
{
    return file->reader ? iso_h5_reader_check(file->reader) : ISO_OK;
}

int64_t iso_h5_open_count(void)
{
    const struct h5_printer printer = iso_h5_hush();
    const ssize_t n = H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL);

    iso_h5_unhush(printer);
    return (int64_t)n + iso_h5_readers();
}

/* What is there -------------------------------------------------------------- */

iso_err iso_h5_kind_of(iso_h5_kind *out, iso_h5 *file, const char *path)
{
    struct h5_answer a;

    if (!file->reader)
        return iso_h5_here_kind(out, file, path);
    const iso_err err = iso_h5_reader_ask(&a, file->reader, (struct h5_question){.ask = ASK_KIND},
                                          path, NULL, NULL, 0, NULL);
    if (!err)
        *out = (iso_h5_kind)a.number;
    return err;
}

/* As many texts in these bytes, each with its NUL, as the reader says? */
static iso_err check_texts(const iso_h5 *file, const char *path, const struct h5_answer *a,
                           const char *block)
{
    int64_t count = 0;

    for (int64_t i = 0; i < a->bytes; i++)
        count += block[i] == '\0';
    return count == a->count && (a->bytes == 0 || block[a->bytes - 1] == '\0')
               ? ISO_OK
               : iso_fail(ISO_EFORMAT, "%s: %s: is damaged: its reader answers %lld texts for %lld",
                          file->path, path ? path : "/", (long long)count, (long long)a->count);
}

/* The texts of an answer, one after the other. */
static iso_err ask_texts(iso_buf *out, int64_t *count, iso_h5 *file, enum h5_ask ask,
                         const char *path)
{
    struct h5_answer a;
    char *block = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_h5_reader_ask(&a, file->reader, (struct h5_question){.ask = (int)ask}, path, NULL,
                              NULL, 0, &block));
    ISO_TRY(check_texts(file, path, &a, block));
    *out = (iso_buf){block, a.bytes, a.bytes + 1};
    *count = a.count;
    block = NULL;
done:
    iso_free(block);
    return err;
}

iso_err iso_h5_list(iso_h5_texts *out, iso_h5 *file, const char *group)
{
    iso_buf names = {0};
    int64_t count = 0;
    iso_err err = ISO_OK;

    ISO_TRY(file->reader ? ask_texts(&names, &count, file, ASK_LIST, group)
                         : iso_h5_here_list(&names, &count, file, group));
    ISO_TRY(iso_h5_texts_sorted(out, &names, count));
done:
    iso_buf_free(&names);
    return err;
}

iso_err iso_h5_walk(iso_h5_texts *out, iso_h5 *file)
{
    iso_buf names = {0};
    int64_t count = 0;
    iso_err err = ISO_OK;

    ISO_TRY(file->reader ? ask_texts(&names, &count, file, ASK_WALK, NULL)
                         : iso_h5_here_walk(&names, &count, file));
    ISO_TRY(iso_h5_texts_sorted(out, &names, count));
done:
    iso_buf_free(&names);
    return err;
}

iso_err iso_h5_attr_text(char **out, iso_h5 *file, const char *object, const char *name)
{
    struct h5_answer a;
    char *text = NULL;
    iso_err err = ISO_OK;

    if (!file->reader)
        return iso_h5_here_attr_text(out, file, object, name);
    ISO_TRY(iso_h5_reader_ask(&a, file->reader, (struct h5_question){.ask = ASK_ATTR_TEXT}, object,
                              name, NULL, 0, &text));
    *out = a.number ? text : NULL;
    text = a.number ? NULL : text;
done:
    iso_free(text);
    return err;
}

iso_err iso_h5_attr_int(int64_t *out, bool *there, iso_h5 *file, const char *object,
                        const char *name)
{
    struct h5_answer a;
    iso_err err = ISO_OK;

    if (!file->reader)
        return iso_h5_here_attr_int(out, there, file, object, name);
    ISO_TRY(iso_h5_reader_ask(&a, file->reader, (struct h5_question){.ask = ASK_ATTR_INT}, object,
                              name, NULL, 0, NULL));
    *there = a.number != 0;
    if (*there)
        *out = a.value;
done:
    return err;
}

/* Datasets --------------------------------------------------------------------- */

const iso_h5_info *iso_h5_about(const iso_h5_data *data)
{
    return &data->info;
}

/* What a reader says is believed no more than what a file says. */
static bool sane(const iso_h5_info *f)
{
    int64_t total = 8;

    if (f->rank < 0 || f->rank > H5S_MAX_RANK || (int)f->type < 0 || f->type > ISO_H5_OTHER ||
        (int)f->dtype < 0 || f->dtype > ISO_BF16 || f->offset < -1 ||
        !memchr(f->holds, '\0', sizeof f->holds))
        return false;
    for (int i = 0; i < ISO_H5_RANK; i++) {
        if (f->dims[i] < 0 || f->chunk[i] < 0 ||
            (f->dims[i] > 0 && total > INT64_MAX / f->dims[i]) || (i >= f->rank && f->dims[i] != 1))
            return false;
        total *= f->dims[i] ? f->dims[i] : 1;
    }
    return true;
}

static iso_err ask_data(iso_h5_data **out, iso_h5 *file, const char *path)
{
    struct h5_answer a;
    iso_h5_data *d = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&d, 1, sizeof *d));
    d->file = file;
    d->number = -1;
    d->id = d->memory = H5I_INVALID_HID;
    ISO_TRY(iso_str_dup(&d->path, path, -1));
    ISO_TRY(iso_h5_reader_ask(&a, file->reader, (struct h5_question){.ask = ASK_DATA}, path, NULL,
                              NULL, 0, NULL));
    d->number = a.number;
    d->info = a.info;
    if (!sane(&d->info))
        ISO_FAIL(ISO_EFORMAT, "%s: %s: is damaged: its reader answers nonsense", file->path, path);
    *out = d;
    d = NULL;
done:
    iso_h5_data_close(d);
    return err;
}

static void tell_untyped(iso_h5 *file, const iso_h5_info *info, const char *path)
{
    if (info->untyped && !file->noted_untyped)
        iso_run_note(file->run, "%s: %s: values of two bytes without a type are read as bf16",
                     file->path, path);
    file->noted_untyped = file->noted_untyped || info->untyped;
}

iso_err iso_h5_data_open(iso_h5_data **out, iso_h5 *file, const char *path)
{
    iso_err err = ISO_OK;

    ISO_TRY(file->reader ? ask_data(out, file, path) : iso_h5_here_data(out, file, path));
    tell_untyped(file, &(*out)->info, path);
done:
    return err;
}

void iso_h5_data_close(iso_h5_data *data)
{
    if (data && data->file->reader) {
        const struct h5_question q = {.ask = ASK_DATA_CLOSE, .number = data->number};
        if (data->number >= 0) /* what is wrong with the reader, the next question tells */
            (void)iso_h5_reader_ask(NULL, data->file->reader, q, NULL, NULL, NULL, 0, NULL);
        iso_free(data->path);
        iso_free(data);
    } else {
        iso_h5_here_data_close(data);
    }
}

int64_t iso_h5_block_bytes(const iso_h5_info *info, const int64_t *count)
{
    int64_t bytes = (int64_t)iso_dtype_size(info->dtype);

    for (int i = 0; i < info->rank; i++)
        bytes *= count[i];
    return bytes;
}

iso_err iso_h5_read(iso_h5_data *data, const int64_t *start, const int64_t *count, void *to)
{
    struct h5_question q = {.ask = ASK_READ, .number = data->number};
    struct h5_answer a;

    if (data->info.type != ISO_H5_FLOAT || data->info.rank < 1 || data->info.rank > ISO_H5_RANK)
        return iso_fail(ISO_EARG, "%s: %s: not numbers of rank 1 to 4", data->file->path,
                        data->path);
    if (iso_h5_block_bytes(&data->info, count) == 0)
        return ISO_OK;
    if (!data->file->reader)
        return iso_h5_here_read(data, start, count, to);
    for (int i = 0; i < data->info.rank; i++) {
        q.start[i] = start[i];
        q.count[i] = count[i];
    }
    return iso_h5_reader_ask(&a, data->file->reader, q, data->path, NULL, to,
                             iso_h5_block_bytes(&data->info, count), NULL);
}

int64_t iso_h5_bytes(const iso_h5_info *info)
{
    return info->type == ISO_H5_FLOAT && info->rank >= 1 && info->rank <= ISO_H5_RANK
               ? iso_h5_block_bytes(info, info->dims)
               : 0;
}

/* One answer about many datasets: what they are and, if asked for, their numbers. */
static iso_err ask_many(char **block, iso_h5_info *out, iso_h5 *file, const char *const *paths,
                        int64_t count, bool numbers)
{
    struct h5_question q = {.ask = numbers ? ASK_MANY : ASK_ABOUTS, .count = {count}};
    const int64_t head = count * (int64_t)sizeof *out;
    struct h5_answer a = {.bytes = 0};
    iso_buf list = {0}, got = {0};
    int64_t need = head;
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < count; i++)
        ISO_TRY(iso_buf_add(&list, paths[i], (int64_t)strlen(paths[i]) + 1));
    q.path = list.len;
    if (file->reader) {
        ISO_TRY(iso_h5_reader_ask(&a, file->reader, q, list.text, NULL, NULL, 0, &got.text));
    } else {
        ISO_TRY(iso_h5_here_many(&got, file, list.text, count, numbers));
        a.bytes = got.len;
    }
    if (a.bytes >= head)
        memcpy(out, got.text, (size_t)head);
    for (int64_t i = 0; i < count && need <= a.bytes; i++)
        need = sane(&out[i]) ? need + (numbers ? iso_h5_bytes(&out[i]) : 0) : INT64_MAX;
    if (a.bytes != need)
        ISO_FAIL(ISO_EFORMAT, "%s: %s: is damaged: its reader answers nonsense", file->path,
                 paths[0]);
    for (int64_t i = 0; i < count; i++)
        tell_untyped(file, &out[i], paths[i]);
    if (block) {
        memmove(got.text, got.text + head, (size_t)(a.bytes - head));
        *block = got.text;
        got.text = NULL;
    }
done:
    iso_buf_free(&list);
    iso_free(got.text);
    return err;
}

iso_err iso_h5_abouts(iso_h5_info *out, iso_h5 *file, const char *const *paths, int64_t count)
{
    return count > 0 ? ask_many(NULL, out, file, paths, count, false) : ISO_OK;
}

iso_err iso_h5_read_many(char **block, iso_h5_info *out, iso_h5 *file, const char *const *paths,
                         int64_t count)
{
    return ask_many(block, out, file, paths, count, true);
}

iso_err iso_h5_read_ints(int64_t **out, int64_t *count, iso_h5 *file, const char *path)
{
    struct h5_answer a;
    char *block = NULL;
    iso_err err = ISO_OK;

    if (!file->reader)
        return iso_h5_here_ints(out, count, file, path);
    ISO_TRY(iso_h5_reader_ask(&a, file->reader, (struct h5_question){.ask = ASK_INTS}, path, NULL,
                              NULL, 0, &block));
    if (a.bytes % 8 != 0)
        ISO_FAIL(ISO_EFORMAT, "%s: %s: is damaged: its reader answers nonsense", file->path, path);
    *out = (int64_t *)(void *)block;
    *count = a.bytes / 8;
    block = NULL;
done:
    iso_free(block);
    return err;
}

iso_err iso_h5_read_texts(iso_h5_texts *out, iso_h5 *file, const char *path)
{
    iso_buf texts = {0};
    int64_t count = 0;
    iso_err err = ISO_OK;

    ISO_TRY(file->reader ? ask_texts(&texts, &count, file, ASK_TEXTS, path)
                         : iso_h5_here_texts(&texts, &count, file, path));
    ISO_TRY(iso_h5_texts_of(out, &texts, count));
done:
    iso_buf_free(&texts);
    return err;
}
