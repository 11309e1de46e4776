/* Token rows padded to one length, [sentences, tokens, dims] with or without an axis of layers, and
 * the attention mask beside them, which says where padding is. */
#ifndef ISO_IO_TOKEN_ARRAY_H
#define ISO_IO_TOKEN_ARRAY_H

#include "lib/io/array.h"

ISO_BEGIN

/** A mask [items, length], read. */
typedef struct iso_token_mask {
    char *name, *lang; /* as the file has it; its language, or NULL */
    int64_t items, length, rows;
    char *kept;       /* items × length: 1 where a token is */
    int64_t *offsets; /* items + 1: of the tokens that are kept */
} iso_token_mask;

/** Whether an array of that name is a mask: "attention_mask", "en/attention_mask", "mask". */
bool iso_mask_named(const char *name);

/**
 * A mask of `count` numbers of a type as safetensors calls it (BOOL, U8, I8, I16, I32, I64, F16,
 * BF16, F32, F64), little-endian. `bytes` has iso_mask_bytes of them. Without bytes all tokens are
 * kept. Errors  ISO_EFORMAT (numbers other than 0 and 1), ISO_ENOMEM; the message begins with
 * `what`.
 */
ISO_MUST_USE iso_err iso_mask_make(iso_token_mask *out, const char *name, int64_t items,
                                   int64_t length, const void *bytes, const char *type,
                                   const char *what);
void iso_mask_free(iso_token_mask *mask);

/** Bytes of a mask's numbers; 0 of a type, or a shape, that is none. */
int64_t iso_mask_bytes(const char *type, int64_t items, int64_t length);

/** Whether an array of 3 or 4 axes has a row for each of the mask's tokens: [items, length, dims],
 * with layers before, between or behind the first two. */
bool iso_mask_fits(const iso_token_mask *mask, const iso_array *a);

/** Of `count` masks that of an array in language `lang` (or NULL): the one of that language, else
 * one of none, that fits; NULL where there is none. */
const iso_token_mask *iso_mask_of(const iso_token_mask *masks, int count, const iso_array *a,
                                  const char *lang, const char *(*canonical)(const char *code));

/** Of rows that are a whole sentence each, [items, length × dims], those of the tokens that are
 * kept; takes over `inner` on success. Errors  ISO_ENOMEM. */
ISO_MUST_USE iso_err iso_token_unfold(iso_rows **out, iso_rows *inner, const iso_token_mask *mask);

/** The axis of such an array that counts layers, or -1; `asked` decides where several orders fit.
 */
int iso_token_layer_axis(const iso_token_mask *mask, const iso_array *a, iso_axes asked);

/** How many layers such an array has; `asked` decides where several orders fit. */
int64_t iso_token_layers(const iso_token_mask *mask, const iso_array *a, iso_axes asked);

/** The extent of token rows (iso_array_extent), and that the numbers of each lie side by side.
 * Errors  ISO_EFORMAT. */
ISO_MUST_USE iso_err iso_token_check(const iso_array *a, int64_t size, const char *what);

/** The kept token rows of a layer. Errors  ISO_ENOMEM. */
ISO_MUST_USE iso_err iso_token_rows(iso_rows **out, const iso_token_mask *mask, const iso_array *a,
                                    int64_t layer, iso_axes asked);

ISO_END

#endif
