# Probes. Row i of en and de leans to class i mod 3; fr has no such thing and a class more, sw no labels.
tolerance 1e-9
$ craft l.h5 source=en model=m pooling=mean classes=4 en:0=60x8,by:3 de:0=60x8,by:3 fr:0=60x8 sw:0=60x8 labels:en=60,3 labels:de=60,3 labels:fr=60,4
$ isogloss probe l.h5 --csv - | cut -d , -f 1-11,14,17,19,29,35
> measure,estimator,src,tgt,src_layer,tgt_layer,value,lo,hi,interval,null,n,pool,model,train,param
> accuracy,probe,en,en,0,0,0.883333333333,0.8,0.95,boot-items,0.333333333333,60,mean,m,en,0.1
> accuracy,probe,en,de,0,0,0.95,0.883333333333,1,boot-items,0.333333333333,60,mean,m,en,0.1
> accuracy,probe,en,fr,0,0,0.2333333333333,0.1333333333333,0.35,boot-items,0.25,60,mean,m,en,0.1
> accuracy,majority,en,en,0,0,0.333333333333,0.2166666666667,0.45,boot-items,,60,mean,m,en,
> accuracy,majority,en,de,0,0,0.333333333333,0.2166666666667,0.45,boot-items,,60,mean,m,en,
> accuracy,majority,en,fr,0,0,0.25,0.15,0.366666666667,boot-items,,60,mean,m,en,
> accuracy,shuffled,en,en,0,0,0.2333333333333,0.1333333333333,0.35,boot-items,0.333333333333,60,mean,m,en,0.1
> accuracy,shuffled,en,de,0,0,0.2166666666667,0.1166666666667,0.3166666666667,boot-items,0.333333333333,60,mean,m,en,0.1
> accuracy,shuffled,en,fr,0,0,0.2,0.1,0.3,boot-items,0.25,60,mean,m,en,0.1
> f1,macro,en,en,0,0,0.882783882784,0.787641367364,0.950208597139,boot-items,0.1666666666667,60,mean,m,en,0.1
> f1,macro,en,de,0,0,0.949916457811,0.881966953111,1,boot-items,0.1666666666667,60,mean,m,en,0.1
> f1,macro,en,fr,0,0,0.1829570211923,0.105640625,0.2621147666494,boot-items,0.1,60,mean,m,en,0.1
> gap,language,en,de,0,0,-0.0666666666667,-0.1666666666667,0.03333333333333,boot-items,,60,mean,m,en,
> gap,language,en,fr,0,0,0.65,0.516666666667,0.766666666667,boot-items,,60,mean,m,en,
> gap,mean,en,,0,0,0.2916666666667,0.1916666666667,0.375,boot-items,,60,mean,m,en,
2> isogloss: note: without labels and left out: sw
2> isogloss: note: 1 class that en lacks, in 15 examples, which can only be wrong: c3
2> isogloss: note: en has no ids: the fold of an item goes by its position
# a probe tells languages too, without labels; all of one seed are dealt alike
$ isogloss probe l.h5 --measure accuracy:language-id --interval none --csv - | cut -d , -f 1-4,7,10,11,14,30
> measure,estimator,src,tgt,value,interval,null,n,subset
> accuracy,language-id,,,0.354166666667,none,0.25,240,en+de+fr+sw
2> isogloss: note: en has no ids: the fold of an item goes by its position
$ isogloss probe l.h5 --src de --tgt en --measure gap --quiet | cut -f 1-7
> measure	estimator	src	tgt	src_layer	tgt_layer	value
> gap	language	de	en	0	0	0
> gap	mean	de		0	0	0
$ isogloss probe l.h5 --tgt de --plan
> items	60
> languages	2
> layers	1
> fits	125
> memory	*
2> isogloss: note: en has no ids: the fold of an item goes by its position
$ isogloss probe l.h5 --tgt de --quiet --json a.json --threads 1; isogloss probe l.h5 --tgt de --quiet --json b.json --threads 2
$ for f in a b; do sed -n '/"records"/,$p' $f.json > $f; done; cmp a b
# joined by ids, items that one lacks too; several sources, within a budget
$ craft ids.h5 source=en classes=3 en:0=60x8,by:3 de:0=50x8,by:3 fr:0=60x8,by:3 labels:en=60,3 labels:de=50,3 labels:fr=60,3 ids:en=a,0,60 ids:de=a,9,50 ids:fr=b,0,60
$ isogloss probe ids.h5 --csv - --measure accuracy:probe,gap | cut -d , -f 1-4,7,14
> measure,estimator,src,tgt,value,n
> accuracy,probe,en,en,0.916666666667,60
> accuracy,probe,en,de,0.94,50
> accuracy,probe,en,fr,0.95,60
> gap,language,en,de,-0.02333333333333,60
> gap,language,en,fr,-0.0333333333333,120
> gap,mean,en,,-0.02833333333333,120
$ isogloss probe ids.h5 --src en,de --budget 40 --csv - --measure accuracy:probe,gap | cut -d , -f 1-4,7,14,29
> measure,estimator,src,tgt,value,n,train
> accuracy,probe,en+de,en,0.883333333333,60,en+de
> accuracy,probe,en+de,de,0.94,50,en+de
> accuracy,probe,en+de,fr,0.933333333333,60,en+de
> gap,language,en+de,fr,-0.02166666666667,120,en+de
> gap,mean,en+de,,-0.02166666666667,120,en+de
$ isogloss probe ids.h5 --budget 70
2> isogloss probe: --budget 70: the share of en is 70 items, it has 60 with a label
? 1
$ isogloss probe ids.h5 --src en,de,fr --budget 4
2> isogloss probe: --budget 4: fewer items than --folds, 5
? 1
# a grid: a probe of each source, with the rows that separate runs give, and the means of both sides
$ isogloss probe ids.h5 --src en,de --each-source --csv - --measure accuracy:probe,accuracy:target-mean,accuracy:source-mean,gap:language > grid.csv; cut -d , -f 1-4,7,14,29 grid.csv
> measure,estimator,src,tgt,value,n,train
> accuracy,probe,en,en,0.916666666667,60,en
> accuracy,probe,en,de,0.94,50,en
> accuracy,probe,en,fr,0.95,60,en
> accuracy,probe,de,en,0.95,60,de
> accuracy,probe,de,de,0.96,50,de
> accuracy,probe,de,fr,0.966666666667,60,de
> accuracy,source-mean,en,,0.945,110,en
> accuracy,source-mean,de,,0.958333333333,120,de
> accuracy,target-mean,,en,0.95,60,en+de
> accuracy,target-mean,,de,0.94,50,en+de
> accuracy,target-mean,,fr,0.958333333333,60,en+de
> gap,language,en,de,-0.02333333333333,60,en
> gap,language,en,fr,-0.0333333333333,120,en
> gap,language,de,en,0.01,60,de
> gap,language,de,fr,-0.00666666666667,110,de
$ for s in en de; do isogloss probe ids.h5 --src $s --tgt en,de,fr --csv - --measure accuracy:probe | tail -n +2; done | sort > alone.csv; sed -n '2,7p' grid.csv | sort | cmp - alone.csv
$ isogloss gap --scores grid.csv --src de --csv - | cut -d , -f 1-4,7
> measure,estimator,src,tgt,value
> gap,language,de,en,0.01
> gap,language,de,fr,-0.006666666667
> gap,mean,de,,0.0016666666665
2> isogloss: note: grid.csv: scores of the probe of de; --row chooses another
# without sources: all languages with labels
$ isogloss probe ids.h5 --each-source --budget 30 --measure accuracy:probe --quiet --csv - | wc -l
> 10
$ isogloss probe ids.h5 --each-source --plan --quiet | grep fits
> fits	375
$ isogloss probe ids.h5 --measure accuracy:source-mean
2> isogloss probe: --measure: accuracy:source-mean needs --each-source (*
? 2
$ isogloss probe ids.h5 --quiet --each-source --csv grid.csv --plot grid.gp; grep -o 'across: trained on' grid.gp
> across: trained on
# tokens: sentences are drawn whole, tokens without a tag ignored
$ craft tok.h5 source=en tagset=3 pooling=none en:0=60x8,by:3 de:0=60x8,by:3 tags:en=60,3 tags:de=60,3,55 offsets:en=0,3,6,9,12,15,20,25,30,32,35,40,41,45,50,51,60 offsets:de=0,3,6,9,12,15,20,25,30,32,35,40,41,45,50,51,60
$ isogloss probe tok.h5 --pool none --csv - | grep -v shuffled | cut -d , -f 1-4,7,10,14,17
> measure,estimator,src,tgt,value,interval,n,pool
> accuracy,probe,en,en,0.883333333333,boot-items,60,none
> accuracy,probe,en,de,0.981818181818,boot-items,55,none
> accuracy,majority,en,en,0.333333333333,boot-items,60,none
> accuracy,majority,en,de,0.3454545454545,boot-items,55,none
> f1,macro,en,en,0.883859383859,boot-items,60,none
> f1,macro,en,de,0.981467181467,boot-items,55,none
> gap,language,en,de,-0.0984848484848,boot-items,16,none
> gap,mean,en,,-0.0984848484848,boot-items,16,none
2> isogloss: note: de: 5 of 60 tokens have no tag and are ignored
2> isogloss: note: en has no ids: the fold of an item goes by its position
$ isogloss probe tok.h5
2> isogloss probe: tok.h5: no labels, but tags of tokens: --pool none probes those
? 1
$ craft bare.h5 en:0=60x8 offsets:en=0,30,60; isogloss probe bare.h5 --pool none
2> isogloss probe: bare.h5: rows are tokens, and no language chosen has tags; --pool mean probes sentences by their labels
? 1
# pairs of sentences: the second tells the class, the first does not
$ craft u.h5 source=en classes=2 pooling=mean en:0=90x6,by:3 de:0=90x6,by:3 labels:en=90,2 labels:de=90,2
$ craft v.h5 en:0=90x6,by:2 de:0=90x6,by:2
$ for s in '' '--second v.h5'; do isogloss probe u.h5 $s --measure accuracy:probe --csv - | tail -n +2 | cut -d , -f 1-4,7,15,18; done
> accuracy,probe,en,en,0.388888888889,6,
> accuracy,probe,en,de,0.433333333333,6,
> accuracy,probe,en,en,0.966666666667,24,pair
> accuracy,probe,en,de,0.966666666667,24,pair
2> isogloss: note: en has no ids: the fold of an item goes by its position
2> isogloss: note: en has no ids: the fold of an item goes by its position
# each source, and pairs in two languages
$ isogloss probe u.h5 --second v.h5 --each-source --measure accuracy:probe,accuracy:pair --interval none --quiet --csv - | cut -d , -f 1-4,7,14,18
> measure,estimator,src,tgt,value,n,prep
> accuracy,probe,en,en,0.966666666667,90,pair
> accuracy,probe,en,de,0.966666666667,90,pair
> accuracy,probe,de,en,0.977777777778,90,pair
> accuracy,probe,de,de,1,90,pair
> accuracy,pair,en,en+de,0.966666666667,90,pair
> accuracy,pair,en,de+en,0.977777777778,90,pair
> accuracy,pair,de,en+de,0.955555555556,90,pair
> accuracy,pair,de,de+en,0.944444444444,90,pair
$ isogloss probe u.h5 --measure accuracy:pair --each-source --quiet
2> isogloss probe: --measure: accuracy:pair needs --second
? 1
$ craft w.h5 en:0=80x6 de:0=90x6; isogloss probe u.h5 --second w.h5
2> isogloss: note: en has no ids: the fold of an item goes by its position
2> isogloss probe: w.h5: en has 80 second sentences, u.h5 has 90 first ones
? 1
$ craft w.h5 en:0=90x6; isogloss probe u.h5 --second w.h5
2> isogloss probe: w.h5: no language 'de', whose first sentences u.h5 has
? 1
# what cannot be probed is refused in one line
$ isogloss probe
2> isogloss probe: needs an INPUT with labels, such as states.h5 (*
? 2
$ craft none.h5 en:0=60x8 de:0=60x8; isogloss probe none.h5
2> isogloss probe: none.h5: no language chosen has labels: `isogloss embed` takes them from a .tsv file with a column label
? 1
$ isogloss probe l.h5 --src sw
2> isogloss probe: l.h5: the source sw has no labels, others have: choose with --src
? 1
$ craft one.h5 source=en classes=3 en:0=60x8 de:0=60x8 labels:en=60,1 labels:de=60,3; isogloss probe one.h5
2> isogloss probe: one.h5: all 60 examples of en are 'c0': a probe needs two classes
? 1
$ craft few.h5 source=en classes=3 en:0=8x8 de:0=8x8 labels:en=8,2 labels:de=8,2; isogloss probe few.h5
2> isogloss probe: --folds 5: needs 10 items of different text, there are 8: fewer folds, or more items
? 1
$ isogloss probe few.h5 --folds 2
2> isogloss probe: --folds: 2 is less than 3 (*
? 2
$ craft some.h5 source=en classes=3 en:0=60x8,by:3 de:0=60x8,by:3 labels:en=60,3,4 labels:de=60,3,45; isogloss probe some.h5
2> isogloss: note: en: 56 of 60 items have no label and are ignored
2> isogloss: note: de: 15 of 60 items have no label and are ignored
2> isogloss probe: some.h5: en has 4 examples with a label, fewer than --folds 5
? 1
# labels of one class but for one item: in its fold nothing can be learnt, and nothing is said
$ craft rare.h5 source=en classes=2 en:0=60x8 de:0=60x8 labels:en=60,2,3 labels:de=60,2; isogloss probe rare.h5 --folds 3 --measure accuracy:probe --csv - | wc -l
> 3
2> isogloss: note: en: 57 of 60 items have no label and are ignored
2> isogloss: note: en has no ids: the fold of an item goes by its position
2> isogloss: note: 13 of 63 answers count as wrong: without their fold en has one class only
$ craft uneven.h5 source=en classes=3 en:0=60x8 de:0=50x8 labels:en=60,3 labels:de=50,3; isogloss probe uneven.h5
2> isogloss probe: uneven.h5: en has 60 items, de has 50, and no ids say which belong together: add ids, or take the first with --limit 50
? 1
$ craft nan.h5 source=en classes=3 en:0=60x8 de:0=60x8,nan:7 labels:en=60,3 labels:de=60,3; isogloss probe nan.h5
2> isogloss: note: en has no ids: the fold of an item goes by its position
2> isogloss probe: nan.h5: de, layer 0: row 7 holds a number that is not finite (`isogloss inspect`)
? 1
$ isogloss probe l.h5 --mem 10K --quiet
2> isogloss probe: l.h5: probing needs * MB of memory, --mem gives * MB: give more, take fewer rows with --limit or fewer languages with --tgt
? 1
$ isogloss probe l.h5 --measure acuracy
2> isogloss probe: --measure: unknown name 'acuracy'; did you mean 'accuracy'? (*
? 2
$ isogloss probe l.h5 --measure accuracy:prob
2> isogloss probe: --measure: accuracy has no estimator 'prob'; it has probe, majority, shuffled, language-id, pair, source-mean, target-mean (*
? 2
$ isogloss probe l.h5 --measure accuracy:language-id --budget 7
2> isogloss probe: --budget: a probe of languages has no source (*
? 2
# the figure says what was trained on
$ isogloss probe l.h5 --quiet --csv drawn.csv --plot drawn.gp; grep -o 'trained on English (en)' drawn.gp
> trained on English (en)
$ isogloss plot drawn.csv --measure gap --out gap.gp --quiet; grep -o 'from English (en)' gap.gp
> from English (en)
