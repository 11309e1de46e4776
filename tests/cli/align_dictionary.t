# Word types that a dictionary pairs: what is told, what is refused, what is padded.
$ cut -f 3 $S/examples/corpus/en.tsv | tail -n +2 > en.txt
$ cut -f 3 $S/examples/corpus/de.tsv | tail -n +2 > de.txt
$ cut -f 3 $S/examples/corpus/fr.tsv | tail -n +2 > fr.txt
$ isogloss embed --model $S/examples/mini en=en.txt de=de.txt fr=fr.txt --pool types -o types.h5 --quiet
$ echo and und not nicht day Tag water Wasser when wenn only nur your Ihre with mit all alle new neue the der the die | xargs -n 2 > de.dict
$ echo and et not pas the le the la in dans with avec on sur two deux three trois but mais before avant or ou | xargs -n 2 > fr.dict
$ isogloss align types.h5 --tgt de --train de.dict --folds 2 --layers 2 --measure p@1,cka --csv - | cut -d , -f 1-4,14,17,21,27,29
> measure,estimator,src,tgt,n,pool,stage,denominator,train
> p@1,cosine,en,de,10,types,before,in-vocabulary,
> p@1,cosine,en,de,10,types,centred,in-vocabulary,dictionary+means
> p@1,cosine,en,de,10,types,after,in-vocabulary,dictionary
> p@1,cosine,en,de,10,types,difference,in-vocabulary,dictionary
> p@1,cosine,en,de,10,types,difference,in-vocabulary,dictionary
> p@1,cosine,en,de,10,types,difference,in-vocabulary,dictionary+means
> cka,debiased,en,de,10,types,before,,
> cka,debiased,en,de,10,types,centred,,dictionary+means
> cka,debiased,en,de,10,types,after,,dictionary
> cka,debiased,en,de,10,types,difference,,dictionary
> cka,debiased,en,de,10,types,difference,,dictionary
> cka,debiased,en,de,10,types,difference,,dictionary+means
> coverage,dictionary,en,de,11,types,,,
2> isogloss: note: de.dict: 11 of 12 pairs have both words; --lower would find 12 pairs instead of 11; without rows: "Ihre" (de)
2> isogloss: note: fewer pairs than dims: 3 pairs determine 2 directions of 128; where the others go is arbitrary
$ isogloss align types.h5 --tgt de --train de.dict --folds 2 --layers 2 --measure p@1 --method least-squares --csv - | grep after | cut -d , -f 29
> dictionary+least-squares
2> isogloss: note: de.dict: 11 of 12 pairs have both words; --lower would find 12 pairs instead of 11; without rows: "Ihre" (de)
2> isogloss: note: fewer pairs than dims: 3 pairs determine 2 directions of 128; the map is the one of minimum norm
# the order of the lines does not matter to folds
$ isogloss align types.h5 --tgt de --train de.dict --folds 2 --layers 2 --measure p@1,mrr --interval none --csv one.csv --quiet
$ sort -r de.dict > turned.dict
$ isogloss align types.h5 --tgt de --train turned.dict --folds 2 --layers 2 --measure p@1,mrr --interval none --csv two.csv --quiet
$ cmp one.csv two.csv
# several targets, layer by layer
$ isogloss align types.h5 --train de=de.dict,fr=fr.dict --folds 2 --layers 0,2 --measure p@1 --interval none --csv - --quiet | cut -d , -f 3-5,14,21 | grep -v -e before -e diff
> src,tgt,src_layer,n,stage
> en,de,0,10,centred
> en,de,0,10,after
> en,de,0,11,
> en,fr,0,11,centred
> en,fr,0,11,after
> en,fr,0,11,
> en,de,2,10,centred
> en,de,2,10,after
> en,de,2,11,
> en,fr,2,11,centred
> en,fr,2,11,after
> en,fr,2,11,
# a test dictionary: what both hold is counted
$ echo the der the die of von Katze cat and und one eins | xargs -n 2 > test.dict
$ isogloss align types.h5 --tgt de --train de.dict --test test.dict --layers 2 --measure p@1 --csv - --map maps.h5 | cut -d , -f 1,14,21,29
> measure,n,stage,train
> p@1,3,before,
> p@1,3,centred,dictionary+means
> p@1,3,after,dictionary
> p@1,3,difference,dictionary
> p@1,3,difference,dictionary
> p@1,3,difference,dictionary+means
> coverage,5,,
2> isogloss: note: de.dict: 11 of 12 pairs have both words; --lower would find 12 pairs instead of 11; without rows: "Ihre" (de)
2> isogloss: note: test.dict: 4 of 6 pairs have both words; without rows: "Katze" (en), "eins" (de)
2> isogloss: note: de.dict and test.dict overlap: 2 of 5 test words (3 of 6 pairs) were trained on; scores are too high
2> isogloss: note: fewer pairs than dims: 11 pairs determine * directions of 128; where the others go is arbitrary
# the map is of the first dictionary alone, and is put to work
$ isogloss align types.h5 --tgt de --apply maps.h5 -o mapped.h5
2> isogloss: note: en is now in the space of de; both are in mapped.h5
$ isogloss align mapped.h5 --tgt de --train de.dict --test test.dict --layers 2 --measure p@1 --csv - --quiet | grep -v difference | grep before | cut -d , -f 7 > applied.txt
$ isogloss align types.h5 --tgt de --train de.dict --test test.dict --layers 2 --measure p@1 --csv - --quiet | grep after | cut -d , -f 7 | cmp - applied.txt
# the plan
$ isogloss align types.h5 --tgt de --train de.dict --test test.dict --plan --quiet
> items	3
> rows	15
> pairs	5
> folds	1
> maps	5
> operations	*
> bytes	*
> memory	*
# odd lines, and what --strict makes of each
$ printf 'and und\nalone\n\nand und\nnot nicht\nday \377\nnone keine\nday Tag\nwater Wasser\nonly nur\n' > odd.dict
$ isogloss align types.h5 --tgt de --train odd.dict --folds 2 --layers 2 --measure p@1 --csv odd.csv
2> isogloss: note: odd.dict: left out: 1 repeated pairs, 1 empty lines, 1 lines of one word, 1 that are not text (first: line 2: one word, no pair; line 3: is empty; line 4: the pair is repeated)
2> isogloss: note: odd.dict: 5 of 6 pairs have both words; without rows: "none" (en)
2> isogloss align: odd.dict: --folds 2: none of the 5 items falls into fold 1: fewer folds, more items, or another --seed
? 1
$ isogloss align types.h5 --tgt de --train odd.dict --folds 2 --seed 1 --layers 2 --measure p@1 --csv odd.csv --quiet
$ isogloss align types.h5 --tgt de --train odd.dict --strict
2> isogloss align: odd.dict: line 2: one word, no pair; fix it or leave out --strict
? 1
$ sed 2d odd.dict > odd2.dict
$ isogloss align types.h5 --tgt de --train odd2.dict --strict
2> isogloss align: odd2.dict: line 2: is empty; fix it or leave out --strict
? 1
$ sed 2,3d odd.dict > odd2.dict
$ isogloss align types.h5 --tgt de --train odd2.dict --strict
2> isogloss align: odd2.dict: line 2: the pair is repeated; fix it or leave out --strict
? 1
$ sed 2,4d odd.dict > odd2.dict
$ isogloss align types.h5 --tgt de --train odd2.dict --strict
2> isogloss align: odd2.dict: line 3: is not UTF-8 (see --encoding); fix it or leave out --strict
? 1
$ isogloss align types.h5 --tgt de --train odd2.dict --encoding latin1 --strict
2> isogloss align: odd2.dict: "ÿ" is not a word of de (types.h5); leave out --strict
? 1
# words that become equal
$ isogloss align types.h5 --tgt de --train de.dict --folds 2 --layers 2 --measure p@1 --lower --csv odd.csv
2> isogloss: note: types.h5: en: left out: * repeated words, 0 that are not text ("*" is repeated; "*" is repeated; "*" is repeated)
2> isogloss: note: types.h5: de: left out: * repeated words, 0 that are not text (*)
2> isogloss: note: fewer pairs than dims: *
$ isogloss align types.h5 --tgt de --train de.dict --lower --strict
2> isogloss align: types.h5: en: word *, "*", is repeated; fix it or leave out --strict
? 1
# nothing to begin with
$ sed 's/ /x /' de.dict > far.dict
$ isogloss align types.h5 --tgt de --train far.dict
2> isogloss align: far.dict: none of its 12 pairs (the first: andx, und) has both words among the rows (the first: the, *); --lower and --encoding decide what is equal
? 1
$ isogloss align types.h5 --tgt de --train de.dict --test far.dict --quiet
2> isogloss align: far.dict: none of its 12 pairs (the first: andx, und) *
? 1
$ : > empty.dict
$ isogloss align types.h5 --tgt de --train empty.dict
2> isogloss align: empty.dict: is empty
? 1
$ isogloss align types.h5 --tgt de --train de.dict --folds 6 --quiet
2> isogloss align: de.dict: --folds 6: needs 12 items of different text, there are 10: fewer folds, or more items
? 1
# which dictionary is whose
$ isogloss align types.h5 --train de.dict
2> isogloss align: --train de.dict: which of 2 targets is it for? say it as LANG=FILE,LANG=FILE, or choose with --tgt
? 1
$ isogloss align types.h5 --train de=de.dict --quiet
2> isogloss align: --train: no dictionary for fr: add fr=FILE, or choose with --tgt
? 1
$ isogloss align types.h5 --tgt de --train de=de.dict,fr=fr.dict
2> isogloss align: --train: fr is not among the targets
? 1
$ isogloss align types.h5 --tgt de --train de=de.dict,de=fr.dict
2> isogloss align: --train: two dictionaries for de
? 1
$ isogloss align types.h5 --tgt de --train none.dict
2> isogloss align: --train: none.dict: *
? 1
$ isogloss align types.h5 --tgt de --train de:2=de.dict
2> isogloss align: --train de:2=de.dict: a dictionary is FILE or LANG=FILE
? 1
$ isogloss align types.h5 --tgt de --test de.dict
2> isogloss align: --test goes with --train, a dictionary (see `isogloss help align`)
? 2
$ isogloss align types.h5 --train de.dict --pairs all
2> isogloss align: --train and --pairs exclude each other (see `isogloss help align`)
? 2
$ isogloss align $S/examples/states/mini.h5 --tgt de --train de.dict
2> isogloss align: *mini.h5: rows of en are no word types (pooling is mean): --train pairs words of `embed --pool types`
? 1
# languages of different width
$ craft wide.h5 en:1=40x8
$ craft narrow.h5 fr:1=40x6
$ isogloss align wide.h5 narrow.h5 --src en
2> isogloss align: narrow.h5: fr, layer 1 has 6 dims, en (wide.h5) has 8; two models are two collections (align takes them with --pad)
? 1
$ isogloss align wide.h5 narrow.h5 --src en --pad --measure p@1 --csv - --map pad.h5 | cut -d , -f 3,4,15,16,21
> src,tgt,src_dim,tgt_dim,stage
> en,fr,8,6,before
> en,fr,8,6,centred
> en,fr,8,6,after
> en,fr,8,6,difference
> en,fr,8,6,difference
> en,fr,8,6,difference
2> isogloss: note: en has no ids: the fold of an item goes by its position
$ isogloss align wide.h5 narrow.h5 --src en --pad --apply pad.h5 -o both.h5 --quiet
$ isogloss inspect --quick both.h5 | tail -2
> en           40         40      1     8   f32 *
> fr           40         40      1     8   f32 *
$ craft narrower.h5 en:1=40x6 fr:1=40x6
$ isogloss align narrower.h5 --src en --apply pad.h5 -o no.h5
2> isogloss align: pad.h5: maps 8 dims, layer 1 of en has 6: --pad adds columns of zeros
? 1
