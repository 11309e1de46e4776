# Any INPUT as one native file, with all that came along; numbers as they were.
$ isogloss convert $S/examples/states/mini.h5 -o copy.h5
$ isogloss inspect copy.h5 | tail -n +2 > copy.txt
$ isogloss inspect $S/examples/states/mini.h5 | tail -n +2 | diff - copy.txt
$ isogloss compare $S/examples/states/mini.h5 --tgt de --csv - --quiet > before.csv
$ isogloss compare copy.h5 --tgt de --csv - --quiet | diff before.csv -
# f64 holds all of f16, and comes back
$ isogloss convert copy.h5 -o wide.h5 --dtype f64 --limit 40
$ isogloss convert wide.h5 -o narrow.h5 --dtype f16
$ isogloss inspect --quick wide.h5 | grep -c ' 40         40  0-4       128  f64 '
> 10
$ isogloss compare copy.h5 --tgt de --limit 40 --csv - --quiet > before.csv
$ isogloss compare narrow.h5 --tgt de --csv - --quiet | diff before.csv -
# several files of several kinds
$ isogloss convert en:0=$S/tests/fuzz/seeds/npy/f2.npy en:1=$S/tests/fuzz/seeds/npy/fortran.npy de=$S/tests/fuzz/seeds/npz/cube.npz --axes lnd -o many.h5
$ isogloss inspect --quick many.h5 | tail -2 | sort
> de            3          3  0-1         4  f32    (German)
> en            3          3  0-1         4  f16    (English)
# bf16 becomes f32
$ isogloss convert $S/tests/fuzz/seeds/safetensors/four.safetensors -o four.h5
$ isogloss inspect --quick four.h5 | grep -w tr
> tr            3          3  0-1         4  f32    (Turkish)
# 1 100000: more than a half holds. 1 NaN: no number at all
$ printf '\0\0\200\77\0\120\303\107' > large.f32
$ printf '\0\0\200\77\0\0\300\177' > none.f32
$ isogloss convert fr:2=large.f32 --dim 1 -o large.h5
$ isogloss convert large.h5 --dtype f16 -o half.h5
2> isogloss convert: large.h5: fr, layer 2: row 1 holds a number beyond the range of f16 (65504); say --dtype f32
? 1
$ isogloss convert fr:2=none.f32 --dim 1 -o none.h5
2> isogloss convert: none.f32: fr, layer 2: row 1 holds NaN or infinity; `isogloss inspect` lists all
? 1
$ isogloss convert copy.h5
2> isogloss convert: needs --out, the file to write (see `isogloss help convert`)
? 2
$ isogloss convert copy.h5 -o no/such/folder/x.h5
2> isogloss convert: no/such/folder/x.h5: *
? 1
# in what the encoder computed goes along
$ craft eight.h5 en:0=2x8 model=m compute=int8
$ isogloss convert eight.h5 -o again.h5
$ isogloss inspect again.h5 --quick | sed -n 2p
> model m, compute int8
$ isogloss inspect again.h5 --quick --json - | grep compute
>  "quick": true, "model": "m", "compute": "int8",
$ rm eight.h5 again.h5
# the layouts of other programs, read back as the same: models and poolings apart, which npz and HDF5 matrices do not say
$ isogloss compare copy.h5 --src en --tgt de --csv - --quiet > before.csv
$ isogloss convert copy.h5 -o copy.npz
2> isogloss: note: copy.npz: npz holds numbers alone: ids, texts and labels are left out
$ isogloss convert copy.h5 -o copy.safetensors --quiet
$ isogloss convert copy.h5 -o bare.h5 --as matrix --quiet
$ for f in copy.npz copy.safetensors bare.h5; do isogloss inspect --quick $f | sed -n 1p | cut -d , -f 1; isogloss compare $f --src en --tgt de --csv - --quiet | sed 's/,mean,,mini,/,,,,/' > after.csv; sed 's/,mean,,mini,/,,,,/' before.csv | diff - after.csv; done
> copy.npz: npz
> copy.safetensors: safetensors
> bare.h5: matrix
$ isogloss inspect --quick copy.safetensors | sed -n 2p
> model mini, pooling mean, source en
# again makes the same bytes, in the place of the old ones
$ cp copy.npz old.npz; isogloss convert copy.h5 -o copy.npz --quiet --force; cmp old.npz copy.npz
$ isogloss convert bare.h5 -o copy.safetensors --quiet; isogloss convert copy.safetensors -o again.safetensors --quiet; cmp copy.safetensors again.safetensors
# a file of another kind stays
$ cp $S/tests/fuzz/seeds/safetensors/four.safetensors model.safetensors; isogloss convert copy.h5 -o model.safetensors
2> isogloss convert: model.safetensors: *--force*
? 1
$ isogloss convert $S/tests/fuzz/seeds/safetensors/four.safetensors -o four.safetensors; isogloss inspect --quick four.safetensors | grep -w tr
> tr            3          3  0-1         4  bf16   (Turkish)
# token rows need offsets
$ craft token.h5 pooling=none en:0=6x4 offsets:en=0,2,6
$ isogloss convert token.h5 --pool none -o token.npz
2> isogloss convert: token.npz: en of token.h5 are token rows, of which npz does not say what belongs to which item; pool them, or write native
? 1
$ isogloss convert copy.h5 -o x.csv
2> isogloss convert: --out x.csv: .csv is not written; .h5 (native), .npz and .safetensors are, and HDF5 matrices with --as matrix *
? 2
$ for f in x.pt x.zarr x.jsonl; do isogloss convert copy.h5 -o $f; done 2>&1 | grep -c 'is not written; .h5 (native)'; ls | grep -c '^x'
> 3
> 0
? 1
$ mkdir folder; ln -s folder link; for i in link ./folder en=folder/; do isogloss convert $i -o folder/x.h5; done 2>&1 | grep -c 'which is read: name another folder'; rm link; ls folder | wc -l; rmdir folder
> 3
> 0
$ mkdir folder; isogloss convert en=folder -o folder/x.npz; rmdir folder
2> isogloss convert: --out folder/x.npz: would lie in en=folder, which is read: name another folder *
$ isogloss convert copy.h5 -o x.npz --as npy
2> isogloss convert: --as: npy is not one of: native matrix npz safetensors (*
? 2
$ rm *.npz *.safetensors bare.h5 after.csv token.h5
# what failed left nothing behind
$ ls
> before.csv
> copy.h5
> copy.txt
> four.h5
> large.f32
> large.h5
> many.h5
> narrow.h5
> none.f32
> wide.h5
