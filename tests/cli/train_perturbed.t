# Adversarial training and noise: state 0 moved while training, predictions plain.
$ ln -s $S/examples/mini m; mkdir c; for l in en sw; do head -61 $S/examples/corpus/$l.tsv > c/$l.tsv; done; isogloss train --model m --corpus c --src en --method adversarial --epochs 1 --lr 1e-3 -o moved --quiet
> measure	estimator	src	tgt	value	lo	hi	interval	null	n	pool	model	train	*
> accuracy	fine-tuned	en	en	*
> accuracy	fine-tuned	en	sw	*
> ...
> gap	mean	en		*
$ for law in gaussian ball; do isogloss train --model m --corpus c --src en --method noise --noise $law --sigma 0.2 --freeze embeddings,1 --steps 2 -o $law --quiet --csv /dev/null; done; ls gaussian ball | grep -c safetensors
> 2
# one adversarial step costs two passes and the way back more: 5 for 3; frozen layers are run each time
$ for how in plain 'adversarial --inner-steps 1' 'adversarial --norm linf --epsilon 0.5 --inner-steps 4'; do isogloss train --model m --corpus c --src en --method $how --plan | sed -n 's/^operations\t//p'; done | awk 'NR == 1 { one = $1 } NR > 1 { printf "%.3f\n", $1 / one }'
> 1.667
> 3.667
# nothing added is plain training: the same loss, to the last bit
$ for how in plain 'adversarial --epsilon 0' 'noise --sigma 0'; do rm -rf z; isogloss train --model m --corpus c --src en --method $how --steps 3 -o z --quiet --csv /dev/null; cksum < z/model.safetensors; done | sort -u | wc -l
> 1
# so are other numbers of threads
$ for n in 1 2; do rm -rf z; isogloss train --model m --corpus c --src en --method adversarial --steps 3 --threads $n -o z --quiet --csv /dev/null; cksum < z/model.safetensors; done | sort -u | wc -l
> 1
# refused
$ isogloss train --model m --corpus c --epsilon 0.1 -o x
2> isogloss train: --epsilon is of --method adversarial (*
? 2
$ isogloss train --model m --corpus c --method adversarial --sigma 0.1 -o x
2> isogloss train: --sigma is of --method noise (*
? 2
$ isogloss train --model m --corpus c --method noise --alpha 0.1 -o x
2> isogloss train: --alpha is of --method xmixup (*
? 2
$ isogloss train --model m --corpus c --method adversarial --epsilon -1 -o x
2> isogloss train: --epsilon: -1 is not at least 0 (*
? 2
$ isogloss train --model m --corpus c --method adversarial --norm l1 -o x
2> isogloss train: --norm: l1 is not one of: l2 linf (*
? 2
