# Arrays of three axes: read where one reading is plausible, else asked about. Zeros behind a header made by hand.
$ printf '%s\n' 'printf "\223NUMPY\1\0v\0%-117s\n" "{\"descr\": \"<f4\", \"fortran_order\": False, \"shape\": ($1, $2, $3), }" > $4' 'head -c $((4 * $1 * $2 * $3)) /dev/zero >> $4' > npy.sh
$ sh npy.sh 13 200 2 en.npy; sh npy.sh 13 200 2 de.npy; sh npy.sh 200 13 2 fr.npy; sh npy.sh 8 40 2 batch.npy
$ isogloss inspect en.npy de.npy --quick | tail -2
> en          200        200  0-12        2  f32    (English)
> de          200        200  0-12        2  f32    (German)
2> isogloss: note: en.npy: [13, 200, 2] is read as 13 layers of 200 items (--axes LND), as 200 is no likely number of layers; 1 other file is alike
$ isogloss inspect en.npy --quick --axes lnd | tail -1
> en          200        200  0-12        2  f32    (English)
$ isogloss compare en.npy fr.npy
2> isogloss compare: fr.npy: [200, 13, 2] may be 200 items of 13 layers (--axes NLD) or 200 sentences of 13 tokens (save their attention_mask beside them, or pool them first)
? 1
# files of both orders: one is converted first
$ isogloss convert fr.npy --axes nld -o fr.h5 && isogloss inspect en.npy fr.h5 --quick --quiet | tail -1
> fr          200        200  0-12        2  f32    (French)
$ isogloss compare batch.npy
2> isogloss compare: batch.npy: [8, 40, 2] may be 8 layers of 40 items (--axes LND), 8 items of 40 layers (--axes NLD) or 8 sentences of 40 tokens (save their attention_mask beside them, or pool them first)
? 1
$ isogloss compare batch.npy --axes DLN
2> isogloss compare: --axes: DLN is not one of: LND NLD (see `isogloss help compare`)
? 2
$ isogloss help compare | grep -c -e '^  --axes ORDER ' -e '^  --layout NAME '
> 2
