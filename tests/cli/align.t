# Maps between languages, judged on held-out folds. The numbers before and after are numpy's, in double,
# over folds dealt by a second implementation.
tolerance 1e-6
$ isogloss align $S/examples/states/mini.h5 --tgt de --layers 2 --measure p@1,p@5,mrr,centroid:relative,cka --csv - | grep -v difference | cut -d , -f 1-4,7,21,24
> measure,estimator,src,tgt,value,stage,direction
> p@1,cosine,en,de,0.0583333333333,before,forward
> p@1,cosine,en,de,0.1208333333333,centred,forward
> p@1,cosine,en,de,0.0541666666667,after,forward
> p@5,cosine,en,de,0.2,before,forward
> p@5,cosine,en,de,0.275,centred,forward
> p@5,cosine,en,de,0.2208333333333,after,forward
> mrr,cosine,en,de,0.1433377991893,before,forward
> mrr,cosine,en,de,0.2055732525414,centred,forward
> mrr,cosine,en,de,0.1475455682173,after,forward
> centroid,relative,en,de,1.336596006432,before,
> centroid,relative,en,de,0.2116218536234,centred,
> centroid,relative,en,de,0.4166176876,after,
> cka,debiased,en,de,0.2520668613787,before,
> cka,debiased,en,de,0.2520668595537,centred,
> cka,debiased,en,de,0.2520668652874,after,
# chance, and how wide: outcomes of sentences are 0 and 1; chance is one in 48
$ isogloss align $S/examples/states/mini.h5 --tgt de --layers 2 --measure p@1 | cut -f 7-11,17-
> value	lo	hi	interval	null	stage	direction	k	train	given	rank
> 0.0583333333333	0.02916666666667	0.0875	boot-items	0.00416666666667	before	forward	1			
> 0.1208333333333	0.0791666666667	0.1625	boot-items	0.00416666666667	centred	forward	1	rows+means		
> 0.0541666666667	0.02916666666667	0.0833333333333	boot-items	0.00416666666667	after	forward	1	rows		128
> -0.00416666666667	-0.0458333333333	0.0375	boot-items		difference	forward	1	rows	before	128
> -0.0666666666667	-0.1166666666667	-0.02083333333333	boot-items		difference	forward	1	rows	centred	128
> 0.0625	0.02916666666667	0.1	boot-items		difference	forward	1	rows+means	before	
# a fold each, by seed and id alone
$ isogloss align $S/examples/states/mini.h5 --tgt de --layers 2 --measure p@1 --folds 3 --each-fold --csv one.csv
$ isogloss align $S/examples/states/mini.h5 --tgt fr,de --layers 1,2 --measure p@1 --folds 3 --each-fold --csv - --threads 1 | grep ',de,2,' > two.csv
$ tail -n +2 one.csv | cmp - two.csv
$ cut -d , -f 10,14,28 one.csv | sed -n '3,5p'
> boot-items,84,0
> boot-items,78,1
> boot-items,78,2
# other maps, other rules, other columns
$ isogloss align $S/examples/states/mini.h5 --tgt de --layers 2 --method ridge --ridge 0.2 --centre --measure mrr:csls,p@1:ratio --neighbours 3 --prep unit --csv - | grep after | cut -d , -f 1,2,18,26,29
> mrr,csls,unit,3,rows+ridge+centre
> p@1,ratio,unit,3,rows+ridge+centre
# fewer rows than dims
$ isogloss align $S/examples/states/mini.h5 --tgt de --layers 2 --limit 60 --measure p@1 | cut -f 20- | tail -n +2
> 		
> rows+means		
> rows		41
> rows	before	41
> rows	centred	41
> rows+means	before	
2> isogloss: note: fewer rows than dims: 41 rows determine 41 directions of 128; where the others go is arbitrary
# CKA beside retrieval, over layers
$ isogloss align $S/examples/states/mini.h5 --preset emerging --tgt de --csv - | grep -e pearson | cut -d , -f 1-6,14,18,31,32
> pearson,,en,de,,,5,iternorm,cka:biased,p@1
2> isogloss: note: preset emerging: --prep iternorm --method orthogonal --measure p@1,cka:biased --correlate
$ isogloss align $S/examples/states/mini.h5 --measure p@1,cka --correlate --tgt de --layers 1,2 | grep pearson | cut -f 7-
> *fewer than 3 layers
# the plan reads nothing
$ isogloss align $S/examples/states/mini.h5 --tgt de,fr --plan --map no.h5
> items	240
> rows	240
> pairs	10
> folds	5
> maps	60
> operations	*
> bytes	1228800
> memory	*
$ ls
> one.csv
> two.csv
# maps saved, and used: both languages are in the file
$ isogloss align $S/examples/states/mini.h5 --tgt de,fr --layers 1,2 --map maps.h5 --json /dev/null
$ isogloss align $S/examples/states/mini.h5 --tgt de --apply maps.h5 -o mapped.h5
2> isogloss: note: en is now in the space of de; both are in mapped.h5
$ isogloss inspect --quick mapped.h5 | tail -2
> en          240        240  1-2       128  f32   ids text labels  (English)
> de          240        240  1-2       128  f32   ids text labels  (German)
$ isogloss compare mapped.h5 --layers 2 --measure cka --csv after.csv
$ isogloss compare $S/examples/states/mini.h5 --tgt de --layers 2 --measure cka --csv - | cut -d , -f 7 > before.txt
$ cut -d , -f 7 after.csv | head -c 9 | cmp -n 9 - before.txt
# words that are linked: of two languages, in rows of words
$ cut -f 3 $S/examples/corpus/en.tsv | tail -n +2 > en.txt
$ cut -f 3 $S/examples/corpus/de.tsv | tail -n +2 > de.txt
$ yes '0-0 1-1' | head -240 > links.txt
$ isogloss embed --model $S/examples/mini en=en.txt de=de.txt --pool none -o pieces.h5 --quiet
$ isogloss embed --model $S/examples/mini en=en.txt de=de.txt --pool word -o words.h5 --quiet
$ isogloss align words.h5 --alignments links.txt --layers 2 --measure p@1 --csv - --quiet | cut -d , -f 1,7,14,17,21,29 > words.txt
$ isogloss align pieces.h5 --alignments links.txt --layers 2 --measure p@1 --csv - --quiet | cut -d , -f 1,7,14,17,21,29 > pieces.txt
$ cat pieces.txt
> measure,value,n,pool,stage,train
> p@1,0.0958333333333,480,word,before,
> p@1,0.0833333333333,480,word,centred,words+means
> p@1,0.0479166666667,480,word,after,words
> p@1,-0.0479166666667,480,word,difference,words
> p@1,-0.0354166666667,480,word,difference,words
> p@1,-0.0125,480,word,difference,words+means
# rows of words are rounded to f16 once, pieces before they are averaged
$ cat words.txt
> measure,value,n,pool,stage,train
> p@1,0.0958333333333,480,word,before,
> p@1,0.0833333333333,480,word,centred,words+means
> p@1,0.0479166666667,480,word,after,words
> p@1,-0.0479166666667,480,word,difference,words
> p@1,-0.0354166666667,480,word,difference,words
> p@1,-0.0125,480,word,difference,words+means
# what cannot be
$ isogloss align
2> isogloss align: needs an INPUT, such as states.h5 (see `isogloss help align`)
? 2
$ isogloss align $S/examples/states/mini.h5 --method ortogonal
2> isogloss align: --method: unknown method 'ortogonal'; did you mean 'orthogonal'? (see `isogloss help align`)
? 2
$ isogloss align $S/examples/states/mini.h5 --apply maps.h5
2> isogloss align: --apply needs --out, the file to write (see `isogloss help align`)
? 2
$ isogloss align $S/examples/states/mini.h5 --apply maps.h5 -o no.h5 --method orthogonal
2> isogloss align: --apply: maps are applied as they were saved, --method would have no effect (see `isogloss help align`)
? 2
$ isogloss align $S/examples/states/mini.h5 --apply maps.h5 -o no.h5 --preset emerging
2> isogloss align: --apply: maps are applied as they were saved, --preset would have no effect (see `isogloss help align`)
? 2
$ isogloss align $S/examples/states/mini.h5 -o mapped.h5
2> isogloss align: --out goes with --apply; --map saves what is fitted (see `isogloss help align`)
? 2
$ isogloss align $S/examples/states/mini.h5 --preset emergin
2> isogloss align: --preset: unknown name 'emergin'; did you mean 'emerging'? (see `isogloss help align`)
? 2
$ isogloss align $S/examples/states/mini.h5 --folds 1
2> isogloss align: --folds: 1 is less than 2 (see `isogloss help align`)
? 2
$ isogloss align $S/examples/states/mini.h5 --folds 121
2> isogloss align: --folds 121: needs 242 items of different text, there are 240: fewer folds, or more items
? 1
$ isogloss align words.h5 --pool none
2> isogloss align: words.h5: token rows of en and de (words.h5) are cut differently: --pool mean
? 1
$ isogloss align $S/examples/states/mini.h5 --alignments links.txt --tgt de
2> isogloss align: *mini.h5: en has no rows of words: --alignments wants states by `embed --pool word` or `--pool none`
? 1
$ echo 0-99 > far.txt
$ isogloss align words.h5 --alignments far.txt
2> isogloss align: far.txt: has 1 lines, en has 240 sentences
? 1
$ sed '3s/.*/0-99/' links.txt > far.txt
$ isogloss align words.h5 --alignments far.txt
2> isogloss align: far.txt: line 3 links word 99 of de, which has * there: were the same texts aligned?
? 1
$ isogloss embed --model $S/examples/mini en=en.txt de=de.txt --pool types -o types.h5 --quiet
$ isogloss align types.h5
2> isogloss align: types.h5: rows are word types, which no order pairs: give a dictionary with --train
? 1
$ isogloss align $S/examples/states/mini.h5 --tgt zh --apply maps.h5 -o no.h5
2> isogloss align: maps.h5: no map of en to zh, layer 0; there are: en-de (layers 1,2), en-fr (layers 1,2)
? 1
$ isogloss align $S/examples/states/mini.h5 --apply maps.h5 -o no.h5
2> isogloss align: --apply maps one language to one other, 9 pairs are chosen: --tgt chooses
? 1
$ isogloss align $S/examples/states/mini.h5 --tgt de --apply $S/examples/states/mini.h5 -o no.h5
2> isogloss align: *mini.h5: holds no maps (format is "isogloss-states", not "isogloss-maps")
? 1
$ craft dims.h5 en:1=40x8 de:1=40x8
$ isogloss align dims.h5 --src en --apply maps.h5 -o no.h5
2> isogloss align: maps.h5: maps 128 dims, layer 1 of en has 8: --pad adds columns of zeros
? 1
$ craft narrow.h5 fr:1=40x6
$ isogloss align dims.h5 narrow.h5 --src en --tgt fr
2> isogloss align: narrow.h5: fr, layer 1 has 6 dims, de (dims.h5) has 8; two models are two collections (align takes them with --pad)
? 1
$ craft nan.h5 en:1=40x8 de:1=40x8,nan:7
$ isogloss align nan.h5 --src en --map no.h5
2> isogloss align: en to de, layer 1: nan.h5: de, layer 1: row 7 holds NaN or infinity
? 1
$ isogloss align $S/examples/states/mini.h5 --tgt de --mem 1M
2> isogloss align: --mem 1 MB: 240 rows of a pair take 2 MB: more memory, or --limit
? 1
$ isogloss align $S/examples/states/mini.h5 --tgt de,fr --map no.npy --json /dev/null
2> isogloss align: en to fr, layer 0: no.npy: an .npy holds one map: choose one --tgt and one of --layers, or name a file .h5
? 1
$ ls no*
2> ls: *
? 2
