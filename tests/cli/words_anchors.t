# Strings that the texts of two languages share.
tolerance 1e-9
# by hand: en has the, day (three times), is, by; de has der, day, is, x: day and is are shared, 2 of 6 words; of 10 running ones 4 in en and 2 in de
$ mkdir c one; printf 'the day is\nDay, by day\n' > c/en.txt; printf 'der Day is\nx\n' > c/de.txt; cp c/en.txt one
$ isogloss words --anchors all --corpus c
> measure	estimator	src	tgt	value	interval	n
> anchors	words	de	en	2	none	6
> anchors	words-share	de	en	0.6	none	10
$ isogloss words --anchors words-share --corpus c --json - | grep -c '"corpus"'
> 1
# pieces are the tokenizer's; what is written is what gap holds constant
$ isogloss words --anchors pieces-share --corpus $S/examples/corpus --model $S/examples/mini --csv a.csv; head -2 a.csv | cut -d , -f 1-4,7,14,19
> measure,estimator,src,tgt,value,n,model
> anchors,pieces-share,ar,de,0.074803793329,12232,mini
$ isogloss compare $S/examples/states/mini.h5 --layers last --interval none --measure cka --json r.json --quiet
$ isogloss gap --scores $S/examples/xnli_zero_shot.tsv --row mBERT --given a.csv r.json --interval none --quiet | grep -c '	a	'
> 3
# what is wrong is said
$ isogloss words --anchors pieces --corpus c
2> isogloss words: --anchors pieces needs --model DIR, the checkpoint whose tokenizer cuts texts into pieces
? 1
$ isogloss words --anchors words
2> isogloss words: --anchors needs --corpus DIR (see `isogloss help words`)
? 2
$ isogloss words a b --anchors words --corpus c
2> isogloss words: --anchors is of texts, not of word vectors; leave out a (see `isogloss help words`)
? 2
$ isogloss words --anchors words --corpus one
2> isogloss words: --anchors are of two languages: en is alone
? 1
$ isogloss words --anchors letters --corpus c
2> isogloss words: --anchors: letters is not one of: words words-share pieces pieces-share all (see `isogloss help words`)
? 2
