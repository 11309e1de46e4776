/* Parts of the encoder that each language has for itself: a checkpoint of each, in a folder. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "analysis/study/train/train_inside.h"
#include "lib/base/alloc.h"
#include "lib/io/folder.h"
#include "lib/io/outfile.h"
#include "lib/io/weights.h"
#include "lib/text/lang.h"
#include "lib/train/head_mlm.h"

enum { LIST_MAX = 1 << 20 };

static const char list_name[] = "languages.json";

void iso_train_own_free(struct train_own *o)
{
    for (int i = 0; i < o->count; i++) {
        iso_free(o->lang[i]);
        iso_free(o->folder[i]);
    }
    for (int i = 0; o->siblings && i < o->count - 1; i++)
        iso_trained_close(o->siblings[i]);
    iso_free(o->lang);
    iso_free(o->folder);
    iso_free(o->siblings);
    iso_free(o->of);
    iso_free(o->layers);
    iso_free(o->list);
    *o = (struct train_own){0};
}

/* A language is a folder's name. */
static iso_err check_name(const char *lang, const char *where)
{
    return lang && *lang && *lang != '.' && !strchr(lang, '/')
               ? ISO_OK
               : iso_fail(ISO_EARG, "%s: \"%s\" is no name of a language's folder", where,
                          lang ? lang : "");
}

static iso_err add_lang(struct train_own *o, const char *lang, const char *folder,
                        const char *inner)
{
    iso_err err = ISO_OK;

    ISO_TRY(check_name(lang, folder));
    ISO_TRY(iso_realloc(&o->lang, o->count, o->count + 1, sizeof *o->lang));
    ISO_TRY(iso_realloc(&o->folder, o->count, o->count + 1, sizeof *o->folder));
    o->count++;
    ISO_TRY(iso_str_dup(&o->lang[o->count - 1], lang, -1));
    if (inner)
        ISO_TRY(iso_folder_path(&o->folder[o->count - 1], folder, inner));
    else
        ISO_TRY(iso_str_dup(&o->folder[o->count - 1], folder, -1));
done:
    return err;
}

/* --- A checkpoint of each language --- */

static iso_err read_languages(struct train_own *o, const iso_json *root, const char *folder)
{
    const char *list = iso_json_text(iso_json_get(root, "separate"));
    iso_err err = ISO_OK;

    ISO_NEED(list && iso_json_count(iso_json_get(root, "languages")) > 0,
             "%s/%s: needs \"languages\", a list, and \"separate\", a text", folder, list_name);
    ISO_TRY(iso_str_dup(&o->list, list, -1));
    for (const iso_json *in = iso_json_first(iso_json_get(root, "languages")); in;
         in = iso_json_next(in))
        ISO_TRY(add_lang(o, iso_json_text(in), folder, iso_json_text(in)));
done:
    return err == ISO_EARG ? ISO_EFORMAT : err;
}

iso_err iso_train_find_own(struct train_own *o, iso_train_opt *opt)
{
    const char *folder = opt->model.folder;
    iso_json *root = NULL;
    iso_err err = ISO_OK;

    if (!folder || !iso_folder_has(folder, list_name))
        return ISO_OK;
    if (opt->separate)
        ISO_FAIL(ISO_EARG,
                 ISO_FIELD(separate) ": %s says itself what its languages have of their own",
                 folder);
    ISO_NEED(opt->method == ISO_TRAIN_PLAIN,
             "%s: its languages have parts of their own, which are learnt by " ISO_FIELD(
                 method) " plain alone",
             folder);
    ISO_TRY(iso_folder_json(&root, folder, list_name, LIST_MAX));
    ISO_TRY(read_languages(o, root, folder));
    opt->model.folder = o->folder[0];
done:
    iso_json_free(root);
    return err;
}

/* --- Whose parts each language has --- */

static int find_lang(const struct train_own *o, const char *lang)
{
    for (int i = 0; i < o->count; i++) {
        if (iso_lang_same(o->lang[i], lang))
            return i;
    }
    return -1;
}

bool iso_train_has_parts(const struct train_own *o, const char *lang)
{
    return o->count == 0 || find_lang(o, lang) >= 0;
}

