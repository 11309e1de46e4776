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
# what is wrong is said
$ isogloss train --model m --task span --method xmixup --corpus c -o x
2> isogloss train: --task span is not learnt by --method xmixup (*
? 2
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
