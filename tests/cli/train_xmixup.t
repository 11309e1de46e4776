# Items learn together with their originals, which are mixed into them.
$ ln -s $S/examples/mini m; mkdir c; for l in en de sw; do head -61 $S/examples/corpus/$l.tsv > c/$l.tsv; done; isogloss train --model m --corpus c --src en --translate-train de --method xmixup --mix-layers 2 --epochs 1 --lr 1e-3 --test-source gold,shuffled,branches -o tuned
2> isogloss: note: without --translations the source of an item is always the original, in tests the item itself
2> isogloss: note: 3 steps, * tokens in * s, */s; best on dev after step 3: *
2> isogloss: note: tuned is a checkpoint; next: `isogloss mix --model tuned --lambda tuned/lambda.json --layer 2 --corpus DIR --src en` shows what its mixing does
> measure	estimator	src	tgt	value	lo	hi	interval	null	n	pool	model	train	*
> accuracy	fine-tuned	en	en	*
> accuracy	fine-tuned	en	de	*
> accuracy	fine-tuned	en	sw	*
> ...
> accuracy	oracle	en	en	*
> ...
> accuracy	shuffled-source	en	en	*
> ...
> accuracy	target-branch	en	en	*
> ...
> accuracy	source-branch	en	en	*
> ...
> gap	mean	en		*
# what each says is in the table of predictions
$ head -1 tuned/predictions.tsv; cut -f 1 tuned/predictions.tsv | uniq -c
> lang	id	label	fine-tuned	oracle	shuffled-source	target-branch	source-branch
> *
> *
> *
> *
# λ's numbers are there, and mix reads them
$ cat tuned/lambda.json
> {"lambda0": 0.5, "layers": {"2": {"W": *, "b": *}}}
$ isogloss mix --model tuned --lambda tuned/lambda.json --layer 2 --corpus c --src en --tgt de --measure cosine --interval none --quiet | grep -c lambda
> *
# without mixing, consistency and a part of the originals it is plain training, to the last bit
$ isogloss train --model m --corpus c --src en --translate-train de --epochs 1 --micro-batch 100000 -o plain --quiet > /dev/null; isogloss train --model m --corpus c --src en --translate-train de --epochs 1 --micro-batch 100000 -o pairs --quiet --method xmixup --mix-layers none --consistency none --alpha 0 > /dev/null; cmp plain/model.safetensors pairs/model.safetensors && cat pairs/lambda.json
> {"lambda0": 0.5, "layers": {}}
# originals as translations: what was learnt and said with these is the oracle's
$ mkdir t; cp c/en.tsv t/de.tsv; cp c/en.tsv t/sw.tsv; isogloss train --model m --corpus c --src en --translate-train de --method xmixup --translations t --sampling gold --epochs 1 --test-source gold,self --interval none -o a --quiet | awk '$1 == "accuracy" && $2 ~ /fine-tuned|oracle/ { x[$4, $5]++ } END { for (k in x) { n++; if (x[k] != 2) print "differs", k } print n }'
> 3
$ isogloss train --model m --corpus c --src en --translate-train de --method xmixup --epochs 1 -o b --quiet --interval none > /dev/null; cmp a/model.safetensors b/model.safetensors
# states of what is frozen are kept of sources, too: originals as translations give the same bits
$ for k in gold translated; do isogloss train --model m --corpus c --src en --translate-train de --method xmixup --translations t --sampling $k --alpha 0 --freeze embeddings,1-2 --mix-layers 3 --epochs 2 --batch 16 -o k-$k --quiet --csv /dev/null; done; cmp k-gold/model.safetensors k-translated/model.safetensors; cmp k-gold/lambda.json k-translated/lambda.json
# published numbers of λ, and one that is fixed, do not learn
$ isogloss train --model m --corpus c --src en --translate-train de --method xmixup --mix-layers 1,3-4 --lambda released --lambda0 0.4 --steps 2 -o r --quiet --csv /dev/null; cat r/lambda.json
> {"lambda0": 0.4, "layers": {"1": {"W": 1, "b": 0}, "3": {"W": 1, "b": 0}, "4": {"W": 1, "b": 0}}}
$ isogloss train --model m --corpus c --src en --translate-train de --method xmixup --lambda 0.25 --freeze embeddings,1-3 --steps 2 -o f --quiet --csv /dev/null; ls f/lambda.json
> f/lambda.json
# a killed run goes on: the same bits
$ isogloss train --model m --corpus c --src en --translate-train de --method xmixup --translations t --epochs 2 --sampling epoch --threads 2 -o e --quiet --csv /dev/null; isogloss train --model m --corpus c --src en --translate-train de --method xmixup --translations t --epochs 2 --sampling epoch --threads 1 -o g --quiet --csv /dev/null; cmp e/model.safetensors g/model.safetensors; cmp e/lambda.json g/lambda.json
# translations that are missing are counted
$ head -21 t/de.tsv > half; mv half t/de.tsv; rm t/sw.tsv; isogloss train --model m --corpus c --src en --translate-train de --method xmixup --translations t --steps 1 -o h --csv /dev/null
2> isogloss: note: items without a translation, whose source is the original in training, the item itself in tests: *
2> ...
# what is wrong is said
$ isogloss train --model m --corpus c --src en --alpha 0.3 -o x
2> isogloss train: --alpha is of --method xmixup (*
? 2
$ isogloss train --model m --corpus c --src en --method xmixup --lambda 1.5 -o x
2> isogloss train: --lambda 1.5: learnt, released, or a number within [0, 1] (*
? 2
$ isogloss train --model m --corpus c --src en --method xmixup --test-source translated -o x
2> isogloss train: --test-source translated needs --translations (*
? 2
$ isogloss train --model m --corpus c --src en --method xmixup --test-source golden -o x
2> isogloss train: --test-source golden: translated, self, gold, shuffled or branches (*
? 2
$ isogloss train --model m --corpus c --src en --method xmixup --sampling translated -o x
2> isogloss train: --sampling needs --translations (*
? 2
$ isogloss train --model m --corpus c --src en --method xmixup --mix-layers 9 -o x
2> isogloss: note: *
2> isogloss train: mini has no layer 9 (its last is 4)
? 1
$ mkdir u; cp c/en.tsv u/fr.tsv; isogloss train --model m --corpus c --src en --method xmixup --translations u -o x
2> isogloss train: u: has translations of no language that is not a source
? 1
# the published protocol by name is what it prints
$ isogloss train --model m --corpus c --src en --translate-train de --preset xmixup --steps 2 -o named --quiet --csv named.csv
$ isogloss train --model m --corpus c --src en --translate-train de --method xmixup --mix-layers 1 --lambda released --alpha 0.4 --optimizer adam --lr 5e-6 --head-lr 5e-6 --weight-decay 0 --warmup 0 --clip 0 --clip-value 1 --batch 64 --steps 2 -o spelt --quiet --csv spelt.csv; cmp named/model.safetensors spelt/model.safetensors; cat named/lambda.json
> {"lambda0": 0.5, "layers": {"1": {"W": 1, "b": 0}}}
