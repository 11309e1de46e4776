# What a file holds. Raw files of 32-bit floats are written by hand.
$ isogloss inspect $S/examples/states/mini.h5 --quick | head -6
> *mini.h5: native, 3.5 MB
> model mini, pooling mean, source en
> 
> lang      items       rows  layers   dims  type  with
> en          240        240  0-4       128  f16   ids text labels  (English)
> ar          240        240  0-4       128  f16   ids text labels  (Arabic)
# 1 2, 3 4, 1 2 again, NaN 4
$ printf '\0\0\200\77\0\0\0\100\0\0\100\100\0\0\200\100\0\0\200\77\0\0\0\100\0\0\300\177\0\0\200\100' > odd.f32
$ isogloss inspect sw=odd.f32 --dim 2
> odd.f32: raw, 32 bytes
> 
> lang      items       rows  layers   dims  type  with
> sw            4          4  0            2  f32    (Swahili)
> 
> sw, layer 0: 1 row has values that are not finite, first row 3
> sw, layer 0: 1 row equals an earlier one (2 = 0)
$ isogloss inspect swh_Latn=odd.f32 --dim 2 --json -
> {"isogloss": "*",
>  "command": ["isogloss", "inspect", "swh_Latn=odd.f32", "--dim", "2", "--json", "-"],
>  "inputs": [{"path": "odd.f32", "layout": "raw", "bytes": 32}],
>  "machine": {"system": "*", "cores": "*", "threads": "*", "kernels": "*", "lapack": "*", "precision": "single"},
>  "quick": false,
>  "languages": [
>     {"name": "sw", "items": 4, "rows": 4, "ids": false, "text": false, "text2": false, "labels": false, "tokens": false, "tags": false, "counts": false, "layers": [
>       {"layer": 0, "rows": 4, "dim": 2, "dtype": "f32", "not_finite": 1, "not_finite_first": 3, "duplicate_rows": 1, "duplicate_rows_first": [[0, 2]], "constant_dims": 0, "rogue_dims": 0, "rogue_share": 0, "dead": false}]}]}
# a layer that never varies, and one in which one of two dimensions does not
$ printf '\0\0\200\77\0\0\0\100\0\0\200\77\0\0\0\100' > dead.f32
$ printf '\0\0\200\77\0\0\0\100\0\0\200\77\0\0\100\100' > flat.f32
$ isogloss inspect en:3=dead.f32 en:4=dead.f32 en:5=flat.f32 --dim 2 | tail -2
> en, layers 3-4: dead, all rows are equal
> en, layer 5: 1 of 2 dimensions never change
# npy, npz and safetensors by their first bytes, and nothing odd in them
$ for f in npy/f2.npy npz/stored.npz safetensors/four.safetensors; do isogloss inspect $S/tests/fuzz/seeds/$f | tail -1; done
> nothing odd: all values are finite, nothing is there twice, every layer and dimension varies
> nothing odd: all values are finite, nothing is there twice, every layer and dimension varies
> nothing odd: all values are finite, nothing is there twice, every layer and dimension varies
# how rows vary, as numpy has it; where it is undefined
$ isogloss inspect $S/examples/states/mini.h5 --spectrum | grep -E '^(lang +layer|en +[04] |zh +4 )'
> lang  layer  participation  largest share  mean cosine        pairs
> en        0          11.82         0.2475       0.7279        28680
> en        4          21.72         0.1090       0.7698        28680
> zh        4          16.64         0.1432       0.9001        28680
$ isogloss inspect sw=odd.f32 fr=dead.f32 de=flat.f32 --dim 2 --spectrum | tail -3
> sw        0              -              -            -            0  values that are not finite
> fr        0              -              -       1.0000            1  no variance
> de        0           1.00         1.0000       0.9899            1
$ isogloss inspect fr=dead.f32 --dim 2 --spectrum --json - | grep -o '"spectrum.*}}'
> "spectrum": {"participation_ratio": null, "largest_share": null, "mean_cosine": 1, "pairs": 1, "why": "no variance"}}
$ isogloss inspect odd.f32 --dim 2 --spectrum --quick
2> isogloss inspect: --spectrum reads all numbers: leave out --quick (*
? 2
$ isogloss inspect $S/examples/mini --spectrum
2> isogloss inspect: --spectrum looks at states: * is a checkpoint, embed texts first (*
? 2
$ isogloss inspect
2> isogloss inspect: needs an INPUT, such as states.h5 (see `isogloss help inspect`)
? 2
$ isogloss inspect odd.f32 --dim 3
2> isogloss inspect: odd.f32: has 32 bytes, no multiple of a row of 3 f32 numbers; say another --dim or --dtype
? 1
# a name cannot steer the terminal
$ cp flat.f32 "$(printf 'a\033[31mb.f32')"
$ isogloss inspect "$(printf 'a\033[31mb.f32')" --dim 2 --quick | cat -v | grep -c '\^\['
> 0
? 1
