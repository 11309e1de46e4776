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
# what is wrong is said
$ isogloss train --model m --task tag --method xmixup --corpus c -o x
2> isogloss train: --task tag is not learnt by --method xmixup (*
? 2
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
