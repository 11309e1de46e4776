# Distances to translations beside distances to a probe's boundary.
tolerance 1e-6
$ craft l.h5 source=en model=m pooling=mean classes=3 en:0=60x8,by:3 de:0=60x8,by:3 fr:0=50x8,by:3 labels:en=60,3 labels:de=60,3 labels:fr=50,3 ids:en=a,0,60 ids:de=a,0,60 ids:fr=a,9,50
$ isogloss robust l.h5 --csv - | grep -v -e -bin | cut -d , -f 1-7,11,14
> measure,estimator,src,tgt,src_layer,tgt_layer,value,null,n
> ratio,median,en,de,0,0,2.561420198377,3.611803007385,60
> ratio,inside,en,de,0,0,0.03333333333333,0.01666666666667,60
> distance,translation,en,de,0,0,3.70639115761,,60
> distance,boundary,en,de,0,0,1.388127311345,,60
> flip,translation,en,de,0,0,0.1833333333333,0.7,60
> accuracy,probe,en,de,0,0,0.9,,60
> auc,ratio,en,de,0,0,0.547619047619,0.5,55
> auc,distance,en,de,0,0,0.734693877551,0.5,55
> auc,boundary,en,de,0,0,0.438775510204,0.5,55
> auc,shuffled,en,de,0,0,0.401360544218,0.5,55
> ratio,median,en,fr,0,0,3.37451770749,3.63532754223,50
> ratio,inside,en,fr,0,0,0.02,0.02,50
> distance,translation,en,fr,0,0,3.88997954935,,50
> distance,boundary,en,fr,0,0,1.334622790489,,50
> flip,translation,en,fr,0,0,0.16,0.66,50
> accuracy,probe,en,fr,0,0,0.94,,50
> auc,ratio,en,fr,0,0,0.47619047619,0.5,45
> auc,distance,en,fr,0,0,0.714285714286,0.5,45
> auc,boundary,en,fr,0,0,0.373015873016,0.5,45
> auc,shuffled,en,fr,0,0,0.333333333333,0.5,45
> accuracy,probe,en,en,0,0,0.916666666667,,60
$ isogloss robust l.h5 --tgt de --interval none --csv - | grep -e -bin | cut -d , -f 1-4,7,14,35
> accuracy,ratio-bin,en,de,1,2,0
> accuracy,ratio-bin,en,de,0.95,20,1
> accuracy,ratio-bin,en,de,0.789473684211,19,2
> accuracy,ratio-bin,en,de,1,4,4
> accuracy,ratio-bin,en,de,0.857142857143,7,8
> accuracy,ratio-bin,en,de,1,2,16
> accuracy,ratio-bin,en,de,1,2,32
> accuracy,ratio-bin,en,de,1,4,64
> accuracy,shuffled-bin,en,de,1,1,0
> accuracy,shuffled-bin,en,de,0.833333333333,6,1
> accuracy,shuffled-bin,en,de,0.888888888889,27,2
> accuracy,shuffled-bin,en,de,0.909090909091,11,4
> accuracy,shuffled-bin,en,de,0.75,4,8
> accuracy,shuffled-bin,en,de,1,4,16
> accuracy,shuffled-bin,en,de,1,3,32
> accuracy,shuffled-bin,en,de,1,4,64
# of each item: as many as there are, the median among them, no other answer within the boundary
$ isogloss robust l.h5 --tgt de --interval none --each --csv each.csv; awk -F , '$1 == "ratio" && $2 == "item" { n++; v[$NF] = $7; below += $7 <= 2.561420198378 } $1 == "flip" && $2 == "item" { flips += $7; bad += $7 && v[$NF] < 1 } END { print n, below, flips, bad + 0 }' each.csv; grep -c ',a59$' each.csv
> 60 30 11 0
> 2
# an item is in the bin below 1 only with the answer of its source
$ isogloss robust l.h5 --tgt de --plan
> items	60
> pairs	1
> layers	1
> fits	120
> memory	*
$ isogloss robust l.h5 --csv a.csv --threads 1 --quiet; isogloss robust l.h5 --csv b.csv --threads 2 --quiet; cmp a.csv b.csv
# pairs of sentences: two languages at once, named by both
$ craft v.h5 source=en en:0=60x8,by:2 de:0=60x8,by:2 fr:0=50x8,by:2 ids:en=a,0,60 ids:de=a,0,60 ids:fr=a,9,50
$ isogloss robust l.h5 --second v.h5 --csv - --interval none | grep -e ^distance,translation | cut -d , -f 1-4,14,18
> distance,translation,en,en+de,60,pair
> distance,translation,en,en+fr,50,pair
> distance,translation,en,de+en,60,pair
> distance,translation,en,de,60,pair
> distance,translation,en,de+fr,50,pair
> distance,translation,en,fr+en,50,pair
> distance,translation,en,fr+de,50,pair
> distance,translation,en,fr,50,pair
$ isogloss robust l.h5 --plot r.gp --quiet > table; grep -o -m 1 'distances to the boundary' r.gp
> distances to the boundary
# what cannot be measured is refused in one line
$ isogloss robust
2> isogloss robust: needs an INPUT with labels, such as states.h5 (*
? 2
$ isogloss robust l.h5 --src en,de,fr
2> isogloss robust: l.h5: no language but the source has labels: give translations
? 1
$ craft tok.h5 source=en tagset=3 pooling=none en:0=60x8,by:3 de:0=60x8,by:3 tags:en=60,3 tags:de=60,3 offsets:en=0,3,6,9,12,15,20,25,30,32,35,40,41,45,50,51,60 offsets:de=0,3,6,9,12,15,20,25,30,32,35,40,41,45,50,51,60
$ isogloss robust tok.h5 --pool none --quiet
2> isogloss robust: tok.h5: rows are tokens, translations of which nobody knows: --pool mean takes sentences
? 1
$ isogloss robust l.h5 --mem 10K --quiet
2> isogloss robust: l.h5: probes need * MB of memory, --mem gives * MB: give more, take fewer rows with --limit or fewer languages with --tgt
? 1
$ isogloss robust l.h5 --folds 2
2> isogloss robust: --folds: 2 is less than 3 (*
? 2
# smoothing: noise through the encoder; without noise to speak of nothing changes
$ isogloss robust $S/examples/states/mini.h5 --limit 60 --layers 2 --tgt de --model $S/examples/mini --smooth 4 --draws 40 --draws-choose 10 --sigma 1e-6 --interval none --csv - | grep -e smoothed | cut -d , -f 1-4,14,35
> accuracy,unsmoothed,en,en,4,1e-06
> accuracy,smoothed,en,en,4,1e-06
> abstained,smoothed,en,en,4,1e-06
> radius,smoothed,en,en,4,1e-06
> accuracy,unsmoothed,en,de,4,1e-06
> accuracy,smoothed,en,de,4,1e-06
> abstained,smoothed,en,de,4,1e-06
> radius,smoothed,en,de,4,1e-06
$ isogloss robust $S/examples/states/mini.h5 --limit 60 --layers 2 --tgt de --model $S/examples/mini --plan | grep draws
> draws	132000
$ isogloss robust l.h5 --model $S/examples/mini --sigma 0
2> isogloss robust: --sigma: 0 is not above 0 (*
? 2
$ isogloss robust l.h5 --sigma 0.1
2> isogloss robust: --sigma needs --model DIR (*
? 2
$ isogloss robust l.h5 --model $S/examples/mini --prep center
2> isogloss robust: --prep and --model exclude each other (*
? 2
$ isogloss robust l.h5 --model $S/examples/mini --quiet
2> isogloss robust: l.h5: *
? 1
$ isogloss robust $S/examples/states/mini.h5 --limit 60 --layers 2 --tgt de --model $S/examples/mini --head --quiet
2> isogloss robust: * --head: *
? 1
# the heads that training writes: of the first token through two maps, of the mean through one
$ isogloss train --model $S/examples/mini --corpus $S/examples/corpus --src en --tgt de --steps 4 --head mean -o mean --quiet >log; isogloss train --model $S/examples/mini --corpus $S/examples/corpus --src en --tgt de --steps 4 -o cls --quiet >log
$ for m in mean cls; do isogloss embed --model $m en=$S/examples/corpus/en.tsv de=$S/examples/corpus/de.tsv --limit 60 -o $m.h5 --quiet; isogloss robust $m.h5 --layers last --model $m --head --smooth 4 --draws 50 --sigma 1e-4 --interval none --each --quiet --csv - | awk -F , '$2 == "smoothed" && $1 == "accuracy" { s += $7 } $2 == "unsmoothed" { u += $7 } $1 == "radius" && $2 == "item" { n++ } END { print s == u, n }'; done
> 1 8
> 1 8
$ cmp -s mean/records.json cls/records.json
? 1
# an abstention is null and has a reason
$ isogloss robust $S/examples/states/mini.h5 --limit 60 --layers 2 --tgt de --model $S/examples/mini --smooth 1 --draws 2 --interval none --each --json - --quiet | grep -e '"radius", "estimator": "item"' | grep -o '"value": null\|"why.*'
> "value": null
> "why": "it abstains: no class is shown to have more than half of its draws", "item": "*"},
> "value": null
> "why": "it abstains: no class is shown to have more than half of its draws", "item": "*"}
# items are no languages for gap
$ isogloss robust l.h5 --csv plain.csv --interval none --quiet; isogloss robust l.h5 --csv each.csv --interval none --each --quiet; printf 'lang\tscore\nen\t.9\nde\t.8\nfr\t.6\n' > scores; isogloss gap --scores scores plain.csv --csv a.csv --quiet; isogloss gap --scores scores each.csv --csv b.csv --quiet; grep -c item each.csv; cmp a.csv b.csv
> *
$ isogloss robust $S/examples/states/mini.h5 --limit 60 --layers 2 --tgt de --model $S/examples/mini --draws 100000000 --mem 200M --quiet
2> isogloss robust: *: answers of smoothing need 400.0 MB of memory beside * MB of probes, --mem gives *: give more, or fewer --draws
? 1
# heads that `train` wrote: without noise they are as often right as it said
$ for head in cls mean; do isogloss train --model $S/examples/mini --corpus $S/examples/corpus --src en --tgt de --epochs 2 --lr 1e-3 --head-lr 1e-2 --head $head -o learnt-$head --quiet --csv /dev/null; for l in en de; do awk -F '\t' -v l=$l 'FNR == NR { if ($1 == l) test[$2]; next } FNR == 1 || $1 in test' learnt-$head/predictions.tsv $S/examples/corpus/$l.tsv > $l.tsv; done; isogloss embed --model learnt-$head en=en.tsv de=de.tsv -o said.h5 --quiet; isogloss robust said.h5 --layers last --model learnt-$head --head --draws 1 --draws-choose 1 --interval none --csv - --quiet | awk -F , '$2 == "unsmoothed" { printf "%s %d %.9f\n", $4, $14, $7 }' | sort > smoothed; awk -F '\t' 'NR > 1 { n[$1]++; right[$1] += $3 == $4 } END { for (l in n) printf "%s %d %.9f\n", l, n[l], right[l] / n[l] }' learnt-$head/predictions.tsv | sort > said; cmp smoothed said && wc -l < said; done
> 2
> 2
