# Word translation. Four words of each side on a circle, so that every rank can be seen:
# a 0, b 90, c 180 degrees; A 5, B 80, C 170, D 20.
tolerance 1e-9
$ printf 'a 1 0\nb 0 1\nc -1 0\n' > en.vec
$ printf '4 2\nA 0.9962 0.0872\nB 0.1736 0.9848\nC -0.9848 0.1736\nD 0.9397 0.3420\n' > de.vec
# golds of a rank 1 and 2, of b 1 (Z has no vector), of c 3; q has none
$ printf 'a A\na D\nb B\nb Z\nc D\nq A\n' > test.txt
$ isogloss words en=en.vec de=de.vec --method none --prep none --test test.txt --k 1,2 --neighbours 2 --quiet --interval none --csv - | cut -d , -f 1-4,7,11,14,24-27 | grep -v csls | grep -v softmax
> measure,estimator,src,tgt,value,null,n,direction,k,neighbours,denominator
> p@1,cosine,en,de,0.6666666666667,0.3333333333333,3,forward,1,,in-vocabulary
> p@2,cosine,en,de,0.6666666666667,0.6111111111111,3,forward,2,,in-vocabulary
> mrr,cosine,en,de,0.7777777777778,0.5879629629630,3,forward,,,in-vocabulary
> p@1,cosine,en,de,0.5,0.25,4,forward,1,,all-words
> p@2,cosine,en,de,0.5,0.4583333333333,4,forward,2,,all-words
> mrr,cosine,en,de,0.5833333333333,0.4409722222222,4,forward,,,all-words
> p@1,cosine,en,de,0.5,0.25,4,forward,1,,pairs
> p@2,cosine,en,de,0.75,0.5,4,forward,2,,pairs
> mrr,cosine,en,de,0.7083333333333,0.5208333333333,4,forward,,,pairs
> coverage,dictionary,en,de,0.75,,4,,,,
# what cannot be scored is told, and the number papers print
$ isogloss words en=en.vec de=de.vec --method none --prep none --test test.txt --k 1 --neighbours 2 --json r.json
2> isogloss: note: test.txt: 1 of 4 words cannot be scored: 1 have no vector, of 0 no translation has one
2> isogloss: note: p@1 by csls of 3 words in the vocabulary: * (chance 0.33)
$ grep -o '"inputs": .*' r.json
> "inputs": [{"path": "en.vec", "layout": "vectors", "bytes": 19}, {"path": "de.vec", "layout": "vectors", "bytes": 69}],
