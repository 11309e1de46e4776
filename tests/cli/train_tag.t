# tags of words: accuracy by word, and F1 of entities where tags are theirs
$ ln -s $S/examples/mini m; mkdir c; for l in en de; do sed 1d $S/examples/corpus/$l.tsv | awk -F '\t' '{ print "# sent_id = " $1; n = split($3, w, " "); for (i = 1; i <= n; i++) print w[i] "\t" (w[i] ~ /^[A-Z]/ ? "B-UP" : "O"); print "" }' > c/$l.conll; done; head -4 c/en.conll
> # sent_id = home-01
> The	B-UP
> soup	O
> is	O
$ isogloss train --model m --task tag --corpus c --src en --epochs 1 --lr 1e-3 -o tagged
2> isogloss: note: c/en.conll and 1 other file: words are column 1 of 2, tags column 2
2> isogloss: note: 6 steps, 4522 tokens in * s, */s; best on dev after step *
2> isogloss: note: tagged is a checkpoint; next: `isogloss embed --model tagged --corpus DIR -o OUT.h5` takes its states
> measure	estimator	src	tgt	value	lo	hi	interval	null	n	pool	model	train
> accuracy	fine-tuned	en	en	*	boot-items	0.902173913043	276	word	tagged	en
> accuracy	fine-tuned	en	de	*	boot-items	0.633962264151	265	word	tagged	en
> accuracy	majority	en	en	0.902173913043	*
> accuracy	majority	en	de	0.633962264151	*
> f1	entity	en	en	*	boot-items	0	27	word	tagged	en
> f1	entity	en	de	*	boot-items	0	97	word	tagged	en
> gap	language	en	de	*	24	word	tagged	en
> gap	mean	en		*	24	word	tagged	en
$ grep -e architectures -e label2id -e '_head"' -e problem tagged/config.json; isogloss inspect tagged | grep classifier; grep -o '"f1", "estimator": "[a-z]*"' tagged/curve.json
>  "architectures": ["XLMRobertaForTokenClassification"],
>  "label2id": {"B-UP": 0, "O": 1},
> not used by the encoder: classifier.bias, classifier.weight
> "f1", "estimator": "dev"
$ awk -F '\t' 'NR == 1 { print; next } $3 == 1 { items[$1]++ } { words[$1]++; right[$1] += $4 == $5 } END { for (l in words) print l, items[l], words[l], right[l] > "counted" }' tagged/predictions.tsv; sort -r counted
> lang	id	word	label	fine-tuned
> en 24 276 *
> de 24 265 *
$ isogloss gap --scores tagged/records.json --csv - --quiet | cut -d , -f 1-4
> measure,estimator,src,tgt
> gap,language,en,de
> gap,mean,en,
# tags of a table are those of what blanks divide in the text; those that do not fit are left out
$ sed 1d $S/examples/corpus/en.tsv | awk -F '\t' 'BEGIN { print "id\tlabel\ttext" } { n = split($3, w, " "); t = ""; for (i = NR == 2 ? 2 : 1; i <= n; i++) t = t (t ? " " : "") length(w[i]) % 3; print $1 "\t" t "\t" $3 }' > en.tsv; isogloss train --model m --task tag --word-pool sum en=en.tsv --steps 1 --max-length 8 -o sum --csv /dev/null; grep isogloss_head sum/config.json; awk -F '\t' '$5 == "" { n++ } END { print n }' sum/predictions.tsv
2> isogloss: note: items whose tags do not fit their words, which are left out: 1 (en.tsv, item 2: 5 words, 4 tags)
2> isogloss: note: en.tsv: words that --max-length cuts off, which count as wrong: 1924
2> ...
>  "isogloss_head": "sum of pieces",
> *
# a checkpoint's own head is gone on from, what it reads of a word with it; other tags ask for a new one
$ isogloss train --model tagged --task tag --corpus c --src en --steps 1 -o again --csv /dev/null
2> isogloss: note: c/en.conll and 1 other file: words are column 1 of 2, tags column 2
2> isogloss: note: tagged: goes on from its head of 2 classes
2> ...
$ sed 's/B-UP/B-CAP/' c/en.conll > cap.conll; isogloss train --model tagged --task tag en=cap.conll --steps 1 -o again --force --quiet
2> isogloss train: tagged: its head has 2 classes (B-UP, O), the texts have 2 (B-CAP, O): --new-head replaces it
? 1
$ isogloss train --model tagged --task tag en=cap.conll --steps 1 --new-head -o again --force --csv /dev/null
2> isogloss: note: cap.conll: words are column 1 of 2, tags column 2
2> isogloss: note: tagged: its head of 2 classes is replaced by a new one
2> ...
$ isogloss train --model tagged --task tag --word-pool sum --corpus c --src en --steps 1 -o x --quiet
2> isogloss train: tagged: its head reads the first piece of a word: --word-pool first, or --new-head replaces it
? 1
$ isogloss train --model sum --task tag en=en.tsv --steps 1 --max-length 8 -o sum2 --csv /dev/null --quiet; grep isogloss_head sum2/config.json
>  "isogloss_head": "sum of pieces",
# X-Mixup: a sentence learns with its original, whose words have tags of their own; the target's branch alone speaks
$ isogloss train --model m --task tag --corpus c --src en --translate-train de --method xmixup --mix-layers 2 --word-pool sum --epochs 1 --lr 1e-3 --test-source gold,shuffled -o mixed
2> isogloss: note: c/en.conll and 1 other file: words are column 1 of 2, tags column 2
2> isogloss: note: without --translations the source of an item is always the original, in tests the item itself
2> ...
> measure	estimator	src	tgt	value	lo	hi	interval	null	n	pool	model	train
> accuracy	fine-tuned	en	en	*
> accuracy	fine-tuned	en	de	*
> ...
> accuracy	oracle	en	en	*
> accuracy	oracle	en	de	*
> accuracy	shuffled-source	en	en	*
> accuracy	shuffled-source	en	de	*
> f1	entity	en	en	*
> ...
# without mixing, consistency and a part of the originals it is plain training, to the last bit
$ isogloss train --model m --task tag --corpus c --src en --translate-train de --steps 2 --micro-batch 100000 -o plain --quiet --csv /dev/null; isogloss train --model m --task tag --corpus c --src en --translate-train de --steps 2 --micro-batch 100000 -o pairs --quiet --csv /dev/null --method xmixup --mix-layers none --consistency none --alpha 0; cmp plain/model.safetensors pairs/model.safetensors
# where originals alone count, it is plain training on them, once more in place of each translation
$ mkdir twice; cp c/en.conll twice/en.conll; cp c/en.conll twice/de.conll; isogloss train --model m --task tag --corpus twice --src en --translate-train de --split 1/0/0 --dropout 0 --steps 2 --micro-batch 100000 -o twice-plain --quiet --csv /dev/null; isogloss train --model m --task tag --corpus c --src en --translate-train de --split 1/0/0 --dropout 0 --steps 2 --micro-batch 100000 -o twice-pairs --quiet --csv /dev/null --method xmixup --mix-layers none --consistency none --alpha 1; cmp twice-plain/model.safetensors twice-pairs/model.safetensors
# originals as translations, without tags: what is said of the test is the oracle's
$ mkdir t; cut -f 1,3 $S/examples/corpus/en.tsv > t/de.tsv; isogloss train --model m --task tag --corpus c --src en --translate-train de --method xmixup --translations t --steps 1 --test-source gold --interval none -o g --quiet | awk '$1 == "accuracy" && $4 == "de" && $2 ~ /fine-tuned|oracle/ { print $5 == was; was = $5 }'
> 0
> 1
# a language whose test items have no tags has no score, and why
$ mkdir test; cp c/en.conll test; cut -f 1,3 $S/examples/corpus/de.tsv > test/de.tsv; isogloss train --model m --task tag en=c/en.conll --test test --steps 1 --interval none -o x --quiet | grep '^accuracy.fine-tuned'
> accuracy	fine-tuned	en	en	*
> accuracy	fine-tuned	en	de	*no test item of the language has a label
# of sentences cut after their first piece one word can be right
$ isogloss train --model m --task tag en=c/en.conll --steps 1 --max-length 3 --interval none -o cut --quiet | awk '$2 == "fine-tuned" { print $5 * 276 <= 24 }'
> 1
# what is wrong is said
$ isogloss train --model m --task tag --head mean --corpus c -o x
2> isogloss train: --head mean is of sentences: tags are read from words (*
? 2
$ isogloss train --model m --word-pool sum --corpus c -o x
2> isogloss train: --word-pool is of --task tag (*
? 2
$ mkdir dev; sed '2s/B-UP/B-LOW/' c/en.conll > dev/en.conll; isogloss train --model m --task tag --corpus c --src en --dev dev -o x --quiet
2> isogloss train: dev/en.conll: dev item 1 has the label B-LOW, which no item that is learnt has: B-UP, O
? 1
$ echo 3 4 5 > en.ids; isogloss train --model m --task tag en=en.ids -o x
2> isogloss train: en.ids: tags are of the words of one text, not of token ids
? 1
$ sed '3s/\tO//' c/en.conll > en.conll; isogloss train --model m --task tag en=en.conll -o x
2> isogloss train: en.conll: line 3 has 1 columns, the first word 2 (separated by tabs)
? 1
$ isogloss train --model m --task tag --method xmixup --consistency kl --corpus c -o x
2> isogloss train: --consistency kl: kl is of --task classify: sentences have other words than their sources (*
? 2
$ isogloss train --model m --task tag --method xmixup --test-source branches --corpus c -o x
2> isogloss train: --test-source branches is of --task classify: elsewhere the target's branch alone speaks (*
? 2
