# Transfer gaps of tables of scores, and discrepancy against gap.
tolerance 1e-4
$ isogloss gap --scores $S/examples/xnli_zero_shot.tsv --row mBERT --csv - --quiet | cut -d , -f 1-4,7,10,14,19 | grep -E 'measure|sw|mean'
> measure,estimator,src,tgt,value,interval,n,model
> gap,language,en,sw,0.317,none,,mBERT
> gap,mean,en,,0.1689,boot-items,14,mBERT
$ for r in 'XLM-R Base' mMiniLM-L12xH384 'XLM-R Large'; do isogloss gap --scores $S/examples/xnli_zero_shot.tsv --row "$r" --csv - --quiet | grep mean | cut -d , -f 7; done
> 0.1081
> 0.1119
> 0.0879
# tables as people type them
$ printf 'lang,score\neng_Latn,82\ndeu,71\nswh,50.4\naverage,67.8\nparams,178\n' > long.csv
$ isogloss gap --scores long.csv | cut -f 1-5
> measure	estimator	src	tgt	value
> gap	language	en	de	0.11
> gap	language	en	sw	0.316
> gap	mean	en		0.213
2> isogloss: note: long.csv: ignored, not languages: average, params
2> isogloss: note: long.csv: some scores are above 1, so all are read as percentages
$ isogloss gap --scores long.csv --src de --tgt sw --quiet | cut -f 3-5
> src	tgt	value
> de	sw	0.206
> de		0.206
$ cat long.csv | isogloss gap --scores - --quiet | wc -l
> 4
# what is wrong is said
$ isogloss gap
2> isogloss gap: needs --scores TABLE: a row a model and a column a language, or lang and score (see `isogloss help gap`)
? 2
$ isogloss gap --scores long.csv --measure cka
2> isogloss gap: --measure chooses among RECORDS, and none are given (see `isogloss help gap`)
? 2
$ isogloss gap --scores long.csv --given long.csv
2> isogloss gap: --given holds a third quantity constant, so it needs RECORDS (see `isogloss help gap`)
? 2
$ isogloss gap --scores $S/examples/xnli_zero_shot.tsv
2> isogloss gap: */xnli_zero_shot.tsv has scores of 4 rows; --row says which: mBERT, XLM-R Base, mMiniLM-L12xH384, XLM-R Large
? 1
$ isogloss gap --scores $S/examples/xnli_zero_shot.tsv --row mBRT
2> isogloss gap: */xnli_zero_shot.tsv has no row 'mBRT'; did you mean 'mBERT'? Its rows: mBERT, XLM-R Base, mMiniLM-L12xH384, XLM-R Large
? 1
$ isogloss gap --scores $S/examples/xnli_zero_shot.tsv --row 'word2vec'
2> isogloss gap: */xnli_zero_shot.tsv has no row 'word2vec'; its rows: mBERT, XLM-R Base, mMiniLM-L12xH384, XLM-R Large
? 1
$ isogloss gap --scores long.csv --src fr
2> isogloss: note: *
2> isogloss: note: *
2> isogloss gap: long.csv has no score of 'fr'; it has en, de, sw
? 1
$ isogloss gap --scores long.csv --tgt de,fr --quiet
2> isogloss gap: long.csv has no score of 'fr'; it has en, de, sw
? 1
$ printf 'lang,score\nen,0.8\neng,0.7\n' > twice.csv; isogloss gap --scores twice.csv
2> isogloss gap: twice.csv: two scores of en, perhaps under two of its codes
? 1
$ printf 'model,size,depth\nm,1,2\n' > odd.csv; isogloss gap --scores odd.csv
2> isogloss gap: odd.csv: no column is a language that is known: size, depth; --tgt names others
? 1
$ printf 'lang,score\nen,high\n' > word.csv; isogloss gap --scores word.csv
2> isogloss gap: word.csv: line 2: en is 'high', not a number (absent: empty, - or NA)
? 1
$ isogloss gap --scores nofile
2> isogloss gap: nofile: No such file or directory
? 1
# with records: pairs in either order, several codes, languages that one side lacks
$ printf 'measure,estimator,src,tgt,src_layer,tgt_layer,value\ncka,debiased,en,de,1,1,.9\ncka,debiased,fra,en,1,1,.8\ncka,debiased,en,ru,1,1,.75\ncka,debiased,en,swh,1,1,.5\ncka,debiased,en,th,1,1,.45\ncka,debiased,en,ko,1,1,.4\ncka,biased,en,de,1,1,.9\n' > r.csv
$ printf 'lang,score\nen,.82\nde,.71\nfr,.74\nru,.69\nsw,.50\nth,.56\nur,.58\n' > s.csv
$ isogloss gap --scores s.csv r.csv --csv o.csv
2> isogloss: note: 5 languages have both; only a gap: 1 (ur); no gap: 1 (ko)
2> isogloss: note: not taken: cka:biased; --measure chooses
2> isogloss: note: cka:debiased: strongest at layer 1, Pearson -0.91 (n = 5, p 0.067); -0.94 without de
2> isogloss: note: n = 5 languages is few: a Pearson correlation below 0.88 in size is not distinguishable from 0 at 5 %
$ grep -E '^(pearson|kendall)' o.csv | grep -v + | cut -d , -f 1,3-7,11,14,31-33
> pearson,en,,1,1,-0.91425,0,5,cka:debiased,gap:language,
> kendall,en,,1,1,-0.6,0,5,cka:debiased,gap:language,
$ grep -c + o.csv; grep + o.csv | head -1 | cut -d , -f 1,14,30
> 10
> pearson,4,fr+ru+sw+th
# a third quantity, by language and of pairs
$ printf 'lang,text size\nde,66\nfr,57\nru,278\nsw,2\nth,72\n' > size.csv
$ isogloss gap --scores s.csv r.csv --given size.csv --quiet --csv - | grep 'gap:language,size' | cut -d , -f 1,14,33
> pearson,5,size
> spearman,5,size
> kendall,5,size
# differences from unlike baselines are discrepancies of their own; one that earlier files leave unnamed is from before
$ for g in '' fixed:0 shuffled; do awk -F , -v OFS=, -v g=$g 'NR == 1 { if (!g) print $0 ",stage,mix,mix_layer,given"; next } /debiased/ { $7 *= 1 + length(g) * NR; print $0, "difference,xmixup,3", g }' r.csv; done > d.csv
$ isogloss gap --scores s.csv d.csv --quiet --csv - | awk -F , '$1 == "pearson" && $30 == "" { print $7 < 0, $21, $23, $31 }'
> 1 difference xmixup cka:debiased minus before
> 0 difference xmixup cka:debiased minus fixed:0
> 0 difference xmixup cka:debiased minus shuffled
# fewer than four languages, constant scores: no value but a reason, and no error
$ isogloss gap --scores s.csv r.csv --tgt de,fr,ru --csv - | grep -E '^pearson' | cut -d , -f 1,7,14,36
> pearson,,3,fewer than 4 languages have both
2> isogloss: note: not taken: cka:biased; --measure chooses
2> isogloss: note: 1 of 1 correlations over languages are refused: fewer than 4 languages have both
$ printf 'lang,score\nen,.8\nde,.7\nfr,.7\nru,.7\nsw,.7\nth,.7\n' > same.csv; isogloss gap --scores same.csv r.csv --csv - | grep -E '^spearman' | cut -d , -f 1,7,14,36
> spearman,,5,y is the same for all
2> isogloss: note: 5 languages have both; only a gap: 0; no gap: 1 (ko)
2> isogloss: note: not taken: cka:biased; --measure chooses
2> isogloss: note: 1 of 1 correlations over languages are refused: y is the same for all
$ isogloss gap --scores s.csv r.csv --measure cka,rsa
2> isogloss gap: no records of pairs of languages are of 'rsa'; there are cka:debiased, cka:biased
? 1
$ isogloss gap --scores s.csv r.csv --src ru --quiet | grep -c ^gap
> 7
$ isogloss gap --scores s.csv o.csv --quiet --csv - | grep -vc ^gap
> 1
# scores of a probe: layers of their own
$ printf 'measure,estimator,src,tgt,src_layer,tgt_layer,value,train,model\n' > p.csv; for l in 0 1; do for t in en:9 de:8 fr:7 ru:6 sw:4 th:5; do echo "accuracy,probe,en,${t%:*},$l,$l,.${t#*:}$l,en,mini"; done; done >> p.csv
$ isogloss gap --scores p.csv r.csv --quiet --csv - | grep -E '^(gap,mean|pearson,,en,,)' | grep -v + | cut -d , -f 1-7,14,20
> gap,mean,en,,0,0,0.3,5,
> gap,mean,en,,1,1,0.3,5,
> pearson,,en,,1,1,-0.92972,5,mini
$ echo '{"records": [{"measure": "cka", "value": 1}]}' > none.json; isogloss gap --scores none.json
2> isogloss gap: none.json: no records of accuracy or f1 of a language
? 1
# the p of the strongest of all, within blocks too
$ awk -F , -v OFS=, 'NR == 1 { print } NR > 1 && /debiased/ { print; $5 = $6 = 2; $7 = ($7 * 7 + NR / 3) % 1; print }' r.csv > two.csv
$ isogloss gap --scores s.csv two.csv --csv o.csv; grep -E '^(pearson|spearman)' o.csv | grep -v + | cut -d , -f 1,5,7,13,40-42
> pearson,1,-0.914252,0.066667,120,0.066667,3
> spearman,1,-0.8,0.133333,120,0.133333,3
> pearson,2,-0.852426,0.091667,120,0.133333,3
> spearman,2,-0.8,0.133333,120,0.133333,3
> pearson,,-0.879968,0.075,120,0.1,3
> spearman,,-0.8,0.133333,120,0.133333,3
2> isogloss: note: 5 languages have both; only a gap: 1 (ur); no gap: 1 (ko)
2> isogloss: note: cka:debiased: strongest at layer 1, Pearson -0.91 (n = 5, p 0.067, p_max 0.067 over 3); -0.94 without de
2> isogloss: note: 3 discrepancies (measures and layers) were tried: p is for one alone, p_max for the strongest, which must exceed 0.91 in size at n = 5
2> isogloss: note: n = 5 languages is few: a Pearson correlation below 0.88 in size is not distinguishable from 0 at 5 %
$ printf 'lang,script\nde,Latn\nfr,Latn\nru,Cyrl\nsw,Latn\nth,Thai\n' > b.csv; isogloss gap --scores s.csv two.csv --blocks b.csv --csv o.csv; grep -E '^pearson' o.csv | grep -v + | cut -d , -f 5,13,40-42
> 1,0.333333,6,0.333333,3
> 2,0.333333,6,0.333333,3
> ,0.333333,6,0.333333,3
2> isogloss: note: b.csv: alone in a block, and never moved by a permutation: ru, th
2> isogloss: note: b.csv: the blocks allow 6 permutations, so no p is below 0.167 and none can show anything at 0.05
2> isogloss: note: 5 languages have both; only a gap: 1 (ur); no gap: 1 (ko)
2> isogloss: note: cka:debiased: strongest at layer 1, Pearson -0.91 (n = 5, p 0.33, p_max 0.33 over 3); -0.94 without de
2> isogloss: note: n = 5 languages is few: a Pearson correlation below 0.88 in size is not distinguishable from 0 at 5 %
$ head -3 b.csv > few.csv; isogloss gap --scores s.csv two.csv --blocks few.csv
2> isogloss gap: few.csv has no block of ru, sw, th: add them, or leave them out by --tgt
? 1
$ printf 'de,1\nfr,2\nru,3\nsw,4\nth,5\n' > each.csv; isogloss gap --scores s.csv two.csv --blocks each.csv
2> isogloss gap: each.csv: each language has a block of its own, so there is nothing to permute: join blocks, or do without --blocks
? 1
$ isogloss gap --scores s.csv two.csv --permutations 9
2> isogloss gap: --permutations 9: p is at least 1/(K + 1), so that fewer than 19 cannot reach 0.05; 1000 are usual (see `isogloss help gap`)
? 2
$ isogloss gap --scores s.csv --blocks b.csv
2> isogloss gap: --blocks restricts permutations of the languages, so it needs RECORDS (see `isogloss help gap`)
? 2
$ isogloss gap --scores s.csv --permutations 99
2> isogloss gap: --permutations is of correlations, so it needs RECORDS (see `isogloss help gap`)
? 2
# scores at one layer serve discrepancies of all; below the majority class they are flagged
$ printf 'measure,estimator,src,tgt,src_layer,tgt_layer,value,train,model\n' > last.csv; for t in en:9 de:8 fr:7 ru:6 sw:4 th:5; do echo "accuracy,probe,en,${t%:*},2,2,.${t#*:}2,en,mini"; done >> last.csv; isogloss gap --scores last.csv two.csv --csv o.csv --measure cka; grep -E '^pearson' o.csv | grep -v + | cut -d , -f 5,7,14,44
> 1,-0.92972,5,
> 2,-0.9475,5,
> ,-0.946468,5,
2> isogloss: note: 5 languages have both; only a gap: 0; no gap: 1 (ko)
2> isogloss: note: scores are of layer 2 alone, and held against discrepancies of every layer
2> isogloss: note: cka:debiased: strongest at layer 2, Pearson -0.95 (*
2> isogloss: note: *
2> isogloss: note: *
$ for t in en de fr ru sw th; do echo "accuracy,majority,en,$t,2,2,.65,en,mini"; done >> last.csv; isogloss gap --scores last.csv two.csv --csv o.csv; grep -E '^kendall' o.csv | cut -d , -f 5,7,44
> 1,-0.8,mean score 0.620 against 0.650 of the majority class; below it 3 of 5: ru+sw+th
> 2,-0.8,mean score 0.620 against 0.650 of the majority class; below it 3 of 5: ru+sw+th
> ,-0.8,mean score 0.620 against 0.650 of the majority class; below it 3 of 5: ru+sw+th
2> isogloss: note: 5 languages have both; only a gap: 0; no gap: 1 (ko)
2> isogloss: note: scores are of layer 2 alone, and held against discrepancies of every layer
2> isogloss: note: 3 of 3 correlations over languages are flagged and not announced, at layer 1: mean score 0.620 against 0.650 of the majority class; below it 3 of 5: ru+sw+th
2> isogloss: note: *
# the figure
needs gnuplot
$ isogloss gap --scores s.csv r.csv --quiet --csv o.csv --plot scatter.svg --plot-data scatter.gp; grep -c '<svg' scatter.svg; grep -c "^set label '..' at" scatter.gp
> 1
> 5
$ isogloss gap --scores last.csv two.csv --quiet --csv o.csv --plot both.gp; grep -c "^set label '..' at" both.gp
> 10
$ isogloss gap --scores s.csv --quiet --csv o.csv --plot gaps.gp --plot-data gaps.tsv; grep -c . gaps.tsv
> 7
# either way round, as people type them
$ printf 'lang\tXLM-R\tmBERT\nen\t85,8\t81,4\nde\t78,7\t70,0\nsw\t66,5\t50,4\n' > rows.tsv; isogloss gap --scores rows.tsv --row mBERT --csv - | cut -d , -f 1-4,7
> measure,estimator,src,tgt,value
> gap,language,en,de,0.114
> gap,language,en,sw,0.31
> gap,mean,en,,0.212
2> isogloss: note: rows.tsv: a row is read as a language, a column as a model; 6 numbers have decimal commas
2> isogloss: note: rows.tsv: some scores are above 1, so all are read as percentages
$ printf 'lang\ten\tde\tsw\tavg\nXLM-R\t85.8%%\t78.7%%\t66.5%%\t77%%\n' > corner.tsv; isogloss gap --scores corner.tsv --csv - | cut -d , -f 1-4,7
> measure,estimator,src,tgt,value
> gap,language,en,de,0.071
> gap,language,en,sw,0.193
> gap,mean,en,,0.132
2> isogloss: note: corner.tsv: all scores are in per cent
2> isogloss: note: corner.tsv: ignored, not languages: avg
$ printf 'lang\tsmall\tlarge\nold\t1\t2\nnew\t3\t4\n' > neither.tsv; isogloss gap --scores neither.tsv
2> isogloss gap: neither.tsv: line 1: neither the columns (small) nor the rows are all languages, so it may be read either way: begin the header with lang and score (a row a score), with model and codes of languages (a row a model), or with lang and the models, over codes of languages (a row a language)
? 1
# baselines: a series each against the same gaps, those without layers at every layer of the gaps
$ awk -F , -v OFS=, 'NR == 1 { print $0, "baseline" } /debiased/ { print $0, ""; v = $7; $7 = v * v / 2; print $0, "random"; $5 = $6 = ""; $7 = NR % 2 ? v / 3 : 0.1; print $0, "pieces" }' r.csv > base.csv
$ isogloss gap --scores s.csv base.csv --csv o.csv; grep -E '^pearson' o.csv | grep -v + | cut -d , -f 1,5,7,14,31,37
> pearson,1,-0.914252,5,cka:debiased,
> pearson,1,-0.901237,5,cka:debiased,random
> pearson,,-0.241005,5,cka:debiased,pieces
2> isogloss: note: 5 languages have both; only a gap: 1 (ur); no gap: 1 (ko)
2> isogloss: note: cka:debiased: strongest at layer 1, Pearson -0.91 (n = 5, p 0.067); -0.94 without de; baselines there: random -0.90 (without de -0.95), pieces -0.24 (without de -0.43)
2> isogloss: note: n = 5 languages is few: a Pearson correlation below 0.88 in size is not distinguishable from 0 at 5 %
$ isogloss gap --scores s.csv base.csv --baseline pieces --quiet --csv - | grep -E '^pearson' | grep -v + | cut -d , -f 37
> 
> pieces
$ isogloss gap --scores s.csv base.csv --baseline none --quiet --csv - | grep -cE 'random|pieces'
> 0
? 1
$ isogloss gap --scores s.csv base.csv --baseline pieces,piece
2> isogloss gap: --baseline: no record is of baseline 'piece'; there are random, pieces
? 1
$ isogloss gap --scores s.csv r.csv --baseline random
2> isogloss gap: --baseline: no record is of baseline 'random'; there are none: ask for them where the records are made
? 1
$ isogloss gap --scores p.csv base.csv --quiet --csv - | grep -E '^pearson,,en,,' | grep -v + | cut -d , -f 5,37
> 1,
> 1,random
> 0,pieces
> 1,pieces
> ,pieces
