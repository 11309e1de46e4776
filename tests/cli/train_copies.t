# Copies with words replaced learn in place of items: they are those of `isogloss augment`.
$ ln -s $S/examples/mini m; mkdir c dev; for l in en de; do sed '2,49!d' $S/examples/corpus/$l.tsv > body; (head -1 $S/examples/corpus/$l.tsv; cat body) > c/$l.tsv; (head -1 $S/examples/corpus/$l.tsv; sed '50,73!d' $S/examples/corpus/$l.tsv) > dev/$l.tsv; done
$ echo '{"the": ["a", "this"], "is": ["was"], "in": ["at", "on", "by"], "die": ["perish"]}' > near.json
$ isogloss train --model m --corpus c --dev dev --test dev --src en --tgt de --augment near.json --copies 2 --epochs 1 --lr 1e-3 -o here --csv /dev/null
2> isogloss: note: c/en.tsv: * of * words of the copies are in near.json, * are another one now
2> isogloss: note: c/en.tsv: of the * words that are not in near.json, it has *
2> isogloss: note: 3 steps, *
2> isogloss: note: here is a checkpoint; *
$ mkdir a; isogloss augment c/en.tsv --table near.json --copies 2 -o a/en.tsv --quiet; isogloss train --model m --corpus a --dev dev --test dev --src en --tgt de --epochs 1 --lr 1e-3 -o there --csv /dev/null --quiet; cmp here/model.safetensors there/model.safetensors
# other seeds make other copies, other numbers of threads do not
$ for how in '' '--threads 1' '--seed 5' '--copies 3'; do isogloss train --model m --corpus c --dev dev --test dev --src en --tgt de --augment near.json --copies 2 $how --steps 2 --lr 1e-3 -o z --force --csv /dev/null --quiet; cksum < z/model.safetensors; done | uniq | wc -l
> 3
# translations are repeated as they are: German words in the table stay
$ isogloss train --model m --corpus c --dev dev --test dev --src en --translate-train de --augment near.json --copies 2 --plan | sed -n '/items/p; /steps/p'
> train items	192
> dev items	48
> test items	48
> steps	18
2> isogloss: note: c/en.tsv: *
2> isogloss: note: c/en.tsv: *
$ sed 's/^{/{"und": ["oder"], /' near.json > und.json; for t in near und; do isogloss train --model m --corpus c --dev dev --test dev --src en --translate-train de --augment $t.json --steps 3 -o z --force --csv /dev/null --quiet; cksum < z/model.safetensors; done | uniq | wc -l
> 1
# with other methods; what nothing is replaced in is learnt as it is, M times
$ for how in xmixup adversarial noise; do isogloss train --model m --corpus c --dev dev --test dev --src en --tgt de --method $how --augment near.json --copies 2 --steps 2 -o z --force --csv /dev/null --quiet; done; echo '{"zzz": []}' > none.json; for h in '--augment none.json --copies 1' ''; do isogloss train --model m --corpus c --dev dev --test dev --src en --tgt de $h --steps 3 -o z --force --csv /dev/null --quiet; cksum < z/model.safetensors; done | uniq | wc -l
> 1
# tags go with their words
$ mkdir t; sed 1d c/en.tsv | awk -F '\t' '{ n = split($3, w, " "); for (i = 1; i <= n; i++) print w[i] "\t" (w[i] ~ /^[A-Z]/ ? "UP" : "LOW"); print "" }' > t/en.conll; isogloss train --model m --task tag --corpus t --augment near.json --steps 2 -o z --force --csv /dev/null
2> isogloss: note: t/en.conll: words are column 1 of 2, tags column 2
2> isogloss: note: en has no ids: *
2> ...
$ echo '{"the": ["each and every"]}' > long.json; isogloss train --model m --task tag --corpus t --augment long.json -o x --quiet
2> isogloss train: long.json: the neighbour 'each and every' is more than one word: a tag is of one
? 1
# refused
$ isogloss train --model m --corpus c --copies 2 -o x
2> isogloss train: --copies needs --augment TABLE (*
? 2
$ isogloss train --model m --corpus c --method xmixup --augment near.json --translations dev -o x
2> isogloss train: --augment and --translations exclude each other (*
? 2
$ isogloss train --model m --task span --corpus c --augment near.json -o x
2> isogloss train: --augment is of --task classify and tag: other words move what is asked (*
? 2
$ isogloss train --model m --corpus c --src en --augment no.json -o x
2> isogloss train: no.json: *
? 1
$ isogloss train --model m --corpus c --src en --augment m/config.json -o x --quiet
2> isogloss train: m/config.json: *
? 1
$ isogloss train --model m --corpus c --src en --augment near.json --copies 1000000 --mem 100M -o x --quiet
2> isogloss train: --copies 1000000: copies of * items take about * bytes, --mem is 104857600: take fewer
? 1
