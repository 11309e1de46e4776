/* LoRA merged into the weights of a base model: W + s B A, s = alpha / r, or alpha / √r.
 * Source  Hu et al., ICLR 2022, arXiv:2106.09685; Kalajdzievski 2023, arXiv:2312.03732 (√r); names
 * and keys as the library PEFT writes them. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/io/folder.h"
#include "lib/io/weights_inside.h"
#include "lib/linalg/convert.h"

enum { FILE_MAX = 8 << 20, RANK_MAX = 1 << 16 };

static const char config_name[] = "adapter_config.json", file_name[] = "adapter_model.safetensors";
static const char torch_name[] = "adapter_model.bin";
static const char outer[] = "base_model.model.", a_mark[] = ".lora_A", b_mark[] = ".lora_B";
static const char row_mark[] = ".lora_embedding_A", column_mark[] = ".lora_embedding_B";

struct adapter {
    const char *folder;
    iso_json *config;
    iso_weights *w;
    const iso_tensor_list *list;
    const struct shard *shard;
    int64_t added; /* tensors behind those of the base */
    iso_buf name;
};

/* --- Names --------------------------------------------------------------------------------- */

/* Where a mark stands in a name of ours, followed by ".weight", ".default.weight" or nothing. */
static const char *marked(const char *name, const char *mark)
{
    const char *at = strstr(name, mark);
    const size_t len = strlen(mark);

    return at && (at[len] == '\0' || at[len] == '.') ? at : NULL;
}

/* The tensor that has `mark` in place of another's; NULL: there is none. */
static iso_err partner(const iso_tensor_entry **out, struct adapter *a, const char *name,
                       const char *at, const char *mark, const char *other)
{
    iso_err err = ISO_OK;

    *out = NULL;
    a->name.len = 0;
    ISO_TRY(iso_buf_add(&a->name, name, at - name));
    ISO_TRY(iso_buf_printf(&a->name, "%s%s", other, at + strlen(mark)));
    for (int64_t i = 0; !*out && i < a->list->count; i++) {
        if (strcmp(a->list->at[i].name, a->name.text) == 0)
            *out = &a->list->at[i];
    }
done:
    return err;
}

/* The tensor of the base that a name means: called so, or the only one that ends so, with or
 * without the name's first part ("bert."). */
static iso_weight *base_tensor(const struct adapter *a, const char *name)
{
    const char *const tries[] = {name, strchr(name, '.') ? strchr(name, '.') + 1 : name};
    const int64_t count = a->w->count - a->added;
    iso_weight *found = NULL;

    for (int t = 0; t < 2; t++) {
        const size_t len = strlen(tries[t]);
        for (int64_t i = 0; i < count; i++) {
            const char *own = a->w->at[i].name;
            const size_t n = strlen(own);
            if (strcmp(own, tries[t]) == 0)
                return &a->w->at[i];
            if (t == 0 && n > len && own[n - len - 1] == '.' && strcmp(own + n - len, name) == 0) {
                if (found)
                    return NULL;
                found = &a->w->at[i];
            }
        }
    }
    return found;
}

/* "X.weight" of what stands before `at`; NULL of a pooler that the base lacks: no state depends on
 * it, and the library itself made one at random. */
static iso_err base_of(iso_weight **out, struct adapter *a, const char *name, const char *at)
{
    const size_t skip = strncmp(name, outer, strlen(outer)) == 0 ? strlen(outer) : 0;
    iso_err err = ISO_OK;

    a->name.len = 0;
    ISO_TRY(iso_buf_add(&a->name, name + skip, at - name - (int64_t)skip));
    ISO_TRY(iso_buf_puts(&a->name, ".weight"));
    *out = base_tensor(a, a->name.text);
    if (!*out && !strstr(a->name.text, "pooler."))
        ISO_FAIL(ISO_EFORMAT,
                 "%s: changes tensor %s, which its base model does not hold: is it of "
                 "another?",
                 a->folder, a->name.text);
done:
    return err;
}

/* --- Numbers ------------------------------------------------------------------------------- */

static iso_err make(float **out, iso_weights *w, int64_t count)
{
    float *block = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_realloc(&w->made, w->made_count, w->made_count + 1, sizeof *w->made));
    ISO_TRY(iso_alloc(&block, count, sizeof *block));
    w->made[w->made_count++] = block;
    *out = block;
done:
    return err;
}

/* The numbers of a tensor in f32; they may begin at any byte. */
static iso_err to_f32(float *to, const iso_weight *w, int64_t count)
{
    char *copy = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&copy, w->bytes, 1));
    memcpy(copy, w->data, (size_t)w->bytes);
    iso_convert_f32(to, count, (iso_view){copy, 1, count, count, w->dtype});
done:
    iso_free(copy);
    return err;
}

static iso_err need_matrix(const iso_weight *w)
{
    return w->floats && w->rank == 2
               ? ISO_OK
               : iso_fail(ISO_EFORMAT, "%s: tensor %s is no matrix of floats", w->file, w->name);
}

