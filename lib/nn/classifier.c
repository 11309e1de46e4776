#include "lib/nn/classifier.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/io/adapter.h"
#include "lib/io/folder.h"
#include "lib/nn/activation.h"
#include "lib/nn/arch.h"
#include "lib/nn/config.h"
#include "lib/nn/linear.h"
#include "lib/nn/store.h"
#include "lib/nn/workspace.h"

enum { CONFIG_MAX = 8 << 20 };

struct iso_classifier {
    iso_linear dense, out;
    bool relu;   /* else tanh */
    bool linear; /* `out` alone */
    char **names, *ours;
    int64_t C, K;
    struct iso_store store;
    iso_weights *weights;
    iso_workspace hidden;
};

void iso_classifier_close(iso_classifier *h)
{
    if (!h)
        return;
    for (int64_t i = 0; h->names && i < h->K; i++)
        iso_free(h->names[i]);
    iso_free(h->names);
    iso_free(h->ours);
    iso_linear_free(&h->dense);
    iso_linear_free(&h->out);
    iso_store_free(&h->store);
    iso_workspace_free(&h->hidden);
    iso_weights_close(h->weights);
    iso_free(h);
}

/* What the classes are called --------------------------------------------------------- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Whether the members of an object are called 0 … count − 1, each once, and are texts, which then
 * stand in names. */
static bool in_order(const char **names, int64_t count, const iso_json *labels)
{
    for (const iso_json *node = iso_json_first(labels); node; node = iso_json_next(node)) {
        const char *name = iso_json_text(node);
        int64_t i;
        if (!name || !iso_str_int(&i, iso_json_name(node)) || i < 0 || i >= count || names[i])
            return false;
        names[i] = name;
    }
    return true;
}

static bool all_different(const char **names, const char *const *of, int64_t count)
{
    memcpy(names, of, (size_t)count * sizeof *names);
    qsort(names, (size_t)count, sizeof *names, by_text);
    for (int64_t i = 1; i < count; i++) {
        if (strcmp(names[i], names[i - 1]) == 0)
            return false;
    }
    return true;
}

static iso_err name_all(iso_classifier *h, const char *const *names)
{
    iso_buf number = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&h->names, h->K, sizeof *h->names));
    for (int64_t i = 0; i < h->K; i++) {
        number.len = 0;
        if (!names)
            ISO_TRY(iso_buf_printf(&number, "LABEL_%lld", (long long)i));
        ISO_TRY(iso_str_dup(&h->names[i], names ? names[i] : number.text, -1));
    }
done:
    iso_buf_free(&number);
    return err;
}

/* Names of the K classes that `out`, a tensor, has rows for, from the id2label of `config`. */
static iso_err read_names(iso_classifier *h, const iso_json *config, const iso_weight *out)
{
    const iso_json *labels = iso_json_get(config, "id2label");
    const int64_t count = iso_json_is(labels) == ISO_JSON_OBJECT ? iso_json_count(labels) : 0;
    const char **names = NULL, **sorted = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&names, count, sizeof *names));
    ISO_TRY(iso_alloc(&sorted, count, sizeof *sorted));
    const bool good = count > 0 && in_order(names, count, labels);
    if (good && count != h->K)
        ISO_FAIL(ISO_EFORMAT,
                 "%s: tensor %s is of %lld classes, id2label of config.json names %lld", out->file,
                 out->name, (long long)h->K, (long long)count);
    ISO_TRY(name_all(h, good && all_different(sorted, names, count) ? names : NULL));
done:
    iso_free(names);
    iso_free(sorted);
    return err;
}

/* Which head a checkpoint has, and its tensors ----------------------------------------- */

struct search {
    iso_classifier *h;
    const iso_nn_config *c;
    const iso_json *config;
    iso_buf name;
};

static iso_err look(const iso_weight **out, struct search *s, const char *stem, const char *ending)
{
    s->name.len = 0;
    const iso_err err = iso_buf_printf(&s->name, "%s%s", stem, ending);

    *out = err ? NULL : iso_weights_find(s->h->weights, s->name.text);
    return err;
}

static iso_err take_half(iso_linear *out, const iso_weight **matrix, struct search *s,
                         const char *stem, const char *other, int64_t rows)
{
    const iso_weight *w = NULL, *bias = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(look(&bias, s, stem, ".bias"));
    if (bias)
        ISO_TRY(look(&w, s, stem, ".weight"));
    if (!w || !bias)
        ISO_FAIL(ISO_EFORMAT, "%s: tensor %s is missing, which a head with %s has",
                 iso_weights_at(s->h->weights, 0)->file, s->name.text, other);
    if (rows == 0) /* classes are as many as there are */
        rows = w->rank == 2 ? w->shape[0] : 1;
    if (rows == 0)
        ISO_FAIL(ISO_EFORMAT, "%s: tensor %s is of no classes", w->file, w->name);
    ISO_TRY(iso_store_matrix(&out->w, &s->h->store, w, rows, s->c->C));
    ISO_TRY(iso_store_vector(&out->bias, &s->h->store, bias, rows));
    out->file = w->file;
    out->name = w->name;
    ISO_TRY(iso_linear_ready(out));
    *matrix = w;
done:
    return err;
}