iso_err iso_train_number_own(struct training *t)
{
    const char *folder = iso_model_about(t->model)->folder;
    const struct train_set *s = &t->set;
    struct train_own *o = &t->own;
    iso_err err = ISO_OK;

    if (t->opt.separate) {
        ISO_NEED(s->sources > 1,
                 ISO_FIELD(separate) ": %s alone is learnt: name more in " ISO_FIELD(src),
                 s->lang[0]);
        ISO_TRY(iso_str_dup(&o->list, t->opt.separate, -1));
        for (int l = 0; l < s->sources; l++)
            ISO_TRY(add_lang(o, s->lang[l], folder, NULL));
    }
    if (o->count == 0)
        return ISO_OK;
    ISO_TRY(iso_alloc(&o->of, s->langs, sizeof *o->of));
    for (int l = 0; l < s->langs; l++) {
        o->of[l] = find_lang(o, s->lang[l]);
        if (o->of[l] < 0)
            ISO_FAIL(ISO_EARG, "%s: has parts for %s and others, none for %s", folder, o->lang[0],
                     s->lang[l]);
    }
    for (int i = 0; iso_train_masked(&t->opt) && i < o->count; i++) {
        bool learnt = false;
        for (int l = 0; l < s->sources; l++)
            learnt = learnt || o->of[l] == i;
        if (!learnt)
            ISO_FAIL(ISO_EARG,
                     ISO_FIELD(src) ": %s has parts of its own, which learn masked words with the "
                                    "others: name it, too",
                     o->lang[i]);
    }
done:
    return err;
}

/* --- Encoders --- */

/* What a language shares by the list is in its checkpoint, too: folders of two runs may be mixed
 * up.
 */
static iso_err check_shared(const struct training *t, int language, const iso_trained_opt *how)
{
    const struct train_own *o = &t->own;
    const iso_trained *sibling = o->siblings[language - 1];
    iso_trained *alone = NULL;
    int64_t count, others;
    iso_err err = ISO_OK;

    if (how->random)
        return ISO_OK;
    ISO_TRY(iso_trained_open(&alone, o->folder[language], how));
    const iso_tensor *a = iso_trained_tensors(t->encoder, &count);
    const iso_tensor *b = iso_trained_tensors(alone, &others);
    for (int64_t k = 0; k < count && k < others; k++) {
        const int64_t bytes = a[k].rows * a[k].cols * (int64_t)sizeof *a[k].value;
        if (!iso_trained_owns(sibling, a[k].depth) &&
            memcmp(a[k].value, b[k].value, (size_t)bytes) != 0)
            ISO_FAIL(ISO_EDATA,
                     "%s: %s is not that of %s, with which it is shared: take the folders of one "
                     "run",
                     o->folder[language], b[k].name, o->folder[0]);
    }
done:
    iso_trained_close(alone);
    return err;
}

iso_err iso_train_open_siblings(struct training *t, const iso_trained_opt *how)
{
    struct train_own *o = &t->own;
    iso_trained_opt other = *how;
    iso_err err = ISO_OK;

    if (o->count == 0)
        return ISO_OK;
    ISO_TRY(iso_alloc(&o->layers, t->encoder->config.L, sizeof *o->layers));
    ISO_TRY(iso_train_parts(&o->embeddings, o->layers, t, o->list));
    ISO_TRY(iso_alloc(&o->siblings, o->count - 1, sizeof *o->siblings));
    for (int i = 1; i < o->count; i++) {
        other.seed = iso_key_mix(how->seed ^ iso_key_mix((uint64_t)i));
        ISO_TRY(iso_trained_sibling(&o->siblings[i - 1], t->encoder, o->folder[i], &other,
                                    o->embeddings, o->layers));
        ISO_TRY(check_shared(t, i, &other));
    }
done:
    return err;
}

iso_err iso_train_sibling_head(bool *own, struct training *t, const iso_weights *from)
{
    const int count = t->own.count > 0 ? t->own.count - 1 : 0;
    iso_head_mlm_opt how = {.seed = iso_run_seed(t->run),
                            .from = from,
                            .siblings = t->own.siblings,
                            .sibling_count = count};
    iso_weights **weights = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&weights, count, sizeof *weights));
    for (int i = 0; from && i < count; i++)
        ISO_TRY(iso_weights_open(&weights[i], t->own.folder[i + 1]));
    if (from)
        how.siblings_from = weights;
    ISO_TRY(iso_head_mlm_new(&t->head, own, t->encoder, &how));
