# Input that cannot be taken is refused in one line: the thing, the fact, the way out. craft makes it.
#
# cut off at several places
$ craft good.h5 en:0=8x4 en:1=8x4 de:0=8x4 de:1=8x4
$ for n in 4 8 40 95 96 800 3000; do head -c $n good.h5 > cut.h5; isogloss compare cut.h5 2>&1; done | cut -c 1-80 | sort | uniq -c
>       2 isogloss compare: cut.h5: is damaged or still being written, copy or write it ag
>       1 isogloss compare: cut.h5: is in no known format and short, perhaps truncated; na
>       4 isogloss compare: cut.h5: is truncated, copy or write it again: truncated file: 
$ head -c $(($(wc -c < good.h5) - 1)) good.h5 > cut.h5
$ isogloss inspect cut.h5
2> isogloss inspect: cut.h5: is truncated, copy or write it again: *
? 1
$ isogloss convert cut.h5 -o out.h5
2> isogloss convert: cut.h5: is truncated, copy or write it again: *
? 1
# no states at all
$ : > empty.h5
$ isogloss centroids empty.h5
2> isogloss centroids: empty.h5: is empty
? 1
$ mkdir folder
$ isogloss compare folder
2> isogloss compare: folder: is a directory in no known format of states; name its files, LANG=FILE each, or with %d for the layer
? 1
$ echo 'These are the words of a letter that somebody wrote to somebody else.' > letter.h5
$ isogloss compare letter.h5
2> isogloss compare: letter.h5: is in no known format of states: it is text, and no table of numbers; texts are embedded first, vectors of words are read by `isogloss words`
? 1
# attributes
$ craft odd.h5 format=other en:0=8x4 de:0=8x4
$ isogloss compare odd.h5
2> isogloss compare: odd.h5: format is "other", not isogloss-states
? 1
$ craft odd.h5 format= en:0=8x4 de:0=8x4
$ isogloss compare odd.h5
2> isogloss compare: odd.h5: has no attribute format; a native file says isogloss-states (--layout matrix takes its datasets as they are)
? 1
$ isogloss compare odd.h5 --layout matrix --quiet | cut -f 3,4
> src	tgt
> de	en
$ craft odd.h5 version=7 en:0=8x4 de:0=8x4
$ isogloss compare odd.h5
2> isogloss compare: odd.h5: has version 7, this program reads version 1
? 1
$ craft odd.h5 version= en:0=8x4 de:0=8x4
$ isogloss compare odd.h5
2> isogloss compare: odd.h5: has no attribute version; it should be 1
? 1
$ craft odd.h5 pooling=meen en:0=8x4 de:0=8x4
$ isogloss compare odd.h5
2> isogloss compare: odd.h5: pooling is "meen", not one of mean, mean-special, cls, last, max, weighted, max-special, mean-sqrt, none, word, types
? 1
# items that do not belong together
$ craft odd.h5 en:0=8x4 de:0=9x4
$ isogloss compare odd.h5
2> isogloss compare: odd.h5: de has 9 items, en (odd.h5) has 8, and no ids say which belong together: add ids, or take the first with --limit 8
? 1
$ isogloss compare odd.h5 --limit 8 --quiet | cut -f 13
> n
> 8
$ craft odd.h5 en:0=8x4 de:0=8x4 ids:en=a,0,8 ids:de=b,0,8
$ isogloss compare odd.h5
2> isogloss compare: odd.h5: ids of de and en (odd.h5) do not overlap: choose languages with --tgt
? 1
$ isogloss report odd.h5 -o page --quiet
2> isogloss report: odd.h5: ids of de and en (odd.h5) do not overlap: choose languages with --tgt
? 1
$ craft odd.h5 en:0=8x4 de:0=8x4 ids:en=a,0,8 ids:de=a,3,8
$ isogloss compare odd.h5 | cut -f 13
> n
> 5
2> isogloss: note: 5 items are common to all languages; 3 of de have no partner
$ craft odd.h5 en:0=8x4 de:0=8x4 ids:en=a,0,7
$ isogloss compare odd.h5
2> isogloss compare: odd.h5: en: 7 ids for 8 items
? 1
$ craft odd.h5 en:0=6x4 de:0=6x4 offsets:en=0,2,6 offsets:de=0,3,6
$ isogloss compare odd.h5 --pool none
2> isogloss compare: odd.h5: token rows of de and en (odd.h5) are cut differently: --pool mean
? 1
# each language by its own file
$ craft one.h5 en:0=6x4 offsets:en=0,2,6
$ craft two.h5 de:0=6x4 offsets:de=0,3,6
$ isogloss compare one.h5 two.h5 --pool none --src en
2> isogloss compare: one.h5: token rows of en and de (two.h5) are cut differently: --pool mean
? 1
$ isogloss compare one.h5 two.h5 --pool none --src de
2> isogloss compare: two.h5: token rows of de and en (one.h5) are cut differently: --pool mean
? 1
$ craft three.h5 fr:0=5x4
$ isogloss compare one.h5 three.h5 --src en
2> isogloss compare: one.h5: en has 2 items, fr (three.h5) has 5, *
? 1
# more threads than help
$ isogloss compare one.h5 two.h5 --threads 100000
2> isogloss compare: --threads 100000: at most * on this machine (see `isogloss help compare`)
? 2
$ rm one.h5 two.h5 three.h5
$ craft odd.h5 en:0=6x4 de:0=6x4 offsets:en=0,2,7 offsets:de=0,3,6
$ isogloss compare odd.h5
2> isogloss compare: odd.h5: en: *offsets*
? 1
# layers and widths
$ craft odd.h5 source=en en:0=8x4 en:1=8x4 de:0=8x4
$ isogloss compare odd.h5
2> isogloss compare: odd.h5: de has no layer 1, en has: choose with --layers or --tgt
? 1
$ isogloss compare odd.h5 --src de
2> isogloss compare: odd.h5: de has no layer 1, en has: choose with --layers or --tgt
? 1
$ isogloss centroids odd.h5
2> isogloss centroids: odd.h5: de has no layer 1, en has: choose with --layers or --tgt
? 1
$ isogloss compare odd.h5 --layers 0 --quiet | cut -f 5
> src_layer
> 0
$ craft odd.h5 en:0=8x4 de:0=8x5
# CKA compares other dims
$ isogloss compare odd.h5 --measure cka,cosine:raw --interval none | cut -f 2,11-14
> estimator	n	src_dim	tgt_dim	why
> debiased	8	5	4	
> raw	8	5	4	the cosine needs sides of equal dimension
$ isogloss retrieve odd.h5
2> isogloss retrieve: odd.h5: en, layer 0 has 4 dims, de (odd.h5) has 5; *
? 1
$ craft a.h5 en:0=8x4
$ craft b.h5 de:0=8x5
$ isogloss centroids a.h5 b.h5 --measure centroid:share | cut -f 2,9-
> estimator	n	src_dim	tgt_dim	why
> share	8	4	5	centroid distances need sides of equal dimension
$ isogloss compare a.h5 --against b.h5
2> isogloss compare: b.h5: no language 'en', which a.h5 has: choose with --src, --tgt
? 1
$ isogloss compare a.h5
2> isogloss compare: a.h5: holds one language, en: name an INPUT with another
? 1
# NaN and infinity, by file, language, layer and row
$ craft odd.h5 en:0=8x4 en:3=8x4 de:0=8x4 de:3=8x4,nan:5
$ isogloss compare odd.h5
2> isogloss compare: odd.h5: de, layer 3: row 5 holds NaN or infinity; `isogloss inspect` lists all
? 1
$ isogloss compare odd.h5 --layers 0 --quiet | cut -f 5
> src_layer
> 0
$ isogloss centroids odd.h5
2> isogloss centroids: odd.h5: de, layer 3: row 5 holds NaN or infinity; `isogloss inspect` lists all
? 1
$ isogloss report odd.h5 -o page --quiet
2> isogloss report: odd.h5: de, layer 3: row 5 holds NaN or infinity; `isogloss inspect` lists all
? 1
$ isogloss convert odd.h5 -o out.h5
2> isogloss convert: odd.h5: de, layer 3: row 5 holds NaN or infinity; `isogloss inspect` lists all
? 1
$ isogloss inspect odd.h5 | grep finite
> de, layer 3: 1 row has values that are not finite, first row 5
$ craft odd.h5 en:0=8x4,inf:7 de:0=8x4
$ for algorithm in gram sums; do isogloss compare odd.h5 --algorithm $algorithm; done
2> isogloss compare: odd.h5: en, layer 0: row 7 holds NaN or infinity; `isogloss inspect` lists all
2> isogloss compare: odd.h5: en, layer 0: row 7 holds NaN or infinity; `isogloss inspect` lists all
? 1
$ isogloss compare odd.h5 --measure cosine
2> isogloss compare: odd.h5: en, layer 0: row 7 holds NaN or infinity; `isogloss inspect` lists all
? 1
# no room: a file that may not grow stands for the full disk
$ (trap '' XFSZ; ulimit -f 2; isogloss convert $S/examples/states/mini.h5 -o out.h5)
2> isogloss convert: out.h5: cannot write: File too large
? 1
$ (trap '' XFSZ; ulimit -f 2; isogloss compare $S/examples/states/mini.h5 --csv out.csv)
2> isogloss compare: out.csv: cannot write: File too large
? 1
$ mkdir shut && chmod 555 shut
$ [ -w shut ] && echo denied || isogloss convert good.h5 -o shut/out.h5 2>&1 | grep -o denied
> denied
# interruption
$ craft long.h5 en:0=4000x800 en:1=4000x800 en:2=4000x800 de:0=4000x800 de:1=4000x800 de:2=4000x800
$ timeout --foreground --preserve-status -s INT 0.8 isogloss compare long.h5 --across --algorithm sums --precision double --threads 1 --json out.json
2> isogloss compare: interrupted
? 130
# nothing is left behind
$ ls -A
> a.h5
> b.h5
> cut.h5
> empty.h5
> folder
> good.h5
> letter.h5
> long.h5
> odd.h5
> shut
# NaN as Python writes it: the record and the column are named
$ echo '[{"measure": "cka", "value": NaN}]' > nan.json; isogloss plot nan.json -o x.svg
2> isogloss plot: nan.json: record 1: value is NaN or infinite; what is not defined is null in JSON
? 1