static iso_err take(const iso_weight **out, struct search *s, const iso_arch_head *n)
{
    const iso_weight *dense;
    iso_err err = ISO_OK;

    ISO_TRY(take_half(&s->h->dense, &dense, s, n->dense, n->out, s->c->C));
    ISO_TRY(take_half(&s->h->out, out, s, n->out, n->dense, 0));
    s->h->relu = n->relu;
done:
    return err;
}

/* Whether config.json names a class of that ending: "BertForSequenceClassification". */
static bool is_for(const struct search *s, const char *ending)
{
    const char *class = iso_json_text(iso_json_first(iso_json_get(s->config, "architectures")));
    const size_t len = class ? strlen(class) : 0, tail = strlen(ending);

    return len >= tail && strcmp(class + len - tail, ending) == 0;
}

/* Which of a family's heads the checkpoint has, or NULL; *half: it has one's last map alone. */
static iso_err find_of(const iso_arch_head **out, bool *half, struct search *s, const iso_arch *a)
{
    const iso_weight *dense = NULL, *last = NULL;
    iso_err err = ISO_OK;

    for (const iso_arch_head *h = a->heads; h->dense && !*out; h++) {
        ISO_TRY(look(&dense, s, h->dense, ".weight"));
        ISO_TRY(look(&last, s, h->out, ".weight"));
        if ((dense && last) || (dense && h->dense_own) || (last && h->out_own))
            *out = h;
        *half = *half || last;
    }
done:
    return err;
}

/* The head, or NULL and why there is none: one of the checkpoint's own family, else of any. */
static iso_err find(const iso_arch_head **out, const char **why, struct search *s)
{
    const iso_arch *a = NULL;
    bool half = false;
    iso_err err = ISO_OK;

    *out = NULL;
    *why = "the checkpoint has no classification head";
    ISO_TRY(find_of(out, &half, s, s->c->arch));
    for (int i = 0; !*out && (a = iso_arch_at(i)); i++)
        ISO_TRY(find_of(out, &half, s, a));
    if (!*out && half) { /* half a head, or one that reads each token */
        *why = "the checkpoint's head reads each token, not the sentence";
        *out = is_for(s, "ForSequenceClassification") ? s->c->arch->heads : NULL;
    }
done:
    return err;
}

/* Heads that look like one and choose no class of a sentence; NULL if this one does. */
static const char *other_use(const struct search *s)
{
    const char *problem = iso_json_text(iso_json_get(s->config, "problem_type"));

    if (is_for(s, "ForTokenClassification"))
        return "the checkpoint's head reads each token, not the sentence";
    if (is_for(s, "ForMultipleChoice"))
        return "the checkpoint's head scores choices, not classes";
    if (problem && strcmp(problem, "regression") == 0)
        return "the checkpoint's head is a regression";
    if (problem && strcmp(problem, "multi_label_classification") == 0)
        return "the checkpoint's head gives several labels at once";
    return NULL;
}

/* What is looked for where a head is one map. */
struct one_map {
    const char *name, *of_class;
    bool pooler; /* that of the encoder's family, which is no head */
};

/* *out NULL: there is none. */
static iso_err take_any(const iso_weight **out, const char **why, struct search *s,
                        const struct one_map *one)
{
    const iso_arch_head *head = NULL;
    iso_err err = ISO_OK;

    *out = NULL;
    if (one) {
        *why = "the checkpoint has no such head";
        if (!one->of_class || is_for(s, one->of_class))
            ISO_TRY(look(out, s, one->name, ".weight"));
        if (*out)
            ISO_TRY(take_half(&s->h->out, out, s, one->name, one->name, 0));
        goto done;
    }
    *why = other_use(s);
    if (!*why) {
        ISO_TRY(find(&head, why, s));
    }
    if (head)
        ISO_TRY(take(out, s, head));
done:
    return err;
}

static iso_err read_pooler(const char **why, struct search *s)
{
    const iso_weight *w = NULL;
    iso_err err = ISO_OK;

    *why = "the checkpoint has no pooler";
    for (const iso_arch_head *h = s->c->arch->heads; h->dense && *why; h++) {
        ISO_TRY(look(&w, s, h->dense, ".weight"));
        if (!w || h->dense_own)
            continue;
        ISO_TRY(take_half(&s->h->dense, &w, s, h->dense, "a pooler", s->c->C));
        s->h->C = s->c->C;
        *why = NULL;
    }
done:
    return err;
}

