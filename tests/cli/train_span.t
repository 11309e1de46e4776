# answers in contexts: exact match and F1; learnt by heart they are right
$ ln -s $S/examples/mini m; mkdir c; printf '{"data": [{"paragraphs": [{"context": "The soup is hot. The bread is still cold, and Mary waits for John.", "qas": [{"id": "1", "question": "What is hot?", "answers": [{"text": "soup", "answer_start": 4}]}, {"id": "2", "question": "Who waits?", "answers": [{"text": "Mary", "answer_start": 46}]}, {"id": "3", "question": "What is cold?", "answers": [{"text": "bread", "answer_start": 21}]}]}]}]}' > c/en.json; sed 's/"text": "bread", "answer_start": 21/"text": "breads", "answer_start": 21/' c/en.json > c/de.json
$ isogloss train --model m --task span --corpus c --test c --src en --epochs 60 --lr 1e-3 --head-lr 1e-2 -o read
2> isogloss: note: c/en.json: read as JSON: questions about contexts, as SQuAD has them
2> ...
2> isogloss: note: questions of which no answer stands at its place in the context, which are not learnt from: 1 (c/de.json, item 3: breads)
2> isogloss: note: 60 steps, * tokens in * s, */s
2> isogloss: note: read is a checkpoint; next: `isogloss embed --model read --corpus DIR -o OUT.h5` takes its states
> measure	estimator	src	tgt	value	lo	hi	interval	n	pool	model	train	why
> exact-match	span	en	en	1	*
> exact-match	span	en	de	0.666666666667	*
> f1	span	en	en	1	*
> f1	span	en	de	0.666666666667	*
> gap	language	en	de	0.333333333333	*
> gap	mean	en		0.333333333333	*
$ grep -e architectures -e label2id -e problem read/config.json; isogloss inspect read | grep qa_outputs
>  "architectures": ["XLMRobertaForQuestionAnswering"],
> not used by the encoder: qa_outputs.bias, qa_outputs.weight
# a context that is too long is cut into windows, which are learnt from alone
$ isogloss train --model m --task span en=c/en.json --test c --src en --max-length 14 --epochs 1 --plan --quiet | grep items
> *train items*
> *dev items*
> *test items*
# tables have the same
$ printf 'id\tlabel\ttext\ttext2\n1\t[{"text": "soup", "answer_start": 4}]\tWhat?\tThe soup\n2\thot\tHow?\tThe soup\n' > en.tsv; isogloss train --model m --task span en=en.tsv --split 1/0/0 -o x --quiet
2> isogloss train: en.tsv: item 2: the label of a question is a list of its answers, [{"answer_start": 7, "text": "..."}]
? 1
# it goes on from the checkpoint's own head
$ isogloss train --model read --task span --corpus c --test c --src en --steps 1 --lr 1e-9 --head-lr 1e-9 -o again --quiet | grep -c '	en	en	1	'
> 2
$ isogloss train --model read --task span en=c/en.json --split 1/0/0 --steps 1 --new-head -o again --force --csv /dev/null
2> isogloss: note: *
2> isogloss: note: no item *
2> isogloss: note: no item *
2> isogloss: note: read: its head of answers is replaced by a new one
2> ...
# X-Mixup: a window learns with that of its original which is as far on; the target's branch alone speaks
$ isogloss train --model m --task span --corpus c --test c --src en --translate-train de --method xmixup --mix-layers 2 --max-length 20 --epochs 2 --test-source gold,shuffled -o mixed --quiet
> measure	*
> exact-match	span	en	en	*
> exact-match	span	en	de	*
> f1	span	en	en	*
> f1	span	en	de	*
> f1	oracle	en	en	*
> f1	oracle	en	de	*
> f1	shuffled-source	en	en	*
> f1	shuffled-source	en	de	*
> gap	language	en	de	*
> gap	mean	en		*
# without mixing, consistency and a part of the originals it is plain training, to the last bit
$ isogloss train --model m --task span --corpus c --src en --translate-train de --split 1/0/0 --max-length 20 --steps 2 --micro-batch 100000 -o plain --quiet --csv /dev/null; isogloss train --model m --task span --corpus c --src en --translate-train de --split 1/0/0 --max-length 20 --steps 2 --micro-batch 100000 -o pairs --quiet --csv /dev/null --method xmixup --mix-layers none --consistency none --alpha 0; cmp plain/model.safetensors pairs/model.safetensors
# where originals alone count, it is plain training on them, once more in place of each translation
$ mkdir d twice; cp c/en.json d; cp c/en.json twice/en.json; cp c/en.json twice/de.json; printf '{"data": [{"paragraphs": [{"context": "Die Suppe ist heiss. Das Brot ist noch kalt, und Maria wartet auf Hans, der etwas isst.", "qas": [{"id": "1", "question": "Was ist heiss?", "answers": [{"text": "Suppe", "answer_start": 4}]}, {"id": "2", "question": "Wer wartet?", "answers": [{"text": "Maria", "answer_start": 49}]}, {"id": "3", "question": "Was ist kalt?", "answers": [{"text": "Brot", "answer_start": 25}]}]}]}]}' > d/de.json; isogloss train --model m --task span --corpus twice --src en --translate-train de --split 1/0/0 --dropout 0 --steps 2 --micro-batch 100000 -o twice-plain --quiet --csv /dev/null; isogloss train --model m --task span --corpus d --src en --translate-train de --split 1/0/0 --dropout 0 --steps 2 --micro-batch 100000 -o twice-pairs --quiet --csv /dev/null --method xmixup --mix-layers none --consistency none --alpha 1; cmp twice-plain/model.safetensors twice-pairs/model.safetensors
# originals as translations, without answers: what is said of the test is the oracle's; kept states are those of windows
$ mkdir t; sed 's/"answers": \[[^]]*\]/"answers": []/g' c/en.json > t/de.json; isogloss train --model m --task span --corpus c --test c --src en --translate-train de --method xmixup --translations t --max-length 20 --freeze embeddings,1 --mix-layers 3 --steps 2 --test-source gold --interval none -o g --quiet | awk '$1 == "f1" && $4 == "de" && $2 ~ /span|oracle/ { print $5 == was; was = $5 }'
> 0
> 1
# a language of which no question has an answer has no score, and why
$ mkdir test; cp c/en.json test; cp t/de.json test; isogloss train --model m --task span en=c/en.json --test test --steps 1 --interval none -o x --quiet | grep '^f1.span'
> f1	span	en	en	*
> f1	span	en	de	*no test item of the language has a label
# what is wrong is said
$ isogloss train --model m --task span --head mean --corpus c -o x
2> isogloss train: --head mean is of sentences: spans are read from tokens (*
? 2
$ isogloss train --model m --task span --corpus $S/examples/corpus --src en -o x --quiet
2> isogloss train: *: has questions without contexts: SQuAD's JSON has both, or columns text and text2
? 1
$ sed 's/"answer_start": [0-9]*/"answer_start": 0/g' c/en.json > bad.json; isogloss train --model m --task span en=bad.json --split 1/0/0 -o x --quiet
2> isogloss train: bad.json: no answer stands at its place in its context: answer_start counts characters, from 0
? 1
$ isogloss train --model m --task span --corpus c --max-length 5 -o x --quiet
2> isogloss train: --max-length 5 leaves no room for *
? 1