/* The tensor becomes one of our own, in f32. */
static iso_err own(float **out, struct adapter *a, iso_weight *w)
{
    const int64_t count = w->shape[0] * w->shape[1];
    iso_err err = ISO_OK;

    ISO_TRY(make(out, a->w, count));
    ISO_TRY(to_f32(*out, w, count));
    w->data = *out;
    w->bytes = count * (int64_t)sizeof(float);
    w->dtype = ISO_F32;
    w->type = "F32";
done:
    return err;
}

/* W (rows × cols) += s B A; `across`: (B A)ᵀ. */
static void add_product(float *W, int64_t rows, int64_t cols, const float *A, const float *B,
                        int64_t r, double s, bool across)
{
#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < rows; i++) {
        for (int64_t k = 0; k < r; k++) {
            const float by = (float)(s * (across ? A[k * rows + i] : B[i * r + k]));
            for (int64_t j = 0; j < cols; j++)
                W[i * cols + j] += by * (across ? B[j * r + k] : A[k * cols + j]);
        }
    }
}

/* --- What the configuration says ------------------------------------------------------------- */

static bool is_true(const struct adapter *a, const char *name)
{
    return iso_json_true(iso_json_get(a->config, name));
}

static iso_err check_config(const struct adapter *a)
{
    const char *type = iso_json_text(iso_json_get(a->config, "peft_type"));

    if (!iso_str_same(type, "LORA"))
        return iso_fail(ISO_EUNSUP,
                        "%s/%s: peft_type is %.40s; LORA is merged: model.merge_and_unload()."
                        "save_pretrained(DIR) in Python makes a folder of any other",
                        a->folder, config_name, type ? type : "not said");
    if (is_true(a, "use_dora"))
        return iso_fail(
            ISO_EUNSUP,
            "%s/%s: use_dora is true, which is not merged here: model.merge_and_unload()."
            "save_pretrained(DIR) in Python does",
            a->folder, config_name);
    return ISO_OK;
}

/* Whether a pattern of modules means the one whose name is in a->name, ".weight" behind it. */
static bool means(const struct adapter *a, const char *pattern)
{
    const bool whole = *pattern == '^';
    const size_t n = strlen(a->name.text) - strlen(".weight"), p = strlen(pattern += whole);

    return p <= n && strncmp(a->name.text + n - p, pattern, p) == 0 &&
           (n == p || (!whole && a->name.text[n - p - 1] == '.'));
}

/* A number of the module whose name is in a->name: its own by `pattern`, else the common one. */
static iso_err read_number(double *out, const struct adapter *a, const char *name,
                           const char *patterns)
{
    const iso_json *of = iso_json_get(a->config, name);

    for (const iso_json *p = iso_json_first(iso_json_get(a->config, patterns)); p;
         p = iso_json_next(p)) {
        if (strpbrk(iso_json_name(p), "*+?()[]{}|\\$"))
            return iso_fail(ISO_EUNSUP,
                            "%s/%s: %s has the expression %.60s; names of modules are read",
                            a->folder, config_name, patterns, iso_json_name(p));
        if (means(a, iso_json_name(p)))
            of = p;
    }
    if (!iso_json_number(out, of) || !(*out > 0 && *out <= RANK_MAX))
        return iso_fail(ISO_EFORMAT, "%s/%s: %s of %s is no number above 0", a->folder, config_name,
                        name, a->name.text);
    return ISO_OK;
}

/* --- Tensors ------------------------------------------------------------------------------- */

/* A (r × inputs) and B (outputs × r), of W or, across, of Wᵀ. */
static iso_err check_shapes(const struct adapter *a, const iso_weight *W, const iso_weight *A,
                            const iso_weight *B, double r, bool across)
{
    const int64_t rows = across ? A->shape[1] : B->shape[0];
    const int64_t cols = across ? B->shape[0] : A->shape[1];

    if (A->shape[0] != B->shape[1] || (double)A->shape[0] != r)
        return iso_fail(ISO_EFORMAT,
                        "%s: the ranks of %s do not fit: A is %" PRId64 " x %" PRId64
                        ", B is %" PRId64 " x %" PRId64 ", %s says r %.0f",
                        a->folder, a->name.text, A->shape[0], A->shape[1], B->shape[0], B->shape[1],
                        config_name, r);
    if (W->shape[0] != rows || W->shape[1] != cols)
        return iso_fail(ISO_EFORMAT,
                        "%s: is for a base model whose %s is %" PRId64 " x %" PRId64
                        ", and it is %" PRId64 " x %" PRId64,
                        a->folder, a->name.text, rows, cols, W->shape[0], W->shape[1]);
    return ISO_OK;
}

