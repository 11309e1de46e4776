# Retrieval. The numbers are numpy's, in double: cosines, ranks, CSLS and margins over all rows.
tolerance 1e-9
$ isogloss retrieve $S/examples/states/mini.h5 --tgt de --layers 2,4 --quiet | cut -f 1-7,11-12,17-18
> measure	estimator	src	tgt	src_layer	tgt_layer	value	null	n	direction	k
> p@1	cosine	en	de	2	2	0.0583333333333	0.00416666666667	240	forward	1
> p@1	cosine	en	de	4	4	0.0625	0.00416666666667	240	forward	1
> p@1	cosine	en	de	2	2	0.0416666666667	0.00416666666667	240	backward	1
> p@1	cosine	en	de	4	4	0.0583333333333	0.00416666666667	240	backward	1
> p@1	csls	en	de	2	2	0.0958333333333	0.00416666666667	240	forward	1
> p@1	csls	en	de	4	4	0.0958333333333	0.00416666666667	240	forward	1
> p@1	csls	en	de	2	2	0.075	0.00416666666667	240	backward	1
> p@1	csls	en	de	4	4	0.1041666666667	0.00416666666667	240	backward	1
# centred; places beyond any list; a margin
$ isogloss retrieve $S/examples/states/mini.h5 --tgt de --layers 4 --prep center --measure mrr,p@5:cosine,error:ratio --direction backward --interval none --quiet --csv - | cut -d , -f 1,2,7,10,11,14,18,24-26
> measure,estimator,value,interval,null,n,prep,direction,k,neighbours
> mrr,cosine,0.2018285907264,none,0.02524973531175,240,center,backward,,
> mrr,csls,0.2052246676633,none,0.02524973531175,240,center,backward,,10
> p@5,cosine,0.2708333333333,none,0.02083333333333,240,center,backward,5,
> error,ratio,0.8875,none,0.995833333333,240,center,backward,,4
# ranks as older scripts ask for them
$ for o in '--k 5' '--k 1,5 --measure p@k:csls' '--k 5 --measure p@1:csls'; do isogloss retrieve $S/examples/states/mini.h5 --tgt de --layers 4 $o --direction forward --interval none --quiet | cut -f 1,2,7,16 | tail -n +2 | tr '\n' ' '; echo; done
> p@5	cosine	0.1875	5 p@5	csls	0.2291666666667	5 
> p@1	csls	0.0958333333333	1 p@5	csls	0.2291666666667	5 
> p@1	csls	0.0958333333333	1 
# the margin `difference` is `distance` in LASER's code: records keep one name
$ isogloss retrieve $S/examples/states/mini.h5 --tgt de --layers 4 --measure p@1:distance,f1 --margin distance --direction forward --interval none --quiet | cut -f 1,2,7
> measure	estimator	value
> p@1	difference	0.0958333333333
> f1	mining	0.0960334029228
> precision	mining	0.0962343096234
> recall	mining	0.0958333333333
# presets print what they stand for; what is given goes before
$ isogloss retrieve $S/examples/states/mini.h5 --tgt de --layers 4 --preset mexa --interval none | cut -f 1,2,7
2> isogloss: note: preset mexa: --measure mexa:cosine --first 100
2> isogloss: note: preset mexa: rows are pooled mean, the protocol takes weighted or last: encode texts, or pool token rows, with --pool weighted
2> ...
> measure	estimator	value
> mexa	cosine	0.05
$ isogloss retrieve $S/examples/states/mini.h5 --tgt de --layers 4 --preset xsim --neighbours 3 --plan
2> isogloss: note: preset xsim: --measure error:ratio --neighbours 4 (given otherwise) --candidates knn --direction forward
> items	240
> pairs	1
> searches	1
> operations	1.47456e+07
> memory	*
$ isogloss retrieve $S/examples/states/mini.h5 --tgt de --layers 4 --preset tatoeba --predictions de.tsv --quiet | cut -f 7,17; wc -l < de.tsv; cut -f 1 de.tsv | awk '$1 == NR - 1' | wc -l
> value	direction
> 0.0625	forward
> 240
> 15
# margins over the nearest rows alone; what looks beyond them is refused
$ isogloss retrieve $S/examples/states/mini.h5 --tgt de --layers 4 --measure error:ratio,p@1:csls --candidates knn --interval none --quiet | cut -f 1,2,7,10,12-
> measure	estimator	value	n	tgt_dim	pool	model	direction	k	neighbours	candidates
> error	ratio	0.908333333333	240	128	mean	mini	forward		4	knn
> error	ratio	0.908333333333	240	128	mean	mini	backward		4	knn
> p@1	csls	0.0916666666667	240	128	mean	mini	forward	1	10	knn
> p@1	csls	0.0958333333333	240	128	mean	mini	backward	1	10	knn
$ isogloss retrieve $S/examples/states/mini.h5 --tgt de --measure mrr:csls --candidates knn
2> isogloss retrieve: --candidates knn: mrr:csls looks at all rows; p@1, error and f1 do not (*
? 2
$ isogloss retrieve $S/examples/states/mini.h5 --tgt de --measure p@5:ratio --candidates knn
2> isogloss retrieve: --candidates knn: p@5 looks at more than the 4 candidates: give more --neighbours (*
? 2
$ isogloss retrieve $S/examples/states/mini.h5 --tgt de --measure p@1:cosine --candidates knn
2> isogloss retrieve: --candidates knn goes with csls or a margin: --measure p@1:csls, error:ratio, f1 (*
? 2
# mining: all ways; the true pairs from a file, where rows need not belong together
$ isogloss retrieve $S/examples/states/mini.h5 --tgt de --layers 4 --preset laser-mine --quiet | cut -f 1,2,10,16,17,19 | sort | uniq -c
>       1 f1	mining	boot-items	backward	4	knn
>       1 f1	mining	boot-items	forward	4	knn
>       1 f1	mining	boot-items	intersection	4	knn
>       1 f1	mining	boot-items	max	4	knn
>       1 measure	estimator	interval	direction	neighbours	candidates
>       1 precision	mining	boot-items	backward	4	knn
>       1 precision	mining	boot-items	forward	4	knn
>       1 precision	mining	boot-items	intersection	4	knn
>       1 precision	mining	boot-items	max	4	knn
>       1 recall	mining	boot-items	backward	4	knn
>       1 recall	mining	boot-items	forward	4	knn
>       1 recall	mining	boot-items	intersection	4	knn
>       1 recall	mining	boot-items	max	4	knn
$ craft mine.h5 source=en en:0=40x8 de:0=40x8,as:en fr:0=30x8
$ seq 0 39 | awk '{ print $1 "\t" $1 }' > gold.tsv
$ isogloss retrieve mine.h5 --tgt de --measure f1 --gold gold.tsv --predictions mined.tsv --quiet --csv - | cut -d , -f 1,7,24 | grep max
> f1,1,max
> precision,1,max
> recall,1,max
$ cut -f 1,2 mined.tsv | sort -n | cmp - gold.tsv
$ isogloss retrieve mine.h5 --src fr --tgt en --measure f1 --gold gold.tsv
2> isogloss retrieve: gold.tsv: line 31: row 30, there are 0 to 29
? 1
# what cannot be searched is refused in one line
$ isogloss retrieve
2> isogloss retrieve: needs an INPUT, such as states.h5 (*
? 2
$ craft one.h5 en:0=12x8; isogloss retrieve one.h5
2> isogloss retrieve: one.h5: holds one language, en: name an INPUT with another
? 1
$ craft en.h5 en:0=12x8; craft de.h5 de:0=12x9; isogloss retrieve en.h5 de.h5
2> isogloss retrieve: de.h5: de, layer 0 has 9 dims, en (en.h5) has 8; *
? 1
$ isogloss retrieve mine.h5 --tgt de --k 1,50
2> isogloss retrieve: mine.h5: p@50 looks at more than the 40 rows of en
? 1
$ isogloss retrieve mine.h5 --tgt fr
2> isogloss retrieve: mine.h5: en has 40 items, fr (mine.h5) has 30, and no ids say which belong together: add ids, or take the first with --limit 30
? 1
$ craft apart.h5 source=en en:0=12x8 de:0=12x8 ids:en=a,0,12 ids:de=b,0,12; isogloss retrieve apart.h5
2> isogloss retrieve: apart.h5: ids of en and de (apart.h5) do not overlap: choose languages with --tgt
? 1
$ craft nan.h5 en:0=12x8 de:0=12x8,nan:7; isogloss retrieve nan.h5
2> isogloss retrieve: nan.h5: de, layer 0: row 7 holds a number that is not finite (`isogloss inspect`)
? 1
$ isogloss retrieve mine.h5 --tgt de --mem 100K
2> isogloss retrieve: mine.h5: searching en and de needs 0.3 MB of memory, --mem gives 0.1 MB: give more, or take fewer rows with --limit
? 1
$ isogloss retrieve mine.h5 --tgt de --measure p@1:cosin
2> isogloss retrieve: *cosin*cosine* (*
? 2
$ isogloss retrieve mine.h5 --tgt de --measure mmr
2> isogloss retrieve: --measure: unknown name 'mmr'; did you mean 'mrr'? (*
? 2
$ isogloss retrieve mine.h5 --tgt de --measure p@0
2> isogloss retrieve: --measure p: '0' is not a rank from 1 to 1000000 (*
? 2
$ isogloss retrieve mine.h5 --tgt de --k 1,,5
2> isogloss retrieve: --k: '' is not a rank from 1 to 1000000 (*
? 2
$ isogloss retrieve mine.h5 --tgt de --beta -1
2> isogloss retrieve: --beta: -1 is not above 0 (*
? 2
$ isogloss retrieve mine.h5 --tgt de --gold gold.tsv
2> isogloss retrieve: --gold goes with --measure f1 (*
? 2
$ isogloss retrieve mine.h5 --tgt de --gold gold.tsv --measure f1,mrr
2> isogloss retrieve: --gold: rows of mining need not belong together, so mrr is not available with it (*
? 2
$ isogloss retrieve mine.h5 --preset tatoba
2> isogloss retrieve: --preset: unknown name 'tatoba'; did you mean 'tatoeba'? (*
? 2
$ isogloss retrieve mine.h5 --preset muse
2> isogloss retrieve: --preset: unknown name 'muse'; *
? 2
$ isogloss retrieve $S/examples/states/mini.h5 --predictions all.tsv; ls all.tsv 2> /dev/null
2> isogloss retrieve: --predictions takes one pair of languages and one layer, here are 9 and 5: choose with --tgt, --layers
? 2
$ isogloss retrieve mine.h5 --tgt de --predictions no/such/de.tsv
2> isogloss retrieve: no/such/de.tsv: cannot create: No such file or directory
? 1
# doubles that single precision does not hold
$ for i in 1 2 3 4 5 6 7 8; do printf '\000\000\000\000\000\000\060\137'; done > big.raw
$ isogloss retrieve en=big.raw de=big.raw --dtype f64 --dim 2
2> isogloss retrieve: big.raw: en, layer 0: row 0 has numbers up to 3.3e+150, out of the range of single precision: multiply all rows by one power of ten first
? 1
$ isogloss align en=big.raw de=big.raw --dtype f64 --dim 2 --folds 2
2> isogloss align: en to de, layer 0: big.raw: en, layer 0: row 0 has numbers up to 3.3e+150, out of the range of single precision: multiply all rows by one power of ten first
? 1
