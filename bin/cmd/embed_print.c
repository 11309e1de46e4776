/* What an embedding would cost, and what it did. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/encode/embed.h"
#include "bin/term.h"

/* Products of the layers that are run, twice: a multiplication and an addition each. */
static double operations(const struct embed *e)
{
    const iso_nn_config *c = iso_encoder_config(e->in.encoder);
    const double C = (double)c->C, linear = 8 * C * C + 4 * C * (double)c->F;
    double sum = 0;

    for (int i = 0; i < e->in.lang_count; i++) {
        const struct encoding_lang *l = &e->in.lang[i];
        for (int64_t k = 0; k < l->corpus.items; k++) {
            const double T = (double)(l->token_at[k + 1] - l->token_at[k]);
            sum += T * (linear + 4 * C * T);
        }
    }
    return sum * e->layer[e->layer_count - 1];
}

static int64_t rows_of(const struct embed *e)
{
    int64_t sum = 0;

    for (int i = 0; i < e->in.lang_count; i++)
        sum += e->in.lang[i].rows;
    return sum;
}

static int64_t text_bytes(const struct encoding_lang *l)
{
    const int64_t items = l->corpus.items, tokens = l->token_at[items];
    int64_t sum = 8 * items + 5 * tokens + l->lexicon.bytes + 32 * l->lexicon.words.count;

    for (int64_t i = 0; l->corpus.text && i < items; i++)
        sum += 8 + (int64_t)strlen(l->corpus.text[i]);
    for (int64_t i = 0; l->corpus.text2 && i < items; i++)
        sum += 8 + (int64_t)strlen(l->corpus.text2[i]);
    return sum + (l->word_at ? 4 * tokens + 12 * l->word_at[items] : l->entry ? 12 * tokens : 0);
}

/* Text and tokens, one window, one batch on its way, weights made ready, sums of word types. */
int64_t embed_memory(const struct embed *e)
{
    const iso_nn_config *c = iso_encoder_config(e->in.encoder);
    const char *compute = e->set->compute ? e->set->compute : "f32";
    const bool half =
        strcmp(compute, "bf16") == 0 && strcmp(iso_packed_engine(ISO_COMPUTE_BF16), "oneDNN") == 0;
    const int64_t weight = strcmp(compute, "int8") == 0 ? 1 : half ? 2 : 4;
    const bool types = e->in.pool == ISO_POOL_TYPES;
    const int64_t row = e->layer_count * c->C * (types ? 8 : (int64_t)iso_dtype_size(e->dtype));
    int64_t sum = c->L * (4 * c->C * c->C + 2 * c->C * c->F) * weight, window = 0, sums = 0;

    for (int i = 0; i < e->in.lang_count; i++) {
        sum += text_bytes(&e->in.lang[i]);
        if (types && e->in.lang[i].rows * row > sums)
            sums = e->in.lang[i].rows * row;
    }
    for (int64_t u = 0; u < e->window_count; u++)
        window = e->window[u].rows > window ? e->window[u].rows : window;
    return sum + sums + window * row +
           iso_encoding_batch_size(e->set->batch) * (6 * c->C + c->F) * 4;
}

void embed_print_plan(const struct embed *e)
{
    const int64_t rows = rows_of(e), C = iso_encoder_config(e->in.encoder)->C;

    printf("model\t%s\n", e->in.about->name);
    printf("languages\t%d\n", e->in.lang_count);
    printf("sentences\t%" PRId64 "\n", e->items);
    printf("tokens\t%" PRId64 "\n", e->tokens);
    printf("rows\t%" PRId64 "\n", rows);
    printf("layers\t%d\n", e->layer_count);
    printf("dims\t%" PRId64 "\n", C);
    printf("bytes\t%" PRId64 "\n", rows * e->layer_count * C * (int64_t)iso_dtype_size(e->dtype));
    printf("operations\t%.6g\n", operations(e));
    printf("memory\t%" PRId64 "\n", embed_memory(e));
}

/* Adds "; 3 WHAT" when there are any. */
static iso_err count(iso_buf *to, int64_t number, const char *one, const char *more)
{
    if (number == 0)
        return ISO_OK;
    return iso_buf_printf(to, "; %" PRId64 " %s", number, number == 1 ? one : more);
}

static iso_err tell_done(const struct embed *e, double seconds)
{
    int64_t truncated = 0, empty = 0, repaired = 0, marks = 0;
    iso_buf line = {0};
    iso_err err = ISO_OK;

    for (int i = 0; i < e->in.lang_count; i++) {
        truncated += e->in.lang[i].truncated;
        empty += e->in.lang[i].corpus.empty;
        repaired += e->in.lang[i].corpus.repaired;
        marks += e->in.lang[i].marks;
    }
    ISO_TRY(iso_buf_printf(&line, "%" PRId64 " sentence%s, %" PRId64 " tokens in %.1f s, %.0f/s",
                           e->items, e->items == 1 ? "" : "s", e->tokens, seconds,
                           seconds > 0 ? (double)e->computed / seconds : 0));
    if (e->computed < e->tokens)
        ISO_TRY(iso_buf_printf(&line, "; %" PRId64 " tokens were there already",
                               e->tokens - e->computed));
    if (truncated > 0)
        ISO_TRY(iso_buf_printf(&line, "; %" PRId64 " cut to %" PRId64 " tokens", truncated,
                               e->in.longest));
    ISO_TRY(count(&line, empty, "line without text", "lines without text"));
    ISO_TRY(count(&line, repaired, "line with bytes that are not UTF-8",
                  "lines with bytes that are not UTF-8"));
    ISO_TRY(count(&line, marks, "word of punctuation alone, left out",
                  "words of punctuation alone, left out"));
    term_note(e->set, "%s", line.text);
done:
    iso_buf_free(&line);
    return err;
}

/* The file is whole by now: a note for which there is no memory takes nothing from that. */
void embed_print_done(const struct embed *e, double seconds)
{
    if (tell_done(e, seconds))
        term_note(e->set, "done");
}
