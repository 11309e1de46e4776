/* The trained checkpoint as hubs lay one out: configuration, weights, the tokenizer's files; with
 * it the records and the learning curve. */
#include <inttypes.h>
#include <string.h>

#include "analysis/study/train/train_inside.h"
#include "lib/base/alloc.h"
#include "lib/io/adapter.h"
#include "lib/io/checkpoint.h"
#include "lib/io/file.h"
#include "lib/io/folder.h"
#include "lib/io/gguf_folder.h"
#include "lib/io/number.h"
#include "lib/io/outfile.h"
#include "lib/io/outfolder.h"
#include "lib/io/record_write.h"
#include "lib/nn/arch.h"
#include "lib/train/saved.h"

enum { CONFIG_MAX = 8 << 20, COPY = 1 << 20 };

const char *iso_train_name(const struct training *t)
{
    const char *path = t->opt.path, *name = path ? strrchr(path, '/') : NULL;

    return name && name[1] ? name + 1 : path;
}

static iso_err save(const char *folder, const char *name, const iso_buf *text)
{
    char *path = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_folder_path(&path, folder, name));
    ISO_TRY(iso_outfile_save(path, text));
done:
    iso_free(path);
    return err;
}

/* --- config.json --- */

static iso_err add_number(iso_buf *out, const iso_json *node)
{
    char text[ISO_NUMBER_SIZE];
    int64_t whole;
    double number = 0;

    if (iso_json_int(&whole, node))
        return iso_buf_printf(out, "%" PRId64, whole);
    return iso_buf_puts(out,
                        iso_json_number(&number, node) ? iso_number_exact(text, number) : "null");
}

/* A value as it was. */
static iso_err add_json(iso_buf *out, const iso_json *node)
{
    const iso_json_kind kind = iso_json_is(node);
    const bool object = kind == ISO_JSON_OBJECT;
    iso_err err = ISO_OK;

    if (kind == ISO_JSON_TEXT)
        return iso_json_quote(out, iso_json_text(node));
    if (kind == ISO_JSON_NUMBER)
        return add_number(out, node);
    if (kind != ISO_JSON_ARRAY && !object)
        return iso_buf_puts(out, kind != ISO_JSON_BOOL ? "null"
                                 : iso_json_true(node) ? "true"
                                                       : "false");
    ISO_TRY(iso_buf_puts(out, object ? "{" : "["));
    for (const iso_json *in = iso_json_first(node); in; in = iso_json_next(in)) {
        if (in != iso_json_first(node))
            ISO_TRY(iso_buf_puts(out, ", "));
        if (object) {
            ISO_TRY(iso_json_quote(out, iso_json_name(in)));
            ISO_TRY(iso_buf_puts(out, ": "));
        }
        ISO_TRY(add_json(out, in));
    }
    ISO_TRY(iso_buf_puts(out, object ? "}" : "]"));
done:
    return err;
}

/* Members that say what stands on the encoder, and in what its numbers are. */
static bool is_ours(const char *name)
{
    static const char *const ours[] = {"architectures", "id2label",     "label2id",
                                       "num_labels",    "torch_dtype",  "problem_type",
                                       "dtype",         "isogloss_head"};

    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) {
        if (strcmp(name, ours[i]) == 0)
            return true;
    }
    return false;
}

static iso_err add_classes(iso_buf *out, const struct train_set *s)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(out, " \"id2label\": {"));
    for (int c = 0; c < s->classes; c++) {
        ISO_TRY(iso_buf_printf(out, "%s\"%d\": ", c ? ", " : "", c));
        ISO_TRY(iso_json_quote(out, s->class_name[c]));
    }
    ISO_TRY(iso_buf_puts(out, "},\n \"label2id\": {"));
    for (int c = 0; c < s->classes; c++) {
        ISO_TRY(iso_buf_puts(out, c ? ", " : ""));
        ISO_TRY(iso_json_quote(out, s->class_name[c]));
        ISO_TRY(iso_buf_printf(out, ": %d", c));
    }
    ISO_TRY(iso_buf_puts(out, "},\n"));
