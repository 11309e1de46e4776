# p of permuted items. What is found beyond all of 199 permutations has p 1/200; a shuffled control has not.
tolerance 1e-6
$ isogloss compare $S/examples/states/mini.h5 --tgt de --layers 0,last --measure cka,cosine:centred --permutations 199 --interval none --quiet --csv - | cut -d , -f 1-3,5,13,40-43
> measure,estimator,src,src_layer,p,permutations,p_max,family,calibrated
> cka,debiased,en,0,0.005,199,0.005,4,0.765739314803
> cka,debiased,en,4,0.005,199,0.005,4,0.2956287176583
> cosine,centred,en,0,0.005,199,0.005,4,0.357292875239
> cosine,centred,en,4,0.005,199,0.005,4,0.2157824439443
$ isogloss compare $S/examples/states/mini.h5 --tgt de --layers 0,last --shuffle --permutations 199 --interval none --quiet --csv - | cut -d , -f 1-3,5,7,13,41,43
> measure,estimator,src,src_layer,value,p,p_max,calibrated
> cka,debiased,en,0,-0.00569840349503,0.85,0.94,-0.01748866196817
> cka,debiased,en,4,-0.001973266675617,0.605,0.795,-0.01219302149956
# alone, in company, with another list: the same p
$ for t in de de,fr ru,de,zh; do isogloss compare $S/examples/states/mini.h5 --tgt $t --layers 3 --shuffle --permutations 99 --interval none --quiet --csv - | grep en,de | cut -d , -f 13; done
> 0.82
> 0.82
> 0.82
# centroids: by coins
$ isogloss centroids $S/examples/states/mini.h5 --tgt de --layers last --measure centroid:share,centroid:euclidean --permutations 99 --interval none --quiet --csv - | cut -d , -f 1,2,7,11-13
> measure,estimator,value,null,null_sd,p
> centroid,share,0.563424458367,0.00416666666667,0.00317200498401,0.01
> centroid,euclidean,3.613215140034,0.3107208187154,0.1002872519958,0.01
# by a formula alone
$ isogloss compare $S/examples/states/mini.h5 --tgt de --layers last --measure cka:biased --interval none --quiet --csv - | cut -d , -f 1,2,7,11-13
> measure,estimator,value,null,null_sd,p
> cka,biased,0.3783159403474,0.093699158735,0.00552439264817,5.67281847725e-208
# retrieval: the answers are permuted
$ isogloss retrieve $S/examples/states/mini.h5 --tgt de --layers last --measure p@1,mrr:csls,error:ratio,mexa --permutations 99 --interval none --quiet --csv - | cut -d , -f 1,2,7,11-13,43
> measure,estimator,value,null,null_sd,p,calibrated
> p@1,cosine,0.0625,0.00416666666667,0.00348367005849,0.01,0.0506329113924
> p@1,cosine,0.0583333333333,0.00416666666667,0.00374937483814,0.01,0.0464135021097
> p@1,csls,0.0958333333333,0.00416666666667,0.00359589582712,0.01,0.084388185654
> p@1,csls,0.1041666666667,0.00416666666667,0.00431270228973,0.01,0.0928270042194
> mrr,csls,0.1742171140418,0.02524973531175,0.0037414411877,0.01,0.1470080109652
> mrr,csls,0.1707035659825,0.02524973531175,0.00482201969235,0.01,0.1408950333998
> error,ratio,0.904166666667,0.995833333333,0.00345426712006,0.01,0.0882352941176
> error,ratio,0.895833333333,0.995833333333,0.0041399542278,0.01,0.0928270042194
> mexa,cosine,0.02083333333333,0.000295138888889,0.000917079640612,0.01,0.01673640167364
# mixing: before and after, of one target; differences have none
$ isogloss mix --model $S/examples/mini --corpus $S/examples/corpus --src en --tgt de --limit 40 --layer 4 --measure cka,p@1:cosine --permutations 99 --interval none --quiet --csv - | cut -d , -f 1,2,13,21,23,40,42 | grep -E '^(cka|p@1),.*(before,|after,xmixup)'
> cka,debiased,0.01,before,,99,15
> cka,debiased,0.01,after,xmixup,99,15
> p@1,cosine,0.01,before,,99,15
> p@1,cosine,0.01,after,xmixup,99,15
> p@1,cosine,0.01,before,,99,15
> p@1,cosine,0.01,after,xmixup,99,15
# maps: before and centred
$ isogloss align $S/examples/states/mini.h5 --tgt de --layers last --measure p@1:cosine,cka,mrr:cosine --permutations 99 --interval none --csv - | cut -d , -f 1,2,13,21,40,42 | grep -v difference
> measure,estimator,p,stage,permutations,family
> p@1,cosine,0.01,before,99,4
> p@1,cosine,0.01,centred,99,4
> p@1,cosine,,after,,
> cka,debiased,0.01,before,99,4
> cka,debiased,0.01,centred,99,4
> cka,debiased,,after,,
> mrr,cosine,,before,,
> mrr,cosine,,centred,,
> mrr,cosine,,after,,
2> isogloss: note: p is of the stages before and centred: after a map it would take a map for every permutation
2> isogloss: note: mrr:cosine has no p: the places of all rows are not made here
# too few, too many, what has none
$ isogloss compare $S/examples/states/mini.h5 --permutations 18
2> isogloss compare: --permutations 18: p is at least 1/(K + 1), so that fewer than 19 cannot reach 0.05; 1000 are usual (see `isogloss help compare`)
? 2
$ isogloss compare $S/examples/states/mini.h5 --permutations 2000000
2> isogloss compare: --permutations 2000000: at most 1000000 (see `isogloss help compare`)
? 2
$ isogloss compare $S/examples/states/mini.h5 --mem 64M --permutations 1000000
2> isogloss compare: 1000000 permutations of 45 values need 514 MB of memory, --mem gives 67 MB: give more, or take fewer --permutations
? 1
$ isogloss compare $S/examples/states/mini.h5 --against $S/examples/states/mini.h5 --difference --permutations 99
2> isogloss compare: --permutations and --difference exclude each other (see `isogloss help compare`)
? 2
$ isogloss compare $S/examples/states/mini.h5 --tgt de --layers last --measure procrustes:nuclear --permutations 1000000 --mem 8G --interval none | cut -f 1-2,7
> measure	estimator	value
> procrustes	nuclear	0.556018557774
2> isogloss: note: procrustes:nuclear has no p: 1000000 permutations cost too much, 29724 do: --permutations 29724
$ isogloss compare $S/examples/states/mini.h5 --tgt de --permutations 100 --plan | grep -c permuted
> 1
