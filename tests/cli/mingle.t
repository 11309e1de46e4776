# Mingling of the bundled states. Ratio, entropy, overlap and silhouettes of layer 4 are also those of numpy, scipy and scikit-learn.
tolerance 1e-6
$ isogloss mingle $S/examples/states/mini.h5 --layers last --measure 'mingle,ilo,silhouette:*' --quiet --csv - | cut -d , -f 1,2,5-7,10-14
> measure,estimator,src_layer,tgt_layer,value,interval,null,null_sd,p,n
> mingle,ratio,4,4,0.001249479166667,boot-items,1,0.00277539520467,0.01,2400
> mingle,entropy,4,4,0.001746114262668,boot-items,1,0.00481706840654,0.01,2400
> ilo,bridge,4,4,0.000833333333333,boot-items,0.99978956229,0.000343869090759,0.01,2400
> ilo,reach,4,4,0.1444444444444,boot-items,1,0,0.01,2400
> ilo,harmonic,4,4,0.00165710643722,boot-items,0.999894740791,0.000172026661255,0.01,2400
> silhouette,cosine,4,4,0.555934276705,boot-items,-0.02570816533505,0.00252450963941,0.01,2400
> silhouette,euclidean,4,4,0.3484781974156,boot-items,,,,2400
# a probe and means over pairs are those of the other commands
$ isogloss mingle $S/examples/states/mini.h5 --langs en,de,fr --layers last --measure accuracy,centroid:relative,cka --quiet --csv m.csv; cut -d , -f 1-9 m.csv
> measure,estimator,src,tgt,src_layer,tgt_layer,value,lo,hi
> accuracy,language-id,,,4,4,0.996666666667,0.99,1
> centroid,relative,,,4,4,1.453090597287,1.382533591605,1.515744708468
> cka,debiased,,,4,4,0.2958558715394,0.2334101884663,0.3583015546126
$ isogloss compare $S/examples/states/mini.h5 --pairs all --tgt en,de,fr --layers last --quiet --csv - | cut -d , -f 7 | awk 'NR > 1 { s += $1 } END { printf "%.5f\n", s / 3 }' > want; awk -F , '$1 == "cka" { printf "%.5f\n", $7 }' m.csv | cmp - want
# of each language and each pair
$ isogloss mingle $S/examples/states/mini.h5 --langs de,en --layers 4 --measure mingle:ratio,cka --each --quiet --interval none --csv - | cut -d , -f 1-7
> measure,estimator,src,tgt,src_layer,tgt_layer,value
> mingle,ratio,,,4,4,*
> mingle,ratio,,en,4,4,*
> mingle,ratio,,de,4,4,*
> cka,debiased,,,4,4,0.301742053607
> cka,debiased,en,de,4,4,0.301742053607
# random weights beside
$ isogloss mingle $S/examples/states/mini.h5 --langs de,en --layers 4 --measure silhouette --baseline-states $S/examples/states/mini.h5 --quiet --csv - | grep -c random
> 1
$ isogloss mingle $S/examples/states/mini.h5 --layers 0,4 --plan
> rows	2400
> languages	10
> layers	2
> neighbours	10
> operations	2.94912e+09
> memory	*
# before and after training, as records and as a picture, which is the same for the same seed and any number of threads
$ isogloss mingle $S/examples/states/mini.h5 --langs de,en --layers 4 --measure mingle:ratio --after $S/examples/states/mini.h5 --quiet --interval none --csv - | awk -F , 'NR > 1 { for (i = 1; i <= NF; i++) if ($i == "before" || $i == "after") print $i }'
> before
> after
$ for t in 1 2; do isogloss mingle $S/examples/states/mini.h5 --layers 0,4 --measure mingle:ratio --interval none --points 60 --picture p$t.gp --threads $t --quiet > /dev/null; done; sed s/p1/p2/ p1.gp | cmp - p2.gp; grep -c multiplot p1.gp; grep -c '^set title' p1.gp
> 2
> 2
$ isogloss mingle $S/examples/states/mini.h5 --layers 4 --measure mingle:ratio --interval none --points 60 --picture p3.gp --seed 1 --quiet > /dev/null; isogloss mingle $S/examples/states/mini.h5 --layers 4 --measure mingle:ratio --interval none --points 60 --picture p4.gp --quiet > /dev/null; sed s/p3/p4/ p3.gp | cmp -s - p4.gp
? 1
$ isogloss mingle $S/examples/states/mini.h5 --layers 4 --measure mingle:ratio --picture p.tif
2> isogloss mingle: p.tif: a figure ends in .svg, .pdf, .png or .gp (see `isogloss help mingle`)
? 2
$ isogloss mingle $S/examples/states/mini.h5 --layers 4 --measure mingle:ratio --points 9 --picture p.gp --quiet --csv m.csv
2> isogloss mingle: *mini.h5: 0 points of each of 10 languages are no picture: ask for more with --points
? 1
# refused
$ isogloss mingle
2> isogloss mingle: needs an INPUT, such as states.h5 (see `isogloss help mingle`)
? 2
$ isogloss mingle $S/examples/states/mini.h5 --measure silhuette
2> isogloss mingle: --measure: unknown name 'silhuette'; did you mean 'silhouette'? (see `isogloss help mingle`)
? 2
$ isogloss mingle $S/examples/states/mini.h5 --neighbours 0
2> isogloss mingle: --neighbours: 0 is less than 1 (see `isogloss help mingle`)
? 2
$ isogloss mingle $S/examples/states/mini.h5 --langs de
2> isogloss mingle: *mini.h5: de alone cannot mingle: name an INPUT with another language, or two with --langs
? 1
$ isogloss mingle $S/examples/states/mini.h5 --limit 1
2> isogloss mingle: *mini.h5: en has 1 row, mingling needs two of each language: leave it out with --langs
? 1
$ isogloss mingle $S/examples/states/mini.h5 --langs en,de --limit 4
2> isogloss mingle: *mini.h5: --neighbours 10: a row of the 8 has 7 others: ask for fewer
? 1
# few items: what cannot be had by default is a note, asked for by name an error
$ isogloss mingle $S/examples/states/mini.h5 --langs en,de --limit 4 --neighbours 3 --layers 4 --csv - | cut -d , -f 1 | sort -u
> centroid
> cka
> ilo
> measure
> mingle
> silhouette
2> isogloss: note: the probe of languages is left out: *
$ isogloss mingle $S/examples/states/mini.h5 --langs en,de --limit 4 --layers 4 --measure accuracy
2> isogloss mingle: *--folds 5*
? 1
$ isogloss mingle $S/examples/states/mini.h5 --mem 1M
2> isogloss mingle: *mini.h5: mingling needs * MB of memory, --mem gives 1.0 MB: give more, take fewer rows with --limit, fewer languages with --langs or fewer --permutations
? 1
# before the shuffles are made
$ isogloss mingle $S/examples/states/mini.h5 --permutations 1000000 --mem 1G
2> isogloss mingle: *mini.h5: mingling needs * MB of memory, --mem gives * MB: give more, take fewer rows with --limit, fewer languages with --langs or fewer --permutations
? 1
$ isogloss mingle $S/examples/states/mini.h5 --permutations 1000000 --mem 1G --plan
2> isogloss mingle: *mini.h5: mingling needs * MB of memory, *
? 1