done:
    return err;
}

static iso_err write_config(const struct training *t, const char *folder)
{
    const iso_model_info *about = iso_model_about(t->model);
    const iso_arch *arch = t->encoder->config.arch;
    const char *of = t->head->of_class, *said = iso_train_head_said(t);
    iso_json *config = NULL;
    char *path = NULL;
    iso_buf text = {0};
    iso_err err = ISO_OK;

    if (!about->config_file)
        ISO_TRY(iso_adapter_path(&path, about->folder, "config.json"));
    ISO_TRY(iso_folder_json_file(&config, path ? path : about->config_file, CONFIG_MAX));
    ISO_TRY(iso_buf_printf(&text, "{\n \"architectures\": [\"%s%s\"],\n", arch->class,
                           of ? of : "Model"));
    for (const iso_json *in = iso_json_first(config); in; in = iso_json_next(in)) {
        if (is_ours(iso_json_name(in)))
            continue;
        ISO_TRY(iso_buf_puts(&text, " "));
        ISO_TRY(iso_json_quote(&text, iso_json_name(in)));
        ISO_TRY(iso_buf_puts(&text, ": "));
        if (strcmp(iso_json_name(in), arch->keys->V) == 0)
            ISO_TRY(iso_buf_printf(&text, "%" PRId64, t->encoder->config.V));
        else
            ISO_TRY(add_json(&text, in));
        ISO_TRY(iso_buf_puts(&text, ",\n"));
    }
    if (t->set.shift.count > 0) {
        ISO_TRY(iso_buf_puts(&text, " "));
        ISO_TRY(iso_id_shift_write(&text, &t->set.shift));
        ISO_TRY(iso_buf_puts(&text, ",\n"));
    }
    if (t->set.classes > 0)
        ISO_TRY(add_classes(&text, &t->set));
    if (t->opt.task == ISO_TRAIN_CLASSIFY && of)
        ISO_TRY(iso_buf_puts(&text, " \"problem_type\": \"single_label_classification\",\n"));
    if (said)
        ISO_TRY(iso_buf_printf(&text, " \"isogloss_head\": \"%s\",\n", said));
    ISO_TRY(iso_buf_puts(&text, " \"torch_dtype\": \"float32\"\n}\n"));
    ISO_TRY(save(folder, "config.json", &text));
done:
    iso_free(path);
    iso_json_free(config);
    iso_buf_free(&text);
    return err;
}

/* --- model.safetensors --- */

static iso_err write_weights(const struct training *t, const char *folder, int number)
{
    int64_t count = 0;
    iso_tensor *tensors = NULL;
    iso_weight_out *list = NULL;
    char *path = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_train_tensors_of(&tensors, &count, t, number));
    ISO_TRY(iso_alloc(&list, count, sizeof *list));
    for (int64_t i = 0; i < count; i++)
        list[i] = iso_saved_value(&tensors[i]);
    ISO_TRY(iso_folder_path(&path, folder, "model.safetensors"));
    ISO_TRY(iso_weights_write(path, list, count, t->run));
done:
    iso_free(tensors);
    iso_free(list);
    iso_free(path);
    return err;
}

/* --- The tokenizer's files --- */

static iso_err copy_bytes(iso_outfile *to, const iso_file *from)
{
    char *bytes = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&bytes, COPY, 1));
    for (int64_t at = 0; at < from->size; at += COPY) {
        const int64_t left = from->size - at, n = left < COPY ? left : COPY;
        ISO_TRY(iso_file_read(from, at, bytes, n));
        ISO_TRY(iso_outfile_write(to, bytes, n));
    }
done:
    iso_free(bytes);
    return err;
}

