# Sets of source languages, ranked by what is known of them, and held against measured transfer.
tolerance 1e-6
# by hand: of en (1,0,0) and de (1,1,?) two features count: 1 - 1/sqrt 2; en and hi (0,0,1) share nothing: 1; where both de and hi are known hi has nothing
$ printf 'lang\tS_A\tS_B\tS_C\neng\t1\t0\t0\ndeu\t1\t1\t-1\nhin\t0\t0\t1\nurd\t--\t\tNA\n' > f.tsv
$ isogloss select --src en,de,hi --k 2 --typology f.tsv
> measure	estimator	value	n	subset	family	place
> diversity	syntax	1	2	en+hi	2	1
> diversity	syntax	0.2928932188135	2	en+de	2	2
> distance	syntax	0.2928932188135	2	en+hi	3	1
> distance	syntax	0.2928932188135	2	de+hi	3	1
> distance	syntax	1	2	en+de	3	3
> scripts	count	2	2	en+hi	3	1
> scripts	count	2	2	de+hi	3	1
> scripts	count	1	2	en+de	3	3
2> isogloss: note: diversity:syntax: 1 of 9 features of the languages are unknown and count for no pair
2> isogloss: note: diversity:syntax: 2 of 3 sets have a value
# sizes, a target; a language without features
$ printf 'lang,gib\nen,300.8\nde,66.6\nhi,20.2\nar,28\n' > s.csv
$ isogloss select --src en,de,hi,ur --tgt ar --k 2 --typology f.tsv --sizes s.csv --top 2 --quiet
> measure	estimator	value	n	subset	family	place
> diversity	syntax	1	2	en+hi	2	1
> diversity	syntax	0.2928932188135	2	en+de	2	2
> scripts	count	2	2	en+hi	6	1
> scripts	count	2	2	en+ur	6	1
> pretraining	size	367.4	2	en+de	3	1
> pretraining	size	321	2	en+hi	3	2
$ isogloss select --src en,de,hi,ur --k 2 --typology f.tsv --top 1 > out.tsv
2> isogloss: note: diversity:syntax: 1 of 9 features of the languages are unknown and count for no pair
2> isogloss: note: diversity:syntax: languages without features, so no set with one of them has a value: ur
2> isogloss: note: diversity:syntax: 2 of 6 sets have a value
2> isogloss: note: distance:syntax: 3 of 6 sets have a value
# texts and states; a tokenizer of another model; one layer
$ isogloss select $S/examples/states/mini.h5 --corpus $S/examples/corpus --model $S/examples/mini --layers 2 --top 1
> measure	estimator	src_layer	tgt_layer	value	n	model	subset	family	place
> coverage	pieces			0.467126623377	3		en+hi+zh	120	1
> overlap	pieces			0.1682392961992	3		fr+ru+zh	120	1
> overlap	words			0.01554760230432	3		en+ar+ru	120	1
> ttr	sources			0.6155665935	3		ar+ru+tr	120	1
> ttr	distance			0.00384253656229	3		ar+es+zh	120	1
> diversity	states	2	2	1.574840802245	3	mini	en+sw+zh	120	1
> similarity	cosine	2	2	0.61711731696	3	mini	ar+fr+tr	120	1
> similarity	cka	2	2	0.3095425010244	3	mini	es+sw+zh	120	1
> scripts	count			3	3		en+ar+hi	120	1
$ mkdir other; cp $S/examples/mini/* other; isogloss select $S/examples/states/mini.h5 --corpus $S/examples/corpus --model other --src en,de,fr --k 2 --top 1 > out.tsv
2> isogloss: note: the states are of mini, --model is other: coverage and overlap of pieces are another model's
# lang2vec's arrays have codes of ISO 639-3; two readings of a code
$ isogloss select --src en,de,eng_Latn --k 2 --typology $S/tests/fuzz/seeds/typology/sources.npz
> measure	estimator	value	n	subset	family	place
> diversity	phonology	0	2	en+de	1	1
> scripts	count	1	2	en+de	1	1
2> isogloss: note: diversity:syntax: languages without features, so no set with one of them has a value: de
2> isogloss: note: diversity:family: languages without features, so no set with one of them has a value: en
2> isogloss: note: diversity:syntax: no set has a value
2> isogloss: note: distance:syntax: no set has a value
2> isogloss: note: distance:phonology: no set has a value
2> isogloss: note: diversity:family: no set has a value
2> isogloss: note: distance:family: no set has a value
$ printf 'lang\tS_A\nara\t1\narb\t0.5\neng\t1\n' > two.tsv
$ isogloss select --src ar,en --k 2 --typology two.tsv
2> isogloss select: two.tsv: ar has two readings, ara and arb; a file letter_codes.json beside it says which: {"ar": "ara"}
? 1
$ echo '{"ar": "arb"}' > letter_codes.json; isogloss select --src ar,en --k 2 --typology two.tsv; rm letter_codes.json
> measure	estimator	value	n	subset	family	place
> diversity	syntax	0	2	ar+en	1	1
> scripts	count	2	2	ar+en	1	1
2> isogloss: note: distance:syntax: no set has a value
# measured transfer, all pairs of four languages. By hand: of the pairs all but en+de have two scripts, and .77 .71 .80 .76 .86 held out: regret .86 - .78, by chance .86 - .7583
$ isogloss select --results $S/tests/fuzz/seeds/transfer/pairs --interval none
> measure	estimator	value	lo	hi	interval	null	null_sd	p	n	x	y	why	baseline	permutations	p_max	family
> agreement	spearman	0.654653670708			none	0	0.4472135955	0.333333333333	6	scripts:count	transfer:held-out			720	0.333333333333	1
> agreement	spearman	0.392792202425			none	0	0.4472135955	0.666666666667	6	scripts:count	transfer:relative			720	0.666666666667	1
> agreement	spearman	0.565685424949			none	0	0.4472135955	0.5	6	scripts:count	transfer:all			720	0.5	1
> agreement	spearman	0.0436435780472	-0.654653670708	0.654653670708	shuffles			0.42	6	scripts:count	transfer:held-out		shuffled	99		
> agreement	spearman	0.0727392967453	-0.654653670708	0.654653670708	shuffles			0.65	6	scripts:count	transfer:relative		shuffled	99		
> agreement	spearman	0.0799959186797	-0.707106781187	0.565685424949	shuffles			0.5	6	scripts:count	transfer:all		shuffled	99		
> agreement	spearman				none				6	examples	transfer:held-out	x is the same for all				
> agreement	spearman				none				6	examples	transfer:relative	x is the same for all				
> agreement	spearman				none				6	examples	transfer:all	x is the same for all				
> agreement	spearman				none				6	size	transfer:held-out	x is the same for all				
> agreement	spearman				none				6	size	transfer:relative	x is the same for all				
> agreement	spearman				none				6	size	transfer:all	x is the same for all				
> regret	first	0.08				0.1016666666667		0.333333333333	2	scripts:count	transfer:held-out					6
> hit	first-5	1				0.833333333333			2	scripts:count	transfer:held-out					6
> regret	first	0.00866666666667				0.01		0.333333333333	2	scripts:count	transfer:relative					6
> hit	first-5	1				0.833333333333			2	scripts:count	transfer:relative					6
> regret	first	0.01				0.01166666666667		0.666666666667	2	scripts:count	transfer:all					6
> hit	first-5	1				0.833333333333			2	scripts:count	transfer:all					6
$ isogloss select --results $S/tests/fuzz/seeds/transfer/two --interval none > out.tsv
2> isogloss: note: */tests/fuzz/seeds/transfer/two: of no size are all sets there, so there is no regret and no hit
# what is wrong is said
$ isogloss select
2> isogloss select: needs candidates: name them by --src, or give states, --corpus or --results
? 1
$ isogloss select --src en,de
2> isogloss select: --k 3: there are 2 candidates, en, de
? 1
$ isogloss select --src en
2> isogloss select: --k 3: there is 1 candidate, en
? 1
$ isogloss select --k 12 --src af,am,ar,as,az,ba,be,bg,bn,bo,br,ca,cs,cy,da,de,el,en,eo,es,et,eu,fa,fi,fr,ga,gl,gu,he,hi
2> isogloss select: --k 12 of 30 candidates are 86493225 sets, and no more than 10000000 are ranked: take fewer candidates (--src) or another --k
? 1
$ isogloss select --src en,de,fr --layers 1,2
2> isogloss select: --layers 1,2: sources are chosen by one layer, such as 8 or last (see `isogloss help select`)
? 2
$ isogloss select --src en,de,fr --model $S/examples/mini
2> isogloss select: --model cuts texts into pieces: name them by --corpus
? 1
$ isogloss select --src en,de --results runs.json
2> isogloss select: --results and --src exclude each other (see `isogloss help select`)
? 2
$ isogloss select --src en,de,fr --typology nowhere
2> isogloss select: nowhere: No such file or directory
? 1
$ mkdir empty; isogloss select --src en,de,fr --typology empty
2> isogloss select: empty: has none of features.npz, family_features.npz, geocoord_features.npz
? 1
$ printf 'lang,gib\nen,1\neng,2\n' > twice.csv; isogloss select --src en,de,fr --sizes twice.csv
2> isogloss select: twice.csv: two sizes of en
? 1
$ echo '[{"train_config": {"en": 1, "de": 2}, "eval_results": {"de": 0.5}}]' > none.json; isogloss select --results none.json
2> isogloss select: none.json: of 1 entries 0 train on no language and 1 hold none out: nothing is left to hold predictors against
? 1
$ echo '[{"train_config": {"en": 1, "eng": 2}, "eval_results": {"de": 0.5}}]' > same.json; isogloss select --results same.json
2> isogloss select: same.json: entry 1 has en twice in train_config
? 1
$ isogloss select --results $S/tests/fuzz/seeds/transfer/pairs --by-language
2> isogloss select: */tests/fuzz/seeds/transfer/pairs: 0 languages are held out by 8 entries or more; --by-language needs 3
? 1
$ isogloss select --results $S/tests/fuzz/seeds/transfer/pairs --permutations 5
2> isogloss select: --permutations 5: p is at least 1/(K + 1), so that fewer than 19 cannot reach 0.05; 1000 are usual (see `isogloss help select`)
? 2
$ isogloss select $S/examples/states/mini.h5 --k 2 --plan
> candidates	10
> targets	10
> sets	45
