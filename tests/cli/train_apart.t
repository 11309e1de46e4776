# Masked words of languages that share less: nothing of the vocabulary, a fake language, parts of the encoder
$ ln -s $S/examples/mini m; ln -s $S/examples/corpus c; sed 's/"num_hidden_layers": [0-9]*/"num_hidden_layers": 2/' m/config.json > two.json; echo "--random-weights 1 --config two.json --corpus c --task mlm --stream 32 --steps 2 --interval none --quiet" > o
# every language has pieces of its own: ids are moved by the size of the vocabulary
$ isogloss train --model m $(cat o) --src en,de --anchors none -o apart
> measure	estimator	src	tgt	value	interval	null	n	model	train
> accuracy	masked	en+de	en	*
> accuracy	masked	en+de	de	*
> perplexity	masked	en+de	en	*	none	16374	*
> perplexity	masked	en+de	de	*
$ grep -E 'shift|"vocab_size"' apart/config.json
>  "vocab_size": 16382,
>  "isogloss_shift": {"en": 0, "de": 8191},
$ isogloss embed --model apart en=c/en.tsv de=c/de.tsv -o x.h5 --quiet; isogloss embed --model apart en=c/en.tsv sw=c/sw.tsv -o y.h5
2> isogloss embed: apart: each language has pieces of its own, and sw has none: there are en, de
? 1
$ isogloss train --model apart --task mlm --corpus c --src de --tgt en --stream 32 --steps 1 -o more --quiet --csv /dev/null; grep shift more/config.json
>  "isogloss_shift": {"en": 0, "de": 8191},
$ sed 's/"de": 8191/"de": 16382/' apart/config.json > bad.json; cp bad.json apart/config.json; isogloss embed --model apart en=c/en.tsv -o y.h5
2> isogloss embed: apart/config.json: isogloss_shift of de is no whole number from 0 to 16381
? 1
$ sed 's/"de": 16382/"de": 16000/' bad.json > apart/config.json; isogloss embed --model apart de=c/de.tsv -o y.h5
2> isogloss embed: apart: id * of the tokenizer is moved by 16000 for de, the weights know 16382
? 1
# the texts of a language a second time, in pieces of their own
$ isogloss train --model m $(cat o) --src en --tgt en --fake en -o fake
> measure	estimator	src	tgt	value	interval	null	n	model	train
> accuracy	masked	en+en-x-fake	en	*
> accuracy	masked	en+en-x-fake	en-x-fake	*
> perplexity	masked	en+en-x-fake	en	*
> perplexity	masked	en+en-x-fake	en-x-fake	*
$ grep shift fake/config.json; mkdir f; cp c/en.tsv f/en.tsv; cp c/en.tsv f/en-x-fake.tsv; isogloss embed --model fake --corpus f -o f.h5 --quiet; isogloss compare f.h5 --measure cka --interval none --layers 0 --csv - | cut -d, -f1,3,4 | tail -1
>  "isogloss_shift": {"*": 0, "en-x-fake": 8191},
> cka,en-x-fake,en
$ cp -r fake last; sed 's/{"\*": 0, "en-x-fake": 8191}/{"en-x-fake": 8191, "*": 0}/' fake/config.json > last/config.json; isogloss embed --model last en=c/en.tsv -o last.h5 --quiet && grep shift last/config.json
>  "isogloss_shift": {"en-x-fake": 8191, "*": 0},
# parts of the encoder for each language: a checkpoint of each, which share the rest
$ isogloss train --model m $(cat o) --src en,de --separate embeddings,1 -o sep --lr 1e-3
> measure	estimator	src	tgt	value	interval	null	n	model	train
> accuracy	masked	en+de	en	*
> accuracy	masked	en+de	de	*
> perplexity	masked	en+de	en	*	8187	*
> perplexity	masked	en+de	de	*
$ ls sep sep/de; cat sep/languages.json; isogloss inspect sep/de | tail -1
> sep:
> curve.json
> de
> en
> languages.json
> records.json
> 
> sep/de:
> config.json
> model.safetensors
> sentencepiece.bpe.model
> tokenizer_config.json
> {"languages": ["en", "de"], "separate": "embeddings,1"}
> nothing odd: every tensor the encoder needs is there, all numbers are finite
# a language is tested alike, whichever others are beside it
$ mkdir t1 t2; cp c/de.tsv t1; cp c/en.tsv c/de.tsv t2; for t in t1 t2; do isogloss train --model m $(cat o) --src en,de --separate embeddings,1 --test $t -o $t.out --lr 1e-3 --csv - | grep 'perplexity.*,de,' | cut -d, -f7; done | uniq | wc -l
> 1
$ isogloss embed --model sep en=c/en.tsv -o x.h5
2> isogloss embed: sep: holds a checkpoint of each language, a folder each: name one of these
? 1
# it goes on from there, and learns a task with the shared parts alone; others are tested with theirs
$ isogloss train --model sep --task mlm --corpus c --src en,de --stream 32 --steps 1 -o sep2 --csv /dev/null
2> isogloss: note: sep/en: goes on from its head of masked words
2> isogloss: note: 1 step, *
2> isogloss: note: sep2 holds a checkpoint of each language; next: `isogloss embed --model sep2/en en=TEXT -o OUT.h5` takes states of one
$ isogloss train --model sep --corpus c --src en --epochs 1 -o tuned --interval none --quiet | cut -f1-4
> measure	estimator	src	tgt
> accuracy	fine-tuned	en	en
> accuracy	fine-tuned	en	de
> accuracy	majority	en	en
> accuracy	majority	en	de
> f1	macro	en	en
> f1	macro	en	de
> gap	language	en	de
> gap	mean	en	
# the folders of two runs mixed up
$ cp -r sep mixed; rm -r mixed/de; cp -r sep2/de mixed/de; isogloss train --model mixed --task mlm --corpus c --src en,de --steps 1 -o x
2> isogloss train: mixed/de: roberta.encoder.layer.1.* is not that of mixed/en, with which it is shared: take the folders of one run
? 1
# threads do not matter, nor a run that was interrupted
$ for n in 1 2; do rm -rf z; isogloss train --model m $(cat o) --src en,de --separate embeddings,2 --threads $n -o z --csv /dev/null; cat z/*/model.safetensors | cksum; done | sort -u | wc -l
> 1
$ isogloss train --model m $(cat o) --src en,de --separate 1 --anchors none -o both --csv /dev/null; grep -c shift both/en/config.json
> 1
# what is wrong is said
$ isogloss train --model m --corpus c --separate 1 -o x
2> isogloss train: --separate is of --task mlm (*
? 2
$ isogloss train --model m --corpus c --task mlm --separate 1,x -o x
2> isogloss train: *x*
? 2
$ isogloss train --model m --corpus c --task mlm --src en,de --separate 1-9 -o x
2> isogloss train: *
? 1
$ isogloss train --model m --corpus c --task mlm --src en --separate 1 -o x
2> isogloss train: --separate: en alone is learnt: name more in --src
? 1
$ isogloss train --model sep --corpus c --task mlm --separate 1 -o x
2> isogloss train: --separate: sep says itself what its languages have of their own
? 1
$ isogloss train --model sep --corpus c --task mlm --src en -o x
2> isogloss train: --src: de has parts of its own, which learn masked words with the others: name it, too
? 1
$ isogloss train --model sep --corpus c --src sw -o x
2> isogloss train: sep/en: has parts for en and others, none for sw
? 1
$ isogloss train --model sep --corpus c --method noise -o x
2> isogloss train: sep: its languages have parts of their own, which are learnt by --method plain alone
? 1
$ isogloss train --model m --corpus c --task mlm --src en,de --anchors none -o x
2> isogloss train: --anchors makes new pieces, which mini has no weights for: give --random-weights
? 1
$ isogloss train --model m --corpus c --task mlm --separate embeddings --anchors none -o x
2> isogloss train: --anchors none: languages with --separate embeddings share no pieces (*
? 2
$ isogloss train --model m $(cat o) --src en,de --tgt sw --anchors none -o x
2> isogloss train: --tgt sw: is not learnt, and would have no pieces: add it to --src
? 1
$ isogloss train --model m $(cat o) --src en --fake de -o x
2> isogloss train: --fake de: is not learnt: name it in --src
? 1
