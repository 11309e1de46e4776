# What `mix` does not take, in one line each: the thing, the fact, the way out.
$ printf 'A cat.\nA dog.\nA house.\n' > en.txt; printf 'Eine Katze.\nEin Hund.\nEin Haus.\n' > de.txt; printf 'Eine Katze.\nEin Hund.\n' > short.txt
$ ln -s $S/examples/mini model; ln -s $S/examples/corpus corpus
# which texts
$ isogloss mix --source en=en.txt --target de=de.txt
2> isogloss mix: needs --model DIR, the folder of a checkpoint (*
? 2
$ isogloss mix --model model
2> isogloss mix: needs --source en=en.txt --target de=de.txt, or --corpus DIR --src en (*
? 2
$ isogloss mix --model model --source en=en.txt
2> isogloss mix: needs --source en=en.txt --target de=de.txt, or --corpus DIR --src en (*
? 2
$ isogloss mix --model model en=en.txt --target de=de.txt
2> isogloss mix: en=en.txt: is it mixed in or mixed into? --source or --target says so (*
? 2
$ isogloss mix --model model --source en=en.txt de=de.txt --target fr=de.txt
2> isogloss mix: --source: de=de.txt is of another language than en=en.txt; one is mixed into all (*
? 2
$ isogloss mix --model model --source en=en.txt --target eng=en.txt
2> isogloss mix: --target: eng=en.txt is of the source's language; leave out --source to mix a language with itself (*
? 2
$ isogloss mix --model model --source en.txt --target de=de.txt
2> isogloss mix: en.txt: does not say which language it is: LANG=FILE, such as en=en.txt (*
? 2
$ isogloss mix --model model --source en=en.txt --target de=de.txt --src en
2> isogloss mix: --src chooses from --corpus; texts go with --source and --target (*
? 2
$ isogloss mix --model model --corpus corpus --src en --target de=de.txt
2> isogloss mix: --corpus takes --src and --tgt, not --source and --target (*
? 2
$ isogloss mix --model model --corpus corpus --src nl
2> isogloss mix: --src nl: no text of that language among the 10 given: ar, de, en, es, fr, hi, ru, sw, tr, zh
? 1
$ isogloss mix --model model --corpus corpus --src en --tgt de,nl
2> isogloss mix: --tgt nl: no text of that language among the 10 given: *
? 1
$ isogloss mix --model model --corpus corpus --src en --tgt en
2> isogloss mix: corpus: no language is left to mix en into
? 1
$ isogloss mix --model model --source en=none.txt --target de=de.txt
2> isogloss mix: none.txt: *
? 1
# items
$ isogloss mix --model model --source en=en.txt --target de=short.txt
2> isogloss mix: en.txt: en has 3 items, de (short.txt) has 2, and no ids say which belong together: add ids, or take the first with --limit 2
? 1
$ printf 'id\ttext\na\tA cat.\n' > en.tsv; printf 'id\ttext\nb\tEine Katze.\n' > de.tsv
$ isogloss mix --model model --source en=en.tsv --target de=de.tsv
2> isogloss mix: en.tsv: ids of en and de (de.tsv) do not overlap: choose languages with --tgt
? 1
$ printf 'Eine Katze.\n\nEin Haus.\n' > gap.txt; isogloss mix --model model --source en=en.txt --target de=gap.txt --interval none --csv gap.csv 2> err; head -1 err; cut -d, -f 14 gap.csv | sort -u | tr '\n' ' '
> isogloss: note: 1 of 3 items are empty in a language and left out everywhere, the first is 1 in de
> 2 n 
$ printf ' \n\t\n\n' > blank.txt; isogloss mix --model model --source en=en.txt --target de=blank.txt --quiet
2> isogloss mix: en.txt: no item has text in all languages: nothing to mix
? 1
$ printf 'A cat.\nA dog that runs over the hills to the house of the king.\nA house.\n' > long.txt; isogloss mix --model model --source en=long.txt --target de=de.txt --max-length 8 --interval none --csv x.csv 2> err; head -1 err
> isogloss: note: de: 1 of 3 sentences are cut to 8 tokens on one side only, the first is 1; on both sides 0
# layers
$ isogloss mix --model model --source en=en.txt --target de=de.txt --layer 5
2> isogloss mix: --layer 5: the model has layers 1 to 4
? 1
$ isogloss mix --model model --source en=en.txt --target de=de.txt --layer 0
2> isogloss mix: --layer: layers count from 1, 0 are the embeddings, in which nothing attends (*
? 2
$ isogloss mix --model model --source en=en.txt --target de=de.txt --layer 3-2
2> isogloss mix: --layer: 3-2 runs backwards (*
? 2
$ isogloss mix --model model --source en=en.txt --target de=de.txt --layer last
2> isogloss mix: --layer: 'last' is no layer: K, A-B, a list of them or sweep (*
? 2
$ isogloss mix --model model --source en=en.txt --target de=de.txt --layer 1-2-3
2> isogloss mix: --layer: '1-2-3' is no layer: K, A-B, a list of them or sweep (*
? 2
# ways and shares
$ isogloss mix --model model --source en=en.txt --target de=de.txt --mix xmixp
2> isogloss mix: --mix: unknown way 'xmixp'; did you mean 'xmixup'? (*
? 2
$ isogloss mix --model model --source en=en.txt --target de=de.txt --mix fixd:0.5
2> isogloss mix: --mix: unknown way 'fixd:0.5'; did you mean 'fixed:VALUE'? (*
? 2
$ isogloss mix --model model --source en=en.txt --target de=de.txt --mix nothing
2> isogloss mix: --mix: unknown way 'nothing'; there are: xmixup, fixed:VALUE, no-entropy, self (*
? 2
$ isogloss mix --model model --source en=en.txt --target de=de.txt --mix fixed:1.5
2> isogloss mix: --mix: fixed:1.5: the share of the source is a number from 0 to 1 (*
? 2
$ isogloss mix --model model --source en=en.txt --target de=de.txt --mix fixed:nan
2> isogloss mix: --mix: fixed:nan: the share of the source is a number from 0 to 1 (*
? 2
$ for x in 0 -1 1.5 nan half; do isogloss mix --model model --source en=en.txt --target de=de.txt --lambda0 $x; done
2> isogloss mix: --lambda0: 0 is no number above 0 and up to 1 (*
2> isogloss mix: --lambda0: -1 is no number above 0 and up to 1 (*
2> isogloss mix: --lambda0: 1.5 is no number above 0 and up to 1 (*
2> isogloss mix: --lambda0: nan is no number above 0 and up to 1 (*
2> isogloss mix: --lambda0: half is no number above 0 and up to 1 (*
? 2
$ for l in '{"layers": {"9": {"W": 1}}}' '{"layers": {"1": {"W": "x"}}}' '{"lambda0": 2}' '{"layers": {"1": {"W": 1e999}}}' '[]' 'x'; do echo "$l" > l.json; isogloss mix --model model --source en=en.txt --target de=de.txt --lambda l.json; done
2> isogloss mix: l.json: *
2> isogloss mix: l.json: *
2> isogloss mix: l.json: *
2> isogloss mix: l.json: *
2> isogloss mix: l.json: *
2> isogloss mix: l.json: *
? 1
$ isogloss mix --model model --source en=en.txt --target de=de.txt --lambda none.json
2> isogloss mix: none.json: *
? 1
$ isogloss mix --model model --source en=en.txt --target de=de.txt --entropy exact
2> isogloss mix: --entropy: exact is not one of: masked repo (*
? 2
$ isogloss mix --model model --source en=en.txt --target de=de.txt --measure ckaa
2> isogloss mix: *ckaa*did you mean 'cka'? (*
? 2
$ isogloss mix --model model --source en=en.txt --target de=de.txt --interval jackknife
2> isogloss mix: --interval: jackknife is not one of: none (*
? 2
$ isogloss mix --model model --source en=en.txt --target de=de.txt --preset xmixp
2> isogloss mix: --preset: unknown name 'xmixp'; did you mean 'xmixup'? (*
? 2
$ isogloss mix --model model --source en=en.txt --target de=de.txt --max-length 600
2> isogloss mix: --max-length 600: * has positions for * tokens; give that or less
? 1
# files
$ isogloss mix --model model --source en=en.txt --target de=de.txt --layer sweep --keep-after x.h5
2> isogloss mix: --keep-after: x.h5: several mixed layers make a file each, so the name needs %d, as in mixed-%d.h5 (*
? 2
$ isogloss mix --model model --source en=en.txt --target de=de.txt --keep-after x.h5 --keep-before x.h5
2> isogloss mix: --keep-before and --keep-after both write x.h5; give each its own file (*
? 2
$ isogloss mix --model model --source en=en.txt --target de=de.txt --keep-before -
2> isogloss mix: states cannot go to standard output: --keep-before needs a file (*
? 2
$ isogloss mix --model model --source en=en.txt --target de=de.txt --keep-before en.txt
2> isogloss mix: en.txt: --keep-before would replace the file, which is read (--source): name another file (*
? 2
$ cp de.txt de-2.txt; isogloss mix --model model --source en=en.txt --target de=de-2.txt --layer sweep --keep-after de-%d.txt; cmp de.txt de-2.txt
2> isogloss mix: de-2.txt: --keep-after would replace the file, which is read (--target): name another file (*
$ isogloss mix --model model --source en=en.txt --target de=de.txt --layer sweep --keep-after x-%d.h5 --keep-before x-3.h5
2> isogloss mix: --keep-before and --keep-after both write x-3.h5; give each its own file (*
? 2
$ isogloss mix --model model --source en=en.txt --target de=de.txt --keep-after ./x.csv --csv x.csv
2> isogloss mix: --keep-after and --csv both write x.csv; give each its own file (*
? 2
$ isogloss mix --model model --source en=en.txt --target de=de.txt --keep-before none/x.h5
2> isogloss mix: none/x.h5: *
? 1
$ isogloss mix --model model --source en=en.txt --target de=de.txt --attention pictures
2> isogloss mix: --attention needs --items, the sentences to draw: 0,5,12 (*
? 2
$ isogloss mix --model model --source en=en.txt --target de=de.txt --items 1
2> isogloss mix: --items are the sentences of --attention, which is not asked for (*
? 2
$ isogloss mix --model model --source en=en.txt --target de=de.txt --attention pictures --items 0,3
2> isogloss mix: --items: 3 is neither an id of en nor a number from 0 to 2
? 1
$ isogloss mix --model model --source en=en.txt --target de=de.txt --attention en.txt --items 1
2> isogloss mix: en.txt: is no folder: --attention DIR
? 1
$ isogloss mix --model model --source en=en.txt --target de=gap.txt --attention pictures --items 1 --quiet
2> isogloss mix: --items: 1 of en is not mixed: a language lacks it, or is empty there
? 1
$ isogloss mix --model model --source en=en.txt --target de=de.txt --mem 1M
2> isogloss mix: --mem: this takes * MB, 1 MB are granted: grant more, or take a smaller --batch
? 1
$ ls *.h5 pictures 2>/dev/null
? 2
