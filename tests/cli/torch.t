# Files of torch.save. What they hold is in tests/io/test_torch.c; records are those of the same states as a native file.
$ T=$S/tests/fuzz/seeds/torch; isogloss convert $T/every.pt -o native.h5 --quiet; for f in native.h5 $T/every.pt $T/every5.pt $T/legacy.pt $T/legacy4.pt; do isogloss compare $f --measure cosine:raw,cka --csv - --quiet | cksum; done | uniq | wc -l
> 1
$ T=$S/tests/fuzz/seeds/torch; for f in $T/views.pt $T/views_legacy.pt; do isogloss compare $f --measure cosine:raw --quiet | sed 1d | cut -f 7; done | uniq
> 1
$ isogloss inspect --quick $S/tests/fuzz/seeds/torch/every.pt | head -6
> *every.pt: torch, 3.6 KB
> model m15, pooling mean
> 
> lang      items       rows  layers   dims  type  with
> de            3          3  0-1         4  f16    (German)
> en            3          3  0-1         4  f32    (English)
# a folder in it, one tensor, a batch without its padding
$ T=$S/tests/fuzz/seeds/torch; isogloss inspect --quick $T/every.pt:/fr | tail -1
> fr            3          3  0-1         4  bf16   (French)
$ T=$S/tests/fuzz/seeds/torch; isogloss inspect --quick $T/tokens_beside.pt | tail -1
2> isogloss: note: *tokens_beside.pt: last_hidden_state, beside hidden_states, is left out
2> isogloss: note: *tokens_beside.pt: pooler_output, beside hidden_states, is left out
2> isogloss: note: *tokens_beside.pt: 1 of 3 items has no rows (the first is item 1)
2> isogloss: note: *tokens_beside.pt: attention_mask keeps 3 of 3 x 4 tokens
> tokens_beside          3          3  0-1         4  f32   offsets (1.0 rows an item)
# layers of unequal dims, lists of unequal lengths in one language
$ T=$S/tests/fuzz/seeds/torch; isogloss inspect --quick $T/layers_differ.pt | tail -1
> en            3          3  0-1       3-4  f32    (English)
$ T=$S/tests/fuzz/seeds/torch; isogloss inspect --quick $T/sentences_mixed.pt | tail -3
2> isogloss: note: *sentences_mixed.pt: its 2 arrays, the first [2, 4], are read as sentences of tokens
> de            2          4  0           4  f32   offsets (2.0 rows an item)  (German)
> en            3          4  0           4  f32   offsets (1.3 rows an item)  (English)
> fr            1          4  0           4  f32   offsets (4.0 rows an item)  (French)
# pickles that would run something, files cut short, dims that differ
$ T=$S/tests/fuzz/seeds/torch; for f in system eval class two_dims vectors two_objects big; do isogloss retrieve $T/$f.pt; done
2> isogloss retrieve: *system.pt: asks for posix.system; nothing was run: only tensors in dicts, lists and tuples are read. Save those alone, as torch.save({"en": X}, FILE) or torch.save(model.state_dict(), FILE) in Python
2> isogloss retrieve: *eval.pt: asks for __builtin__.eval; nothing was run: *
2> isogloss retrieve: *class.pt: asks for transformers.modeling_outputs.BaseModelOutput; nothing was run: *
2> isogloss retrieve: *two_dims.pt: en, layer 0 has 4 dims, de (*two_dims.pt) has 3; two models are two collections (align takes them with --pad)
2> isogloss retrieve: *vectors.pt: holds no matrix of floats: "2" is F32 of 1 axes; F16, BF16, F32 and F64 of 2 or 3 axes are read: one vector an item is stacked first, as by torch.stack
2> isogloss retrieve: *two_objects.pt: 389 bytes follow its tensors; of several objects in one file none is read: save each to its own
2> isogloss retrieve: *big.pt: holds big-endian numbers; load it and save it once on a machine of the other order
? 1
$ for f in every legacy; do head -c 1200 $S/tests/fuzz/seeds/torch/$f.pt > cut.pt; isogloss compare cut.pt; done
2> isogloss compare: cut.pt: no zip archive: Not a zip archive; its directory, which stands last, is missing: was the file cut short?
2> isogloss compare: cut.pt: *
? 1