static iso_err merge(struct adapter *a, const iso_tensor_entry *left, const char *at,
                     const char *mark, const char *other)
{
    const bool across = mark == row_mark || is_true(a, "fan_in_fan_out");
    const iso_tensor_entry *right = NULL;
    iso_weight *w = NULL;
    float *W, *A = NULL, *B = NULL;
    double r = 0, alpha = 0;
    iso_err err = ISO_OK;

    ISO_TRY(partner(&right, a, left->name, at, mark, other));
    if (!right)
        ISO_FAIL(ISO_EFORMAT, "%s: tensor %s is missing", a->folder, a->name.text);
    ISO_TRY(base_of(&w, a, left->name, at));
    if (!w)
        goto done;
    const iso_weight l = iso_weights_entry(left, a->shard), m = iso_weights_entry(right, a->shard);
    ISO_TRY(need_matrix(&l));
    ISO_TRY(need_matrix(&m));
    ISO_TRY(need_matrix(w));
    ISO_TRY(read_number(&r, a, "r", "rank_pattern"));
    ISO_TRY(read_number(&alpha, a, "lora_alpha", "alpha_pattern"));
    ISO_TRY(check_shapes(a, w, &l, &m, r, across));
    ISO_TRY(iso_alloc(&A, l.shape[0] * l.shape[1], sizeof *A));
    ISO_TRY(iso_alloc(&B, m.shape[0] * m.shape[1], sizeof *B));
    ISO_TRY(to_f32(A, &l, l.shape[0] * l.shape[1]));
    ISO_TRY(to_f32(B, &m, m.shape[0] * m.shape[1]));
    ISO_TRY(own(&W, a, w));
    add_product(W, w->shape[0], w->shape[1], A, B, l.shape[0],
                alpha / (is_true(a, "use_rslora") ? sqrt(r) : r), across);
done:
    iso_free(A);
    iso_free(B);
    return err;
}

/* What a whole tensor is called in the base, into a->name: without what the library puts around the
 * modules that it wraps. */
static iso_err unwrapped(struct adapter *a, const char *name)
{
    static const char *const wrappers[] = {".base_layer", ".modules_to_save.default",
                                           ".modules_to_save"};
    iso_err err = ISO_OK;

    name += strncmp(name, outer, strlen(outer)) == 0 ? strlen(outer) : 0;
    a->name.len = 0;
    for (size_t i = 0; i < sizeof wrappers / sizeof *wrappers; i++) {
        const char *at = marked(name, wrappers[i]);
        if (!at)
            continue;
        ISO_TRY(iso_buf_add(&a->name, name, at - name));
        name = at + strlen(wrappers[i]);
        break;
    }
    ISO_TRY(iso_buf_puts(&a->name, name));
done:
    return err;
}

/* A whole tensor: in place of the base's, or beside them. */
static iso_err replace(struct adapter *a, const iso_tensor_entry *t)
{
    iso_weight now = iso_weights_entry(t, a->shard), *w = NULL;
    iso_weights *all = a->w;
    char *name = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(unwrapped(a, t->name));
    w = base_tensor(a, a->name.text);
    if (w) {
        now.name = w->name;
        *w = now;
        goto done;
    }
    ISO_TRY(iso_realloc(&all->made, all->made_count, all->made_count + 1, sizeof *all->made));
    ISO_TRY(iso_realloc(&all->at, all->count, all->count + 1, sizeof *all->at));
    ISO_TRY(iso_str_dup(&name, a->name.text, -1));
    all->made[all->made_count++] = name;
    now.name = name;
    all->at[all->count++] = now;
    a->added++;
done:
    return err;
}

static iso_err take(struct adapter *a, const iso_tensor_entry *t)
{
    const char *at;

    if ((at = marked(t->name, a_mark)))
        return merge(a, t, at, a_mark, b_mark);
    if ((at = marked(t->name, row_mark)))
        return merge(a, t, at, row_mark, column_mark);
    if (marked(t->name, b_mark) || marked(t->name, column_mark))
        return ISO_OK;
    if (strstr(t->name, ".lora_"))
        return iso_fail(ISO_EUNSUP, "%s: tensor %s is no A or B of LoRA, and not merged here",
                        a->folder, t->name);
    return replace(a, t);
}

/* The adapter's file stays open with the base's: heads of it may be used. */
static iso_err add_shard(struct adapter *a)
{
    iso_weights *w = a->w;
    iso_err err = ISO_OK;

    ISO_TRY(iso_realloc(&w->shards, w->shard_count, w->shard_count + 1, sizeof *w->shards));
    struct shard *s = &w->shards[w->shard_count++];
    ISO_TRY(iso_folder_path(&s->path, a->folder,
                            iso_folder_has(a->folder, file_name) ? file_name : torch_name));
    ISO_TRY(iso_weights_shard(s));
    a->shard = s;
    a->list = &s->list;
done:
    return err;
}

iso_err iso_weights_adapt(iso_weights *w, const char *folder)
{
    struct adapter a = {.folder = folder, .w = w};
    iso_err err = ISO_OK;

    ISO_TRY(iso_folder_json(&a.config, folder, config_name, FILE_MAX));
    ISO_TRY(check_config(&a));
    if (!iso_folder_has(folder, file_name) && !iso_folder_has(folder, torch_name))
        ISO_FAIL(ISO_EIO, "%s: holds %s and no %s", folder, config_name, file_name);
    ISO_TRY(add_shard(&a));
    for (int64_t i = 0; i < a.list->count; i++)
        ISO_TRY(take(&a, &a.list->at[i]));
    iso_weights_sort(w);
done:
    iso_json_free(a.config);
    iso_buf_free(&a.name);
    return err;
}
