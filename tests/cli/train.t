# A checkpoint is fine-tuned on labelled texts of one language, and tested in all.
$ ln -s $S/examples/mini m; ln -s $S/examples/corpus c; isogloss train --model m --corpus c --src en --tgt de,sw --epochs 1 --lr 1e-3 -o tuned
2> isogloss: note: 6 steps, * tokens in * s, */s; best on dev after step 6: *
2> isogloss: note: tuned is a checkpoint; next: `isogloss embed --model tuned --corpus DIR -o OUT.h5` takes its states
> measure	estimator	src	tgt	value	lo	hi	interval	null	n	pool	model	train	*
> accuracy	fine-tuned	en	en	*
> accuracy	fine-tuned	en	de	*
> accuracy	fine-tuned	en	sw	*
> accuracy	majority	en	en	*
> ...
> gap	mean	en		*
$ ls tuned; ls -d tuned.part
2> ls: cannot access 'tuned.part': No such file or directory
> config.json
> curve.json
> model.safetensors
> predictions.tsv
> records.json
> sentencepiece.bpe.model
> tokenizer_config.json
? 2
# what it wrote is read by the others
$ isogloss inspect tuned | tail -1
> nothing odd: every tensor the encoder needs is there, all numbers are finite
$ isogloss embed --model tuned --corpus c --src en --limit 4 -o states.h5 --quiet; isogloss inspect --quick states.h5 | sed -n 2p
> model tuned, pooling mean, source en
$ isogloss gap --scores tuned/records.json --csv - --quiet 2>&1 | cut -d , -f 1-4 | head -3
> measure,estimator,src,tgt
> gap,language,en,de
> gap,language,en,sw
# what is said of each item is there, and is as often right as the records say
$ isogloss train --model m --corpus c --src en --tgt de,sw --epochs 4 --lr 1e-3 --head-lr 1e-2 -o said --quiet --csv /dev/null; awk -F '\t' 'FNR == NR { label[$1] = $2; next } FNR == 1 { print; next } { all[$1]++; right[$1] += $3 == $4; odd += $3 != label[$2]; if (!seen[$4]++) kinds++ } END { print odd + 0, (kinds > 3); for (l in all) printf "%s %.9f\n", l, right[l] / all[l] > "counted" }' c/en.tsv said/predictions.tsv; tr '{' '\n' < said/records.json | awk -F '"' '/"fine-tuned"/ { split($0, v, "\"value\": "); for (i = 1; i < NF; i++) if ($i == "tgt") printf "%s %.9f\n", $(i + 2), v[2] + 0 }' | sort > recorded; sort counted | cmp - recorded && wc -l < recorded
> lang	id	label	fine-tuned
> 0 1
> 3
# it goes on from its own head; of other classes it does not
$ isogloss train --model tuned --corpus c --src en --tgt de --steps 1 -o more --csv /dev/null
2> isogloss: note: tuned: goes on from its head of 6 classes
2> ...
$ sed '1!s/\thome\t/\tindoors\t/' c/en.tsv > en.tsv; isogloss train --model tuned en=en.tsv --steps 1 -o other --csv /dev/null
2> isogloss train: tuned: its head has 6 classes (health, home, nature, science, society, travel), the texts have 6 (health, indoors, nature, science, society, travel): --new-head replaces it
? 1
$ isogloss train --model tuned en=en.tsv --steps 1 -o other --csv /dev/null --new-head
2> isogloss: note: tuned: its head of 6 classes is replaced by a new one
2> ...
# a head of the mean, of our own, is gone on from too, unless another is asked for
$ isogloss train --model m --corpus c --src en --tgt de --head mean --steps 2 -o mean --csv /dev/null --quiet; isogloss train --model mean --corpus c --src en --tgt de --steps 1 -o more --force --csv /dev/null; grep _head\" more/config.json
2> isogloss: note: mean: goes on from its head of 6 classes
2> ...
>  "isogloss_head": "mean",
$ isogloss train --model mean en=en.tsv --steps 1 -o other --csv /dev/null
2> isogloss train: mean: its head has 6 classes (health, home, nature, science, society, travel), the texts have 6 (health, indoors, nature, science, society, travel): --new-head replaces it
? 1
$ isogloss train --model mean --corpus c --src en --tgt de --head cls --steps 1 -o more --force --csv /dev/null; grep -c isogloss_head more/config.json
2> isogloss: note: mean: its head reads the mean of the tokens, and is replaced by one that reads the first: --head mean goes on from it
2> ...
> 0
? 1
# the optimizer
$ for o in adamw adam; do isogloss train --model m --corpus c --src en --tgt de --optimizer $o --weight-decay 0.1 --steps 2 -o more --force --csv /dev/null --quiet; cksum < more/model.safetensors; done | uniq | wc -l
> 2
# what it would take
$ isogloss train --model m --corpus c --src en,de --translate-train sw --tgt ru --budget 100 --freeze embeddings,1-2 --plan
> model	mini
> train	en+de+sw
> languages	4
> classes	6
> train items	200
> dev items	72
> test items	96
> steps	21
> parameters	1877894
> learnt	413830
> operations	*
> seconds	*
> memory	*
# parts by a file; what has no part is left out
$ sed 1d c/en.tsv | awk -F '\t' 'NR <= 200 { print $1 "\t" (NR % 5 == 0 ? "dev" : NR % 7 == 0 ? "test" : "train") }' > parts; isogloss train --model m --corpus c --src en --tgt de --split parts --plan
2> isogloss: note: parts: left out, since it does not name them: 40 of 240 items
> model	mini
> ...
> train items	137
> dev items	40
> test items	46
> ...
# shares may leave a part out
$ isogloss train --model m --corpus c --src en --tgt de --split 90/0/10 --steps 1 -o last --csv /dev/null
2> isogloss: note: no item is of the part dev: the last weights count
2> isogloss: note: 1 step, * tokens in * s, */s
2> isogloss: note: last is a checkpoint; *
# what is wrong is said
$ isogloss train --model m --corpus c
2> isogloss train: needs --out, the folder of the checkpoint to write (*
? 2
$ isogloss train --model m --corpus c --split 8/1 -o x
2> isogloss train: --split 8/1: three shares of the items, such as 80/10/10, or a file of ids and their parts (*
? 2
$ isogloss train --model m --corpus c --split 8/1/1 --dev c -o x
2> isogloss train: --dev and --split exclude each other (*
? 2
$ isogloss train --model m --corpus c --src en --budget 5000 -o x
2> isogloss train: --budget 5000: the sources have 192 items in all
? 1
$ isogloss train --model m --corpus c --src en,de,sw --budget 2 -o x
2> isogloss train: --budget 2: less than one item for each of 3 sources
? 1
$ isogloss train --model m --corpus c --src xx -o x
2> isogloss train: --src xx: no text of that language among the 10 given: ar, de, en, es, fr, hi, ru, sw, tr, zh
? 1
$ cut -f 1,3 c/en.tsv > bare.tsv; isogloss train --model m en=bare.tsv -o x
2> isogloss train: bare.tsv: en has no item to learn from: its items need labels (a column label, --columns label=NAME)
? 1
$ awk -F '\t' 'NR == 1 || $2 == "home"' c/en.tsv > one.tsv; isogloss train --model m en=one.tsv -o x
2> isogloss train: one.tsv: what is learnt has one class only: home
? 1
$ mkdir dev; awk -F '\t' -v OFS='\t' 'NR == 4 { $2 = "sports" } NR < 9' c/en.tsv > dev/en.tsv; isogloss train --model m --corpus c --src en --dev dev -o x
2> isogloss train: dev/en.tsv: dev item 3 has the label sports, which no item that is learnt has: health, home, nature, science, society, travel
? 1
$ isogloss train --model m --corpus c --src en --lr 1e30 --steps 3 -o x --quiet
2> isogloss train: step 2 (epoch 1, batch 2, 32 items: en *, ...): the loss is NaN: a lower --lr may do
? 1
$ isogloss train --model m --corpus c --src en --lr 20 --head-lr 1e20 --clip 0 --every 1 --schedule constant --steps 12 -o bad --quiet; ls bad.part
2> isogloss train: after step * (epoch 1): the logits of dev items are not finite: a lower --lr may do; the last good checkpoint is bad.part/last
> best
> last
$ ls -d x*
2> ls: cannot access 'x*': No such file or directory
? 2
$ mkdir mine; touch mine/notes.txt; isogloss train --model m --corpus c --src en -o mine
2> isogloss train: *mine: holds notes.txt, which is not of an earlier checkpoint: name another folder, or --force keeps it there
? 1
