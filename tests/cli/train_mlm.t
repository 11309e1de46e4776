# Masked words of running text: accuracy and perplexity, of untrained languages too
$ ln -s $S/examples/mini m; ln -s $S/examples/corpus c; isogloss train --model m --corpus c --task mlm --stream 64 --src en,de --tgt sw --epochs 2 --lr 1e-3 -o tuned
2> isogloss: note: m: goes on from its head of masked words
2> isogloss: note: 10 steps, * tokens in * s, */s; best on dev after step 10: loss *
2> isogloss: note: tuned is a checkpoint; next: `isogloss embed --model tuned --corpus DIR -o OUT.h5` takes its states
> measure	estimator	src	tgt	value	lo	hi	interval	null	n	model	train
> accuracy	masked	en+de	en	*	boot-items	*
> accuracy	masked	en+de	de	*
> accuracy	masked	en+de	sw	*
> perplexity	masked	en+de	en	*	8187	81	tuned	en+de
> perplexity	masked	en+de	de	*
> perplexity	masked	en+de	sw	*
$ head -2 tuned/config.json; grep -c 'id2label' tuned/config.json; grep -o '"loss", "estimator": "dev"' tuned/curve.json | sort -u
> {
>  "architectures": ["XLMRobertaForMaskedLM"],
> 0
> "loss", "estimator": "dev"
# from random weights it learns, and goes on from what it learnt
$ isogloss train --model m --random-weights 1 --corpus c --task mlm --stream 32 --src en --tgt en --steps 3 -o new --csv /dev/null
2> isogloss: note: 3 steps, *
2> ...
$ isogloss train --model new --corpus c --task mlm --stream 32 --src en --tgt en --steps 1 -o more --csv /dev/null
2> isogloss: note: new: goes on from its head of masked words
2> ...
# of another shape, with the tokenizer of a folder that has no config.json
$ mkdir t; cp m/sentencepiece.bpe.model m/tokenizer_config.json t; sed 's/"num_hidden_layers": [0-9]*/"num_hidden_layers": 1/' m/config.json > one.json; isogloss train --model t --random-weights 1 --config one.json --corpus c --task mlm --stream 32 --src en --tgt en --steps 2 -o one --csv /dev/null --quiet; isogloss inspect one | tail -1; grep num_hidden_layers one/config.json
> nothing odd: every tensor the encoder needs is there, all numbers are finite
>  "num_hidden_layers": 1,
$ isogloss train --model m --config one.json --corpus c --task mlm -o x
2> isogloss train: --config is of --random-weights (*
? 2
$ isogloss train --model t --random-weights 1 --config none.json --corpus c --task mlm -o x
2> isogloss train: none.json: *
? 1
# threads do not matter
$ for n in 1 2; do rm -rf z; isogloss train --model m --corpus c --task mlm --src en --tgt en --steps 2 --threads $n -o z --quiet --csv /dev/null; cksum < z/model.safetensors; done | sort -u | wc -l
> 1
# both texts of a pair of translations
$ isogloss train --model m --corpus c --task tlm --src en,de --tgt sw --epochs 1 --lr 1e-3 -o pairs --quiet --interval none
> measure	estimator	src	tgt	value	interval	null	n	model	train
> accuracy	masked	en+de	de	*
> accuracy	masked	en+de	sw	*
> perplexity	masked	en+de	de	*
> perplexity	masked	en+de	sw	*
# one masked word each: losses above 1 have intervals, too
$ isogloss train --model m --corpus c --task tlm --src en,de --tgt de --max-length 6 --steps 1 -o short --quiet | grep -c 'perplexity.*boot-items'
> 1
# half for each text of a pair: what the model has no room for is said with the number given
$ isogloss train --model m --corpus c --task tlm --src en,de --max-length 200 -o x
2> isogloss train: --max-length 200: mini has positions for 144 tokens; give that or less
? 1
$ isogloss train --model m --corpus c --task tlm --src en,de --max-length 1 -o x
2> isogloss train: --max-length 1 *
? 1
$ mkdir dv; head -4 c/en.tsv > dv/en.tsv; isogloss train --model m --corpus c --task tlm --src en,de --test dv -o x
2> isogloss train: --test dv: holds no text of the languages asked for
? 1
$ isogloss train --model m --corpus c --task mlm --stream 64 --src en,de --tgt sw --plan --quiet
> model	mini
> train	en+de
> languages	3
> train items	152
> dev items	19
> test items	29
> steps	15
> parameters	1885567
> ...
# what is wrong is said
$ isogloss train --model m --corpus c --task mlm --method xmixup -o x
2> isogloss train: masked words are learnt by --method plain alone (*
? 2
$ isogloss train --model m --corpus c --stream 64 -o x
2> isogloss train: --stream is of --task mlm (*
? 2
$ isogloss train --model m --corpus c --sampling-exponent 0.5 -o x
2> isogloss train: --sampling-exponent is of --task mlm and tlm (*
? 2
$ isogloss train --model m --corpus c --task mlm --stream 5000 -o x
2> isogloss train: --stream 5000: mini has positions for 144 tokens; give that or less
? 1
$ touch parts; isogloss train --model m --corpus c --task mlm --src en --split parts -o x
2> isogloss train: --split parts: goes by ids, which running text does not have: give shares, such as 80/10/10
? 1
$ echo 3 4 5 > en.ids; isogloss train --model m --task mlm en=en.ids -o x
2> isogloss train: en.ids: masked words are learnt from texts: of token ids nothing says which is the mask
? 1
$ isogloss train --model m --task tlm --corpus c --src en -o x
2> isogloss train: --task tlm pairs the first language of --src with each other one: name two or more
? 1