static iso_err read_head(const char **why, struct search *s, const struct one_map *one)
{
    const char *ours = iso_json_text(iso_json_get(s->config, "isogloss_head"));
    const iso_weight *out = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(take_any(&out, why, s, one));
    if (!out)
        goto done;
    s->h->linear = one != NULL;
    s->h->C = s->c->C;
    s->h->K = s->h->out.w.rows;
    *why = s->h->K < 2 ? "the checkpoint's head has one output, a regression" : NULL;
    if (*why)
        goto done;
    ISO_TRY(read_names(s->h, s->config, out));
    if (ours)
        ISO_TRY(iso_str_dup(&s->h->ours, ours, -1));
done:
    return err;
}

static iso_err open_any(iso_classifier **out, const char **why, const char *folder,
                        const struct one_map *one)
{
    struct search s = {0};
    iso_nn_config c;
    iso_json *config = NULL;
    char *path = NULL;
    const char *reason = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_nn_config_read(&c, folder));
    ISO_TRY(iso_adapter_path(&path, folder, "config.json"));
    ISO_TRY(iso_folder_json_file(&config, path, CONFIG_MAX));
    ISO_TRY(iso_alloc(&s.h, 1, sizeof *s.h));
    ISO_TRY(iso_weights_open(&s.h->weights, folder));
    s.c = &c;
    s.config = config;
    ISO_TRY(one && one->pooler ? read_pooler(&reason, &s) : read_head(&reason, &s, one));
    ISO_TRY(iso_weights_whole(s.h->weights));
    *out = reason ? NULL : s.h;
    *why = reason;
    if (!reason)
        s.h = NULL;
done:
    iso_classifier_close(s.h);
    iso_json_free(config);
    iso_free(path);
    iso_buf_free(&s.name);
    return err;
}

iso_err iso_classifier_open(iso_classifier **out, const char **why, const char *folder)
{
    return open_any(out, why, folder, NULL);
}

iso_err iso_classifier_open_linear(iso_classifier **out, const char **why, const char *folder,
                                   const char *name, const char *of_class)
{
    return open_any(out, why, folder, &(struct one_map){name, of_class, false});
}

iso_err iso_classifier_open_pooler(iso_classifier **out, const char *folder)
{
    const char *why;

    return open_any(out, &why, folder, &(struct one_map){.pooler = true});
}

/* Using it ------------------------------------------------------------------------------ */

int64_t iso_classifier_classes(const iso_classifier *h)
{
    return h->K;
}

const char *iso_classifier_name(const iso_classifier *h, int64_t i)
{
    return h->names[i];
}

const char *iso_classifier_ours(const iso_classifier *h)
{
    return h->ours;
}

void iso_classifier_maps(const iso_linear **dense, const iso_linear **out, bool *relu,
                         const iso_classifier *h)
{
    *dense = h->linear ? NULL : &h->dense;
    *out = &h->out;
    *relu = h->relu;
}

/* Without the locale's opinion, which strcasecmp has. */
static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool alike(const char *a, const char *b)
{
    while (*a && lower(*a) == lower(*b)) {
        a++;
        b++;
    }
    return lower(*a) == lower(*b);
}

int64_t iso_classifier_find(const iso_classifier *h, const char *label)
{
    int64_t found = -1, count = 0;

    for (int64_t i = 0; label && i < h->K; i++) {
        if (iso_str_same(h->names[i], label))
            return i;
        if (alike(h->names[i], label)) {
            found = i;
            count++;
        }
    }
    return count == 1 ? found : -1;
}

static void squash(iso_mat *x)
{
#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < x->rows; i++) {
        float *row = (float *)x->data + i * x->stride;
        for (int64_t j = 0; j < x->cols; j++)
            row[j] = tanhf(row[j]);
    }
}

iso_err iso_classifier_logits(iso_mat *logits, iso_classifier *h, iso_view x)
{
    iso_activate each = {.activation = ISO_RELU};
    const iso_then relu = iso_activation_then(&each);
    iso_mat hidden;
    iso_err err = ISO_OK;

    ISO_NEED(x.cols == h->C && x.dtype == ISO_F32, "states are %lld x %lld %s, not %lld x %lld f32",
             (long long)x.rows, (long long)x.cols, iso_dtype_name(x.dtype), (long long)x.rows,
             (long long)h->C);
    ISO_NEED(logits->rows == x.rows && logits->cols == h->K && logits->dtype == ISO_F32,
             "logits are %lld x %lld %s, not %lld x %lld f32", (long long)logits->rows,
             (long long)logits->cols, iso_dtype_name(logits->dtype), (long long)x.rows,
             (long long)h->K);
    if (!h->linear) {
        ISO_TRY(iso_workspace_mat(&hidden, &h->hidden, x.rows, h->C));
        ISO_TRY(iso_linear_fwd(&hidden, x, &h->dense, h->relu ? &relu : NULL));
        if (!h->relu)
            squash(&hidden);
        x = iso_mat_view(&hidden);
    }
    ISO_TRY(iso_linear_fwd(logits, x, &h->out, NULL));
    ISO_TRY(iso_weights_whole(h->weights));
done:
    return err;
}