static iso_err copy_file(const char *from, const char *to, const char *name)
{
    char *here = NULL, *there = NULL;
    iso_file *file = NULL;
    iso_outfile *out = NULL, *made;
    iso_buf text = {0};
    bool found = false;
    iso_err err = ISO_OK;

    ISO_TRY(iso_folder_path(&here, from, name));
    ISO_TRY(iso_gguf_text(&text, &found, here));
    if (found) {
        ISO_TRY(save(to, name, &text));
        goto done;
    }
    ISO_TRY(iso_folder_path(&there, to, name));
    ISO_TRY(iso_file_open(&file, here));
    ISO_TRY(iso_outfile_open(&out, there));
    ISO_TRY(copy_bytes(out, file));
    made = out;
    out = NULL;
    ISO_TRY(iso_outfile_commit(made));
done:
    iso_outfile_discard(out);
    iso_file_close(file);
    iso_buf_free(&text);
    iso_free(here);
    iso_free(there);
    return err;
}

static iso_err copy_tokenizer(const struct training *t, const char *folder)
{
    const char *from = iso_model_about(t->model)->folder;
    char **names = NULL, *base = NULL;
    int count = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_tokenizer_base(&base, from));
    from = base ? base : from;
    ISO_TRY(iso_checkpoint_list(&names, &count, from));
    for (int i = 0; i < count; i++) {
        if (iso_checkpoint_part_of(names[i]) == ISO_CHECKPOINT_TOKENIZER)
            ISO_TRY(copy_file(from, folder, names[i]));
    }
done:
    iso_checkpoint_list_free(names, count);
    iso_free(base);
    return err;
}

/* --- All of it --- */

static iso_err write_records(const char *folder, const char *name, const iso_records *records)
{
    const iso_origin origin = {.version = ISO_VERSION};
    iso_buf text = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_json_write(&text, records, &origin));
    ISO_TRY(save(folder, name, &text));
done:
    iso_buf_free(&text);
    return err;
}

/* λ's numbers, where there are such. */
static iso_err write_heads(const struct training *t, const char *folder)
{
    iso_buf text = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_train_heads(&text, t));
    if (text.len > 0)
        ISO_TRY(save(folder, "lambda.json", &text));
done:
    iso_buf_free(&text);
    return err;
}

static iso_err write_checkpoint(const struct training *t, const char *folder, int number)
{
    iso_err err = ISO_OK;

    ISO_TRY(write_config(t, folder));
    ISO_TRY(write_weights(t, folder, number));
    ISO_TRY(copy_tokenizer(t, folder));
done:
    return err;
}

/* One, or one of each language. */
static iso_err write_checkpoints(const struct training *t, const char *folder)
{
    char *inner = NULL;
    iso_err err = ISO_OK;

    if (t->own.count == 0)
        return write_checkpoint(t, folder, 0);
    for (int i = 0; i < t->own.count; i++) {
        ISO_TRY(iso_train_make_folder(&inner, t, folder, i));
        ISO_TRY(write_checkpoint(t, inner, i));
        iso_free(inner);
        inner = NULL;
    }
    ISO_TRY(iso_train_write_list(t, folder));
done:
    iso_free(inner);
    return err;
}

iso_err iso_train_write(const struct training *t, const iso_records *records,
                        const iso_records *curve)
{
    iso_outfolder *work = NULL, *made;
    iso_err err = ISO_OK;

    ISO_TRY(iso_outfolder_open(&work, t->opt.path, "checkpoint", t->opt.force));
    const char *folder = iso_outfolder_work(work);
    ISO_TRY(write_checkpoints(t, folder));
    ISO_TRY(write_records(folder, "records.json", records));
    ISO_TRY(write_records(folder, "curve.json", curve));
    ISO_TRY(write_heads(t, folder));
    if (t->predictions.len > 0)
        ISO_TRY(save(folder, "predictions.tsv", &t->predictions));
    made = work;
    work = NULL;
    ISO_TRY(iso_outfolder_commit(made));
done:
    iso_outfolder_discard(work);
    return err;
}