done:
    for (int i = 0; weights && i < count; i++)
        iso_weights_close(weights[i]);
    iso_free(weights);
    return err;
}

/* --- Examples: a batch is of one language --- */

int iso_train_sibling_of(const struct training *t, enum train_part part, int lang)
{
    return t->own.count > 0 ? t->own.of[t->set.of[part]->lang[lang]] : 0;
}

void iso_train_turns(struct encoding_turn *turn, const struct training *t, const struct examples *e)
{
    for (int64_t i = 0; i < e->n; i++)
        turn[i] = (struct encoding_turn){iso_example_tokens(e, i), i, i};
    for (int64_t i = 0, end; i < e->n; i = end) {
        end = t->own.count > 0 ? iso_examples_end(e, i) : e->n;
        iso_encoding_sort(turn + i, end - i);
    }
}

int64_t iso_train_take_turns(const struct training *t, const struct encoding_batch *b,
                             const struct examples *e, const struct encoding_turn *turn,
                             int64_t left)
{
    int64_t tokens, count = iso_encoding_fill(&tokens, b, turn, left);

    while (t->own.count > 0 && e->at[turn[count - 1].row].lang != e->at[turn[0].row].lang)
        count--;
    return count;
}

/* --- What is written --- */

iso_err iso_train_write_list(const struct training *t, const char *folder)
{
    char *path = NULL;
    iso_buf text = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(&text, "{\"languages\": ["));
    for (int i = 0; i < t->own.count; i++) {
        ISO_TRY(iso_buf_puts(&text, i ? ", " : ""));
        ISO_TRY(iso_json_quote(&text, t->own.lang[i]));
    }
    ISO_TRY(iso_buf_puts(&text, "], \"separate\": "));
    ISO_TRY(iso_json_quote(&text, t->own.list));
    ISO_TRY(iso_buf_puts(&text, "}\n"));
    ISO_TRY(iso_folder_path(&path, folder, list_name));
    ISO_TRY(iso_outfile_save(path, &text));
done:
    iso_buf_free(&text);
    iso_free(path);
    return err;
}

iso_err iso_train_make_folder(char **out, const struct training *t, const char *folder, int number)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_folder_path(out, folder, t->own.lang[number]));
    if (mkdir(*out, 0777) != 0)
        ISO_FAIL(ISO_EIO, "%s: %s", *out, strerror(errno));
done:
    return err;
}

/* "k/NAME" is the k-th sibling's in place of NAME. */
static iso_err head_tensor(iso_tensor *out, const iso_head *h, int64_t i, int number)
{
    iso_buf name = {0};
    iso_err err = ISO_OK;

    *out = h->tensors[i];
    ISO_TRY(iso_buf_printf(&name, "%d/%s", number, out->name));
    for (int64_t k = 0; k < h->tensor_count; k++) {
        if (strcmp(h->tensors[k].name, name.text) == 0)
            *out = h->tensors[k];
    }
    out->name = h->tensors[i].name;
done:
    iso_buf_free(&name);
    return err;
}

iso_err iso_train_tensors_of(iso_tensor **out, int64_t *count, const struct training *t, int number)
{
    iso_trained *e = number == 0 ? t->encoder : t->own.siblings[number - 1];
    const iso_head *h = t->head;
    int64_t of_encoder = 0;
    const iso_tensor *tensors = iso_trained_tensors(e, &of_encoder);
    iso_err err = ISO_OK;

    *count = 0;
    ISO_TRY(iso_alloc(out, of_encoder + h->tensor_count, sizeof **out));
    for (int64_t i = 0; i < of_encoder; i++)
        (*out)[(*count)++] = tensors[i];
    for (int64_t i = 0; i < h->tensor_count; i++) {
        if (!strchr(h->tensors[i].name, '/'))
            ISO_TRY(head_tensor(&(*out)[(*count)++], h, i, number));
    }
done:
    return err;
}
