/* Tokens as people see them. */
#include "tests/check.h"

#include "bin/cmd/tokenize_print.h"

/* Pieces above their ids, wide characters counted twice, lines broken at 16 columns. */
static void columns_stand_above_each_other(void **state)
{
    const iso_text how = {.text = "How 日本?", .len = 11};
    iso_tokenizer *t = NULL;
    iso_tokens tokens = {0};
    iso_buf out = {0};

    (void)state;
    ok(iso_tokenizer_open(&t, source_path("examples/mini")));
    ok(iso_tokenizer_encode(t, &tokens, &how, 0));
    const struct tokenized cut = {t, &how, &tokens};
    ok(tokenize_columns(&out, &cut, 16));
    text(out.text, "<s>  ▁How  ▁\n"
                   "0    1009  4\n"
                   "日    本    ?\n"
                   "2109  1756  11\n"
                   "</s>\n"
                   "2\n"
                   "\n");
    iso_buf_free(&out);
    iso_tokens_free(&tokens);
    iso_tokenizer_close(t);
}

int main(void)
{
    RUN_TESTS(test(columns_stand_above_each_other));
}
