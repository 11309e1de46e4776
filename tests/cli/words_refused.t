# Word vectors and dictionaries that are odd or do not fit: told, or refused.
$ printf 'a 1 0\nb 0 1\nc -1 0\nd 0 -1\n' > en.vec
$ printf 'A 1 0\nB 0 1\nC -1 0\nD 0 -1\n' > de.vec
$ printf 'a A\nb B\n' > train.txt
$ printf 'c C\n' > test.txt
$ isogloss words en.vec
2> isogloss words: needs two files of word vectors, SRC and TGT; 1 given (see `isogloss help words`)
? 2
$ isogloss words en.vec de.vec --train train.txt
2> isogloss words: needs --test DICT, the words to look up (see `isogloss help words`)
? 2
$ isogloss words en.vec de.vec --test test.txt
2> isogloss words: needs --train DICT, or --unsupervised, or --method none for spaces that are shared already (see `isogloss help words`)
? 2
$ isogloss words en.vec de.vec --test test.txt --train train.txt --unsupervised
2> isogloss words: --train and --unsupervised exclude each other (see `isogloss help words`)
? 2
$ isogloss words en.vec de.vec --test test.txt --train train.txt --method none
2> isogloss words: --method none fits nothing; leave out --train (see `isogloss help words`)
? 2
$ isogloss words en.vec de.vec --test test.txt --train train.txt --steps rotate,whiten
2> isogloss words: --steps: whiten stands before rotate (see `isogloss help words`)
? 2
$ isogloss words en.vec de.vec --test test.txt --train train.txt --k 1,x
2> isogloss words: --k 1,x: a list of numbers from 1 to 1000, as in 1,5,10 (see `isogloss help words`)
? 2
# more neighbours or ranks than words
$ isogloss words en.vec de.vec --test test.txt --train train.txt
2> isogloss words: --k 5: de.vec has 4 words
? 1
$ isogloss words en.vec de.vec --test test.txt --train train.txt --k 1
2> isogloss words: --neighbours 10: there are 4 and 4 words
? 1
# dictionaries without a pair in the vocabularies, or without a pair at all
$ printf 'A a\nB b\n' > turned.txt
$ isogloss words en.vec de.vec --test test.txt --train turned.txt --k 1 --neighbours 2
2> isogloss words: turned.txt: none of its 2 pairs (the first: A, a) has both words among the vectors (the first: a, A); --lower and --encoding decide what is equal; --lower would find 2 pairs instead of 0
? 1
$ isogloss words en.vec de.vec --test turned.txt --train train.txt --k 1 --neighbours 2
2> isogloss words: turned.txt: none of its 2 pairs *
? 1
$ printf 'alone\n' > one.txt
$ isogloss words en.vec de.vec --test test.txt --train one.txt
2> isogloss words: one.txt: *
? 1
# different dims
$ printf 'A 1 0 0\nB 0 1 0\nC -1 0 0\nD 0 -1 0\n' > de3.vec
$ isogloss words en.vec de3.vec --test test.txt --train train.txt --k 1 --neighbours 2
2> isogloss words: en.vec has 2 dims, de3.vec 3: --pad adds columns of zeros
? 1
$ isogloss words en.vec de3.vec --test test.txt --train train.txt --k 1 --neighbours 2 --pad --prep none | grep cosine | grep in-voc | cut -f 1,3-5,8
2> isogloss: note: 2 pairs for 3 columns: they do not determine the map, the rest of which is the smallest that fits
2> isogloss: note: p@1 by csls of 1 words in the vocabulary: * (chance 0.25)
> p@1	en	de3	1	boot-items
> mrr	en	de3	1	boot-items
# test words that were trained on are counted
$ printf 'c C\na A\na D\nx X\n' > over.txt
$ isogloss words en.vec de.vec --test over.txt --train train.txt --k 1 --neighbours 2 --prep none --csv o.csv
2> isogloss: note: train.txt and over.txt overlap: 1 of 3 test words (1 of 4 pairs) were trained on; scores are too high
2> isogloss: note: over.txt: 1 of 3 words cannot be scored: 1 have no vector, of 0 no translation has one
2> isogloss: note: p@1 by csls of 2 words in the vocabulary: * (chance 0.38)
# odd lines are counted, the first named; with --strict the first is an error
$ printf '5 2\na 1 0\nb 0 1\nshort 1\na 2 2\nc -1 0\nd 0 0\n' > odd.vec
$ isogloss words en=odd.vec de.vec --test test.txt --train train.txt --k 1 --neighbours 2 --prep none --csv o.csv
2> isogloss: note: odd.vec: *1 short lines left out, 1 repeated words left out, 1 vectors of zeros (*)
2> isogloss: note: p@1 by csls of 1 words in the vocabulary: *
$ isogloss words en=odd.vec de.vec --test test.txt --train train.txt --k 1 --neighbours 2 --strict
2> isogloss words: odd.vec: line 4: *
? 1
$ printf 'a A\nalone\nb B\na A\n' > odd.txt
$ isogloss words en.vec de.vec --test test.txt --train odd.txt --k 1 --neighbours 2 --prep none --csv o.csv
2> isogloss: note: odd.txt: left out: 1 repeated pairs, 0 empty lines, 1 lines of one word, 0 that are not text (first: line 2: one word, no pair; line 4: the pair is repeated)
2> isogloss: note: p@1 by csls of 1 words in the vocabulary: *
# states without word types
$ isogloss words en=$S/examples/states/mini.h5 de.vec --test test.txt --train train.txt
2> isogloss words: *mini.h5: pooling is mean; words need `isogloss embed --pool types`
? 1
# what to search by
$ isogloss words en.vec de.vec --test test.txt --train train.txt --measure cosin
2> isogloss words: --measure cosin: *cosine (see `isogloss help words`)
? 2
$ isogloss words en.vec de.vec --test test.txt --train train.txt --measure csls,csls
2> isogloss words: --measure csls,csls: csls stands twice (see `isogloss help words`)
? 2
# text whose numbers are written otherwise is no binary of word2vec
$ printf 'a\ta\n' > a.dict; (echo 40 3; for i in $(seq 40); do echo "w$i [0.5 1 2]"; done) > brackets.vec; isogloss words en=brackets.vec de=brackets.vec --method none --test a.dict
2> isogloss words: brackets.vec: no word can be used: line 2: "[0.5" is not a number
? 1
